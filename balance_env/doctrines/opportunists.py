"""States that look after themselves: they join winners, pass the buck, hide, or reach for hegemony."""

from __future__ import annotations

import math

from ..core.jit import phase, rule
from ..core.pieces import LOG_SCALE, Other, Own, other, own
from ..core.world import NOBODY, Verb
from .balancers import ALARM
from .reading import (
    EVEN,
    LIKELY,
    do,
    forces,
    grow,
    is_insecure,
    is_stronger,
    is_tied,
    may,
    most,
    others,
    suitable,
    suitor,
)

GUARD = 0.5  # share of years in which a buck-passer lets itself be seen arming: a little, and no more
ARSENAL = 0.27  # forces over forces and output: twice what the standing budget keeps up
PREPONDERANT = 0.75  # odds below which it threatens nobody: three to one
SURE = 0.9  # odds below which it backs down: it fights at nine to one
WORTH = 0.02  # least prize worth the two years that opening and pressing take


@phase
def bandwagon_for_profit(row, mask, stream, ident, memory):
    """States join the stronger side for what there is to gain, as jackals follow the lion.

    Joins the stronger challenger most likely to win with its help, as the jackal does; yields to one
    likely to win against it, which is bandwagoning in Walt's sense, from fear; leaves its patron when
    the prey is shared; takes pacts offered by the stronger, and otherwise invests.
    Memory: none. Chance: none. Source: Schweller 1994.
    """
    best, lion = LIKELY, NOBODY
    for slot in range(others(row)):
        is_challenger = other(row, slot, Other.CHALLENGES) > 0.0
        against_me = other(row, slot, Other.CHALLENGES_ME) > 0.0
        odds = other(row, slot, Other.ODDS if against_me else Other.ODDS_WITH_ME)
        if is_challenger and odds >= best and may(row, mask, Verb.BANDWAGON, slot):
            best, lion = odds, slot
    if lion != NOBODY:
        return do(row, mask, Verb.BANDWAGON, lion, Verb.INVEST)
    if own(row, Own.CLIENT) > 0.0:
        return do(row, mask, Verb.ALLY, suitable(row, NOBODY, Other.SHARE), Verb.INVEST)
    offerer = suitor(row)
    if offerer != NOBODY and is_stronger(row, offerer):
        return do(row, mask, Verb.ALLY, offerer, Verb.INVEST)
    return do(row, mask, Verb.INVEST, NOBODY, Verb.INVEST)


@phase
def buck_passer(row, mask, stream, ident, memory):
    """A threatened state lets others carry the burden of checking the threat, and builds itself up meanwhile.

    Arms when challenged, and a little where nobody is nearer than the threat and the threat is
    not busy with others; takes pledges that are offered and makes good none; otherwise grows.
    Expected where defence is thought to have the advantage; this state does it everywhere.
    Memory: none. Chance: none. Source: Christensen & Snyder 1990.
    """
    if own(row, Own.CHALLENGED) > 0.0:
        return do(row, mask, Verb.ARM, NOBODY, Verb.INVEST)
    threat = most(row, Other.THREAT)
    nearest = most(row, Other.REACH_TO_ME)
    if threat != NOBODY and own(row, Own.THREAT) > ALARM and other(row, threat, Other.CHALLENGES) == 0.0:
        is_exposed = other(row, threat, Other.REACH_TO_ME) >= other(row, nearest, Other.REACH_TO_ME)
        if is_exposed and own(row, Own.POSTURE) < GUARD:
            return do(row, mask, Verb.ARM, NOBODY, Verb.INVEST)
    offerer = suitor(row)
    if offerer != NOBODY and other(row, offerer, Other.CHALLENGED) == 0.0:
        return do(row, mask, Verb.ALLY, offerer, Verb.INVEST)
    return grow(row, mask)


@rule
def is_quiet(row, slot):
    """Whether `slot` is in no dispute."""
    return other(row, slot, Other.CHALLENGES) + other(row, slot, Other.CHALLENGED) == 0.0


@phase
def hider(row, mask, stream, ident, memory):
    """Most states hide from threats: they yield, conciliate or keep out, and seldom balance.

    Yields to a stronger challenger likely to win, else arms; deals with nobody who is in a
    dispute; answers offers, and offers a pact to whom it fears most, which is to manage a rival (Schroeder
    1976; tethering in Weitsman 2004) more than to hide; otherwise grows.
    Memory: none. Chance: none. Source: Schroeder 1994.
    """
    challenger = most(row, Other.CHALLENGES_ME)
    if challenger != NOBODY:
        verb = Verb.BANDWAGON if other(row, challenger, Other.ODDS) >= EVEN else Verb.ARM
        return do(row, mask, verb, challenger, Verb.ARM)
    offerer = suitor(row)
    if offerer != NOBODY and is_quiet(row, offerer):
        return do(row, mask, Verb.ALLY, offerer, Verb.INVEST)
    if own(row, Own.THREAT) > ALARM or is_insecure(row):
        feared = suitable(row, NOBODY, Other.THREAT)
        if feared != NOBODY and is_quiet(row, feared):
            return do(row, mask, Verb.ALLY, feared, Verb.INVEST)
    return grow(row, mask)


@rule
def expected_prize(row, slot):
    """What coercing `slot` promises: odds above those of a preponderance, times what it has over what I have.

    Odds at its home, against its forces and all that others pledged to it; the poorer side is the stake.
    """
    superiority = other(row, slot, Other.REACH_FROM_ME) * (1.0 - other(row, slot, Other.SUPPORT)) / forces(row, slot)
    wealth = math.exp(LOG_SCALE * other(row, slot, Other.ECONOMY))
    return (superiority / (1.0 + superiority) - PREPONDERANT) * min(1.0, wealth)


@phase
def aspiring_hegemon(row, mask, stream, ident, memory):
    """A great power takes every chance to gain on its rivals, for only the strongest of all is safe.

    Threatens where it has a large preponderance and there is something to gain, and fights only where it is
    all but sure to win; takes pacts from none but the stronger; keeps an arsenal, and grows.
    Memory: none. Chance: none. Source: Mearsheimer 2001.
    """
    quarry = most(row, Other.CHALLENGED_BY_ME)
    if quarry != NOBODY and other(row, quarry, Other.ODDS) > 1.0 - SURE:
        quarry = NOBODY
    elif quarry == NOBODY and own(row, Own.CHALLENGED) == 0.0:
        best = WORTH
        for slot in range(others(row)):
            prize = expected_prize(row, slot)
            if prize > best and not is_tied(row, slot) and may(row, mask, Verb.COERCE, slot):
                best, quarry = prize, slot
    if quarry != NOBODY:
        return do(row, mask, Verb.COERCE, quarry, Verb.ARM)
    if own(row, Own.CHALLENGED) > 0.0 or own(row, Own.FORCES) < ARSENAL:
        return do(row, mask, Verb.ARM, NOBODY, Verb.INVEST)
    offerer = suitor(row)
    if offerer != NOBODY and is_stronger(row, offerer):
        return do(row, mask, Verb.ALLY, offerer, Verb.INVEST)
    return grow(row, mask)
