"""Speed of forks: `python benchmarks/forks.py [--threads 2]`: ten-year forks a second at N = 8, doctrines deciding.

The copies are made in the time measured. Branches are lived in the kernel (`run`), as for the worth of pacts, and year
by year (`live`), as responses are watched. Medians of five, by the clock and by the processor's time: the second is
what a thread would do on a machine that it need not share.
"""

from __future__ import annotations

import argparse
import statistics
import time

import numpy as np

from balance_env.benchmark.whatif.forks import AGE, HORIZON, Fork, aged_worlds
from balance_env.core.world import Clock
from balance_env.vector import VectorEnv

REPEATS = 5
WORLDS, BRANCHES = 256, 4
POPULATIONS: dict[str, str | list[str]] = {
    "balance_of_threat": "balance_of_threat",
    "a mix of seven": [
        "balance_of_threat",
        "balance_of_power",
        "buck_passer",
        "bandwagon_for_profit",
        "hider",
        "grim",
        "tit_for_tat",
    ],
}


def in_kernel(origin: VectorEnv, threads: int) -> Fork:
    """Ten years of every branch without leaving the kernel."""
    fork = Fork(origin, np.arange(WORLDS), BRANCHES, threads=threads)
    fork.run(HORIZON)
    fork.batch.close()
    return fork


def by_year(origin: VectorEnv, threads: int) -> Fork:
    """Ten years of every branch, one at a time."""
    fork = Fork(origin, np.arange(WORLDS), BRANCHES, threads=threads)
    for _ in fork.live(HORIZON):
        pass
    fork.batch.close()
    return fork


def main() -> None:
    """Print forks a second for one thread and for as many as asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    for population, players in POPULATIONS.items():
        origin = aged_worlds("default", players, worlds=WORLDS, seed=1)
        for name, call in (("in the kernel", in_kernel), ("year by year", by_year)):
            for threads in sorted({1, options.threads}):
                fork = call(origin, threads)
                share = (fork.batch.worlds.clock[:, Clock.YEAR] - AGE).mean() / HORIZON
                by_clock, by_processor = [], []
                for _ in range(REPEATS):
                    start, busy = time.perf_counter(), time.process_time()
                    call(origin, threads)
                    by_clock.append(time.perf_counter() - start)
                    by_processor.append(time.process_time() - busy)
                forks = WORLDS * BRANCHES
                print(
                    f"{population}, {name}, {threads} thread(s): {forks / statistics.median(by_clock):,.0f} forks/s, "
                    f"{forks / statistics.median(by_processor):,.0f} a second of a processor "
                    f"({share:.1%} of their years lived)",
                    flush=True,
                )


if __name__ == "__main__":
    main()
