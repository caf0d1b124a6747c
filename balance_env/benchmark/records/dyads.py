"""Dyad-years: everything between two states as a year opens, and what happened between them in it.

One row a pair, with both directions in it, by default: who challenges, sanctions, pledges and fears is directed, but
the second row of a directed panel repeats the first with 1 and 2 exchanged, at twice the time and space.
`directed=True` gives both rows, as `create_dyadyears()` of peacesciencer does unless told otherwise.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .codebook import MISSING
from .dispute_years import DisputeYears
from .events import sanctions_imposed
from .lived import Lived


class Pairs(NamedTuple):
    """Two states in a year, one row each: place among the years lived, and the seats of ccode1 and ccode2."""

    n: np.ndarray
    i: np.ndarray
    j: np.ndarray


def pairs_of(lived: Lived, directed: bool) -> Pairs:
    """Pairs of states that live as a year opens, the lower code first, or both ways."""
    one, other = lived.ident[:, :, None], lived.ident[:, None, :]
    are_two = one != other if directed else one < other
    return Pairs(*np.nonzero(lived.living[:, :, None] & lived.living[:, None, :] & are_two))


def joint_threat(threat: np.ndarray) -> np.ndarray:
    """The largest threat from a third state that both i and j perceive to be so great, (..., N, N).

    Parameters
    ----------
    threat : (..., N, N), at [i, j] from j as i perceives it; 0 for i = j, so that neither is a third state to itself.

    Source: a common enemy as what makes allies, Walt 1987; as the least of two perceptions, design choice.
    """
    pairs_first = np.ascontiguousarray(np.moveaxis(threat, (-2, -1), (0, 1)))  # long inner loops are quick ones
    joint = np.zeros_like(pairs_first)
    for k in range(threat.shape[-1]):
        np.maximum(joint, np.minimum(pairs_first[:, None, k], pairs_first[None, :, k]), out=joint)
    return np.moveaxis(joint, (0, 1), (-2, -1))


def dyad_years(lived: Lived, disputes: DisputeYears, pairs: Pairs) -> dict[str, np.ndarray]:
    """Columns of the dyad-years (n,), without those that name episode, states and seats."""
    scenario, opening, actors = lived.history.scenario, lived.opening, lived.ident.shape[1]
    first, second = pairs.n * actors + pairs.i, pairs.n * actors + pairs.j  # in flat arrays (L, N)
    there, back = first * actors + pairs.j, second * actors + pairs.i  # [n, i, j] and [n, j, i] of flat (L, N, N)
    homes = lived.ident.take(first) * actors + lived.ident.take(second)
    columns: dict[str, np.ndarray] = {}

    def of_states(name: str, values: np.ndarray) -> None:
        """Values (L, N) of both states."""
        columns[f"{name}1"], columns[f"{name}2"] = values.take(first), values.take(second)

    def both_ways(name: str, values: np.ndarray) -> None:
        """Values (L, N, N) both ways."""
        columns[f"{name}1"], columns[f"{name}2"] = values.take(there), values.take(back)

    def both_ways_if(name: str, values: np.ndarray, is_there: np.ndarray) -> None:
        """The same, and MISSING for pairs (n,) without it."""
        both_ways(name, values)
        for side in "12":
            columns[name + side] = or_missing(columns[name + side], is_there)

    columns["capdist"] = scenario.capital_distance().take(homes)
    columns["mindist"] = scenario.template().distance.take(homes)
    columns["conttype"] = (columns["mindist"] == 0.0).astype("i4")
    of_states("cinc", opening["opening_share"])
    of_states("milper", opening["forces"])
    of_states("economy", opening["economy"])
    both_ways("reach", lived.pair("reach", opens=True))
    ideology = opening["ideology"]
    columns["ideology_gap"] = np.abs(ideology.take(first) - ideology.take(second))
    had, has = (lived.pair("pact", opens=opens).take(there) > 0 for opens in (True, False))
    columns |= {"atop_defense": had, "pact_onset": has & ~had, "pact_end": had & ~has}
    both_ways("pledge", lived.pair("willingness", opens=True))
    patron = opening["patron"]
    columns |= {"client1": patron.take(first) == pairs.j, "client2": patron.take(second) == pairs.i}
    both_ways("sanction", lived.pair("sanction", opens=True) > 0)
    imposed = np.zeros(disputes.war.shape, bool)
    imposed[sanctions_imposed(lived)] = True
    both_ways("sanction_onset", imposed)
    both_ways("hostility", lived.pair("hostility", opens=True))
    threat = lived.pair("threat", opens=True)
    both_ways("threat", threat)
    columns["joint_threat"] = joint_threat(threat).take(there)
    both_ways("challenge", disputes.challenge)
    in_dispute, in_war = disputes.ongoing.take(there), disputes.war.take(there)
    columns |= {"cowmidonset": disputes.onset.take(there), "cowmidongoing": in_dispute}
    both_ways_if("sidea", disputes.side_a, in_dispute > 0)
    both_ways_if("orig", disputes.originator, in_dispute > 0)
    both_ways("midend", disputes.ending)
    columns |= {"cowinteronset": in_war, "cowinterongoing": in_war}
    both_ways_if("initiator", disputes.initiator, in_war > 0)
    both_ways_if("outcome", disputes.outcome, in_war > 0)
    columns["allied_in_war"] = disputes.together.take(there)
    return columns


def or_missing(values: np.ndarray, is_there: np.ndarray) -> np.ndarray:
    """`values` (n,), and MISSING where nothing is there."""
    return np.where(is_there, values, np.array(MISSING, values.dtype))
