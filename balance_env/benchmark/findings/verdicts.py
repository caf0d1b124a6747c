"""Whether figures bear a hypothesis out: differences of units, tested over units, adjusted for how many were asked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from scipy import stats

from ..bootstrap import LEAST_UNITS, LEVEL
from ..statistics import ALPHA, holm
from .hypotheses import HYPOTHESES, NULL, Hypothesis, Where
from .rows import Figure, OfUnit

TOLD, LEANS, UNDECIDED, TOO_LITTLE = "told", "leans", "undecided", "too little data"


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
    differences : of each scenario, mean over units
    p : adjusted by Holm for all hypotheses of the source; None with too little data
    """

    hypothesis: Hypothesis
    difference: float | None
    low: float | None
    high: float | None
    units: int
    differences: dict[str, float]
    p: float | None
    verdict: str

    @property
    def sentence(self) -> str:
        """What is found, in plain words."""
        asked = self.hypothesis
        if self.verdict == TOO_LITTLE:
            return f"Too little data to say {asked.topic}"
        if self.verdict == UNDECIDED:
            return f"Undecided: {asked.topic}"
        assert self.difference is not None
        return asked.above if self.difference > 0.0 else asked.below

    @property
    def theory(self) -> str:
        """With whom it agrees, and whom it contradicts."""
        school, rival = self.hypothesis.school, self.hypothesis.rival
        if not school and not rival:
            return ""
        if self.difference is None or self.verdict in (UNDECIDED, TOO_LITTLE):
            return " or ".join(name for name in (school, rival) if name) + ": open"
        up = self.difference > 0.0
        words = ("agrees with", "contradicts") if self.verdict == TOLD else ("leans to", "leans against")
        with_whom, against = (school, rival) if up else (rival, school)
        return "; ".join(f"{word} {name}" for word, name in zip(words, (with_whom, against), strict=True) if name)


def differences(book: Book, source: str, asked: Hypothesis) -> dict[str, dict[int, float]]:
    """The figure less what it is set against, by scenario and unit.

    Of the scenarios in which most units have both; where a unit has too few cases others would speak for it.
    """
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
        if told:
            found[scenario] = told
    most = max(map(len, found.values()), default=0)
    return {scenario: told for scenario, told in found.items() if len(told) == most}


def alike(book: Book, source: str, asked: Hypothesis) -> tuple[float | None, float | None]:
    """The interval over cases of a share that is the same in all units, less its null, where one scenario has it."""
    figures = [figure for name in book.scenarios(source) if (figure := book.at(source, name, asked.figure))]
    if asked.against != NULL or len(figures) != 1:
        return None, None
    low, high, null = figures[0].low, figures[0].high, figures[0].null
    return (None, None) if low is None or high is None or null is None or low == high else (low - null, high - null)


def judge(book: Book, source: str, hypotheses: Sequence[Hypothesis] = HYPOTHESES) -> list[Verdict]:
    """All hypotheses, of one source: t tests over units of the mean over scenarios.

    Where all units have the same share a t test has nothing to go by; then its interval over cases speaks, and there
    is no p.

    Source: Student 1908; Holm 1979.
    """
    measured = []
    for asked in hypotheses:
        found = differences(book, source, asked)
        whole = set.intersection(*(set(told) for told in found.values())) if found else set()
        values = np.array([np.mean([told[unit] for told in found.values()]) for unit in sorted(whole)])
        measured.append((asked, values, {name: float(np.mean(list(told.values()))) for name, told in found.items()}))
    testable = [i for i, (_, values, _) in enumerate(measured) if len(values) >= LEAST_UNITS and np.ptp(values) > 0.0]
    tests = {i: stats.ttest_1samp(measured[i][1], 0.0) for i in testable}
    adjusted = dict(zip(testable, holm(np.array([tests[i].pvalue for i in testable])), strict=True)) if tests else {}
    verdicts = []
    for i, (asked, values, by_scenario) in enumerate(measured):
        mean = float(values.mean()) if len(values) else None
        low, high, p = None, None, None
        if i in tests:
            interval, p = tests[i].confidence_interval(LEVEL), float(adjusted[i])
            low, high = float(interval.low), float(interval.high)
        else:
            low, high = alike(book, source, asked) if len(values) >= LEAST_UNITS else (None, None)
        if mean is None or low is None or high is None:
            verdicts.append(Verdict(asked, mean, None, None, len(values), by_scenario, None, TOO_LITTLE))
            continue
        verdict = UNDECIDED
        if p is not None and p < ALPHA:
            verdict = TOLD
        elif low > 0.0 or high < 0.0:
            verdict = LEANS
        verdicts.append(Verdict(asked, mean, low, high, len(values), by_scenario, p, verdict))
    return verdicts
