"""What an entrant's play amounts to: the measures of the catalogue, over all stages and, in full, over each.

Histories are large and are not kept, so the first episodes of the entrant as resident are played again to be measured:
all draws are functions of stage, seed and episode, so they are those that were scored. Runs are measured in different
ones: in the same, the luck of a world would count once for each run, and pass for what the entrant does.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..emergence.measures import gather, measure
from ..history import History
from ..reporting.results import ALL
from .arena import FIRST, RESIDENT, cast, play
from .entrant import Entrant, play_run
from .suite import Suite

REFERENCES = ("random_legal", "always_invest")  # in the entrant's seats: what measures are set beside
WORLDS_TOGETHER = 10  # of each stage, over all runs, that are measured together; bounds memory
WORLDS_APART = 20  # of each stage and run at most, where stages are measured one by one


def groups(suite: Suite) -> list[str]:
    """What is measured at once: all stages together, and each by itself."""
    return [ALL, *(stage.name for stage in suite.stages)]


def measure_group(entrant: Entrant, suite: Suite, group: str, episodes: int, seed: int) -> list[list[Any]]:
    """Rows of `measures.csv`, of all stages together or of one, from `episodes` at most of each stage and run."""
    together = group == ALL
    least = min(episodes, WORLDS_TOGETHER if together else WORLDS_APART)
    most = least if together else min(episodes, WORLDS_APART * len(entrant.sources))
    histories: list[History] = []
    focal: list[np.ndarray] = []
    runs: list[int] = []
    beside: dict[str, list[History]] = {name: [] for name in REFERENCES}
    its_seats: list[np.ndarray] = []  # of a reference, whose histories are one a stage
    for stage in suite.stages if together else (suite.stage(group),):
        casting = cast(stage, RESIDENT, seed, most)
        for run in range(len(entrant.sources)):
            its = worlds_of(run, len(entrant.sources), most)
            histories.append(play_run(entrant, run, stage, RESIDENT, casting, seed).history.of_worlds(its))
            runs.append(run)
            focal.append(casting.focal[its] == FIRST)
        casting = cast(stage, RESIDENT, seed, least)
        its_seats.append(casting.focal == FIRST)
        for name in REFERENCES:
            beside[name].append(play(stage, casting, seed, name))
    found = measure(gather(histories, seed, runs, beside, focal, dict.fromkeys(REFERENCES, its_seats)))
    return [[_plain(cell) for cell in one.row(group)] for one in found]


def worlds_of(run: int, runs: int, worlds: int) -> np.ndarray:
    """Numbers of the worlds in which a run is measured: in every `runs`th of them, or in one where they are too few."""
    return np.arange(run, max(runs, worlds), runs) % worlds


def _plain(cell: Any) -> Any:
    """A cell as text or number, as JSON has them."""
    return str(cell) if isinstance(cell, str) else cell.item() if isinstance(cell, np.generic) else cell
