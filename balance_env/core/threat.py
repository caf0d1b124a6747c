"""What states believe: misperceived forces, perceived threat, hostility."""

from __future__ import annotations

import math
from typing import NamedTuple

from .alignment import has_tie
from .arithmetic import exp, ln, logistic
from .capability import capability_share
from .draws import Purpose, make_stream, normal
from .jit import phase, rule
from .scratch import Column, Draft
from .world import NOBODY, Clock, Dyad, Outcome, Verb

LEAST_RATIO = 1e-9  # of capability: keeps the logarithm of nothing finite


class Fears(NamedTuple):
    """The parameters of perceived threat, taken out of their record before a loop over actors."""

    threat_base: float
    threat_power: float
    threat_posture: float
    threat_hostility: float
    threat_ideology: float


@rule
def fears(p):
    """The parameters of perceived threat."""
    return Fears(p.threat_base, p.threat_power, p.threat_posture, p.threat_hostility, p.threat_ideology)


@rule
def perceived_threat(share_ratio, posture, hostility, ideology_gap, p):
    """Threat in 0..1 from the ratio of capability there to mine, posture, intentions and ideology.

    `p`: `Fears`, or all parameters.

    Source: Walt 1987 (power, proximity, offensive capability, intentions), plus ideology (Haas 2005).
    """
    logit = (
        p.threat_base
        + p.threat_power * ln(max(share_ratio, LEAST_RATIO))
        + p.threat_posture * posture
        + p.threat_hostility * (2.0 * hostility - 1.0)
        + p.threat_ideology * ideology_gap
    )
    return logistic(logit)


@rule
def belief_after(hostility, observed, rate):
    """Belief in another's hostile intent moves towards what its acts showed.

    Source: Jervis 1976 (beliefs learn slowly from acts); form: theory of adaptive expectations.
    """
    return hostility + rate * (observed - hostility)


@phase
def misperceive(world, p, scratch, persistence):
    """Draw this year's errors in everyone's picture of everyone's forces.

    An AR(1) whose standard deviation stays `misperception`; `persistence`: what last year's is worth.
    Source: Cusack & Stoll 1990 (misperceived power); a fresh error a year would average out.
    """
    stream = make_stream(world.clock[Clock.KEY], world.clock[Clock.YEAR], Purpose.MISPERCEPTION)
    actors = len(world.actor)
    fresh = math.sqrt(1.0 - persistence * persistence) * p.misperception
    for i in range(actors):
        scratch.ident[i] = world.actor[i].ident
    for j in range(actors):
        it = scratch.ident[j]
        for i in range(actors):
            draw = normal(stream, scratch.ident[i], it)
            error = persistence * world.dyad[Dyad.ERROR, j, i] + fresh * draw
            world.dyad[Dyad.ERROR, j, i] = 0.0 if i == j else error


@rule
def forces_seen(world, scratch, viewer, k):
    """Quality-adjusted forces of k as `viewer` perceives them: its own exactly."""
    return scratch.strength[k] * exp(world.dyad[Dyad.ERROR, k, viewer])


@phase
def perceive(world, p, scratch):
    """Write forces and capability shares as each actor perceives them: `Draft.SEEN` and `Draft.SHARE`."""
    actors = len(world.actor)
    economy = 0.0
    living = 0
    for i in range(actors):
        scratch.column[Column.TOTAL, i] = 0.0
        if world.actor[i].alive:
            living += 1
            economy += world.actor[i].economy
    per_output = 1.0 / economy if economy > 0.0 else 0.0
    weight = p.weight_forces
    for j in range(actors):
        strength = scratch.strength[j]
        for i in range(actors):
            scratch.dyad[Draft.SEEN, j, i] = strength * exp(world.dyad[Dyad.ERROR, j, i])
        for i in range(actors):
            scratch.column[Column.TOTAL, i] += scratch.dyad[Draft.SEEN, j, i]
    for j in range(actors):
        part = world.actor[j].economy * per_output if economy > 0.0 else 1.0 / max(living, 1)
        counts = 1.0 if world.actor[j].alive else 0.0
        for i in range(actors):
            total = scratch.column[Column.TOTAL, i]
            force = scratch.dyad[Draft.SEEN, j, i] / total if total > 0.0 else 1.0 / max(living, 1)
            scratch.dyad[Draft.SHARE, j, i] = counts * capability_share(force, part, weight)


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
def intent_towards(it, base, p):
    """Hostile intent that its object reads in an act of `it`; `base`: what bystanders read.

    To be sanctioned is as bad as to see it arm; a pledge to me, or taking me as patron, shows good
    will if nothing speaks against it. Source: Walt 1987 (aggressive intentions); numbers: design choice.
    """
    if it.verb == Verb.SANCTION:
        return max(base, p.hostility_arming)
    if base <= p.hostility_peace and (it.verb == Verb.ALLY or it.verb == Verb.BANDWAGON):
        return 0.0
    return base


@rule
def is_friend_of(world, scratch, i, k):
    """Whether i is tied to k, or had pledged to it: friends of a state that fell have no tie left."""
    return i == k or has_tie(world, i, k) or scratch.dyad[Draft.PLEDGE, k, i] > 0.0


@rule
def read_intents(world, p, scratch):
    """Write to `Draft.OBSERVED` what everyone reads in what everyone did this year, 0..1.

    Bystanders read the acts; whoever is challenged, or attacked, or a friend of the attacked, reads
    the worst. Source: Jervis 1976; Walt 1987; numbers: design choice.
    """
    actors = len(world.actor)
    for j in range(actors):
        it = world.actor[j]
        scratch.column[Column.ALIVE, j] = 1.0 if it.alive else 0.0
        scratch.column[Column.INTENT, j] = public_intent(it.verb, has_fought(it), p) if it.alive else 0.0
    for j in range(actors):
        it = world.actor[j]
        intent = scratch.column[Column.INTENT, j]
        towards = intent_towards(it, intent, p)
        target = it.target if it.alive else NOBODY
        for i in range(actors):
            seen = towards if i == target else intent * scratch.column[Column.ALIVE, i]
            seen = 1.0 if i == it.dispute else seen
            scratch.dyad[Draft.OBSERVED, j, i] = 0.0 if i == j else seen
        if it.alive and has_fought(it):
            for i in range(actors):
                if i != j and world.actor[i].alive and is_friend_of(world, scratch, i, it.opponent):
                    scratch.dyad[Draft.OBSERVED, j, i] = 1.0


@rule
def learn_intents(world, p, scratch):
    """Everyone's beliefs move towards what it read this year."""
    actors = len(world.actor)
    rate = p.hostility_rate
    read_intents(world, p, scratch)
    for j in range(actors):
        for i in range(actors):
            world.dyad[Dyad.HOSTILITY, j, i] = belief_after(
                world.dyad[Dyad.HOSTILITY, j, i], scratch.dyad[Draft.OBSERVED, j, i], rate
            )


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
