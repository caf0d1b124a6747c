"""What happened, as plain rows: states by year, events, and how third parties answered disputes.

A `Recorder` watches a batch of one world.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import numpy as np

from .chronicle import answers_of_year, events_of_year, names_by_seat, snapshot
from .core.reward import Term
from .core.world import NOBODY, Clock, Ending, Verb, World
from .events import Answer, Event
from .vector import VectorEnv

Player = Callable[[VectorEnv, int], int]  # a batch of one world and a seat, to the action of its state


class StateYear(NamedTuple):
    """One state at the end of one year; year 0 is the start, in which nobody has acted."""

    year: int
    seat: int
    name: str
    alive: bool
    economy: float  # output a year; the mean state starts at 1
    forces: float  # stock, in years of the mean output
    technology: float  # 1 = the frontier at the start
    share: float  # of the system's capability
    posture: float  # 0..1, running share of years in which it armed
    reputation: float  # 0..1, share of what it pledged that it delivered
    pacts: int  # number of its partners
    patron: str | None
    dispute: str | None  # whom it challenges at the year's end
    verb: str | None  # None for the fallen, and in year 0
    target: str | None
    reward: float
    terms: tuple[float, ...]  # of the reward, unweighted, in the order of `Term`

    @property
    def security(self) -> float:
        """The least sufficiency of its expected defence, 0..1; the term of the reward."""
        return self.terms[Term.SECURITY]


class Recorder:
    """Collects the rows of a batch of one world, year by year.

    Make it after `reset`, and call `record` after every step. `states` begins with the rows of the
    start, year 0.

    Parameters
    ----------
    batch : VectorEnv
        One world, with `autoreset=False`: an ended world must stay to be read.

    Attributes
    ----------
    states : list of StateYear
    events : list of Event
    answers : list of Answer

    Raises
    ------
    ValueError
        For a batch of several worlds, with autoreset, or not yet reset.
    """

    def __init__(self, batch: VectorEnv) -> None:
        if batch.num_worlds != 1 or batch.setting.autoreset:
            raise ValueError("a recorder needs one world without autoreset: VectorEnv(..., 1, autoreset=False)")
        if batch.seed is None:
            raise ValueError("a recorder starts after the first reset: call reset(seed) first")
        self.batch = batch
        self.names = names_by_seat(batch)
        self.states: list[StateYear] = []
        self.events: list[Event] = []
        self.answers: list[Answer] = []
        self._before = snapshot(batch)
        self._add_states(self._before, None)

    @property
    def year(self) -> int:
        """The year of the last rows."""
        return self.states[-1].year

    @property
    def ending(self) -> Ending:
        """Why the world ended, or NOT."""
        return Ending(int(self._before.clock[Clock.ENDED]))

    def record(self) -> list[Event]:
        """Add the year that has just passed; return its events."""
        before, after = self._before, snapshot(self.batch)
        events = events_of_year(before, after, self.names)
        self.events += events
        self.answers += answers_of_year(before, after, self.names)
        self._add_states(after, before)
        self._before = after
        return events

    def of_year(self, year: int) -> list[StateYear]:
        """Rows of all states at the end of a year, by seat."""
        count = len(self.names)
        start = (year - self.states[0].year) * count
        return self.states[start : start + count]

    def _name(self, seat: Any) -> str | None:
        return None if seat == NOBODY else self.names[seat]

    def _add_states(self, world: World, before: World | None) -> None:
        out = self.batch.outputs
        for i, me in enumerate(world.actor):
            has_acted = before is not None and bool(before.actor[i].alive)
            self.states.append(
                StateYear(
                    year=int(world.clock[Clock.YEAR]),
                    seat=i,
                    name=self.names[i],
                    alive=bool(me.alive),
                    economy=float(me.economy),
                    forces=float(me.forces),
                    technology=float(me.technology),
                    share=float(me.opening_share),  # the next year's opening is this year's close
                    posture=float(me.posture),
                    reputation=float(me.reputation),
                    pacts=int(world.pair.pact[i].sum()),
                    patron=self._name(me.patron),
                    dispute=self._name(me.dispute),
                    verb=Verb(me.verb).name.lower() if has_acted else None,
                    target=self._name(me.target) if has_acted else None,
                    reward=float(out.rewards[0, i]),
                    terms=tuple(out.terms[0, i].tolist()),
                )
            )


def play_out(batch: VectorEnv, seed: int | None = None, players: Mapping[int, Player] | None = None) -> Recorder:
    """Play one episode in which the batch's players, and `players` by seat, act for every state; tell what happened.

    Players are asked for the living, all of them at once, each in a thread of its own: some wait for a network.
    ValueError where a seat has neither, and as of `Recorder`.
    """
    players = players or {}
    batch.reset(seed)
    if set(np.flatnonzero(batch.worlds.actor["player"][0] == NOBODY)) - set(players):
        raise ValueError("play_out needs a player in every seat: give players=... when making the batch")
    recorder = Recorder(batch)
    with ThreadPoolExecutor(max(1, len(players))) as pool:
        while recorder.ending == Ending.NOT:
            living = [seat for seat in players if batch.outputs.alive[0, seat]]
            actions = list(pool.map(lambda seat: players[seat](batch, seat), living))
            batch.pending_actions[0, living] = actions
            batch.advance()
            recorder.record()
    return recorder
