"""Constant policies and random legal play: the floor that every doctrine has to beat."""

from __future__ import annotations

from ..core.draws import uniform
from ..core.jit import phase
from ..core.pieces import Other, other
from ..core.world import NOBODY, Verb
from .reading import do, most, others


@phase
def random_legal(row, mask, stream, ident, memory):
    """Any legal action, each with equal chance."""
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


@phase
def always_invest(row, mask, stream, ident, memory):
    """Invest, every year."""
    return do(row, mask, Verb.INVEST, NOBODY, Verb.INVEST)


@phase
def always_research(row, mask, stream, ident, memory):
    """Research, every year."""
    return do(row, mask, Verb.RESEARCH, NOBODY, Verb.INVEST)


@phase
def always_arm(row, mask, stream, ident, memory):
    """Arm, every year."""
    return do(row, mask, Verb.ARM, NOBODY, Verb.INVEST)


@phase
def ally_nearest(row, mask, stream, ident, memory):
    """Ally with the nearest living state, every year."""
    return do(row, mask, Verb.ALLY, most(row, Other.REACH_TO_ME), Verb.INVEST)


@phase
def ally_strongest(row, mask, stream, ident, memory):
    """Ally with the strongest other state, every year."""
    return do(row, mask, Verb.ALLY, most(row, Other.SHARE), Verb.INVEST)


@phase
def bandwagon_strongest(row, mask, stream, ident, memory):
    """Bandwagon with the strongest other state, and invest where that is not legal."""
    return do(row, mask, Verb.BANDWAGON, most(row, Other.SHARE), Verb.INVEST)


@phase
def sanction_most_hostile(row, mask, stream, ident, memory):
    """Sanction the state that is believed to mean the most harm, every year."""
    return do(row, mask, Verb.SANCTION, most(row, Other.HOSTILITY), Verb.INVEST)


@phase
def coerce_weakest(row, mask, stream, ident, memory):
    """Coerce the weakest living state, and arm where that is not legal."""
    weakest, least = NOBODY, 2.0
    for slot in range(others(row)):
        if other(row, slot, Other.ALIVE) > 0.0 and other(row, slot, Other.SHARE) < least:
            weakest, least = slot, other(row, slot, Other.SHARE)
    return do(row, mask, Verb.COERCE, weakest, Verb.ARM)


@phase
def arm_invest_alternation(row, mask, stream, ident, memory):
    """Arm one year and invest the next."""
    memory.kept[0] = 1.0 - memory.kept[0]
    return do(row, mask, Verb.ARM if memory.kept[0] > 0.0 else Verb.INVEST, NOBODY, Verb.INVEST)
