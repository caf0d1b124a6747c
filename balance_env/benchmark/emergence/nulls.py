"""Sums of a measure where chance has its way with the data: functions of a `Conduct` to sums of draws (draws, ...)."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache

import numpy as np

from ...metrics import alignment, alliances, network
from ...metrics.alignment import Version
from .conduct import SITUATIONS, Conduct
from .tallies import crowded, lives_of_pacts, looks, modularities

MANY, SOME, FEW = 999, 199, 99  # draws, the fewer the longer they take; design choice
MATCHINGS = 3  # of each network; their modularity takes milliseconds
# One drawn from m has (m - 1) / m of their variance around their mean, a fresh one (m + 1) / m.
FRESH = math.sqrt((MATCHINGS + 1) / (MATCHINGS - 1))


@cache
def partners(version: Version) -> Callable[[Conduct, np.random.Generator], np.ndarray]:
    """Counts of theta with the sides of each dispute traded or not."""
    return lambda conduct, rng: alignment.permuted_counts(conduct.told, version, rng, MANY)


def matched_lives(conduct: Conduct, rng: np.random.Generator) -> np.ndarray:
    """Tallies of the lives of as many pacts a year, between pairs drawn anew each year."""
    held, living = conduct.pairs
    flat, alive = (pairs.reshape(-1, pairs.shape[-1]) for pairs in (held, living))
    drawn = (alliances.matched(flat, alive, rng).reshape(held.shape) for _ in range(FEW))
    return np.stack([lives_of_pacts(pairs, living).sum(axis=0) for pairs in drawn])


def matched_modularity(conduct: Conduct, rng: np.random.Generator) -> np.ndarray:
    """Modularity of as many pacts between pairs drawn at random, at the ends of worlds, spread as fresh draws are."""
    pacts = conduct.last_pacts
    alive = conduct.history.alive[conduct.history.years[: len(pacts)], np.arange(len(pacts))]
    drawn = [modularities(alliances.random_matching(pacts, alive, rng)) for _ in range(MATCHINGS)]
    found, there = (np.stack(columns) for columns in zip(*drawn, strict=True))
    found = found.mean(axis=0) + FRESH * (found - found.mean(axis=0))
    chosen = rng.integers(MATCHINGS, size=(SOME, len(pacts))), np.arange(len(pacts))
    return np.stack([found[chosen].sum(axis=1), there[chosen].sum(axis=1)], axis=-1)


def joiners(conduct: Conduct, rng: np.random.Generator) -> list[np.ndarray]:
    """Sides of wars with as many joins in all, by third parties drawn at random."""
    of = conduct.wars
    leaders = np.stack([of.challenger, of.target], axis=1)
    free = of.third | (of.sides != 0)
    return [alliances.random_joiners(of.sides, leaders, free, rng) for _ in range(SOME)] if len(of) else []


def joined_wars(conduct: Conduct, rng: np.random.Generator) -> np.ndarray:
    """Wars with a coalition, and wars."""
    counts = [(crowded(sides).sum(), len(sides)) for sides in joiners(conduct, rng)]
    return np.array(counts or np.zeros((SOME, 2)), float)


def joined_winning(conduct: Conduct, rng: np.random.Generator) -> np.ndarray:
    """Winning coalitions that are minimal, and all."""
    usable = conduct.wars.usable
    counts = [alliances.winning_counts(sides, usable).sum(axis=0) for sides in joiners(conduct, rng)]
    return np.array(counts or np.zeros((SOME, 2)), float)


def signs(conduct: Conduct, rng: np.random.Generator) -> np.ndarray:
    """Balanced triads, and all, with the signs of each network dealt anew over its ties."""
    seen = conduct.signs(looks(conduct))
    seen = seen[np.abs(seen).any(axis=(-2, -1))]
    drawn = (network.triad_counts(network.permuted_signs(seen, rng)).sum(axis=0) for _ in range(FEW))
    return np.stack(list(drawn))


def shuffled_situations(conduct: Conduct, rng: np.random.Generator) -> np.ndarray:
    """How often each verb is done in each situation, were situations dealt anew over decisions."""
    verbs, ways, situation, _ = conduct.decisions
    cells = SITUATIONS * ways.shape[1]
    tables = (np.bincount(rng.permutation(situation) * ways.shape[1] + verbs, minlength=cells) for _ in range(FEW))
    return np.stack([table.reshape(SITUATIONS, -1) for table in tables]).astype(float)
