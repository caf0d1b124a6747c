"""How a value follows from sums over worlds; see `evidence.Formula`."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ...metrics import arms, degeneracy, lifetimes
from ...metrics.alignment import theta_of
from .evidence import Formula

HORIZON = 25  # years to which survival is told: half of the mean life of a world; design choice


def ratio(part: int, of: int, cases: int | None = None) -> Formula:
    """One sum over another; cases are the latter, or a third."""
    counted = of if cases is None else cases
    return Formula(lambda sums: sums[..., part] / sums[..., of], lambda sums: sums[..., counted])


def share_of(part: int) -> Formula:
    """One sum over all."""
    return Formula(lambda sums: sums[..., part] / sums.sum(axis=-1), lambda sums: sums.sum(axis=-1))


def difference(sums: np.ndarray) -> np.ndarray:
    """Of two shares, each a pair of sums."""
    return sums[..., 0] / sums[..., 1] - sums[..., 2] / sums[..., 3]


def lives(value: Callable[[np.ndarray], np.ndarray]) -> Formula:
    """A number from a tally of lives; cases are lives."""
    return Formula(value, lambda tallies: tallies[..., 1, 0])


def beyond(tallied: np.ndarray) -> np.ndarray:
    """Share that lasts longer than the horizon."""
    return lifetimes.survival(tallied)[..., HORIZON]


def _race(sums: np.ndarray) -> np.ndarray:
    """Defence times loudness over fatigue."""
    fitted = arms.reaction(sums[..., :6])
    return fitted.defence * sums[..., 6] / sums[..., 7] / fitted.fatigue


def play(value: Callable[[np.ndarray], np.ndarray]) -> Formula:
    """A number from how often each verb was done."""
    return Formula(value, lambda counts: counts[..., 0, :].sum(axis=-1))


def _state_years(sums: np.ndarray) -> np.ndarray:
    """Cases of Richardson's model."""
    return sums[..., 5]


THETA = Formula(theta_of, lambda counts: counts[..., 0])
MEDIAN, BEYOND = lives(lifetimes.medians), lives(beyond)
DEFENCE = Formula(lambda sums: arms.reaction(sums[..., :6]).defence, _state_years)
FATIGUE = Formula(lambda sums: arms.reaction(sums[..., :6]).fatigue, _state_years)
RACE = Formula(_race, _state_years)
DIFFERENCE = Formula(difference, lambda sums: np.minimum(sums[..., 1], sums[..., 3]))
ENTROPY = play(degeneracy.entropy_of)
TOP_SHARE = play(lambda counts: counts[..., 0, :].max(axis=-1) / counts[..., 0, :].sum(axis=-1))
INFORMATION = Formula(degeneracy.information, lambda table: table.sum(axis=(-2, -1)))
