"""Measures that are no formula of sums: Walt's sources of threat, and the shape of the sizes of wars."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ...metrics import severity, walt
from ...metrics.alignment import Side
from ...metrics.result import Compared, Metric, compare_values
from .evidence import Evidence, Interval
from .nulls import MANY

Found = Callable[[Evidence], tuple[Compared, Interval]]


def choices(evidence: Evidence, side: Side) -> walt.Choices:
    """Choices of all histories, worlds numbered on."""

    def joined() -> walt.Choices:
        parts = [conduct.choices(side) for conduct in evidence.conducts]
        first = np.cumsum([0, *(conduct.worlds for conduct in evidence.conducts)])
        return walt.Choices(
            np.concatenate([part.took for part in parts]),
            np.concatenate([part.sources for part in parts]),
            np.concatenate([part.world + start for part, start in zip(parts, first, strict=False)]),
        )

    return evidence.once(("choices", side), joined)


def run_of_worlds(evidence: Evidence) -> np.ndarray:
    """Place of the run of each world among all runs."""
    runs = np.unique(evidence.runs, return_inverse=True)[1]
    return np.repeat(runs, [conduct.worlds for conduct in evidence.conducts])


def none(why: str, n: int) -> tuple[Compared, Interval]:
    """Nothing found, and why."""
    return Compared(Metric.none(why, n), Metric.none(why)), Interval()


def _coefficients(evidence: Evidence, told: walt.Choices) -> list[tuple[Compared, Interval]]:
    """Coefficients beside 0, and their intervals by the score bootstrap over runs."""
    compared = walt.beside_no_effect(told)
    if evidence.weights is None:
        return [(one, Interval()) for one in compared]
    moved = walt.influence(told, run_of_worlds(evidence)[told.world], evidence.weights.shape[1])
    around = walt.coefficients(told) + (evidence.weights - 1.0) @ moved
    return [
        (one, Interval() if one.observed.value is None else evidence.interval(draws))
        for one, draws in zip(compared, around.T, strict=True)
    ]


def coefficient(side: Side, source: str) -> Found:
    """The coefficient of one of Walt's sources in the logit of one side."""

    def found(evidence: Evidence) -> tuple[Compared, Interval]:
        told = choices(evidence, side)
        if why := told.too_few():
            return none(why, len(told.took))
        return evidence.once(("walt", side), lambda: _coefficients(evidence, told))[walt.SOURCES.index(source)]

    return found


def held_out_gain(side: Side) -> Found:
    """Gain of Walt's logit of one side on the base rate, beside gains whose signs chance turns, world by world."""

    def found(evidence: Evidence) -> tuple[Compared, Interval]:
        told = choices(evidence, side)
        if why := told.too_few():
            return none(why, len(told.took))
        run = run_of_worlds(evidence)
        gains = walt.held_out_gain(told, told.world, run.size)
        value = float(gains[:, 0].sum() / gains[:, 1].sum())
        flips = np.where(evidence.rng(f"gain {side}").random((MANY, run.size)) < 0.5, -1.0, 1.0)
        beside = compare_values(Metric(value, len(told.took)), flips @ gains[:, 0] / gains[:, 1].sum())
        if evidence.weights is None:
            return beside, Interval()
        gain, cases = (evidence.weights @ np.bincount(run, column) for column in gains.T)
        return beside, evidence.interval(gain / np.where(cases > 0.0, cases, np.nan))

    return found


def tail(evidence: Evidence) -> tuple[Compared, Interval]:
    """Power law against log-normal, beside the two being equally far from the truth."""
    sizes = np.concatenate([conduct.severities for conduct in evidence.conducts])
    fit = severity.tail(sizes[sizes > 0.0])
    if fit is None:
        return none(f"{sizes.size} wars: {severity.FEWEST} of different size are needed", sizes.size)
    return Compared(Metric(fit.ratio, fit.n), Metric(0.0, fit.n), *severity.EQUAL, fit.p), Interval()
