"""Disputes and wars of a history between pairs of states, as scholars of disputes count them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..core.world import NOBODY, Outcome
from .codebook import COW_LOST, COW_STALEMATE, COW_WON, MISSING
from .history import History

WARS = (Outcome.STALEMATE, Outcome.WON, Outcome.LOST)  # MUTUAL is told under the other's challenge


class Heads(NamedTuple):
    """Disputes that came to a head, one row each: year, world, challenger, target and what became of it."""

    t: np.ndarray
    w: np.ndarray
    i: np.ndarray
    j: np.ndarray
    outcome: np.ndarray

    def where(self, chosen: np.ndarray) -> Heads:
        """The rows where `chosen` (n,) is True."""
        return Heads(*(column[chosen] for column in self))


class DisputeYears(NamedTuple):
    """What was between i and j in a year, arrays (T + 1, W, N, N), all at [i, j]; zeros where nothing was.

    A dispute is between its challenger and its target; its war is between all who stand on two sides.
    """

    heads: Heads
    challenge: np.ndarray  # i opens a dispute with j
    onset: np.ndarray  # they enter a dispute on two sides
    ongoing: np.ndarray
    side_a: np.ndarray  # i is on the challenger's side of it
    originator: np.ndarray  # i is the challenger or the target of it
    war: np.ndarray  # they fight on two sides
    together: np.ndarray  # they fight on one side
    initiator: np.ndarray  # i pressed its dispute to this war
    outcome: np.ndarray  # of this war for i, by COW's codes
    ending: np.ndarray  # what became of the dispute of i with j, an Outcome

    @property
    def endings(self) -> tuple[str, ...]:
        """The words of `ending`."""
        return tuple(outcome.name.lower().replace("_", " ") for outcome in Outcome)


def heads_of(history: History) -> Heads:
    """The disputes that came to a head, by year, world and seat."""
    actor = history.actor
    is_head: np.ndarray = (actor["opponent"] != NOBODY) & (actor["outcome"] != Outcome.NONE) & history.going[:, :, None]
    is_head[0] = False
    t, w, i = np.nonzero(is_head)
    return Heads(t, w, i, actor["opponent"][t, w, i], actor["outcome"][t, w, i])


def dispute_years(history: History) -> DisputeYears:
    """Disputes and wars between all pairs in all years.

    Two states that oppose each other in two wars of a year have the outcome of that of the later seat.
    """
    shape = history.pair["side"].shape
    heads = heads_of(history)
    years = DisputeYears(heads, *(np.zeros(shape, "i1") for _ in DisputeYears._fields[1:]))
    _open(history, years)
    for matrix, at_challenger, at_target in (
        (years.ongoing, 1, 1),
        (years.side_a, 1, 0),
        (years.originator, 1, 1),
    ):
        matrix[heads.t, heads.w, heads.i, heads.j] |= at_challenger
        matrix[heads.t, heads.w, heads.j, heads.i] |= at_target
    years.ending[heads.t, heads.w, heads.i, heads.j] = heads.outcome
    _fight(history, years)
    return years


def _open(history: History, years: DisputeYears) -> None:
    """Enter the disputes that stand at a year's end: each was opened in it."""
    t, w, i = np.nonzero((history.actor["dispute"] != NOBODY) & history.going[:, :, None])
    j = history.actor["dispute"][t, w, i]
    years.challenge[t, w, i, j] = years.side_a[t, w, i, j] = 1
    for matrix in (years.onset, years.ongoing, years.originator):
        matrix[t, w, i, j] = matrix[t, w, j, i] = 1


def _fight(history: History, years: DisputeYears) -> None:
    """Enter the wars, pair by pair of those who took part."""
    heads = years.heads
    wars = heads.where(np.isin(heads.outcome, WARS))
    sides = history.pair["side"][wars.t, wars.w, wars.i].astype("i4")  # (wars, N)
    product = sides[:, :, None] * sides[:, None, :]
    product[:, np.arange(sides.shape[1]), np.arange(sides.shape[1])] = 0
    n, a, b = np.nonzero(product > 0)
    years.together[wars.t[n], wars.w[n], a, b] = 1
    n, a, b = np.nonzero(product < 0)
    at = wars.t[n], wars.w[n], a, b
    years.war[at] = years.ongoing[at] = 1
    is_principal = [(seat == wars.i[n]) | (seat == wars.j[n]) for seat in (a, b)]
    years.originator[at] |= is_principal[0]
    years.onset[at] |= ~(is_principal[0] & is_principal[1])  # whoever joins enters the dispute now
    years.side_a[at] |= sides[n, a] > 0
    winner = np.select([wars.outcome == Outcome.WON, wars.outcome == Outcome.LOST], [1, -1], 0)[n]
    won = np.where(sides[n, a] == winner, COW_WON, COW_LOST)
    years.outcome[at] = np.where(winner == 0, COW_STALEMATE, won)
    pressed = heads.where(heads.outcome >= Outcome.STALEMATE)
    years.initiator[pressed.t, pressed.w, pressed.i, pressed.j] = 1


def or_missing(values: np.ndarray, is_there: np.ndarray) -> np.ndarray:
    """`values` (n,), and MISSING where nothing is there."""
    return np.where(is_there, values, np.array(MISSING, values.dtype))
