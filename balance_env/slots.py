"""Every seat of every world as an environment of its own, in Gymnasium's words: for learners that know one agent."""

from __future__ import annotations

from typing import Any

import numpy as np

from .scenario import Scenario
from .vector import VectorEnv


class Slots:
    """W worlds of N states as W * N environments, whose learner is shared: slot `w * N + i`. Arrays are fresh.

    An ended world begins again in the same step. A fallen state stays in its slot, as a zero row with invest alone
    legal and no reward, until then.

    Parameters
    ----------
    scenario, num_worlds, threads, **overrides
        As of `VectorEnv`.

    Attributes
    ----------
    batch : VectorEnv
    num_envs : int
        W * N.
    actions, illegal : int
        Received from living states so far, and how many of them their masks ruled out.
    """

    def __init__(
        self, scenario: str | Scenario = "default", num_worlds: int = 1, *, threads: int | None = None, **overrides: Any
    ) -> None:
        self.batch = batch = VectorEnv(scenario, num_worlds, threads=threads, **overrides)
        self.num_envs = batch.num_worlds * batch.num_actors
        self.actions = self.illegal = 0

    def reset(self, seed: int | None = None) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        """Start all worlds: rows (W * N, D), and infos with `action_mask` (W * N, A)."""
        self.batch.reset(seed)
        return self._seen()

    def step(self, actions: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, dict[str, np.ndarray]]:
        """One year: rows, rewards (float32), whether a state fell or its world ended, whether it was cut, infos."""
        self.actions += int((self.batch.action_masks.sum(-1) > 1).sum())
        _, rewards, terminated, truncated, infos = self.batch.step(
            np.asarray(actions).reshape(self.batch.num_worlds, -1)
        )
        self.illegal += int(infos["illegal_action"].sum())
        rows, seen = self._seen()
        return rows, rewards.reshape(-1).astype(np.float32), terminated.flatten(), truncated.flatten(), seen

    def _seen(self) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        rows, masks = self.batch.keep_rows(), self.batch.action_masks
        shape = (self.num_envs, -1)
        return rows.reshape(shape), {"action_mask": masks.reshape(shape).copy()}
