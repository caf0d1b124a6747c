"""Intervals of scores by a bootstrap over training runs, the episodes that all runs share, and seats in each."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from scipy import stats

from .checks import Array, TooLittleData, finite, fraction

LEVEL = 0.95  # of intervals
RESAMPLES = 2000  # more where few runs put the interval's ends far out
LEAST_TAIL = 10  # resamples beyond each end of an interval; fewer, and its ends are those of a few draws
MOST_RESAMPLES = 50_000  # an interval that needs more asks for a level that its few runs cannot tell
LEAST_UNITS = 5  # drawn at the top of a bootstrap; with fewer, a 95 % interval is the range of the runs themselves
VALUES_AT_ONCE = 2_000_000  # drawn by a bootstrap in one go; bounds its memory, not its outcome


class Estimate(NamedTuple):
    """A value with the ends of its interval; arrays where there are several values, one interval to each."""

    value: Any
    low: Any
    high: Any


class Scores(NamedTuple):
    """What one entrant scored.

    Attributes
    ----------
    scenarios : sequence of array
        For each scenario an array (runs, episodes, seats); the runs are the same ones in all, the rest may differ.
        Episode e of a scenario is the same world for every run.
    trained : bool
        Whether runs differ by training. False for a rule: its one run is all of its runs, and none are drawn.
    """

    scenarios: Sequence[Array]
    trained: bool = True


def bootstrap(
    statistic: Callable[..., Array],
    *entrants: Scores,
    seed: int,
    resamples: int | None = None,
    level: float = LEVEL,
) -> Estimate:
    """Percentile interval of a statistic of one or more entrants' scores, over runs, episodes and seats.

    Each resample draws runs with replacement, one draw for all scenarios as a run plays them all; in each scenario
    episodes, one draw for all runs as they share their worlds; in each drawn episode of each drawn run, seats. Luck
    that a world brings to every run is so counted in full, and not as if it were drawn anew for each. Scenarios are
    fixed by the suite and entrants are drawn apart, which ignores what common random numbers would gain in a
    comparison. Drawing all levels counts the noise within runs and episodes once more, so the interval errs to the
    wide side where both are few (Owen, theorem 1).

    A plain percentile interval of few runs is too narrow: drawn means have sqrt((n - 1) / n) of the standard error,
    and normal tails for those of t. The percentiles are therefore taken further out, at
    Phi(-sqrt(n / (n - 1)) t((1 + level) / 2, n - 1)), n being the smallest number of runs (of episodes, for a rule)
    among the entrants: Hesterberg's expanded percentile interval.

    Parameters
    ----------
    statistic : callable
        From one matrix (..., runs, scenarios) of mean scores per entrant to values (...) or (..., k).
    *entrants : Scores
        Trained entrants need `LEAST_UNITS` runs or more; rules have one run and need that many episodes.
    seed : int
        The same seed gives the same interval.
    resamples : int, optional
        At least `LEAST_TAIL` of them must fall beyond each end of the interval; by default as many as that takes,
        and `RESAMPLES` or more.
    level : float
        Between 0 and 1.

    Returns
    -------
    Estimate
        The statistic of the scores themselves, and the interval's ends.

    Sources
    -------
    Owen (2007), The pigeonhole bootstrap, Annals of Applied Statistics 1, on runs crossed with episodes; Davison &
    Hinkley (1997), Bootstrap methods and their application, section 3.8, on seats within; Hesterberg (2015), What
    teachers should know about the bootstrap, The American Statistician 69.
    """
    fraction("level", level)
    checked = [_check_scores(entrant) for entrant in entrants]
    units = min(_units(arrays, entrant.trained) for arrays, entrant in zip(checked, entrants, strict=True))
    tail = expanded_tail(units, level)
    needed = _needed(tail)
    if needed > MOST_RESAMPLES:
        raise TooLittleData(
            f"bootstrap: level {level} over {units} units needs {needed} resamples, over {MOST_RESAMPLES}"
        )
    count = max(RESAMPLES, int(needed)) if resamples is None else resamples
    if count < needed:
        raise TooLittleData(f"bootstrap: {count} resamples; level {level} over {units} units needs {needed} or more")
    rng = np.random.default_rng(seed)
    whole, drawn = [], []
    for arrays in checked:
        runs = len(arrays[0])
        chosen = rng.integers(runs, size=(count, runs))
        whole.append(np.stack([array.mean(axis=(1, 2)) for array in arrays], axis=-1))
        drawn.append(np.stack([_resampled_means(array, chosen, rng) for array in arrays], axis=-1))
    low, high = np.quantile(statistic(*drawn), [tail, 1.0 - tail], axis=0)
    return Estimate(statistic(*whole), low, high)


def expanded_tail(units: int, level: float) -> float:
    """Share of resamples beyond each end of an interval over so many units."""
    return float(stats.norm.sf(math.sqrt(units / (units - 1)) * stats.t.ppf((1.0 + level) / 2.0, units - 1)))


def resamples_of(units: int) -> int:
    """Resamples for an interval at `LEVEL` over so many units: `RESAMPLES`, or more where its ends lie far out."""
    return max(RESAMPLES, int(_needed(expanded_tail(units, LEVEL))))


def _needed(tail: float) -> float:
    """Resamples of which `LEAST_TAIL` fall beyond each end of an interval."""
    return math.ceil(LEAST_TAIL / tail) if tail > 0.0 else math.inf


def _resampled_means(values: Array, runs: Array, rng: np.random.Generator) -> Array:
    """Means (resamples, runs) of values (runs, episodes, seats) in drawn runs, episodes drawn once for all of them."""
    _, episodes, seats = values.shape
    flat = values.ravel()
    means = np.empty(runs.shape)
    of_episodes, of_seats = rng.spawn(2)  # apart, so that the size of a block changes no draw
    block = max(1, VALUES_AT_ONCE // values.size)
    for start in range(0, len(runs), block):
        some = runs[start : start + block]
        index = some[..., None] * episodes + of_episodes.integers(episodes, size=(len(some), 1, episodes))
        if seats > 1:
            index = index[..., None] * seats + of_seats.integers(seats, size=(*index.shape, seats))
        means[start : start + block] = flat[index].reshape(*some.shape, -1).mean(axis=-1)
    return means


def _check_scores(scores: Scores) -> list[Array]:
    """The arrays of an entrant, if a bootstrap can be drawn from them."""
    arrays = [finite(f"scenario {index}", array) for index, array in enumerate(scores.scenarios)]
    if not arrays:
        raise TooLittleData("scores: 0 scenarios; a statistic needs one or more")
    for index, array in enumerate(arrays):
        if array.ndim != 3 or array.size == 0:
            raise ValueError(f"scenario {index}: shape {array.shape}; it must be (runs, episodes, seats), none 0")
    runs = sorted({len(array) for array in arrays})
    if len(runs) > 1:
        raise ValueError(f"scores: {runs} runs in different scenarios; each run plays all scenarios")
    if not scores.trained and runs != [1]:
        raise ValueError(f"scores: {runs[0]} runs of a rule that is not trained; it has 1")
    units = _units(arrays, scores.trained)
    if units < LEAST_UNITS:
        what = "runs" if scores.trained else "episodes"
        raise TooLittleData(f"bootstrap: {units} {what}; an interval needs {LEAST_UNITS} or more")
    return arrays


def _units(arrays: Sequence[Array], trained: bool) -> int:
    """How many units are drawn at the top: runs, or a rule's episodes."""
    return len(arrays[0]) if trained else min(array.shape[1] for array in arrays)
