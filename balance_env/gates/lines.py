"""One figure of a gate, with its interval and what it must be."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

Z95 = 1.96


@dataclass(frozen=True)
class Line:
    """One figure with its 95 % interval and what it must be; `must` empty: printed, not required."""

    what: str
    value: float
    low: float
    high: float
    must: str = ""
    holds: bool = True

    def __str__(self) -> str:
        interval = "" if math.isnan(self.low) else f"  [{self.low:.3g}, {self.high:.3g}]"
        mark = "" if not self.must else ("  ok" if self.holds else "  FAILS") + f": {self.must}"
        return f"  {self.what}: {self.value:.3g}{interval}{mark}"


def mean_line(what: str, samples: np.ndarray, must: str = "", check: Callable[[float], bool] | None = None) -> Line:
    """Mean of independent samples with its normal interval."""
    mean = float(np.mean(samples))
    error = Z95 * float(np.std(samples, ddof=1)) / math.sqrt(len(samples))
    return Line(what, mean, mean - error, mean + error, must, check is None or check(mean))


def between(low: float, high: float) -> Callable[[float], bool]:
    """Whether a value lies in low..high."""
    return lambda value: low <= value <= high
