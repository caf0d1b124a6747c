"""How much of the batch's speed reaches a framework?

    python benchmarks/plugs.py [--worlds 128] [--years 10] [--repeats 60] [--threads 1]

The batch by itself and each adapter whose library is installed are stepped by the same actions, in turns, in one
process. Agent-steps a second are medians over the repeats, and so are shares of the batch's speed, each of one turn,
so that what else the machine does falls on both; actions are drawn outside the clock.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from balance_env import VectorEnv
from balance_env.testing import random_legal

Step = Callable[[np.ndarray], np.ndarray]  # actions (W, N) to the masks (W, N, A) of the year to come


def raw(worlds: int, threads: int) -> Step:
    """The batch itself."""
    batch = VectorEnv("default", worlds, threads=threads)
    batch.reset(0)

    def step(actions: np.ndarray) -> np.ndarray:
        batch.step(actions)
        return batch.action_masks

    return step


def sb3(worlds: int, threads: int) -> Step:
    """Stable-Baselines3's VecEnv, with infos."""
    from balance_env.adapters.sb3 import SB3VecEnv

    env = SB3VecEnv("default", worlds, threads=threads)
    env.seed(0)
    env.reset()

    def step(actions: np.ndarray) -> np.ndarray:
        env.step(actions.ravel())
        return env.batch.action_masks

    return step


def torchrl(worlds: int, threads: int, state: bool = False) -> Step:
    """TorchRL's EnvBase, by `step_and_maybe_reset`."""
    from balance_env.adapters.torchrl import GROUP, TorchRLEnv, torch

    torch.set_num_threads(threads)
    env = TorchRLEnv("default", worlds, threads=threads, state=state)
    env.set_seed(0)
    at = env.reset()

    def step(actions: np.ndarray) -> np.ndarray:
        nonlocal at
        at[GROUP, "action"] = torch.from_numpy(actions)
        _, at = env.step_and_maybe_reset(at)
        return env.batch.action_masks

    return step


def torchrl_with_state(worlds: int, threads: int) -> Step:
    """The same, with the true state for a central critic."""
    return torchrl(worlds, threads, state=True)


def jax(worlds: int, threads: int) -> Step:
    """JAX, compiled, by callback."""
    from balance_env.adapters.jax import JaxEnv, jax

    env = JaxEnv("default", worlds, threads=threads)
    key, year = jax.random.PRNGKey(0), jax.jit(env.step)
    _, state = env.reset(key)

    def step(actions: np.ndarray) -> np.ndarray:
        nonlocal state
        seen, state, *_ = year(key, state, {agent: actions[:, i] for i, agent in enumerate(env.agents)})
        jax.block_until_ready(seen)
        return env.batch.action_masks

    return step


def seconds(step: Step, masks: np.ndarray, years: int, generator: np.random.Generator) -> tuple[float, np.ndarray]:
    """Seconds that `years` steps of random legal play take, and the masks after them."""
    spent = 0.0
    for _ in range(years):
        draws = generator.random(masks[..., 0].size)
        actions = random_legal(masks.reshape(len(draws), -1), draws).reshape(masks.shape[:2])
        began = time.perf_counter()
        masks = step(actions)
        spent += time.perf_counter() - began
    return spent, masks


def main(arguments: Sequence[str] | None = None) -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    for name, usual in {"worlds": 128, "years": 10, "repeats": 60, "threads": 1}.items():
        parser.add_argument(f"--{name}", type=int, default=usual)
    given = parser.parse_args(arguments)
    generator = np.random.default_rng(0)
    steps: dict[str, Step] = {}
    for make in (raw, sb3, torchrl, torchrl_with_state, jax):
        try:
            steps[make.__name__] = make(given.worlds, given.threads)
        except ImportError as error:
            print(f"{make.__name__}: left out. {error}")
    start = VectorEnv("default", given.worlds, threads=1, copy=True).reset(0)[1]["action_mask"]
    masks: dict[str, Any] = {name: seconds(step, start, 1, generator)[1] for name, step in steps.items()}
    times: dict[str, list[float]] = {name: [] for name in steps}
    for _ in range(given.repeats):
        for name, step in steps.items():
            spent, masks[name] = seconds(step, masks[name], given.years, generator)
            times[name].append(spent)
    count = given.years * start.shape[0] * start.shape[1]
    for name, spent in times.items():
        share = statistics.median(base / own for base, own in zip(times["raw"], spent, strict=True))
        print(f"{name:20} {count / statistics.median(spent):12,.0f} agent-steps a second  {share:5.0%} of the batch")


if __name__ == "__main__":
    main()
