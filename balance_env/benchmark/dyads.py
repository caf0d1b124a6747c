"""Directed dyad-years: everything between two states as a year opens, and what happened between them in it.

Directed, since who challenges, sanctions, pledges and fears is directed, and since peacesciencer's
`create_dyadyears()` is directed unless told otherwise; both directions stand in each row, so that one row a pair
loses nothing.
"""

from __future__ import annotations

import numpy as np

from .disputes import DisputeYears, or_missing
from .events import sanctions_imposed
from .history import History

Places = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]


def joint_threat(threat: np.ndarray) -> np.ndarray:
    """The largest threat from a third state that both i and j perceive to be so great, (..., N, N).

    Parameters
    ----------
    threat : (..., N, N), at [i, j] from j as i perceives it; 0 for i = j, so that neither is a third state to itself.

    Source: a common enemy as what makes allies, Walt 1987; as the least of two perceptions, design choice.
    """
    joint = np.zeros_like(threat)
    for k in range(threat.shape[-1]):
        np.maximum(joint, np.minimum(threat[..., :, None, k], threat[..., None, :, k]), out=joint)
    return joint


def dyad_years(history: History, disputes: DisputeYears) -> tuple[Places, dict[str, np.ndarray]]:
    """The dyad-years of a history, by world and year, without what names episode, states and seats.

    Returns
    -------
    places : four (n,) of int
        Year, world and two seats of every directed pair of states that lived as a year opened that was lived.
    columns : dict of (n,)
    """
    worlds, years = np.nonzero(history.going[1:].T)  # the years that were lived
    years += 1
    actors = history.actor.shape[-1]
    living = history.alive[years - 1, worlds]
    n, i, j = np.nonzero(living[:, :, None] & living[:, None, :] & ~np.eye(actors, dtype=bool))
    first, second = n * actors + i, n * actors + j  # in flat arrays (lived, N)
    there, back = first * actors + j, second * actors + i  # [n, i, j] and [n, j, i] in flat arrays (lived, N, N)
    columns: dict[str, np.ndarray] = {}

    def at(values: np.ndarray, lag: int) -> np.ndarray:
        """Values (T + 1, W, ...) of the years that were lived, or of `lag` years before, flat."""
        return values[years - lag, worlds].ravel()

    def of_states(name: str, values: np.ndarray) -> None:
        """Values (T + 1, W, N) of both states as the year opens."""
        flat = at(values, 1)
        columns[f"{name}1"], columns[f"{name}2"] = flat.take(first), flat.take(second)

    def both_ways(name: str, values: np.ndarray, lag: int) -> None:
        """Values (T + 1, W, N, N) both ways."""
        flat = at(values, lag)
        columns[f"{name}1"], columns[f"{name}2"] = flat.take(there), flat.take(back)

    def once(values: np.ndarray, lag: int = 0) -> np.ndarray:
        """Values (T + 1, W, N, N) that are the same both ways."""
        return at(values, lag).take(there)

    actor, pair = history.actor, history.pair
    ident = actor["ident"][0]
    homes = ident[worlds[n], i] * actors + ident[worlds[n], j]
    columns["capdist"] = history.scenario.capital_distance().ravel().take(homes)
    columns["mindist"] = history.scenario.template().distance.ravel().take(homes)
    columns["conttype"] = (columns["mindist"] == 0.0).astype("i4")
    for name, field in (("cinc", "opening_share"), ("milper", "forces"), ("economy", "economy")):
        of_states(name, actor[field])
    both_ways("reach", pair["reach"], 1)
    of_states("ideology", actor["ideology"])
    columns["ideology_gap"] = np.abs(columns.pop("ideology1") - columns.pop("ideology2"))
    pact = pair["pact"] > 0
    columns["atop_defense"] = once(pact, 1)
    columns["pact_onset"] = once(pact) & ~columns["atop_defense"]
    columns["pact_end"] = ~once(pact) & columns["atop_defense"]
    both_ways("pledge", pair["willingness"], 1)
    of_states("patron", actor["patron"])
    columns["client1"], columns["client2"] = columns.pop("patron1") == j, columns.pop("patron2") == i
    both_ways("sanction", pair["sanction"] > 0, 1)
    both_ways("sanction_onset", _imposed(history), 0)
    both_ways("hostility", pair["hostility"], 1)
    both_ways("threat", pair["threat"], 1)
    columns["joint_threat"] = joint_threat(pair["threat"][years - 1, worlds]).ravel().take(there)
    both_ways("challenge", disputes.challenge, 0)
    columns["cowmidonset"], columns["cowmidongoing"] = once(disputes.onset), once(disputes.ongoing)
    columns["cowinteronset"] = columns["cowinterongoing"] = once(disputes.war)
    columns["allied_in_war"] = once(disputes.together)
    for name, values, is_there in (
        ("sidea", disputes.side_a, "cowmidongoing"),
        ("orig", disputes.originator, "cowmidongoing"),
        ("initiator", disputes.initiator, "cowinterongoing"),
        ("outcome", disputes.outcome, "cowinterongoing"),
    ):
        both_ways(name, values, 0)
        for side in "12":
            columns[name + side] = or_missing(columns[name + side], columns[is_there] > 0)
    both_ways("midend", disputes.ending, 0)
    for side in "12":
        columns[f"midend{side}"] = or_missing(columns[f"midend{side}"], columns[f"midend{side}"] > 0)
    return (years[n], worlds[n], i, j), columns


def _imposed(history: History) -> np.ndarray:
    """Where i imposed a sanction on j that did not stand as the year opened (T + 1, W, N, N)."""
    imposed = np.zeros(history.pair["sanction"].shape, bool)
    t, w, i, j = sanctions_imposed(history)
    imposed[t, w, i, j] = True
    return imposed
