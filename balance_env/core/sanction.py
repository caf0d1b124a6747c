"""Soft balancing: what a sanction costs its object and its senders, and collective sanctions."""

from __future__ import annotations

from .jit import phase, rule


@rule
def exchange(tie, share, trade_pact):
    """Weight of a state in another's external income: its share of output, as far as it reaches.

    `tie`: the pair record; partners trade more, by the factor `trade_pact`.
    Source: gravity of trade (Tinbergen 1962); pacts and trade: Jackson & Nei 2015.
    """
    weight = share * tie.reach
    return weight * trade_pact if tie.pact else weight


@rule
def growth_lost(pressure, maximum, exponent):
    """Growth (ln a year) lost by a state with the share `pressure` of its external income cut off.

    Source: Neuenkirch & Neumeier 2015: 2.3-3.5 points under the UN, .5-.9 under one great power.
    """
    return maximum * pressure**exponent if pressure > 0.0 else 0.0


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
            if world.pair[k, j].sanction > 0:
                sanctioning += them.opening_share
    return members > 0.0 and sanctioning >= quorum * members


@phase
def isolation(world, p, scratch, j, per_output):
    """(share of j's external income cut off, whether collectively) by the sanctions that stand.

    What each sender withholds, and its part of the bill, go to `scratch.pair[j, i]`: in a
    collective sanction every member takes part, and the bill is split by capability.
    """
    collective = is_collective(world, j, p.quorum)
    whole = cut = bill = 0.0
    for i in range(len(world.actor)):
        them, mind = world.actor[i], scratch.pair[j, i]
        mind.bill = 0.0
        if i == j or them.alive == 0:
            continue
        weight = exchange(world.pair[j, i], them.economy * per_output, p.trade_pact)
        whole += weight
        if world.pair[i, j].sanction > 0 or (collective and them.member):
            cut += weight * (1.0 - world.pair[i, j].wear)
            mind.bill = them.opening_share if collective else weight
            bill += mind.bill
    for i in range(len(world.actor)):
        scratch.pair[j, i].bill *= 1.0 / bill if bill > 0.0 else 0.0
    return (cut / whole if whole > 0.0 else 0.0), collective


@rule
def is_sanctioned(world, j):
    """Whether anybody sanctions j."""
    for i in range(len(world.actor)):
        if world.pair[i, j].sanction > 0:
            return True
    return False


@phase
def sanctions(world, p, scratch, per_output):
    """Sanctions bite: growth lost by objects and senders (`embargo`), and standing lost.

    `per_output`: one over the total output of the living. The senders' bill is `sanction_cost` of
    what the object loses.
    """
    actors = len(world.actor)
    for i in range(actors):
        world.actor[i].embargo = 0.0
    for j in range(actors):
        it = world.actor[j]
        if it.alive == 0 or not is_sanctioned(world, j):
            continue
        pressure, _ = isolation(world, p, scratch, j, per_output)
        loss = growth_lost(pressure, p.sanction_max, p.sanction_exponent)
        it.embargo += loss
        it.reputation *= 1.0 - p.sanction_stigma * pressure
        for i in range(actors):
            if scratch.pair[j, i].bill > 0.0 and world.actor[i].economy > 0.0:
                bill = p.sanction_cost * loss * it.economy * scratch.pair[j, i].bill
                world.actor[i].embargo += bill / world.actor[i].economy


@rule
def fade_sanction(tie, wear_rate, renewed):
    """A sanction runs out unless renewed; its object adapts while it stands, and forgets afterwards.

    `tie`: the pair record (sender, object). Source: effects last 7-10 years (Neuenkirch & Neumeier 2015).
    """
    if tie.sanction > 0:
        tie.wear += wear_rate * (1.0 - tie.wear)
        if not renewed:
            tie.sanction -= 1
    elif tie.wear > 0.0:
        tie.wear *= 1.0 - wear_rate
