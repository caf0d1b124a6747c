"""Rows of the tables that findings rest on: a figure with its interval over units and its null, and its units.

A unit is a training run; where there is one player only, a batch of worlds.
"""

from __future__ import annotations

import csv
import io
import lzma
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO, Any, NamedTuple, get_type_hints

import numpy as np
from scipy import stats

from ...files import write_whole
from ..bootstrap import LEAST_UNITS, LEVEL, expanded_tail, resamples_of
from ..whatif.circumstances import MEASURE

SHARES = ("security dilemma", "share that", MEASURE)  # of cases, whose interval is nowhere narrower than Wilson's


PACKED = ".xz"  # at the end of a table's name


class Figure(NamedTuple):
    """A figure with where it comes from; None where there is nothing, and `why`."""

    source: str
    scenario: str
    population: str
    seats: str
    measure: str
    version: str
    value: float | None
    low: float | None
    high: float | None
    n: int
    units: int
    null: float | None
    null_low: float | None
    null_high: float | None
    p: float | None
    why: str


class OfUnit(NamedTuple):
    """The same of one unit."""

    source: str
    scenario: str
    population: str
    seats: str
    measure: str
    version: str
    unit: int
    value: float


Key = tuple[str, str, str, str]  # source, scenario, population, seats
Found = tuple[list[Figure], list[OfUnit]]


def over_units(sums: np.ndarray, cases: np.ndarray, seed: int = 0) -> tuple[float, float | None, float | None]:
    """A ratio of sums over units (U,), and its expanded percentile interval (see `bootstrap`) with enough units."""
    value = float(sums.sum() / cases.sum())
    units = len(sums)
    if units < LEAST_UNITS:
        return value, None, None
    weights = np.random.default_rng(seed).multinomial(units, np.full(units, 1.0 / units), resamples_of(units))
    drawn = weights @ cases
    ratios = (weights @ sums)[drawn > 0] / drawn[drawn > 0]
    tail = expanded_tail(units, LEVEL)
    low, high = np.quantile(ratios, [tail, 1.0 - tail])
    return value, float(low), float(high)


def counted(key: Key, measure: str, version: str, sums: Any, cases: Any, null: float | None = None) -> Found:
    """A figure and its units from sums and cases of units (U,); of no case none."""
    sums, cases = np.asarray(sums, float), np.asarray(cases, float)
    some = cases > 0
    named = (*key, measure, version)
    units = [OfUnit(*named, int(unit), float(sums[unit] / cases[unit])) for unit in np.flatnonzero(some)]
    if not units:
        return [Figure(*named, None, None, None, 0, 0, null, None, None, None, "no case")], []
    value, low, high = over_units(sums[some], cases[some])
    if measure.startswith(SHARES) and low is not None and high is not None:
        within = stats.binomtest(round(sums.sum()), int(cases.sum())).proportion_ci(LEVEL, "wilson")
        low, high = min(low, float(within.low)), max(high, float(within.high))
    return [Figure(*named, value, low, high, int(cases.sum()), len(units), null, None, None, None, "")], units


def opened(path: Path) -> IO[str]:
    """A table as text; packed where its name ends in .xz."""
    opener: Any = lzma.open if path.suffix == PACKED else open
    return opener(path, "rt", newline="", encoding="utf-8")


def write(path: Path, head: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> None:
    """Rows under a head, six digits of every number; the file is there whole or not at all."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(head)
    table.writerows([f"{cell:.6g}" if isinstance(cell, float) else cell for cell in row] for row in rows)
    content = text.getvalue().encode()
    write_whole(path, lzma.compress(content) if path.suffix == PACKED else content)


def read(path: Path, row: Any) -> Iterator[Any]:
    """Rows of a table as `row`s, numbers as numbers and blanks as None."""
    kinds = get_type_hints(row)
    with opened(path) as file:
        for cells in csv.DictReader(file):
            yield row(**{name: _cell(cell, kinds[name]) for name, cell in cells.items()})


def _cell(cell: str, kind: Any) -> str | int | float | None:
    if kind is str:
        return cell
    if cell == "":
        return None
    return int(cell) if kind is int else float(cell)
