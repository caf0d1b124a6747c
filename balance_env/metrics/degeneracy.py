"""Whether a policy does one thing whatever it sees."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import entropy

from .result import Metric

NO_CHOICE = "no year with a choice"


def _chosen(actions: ArrayLike, legal: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Actions and legal actions of the years in which there was a choice."""
    actions, legal = np.asarray(actions, int).reshape(-1), np.asarray(legal, float)
    if legal.ndim != 2 or len(legal) != len(actions):
        raise ValueError(f"legal is of shape ({len(actions)}, actions) for such actions, not {legal.shape}")
    if not ((actions >= 0) & (actions < legal.shape[1])).all():
        raise ValueError(f"actions are 0 to {legal.shape[1] - 1}, not {actions.min()} to {actions.max()}")
    if not np.take_along_axis(legal, actions[:, None], axis=1).all():
        raise ValueError("an action was not legal")
    choice = legal.sum(axis=1) > 1
    return actions[choice], legal[choice]


def play_counts(actions: ArrayLike, legal: ArrayLike, group: ArrayLike, groups: int) -> np.ndarray:
    """How often each action was taken, and how often random legal play takes it: (groups, 2, actions).

    Decisions without a choice are left out. Sums over groups give the entropy of the whole, see `entropy_of`.
    """
    choice = np.asarray(legal, float).sum(axis=1) > 1
    taken, open_ = _chosen(actions, legal)
    counts = np.zeros((groups, 2, open_.shape[1]))
    of = np.asarray(group, int)[choice]
    np.add.at(counts[:, 0], (of, taken), 1.0)
    np.add.at(counts[:, 1], of, open_ / open_.sum(axis=1, keepdims=True))
    return counts


def entropy_of(counts: np.ndarray) -> np.ndarray:
    """Entropy of actions over that of random legal play (...), from `play_counts` (..., 2, actions)."""
    taken, random_play = np.moveaxis(entropy(counts, axis=-1), -1, 0)
    with np.errstate(invalid="ignore"):
        return taken / random_play


def action_entropy(actions: ArrayLike, legal: ArrayLike) -> Metric:
    """Entropy of the actions taken over that of random legal play: 0 for one action always, about 1 for random play.

    Shannon's entropy of the frequencies of actions, over the entropy of the mean of the uniform distributions on what
    was legal. A mask that forces variety can lift it a little above 1. `n` counts decisions with a choice; few
    decisions lower it, so compare equal numbers.

    Parameters
    ----------
    actions : array of (decisions,) of int
    legal : array of (decisions, actions) of bool
        Or of the number of legal ways to take each action, where an action is a class of several.

    Source: Shannon 1948 (scipy); the mean legal distribution as scale: design choice.
    """
    counts = play_counts(actions, legal, np.zeros(len(np.asarray(legal)), int), 1)[0]
    if not counts.any():
        return Metric.none(NO_CHOICE)
    return Metric(float(entropy_of(counts)), int(counts[0].sum()))


def top_share(actions: ArrayLike, legal: ArrayLike) -> Metric:
    """Share of decisions with a choice that went to the commonest action: 1 for a constant policy.

    `n` counts such decisions. Source: Berger & Parker 1970, the dominance of the commonest.
    """
    actions, _ = _chosen(actions, legal)
    return Metric.share(np.bincount(actions, minlength=1).max(), actions.size, NO_CHOICE)


def information(table: ArrayLike) -> np.ndarray:
    """Share of the entropy of actions that the situation explains (...): 0 for a policy that looks at nothing.

    Mutual information of action and situation over the entropy of actions (Theil's uncertainty coefficient). Few
    cases lift it above 0 by chance, so set it beside situations permuted. NaN where there is one action only.

    Parameters
    ----------
    table : array of (..., situations, actions)
        How often each action was taken in each situation.

    Source: Theil 1970; Shannon 1948 (scipy).
    """
    table = np.asarray(table, float)
    actions = entropy(table.sum(axis=-2), axis=-1)
    cases = table.sum(axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        within = np.where(cases > 0.0, entropy(table, axis=-1), 0.0)
        left = (within * cases).sum(axis=-1) / cases.sum(axis=-1)
        return np.where(actions > 0.0, 1.0 - left / actions, np.nan)
