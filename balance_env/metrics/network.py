"""The shape of ties among states: balanced triads, blocs, and whether blocs are those one would expect."""

from __future__ import annotations

from collections.abc import Sequence

import networkx as nx
import numpy as np
from numpy.typing import ArrayLike

from .result import Compared, Metric, compare


def _symmetric(ties: ArrayLike) -> np.ndarray:
    """Ties of (states, states), symmetric, with nothing between a state and itself."""
    ties = np.asarray(ties)
    if ties.ndim != 2 or (ties != ties.T).any() or ties.diagonal().any():
        raise ValueError("ties are a symmetric matrix of (states, states) with a diagonal of 0")
    return ties


def _signed(signs: ArrayLike) -> np.ndarray:
    signs = _symmetric(signs).astype(int)
    if not np.isin(signs, (-1, 0, 1)).all():
        raise ValueError(f"a tie is 1 (friends), -1 (foes) or 0 (neither), not {np.unique(signs)}")
    return signs


def triad_balance(signs: ArrayLike) -> Metric:
    """Share of triads tied on all three sides in which the product of signs is positive; `n` counts triads.

    Balanced are three friends, and two friends with a common foe. One grand alliance is balanced throughout, as is
    its null: it has an excess of 0, for its signs tell nothing. Where nobody is tied there is no triad and no value.

    Parameters
    ----------
    signs : array of (states, states), symmetric
        1 between friends, -1 between foes, 0 where there is no tie.

    Source: Cartwright & Harary 1956; the share of triads as its degree: Harary 1959.
    """
    balanced, triads = triad_counts(_signed(signs))
    return Metric.share(balanced, triads, "no three states are all tied")


def triad_counts(signs: np.ndarray) -> np.ndarray:
    """Balanced triads, and all that are tied on three sides (..., 2), in signs (..., states, states)."""
    signs = np.asarray(signs, float)
    tied = np.abs(signs)
    triads = np.einsum("...ij,...ji->...", tied @ tied, tied) / 6  # each is walked from three states in two directions
    surplus = np.einsum("...ij,...ji->...", signs @ signs, signs) / 6  # balanced less unbalanced
    return np.stack([(triads + surplus) / 2, triads], axis=-1)


def permuted_signs(signs: ArrayLike, rng: np.random.Generator) -> np.ndarray:
    """The same pairs are tied by as many friendly and hostile ties, but which is which is left to chance.

    Of one network (states, states), or of each of many (..., states, states).
    """
    signs = np.asarray(signs)
    above = np.triu_indices(signs.shape[-1], k=1)
    ties = signs[..., above[0], above[1]]
    keys = np.where(ties != 0, rng.random(ties.shape), 2.0)  # ties before pairs that are not tied
    places = np.argsort(np.where(ties != 0, np.arange(ties.shape[-1]), ties.shape[-1]), axis=-1, kind="stable")
    shuffled = np.take_along_axis(ties, np.argsort(keys, axis=-1), axis=-1)
    new = np.zeros_like(ties)
    np.put_along_axis(new, places, shuffled, axis=-1)
    drawn = np.zeros_like(signs)
    drawn[..., above[0], above[1]] = new
    return drawn + drawn.swapaxes(-1, -2)


def triad_balance_beside_null(signs: ArrayLike, rng: np.random.Generator, draws: int = 199) -> Compared:
    """`triad_balance` beside `draws` permutations of the signs over the ties."""
    return compare(triad_balance(signs), [triad_balance(permuted_signs(signs, rng)) for _ in range(draws)])


NO_TIES = "no two states are tied"


def _graph(ties: ArrayLike) -> nx.Graph:
    return nx.from_numpy_array((_symmetric(ties) != 0).astype(int))


def blocs(ties: ArrayLike) -> np.ndarray:
    """A bloc's number for each state, by greedy maximisation of modularity; who has no ties is a bloc of one.

    Parameters
    ----------
    ties : array of (states, states), symmetric
        Not 0 where two states are allied. States that should not count (the fallen) are left out by the caller.

    Source: Clauset, Newman & Moore 2004 (networkx).
    """
    graph = _graph(ties)
    numbers = np.arange(len(graph))
    if graph.number_of_edges():
        for number, members in enumerate(nx.community.greedy_modularity_communities(graph)):
            numbers[list(members)] = number
    return numbers


def modularity(ties: ArrayLike, partition: Sequence[int] | np.ndarray | None = None) -> Metric:
    """Share of ties inside blocs, less that expected if states kept their numbers of ties but tied at random.

    0 for one grand alliance, 1 - 1/k for k equal blocs without ties between them; without ties there is no value.
    Blocs found in random ties have a modularity well above 0, so set it beside a random matching of equal density.
    `n` counts ties.

    Parameters
    ----------
    ties : array of (states, states), symmetric
    partition : array of (states,), optional
        A bloc's number for each state; `blocs(ties)` where it is not given.

    Raises
    ------
    ValueError
        For a partition that has not one bloc for each state.

    Source: Newman & Girvan 2004 (networkx).
    """
    graph = _graph(ties)
    if not graph.number_of_edges():
        return Metric.none(NO_TIES)
    numbers = blocs(ties) if partition is None else np.asarray(partition)
    if numbers.shape != (len(graph),):
        raise ValueError(f"a partition has a bloc for each of {len(graph)} states, not shape {numbers.shape}")
    groups = [np.flatnonzero(numbers == number).tolist() for number in np.unique(numbers)]
    return Metric(float(nx.community.modularity(graph, groups)), graph.number_of_edges())


def bloc_agreement(ties: ArrayLike, reference: Sequence[int] | np.ndarray) -> Metric:
    """Adjusted mutual information of the blocs found with a reference partition: 1 for the same, 0 as by chance.

    There is no value without ties, where every state is a bloc of one, nor for a reference that puts all states in
    one bloc or each in its own: both would agree with a trivial system. `n` counts states.

    Parameters
    ----------
    ties : array of (states, states), symmetric
    reference : array of (states,)
        The bloc that each state is held to belong to.

    Raises
    ------
    ValueError
        For a reference that has not one bloc for each state.

    Source: Vinh, Epps & Bailey 2010 (scikit-learn).
    """
    from sklearn.metrics import adjusted_mutual_info_score  # takes seconds to import

    ties, reference = _symmetric(ties), np.asarray(reference)
    if reference.shape != ties.shape[:1]:
        raise ValueError(f"a reference has a bloc for each of {len(ties)} states, not shape {reference.shape}")
    if not ties.any():
        return Metric.none(NO_TIES, len(ties))
    if len(np.unique(reference)) in (1, len(reference)):
        return Metric.none("the reference has one bloc of all, or all blocs of one", len(ties))
    return Metric(float(adjusted_mutual_info_score(reference, blocs(ties))), len(ties))
