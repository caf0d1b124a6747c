"""What a state can bring, and where: usable force, capability shares, concentration, reach."""

from __future__ import annotations

import math

from .arithmetic import power
from .jit import rule


@rule
def reach_over(kilometres, is_water, decay, water):
    """Share of forces usable at a distance in km; 1 at the border.

    Source: Boulding 1962 (loss of strength with distance); the power form fits dispute data.
    """
    share = ((kilometres + 100.0) / 100.0) ** -decay
    return share * water if is_water else share


@rule
def quality_of_forces(technology, theta):
    """Strength of a unit of forces: `technology^theta`.

    Source: Beckley 2018 (output times output per head beats gross size); form: design choice.
    """
    return power(technology, theta)


@rule
def share_of(part, whole, living):
    """`part / whole`, and equal shares of the living where the whole is zero."""
    return part / whole if whole > 0.0 else 1.0 / living


@rule
def capability_share(force_share, economy_share, weight_forces):
    """Share of the system's capability: forces and output, weighted.

    Source: Singer, Bremer & Stuckey 1972 (composite index, of which forces are a third); weights: design choice.
    """
    return weight_forces * force_share + (1.0 - weight_forces) * economy_share


@rule
def concentration(sum_of_squares, living):
    """CON of `living` shares: 0 for equal shares, 1 for a monopoly.

    Source: Singer, Bremer & Stuckey 1972.
    """
    if living < 2:
        return 1.0
    return math.sqrt(max(0.0, (sum_of_squares - 1.0 / living) / (1.0 - 1.0 / living)))


@rule
def coalition(force, members, friction):
    """Strength of `members` states that field `force` together: each further one brings friction.

    Source: design choice, after Weitsman 2014 on what coalitions lose in cohesion.
    """
    for _ in range(members - 1):
        force *= friction
    return force


@rule
def measure_strength(world, scratch):
    """Write every actor's true quality-adjusted forces to `scratch.strength`; 0 for the fallen."""
    for i in range(len(world.actor)):
        scratch.strength[i] = world.actor[i].forces * world.actor[i].quality if world.actor[i].alive else 0.0


@rule
def true_shares(world, p, strength, out):
    """Write every actor's true capability share to `out` (N,), 0 for the fallen."""
    force = economy = 0.0
    living = 0
    for i in range(len(out)):
        if world.actor[i].alive:
            living += 1
            force += strength[i]
            economy += world.actor[i].economy
    for i in range(len(out)):
        out[i] = 0.0
        if world.actor[i].alive:
            mine = share_of(strength[i], force, living)
            out[i] = capability_share(mine, share_of(world.actor[i].economy, economy, living), p.weight_forces)
