"""The main job: states of different designs learn, sharing one network.

    python train.py
    python train.py --config configs/coercive.yaml --set seed=1 --set steps=5e6

MaskablePPO (Huang & Ontanon 2022; Raffin et al. 2021) learns from every seat of every world at once. The
network is told each actor's own reward weights, so that one network serves all designs. The run folder
receives the resolved config, checkpoints, `metrics.csv`, TensorBoard's events, an evaluation against
scripts in the same seats (see `agents.evaluate`), and two pictures.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import torch
import yaml
from rich.console import Console
from sb3_contrib import MaskablePPO
from stable_baselines3.common.logger import configure

from agents import behaviour
from agents.config import RESOLVED, Config, new_run_folder, read_config
from agents.evaluate import SEED as EVALUATION_SEED
from agents.evaluate import design_names, evaluate, table, write_csv
from agents.network import StatePolicy
from agents.pictures import draw_alliances, draw_curves
from agents.policy import as_function
from agents.ppo import LivingRolloutBuffer, ScaledByDesign
from agents.watch import StopOnSignal, Watch, save
from balance_env.adapters.sb3 import SB3VecEnv

BEHAVIOUR_WORLDS = 64  # played among the trained states for the last table and the picture
BAD_INPUT = 2  # exit status, as of argparse; a signal's is 128 + its number


def make_model(config: Config, env: SB3VecEnv) -> MaskablePPO:
    """The learner of a config on an environment."""
    rate: float | Callable[[float], float] = config.learning_rate
    if config.anneal:
        rate = lambda left: config.learning_rate * left  # noqa: E731
    return MaskablePPO(
        StatePolicy,
        ScaledByDesign(env, config.gamma),
        learning_rate=rate,
        n_steps=config.n_steps,
        batch_size=config.batch_size,
        n_epochs=config.epochs,
        gamma=config.gamma,
        gae_lambda=config.gae_lambda,
        clip_range=config.clip_range,
        ent_coef=config.ent_coef,
        vf_coef=config.vf_coef,
        seed=config.seed,
        rollout_buffer_class=LivingRolloutBuffer,
        policy_kwargs={"width": config.width},
        device="cpu",
    )


def train(config: Config, folder: Path, console: Console) -> int:
    """Fit, evaluate and describe; returns the signal that cut the training short, else 0."""
    torch.set_num_threads(config.torch_threads)
    torch.distributions.Distribution.set_default_validate_args(False)  # checks every batch for what masks rule out
    scenario = config.load_scenario()
    designs = design_names(scenario)
    env = SB3VecEnv(scenario, config.worlds, threads=config.threads)
    model = make_model(config, env)
    model.set_logger(configure(str(folder), ["tensorboard"]))
    with StopOnSignal() as stop:
        watch = Watch(env, designs, folder, config.steps, config.checkpoints, stop)
        console.print(f"run folder {folder}: {scenario.name}, {config.worlds} worlds, {config.steps:,} agent-steps")
        try:
            model.learn(config.steps, callback=watch)
        finally:
            watch.close()
            save(model, folder / "policy.zip")
    env.close()
    if stop.received:
        console.print(f"stopped at {model.num_timesteps:,} agent-steps; the policy so far: {folder / 'policy.zip'}")
        return stop.received
    seconds = time.perf_counter() - watch.began
    speed = model.num_timesteps / seconds
    console.print(f"{model.num_timesteps:,} agent-steps in {seconds:.0f} s ({speed:,.0f} a second)")

    policy = as_function(model.policy)
    torch.set_num_threads(1)  # small batches: a second thread costs more than it brings
    curves = draw_curves(folder, designs, watch.verbs)
    history = behaviour.self_play(scenario, policy, BEHAVIOUR_WORLDS, EVALUATION_SEED)
    network = draw_alliances(folder, history)
    console.print(f"pictures: {curves}, {network}\n")
    if config.eval_worlds:
        results = evaluate(scenario, [policy], config.eval_worlds)
        write_csv(results, folder / "evaluation.csv")
        title = f"{scenario.name}: trained states against scripts in {config.eval_worlds} paired worlds"
        console.print(table(results, title), "")
    measured = behaviour.measure(history, scenario.verbs)
    console.print(behaviour.table(measured, BEHAVIOUR_WORLDS))
    return 0


def main(arguments: Sequence[str] | None = None) -> int:
    """The command `python train.py`."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--config", default="configs/default.yaml", help="a YAML file (default configs/default.yaml)")
    parser.add_argument("--run", help="the run folder, which must not exist (default runs/<config>-<seed>-<n>)")
    parser.add_argument("--address", help="a running Ray cluster to join, for configs with `learner: rllib`")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="overrides a key of the config")
    given = parser.parse_args(arguments)
    try:
        config = read_config(given.config, given.set)
        fit = choose_learner(config, given.address)
        folder = new_run_folder(given.run, Path(given.config).stem, config.seed)
    except ValueError as error:
        print(f"error: {error}", file=sys.stderr)
        return BAD_INPUT
    (folder / RESOLVED).write_text(yaml.safe_dump(config.model_dump(), sort_keys=False), encoding="utf-8")
    received = fit(config, folder, Console(width=140))
    return 128 + received if received else 0


def choose_learner(config: Config, address: str | None) -> Callable[[Config, Path, Console], int]:
    """The `train` of the config's learner; joins the Ray cluster it needs, ValueError if there is none."""
    if config.learner == "sb3":
        if address is not None:
            raise ValueError("--address joins a Ray cluster: it needs a config with `learner: rllib`")
        return train
    try:
        from agents import rllib
    except ImportError as error:
        raise ValueError(f"`learner: rllib`: {error}") from None
    rllib.connect(address)
    return rllib.train


if __name__ == "__main__":
    sys.exit(main())
