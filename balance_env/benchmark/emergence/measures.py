"""What one entrant's histories amount to: every measure of the table beside its null, and the file of them."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ...metrics.result import Compared
from ..history import History
from .catalogue import MEASURES
from .conduct import Conduct
from .evidence import Evidence, Interval, Measure, Whole

MOST_NETWORKS = 300  # networks whose blocs are sought, which takes milliseconds each; design choice
COLUMNS = (
    *("group", "measure", "version", "value", "n", "why", "null", "null_low", "null_high", "p", "low", "high"),
    "definition",
)


@dataclass(frozen=True)
class Measured:
    """A measure with what was found.

    Parameters
    ----------
    measure : Measure or Whole
    beside : Compared
        Its value, beside its null.
    interval : Interval
        Over runs, where there are enough.
    """

    measure: Measure | Whole
    beside: Compared
    interval: Interval

    def row(self, group: str) -> list[object]:
        """A line of `measures.csv`, by `COLUMNS`; empty where there is nothing."""
        observed, null = self.beside.observed, self.beside.null
        told = [group, self.measure.name, self.measure.version, observed.value, observed.n, observed.why]
        told += [null.value, self.beside.low, self.beside.high, self.beside.p, *self.interval, self.measure.definition]
        return ["" if cell is None else cell for cell in told]


def gather(
    histories: Sequence[History],
    seed: int,
    runs: Sequence[int] | None = None,
    references: Mapping[str, Sequence[History]] | None = None,
    focal: Sequence[np.ndarray] | None = None,
    reference_focal: Mapping[str, Sequence[np.ndarray]] | None = None,
) -> Evidence:
    """All histories of one entrant, taken apart, with what its measures are set beside.

    Parameters
    ----------
    histories : sequence of History
        Of any scenarios; a world counts by the cases in it.
    seed : int
        The same seed gives the same nulls and intervals.
    runs : sequence of int, optional
        The training run of each history; by default all are of one. Intervals need five or more runs.
    references : {name: histories}, optional
        The same scenarios played by `random_legal` and by `always_invest` in the focal seats; measures whose null
        is not given say so.
    focal : sequence of (W, N) bool, optional
        Whose choices are measured in each history; by default everyone's.
    reference_focal : {name: sequence of (W, N) bool}, optional
        And in each history of a reference.

    Raises
    ------
    ValueError
        Without a history, and where runs or focal seats are not one for each history.
    """
    if not histories:
        raise ValueError("measure needs one history or more")
    if runs is not None and len(runs) != len(histories):
        raise ValueError(f"one run for each history: {len(histories)} histories, {len(runs)} runs")
    networks = max(1, MOST_NETWORKS // len(histories))

    def taken_apart(of: Sequence[History], seats: Sequence[np.ndarray] | None) -> list[Conduct]:
        whose = [np.ones(history.player.shape, bool) for history in of] if seats is None else seats
        if len(whose) != len(of):
            raise ValueError(f"one set of focal seats for each history: {len(of)} histories, {len(whose)} sets")
        return [Conduct(history, its, networks) for history, its in zip(of, whose, strict=True)]

    conducts, seats = taken_apart(histories, focal), reference_focal or {}
    beside = {name: taken_apart(given, seats.get(name)) for name, given in (references or {}).items()}
    return Evidence(conducts, [0] * len(histories) if runs is None else list(runs), beside, seed)


def measure(evidence: Evidence, measures: Sequence[Measure | Whole] = MEASURES) -> list[Measured]:
    """Every measure of one entrant, over all its histories together, as `gather` has them."""
    return [Measured(line, *line.find(evidence)) for line in measures]


def write_measures(path: Path, groups: Mapping[str, Sequence[Measured]]) -> None:
    """Write `measures.csv`: a line for each measure of each group, see `COLUMNS`."""
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(COLUMNS)
        table.writerows(found.row(group) for group, every in groups.items() for found in every)
