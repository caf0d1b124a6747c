"""Loops over worlds on the processor. No arithmetic lives here: rules do the work.

Every kernel takes the worlds `start..stop` of a batch and releases the interpreter's lock, so that
threads share a batch by ranges; worlds are independent, so the split changes no bit.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..core.actions import read_actions
from ..core.capability import measure_strength
from ..core.draws import Purpose, make_stream, uniform
from ..core.fit import fit, fit_scratch, row_length
from ..core.intrinsics import with_shape
from ..core.jit import phase, rule
from ..core.observe import observation
from ..core.pieces import TERMS
from ..core.reward import reward
from ..core.start import begin
from ..core.threat import perceive
from ..core.truth import fill_state
from ..core.world import NOBODY, Clock, Ending, Outcome, at
from ..core.year import year
from ..doctrines import choose

LIVE = -1  # orders of a step: live a year,
LOOK = -2  # only look,
LEAVE = -3  # or be left as it stands


class Out(NamedTuple):
    """What a step writes for its users; A actions, D length of a row."""

    rows: np.ndarray  # (W, N, D) float32
    masks: np.ndarray  # (W, N, A) int8
    rewards: np.ndarray  # (W, N) float64
    terms: np.ndarray  # (W, N, K) float64
    terminations: np.ndarray  # (W, N) bool: the year of the fall, or the end
    truncations: np.ndarray  # (W, N) bool: the cut
    illegal: np.ndarray  # (W, N) int8: a masked-out action was replaced
    alive: np.ndarray  # (W, N) int8: still a state
    ended: np.ndarray  # (W,) int8: an Ending
    final_rows: np.ndarray  # (W, N, D) float32: last rows of worlds that ended and began again
    heads: np.ndarray  # (W,) int32: disputes that came to a head this year
    wars: np.ndarray  # (W,) int32: wars this year
    falls: np.ndarray  # (W,) int32: states that fell this year


@rule
def report(world, out, w):
    """Write ends, wars, falls and replaced actions of a world's year; return whether it ended."""
    ended = world.clock[Clock.ENDED]
    out.ended[w] = ended
    out.heads[w] = 0
    out.wars[w] = 0
    out.falls[w] = 0
    for i in range(len(world.actor)):
        fell = world.actor[i].fell != 0
        out.illegal[w, i] = world.actor[i].illegal
        out.terminations[w, i] = fell or (world.actor[i].alive != 0 and ended != Ending.NOT and ended != Ending.TIME)
        out.truncations[w, i] = world.actor[i].alive != 0 and ended == Ending.TIME
        out.falls[w] += 1 if fell else 0
        is_war = world.actor[i].outcome >= Outcome.STALEMATE and world.actor[i].outcome != Outcome.MUTUAL
        out.wars[w] += 1 if is_war else 0
        out.heads[w] += 1 if world.actor[i].opponent != NOBODY and world.actor[i].outcome != Outcome.MUTUAL else 0
    return ended != Ending.NOT


@rule
def live(world, p, scratch, out, actions, w):
    """One year of world `w` under its actions; return whether it ended."""
    actors = len(scratch.seats)
    read_actions(world, actions, out.masks[w])
    year(world, p, scratch)
    terms, rewards = with_shape(out.terms[w], (actors, TERMS)), with_shape(out.rewards[w], (actors,))
    reward(world, p, scratch, terms, rewards)
    return report(world, out, w)


@rule
def rest(out, w):
    """A world that has ended and does not begin again lies still: its last rows stand."""
    out.heads[w] = 0
    out.wars[w] = 0
    out.falls[w] = 0
    for i in range(out.rewards.shape[1]):
        out.rewards[w, i] = 0.0
        out.illegal[w, i] = 0
        out.terminations[w, i] = False
        out.truncations[w, i] = False
        for term in range(out.terms.shape[2]):
            out.terms[w, i, term] = 0.0


@phase
def step_worlds(worlds, template, p, setting, scratch, out, actions, orders, seed, start, stop):
    """One year of the worlds start..stop under `actions` (W, N), or what `orders` (W,) say.

    LIVE: a year; where it ends the world and `setting.autoreset` is on, its last rows go to
    `out.final_rows` and the next episode begins. LOOK: rows and masks are written anew. LEAVE:
    nothing is. An order of 0 or more begins that episode under `seed`. One kernel, so that it is compiled once.
    """
    actors = len(scratch.seats)
    scratch = fit_scratch(scratch, actors)
    for w in range(start, stop):
        world = fit(at(worlds, w), actors)
        if orders[w] == LEAVE:
            continue
        if orders[w] == LIVE and world.clock[Clock.ENDED] != Ending.NOT:
            rest(out, w)
            continue
        begins = orders[w] >= 0
        episode, its_seed = orders[w], seed
        if orders[w] == LIVE and live(world, p, scratch, out, actions[w], w) and setting.autoreset:
            rows = with_shape(out.final_rows[w], (actors, row_length(actors)))
            observation(world, p, scratch, setting.open_verbs, setting.by_threat, rows, out.masks[w])
            begins = True
            episode, its_seed = world.clock[Clock.EPISODE] + 1, world.clock[Clock.SEED]
        if begins:
            begin(world, template, p, setting, scratch, its_seed, w, episode)
        if orders[w] == LOOK:
            out.ended[w] = world.clock[Clock.ENDED]
            measure_strength(world, scratch)
            perceive(world, p, scratch)
        rows = with_shape(out.rows[w], (actors, row_length(actors)))
        observation(world, p, scratch, setting.open_verbs, setting.by_threat, rows, out.masks[w])
        for i in range(len(world.actor)):
            out.alive[w, i] = world.actor[i].alive


@phase
def look_at_truth(worlds, p, scratch, chosen, states):
    """Write the true state (M, S) of the worlds `chosen` (M,)."""
    for k in range(len(chosen)):
        world = at(worlds, chosen[k])
        measure_strength(world, scratch)
        fill_state(world, p, scratch, states[k])


@phase
def choose_actions(worlds, out, actions, start, stop):
    """Write the actions of the seats played by doctrines into `actions` (W, N)."""
    for w in range(start, stop):
        world = at(worlds, w)
        for i in range(len(world.actor)):
            if world.actor[i].player >= 0:
                actions[w, i] = choose(world, out.rows[w, i], out.masks[w, i], i)


@phase
def draw_for_players(worlds, draws, start, stop):
    """Write a uniform draw of every seat into `draws` (W, N), for players outside the kernel."""
    for w in range(start, stop):
        world = at(worlds, w)
        stream = make_stream(world.clock[Clock.KEY], world.clock[Clock.YEAR], Purpose.POLICY)
        for i in range(len(world.actor)):
            draws[w, i] = uniform(stream, world.actor[i].ident, 0)


@phase
def run_worlds(worlds, template, p, setting, scratch, out, actions, orders, years, totals, start, stop):
    """`years` years of worlds in which doctrines play; terms are summed into `totals` (W, N, K)."""
    for w in range(start, stop):
        for _ in range(years):
            choose_actions(worlds, out, actions, w, w + 1)
            step_worlds(worlds, template, p, setting, scratch, out, actions, orders, 0, w, w + 1)
            for i in range(totals.shape[1]):
                for term in range(totals.shape[2]):
                    totals[w, i, term] += out.terms[w, i, term]
