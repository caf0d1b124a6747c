"""Does a learner earn more than random legal play? The same worlds, once with each of them in a seat.

    print(judge(policy, "small"))

In world w the focal state sits in seat w modulo N; random legal play holds all others. Both are played under the same
seed, so that worlds differ by what the focal state does and by nothing else. A return is the sum of its rewards until
it falls or its world ends.
"""

from __future__ import annotations

from collections.abc import Callable
from statistics import NormalDist
from typing import NamedTuple

import numpy as np

from .core.world import NOBODY
from .doctrines import doctrine_id
from .policies import Policy
from .scenario import Scenario
from .testing import random_legal
from .vector import VectorEnv

LEVEL = 0.95  # of the interval
WORLDS = 1000  # so many that the mean of their differences is normally distributed
SEED = 1_000_003  # of the worlds; trainings count theirs from 0


class Verdict(NamedTuple):
    """Mean returns over paired worlds, the interval of the gain over random legal play, and the learner's actions."""

    learned: float
    random: float
    low: float
    high: float
    worlds: int
    actions: int
    illegal: int

    @property
    def gain(self) -> float:
        """Learned less random."""
        return self.learned - self.random

    @property
    def beats_random(self) -> bool:
        """Whether the whole interval is above zero."""
        return self.low > 0.0

    @property
    def figures(self) -> str:
        """The gain with its interval and what it is of."""
        ends = f"{self.low:+.3g} to {self.high:+.3g}"
        return f"{self.gain:+.3g} ({ends}) on {self.random:.3g}, {self.worlds:,} worlds"

    def __str__(self) -> str:
        return f"return {self.learned:.3g}: {self.figures}; {self.illegal} of {self.actions:,} actions illegal"


class Fitted(NamedTuple):
    """A policy, how it fares, and the actions received from living states while it learned."""

    policy: Policy
    verdict: Verdict
    actions: int
    illegal: int

    def __str__(self) -> str:
        return f"{self.verdict}; in training {self.illegal} of {self.actions:,}"


def judge(
    policy: Policy, scenario: str | Scenario = "default", *, num_worlds: int = WORLDS, seed: int = SEED
) -> Verdict:
    """Play paired worlds and compare.

    Parameters
    ----------
    policy : function
        Rows (n, D), masks (n, A) and uniform draws (n,) to actions (n,).

    Sources
    -------
    The interval is that of a mean of paired differences, by the central limit theorem.
    """
    learned, actions, illegal = _returns(policy, scenario, num_worlds, seed)
    random = _returns(lambda rows, masks, draws: random_legal(masks, draws), scenario, num_worlds, seed)[0]
    gains = learned - random
    half = NormalDist().inv_cdf((1.0 + LEVEL) / 2.0) * gains.std(ddof=1) / np.sqrt(num_worlds)
    mean = gains.mean()
    ends = float(mean - half), float(mean + half)
    return Verdict(float(learned.mean()), float(random.mean()), *ends, num_worlds, actions, illegal)


def by_scores(scores_of: Callable[[np.ndarray], np.ndarray]) -> Policy:
    """The policy that draws legal actions by the softmax of scores (n, A), which a function gives for rows (n, D)."""

    def act(rows: np.ndarray, masks: np.ndarray, draws: np.ndarray) -> np.ndarray:
        scores = np.where(masks > 0, np.asarray(scores_of(rows), float), -np.inf)
        return random_legal(np.exp(scores - scores.max(-1, keepdims=True)), draws)

    return act


def _returns(policy: Policy, scenario: str | Scenario, worlds: int, seed: int) -> tuple[np.ndarray, int, int]:
    """Returns (W,) of the focal states, how many actions they took and how many of them were illegal."""
    batch = VectorEnv(scenario, worlds, threads=1, autoreset=False)
    seat = np.arange(worlds), np.arange(worlds) % batch.num_actors
    players = np.full((worlds, batch.num_actors), doctrine_id("random_legal"), np.int32)
    players[seat] = NOBODY
    batch.reset(seed)
    batch.set_players(players)
    generator = np.random.default_rng(seed)
    returns, going = np.zeros(worlds), np.ones(worlds, bool)
    actions = illegal = 0
    while going.any():
        chosen = np.zeros(players.shape, np.int64)
        rows, masks = batch.outputs.rows[seat], batch.action_masks[seat]
        draws = generator.random(worlds)
        chosen[seat[0][going], seat[1][going]] = policy(rows[going], masks[going], draws[going])
        _, rewards, terminations, truncations, infos = batch.step(chosen)
        returns += rewards[seat] * going
        actions += int(going.sum())
        illegal += int((infos["illegal_action"][seat] * going).sum())
        going &= ~(terminations[seat] | truncations[seat])
    return returns, actions, illegal
