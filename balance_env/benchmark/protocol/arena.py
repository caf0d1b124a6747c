"""One stage played: who sits where in each episode, the years, and what everyone earned.

Who sits where and what chance brings is a function of stage, seed and episode alone, never of the entrant: all
entrants meet the same background in the same seats with the same draws, and fewer episodes are the first of more.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...players import LEARNER
from ...vector import VectorEnv
from ..history import Act, History, watch
from .suite import Stage

RESIDENT, VISITOR, SELF_PLAY, CROSS_PLAY = "resident", "visitor", "self_play", "cross_play"
SCORED = (RESIDENT, VISITOR)  # roles with anchors; among itself an entrant has no background to be measured by
FIRST, SECOND = 1, 2  # who plays a seat of a casting


class Casting(NamedTuple):
    """Who plays which seat of W episodes.

    Attributes
    ----------
    focal : (W, N) int
        FIRST where the entrant sits, SECOND where another run of it sits in cross-play, 0 elsewhere.
    players : (W, N) of str
        The background by name, LEARNER in the focal seats.
    lead : (W,) int
        The first focal seat, which rotates over the episodes.
    """

    focal: np.ndarray
    players: np.ndarray
    lead: np.ndarray


class Returns(NamedTuple):
    """Undiscounted returns of W episodes, per capita: (W,) each; the background's is NaN where there is none."""

    focal: np.ndarray
    background: np.ndarray


def cast(stage: Stage, role: str, seed: int, episodes: int) -> Casting:
    """Who sits where: the lead seat takes turns, who sits beside it and the background are drawn for each episode.

    As a resident the entrant holds `stage.resident` seats, as a visitor the lead seat; in self-play all, and in
    cross-play all, a half of them by another run.

    Raises
    ------
    ValueError
        For an unknown role.
    """
    seats, free = len(stage.world.state_names()), stage.free_seats
    counts = {RESIDENT: stage.resident, VISITOR: 1, SELF_PLAY: seats, CROSS_PLAY: seats}
    if role not in counts:
        raise ValueError(f"unknown role {role!r}: one of {', '.join(counts)}")
    focal = np.zeros((episodes, seats), np.int8)
    players = np.empty((episodes, seats), object)
    lead = np.array([free[episode % len(free)] for episode in range(episodes)], np.int64)
    choices = [stage.held_seats.get(seat, stage.background) for seat in range(seats)]
    for episode in range(episodes):
        rng = np.random.default_rng((stage.number(seed), episode))
        players[episode] = [of_seat[rng.integers(len(of_seat))] for of_seat in choices]
        beside = rng.permutation([seat for seat in free if seat != lead[episode]]).astype(int)
        order = [lead[episode], *beside, *stage.held_seats]  # the held are the last, taken only among itself
        focal[episode, order[: counts[role]]] = FIRST
        if role == CROSS_PLAY:
            focal[episode, order[1::2]] = SECOND
    players[focal > 0] = LEARNER
    return Casting(focal, players, lead)


def begin(stage: Stage, casting: Casting, seed: int, first: str = LEARNER, second: str = LEARNER) -> VectorEnv:
    """The stage's worlds at their start, players in the focal seats by name; ValueError for one that does not fit."""
    batch = VectorEnv(stage.world, len(casting.lead), threads=1, autoreset=False)
    batch.reset(stage.number(seed))
    seated = np.where(casting.focal == FIRST, first, casting.players)
    batch.set_players(np.where(casting.focal == SECOND, second, seated))
    return batch


def play(
    stage: Stage, casting: Casting, seed: int, first: str = LEARNER, second: str = LEARNER, act: Act | None = None
) -> History:
    """Everything that happens in the stage's episodes; `act` chooses for focal seats that no named player holds."""
    return watch(begin(stage, casting, seed, first, second), act)


def returns_of(history: History, casting: Casting) -> Returns:
    """What focal seats and background earned, fallen or not, until each world's end."""
    return split_returns(history.rewards.sum(0), casting)


def fast_returns(stage: Stage, casting: Casting, seed: int, player: str) -> Returns:
    """The same of a named player, of whose episodes nothing else is kept."""
    batch = begin(stage, casting, seed, player)
    total = np.zeros(casting.players.shape)
    going = np.ones(len(total), bool)
    while going.any():
        out = batch.advance()
        total += out.rewards * going[:, None]
        going &= out.ended == 0
    return split_returns(total, casting)


def split_returns(total: np.ndarray, casting: Casting) -> Returns:
    """Means over the focal and over the other seats of returns (W, N)."""
    mine = casting.focal == FIRST
    others = casting.focal == 0
    counts = others.sum(-1)
    background = np.divide((total * others).sum(-1), counts, out=np.full(len(total), np.nan), where=counts > 0)
    return Returns((total * mine).sum(-1) / mine.sum(-1), background)


def both(first: Act, second: Act, casting: Casting) -> Act:
    """Two players as one: each acts in its seats of the casting."""

    def act(
        rows: np.ndarray, masks: np.ndarray, draws: np.ndarray, worlds: np.ndarray, seats: np.ndarray
    ) -> np.ndarray:
        actions = np.zeros(len(rows), np.int64)
        who = casting.focal[worlds, seats]
        for player, number in ((first, FIRST), (second, SECOND)):
            his = who == number
            if his.any():
                actions[his] = player(rows[his], masks[his], draws[his], worlds[his], seats[his])
        return actions

    return act
