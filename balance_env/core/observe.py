"""Seeing: the rules that fill a row and a mask from what an actor perceives (see `core.pieces`)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .actions import PLAIN_VERBS, encode, is_legal
from .arithmetic import ln
from .capability import concentration
from .dispute import mark_principals
from .jit import phase, rule
from .odds import fill_dispute
from .pieces import (
    GLOBE_SIZE,
    GROWTH_SCALE,
    LOG_SCALE,
    OTHER_SIZE,
    TERMS,
    TINY,
    WEIGHT_SCALE,
    WEIGHTS_START,
    Globe,
    Other,
    Own,
    start_of,
)
from .reward import securities
from .threat import fears, perceived_threat
from .world import NOBODY, PAGES, Clock, Column, Draft, Dyad, Verb


@rule
def clip(x, low, high):
    """`x` kept within low..high."""
    return min(max(x, low), high)


@rule
def scaled_log(x):
    """A ln ratio over LOG_SCALE, within -1..1."""
    return min(max(x * (1.0 / LOG_SCALE), -1.0), 1.0)


class Lens(NamedTuple):
    """What is the same for all blocks of a year: scales, computed once."""

    per_frontier: float  # one over the best technology
    log_mean_output: float
    living: int
    per_other: float  # one over N - 1
    per_offer: float  # one over the years an offer stands
    per_sanction: float  # one over the years of a sanction


@rule
def list_actors(world, scratch):
    """Write what everyone sees alike of the actors to `scratch.column`, and count what they are in."""
    for i in range(len(world.actor)):
        me, mind = world.actor[i], scratch.actor[i]
        scratch.column[Column.IDEOLOGY, i] = me.ideology
        scratch.column[Column.LOG_OUTPUT, i] = me.log_economy
        scratch.column[Column.LOG_STRENGTH, i] = ln(max(scratch.strength[i], TINY))
        scratch.column[Column.TOP_THREAT, i] = 0.0
        mind.pacts = 0
        mind.challengers = 0
        mind.clients = 0
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
        scratch.column[Column.PER_SHARE, i] = 1.0 / max(scratch.dyad[Draft.SHARE, i, i], TINY)
    for j in range(actors):
        it = world.actor[j]
        if it.alive == 0:
            continue
        posture, ideology = it.posture, it.ideology
        own = scratch.column[Column.TOP_THREAT, j]
        for i in range(actors):
            scratch.dyad[Draft.THREAT, j, i] = perceived_threat(
                scratch.dyad[Draft.SHARE, j, i] * world.dyad[Dyad.REACH, j, i] * scratch.column[Column.PER_SHARE, i],
                posture,
                world.dyad[Dyad.HOSTILITY, j, i],
                abs(scratch.column[Column.IDEOLOGY, i] - ideology),
                q,
            )
        for i in range(actors):
            scratch.column[Column.TOP_THREAT, i] = max(
                scratch.column[Column.TOP_THREAT, i], scratch.dyad[Draft.THREAT, j, i]
            )
        scratch.column[Column.TOP_THREAT, j] = own  # of others


@rule
def add_up(world, scratch):
    """Write who has what behind it, and against it, as everyone perceives it.

    `Draft.SUPPORT`: force pledged to its defence; `Draft.SANCTIONED`: capability of those who sanction
    it; `Draft.COMMON`: partners in common.
    """
    actors = len(world.actor)
    for j in range(actors):
        for i in range(actors):
            scratch.dyad[Draft.SUPPORT, j, i] = 0.0
            scratch.dyad[Draft.SANCTIONED, j, i] = 0.0
            scratch.dyad[Draft.COMMON, j, i] = 0.0
    for k in range(actors):
        reputation = world.actor[k].reputation
        for j in range(actors):
            if world.dyad[Dyad.WILLINGNESS, k, j] > 0.0:
                given = reputation * world.dyad[Dyad.WILLINGNESS, k, j] * world.dyad[Dyad.REACH, k, j]
                for i in range(actors):
                    scratch.dyad[Draft.SUPPORT, j, i] += given * scratch.dyad[Draft.SEEN, k, i]
            if world.dyad[Dyad.SANCTION, k, j] > 0.0:
                for i in range(actors):
                    scratch.dyad[Draft.SANCTIONED, j, i] += scratch.dyad[Draft.SHARE, k, i]
            if world.dyad[Dyad.PACT, k, j] > 0.0 and scratch.actor[k].pacts > 1:
                for i in range(actors):
                    scratch.dyad[Draft.COMMON, j, i] += world.dyad[Dyad.PACT, k, i]


@rule
def fill_profile(world, scratch, lens, j, block):
    """Write what everyone sees alike of j to `block`, a block of a row; zeros where j has fallen."""
    it = world.actor[j]
    for piece in range(OTHER_SIZE):
        block[piece] = 0.0
    if it.alive:
        block[Other.ALIVE] = 1.0
        block[Other.TECHNOLOGY] = it.technology * lens.per_frontier
        block[Other.POSTURE] = it.posture
        block[Other.REPUTATION] = it.reputation
        block[Other.MEMBER] = it.member
        block[Other.CLIENT] = 0.0 if it.patron == NOBODY else 1.0
        block[Other.CHALLENGES] = 0.0 if it.dispute == NOBODY else 1.0
        block[Other.CHALLENGED] = 1.0 if scratch.actor[j].challengers > 0 else 0.0
        block[Other.PACTS] = scratch.actor[j].pacts * lens.per_other


@rule
def fill_other(world, scratch, lens, i, j, block):
    """Write to `block` what i perceives of j, and what is between them."""
    log_strength, log_output = scratch.column[Column.LOG_STRENGTH, i], scratch.column[Column.LOG_OUTPUT, i]
    support = scratch.dyad[Draft.SUPPORT, j, i]
    block[Other.SHARE] = scratch.dyad[Draft.SHARE, j, i]
    block[Other.FORCES] = scaled_log(
        scratch.column[Column.LOG_STRENGTH, j] + world.dyad[Dyad.ERROR, j, i] - log_strength
    )
    block[Other.ECONOMY] = scaled_log(scratch.column[Column.LOG_OUTPUT, j] - log_output)
    block[Other.REACH_TO_ME] = world.dyad[Dyad.REACH, j, i]
    block[Other.REACH_FROM_ME] = world.dyad[Dyad.REACH, i, j]
    block[Other.IDEOLOGY_GAP] = abs(scratch.column[Column.IDEOLOGY, i] - scratch.column[Column.IDEOLOGY, j])
    block[Other.HOSTILITY] = world.dyad[Dyad.HOSTILITY, j, i]
    block[Other.THREAT] = scratch.dyad[Draft.THREAT, j, i]
    block[Other.PACT] = world.dyad[Dyad.PACT, i, j]
    block[Other.PLEDGE_FROM_ME] = world.dyad[Dyad.WILLINGNESS, i, j]
    block[Other.PLEDGE_TO_ME] = world.dyad[Dyad.WILLINGNESS, j, i]
    block[Other.OFFER_FROM_ME] = world.dyad[Dyad.OFFER, i, j] * lens.per_offer
    block[Other.OFFER_TO_ME] = world.dyad[Dyad.OFFER, j, i] * lens.per_offer
    block[Other.SANCTION_FROM_ME] = world.dyad[Dyad.SANCTION, i, j] * lens.per_sanction
    block[Other.SANCTION_TO_ME] = world.dyad[Dyad.SANCTION, j, i] * lens.per_sanction
    block[Other.SUPPORT] = support / (support + scratch.dyad[Draft.SEEN, j, i]) if support > 0.0 else 0.0
    block[Other.SANCTIONED] = min(scratch.dyad[Draft.SANCTIONED, j, i], 1.0)
    block[Other.COMMON_PACTS] = scratch.dyad[Draft.COMMON, j, i] * lens.per_other


@rule
def fill_blocks(world, scratch, lens, first, last):
    """Write the blocks about all others, but for the odds of disputes, to the pages of the viewers first..last.

    Viewers come few at a time: what they perceive of j lies side by side, and their rows stay at hand.
    """
    for j in range(len(world.actor)):
        profile = scratch.profile[j]
        for i in range(first, last):
            if i != j and world.actor[i].alive:
                start = start_of(world.place[i, j])
                block = scratch.pages[i - first, start : start + OTHER_SIZE]
                for piece in range(len(profile)):  # a length known only at run time is copied many at a time
                    block[piece] = profile[piece]
                if world.actor[j].alive:
                    fill_other(world, scratch, lens, i, j, block)


@rule
def fill_bonds(world, i, rows):
    """Write to both rows whose client i is, and whom it challenges."""
    k, j = world.actor[i].patron, world.actor[i].dispute
    if k != NOBODY:
        rows[i, start_of(world.place[i, k]) + Other.MY_PATRON] = 1.0
        rows[k, start_of(world.place[k, i]) + Other.MY_CLIENT] = 1.0
    if j != NOBODY:
        rows[i, start_of(world.place[i, j]) + Other.CHALLENGED_BY_ME] = 1.0
        rows[j, start_of(world.place[j, i]) + Other.CHALLENGES_ME] = 1.0


@rule
def fill_own(world, scratch, lens, i, row):
    """Write what i knows of itself to the head of its row."""
    me, mind = world.actor[i], scratch.actor[i]
    row[Own.SHARE] = scratch.dyad[Draft.SHARE, i, i]
    row[Own.ECONOMY] = scaled_log(me.log_economy - lens.log_mean_output)
    row[Own.FORCES] = me.forces / (me.forces + me.economy)
    row[Own.TECHNOLOGY] = me.technology * lens.per_frontier
    row[Own.IDEOLOGY] = me.ideology
    row[Own.POSTURE] = me.posture
    row[Own.REPUTATION] = me.reputation
    row[Own.TREND] = clip(me.growth * GROWTH_SCALE, -1.0, 1.0)
    row[Own.GROWTH] = clip((me.log_economy - me.opening_log) * GROWTH_SCALE, -1.0, 1.0)
    row[Own.EMBARGO] = clip(me.embargo * GROWTH_SCALE, 0.0, 1.0)
    row[Own.SECURITY] = scratch.column[Column.LEAST, i]
    row[Own.THREAT] = scratch.column[Column.TOP_THREAT, i]
    row[Own.PARTNERS] = mind.pacts * lens.per_other
    row[Own.CLIENTS] = mind.clients * lens.per_other
    row[Own.CLIENT] = 0.0 if me.patron == NOBODY else 1.0
    row[Own.CHALLENGER] = 0.0 if me.dispute == NOBODY else 1.0
    row[Own.CHALLENGED] = mind.challengers * lens.per_other
    row[Own.MEMBER] = me.member
    for term in range(TERMS):
        row[WEIGHTS_START + term] = clip(world.design[i, term] / WEIGHT_SCALE, -1.0, 1.0)


@rule
def fill_globe(world, scratch, lens, i, row):
    """Write the state of the world, as i perceives it, to the tail of its row."""
    squares = 0.0
    for j in range(len(world.actor)):
        squares += scratch.dyad[Draft.SHARE, j, i] * scratch.dyad[Draft.SHARE, j, i]
    tail = len(row) - GLOBE_SIZE
    row[tail + Globe.CONCENTRATION] = concentration(squares, lens.living)
    row[tail + Globe.LIVING] = lens.living / len(world.actor)
    row[tail + Globe.YEAR] = min(1.0, world.clock[Clock.YEAR] / world.clock[Clock.LAST_YEAR])


@rule
def menace(world, scratch, i, j):
    """What i's slots are sorted by: the threat from j, below zero if it has fallen."""
    return scratch.dyad[Draft.THREAT, j, i] if world.actor[j].alive else -1.0


@phase
def sort_by_threat(world, scratch, i):
    """Sort i's slots by perceived threat, the largest first; the fallen last."""
    for slot in range(1, len(world.actor) - 1):
        j = world.order[i, slot]
        back = slot
        while back > 0 and menace(world, scratch, i, world.order[i, back - 1]) < menace(world, scratch, i, j):
            world.order[i, back] = world.order[i, back - 1]
            back -= 1
        world.order[i, back] = j
    for slot in range(len(world.actor) - 1):
        world.place[i, world.order[i, slot]] = slot


@rule
def is_open(world, i, verb):
    """Whether `verb` is open to i: it lives, and no experiment has closed it."""
    return world.actor[i].alive != 0 and (world.actor[i].closed >> verb) & 1 == 0


@rule
def fill_mask(world, scratch, i, open_verbs, mask):
    """Write which actions are legal for i (1) to `mask` (A,); the fallen have invest alone."""
    actors = len(world.actor)
    for verb in range(PLAIN_VERBS):
        mask[verb] = 1 if is_open(world, i, verb) else 0
    if world.actor[i].alive == 0:
        mask[0] = 1  # invest, which does nothing for the fallen
    may_ally, may_bandwagon = is_open(world, i, Verb.ALLY), is_open(world, i, Verb.BANDWAGON)
    may_sanction, may_coerce = is_open(world, i, Verb.SANCTION), is_open(world, i, Verb.COERCE)
    ally, bandwagon = encode(Verb.ALLY, 0, actors), encode(Verb.BANDWAGON, 0, actors)
    sanction, coerce = encode(Verb.SANCTION, 0, actors), encode(Verb.COERCE, 0, actors)
    own = scratch.dyad[Draft.SHARE, i, i]
    for slot in range(actors - 1):
        j = world.order[i, slot]
        is_stronger = scratch.dyad[Draft.SHARE, j, i] > own
        mask[ally + slot] = may_ally & is_legal(world, i, Verb.ALLY, j, is_stronger)
        mask[bandwagon + slot] = may_bandwagon & is_legal(world, i, Verb.BANDWAGON, j, is_stronger)
        mask[sanction + slot] = may_sanction & is_legal(world, i, Verb.SANCTION, j, is_stronger)
    if PLAIN_VERBS + open_verbs > Verb.COERCE:
        for slot in range(actors - 1):
            j = world.order[i, slot]
            mask[coerce + slot] = may_coerce & is_legal(world, i, Verb.COERCE, j, False)


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
        1.0 / (len(world.actor) - 1),
        1.0 / p.offer_years,
        1.0 / p.sanction_years,
    )


@phase
def observation(world, p, scratch, open_verbs, by_threat, rows, masks):
    """Write everyone's row (N, D) and mask (N, A); rows of the fallen are zero.

    Reads what everyone perceives from `Draft.SEEN` and `Draft.SHARE`.
    """
    actors = len(world.actor)
    lens = look(world, p)
    list_actors(world, scratch)
    fear(world, p, scratch)
    add_up(world, scratch)
    securities(world, p, scratch, Draft.SEEN + 0)  # the sum makes a plain number of it
    if by_threat:
        for i in range(actors):
            sort_by_threat(world, scratch, i)
    for j in range(actors):
        fill_profile(world, scratch, lens, j, scratch.profile[j])
    for first in range(0, actors, PAGES):
        last = min(first + PAGES, actors)
        fill_blocks(world, scratch, lens, first, last)
        for i in range(first, last):
            page = scratch.pages[i - first]
            fill_mask(world, scratch, i, open_verbs, masks[i])
            if world.actor[i].alive:
                fill_own(world, scratch, lens, i, page)
                fill_globe(world, scratch, lens, i, page)
            is_alive = world.actor[i].alive != 0
            for piece in range(rows.shape[1]):
                rows[i, piece] = page[piece] if is_alive else np.float32(0.0)
    mark_principals(world, scratch)
    for c in range(actors):
        fill_bonds(world, c, rows)
        if world.actor[c].dispute != NOBODY:
            fill_dispute(world, p, scratch, c, rows)
