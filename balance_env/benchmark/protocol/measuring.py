"""What an entrant's play amounts to: the measures of the catalogue, over all stages and, in full, over each.

Histories are large and are not kept, so the first episodes of the entrant as resident are played again to be measured:
all draws are functions of stage, seed and episode, so they are those that were scored.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from ..emergence.measures import gather, measure
from ..history import History
from ..reporting.results import ALL
from .arena import FIRST, RESIDENT, Casting, cast, play
from .entrant import Entrant, play_run
from .suite import Stage, Suite

REFERENCES = ("random_legal", "always_invest")  # in the entrant's seats: what measures are set beside
WORLDS_TOGETHER = 10  # of each stage, over all runs, that are measured together; bounds memory
WORLDS_APART = 20  # of each stage and run, where stages are measured one by one


def groups(suite: Suite) -> list[str]:
    """What is measured at once: all stages together, and each by itself."""
    return [ALL, *(stage.name for stage in suite.stages)]


def measure_group(entrant: Entrant, suite: Suite, group: str, episodes: int, seed: int) -> list[list[Any]]:
    """Rows of `measures.csv`, of all stages together or of one, from `episodes` at most of each stage and run."""
    if group == ALL:
        each = max(1, min(episodes, WORLDS_TOGETHER // len(entrant.sources)))
        chosen = [(stage, each) for stage in suite.stages]
    else:
        chosen = [(suite.stage(group), min(episodes, WORLDS_APART))]
    histories: list[History] = []
    focal: list[np.ndarray] = []
    runs: list[int] = []
    beside: dict[str, list[History]] = {name: [] for name in REFERENCES}
    its_seats: list[np.ndarray] = []  # of a reference, whose histories are one a stage
    for stage, some in chosen:
        casting = cast(stage, RESIDENT, seed, some)
        for run, history in _histories(entrant, stage, casting, seed):
            histories.append(history)
            runs.append(run)
            focal.append(casting.focal == FIRST)
        its_seats.append(casting.focal == FIRST)
        for name in REFERENCES:
            beside[name].append(play(stage, casting, seed, name))
    found = measure(gather(histories, seed, runs, beside, focal, dict.fromkeys(REFERENCES, its_seats)))
    return [[_plain(cell) for cell in one.row(group)] for one in found]


def _histories(entrant: Entrant, stage: Stage, casting: Casting, seed: int) -> Iterator[tuple[int, History]]:
    for run in range(len(entrant.sources)):
        yield run, play_run(entrant, run, stage, RESIDENT, casting, seed).history


def _plain(cell: Any) -> Any:
    """A cell as text or number, as JSON has them."""
    return str(cell) if isinstance(cell, str) else cell.item() if isinstance(cell, np.generic) else cell
