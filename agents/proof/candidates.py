"""Of runs that differ by chance alone, the one to keep: that to which the best answer gains least.

    python -m agents.proof.candidates runs/one runs/two runs/three

Answers are all doctrines and the other runs; what was played is kept beside the first run.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from rich.console import Console
from rich.table import Table

from balance_env.commands import refused

from ..config import load_run
from ..evaluate import SEED
from .compared import Population, responses
from .plays import PARTS, WORLDS, Plays

JUDGES_SEED = SEED + 1  # candidates are judged in worlds of their own: what is kept is told in others


class Judged(NamedTuple):
    """Candidates, and what the best answer to each gains: see `Response`."""

    runs: list[Path]
    gains: list[float]

    @property
    def kept(self) -> Path:
        """The run to which the best answer gains least."""
        return self.runs[int(np.argmin(self.gains))]


def judge(plays: Plays, runs: Sequence[Path], candidates: int) -> list[Judged]:
    """Judge every so many runs, in order; answers are all doctrines and the other candidates.

    One candidate is kept without being judged.
    """
    groups = [runs[first : first + candidates] for first in range(0, len(runs), candidates)]
    judges = Plays(plays.folder, plays.worlds, JUDGES_SEED)
    return [Judged(list(group), gains(judges, group)) for group in groups]


def gains(plays: Plays, runs: Sequence[Path]) -> list[float]:
    """What the best answer to each of some runs gains, mean over designs; ValueError if scenarios differ."""
    if len(runs) == 1:
        return [np.nan]
    scenario = load_run(runs[0]).load_scenario()
    for run in runs[1:]:
        if load_run(run).load_scenario() != scenario:
            raise ValueError(f"{run} was fitted in another scenario than {runs[0]}: candidates differ by chance alone")
    found = responses(plays, [Population(str(run), str(run), scenario, []) for run in runs], list(runs))
    return [float(np.mean([of.gain for of in found if of.population == str(run)])) for run in runs]


def main(arguments: Sequence[str] | None = None) -> int:
    """The command `python -m agents.proof.candidates`."""
    parser = argparse.ArgumentParser(
        prog="python -m agents.proof.candidates", description=(__doc__ or "").split("\n", 1)[0]
    )
    parser.add_argument("runs", type=Path, nargs="+", help="folders of runs in one scenario")
    parser.add_argument("--worlds", type=int, default=WORLDS, help=f"played for every score (default {WORLDS})")
    given = parser.parse_args(arguments)
    torch.set_num_threads(1)  # networks are small
    try:
        if given.worlds < 1:
            raise ValueError(f"--worlds {given.worlds}: a whole number from 1")
        if len(given.runs) < 2:
            raise ValueError(f"one run, {given.runs[0]}: there is nothing to choose from")
        (judged,) = judge(Plays(given.runs[0].parent / PARTS, given.worlds), given.runs, len(given.runs))
    except ValueError as error:
        return refused(error)
    shown = Table("run")
    shown.add_column("the best answer gains", justify="right")
    for run, gain in sorted(zip(*judged, strict=True), key=lambda told: told[1]):
        shown.add_row(str(run), f"{gain:+.3f}")
    console = Console()
    console.print(shown)
    console.print(f"{judged.kept} leaves least", soft_wrap=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
