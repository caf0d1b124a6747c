"""PPO (Schulman et al. 2017) with Tianshou: one state learns among random ones, in several worlds side by side.

    python docs/examples/tianshou_ppo.py --scenario default --steps 40000

Tianshou passes the dict of row and mask on to the network, which obeys the mask; an episode ends with the state's fall.
Needs `pip install balance-env tianshou torch`.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any

import gymnasium
import numpy as np
import torch
from tianshou.algorithm import PPO
from tianshou.algorithm.modelfree.reinforce import DiscreteActorPolicy
from tianshou.algorithm.optim import AdamOptimizerFactory
from tianshou.data import Batch, Collector, VectorReplayBuffer
from tianshou.env import DummyVectorEnv
from tianshou.trainer import OnPolicyTrainerParams
from torch import nn

from balance_env import BalanceEnv
from balance_env.judging import Fitted, by_scores, judge

WIDTH, ROLLOUT, BATCH, RATE = 64, 1024, 64, 3e-4


class Counted(gymnasium.Wrapper):
    """Counts the actions received and those of them that were illegal."""

    def __init__(self, env: BalanceEnv) -> None:
        super().__init__(env)
        self.actions = self.illegal = 0

    def step(self, action: Any) -> Any:
        """One year."""
        told = self.env.step(action)
        self.actions += 1
        self.illegal += told[-1]["illegal_action"]
        return told


class Network(nn.Module):
    """Rows to numbers; where they are scores of actions, what the mask rules out has none."""

    def __init__(self, size: int, out: int, masked: bool) -> None:
        super().__init__()
        self.masked = masked
        self.layers = nn.Sequential(nn.Linear(size, WIDTH), nn.Tanh(), nn.Linear(WIDTH, WIDTH), nn.Tanh())
        self.layers.append(nn.Linear(WIDTH, out))

    def forward(self, obs: Batch, state: Any = None, info: Any = None) -> Any:
        """Scores with Tianshou's (unused) hidden state, or values."""
        out = self.layers(torch.as_tensor(obs.observation))
        if not self.masked:
            return out
        return out.masked_fill(torch.as_tensor(obs.action_mask) == 0, torch.finfo(torch.float32).min), state


def main(arguments: Sequence[str] | None = None) -> Fitted:
    """The command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--scenario", default="default")
    parser.add_argument("--worlds", type=int, default=8)
    parser.add_argument("--steps", type=int, default=40_000)
    given = parser.parse_args(arguments)
    torch.manual_seed(0)
    np.random.seed(0)
    envs = [Counted(BalanceEnv(given.scenario, 0, "random_legal", mask_in_obs=True)) for _ in range(given.worlds)]
    space = envs[0].action_space
    size = envs[0].observation_space["observation"].shape[0]
    actor, critic = Network(size, int(space.n), masked=True), Network(size, 1, masked=False)
    algorithm = PPO(
        policy=DiscreteActorPolicy(actor=actor, action_space=space, observation_space=envs[0].observation_space),
        critic=critic,
        optim=AdamOptimizerFactory(lr=RATE),
    )
    worlds = DummyVectorEnv([lambda env=env: env for env in envs])
    worlds.seed(0)
    algorithm.run_training(
        OnPolicyTrainerParams(
            training_collector=Collector(algorithm, worlds, VectorReplayBuffer(ROLLOUT, given.worlds)),
            max_epochs=1,
            epoch_num_steps=given.steps,
            collection_step_num_env_steps=ROLLOUT,
            update_step_num_repetitions=4,
            batch_size=BATCH,
            test_collector=None,
            verbose=False,
            show_progress=False,
        )
    )

    def scores(rows: np.ndarray) -> np.ndarray:
        with torch.no_grad():
            return actor.layers(torch.from_numpy(rows)).numpy()

    policy = by_scores(scores)
    received = sum(env.actions for env in envs), sum(env.illegal for env in envs)
    fitted = Fitted(policy, judge(policy, given.scenario), *received)
    print(f"Tianshou: {fitted}")
    return fitted


if __name__ == "__main__":
    main()
