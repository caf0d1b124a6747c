"""Disputes and wars between pairs of states, as scholars of disputes count them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...core.world import NOBODY, Outcome
from .codebook import COW_LOST, COW_STALEMATE, COW_WON
from .lived import Lived, places

WARS = (Outcome.STALEMATE, Outcome.WON, Outcome.LOST)  # MUTUAL is told under the other's challenge


class Heads(NamedTuple):
    """Disputes that came to a head: place among the years lived, challenger, target and what became of it."""

    n: np.ndarray
    i: np.ndarray
    j: np.ndarray
    outcome: np.ndarray

    def where(self, chosen: np.ndarray) -> Heads:
        """The rows where `chosen` is True."""
        return Heads(*(column[chosen] for column in self))


class DisputeYears(NamedTuple):
    """What was between i and j in a year, arrays (L, N, N), all at [i, j]; zeros where nothing was.

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


def dispute_years(lived: Lived) -> DisputeYears:
    """Disputes and wars between all pairs in all years.

    Two states that oppose each other in two wars of a year have the outcome of that of the later seat.
    """
    opponent, outcome = lived.actor["opponent"], lived.actor["outcome"]
    n, i = places(opponent != NOBODY)
    heads = Heads(n, i, opponent[n, i], outcome[n, i])
    shape = (*opponent.shape, opponent.shape[1])
    years = DisputeYears(heads, *(np.zeros(shape, "i1") for _ in DisputeYears._fields[1:]))
    dispute = lived.actor["dispute"]  # each that stands at a year's end was opened in it
    n, i = places(dispute != NOBODY)
    opened = Heads(n, i, dispute[n, i], np.zeros(len(n), int))
    years.challenge[n, i, opened.j] = 1
    for began, rows in ((True, opened), (False, heads)):
        years.side_a[rows.n, rows.i, rows.j] = 1
        for matrix in (years.ongoing, years.originator, *([years.onset] if began else [])):
            matrix[rows.n, rows.i, rows.j] = matrix[rows.n, rows.j, rows.i] = 1
    years.ending[heads.n, heads.i, heads.j] = heads.outcome
    _fight(lived, years)
    return years


def _fight(lived: Lived, years: DisputeYears) -> None:
    """Enter the wars, pair by pair of those who took part."""
    heads = years.heads
    wars = heads.where(np.isin(heads.outcome, WARS))
    sides = lived.history.pair["side"][lived.t[wars.n], lived.w[wars.n], wars.i].astype("i4")  # (wars, N)
    product = sides[:, :, None] * sides[:, None, :] * (1 - np.eye(sides.shape[1], dtype="i4"))
    war, a, b = places(product > 0)
    years.together[wars.n[war], a, b] = 1
    war, a, b = places(product < 0)
    at = wars.n[war], a, b
    years.war[at] = years.ongoing[at] = 1
    is_principal = [(seat == wars.i[war]) | (seat == wars.j[war]) for seat in (a, b)]
    years.originator[at] |= is_principal[0]
    years.onset[at] |= ~(is_principal[0] & is_principal[1])  # whoever joins enters the dispute now
    years.side_a[at] |= sides[war, a] > 0
    winner = np.select([wars.outcome == Outcome.WON, wars.outcome == Outcome.LOST], [1, -1], 0)[war]
    won = np.where(sides[war, a] == winner, COW_WON, COW_LOST)
    years.outcome[at] = np.where(winner == 0, COW_STALEMATE, won)
    pressed = heads.where(heads.outcome >= Outcome.STALEMATE)
    years.initiator[pressed.n, pressed.i, pressed.j] = 1
