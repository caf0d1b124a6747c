"""Of runs that differ by chance alone, the one to keep: that to which the best answer gains least."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ..config import load_run
from ..evaluate import SEED
from .compared import Population, responses
from .plays import Plays

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
    """What the best answer to each of some runs gains, mean over designs."""
    if len(runs) == 1:
        return [np.nan]
    scenario = load_run(runs[0]).load_scenario()
    found = responses(plays, [Population(run.name, str(run), scenario, []) for run in runs], list(runs))
    return [float(np.mean([of.gain for of in found if of.population == run.name])) for run in runs]
