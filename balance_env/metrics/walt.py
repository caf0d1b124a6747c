"""What moves third parties to stand against a challenger, or to go with it: Walt's sources of threat, by logits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import norm
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold, cross_val_predict

from .result import INTERVAL, Compared, Metric

SOURCES = ("power", "proximity", "posture", "hostility", "ideology")  # Walt 1987; ideology: Haas 2005
FOLDS = 5  # groups of worlds, each held out once
FEWEST_PER_TERM = 10  # cases of the rarer kind for each coefficient (Peduzzi et al. 1996)
SEPARATED = 10.0  # log odds per standard deviation; beyond, the data set the two apart and tell no coefficient


def _model() -> LogisticRegression:
    return LogisticRegression(C=np.inf, solver="newton-cholesky", tol=1e-8)


@dataclass(frozen=True)
class Choices:
    """Third parties that took one side of a dispute or abstained, one row each.

    The logit of one side against abstaining, and that of the other, are the multinomial logit with abstaining as its
    base, fitted in parts (Begg & Gray 1984).

    Parameters
    ----------
    took : array of bool
        Whether it took that side.
    sources : array of (rows, len(SOURCES))
        What the challenger is to it: ln of capability over its own, ln of reach to it, posture, its belief in
        hostile intent, distance in ideology.
    world : array of int
        Rows of one world share a number.
    """

    took: np.ndarray
    sources: np.ndarray
    world: np.ndarray

    def too_few(self) -> str:
        """Why these rows carry no logit; empty where they do."""
        rarer = int(min(self.took.sum(), (~self.took).sum()))
        needed = FEWEST_PER_TERM * (len(SOURCES) + 1)
        if rarer < needed:
            return f"{rarer} cases of the rarer kind: {needed} are needed"
        worlds = np.unique(self.world).size
        if worlds < FOLDS:
            return f"cases in {worlds} worlds: {FOLDS} are needed"
        has_both = all(np.unique(self.took[kept]).size > 1 for kept, _ in self.folds())
        return "" if has_both else f"the rarer kind in a {FOLDS}th of the worlds alone: held out, none is left to fit"

    def folds(self) -> list[tuple[np.ndarray, np.ndarray]]:
        """Rows that are fitted and rows of the worlds that are held out, one fold after the other."""
        return list(GroupKFold(FOLDS).split(self.took, groups=self.world))


def _standardised(choices: Choices) -> tuple[np.ndarray, np.ndarray]:
    """Sources that vary, in standard deviations, and which those are."""
    deviations = choices.sources.std(axis=0)
    varies = np.ptp(choices.sources, axis=0) > 0.0
    return (choices.sources - choices.sources.mean(axis=0))[:, varies] / deviations[varies], varies


def coefficients(choices: Choices) -> np.ndarray:
    """Log odds of taking the side per standard deviation of each source, the others held (len(SOURCES),).

    NaN for a source that does not vary.

    Source: Walt 1987; the logit: design choice (scikit-learn).
    """
    x, varies = _standardised(choices)
    found = np.full(len(SOURCES), np.nan)
    found[varies] = _model().fit(x, choices.took).coef_[0]
    return found


def influence(choices: Choices, group: ArrayLike, groups: int) -> np.ndarray:
    """What each group of rows, say a world, adds to the coefficients: (groups, len(SOURCES)), summing to 0.

    Its squares are the variance of the coefficients with errors clustered by group; and a resample of groups moves
    them, to first order, by the sum of (times drawn - 1) times this.

    Source: Liang & Zeger 1986; the score bootstrap of Kline & Santos 2012.
    """
    x, varies = _standardised(choices)
    chance = _model().fit(x, choices.took).predict_proba(x)[:, 1]
    x = np.column_stack([np.ones(len(x)), x])
    scores = x * (choices.took - chance)[:, None]
    information = (x * (chance * (1.0 - chance))[:, None]).T @ x
    summed = np.stack([np.bincount(np.asarray(group, int), column, groups) for column in scores.T], axis=-1)
    moved = np.full((groups, len(SOURCES)), np.nan)
    moved[:, varies] = (summed @ np.linalg.pinv(information))[:, 1:]
    return moved


def beside_no_effect(choices: Choices) -> list[Compared]:
    """Each coefficient beside 0, with errors clustered by world: the range in which 95 % would fall, were it 0."""
    world = np.unique(choices.world, return_inverse=True)[1]
    worlds = int(world.max()) + 1
    moved = influence(choices, world, worlds)
    errors = np.sqrt((moved * moved).sum(axis=0) * worlds / (worlds - 1))
    reach = norm.isf((1.0 - INTERVAL) / 2.0)
    compared = []
    for source, value, error in zip(SOURCES, coefficients(choices), errors, strict=True):
        if np.isnan(value) or abs(value) > SEPARATED:
            why = f"{source} does not vary" if np.isnan(value) else f"{source} sets takers and abstainers apart"
            compared.append(Compared(Metric.none(why, len(choices.took)), Metric.none(why)))
            continue
        p = float(2.0 * norm.sf(abs(value / error)))
        observed = Metric(float(value), len(choices.took))
        compared.append(Compared(observed, Metric(0.0, worlds), float(-reach * error), float(reach * error), p))
    return compared


def held_out_gain(choices: Choices, world: ArrayLike, worlds: int) -> np.ndarray:
    """Log-loss of the base rate less that of the logit on worlds it was not fitted on, summed by world; (worlds, 2).

    The second column counts rows. Above 0 the sources foretell who takes the side better than how common that is.
    """
    x, _ = _standardised(choices)
    folds = choices.folds()
    told = cross_val_predict(_model(), x, choices.took, cv=folds, method="predict_proba")[:, 1]
    base = np.empty(len(x))
    for kept, held in folds:
        base[held] = choices.took[kept].mean()
    gain = _surprise(choices.took, base) - _surprise(choices.took, told)
    return np.stack([np.bincount(np.asarray(world, int), column, worlds) for column in (gain, np.ones(len(x)))], -1)


def _surprise(happened: np.ndarray, chance: np.ndarray) -> np.ndarray:
    """Log-loss of each row; its mean is scikit-learn's `log_loss`."""
    return -np.log(np.clip(np.where(happened, chance, 1.0 - chance), np.finfo(float).eps, 1.0))
