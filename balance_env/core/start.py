"""How a world begins: a scenario's template, varied by the key of its episode."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .arithmetic import exp, ln
from .capability import measure_strength, quality_of_forces, true_shares
from .draws import Purpose, make_key, make_stream, normal, uniform
from .jit import phase, rule
from .threat import misperceive, perceive
from .world import NOBODY, Clock, Dyad, Ending, Outcome, Verb


class Template(NamedTuple):
    """What every episode of a scenario starts from; `a` is an actor of the scenario, its id."""

    economy: np.ndarray  # (N,) output; rescaled so that the mean state starts at 1
    forces: np.ndarray  # (N,) stock per unit of the mean output
    technology: np.ndarray  # (N,) 1 = the frontier
    ideology: np.ndarray  # (N,) 0..1
    position: np.ndarray  # (N, 2)
    member: np.ndarray  # (N,) 1 for members of the institution
    distance: np.ndarray  # (N, N) km
    reach: np.ndarray  # (N, N) share of forces usable there
    pact: np.ndarray  # (N, N) 1 where a pact is in force
    designs: np.ndarray  # (M, K) weights to choose from
    design: np.ndarray  # (N,) which of them; NOBODY: drawn each episode
    player: np.ndarray  # (N,) doctrine in each *seat*; NOBODY: a learner


class Setting(NamedTuple):
    """Switches of a batch, all integers or floats, so that a choice compiles nothing."""

    open_verbs: int  # verbs with an object that are open
    by_threat: int  # 1: slots ordered by perceived threat
    permute_seats: int  # 1: who sits where is drawn each episode
    random_end: int  # 1: the end is random; 0: the horizon is fixed
    last_year: int  # the year of the cut
    autoreset: int  # 1: an ended world starts its next episode in the same step
    economy_spread: float  # sd of ln output between episodes
    forces_spread: float  # sd of ln forces between episodes
    technology_spread: float  # largest fall behind the frontier, a share
    ideology_spread: float  # largest shift on the axis


@rule
def seat_actors(world, stream, is_permuted):
    """Seat the scenario's actors: in order, or in a permutation drawn for the episode (Fisher-Yates)."""
    actors = len(world.actor)
    for i in range(actors):
        world.actor[i].ident = i
    if is_permuted:
        for i in range(actors - 1, 0, -1):
            j = int(uniform(stream, i, 0) * (i + 1))
            swapped = world.actor[i].ident
            world.actor[i].ident = world.actor[j].ident
            world.actor[j].ident = swapped


@rule
def start_actor(world, template, p, setting, i):
    """Give seat i what its actor starts with: template, varied by draws of its id."""
    key = world.clock[Clock.KEY]
    a = world.actor[i].ident
    start = make_stream(key, 0, Purpose.START)
    world.actor[i].alive = 1
    world.actor[i].economy = template.economy[a] * exp(setting.economy_spread * normal(start, a, 0))
    world.actor[i].forces = template.forces[a] * exp(setting.forces_spread * normal(start, a, 1))
    behind = setting.technology_spread * uniform(make_stream(key, 0, Purpose.TECHNOLOGY), a, 0)
    world.actor[i].technology = template.technology[a] * (1.0 - behind)
    world.actor[i].quality = quality_of_forces(world.actor[i].technology, p.theta)
    shift = setting.ideology_spread * (2.0 * uniform(make_stream(key, 0, Purpose.IDEOLOGY), a, 0) - 1.0)
    world.actor[i].ideology = min(1.0, max(0.0, template.ideology[a] + shift))
    world.actor[i].growth = p.growth_mean + p.growth_spread * normal(make_stream(key, 0, Purpose.GROWTH), a, 0)
    world.actor[i].shock = 0.0
    world.actor[i].posture = 0.0
    world.actor[i].spent = p.rest
    world.actor[i].embargo = 0.0
    world.actor[i].reputation = p.reputation_start
    world.actor[i].member = template.member[a]
    world.actor[i].x = template.position[a, 0]
    world.actor[i].y = template.position[a, 1]
    chosen = template.design[a]
    if chosen == NOBODY:
        chosen = int(uniform(make_stream(key, 0, Purpose.DESIGN), a, 0) * len(template.designs))
    for term in range(template.designs.shape[1]):
        world.design[i, term] = template.designs[chosen, term]
    world.actor[i].patron = NOBODY
    world.actor[i].dispute = NOBODY
    world.actor[i].chosen = 0
    world.actor[i].player = template.player[i]
    world.actor[i].closed = 0
    world.actor[i].verb = Verb.INVEST
    world.actor[i].target = NOBODY
    world.actor[i].illegal = 0
    world.actor[i].outcome = Outcome.NONE
    world.actor[i].opponent = NOBODY
    world.actor[i].odds = 0.0
    world.actor[i].conqueror = NOBODY
    world.actor[i].fell = 0


@rule
def start_pair(world, template, p, i, j):
    """Set what is between i and j at the start."""
    a, b = world.actor[i].ident, world.actor[j].ident
    world.dyad[Dyad.REMOTENESS, i, j] = ln((template.distance[a, b] + 100.0) / 1000.0)
    world.dyad[Dyad.REACH, i, j] = template.reach[a, b]
    world.dyad[Dyad.EXPOSURE, i, j] = template.reach[b, a]
    world.dyad[Dyad.PACT, i, j] = template.pact[a, b]
    world.dyad[Dyad.WILLINGNESS, i, j] = p.pledge_start if template.pact[a, b] else 0.0
    world.dyad[Dyad.OFFER, i, j] = 0.0
    world.dyad[Dyad.SANCTION, i, j] = 0.0
    world.dyad[Dyad.WEAR, i, j] = 0.0
    world.dyad[Dyad.HOSTILITY, i, j] = 0.0 if i == j else p.hostility_peace
    world.dyad[Dyad.ERROR, i, j] = 0.0
    world.dyad[Dyad.MEMORY, i, j] = 0.0
    world.side[i, j] = 0


@phase
def begin(world, template, p, setting, scratch, seed, w, episode):
    """Start episode `episode` of world `w` under `seed`, up to what everyone perceives."""
    actors = len(world.actor)
    world.clock[Clock.SEED] = seed
    world.clock[Clock.EPISODE] = episode
    world.clock[Clock.KEY] = make_key(seed, w, episode)
    world.clock[Clock.YEAR] = 0
    world.clock[Clock.LAST_YEAR] = setting.last_year
    world.clock[Clock.RANDOM_END] = setting.random_end
    world.clock[Clock.ENDED] = Ending.NOT
    seat_actors(world, make_stream(world.clock[Clock.KEY], 0, Purpose.SEATS), setting.permute_seats)
    output = 0.0
    for i in range(actors):
        start_actor(world, template, p, setting, i)
        output += world.actor[i].economy
        for j in range(actors):
            start_pair(world, template, p, i, j)
        for slot in range(actors - 1):
            j = i + 1 + slot if i + 1 + slot < actors else i + 1 + slot - actors
            world.order[i, slot] = j
            world.place[i, j] = slot
    for i in range(actors):
        world.actor[i].economy *= actors / output
        world.actor[i].log_economy = ln(world.actor[i].economy)
        world.actor[i].opening_log = world.actor[i].log_economy
    measure_strength(world, scratch)
    misperceive(world, p, scratch, 0.0)
    perceive(world, p, scratch)
    true_shares(world, p, scratch.strength, scratch.closing_share)
    for i in range(actors):
        world.actor[i].opening_share = scratch.closing_share[i]
