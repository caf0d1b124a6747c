"""War: who fields what, how it ends, and what it costs."""

from __future__ import annotations

from .alignment import acts, clear_tie, reputation_after
from .arithmetic import exp
from .capability import coalition
from .dispute import decide_disputes, shown_side, win_chance
from .draws import Purpose, make_stream, normal, uniform
from .jit import phase, rule
from .scratch import Column, Draft, next_set
from .world import NOBODY, Clock, Dyad, Outcome, Verb


@rule
def share_lost(severity, chance, losing, loser_losses):
    """Share of engaged forces lost: largest at parity, heavier for the loser.

    `severity`: a log-normal draw. Source: Bremer & Mihalka 1977; Cusack & Stoll 1990.
    """
    weight = 1.0 + (1.0 - abs(2.0 * chance - 1.0))
    return 1.0 - exp(-severity * weight * (loser_losses if losing else 1.0))


@rule
def is_mutual(world, scratch, i):
    """Whether i and its object press on each other: then there is one contest."""
    j = world.actor[i].dispute
    return scratch.actor[i].pressed != 0 and scratch.actor[j].pressed != 0 and world.actor[j].dispute == i


@rule
def is_told_elsewhere(world, scratch, i):
    """Whether i's war is the mutual contest told under the challenge of the lower id."""
    return is_mutual(world, scratch, i) and world.actor[world.actor[i].dispute].ident < world.actor[i].ident


@rule
def third_side(world, p, scratch, k, i):
    """Share of k's usable force in i's war: > 0 with i, < 0 against, principals excepted."""
    j = world.actor[i].dispute
    if scratch.column[Column.BYSTANDER, k] == 0.0:
        return 0.0
    part = shown_side(world, p, k, i, j)
    if part == 0.0 and is_mutual(world, scratch, i):
        part = -shown_side(world, p, k, j, i)  # where each challenges the other, one may stand by either
    return part


@phase
def count_fronts(world, p, scratch):
    """Write in how many wars each actor fights: it divides its force among them."""
    actors = len(world.actor)
    for k in range(actors):
        scratch.actor[k].fronts = 0.0
    for i in range(actors):
        if scratch.actor[i].pressed == 0 or is_told_elsewhere(world, scratch, i):
            continue
        scratch.actor[i].fronts += 1.0
        scratch.actor[world.actor[i].dispute].fronts += 1.0
        for k in range(actors):
            if third_side(world, p, scratch, k, i) != 0.0:
                scratch.actor[k].fronts += 1.0


@phase
def field_forces(world, p, scratch, i):
    """Write what everyone fields in i's war to `scratch.dyad[Draft.FIELDED, i]`; return the two coalitions.

    The war is at the target's home, a mutual one at each other's. Returns (attack, defence), the
    forces after friction.
    """
    j = world.actor[i].dispute
    mutual = is_mutual(world, scratch, i)
    attackers = defenders = 1
    for k in range(len(world.actor)):
        part = third_side(world, p, scratch, k, i)
        home = j
        if k == i:
            part = 1.0
        elif k == j:
            part = -1.0
        elif part > 0.0:
            attackers += 1
        elif part < 0.0:
            defenders += 1
        if mutual and part < 0.0:
            home = i
        scratch.dyad[Draft.FIELDED, i, k] = (
            part * scratch.strength[k] * world.dyad[Dyad.REACH, k, home] / max(1.0, scratch.actor[k].fronts)
        )
        world.side[i, k] = 0 if part == 0.0 else (1 if part > 0.0 else -1)
    attack = defence = 0.0
    for k in range(len(world.actor)):
        if world.side[i, k] > 0:
            attack += scratch.dyad[Draft.FIELDED, i, k]
        else:
            defence -= scratch.dyad[Draft.FIELDED, i, k]
    return coalition(attack, attackers, p.friction), coalition(defence, defenders, p.friction)


@phase
def decide_war(world, p, scratch, i):
    """Fight i's war: odds, outcome, forces lost, and the claim on the loser's output."""
    j = world.actor[i].dispute
    year, key = world.clock[Clock.YEAR], world.clock[Clock.KEY]
    id_i, id_j = world.actor[i].ident, world.actor[j].ident
    attack, defence = field_forces(world, p, scratch, i)
    offence = 1.0 if is_mutual(world, scratch, i) else p.offence
    chance = win_chance(attack, defence, p.decisiveness, offence)
    world.actor[i].odds = chance
    if uniform(make_stream(key, year, Purpose.STALEMATE), id_i, id_j) < p.stalemate:
        winner = 0
        world.actor[i].outcome = Outcome.STALEMATE
    elif uniform(make_stream(key, year, Purpose.VICTORY), id_i, id_j) < chance:
        winner = 1
        world.actor[i].outcome = Outcome.WON
    else:
        winner = -1
        world.actor[i].outcome = Outcome.LOST
    draw = normal(make_stream(key, year, Purpose.SEVERITY), id_i, id_j)
    severity = p.war_forces * exp(p.war_forces_sd * draw)
    won_left = 0.0
    for k in range(len(world.actor)):
        side = world.side[i, k]
        if side != 0:
            lost = share_lost(severity, chance, side == -winner, p.loser_losses)
            engaged = 1.0 if k == i or k == j else abs(third_side(world, p, scratch, k, i))
            scratch.actor[k].share_lost += engaged * lost / scratch.actor[k].fronts
            if side == winner:
                won_left += abs(scratch.dyad[Draft.FIELDED, i, k]) * (1.0 - lost)
    stake = min(world.actor[i].economy, world.actor[j].economy)
    if winner != 0:
        scratch.actor[j if winner > 0 else i].ceded += p.spoils * stake
    if winner > 0 and not is_mutual(world, scratch, i) and won_left > scratch.actor[j].grip:
        scratch.actor[j].grip = won_left
        world.actor[j].conqueror = i


@rule
def own_part(scratch, world, i, k):
    """k's part in what its side fields in i's war, 0..1."""
    side = world.side[i, k]
    whole = 0.0
    members = 0
    for m in range(len(world.actor)):
        if world.side[i, m] == side:
            whole += abs(scratch.dyad[Draft.FIELDED, i, m])
            members += 1
    return abs(scratch.dyad[Draft.FIELDED, i, k]) / whole if whole > 0.0 else 1.0 / members


@phase
def settle_accounts(world, p, scratch, i):
    """Costs of i's war to everyone in it, and its spoils to the winners by contribution.

    The loser cedes `spoils` of the stake, cut where it owes more than it has; a part is destroyed.
    """
    j = world.actor[i].dispute
    stake = min(world.actor[i].economy, world.actor[j].economy)
    winner = 1 if world.actor[i].outcome == Outcome.WON else (-1 if world.actor[i].outcome == Outcome.LOST else 0)
    loser = j if winner > 0 else i
    prize = 0.0
    if winner != 0 and scratch.actor[loser].ceded > 0.0:
        prize = (
            p.spoils * stake * min(1.0, world.actor[loser].economy / scratch.actor[loser].ceded) * (1.0 - p.destroyed)
        )
    for k in range(len(world.actor)):
        side = world.side[i, k]
        if side == 0:
            continue
        part = own_part(scratch, world, i, k)
        share_of_cost = 1.0 if k == i or k == j else p.helper_cost * part
        scratch.actor[k].gained -= p.war_cost * stake * share_of_cost
        if side == winner:
            scratch.actor[k].gained += prize * part


@phase
def test_pledges(world, p, scratch, i):
    """Add to everyone's account what it had pledged to the target of i's dispute, and what it brought.

    Principals of a dispute are excused, and partners whom the target itself has left this year.
    """
    j = world.actor[i].dispute
    k = next_set(scratch.dyad[Draft.PLEDGE, j], 0)
    while k < len(world.actor):
        pledge = scratch.dyad[Draft.PLEDGE, j, k]
        broke_it = acts(world, k, Verb.SANCTION, j) or world.actor[k].verb == Verb.BANDWAGON
        stands = world.dyad[Dyad.WILLINGNESS, k, j] > 0.0 or broke_it
        if stands and scratch.column[Column.BYSTANDER, k] > 0.0:
            force = scratch.strength[k] * world.dyad[Dyad.REACH, k, j]
            brought = max(0.0, -shown_side(world, p, k, i, j))
            scratch.actor[k].pledged += pledge * force
            scratch.actor[k].delivered += min(brought, pledge) * force
        k = next_set(scratch.dyad[Draft.PLEDGE, j], k + 1)


@phase
def fall(world, i):
    """i is no longer a state: nothing of it is left but its id, and what it wanted."""
    world.actor[i].alive = 0
    world.actor[i].fell = 1
    world.actor[i].economy = 0.0
    world.actor[i].forces = 0.0
    world.actor[i].shock = 0.0
    world.actor[i].posture = 0.0
    world.actor[i].dispute = NOBODY
    world.actor[i].chosen = 0
    for k in range(len(world.actor)):
        clear_tie(world, i, k)
        world.dyad[Dyad.SANCTION, i, k] = 0.0
        world.dyad[Dyad.SANCTION, k, i] = 0.0
        world.dyad[Dyad.WEAR, i, k] = 0.0
        world.dyad[Dyad.WEAR, k, i] = 0.0
        world.dyad[Dyad.HOSTILITY, i, k] = 0.0
        world.dyad[Dyad.HOSTILITY, k, i] = 0.0
        if world.actor[k].patron == i:
            world.actor[k].patron = NOBODY
        if world.actor[k].dispute == i:
            world.actor[k].dispute = NOBODY
            world.actor[k].chosen = 0
    world.actor[i].patron = NOBODY


@phase
def annex(world, p, scratch):
    """Losers left with less than `conquest` of the winners' force fall; the winners divide the rest.

    A conqueror that itself falls this year gains nothing. Source: Cusack & Stoll 1990; Mearsheimer 2001.
    """
    actors = len(world.actor)
    for j in range(actors):
        left = scratch.strength[j] * (1.0 - scratch.actor[j].share_lost)
        if world.actor[j].conqueror != NOBODY and left >= p.conquest * scratch.actor[j].grip:
            world.actor[j].conqueror = NOBODY
    for j in range(actors):
        i = world.actor[j].conqueror
        if i != NOBODY:
            for k in range(actors):
                if world.side[i, k] > 0 and world.actor[k].conqueror == NOBODY:
                    world.actor[k].economy += (
                        world.actor[j].economy * (1.0 - p.destroyed) * own_part(scratch, world, i, k)
                    )
    for j in range(actors):
        if world.actor[j].conqueror != NOBODY:
            fall(world, j)


@phase
def fight(world, p, scratch):
    """All pressed disputes are fought on this year's forces; losses and spoils are summed and cut."""
    actors = len(world.actor)
    count_fronts(world, p, scratch)
    for i in range(actors):
        if scratch.actor[i].pressed:
            if is_told_elsewhere(world, scratch, i):
                world.actor[i].outcome = Outcome.MUTUAL
            else:
                decide_war(world, p, scratch, i)
    for i in range(actors):
        if scratch.actor[i].pressed and world.actor[i].outcome != Outcome.MUTUAL:
            settle_accounts(world, p, scratch, i)
    for i in range(actors):
        world.actor[i].forces *= 1.0 - scratch.actor[i].share_lost
        ceded = min(scratch.actor[i].ceded, world.actor[i].economy)
        world.actor[i].economy = max(0.0, world.actor[i].economy - ceded + scratch.actor[i].gained)


@rule
def clear_accounts(world, scratch):
    """Empty the year's accounts of war."""
    for i in range(len(world.actor)):
        if world.actor[i].outcome >= Outcome.STALEMATE:  # last year's sides
            for k in range(len(world.actor)):
                world.side[i, k] = 0
        world.actor[i].odds = 0.0
        world.actor[i].conqueror = NOBODY
        scratch.actor[i].share_lost = 0.0
        scratch.actor[i].ceded = 0.0
        scratch.actor[i].gained = 0.0
        scratch.actor[i].pledged = 0.0
        scratch.actor[i].delivered = 0.0
        scratch.actor[i].grip = 0.0


@phase
def showdown(world, p, scratch, per_output):
    """Disputes opened last year come to a head with the sides as they now stand, and close."""
    actors = len(world.actor)
    clear_accounts(world, scratch)
    any_war = decide_disputes(world, p, scratch, per_output)
    for i in range(actors):
        if world.actor[i].dispute != NOBODY:
            test_pledges(world, p, scratch, i)
    if any_war:
        fight(world, p, scratch)
    for i in range(actors):
        world.actor[i].dispute = NOBODY
        world.actor[i].chosen = 0
        world.actor[i].reputation = reputation_after(
            world.actor[i].reputation, scratch.actor[i].pledged, scratch.actor[i].delivered, p.reputation_rate
        )
    if any_war:
        annex(world, p, scratch)
