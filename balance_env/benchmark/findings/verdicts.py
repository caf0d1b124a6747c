"""Whether figures bear a hypothesis out: differences of units, tested over units, adjusted for how many were asked."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import NamedTuple

import numpy as np
from scipy import stats

from ..bootstrap import LEVEL
from ..checks import TooLittleData
from ..statistics import ALPHA, holm
from ..strata import Mean, mean_of
from .hypotheses import HYPOTHESES, NULL, Hypothesis, Where
from .rows import SHARES, Figure, OfUnit

TOLD, SMALL, NONE, LEANS, OPEN, TOO_LITTLE = VERDICTS = (
    "told",
    "told, but small",
    "none",
    "leans",
    "open",
    "too little data",
)


LEAST_UNITS = 3  # with a value in a world, for it to count: of two the spread is hardly known


class Book:
    """All figures, by what they are of."""

    def __init__(self, figures: Iterable[Figure], units: Iterable[OfUnit]) -> None:
        self.figures = {figure[:6]: figure for figure in figures}
        self.units: dict[tuple[str, ...], dict[int, float]] = defaultdict(dict)
        for one in units:
            self.units[one[:6]][one.unit] = one.value

    @property
    def sources(self) -> list[str]:
        """Names of the sources, in order."""
        return list(dict.fromkeys(key[0] for key in self.figures))

    def scenarios(self, source: str) -> list[str]:
        """Where a source was played, in order."""
        return list(dict.fromkeys(key[1] for key in self.figures if key[0] == source))

    def populations(self, source: str) -> list[str]:
        """What it was put together to, in order."""
        return list(dict.fromkeys(key[2] for key in self.figures if key[0] == source))

    def at(self, source: str, scenario: str, where: Where) -> Figure | None:
        """A figure, if there is one."""
        return self.figures.get((source, scenario, where.population, where.seats, where.measure, where.version))

    def of_units(self, source: str, scenario: str, where: Where) -> dict[int, float]:
        """Values of its units."""
        return self.units.get((source, scenario, where.population, where.seats, where.measure, where.version), {})


class Verdict(NamedTuple):
    """What became of a hypothesis: the mean difference over scenarios, its interval over units, and what it says.

    Attributes
    ----------
    mean : of differences, each scenario weighing alike; None with too little data
    differences : of each scenario in which enough units have one, mean over them
    p : of no difference, adjusted by Holm for all hypotheses of the source that were tested
    p_matters : of a difference at or beyond the margin, adjusted likewise; None without a margin
    """

    hypothesis: Hypothesis
    mean: Mean | None
    units: int
    differences: dict[str, float]
    p: float | None
    p_matters: float | None
    verdict: str

    @property
    def sentence(self) -> str:
        """What is found, in plain words."""
        asked = self.hypothesis
        if self.mean is None:
            return f"Too little data to say {asked.topic}"
        if self.verdict == OPEN:
            return f"Open: {asked.topic}"
        if self.verdict == NONE:
            return asked.none
        return asked.above if self.mean.value > 0.0 else asked.below

    @property
    def theory(self) -> str:
        """With whom it agrees, and whom it contradicts."""
        asked = self.hypothesis
        schools = [name for name in (asked.school, asked.rival, asked.neither) if name]
        if not schools:
            return ""
        if self.mean is None or self.verdict in (OPEN, TOO_LITTLE):
            return " or ".join(schools) + ": open"
        up = self.mean.value > 0.0
        if self.verdict in (NONE, SMALL):
            expected = [asked.school, asked.rival] if self.verdict == NONE else [asked.school if up else asked.rival]
            against = " and ".join(name for name in expected if name)
            told = (
                f"agrees with {asked.neither}" if asked.neither else "",
                f"too little for {against}" * bool(against),
            )
        else:
            words = ("agrees with", "contradicts") if self.verdict == TOLD else ("leans to", "leans against")
            with_whom = asked.school if up else asked.rival
            against = " and ".join(name for name in schools if name != with_whom)
            told = (f"{words[0]} {with_whom}" * bool(with_whom), f"{words[1]} {against}" * bool(against))
        return "; ".join(filter(None, told))


def differences(book: Book, source: str, asked: Hypothesis) -> dict[str, dict[int, float]]:
    """The figure less what it is set against, by scenario and unit, of scenarios in which enough units have both."""
    found = {}
    for scenario in book.scenarios(source):
        values = book.of_units(source, scenario, asked.figure)
        if isinstance(asked.against, Where):
            other = book.of_units(source, scenario, asked.against)
            told = {unit: value - other[unit] for unit, value in values.items() if unit in other}
        else:
            figure = book.at(source, scenario, asked.figure)
            null = (None if figure is None else figure.null) if asked.against == NULL else float(asked.against)
            told = {} if null is None else {unit: value - null for unit, value in values.items()}
        found[scenario] = told
    return enough(found)


def enough(found: dict[str, dict[int, float]]) -> dict[str, dict[int, float]]:
    """The scenarios in which enough units have a value."""
    return {scenario: told for scenario, told in found.items() if len(told) >= LEAST_UNITS}


def grouped(found: dict[str, dict[int, float]]) -> list[np.ndarray]:
    """Means of units (units,) over the scenarios that they played, apart for scenarios that share no unit.

    A unit that has no value in a scenario of its group speaks for none of it.
    """
    groups: list[list[dict[int, float]]] = []
    for told in found.values():
        sharing = [group for group in groups if any(told.keys() & other.keys() for other in group)]
        groups = [group for group in groups if group not in sharing] + [[*chain.from_iterable(sharing), told]]
    whole = [(group, sorted(set.intersection(*(set(told) for told in group)))) for group in groups]
    return [np.array([np.mean([told[unit] for told in group]) for unit in units]) for group, units in whole]


def error_of_cases(book: Book, source: str, scenarios: Iterable[str], compared: Sequence[Where | str | float]) -> float:
    """Error of a share, or of a difference of two, that the number of cases alone makes: half of Wilson's intervals.

    Where all units have a share of 0, or of 1, their spread tells nothing of it; 0 for what is no share of cases.
    """
    shares = [where for where in compared if isinstance(where, Where) and where.measure.startswith(SHARES)]
    at = list(scenarios)
    figures = [figure for scenario in at for where in shares if (figure := book.at(source, scenario, where))]
    within = [
        stats.binomtest(round(figure.value * figure.n), figure.n).proportion_ci(LEVEL, "wilson")
        for figure in figures
        if figure.value is not None
    ]
    reach = stats.norm.isf((1.0 - LEVEL) / 2.0)
    return math.sqrt(sum(((ends.high - ends.low) / 2.0 / reach) ** 2 for ends in within)) / max(len(at), 1)


def verdict_of(mean: Mean, p: float, p_matters: float | None) -> str:
    """By both tests: of no difference, and of one that matters (Lakens 2017)."""
    low, high = mean.interval()
    small = p_matters is not None and p_matters < ALPHA
    if p < ALPHA:
        return SMALL if small else TOLD
    if small:
        return NONE
    return LEANS if low > 0.0 or high < 0.0 else OPEN


def judge(book: Book, source: str, hypotheses: Sequence[Hypothesis] = HYPOTHESES) -> list[Verdict]:
    """All hypotheses, of one source; see `strata` for the tests.

    Source: Holm 1979; Schuirmann 1987 and Lakens 2017 on equivalence.
    """
    found = [differences(book, source, asked) for asked in hypotheses]
    means: list[Mean | None] = []
    for asked, told in zip(hypotheses, found, strict=True):
        try:
            means.append(mean_of(grouped(told), error_of_cases(book, source, told, [asked.figure, asked.against])))
        except TooLittleData:
            means.append(None)
    tested = [(i, mean, hypotheses[i].margin) for i, mean in enumerate(means) if mean is not None]
    bounded = [(i, mean.p_of_more_than(margin)) for i, mean, margin in tested if margin is not None]
    p = dict(zip((i for i, *_ in tested), adjusted([mean.p_of_none for _, mean, _ in tested]), strict=True))
    p_matters = dict(zip((i for i, _ in bounded), adjusted([each for _, each in bounded]), strict=True))
    verdicts = []
    for i, (asked, told, mean) in enumerate(zip(hypotheses, found, means, strict=True)):
        verdict = TOO_LITTLE if mean is None else verdict_of(mean, p[i], p_matters.get(i))
        per = {scenario: float(np.mean(list(by.values()))) for scenario, by in told.items()}
        units = len(set().union(*told.values()))
        verdicts.append(Verdict(asked, mean, units, per, p.get(i), p_matters.get(i), verdict))
    return verdicts


def adjusted(values: Sequence[float]) -> list[float]:
    """p-values adjusted by Holm; of none none."""
    return [float(value) for value in holm(np.array(values))] if values else []
