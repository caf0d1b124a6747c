"""What MaskablePPO needs to learn from states: living rows only, returns of one size in every design, and haste."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

import numpy as np
import torch
from sb3_contrib import MaskablePPO
from sb3_contrib.common.maskable.buffers import MaskableRolloutBuffer, MaskableRolloutBufferSamples
from stable_baselines3.common.running_mean_std import RunningMeanStd
from stable_baselines3.common.utils import explained_variance, update_learning_rate
from stable_baselines3.common.vec_env import VecEnvWrapper
from torch import Tensor, nn

from balance_env.adapters.sb3 import SB3VecEnv

SAMPLES = ("observations", "actions", "values", "log_probs", "advantages", "returns", "action_masks")
NOBODYS = -1  # learner of a row that teaches nobody
FEWEST = 2  # rows in a minibatch: advantages are divided by their spread
FIGURES = ("policy_loss", "value_loss", "entropy", "kl", "clip_fraction")  # of a fit
PART = 2048  # rows at once: what a network makes of them stays near the processor, and two threads have one each
AS_ONE = 1e-8  # is added to the spread of advantages, as in Stable-Baselines3


class StatePPO(MaskablePPO):
    """MaskablePPO with `fit`, which does what its `train` does, in less time and on several threads."""

    rollout_buffer: LivingRolloutBuffer

    def fit(self, each: Callable[..., Iterable[Any]] = map) -> dict[str, float]:
        """Fit to the rows that the buffer gives, each minibatch in parts whose gradients are summed.

        Parameters
        ----------
        each : callable
            Applies a function to every part: `map`, or that of a pool of threads. Changes no bit.

        Returns
        -------
        figures : dict
            Means over the minibatches; of those of the last epoch for the divergence.
        """
        policy: Any = self.policy
        policy.set_training_mode(True)
        update_learning_rate(policy.optimizer, self.lr_schedule(self._current_progress_remaining))
        clip_range: Any = self.clip_range  # Stable-Baselines3 makes a schedule of it
        weights, clip = list(policy.parameters()), clip_range(self._current_progress_remaining)
        told = []
        for _ in range(self.n_epochs):
            epoch = []
            for batch in self.rollout_buffer.get(self.batch_size):
                figures, gradients = zip(*each(partial(self._gradients, weights, clip), in_parts(batch)), strict=True)
                for weight, parts in zip(weights, zip(*gradients, strict=True), strict=True):
                    weight.grad = sum(parts) / len(batch.returns)
                nn.utils.clip_grad_norm_(weights, self.max_grad_norm)
                policy.optimizer.step()
                epoch.append(sum(figures) / len(batch.returns))
            told.append(torch.stack(epoch).mean(0))
        self._n_updates += self.n_epochs
        means = dict(zip(FIGURES, torch.stack(told).mean(0).tolist(), strict=True))
        return {**means, "kl": told[-1][FIGURES.index("kl")].item()}

    def _gradients(
        self, weights: list[nn.Parameter], clip: float, part: MaskableRolloutBufferSamples
    ) -> tuple[Tensor, tuple[Tensor, ...]]:
        """Sums over the rows of a part: the figures, and the gradient of the loss by weight."""
        policy: Any = self.policy
        values, log_probs, entropy = policy.evaluate_actions(part.observations, part.actions[:, 0], part.action_masks)
        change, gain = log_probs - part.old_log_prob, part.advantages
        ratio = change.exp()
        figures = (
            -torch.minimum(gain * ratio, gain * ratio.clamp(1.0 - clip, 1.0 + clip)),
            (part.returns - values[:, 0]) ** 2,
            entropy,
            ratio - 1.0 - change,  # Schulman 2020, Approximating KL divergence
            ((ratio - 1.0).abs() > clip).float(),
        )
        policy_loss, value_loss, entropy, *_ = sums = [figure.sum() for figure in figures]
        loss = policy_loss + self.vf_coef * value_loss - self.ent_coef * entropy
        return torch.stack(sums).detach(), torch.autograd.grad(loss, weights, materialize_grads=True)


def in_parts(batch: MaskableRolloutBufferSamples) -> list[MaskableRolloutBufferSamples]:
    """A minibatch in parts, with advantages of mean 0 and spread 1 over the whole."""
    gain = (batch.advantages - batch.advantages.mean()) / (batch.advantages.std() + AS_ONE)
    columns = (column.split(PART) for column in batch._replace(advantages=gain))
    return [MaskableRolloutBufferSamples(*part) for part in zip(*columns, strict=True)]


class LivingRolloutBuffer(MaskableRolloutBuffer):
    """A rollout buffer whose rows teach the learner they belong to, and nobody where there is no choice.

    The inert rows of the fallen have one legal action and are left out, as are seats that others hold.
    An episode is done when its state falls, so no advantage reaches over what is left out.
    """

    def reset(self) -> None:
        """Forget all rows."""
        super().reset()
        self.action_masks = np.ones(self.action_masks.shape, bool)
        self.learners = np.zeros((self.buffer_size, self.n_envs), np.int64)
        self.learner = 0  # whose rows `get` gives

    def add(self, *args: Any, learners: np.ndarray | None = None, **kwargs: Any) -> None:
        """Keep a year; `learners` (n_envs,): whom each row teaches, by default the one there is."""
        if learners is not None:
            self.learners[self.pos] = learners
        super().add(*args, **kwargs)

    def chosen(self, learner: int) -> np.ndarray:
        """The places of a learner's rows, years and slots flattened."""
        has_choice = self.action_masks.reshape(-1, self.mask_dims).sum(-1) > 1
        return np.flatnonzero(has_choice & (self.learners.reshape(-1) == learner))

    def get(self, batch_size: int | None = None) -> Iterator[MaskableRolloutBufferSamples]:  # type: ignore[override]
        """Minibatches of the learner's rows in random order, of about one size, which is at most `batch_size`."""
        if not self.generator_ready:
            for name in SAMPLES:
                array = getattr(self, name)
                setattr(self, name, array.reshape(-1, *array.shape[2:]))
            self.generator_ready = True
        rows = np.random.permutation(self.chosen(self.learner))
        parts = -(-len(rows) // (batch_size or max(1, len(rows))))
        for part in np.array_split(rows, parts):
            chosen = torch.from_numpy(part)
            columns = (torch.from_numpy(getattr(self, name)).index_select(0, chosen) for name in SAMPLES)
            yield MaskableRolloutBufferSamples(*columns)

    def explained_variance(self, learner: int) -> float:
        """How much of the spread of a learner's returns its values foretold."""
        rows = self.chosen(learner)
        return float(explained_variance(self.values.reshape(-1)[rows], self.returns.reshape(-1)[rows]))


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

    def adopt(self, training: dict[str, Any]) -> None:
        """Go on with the scales of a training: the values that it taught are in these units."""
        for spread, scale in zip(self.spread, training["scales"], strict=True):
            spread.var, spread.count = scale**2, training["steps"]

    @property
    def scales(self) -> np.ndarray:
        """What rewards of each design are divided by (M,)."""
        return np.sqrt([spread.var for spread in self.spread]) + 1e-6

    def get_state(self) -> dict[str, Any]:
        """A picklable snapshot of the environment and of the scales."""
        spread = [(spread.mean, spread.var, spread.count) for spread in self.spread]
        return {"env": self.venv.get_state(), "returns": self.returns.copy(), "spread": spread}

    def set_state(self, snapshot: dict[str, Any]) -> np.ndarray:
        """Return to a snapshot; the rows as they stood. ValueError if it does not fit."""
        self.returns = snapshot["returns"].copy()
        for spread, kept in zip(self.spread, snapshot["spread"], strict=True):
            spread.mean, spread.var, spread.count = kept
        return self.venv.set_state(snapshot["env"])
