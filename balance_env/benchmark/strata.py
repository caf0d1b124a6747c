"""A mean over groups of runs, each group in worlds of its own: whether it differs from 0, by enough to matter, or not.

The worlds are fixed and weigh alike; runs are what was drawn. A group's own spread makes the error, not how groups
differ.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from scipy import stats

from .bootstrap import LEVEL
from .checks import Array, TooLittleData, sample
from .statistics import ALPHA, POWER, detectable


class Mean(NamedTuple):
    """A mean with the error of its estimate.

    Attributes
    ----------
    value, error : float
        The error is above 0.
    freedom : float
        Degrees of freedom of the error.
    """

    value: float
    error: float
    freedom: float

    def interval(self, level: float = LEVEL) -> tuple[float, float]:
        """Student's interval."""
        reach = self.error * float(stats.t.isf((1.0 - level) / 2.0, self.freedom))
        return self.value - reach, self.value + reach

    @property
    def p_of_none(self) -> float:
        """p of a true mean of 0: the two-sided t test (Student 1908)."""
        return float(2.0 * stats.t.sf(abs(self.value) / self.error, self.freedom))

    def p_of_more_than(self, margin: float) -> float:
        """p of a true mean at or beyond the margin: the larger of two one-sided t tests.

        Source: Schuirmann 1987, Journal of Pharmacokinetics and Biopharmaceutics 15; Lakens 2017.
        """
        return float(stats.t.sf((margin - abs(self.value)) / self.error, self.freedom))

    def detectable(self, alpha: float = ALPHA, power: float = POWER) -> float:
        """The smallest true mean that its two-sided t test finds with the power asked (Bloom 1995)."""
        return detectable(self.error, self.freedom, alpha, power)


def mean_of(groups: Sequence[Array], least_error: float = 0.0) -> Mean:
    """Mean of the means of groups of runs (R,), each group weighing alike.

    Its error is Welch's, of unequal spreads, with Satterthwaite's freedom; `least_error` where runs differ by less
    than their cases would by chance, as where all have a share of 1.

    Raises
    ------
    TooLittleData
        Without a group, for groups of one run, and where nothing differs.

    Source: Welch 1947, Biometrika 34; Satterthwaite 1946, Biometrics Bulletin 2; strata after Cochran 1977, chapter 5.
    """
    runs = [sample("group", group) for group in groups]
    if not runs:
        raise TooLittleData("mean: 0 groups; it needs one or more")
    parts = [float(group.var(ddof=1)) / group.size / len(runs) ** 2 for group in runs]
    whole = sum(parts)
    error = max(math.sqrt(whole), least_error)
    if error == 0.0:
        raise TooLittleData("mean: all runs of a group are alike; a t test needs some spread")
    freedom = float(sum(group.size - 1 for group in runs))
    if whole > 0.0 and math.sqrt(whole) >= least_error:
        freedom = whole**2 / sum(part**2 / (group.size - 1) for part, group in zip(parts, runs, strict=True))
    return Mean(float(sum(group.mean() for group in runs)) / len(runs), error, freedom)
