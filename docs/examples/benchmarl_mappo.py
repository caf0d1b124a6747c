"""MAPPO with BenchMARL (Bettini et al. 2024): a task on top of `TorchRLEnv`, for all of its algorithms.

    python docs/examples/benchmarl_mappo.py --scenario default --worlds 16 --steps 8192

BenchMARL takes the masks and the true state. It counts a fallen state as one that goes on with a zero row, invest alone
and no reward. Needs `pip install torchrl==0.11.1 hydra-core tqdm balance-env[torchrl]` and then
`pip install --no-deps benchmarl`, whose requirement of torchvision would bring another torch.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from benchmarl.algorithms import MappoConfig
from benchmarl.environments.common import TaskClass
from benchmarl.experiment import Callback, Experiment, ExperimentConfig
from benchmarl.models import MlpConfig
from tensordict import TensorDictBase
from torch import nn
from torchrl.data import Composite

from balance_env.adapters.torchrl import GROUP, TorchRLEnv
from balance_env.judging import Fitted, by_scores, judge

WIDTH, YEARS, EPOCHS, BATCH, RATE, ENTROPY = 64, 64, 4, 256, 1e-3, 0.01


class States(TaskClass):
    """States in anarchy as a task; its config is what `TorchRLEnv` takes."""

    def get_env_fun(
        self, num_envs: int, continuous_actions: bool, seed: int | None, device: Any
    ) -> Callable[[], TorchRLEnv]:
        """A maker of so many worlds."""

        def make() -> TorchRLEnv:
            env = TorchRLEnv(num_worlds=num_envs, threads=1, **self.config)
            env.set_seed(seed)
            return env

        return make

    def supports_continuous_actions(self) -> bool:
        """No."""
        return False

    def supports_discrete_actions(self) -> bool:
        """Yes."""
        return True

    def max_steps(self, env: TorchRLEnv) -> int:
        """Of an episode."""
        return env.batch.max_cycles

    def has_render(self, env: TorchRLEnv) -> bool:
        """No pixels."""
        return False

    def group_map(self, env: TorchRLEnv) -> dict[str, list[str]]:
        """All states are one group."""
        return {GROUP: [f"state_{i}" for i in range(env.batch.num_actors)]}

    def observation_spec(self, env: TorchRLEnv) -> Composite:
        """Of rows."""
        return seats_spec(env, "observation")

    def action_mask_spec(self, env: TorchRLEnv) -> Composite:
        """Of masks."""
        return seats_spec(env, "action_mask")

    def info_spec(self, env: TorchRLEnv) -> None:
        """Nothing further."""

    def state_spec(self, env: TorchRLEnv) -> Composite:
        """Of the true world, for central critics."""
        return Composite({"state": env.observation_spec["state"][0]})

    def action_spec(self, env: TorchRLEnv) -> Composite:
        """Of actions."""
        return seats_spec(env, "action")

    @staticmethod
    def env_name() -> str:
        """Of the environment, for the logs."""
        return "balance_env"


def seats_spec(env: TorchRLEnv, name: str) -> Composite:
    """The part of a world's specs that is named so: BenchMARL's networks are made for one world."""
    spec = env.full_action_spec if name == "action" else env.observation_spec
    leaf = spec[GROUP, name][0]
    return Composite({GROUP: Composite({name: leaf}, shape=leaf.shape[:1])})


class Counting(Callback):
    """Counts the actions of living states and those of them that their masks ruled out."""

    def __init__(self) -> None:
        super().__init__()
        self.actions = self.illegal = 0

    def on_batch_collected(self, batch: TensorDictBase) -> None:
        """What was collected between updates."""
        group = batch[GROUP]
        legal = group["action_mask"].gather(-1, group["action"].unsqueeze(-1)).squeeze(-1)
        self.actions += int(group["mask"].sum())
        self.illegal += int((group["mask"] & ~legal).sum())


def settings(worlds: int, steps: int, folder: str) -> ExperimentConfig:
    """How long, and how fitted; frames are years of a world."""
    config = ExperimentConfig.get_from_yaml()
    config.max_n_frames = steps
    config.on_policy_n_envs_per_worker, config.on_policy_collected_frames_per_batch = worlds, worlds * YEARS
    config.on_policy_n_minibatch_iters, config.on_policy_minibatch_size = EPOCHS, BATCH
    config.lr, config.evaluation, config.render, config.loggers = RATE, False, False, []
    config.create_json, config.save_folder = False, folder
    return config


def main(arguments: Sequence[str] | None = None) -> Fitted:
    """The command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--scenario", default="default")
    parser.add_argument("--worlds", type=int, default=16)
    parser.add_argument("--steps", type=int, default=8_192, help="years of worlds")
    given = parser.parse_args(arguments)
    algorithm, model = MappoConfig.get_from_yaml(), MlpConfig.get_from_yaml()
    algorithm.entropy_coef = ENTROPY
    model.num_cells, model.activation_class = [WIDTH, WIDTH], nn.Tanh
    counted = Counting()
    with tempfile.TemporaryDirectory() as folder:
        experiment = Experiment(
            task=States("states", {"scenario": given.scenario}),
            algorithm_config=algorithm,
            model_config=model,
            critic_model_config=model,
            seed=0,
            config=settings(given.worlds, given.steps, folder),
            callbacks=[counted],
        )
        experiment.run()
    layers, seats = experiment.group_policies[GROUP].module[0].mlp, experiment.test_env.batch.num_actors

    def scores(rows: np.ndarray) -> np.ndarray:
        with torch.no_grad():  # the network, which all share, wants a row for every seat
            return layers(torch.from_numpy(rows)[:, None].expand(-1, seats, -1))[:, 0].numpy()

    policy = by_scores(scores)
    fitted = Fitted(policy, judge(policy, given.scenario), counted.actions, counted.illegal)
    print(f"BenchMARL: {fitted}")
    return fitted


if __name__ == "__main__":
    main()
