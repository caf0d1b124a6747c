"""All that forks measure, as rows: `python -m balance_env.benchmark.whatif.counterfactuals default --players mix`."""

from __future__ import annotations

import argparse
import csv
import sys
import time
import zlib
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ...commands import refused, writable
from ...doctrines import CONSTANTS, DOCTRINES
from ...vector import VectorEnv
from ..history import Act
from .bucks import passed_bucks
from .causal import balancing, worth_of_pacts
from .dilemma import BACKGROUND, WORLDS, dilemma_findings
from .findings import Finding, line, row
from .forks import AGE, Players, aged_worlds
from .spiral import security_dilemma

Measure = Callable[[VectorEnv, np.random.Generator, Act | None], list[Finding]]

MEASURES: tuple[Measure, ...] = (balancing, passed_bucks, worth_of_pacts, security_dilemma, dilemma_findings)
MIXED = "mix"  # on the command line: every doctrine that has an author, by lot


def find(origin: VectorEnv, seed: int, act: Act | None = None) -> list[Finding]:
    """All findings in worlds as they stand; each measure draws its cases apart, so that none moves another's.

    Parameters
    ----------
    origin : VectorEnv
        Worlds to be forked, see `forks.aged_worlds`.
    seed : int
        Draws the cases: the same seed, the same findings.
    act : callable, optional
        Chooses for the seats that no player holds.
    """
    return [
        found
        for measure in MEASURES
        for found in measure(origin, np.random.default_rng((seed, zlib.crc32(measure.__name__.encode()))), act)
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Print what forks find in worlds of the named scenarios; status 2 for what was asked wrongly."""
    parser = argparse.ArgumentParser(prog="python -m balance_env.benchmark.whatif.counterfactuals", description=__doc__)
    parser.add_argument("scenarios", nargs="+")
    parser.add_argument("--players", default=BACKGROUND, help=f"a player in every seat, or {MIXED!r}")
    parser.add_argument("--worlds", type=int, default=WORLDS)
    parser.add_argument("--years", type=int, default=AGE, help="that worlds have lived when they are forked")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int)
    parser.add_argument("--csv", type=writable, help="also write the rows to this file")
    options = parser.parse_args(arguments)
    players: Players = options.players
    if players == MIXED:
        players = [name for name in DOCTRINES if name not in CONSTANTS and name != "random_legal"]
    rows = []
    aged: dict[str, Any] = {
        "worlds": options.worlds,
        "seed": options.seed,
        "years": options.years,
        "threads": options.threads,
    }
    try:
        origins = {name: aged_worlds(name, players, **aged) for name in options.scenarios}
    except ValueError as error:
        return refused(error)
    for name, origin in origins.items():
        start = time.process_time()
        told = find(origin, options.seed)
        seconds = time.process_time() - start
        rows += [row(name, found) for found in told]
        print(
            f"{name}, {options.players}, {options.worlds} worlds after {options.years} years "
            f"({seconds:.1f} s of a processor)"
        )
        print("\n".join(line(found) for found in told), flush=True)
    if options.csv:
        with options.csv.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, fieldnames=list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
    return 0


if __name__ == "__main__":
    sys.exit(main())
