"""What states believe: misperceived forces, perceived threat, hostility."""

from __future__ import annotations

import math

from .alignment import acts, has_tie
from .capability import capability_share
from .draws import Purpose, make_stream, normal
from .jit import phase, rule
from .world import Clock, Outcome, Verb


@rule
def error_after(error, persistence, spread, draw):
    """Misperception in the next year: an AR(1) with standard deviation `spread` in the long run.

    Source: Cusack & Stoll 1990 (misperceived power); persistence: a fresh error a year averages out.
    """
    return persistence * error + math.sqrt(1.0 - persistence * persistence) * spread * draw


@rule
def perceived_threat(share_ratio, posture, hostility, ideology_gap, p):
    """Threat in 0..1 from the ratio of capability there to mine, posture, intentions and ideology.

    Source: Walt 1987 (power, proximity, offensive capability, intentions), plus ideology (Haas 2005).
    """
    logit = (
        p.threat_base
        + p.threat_power * math.log(max(share_ratio, 1e-9))
        + p.threat_posture * posture
        + p.threat_hostility * (2.0 * hostility - 1.0)
        + p.threat_ideology * ideology_gap
    )
    return 1.0 / (1.0 + math.exp(-logit))


@rule
def belief_after(hostility, observed, rate):
    """Belief in another's hostile intent moves towards what its acts showed.

    Source: Jervis 1976 (beliefs learn slowly from acts); form: theory of adaptive expectations.
    """
    return hostility + rate * (observed - hostility)


@phase
def misperceive(world, p, persistence):
    """Draw this year's errors in everyone's picture of everyone's forces; `persistence` of last year's."""
    stream = make_stream(world.clock[Clock.KEY], world.clock[Clock.YEAR], Purpose.MISPERCEPTION)
    actors = len(world.actor)
    for i in range(actors):
        for j in range(actors):
            if i != j:
                draw = normal(stream, world.actor[i].ident, world.actor[j].ident)
                world.pair[i, j].error = error_after(world.pair[i, j].error, persistence, p.misperception, draw)


@rule
def see(world, scratch, i):
    """Write everyone's forces as i perceives them to `scratch.seen[i]`: its own exactly."""
    for j in range(len(world.actor)):
        seen = scratch.strength[j]
        if i != j and world.pair[i, j].error != 0.0:
            seen *= math.exp(world.pair[i, j].error)
        scratch.seen[i, j] = seen


@phase
def perceive(world, p, scratch):
    """Write forces and capability shares as each actor perceives them."""
    actors = len(world.actor)
    economy = 0.0
    living = 0
    for i in range(actors):
        if world.actor[i].alive:
            living += 1
            economy += world.actor[i].economy
    per_output = 1.0 / economy if economy > 0.0 else 0.0
    for i in range(actors):
        see(world, scratch, i)
        total = 0.0
        for j in range(actors):
            total += scratch.seen[i, j]
        per_force = 1.0 / total if total > 0.0 else 0.0
        for j in range(actors):
            scratch.share[i, j] = 0.0
            if world.actor[j].alive:
                force = scratch.seen[i, j] * per_force if total > 0.0 else 1.0 / living
                wealth = world.actor[j].economy * per_output
                scratch.share[i, j] = capability_share(force, wealth, p.weight_forces)


@rule
def observed_intent(world, p, i, j, war):
    """Hostile intent that i reads in what j did this year, 0..1.

    `war`: 2 where j pressed a war on i or on a friend of i's, 1 where on anybody else, 0 none.
    Challenging or attacking me or mine is the worst; attacking others, sanctioning me and arming
    come next; a pledge to me or taking me as patron shows good will.
    Source: Jervis 1976, 1978; Walt 1987 (aggressive intentions); numbers: design choice.
    """
    if war == 2 or world.actor[j].dispute == i:
        return 1.0
    seen = p.hostility_peace
    if war == 1:
        seen = max(seen, p.hostility_bystander)
    if world.actor[j].verb == Verb.ARM or acts(world, j, Verb.SANCTION, i):
        seen = max(seen, p.hostility_arming)
    is_friendly = acts(world, j, Verb.ALLY, i) or acts(world, j, Verb.BANDWAGON, i)
    if seen <= p.hostility_peace and is_friendly:
        return 0.0
    return seen


@phase
def update_beliefs(world, p):
    """Everyone learns from everyone's acts of the year; attacking is seen by all."""
    actors = len(world.actor)
    for j in range(actors):
        if world.actor[j].alive == 0:
            continue
        fought = world.actor[j].outcome >= Outcome.STALEMATE
        victim = world.actor[j].opponent
        for i in range(actors):
            if i == j or world.actor[i].alive == 0:
                continue
            war = 0
            if fought:
                war = 2 if i == victim or has_tie(world, i, victim) else 1
            observed = observed_intent(world, p, i, j, war)
            world.pair[i, j].hostility = belief_after(world.pair[i, j].hostility, observed, p.hostility_rate)


@rule
def update_posture(posture, armed, rate):
    """Posture is a running share of the years in which a state armed.

    Source: Walt 1987 (offensive capability), as far as outsiders can see it; form: design choice.
    """
    return posture + rate * ((1.0 if armed else 0.0) - posture)
