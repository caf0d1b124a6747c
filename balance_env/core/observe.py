"""Seeing: the rules that fill a row and a mask from what an actor perceives (see `core.pieces`)."""

from __future__ import annotations

from .actions import PLAIN_VERBS, admit, close, list_legal
from .dispute import list_bystanders
from .intrinsics import CACHE_LINE, call_for, turner
from .jit import phase, rule
from .odds import warn_friends, weigh_disputes
from .pieces import (
    GLOBE_SIZE,
    GROWTH_SCALE,
    LOG_SCALE,
    OTHER_SIZE,
    TERMS,
    WEIGHT_SCALE,
    WEIGHTS_START,
    Globe,
    Other,
    Own,
    start_of,
)
from .reward import securities
from .scratch import VIEWERS, Column, Draft
from .survey import add_up, fear, list_actors, look, measure_concentration
from .world import NOBODY, Dyad

NEARBY = 2**18  # bytes of all rows: beside more, what is called for would be driven out before its world begins
turn = turner(OTHER_SIZE)


@rule
def clip(x, low, high):
    """`x` kept within low..high."""
    return min(max(x, low), high)


@rule
def scaled_log(x):
    """A ln ratio over LOG_SCALE, within -1..1."""
    return min(max(x * (1.0 / LOG_SCALE), -1.0), 1.0)


@rule
def glimpse(world, scratch, lens, j, first, last):
    """Write what the viewers first..last see of j, and what is between them, to `scratch.glimpse`.

    A block of a row for each of them, side by side; but for what `fill_bonds` writes.
    """
    seen = scratch.glimpse
    it = world.actor[j]
    technology, posture, reputation, member = it.technology * lens.per_frontier, it.posture, it.reputation, it.member
    client = 0.0 if it.patron == NOBODY else 1.0
    challenges = 0.0 if it.dispute == NOBODY else 1.0
    challenged = 1.0 if scratch.actor[j].challengers > 0 else 0.0
    pacts = scratch.actor[j].pacts * lens.per_other
    log_strength, log_output = scratch.column[Column.LOG_STRENGTH, j], scratch.column[Column.LOG_OUTPUT, j]
    ideology = scratch.column[Column.IDEOLOGY, j]
    for i in range(first, last):
        v = i - first
        support = scratch.dyad[Draft.SUPPORT, j, i]
        seen[Other.ALIVE, v] = 1.0
        seen[Other.SHARE, v] = scratch.dyad[Draft.SHARE, j, i]
        seen[Other.FORCES, v] = scaled_log(
            log_strength + world.dyad[Dyad.ERROR, j, i] - scratch.column[Column.LOG_STRENGTH, i]
        )
        seen[Other.ECONOMY, v] = scaled_log(log_output - scratch.column[Column.LOG_OUTPUT, i])
        seen[Other.TECHNOLOGY, v] = technology
        seen[Other.REACH_TO_ME, v] = world.dyad[Dyad.REACH, j, i]
        seen[Other.REACH_FROM_ME, v] = world.dyad[Dyad.EXPOSURE, j, i]
        seen[Other.IDEOLOGY_GAP, v] = abs(scratch.column[Column.IDEOLOGY, i] - ideology)
        seen[Other.POSTURE, v] = posture
        seen[Other.HOSTILITY, v] = world.dyad[Dyad.HOSTILITY, j, i]
        seen[Other.REPUTATION, v] = reputation
        seen[Other.THREAT, v] = scratch.dyad[Draft.THREAT, j, i]
        seen[Other.MEMBER, v] = member
        seen[Other.PACT, v] = world.dyad[Dyad.PACT, j, i]
        seen[Other.PLEDGE_FROM_ME, v] = world.dyad[Dyad.WILLINGNESS, i, j]
        seen[Other.PLEDGE_TO_ME, v] = world.dyad[Dyad.WILLINGNESS, j, i]
        seen[Other.OFFER_FROM_ME, v] = world.dyad[Dyad.OFFER, i, j] * lens.per_offer
        seen[Other.OFFER_TO_ME, v] = world.dyad[Dyad.OFFER, j, i] * lens.per_offer
        seen[Other.SANCTION_FROM_ME, v] = world.dyad[Dyad.SANCTION, i, j] * lens.per_sanction
        seen[Other.SANCTION_TO_ME, v] = world.dyad[Dyad.SANCTION, j, i] * lens.per_sanction
        seen[Other.CLIENT, v] = client
        seen[Other.CHALLENGES, v] = challenges
        seen[Other.CHALLENGED, v] = challenged
        seen[Other.SUPPORT, v] = support / (support + scratch.dyad[Draft.SEEN, j, i]) if support > 0.0 else 0.0
        seen[Other.PACTS, v] = pacts
        seen[Other.COMMON_PACTS, v] = scratch.dyad[Draft.COMMON, j, i] * lens.per_other
        seen[Other.SANCTIONED, v] = min(scratch.dyad[Draft.SANCTIONED, j, i], 1.0)
    if scratch.actor[j].told:
        for i in range(first, last):
            v = i - first
            seen[Other.ODDS, v] = scratch.dyad[Draft.ODDS, j, i]
            seen[Other.ODDS_WITH_ME, v] = scratch.dyad[Draft.WITH, j, i]
            seen[Other.ODDS_AGAINST_ME, v] = scratch.dyad[Draft.AGAINST, j, i]
    else:
        for piece in range(Other.ODDS, Other.ODDS_AGAINST_ME + 1):
            for v in range(VIEWERS):
                seen[piece, v] = 0.0


@rule
def call_ahead(array, start, size):
    """Bring near, while the processor works on something else, `size` bytes that lie `start` bytes into `array`."""
    for byte in range(start, start + size, 4 * CACHE_LINE):
        call_for(array, byte)
        call_for(array, byte + CACHE_LINE)
        call_for(array, byte + 2 * CACHE_LINE)
        call_for(array, byte + 3 * CACHE_LINE)


@rule
def call_next(world, rows, j, first):
    """Bring near a part of what comes next: rows of the next viewers, and the next world of a batch where it is small.

    Both lie behind what is at hand. A part at a time: all at once would fill the ways to memory.
    """
    actors, number = len(world.actor), rows.itemsize
    page = VIEWERS * rows.shape[1] * number
    call_ahead(rows, (first // VIEWERS + 1) * page + page // actors * j, page // actors)
    if rows.size * rows.itemsize >= NEARBY:
        return
    parts = (actors + VIEWERS - 1) // VIEWERS * actors
    part = first // VIEWERS * actors + j
    size = world.dyad.size * world.dyad.itemsize
    call_ahead(world.dyad, size + size // parts * part, size // parts)
    size = world.actor.size * world.actor.itemsize
    call_ahead(world.actor, size + size // parts * part, size // parts)


@rule
def fill_blocks(world, scratch, lens, first, last, open_verbs, rows, masks):
    """Write the blocks about all others to rows and masks of viewers first..last.

    Viewers come few at a time: what they perceive of j lies side by side, and is turned into their rows.
    """
    actors = len(world.actor)
    for j in range(actors):
        if world.actor[j].alive:
            glimpse(world, scratch, lens, j, first, last)
        else:
            for piece in range(OTHER_SIZE):
                for v in range(VIEWERS):
                    scratch.glimpse[piece, v] = 0.0
        list_legal(world, scratch, j, first, last)
        for i in range(first, last):
            scratch.starts[i - first] = -1
            if i != j:
                slot = world.place[i, j]
                scratch.starts[i - first] = i * rows.shape[1] + start_of(slot)
                admit(scratch, i - first, slot, actors, open_verbs, masks[i])
        call_next(world, rows, j, first)
        turn(scratch.glimpse, rows, scratch.spare, scratch.starts)


@rule
def fill_bonds(world, scratch, i, rows):
    """Write to both rows whose client i is, and whom it challenges; and to those of their friends that it does."""
    k, j = world.actor[i].patron, world.actor[i].dispute
    if k != NOBODY:
        rows[i, start_of(world.place[i, k]) + Other.MY_PATRON] = 1.0
        rows[k, start_of(world.place[k, i]) + Other.MY_CLIENT] = 1.0
    if j != NOBODY:
        rows[i, start_of(world.place[i, j]) + Other.CHALLENGED_BY_ME] = 1.0
        rows[j, start_of(world.place[j, i]) + Other.CHALLENGES_ME] = 1.0
        warn_friends(world, scratch, i, j, rows)
        warn_friends(world, scratch, j, i, rows)


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
        row[WEIGHTS_START + term] = clip(world.design[i, term] * (1.0 / WEIGHT_SCALE), -1.0, 1.0)


@rule
def fill_globe(scratch, lens, i, row):
    """Write the state of the world, as i perceives it, to the tail of its row."""
    tail = len(row) - GLOBE_SIZE
    row[tail + Globe.CONCENTRATION] = scratch.column[Column.CONCENTRATION, i]
    row[tail + Globe.LIVING] = lens.part_living
    row[tail + Globe.YEAR] = lens.part_gone


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
    measure_concentration(world, scratch, lens.living)
    list_bystanders(world, scratch)
    weigh_disputes(world, p, scratch)
    if by_threat:
        for i in range(actors):
            sort_by_threat(world, scratch, i)
    for first in range(0, actors, VIEWERS):
        last = min(first + VIEWERS, actors)
        for v in range(last - first, VIEWERS):
            scratch.starts[v] = -1
        fill_blocks(world, scratch, lens, first, last, open_verbs, rows, masks)
        for i in range(first, last):
            for verb in range(PLAIN_VERBS):
                masks[i, verb] = 1
            if world.actor[i].closed or world.actor[i].alive == 0:
                close(world, i, masks[i])
            if world.actor[i].alive:
                fill_own(world, scratch, lens, i, rows[i])
                fill_globe(scratch, lens, i, rows[i])
            else:
                for piece in range(rows.shape[1]):
                    rows[i, piece] = 0.0
    for c in range(actors):
        fill_bonds(world, scratch, c, rows)
