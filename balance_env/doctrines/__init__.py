"""Scripted states."""

from __future__ import annotations

from ..core.draws import Purpose, make_stream, uniform
from ..core.jit import rule
from ..core.world import Clock


@rule
def random_legal(mask, stream, ident):
    """A legal action, each with equal chance."""
    legal = 0
    for action in range(len(mask)):
        legal += mask[action]
    nth = int(uniform(stream, ident, 0) * legal)
    for action in range(len(mask)):
        if mask[action]:
            if nth == 0:
                return action
            nth -= 1
    return 0


@rule
def choose(world, row, mask, i):
    stream = make_stream(world.clock[Clock.KEY], world.clock[Clock.YEAR], Purpose.POLICY)
    return random_legal(mask, stream, world.actor[i].ident)
