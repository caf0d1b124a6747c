"""How many alliances there are, how long they last, whether they fight together and keep their word."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from .lifetimes import Lifetimes
from .result import Compared, Metric, compare


def _panel(pact: ArrayLike, alive: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Pacts of the pairs above the diagonal, and which of those pairs live, each (years, states, states)."""
    pact, alive = np.asarray(pact, bool), np.asarray(alive, bool)
    years, states = alive.shape
    if pact.shape != (years, states, states):
        raise ValueError(f"pacts are of shape {(years, states, states)} for such an alive, not {pact.shape}")
    if (pact != pact.transpose(0, 2, 1)).any():
        raise ValueError("a pact binds both of its members: pacts are symmetric")
    pairs = np.triu(alive[:, :, None] & alive[:, None, :], k=1)
    pacts = np.triu(pact, k=1)
    if (pacts & ~pairs).any():
        raise ValueError("a pact has a member that is not alive")
    return pacts, pairs


def density(pact: ArrayLike, alive: ArrayLike) -> Metric:
    """Share of dyad-years of living states that are under a pact: 0 for none, 1 for a grand alliance.

    `n` counts dyad-years.

    Parameters
    ----------
    pact : array of (years, states, states) of bool, symmetric
    alive : array of (years, states) of bool

    Source: Wasserman & Faust 1994 on the density of a graph.
    """
    pacts, pairs = _panel(pact, alive)
    return Metric.share(pacts.sum(), pairs.sum(), "no pair of living states in any year")


def spells(held: ArrayLike, watched: ArrayLike) -> tuple[Lifetimes, np.ndarray]:
    """How long things hold without a break, and the thing (spells,) that each spell is of.

    A spell ends where the thing stops to hold while it is watched; else it is censored: where the record ends, or
    watching does. Those in the first year count from that year.

    Parameters
    ----------
    held, watched : array of (years, things) of bool
    """
    held = np.asarray(held, bool)
    nothing = np.zeros_like(held[:1])
    change = np.diff(np.concatenate([nothing, held, nothing]).astype(np.int8), axis=0)
    thing, starts = np.nonzero(change.T == 1)
    _, stops = np.nonzero(change.T == -1)  # of the same thing, in the same order
    watched = np.concatenate([np.asarray(watched, bool), nothing])  # nobody is watched after the record's end
    return Lifetimes(stops - starts, watched[stops, thing]), thing


def pact_lifetimes(pact: ArrayLike, alive: ArrayLike) -> Lifetimes:
    """How many years pacts last; one that a pair renews after a year without is a new one.

    A pact ends when its members live on without it. It is censored where the record ends or a member falls, since
    nobody left it. Those in the first year count from that year.

    Source: the alliance spell with censoring of Leeds & Savun 2007; censoring at a fall: design choice.
    """
    pacts, pairs = _panel(pact, alive)
    return spells(pacts.reshape(len(pacts), -1), pairs.reshape(len(pairs), -1))[0]


def _sides(sides: ArrayLike) -> np.ndarray:
    """Sides of (wars, states), each war with a member on both; of no wars, an empty array."""
    sides = np.asarray(sides, int)
    if not len(sides):
        return np.zeros((0, 0), int)
    if not np.isin(sides, (-1, 0, 1)).all():
        raise ValueError(f"a state fights on side 1 or -1 or stays out at 0, not {np.unique(sides)}")
    if not ((sides == 1).any(axis=1) & (sides == -1).any(axis=1)).all():
        raise ValueError("a war has somebody on each side")
    return sides


def coalition_share(sides: ArrayLike) -> Metric:
    """Share of wars in which a side has two or more members; `n` counts wars.

    Parameters
    ----------
    sides : array of (wars, states)
        1 on one side, -1 on the other, 0 for those that stay out.

    Source: Starr 1972 on wars fought by coalitions.
    """
    sides = _sides(sides)
    crowded = ((sides == 1).sum(axis=1) > 1) | ((sides == -1).sum(axis=1) > 1)
    return Metric.share(crowded.sum(), len(sides), "no wars")


def minimal_winning_share(sides: ArrayLike, strength: ArrayLike) -> Metric:
    """Share of winning coalitions that would no longer win without their weakest member.

    A coalition has two or more members and wins where it is stronger than the other side. `n` counts such
    coalitions: wars between two states alone have none, and a grand alliance against one state is hardly ever minimal.

    Parameters
    ----------
    sides : array of (wars, states)
        1 on one side, -1 on the other, 0 for those that stay out.
    strength : array of (wars, states), >= 0
        What each brings, or would bring.

    Raises
    ------
    ValueError
        If strength has not the shape of sides.

    Source: Riker 1962.
    """
    sides, strength = _sides(sides), np.asarray(strength, float)
    if len(sides) and strength.shape != sides.shape:
        raise ValueError(f"strength is of shape {sides.shape} for such sides, not {strength.shape}")
    minimal, winning = winning_counts(sides, strength).sum(axis=0)
    return Metric.share(minimal, winning, "no coalition had the upper hand in a war")


def winning_counts(sides: np.ndarray, strength: np.ndarray) -> np.ndarray:
    """Winning coalitions in each war that are minimal, and all (..., wars, 2); see `minimal_winning_share`."""
    if not sides.size:
        return np.zeros((*sides.shape[:-1], 2))
    members = sides[..., None] == np.array([1, -1])  # (..., wars, states, sides)
    force = np.where(members, strength[..., None], 0.0).sum(axis=-2)
    weakest = np.where(members, strength[..., None], np.inf).min(axis=-2)
    against = force[..., ::-1]
    wins = (members.sum(axis=-2) > 1) & (force > against)
    minimal = wins & (force - np.where(wins, weakest, 0.0) <= against)
    return np.stack([minimal.sum(axis=-1), wins.sum(axis=-1)], axis=-1)


def reliability(delivered: ArrayLike, pledged: ArrayLike) -> Metric:
    """Share of what was pledged that was delivered when a partner's war called for it; `n` counts calls.

    States without pledges have no reliability, rather than a perfect one.

    Parameters
    ----------
    delivered, pledged : array of (calls,), 0 <= delivered <= pledged
        Force pledged to the partner that is called upon, and what of it came.

    Raises
    ------
    ValueError
        If more is delivered than was pledged, or less than nothing.

    Source: Leeds, Long & Mitchell 2000, who count commitments honoured; weights by force: design choice.
    """
    delivered, pledged = np.asarray(delivered, float).reshape(-1), np.asarray(pledged, float).reshape(-1)
    if delivered.shape != pledged.shape or not ((delivered >= 0.0) & (delivered <= pledged)).all():
        raise ValueError("what is delivered is, call by call, from 0 to what was pledged")
    calls = int((pledged > 0.0).sum())
    if not calls:
        return Metric.none("no pledge was called upon")
    return Metric(float(delivered.sum() / pledged.sum()), calls)


def random_matching(pact: ArrayLike, alive: ArrayLike, rng: np.random.Generator) -> np.ndarray:
    """As many pacts in every year as there were, between pairs of living states drawn at random.

    Density is that of the pacts given; who is bound to whom, and for how long, is left to chance.

    Source: the uniform random graph of given size of Erdős & Rényi 1959.
    """
    pacts, pairs = _panel(pact, alive)
    drawn = matched(pacts.reshape(len(pacts), -1), pairs.reshape(len(pairs), -1), rng).reshape(pacts.shape)
    return drawn | drawn.transpose(0, 2, 1)


def matched(held: np.ndarray, living: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """In each row as many pairs drawn as hold a pact, among the living (rows, pairs)."""
    keys = np.where(living, rng.random(living.shape), 2.0)  # behind all that live
    wanted = held.sum(axis=1, keepdims=True)
    last = np.take_along_axis(np.sort(keys, axis=1), np.maximum(wanted - 1, 0), axis=1)
    return (keys <= last) & (wanted > 0)


def random_joiners(sides: ArrayLike, leaders: ArrayLike, alive: ArrayLike, rng: np.random.Generator) -> np.ndarray:
    """The same wars with as many joiners in all, but who joins which war on which side is left to chance.

    Parameters
    ----------
    sides : array of (wars, states)
        1 on one side, -1 on the other, 0 for those that stay out.
    leaders : array of (wars, 2) of int
        The two states that began each war; they stay where they are.
    alive : array of (wars, states) of bool
        Who could have joined.
    """
    sides, leaders, alive = _sides(sides), np.asarray(leaders), np.asarray(alive, bool)
    if not len(sides):
        return sides
    led = np.zeros(sides.shape, bool)
    np.put_along_axis(led, leaders, True, axis=1)
    joins = int(((sides != 0) & ~led).sum())
    drawn = np.where(led, sides, 0)
    chosen = rng.choice(np.argwhere(alive & ~led), joins, replace=False)
    drawn[chosen[:, 0], chosen[:, 1]] = rng.choice([-1, 1], joins)
    return drawn


def beside_random_matching(
    metric: Callable[[np.ndarray, np.ndarray], Metric],
    pact: ArrayLike,
    alive: ArrayLike,
    rng: np.random.Generator,
    draws: int = 199,
) -> Compared:
    """A metric of pacts beside `draws` random matchings of equal density.

    Density itself never differs from its null, by construction.

    Parameters
    ----------
    metric : callable of (pact, alive)
        For example `lambda pact, alive: pact_lifetimes(pact, alive).median()`.
    """
    pact, alive = np.asarray(pact, bool), np.asarray(alive, bool)
    return compare(metric(pact, alive), [metric(random_matching(pact, alive, rng), alive) for _ in range(draws)])


def beside_random_joiners(
    metric: Callable[[np.ndarray], Metric],
    sides: ArrayLike,
    leaders: ArrayLike,
    alive: ArrayLike,
    rng: np.random.Generator,
    draws: int = 199,
) -> Compared:
    """A metric of the sides of wars beside `draws` drawings of `random_joiners`.

    Parameters
    ----------
    metric : callable of (sides)
        For example `coalition_share`, or `lambda sides: minimal_winning_share(sides, strength)`.
    """
    drawn = (random_joiners(sides, leaders, alive, rng) for _ in range(draws))
    return compare(metric(np.asarray(sides, int)), [metric(sides) for sides in drawn])
