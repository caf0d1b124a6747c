"""The verbs, the encoding of actions and what is legal.

An action is one integer of `Discrete(3 + V * (N - 1))`: the three verbs without object, then for
each of the V open verbs with an object one action a slot. Slots are egocentric (`i+1, i+2, ...`
modulo N) or ordered by perceived threat; `World.order` says which actor a slot means.
"""

from __future__ import annotations

from .jit import rule
from .scratch import Column, Draft
from .world import NOBODY, Verb

PLAIN_VERBS = 3  # invest, research, arm
OBJECT_VERBS = tuple(verb for verb in Verb if verb >= PLAIN_VERBS)


def action_count(actors: int, open_verbs: int) -> int:
    """Number of actions of a seat: `3 + V * (N - 1)`."""
    return PLAIN_VERBS + open_verbs * (actors - 1)


def action_table(actors: int, open_verbs: int) -> list[str]:
    """Name of every action in the order of the encoding, e.g. `ally +1` for the next seat's state."""
    table = [verb.name.lower() for verb in Verb if verb < PLAIN_VERBS]
    for verb in OBJECT_VERBS[:open_verbs]:
        table += [f"{verb.name.lower()} +{slot + 1}" for slot in range(actors - 1)]
    return table


@rule
def encode(verb, slot, actors):
    """The action that does `verb` to the actor in `slot`."""
    if verb < PLAIN_VERBS:
        return verb + 0  # the sum makes a plain number of a Verb
    return PLAIN_VERBS + (verb - PLAIN_VERBS) * (actors - 1) + slot


@rule
def decode(action, actors):
    """(verb, slot) of an action; slot is NOBODY for the verbs without object."""
    if action < PLAIN_VERBS:
        return action, NOBODY
    return PLAIN_VERBS + (action - PLAIN_VERBS) // (actors - 1), (action - PLAIN_VERBS) % (actors - 1)


@rule
def is_legal(verb, i, patron, dispute, it, j, is_stronger):
    """Whether living i, whose `patron` and `dispute` these are, may do `verb` to `it`, which sits in j.

    `is_stronger`: i perceives it as stronger.

    A client may not coerce or ally with its patron, and is not coerced by it; only a stronger
    state that is nobody's client can be bandwagoned with; a dispute is held to its showdown. No
    branches, since what is legal is hard to foresee.
    """
    exists = it.alive != 0
    if verb == Verb.ALLY:
        return exists & (patron != j)
    if verb == Verb.BANDWAGON:
        return exists & is_stronger & (it.patron == NOBODY)
    if verb == Verb.SANCTION:
        return exists
    is_free = (dispute == NOBODY) | (dispute == j)
    return exists & is_free & (patron == NOBODY) & (it.patron != i)


@rule
def list_legal(world, scratch, j, first, last):
    """Write to `scratch.legal` what the viewers first..last may do to j."""
    it = world.actor[j]
    for i in range(first, last):
        v = i - first
        patron, dispute = scratch.column[Column.PATRON, i], scratch.column[Column.DISPUTE, i]
        is_stronger = scratch.dyad[Draft.SHARE, j, i] > scratch.column[Column.OWN_SHARE, i]
        scratch.legal[Verb.ALLY, v] = is_legal(Verb.ALLY, i, patron, dispute, it, j, is_stronger)
        scratch.legal[Verb.BANDWAGON, v] = is_legal(Verb.BANDWAGON, i, patron, dispute, it, j, is_stronger)
        scratch.legal[Verb.SANCTION, v] = is_legal(Verb.SANCTION, i, patron, dispute, it, j, is_stronger)
        scratch.legal[Verb.COERCE, v] = is_legal(Verb.COERCE, i, patron, dispute, it, j, is_stronger)


@rule
def admit(scratch, v, slot, actors, open_verbs, mask):
    """Write to the mask of a viewer what it may do to the actor in `slot`."""
    mask[encode(Verb.ALLY, slot, actors)] = scratch.legal[Verb.ALLY, v]
    mask[encode(Verb.BANDWAGON, slot, actors)] = scratch.legal[Verb.BANDWAGON, v]
    mask[encode(Verb.SANCTION, slot, actors)] = scratch.legal[Verb.SANCTION, v]
    if PLAIN_VERBS + open_verbs > Verb.COERCE:
        mask[encode(Verb.COERCE, slot, actors)] = scratch.legal[Verb.COERCE, v]


@rule
def close(world, i, mask):
    """Close to i what an experiment has closed to it; the fallen have invest alone, which does nothing."""
    actors = len(world.actor)
    is_alive = world.actor[i].alive != 0
    for action in range(len(mask)):
        verb, _ = decode(action, actors)
        if (world.actor[i].closed >> verb) & 1 != 0 or not is_alive:
            mask[action] = 0
    if not is_alive:
        mask[0] = 1


@rule
def read_actions(world, actions, mask):
    """Write each actor's verb and object; a masked-out action becomes invest and is counted."""
    actors = len(world.actor)
    for i in range(actors):
        action = actions[i]
        world.actor[i].illegal = 0
        if action < 0 or action >= mask.shape[1] or mask[i, action] == 0:
            world.actor[i].illegal = 1
            action = 0  # invest, or what is legal first where an experiment has closed it
            while mask[i, action] == 0:
                action += 1
        verb, slot = decode(action, actors)
        world.actor[i].verb = verb
        world.actor[i].target = NOBODY if slot == NOBODY else world.order[i, slot]
