"""What moves third parties to one side: Walt's sources of threat, told apart by a logit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold, cross_val_predict

SOURCES = ("power", "proximity", "posture", "hostility", "ideology")  # Walt 1987; ideology: Haas 2005
FOLDS = 5  # by world
FEWEST_PER_TERM = 10  # joins of the rarer side for each coefficient (Peduzzi et al. 1996)


def _model() -> LogisticRegression:
    return LogisticRegression(C=np.inf, solver="newton-cholesky")


@dataclass(frozen=True)
class Joins:
    """Third parties that joined a side, one row each.

    Parameters
    ----------
    against : array of bool
        Whether it joined against the challenger: with the target.
    sources : array of (joins, len(SOURCES))
        How much more of each the challenger has than the target, before the third party.
    dispute, world : array of int
        Rows of one dispute, and of one world, share a number.
    """

    against: np.ndarray
    sources: np.ndarray
    dispute: np.ndarray
    world: np.ndarray

    def too_few(self) -> str:
        """Why these joins carry no logit; empty where they do."""
        rarer = int(min(self.against.sum(), (~self.against).sum()))
        needed = FEWEST_PER_TERM * (len(SOURCES) + 1)
        if rarer < needed:
            return f"{rarer} joins of the rarer side: {needed} are needed"
        worlds = np.unique(self.world).size
        return "" if worlds >= FOLDS else f"joins in {worlds} worlds: {FOLDS} are needed"


def standardised(joins: Joins) -> np.ndarray:
    """Sources in standard deviations, those that do not vary at 0: their coefficients can be compared."""
    deviations = joins.sources.std(axis=0)
    return (joins.sources - joins.sources.mean(axis=0)) / np.where(deviations > 0.0, deviations, np.inf)


def coefficients(joins: Joins) -> np.ndarray:
    """Log-odds of joining against the challenger per standard deviation of each source (len(SOURCES),).

    Above 0: third parties balance against it; below 0: they bandwagon with it. All sources at once, with an
    intercept.

    Source: Walt 1987; the logit of joining on his sources: design choice (scikit-learn).
    """
    return _model().fit(standardised(joins), joins.against).coef_[0]


def influence(joins: Joins, group: ArrayLike, groups: int) -> np.ndarray:
    """What each group of joins, say a world, adds to the coefficients: (groups, len(SOURCES)), summing to 0.

    A resample of groups moves the coefficients, to first order, by the sum over groups of (times drawn - 1) times
    this, which is how `groups` are drawn again without a new fit.

    Source: Kline & Santos 2012, the score bootstrap.
    """
    x = standardised(joins)
    fit = _model().fit(x, joins.against)
    chance = fit.predict_proba(x)[:, 1]
    x = np.column_stack([np.ones(len(x)), x])
    scores = x * (joins.against - chance)[:, None]
    information = (x * (chance * (1.0 - chance))[:, None]).T @ x
    summed = np.stack([np.bincount(np.asarray(group, int), column, groups) for column in scores.T], axis=-1)
    return (summed @ np.linalg.pinv(information))[:, 1:]


def permuted(joins: Joins, rng: np.random.Generator) -> Joins:
    """The same joins, but in each dispute the sides trade their names with probability 1/2, for all its joiners."""
    dispute = np.unique(joins.dispute, return_inverse=True)[1]
    traded = rng.random(dispute.max(initial=-1) + 1)[dispute] < 0.5
    return Joins(joins.against ^ traded, joins.sources, joins.dispute, joins.world)


def held_out_gain(joins: Joins, world: ArrayLike, worlds: int) -> np.ndarray:
    """Log-loss of the base rate less that of the logit on worlds it was not fitted on, summed by world; (worlds, 2).

    The second column counts joins. Above 0 the sources foretell sides better than how common each side is.
    """
    x = standardised(joins)
    folds = GroupKFold(FOLDS)
    told = cross_val_predict(_model(), x, joins.against, groups=joins.world, cv=folds, method="predict_proba")[:, 1]
    base = np.empty(len(x))
    for kept, held in folds.split(x, groups=joins.world):
        base[held] = joins.against[kept].mean()
    gain = _surprise(joins.against, base) - _surprise(joins.against, told)
    return np.stack([np.bincount(np.asarray(world, int), column, worlds) for column in (gain, np.ones(len(x)))], -1)


def _surprise(happened: np.ndarray, chance: np.ndarray) -> np.ndarray:
    """Log-loss of each row; its mean is scikit-learn's `log_loss`."""
    return -np.log(np.clip(np.where(happened, chance, 1.0 - chance), np.finfo(float).eps, 1.0))
