"""Wanting: the terms of the reward, their weights by design, and the rule that measures them.

The dynamics never read what actors want.
"""

from __future__ import annotations

from enum import IntEnum

from .jit import phase, rule
from .params import Parameters
from .world import NOBODY


class Term(IntEnum):
    """Terms of the reward, each per year."""

    POWER = 0  # change of capability share, times N
    SECURITY = 1  # the least sufficiency of i's expected defence against any other state
    WEALTH = 2  # change of ln output
    BURDEN = 3  # minus the share of output that forces cost
    AUTONOMY = 4  # minus one while a client
    SURVIVAL = 5  # minus one in the year of the fall


DESIGNS = ("offensive", "defensive", "status_quo")


def design_weights(name: str, p: Parameters) -> list[float]:
    """Weights (K,) of the design `name`, from the parameters called `<design>_<term>`.

    Raises ValueError for an unknown design.
    """
    if name not in DESIGNS:
        raise ValueError(f"unknown design {name!r}: one of {', '.join(DESIGNS)}, or weights by term")
    return [getattr(p, f"{name}_{term.name.lower()}", 0.0) for term in Term]


@rule
def sufficiency(defence, attack):
    """How far a defence suffices against an attack: `min(1, defence / attack)`; 1 with no attack.

    Source: defensive realism wants enough, not more (Waltz 1979; Glaser 2010).
    """
    return 1.0 if defence >= attack or attack <= 0.0 else defence / attack


@rule
def security(world, p, force, i):
    """The least sufficiency of i's expected defence over all other living states; 1 if there is none.

    `force` (N,): everyone's quality-adjusted forces, true or as i perceives them. Against k, i
    expects the pledges of all but k; a pledge of k to i lowers what k can bring, by k's reputation.
    Source: Glaser 2010; Walt 1987 (everyone counts, partners too): no one vanishes by signing.
    """
    actors = len(world.actor)
    whole = force[i]
    friction = 1.0  # of the coalition of i and all that have pledged to it
    friction_without = 1.0  # of the same without one of them
    for k in range(actors):
        tie = world.pair[k, i]
        if tie.willingness > 0.0:
            whole += world.actor[k].reputation * tie.willingness * tie.reach * force[k]
            friction_without = friction
            friction *= p.friction
    least = 1.0
    for k in range(actors):
        if k == i or world.actor[k].alive == 0:
            continue
        tie = world.pair[k, i]
        threat = force[k] * tie.reach
        if tie.willingness > 0.0:
            pledged = world.actor[k].reputation * tie.willingness
            defence = (whole - pledged * threat) * friction_without
            threat *= 1.0 - pledged
        else:
            defence = whole * friction
        least = min(least, sufficiency(defence, threat))
    return least


@phase
def reward(world, p, scratch, terms, rewards):
    """Write this year's terms (N, K) and rewards (N,): weights times terms. Zero for the long fallen.

    Reads the year's closing shares and makes them the next year's opening.
    """
    actors = len(world.actor)
    for i in range(actors):
        for term in range(terms.shape[1]):
            terms[i, term] = 0.0
        rewards[i] = 0.0
        if world.actor[i].alive:
            terms[i, Term.SECURITY] = security(world, p, scratch.strength, i)
            terms[i, Term.BURDEN] = -world.actor[i].spent
            terms[i, Term.WEALTH] = world.actor[i].log_economy - world.actor[i].opening_log
            terms[i, Term.AUTONOMY] = 0.0 if world.actor[i].patron == NOBODY else -1.0
        elif world.actor[i].fell:
            terms[i, Term.SURVIVAL] = -1.0
        if world.actor[i].alive or world.actor[i].fell:
            terms[i, Term.POWER] = actors * (scratch.closing_share[i] - world.actor[i].opening_share)
            for term in range(terms.shape[1]):
                rewards[i] += world.design[i, term] * terms[i, term]
        world.actor[i].opening_share = scratch.closing_share[i]
