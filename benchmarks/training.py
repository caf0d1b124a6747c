"""How much of its ceiling does training reach?

    python benchmarks/training.py [--config configs/default.yaml] [--set key=value] [--chunks 5]

The ceiling is the same learner - algorithm, network, spaces, masks, batch, in the same process - on an
environment that returns constant arrays and costs nothing. Both take turns, a chunk each; the ratio is of
the medians of their speeds. A chunk is whole iterations: years collected, network updated.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from agents.config import read_config  # noqa: E402
from agents.league import League  # noqa: E402
from balance_env.adapters.sb3 import SB3VecEnv  # noqa: E402

WARM_UP_YEARS = 20  # of random play, so that the constant rows and masks are ordinary ones


class ConstantVecEnv(SB3VecEnv):
    """Rows, masks, rewards and dones of one ordinary year, again and again."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        rng = np.random.default_rng(0)
        self.seed(0)
        super().reset()
        for _ in range(WARM_UP_YEARS):
            masks = super().action_masks()
            self.step_async((rng.random(masks.shape) * masks).argmax(-1))
            rows, rewards, dones, infos = super().step_wait()
        dones &= [bool(info) and "episode" in info for info in infos]  # whoever had fallen before has no end to tell
        self.masks, self.constant = super().action_masks(), (rows, rewards, dones, infos)

    def reset(self) -> np.ndarray:
        """The constant rows."""
        return self.constant[0]

    def action_masks(self) -> np.ndarray:
        """The constant masks."""
        return self.masks

    def step_wait(self) -> Any:
        """The constant year."""
        return self.constant


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and fail below three quarters."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--config", default=str(ROOT / "configs" / "default.yaml"))
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE")
    parser.add_argument("--chunks", type=int, default=5, help="of each kind (default 5)")
    parser.add_argument("--iterations", type=int, default=2, help="in a chunk (default 2)")
    parser.add_argument("--asked", type=float, default=0.75, help="share of the ceiling (default .75)")
    given = parser.parse_args(arguments)
    try:
        config = read_config(given.config, given.set)
    except ValueError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    scenario = config.load_scenario()
    leagues = {
        name: League(config, kind(scenario, config.worlds, threads=config.threads))
        for name, kind in (("states", SB3VecEnv), ("constant", ConstantVecEnv))
    }
    steps = leagues["states"].env.num_envs * config.n_steps * given.iterations
    speeds: dict[str, list[float]] = {name: [] for name in leagues}
    for chunk in range(given.chunks + 1):  # the first of each is a warm-up
        for name, league in leagues.items():
            start = time.perf_counter()
            for _ in range(given.iterations):
                league.collect()
                league.fit()
            if chunk:
                speeds[name].append(steps / (time.perf_counter() - start))
    medians = {name: statistics.median(values) for name, values in speeds.items()}
    for name, values in speeds.items():
        told = ", ".join(f"{value:,.0f}" for value in values)
        print(f"{name:9s} {medians[name]:>10,.0f} agent-steps/s (median of {told})")
    ratio = medians["states"] / medians["constant"]
    print(f"training reaches {ratio:.0%} of its ceiling; asked: {given.asked:.0%}")
    return 0 if ratio >= given.asked else 1


if __name__ == "__main__":
    sys.exit(main())
