"""How a scripted state reads its row: who is near, strong or threatening, who calls on it, what it may do.

A doctrine sees its row through the named pieces of `core.pieces` and nothing else. A slot is a
place in the row; NOBODY stands for no slot.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from ..core.actions import PLAIN_VERBS, encode
from ..core.jit import phase, rule
from ..core.pieces import GLOBE_SIZE, LOG_SCALE, OTHER_SIZE, OTHERS_START, Other, Own, other, own
from ..core.world import NOBODY, Verb

SECURE = 0.95  # sufficiency of defence that leaves nothing to be afraid of, but for misperception
EVEN = 0.5  # odds at parity
LIKELY = 0.6  # odds at which a war begins to pay under the default stakes
FADED = 0.4  # a pledge is restated before it is small enough for the pact to lapse
BEHIND = 0.7  # share of the frontier below which catching up pays more than investing
OPEN_OFFERS = 1  # offers left standing at a time: more would eat the years in which to arm or grow
# What another may ask of me, the more pressing the higher: nothing, to restate a pledge that has faded,
# to answer its offer of a pact, to stand by it in its need.
NOTHING, PLEDGE, OFFER, NEED = 0.0, 1.0, 2.0, 3.0


class Memory(NamedTuple):
    """What a scripted state remembers, by actor, and whom its slots mean."""

    order: Any  # (N,) the actor that slot s of its row means
    kept: Any  # (N,) one number an actor


@rule
def others(row):
    """Number of other actors in `row`."""
    return (len(row) - OTHERS_START - GLOBE_SIZE) // OTHER_SIZE


@rule
def action_of(row, verb, slot):
    """The action that does `verb` to `slot`; the sum makes a plain number of a `Verb`."""
    return encode(verb + 0, slot, others(row) + 1)


@rule
def may(row, mask, verb, slot):
    """Whether `verb` towards `slot` is open and legal."""
    if verb >= PLAIN_VERBS and slot == NOBODY:
        return False
    action = action_of(row, verb, slot)
    return action < len(mask) and mask[action] != 0


@phase
def do(row, mask, verb, slot, fallback):
    """The action of `verb` towards `slot`; where it is not legal the plain verb `fallback`, at last invest."""
    if may(row, mask, verb, slot):
        return action_of(row, verb, slot)
    return action_of(row, fallback if may(row, mask, fallback, NOBODY) else Verb.INVEST, NOBODY)


@rule
def grow(row, mask):
    """Research while far behind the frontier of technology, else invest."""
    is_behind = own(row, Own.TECHNOLOGY) < BEHIND
    return do(row, mask, Verb.RESEARCH if is_behind else Verb.INVEST, NOBODY, Verb.INVEST)


@rule
def first(slot, alternative):
    """`slot`, or the alternative where it is NOBODY."""
    return alternative if slot == NOBODY else slot


@rule
def is_insecure(row):
    """Whether my expected defence does not suffice against somebody."""
    return own(row, Own.SECURITY) < SECURE


@rule
def is_stronger(row, slot):
    """Whether the actor in `slot` holds more capability than I."""
    return other(row, slot, Other.SHARE) > own(row, Own.SHARE)


@rule
def forces(row, slot):
    """Forces of `slot` over mine."""
    return math.exp(LOG_SCALE * other(row, slot, Other.FORCES))


@rule
def usable(row, slot):
    """Forces of `slot` usable at my home, over mine."""
    return forces(row, slot) * other(row, slot, Other.REACH_TO_ME)


@phase
def most(row, piece):
    """The living slot with the largest `piece` above zero: the nearest, the strongest, whoever challenges me."""
    best, found = 0.0, NOBODY
    for slot in range(others(row)):
        if other(row, slot, Other.ALIVE) > 0.0 and other(row, slot, piece) > best:
            best, found = other(row, slot, piece), slot
    return found


@rule
def leader(row):
    """The strongest slot, where it is stronger than I."""
    slot = most(row, Other.SHARE)
    return slot if slot != NOBODY and is_stronger(row, slot) else NOBODY


@phase
def victim(row, challenger):
    """Whom the actor in slot `challenger` challenges, where it is neither me nor challenged by me.

    The two sides of a dispute see odds that sum to one: that tells the disputes apart.
    """
    nearest, found = 2.0, NOBODY
    if challenger == NOBODY or other(row, challenger, Other.CHALLENGES) == 0.0:
        return found
    if other(row, challenger, Other.CHALLENGES_ME) > 0.0:
        return found
    for slot in range(others(row)):
        is_target = other(row, slot, Other.CHALLENGED) > 0.0 and other(row, slot, Other.CHALLENGED_BY_ME) == 0.0
        off = abs(other(row, slot, Other.ODDS) + other(row, challenger, Other.ODDS) - 1.0)
        if is_target and slot != challenger and off < nearest:
            nearest, found = off, slot
    return found


@rule
def is_tied(row, slot):
    """Whether a pact or clientage binds me and `slot`."""
    return other(row, slot, Other.PACT) + other(row, slot, Other.MY_CLIENT) + other(row, slot, Other.MY_PATRON) > 0.0


@rule
def claim(row, slot, faded):
    """What `slot` asks of me; a pledge of mine below `faded` wants to be restated."""
    is_partner = other(row, slot, Other.PACT) > 0.0
    if other(row, slot, Other.CHALLENGED) > 0.0 and (is_partner or other(row, slot, Other.MY_CLIENT) > 0.0):
        return NEED
    if other(row, slot, Other.OFFER_TO_ME) > 0.0 and not is_partner:
        return OFFER
    if is_partner and other(row, slot, Other.PLEDGE_FROM_ME) < faded:
        return PLEDGE
    return NOTHING


@phase
def most_pressing(row, shunned, faded):
    """The living slot with the most pressing claim on me, of equals the strongest; never `shunned`."""
    best, found = PLEDGE, NOBODY
    for slot in range(others(row)):
        pressing = claim(row, slot, faded) + other(row, slot, Other.SHARE)
        if slot != shunned and other(row, slot, Other.ALIVE) > 0.0 and pressing > best:
            best, found = pressing, slot
    return found


@phase
def suitor(row):
    """The strongest living slot whose offer of a pact is open."""
    best, found = 0.0, NOBODY
    for slot in range(others(row)):
        strength = other(row, slot, Other.SHARE)
        if claim(row, slot, 0.0) == OFFER and other(row, slot, Other.ALIVE) > 0.0 and strength > best:
            best, found = strength, slot
    return found


@rule
def is_available(row, slot):
    """Whether an offer of mine to `slot` is worth making: none stands, it is untied and no challenger of mine."""
    is_open = other(row, slot, Other.OFFER_FROM_ME) == 0.0 and other(row, slot, Other.CHALLENGES_ME) == 0.0
    is_free = not is_tied(row, slot) and other(row, slot, Other.CLIENT) == 0.0
    return is_open and is_free and other(row, slot, Other.ALIVE) > 0.0


@phase
def may_court(row):
    """Whether fewer offers of mine than OPEN_OFFERS stand open."""
    standing = 0
    for slot in range(others(row)):
        standing += 1 if other(row, slot, Other.OFFER_FROM_ME) > 0.0 else 0
    return standing < OPEN_OFFERS


@phase
def suitable(row, shunned, piece):
    """Whom to offer a pact, if it is time for one: of the available, never `shunned`, the largest `piece`."""
    best, found = 0.0, NOBODY
    if may_court(row):
        for slot in range(others(row)):
            if slot != shunned and is_available(row, slot) and other(row, slot, piece) > best:
                best, found = other(row, slot, piece), slot
    return found
