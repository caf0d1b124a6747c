"""Whether a policy does one thing whatever it sees."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import entropy

from .result import Metric

NO_CHOICE = "no year with a choice"


def _chosen(actions: ArrayLike, legal: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Actions and legal actions of the years in which there was a choice."""
    actions, legal = np.asarray(actions, int).reshape(-1), np.asarray(legal, bool)
    if legal.ndim != 2 or len(legal) != len(actions):
        raise ValueError(f"legal is of shape ({len(actions)}, actions) for such actions, not {legal.shape}")
    if not ((actions >= 0) & (actions < legal.shape[1])).all():
        raise ValueError(f"actions are 0 to {legal.shape[1] - 1}, not {actions.min()} to {actions.max()}")
    if not np.take_along_axis(legal, actions[:, None], axis=1).all():
        raise ValueError("an action was not legal")
    choice = legal.sum(axis=1) > 1
    return actions[choice], legal[choice]


def action_entropy(actions: ArrayLike, legal: ArrayLike) -> Metric:
    """Entropy of the actions taken over that of random legal play: 0 for one action always, about 1 for random play.

    Shannon's entropy of the frequencies of actions, over the entropy of the mean of the uniform distributions on what
    was legal. A mask that forces variety can lift it a little above 1. `n` counts decisions with a choice; few
    decisions lower it, so compare equal numbers.

    Parameters
    ----------
    actions : array of (decisions,) of int
    legal : array of (decisions, actions) of bool

    Source: Shannon 1948 (scipy); the mean legal distribution as scale: design choice.
    """
    actions, legal = _chosen(actions, legal)
    if not actions.size:
        return Metric.none(NO_CHOICE)
    random_play = (legal / legal.sum(axis=1, keepdims=True)).mean(axis=0)
    taken = np.bincount(actions, minlength=legal.shape[1])
    return Metric(float(entropy(taken) / entropy(random_play)), actions.size)


def top_share(actions: ArrayLike, legal: ArrayLike) -> Metric:
    """Share of decisions with a choice that went to the commonest action: 1 for a constant policy.

    `n` counts such decisions. Source: Berger & Parker 1970, the dominance of the commonest.
    """
    actions, _ = _chosen(actions, legal)
    return Metric.share(np.bincount(actions, minlength=1).max(), actions.size, NO_CHOICE)
