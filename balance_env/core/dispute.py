"""Disputes: how they open, who stands where, and when the challenger presses."""

from __future__ import annotations

from typing import NamedTuple

from .alignment import acts, clear_tie, has_tie
from .arithmetic import logistic, power
from .capability import coalition
from .draws import Purpose, make_stream, normal, uniform
from .intrinsics import EIGHT
from .jit import phase, rule
from .sanction import growth_lost, pressure_on, weigh_sanctions
from .scratch import Column, Draft, next_set
from .threat import forces_seen
from .world import NOBODY, Clock, Dyad, Outcome, Verb


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
def expected_side(patron, reputation, pledge, i, j, dues):
    """Share of a third party's usable force that others expect in i's challenge of j: > 0 with i, < 0 with j.

    Clients owe their `dues`; a `pledge` to the target counts by its maker's reputation. A principal
    of another dispute is expected to stay out. Source: design of alliances as capability times
    willingness; reputation after Crescenzi 2007.
    """
    if patron == i:
        return dues
    if patron == j:
        return -dues
    return -reputation * pledge


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
    this year's acts, else as expected. Reads what `list_bystanders` wrote.
    """
    actors = len(world.actor)
    dues = p.client_dues
    if shown:
        for k in range(actors):
            stands_by = k != i and k != j and scratch.column[Column.BYSTANDER, k] > 0.0
            part = shown_side(world, p, k, i, j) if stands_by else 0.0
            scratch.column[Column.SIDE, k] = part * world.dyad[Dyad.REACH, k, j]
    else:
        for k in range(actors):
            part = expected_side(
                scratch.column[Column.PATRON, k],
                scratch.column[Column.REPUTATION, k],
                world.dyad[Dyad.WILLINGNESS, k, j],
                i,
                j,
                dues,
            )
            force = part * world.dyad[Dyad.EXPOSURE, j, k] * scratch.column[Column.BYSTANDER, k]
            scratch.column[Column.SIDE, k] = 0.0 if (k == i) | (k == j) else force


@phase
def gain_from_war(world, p, scratch, i, j, shown):
    """What i thinks war on j is worth, in shares of the stake (the smaller of the two outputs).

    Cost includes the growth that standing sanctions would take while they last. Reads what
    `list_bystanders` and `weigh_sanctions` wrote.
    """
    take_sides(world, p, scratch, i, j, shown)
    mine = scratch.strength[i] * world.dyad[Dyad.REACH, i, j]
    attack, defence = mine, forces_seen(world, scratch, i, j)
    attackers = defenders = 1
    k = next_set(scratch.column[Column.SIDE], 0)
    while k < len(world.actor):
        side = scratch.column[Column.SIDE, k]
        brought = side * forces_seen(world, scratch, i, k)
        if side > 0.0:
            attack += brought
            attackers += 1
        else:
            defence -= brought
            defenders += 1
        k = next_set(scratch.column[Column.SIDE], k + 1)
    own_part = mine / attack if attack > 0.0 else 1.0
    chance = win_chance(
        coalition(attack, attackers, p.friction),
        coalition(defence, defenders, p.friction),
        p.decisiveness,
        p.offence * p.offence_bias,
    )
    stake = min(world.actor[i].economy, world.actor[j].economy)
    cost = p.war_cost
    if stake > 0.0:
        lost = growth_lost(pressure_on(scratch, i), p.sanction_max, p.sanction_exponent)
        cost += p.sanction_years * lost * world.actor[i].economy / stake
    return war_gain(chance, p.stalemate, p.spoils * (1.0 - p.destroyed) * own_part, p.spoils, cost)


@rule
def list_bystanders(world, scratch):
    """Write who is party to no open dispute to `Column.BYSTANDER`, and what its side in those of others hangs on."""
    for i in range(len(world.actor)):
        me = world.actor[i]
        scratch.column[Column.BYSTANDER, i] = 1.0 if me.alive else 0.0
        scratch.column[Column.PATRON, i] = me.patron
        scratch.column[Column.REPUTATION, i] = me.reputation
    for i in range(len(world.actor)):
        if world.actor[i].dispute != NOBODY:
            scratch.column[Column.BYSTANDER, i] = 0.0
            scratch.column[Column.BYSTANDER, world.actor[i].dispute] = 0.0


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
def presses(world, p, scratch, i, stream):
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
    return gain_from_war(world, p, scratch, i, j, True) + resolve > 0.0


@rule
def is_any_open(world):
    """Whether any dispute is open."""
    for i in range(len(world.actor)):
        if world.actor[i].dispute != NOBODY:
            return True
    return False


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
    list_bystanders(world, scratch)
    if is_any_open(world):
        weigh_sanctions(world, p, scratch, per_output)
    for i in range(actors):
        if world.actor[i].dispute != NOBODY:
            world.actor[i].opponent = world.actor[i].dispute
            world.actor[i].outcome = Outcome.BACKED_DOWN
            if presses(world, p, scratch, i, stream):
                scratch.actor[i].pressed = 1
                any_war = True
    return any_war


@rule
def challenge(world, i):
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
    """Write what every pair's draw is below its hazard to `Draft.SHORTFALL`, at [i, j] for j < i: not 0, a dispute."""
    actors = len(world.actor)
    q = frictions(p)
    stream = make_stream(world.clock[Clock.KEY], world.clock[Clock.YEAR], Purpose.DISPUTE)
    for i in range(actors):
        scratch.ident[i] = world.actor[i].ident
        scratch.column[Column.IDEOLOGY, i] = world.actor[i].ideology
    for first in range(0, actors, EIGHT):
        last = min(first + EIGHT, actors)
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
                excess = uniform(stream, min(me, it), max(me, it)) - hazard
                scratch.dyad[Draft.SHORTFALL, i, j] = max(0.0, -excess)


@phase
def open_by_choice(world):
    """Disputes that states open by an act of this year."""
    for i in range(len(world.actor)):
        if world.actor[i].alive and world.actor[i].verb == Verb.COERCE:
            challenge(world, i)


@phase
def fall_out(world, p, scratch, i, j):
    """i and j come into a dispute by chance: the challenger is the one that perceives the larger gain.

    Where a challenger would hold two, the smaller draw stands.
    """
    mine = gain_from_war(world, p, scratch, i, j, False)
    theirs = gain_from_war(world, p, scratch, j, i, False)
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
def open_by_chance(world, p, scratch):
    """The year's disputes by chance, among those without a tie: a pair is one draw.

    Reads what `weigh_sanctions` wrote.
    """
    actors = len(world.actor)
    for i in range(actors):
        scratch.actor[i].draw = 2.0
    list_bystanders(world, scratch)
    draw_disputes(world, p, scratch)
    for i in range(actors):
        j = next_set(scratch.dyad[Draft.SHORTFALL, i], 0)
        while j < i:
            if (
                world.actor[i].alive
                and world.actor[j].alive
                and not has_tie(world, i, j)
                and not are_at_odds(world, i, j)
            ):
                fall_out(world, p, scratch, i, j)
            j = next_set(scratch.dyad[Draft.SHORTFALL, i], j + 1)
