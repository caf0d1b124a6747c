"""External balancing and its rival: offers, pacts, pledges, clients; and their fading.

A pact's strength is what its members can bring, times what they are willing to bring. Clients
stand one level deep: a patron is nobody's client, and whoever becomes a client lets its own go.
"""

from __future__ import annotations

import math

from .jit import phase, rule
from .scratch import Column, Draft
from .world import NOBODY, Dyad, Verb


@rule
def acts(world, i, verb, j):
    """Whether i does `verb` to j this year."""
    return world.actor[i].verb == verb and world.actor[i].target == j


@rule
def has_tie(world, i, j):
    """Whether i and j are partners, or patron and client."""
    return world.dyad[Dyad.PACT, i, j] > 0.0 or world.actor[i].patron == j or world.actor[j].patron == i


@rule
def restate(willingness, closed):
    """A restated pledge closes the share `closed` of the gap to the whole force.

    Source: design choice, after Snyder 1997 on reassurance between allies.
    """
    return willingness + closed * (1.0 - willingness)


@rule
def becomes_client(world, i):
    """The patron i gains this year by bandwagoning, or NOBODY.

    Nobody gains a patron that bandwagons or sanctions it in the same year.
    Source: Walt 1987 and Schweller 1994 (bandwagoning); form: design choice.
    """
    j = world.actor[i].target
    if (
        world.actor[i].verb != Verb.BANDWAGON
        or world.actor[j].verb == Verb.BANDWAGON
        or acts(world, j, Verb.SANCTION, i)
    ):
        return NOBODY
    return j


@rule
def patron_after(world, i):
    """i's patron after this year's acts.

    Clientage ends when the client allies or bandwagons elsewhere, when either sanctions the other,
    and when the patron itself becomes a client. Source: design choice.
    """
    k = world.actor[i].patron
    if world.actor[i].verb == Verb.BANDWAGON and world.actor[i].target != k:
        return becomes_client(world, i)
    if k == NOBODY or world.actor[i].verb == Verb.ALLY or acts(world, i, Verb.SANCTION, k):
        return NOBODY
    if acts(world, k, Verb.SANCTION, i) or (
        world.actor[k].verb == Verb.BANDWAGON and becomes_client(world, k) != NOBODY
    ):
        return NOBODY
    return k


@rule
def clear_tie(world, i, j):
    """End pact, pledges and offers between i and j, both ways."""
    world.dyad[Dyad.PACT, i, j] = 0.0
    world.dyad[Dyad.PACT, j, i] = 0.0
    world.dyad[Dyad.OFFER, i, j] = 0.0
    world.dyad[Dyad.OFFER, j, i] = 0.0
    world.dyad[Dyad.WILLINGNESS, i, j] = 0.0
    world.dyad[Dyad.WILLINGNESS, j, i] = 0.0


@rule
def take_patrons(world, p, scratch):
    """Clients come and go. A new client's pacts and offers lapse; it owes dues and is protected."""
    actors = len(world.actor)
    for i in range(actors):
        scratch.actor[i].patron = patron_after(world, i)
    for i in range(actors):
        before, after = world.actor[i].patron, scratch.actor[i].patron
        if before != after and before != NOBODY:
            clear_tie(world, i, before)
    for i in range(actors):
        before, after = world.actor[i].patron, scratch.actor[i].patron
        if before != after and after != NOBODY:
            for k in range(actors):
                clear_tie(world, i, k)
    for i in range(actors):
        before, after = world.actor[i].patron, scratch.actor[i].patron
        if before != after and after != NOBODY:
            world.dyad[Dyad.WILLINGNESS, i, after] = p.client_dues
            world.dyad[Dyad.WILLINGNESS, after, i] = p.protection_start
        world.actor[i].patron = after


@rule
def court(world, p, i, j):
    """i's act of `ally j`: it restates a pledge where there is one, and else lays an offer open."""
    if has_tie(world, i, j):
        world.dyad[Dyad.WILLINGNESS, i, j] = restate(world.dyad[Dyad.WILLINGNESS, i, j], p.pledge_restated)
    else:
        world.dyad[Dyad.OFFER, i, j] = math.floor(p.offer_years)


@rule
def remember_pledges(world, scratch):
    """Keep what was pledged to the targets of disputes before this year's acts change it."""
    for i in range(len(world.actor)):
        j = world.actor[i].dispute
        if j != NOBODY:
            for k in range(len(world.actor)):
                scratch.dyad[Draft.PLEDGE, j, k] = world.dyad[Dyad.WILLINGNESS, k, j]


@phase
def diplomacy(world, p, scratch):
    """The year's first phase: sanctions, clients, offers, pacts and restated pledges.

    A sanction beats an offer that meets it; offers from or to a state that bandwagons lapse; a
    pact starts when both offers stand. Each pair reads only its own acts: no order matters.
    """
    actors = len(world.actor)
    remember_pledges(world, scratch)
    take_patrons(world, p, scratch)
    for i in range(actors):
        verb, j = world.actor[i].verb, world.actor[i].target
        if verb == Verb.SANCTION:
            world.dyad[Dyad.SANCTION, i, j] = math.floor(p.sanction_years)
            clear_tie(world, i, j)
        elif verb == Verb.BANDWAGON:
            for k in range(actors):
                world.dyad[Dyad.OFFER, i, k] = 0.0
                world.dyad[Dyad.OFFER, k, i] = 0.0
    for i in range(actors):
        j = world.actor[i].target
        if (
            world.actor[i].verb == Verb.ALLY
            and world.actor[j].verb != Verb.BANDWAGON
            and not acts(world, j, Verb.SANCTION, i)
        ):
            court(world, p, i, j)
    for i in range(actors):
        j = world.actor[i].target
        if (
            world.actor[i].verb == Verb.ALLY
            and world.dyad[Dyad.OFFER, i, j] > 0.0
            and world.dyad[Dyad.OFFER, j, i] > 0.0
        ):
            clear_tie(world, i, j)
            world.dyad[Dyad.PACT, i, j] = 1.0
            world.dyad[Dyad.PACT, j, i] = 1.0
            world.dyad[Dyad.WILLINGNESS, i, j] = p.pledge_start
            world.dyad[Dyad.WILLINGNESS, j, i] = p.pledge_start


@rule
def fade_pledge(willingness, pact, protects, pact_fade, protection_fade):
    """A pledge not restated this year fades: slowly under a pact, fast where it protects a client.

    A client's own dues do not fade. Source: pacts begun before 1945 end at 6.3 % a year.
    """
    fade = protection_fade if protects else 0.0
    return willingness * (1.0 - (pact_fade if pact > 0.0 else fade))


@rule
def fade_ties(world, p, scratch):
    """Offers age and pledges fade, but for those that an actor restated this year."""
    actors = len(world.actor)
    pact_fade, protection_fade = p.pledge_fade, p.protection_fade
    for i in range(actors):
        courted = world.actor[i].target if world.actor[i].verb == Verb.ALLY else i
        for j in range(actors):
            aged = 0.0 if j == courted else 1.0
            world.dyad[Dyad.OFFER, i, j] = max(world.dyad[Dyad.OFFER, i, j] - aged, 0.0)
        for j in range(actors):
            pact = 0.0 if j == courted else world.dyad[Dyad.PACT, i, j]
            protects = (scratch.column[Column.PATRON, j] == i) & (j != courted)
            world.dyad[Dyad.WILLINGNESS, i, j] = fade_pledge(
                world.dyad[Dyad.WILLINGNESS, i, j], pact, protects, pact_fade, protection_fade
            )


@rule
def has_faded(world, i, j, floor):
    """Whether i's pledge under its pact with j is below the floor."""
    return (world.dyad[Dyad.PACT, i, j] > 0.0) & (world.dyad[Dyad.WILLINGNESS, i, j] < floor)


@rule
def lapse_pacts(world, p):
    """A pact whose pledges are below the floor on both sides lapses."""
    actors = len(world.actor)
    floor = p.pledge_floor
    for i in range(actors):
        faded = 0
        for j in range(actors):
            faded += 1 if has_faded(world, i, j, floor) else 0
        if faded > 0:  # seldom
            for j in range(actors):
                if has_faded(world, i, j, floor) and has_faded(world, j, i, floor):
                    clear_tie(world, i, j)


@rule
def release_clients(world, p, scratch):
    """A client that has outgrown its patron is free. Source: design choice.

    Reads the strength (N,) of this year's end in `scratch.strength`.
    """
    for i in range(len(world.actor)):
        k = world.actor[i].patron
        if k != NOBODY and scratch.strength[i] > p.release * scratch.strength[k]:
            clear_tie(world, i, k)
            world.actor[i].patron = NOBODY


@rule
def reputation_after(reputation, pledged, delivered, rate):
    """Reputation moves towards the share delivered of what was pledged.

    Source: Leeds 2003 (reliability of pacts); Crescenzi 2007 (reputation from behaviour).
    """
    if pledged <= 0.0:
        return reputation
    return reputation + rate * (delivered / pledged - reputation)
