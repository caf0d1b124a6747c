"""A finding: a mean over independent worlds with its interval, beside its null, as a row of a report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from scipy import stats

from ...metrics import Compared, Metric
from ..bootstrap import LEAST_UNITS, LEVEL, Scores, bootstrap


class Finding(NamedTuple):
    """What forks measured, as a row of a report.

    Attributes
    ----------
    measure, version : str
    compared : Compared
        The value beside its null.
    low, high : float or None
        The value's 95 % interval over worlds; None under `LEAST_UNITS` worlds.
    definition : str
    values : (M,) array
        What the mean is of, one value a world.
    """

    measure: str
    version: str
    compared: Compared
    low: float | None
    high: float | None
    definition: str
    values: np.ndarray


def estimate(values: np.ndarray, why: str, seed: int = 0) -> tuple[Metric, float | None, float | None]:
    """Mean of values (M,) of independent worlds with its 95 % interval; of none, why there is none.

    The interval of a share, of values that are true or false, is Wilson's, which does not shrink to a point where all
    are alike; that of other means is a bootstrap's.

    Source: Wilson 1927, Journal of the American Statistical Association 22; Brown, Cai & DasGupta 2001, Statistical
    Science 16, on intervals of a share.
    """
    values = np.asarray(values)
    if not len(values):
        return Metric.none(why), None, None
    metric = Metric(float(values.mean()), len(values))
    if len(values) < LEAST_UNITS:
        return metric, None, None
    if values.dtype == bool:
        share = stats.binomtest(int(values.sum()), len(values)).proportion_ci(LEVEL, "wilson")
        return metric, float(share.low), float(share.high)
    found = bootstrap(_grand_mean, Scores([values[None, :, None]], trained=False), seed=seed)
    return metric, float(found.low), float(found.high)


def finding(measure: str, version: str, values: np.ndarray, why: str, null: Metric, definition: str) -> Finding:
    """The mean of values (M,) of independent worlds as a row of a report; `why` there is none where M is 0."""
    metric, low, high = estimate(values, why)
    return Finding(measure, version, Compared(metric, null), low, high, definition, values)


def pooled(findings: Sequence[Finding]) -> Finding:
    """One finding over the worlds of several, in which every world weighs alike; so do the cases of their nulls."""
    first = findings[0]
    values = [found.values for found in findings if len(found.values)] or [first.values]
    told = [found.compared.null for found in findings]
    cases = sum(null.n for null in told if null.value is not None)
    summed = sum(null.value * null.n for null in told if null.value is not None)
    null = Metric(summed / cases, cases) if cases else told[0]
    why = first.compared.observed.why
    return finding(first.measure, first.version, np.concatenate(values), why, null, first.definition)


def plain(found: Finding) -> dict[str, Any]:
    """A finding as JSON has it; `from_plain` makes it anew."""
    null = found.compared.null
    return {
        "measure": found.measure,
        "version": found.version,
        "values": found.values.tolist(),
        "why": found.compared.observed.why,
        "null": [null.value, null.n, null.why],
        "definition": found.definition,
    }


def from_plain(told: Mapping[str, Any]) -> Finding:
    """The finding that `plain` told of."""
    return finding(**{**told, "values": np.array(told["values"]), "null": Metric(*told["null"])})


def row(group: str, found: Finding) -> dict[str, Any]:
    """A finding under the names of the columns."""
    told = found.compared
    return {
        "group": group,
        "measure": found.measure,
        "version": found.version,
        "value": told.observed.value,
        "n": told.observed.n,
        "why": told.observed.why,
        "null": told.null.value,
        "null_low": told.low,
        "null_high": told.high,
        "p": told.p,
        "low": found.low,
        "high": found.high,
        "definition": found.definition,
    }


def line(found: Finding) -> str:
    """A finding as a line to read."""
    interval = "" if found.low is None else f" [{found.low:.3g}, {found.high:.3g}]"
    null = "" if found.compared.null.value is None else f", null {found.compared.null.value:.3g}"
    return f"  {found.measure}, {found.version}: {found.compared.observed}{interval}{null}"


def _grand_mean(means: np.ndarray) -> np.ndarray:
    return means.mean((-1, -2))
