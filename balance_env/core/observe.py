"""Seeing: the rules that fill a row and a mask from what an actor perceives (see `core.pieces`)."""

from __future__ import annotations

import math
from typing import NamedTuple

from .actions import PLAIN_VERBS, encode, is_legal
from .capability import coalition, concentration, true_shares
from .dispute import mark_principals, sides, win_chance
from .jit import phase, rule
from .pieces import (
    GLOBE_SIZE,
    GROWTH_SCALE,
    LOG_SCALE,
    OTHER_SIZE,
    OTHERS_START,
    TERMS,
    TINY,
    WEIGHT_SCALE,
    WEIGHTS_START,
    Globe,
    Other,
    Own,
    Relation,
)
from .reward import security
from .threat import perceived_threat
from .world import NOBODY, Clock


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
def threat_from(world, p, scratch, i, j, per_share):
    """The threat i perceives from living j; `per_share`: one over i's capability share."""
    me, it = world.actor[i], world.actor[j]
    ratio = scratch.share[i, j] * world.pair[j, i].reach * per_share
    return perceived_threat(ratio, it.posture, world.pair[i, j].hostility, abs(me.ideology - it.ideology), p)


@rule
def fill_other(world, p, scratch, lens, i, j, per_share, block):
    """Write what i sees of j, and of what is between them, to `block`; return the perceived threat."""
    me, it = world.actor[i], world.actor[j]
    mine, its = world.pair[i, j], world.pair[j, i]
    threat = threat_from(world, p, scratch, i, j, per_share)
    block[Other.ALIVE] = 1.0
    block[Other.SHARE] = scratch.share[i, j]
    block[Other.FORCES] = scaled_log(scratch.actor[j].log_strength + mine.error - scratch.actor[i].log_strength)
    block[Other.ECONOMY] = scaled_log(it.log_economy - me.log_economy)
    block[Other.TECHNOLOGY] = it.technology * lens.per_frontier
    block[Other.REACH_TO_ME] = its.reach
    block[Other.REACH_FROM_ME] = mine.reach
    block[Other.IDEOLOGY_GAP] = abs(me.ideology - it.ideology)
    block[Other.POSTURE] = it.posture
    block[Other.HOSTILITY] = mine.hostility
    block[Other.REPUTATION] = it.reputation
    block[Other.THREAT] = threat
    block[Other.MEMBER] = it.member
    block[Other.PACT] = mine.pact
    block[Other.PLEDGE_FROM_ME] = mine.willingness
    block[Other.PLEDGE_TO_ME] = its.willingness
    block[Other.OFFER_FROM_ME] = mine.offer * lens.per_offer
    block[Other.OFFER_TO_ME] = its.offer * lens.per_offer
    block[Other.SANCTION_FROM_ME] = mine.sanction * lens.per_sanction
    block[Other.SANCTION_TO_ME] = its.sanction * lens.per_sanction
    block[Other.MY_CLIENT] = 1.0 if it.patron == i else 0.0
    block[Other.MY_PATRON] = 1.0 if me.patron == j else 0.0
    block[Other.CHALLENGES_ME] = 1.0 if it.dispute == i else 0.0
    block[Other.CHALLENGED_BY_ME] = 1.0 if me.dispute == j else 0.0
    block[Other.CLIENT] = 0.0 if it.patron == NOBODY else 1.0
    block[Other.CHALLENGES] = 0.0 if it.dispute == NOBODY else 1.0
    fill_entanglement(world, scratch, lens, i, j, block)
    return threat


@rule
def fill_entanglement(world, scratch, lens, i, j, block):
    """Write what j is in with third parties to `block`, as i perceives it; disputes come later."""
    support = sanctioned = 0.0
    common = 0
    for n in range(scratch.actor[j].givers):
        support += scratch.pair[j, n].given * scratch.seen[i, scratch.pair[j, n].giver]
    for n in range(scratch.actor[j].senders):
        sanctioned += scratch.share[i, scratch.pair[j, n].sender]
    if scratch.actor[i].count > 0 and scratch.actor[j].count > 0:
        for k in range(len(world.actor)):
            common += world.pair[i, k].pact & world.pair[j, k].pact
    block[Other.SUPPORT] = support / (support + scratch.seen[i, j]) if support > 0.0 else 0.0
    block[Other.SANCTIONED] = min(sanctioned, 1.0)
    block[Other.COMMON_PACTS] = common * lens.per_other
    block[Other.PACTS] = scratch.actor[j].count * lens.per_other
    block[Other.CHALLENGED] = 0.0
    block[Other.AGAINST_PARTNER] = 0.0
    block[Other.AGAINST_MINE] = 0.0
    block[Other.ODDS] = 0.0
    block[Other.ODDS_WITH_ME] = 0.0
    block[Other.ODDS_AGAINST_ME] = 0.0


@phase
def list_ties(world, scratch):
    """List who has pledged to whom and who sanctions whom, and take logs, once for all viewers."""
    actors = len(world.actor)
    for j in range(actors):
        mind = scratch.actor[j]
        mind.count = 0
        mind.givers = 0
        mind.senders = 0
        mind.challengers = 0
        mind.clients = 0
        mind.log_strength = math.log(max(scratch.strength[j], TINY))
    for k in range(actors):
        them = world.actor[k]
        if them.dispute != NOBODY:
            scratch.actor[them.dispute].challengers += 1
        if them.patron != NOBODY:
            scratch.actor[them.patron].clients += 1
        for j in range(actors):
            tie, mind = world.pair[k, j], scratch.actor[j]
            if tie.willingness > 0.0:
                scratch.pair[j, mind.givers].giver = k
                scratch.pair[j, mind.givers].given = them.reputation * tie.willingness * tie.reach
                mind.givers += 1
            mind.count += tie.pact
            if tie.sanction > 0:
                scratch.pair[j, mind.senders].sender = k
                mind.senders += 1


@rule
def fill_own(world, p, scratch, lens, i, threat, row):
    """Write what i knows of itself to the head of its row."""
    me, mind = world.actor[i], scratch.actor[i]
    row[Own.SHARE] = scratch.share[i, i]
    row[Own.ECONOMY] = scaled_log(me.log_economy - lens.log_mean_output)
    row[Own.FORCES] = me.forces / (me.forces + me.economy)
    row[Own.TECHNOLOGY] = me.technology * lens.per_frontier
    row[Own.IDEOLOGY] = me.ideology
    row[Own.POSTURE] = me.posture
    row[Own.REPUTATION] = me.reputation
    row[Own.TREND] = clip(me.growth * GROWTH_SCALE, -1.0, 1.0)
    row[Own.GROWTH] = clip((me.log_economy - me.opening_log) * GROWTH_SCALE, -1.0, 1.0)
    row[Own.EMBARGO] = clip(me.embargo * GROWTH_SCALE, 0.0, 1.0)
    row[Own.SECURITY] = security(world, p, scratch.seen[i], i)
    row[Own.THREAT] = threat
    row[Own.PARTNERS] = mind.count * lens.per_other
    row[Own.CLIENTS] = mind.clients * lens.per_other
    row[Own.CLIENT] = 0.0 if me.patron == NOBODY else 1.0
    row[Own.CHALLENGER] = 0.0 if me.dispute == NOBODY else 1.0
    row[Own.CHALLENGED] = mind.challengers * lens.per_other
    row[Own.MEMBER] = me.member
    for term in range(TERMS):
        row[WEIGHTS_START + term] = clip(world.design[i, term] / WEIGHT_SCALE, -1.0, 1.0)


@phase
def odds_for(world, p, scratch, viewer, c, j):
    """Chance that c wins its challenge of j as `viewer` sees it: (without it, with it on c's side, on j's)."""
    attack, attackers, defence, defenders = sides(world, p, scratch, viewer, c, j, viewer, False)
    a = coalition(attack, attackers, p.friction)
    d = coalition(defence, defenders, p.friction)
    without = win_chance(a, d, p.decisiveness, p.offence * p.offence_bias)
    if viewer == c or viewer == j:
        return without, without, without
    mine = p.stand_by * scratch.seen[viewer, viewer] * world.pair[viewer, j].reach
    a_with = coalition(attack + mine, attackers + 1, p.friction)
    d_with = coalition(defence + mine, defenders + 1, p.friction)
    joining = win_chance(a_with, d, p.decisiveness, p.offence * p.offence_bias)
    opposing = win_chance(a, d_with, p.decisiveness, p.offence * p.offence_bias)
    return without, joining, opposing


@rule
def fill_side(row, base, is_new, odds, odds_with, odds_against):
    """Write a party's odds to its block; of several disputes, the one with the worst odds stands."""
    if is_new or odds < row[base + Other.ODDS]:
        row[base + Other.ODDS] = odds
        row[base + Other.ODDS_WITH_ME] = odds_with
        row[base + Other.ODDS_AGAINST_ME] = odds_against


@phase
def fill_dispute(world, p, scratch, i, c, row):
    """Write to i's row what it sees of c's dispute: who is against mine, and the odds."""
    j = world.actor[c].dispute
    out, with_c, with_j = odds_for(world, p, scratch, i, c, j)
    if i != c:
        base = OTHERS_START + world.pair[i, c].place * OTHER_SIZE
        fill_side(row, base, row[base + Other.ODDS] == 0.0, out, with_c, with_j)
        if i != j and world.pair[i, j].pact:
            row[base + Other.AGAINST_PARTNER] = 1.0
        if i != j and (world.actor[i].patron == j or world.actor[j].patron == i):
            row[base + Other.AGAINST_MINE] = 1.0
    if i != j:
        base = OTHERS_START + world.pair[i, j].place * OTHER_SIZE
        fill_side(row, base, row[base + Other.ODDS] == 0.0, 1.0 - out, 1.0 - with_j, 1.0 - with_c)
        row[base + Other.CHALLENGED] = 1.0
        if i != c and world.pair[i, c].pact:
            row[base + Other.AGAINST_PARTNER] = 1.0
        if i != c and (world.actor[i].patron == c or world.actor[c].patron == i):
            row[base + Other.AGAINST_MINE] = 1.0


@phase
def sort_by_threat(world, p, scratch, i):
    """Sort i's slots by perceived threat, the largest first; the fallen last."""
    for slot in range(len(world.actor) - 1):
        j = world.pair[i, slot].order
        scratch.actor[j].threat = -1.0
        if world.actor[j].alive:
            scratch.actor[j].threat = threat_from(world, p, scratch, i, j, 1.0 / max(scratch.share[i, i], TINY))
    for slot in range(1, len(world.actor) - 1):
        j = world.pair[i, slot].order
        back = slot
        while back > 0 and scratch.actor[world.pair[i, back - 1].order].threat < scratch.actor[j].threat:
            world.pair[i, back].order = world.pair[i, back - 1].order
            back -= 1
        world.pair[i, back].order = j
    for slot in range(len(world.actor) - 1):
        world.pair[i, world.pair[i, slot].order].place = slot


@rule
def fill_mask(world, scratch, i, open_verbs, mask):
    """Write which actions are legal for i (1) to `mask` (A,); the fallen have invest alone."""
    actors = len(world.actor)
    alive, closed = world.actor[i].alive, world.actor[i].closed
    for verb in range(PLAIN_VERBS):
        mask[verb] = 1 if alive != 0 and (closed >> verb) & 1 == 0 else 0
    if alive == 0:
        mask[0] = 1  # invest, which does nothing for the fallen
    for slot in range(actors - 1):
        j = world.pair[i, slot].order
        is_stronger = scratch.share[i, j] > scratch.share[i, i]
        for verb in range(PLAIN_VERBS, PLAIN_VERBS + open_verbs):
            legal = alive != 0 and (closed >> verb) & 1 == 0 and is_legal(world, i, verb, j, is_stronger)
            mask[encode(verb, slot, actors)] = 1 if legal else 0


@rule
def fill_row(world, p, scratch, lens, i, row):
    """Write living i's row, but for the disputes among others."""
    actors = len(world.actor)
    threat = 0.0
    squares = scratch.share[i, i] * scratch.share[i, i]
    per_share = 1.0 / max(scratch.share[i, i], TINY)
    for slot in range(actors - 1):
        j = world.pair[i, slot].order
        start = OTHERS_START + slot * OTHER_SIZE
        block = row[start : start + OTHER_SIZE]
        if world.actor[j].alive:
            threat = max(threat, fill_other(world, p, scratch, lens, i, j, per_share, block))
            squares += scratch.share[i, j] * scratch.share[i, j]
        else:
            for piece in range(OTHER_SIZE):
                block[piece] = 0.0
    fill_own(world, p, scratch, lens, i, threat, row)
    tail = len(row) - GLOBE_SIZE
    row[tail + Globe.CONCENTRATION] = concentration(squares, lens.living)
    row[tail + Globe.LIVING] = lens.living / actors
    row[tail + Globe.YEAR] = min(1.0, world.clock[Clock.YEAR] / world.clock[Clock.LAST_YEAR])


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
        math.log(max(output / max(living, 1), TINY)),
        living,
        1.0 / (len(world.actor) - 1),
        1.0 / p.offer_years,
        1.0 / p.sanction_years,
    )


@phase
def observation(world, p, scratch, open_verbs, by_threat, rows, masks):
    """Write everyone's row (N, D) and mask (N, A); rows of the fallen are zero.

    Reads what everyone perceives from `scratch.seen` and `scratch.share`.
    """
    actors = len(world.actor)
    lens = look(world, p)
    list_ties(world, scratch)
    mark_principals(world, scratch)
    for i in range(actors):
        if by_threat:
            sort_by_threat(world, p, scratch, i)
        fill_mask(world, scratch, i, open_verbs, masks[i])
        if world.actor[i].alive:
            fill_row(world, p, scratch, lens, i, rows[i])
            for c in range(actors):
                if world.actor[c].dispute != NOBODY:
                    fill_dispute(world, p, scratch, i, c, rows[i])
        else:
            for piece in range(rows.shape[1]):
                rows[i, piece] = 0.0


@phase
def fill_graph(world, p, graph):
    """Write what everyone can see between all actors to `graph` (N, N, R)."""
    for i in range(len(world.actor)):
        for j in range(len(world.actor)):
            for piece in range(graph.shape[2]):
                graph[i, j, piece] = 0.0
            if i != j and world.actor[i].alive and world.actor[j].alive:
                tie = world.pair[i, j]
                graph[i, j, Relation.REACH] = tie.reach
                graph[i, j, Relation.IDEOLOGY_GAP] = abs(world.actor[i].ideology - world.actor[j].ideology)
                graph[i, j, Relation.PACT] = tie.pact
                graph[i, j, Relation.PLEDGE] = tie.willingness
                graph[i, j, Relation.OFFER] = tie.offer / p.offer_years
                graph[i, j, Relation.SANCTION] = tie.sanction / p.sanction_years
                graph[i, j, Relation.CLIENT] = 1.0 if world.actor[i].patron == j else 0.0
                graph[i, j, Relation.DISPUTE] = 1.0 if world.actor[i].dispute == j else 0.0


@phase
def fill_state(world, p, scratch, state, graph):
    """Write the true world to `state` (S,): everyone's own block and weights, free of misperception.

    Then the public relations (N, N, R), flattened, and the years gone; `graph` is filled on the way.
    """
    actors = len(world.actor)
    true_shares(world, p, scratch.strength, scratch.closing_share)
    for i in range(actors):
        for j in range(actors):
            scratch.seen[i, j] = scratch.strength[j]
            scratch.share[i, j] = scratch.closing_share[j]
    lens = look(world, p)
    list_ties(world, scratch)
    for i in range(actors):
        row = state[i * OTHERS_START : (i + 1) * OTHERS_START]
        for piece in range(OTHERS_START):
            row[piece] = 0.0
        if world.actor[i].alive:
            threat = 0.0
            for j in range(actors):
                if j != i and world.actor[j].alive:
                    threat = max(threat, threat_from(world, p, scratch, i, j, 1.0 / max(scratch.share[i, i], TINY)))
            fill_own(world, p, scratch, lens, i, threat, row)
    fill_graph(world, p, graph)
    place = actors * OTHERS_START
    for i in range(actors):
        for j in range(actors):
            for piece in range(graph.shape[2]):
                state[place] = graph[i, j, piece]
                place += 1
    state[place] = min(1.0, world.clock[Clock.YEAR] / world.clock[Clock.LAST_YEAR])
