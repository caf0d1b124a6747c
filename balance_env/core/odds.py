"""Seeing disputes: the odds of both sides as everyone perceives them, without it, beside the one, beside the other."""

from __future__ import annotations

import numpy as np

from .capability import coalition
from .dispute import take_sides, win_chance
from .jit import rule
from .pieces import Other, start_of
from .scratch import Column, Draft, next_set
from .world import NOBODY, Dyad


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
    k = next_set(scratch.column[Column.SIDE], 0)
    while k < actors:
        side = scratch.column[Column.SIDE, k]
        if side > 0.0:
            attackers += 1
            for i in range(actors):
                scratch.column[Column.ATTACK, i] += 0.0 if i == k else side * scratch.dyad[Draft.SEEN, k, i]
        else:
            defenders += 1
            for i in range(actors):
                scratch.column[Column.DEFENCE, i] -= 0.0 if i == k else side * scratch.dyad[Draft.SEEN, k, i]
        k = next_set(scratch.column[Column.SIDE], k + 1)
    return coalition(1.0, attackers, p.friction), coalition(1.0, defenders, p.friction)


@rule
def weigh_odds(world, p, scratch, c, j):
    """Write the odds of c's challenge of j as everyone perceives them; no choice is left to the two.

    `Column.OUT`: without the viewer; `Column.JOINED`: with it beside c; `Column.OPPOSED`: beside j, against c.
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
        out = scratch.column[Column.OUT, i]
        odds_joined = win_chance(joined, scratch.column[Column.DEFENCE, i], decisiveness, offence)
        odds_opposed = win_chance(scratch.column[Column.ATTACK, i], opposed, decisiveness, offence)
        is_party = (i == c) | (i == j)
        scratch.column[Column.JOINED, i] = out if is_party else odds_joined
        scratch.column[Column.OPPOSED, i] = out if is_party else odds_opposed


@rule
def keep_odds(scratch, k):
    """Keep the odds of party k's side that stand in `scratch.column`, in the precision of a row.

    Of several disputes, the one with the worst odds stands.
    """
    is_first = scratch.actor[k].told == 0
    scratch.actor[k].told = 1
    for i in range(len(scratch.strength)):
        odds = scratch.dyad[Draft.ODDS, k, i]
        odds_with = scratch.dyad[Draft.WITH, k, i]
        odds_against = scratch.dyad[Draft.AGAINST, k, i]
        out = scratch.column[Column.OUT, i]
        joined = scratch.column[Column.JOINED, i]
        opposed = scratch.column[Column.OPPOSED, i]
        stands = is_first | (out < odds)
        scratch.dyad[Draft.ODDS, k, i] = np.float32(out if stands else odds)
        scratch.dyad[Draft.WITH, k, i] = joined if stands else odds_with
        scratch.dyad[Draft.AGAINST, k, i] = opposed if stands else odds_against


@rule
def change_sides(scratch):
    """Turn the odds of one side, without the viewer, with it and against it, into those of the other."""
    for i in range(len(scratch.strength)):
        joined = scratch.column[Column.JOINED, i]
        scratch.column[Column.OUT, i] = 1.0 - scratch.column[Column.OUT, i]
        scratch.column[Column.JOINED, i] = 1.0 - scratch.column[Column.OPPOSED, i]
        scratch.column[Column.OPPOSED, i] = 1.0 - joined


@rule
def weigh_disputes(world, p, scratch):
    """Write the odds of both sides of all open disputes, as everyone perceives them.

    To `Draft.ODDS`, `Draft.WITH` and `Draft.AGAINST`; whose they are is marked in `scratch.actor.told`.
    """
    actors = len(world.actor)
    for k in range(actors):
        scratch.actor[k].told = 0
    for c in range(actors):
        j = world.actor[c].dispute
        if j != NOBODY:
            weigh_odds(world, p, scratch, c, j)
            keep_odds(scratch, c)
            change_sides(scratch)
            keep_odds(scratch, j)


@rule
def warn_friends(world, scratch, k, opponent, rows):
    """Write to the rows of the opponent's partners, patron and clients that k is against it."""
    actors = len(world.actor)
    patron = world.actor[opponent].patron
    for i in range(actors):
        is_mine = (scratch.column[Column.PATRON, i] == opponent) | (patron == i)
        scratch.column[Column.BOUND, i] = world.dyad[Dyad.PACT, opponent, i] + (1.0 if is_mine else 0.0)
    i = next_set(scratch.column[Column.BOUND], 0)
    while i < actors:
        if i != k:
            start = start_of(world.place[i, k])
            if world.dyad[Dyad.PACT, opponent, i] > 0.0:
                rows[i, start + Other.AGAINST_PARTNER] = 1.0
            if world.actor[i].patron == opponent or patron == i:
                rows[i, start + Other.AGAINST_MINE] = 1.0
        i = next_set(scratch.column[Column.BOUND], i + 1)
