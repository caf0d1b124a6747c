"""What states did in a history, as the inputs of the metrics: W worlds of N states, T years.

Years lived are indexed by their opening, 0..T-1. Where a measure is about what states choose, only focal ones count;
what is of the system (power, pacts, wars) is of all.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ...core.actions import OBJECT_VERBS, PLAIN_VERBS
from ...core.world import NOBODY, Outcome, Verb
from ...metrics.alignment import Opportunities, Side
from ...metrics.commitments import chained, trapped
from ...metrics.walt import Choices
from ..history import History
from .disputes import Disputes
from .pledges import Calls, calls

SITUATIONS = 16  # challenged or not, challenging or not, a partner challenged or not, tied or not


@dataclass(frozen=True)
class Conduct:
    """One history, taken apart.

    Parameters
    ----------
    history : History
    focal : (W, N) bool
        Whose choices are measured.
    networks : int
        Of how many worlds the network of pacts is taken apart, which takes long.
    """

    history: History
    focal: np.ndarray
    networks: int

    @property
    def worlds(self) -> int:
        """W."""
        return self.focal.shape[0]

    @cached_property
    def scenario(self) -> str:
        """What tells its scenario from others."""
        return self.history.scenario.content_hash()

    @cached_property
    def living(self) -> np.ndarray:
        """Who lives at the opening of a year that was lived (T, W, N)."""
        return self.history.alive[:-1] & self.history.going[1:, :, None]

    # disputes and wars

    @cached_property
    def disputes(self) -> Disputes:
        """All disputes that a year began with."""
        return Disputes.of(self.history)

    @cached_property
    def choosing(self) -> np.ndarray:
        """Focal third parties of each dispute that could have joined either side (D, N)."""
        return self.disputes.open_to_both & self.focal[self.disputes.world]

    @cached_property
    def told(self) -> Opportunities:
        """Opportunities of focal third parties to join either side."""
        return self.disputes.opportunities(self.choosing)

    @cached_property
    def told_worlds(self) -> np.ndarray:
        """World of each row of `told`."""
        return self.disputes.world[self.told.dispute]

    def choices(self, side: Side) -> Choices:
        """Those of `told` that took a side or abstained, with Walt's sources."""
        rows = np.isin(self.told.side, (side, Side.ABSTAIN))
        sources = self.disputes.sources(self.choosing)
        return Choices(self.told.side[rows] == side, sources[rows], self.told_worlds[rows])

    @cached_property
    def wars(self) -> Disputes:
        """Disputes that were pressed to war."""
        return self.disputes.wars()

    @cached_property
    def chained(self) -> np.ndarray:
        """Focal third parties (wars, N) that fight beside a principal to which they were tied."""
        wars = self.wars
        tied = np.stack([wars.tied(wars.challenger), wars.tied(wars.target)], axis=-1)
        leaders = np.stack([wars.challenger, wars.target], axis=1)
        return chained(wars.sides, leaders, tied) & self.focal[wars.world]

    @cached_property
    def entrapped(self) -> np.ndarray:
        """Which of `chained` (wars, N) fight a foe that threatens them no more than the friend they fight for."""
        wars, entrants = self.wars, self.chained
        challenger, target = wars.threats(wars.challenger), wars.threats(wars.target)
        with_challenger = wars.sides > 0
        foe, friend = np.where(with_challenger, target, challenger), np.where(with_challenger, challenger, target)
        return entrants & trapped(foe, friend)

    @cached_property
    def calls(self) -> Calls:
        """Calls upon the pledges of focal states."""
        all_ = calls(self.disputes)
        kept = self.focal[all_.world, all_.actor]
        return Calls(*(column[kept] for column in all_))

    @cached_property
    def forces_lost(self) -> np.ndarray:
        """Share of its forces that fighting cost each state in a year (T, W, N): all of them where it fell."""
        before, after = self.history.actor[:-1], self.history.actor[1:]
        built = before["forces"] + after["spent"] * before["economy"]
        faded = built * (1.0 - self.disputes.parameters.forces_fade)
        left = np.divide(after["forces"], faded, out=np.ones_like(faded), where=faded > 0.0)
        return np.where(self.fought, np.clip(1.0 - left, 0.0, 1.0), 0.0)

    @cached_property
    def fronts(self) -> np.ndarray:
        """In how many wars each state fights in a year (T, W, N)."""
        fronts = np.zeros(self.living.shape, int)
        np.add.at(fronts, (self.wars.year, self.wars.world), (self.wars.sides != 0).astype(int))
        return fronts

    @property
    def fought(self) -> np.ndarray:
        """Who fought in a year (T, W, N)."""
        return self.fronts > 0

    @cached_property
    def severities(self) -> np.ndarray:
        """Forces that each war cost all who fought it, as a share of all forces of the system as the year opened.

        Who fights in several wars lost to each in equal parts.
        """
        at = self.wars.year, self.wars.world
        forces = self.history.actor["forces"][at]
        lost = self.forces_lost[at] * forces / np.maximum(self.fronts[at], 1)
        return np.where(self.wars.sides != 0, lost, 0.0).sum(axis=1) / forces.sum(axis=1)

    @cached_property
    def attacks(self) -> np.ndarray:
        """Who presses a war against whom, or opens a dispute by choice, in a year (T, W, N, N)."""
        attacks = np.zeros((*self.living.shape, self.living.shape[2]), bool)
        attacks[self.wars.year, self.wars.world, self.wars.challenger, self.wars.target] = True
        after = self.history.actor[1:]
        opened = (after["dispute"] != NOBODY) & (after["chosen"] > 0) & self.history.going[1:, :, None]
        year, world, state = np.nonzero(opened)
        attacks[year, world, state, after["dispute"][opened]] = True
        return attacks

    # ties

    @cached_property
    def pacts(self) -> np.ndarray:
        """Pacts between living states at the end of a year that was lived, index 0 the start (T + 1, W, N, N)."""
        alive = self.history.alive
        return (self.history.pair["pact"] > 0.0) & alive[..., :, None] & alive[..., None, :]

    @cached_property
    def pairs(self) -> tuple[np.ndarray, np.ndarray]:
        """Pacts, and pairs that live, of the pairs above the diagonal: twice (T + 1, W, pairs)."""
        i, j = np.triu_indices(self.focal.shape[1], k=1)
        alive = self.history.alive
        return self.pacts[..., i, j], alive[..., i] & alive[..., j]

    @cached_property
    def last_pacts(self) -> np.ndarray:
        """Pacts at the ends of the first `networks` worlds (networks, N, N)."""
        some = np.arange(min(self.networks, self.worlds))
        return self.pacts[self.history.years[some], some]

    def signs(self, years: np.ndarray) -> np.ndarray:
        """Signed ties at the ends of some years (years, W, N, N): pacts and clients 1; sanctions, disputes, wars -1.

        Where a pair has both, the hostile one counts; pairs that do not both live have none.
        """
        actor, alive = self.history.actor[years], self.history.alive[years]
        seats = np.arange(self.focal.shape[1])
        client = actor["patron"][..., None] == seats
        at_odds = (actor["dispute"][..., None] == seats) | (self.history.pair["sanction"][years] > 0.0)
        fought = (actor["outcome"] >= Outcome.STALEMATE) & (actor["opponent"] != NOBODY)
        at_odds |= fought[..., None] & (actor["opponent"][..., None] == seats)
        friends, foes = (
            ties | ties.swapaxes(-1, -2) for ties in (client | (self.history.pair["pact"][years] > 0.0), at_odds)
        )
        both = alive[..., :, None] & alive[..., None, :] & ~np.eye(seats.size, dtype=bool)
        return np.where(both, np.where(foes, -1, friends.astype(int)), 0)

    @cached_property
    def sanctioning(self) -> np.ndarray:
        """Whose sanction on whom bites in a year (T, W, N, N): those that stood at its opening, and new ones."""
        after, seats = self.history.actor[1:], np.arange(self.focal.shape[1])
        new = (after["verb"] == Verb.SANCTION)[..., None] & (after["target"][..., None] == seats)
        stands = (self.history.pair["sanction"][:-1] > 0.0) | new
        return stands & self.living[..., :, None] & self.living[..., None, :]

    # what states do and get

    @cached_property
    def decisions(self) -> tuple[np.ndarray, ...]:
        """Verbs done by focal states (decisions,), legal ways to do each (decisions, verbs), situations and worlds."""
        rows = self.living & self.focal
        year, world, state = np.nonzero(rows)
        verbs = self.history.actor["verb"][1:][rows].astype(int)
        legal = self.history.legal[1:][rows]
        plain, objects = legal[:, :PLAIN_VERBS], legal[:, PLAIN_VERBS:].reshape(len(legal), -1, rows.shape[2] - 1)
        ways = np.zeros((len(legal), PLAIN_VERBS + len(OBJECT_VERBS)))
        ways[:, :PLAIN_VERBS] = plain
        ways[:, PLAIN_VERBS : PLAIN_VERBS + objects.shape[1]] = objects.sum(axis=2)
        return verbs, ways, self._situations[year, world, state], world

    @property
    def _situations(self) -> np.ndarray:
        """Number of the situation in which each state is as the year opens (T, W, N)."""
        disputed = self.history.actor["dispute"][:-1]
        challenged = (disputed[..., None] == np.arange(disputed.shape[2])).any(axis=-2)
        pacts = self.pacts[:-1]
        partner = (pacts & challenged[..., None, :]).any(axis=-1)
        tied = pacts.any(axis=-1) | (self.history.actor["patron"][:-1] != NOBODY)
        bits = (challenged, disputed != NOBODY, partner, tied)
        return sum(bit.astype(int) << place for place, bit in enumerate(bits))

    @cached_property
    def welfare(self) -> np.ndarray:
        """Output of each state, mean over the years of its world, 0 after its fall (W, N)."""
        lived = self.history.going[1:, :, None]
        return np.where(lived, self.history.actor["economy"][1:], 0.0).sum(axis=0) / self.history.years[:, None]
