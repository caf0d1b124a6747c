"""How well states fare together, and how unevenly."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import ArrayLike

from .result import Metric

NOBODY = "no states"


def _welfares(welfare: ArrayLike) -> np.ndarray:
    welfare = np.asarray(welfare, float).reshape(-1)
    if not np.isfinite(welfare).all():
        raise ValueError(f"welfare is finite, not {welfare}")
    return welfare


def mean(welfare: ArrayLike) -> Metric:
    """Mean welfare (Harsanyi 1955); `n` counts states."""
    welfare = _welfares(welfare)
    return Metric(float(welfare.mean()), welfare.size) if welfare.size else Metric.none(NOBODY)


def worst_off(welfare: ArrayLike) -> Metric:
    """Welfare of the worst off (Rawls 1971); `n` counts states."""
    welfare = _welfares(welfare)
    return Metric(float(welfare.min()), welfare.size) if welfare.size else Metric.none(NOBODY)


def gini(welfare: ArrayLike) -> Metric:
    """Gini coefficient: 0 where all fare alike, (N - 1)/N where one of N has everything.

    Half the mean difference of all pairs (a state with itself included), over the mean. It has no meaning below 0, nor
    where nobody has anything. `n` counts states.

    Source: Gini 1912; the form in ranks: Cowell 2011.
    """
    welfare = np.sort(_welfares(welfare))
    if not welfare.size:
        return Metric.none(NOBODY)
    if welfare[0] < 0.0:
        return Metric.none("somebody fares below 0", welfare.size)
    if welfare[-1] == 0.0:
        return Metric.none("nobody has anything", welfare.size)
    n = welfare.size
    ranks = 2 * np.arange(1, n + 1) - n - 1
    return Metric(float(ranks @ welfare / (n * welfare.sum())), n)


def nash(welfare: ArrayLike, epsilon: float) -> Metric:
    """Nash welfare, the geometric mean of (welfare + epsilon), less epsilon.

    Without an epsilon one state at 0 makes it 0 whatever the others have; with one, its value depends on epsilon, so
    epsilon is always given and reported: see `nash_sweep`. At epsilon without bound it is the mean. No value where
    somebody fares below -epsilon. `n` counts states.

    Source: Nash 1950; Kaneko & Nakamura 1979; the epsilon: design choice.
    """
    welfare = _welfares(welfare)
    if not epsilon >= 0.0:
        raise ValueError(f"epsilon is >= 0, not {epsilon}")
    if not welfare.size:
        return Metric.none(NOBODY)
    if welfare.min() < -epsilon:
        return Metric.none(f"somebody fares below -epsilon = {-epsilon:g}", welfare.size)
    lifted = welfare + epsilon
    product = float(np.exp(np.log(lifted).mean())) if lifted.min() > 0.0 else 0.0
    return Metric(product - epsilon, welfare.size)


def nash_sweep(welfare: ArrayLike, epsilons: Iterable[float]) -> dict[float, Metric]:
    """`nash` for each epsilon."""
    return {epsilon: nash(welfare, epsilon) for epsilon in epsilons}
