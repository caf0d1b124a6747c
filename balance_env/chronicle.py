"""What happened in a year, read from the world's arrays before and after it; no rule is stepped here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .core.world import NOBODY, Clock, Outcome, Verb, World
from .events import Answer, Event, Kind
from .vector import VectorEnv


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
