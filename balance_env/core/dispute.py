"""Disputes: how they open, who stands where, and when the challenger presses."""

from __future__ import annotations

from typing import NamedTuple

from .alignment import acts, clear_tie, has_tie
from .arithmetic import logistic, power
from .capability import coalition
from .draws import Purpose, make_stream, normal, uniform
from .jit import phase, rule
from .sanction import growth_lost, is_sanctioned, pressure_on
from .threat import forces_seen
from .world import NOBODY, Clock, Column, Draft, Dyad, Outcome, Verb

ABREAST = 8  # actors that a loop takes at a time on a wide processor


class Frictions(NamedTuple):
    """The parameters of a dispute's hazard, taken out of their record before a loop over actors."""

    dispute_base: float
    dispute_distance: float
    dispute_hostility: float
    dispute_ideology: float


@rule
def frictions(p):
    """The parameters of a dispute's hazard."""
    return Frictions(p.dispute_base, p.dispute_distance, p.dispute_hostility, p.dispute_ideology)


@rule
def dispute_hazard(remoteness, hostility, ideology_gap, p):
    """Chance a year that two states come into a dispute; by `remoteness`, ln((km+100)/1000), and the
    mean `hostility` of both beliefs. `p`: `Frictions`, or all parameters.

    Source: originator disputes 1886-2010 (Gibler, Miller & Little 2016; form after Bremer 1992).
    """
    logit = (
        p.dispute_base
        + p.dispute_distance * remoteness
        + p.dispute_hostility * hostility
        + p.dispute_ideology * ideology_gap
    )
    return logistic(logit)


@rule
def win_chance(attack, defence, decisiveness, offence):
    """Chance that the attacker wins a decided war: `(oA)^m / ((oA)^m + D^m)`; 1/2 where both are 0.

    Source: Hirshleifer 1989 (ratio form); offence-defence balance o: Jervis 1978.
    """
    force = offence * attack
    if force <= 0.0 and defence <= 0.0:
        return 0.5
    if force <= 0.0 or defence <= 0.0:
        return 1.0 if force > 0.0 else 0.0
    return 1.0 / (1.0 + power(defence / force, decisiveness))


@rule
def war_gain(chance, stalemate, spoils, indemnity, cost):
    """What a war is worth to the challenger, in shares of the stake.

    Source: Fearon 1995; Powell 1999 (war as a costly lottery).
    """
    return (1.0 - stalemate) * (chance * spoils - (1.0 - chance) * indemnity) - cost


@rule
def expected_side(world, p, k, i, j):
    """Share of k's usable force that others expect in i's challenge of j: > 0 with i, < 0 with j.

    Clients owe their dues; a pledge to the target counts by its maker's reputation. A principal
    of another dispute is expected to stay out. Source: design of alliances as capability times
    willingness; reputation after Crescenzi 2007.
    """
    if world.actor[k].patron == i:
        return p.client_dues
    if world.actor[k].patron == j:
        return -p.client_dues
    return -world.actor[k].reputation * world.dyad[Dyad.WILLINGNESS, k, j]


@rule
def shown_side(world, p, k, i, j):
    """Share of k's usable force that its act of this year puts into i's challenge of j.

    > 0 with the challenger, < 0 with the target. All of the pledge where k stood by j, the share
    `unasked` where it did something else; a partner of both sides delivers by its act or nothing.
    Source: Leeds 2003 (honoured and broken pacts); numbers: design choice.
    """
    if world.actor[k].patron == i:
        return p.stand_by if acts(world, k, Verb.BANDWAGON, i) else p.client_dues
    if world.actor[k].patron == j:
        return -p.stand_by if acts(world, k, Verb.BANDWAGON, j) else -p.client_dues
    if acts(world, k, Verb.ALLY, j):
        return -world.dyad[Dyad.WILLINGNESS, k, j] if has_tie(world, k, j) else -p.stand_by
    if world.dyad[Dyad.PACT, k, i] > 0.0:
        return 0.0
    return -p.unasked * world.dyad[Dyad.WILLINGNESS, k, j]


@phase
def take_sides(world, p, scratch, i, j, shown):
    """Write the usable force that third parties put into i's challenge of j, per unit of their forces.

    To `Column.SIDE`: > 0 with the challenger, < 0 against it, 0 for those who stay out. `shown`: by
    this year's acts, else as expected. Reads `scratch.actor.principal`.
    """
    for k in range(len(world.actor)):
        scratch.column[Column.SIDE, k] = 0.0
        if k != i and k != j and world.actor[k].alive and scratch.actor[k].principal == 0:
            part = shown_side(world, p, k, i, j) if shown else expected_side(world, p, k, i, j)
            scratch.column[Column.SIDE, k] = part * world.dyad[Dyad.REACH, k, j]


@phase
def gain_from_war(world, p, scratch, i, j, per_output, shown):
    """What i thinks war on j is worth, in shares of the stake (the smaller of the two outputs).

    Cost includes the growth that standing sanctions would take while they last.
    """
    take_sides(world, p, scratch, i, j, shown)
    mine = scratch.strength[i] * world.dyad[Dyad.REACH, i, j]
    attack, defence = mine, forces_seen(world, scratch, i, j)
    attackers = defenders = 1
    for k in range(len(world.actor)):
        side = scratch.column[Column.SIDE, k]
        if side > 0.0:
            attack += side * forces_seen(world, scratch, i, k)
            attackers += 1
        elif side < 0.0:
            defence -= side * forces_seen(world, scratch, i, k)
            defenders += 1
    own_part = mine / attack if attack > 0.0 else 1.0
    chance = win_chance(
        coalition(attack, attackers, p.friction),
        coalition(defence, defenders, p.friction),
        p.decisiveness,
        p.offence * p.offence_bias,
    )
    stake = min(world.actor[i].economy, world.actor[j].economy)
    cost = p.war_cost
    if is_sanctioned(world, i) and stake > 0.0:
        lost = growth_lost(pressure_on(world, p, i, per_output), p.sanction_max, p.sanction_exponent)
        cost += p.sanction_years * lost * world.actor[i].economy / stake
    return war_gain(chance, p.stalemate, p.spoils * (1.0 - p.destroyed) * own_part, p.spoils, cost)


@rule
def mark_principals(world, scratch):
    """Write who is party to an open dispute, as challenger or target, to `scratch.actor.principal`."""
    for i in range(len(world.actor)):
        scratch.actor[i].principal = 0
    for i in range(len(world.actor)):
        if world.actor[i].dispute != NOBODY:
            scratch.actor[i].principal = 1
            scratch.actor[world.actor[i].dispute].principal = 1


@rule
def close_settled(world, i):
    """Close i's dispute where the year's diplomacy, or a fall, has ended it; say how."""
    j = world.actor[i].dispute
    if world.actor[i].alive == 0 or world.actor[j].alive == 0:
        outcome = Outcome.LAPSED
    elif world.actor[i].patron == j or world.actor[j].patron == i:
        outcome = Outcome.CAPITULATED
    elif world.dyad[Dyad.PACT, i, j] > 0.0:
        outcome = Outcome.SETTLED
    else:
        return
    world.actor[i].outcome = outcome
    world.actor[i].opponent = j
    world.actor[i].dispute = NOBODY


@phase
def presses(world, p, scratch, i, per_output, stream):
    """Whether i presses its dispute to war.

    A challenger that coerces its object this year presses; one that opened by choice and does not
    backs down. A challenger of chance presses when war, as it perceives it, pays, given its
    private resolve. Source: Fearon 1995.
    """
    j = world.actor[i].dispute
    if acts(world, i, Verb.COERCE, j):
        return True
    if world.actor[i].chosen:
        return False
    resolve = p.resolve_sd * normal(stream, world.actor[i].ident, world.actor[j].ident)
    return gain_from_war(world, p, scratch, i, j, per_output, True) + resolve > 0.0


@phase
def decide_disputes(world, p, scratch, per_output):
    """Disputes opened last year come to a head: settled, backed down or pressed (`scratch.actor.pressed`)."""
    actors = len(world.actor)
    stream = make_stream(world.clock[Clock.KEY], world.clock[Clock.YEAR], Purpose.RESOLVE)
    any_war = False
    for i in range(actors):
        world.actor[i].outcome = Outcome.NONE
        world.actor[i].opponent = NOBODY
        scratch.actor[i].pressed = 0
        scratch.actor[i].demands = world.actor[i].chosen
        if world.actor[i].dispute != NOBODY:
            close_settled(world, i)
    mark_principals(world, scratch)
    for i in range(actors):
        if world.actor[i].dispute != NOBODY:
            world.actor[i].opponent = world.actor[i].dispute
            world.actor[i].outcome = Outcome.BACKED_DOWN
            if presses(world, p, scratch, i, per_output, stream):
                scratch.actor[i].pressed = 1
                any_war = True
    return any_war


@rule
def open_by_choice(world, i):
    """i's act of `coerce j` opens a dispute with j, and betrays a partner if j was one."""
    j = world.actor[i].target
    if world.actor[i].dispute == NOBODY and world.actor[i].opponent == NOBODY and world.actor[j].alive:
        if world.dyad[Dyad.PACT, i, j] > 0.0:
            clear_tie(world, i, j)
        if not has_tie(world, i, j):
            world.actor[i].dispute = j
            world.actor[i].chosen = 1


@rule
def draw_disputes(world, p, scratch):
    """Write what every pair's draw is above its hazard to `Draft.EXCESS`, at [i, j] for j < i: below 0, a dispute."""
    actors = len(world.actor)
    q = frictions(p)
    stream = make_stream(world.clock[Clock.KEY], world.clock[Clock.YEAR], Purpose.DISPUTE)
    for i in range(actors):
        scratch.ident[i] = world.actor[i].ident
        scratch.column[Column.IDEOLOGY, i] = world.actor[i].ideology
    for first in range(0, actors, ABREAST):
        last = min(first + ABREAST, actors)
        for i in range(first, last):
            me, mine = scratch.ident[i], scratch.column[Column.IDEOLOGY, i]
            for j in range(last):
                it = scratch.ident[j]
                hazard = dispute_hazard(
                    world.dyad[Dyad.REMOTENESS, i, j],
                    0.5 * (world.dyad[Dyad.HOSTILITY, j, i] + world.dyad[Dyad.HOSTILITY, i, j]),
                    abs(mine - scratch.column[Column.IDEOLOGY, j]),
                    q,
                )
                scratch.dyad[Draft.EXCESS, i, j] = uniform(stream, min(me, it), max(me, it)) - hazard


@phase
def fall_out(world, p, scratch, i, j, per_output):
    """i and j come into a dispute by chance: the challenger is the one that perceives the larger gain.

    Where a challenger would hold two, the smaller draw stands.
    """
    mine = gain_from_war(world, p, scratch, i, j, per_output, False)
    theirs = gain_from_war(world, p, scratch, j, i, per_output, False)
    first = mine > theirs or (mine == theirs and world.actor[i].ident < world.actor[j].ident)
    challenger, target = (i, j) if first else (j, i)
    stream = make_stream(world.clock[Clock.KEY], world.clock[Clock.YEAR], Purpose.DISPUTE)
    me, it = world.actor[i].ident, world.actor[j].ident
    draw = uniform(stream, min(me, it), max(me, it))
    if world.actor[challenger].chosen == 0 and draw < scratch.actor[challenger].draw:
        scratch.actor[challenger].draw = draw
        world.actor[challenger].dispute = target


@rule
def are_at_odds(world, i, j):
    """Whether i or j has a dispute with the other that is open, or came to a head this year."""
    return (
        world.actor[i].dispute == j
        or world.actor[j].dispute == i
        or world.actor[i].opponent == j
        or world.actor[j].opponent == i
    )


@phase
def open_disputes(world, p, scratch, per_output):
    """The year's new disputes: by choice first, then by chance among those without a tie.

    A chance pair is one draw.
    """
    actors = len(world.actor)
    for i in range(actors):
        scratch.actor[i].draw = 2.0
        if world.actor[i].alive and world.actor[i].verb == Verb.COERCE:
            open_by_choice(world, i)
    mark_principals(world, scratch)
    draw_disputes(world, p, scratch)
    for i in range(actors):
        for j in range(i):
            if (
                scratch.dyad[Draft.EXCESS, i, j] < 0.0
                and world.actor[i].alive
                and world.actor[j].alive
                and not has_tie(world, i, j)
                and not are_at_odds(world, i, j)
            ):
                fall_out(world, p, scratch, i, j, per_output)
