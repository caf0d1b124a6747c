"""Every seat of every world as an environment of its own, in Gymnasium's words: for learners that know one agent."""

from __future__ import annotations

from typing import Any

import numpy as np

from .checks import check_snapshot
from .scenario import Scenario
from .vector import VectorEnv

COUNTS = ("over", "returns", "years")  # of a snapshot, beside the batch's own


class Slots:
    """W worlds of N states as W * N environments, whose learner is shared: slot `w * N + i`. Arrays are fresh.

    An ended world begins again in the same step. A fallen state stays in its slot, as a zero row with invest alone
    legal and no reward, until then.

    Parameters
    ----------
    scenario, num_worlds, **options
        As of `VectorEnv`.
    state : bool
        Look at the true worlds, for central critics.

    Attributes
    ----------
    batch : VectorEnv
    num_envs : int
        W * N.
    state, last_state : (W, S)
        The true worlds as they stand, and as they stood before those that ended began again; None if not looked at.
    ended : (W,) bool
        Worlds that ended in the last step; `last_rows` (W * N, D) holds what was seen at their end.
    actions, illegal : int
        Received from living states so far, and how many of them their masks ruled out.
    over : (W * N,) bool
        Whether the slot's episode ended in the last step: its state fell, or its world ended.
    returns, years : (W * N,)
        Rewards and years of the slot's episode up to the last step, that of its end included.
    """

    def __init__(
        self, scenario: str | Scenario = "default", num_worlds: int = 1, *, state: bool = False, **options: Any
    ) -> None:
        # the last truth of a world must be seen before it begins again
        self.batch = batch = VectorEnv(scenario, num_worlds, autoreset=not state, **options)
        self.gives_state = state
        self.state: np.ndarray | None = None
        self.last_state: np.ndarray | None = None
        self.num_envs = batch.num_worlds * batch.num_actors
        self.actions = self.illegal = 0
        self._begin()

    def _begin(self) -> None:
        self.over = np.zeros(self.num_envs, bool)
        self.returns, self.years = np.zeros(self.num_envs), np.zeros(self.num_envs, np.int64)
        self.ended = np.zeros(self.batch.num_worlds, bool)

    def _look_anew(self) -> None:
        """Look at worlds that may all be other ones."""
        if self.gives_state:
            self.state = self.last_state = self.batch.state()

    def _see_and_begin(self) -> np.ndarray:
        """Look at all true worlds, begin the next episode where one ended and look there anew; the rows."""
        self.state = self.last_state = self.batch.state()
        if self.ended.any():
            self.batch.begin_next(self.ended)
            self.state = self.last_state.copy()
            self.state[self.ended] = self.batch.state(self.ended)
        return self.rows()

    def reset(self, seed: int | None = None) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        """Start all worlds: rows (W * N, D), and infos with `action_mask` (W * N, A)."""
        self.batch.reset(seed)
        self._begin()
        self._look_anew()
        return self.rows(), {"action_mask": self.masks()}

    def step(self, actions: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, dict[str, np.ndarray]]:
        """One year: rows, rewards (float32), whether a state fell or its world ended, whether it was cut, infos."""
        self.actions += int(self.batch.outputs.alive.sum())
        self.returns[self.over], self.years[self.over] = 0.0, 0
        by_seat = np.asarray(actions).reshape(self.batch.num_worlds, -1)
        _, *told, infos = self.batch.step(by_seat)
        rewards, terminated, truncated = (array.flatten() for array in told)
        self.illegal += int(infos["illegal_action"].sum())
        self.returns += rewards
        self.years += 1
        self.ended = infos["ended"] > 0
        self.over = terminated | np.repeat(self.ended, self.batch.num_actors)
        rows = self.rows()
        self.last_rows = self.batch.outputs.final_rows.reshape(rows.shape)
        if self.gives_state:
            self.last_rows, rows = rows, self._see_and_begin()
        return rows, rewards.astype(np.float32), terminated, truncated, {"action_mask": self.masks()}

    def rows(self) -> np.ndarray:
        """What every slot sees (W * N, D), which the next step leaves alone."""
        return self.batch.keep_rows().reshape(self.num_envs, -1)

    def masks(self) -> np.ndarray:
        """Legal actions (W * N, A) int8 of the year to come."""
        return self.batch.action_masks.reshape(self.num_envs, -1).copy()

    def get_state(self) -> dict[str, Any]:
        """A picklable snapshot: the same actions after `set_state` give the same future."""
        return {"batch": self.batch.get_state(), **{name: getattr(self, name).copy() for name in COUNTS}}

    def set_state(self, snapshot: dict[str, Any]) -> None:
        """Return to a snapshot; ValueError if it does not fit."""
        self.batch.set_state(check_snapshot(snapshot, "batch")["batch"])
        for name in COUNTS:
            setattr(self, name, snapshot[name].copy())
        self._look_anew()
