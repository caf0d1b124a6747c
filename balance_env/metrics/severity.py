"""How the sizes of wars are distributed: a power law, or a log-normal.

Wars' sizes look like a power law over any short range. The question is which of the two fits better, and whether the
data can tell; no band is claimed. The `powerlaw` package has the same, but scans thresholds for seconds and at times
finds no log-normal; these lines give its numbers.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import minimize
from scipy.stats import norm

FEWEST = 50  # wars at or above a threshold; fewer do not tell the two apart (Clauset, Shalizi & Newman 2009, section 5)
EQUAL = (float(norm.ppf(0.025)), float(norm.ppf(0.975)))  # middle 95 % of a ratio where both fit equally well
THRESHOLDS = 200  # tried, evenly by rank


@dataclass(frozen=True)
class Tail:
    """A fit of the sizes at or above a threshold.

    Parameters
    ----------
    threshold : float
        Where the power law begins: at the smallest distance of Kolmogorov and Smirnov.
    exponent : float
        Of the density of the power law.
    n : int
        Sizes at or above it.
    ratio : float
        Log-likelihood of the power law less that of the log-normal, over its standard error: above 0 the power law
        fits better, below 0 the log-normal.
    p : float
        Of a ratio as far from 0, were the two equally far from the truth (Vuong 1989).
    """

    threshold: float
    exponent: float
    n: int
    ratio: float
    p: float


def _thresholds(sizes: np.ndarray) -> np.ndarray:
    """Places in sorted sizes at which a tail of enough wars, not all of one size, may begin."""
    places = np.unique(np.linspace(0, sizes.size - FEWEST, THRESHOLDS).astype(int))
    return places[sizes[places] < sizes[-1]]


def _distance(tail: np.ndarray) -> tuple[float, float]:
    """Exponent of the power law that begins at the first of sorted sizes, and its largest distance from them."""
    logs = np.log(tail / tail[0])
    exponent = 1.0 + tail.size / logs.sum()
    fitted = 1.0 - np.exp((1.0 - exponent) * logs)
    steps = np.arange(tail.size + 1) / tail.size
    return exponent, float(max(np.abs(fitted - steps[:-1]).max(), np.abs(fitted - steps[1:]).max()))


def _log_normal(logs: np.ndarray) -> np.ndarray:
    """Log-density, in ln of size, of each size under the log-normal that fits best above the smallest."""
    least = logs.min()

    def densities(mean: float, log_deviation: float) -> np.ndarray:
        deviation = math.exp(log_deviation)
        return norm.logpdf(logs, mean, deviation) - norm.logsf(least, mean, deviation)

    start = [logs.mean(), math.log(logs.std())]
    found = minimize(lambda at: -densities(*at).mean(), start, method="Nelder-Mead")
    return densities(*found.x)


def tail(sizes: ArrayLike, threshold: float | None = None) -> Tail | None:
    """Power law against log-normal above the threshold from which a power law fits best, or above one given.

    None where fewer than `FEWEST` different sizes lie above it.

    Parameters
    ----------
    sizes : array, > 0

    Raises
    ------
    ValueError
        For sizes that are not above 0 and finite.

    Sources: Clauset, Shalizi & Newman 2009, sections 3 and 5; Vuong 1989.
    """
    ranked = np.sort(np.asarray(sizes, float).reshape(-1))
    if not (np.isfinite(ranked) & (ranked > 0.0)).all():
        raise ValueError(f"sizes are finite and > 0, not {ranked}")
    if threshold is not None:
        ranked = ranked[ranked >= threshold]
    if np.unique(ranked).size < FEWEST:
        return None
    if threshold is None:
        ranked = ranked[min(_thresholds(ranked), key=lambda place: _distance(ranked[place:])[1]) :]
    exponent, _ = _distance(ranked)
    logs = np.log(ranked)
    power = math.log(exponent - 1.0) - (exponent - 1.0) * (logs - logs[0])
    gaps = power - _log_normal(logs)
    ratio = float(gaps.sum() / (gaps.std() * math.sqrt(gaps.size)))
    return Tail(float(ranked[0]), float(exponent), ranked.size, ratio, float(2.0 * norm.sf(abs(ratio))))
