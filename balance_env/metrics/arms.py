"""Arms races: how arms answer arms, and whether the race runs away.

Richardson's model for many states is `dx_i = k sum_j r_ij x_j - a x_i + g_i`: each answers the arms of others as far as
they reach it (k, defence), tires of its own (a, fatigue), and has a grievance of its own (g_i).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike


@dataclass(frozen=True)
class Reaction:
    """Coefficients of Richardson's model; NaN where the data cannot tell them.

    Parameters
    ----------
    defence : array
        k: arms raised a year per unit of rivals' arms.
    fatigue : array
        a: arms dropped a year per unit of one's own.
    """

    defence: np.ndarray
    fatigue: np.ndarray


def moments(
    change: ArrayLike, rivals: ArrayLike, own: ArrayLike, state: ArrayLike, group: ArrayLike, groups: int
) -> np.ndarray:
    """Sums of squares and products within states, by group: (groups, 6); the last counts state-years.

    What a state has on average, its grievance among it, is taken out before. Sums over groups give the fit of the
    whole, see `reaction`.

    Parameters
    ----------
    change, rivals, own : array of (state-years,)
        Change of own arms in the year, arms of others that reach it and own arms at its opening.
    state, group : array of (state-years,) of int
        Which state, and which world: states of different worlds have different numbers.
    """
    state = np.unique(np.asarray(state), return_inverse=True)[1]
    years = np.maximum(np.bincount(state), 1)
    dx, y, x = (
        np.asarray(values, float) - (np.bincount(state, values) / years)[state] for values in (change, rivals, own)
    )
    columns = (y * y, y * x, x * x, y * dx, x * dx, np.ones_like(dx))
    return np.stack([np.bincount(np.asarray(group, int), column, groups) for column in columns], axis=-1)


def reaction(sums: ArrayLike) -> Reaction:
    """Least squares of Richardson's model from `moments` (..., 6).

    Source: Richardson 1960.
    """
    yy, yx, xx, yd, xd, _ = np.moveaxis(np.asarray(sums, float), -1, 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        determinant = yy * xx - yx * yx
        defence = (xx * yd - yx * xd) / determinant
        fatigue = -(yy * xd - yx * yd) / determinant
    solvable = determinant > 1e-9 * yy * xx  # else rivals' and own arms move as one
    return Reaction(np.where(solvable, defence, np.nan), np.where(solvable, fatigue, np.nan))


def is_stable(defence: float, rival_defence: float, fatigue: float, rival_fatigue: float) -> bool:
    """Whether a race of two comes to rest: k l < a b.

    Source: Richardson 1960.
    """
    return defence * rival_defence < fatigue * rival_fatigue


def loudness(reach: ArrayLike) -> np.ndarray:
    """How strongly arms of all echo in all (...): the spectral radius of reach (..., states, states).

    With common k and a, a race comes to rest where k times this is below a; of two states at each other's border it
    is 1, and the condition that of `is_stable`.

    Parameters
    ----------
    reach : array of (..., states, states), >= 0, diagonal 0
        At [i, j] how far the arms of j reach i.
    """
    return np.abs(np.linalg.eigvals(np.asarray(reach, float))).max(axis=-1)
