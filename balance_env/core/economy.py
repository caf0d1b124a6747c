"""Internal balancing: arms, output, technology; and what it costs."""

from __future__ import annotations

import math

from .capability import quality_of_forces
from .draws import Purpose, make_stream, normal
from .jit import phase, rule
from .sanction import exchange, sanctions
from .threat import update_posture
from .world import NOBODY, Clock, Outcome, Verb

LEAST_OUTPUT = 1e-9  # keeps the logarithm of nothing finite


@rule
def shock_after(shock, persistence, spread, draw):
    """Next year's shock to growth: an AR(1) with standard deviation `spread` in the long run.

    Source: growth of great powers 1816-2010 (sd about 2.5 points); form: standard.
    """
    return persistence * shock + math.sqrt(1.0 - persistence * persistence) * spread * draw


@rule
def research_gain(technology, frontier, research, catch_up, is_researching):
    """Change of ln technology in a year: diffusion closes the log gap, research pays less at the frontier.

    Source: Barro & Sala-i-Martin 1992 (convergence of about 2 % a year); research: design choice.
    """
    gap = math.log(frontier / technology)
    return catch_up * gap + (research * (1.0 + gap) if is_researching else 0.0)


@rule
def growth_of_output(mean, shock, invested, trade, burden, guns_cost, embargo):
    """Growth of output, ln a year, before technology.

    Source: a sum of what the growth literature names; guns cost butter. Form: design choice.
    """
    return mean + shock + invested + trade - guns_cost * burden - embargo


@rule
def income_from_trade(world, p, i, per_output):
    """Growth (ln a year) that i draws from exchange with all the living.

    Source: gravity of trade (Tinbergen 1962); scale: design choice.
    """
    whole = 0.0
    for j in range(len(world.actor)):
        if j != i:  # the fallen have no output
            whole += exchange(world.pair[i, j], world.actor[j].economy * per_output, p.trade_pact)
    return p.trade * whole


@phase
def arming(world, p):
    """The year's second phase: states that arm turn output into forces, on top of the standing budget."""
    for i in range(len(world.actor)):
        armed = world.actor[i].verb == Verb.ARM
        world.actor[i].posture = update_posture(world.actor[i].posture, armed, p.posture_rate)
        world.actor[i].spent = 0.0
        if world.actor[i].alive:
            world.actor[i].spent = p.rest + (p.arm if armed else 0.0)
            world.actor[i].forces += world.actor[i].spent * world.actor[i].economy


@rule
def grow(world, p, scratch, i, stream, frontier):
    """i's output and technology after a year: shock, investment, research, trade, arms, sanctions, tribute."""
    me, mind = world.actor[i], scratch.actor[i]
    me.shock = shock_after(me.shock, p.shock_persistence, p.shock_sd, normal(stream, me.ident, me.ident))
    learned = research_gain(me.technology, frontier, p.research, p.catch_up, me.verb == Verb.RESEARCH)
    invested = p.invest if me.verb == Verb.INVEST else 0.0
    growth = growth_of_output(me.growth, me.shock, invested, mind.trade, me.spent, p.guns_cost, me.embargo)
    me.technology *= math.exp(learned)
    me.quality = quality_of_forces(me.technology, p.theta)
    grown = me.economy * math.exp(growth + p.output_of_technology * learned)
    me.economy = max(0.0, grown + mind.gained)
    me.log_economy = math.log(max(me.economy, LEAST_OUTPUT))


@rule
def owed_to_patron(world, p, scratch, i, k):
    """Output that client i hands its patron k this year: tribute, and a concession where it yielded to k's demand.

    Whoever capitulates to a challenger of choice gives up the share `concession` of what a lost war would
    have ceded; nothing of it is destroyed. A dispute of chance holds no demand.
    Source: Schelling 1966 (compellence); Fearon 1995 (a deal that both prefer to war).
    """
    due = p.tribute * world.actor[i].economy
    if scratch.actor[k].demands and world.actor[k].outcome == Outcome.CAPITULATED and world.actor[k].opponent == i:
        due += p.concession * p.spoils * min(world.actor[i].economy, world.actor[k].economy)
    return due


@phase
def economy(world, p, scratch, per_output):
    """The year's fifth phase: sanctions, trade, investment, research, shocks, tribute and concessions.

    `per_output`: one over the total output of the living at the opening of the phase.
    """
    actors = len(world.actor)
    sanctions(world, p, scratch, per_output)
    stream = make_stream(world.clock[Clock.KEY], world.clock[Clock.YEAR], Purpose.SHOCK)
    frontier = 0.0
    for i in range(actors):
        if world.actor[i].alive:
            frontier = max(frontier, world.actor[i].technology)
            scratch.actor[i].trade = income_from_trade(world, p, i, per_output)
        scratch.actor[i].gained = 0.0
    for i in range(actors):
        k = world.actor[i].patron
        if k != NOBODY:
            due = owed_to_patron(world, p, scratch, i, k)
            scratch.actor[i].gained -= due
            scratch.actor[k].gained += due
    for i in range(actors):
        if world.actor[i].alive:
            grow(world, p, scratch, i, stream, frontier)
