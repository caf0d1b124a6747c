"""The world as it is: what everyone can see between all, and the true state for central critics."""

from __future__ import annotations

from .capability import true_shares
from .jit import phase
from .observe import fill_own
from .pieces import OTHERS_START, RELATIONS, Relation
from .reward import securities
from .scratch import Draft
from .survey import fear, list_actors, look
from .world import Clock, Dyad


@phase
def fill_graph(world, p, graph):
    """Write what everyone can see between all actors to `graph` (N * N * R,)."""
    actors = len(world.actor)
    graph[:] = 0.0
    for i in range(actors):
        for j in range(actors):
            if i != j and world.actor[i].alive and world.actor[j].alive:
                seen = graph[(i * actors + j) * RELATIONS :]
                seen[Relation.REACH] = world.dyad[Dyad.REACH, i, j]
                seen[Relation.IDEOLOGY_GAP] = abs(world.actor[i].ideology - world.actor[j].ideology)
                seen[Relation.PACT] = world.dyad[Dyad.PACT, i, j]
                seen[Relation.PLEDGE] = world.dyad[Dyad.WILLINGNESS, i, j]
                seen[Relation.OFFER] = world.dyad[Dyad.OFFER, i, j] / p.offer_years
                seen[Relation.SANCTION] = world.dyad[Dyad.SANCTION, i, j] / p.sanction_years
                seen[Relation.CLIENT] = 1.0 if world.actor[i].patron == j else 0.0
                seen[Relation.DISPUTE] = 1.0 if world.actor[i].dispute == j else 0.0


@phase
def fill_state(world, p, scratch, state):
    """Write the true world to `state` (S,): everyone's own block and weights, free of misperception.

    Then the public relations (N, N, R), flattened, and the years gone.
    """
    actors = len(world.actor)
    true_shares(world, p, scratch.strength, scratch.closing_share)
    for j in range(actors):
        for i in range(actors):
            scratch.dyad[Draft.SEEN, j, i] = scratch.strength[j]
            scratch.dyad[Draft.SHARE, j, i] = scratch.closing_share[j]
    lens = look(world, p)
    list_actors(world, scratch)
    fear(world, p, scratch)
    securities(world, p, scratch, Draft.SEEN + 0)  # the sum makes a plain number of it
    for i in range(actors):
        row = state[i * OTHERS_START : (i + 1) * OTHERS_START]
        for piece in range(OTHERS_START):
            row[piece] = 0.0
        if world.actor[i].alive:
            fill_own(world, scratch, lens, i, row)
    fill_graph(world, p, state[actors * OTHERS_START : len(state) - 1])
    state[len(state) - 1] = min(1.0, world.clock[Clock.YEAR] / world.clock[Clock.LAST_YEAR])
