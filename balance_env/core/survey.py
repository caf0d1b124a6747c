"""Taking stock: what everyone perceives of the year, side by side for all viewers, before it is written to rows."""

from __future__ import annotations

from typing import NamedTuple

from .arithmetic import ln
from .capability import concentration
from .jit import rule
from .pieces import TINY
from .scratch import VIEWERS, Column, Draft, next_set
from .threat import fears, perceived_threat
from .world import NOBODY, Clock, Dyad


class Lens(NamedTuple):
    """What is the same in all rows of a year, and their scales."""

    per_frontier: float  # one over the best technology
    log_mean_output: float
    living: int
    part_living: float  # of all states
    part_gone: float  # of the longest possible time
    per_other: float  # one over N - 1
    per_offer: float  # one over the years an offer stands
    per_sanction: float  # one over the years of a sanction


@rule
def look(world, p):
    """The scales of this year's rows."""
    frontier = output = 0.0
    living = 0
    for i in range(len(world.actor)):
        if world.actor[i].alive:
            living += 1
            output += world.actor[i].economy
            frontier = max(frontier, world.actor[i].technology)
    return Lens(
        1.0 / frontier if frontier > 0.0 else 0.0,
        ln(max(output / max(living, 1), TINY)),
        living,
        living / len(world.actor),
        min(1.0, world.clock[Clock.YEAR] / world.clock[Clock.LAST_YEAR]),
        1.0 / (len(world.actor) - 1),
        1.0 / p.offer_years,
        1.0 / p.sanction_years,
    )


@rule
def list_actors(world, scratch):
    """Write what everyone sees alike of the actors to `scratch.column`, and count what they are in."""
    for i in range(len(world.actor)):
        me, mind = world.actor[i], scratch.actor[i]
        scratch.column[Column.IDEOLOGY, i] = me.ideology
        scratch.column[Column.LOG_OUTPUT, i] = me.log_economy
        scratch.column[Column.TOP_THREAT, i] = 0.0
        scratch.column[Column.DISPUTE, i] = me.dispute
        mind.pacts = 0
        mind.challengers = 0
        mind.clients = 0
    for i in range(len(world.actor)):
        scratch.column[Column.LOG_STRENGTH, i] = ln(max(scratch.strength[i], TINY))
    for i in range(len(world.actor)):
        me, mind = world.actor[i], scratch.actor[i]
        if me.dispute != NOBODY:
            scratch.actor[me.dispute].challengers += 1
        if me.patron != NOBODY:
            scratch.actor[me.patron].clients += 1
        count = 0
        for j in range(len(world.actor)):
            count += 1 if world.dyad[Dyad.PACT, i, j] > 0.0 else 0
        mind.pacts = count


@rule
def fear(world, p, scratch):
    """Write the threat that everyone perceives from everyone to `Draft.THREAT`, the largest to `Column.TOP_THREAT`."""
    actors = len(world.actor)
    q = fears(p)
    for i in range(actors):
        scratch.column[Column.OWN_SHARE, i] = scratch.dyad[Draft.SHARE, i, i]
        scratch.column[Column.PER_SHARE, i] = 1.0 / max(scratch.dyad[Draft.SHARE, i, i], TINY)
    for j in range(actors):
        it = world.actor[j]
        counts = 1.0 if it.alive else 0.0
        posture, ideology = it.posture, it.ideology
        for i in range(actors):
            scratch.dyad[Draft.THREAT, j, i] = perceived_threat(
                scratch.dyad[Draft.SHARE, j, i] * world.dyad[Dyad.REACH, j, i] * scratch.column[Column.PER_SHARE, i],
                posture,
                world.dyad[Dyad.HOSTILITY, j, i],
                abs(scratch.column[Column.IDEOLOGY, i] - ideology),
                q,
            )
        for i in range(actors):
            threat = counts * (0.0 if i == j else scratch.dyad[Draft.THREAT, j, i])  # of others
            scratch.column[Column.TOP_THREAT, i] = max(scratch.column[Column.TOP_THREAT, i], threat)


@rule
def add_all(world, scratch):
    """`add_up` over all pairs: among few actors it costs less than to ask of each pair."""
    actors = len(world.actor)
    for j in range(actors):
        for i in range(actors):
            scratch.column[Column.SUPPORT, i] = 0.0
            scratch.column[Column.SANCTIONED, i] = 0.0
            scratch.column[Column.COMMON, i] = 0.0
        for k in range(actors):
            given = world.actor[k].reputation * world.dyad[Dyad.WILLINGNESS, k, j] * world.dyad[Dyad.REACH, k, j]
            sanctions = 1.0 if world.dyad[Dyad.SANCTION, k, j] > 0.0 else 0.0
            is_partner = world.dyad[Dyad.PACT, k, j]
            for i in range(actors):
                scratch.column[Column.SUPPORT, i] += given * scratch.dyad[Draft.SEEN, k, i]
            for i in range(actors):
                scratch.column[Column.SANCTIONED, i] += sanctions * scratch.dyad[Draft.SHARE, k, i]
            for i in range(actors):
                scratch.column[Column.COMMON, i] += is_partner * world.dyad[Dyad.PACT, k, i]
        for i in range(actors):
            scratch.dyad[Draft.SUPPORT, j, i] = scratch.column[Column.SUPPORT, i]
            scratch.dyad[Draft.SANCTIONED, j, i] = scratch.column[Column.SANCTIONED, i]
            scratch.dyad[Draft.COMMON, j, i] = scratch.column[Column.COMMON, i]


@rule
def add_ties(world, scratch):
    """`add_up` over the pairs between which there is something: among many actors they are few."""
    actors = len(world.actor)
    for j in range(actors):
        for i in range(actors):
            scratch.dyad[Draft.SUPPORT, j, i] = 0.0
            scratch.dyad[Draft.SANCTIONED, j, i] = 0.0
            scratch.dyad[Draft.COMMON, j, i] = 0.0
    for k in range(actors):
        reputation = world.actor[k].reputation
        for j in range(actors):
            scratch.column[Column.BOUND, j] = (
                world.dyad[Dyad.WILLINGNESS, k, j] + world.dyad[Dyad.SANCTION, k, j] + world.dyad[Dyad.PACT, k, j]
            )
        j = next_set(scratch.column[Column.BOUND], 0)
        while j < actors:
            if world.dyad[Dyad.WILLINGNESS, k, j] > 0.0:
                given = reputation * world.dyad[Dyad.WILLINGNESS, k, j] * world.dyad[Dyad.REACH, k, j]
                for i in range(actors):
                    scratch.dyad[Draft.SUPPORT, j, i] += given * scratch.dyad[Draft.SEEN, k, i]
            if world.dyad[Dyad.SANCTION, k, j] > 0.0:
                for i in range(actors):
                    scratch.dyad[Draft.SANCTIONED, j, i] += scratch.dyad[Draft.SHARE, k, i]
            if world.dyad[Dyad.PACT, k, j] > 0.0:
                for i in range(actors):
                    scratch.dyad[Draft.COMMON, j, i] += world.dyad[Dyad.PACT, k, i]
            j = next_set(scratch.column[Column.BOUND], j + 1)


@rule
def add_up(world, scratch):
    """Write who has what behind it, and against it, as everyone perceives it.

    `Draft.SUPPORT`: force pledged to its defence; `Draft.SANCTIONED`: capability of those who sanction
    it; `Draft.COMMON`: partners in common.
    """
    if len(world.actor) <= VIEWERS:
        add_all(world, scratch)
    else:
        add_ties(world, scratch)


@rule
def measure_concentration(world, scratch, living):
    """Write the concentration of capability, as everyone perceives it, to `Column.CONCENTRATION`."""
    actors = len(world.actor)
    for i in range(actors):
        scratch.column[Column.CONCENTRATION, i] = 0.0
    for j in range(actors):
        for i in range(actors):
            share = scratch.dyad[Draft.SHARE, j, i]
            scratch.column[Column.CONCENTRATION, i] += share * share
    for i in range(actors):
        scratch.column[Column.CONCENTRATION, i] = concentration(scratch.column[Column.CONCENTRATION, i], living)
