"""PPO of RLlib's new API stack on many worlds, on one machine or on a Ray cluster."""

from __future__ import annotations

import csv
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import ray
import torch
from ray.rllib.algorithms.algorithm import Algorithm
from ray.rllib.algorithms.ppo import PPOConfig
from ray.rllib.core.columns import Columns
from ray.rllib.core.rl_module.multi_rl_module import MultiRLModuleSpec
from ray.rllib.core.rl_module.rl_module import RLModule, RLModuleSpec
from rich.console import Console

from agents.checkpoint import is_due
from agents.config import Config
from agents.policy import drawn
from agents.settings import settings
from agents.watch import StopOnSignal
from balance_env.adapters.rllib import MAPPINGS, MaskedModule, RLlibEnv
from balance_env.policies import Policy

CHECKPOINT = "rllib"  # of a run folder
REACHED_WITHIN = 10.0  # seconds, to a cluster
ANSWERED_WITHIN = 5.0  # seconds, by a runner, before the training goes on without it


def make_algorithm(config: Config) -> PPOConfig:
    """The settings of a run in RLlib's words."""
    env = {"scenario": config.load_scenario(), "num_worlds": config.worlds, "threads": config.threads}
    mapping = MAPPINGS[config.learners]
    names = sorted({mapping(agent) for agent in RLlibEnv({**env, "num_worlds": 1}).possible_agents})
    own = settings(config, "rllib")
    own["train_batch_size_per_learner"] *= max(1, config.runners)
    module = RLModuleSpec(module_class=MaskedModule, model_config={"width": config.width})
    return (
        PPOConfig()
        .environment(RLlibEnv, env_config=env, disable_env_checking=True)  # the check acts without regard to masks
        .env_runners(num_env_runners=config.runners)
        .multi_agent(policies=set(names), policy_mapping_fn=mapping)
        .rl_module(rl_module_spec=MultiRLModuleSpec(rl_module_specs=dict.fromkeys(names, module)))
        .training(**own, vf_clip_param=np.inf, use_kl_loss=False)
        .fault_tolerance(restart_failed_env_runners=True, env_runner_health_probe_timeout_s=ANSWERED_WITHIN)
        .debugging(seed=config.seed)
        # Batches are counted in years of a runner, since RLlib cannot count agents that come and go, and minibatches
        # in agent-steps; RLlib's validation compares the two and refuses.
        .experimental(_validate_config=False)
    )


def connect(address: str | None) -> None:
    """Start Ray here, or join the cluster at `address`; ValueError if there is none.

    The address is tried first: Ray itself goes on trying for minutes.
    """
    host, colon, port = (address or "").removeprefix("ray://").rpartition(":")
    try:
        if colon:
            socket.create_connection((host, int(port)), timeout=REACHED_WITHIN).close()
        ray.init(address=address, include_dashboard=None if address else False, log_to_driver=False)
    except (OSError, RuntimeError, ValueError) as error:
        raise ValueError(
            f"no Ray cluster can be joined at {address!r} ({error}): start one with `ray start --head`, "
            "or leave --address out to train on this machine"
        ) from None


def iterations(algorithm: Algorithm, config: Config) -> Iterator[dict[str, Any]]:
    """Train until the run's agent-steps are played; what each iteration did."""
    began, played = time.perf_counter(), 0
    while played < config.steps:
        opened = time.perf_counter()
        told = algorithm.train()["env_runners"]
        years = told["num_env_steps_sampled"] / max(1, config.runners)  # which runners play side by side
        share = years * told["env_step_timer"] / (time.perf_counter() - opened)
        played = int(sum(told["num_module_steps_sampled_lifetime"].values()))
        illegal = algorithm.env_runner_group.foreach_env_runner(
            lambda runner: sum(env.unwrapped.illegal_actions for env in runner.env.envs) if runner.env else 0,
            timeout_seconds=ANSWERED_WITHIN,
        )
        yield {
            "agent_steps": played,
            "seconds": round(time.perf_counter() - began, 2),
            "episode_return": float(told.get("episode_return_mean", np.nan)),
            "illegal_actions": sum(illegal),
            "environment_share": round(float(share), 4),  # of the iteration's time
            "runners": algorithm.env_runner_group.num_healthy_remote_workers(),
        }


def train(config: Config, folder: Path, console: Console) -> int:
    """Fit policies on the cluster that was joined; returns the signal that cut the training short, else 0."""
    torch.set_num_threads(config.torch_threads)
    algorithm = make_algorithm(config).build_algo()
    saved = folder.resolve() / CHECKPOINT
    console.print(
        f"run folder {folder}: {config.scenario}, {config.worlds} worlds a runner, {config.steps:,} agent-steps"
    )
    try:
        with StopOnSignal() as stop, (folder / "metrics.csv").open("w", newline="", encoding="utf-8") as file:
            writer, before = None, 0
            for line in iterations(algorithm, config):
                writer = writer or csv.DictWriter(file, line)
                if file.tell() == 0:
                    writer.writeheader()
                writer.writerow(line)
                file.flush()
                console.print("  ".join(f"{name} {value:,.6g}" for name, value in line.items()))
                if is_due(config, before, line["agent_steps"]) or stop.received:
                    algorithm.save_to_path(saved)
                before = line["agent_steps"]
                if stop.received:
                    break
    finally:
        algorithm.stop()
    console.print(f"the policies: {saved}")
    return stop.received


def load_policy(path: str | Path, name: str = "shared") -> Policy:
    """The policy `name` saved in an RLlib checkpoint, as a function `(rows, masks, draws) -> actions`.

    Raises
    ------
    ValueError
        If there is no such policy.
    """
    folder = Path(path).resolve() / "learner_group" / "learner" / "rl_module" / name
    if not folder.is_dir():
        raise ValueError(f"there is no policy {name!r} in the checkpoint {str(path)!r}")
    module: Any = RLModule.from_checkpoint(folder)

    def act(rows: np.ndarray, masks: np.ndarray, draws: np.ndarray) -> np.ndarray:
        seen = {"observations": torch.as_tensor(rows), "action_mask": torch.as_tensor(masks)}
        with torch.no_grad():
            scores = module.forward_inference({Columns.OBS: seen})[Columns.ACTION_DIST_INPUTS]
        return drawn(scores.softmax(-1).numpy(), draws)

    return act
