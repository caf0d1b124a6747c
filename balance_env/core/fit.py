"""Fitting a year to a number of actors that the compiler knows.

Loops over eight actors that need no count and no remainder are a third of the code and half as fast
again. So `Scratch.seats` is a tuple, whose length is part of its type, where a year is worth compiling
for a number of actors of its own (`FITTED`); all other numbers share one compilation. The rules
themselves know nothing of it: shapes are told anew here, and every loop over `len(world.actor)` follows.
"""

from __future__ import annotations

from .intrinsics import with_shape
from .jit import rule
from .pieces import OTHER_SIZE, TERMS, row_size
from .scratch import VIEWERS, Scratch
from .world import World

row_length = rule(row_size)  # for use in rules


@rule
def fit(world, actors):
    """A world of `actors` actors, its shapes told anew."""
    pairs = (actors, actors)
    return World(
        world.clock,
        with_shape(world.actor, (actors,)),
        with_shape(world.dyad, (len(world.dyad), actors, actors)),
        with_shape(world.order, pairs),
        with_shape(world.place, pairs),
        with_shape(world.side, pairs),
        with_shape(world.design, (actors, TERMS)),
    )


@rule
def fit_scratch(scratch, actors):
    """The same of the working room."""
    return Scratch(
        scratch.seats,
        with_shape(scratch.actor, (actors,)),
        with_shape(scratch.column, (len(scratch.column), actors)),
        with_shape(scratch.dyad, (len(scratch.dyad), actors, actors)),
        with_shape(scratch.ident, (actors,)),
        with_shape(scratch.strength, (actors,)),
        with_shape(scratch.closing_share, (actors,)),
        with_shape(scratch.glimpse, (OTHER_SIZE, VIEWERS)),
        with_shape(scratch.legal, (len(scratch.legal), VIEWERS)),
        with_shape(scratch.spare, (OTHER_SIZE,)),
        with_shape(scratch.starts, (VIEWERS,)),
    )
