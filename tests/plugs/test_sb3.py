"""Stable-Baselines3: the batch as a VecEnv, and MaskablePPO on it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

try:
    from sb3_contrib import MaskablePPO

    from balance_env.adapters.sb3 import SB3VecEnv
except ImportError as error:
    pytest.skip(str(error), allow_module_level=True)

from balance_env import Scenario
from balance_env.testing import FALLS, Year, check_adapter, check_learner, violent


class Played:
    """The VecEnv of Stable-Baselines3, through its own calls."""

    def __init__(self, scenario: Scenario, num_worlds: int) -> None:
        self.env = SB3VecEnv(scenario, num_worlds, threads=1)
        self.shape = (num_worlds, self.env.num_envs // num_worlds)

    def _shaped(self, array: Any) -> np.ndarray:
        return np.asarray(array).reshape(*self.shape, *np.shape(array)[1:])

    def _masks(self) -> np.ndarray:
        return self._shaped(self.env.env_method("action_masks"))

    def reset(self, seed: int | None) -> tuple[np.ndarray, np.ndarray]:
        self.env.seed(seed)
        return self._shaped(self.env.reset()), self._masks()

    def step(self, actions: np.ndarray) -> Year:
        rows, rewards, dones, infos = self.env.step(actions.ravel())
        cut = np.array([info.get("TimeLimit.truncated", False) for info in infos])
        last = np.array([info.get("terminal_observation", row) for info, row in zip(infos, rows, strict=True)])
        return Year(*map(self._shaped, (rows, self._masks().reshape(len(rows), -1), rewards, dones & ~cut, cut, last)))

    def get_state(self) -> Any:
        return self.env.env_method("get_state", indices=0)[0]

    def set_state(self, snapshot: Any) -> tuple[np.ndarray, np.ndarray]:
        self.env.env_method("set_state", snapshot, indices=0)
        return self.env.get_attr("batch", 0)[0].outputs.rows.copy(), self._masks()


@pytest.mark.parametrize("scenario", ["default", "coercive", "powers_1913"])
def test_stable_baselines3_is_told_what_the_batch_tells(scenario):
    assert check_adapter(Played, scenario).falls >= FALLS


def test_maskable_ppo_learns_through_falls_without_an_illegal_action(record_property):
    env = SB3VecEnv(violent(), 4, threads=1)
    received, step = [], env.batch.step

    def counted(actions):
        told = step(actions)
        received.append((told[-1]["illegal_action"].sum(), told[-1]["alive"].sum(), told[-1]["falls"].sum()))
        return told

    env.batch.step = counted
    model = MaskablePPO("MlpPolicy", env, n_steps=40, batch_size=160, n_epochs=1, seed=0, device="cpu")
    before = [weights.clone() for weights in model.policy.parameters()]
    model.learn(2 * 40 * env.num_envs)
    illegal, actions, falls = np.sum(received, axis=0)
    assert illegal == 0
    assert falls > FALLS
    assert any((old != new).any() for old, new in zip(before, model.policy.parameters(), strict=True))
    for name, value in {"ran": "MaskablePPO, two updates", "actions": actions, "illegal": illegal}.items():
        record_property(name, value)

    def act(rows, masks, draws):
        return model.predict(rows, action_masks=masks, deterministic=True)[0]

    assert check_learner(act).falls >= FALLS
