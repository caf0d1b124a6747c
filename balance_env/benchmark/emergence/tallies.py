"""What each world of a history adds to a measure: functions of a `Conduct` to sums (W, ...)."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from ...core.world import Outcome, Verb
from ...metrics import alignment, alliances, arms, commitments, degeneracy, lifetimes, network
from ...metrics.alignment import Version
from ...metrics.result import Metric
from ...scenario import LONGEST_GAME
from .conduct import SITUATIONS, Conduct

LONGEST = LONGEST_GAME + 1  # years for which lives are watched, the start being one
EVERY = 10  # years between two looks at signed ties; in years close by they are the same ties


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


def answers(conduct: Conduct) -> np.ndarray:
    """Third parties that could have joined either side and sanction the challenger instead, and all."""
    of = conduct.disputes
    sanctions = conduct.choosing & of.acts(Verb.SANCTION, of.challenger)
    return by_world(of.world, conduct.worlds, sanctions.sum(axis=1), conduct.choosing.sum(axis=1))


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


# degeneracy


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
