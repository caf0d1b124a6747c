"""Speed of forks: `python benchmarks/forks.py [--threads 2]`: ten-year forks a second at N = 8, doctrines deciding.

The copies are made in the time measured. Branches are lived in the kernel (`run`), as values of alliances and dilemmas
are, and year by year (`live`), as responses are watched. Medians of five.
"""

from __future__ import annotations

import argparse
from functools import partial

import numpy as np
from speed import REPEATS, median_seconds

from balance_env.benchmark.forks import AGE, HORIZON, Fork, aged_worlds
from balance_env.core.world import Clock
from balance_env.vector import VectorEnv

WORLDS, BRANCHES = 256, 4
MIX = ["balance_of_threat", "balance_of_power", "buck_passer", "bandwagon_for_profit", "hider", "grim", "tit_for_tat"]


def in_kernel(origin: VectorEnv, threads: int) -> Fork:
    """Ten years of every branch without leaving the kernel."""
    fork = Fork(origin, np.arange(WORLDS), BRANCHES, threads=threads)
    fork.run(HORIZON)
    return fork


def by_year(origin: VectorEnv, threads: int) -> Fork:
    """Ten years of every branch, one at a time."""
    fork = Fork(origin, np.arange(WORLDS), BRANCHES, threads=threads)
    for _ in fork.live(HORIZON):
        pass
    return fork


def main() -> None:
    """Print forks a second for one thread and for as many as asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    for label, players in (("balance_of_threat", "balance_of_threat"), ("a mix of seven", MIX)):
        origin = aged_worlds("default", players, worlds=WORLDS, seed=1)
        for name, call in (("kernel", in_kernel), ("by year", by_year)):
            for threads in sorted({1, options.threads}):
                fork = call(origin, threads)
                lived = (fork.batch.worlds.clock[:, Clock.YEAR] - AGE).sum()
                seconds = median_seconds(partial(call, origin, threads))
                forks = WORLDS * BRANCHES / seconds
                share = lived / (WORLDS * BRANCHES * HORIZON)
                print(
                    f"{label}, {name}, {threads} thread(s): {forks:,.0f} ten-year forks/s, "
                    f"{lived / seconds:,.0f} world-years/s ({share:.1%} of the years lived; median of {REPEATS})"
                )


if __name__ == "__main__":
    main()
