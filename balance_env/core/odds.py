"""Seeing disputes: the odds of both sides as everyone perceives them, without it, beside the one, beside the other."""

from __future__ import annotations

from .capability import coalition
from .dispute import take_sides, win_chance
from .jit import rule
from .pieces import OTHER_SIZE, Other, start_of
from .world import Column, Draft, Dyad


@rule
def fill_side(block, is_new, odds, odds_with, odds_against):
    """Write a party's odds to its block; of several disputes, the one with the worst odds stands."""
    if is_new or odds < block[Other.ODDS]:
        block[Other.ODDS] = odds
        block[Other.ODDS_WITH_ME] = odds_with
        block[Other.ODDS_AGAINST_ME] = odds_against


@rule
def weigh_sides(world, p, scratch, c, j):
    """Write the coalitions in c's challenge of j as everyone perceives them, itself left out.

    To `Column.ATTACK` and `Column.DEFENCE` of all viewers. Returns the two frictions, of the
    coalitions of all members.
    """
    actors = len(world.actor)
    take_sides(world, p, scratch, c, j, False)
    reach = world.dyad[Dyad.REACH, c, j]
    for i in range(actors):
        scratch.column[Column.ATTACK, i] = scratch.dyad[Draft.SEEN, c, i] * reach
        scratch.column[Column.DEFENCE, i] = scratch.dyad[Draft.SEEN, j, i]
    attackers = defenders = 1
    for k in range(actors):
        side = scratch.column[Column.SIDE, k]
        if side > 0.0:
            attackers += 1
            for i in range(actors):
                scratch.column[Column.ATTACK, i] += 0.0 if i == k else side * scratch.dyad[Draft.SEEN, k, i]
        elif side < 0.0:
            defenders += 1
            for i in range(actors):
                scratch.column[Column.DEFENCE, i] -= 0.0 if i == k else side * scratch.dyad[Draft.SEEN, k, i]
    return coalition(1.0, attackers, p.friction), coalition(1.0, defenders, p.friction)


@rule
def weigh_odds(world, p, scratch, c, j):
    """Write the odds of c's challenge of j as everyone perceives them, for everyone that is not a party to it.

    `Column.OUT`: without the viewer; `Column.JOINED`: with it beside c; `Column.OPPOSED`: beside j.
    """
    actors = len(world.actor)
    friction_of_attack, friction_of_defence = weigh_sides(world, p, scratch, c, j)
    friction, decisiveness, offence, stand_by = p.friction, p.decisiveness, p.offence * p.offence_bias, p.stand_by
    for i in range(actors):
        side = scratch.column[Column.SIDE, i]
        scratch.column[Column.ATTACK, i] *= friction_of_attack / (friction if side > 0.0 else 1.0)
        scratch.column[Column.DEFENCE, i] *= friction_of_defence / (friction if side < 0.0 else 1.0)
        scratch.column[Column.OUT, i] = win_chance(
            scratch.column[Column.ATTACK, i], scratch.column[Column.DEFENCE, i], decisiveness, offence
        )
    for i in range(actors):
        side = scratch.column[Column.SIDE, i]
        mine = stand_by * scratch.dyad[Draft.SEEN, i, i] * world.dyad[Dyad.REACH, i, j]
        with_attack = friction * friction_of_attack / (friction if side > 0.0 else 1.0)
        with_defence = friction * friction_of_defence / (friction if side < 0.0 else 1.0)
        joined = friction * scratch.column[Column.ATTACK, i] + mine * with_attack
        opposed = friction * scratch.column[Column.DEFENCE, i] + mine * with_defence
        scratch.column[Column.JOINED, i] = win_chance(joined, scratch.column[Column.DEFENCE, i], decisiveness, offence)
        scratch.column[Column.OPPOSED, i] = win_chance(scratch.column[Column.ATTACK, i], opposed, decisiveness, offence)


@rule
def fill_dispute(world, p, scratch, c, rows):
    """Write to all rows what everyone sees of c's dispute: who is against its friends, and the odds."""
    j = world.actor[c].dispute
    weigh_odds(world, p, scratch, c, j)
    for i in range(len(world.actor)):
        if world.actor[i].alive:
            out = scratch.column[Column.OUT, i]
            with_c, with_j = scratch.column[Column.JOINED, i], scratch.column[Column.OPPOSED, i]
            if i == c or i == j:
                with_c = with_j = out
            fill_parties(world, i, c, j, out, with_c, with_j, rows[i])


@rule
def fill_parties(world, i, c, j, out, with_c, with_j, row):
    """Write to i's row the odds `out` of c's challenge of j, and whether a party is against its friends."""
    if i != c:
        start = start_of(world.place[i, c])
        block = row[start : start + OTHER_SIZE]
        fill_side(block, block[Other.ODDS] == 0.0, out, with_c, with_j)
        if i != j and world.dyad[Dyad.PACT, i, j] > 0.0:
            block[Other.AGAINST_PARTNER] = 1.0
        if i != j and (world.actor[i].patron == j or world.actor[j].patron == i):
            block[Other.AGAINST_MINE] = 1.0
    if i != j:
        start = start_of(world.place[i, j])
        block = row[start : start + OTHER_SIZE]
        fill_side(block, block[Other.ODDS] == 0.0, 1.0 - out, 1.0 - with_j, 1.0 - with_c)
        if i != c and world.dyad[Dyad.PACT, i, c] > 0.0:
            block[Other.AGAINST_PARTNER] = 1.0
        if i != c and (world.actor[i].patron == c or world.actor[c].patron == i):
            block[Other.AGAINST_MINE] = 1.0
