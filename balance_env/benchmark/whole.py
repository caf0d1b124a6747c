"""Measures that are no formula of sums: Walt's sources of threat, and the shape of the sizes of wars."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..metrics import severity, walt
from ..metrics.result import Compared, Metric, compare_values
from .evidence import Evidence, Interval
from .nulls import FEW, MANY

Found = Callable[[Evidence], tuple[Compared, Interval]]


def joins(evidence: Evidence) -> walt.Joins:
    """Joins of all histories, disputes and worlds numbered on."""
    parts = [conduct.joins for conduct in evidence.conducts]
    worlds = np.cumsum([0, *(conduct.worlds for conduct in evidence.conducts)])
    disputes = np.cumsum([0, *(len(conduct.disputes) for conduct in evidence.conducts)])
    return walt.Joins(
        np.concatenate([part.against for part in parts]),
        np.concatenate([part.sources for part in parts]),
        np.concatenate([part.dispute + first for part, first in zip(parts, disputes, strict=False)]),
        np.concatenate([part.world + first for part, first in zip(parts, worlds, strict=False)]),
    )


def _run_of_worlds(evidence: Evidence) -> np.ndarray:
    """Place of the run of each world among all runs."""
    runs = np.unique(evidence.runs, return_inverse=True)[1]
    return np.repeat(runs, [conduct.worlds for conduct in evidence.conducts])


def _coefficients(evidence: Evidence, told: walt.Joins) -> list[tuple[Compared, Interval]]:
    """Coefficients beside those of permuted partners, and their intervals by the score bootstrap over runs."""
    rng = evidence.rng("walt")
    observed = walt.coefficients(told)
    drawn = np.array([walt.coefficients(walt.permuted(told, rng)) for _ in range(FEW)])
    spread = np.zeros((0, len(walt.SOURCES)))
    if evidence.weights is not None:
        run = _run_of_worlds(evidence)
        moved = walt.influence(told, run[told.world], evidence.weights.shape[1])
        spread = observed + (evidence.weights - 1.0) @ moved
    return [
        (
            compare_values(Metric(float(value), len(told.against)), draws),
            evidence.interval(around) if around.size else Interval(),
        )
        for value, draws, around in zip(observed, drawn.T, spread.T, strict=True)
    ]


def coefficient(source: str) -> Found:
    """The coefficient of one of Walt's sources."""

    def found(evidence: Evidence) -> tuple[Compared, Interval]:
        told = evidence.once("joins", lambda: joins(evidence))
        if why := told.too_few():
            return Compared(Metric.none(why, len(told.against)), Metric.none(why)), Interval()
        return evidence.once("walt", lambda: _coefficients(evidence, told))[walt.SOURCES.index(source)]

    return found


def held_out_gain(evidence: Evidence) -> tuple[Compared, Interval]:
    """Gain of Walt's logit on the base rate, beside gains whose signs are left to chance, world by world."""
    told = evidence.once("joins", lambda: joins(evidence))
    if why := told.too_few():
        return Compared(Metric.none(why, len(told.against)), Metric.none(why)), Interval()
    run = _run_of_worlds(evidence)
    gains = walt.held_out_gain(told, told.world, run.size)
    value = float(gains[:, 0].sum() / gains[:, 1].sum())
    flips = np.where(evidence.rng("gain").random((MANY, run.size)) < 0.5, -1.0, 1.0)
    beside = compare_values(Metric(value, len(told.against)), flips @ gains[:, 0] / gains[:, 1].sum())
    if evidence.weights is None:
        return beside, Interval()
    gain, cases = (evidence.weights @ np.bincount(run, column) for column in gains.T)
    return beside, evidence.interval(gain / np.where(cases > 0.0, cases, np.nan))


def tail(evidence: Evidence) -> tuple[Compared, Interval]:
    """Power law against log-normal, beside the two being equally far from the truth."""
    sizes = np.concatenate([conduct.severities for conduct in evidence.conducts])
    fit = severity.tail(sizes[sizes > 0.0])
    if fit is None:
        why = f"{sizes.size} wars: {severity.FEWEST} of different size are needed"
        return Compared(Metric.none(why, sizes.size), Metric.none(why)), Interval()
    return Compared(Metric(fit.ratio, fit.n), Metric(0.0, fit.n), *severity.EQUAL, fit.p), Interval()
