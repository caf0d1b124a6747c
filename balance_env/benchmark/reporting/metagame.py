"""The game among entrants: what each gets as a visitor among others, and who is left when those that get more spread.

`payoff[a, b]` is the mean score of one seat of a where b holds every other seat, over stages and episodes, all pairs in
the same worlds with the same draws. A population of b's that a can enter at a profit is no stable one.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from ...players import trained_at
from ...vector import VectorEnv
from ..bootstrap import LEVEL, Estimate
from ..checks import Array, TooLittleData
from ..protocol.anchors import anchors_by_cell
from ..protocol.arena import VISITOR
from ..protocol.suite import Stage, Suite
from ..statistics import Anchors, anchored_scores
from .ranking import advantage, alpha_rank, nash_average, settling_alpha

RESAMPLES = 400  # ten of which lie beyond each end of a 95 % interval
STAGES = ("five_powers", "land_challenger", "sea_challenger", "two_blocs")  # unless told otherwise: one of each kind
EPISODES = 40  # of a stage and pair
LEAST_EPISODES = 5  # of a stage; fewer cannot be drawn from


class MetaGame(NamedTuple):
    """Scores of entrants among each other, and ranks.

    Attributes
    ----------
    entrants : list of str
    payoff : Estimate of (M, M)
        Of a row's entrant among those of the column.
    alpha : float
        Strength of selection at which alpha-rank settles.
    alpha_rank, nash, skill : Estimate of (M,)
        Share of time that a population spends as each; weight in the Nash average of `ranking.advantage`; advantage
        over the entrants in that average.
    """

    entrants: list[str]
    payoff: Estimate
    alpha: float
    alpha_rank: Estimate
    nash: Estimate
    skill: Estimate


def play_pair(stage: Stage, anchors: Anchors, visitor: str, host: str, episodes: int, seed: int) -> Array:
    """Scores (E,) of a visitor in the free seats of a stage, in turns, among hosts in all others."""
    free = stage.free_seats
    seat = np.array([free[episode % len(free)] for episode in range(episodes)])
    mine = np.arange(episodes), seat
    batch = VectorEnv(stage.world, episodes, threads=1, autoreset=False)
    batch.reset(stage.number(seed))
    players = np.full((episodes, batch.num_actors), batch.player_id(host), np.int32)
    players[mine] = batch.player_id(visitor)
    batch.set_players(players)
    total, going = np.zeros(episodes), np.ones(episodes, bool)
    while going.any():
        out = batch.advance()
        total += out.rewards[mine] * going
        going &= out.ended == 0
    return anchored_scores(total, anchors)


def play_all(
    suite: Suite,
    stages: Sequence[str],
    entrants: Sequence[str],
    episodes: int,
    seed: int,
    done: Callable[[int, int], None] = lambda n, of: None,
) -> Array:
    """Scores (M, M, stages, E) of every entrant among every other and itself; `done` is told how many pairs are played.

    Scores are on the scale of a visitor among the suite's own background, which is the same for all.

    Raises
    ------
    ValueError
        For fewer than two entrants, one twice, an unknown one, an unknown stage, or one without anchors as it stands.
    """
    if len(set(entrants)) < max(2, len(entrants)):
        raise ValueError(f"entrants {', '.join(entrants)}: two or more are needed, each once")
    for name in entrants:
        trained_at(name)
    played = [suite.stage(name) for name in stages]
    scale = anchors_by_cell(suite, played)
    scores = np.empty((len(entrants), len(entrants), len(played), episodes))
    done(0, scores[..., 0].size)
    for count, (s, a, b) in enumerate(np.ndindex(len(played), len(entrants), len(entrants)), 1):
        stage = played[s]
        scores[a, b, s] = play_pair(stage, scale[stage.name, VISITOR].anchors, entrants[a], entrants[b], episodes, seed)
        done(count, scores[..., 0].size)
    return scores


def rank(entrants: Sequence[str], scores: Array, seed: int) -> MetaGame:
    """Payoffs and ranks with intervals, from scores (M, M, stages, E).

    Episodes are drawn with replacement, the same ones for all pairs, as pairs share their worlds; stages are fixed. The
    intervals are percentiles of the draws.

    Raises
    ------
    TooLittleData
        For fewer episodes than `LEAST_EPISODES`.
    """
    episodes = scores.shape[-1]
    if episodes < LEAST_EPISODES:
        raise TooLittleData(f"metagame: {episodes} episodes; an interval needs {LEAST_EPISODES} or more")
    payoff = scores.mean(axis=(2, 3))
    alpha = settling_alpha(payoff)
    rng = np.random.default_rng(seed)
    draws: list[tuple[Array, ...]] = []
    for _ in range(RESAMPLES):
        weight = rng.multinomial(episodes, np.full(episodes, 1.0 / episodes), size=scores.shape[2]) / episodes
        draws.append(_figures((scores * weight).sum(-1).mean(-1), alpha))
    tail = (1.0 - LEVEL) / 2.0
    told = []
    for value, drawn in zip(_figures(payoff, alpha), zip(*draws, strict=True), strict=True):
        low, high = np.quantile(np.stack(drawn), [tail, 1.0 - tail], axis=0)
        told.append(Estimate(value, low, high))
    first, ranks, nash, skill = told
    return MetaGame(list(entrants), first, alpha, ranks, nash, skill)


def _figures(payoff: Array, alpha: float) -> tuple[Array, ...]:
    average = nash_average(advantage(payoff))
    return payoff, alpha_rank(payoff, alpha), average.weight, average.skill


def as_csv(game: MetaGame) -> str:
    """The tensor's means with their intervals, one pair a row."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("visitor", "hosts", "score", "low", "high"))
    for a, visitor in enumerate(game.entrants):
        for b, hosts in enumerate(game.entrants):
            writer.writerow((visitor, hosts, *(f"{part[a, b]:.6g}" for part in game.payoff)))
    return text.getvalue()
