"""How long things last when some are still standing at the end of the record."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import CensoredData, ecdf

from .result import LAST_BITS, Metric


@dataclass(frozen=True)
class Lifetimes:
    """Durations, of which some were cut short by the end of the record.

    Survival beyond a time is estimated by Kaplan & Meier 1958 (scipy's `ecdf` of censored data): the product over the
    times of ends of (1 - ends / those still standing).

    Parameters
    ----------
    durations : array of years, >= 0
    ended : array of bool
        False where the end was not seen (right-censored).

    Raises
    ------
    ValueError
        For durations below 0 or not finite, and unless there is an end for each.
    """

    durations: np.ndarray
    ended: np.ndarray

    def __init__(self, durations: ArrayLike, ended: ArrayLike) -> None:
        object.__setattr__(self, "durations", np.asarray(durations, float).reshape(-1))
        object.__setattr__(self, "ended", np.asarray(ended, bool).reshape(-1))
        if self.durations.shape != self.ended.shape:
            raise ValueError(f"{self.durations.size} durations, but {self.ended.size} ends: one each is needed")
        if not (np.isfinite(self.durations) & (self.durations >= 0.0)).all():
            raise ValueError(f"durations are finite and >= 0, not {self.durations}")

    @property
    def n(self) -> int:
        """Things watched."""
        return self.durations.size

    def curve(self) -> tuple[np.ndarray, np.ndarray]:
        """Times, and the share estimated to last longer than each; empty where nothing was watched."""
        if not self.n:
            return np.empty(0), np.empty(0)
        survival = ecdf(CensoredData.right_censored(self.durations, ~self.ended)).sf
        return survival.quantiles, survival.probabilities

    def beyond(self, years: float) -> Metric:
        """Share that lasts longer than `years`; none where the record ends before and some still stand."""
        if not self.n:
            return Metric.none("nothing to watch")
        times, shares = self.curve()
        if years > times[-1] and shares[-1] > 0.0:
            return Metric.none(f"nothing was watched longer than {times[-1]:g} years", self.n)
        reached = np.searchsorted(times, years, side="right")
        return Metric(float(shares[reached - 1]) if reached else 1.0, self.n)

    def median(self) -> Metric:
        """First time that at most half outlast; none while more than half outlast the record."""
        if not self.n:
            return Metric.none("nothing to watch")
        times, shares = self.curve()
        over = np.flatnonzero(shares <= 0.5 + LAST_BITS)
        if not over.size:
            return Metric.none(f"{self.ended.sum()} of {self.n} ends seen: more than half outlast the record", self.n)
        return Metric(float(times[over[0]]), self.n)

    def mean_within(self, years: float) -> Metric:
        """Mean duration within the first `years` (restricted mean: the area under the curve; Royston & Parmar 2013)."""
        last = self.beyond(years)
        if last.value is None:
            return last
        times, shares = self.curve()
        inside = times < years
        edges = np.concatenate([[0.0], times[inside], [years]])
        return Metric(float(np.diff(edges) @ np.concatenate([[1.0], shares[inside]])), self.n)


def tally(lives: Lifetimes, group: ArrayLike, groups: int, longest: int) -> np.ndarray:
    """Ends and things still standing at each whole duration, by group: (groups, 2, longest + 1).

    Sums over groups give the curve of the whole, see `survival`.

    Parameters
    ----------
    group : array of int
        Of each life.
    longest : int
        Years for which lives are watched: what lasts longer is censored there.
    """
    at = (np.asarray(group, int), np.minimum(lives.durations, longest).astype(int))
    ends, leave = np.zeros((2, groups, longest + 1))
    np.add.at(ends, at, (lives.ended & (lives.durations <= longest)).astype(float))
    np.add.at(leave, at, 1.0)
    standing = leave[:, ::-1].cumsum(axis=1)[:, ::-1]  # who leaves later was there
    return np.stack([ends, standing], axis=1)


def survival(tallies: ArrayLike) -> np.ndarray:
    """Share that lasts longer than 0, 1, ... years (..., years), from tallies (..., 2, years).

    NaN beyond the last year in which anything was watched, unless nothing is left by then. As `Lifetimes.curve`, for
    many tallies at once.

    Source: Kaplan & Meier 1958.
    """
    ends, standing = np.moveaxis(np.asarray(tallies, float), -2, 0)
    share = np.cumprod(1.0 - ends / np.maximum(standing, 1.0), axis=-1)
    return np.where((standing > 0.0) | (share <= LAST_BITS), share, np.nan)


def medians(tallies: ArrayLike) -> np.ndarray:
    """First duration that at most half outlast (...); NaN while more than half outlast the record."""
    below = survival(tallies) <= 0.5 + LAST_BITS
    return np.where(below.any(axis=-1), below.argmax(axis=-1), np.nan)
