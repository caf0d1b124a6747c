"""How far does RLlib's sampling go, and what stops it?

    python benchmarks/scale.py [--turns 7] [--set KEY=VALUE] [--write docs/scale.md]

Two runners, each pinned to a core and to one thread, sample in turns: the first alone, the second alone, both; then
the learner, pinned too, fits what both brought. A rate counts agent-steps of living states: by the clock, which other
work on the machine slows, and by the processor's time, which it does not. Figures are medians over the turns and
ratios are of one turn. Needs `pip install balance-env[train,rllib]`.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import ray
import torch
from ray import cloudpickle
from ray.rllib.utils.metrics import NUM_ENV_STEPS_SAMPLED_LIFETIME

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from agents.config import Config, read_config  # noqa: E402
from agents.rllib import connect, iterations, make_algorithm  # noqa: E402
from balance_env.commands import writable  # noqa: E402

PAIR = ["runners=2", "threads=1", "torch_threads=1", "steps=1000000000"]  # of the config; a run ends by its turns
ITERATIONS = 3  # of whole training, for the environment's share
RUNNERS = 1000  # for which the arithmetic is done
NETWORKS = (10, 100)  # Gbit/s into the learner's node
BYTES_PER_GBIT = 1e9 / 8
HEADING = "## Measured"  # from here on the page is written by this command


class Turn(NamedTuple):
    """Agent-steps a second of one turn; of a pair of runners where there are two numbers."""

    alone: tuple[float, float]  # by the clock
    both: float
    alone_busy: tuple[float, float]  # by the processor's time
    both_busy: tuple[float, float]
    learner: float  # by the processor's time
    intake: float  # of the process that gathers samples, by the processor's time
    size: float  # bytes of a sample, an agent-step


def pin(core: int) -> None:
    """Keep every thread of this process on one core."""
    for thread in os.listdir("/proc/self/task"):
        os.sched_setaffinity(int(thread), {core})
    torch.set_num_threads(1)


def busy(call: Callable[[], Any]) -> tuple[Any, float]:
    """What a call returns, and the processor's time that it took in this process."""
    began = time.process_time()
    result = call()
    return result, time.process_time() - began


def living_steps(episodes: Sequence[Any]) -> int:
    """Agent-steps in RLlib's episodes."""
    return sum(len(own) for episode in episodes for own in episode.agent_episodes.values())


def sample(algorithm: Any, runners: Sequence[int], years: int) -> tuple[list[Any], list[float], float]:
    """Episodes of some runners, what each did a second of its processor's time, and all a second of the clock."""
    began = time.perf_counter()
    told = algorithm.env_runner_group.foreach_env_runner(
        lambda runner: busy(lambda: runner.sample(num_timesteps=years)),
        local_env_runner=False,
        remote_worker_ids=list(runners),
    )
    elapsed = time.perf_counter() - began
    rates = [living_steps(episodes) / spent for episodes, spent in told]
    episodes = [episode for part, _ in told for episode in part]
    return episodes, rates, living_steps(episodes) / elapsed


def take_turn(algorithm: Any, config: Config, number: int) -> Turn:
    """Each runner alone and both, of which another is first in each turn, and the learner."""
    parts = [(1,), (2,), (1, 2)]
    first = number % len(parts)
    told = {part: sample(algorithm, part, config.n_steps) for part in [*parts[first:], *parts[:first]]}
    alone, alone_busy = (told[1,][2], told[2,][2]), (told[1,][1][0], told[2,][1][0])
    episodes, both_busy, both = told[1, 2]
    count, packed = living_steps(episodes), cloudpickle.dumps(episodes)
    _, taking = busy(lambda: cloudpickle.loads(packed))
    _, fitting = busy(
        lambda: algorithm.learner_group.update(
            episodes=episodes,
            timesteps={NUM_ENV_STEPS_SAMPLED_LIFETIME: count},
            num_epochs=config.epochs,
            minibatch_size=config.batch_size,
            shuffle_batch_per_epoch=True,
        )
    )
    busy_rates = alone_busy, (both_busy[0], both_busy[1])
    return Turn(alone, both, *busy_rates, count / fitting, count / taking, len(packed) / count)


def measure(config: Config, turns: int) -> tuple[list[Turn], float, int]:
    """The turns, the environment's share of an iteration, and the bytes of the weights."""
    cores = sorted(os.sched_getaffinity(0))
    connect(None)
    algorithm = make_algorithm(config).build_algo()
    algorithm.env_runner_group.foreach_env_runner(
        lambda runner: pin(cores[runner.worker_index % len(cores)]), local_env_runner=False
    )
    pin(cores[0])
    told = [take_turn(algorithm, config, number) for number in range(turns + 1)][1:]  # the first compiles
    share = statistics.median(line["environment_share"] for line in islice(iterations(algorithm, config), ITERATIONS))
    weights = len(cloudpickle.dumps(algorithm.get_weights()))
    algorithm.stop()
    ray.shutdown()
    return told, share, weights


def figures(turns: Sequence[Turn]) -> dict[str, float]:
    """Medians over the turns."""

    def middle(figure: Callable[[Turn], float]) -> float:
        return statistics.median(map(figure, turns))

    return {
        "one": middle(lambda turn: statistics.mean(turn.alone)),
        "two": middle(lambda turn: turn.both),
        "efficiency": middle(lambda turn: turn.both / sum(turn.alone)),
        "one_busy": middle(lambda turn: statistics.mean(turn.alone_busy)),
        "two_busy": middle(lambda turn: sum(turn.both_busy)),
        "efficiency_busy": middle(lambda turn: sum(turn.both_busy) / sum(turn.alone_busy)),
        "learner": middle(lambda turn: turn.learner),
        "intake": middle(lambda turn: turn.intake),
        "size": middle(lambda turn: turn.size),
    }


def capacities(found: dict[str, float], runners: int) -> dict[str, float]:
    """Agent-steps a second that each part of a cluster can pass on, if nothing else held it up."""
    return {
        f"{runners:,} runners, a core each": runners * found["one_busy"],
        **{f"a network of {speed} Gbit/s": speed * BYTES_PER_GBIT / found["size"] for speed in NETWORKS},
        "the process that takes samples in": found["intake"],
        "a learner on one core": found["learner"],
    }


def in_turn(found: dict[str, float], runners: int) -> float:
    """Agent-steps a second where each waits for the other, as in PPO; over the slowest of the networks."""
    allowed = capacities(found, runners)
    faster = {f"a network of {speed} Gbit/s" for speed in NETWORKS if speed > min(NETWORKS)}
    return 1.0 / sum(1.0 / rate for part, rate in allowed.items() if part not in faster)


def report(found: dict[str, float], share: float, weights: int, config: Config, turns: int) -> str:
    """The measured part of the page."""
    allowed, asked = capacities(found, RUNNERS), RUNNERS * found["one_busy"]
    bottleneck = min(allowed, key=allowed.__getitem__)
    paces = ", ".join(f"{in_turn(found, runners):,.0f} with {runners:,}" for runners in (1, 2, 10, RUNNERS))
    lines = [
        f"{date.today()}, {platform.machine()}, {os.cpu_count()} cores under a load of "
        f"{os.getloadavg()[1]:.0f}, most of it other work; ray {ray.__version__}, "
        f"torch {torch.__version__}; `{config.scenario}`, {config.worlds} worlds a runner, {config.n_steps} years a "
        f"sample; medians of {turns} turns, ratios within a turn.",
        "",
        "| runners | agent-steps/s, by the clock | by the processor's time |",
        "|---|---|---|",
        f"| 1 | {found['one']:,.0f} | {found['one_busy']:,.0f} |",
        f"| 2 | {found['two']:,.0f} | {found['two_busy']:,.0f} |",
        f"| efficiency: 2, against twice 1 | {found['efficiency']:.0%} | {found['efficiency_busy']:.0%} |",
        "",
        f"- A sample holds {found['size']:,.0f} bytes an agent-step, pickled; the weights {weights:,}.",
        f"- The learner fits {found['learner']:,.0f} agent-steps a second of its processor's time, "
        f"{config.epochs} epochs over each, connectors included.",
        f"- The environment takes {share:.1%} of an iteration; asked: under 10 %.",
        "",
        f"### {RUNNERS:,} runners, by these figures",
        "",
        "| part | agent-steps/s that it allows | runners that it can serve |",
        "|---|---|---|",
        *(f"| {part} | {rate:,.0f} | {rate / found['one_busy']:,.0f} |" for part, rate in allowed.items()),
        "",
        f"The runners bring {asked * found['size'] / BYTES_PER_GBIT:,.1f} Gbit/s and are sent "
        f"{RUNNERS * weights / BYTES_PER_GBIT:,.1f} Gbit of weights after each update.",
        "",
        f"**The bottleneck is {bottleneck}**: {asked / found['learner']:,.0f} of its kind, or one that is as many "
        "times as fast, would keep up. Since PPO's runners wait while it learns, and it while they sample, agent-steps "
        f"a second come to {paces} runners.",
    ]
    return "\n".join(lines) + "\n"


def main(arguments: Sequence[str] | None = None) -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--turns", type=int, default=7)
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="overrides a key of the config")
    parser.add_argument("--write", type=writable, metavar="PAGE", help=f"write it there, below {HEADING!r}")
    given = parser.parse_args(arguments)
    config = read_config(ROOT / "configs" / "rllib.yaml", [*PAIR, *given.set])
    turns, share, weights = measure(config, given.turns)
    told = report(figures(turns), share, weights, config, given.turns)
    print(told)
    if given.write:
        before = given.write.read_text(encoding="utf-8").partition(HEADING)[0]
        given.write.write_text(f"{before}{HEADING}\n\n{told}", encoding="utf-8")


if __name__ == "__main__":
    main()
