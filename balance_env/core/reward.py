"""Wanting: the terms of the reward, their weights by design, and the rule that measures them.

The dynamics never read what actors want.
"""

from __future__ import annotations

from enum import IntEnum

from .jit import phase, rule
from .params import Parameters
from .scratch import Column, Draft
from .world import NOBODY, Dyad


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


@phase
def securities(world, p, scratch, forces):
    """Write the least sufficiency of everyone's expected defence to `Column.LEAST`; 1 where there is no other.

    `forces`: the field of `scratch.dyad` that holds forces of k as they count for i, at [k, i]: the
    true ones or those perceived. Against k, i expects the pledges of all but k; a pledge of k to i
    lowers what k can bring, by k's reputation.
    Source: Glaser 2010; Grieco 1988 (today's friend may be tomorrow's enemy): no one vanishes by signing.
    """
    actors = len(world.actor)
    friction = p.friction  # of each further member
    for i in range(actors):
        scratch.column[Column.DEFENCE, i] = scratch.dyad[forces, i, i]
        scratch.column[Column.FRICTION, i] = 1.0
        scratch.column[Column.LEAST, i] = 1.0
    for k in range(actors):
        reputation = world.actor[k].reputation
        for i in range(actors):
            pledged = reputation * world.dyad[Dyad.WILLINGNESS, k, i]
            scratch.column[Column.DEFENCE, i] += pledged * world.dyad[Dyad.REACH, k, i] * scratch.dyad[forces, k, i]
        for i in range(actors):
            scratch.column[Column.FRICTION, i] *= friction if world.dyad[Dyad.WILLINGNESS, k, i] > 0.0 else 1.0
    for i in range(actors):
        scratch.column[Column.LOOSER, i] = scratch.column[Column.FRICTION, i] / friction
    for k in range(actors):
        reputation = world.actor[k].reputation
        for i in range(actors):
            pledged = reputation * world.dyad[Dyad.WILLINGNESS, k, i]
            threat = world.dyad[Dyad.REACH, k, i] * scratch.dyad[forces, k, i]
            loose, looser = scratch.column[Column.FRICTION, i], scratch.column[Column.LOOSER, i]
            if world.dyad[Dyad.WILLINGNESS, k, i] > 0.0:
                loose = looser  # without k there is one member less
            defence = (scratch.column[Column.DEFENCE, i] - pledged * threat) * loose
            enough = sufficiency(defence, threat * (1.0 - pledged))
            enough = 1.0 if i == k else enough  # nobody is a threat to itself
            scratch.column[Column.LEAST, i] = min(scratch.column[Column.LEAST, i], enough)


@rule
def true_securities(world, p, scratch):
    """Write everyone's security on true forces to `Column.LEAST`."""
    actors = len(world.actor)
    for k in range(actors):
        for i in range(actors):
            scratch.dyad[Draft.FORCE, k, i] = scratch.strength[k]
    securities(world, p, scratch, Draft.FORCE + 0)  # the sum makes a plain number of it


@phase
def reward(world, p, scratch, terms, rewards):
    """Write this year's terms (N, K) and rewards (N,): weights times terms. Zero for the long fallen.

    Reads the year's closing shares and makes them the next year's opening.
    """
    actors = len(world.actor)
    true_securities(world, p, scratch)
    for i in range(actors):
        for term in range(terms.shape[1]):
            terms[i, term] = 0.0
        rewards[i] = 0.0
        if world.actor[i].alive:
            terms[i, Term.SECURITY] = scratch.column[Column.LEAST, i]
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
