"""Forks: branches of a world that share its chance and differ in one thing, so that what follows is its effect.

Draws are functions of a world's key and year, not of a generator's state, so branches draw alike however far their
histories part: a comparison of branches is paired by design (common random numbers; Law 2015, Simulation Modeling and
Analysis, section 11.2). Sizes: `M` cases, each a world of an origin, `K` branches of each, `N` actors.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from ...core.actions import PLAIN_VERBS, encode
from ...core.draws import make_key
from ...core.reward import DESIGNS, Term, design_weights
from ...core.world import NOBODY, Clock, Verb
from ...scenario import LONGEST_GAME, Scenario
from ...vector import VectorEnv
from ..history import Act, let_act, year_draws

HORIZON = 10  # years that a fork is followed; design choice
AGE = 10  # years that worlds have lived when they are forked: pacts have formed and beliefs have settled

Players = str | list[str] | np.ndarray | None


class Fork:
    """K branches of each of M cases, lived side by side over a fixed horizon: the random end is off.

    Write to `actor` and `pair` before the first year, or use the methods that do; then `live` or `run`, once.

    Parameters
    ----------
    origin : VectorEnv
        Worlds as they stand; they stay as they are.
    cases : (M,) of int
        Worlds of the origin, each as often as it is wanted.
    branches : int
    act : callable, optional
        Chooses for the seats that no player holds. It knows worlds by their numbers in the origin; what it
        remembers is not forked, so policies with a memory of their own need another way.
    threads : int, optional
        By default those of the origin.

    Raises
    ------
    ValueError
        For seats that nobody plays.
    """

    def __init__(
        self,
        origin: VectorEnv,
        cases: np.ndarray,
        branches: int,
        act: Act | None = None,
        threads: int | None = None,
    ) -> None:
        self.origin, self.cases, self.act = origin, np.asarray(cases), act
        if act is None and (origin.worlds.actor["player"][self.cases] == NOBODY).any():
            raise ValueError("a fork needs a player in every seat, or `act` for the others")
        self.shape = (len(self.cases), branches)
        self.batch = origin.fork(np.repeat(self.cases, branches), threads or origin.threads)
        self.forced = np.full((*self.shape, origin.num_actors), NOBODY, np.int64)  # acts of the year to come
        self.actor = self.batch.worlds.actor.reshape(self.forced.shape)  # (M, K, N) records
        self._rows = np.arange(len(self.cases))
        self.batch.worlds.clock[:, Clock.RANDOM_END] = 0

    def pair(self, field: str) -> np.ndarray:
        """What stands between two actors by name, (M, K, N, N), at [..., i, j]."""
        return self._unfold(self.batch.worlds.pair[field])

    @property
    def terms(self) -> np.ndarray:
        """Reward terms of the last year (M, K, N, terms); zeros in worlds that had ended before it."""
        return self._unfold(self.batch.outputs.terms)

    @property
    def going(self) -> np.ndarray:
        """Whether a branch has not ended (M, K): one state may hold too much, or stand alone."""
        return self._unfold(self.batch.outputs.ended) == 0

    def raise_forces(self, branch: int, seats: np.ndarray, delta: float) -> None:
        """Raise the forces of `seats` (M,) by the share `delta`; capability shares follow at the first year's end."""
        self.actor["forces"][self._rows, branch, seats] *= 1.0 + delta

    def seat(self, branch: int, seats: np.ndarray, player: str) -> None:
        """Let `player` hold `seats` (M,) throughout: see `players` of `VectorEnv`."""
        self.actor["player"][self._rows, branch, seats] = self.batch.player_id(player)

    def ally(self, branch: int, one: np.ndarray, other: np.ndarray) -> None:
        """Put a new pact between the states `one` and `other` (M,), with a new pact's pledges."""
        self.part(branch, one, other)
        for i, j in ((one, other), (other, one)):
            self.pair("pact")[self._rows, branch, i, j] = 1.0
            self.pair("willingness")[self._rows, branch, i, j] = self.batch.parameters.pledge_start

    def part(self, branch: int, one: np.ndarray, other: np.ndarray) -> None:
        """Take pact, pledges and offers between the states `one` and `other` (M,) away."""
        for field in ("pact", "willingness", "offer"):
            for i, j in ((one, other), (other, one)):
                self.pair(field)[self._rows, branch, i, j] = 0.0

    def force(self, branch: int, seats: np.ndarray, verb: Verb, targets: np.ndarray | None = None) -> None:
        """Force `verb` on `seats` (M,) in the first year, towards `targets` (M,) where it takes an object.

        Raises
        ------
        ValueError
            Where it is not legal in the origin as it stands.
        """
        actions = self.actions(verb)[self._rows, branch, seats, 0 if targets is None else targets]
        shut = self.origin.action_masks[self.cases, seats, actions] == 0
        if shut.any():
            case = int(shut.argmax())
            raise ValueError(f"case {case}: {verb.name.lower()} is not legal for seat {int(np.asarray(seats)[case])}")
        self.forced[self._rows, branch, seats] = actions

    def redraw(self, branch: int, number: int) -> None:
        """Give a branch another chance: draws of its own, the same for all branches redrawn by one `number`."""
        key = self._unfold(self.batch.worlds.clock)[:, branch, Clock.KEY]
        key[:] = [make_key(int(old), number, 0) for old in key]

    def actions(self, verb: Verb) -> np.ndarray:
        """The action that does `verb`, (M, K, N, N), at [..., i, j] of i towards j."""
        first, place = encode(int(verb), 0, self.batch.num_actors), self.pair("place")
        return np.full(place.shape, first) if verb < PLAIN_VERBS else first + place.astype(np.int64)

    def live(self, years: int) -> Iterator[int]:
        """Live year by year, 1..years; between them the arrays tell what happened.

        What stands in `forced` when a year begins is done in it, and then cleared.
        """
        self.batch.look()
        start = int(self.batch.worlds.clock[:, Clock.YEAR].max(initial=0))
        for year in range(1, years + 1):
            if self.act is not None:
                draws = np.repeat(year_draws(self.origin, start + year)[self.cases], self.shape[1], axis=0)
                let_act(self.batch, self.act, draws, np.repeat(self.cases, self.shape[1]))
            self.batch.advance(self.forced.reshape(self.batch.pending_actions.shape))
            self.forced[...] = NOBODY
            yield year

    def run(self, years: int) -> np.ndarray:
        """Live `years` years; sums of the reward terms (M, K, N, terms). Doctrines do not leave the kernel."""
        totals = np.zeros((*self.shape, self.batch.num_actors, len(Term)))
        in_kernel = self.act is None
        for _ in self.live(1 if in_kernel else years):
            totals += self.terms
        if in_kernel and years > 1:
            totals += self._unfold(self.batch.run(years - 1))
        self.batch.close()
        return totals

    def _unfold(self, array: np.ndarray) -> np.ndarray:
        return array.reshape(*self.shape, *array.shape[1:])


def aged_worlds(
    scenario: str | Scenario,
    players: Players,
    *,
    worlds: int,
    seed: int,
    years: int = AGE,
    act: Act | None = None,
    threads: int | None = None,
    **overrides: Any,
) -> VectorEnv:
    """Worlds that have lived `years` years, to be forked.

    Parameters
    ----------
    players : name, list of names, (W, N) of names or ids, or None
        Who holds the seats; a list is drawn from, for every seat of every world. None: `act` plays all.

    Raises
    ------
    ValueError
        For seats that nobody plays.
    """
    batch = VectorEnv(scenario, worlds, threads=threads, autoreset=False, **overrides)
    if batch.setting.random_end:
        batch.max_cycles = LONGEST_GAME
    batch.reset(seed)
    if players is not None:
        batch.set_players(seated(players, batch, seed))
    if act is None:
        batch.run(years)
        return batch
    for year in range(1, years + 1):
        let_act(batch, act, year_draws(batch, year), np.arange(worlds))
        batch.advance()
    return batch


def seated(players: Players, batch: VectorEnv, seed: int) -> np.ndarray:
    """Players in the seats (W, N): as an array says, or ids of one name, or of names drawn from a list."""
    if isinstance(players, np.ndarray):
        return players
    ids = [batch.player_id(name) for name in ([players] if isinstance(players, str) else players or [])]
    return np.random.default_rng(seed).choice(ids, (batch.num_worlds, batch.num_actors))


def living(origin: VectorEnv) -> np.ndarray:
    """Who lives in a world that has not ended (W, N)."""
    return (origin.outputs.alive > 0) & (origin.outputs.ended == 0)[:, None]


def draw_where(allowed: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """One entry of `allowed` (W, n) drawn in each world that has any: numbers of the worlds (M,), entries (M,)."""
    worlds = np.flatnonzero(allowed.any(1))
    return worlds, (rng.random(allowed.shape) * allowed)[worlds].argmax(1)


def wants(origin: VectorEnv, cases: np.ndarray) -> dict[str, np.ndarray]:
    """Weights (M, N, terms) of the reward terms by which outcomes are judged: each state's own, and each design.

    What states want never touches the dynamics, so one fork scores all.
    """
    own = origin.worlds.design[cases]
    weights = {name: np.array(design_weights(name, origin.parameters)) for name in DESIGNS}
    return {"own wants": own, **{name: np.broadcast_to(each, own.shape) for name, each in weights.items()}}
