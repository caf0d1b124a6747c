"""Stable-Baselines3: a batch as a native VecEnv with masks, seeds, falls and cuts."""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from . import require, tell_of_dropped_masks

require("sb3")

from stable_baselines3.common.vec_env import VecEnv

from ..scenario import Scenario
from ..slots import Slots

NOTHING: dict[str, Any] = {}  # the infos of a slot with nothing to say, shared to be quick


class SB3VecEnv(VecEnv):
    """The slots of `balance_env.slots.Slots` as environments of Stable-Baselines3.

    A slot's episode is done when its state falls and when its world ends. Whoever learns should leave out the rows
    of the fallen (`agents.ppo.LivingRolloutBuffer` does). The cut is told by `TimeLimit.truncated`, so that values
    are bootstrapped; last rows are in `terminal_observation`.

    Parameters
    ----------
    scenario, num_worlds, **options
        As of `Slots`.

    Attributes
    ----------
    slots : Slots
    batch : VectorEnv
    designs : (M, K) the different weights of the reward terms that the scenario gives
    design : (W * N,) which of them each slot has
    """

    def __init__(self, scenario: str | Scenario = "default", num_worlds: int = 1, **options: Any) -> None:
        self.slots = Slots(scenario, num_worlds, **options)
        self.batch = batch = self.slots.batch
        self.designs = np.unique(batch.scenario.template().designs, axis=0)
        self.render_mode = None
        self._began = time.time()
        super().__init__(self.slots.num_envs, batch.single_observation_space, batch.single_action_space)

    def action_masks(self) -> np.ndarray:
        """Legal actions (W * N, A) bool of the year to come."""
        return self.slots.masks().astype(bool)

    def reset(self) -> np.ndarray:
        """Start episodes, under the seed given by `seed` if one was given since the last reset."""
        rows, _ = self.slots.reset(self._seeds[0])
        self._reset_seeds()
        self._note_designs()
        return rows

    def step_async(self, actions: np.ndarray) -> None:
        """Keep the actions (W * N,) of the year to come."""
        self._actions = actions

    def step_wait(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, list[dict[str, Any]]]:
        """One year: (rows, rewards, dones, infos), one of each a slot; arrays are fresh."""
        rows, rewards, terminated, cut, _ = self.slots.step(self._actions)
        tell_of_dropped_masks(self.batch.outputs.illegal, "sb3")
        has_ended = np.repeat(self.slots.ended, self.batch.num_actors)
        infos: list[dict[str, Any]] = [NOTHING] * self.num_envs
        for slot in np.flatnonzero(self.slots.over):
            last = self.slots.last_rows[slot] if has_ended[slot] else rows[slot]
            infos[slot] = {"terminal_observation": last.copy(), "TimeLimit.truncated": bool(cut[slot])}
            if terminated[slot] or cut[slot]:  # else it had ended before, when the state fell
                earned, years = float(self.slots.returns[slot]), int(self.slots.years[slot])
                infos[slot]["episode"] = {"r": earned, "l": years, "t": round(time.time() - self._began, 6)}
        if has_ended.any():
            self._note_designs()
        return rows, rewards, self.slots.over, infos

    def get_state(self) -> dict[str, Any]:
        """A picklable snapshot: the same actions after `set_state` give the same future."""
        return self.slots.get_state()

    def set_state(self, snapshot: dict[str, Any]) -> np.ndarray:
        """Return to a snapshot and give the rows as they stood; ValueError if it does not fit."""
        self.slots.set_state(snapshot)
        self._note_designs()
        return self.slots.rows()

    def close(self) -> None:
        """Let the threads go."""
        self.batch.close()

    def get_attr(self, attr_name: str, indices: Any = None) -> list[Any]:
        """An attribute of this environment or its batch, once a slot."""
        return [getattr(self if hasattr(self, attr_name) else self.batch, attr_name)] * self._count(indices)

    def set_attr(self, attr_name: str, value: Any, indices: Any = None) -> None:
        """Set an attribute of the batch; slots share it."""
        setattr(self.batch, attr_name, value)

    def env_method(self, method_name: str, *method_args: Any, indices: Any = None, **method_kwargs: Any) -> Any:
        """What a method returns, once a slot; `action_masks` as one array, whose rows are the slots'."""
        result = self.get_attr(method_name, 0)[0](*method_args, **method_kwargs)
        if method_name == "action_masks":
            return result if indices is None else result[list(self._get_indices(indices))]
        return [result] * self._count(indices)

    def env_is_wrapped(self, wrapper_class: type, indices: Any = None) -> list[bool]:
        """No slot is wrapped."""
        return [False] * self._count(indices)

    def _count(self, indices: Any) -> int:
        return len(list(self._get_indices(indices)))

    def _note_designs(self) -> None:
        design = self.batch.worlds.design[:, :, None]
        self.design = np.abs(design - self.designs).sum(-1).argmin(-1).reshape(-1)
