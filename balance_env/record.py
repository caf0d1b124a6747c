"""What happened, as plain rows: states by year, events, and how third parties answered disputes.

A `Recorder` watches a batch of one world. All of it is read from the world's arrays before and
after a year; no rule is stepped here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from enum import StrEnum
from typing import Any, NamedTuple

import numpy as np

from .core.reward import Term
from .core.world import NOBODY, Clock, Ending, Outcome, Verb, World
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


class Kind(StrEnum):
    """Kinds of events, in the order in which a year brings them."""

    SANCTION = "sanction"
    SANCTION_ENDED = "sanction ended"
    CLIENT = "client"
    RELEASED = "released"
    PACT_ENDED = "pact ended"
    OFFER = "offer"
    PACT = "pact"
    SETTLED = "settled"
    CAPITULATED = "capitulated"
    BACKED_DOWN = "backed down"
    WAR = "war"
    ANNEXED = "annexed"
    DISPUTE = "dispute"
    FELL = "fell"


class Event(NamedTuple):
    """Something that happened between `actor` and `target` in a year, with its numbers."""

    year: int
    kind: Kind
    actor: str
    target: str | None = None
    cause: str = ""  # how a dispute opened or a war began; against whom a patron was joined; why a tie ended
    outcome: Outcome = Outcome.NONE  # of a war, as the challenger's
    odds: float | None = None  # that the challenger wins a decided war
    beside_actor: tuple[str, ...] = ()  # third parties on the challenger's side
    beside_target: tuple[str, ...] = ()  # third parties that stood by the target by their act
    in_part: tuple[str, ...] = ()  # those that brought a part of their pledge, unasked
    aside: tuple[str, ...] = ()  # the target's partners that brought nothing, or did not speak up for it

    def sentence(self) -> str:
        """The event in one plain sentence."""
        return _SENTENCES[self.kind](self)


class Answer(NamedTuple):
    """What a third party did in the year of a dispute's showdown."""

    year: int
    state: str
    challenger: str
    target: str
    answer: str  # one of ANSWERS


ANSWERS = ("stood by", "sanctioned", "armed", "stayed out", "joined")  # from balancing to bandwagoning


def listed(names: Sequence[str]) -> str:
    """`A`, `A and B`, `A, B and C`."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _acts(subject: Sequence[str], plural: str, singular: str) -> str:
    """`A and B stand`, `A stands`."""
    return f"{listed(subject)} {plural if len(subject) > 1 else singular}"


def _crowd(event: Event) -> list[str]:
    """Clauses on the third parties of a war."""
    clauses = []
    if event.beside_target:
        clauses.append(f"{_acts(event.beside_target, 'stand', 'stands')} by {event.target}")
    if event.in_part:
        clauses.append(f"{_acts(event.in_part, 'bring', 'brings')} {event.target} a part of what was pledged")
    if event.aside:
        clauses.append(f"{_acts(event.aside, 'stay', 'stays')} out, though pledged to {event.target}")
    if event.beside_actor:
        clauses.append(f"{_acts(event.beside_actor, 'march', 'marches')} with {event.actor}")
    return clauses


def _tell_war(event: Event) -> str:
    result = {
        Outcome.WON: f"{event.actor} wins",
        Outcome.LOST: f"{event.target} wins",
        Outcome.STALEMATE: "a stalemate",
    }[event.outcome]
    start = (
        f"{event.actor} and {event.target} both press their dispute to war"
        if event.cause == "both"
        else f"{event.actor} presses its dispute with {event.target} to war"
    )
    odds = f"odds {100 * (event.odds or 0.0):.0f} % for {event.actor}"
    return "; ".join([start, *_crowd(event), odds, result]) + "."


def _tell_retreat(event: Event) -> str:
    stood = f"{listed(event.beside_target)} stood by {event.target}" if event.beside_target else ""
    silent = f"{listed(event.aside)}, though pledged to {event.target}, did not" if event.aside else ""
    if silent and not stood:
        silent = f"{listed(event.aside)}, though pledged to {event.target}, did not stand by it"
    clauses = [f"{event.actor} backs down in its dispute with {event.target}", stood, silent]
    return "; ".join(clause for clause in clauses if clause) + "."


def _tell_surrender(event: Event) -> str:
    if event.cause == "target":
        return f"{event.target} capitulates to {event.actor} and becomes its client."
    return f"{event.actor} drops its dispute with {event.target} and becomes its client."


_SENTENCES = {
    Kind.SANCTION: lambda e: f"{e.actor} imposes sanctions on {e.target}.",
    Kind.SANCTION_ENDED: lambda e: f"{e.actor}'s sanctions on {e.target} run out.",
    Kind.CLIENT: lambda e: (
        f"{e.actor} joins {e.target} against {e.cause} and becomes its client."
        if e.cause
        else f"{e.actor} bandwagons with {e.target} and becomes its client."
    ),
    Kind.RELEASED: lambda e: f"{e.actor} is no longer {e.target}'s client, {e.cause}.",
    Kind.PACT_ENDED: lambda e: f"The pact of {e.actor} and {e.target} ends: {e.cause}.",
    Kind.OFFER: lambda e: f"{e.actor} offers {e.target} a pact.",
    Kind.PACT: lambda e: f"{e.actor} and {e.target} conclude a defence pact.",
    Kind.SETTLED: lambda e: f"{e.actor} and {e.target} settle their dispute by a pact.",
    Kind.CAPITULATED: _tell_surrender,
    Kind.BACKED_DOWN: _tell_retreat,
    Kind.WAR: _tell_war,
    Kind.ANNEXED: lambda e: f"{e.actor} is annexed by {listed((e.target or '', *e.beside_actor))}.",
    Kind.DISPUTE: lambda e: (
        f"{e.actor} sets out to coerce {e.target}."
        if e.cause == "choice"
        else f"A dispute arises: {e.actor} challenges {e.target}."
    ),
    Kind.FELL: lambda e: f"{e.actor} falls: {e.cause}.",
}


def snapshot(batch: VectorEnv, w: int = 0) -> World:
    """A copy of world `w` of the batch, without the leading W."""
    return World(*(np.array(array[w]).view(type(array)) for array in batch.worlds))


def names_by_seat(batch: VectorEnv, w: int = 0) -> list[str]:
    """Name of the state in each seat of world `w`: names travel with ids, not with seats."""
    names = batch.scenario.state_names()
    return [names[ident] for ident in batch.worlds.actor[w].ident]


def _acted(world: World, i: int, verb: Verb, j: int) -> bool:
    """Whether i did `verb` to j this year."""
    return bool(world.actor[i].verb == verb and world.actor[i].target == j)


def _principals(world: World) -> set[int]:
    """Seats that are party to a dispute that came to a head this year: they may not join another."""
    heads = [(i, int(me.opponent)) for i, me in enumerate(world.actor) if me.outcome >= Outcome.BACKED_DOWN]
    return {party for head in heads for party in head}


def _why_pact_ended(after: World, names: Sequence[str], i: int, j: int) -> str:
    for a, b in ((i, j), (j, i)):
        if not after.actor[a].alive:
            return f"{names[a]} has fallen"
        if _acted(after, a, Verb.SANCTION, b):
            return f"{names[a]} imposes sanctions on {names[b]}"
        if after.actor[a].dispute == b:
            return f"{names[a]} turns on {names[b]}"
        if after.actor[a].verb == Verb.BANDWAGON:
            return f"{names[a]} bandwagons with {names[after.actor[a].target]}"
    return "the pledges have faded"


def _why_released(after: World, names: Sequence[str], i: int, k: int) -> str:
    me, patron = after.actor[i], after.actor[k]
    if not me.alive or not patron.alive:
        return f"since {names[i if not me.alive else k]} has fallen"
    for a, b in ((i, k), (k, i)):
        if _acted(after, a, Verb.SANCTION, b):
            return f"since {names[a]} imposes sanctions on {names[b]}"
    if me.verb in (Verb.ALLY, Verb.BANDWAGON):
        return f"turning to {names[me.target]}"
    if patron.verb == Verb.BANDWAGON and patron.patron != NOBODY:
        return f"since {names[k]} becomes a client itself"
    return "having outgrown it"


def _tie_events(before: World, after: World, names: Sequence[str], year: int) -> list[Event]:
    """Sanctions, clients, pacts and offers that began or ended."""
    events = []
    count = len(names)
    for i in range(count):
        old, new = before.actor[i].patron, after.actor[i].patron
        if old != new and new != NOBODY:
            rival = before.actor[new].dispute
            against = "" if rival in (NOBODY, i) else names[rival]
            events.append(Event(year, Kind.CLIENT, names[i], names[new], cause=against))
        if old != new and old != NOBODY and new == NOBODY:
            events.append(
                Event(year, Kind.RELEASED, names[i], names[old], cause=_why_released(after, names, i, int(old)))
            )
        for j in range(count):
            pair = names[i], names[j]
            had_sanction, has_sanction = before.pair.sanction[i, j], after.pair.sanction[i, j]
            had_pact, has_pact = before.pair.pact[i, j], after.pair.pact[i, j]
            if _acted(after, i, Verb.SANCTION, j) and not had_sanction:
                events.append(Event(year, Kind.SANCTION, *pair))
            if had_sanction and not has_sanction and after.actor[i].alive and after.actor[j].alive:
                events.append(Event(year, Kind.SANCTION_ENDED, *pair))
            if after.pair.offer[i, j] and not before.pair.offer[i, j]:
                events.append(Event(year, Kind.OFFER, *pair))
            if i < j and had_pact and not has_pact:
                events.append(Event(year, Kind.PACT_ENDED, *pair, cause=_why_pact_ended(after, names, i, j)))
            if i < j and has_pact and not had_pact:
                events.append(Event(year, Kind.PACT, *pair))
    return events


def _third_parties(before: World, after: World, names: Sequence[str], i: int, j: int) -> dict[str, Any]:
    """Who stood where in i's war on j."""
    fields: dict[str, list[str]] = {"beside_actor": [], "beside_target": [], "in_part": [], "aside": []}
    busy = _principals(after)
    for k, name in enumerate(names):
        side = after.side[i, k]
        if k in (i, j):
            continue
        if side > 0:
            fields["beside_actor"].append(name)
        elif side < 0:
            asked = _acted(after, k, Verb.ALLY, j) or _acted(after, k, Verb.BANDWAGON, j) or before.actor[k].patron == j
            fields["beside_target" if asked else "in_part"].append(name)
        elif before.pair.pact[k, j] and k not in busy:
            fields["aside"].append(name)
    return {field: tuple(listed_names) for field, listed_names in fields.items()}


def _showdown_events(before: World, after: World, names: Sequence[str], year: int) -> list[Event]:
    """What became of the disputes that were open."""
    events = []
    busy = _principals(after)
    for i, me in enumerate(after.actor):
        j, outcome = int(me.opponent), Outcome(me.outcome)
        if j == NOBODY or outcome in (Outcome.NONE, Outcome.LAPSED, Outcome.MUTUAL):
            continue
        pair = names[i], names[j]
        if outcome == Outcome.SETTLED:
            events.append(Event(year, Kind.SETTLED, *pair))
        elif outcome == Outcome.CAPITULATED:
            weaker = "target" if _acted(after, j, Verb.BANDWAGON, i) else "challenger"
            events.append(Event(year, Kind.CAPITULATED, *pair, cause=weaker))
        elif outcome == Outcome.BACKED_DOWN:
            third = [(k, name) for k, name in enumerate(names) if k not in busy]
            friends = tuple(name for k, name in third if _acted(after, k, Verb.ALLY, j))
            silent = tuple(name for k, name in third if before.pair.pact[k, j] and name not in friends)
            events.append(Event(year, Kind.BACKED_DOWN, *pair, beside_target=friends, aside=silent))
        else:
            theirs = after.actor[j]
            cause = "both" if theirs.outcome == Outcome.MUTUAL and theirs.opponent == i else "challenger"
            sides = _third_parties(before, after, names, i, j)
            events.append(Event(year, Kind.WAR, *pair, cause, outcome, float(me.odds), **sides))
    return events


def _dispute_events(after: World, names: Sequence[str], year: int) -> list[Event]:
    """Disputes opened this year: all that stand at its end."""
    return [
        Event(year, Kind.DISPUTE, names[i], names[me.dispute], cause="choice" if me.chosen else "chance")
        for i, me in enumerate(after.actor)
        if me.dispute != NOBODY
    ]


def _fall_events(after: World, names: Sequence[str], year: int) -> list[Event]:
    events = []
    for j, it in enumerate(after.actor):
        if it.fell and it.conqueror != NOBODY:
            i = int(it.conqueror)
            others = tuple(name for k, name in enumerate(names) if k != i and after.side[i, k] > 0)
            events.append(Event(year, Kind.ANNEXED, names[j], names[i], beside_actor=others))
        elif it.fell:
            events.append(Event(year, Kind.FELL, names[j], cause="too little of its output is left"))
    return events


def events_of_year(before: World, after: World, names: Sequence[str]) -> list[Event]:
    """What happened in the year between two snapshots, in the order of the year's phases.

    Parameters
    ----------
    before, after : World
        Snapshots of one world, see `snapshot`; `after` also holds what the year brought.
    names : (N,) of str
        Name of the state in each seat.
    """
    year = int(after.clock[Clock.YEAR])
    events = [
        *_tie_events(before, after, names, year),
        *_showdown_events(before, after, names, year),
        *_dispute_events(after, names, year),
        *_fall_events(after, names, year),
    ]
    place = {kind: n for n, kind in enumerate(Kind)}
    return sorted(events, key=lambda event: place[event.kind])


def answers_of_year(before: World, after: World, names: Sequence[str]) -> list[Answer]:
    """How every living state that was in no dispute itself answered the disputes that came to a head."""
    year = int(after.clock[Clock.YEAR])
    disputes = [(i, int(me.dispute)) for i, me in enumerate(before.actor) if me.dispute != NOBODY]
    principals = {party for dispute in disputes for party in dispute}
    answers = []
    for i, j in disputes:
        for k, name in enumerate(names):
            if k in principals or not before.actor[k].alive:
                continue
            if _acted(after, k, Verb.ALLY, j):
                answer = "stood by"
            elif _acted(after, k, Verb.BANDWAGON, i):
                answer = "joined"
            elif _acted(after, k, Verb.SANCTION, i):
                answer = "sanctioned"
            else:
                answer = "armed" if after.actor[k].verb == Verb.ARM else "stayed out"
            answers.append(Answer(year, name, names[i], names[j], answer))
    return answers


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
