"""Disputes of a history and where third parties stood in them, as arrays: a row a dispute, a column a third party.

What third parties could know is read at the opening of the year in which a dispute comes to a head: threat as they
perceived it, the rest from the true world; what they did, from that year's acts.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ...core.actions import encode
from ...core.params import Parameters
from ...core.world import NOBODY, Outcome, Verb
from ...metrics.alignment import Opportunities, Side
from ..history import History

WARS = (Outcome.STALEMATE, Outcome.WON, Outcome.LOST)  # a mutual one is told under the other's challenge


@dataclass(frozen=True)
class Disputes:
    """Disputes that were open as a year began; D rows, N columns.

    Parameters
    ----------
    history : History
    year : (D,) int
        Index of the opening in the history; the year's end is the next.
    world, challenger, target : (D,) int
    """

    history: History
    year: np.ndarray
    world: np.ndarray
    challenger: np.ndarray
    target: np.ndarray

    @classmethod
    def of(cls, history: History) -> Disputes:
        """All disputes that a year of a history began with."""
        disputed = history.actor["dispute"][:-1]
        year, world, challenger = np.nonzero((disputed != NOBODY) & history.going[1:, :, None])
        return cls(history, year, world, challenger, disputed[year, world, challenger].astype(int))

    def where(self, rows: np.ndarray) -> Disputes:
        """The disputes for which `rows` is true."""
        return Disputes(self.history, self.year[rows], self.world[rows], self.challenger[rows], self.target[rows])

    def __len__(self) -> int:
        return len(self.year)

    @property
    def parameters(self) -> Parameters:
        """The scenario's numbers."""
        return self.history.scenario.parameters_resolved()

    @cached_property
    def before(self) -> np.ndarray:
        """Actors (D, N) as the year opened."""
        return self.history.actor[self.year, self.world]

    @cached_property
    def after(self) -> np.ndarray:
        """Actors (D, N) at the year's end, with what happened in it."""
        return self.history.actor[self.year + 1, self.world]

    def toward(self, field: str, seat: np.ndarray, end: bool = False) -> np.ndarray:
        """What each third party has between it and the state in `seat` (D,): a field of `history.pair`, (D, N)."""
        return self.history.pair[field][self.year + end, self.world, :, seat]

    def acts(self, verb: Verb, seat: np.ndarray) -> np.ndarray:
        """Who does `verb` to the state in `seat` this year (D, N)."""
        return (self.after["verb"] == verb) & (self.after["target"] == seat[:, None])

    def may(self, verb: Verb, seat: np.ndarray) -> np.ndarray:
        """Who could do `verb` to the state in `seat`, by its legal mask of that year (D, N)."""
        actors = self.before.shape[1]
        action = encode(verb + 0, 0, actors) + self.toward("place", seat).astype(int)
        legal = self.history.legal[self.year + 1, self.world]
        inside = action < legal.shape[2]
        return inside & np.take_along_axis(legal, np.where(inside, action, 0)[:, :, None], 2)[:, :, 0]

    def one(self, values: np.ndarray, seat: np.ndarray) -> np.ndarray:
        """Values (D, N) of the state in `seat`, as a column (D, 1)."""
        return values[np.arange(len(self)), seat][:, None]

    @cached_property
    def outcome(self) -> np.ndarray:
        """What became of each dispute this year (D,): an `Outcome`."""
        return self.one(self.after["outcome"], self.challenger)[:, 0]

    @cached_property
    def third(self) -> np.ndarray:
        """Who lives and is party to no dispute as the year opens (D, N)."""
        disputed = self.before["dispute"]
        principal = disputed != NOBODY
        row, column = np.nonzero(principal)
        principal[row, disputed[row, column]] = True
        return (self.before["alive"] > 0) & ~principal

    @cached_property
    def strength(self) -> np.ndarray:
        """True quality-adjusted forces (D, N)."""
        return self.before["forces"] * self.before["quality"] * self.before["alive"]

    @cached_property
    def usable(self) -> np.ndarray:
        """Forces that each could use at the target's home, its own whole (D, N)."""
        return self.strength * self.toward("reach", self.target)

    def coalitions(self) -> tuple[np.ndarray, np.ndarray]:
        """Strength (D, N) of the challenger's and of the target's side, as expected, without the third party itself.

        Usable force at the target's home: that of the principal, what its clients owe and, of the target's partners,
        what they pledged by their reputation (as `core.dispute.expected_side`), less the friction of a coalition.
        """
        p, patron = self.parameters, self.before["patron"]
        expected = np.where(
            patron == self.challenger[:, None],
            p.client_dues,
            np.where(
                patron == self.target[:, None],
                -p.client_dues,
                -self.before["reputation"] * self.toward("willingness", self.target),
            ),
        )
        brought = np.where(self.third, expected, 0.0) * self.usable
        sides = []
        for sign, principal in ((1.0, self.challenger), (-1.0, self.target)):
            others = np.maximum(sign * brought, 0.0)
            members = 1 + (others > 0.0).sum(axis=1, keepdims=True) - (others > 0.0)
            force = self.one(self.usable, principal) + others.sum(axis=1, keepdims=True) - others
            sides.append(force * p.friction ** (members - 1))
        return sides[0], sides[1]

    def threats(self, seat: np.ndarray) -> np.ndarray:
        """Threat from the state in `seat`, as each perceived it when it chose (D, N)."""
        return self.toward("threat", seat)

    @cached_property
    def side(self) -> np.ndarray:
        """Where each third party stood by its act (D, N): a `Side`.

        With the target: who allies with it, or bandwagons with it; with the challenger: who bandwagons with it. What
        clients and partners bring without an act of theirs is no choice of that year.
        """
        stood = self.acts(Verb.ALLY, self.target) | self.acts(Verb.BANDWAGON, self.target)
        joined = self.acts(Verb.BANDWAGON, self.challenger)
        return np.where(stood, Side.TARGET, np.where(joined, Side.CHALLENGER, Side.ABSTAIN))

    @cached_property
    def ways(self) -> tuple[np.ndarray, np.ndarray]:
        """In how many ways each third party could have joined the target and the challenger by its act (D, N)."""
        with_target = self.may(Verb.ALLY, self.target).astype(int) + self.may(Verb.BANDWAGON, self.target)
        return with_target, self.may(Verb.BANDWAGON, self.challenger).astype(int)

    @cached_property
    def open_to_both(self) -> np.ndarray:
        """Third parties that could have joined either side by their act (D, N)."""
        return self.third & (self.ways[0] > 0) & (self.ways[1] > 0)

    def opportunities(self, whom: np.ndarray) -> Opportunities:
        """The third parties marked in `whom` (D, N), row by row.

        Power is capability of the two states in dispute, as the field compares the originators of disputes.
        """
        attack, defence = self.coalitions()
        share = self.before["opening_share"]
        both = (self.target, self.challenger)
        columns = (
            self.side,
            *self.ways,
            *(np.broadcast_to(self.one(share, seat), whom.shape) for seat in both),
            *(self.threats(seat) for seat in both),
            defence,
            attack,
        )
        return Opportunities(np.nonzero(whom)[0], *(column[whom] for column in columns))

    def sources(self, whom: np.ndarray) -> np.ndarray:
        """Walt's sources of the challenger's threat to the third parties marked in `whom`; see `walt.Choices`."""
        reach = self.history.pair["reach"][self.year, self.world, self.challenger]  # of the challenger, to each
        its = {
            field: self.one(self.before[field], self.challenger) for field in ("opening_share", "posture", "ideology")
        }
        columns = (
            np.log(its["opening_share"] / np.where(whom, self.before["opening_share"], 1.0)),
            np.log(reach),
            np.broadcast_to(its["posture"], whom.shape),
            self.toward("hostility", self.challenger),
            np.abs(self.before["ideology"] - its["ideology"]),
        )
        return np.stack([column[whom] for column in columns], axis=-1)

    def tied(self, seat: np.ndarray) -> np.ndarray:
        """Who is partner, client or patron of the state in `seat` as the year opens (D, N)."""
        patron = self.before["patron"]
        is_patron = self.one(patron, seat) == np.arange(patron.shape[1])
        return (self.toward("pact", seat) > 0.0) | (patron == seat[:, None]) | is_patron

    def wars(self) -> Disputes:
        """The disputes that were pressed to war."""
        return self.where(np.isin(self.outcome, WARS))

    @property
    def sides(self) -> np.ndarray:
        """Of wars, who fights (D, N): 1 with the challenger, -1 against."""
        return self.history.pair["side"][self.year + 1, self.world, self.challenger].astype(int)
