"""The one shape of a result: a value and the cases behind it, or why there is none."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

INTERVAL = 0.95  # of a null's draws; design choice
LAST_BITS = 1e-12  # in which equal values may differ by the order of their sums


@dataclass(frozen=True)
class Metric:
    """A measured value.

    Parameters
    ----------
    value : float or None
        None where the data do not carry a value; never NaN.
    n : int
        Cases behind it: joins, wars, dyad-years, ... as each metric says.
    why : str
        Why there is no value; empty where there is one.
    """

    value: float | None
    n: int
    why: str = ""

    def __post_init__(self) -> None:
        if (self.value is None) == (not self.why):
            raise ValueError(f"a metric has a value or a reason why there is none, not {self.value!r} and {self.why!r}")
        if self.value is not None and not math.isfinite(self.value):
            raise ValueError(f"a metric's value is finite, not {self.value!r}")

    def __str__(self) -> str:
        return f"NA ({self.why})" if self.value is None else f"{self.value:.3g} (n = {self.n})"

    @classmethod
    def none(cls, why: str, n: int = 0) -> Metric:
        """No value, for the reason `why`."""
        return cls(None, n, why)

    @classmethod
    def share(cls, part: float, whole: float, why: str) -> Metric:
        """`part / whole` over `whole` cases; of no cases, none for the reason `why`."""
        return cls(float(part / whole), int(whole)) if whole > 0 else cls.none(why)


@dataclass(frozen=True)
class Compared:
    """A metric beside its null.

    Parameters
    ----------
    observed : Metric
    null : Metric
        Mean over the draws from the null that have a value; `n` counts them.
    low, high : float or None
        Bounds of the middle 95 % of those draws.
    p : float or None
        Twice the share of draws at or beyond the observed value on its side, the observed one counted as a draw
        (Phipson & Smyth 2010), so it is never 0; at most 1.
    """

    observed: Metric
    null: Metric
    low: float | None = None
    high: float | None = None
    p: float | None = None

    @property
    def excess(self) -> Metric:
        """How far the observed value lies above the null's mean."""
        if self.observed.value is None:
            return self.observed
        if self.null.value is None:
            return Metric.none(f"null: {self.null.why}", self.observed.n)
        return Metric(self.observed.value - self.null.value, self.observed.n)


def compare(observed: Metric, draws: Sequence[Metric]) -> Compared:
    """Set a metric beside draws of the same metric from its null.

    Draws without a value are left out, and the null's `n` tells how many had one.
    """
    values = [math.nan if draw.value is None else draw.value for draw in draws]
    return compare_values(observed, np.array(values), draws[0].why if draws else "")


def compare_values(observed: Metric, draws: np.ndarray, why: str = "") -> Compared:
    """`compare` with draws as numbers, NaN where a draw has no value; `why` all of them have none."""
    values = draws[~np.isnan(draws)]
    if not values.size:
        return Compared(observed, Metric.none(why or ("no draw has a value" if draws.size else "no draws")))
    mean = float(values.mean())
    tail = (1.0 - INTERVAL) / 2.0
    low, high = (float(bound) for bound in np.quantile(values, [tail, 1.0 - tail]))
    p = None
    if observed.value is not None:
        above = (values >= observed.value - LAST_BITS).sum()
        below = (values <= observed.value + LAST_BITS).sum()
        p = min(1.0, float(2 * (1 + min(above, below)) / (1 + values.size)))
    return Compared(observed, Metric(mean, values.size), low, high, p)
