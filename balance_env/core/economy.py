"""Internal balancing: arms, output, technology; and what it costs."""

from __future__ import annotations

import math

from .arithmetic import exp, ln
from .capability import quality_of_forces
from .draws import Purpose, make_stream, normal
from .jit import phase, rule
from .sanction import sanctions
from .scratch import Column
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
def research_gain(technology, frontier, research, catch_up):
    """Change of ln technology in a year: diffusion closes the log gap, research pays less at the frontier.

    `research`: what a year of it brings at the frontier, 0 for those who do not.
    Source: Barro & Sala-i-Martin 1992 (incomes converge by about 2 % a year); pace and research: design choice.
    """
    gap = ln(frontier / technology)
    return catch_up * gap + research * (1.0 + gap)


@rule
def growth_of_output(mean, shock, invested, trade, burden, guns_cost, embargo):
    """Growth of output, ln a year, before technology.

    Source: a sum of what the growth literature names; guns cost butter. Form: design choice.
    """
    return mean + shock + invested + trade - guns_cost * burden - embargo


@rule
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


@rule
def tribute(world, p, scratch):
    """Write what clients hand to their patrons to `Column.GAINED`, as gains and losses of output."""
    actors = len(world.actor)
    for i in range(actors):
        scratch.column[Column.GAINED, i] = 0.0
    for i in range(actors):
        k = world.actor[i].patron
        if k != NOBODY:
            due = owed_to_patron(world, p, scratch, i, k)
            scratch.column[Column.GAINED, i] -= due
            scratch.column[Column.GAINED, k] += due


@rule
def sum_growth(world, p, scratch):
    """Write everyone's growth before technology to `Column.GROWTH`, what it researches to `Column.LEARNED`.

    Income from trade is `trade` times the weight of all others; the scale is a design choice.
    """
    stream = make_stream(world.clock[Clock.KEY], world.clock[Clock.YEAR], Purpose.SHOCK)
    for i in range(len(world.actor)):
        me = world.actor[i]
        scratch.column[Column.OUTPUT, i] = me.economy
        scratch.column[Column.TECHNOLOGY, i] = me.technology
        if me.alive:
            me.shock = shock_after(me.shock, p.shock_persistence, p.shock_sd, normal(stream, me.ident, me.ident))
            invested = p.invest if me.verb == Verb.INVEST else 0.0
            income = p.trade * scratch.column[Column.TRADE, i]
            scratch.column[Column.GROWTH, i] = growth_of_output(
                me.growth, me.shock, invested, income, me.spent, p.guns_cost, me.embargo
            )
            scratch.column[Column.LEARNED, i] = p.research if me.verb == Verb.RESEARCH else 0.0


@rule
def grow(world, p, scratch):
    """Everyone's technology and output after a year; sums stand in `scratch.column`."""
    actors = len(world.actor)
    catch_up, elasticity, theta = p.catch_up, p.output_of_technology, p.theta
    frontier = 0.0
    for i in range(actors):
        if world.actor[i].alive:
            frontier = max(frontier, world.actor[i].technology)
    for i in range(actors):
        learned = research_gain(
            scratch.column[Column.TECHNOLOGY, i], frontier, scratch.column[Column.LEARNED, i], catch_up
        )
        scratch.column[Column.TECHNOLOGY, i] *= exp(learned)
        grown = scratch.column[Column.OUTPUT, i] * exp(scratch.column[Column.GROWTH, i] + elasticity * learned)
        output = max(0.0, grown + scratch.column[Column.GAINED, i])
        scratch.column[Column.OUTPUT, i] = output
        scratch.column[Column.LOG_OUTPUT, i] = ln(max(output, LEAST_OUTPUT))
    for i in range(actors):
        scratch.column[Column.QUALITY, i] = quality_of_forces(scratch.column[Column.TECHNOLOGY, i], theta)
    for i in range(actors):
        me = world.actor[i]
        if me.alive:
            me.technology = scratch.column[Column.TECHNOLOGY, i]
            me.quality = scratch.column[Column.QUALITY, i]
            me.economy = scratch.column[Column.OUTPUT, i]
            me.log_economy = scratch.column[Column.LOG_OUTPUT, i]


@phase
def economy(world, p, scratch):
    """The year's fifth phase: sanctions, trade, investment, research, shocks, tribute and concessions.

    Reads what `weigh_sanctions` wrote.
    """
    sanctions(world, p, scratch)
    tribute(world, p, scratch)
    sum_growth(world, p, scratch)
    grow(world, p, scratch)
