"""From what each world adds to a measure to its value, its null and its interval over runs.

A measure is sums over worlds and a formula of them. So many histories pool, a null is sums drawn otherwise, and a
bootstrap over runs weighs the sums of runs: no formula is worked out world by world.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from ...metrics.result import Compared, Metric, compare_values
from ..bootstrap import LEAST_UNITS, LEVEL, expanded_tail, resamples_of
from .conduct import Conduct

DRAWS = 999  # worlds drawn from a reference; design choice
LEAST = 10  # cases; a share of fewer says nothing; design choice
MOST_WITHOUT = 0.05  # share of a bootstrap's resamples without a value that leaves an interval; design choice

Sums = Callable[[Conduct], np.ndarray]  # (W, ...) of one history
Draw = Callable[[Conduct, np.random.Generator], np.ndarray]  # (draws, ...), summed over the worlds of one history


class Formula(NamedTuple):
    """A value (...) from sums (..., *shape), NaN where they carry none, and the cases behind it."""

    value: Callable[[np.ndarray], np.ndarray]
    cases: Callable[[np.ndarray], np.ndarray]


class Interval(NamedTuple):
    """Ends of an interval over runs; None where there are too few of them."""

    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Evidence:
    """Histories of one entrant, with whatever its measures are set beside.

    Parameters
    ----------
    conducts : sequence of Conduct
    runs : sequence of int
        The training run of each history.
    references : {name: sequence of Conduct}
        The same scenarios played otherwise: `random_legal`, `always_invest`.
    seed : int
    """

    conducts: Sequence[Conduct]
    runs: Sequence[int]
    references: Mapping[str, Sequence[Conduct]]
    seed: int
    _kept: dict[Hashable, Any] = field(default_factory=dict)

    def rng(self, what: str) -> np.random.Generator:
        """A generator of its own for each null, so that none moves when another is added."""
        return np.random.default_rng((self.seed, *what.encode()))

    def sums(self, conduct: Conduct, sums: Sums) -> np.ndarray:
        """What the worlds of a history add (W, ...), worked out once."""
        return self.once((id(conduct), sums), lambda: sums(conduct))

    def once(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """What `make` makes, made once under this key."""
        if key not in self._kept:
            self._kept[key] = make()
        return self._kept[key]

    def total(self, sums: Sums) -> np.ndarray:
        """Sums over all worlds."""
        return self.by_run(sums).sum(axis=0)

    def by_run(self, sums: Sums) -> np.ndarray:
        """Sums over the worlds of each run (R, ...)."""
        _, run = np.unique(self.runs, return_inverse=True)
        summed = [self.sums(conduct, sums).sum(axis=0) for conduct in self.conducts]
        return np.stack(
            [sum(one for one, of in zip(summed, run, strict=True) if of == r) for r in range(run.max() + 1)]
        )

    @cached_property
    def weights(self) -> np.ndarray | None:
        """How often each run is drawn in each resample (resamples, R); None with too few runs."""
        runs = np.unique(self.runs).size
        if runs < LEAST_UNITS:
            return None
        drawn = self.rng("runs").multinomial(runs, np.full(runs, 1.0 / runs), resamples_of(runs))
        return drawn.astype(float)

    def interval(self, values: np.ndarray) -> Interval:
        """Expanded percentile interval (see `bootstrap`) of the values of resamples of runs."""
        kept = values[~np.isnan(values)]
        if kept.size < (1.0 - MOST_WITHOUT) * values.size:
            return Interval()
        tail = expanded_tail(np.unique(self.runs).size, LEVEL)
        low, high = np.quantile(kept, [tail, 1.0 - tail])
        return Interval(float(low), float(high))

    def over_runs(self, sums: Sums, formula: Formula) -> Interval:
        """Interval of a formula over runs drawn again."""
        if self.weights is None:
            return Interval()
        by_run = self.by_run(sums)
        drawn = self.weights @ by_run.reshape(len(by_run), -1)
        return self.interval(formula.value(drawn.reshape(-1, *by_run.shape[1:])))

    def beside_reference(self, name: str, sums: Sums, formula: Formula, observed: Metric) -> Compared:
        """A value beside those of as many worlds drawn, scenario by scenario, from a reference.

        The reference's worlds are themselves a sample: they weigh anew in each draw (the Bayesian bootstrap of Rubin
        1981), so that draws spread as two samples differ that come from one source.
        """
        rng, drawn = self.rng(name), np.zeros(())
        if name not in self.references:
            return Compared(observed, Metric.none(f"no history of {name} was given"))
        by_scenario: dict[str, list[np.ndarray]] = {}
        for conduct in self.references[name]:
            by_scenario.setdefault(conduct.scenario, []).append(self.sums(conduct, sums))
        for conduct in self.conducts:
            if conduct.scenario not in by_scenario:
                return Compared(observed, Metric.none(f"no history of {name} in {conduct.history.scenario.name!r}"))
            pool = np.concatenate(by_scenario[conduct.scenario])
            times = rng.multinomial(conduct.worlds, rng.dirichlet(np.ones(len(pool)), DRAWS)).astype(float)
            drawn = drawn + (times @ pool.reshape(len(pool), -1)).reshape(DRAWS, *pool.shape[1:])
        return compare_values(observed, formula.value(drawn))

    def beside_draws(self, null: Chance, formula: Formula, observed: Metric) -> Compared:
        """A value beside those of sums drawn from the data themselves."""
        rng = self.rng(null.what)
        drawn = self.once(null.draw, lambda: np.sum([null.draw(one, rng) for one in self.conducts], axis=0))
        return compare_values(observed, formula.value(drawn))


class Chance(NamedTuple):
    """A null that is drawn from the data themselves."""

    what: str
    draw: Draw


@dataclass(frozen=True)
class Measure:
    """A line of the table of measures: what it is, and how it is worked out from sums over worlds.

    Parameters
    ----------
    name, version : str
    null : str or Chance
        What it is set beside: a reference by its name, or what chance does to the data.
    unit : str
        What its cases are; `least` of them carry a value.
    sums : callable
    formula : Formula
    source, definition : str
    """

    name: str
    version: str
    null: str | Chance
    unit: str
    sums: Sums
    formula: Formula
    source: str
    definition: str
    least: int = LEAST

    def find(self, evidence: Evidence) -> tuple[Compared, Interval]:
        """Its value beside its null, and its interval over runs."""
        total = evidence.total(self.sums)
        cases = int(self.formula.cases(total))
        with np.errstate(invalid="ignore", divide="ignore"):
            value = float(self.formula.value(total)) if cases >= self.least else np.nan
            if cases < self.least:
                observed = Metric.none(f"{cases} {self.unit}: {self.least} are needed", cases)
            elif np.isnan(value):
                observed = Metric.none(f"{cases} {self.unit} do not settle it", cases)
            else:
                observed = Metric(value, cases)
            if isinstance(self.null, Chance):
                beside = evidence.beside_draws(self.null, self.formula, observed)
            else:
                beside = evidence.beside_reference(self.null, self.sums, self.formula, observed)
            return beside, Interval() if observed.value is None else evidence.over_runs(self.sums, self.formula)


@dataclass(frozen=True)
class Whole:
    """A line of the table whose value is no formula of sums; see `Measure`."""

    name: str
    version: str
    null: str
    find: Callable[[Evidence], tuple[Compared, Interval]]
    source: str
    definition: str
