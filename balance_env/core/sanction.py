"""Soft balancing: what a sanction costs its object and its senders, and collective sanctions."""

from __future__ import annotations

from .arithmetic import power
from .jit import phase, rule
from .scratch import Column, Draft
from .world import Dyad, Verb


@rule
def exchange(share, reach, pact, trade_pact):
    """Weight of a state in another's external income: its share of output, as far as it reaches.

    Partners trade more, by the factor `trade_pact`.
    Source: gravity of trade (Tinbergen 1962); pacts and trade: Jackson & Nei 2015.
    """
    return share * reach * trade_pact if pact > 0.0 else share * reach


@rule
def growth_lost(pressure, maximum, exponent):
    """Growth (ln a year) lost by a state with the share `pressure` of its external income cut off.

    Source: Neuenkirch & Neumeier 2015: 2.3-3.5 points under the UN, .5-.9 under one great power.
    """
    return maximum * power(pressure, exponent)


@rule
def is_collective(world, j, quorum):
    """Whether members that hold the quorum of the members' capability sanction j.

    Source: scenario's choice; Claude 1962 on collective security.
    """
    members = sanctioning = 0.0
    for k in range(len(world.actor)):
        them = world.actor[k]
        if them.member and them.alive and k != j:
            members += them.opening_share
            if world.dyad[Dyad.SANCTION, k, j] > 0.0:
                sanctioning += them.opening_share
    return members > 0.0 and sanctioning >= quorum * members


@rule
def trade(world, p, scratch, per_output):
    """Write the weight of all others in everyone's external income to `Column.TRADE`, and their part in all output."""
    actors = len(world.actor)
    factor = p.trade_pact
    for j in range(actors):
        scratch.column[Column.PART, j] = world.actor[j].economy * per_output
        scratch.column[Column.TRADE, j] = 0.0
    for i in range(actors):
        part = scratch.column[Column.PART, i]
        for j in range(actors):
            weight = exchange(part, world.dyad[Dyad.EXPOSURE, i, j], world.dyad[Dyad.PACT, i, j], factor)
            scratch.column[Column.TRADE, j] += 0.0 if j == i else weight  # no state is its own customer


@rule
def is_sender(world, i, any_collective):
    """Whether i may take part in a sanction: one of its own, or as a member of the institution."""
    count = 0
    for j in range(len(world.actor)):
        count += 1 if world.dyad[Dyad.SANCTION, i, j] > 0.0 else 0
    return count > 0 or (any_collective and world.actor[i].member != 0)


@rule
def mark_collective(world, p, scratch):
    """Mark in `Column.COLLECTIVE` whom the institution sanctions; return whether there is anybody."""
    actors = len(world.actor)
    members = 0
    for i in range(actors):
        scratch.column[Column.COLLECTIVE, i] = 0.0
        members += world.actor[i].member
    if members == 0:
        return False
    is_any = False
    for j in range(actors):
        if is_collective(world, j, p.quorum):
            scratch.column[Column.COLLECTIVE, j] = 1.0
            is_any = True
    return is_any


@rule
def cut_off(world, p, scratch, i):
    """Add what i withholds from everyone it sanctions, and its part of the bill, to their accounts.

    A bill is split by what each sender withholds; that of a collective sanction by capability.
    """
    actors = len(world.actor)
    part, factor, share = scratch.column[Column.PART, i], p.trade_pact, world.actor[i].opening_share
    is_member = world.actor[i].member != 0
    for j in range(actors):
        collective = scratch.column[Column.COLLECTIVE, j] > 0.0
        weight = exchange(part, world.dyad[Dyad.EXPOSURE, i, j], world.dyad[Dyad.PACT, i, j], factor)
        takes_part = (j != i) & ((world.dyad[Dyad.SANCTION, i, j] > 0.0) | (collective & is_member))
        bill = share if collective else weight
        scratch.column[Column.CUT, j] += weight * (1.0 - world.dyad[Dyad.WEAR, i, j]) if takes_part else 0.0
        scratch.dyad[Draft.BILL, i, j] = bill if takes_part else 0.0
        scratch.column[Column.BILL, j] += bill if takes_part else 0.0


@phase
def weigh_sanctions(world, p, scratch, per_output):
    """Write what everyone's trade weighs, what of it sanctions cut off, and by what weights the bill is split.

    To `Column.TRADE`, `Column.CUT`, `Column.BILL` and `Draft.BILL`. `per_output`: one over the total
    output of the living. In a collective sanction every member takes part.
    """
    actors = len(world.actor)
    trade(world, p, scratch, per_output)
    any_collective = mark_collective(world, p, scratch)
    for i in range(actors):
        scratch.column[Column.CUT, i] = 0.0
        scratch.column[Column.BILL, i] = 0.0
    for i in range(actors):
        scratch.actor[i].sends = 0
        if world.actor[i].alive and is_sender(world, i, any_collective):
            scratch.actor[i].sends = 1
            cut_off(world, p, scratch, i)


@rule
def pressure_on(scratch, j):
    """Share of j's external income that the sanctions on it cut off, 0..1."""
    cut = scratch.column[Column.CUT, j]
    return cut / scratch.column[Column.TRADE, j] if cut > 0.0 else 0.0


@rule
def sanctions(world, p, scratch):
    """Sanctions bite: growth lost by objects and senders (`embargo`), and standing lost.

    The senders' bill is `sanction_cost` of what the object loses. Reads what `weigh_sanctions` wrote.
    """
    actors = len(world.actor)
    for j in range(actors):
        it = world.actor[j]
        it.embargo = 0.0
        bill = scratch.column[Column.BILL, j]
        scratch.column[Column.LOSS, j] = 0.0
        pressure = pressure_on(scratch, j)
        if pressure > 0.0 and it.alive:
            loss = growth_lost(pressure, p.sanction_max, p.sanction_exponent)
            it.embargo = loss
            it.reputation *= 1.0 - p.sanction_stigma * pressure
            scratch.column[Column.LOSS, j] = p.sanction_cost * loss * it.economy / bill if bill > 0.0 else 0.0
    for i in range(actors):
        me = world.actor[i]
        if scratch.actor[i].sends and me.economy > 0.0:
            bill = 0.0
            for j in range(actors):
                bill += scratch.dyad[Draft.BILL, i, j] * scratch.column[Column.LOSS, j]
            me.embargo += bill / me.economy


@rule
def wear_after(wear, standing, rate):
    """An object adapts while a sanction stands (its years are above 0), and forgets afterwards.

    Source: effects last 7-10 years (Neuenkirch & Neumeier 2015).
    """
    return wear + rate * (1.0 - wear) if standing > 0.0 else wear * (1.0 - rate)


@rule
def fade_sanctions(world, p):
    """Sanctions run out unless renewed this year; their objects adapt or forget."""
    actors = len(world.actor)
    rate = p.sanction_wear
    for i in range(actors):
        renewed = world.actor[i].target if world.actor[i].verb == Verb.SANCTION else i
        for j in range(actors):
            world.dyad[Dyad.WEAR, i, j] = wear_after(world.dyad[Dyad.WEAR, i, j], world.dyad[Dyad.SANCTION, i, j], rate)
        for j in range(actors):
            aged = 0.0 if j == renewed else 1.0
            world.dyad[Dyad.SANCTION, i, j] = max(world.dyad[Dyad.SANCTION, i, j] - aged, 0.0)
