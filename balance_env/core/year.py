"""A year, in order: the table of contents of the game."""

from __future__ import annotations

from .alignment import diplomacy, fade_ties, lapse_pacts, release_clients
from .capability import measure_strength, true_shares
from .dispute import open_by_chance, open_by_choice
from .economy import arming, economy
from .jit import phase, rule
from .sanction import fade_sanctions, weigh_sanctions
from .scratch import Column
from .survival import ending, falling
from .threat import learn_intents, misperceive, perceive
from .war import showdown
from .world import Clock


@rule
def open_year(world):
    """Turn the calendar, and remember what the year began with."""
    world.clock[Clock.YEAR] += 1
    for i in range(len(world.actor)):
        world.actor[i].fell = 0
        world.actor[i].opening_log = world.actor[i].log_economy


@rule
def per_total_output(world):
    """One over the output of all living states."""
    output = 0.0
    for i in range(len(world.actor)):
        output += world.actor[i].economy
    return 1.0 / output if output > 0.0 else 0.0


@rule
def fading(world, p, scratch):
    """The year's sixth phase: forces, pledges, offers, sanctions, standing and beliefs fade or mend."""
    for i in range(len(world.actor)):
        me = world.actor[i]
        me.forces *= 1.0 - p.forces_fade
        me.reputation += p.reputation_mend * (1.0 - me.reputation)
        scratch.column[Column.PATRON, i] = me.patron
    fade_ties(world, p, scratch)
    fade_sanctions(world, p)
    learn_intents(world, p, scratch)
    measure_strength(world, scratch)
    release_clients(world, p, scratch)
    lapse_pacts(world, p)


@rule
def perceiving(world, p, scratch):
    """The year's eighth phase: what everyone now believes of everyone's forces."""
    measure_strength(world, scratch)
    misperceive(world, p, scratch, p.misperception_persistence)
    perceive(world, p, scratch)


@phase
def year(world, p, scratch):
    """One year of one world; actions stand in `world.actor.verb` and `.target`.

    All states act at once: rules read the opening state and write increments, so nothing depends
    on the order of seats. Leaves true capability shares in `scratch.closing_share`, and why the
    world ended in `world.clock`.
    """
    open_year(world)
    diplomacy(world, p, scratch)
    arming(world, p)
    measure_strength(world, scratch)
    showdown(world, p, scratch, per_total_output(world))
    open_by_choice(world)
    weigh_sanctions(world, p, scratch, per_total_output(world))
    open_by_chance(world, p, scratch)
    economy(world, p, scratch)
    fading(world, p, scratch)
    falling(world, p)
    perceiving(world, p, scratch)
    true_shares(world, p, scratch.strength, scratch.closing_share)
    world.clock[Clock.ENDED] = ending(world, p, scratch.closing_share)
