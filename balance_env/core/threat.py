"""What states believe: misperceived forces, perceived threat, hostility."""

from __future__ import annotations

import math

from .alignment import has_tie
from .capability import capability_share
from .draws import Purpose, make_stream, normal
from .jit import phase, rule
from .world import Clock, Outcome, Verb


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
    """Draw this year's errors in everyone's picture of everyone's forces.

    An AR(1) whose standard deviation stays `misperception`; `persistence`: what last year's is worth.
    Source: Cusack & Stoll 1990 (misperceived power); a fresh error a year would average out.
    """
    stream = make_stream(world.clock[Clock.KEY], world.clock[Clock.YEAR], Purpose.MISPERCEPTION)
    actors = len(world.actor)
    fresh = math.sqrt(1.0 - persistence * persistence) * p.misperception
    for i in range(actors):
        for j in range(actors):
            if i != j:
                draw = normal(stream, world.actor[i].ident, world.actor[j].ident)
                world.pair[i, j].error = persistence * world.pair[i, j].error + fresh * draw


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
                wealth = world.actor[j].economy * per_output if economy > 0.0 else 1.0 / living
                scratch.share[i, j] = capability_share(force, wealth, p.weight_forces)


@rule
def public_intent(verb, fought, p):
    """Hostile intent that bystanders read in a state's acts of the year, 0..1.

    Attacking anyone is the worst sign, arming the next. Source: Jervis 1976, 1978; numbers: design choice.
    """
    seen = p.hostility_peace
    if verb == Verb.ARM:
        seen = max(seen, p.hostility_arming)
    return max(seen, p.hostility_bystander) if fought else seen


@rule
def observed_intent(world, p, scratch, base, i, j, fought):
    """Hostile intent that i reads in what j did this year, 0..1; `base`: what bystanders read.

    To challenge me, or to attack me or a friend of mine, shows the worst intent; to sanction me is
    as bad as arming; a pledge to me, or taking me as patron, shows good will if nothing speaks
    against it. Source: Walt 1987 (aggressive intentions); numbers: design choice.
    """
    it = world.actor[j]
    if it.dispute == i:
        return 1.0
    # friends of a state that fell have no tie left: what they had pledged to it tells them
    if fought and (it.opponent == i or has_tie(world, i, it.opponent) or scratch.pair[i, it.opponent].pledge > 0.0):
        return 1.0
    if it.target == i:
        if it.verb == Verb.SANCTION:
            return max(base, p.hostility_arming)
        if base <= p.hostility_peace and (it.verb == Verb.ALLY or it.verb == Verb.BANDWAGON):
            return 0.0
    return base


@rule
def has_fought(it):
    """Whether an actor pressed a war this year."""
    return it.outcome >= Outcome.STALEMATE


@rule
def update_posture(posture, armed, rate):
    """Posture is a running share of the years in which a state armed.

    Source: Walt 1987 (offensive capability), as far as outsiders can see it; form: design choice.
    """
    return posture + rate * ((1.0 if armed else 0.0) - posture)
