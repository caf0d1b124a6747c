"""States that answer in kind: pledge for pledge, sanction for sanction, arms for arms."""

from __future__ import annotations

from ..core.jit import phase, rule
from ..core.pieces import Other, Own, other, own
from ..core.world import NOBODY, Verb
from .reading import (
    FADED,
    OFFER,
    claim,
    do,
    first,
    grow,
    is_available,
    is_insecure,
    may_court,
    most,
    others,
    suitable,
    usable,
)

BREACH = 0.3  # a pledge left to fade to this has been dropped: about what lets a pact lapse
PARTNER, ENEMY = 1.0, -1.0  # what grim remembers of another
REACTION = 0.5  # answer to a rival's force at home, per unit of it over mine
FATIGUE = 1.8  # drag of the share of forces in forces and output
GRIEVANCE = 0.2  # answer to hostility, whatever the forces


@phase
def tit_for_tat(row, mask, stream, ident, memory):
    """Begins with good will, and then does to each what it did: pledge for pledge, sanction for sanction.

    Sanctions whoever sanctioned or challenges it; stands by partners that pledge to it, answers
    offers and larger pledges; opens with an offer to the nearest; arms while insecure.
    Memory: none. Chance: none. Source: Axelrod 1984.
    """
    call = NOBODY
    for slot in range(others(row)):
        harm = max(other(row, slot, Other.SANCTION_TO_ME), other(row, slot, Other.CHALLENGES_ME))
        if harm > other(row, slot, Other.SANCTION_FROM_ME):
            return do(row, mask, Verb.SANCTION, slot, Verb.ARM)
        owed = other(row, slot, Other.PLEDGE_TO_ME) - other(row, slot, Other.PLEDGE_FROM_ME)
        if other(row, slot, Other.PACT) > 0.0 and (owed > 0.0 or other(row, slot, Other.CHALLENGED) > 0.0):
            call = slot
        elif claim(row, slot, 0.0) == OFFER:
            call = first(call, slot)
    call = first(call, suitable(row, NOBODY, Other.REACH_TO_ME))
    return do(row, mask, Verb.ALLY, call, Verb.ARM if is_insecure(row) else Verb.INVEST)


@rule
def judge(row, memory, slot):
    """What grim now holds of `slot`: PARTNER, ENEMY or nothing; written to its memory.

    An enemy is for ever whoever sanctioned or challenged it, or dropped its pledge. Memory belongs
    to the actor that the slot means, however slots are ordered.
    """
    actor = memory.order[slot]
    if other(row, slot, Other.ALIVE) > 0.0 and memory.kept[actor] != ENEMY:
        is_partner = other(row, slot, Other.PACT) > 0.0
        harmed = other(row, slot, Other.SANCTION_TO_ME) + other(row, slot, Other.CHALLENGES_ME) > 0.0
        left = memory.kept[actor] == PARTNER and not is_partner
        if harmed or left or (is_partner and other(row, slot, Other.PLEDGE_TO_ME) < BREACH):
            memory.kept[actor] = ENEMY
        elif is_partner:
            memory.kept[actor] = PARTNER
    return memory.kept[actor]


@phase
def grim(row, mask, stream, ident, memory):
    """Deals in good faith until it is wronged, and never again with whoever wronged it.

    Of those who never sanctioned or challenged it, nor dropped a pledge, it stands by partners,
    answers offers and restates pledges, and seeks the strongest while insecure; arms when challenged.
    Memory: who was a partner, who is an enemy. Chance: none. Source: Axelrod 1984, as Friedman.
    """
    is_seeking = is_insecure(row) and may_court(row)
    best, call = 0.0, NOBODY
    for slot in range(others(row)):
        if judge(row, memory, slot) == ENEMY or other(row, slot, Other.ALIVE) == 0.0:
            continue
        pressing = claim(row, slot, FADED)
        if pressing > 0.0 or (is_seeking and is_available(row, slot)):
            pressing += other(row, slot, Other.SHARE)
        if pressing > best:
            best, call = pressing, slot
    if own(row, Own.CHALLENGED) > 0.0:
        return do(row, mask, Verb.ARM, NOBODY, Verb.INVEST)
    if call != NOBODY:
        return do(row, mask, Verb.ALLY, call, Verb.INVEST)
    return do(row, mask, Verb.ARM, NOBODY, Verb.INVEST) if is_insecure(row) else grow(row, mask)


@phase
def richardson_armer(row, mask, stream, ident, memory):
    """Arms answer arms: forces grow with the rival's and with grievance, and tire under their own cost.

    The rival is whom it fears most; in units of its own forces: reaction times the rival's at its
    home, less fatigue times the share of forces in forces and output, plus grievance times hostility:
    Richardson's signs, not his linear form. No pacts, no sanctions.
    Memory: none. Chance: none. Source: Richardson 1960.
    """
    rival = most(row, Other.THREAT)
    change = -FATIGUE * own(row, Own.FORCES)
    if rival != NOBODY:
        change += REACTION * usable(row, rival) + GRIEVANCE * other(row, rival, Other.HOSTILITY)
    return do(row, mask, Verb.ARM, NOBODY, Verb.INVEST) if change > 0.0 else grow(row, mask)
