"""What MaskablePPO needs to learn from states: living rows only, and returns of one size in every design."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from sb3_contrib.common.maskable.buffers import MaskableRolloutBuffer, MaskableRolloutBufferSamples
from stable_baselines3.common.running_mean_std import RunningMeanStd
from stable_baselines3.common.vec_env import VecEnvWrapper

from balance_env.adapters.sb3 import SB3VecEnv

SAMPLES = ("observations", "actions", "values", "log_probs", "advantages", "returns", "action_masks")


class LivingRolloutBuffer(MaskableRolloutBuffer):
    """A rollout buffer that leaves out the inert rows of the fallen, who have one legal action."""

    def get(self, batch_size: int | None = None) -> Iterator[MaskableRolloutBufferSamples]:  # type: ignore[override]
        """Minibatches of the rows with a choice, in random order."""
        if not self.generator_ready:
            for name in SAMPLES:
                array = getattr(self, name)
                setattr(self, name, array.reshape(-1, *array.shape[2:]))
            self.generator_ready = True
        chosen = np.random.permutation(np.flatnonzero(self.action_masks.sum(-1) > 1))
        size = batch_size or len(chosen)
        for start in range(0, len(chosen), size):
            yield self._get_samples(chosen[start : start + size])


class ScaledByDesign(VecEnvWrapper):
    """Divides rewards by the running spread of the discounted return of the actor's design.

    Designs are paid in different units (shares, years of security). A network that serves them all
    would otherwise learn for the one with the larger numbers. Dividing changes no actor's ranking of its policies.
    """

    venv: SB3VecEnv

    def __init__(self, venv: SB3VecEnv, gamma: float) -> None:
        super().__init__(venv)
        self.gamma = gamma
        self.returns = np.zeros(self.num_envs)
        self.spread = [RunningMeanStd(shape=()) for _ in venv.designs]

    def reset(self) -> Any:
        """Start episodes."""
        self.returns[:] = 0.0
        return self.venv.reset()

    def step_wait(self) -> Any:
        """One year, with scaled rewards."""
        design = self.venv.design  # of the year that ends now; a new episode brings a new array
        rows, rewards, dones, infos = self.venv.step_wait()
        self.returns = self.returns * self.gamma + rewards
        for number, spread in enumerate(self.spread):
            if (design == number).any():
                spread.update(self.returns[design == number])
        self.returns[dones] = 0.0
        return rows, (rewards / self.scales[design]).astype(np.float32), dones, infos

    @property
    def scales(self) -> np.ndarray:
        """What rewards of each design are divided by (M,)."""
        return np.sqrt([spread.var for spread in self.spread]) + 1e-6
