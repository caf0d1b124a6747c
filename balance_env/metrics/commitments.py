"""What commitments do to those who make them: betrayal, entrapment, chain gangs, and calls that nobody answers."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from .result import Metric

AFTERMATH = 5  # years after a pact in which an attack is a betrayal of it; design choice


def betrayal_counts(attack: ArrayLike, pact: ArrayLike, alive: ArrayLike, within: int = AFTERMATH) -> np.ndarray:
    """Pairs betrayed, and pairs that could be (..., 2), summed over years; see `betrayal`.

    Parameters
    ----------
    attack, pact : array of (years, ..., states, states)
    alive : array of (years, ..., states) of bool
    """
    attack, pact, alive = np.asarray(attack, bool), np.asarray(pact, bool), np.asarray(alive, bool)
    exposed = pact.copy()
    for lag in range(1, within + 1):
        exposed[lag:] |= pact[:-lag]
    exposed &= np.triu(alive[..., :, None] & alive[..., None, :], k=1)
    betrayed = exposed & (attack | attack.swapaxes(-1, -2))
    return np.stack([betrayed.sum(axis=(0, -2, -1)), exposed.sum(axis=(0, -2, -1))], axis=-1)


def betrayal(attack: ArrayLike, pact: ArrayLike, alive: ArrayLike, within: int = AFTERMATH) -> Metric:
    """Attacks on partners, present or of late: share of dyad-years in which one attacks the other.

    A dyad-year counts where a pact stood at its opening or at that of one of the `within` years before, so that a
    pact left in order to attack counts as well. `n` counts those dyad-years; without pacts there is no value.

    Parameters
    ----------
    attack : array of (years, states, states)
        True where the first opens a dispute with the second by choice, or presses one to war, in that year.
    pact : array of (years, states, states), symmetric
        At the opening of the year.
    alive : array of (years, states) of bool

    Source: Leeds 2003 on the violation of pacts; the aftermath and the dyad-year as unit: design choice.
    """
    betrayed, exposed = betrayal_counts(attack, pact, alive, within)
    return Metric.share(betrayed, exposed, "no dyad-year under a pact or after one")


def entrapment(threat_of_foe: ArrayLike, threat_of_friend: ArrayLike) -> Metric:
    """Share of entries into a tied state's war against a foe that threatens the entrant no more than its friend does.

    Who enters such a war is dragged into a conflict over interests of its friend that it does not share. An entrant
    that the foe threatens more than the friend does has an interest of its own. `n` counts entries.

    Parameters
    ----------
    threat_of_foe, threat_of_friend : array of (entries,)
        Threat posed to the entrant by the principal that it fights and by the one that it is tied to.

    Source: Snyder 1984, 1997 on entrapment; the comparison of threats: design choice.
    """
    of = trapped(np.asarray(threat_of_foe, float), np.asarray(threat_of_friend, float))
    return Metric.share(of.sum(), of.size, "nobody entered a war of a state that it is tied to")


def trapped(threat_of_foe: np.ndarray, threat_of_friend: np.ndarray) -> np.ndarray:
    """Which entries are of the entrapped, see `entrapment`."""
    return threat_of_foe <= threat_of_friend


def chain_gang(sides: ArrayLike, leaders: ArrayLike, tied: ArrayLike) -> Metric:
    """Entrants per war that were tied to the state they fight for: 0 where every war stays with those who began it.

    `n` counts wars.

    Parameters
    ----------
    sides : array of (wars, states)
        1 on one side, -1 on the other, 0 for those that stay out.
    leaders : array of (wars, 2) of int
        The two states that began each war: of side 1, of side -1.
    tied : array of (wars, states, 2) of bool
        Whether a state was tied to either leader before.

    Source: Christensen & Snyder 1990 on chain gangs; the count: design choice.
    """
    sides, leaders = np.asarray(sides, int), np.asarray(leaders, int)
    if not len(sides):
        return Metric.none("no wars")
    return Metric(float(chained(sides, leaders, tied).sum() / len(sides)), len(sides))


def chained(sides: np.ndarray, leaders: np.ndarray, tied: ArrayLike) -> np.ndarray:
    """Which states (wars, states) enter a war beside a leader that they were tied to."""
    enters = sides != 0
    np.put_along_axis(enters, leaders, False, axis=1)
    tied = np.asarray(tied, bool)
    return enters & np.where(sides > 0, tied[..., 0], tied[..., 1])


def abstention(answered: ArrayLike) -> Metric:
    """Share of calls upon a pledge that the pledged did not answer by its act; `n` counts calls.

    A partner that does something else in the year of the call brings a part of its pledge at most.

    Parameters
    ----------
    answered : array of (calls,) of bool

    Source: Snyder 1984, 1997 on abandonment; as a share of calls: design choice.
    """
    answered = np.asarray(answered, bool)
    return Metric.share((~answered).sum(), answered.size, "no pledge was called upon")
