"""What results of a suite may claim: scores between anchors, their spread over training runs, and tests of hypotheses.

The unit of statistics is a training run. Functions are pure and take numpy arrays; what draws at random takes a seed.
Data that cannot carry an answer raise `TooLittleData`; numbers that are missing or infinite raise `ValueError`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from scipy import special, stats

from .bootstrap import LEVEL, Estimate, Scores, bootstrap
from .checks import LEAST_FOR_SPREAD, Array, TooLittleData, finite, fraction, sample

ALPHA = 0.05  # of tests
POWER = 0.8  # at which an effect counts as detectable (Cohen 1988)
LEAST_SEPARATION = 5.0  # standard errors between the anchors of a scenario
LEAST_FOR_QUARTILES = 4  # scores; with fewer there is no quarter to cut off
ATTRACTORS = ("hegemony", "bipolar", "multipolar", "peace", "collapse")


class Anchors(NamedTuple):
    """The two ends of a scenario's scale, shipped with the suite.

    Attributes
    ----------
    floor, reference : float
        Mean focal return of random legal play and of the best doctrine found, in the same seats and background.
    standard_error : float
        Of the difference reference - floor.
    """

    floor: float
    reference: float
    standard_error: float


class Equivalence(NamedTuple):
    """Outcome of two one-sided tests.

    Attributes
    ----------
    difference : Estimate
        Difference of means, with its interval at level 1 - 2 alpha; inside the margins where `equivalent`.
    p : float
        The larger of the two p-values.
    equivalent : bool
        Whether p < alpha.
    """

    difference: Estimate
    p: float
    equivalent: bool


# Scores


def measure_anchors(floor: Array, reference: Array) -> Anchors:
    """Anchors from the returns of episodes, one value an episode, drawn apart for each.

    The standard error is sqrt(s_f^2 / n_f + s_r^2 / n_r), s^2 being the unbiased variance over n episodes.

    Sources
    -------
    Welch (1938), Biometrika 29, on means of unequal variance.
    """
    random, best = sample("floor", floor), sample("reference", reference)
    variance = random.var(ddof=1) / random.size + best.var(ddof=1) / best.size
    return Anchors(float(random.mean()), float(best.mean()), float(np.sqrt(variance)))


def anchored_scores(returns: Array, anchors: Anchors) -> Array:
    """Scores z = (R - floor) / (reference - floor), nothing clipped.

    Parameters
    ----------
    returns : array of any shape
        Per-capita focal returns in one scenario.
    anchors : Anchors
        Of that scenario; refused unless the reference exceeds the floor by more than `LEAST_SEPARATION` errors.

    Raises
    ------
    ValueError
        For a negative standard error; `TooLittleData` for anchors that are too close.

    Sources
    -------
    Mnih et al. (2015), Nature 518, scores between random and human play, here with a doctrine for the human;
    Agapiou et al. (2022), Melting Pot 2.0, arXiv:2211.13746, per-capita focal return.
    """
    for name, value in zip(Anchors._fields, anchors, strict=True):
        finite(name, np.asarray(value))
    if anchors.standard_error < 0.0:
        raise ValueError(f"standard_error: {anchors.standard_error}; it must be 0 or above")
    gap = anchors.reference - anchors.floor
    if gap <= LEAST_SEPARATION * anchors.standard_error:
        raise TooLittleData(
            f"anchors: reference - floor is {gap:.4g} with standard error {anchors.standard_error:.4g}; "
            f"a scale needs more than {LEAST_SEPARATION:g} standard errors between its ends"
        )
    return (finite("returns", returns) - anchors.floor) / gap


# Statistics of matrices (..., runs, scenarios), over the last two axes; what stands before them is kept


def interquartile_mean(matrix: Array) -> Array:
    """Mean of the middle half of all scores, runs and scenarios pooled: IQM.

    A quarter of the scores, rounded down to whole ones, is cut from each end: scipy's `trim_mean` at 0.25.

    Sources
    -------
    Agarwal et al. (2021), Deep reinforcement learning at the edge of the statistical precipice, arXiv:2108.13264.
    """
    pooled = _pooled(matrix)
    if pooled.shape[-1] < LEAST_FOR_QUARTILES:
        raise TooLittleData(f"interquartile mean: {pooled.shape[-1]} scores; it needs {LEAST_FOR_QUARTILES} or more")
    return stats.trim_mean(pooled, 0.25, axis=-1)


def share_above(matrix: Array, thresholds: Array) -> Array:
    """Share of all scores that exceed each threshold: the performance profile, thresholds on the last axis.

    Raises
    ------
    ValueError
        For thresholds that are no list of numbers.

    Sources
    -------
    Dolan & Moré (2002), Mathematical Programming 91; Agarwal et al. (2021), section 4.2, score distributions.
    """
    pooled = _pooled(matrix)
    marks = finite("thresholds", thresholds)
    if marks.ndim != 1 or marks.size == 0:
        raise ValueError(f"thresholds: shape {marks.shape}; it must be a list of one or more numbers")
    return np.stack([(pooled > mark).mean(axis=-1) for mark in marks], axis=-1)


def improvement(x: Array, y: Array) -> Array:
    """Chance that a run of x beats a run of y in a scenario drawn at random, ties counting a half.

    Per scenario the Mann-Whitney U of x over the number of pairs, then the mean over scenarios. Scipy's
    `mannwhitneyu` gives the same U, with a p-value that is undefined where all scores tie.

    Raises
    ------
    ValueError
        If the two were not scored in as many scenarios.

    Sources
    -------
    Mann & Whitney (1947), Annals of Mathematical Statistics 18; Agarwal et al. (2021), section 4.3.
    """
    x, y = finite("x", x), finite("y", y)
    if x.shape[-1] != y.shape[-1]:
        raise ValueError(f"improvement: x has {x.shape[-1]} scenarios and y {y.shape[-1]}; both play the same ones")
    for matrix in (x, y):
        _pooled(matrix)  # refuses what is no matrix of scores
    runs = range(y.shape[-2])
    balance = sum(np.sign(x - y[..., run : run + 1, :]).mean(axis=(-2, -1)) for run in runs)  # wins less losses
    return 0.5 + 0.5 * balance / len(runs)


def _pooled(matrix: Any) -> Array:
    """A matrix (..., runs, scenarios) with its last two axes as one."""
    array = finite("matrix", matrix)
    if array.ndim < 2:
        raise ValueError(f"matrix: shape {array.shape}; its last two axes must be (runs, scenarios)")
    if 0 in array.shape[-2:]:
        raise TooLittleData(
            f"matrix: {array.shape[-2]} runs of {array.shape[-1]} scenarios; it needs one or more of each"
        )
    return array.reshape(*array.shape[:-2], -1)


# The same with their intervals


def performance_profile(scores: Scores, thresholds: Array, seed: int, **options: Any) -> Estimate:
    """`share_above` each threshold, with a band that holds at each threshold alone, not at all of them at once.

    Drawn episodes spread the means of runs, so the band follows a flatter profile than the scores' own where
    episodes are few, and may then miss it at either end. `options` are those of `bootstrap`.
    """
    return bootstrap(lambda matrix: share_above(matrix, thresholds), scores, seed=seed, **options)


def probability_of_improvement(x: Scores, y: Scores, seed: int, **options: Any) -> Estimate:
    """`improvement` of entrant x on entrant y, with its interval; `options` are those of `bootstrap`."""
    return bootstrap(improvement, x, y, seed=seed, **options)


# Hypotheses


def holm(p: Array) -> Array:
    """p-values adjusted for all hypotheses of a list, in its order: Holm's step-down method.

    With p(1) <= ... <= p(m), the adjusted p(i) is the largest of (m - j + 1) p(j) over j <= i, at most 1. Rejecting
    where it is at most alpha keeps the chance of any false rejection within alpha, however the tests depend.

    Raises
    ------
    ValueError
        For values outside 0..1.

    Sources
    -------
    Holm (1979), Scandinavian Journal of Statistics 6.
    """
    values = finite("p", p)
    if values.ndim != 1 or np.any((values < 0.0) | (values > 1.0)):
        raise ValueError(f"p: {values}; it must be a list of numbers in 0..1")
    if values.size == 0:
        raise TooLittleData("holm: 0 hypotheses; it needs one or more")
    order = np.argsort(values, kind="stable")
    stepped = np.maximum.accumulate(values[order] * np.arange(values.size, 0, -1))
    adjusted = np.empty(values.size)
    adjusted[order] = np.minimum(stepped, 1.0)
    return adjusted


def equivalence(x: Array, y: Array, margin: float, alpha: float = ALPHA) -> Equivalence:
    """Whether two means differ by less than a margin: Welch's two one-sided t tests.

    Rejects both mean(x) - mean(y) <= -margin and mean(x) - mean(y) >= margin. A failure to do so says neither that
    the means are equal nor that they differ.

    Parameters
    ----------
    x, y : array (runs,)
        One value a run, of two groups of independent runs.
    margin : float
        Above 0; the smallest difference that would matter, fixed before the data are seen.

    Raises
    ------
    ValueError
        For a margin that is not above 0.

    Sources
    -------
    Schuirmann (1987), Journal of Pharmacokinetics and Biopharmaceutics 15; Lakens (2017), Social Psychological and
    Personality Science 8.
    """
    x, y = sample("x", x), sample("y", y)
    fraction("alpha", alpha, below=0.5)
    if not 0.0 < margin < np.inf:
        raise ValueError(f"margin: {margin}; it must be a finite number above 0")
    if np.ptp(x) == 0.0 and np.ptp(y) == 0.0:
        raise TooLittleData(f"equivalence: all {x.size} x equal and all {y.size} y equal; a t test needs some spread")
    above = stats.ttest_ind(x + margin, y, equal_var=False, alternative="greater")
    below = stats.ttest_ind(x - margin, y, equal_var=False, alternative="less")
    interval = stats.ttest_ind(x, y, equal_var=False).confidence_interval(1.0 - 2.0 * alpha)
    p = float(max(above.pvalue, below.pvalue))
    difference = Estimate(float(x.mean() - y.mean()), float(interval.low), float(interval.high))
    return Equivalence(difference, p, p < alpha)


def detectable(error: float, freedom: float, alpha: float = ALPHA, power: float = POWER) -> float:
    """Smallest true effect that a two-sided t test finds, with its sign, with the power asked.

    delta * error, where delta is the noncentrality at which a t variable of `freedom` degrees exceeds the critical
    value with that power. With many degrees delta tends to the normal z(1 - alpha / 2) + z(power), which promises too
    much with few.

    Parameters
    ----------
    error : float
        Standard error of the estimate.
    freedom : float
        Its degrees of freedom.

    Raises
    ------
    ValueError
        For an error or a freedom that is not above 0, or a power that is not between alpha and 1.

    Sources
    -------
    Cohen (1988), Statistical power analysis for the behavioral sciences, chapter 2; Bloom (1995), Evaluation Review
    19, on minimum detectable effects.
    """
    fraction("alpha", alpha)
    for name, value in (("error", error), ("freedom", freedom)):
        if not 0.0 < value < np.inf:
            raise ValueError(f"{name}: {value}; it must be a finite number above 0")
    if not alpha < power < 1.0:
        raise ValueError(f"power: {power}; it must lie between alpha, {alpha}, and 1")
    return float(special.nctdtrinc(freedom, 1.0 - power, stats.t.isf(alpha / 2.0, freedom)) * error)


def minimum_detectable_effect(
    deviation: float, runs_x: int, runs_y: int, alpha: float = ALPHA, power: float = POWER
) -> float:
    """Smallest true difference of two means that a two-sided t test finds; see `detectable`.

    Its error is deviation * sqrt(1 / runs_x + 1 / runs_y), with runs_x + runs_y - 2 degrees of freedom.

    Parameters
    ----------
    deviation : float
        Standard deviation over runs, common to both groups.

    Raises
    ------
    ValueError
        For a deviation that is not above 0; `TooLittleData` for a group of one run.
    """
    if not 0.0 < deviation < np.inf:
        raise ValueError(f"deviation: {deviation}; it must be a finite number above 0")
    if min(runs_x, runs_y) < LEAST_FOR_SPREAD:
        raise TooLittleData(f"detectable effect: {runs_x} and {runs_y} runs; each needs {LEAST_FOR_SPREAD} or more")
    return detectable(deviation * np.sqrt(1.0 / runs_x + 1.0 / runs_y), runs_x + runs_y - 2, alpha, power)


# Attractors


def attractor_shares(
    ends: Sequence[str], attractors: Sequence[str] = ATTRACTORS, level: float = LEVEL
) -> dict[str, Estimate]:
    """Share of runs that end in each attractor, with Wilson's score interval; each interval holds alone.

    Parameters
    ----------
    ends : sequence of str
        The attractor of each run, one of `attractors`.

    Raises
    ------
    ValueError
        For an end that is none of `attractors`.

    Sources
    -------
    Wilson (1927), Journal of the American Statistical Association 22; scipy's `binomtest`.
    """
    fraction("level", level)
    names = list(ends)
    unknown = sorted(set(names) - set(attractors))
    if unknown:
        raise ValueError(f"attractor: {', '.join(unknown)}; it must be one of {', '.join(attractors)}")
    if not names:
        raise TooLittleData("attractor shares: 0 runs; they need one or more")
    shares = {}
    for attractor in attractors:
        test = stats.binomtest(names.count(attractor), len(names))
        interval = test.proportion_ci(level, method="wilson")
        shares[attractor] = Estimate(float(test.statistic), float(interval.low), float(interval.high))
    return shares
