"""Soft balancing: what a sanction costs its object and its senders, and collective sanctions."""

from __future__ import annotations

from .alignment import acts
from .jit import phase, rule
from .world import Verb


@rule
def exchange(world, i, j, i_share, trade_pact):
    """Weight of i in j's external income: i's share of output, as far as it reaches, more with a pact.

    Source: gravity of trade (Tinbergen 1962); pacts trade more: Jackson & Nei 2015.
    """
    weight = i_share * 0.5 * (world.pair[i, j].reach + world.pair[j, i].reach)
    return weight * trade_pact if world.pair[i, j].pact else weight


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
        if world.actor[k].member and world.actor[k].alive and k != j:
            members += world.actor[k].opening_share
            if world.pair[k, j].sanction > 0:
                sanctioning += world.actor[k].opening_share
    return members > 0.0 and sanctioning >= quorum * members


@rule
def takes_part(world, i, j, collective):
    """Whether i's trade with j is cut: by its own sanction, or as a member by a collective one."""
    return i != j and (world.pair[i, j].sanction > 0 or (collective and world.actor[i].member != 0 and world.actor[i].alive != 0))


@phase
def isolation(world, p, j, output):
    """(share of j's external income cut off, whether collectively): what standing sanctions do to j.

    `output`: total output of the living.
    """
    any_sender = False
    for i in range(len(world.actor)):
        any_sender = any_sender or world.pair[i, j].sanction > 0
    if not any_sender:
        return 0.0, False
    collective = is_collective(world, j, p.quorum)
    whole = cut = 0.0
    for i in range(len(world.actor)):
        if i != j and world.actor[i].alive:
            weight = exchange(world, i, j, world.actor[i].economy / output, p.trade_pact)
            whole += weight
            if takes_part(world, i, j, collective):
                cut += weight * (1.0 - world.pair[i, j].wear)
    return (cut / whole if whole > 0.0 else 0.0), collective


@rule
def senders_weight(world, p, i, j, collective, output):
    """Weight by which sender i shares the bill of the sanctions on j, 0 for others.

    A collective sanction's bill is split by capability, others by what each withholds.
    """
    if world.actor[i].alive == 0 or not takes_part(world, i, j, collective):
        return 0.0
    if collective:
        return world.actor[i].opening_share
    return exchange(world, i, j, world.actor[i].economy / output, p.trade_pact)


@phase
def sanctions(world, p, scratch, output):
    """Sanctions bite: growth lost by objects and senders (`world.embargo`), and standing lost."""
    actors = len(world.actor)
    for i in range(actors):
        scratch.actor[i].pressure = 0.0
        scratch.actor[i].gained = 0.0
        world.actor[i].embargo = 0.0
    for j in range(actors):
        if world.actor[j].alive == 0:
            continue
        pressure, collective = isolation(world, p, j, output)
        if pressure <= 0.0:
            continue
        scratch.actor[j].pressure = pressure
        world.actor[j].embargo = growth_lost(pressure, p.sanction_max, p.sanction_exponent)
        whole = 0.0
        for i in range(actors):
            whole += senders_weight(world, p, i, j, collective, output)
        bill = p.sanction_cost * world.actor[j].embargo * world.actor[j].economy
        for i in range(actors):
            scratch.actor[i].gained -= bill * senders_weight(world, p, i, j, collective, output) / whole
    for i in range(actors):
        if world.actor[i].alive:
            if world.actor[i].economy > 0.0:
                world.actor[i].embargo -= scratch.actor[i].gained / world.actor[i].economy
            world.actor[i].reputation *= 1.0 - p.sanction_stigma * scratch.actor[i].pressure


@rule
def fade_sanctions(world, p):
    """Sanctions run out, and their objects adapt to those that stand and forget those that ended."""
    actors = len(world.actor)
    for i in range(actors):
        for j in range(actors):
            if world.pair[i, j].sanction > 0:
                world.pair[i, j].wear += p.sanction_wear * (1.0 - world.pair[i, j].wear)
                if not acts(world, i, Verb.SANCTION, j):
                    world.pair[i, j].sanction -= 1
            elif world.pair[i, j].wear > 0.0:
                world.pair[i, j].wear *= 1.0 - p.sanction_wear
