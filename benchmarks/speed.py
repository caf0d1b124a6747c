"""Speed of the environment: `python benchmarks/speed.py [--quick] [--write docs/speed.md]`.

Prints agent-steps a second by number of actors, worlds and threads, the time of a world-year by
phase, bytes written beside this machine's copy bandwidth, memory per world, PettingZoo years a
second, and cold and warm starts. Medians of five; compare figures of one run only.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import date
from itertools import pairwise
from typing import Any

import llvmlite.binding
import numba
import numpy as np

import balance_env
from balance_env import VectorEnv
from balance_env.commands import writable
from balance_env.core import alignment, capability, dispute, economy, observe, reward, sanction, survival, threat, war
from balance_env.core import year as calendar
from balance_env.core.actions import read_actions
from balance_env.core.fit import fit, fit_scratch
from balance_env.core.jit import OPTIONS, KernelCompiler
from balance_env.core.params import as_record
from balance_env.core.pieces import OTHER_SIZE
from balance_env.core.reward import Term
from balance_env.core.scratch import FITTED, allocate_scratch
from balance_env.core.world import World, at, bytes_per_world
from balance_env.doctrines import doctrine_id
from balance_env.kernels.cpu import choose_actions

REPEATS = 5
HEADER = """# Speed

Made by `python benchmarks/speed.py [--quick] --write FILE`.

"""
WARM_UP_YEARS = 30
TRAINED_YEARS = 10  # timed, with trained states
COMPARED_WORLDS = 64  # by which the cost of a world is compared between numbers of actors
PHASES = {
    "read actions": "read_actions(world, actions[w], out.masks[w])",
    "diplomacy": "diplomacy(world, p, scratch)",
    "arming": "arming(world, p)",
    "showdown": "showdown(world, p, scratch, .1)",
    "disputes by choice": "open_by_choice(world)",
    "sanctions weighed": "weigh_sanctions(world, p, scratch, .1)",
    "disputes by chance": "open_by_chance(world, p, scratch)",
    "economy": "economy(world, p, scratch)",
    "fading": "fading(world, p, scratch)",
    "falling": "falling(world, p)",
    "perceiving": "perceiving(world, p, scratch)",
    "reward": "reward(world, p, scratch, out.terms[w], out.rewards[w])",
    "observation": "observation(world, p, scratch, verbs, 0, out.rows[w], out.masks[w])",
}
DRAWS = {  # the parts of phases that draw for every pair of actors
    "misperceptions drawn": "misperceive(world, p, scratch, .8)",
    "disputes drawn": "draw_disputes(world, p, scratch)",
}
RULES = {
    "at": at,
    "fit": fit,
    "fit_scratch": fit_scratch,
    "read_actions": read_actions,
    "diplomacy": alignment.diplomacy,
    "arming": economy.arming,
    "showdown": war.showdown,
    "open_by_choice": dispute.open_by_choice,
    "weigh_sanctions": sanction.weigh_sanctions,
    "open_by_chance": dispute.open_by_chance,
    "draw_disputes": dispute.draw_disputes,
    "misperceive": threat.misperceive,
    "economy": economy.economy,
    "fading": calendar.fading,
    "falling": survival.falling,
    "perceiving": calendar.perceiving,
    "reward": reward.reward,
    "observation": observe.observation,
    "measure_strength": capability.measure_strength,
    "perceive": threat.perceive,
}


def median_seconds(call: Callable[[], object], repeats: int = REPEATS) -> float:
    """Median wall-clock seconds of `call`."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def random_batch(worlds: int, actors: int, threads: int) -> VectorEnv:
    """A batch that random legal play has brought some years into its episodes; nobody holds its seats."""
    env = VectorEnv("default", worlds, states=actors, threads=threads)
    env.reset(seed=0)
    for _ in range(WARM_UP_YEARS if worlds * actors < 100_000 else 2):
        env.step(random_legal(env))
    return env


def random_legal(env: VectorEnv) -> np.ndarray:
    """A random legal action for every seat (W, N), chosen as the kernel does for the doctrine of that name."""
    env.worlds.actor["player"][...] = doctrine_id("random_legal")
    choose_actions(env.worlds, env.outputs, env.pending_actions, 0, env.num_worlds)
    return env.pending_actions.copy()


def steps_per_second(worlds: int, actors: int, threads: Sequence[int]) -> list[float]:
    """Agent-steps a second of `VectorEnv.step` under random legal actions; the choosing is not timed.

    By number of threads, which take turns: what else the machine does falls on all alike.
    """
    batches = [random_batch(worlds, actors, count) for count in threads]
    years = max(2, int(40_000 / (worlds * actors)))
    times: list[list[float]] = [[] for _ in batches]
    for _ in range(REPEATS):
        for env, told in zip(batches, times, strict=True):
            spent = 0.0
            for _ in range(years):
                actions = random_legal(env)
                start = time.perf_counter()
                env.step(actions)
                spent += time.perf_counter() - start
            told.append(spent)
    for env in batches:
        env.close()
    return [worlds * actors * years / statistics.median(told) for told in times]


def trained_steps_per_second(worlds: int = 512, actors: int = 8, player: str = "learned_offensive") -> float:
    """Agent-steps a second with a trained state in every seat, its choosing included, on one thread."""
    env = VectorEnv("default", worlds, states=actors, threads=1, players=player)
    env.reset(seed=0)
    env.run(WARM_UP_YEARS)
    return worlds * actors * TRAINED_YEARS / median_seconds(lambda: env.run(TRAINED_YEARS))


def phase_times(worlds: int = 1024, actors: int = 8) -> dict[str, float]:
    """Microseconds of a world-year by phase, each on fresh copies of the same worlds."""
    env = random_batch(worlds, actors, 1)
    actions, p, verbs = random_legal(env), as_record(env.parameters), env.setting.open_verbs
    scratch = allocate_scratch(env.num_actors, OTHER_SIZE)
    prepare = (
        "read_actions(world, actions[w], out.masks[w]); measure_strength(world, scratch); perceive(world, p, scratch)"
    )
    kernels = {name: _loop(text) for name, text in {"prepare": prepare, **PHASES, **DRAWS}.items()}
    times = {}
    for name, kernel in kernels.items():
        best = []
        for repeat in range(REPEATS + 1):
            copy = World(*[array.copy() for array in env.worlds])
            arguments = (copy, p, scratch, env.outputs, actions, verbs)
            kernels["prepare"](*arguments)
            start = time.perf_counter()
            kernel(*arguments)
            if repeat:  # the first one compiles
                best.append(time.perf_counter() - start)
        times[name] = statistics.median(best) / worlds * 1e6
    return {name: times[name] for name in (*PHASES, *DRAWS)}


def _loop(text: str) -> Callable[..., None]:
    """A compiled loop over worlds around one phase."""
    source = (
        "def loop(worlds, p, scratch, out, actions, verbs):\n"
        "    actors = len(scratch.seats)\n"
        "    scratch = fit_scratch(scratch, actors)\n"
        "    for w in range(len(worlds.clock)):\n"
        f"        world = fit(at(worlds, w), actors); {text}\n"
    )
    namespace = dict(RULES)
    exec(source, namespace)
    compile_: Any = numba.njit  # its stubs do not know `_nrt`
    return compile_(pipeline_class=KernelCompiler, **OPTIONS)(namespace["loop"])


def pettingzoo_years_per_second(years: int = 2000) -> float:
    """Years a second of the PettingZoo environment, N = 8, masks and reward terms in infos."""
    env = balance_env.parallel_env("default")
    rng = np.random.default_rng(0)
    rates = []
    for _ in range(REPEATS):
        _, infos = env.reset(seed=0)
        spent = 0.0
        for _ in range(years):
            if not env.agents:
                _, infos = env.reset()
            actions = {agent: rng.choice(np.flatnonzero(infos[agent]["action_mask"])) for agent in env.agents}
            start = time.perf_counter()
            _, _, _, _, infos = env.step(actions)
            spent += time.perf_counter() - start
        rates.append(years / spent)
    return statistics.median(rates)


def copy_bandwidth(megabytes: int = 256) -> float:
    """GB a second that one core copies (read plus written)."""
    source = np.ones(megabytes * 2**20 // 8)
    target = np.empty_like(source)
    return 2 * source.nbytes / median_seconds(lambda: np.copyto(target, source)) / 1e9


def start_seconds(cache: str) -> float:
    """Seconds of the first reset and step in a fresh process whose compiled rules live in `cache`."""
    program = (
        "import time, balance_env; start = time.perf_counter(); env = balance_env.parallel_env(); env.reset(seed=0);"
        "env.step({agent: 0 for agent in env.agents}); print(time.perf_counter() - start)"
    )
    environment = {**os.environ, "BALANCE_ENV_CACHE": cache}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    return float(done.stdout)


def report(quick: bool) -> list[str]:
    """The lines of the report, as Markdown."""
    cores = len(os.sched_getaffinity(0))
    lines = [
        f"Measured {date.today()} on {platform.machine()} ({llvmlite.binding.get_host_cpu_name()}), "
        f"{cores} shared cores, Python {platform.python_version()}, "
        f"numba {numba.__version__}, numpy {np.__version__}. Medians of {REPEATS}; random legal play; observations, "
        "masks, rewards and resets included. One thread and two take turns. Years of "
        f"{', '.join(map(str, FITTED))} states are compiled for that number of them, others for any.",
        "",
        "| N | W | agent-steps/s, 1 thread | 2 threads | ratio |",
        "|---|---|---|---|---|",
    ]
    grid = (
        [(8, 1), (8, 64), (8, 1024), (64, 4)]
        if quick
        else [(n, w) for n in (4, 8, 16, 32, 64, 128) for w in (1, 4, 16, 64, 256, 1024, 4096) if n * n * w <= 2**22]
    )
    costs = []
    for actors, worlds in grid:
        one, *more = steps_per_second(worlds, actors, (1, 2) if cores > 1 and worlds > 1 else (1,))
        cells = [f"{two:,.0f} | {two / one:.2f}" for two in more] or ["- | -"]
        lines.append(f"| {actors} | {worlds} | {one:,.0f} | {cells[0]} |")
        print(lines[-1], flush=True)
        if worlds == COMPARED_WORLDS:
            costs.append(actors / one * 1e6)
    if len(costs) > 1:
        lines += [
            "",
            f"A world-year of {grid[0][0]} states takes {costs[0]:.1f} µs at W = {COMPARED_WORLDS}, one of "
            f"{grid[-1][0]} {costs[-1]:,.0f}: with every doubling of N "
            f"{', '.join(f'{more / less:.1f}' for less, more in pairwise(costs))} times as much (N^2: 4).",
        ]
    times = phase_times()
    phases, draws = ({name: times[name] for name in names} for names in (PHASES, DRAWS))
    whole, drawing, bandwidth = sum(phases.values()), sum(draws.values()), copy_bandwidth()
    lines += ["", "| phase, N = 8, W = 1024 | µs a world-year | share |", "|---|---|---|"]
    lines += [f"| {name} | {value:.2f} | {value / whole:.0%} |" for name, value in phases.items()]
    lines += [f"| all | {whole:.2f} | |", ""]
    own = VectorEnv("default", 1, threads=1).outputs
    written = sum(array.nbytes for array in (own.rows, own.masks, own.rewards, own.terms)) + bytes_per_world(
        8, len(Term)
    )
    copying = written / bandwidth / 1e3
    lines += [
        f"Bytes written a world-year at N = 8, at most: {written:,} ({written / whole / 1e3:.2f} GB/s at the speed "
        f"above; this machine copies {bandwidth:.0f} GB/s).",
        f"What bounds it: draws for all pairs take {drawing:.2f} µs of {whole:.2f} ({drawing / whole:.0%}), the bytes "
        f"at copy bandwidth {copying:.2f} µs ({copying / whole:.0%}); the rest is arithmetic, branches and memory out "
        f"of order, {phases['observation'] / whole:.0%} of the whole in rows and masks.",
        f"State of a world: {bytes_per_world(8, len(Term)):,} bytes at N = 8, "
        f"{bytes_per_world(64, len(Term)):,} at N = 64.",
        f"A trained state in every seat, N = 8, W = 512: {trained_steps_per_second():,.0f} agent-steps/s, 1 thread.",
        f"PettingZoo, N = 8: {pettingzoo_years_per_second():,.0f} years/s.",
    ]
    with tempfile.TemporaryDirectory() as cache:
        cold, warm = start_seconds(cache), start_seconds(cache)
    lines.append(f"First reset and step: {cold:.1f} s with nothing compiled, {warm:.2f} s with a warm cache.")
    return lines


def main() -> None:
    """Print the report; write it where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a short grid")
    parser.add_argument("--write", type=writable, help="also write the report to this file")
    options = parser.parse_args()
    lines = report(options.quick)
    print("\n".join(lines))
    if options.write:
        options.write.write_text(HEADER + "\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
