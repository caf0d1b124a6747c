"""Figures averaged over worlds, and differences, as a reader sees them: with intervals, and in units that say what."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..checks import TooLittleData
from ..strata import Mean, mean_of
from .hypotheses import Hypothesis, Where
from .margins import MARGINS, POINTS
from .shown import COUNTS
from .verdicts import Book, Verdict, enough, error_of_cases, grouped

LAST_BITS = 1e-12  # below which a difference is one of rounding
WHOLE_PERCENT = 0.1  # from which a share is told in whole hundredths


class Level(NamedTuple):
    """A mean over worlds with its interval over units and the mean of its nulls; None where there is none."""

    value: float
    low: float | None
    high: float | None
    null: float | None
    is_count: bool

    def __str__(self) -> str:
        if self.is_count:
            return number(self.value) + ("" if self.low is None else f" [{number(self.low)}, {number(self.high)}]")
        return percent(self.value, self.low, self.high)

    @property
    def chance(self) -> str:
        """What its null is."""
        if self.null is None:
            return ""
        return number(self.null) if self.is_count else percent(self.null)


def number(value: float | None) -> str:
    """Three digits."""
    return "" if value is None else f"{0.0 if abs(value) < LAST_BITS else value:.3g}"


def percent(value: float, low: float | None = None, high: float | None = None) -> str:
    """A share in hundredths, as many digits as its size asks for."""
    digits = 0 if value >= WHOLE_PERCENT else 1
    ends = "" if low is None or high is None else f" [{100 * low:.{digits}f}, {100 * high:.{digits}f}]"
    return f"{100 * value:.{digits}f} %{ends}"


def level(book: Book, source: str, where: Where) -> Level | None:
    """A figure over the worlds in which enough units have it; a share's interval ends at 0 and 1."""
    found = enough({scenario: book.of_units(source, scenario, where) for scenario in book.scenarios(source)})
    if not found:
        return None
    nulls = [figure.null for at in found if (figure := book.at(source, at, where)) and figure.null is not None]
    null = float(np.mean(nulls)) if len(nulls) == len(found) else None
    groups, count = grouped(found), where.measure in COUNTS
    try:
        low, high = mean_of(groups, error_of_cases(book, source, found, [where])).interval()
    except TooLittleData:
        return Level(float(np.mean([group.mean() for group in groups])), None, None, null, count)
    value = float(np.mean([group.mean() for group in groups]))
    return Level(value, max(low, 0.0), high if count else min(high, 1.0), null, count)


def effect(asked: Hypothesis, mean: Mean) -> str:
    """A difference with its interval, in its units."""
    low, high = mean.interval()
    return f"{signed(asked, mean.value)} [{signed(asked, low)}, {signed(asked, high)}] {unit_of(asked)}".rstrip()


def unit_of(asked: Hypothesis) -> str:
    """What differences of a measure are counted in."""
    margin = MARGINS.get(asked.figure.measure)
    return "" if margin is None else margin.unit


def signed(asked: Hypothesis, value: float, always: bool = True) -> str:
    """A difference with its sign; of shares in hundredths."""
    value = 0.0 if abs(value) < LAST_BITS else value
    sign = "+" if always else ""
    if unit_of(asked) == POINTS:
        return f"{100 * value:{sign}.1f}"
    return f"{value:{sign}.3g}"


def by_world(verdict: Verdict) -> str:
    """The difference in each world."""
    asked = verdict.hypothesis
    return "; ".join(f"{name} {signed(asked, value)}" for name, value in verdict.differences.items())


def worlds_alike(verdict: Verdict) -> str:
    """In how many of its worlds the difference has the sign of the mean."""
    assert verdict.mean is not None
    same = sum(value * verdict.mean.value > 0.0 for value in verdict.differences.values())
    return f"{same} of {len(verdict.differences)}"
