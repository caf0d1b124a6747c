"""Stable-Baselines3: a batch as a native VecEnv with masks, seeds, falls and cuts."""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from . import require, tell_of_dropped_masks

require("sb3")

from stable_baselines3.common.vec_env import VecEnv

from ..checks import check_snapshot
from ..scenario import Scenario
from ..vector import VectorEnv

NOTHING: dict[str, Any] = {}  # the infos of a slot with nothing to say, shared to be quick


class SB3VecEnv(VecEnv):
    """Every seat of every world is one environment of Stable-Baselines3: slot `w * N + i`.

    A slot's episode is done when its state falls and when its world ends. A fallen seat stays in its
    slot as a zero row with invest alone legal and reward 0 until its world begins again; whoever
    learns from these rows should leave them out (`agents.ppo.LivingRolloutBuffer` does). The cut is told
    by `TimeLimit.truncated`, so that values are bootstrapped; last rows are in `terminal_observation`.

    Parameters
    ----------
    scenario, num_worlds, threads, **overrides
        As of `VectorEnv`.
    state : bool
        Look at the true worlds, for central critics.

    Attributes
    ----------
    batch : VectorEnv
    state, last_state : (W, S) the true worlds as they stand, and as they stood before those that ended began again
    designs : (M, K) the different weights of the reward terms that the scenario gives
    design : (W * N,) which of them each slot has
    """

    def __init__(
        self,
        scenario: str | Scenario = "default",
        num_worlds: int = 1,
        *,
        threads: int | None = None,
        state: bool = False,
        **overrides: Any,
    ) -> None:
        self.gives_state = state  # the last truth of a world must be seen before it begins again
        self.batch = VectorEnv(scenario, num_worlds, threads=threads, autoreset=not state, **overrides)
        self.designs = np.unique(self.batch.scenario.template().designs, axis=0)
        self.render_mode = None
        count = self.batch.num_worlds * self.batch.num_actors
        super().__init__(count, self.batch.single_observation_space, self.batch.single_action_space)
        self._actions = np.zeros(count, np.int64)
        self._returns, self._lengths = np.zeros(count), np.zeros(count, np.int64)
        self._began = time.time()

    def action_masks(self) -> np.ndarray:
        """Legal actions (W * N, A) bool of the year to come."""
        return self._flat(self.batch.action_masks).astype(bool)

    def reset(self) -> np.ndarray:
        """Start episodes, under the seed given by `seed` if one was given since the last reset."""
        self.batch.reset(self._seeds[0])
        self._reset_seeds()
        self._returns[:], self._lengths[:] = 0.0, 0
        return self._begin()

    def _begin(self) -> np.ndarray:
        """Look at worlds that may all be other ones; the rows."""
        self.design = self._designs_now()
        if self.gives_state:
            self.state = self.last_state = self.batch.state()
        return self._rows()

    def step_async(self, actions: np.ndarray) -> None:
        """Keep the actions (W * N,) of the year to come."""
        self._actions = np.asarray(actions)

    def step_wait(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, list[dict[str, Any]]]:
        """One year: (rows, rewards, dones, infos), one of each a slot; arrays are fresh."""
        batch = self.batch
        _, rewards, terminations, truncations, told = batch.step(self._actions.reshape(batch.num_worlds, -1))
        tell_of_dropped_masks(told["illegal_action"], "sb3")
        cut, over = self._flat(truncations), self._flat(terminations | truncations)
        dones = self._flat(terminations | (told["ended"] > 0)[:, None])
        rewards = self._flat(rewards).astype(np.float32)
        self._returns += rewards
        self._lengths += 1
        infos: list[dict[str, Any]] = [NOTHING] * self.num_envs
        last_rows, rows = self._flat(told["final_obs"]), self._rows()
        began = told["_final_obs"]
        if self.gives_state:
            last_rows, rows, began = rows, self._see_and_begin(told["ended"] > 0), told["ended"] > 0
        for slot in np.flatnonzero(dones):
            last = last_rows if began[slot // batch.num_actors] else rows
            infos[slot] = {"terminal_observation": last[slot].copy(), "TimeLimit.truncated": bool(cut[slot])}
            if over[slot]:
                years, seconds = int(self._lengths[slot]), round(time.time() - self._began, 6)
                infos[slot]["episode"] = {"r": float(self._returns[slot]), "l": years, "t": seconds}
        self._returns[dones], self._lengths[dones] = 0.0, 0
        if told["ended"].any():
            self.design = self._designs_now()
        return rows, rewards, dones, infos

    def _see_and_begin(self, ended: np.ndarray) -> np.ndarray:
        """Look at all true worlds, begin the next episode where one `ended` (W,) and look there anew; the rows."""
        self.state = self.last_state = self.batch.state()
        if ended.any():
            self.batch.begin_next(ended)
            self.state = np.where(ended[:, None], self.batch.state(ended), self.state)
        return self._rows()

    def get_state(self) -> dict[str, Any]:
        """A picklable snapshot: the same actions after `set_state` give the same future."""
        return {"batch": self.batch.get_state(), "returns": self._returns.copy(), "lengths": self._lengths.copy()}

    def set_state(self, snapshot: dict[str, Any]) -> np.ndarray:
        """Return to a snapshot and give the rows as they stood; ValueError if it does not fit."""
        self.batch.set_state(check_snapshot(snapshot, "batch")["batch"])
        self._returns[:], self._lengths[:] = snapshot["returns"], snapshot["lengths"]
        return self._begin()

    def close(self) -> None:
        """Let the threads go."""
        self.batch.close()

    def get_attr(self, attr_name: str, indices: Any = None) -> list[Any]:
        """An attribute of this environment or its batch, once a slot."""
        return [getattr(self._owner(attr_name), attr_name)] * len(list(self._get_indices(indices)))

    def set_attr(self, attr_name: str, value: Any, indices: Any = None) -> None:
        """Set an attribute of the batch; slots share it."""
        setattr(self.batch, attr_name, value)

    def env_method(self, method_name: str, *method_args: Any, indices: Any = None, **method_kwargs: Any) -> Any:
        """What a method returns, once a slot; `action_masks` as one array, whose rows are the slots'."""
        if method_name == "action_masks":
            masks = self.action_masks()
            return masks if indices is None else masks[list(self._get_indices(indices))]
        result = getattr(self._owner(method_name), method_name)(*method_args, **method_kwargs)
        return [result] * len(list(self._get_indices(indices)))

    def env_is_wrapped(self, wrapper_class: type, indices: Any = None) -> list[bool]:
        """No slot is wrapped."""
        return [False] * len(list(self._get_indices(indices)))

    def _owner(self, name: str) -> Any:
        return self if hasattr(self, name) else self.batch

    def _flat(self, array: np.ndarray) -> np.ndarray:
        return array.reshape(self.num_envs, *array.shape[2:])

    def _rows(self) -> np.ndarray:
        """Rows to keep: SB3 stores a row only after the next step."""
        return self._flat(self.batch.keep_rows())

    def _designs_now(self) -> np.ndarray:
        return self._flat(np.abs(self.batch.worlds.design[:, :, None] - self.designs).sum(-1).argmin(-1))
