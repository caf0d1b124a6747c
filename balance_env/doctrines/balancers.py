"""States that balance: against power, against threat, for a partner, for a winning coalition, for all."""

from __future__ import annotations

from ..core.jit import phase, rule
from ..core.pieces import Other, Own, other, own
from ..core.world import NOBODY, Verb
from .reading import (
    EVEN,
    FADED,
    OFFER,
    claim,
    do,
    first,
    grow,
    is_available,
    is_insecure,
    is_tied,
    leader,
    may_court,
    most,
    most_pressing,
    others,
    suitable,
    usable,
    victim,
)

ALARM = 0.5  # perceived threat that outweighs the doubt: what a balancer of threats answers
CLOSE_BOND = 0.6  # whoever ties its fate to its partners never pledges less than on the first day
NEW_PLEDGE = 0.6  # share of its force that a new partner is expected to pledge
LEAD = 1.5  # strongest over second: half as strong again, and no other alone can hold it


@phase
def balance_of_power(row, mask, stream, ident, memory):
    """States join the weaker side against the strongest, for power itself threatens, and arm where pacts fail.

    Arms when challenged; stands by partners and by whomever the strongest challenges; has no pact
    with the strongest; while insecure seeks the strongest of the others, else arms; then grows.
    Memory: none. Chance: none. Source: Waltz 1979.
    """
    if own(row, Own.CHALLENGED) > 0.0:
        return do(row, mask, Verb.ARM, NOBODY, Verb.INVEST)
    strongest = leader(row)
    call = first(victim(row, strongest), most_pressing(row, strongest, FADED))
    if call != NOBODY:
        return do(row, mask, Verb.ALLY, call, Verb.ARM)
    if is_insecure(row):
        return do(row, mask, Verb.ALLY, suitable(row, strongest, Other.SHARE), Verb.ARM)
    return grow(row, mask)


@phase
def balance_of_threat(row, mask, stream, ident, memory):
    """States balance against the most threatening, not the strongest: power, proximity, arms and intentions count.

    Without a threat it invests and answers offers. Under a threat it stands by whom the threat
    challenges, seeks the nearest of the others, and arms while insecure.
    Memory: none. Chance: none. Source: Walt 1987.
    """
    threat = most(row, Other.THREAT)
    menace = threat if own(row, Own.THREAT) > ALARM else NOBODY
    if most(row, Other.CHALLENGES_ME) != NOBODY:
        return do(row, mask, Verb.ARM, NOBODY, Verb.INVEST)
    call = first(victim(row, menace), most_pressing(row, menace, FADED))
    if call != NOBODY:
        return do(row, mask, Verb.ALLY, call, Verb.ARM)
    if menace == NOBODY:
        return grow(row, mask)
    ally = suitable(row, menace, Other.REACH_TO_ME)
    if ally == NOBODY and not is_insecure(row):
        return grow(row, mask)
    return do(row, mask, Verb.ALLY, ally, Verb.ARM)


@phase
def chain_ganger(row, mask, stream, ident, memory):
    """A state whose safety hangs on its partners' survival stands by them whoever attacks, its own danger aside.

    Stands by challenged partners first of all, pledges them no less than on the first day, ties itself
    to the nearest, arms while insecure or in a dispute of its own or of a partner, also one that the
    partner began: a defence pact does not let it join that. Expected where attack is thought to have
    the advantage; this state does it everywhere.
    Memory: none. Chance: none. Source: Christensen & Snyder 1990.
    """
    call = most_pressing(row, NOBODY, CLOSE_BOND)
    if call != NOBODY:
        return do(row, mask, Verb.ALLY, call, Verb.ARM)
    is_drawn_in = own(row, Own.CHALLENGED) > 0.0
    for slot in range(others(row)):
        at_odds = other(row, slot, Other.AGAINST_PARTNER) > 0.0
        starts_it = other(row, slot, Other.PACT) > 0.0 and other(row, slot, Other.CHALLENGES) > 0.0
        is_drawn_in = is_drawn_in or at_odds or starts_it
    if is_drawn_in:
        return do(row, mask, Verb.ARM, NOBODY, Verb.INVEST)
    if is_insecure(row) or own(row, Own.PARTNERS) == 0.0:
        bond = suitable(row, NOBODY, Other.REACH_TO_ME)
        return do(row, mask, Verb.ALLY, bond, Verb.ARM if is_insecure(row) else Verb.INVEST)
    return grow(row, mask)


@rule
def shortfall(row):
    """Force at my home that the worst adversary outside my coalition has over it, in my own forces."""
    coalition, worst = 1.0, 0.0
    for slot in range(others(row)):
        pledged = other(row, slot, Other.PLEDGE_TO_ME) * other(row, slot, Other.REPUTATION)
        coalition += pledged * usable(row, slot)
        if other(row, slot, Other.ALIVE) > 0.0 and not is_tied(row, slot):
            worst = max(worst, usable(row, slot))
    return worst - coalition


@phase
def smallest_sufficient(row, gap):
    """The smallest possible partner whose pledge would close `gap`, else the largest; offers first."""
    best, found = 0.0, NOBODY
    may_ask = may_court(row)
    for slot in range(others(row)):
        offers = claim(row, slot, 0.0) == OFFER
        if not offers and not (may_ask and is_available(row, slot)):
            continue
        brings = NEW_PLEDGE * other(row, slot, Other.REPUTATION) * usable(row, slot)
        fit = 1.0 + gap / brings if brings >= gap else brings / gap
        if offers:
            fit += 2.0
        if fit > best:
            best, found = fit, slot
    return found


@phase
def minimal_winning_coalition(row, mask, stream, ident, memory):
    """Coalitions grow as large as is needed to win and no larger, so that few share what is won.

    Joins the side of a dispute that wins only with it; takes partners only while the worst
    adversary is stronger than its coalition, the smallest that suffice, and arms if none will do.
    Memory: none. Chance: none. Sources: Riker 1962; Cusack & Stoll 1990.
    """
    if own(row, Own.CHALLENGED) == 0.0:
        for slot in range(others(row)):
            if other(row, slot, Other.ODDS) < EVEN < other(row, slot, Other.ODDS_WITH_ME):
                verb = Verb.ALLY if other(row, slot, Other.CHALLENGED) > 0.0 else Verb.BANDWAGON
                return do(row, mask, verb, slot, Verb.ARM)
    gap = shortfall(row)
    if gap <= 0.0:
        return grow(row, mask)
    return do(row, mask, Verb.ALLY, smallest_sufficient(row, gap), Verb.ARM)


@phase
def collective_security(row, mask, stream, ident, memory):
    """An attack on one is an attack on all: whoever challenges is resisted by all, friend or stranger alike.

    Stands by the challenged where that makes it the stronger side or a partner asks, and sanctions
    the challenger where force does not suffice; in peace it is open to pacts with everyone.
    Memory: none. Chance: none. Sources: Claude 1962; Cusack & Stoll 1994.
    """
    for slot in range(others(row)):
        target = victim(row, slot)
        if target == NOBODY:
            continue
        if other(row, target, Other.ODDS_WITH_ME) >= EVEN or is_tied(row, target):
            return do(row, mask, Verb.ALLY, target, Verb.ARM)
        if other(row, slot, Other.SANCTION_FROM_ME) == 0.0:
            return do(row, mask, Verb.SANCTION, slot, Verb.ARM)
    if own(row, Own.CHALLENGED) > 0.0:
        return do(row, mask, Verb.SANCTION, most(row, Other.CHALLENGES_ME), Verb.ARM)
    call = most_pressing(row, NOBODY, FADED)
    if call == NOBODY:
        call = suitable(row, NOBODY, Other.REPUTATION)
    return do(row, mask, Verb.ALLY, call, Verb.ARM if is_insecure(row) else Verb.INVEST)


@phase
def soft_balancer(row, mask, stream, ident, memory):
    """A state raises the price of aggression before it arms: whoever challenges it is cut off from trade.

    Sanctions its challenger, then whoever challenges a partner; renews no sanction that stands, and arms
    then. Keeps its pacts, seeks the likeliest to keep theirs while insecure, else arms or grows. Its
    authors mean ways short of alliance against the strongest; this one answers whoever challenges, and
    its pacts make it a hard balancer, too.
    Memory: none. Chance: none. Sources: Pape 2005; Paul 2005.
    """
    challenger = most(row, Other.CHALLENGES_ME)
    if challenger == NOBODY:
        for slot in range(others(row)):
            if other(row, slot, Other.AGAINST_PARTNER) > 0.0 and other(row, slot, Other.CHALLENGES) > 0.0:
                challenger = slot
    if challenger != NOBODY and not is_tied(row, challenger) and other(row, challenger, Other.SANCTION_FROM_ME) == 0.0:
        return do(row, mask, Verb.SANCTION, challenger, Verb.ARM)
    if own(row, Own.CHALLENGED) > 0.0:
        return do(row, mask, Verb.ARM, NOBODY, Verb.INVEST)
    call = most_pressing(row, challenger, FADED)
    if call == NOBODY and is_insecure(row):
        call = suitable(row, challenger, Other.REPUTATION)
    if call != NOBODY:
        return do(row, mask, Verb.ALLY, call, Verb.ARM)
    return do(row, mask, Verb.ARM, NOBODY, Verb.INVEST) if is_insecure(row) else grow(row, mask)


@phase
def offshore_balancer(row, mask, stream, ident, memory):
    """A distant power grows behind its water and steps in only where one state is about to dominate the others.

    A state far ahead of the second is a hegemon in the making: its victim is stood by, its rivals are
    offered pacts, it is sanctioned while it challenges, and met by arms. Other quarrels are left to others.
    It acts so wherever it sits: water is the scenario's.
    Memory: none. Chance: none. Source: Mearsheimer 2001.
    """
    if own(row, Own.CHALLENGED) > 0.0:
        return do(row, mask, Verb.ARM, NOBODY, Verb.INVEST)
    hegemon = leader(row)
    second = own(row, Own.SHARE)
    for slot in range(others(row)):
        if slot != hegemon:
            second = max(second, other(row, slot, Other.SHARE))
    if hegemon == NOBODY or other(row, hegemon, Other.SHARE) <= LEAD * second:
        return do(row, mask, Verb.RESEARCH, NOBODY, Verb.INVEST)
    call = first(victim(row, hegemon), most_pressing(row, hegemon, FADED))
    call = first(call, suitable(row, hegemon, Other.SHARE))
    if call != NOBODY:
        return do(row, mask, Verb.ALLY, call, Verb.ARM)
    if other(row, hegemon, Other.CHALLENGES) > 0.0 and other(row, hegemon, Other.SANCTION_FROM_ME) == 0.0:
        return do(row, mask, Verb.SANCTION, hegemon, Verb.ARM)
    return do(row, mask, Verb.ARM, NOBODY, Verb.INVEST)
