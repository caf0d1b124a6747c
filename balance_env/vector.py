"""Many worlds as arrays: who plays them, how they begin, how a year is asked for and what it returns."""

from __future__ import annotations

import copy
import secrets
from typing import Any

import numpy as np

from .batch import Batch, Out
from .checks import checked_actions, is_whole
from .core.reward import Term
from .core.world import NOBODY, Clock, World
from .scenario import Scenario
from .scenarios import load_scenario
from .seating import FIRST_TRAINED, Players, Seating
from .spaces import action_space, row_space, state_space

SEED_BITS = 62


class VectorEnv(Batch):
    """W worlds of one scenario, stepped together.

    Parameters
    ----------
    scenario : str, path or Scenario
        Name of a scenario of the package, a YAML file, or a Scenario.
    num_worlds : int
        W, at least 1.
    threads : int, optional
        Cores that share the batch; by default as many as it can feed. Changes no bit.
    players : str or sequence of str, optional
        Who plays each seat: doctrines and trained states by name (see `balance-env list`), policies by the
        path of their folder, or `learner` for seats whose actions you give. By default every seat is yours.
    copy : bool
        Return fresh arrays at every step. By default **arrays are reused between steps**: what
        `reset` and `step` return is overwritten by the next step.
    autoreset : bool
        An ended world returns its next episode's observation in the same step (Gymnasium's
        same-step autoreset), its last one in `infos["final_obs"]`. Otherwise it stays as it ended.
    **overrides
        Fields of the scenario or parameters of the game, e.g. `states=12, offence=2.0`.

    Attributes
    ----------
    num_worlds, num_actors, num_actions, row_size : int
        W, N, A and D.
    single_observation_space, single_action_space : gymnasium.Space
        Of one seat.

    Raises
    ------
    ValueError
        For an unknown scenario, key, value or player, naming it and what is allowed; for more worlds than memory holds,
        or more threads than there are cores.
    """

    def __init__(
        self,
        scenario: str | Scenario = "default",
        num_worlds: int = 1,
        *,
        threads: int | None = None,
        players: Players = None,
        copy: bool = False,
        autoreset: bool = True,
        **overrides: Any,
    ) -> None:
        if not is_whole(num_worlds) or num_worlds < 1:
            raise ValueError(f"num_worlds = {num_worlds!r}: a whole number from 1")
        super().__init__(load_scenario(scenario, **overrides), int(num_worlds), threads, autoreset)
        self.seating = Seating(self.scenario, self.num_worlds, self.num_actors, self.row_size)
        seated = np.broadcast_to(self.seating.ids(players), self.num_actors).copy()
        self._template = self._template._replace(player=seated)
        self.single_observation_space = row_space(self.num_actors)
        self.single_action_space = action_space(self.num_actors, self.setting.open_verbs)
        self.state_space = state_space(self.num_actors)
        self._copy = copy
        self._plays = self._trained_play = False

    def _note_players(self) -> None:
        """Note whether doctrines and trained states play: some may sit only from the next episode on, or until then."""
        seated = np.append(self._template.player, self._worlds.actor["player"])
        self._plays, self._trained_play = bool((seated > NOBODY).any()), bool((seated <= FIRST_TRAINED).any())

    @property
    def max_cycles(self) -> int:
        """Years to the cut. Setting it fixes the horizon from the next reset on and ends the random end."""
        return self.setting.last_year

    @max_cycles.setter
    def max_cycles(self, years: int) -> None:
        if not is_whole(years) or years < 1:
            raise ValueError(f"max_cycles = {years!r}: a whole number from 1")
        self.setting = self.setting._replace(last_year=int(years), random_end=0)

    @property
    def worlds(self) -> World:
        """The true worlds, as arrays of records (see `core.world`): to read; who writes to them `look`s after."""
        return self._worlds

    @property
    def action_masks(self) -> np.ndarray:
        """Legal actions (W, N, A) int8 of the year to come."""
        return self._out.masks

    @property
    def seed(self) -> int | None:
        """The seed in force, None before the first reset."""
        return self._seed

    def reset(self, seed: int | None = None) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        """Start episodes in all worlds.

        With a seed: episode 0 under it. Without: the next episode under the seed in force; the first
        reset ever takes its seed from the system's entropy (see `infos["seed"]`).

        Returns
        -------
        observations : (W, N, D) float32
        infos : dict of arrays; see `step`

        Raises
        ------
        ValueError
            If the seed is not a whole number in 0..2^62.
        """
        if seed is not None:
            if not is_whole(seed) or not 0 <= seed < 2**SEED_BITS:
                raise ValueError(f"seed = {seed!r}: a whole number from 0 to 2^{SEED_BITS} - 1")
            self._seed = int(seed)
            self._episodes[:] = 0
        elif self._seed is None:
            self._seed = secrets.randbits(SEED_BITS)
            self._episodes[:] = 0
        else:
            self._episodes[:] = self._worlds.clock[:, Clock.EPISODE] + 1
        self._clear()
        self._step(self._episodes)
        self._note_players()
        return self._returned(self._out.rows), self._infos()

    def set_players(self, players: Players, closed: np.ndarray | None = None) -> None:
        """Seat other players until the worlds begin again.

        Parameters
        ----------
        players : one for all seats, (N,) one a seat, or (W, N)
            By name, or by id: see `player_id`; NOBODY for learners. One with a memory remembers from now on.
        closed : (W, N) of int, optional
            Verbs that are closed to the seat, bit v for verb v; for experiments.

        Raises
        ------
        ValueError
            For an unknown player, and for a policy that does not fit the scenario.
        """
        self._worlds.actor.player[...] = self.seating.ids(players)
        self._worlds.actor.closed[...] = 0 if closed is None else closed
        self.look()

    def player_id(self, name: str) -> int:
        """The id of a player in this batch, for arrays of players; ValueError as of `set_players`."""
        return self.seating.id_of(name)

    def player_names(self) -> np.ndarray:
        """Who sits in each seat, by name (W, N)."""
        return self.seating.spell(self._worlds.actor["player"])

    def look(self) -> None:
        """Write rows and masks anew, from worlds that an experiment has changed, players included."""
        self._note_players()
        self._leave_kept_rows()
        self._look()

    def fork(self, chosen: np.ndarray, threads: int | None = None) -> VectorEnv:
        """Copies of the worlds `chosen` (M,) as they stand, in a batch of their own without autoreset.

        A copy keeps the key and the calendar of its world, so all copies of one draw the same chance: their
        futures differ by what differs in them and in what is done, and by nothing else.

        Parameters
        ----------
        chosen : (M,) of int
            Numbers of worlds, each as often as it is wanted.
        threads : int, optional
            Of the copies' batch, as for any batch.

        Raises
        ------
        RuntimeError
            Before the first reset.
        """
        if self._seed is None:
            raise RuntimeError("fork before reset: call reset(seed) first")
        forked = copy.copy(self)
        forked.setting = self.setting._replace(autoreset=0)
        forked.seating = self.seating.fork(chosen)
        forked._allocate(len(chosen), threads)
        for array, its in zip(self._worlds, forked._worlds, strict=True):
            its[...] = array[chosen]
        forked.look()
        return forked

    def begin_next(self, chosen: np.ndarray) -> None:
        """Start the next episode in the worlds where `chosen` (W,) is True; the others stay as they are."""
        self._leave_kept_rows()
        self._begin_next(chosen)

    def check_actions(self, actions: Any) -> None:
        """Keep `actions` (W, N) for the next year.

        Raises
        ------
        TypeError, ValueError
            If they are not whole numbers, of another shape, or outside 0..A-1.
        """
        self._actions[:] = checked_actions(actions, self._actions.shape, self.num_actions)

    def step(self, actions: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, dict[str, np.ndarray]]:
        """One year in all worlds.

        Parameters
        ----------
        actions : (W, N) of int
            Those of seats that players hold are overwritten.

        Returns
        -------
        observations : (W, N, D) float32
            Of the next episode where a world ended (with autoreset).
        rewards : (W, N) float64
        terminations : (W, N) bool
            True in the year of a state's fall, and for the living when the world ends.
        truncations : (W, N) bool
            True for the living at the cut.
        infos : dict of arrays
            `action_mask` (W, N, A) int8; `terms` (W, N, K) of the reward; `alive`, `illegal_action` (W, N)
            int8; `ended` (W,) an `Ending`; `disputes` (that came to a head), `wars`, `falls` (W,) of the
            year; `year`, `episode` (W,) int64;
            `seed` (W,); `final_obs` (W, N, D) and `_final_obs` (W,) bool: the last rows of ended worlds.

        Raises
        ------
        RuntimeError
            Before the first reset.
        TypeError, ValueError
            See `check_actions`.
        """
        if self._seed is None:
            raise RuntimeError("step before reset: call reset(seed) first")
        self.check_actions(actions)
        self.advance()
        out = self._out
        returned = self._returned
        return (
            returned(out.rows),
            returned(out.rewards),
            returned(out.terminations),
            returned(out.truncations),
            self._infos(),
        )

    def advance(self, forced: np.ndarray | None = None) -> Out:
        """One year under the actions in `pending_actions`, unchecked; returns the outputs themselves.

        `forced` (W, N): actions that stand over what anybody chose; NOBODY where there is none.
        """
        if self._plays:
            self._choose()
        if self._trained_play:
            self.seating.act(self._worlds, self._out.rows, self._out.masks, self._draw(), self._actions)
        if forced is not None:
            np.copyto(self._actions, forced, where=forced != NOBODY)
        is_any_at_rest = not self.setting.autoreset and self._worlds.clock[:, Clock.ENDED].any()
        self._leave_kept_rows(all_are_written=not is_any_at_rest)
        self._step(self._live)
        return self._out

    @property
    def pending_actions(self) -> np.ndarray:
        """The array (W, N) int64 of the actions of the year to come."""
        return self._actions

    @property
    def outputs(self) -> Out:
        """What the last step or reset wrote: see `kernels.cpu.Out`."""
        return self._out

    def keep_rows(self) -> np.ndarray:
        """The rows (W, N, D) as they stand, which the next step leaves alone: it writes into an array of its own.

        So an adapter hands rows on without copying them. They are copied where players still read them.
        """
        is_read = self._plays or self._trained_play
        self._are_rows_kept = not is_read
        return self._out.rows.copy() if is_read else self._out.rows

    def run(self, years: int) -> np.ndarray:
        """`years` years in which players hold every seat, without leaving the kernel where all are doctrines.

        Returns
        -------
        totals : (W, N, K) float64
            Sum of each term of the reward by seat, over the ends of episodes; any weights make a return of it.

        Raises
        ------
        ValueError
            If a seat is a learner's.
        RuntimeError
            Before the first reset.
        """
        if self._seed is None:
            raise RuntimeError("run before reset: call reset(seed) first")
        if (self._worlds.actor.player == NOBODY).any():
            raise ValueError("run needs a player in every seat; give players=... when making the environment")
        self._leave_kept_rows()
        if not self._trained_play:
            return self._run(years)
        totals = np.zeros((self.num_worlds, self.num_actors, len(Term)))
        for _ in range(years):
            totals += self.advance().terms
        return totals

    def get_state(self) -> dict[str, Any]:
        """A picklable snapshot, players included: the same actions after `set_state` give the same future."""
        return {**super().get_state(), "seating": self.seating.get_state()}

    def set_state(self, snapshot: dict[str, Any]) -> None:
        """Return to a snapshot of `get_state`.

        Raises
        ------
        ValueError
            If it is of another version, scenario or batch size, or of a trained player that is not to be found.
        """
        self._check_fit(snapshot)
        players, now = snapshot["players"], snapshot["worlds"]["actor"]["player"]
        players, now = (self.seating.set_state(snapshot["seating"], ids) for ids in (players, now))
        self._restore(snapshot, players)
        self._worlds.actor["player"] = now
        self._clear()
        self.look()

    def observe(self) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        """Observations and infos as they stand, as after `reset`."""
        return self._returned(self._out.rows), self._infos()

    def _returned(self, array: np.ndarray) -> np.ndarray:
        return array.copy() if self._copy else array

    def _infos(self) -> dict[str, np.ndarray]:
        out, clock = self._out, self._worlds.clock
        infos = {
            "action_mask": out.masks,
            "terms": out.terms,
            "alive": out.alive,
            "illegal_action": out.illegal,
            "ended": out.ended,
            "disputes": out.heads,
            "wars": out.wars,
            "falls": out.falls,
            "year": clock[:, Clock.YEAR],
            "episode": clock[:, Clock.EPISODE],
            "seed": clock[:, Clock.SEED],
            "final_obs": out.final_rows,
            "_final_obs": (out.ended > 0) & bool(self.setting.autoreset),
        }
        return {name: array.copy() for name, array in infos.items()} if self._copy else infos
