"""PPO (Schulman et al. 2017) with skrl: every seat of every world is one of its environments, all share a policy.

    python docs/examples/skrl_ppo.py --scenario default --worlds 8 --years 640

skrl knows no masks and no agents that leave. So the mask stands behind the row in what is observed, where the policy's
network finds it, and a fallen state stays. Needs `pip install balance-env skrl torch`.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from gymnasium import spaces
from skrl.agents.torch.ppo import PPO, PPO_CFG
from skrl.envs.wrappers.torch import Wrapper
from skrl.memories.torch import RandomMemory
from skrl.models.torch import CategoricalMixin, DeterministicMixin, Model
from skrl.trainers.torch import SequentialTrainer
from skrl.utils import set_seed
from torch import nn

from balance_env.judging import Fitted, by_scores, judge
from balance_env.slots import Slots

WIDTH, ROLLOUT, RATE, ENTROPY = 64, 64, 1e-3, 0.01


class Seen(Wrapper):
    """The slots in skrl's words; the mask stands behind the row."""

    def __init__(self, slots: Slots) -> None:
        super().__init__(slots)
        self.slots, self.batch = slots, slots.batch
        self._seen = spaces.Box(-np.inf, np.inf, (self.batch.row_size + self.batch.num_actions,), np.float32)

    observation_space = property(lambda self: self._seen)
    action_space = property(lambda self: self.batch.single_action_space)
    state_space = property(lambda self: None)

    def _observe(self, rows: np.ndarray, infos: dict[str, np.ndarray]) -> torch.Tensor:
        return torch.from_numpy(np.concatenate([rows, infos["action_mask"]], 1, dtype=np.float32))

    def reset(self) -> tuple[torch.Tensor, dict[str, Any]]:
        """Start all worlds."""
        return self._observe(*self.slots.reset(0)), {}

    def step(self, actions: torch.Tensor) -> tuple[Any, ...]:
        """One year."""
        rows, *told, infos = self.slots.step(actions.view(-1).numpy())
        return self._observe(rows, infos), *(torch.from_numpy(array).view(-1, 1) for array in told), {}

    def state(self) -> None:
        """None: the critic reads what the policy reads."""

    def render(self, *_: Any, **__: Any) -> None:
        """Nothing to see."""

    def close(self) -> None:
        """Let the threads go."""
        self.batch.close()


def layers(size: int, out: int) -> nn.Sequential:
    """Rows to numbers."""
    return nn.Sequential(nn.Linear(size, WIDTH), nn.Tanh(), nn.Linear(WIDTH, WIDTH), nn.Tanh(), nn.Linear(WIDTH, out))


class Actor(CategoricalMixin, Model):
    """Scores of the actions; what the mask rules out has none."""

    def __init__(self, env: Seen) -> None:
        Model.__init__(self, observation_space=env.observation_space, action_space=env.action_space, device="cpu")
        CategoricalMixin.__init__(self)
        self.size, self.layers = env.batch.row_size, layers(env.batch.row_size, env.batch.num_actions)

    def compute(self, inputs: dict[str, Any], role: str) -> tuple[torch.Tensor, dict[str, Any]]:
        """Of rows with their masks."""
        rows, masks = inputs["observations"].split([self.size, inputs["observations"].shape[-1] - self.size], -1)
        return self.layers(rows).masked_fill(masks == 0, torch.finfo(torch.float32).min), {}


class Critic(DeterministicMixin, Model):
    """What a state expects."""

    def __init__(self, env: Seen) -> None:
        Model.__init__(self, observation_space=env.observation_space, action_space=env.action_space, device="cpu")
        DeterministicMixin.__init__(self)
        self.layers = layers(env.observation_space.shape[0], 1)

    def compute(self, inputs: dict[str, Any], role: str) -> tuple[torch.Tensor, dict[str, Any]]:
        """Of rows with their masks."""
        return self.layers(inputs["observations"]), {}


def main(arguments: Sequence[str] | None = None) -> Fitted:
    """The command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--scenario", default="default")
    parser.add_argument("--worlds", type=int, default=8)
    parser.add_argument("--years", type=int, default=640, help="of every world")
    given = parser.parse_args(arguments)
    set_seed(0)
    slots = Slots(given.scenario, given.worlds, threads=1)
    env = Seen(slots)
    models = {"policy": Actor(env), "value": Critic(env)}
    settings = PPO_CFG(rollouts=ROLLOUT, learning_epochs=4, mini_batches=8, learning_rate=RATE)
    settings.entropy_loss_scale, settings.value_loss_scale, settings.value_clip = ENTROPY, 0.5, 0.0
    settings.experiment.write_interval = settings.experiment.checkpoint_interval = 0
    seen = {"observation_space": env.observation_space, "action_space": env.action_space, "device": "cpu"}
    agent = PPO(
        models=models,
        memory=RandomMemory(memory_size=ROLLOUT, num_envs=slots.num_envs, device="cpu"),
        cfg=settings,
        **seen,
    )
    SequentialTrainer(
        env=env, agents=agent, cfg={"timesteps": given.years, "headless": True, "close_environment_at_exit": False}
    ).train()
    policy = by_scores(lambda rows: models["policy"].layers(torch.from_numpy(rows)).detach().numpy())
    fitted = Fitted(policy, judge(policy, given.scenario), slots.actions, slots.illegal)
    print(f"skrl: {fitted}")
    return fitted


if __name__ == "__main__":
    main()
