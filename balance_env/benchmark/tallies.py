"""What each world of a history adds to a measure: functions of a `Conduct` to sums (W, ...)."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from ..core.world import Outcome, Verb
from ..metrics import alignment, alliances, arms, commitments, degeneracy, lifetimes, network, system, welfare
from ..metrics.alignment import Version
from ..metrics.lifetimes import Lifetimes
from ..metrics.result import Metric
from .conduct import SITUATIONS, Conduct

LONGEST = 201  # years and the start: the longest world there is
EVERY = 10  # years between two looks at signed ties; in years close by they are the same ties
EPSILONS = (0.01, 0.1, 1.0)  # of Nash welfare, in output of the mean state at the start


def by_world(world: np.ndarray, worlds: int, *columns: Any) -> np.ndarray:
    """Sums of columns over the cases of each world (W, columns)."""
    return np.stack([np.bincount(world, column, worlds) for column in columns], axis=-1)


def values(metrics: list[Metric]) -> tuple[float, int]:
    """Sum of the values there are, and how many."""
    there = [metric.value for metric in metrics if metric.value is not None]
    return sum(there), len(there)


# alignment


@cache
def theta(version: Version) -> Callable[[Conduct], np.ndarray]:
    """Counts of theta, see `alignment.theta_counts`."""
    return lambda conduct: alignment.theta_counts(conduct.told, version, conduct.told_worlds, conduct.worlds)


@cache
def shares(version: Version) -> Callable[[Conduct], np.ndarray]:
    """Opportunities taken by balancing, bandwagoning and abstaining."""
    return lambda conduct: alignment.share_counts(conduct.told, version, conduct.told_worlds, conduct.worlds)


# alliances


def density(conduct: Conduct) -> np.ndarray:
    """Pacts, and pairs of living states, over the ends of years."""
    return np.stack([pairs.sum(axis=(0, 2)) for pairs in conduct.pairs], axis=-1)


def lives_of_pacts(held: np.ndarray, living: np.ndarray) -> np.ndarray:
    """Tally of the lives of pacts (W, 2, years), of pairs (T + 1, W, pairs)."""
    years, worlds, pairs = held.shape
    lives, thing = alliances.spells(held.reshape(years, -1), living.reshape(years, -1))
    return lifetimes.tally(lives, thing // pairs, worlds, LONGEST)


def pact_lives(conduct: Conduct) -> np.ndarray:
    """Tally of the lives of pacts."""
    return lives_of_pacts(*conduct.pairs)


def crowded(sides: np.ndarray) -> np.ndarray:
    """Whether a side of each war (wars, states) has two or more members (wars,)."""
    return ((sides == 1).sum(axis=1) > 1) | ((sides == -1).sum(axis=1) > 1)


def coalitions(conduct: Conduct) -> np.ndarray:
    """Wars in which a side has two or more members, and wars."""
    fought = conduct.wars
    return by_world(fought.world, conduct.worlds, crowded(fought.sides), np.ones(len(fought)))


def entries(conduct: Conduct) -> np.ndarray:
    """Third parties in wars, focal ones tied to whom they fight for, those of them entrapped, and wars."""
    fought = conduct.wars
    entrants = (fought.sides != 0).sum(axis=1) - 2
    chained, entrapped = conduct.chained.sum(axis=1), conduct.entrapped.sum(axis=1)
    return by_world(fought.world, conduct.worlds, entrants, chained, entrapped, np.ones(len(fought)))


def winning(conduct: Conduct) -> np.ndarray:
    """Winning coalitions that are minimal, and all."""
    fought = conduct.wars
    return by_world(fought.world, conduct.worlds, *alliances.winning_counts(fought.sides, fought.usable).T)


def calls(conduct: Conduct) -> np.ndarray:
    """Force delivered, force pledged, calls that were not answered, calls."""
    of = conduct.calls
    return by_world(of.world, conduct.worlds, of.delivered, of.pledged, ~of.answered, np.ones(len(of.world)))


def betrayals(conduct: Conduct) -> np.ndarray:
    """Dyad-years of partners, present or of late, in which one attacks the other, and all."""
    return commitments.betrayal_counts(conduct.attacks, conduct.pacts[:-1], conduct.living)


# system


def order(conduct: Conduct) -> np.ndarray:
    """HHI, CON, effective poles and whether each type of order holds, summed over the ends of years; years.

    Shares are of all states that began, so that CON does not leap where one falls; years in which none stands are none.
    """
    shares = conduct.history.actor["opening_share"][1:]
    counts = conduct.history.going[1:] & (shares > 0.0).any(axis=-1)
    squares, kinds = system.squares_of(shares), system.orders_of(shares)
    columns = (
        squares,
        system.con_of(shares),
        1.0 / np.where(counts, squares, 1.0),
        *(kinds == place for place in range(len(system.Order))),
        counts,
    )
    return np.stack([np.where(counts, column, 0.0).sum(axis=0) for column in columns], axis=-1)


def onsets(conduct: Conduct) -> np.ndarray:
    """Dyad-years in which a war begins, and dyad-years."""
    fought = np.zeros_like(conduct.attacks)
    of = conduct.wars
    fought[of.year, of.world, of.challenger, of.target] = True
    rates = [system.war_onset_rate(fought[:, world], conduct.living[:, world]) for world in range(conduct.worlds)]
    return np.array([((rate.value or 0.0) * rate.n, rate.n) for rate in rates])


def years_to_hegemony(conduct: Conduct) -> np.ndarray:
    """Tally of the years until one state is a hegemon."""
    largest = conduct.history.actor["opening_share"].max(axis=-1)
    runs = [largest[: years + 1, world] for world, years in enumerate(conduct.history.years)]
    return lifetimes.tally(system.time_to_hegemony(runs), np.arange(conduct.worlds), conduct.worlds, LONGEST)


def state_lives(conduct: Conduct) -> np.ndarray:
    """Tally of the lives of states."""
    alive, years = conduct.history.actor["alive"] > 0, conduct.history.years
    lives = [system.time_alive([alive[: last + 1, world]]) for world, last in enumerate(years)]
    whole = Lifetimes(np.concatenate([of.durations for of in lives]), np.concatenate([of.ended for of in lives]))
    return lifetimes.tally(whole, np.repeat(np.arange(len(lives)), [of.n for of in lives]), len(lives), LONGEST)


def severities(conduct: Conduct) -> np.ndarray:
    """Share of the system's forces lost in wars, and wars."""
    return by_world(conduct.wars.world, conduct.worlds, conduct.severities, np.ones(len(conduct.wars)))


# security dilemma


def arming(conduct: Conduct) -> np.ndarray:
    """Moments of Richardson's model over years without a war, then loudness and years (W, 8).

    Arms are forces in years of the mean output of their day, lest the growth of all look like a race; those of
    partners, clients and patrons are no rivals'. Focal states only, and loudness of all.
    """
    actor, seats = conduct.history.actor, np.arange(conduct.focal.shape[1])
    output = np.where(actor["alive"] > 0, actor["economy"], np.nan)
    forces, reach = actor["forces"] / np.nanmean(output, axis=-1, keepdims=True), conduct.history.pair["reach"][:-1]
    client = actor["patron"][:-1, ..., None] == seats
    friend = conduct.pacts[:-1] | client | client.swapaxes(-1, -2)
    living = conduct.living
    rival = living[..., :, None] & living[..., None, :] & ~friend & ~np.eye(seats.size, dtype=bool)
    arriving = np.where(rival, reach.swapaxes(-1, -2), 0.0)  # at [i, j] how far the forces of j reach i
    rivals = np.einsum("twij,twj->twi", arriving, forces[:-1])
    rows = living & (actor["alive"][1:] > 0) & ~conduct.fought & conduct.focal
    _, world, state = np.nonzero(rows)
    change = (forces[1:] - forces[:-1])[rows]
    of = arms.moments(change, rivals[rows], forces[:-1][rows], world * seats.size + state, world, conduct.worlds)
    lived = conduct.history.going[1:]
    loud = np.where(lived, arms.loudness(arriving), 0.0).sum(axis=0)
    return np.column_stack([of, loud, lived.sum(axis=0)])


# soft balancing


def sanctions(conduct: Conduct) -> np.ndarray:
    """Sanctions imposed by focal states and their years; then senders, growth lost and years of the sanctioned; growth
    lost and years of focal senders that nobody sanctions.
    """
    biting, after = conduct.sanctioning, conduct.history.actor[1:]
    acting = conduct.living & conduct.focal
    imposed = acting & (after["verb"] == Verb.SANCTION)
    senders = biting.sum(axis=-2)
    hit, sending = senders > 0, biting.any(axis=-1)
    target, sender = hit & ~sending, sending & ~hit & conduct.focal
    lost = after["embargo"]
    columns = (imposed, acting, senders, hit, np.where(target, lost, 0.0), target, np.where(sender, lost, 0.0), sender)
    return np.stack([column.sum(axis=(0, 2)) for column in columns], axis=-1)


def backing_down(conduct: Conduct) -> np.ndarray:
    """Of disputes that came to a head under sanctions those dropped, and all; and the same of others."""
    of = conduct.disputes
    of = of.where(of.outcome >= Outcome.BACKED_DOWN)
    under = conduct.sanctioning[of.year, of.world, :, of.challenger].any(axis=-1)
    dropped = of.outcome == Outcome.BACKED_DOWN
    return by_world(of.world, conduct.worlds, dropped & under, under, dropped & ~under, ~under)


# network


def looks(conduct: Conduct) -> np.ndarray:
    """Years at whose end signed ties are looked at."""
    return np.arange(EVERY, len(conduct.history.going), EVERY)


def triads(conduct: Conduct) -> np.ndarray:
    """Balanced triads, and all."""
    return network.triad_counts(conduct.signs(looks(conduct))).sum(axis=0)


def modularities(networks: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Modularity of each network of pacts, 0 where there is none, and whether there is one."""
    found = [network.modularity(ties).value for ties in networks]
    return np.array([value or 0.0 for value in found]), np.array([value is not None for value in found])


def modularity(conduct: Conduct) -> np.ndarray:
    """Modularity of the pacts at the end of a world, and 1 where there are any."""
    columns = modularities(conduct.last_pacts)
    return by_world(np.arange(len(conduct.last_pacts)), conduct.worlds, *columns)


def agreement(conduct: Conduct) -> np.ndarray:
    """Agreement of the blocs at the end of a world with those of its start, and 1 where there is any."""
    sums = np.zeros((conduct.worlds, 2))
    for world, pacts in enumerate(conduct.last_pacts):
        start = conduct.pacts[0, world]
        if start.any():
            sums[world] = values([network.bloc_agreement(pacts, network.blocs(start))])
    return sums


# degeneracy and welfare


def play(conduct: Conduct) -> np.ndarray:
    """How often each verb was done, and how often random legal play does it."""
    verbs, ways, _, world = conduct.decisions
    return degeneracy.play_counts(verbs, ways, world, conduct.worlds)


def situations(conduct: Conduct) -> np.ndarray:
    """How often each verb was done in each situation (W, situations, verbs)."""
    verbs, ways, situation, world = conduct.decisions
    table = np.zeros((conduct.worlds, SITUATIONS, ways.shape[1]))
    np.add.at(table, (world, situation, verbs), 1.0)
    return table


def fortunes(conduct: Conduct) -> np.ndarray:
    """Mean, Gini, least and Nash welfare of each world, and 1; see `Conduct.welfare`."""
    rows = []
    for states in conduct.welfare:
        swept = welfare.nash_sweep(states, EPSILONS).values()
        measured = [welfare.mean(states), welfare.gini(states), welfare.worst_off(states), *swept]
        rows.append([0.0 if metric.value is None else metric.value for metric in measured] + [1.0])
    return np.array(rows)


def returns(conduct: Conduct) -> np.ndarray:
    """Undiscounted returns of focal states, and how many there are."""
    return np.stack([(conduct.history.rewards.sum(axis=0) * conduct.focal).sum(axis=1), conduct.focal.sum(axis=1)], -1)
