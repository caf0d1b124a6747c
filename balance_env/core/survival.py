"""Falling, and the end of a world."""

from __future__ import annotations

from .draws import Purpose, make_stream, uniform
from .jit import rule
from .war import fall
from .world import Clock, Ending


@rule
def falling(world, p):
    """The year's seventh phase: states whose output is below `floor` of the living mean fall.

    Source: Cusack & Stoll 1990 (states die when no power is left); the floor: design choice.
    """
    output = 0.0
    living = 0
    for i in range(len(world.actor)):
        if world.actor[i].alive:
            output += world.actor[i].economy
            living += 1
    for i in range(len(world.actor)):
        if world.actor[i].alive and world.actor[i].economy * living <= p.floor * output:
            fall(world, i)


@rule
def ending(world, p, share):
    """Why the world ends this year (an `Ending`), or NOT.

    `share`: capability shares (N,). The random end is part of the game; a fixed horizon is a cut.
    """
    living = 0
    largest = 0.0
    for i in range(len(share)):
        living += world.actor[i].alive
        largest = max(largest, share[i])
    if living < 2:
        return Ending.LAST_STATE
    if largest > p.hegemony:
        return Ending.HEGEMONY
    year, key = world.clock[Clock.YEAR], world.clock[Clock.KEY]
    if world.clock[Clock.RANDOM_END]:
        stream = make_stream(key, year, Purpose.GOING_ON)
        if uniform(stream, 0, 0) >= p.going_on:
            return Ending.CHANCE
    if year >= world.clock[Clock.LAST_YEAR]:
        return Ending.TIME
    return Ending.NOT
