"""The main job: states of different designs learn, sharing one network.

    python train.py
    python train.py --config configs/coercive.yaml --set seed=1 --set steps=5e6
    python train.py --resume runs/default-0-1
    python train.py --config configs/population.yaml

MaskablePPO (Huang & Ontanon 2022; Raffin et al. 2021) learns from every seat of every world at once. The
network is told each actor's own reward weights, so that one network serves all designs; the config may say
otherwise (see `agents.casting`). The run folder receives the resolved config, policies, checkpoints, `metrics.csv`,
TensorBoard's events, an evaluation against scripts in the same seats (see `agents.evaluate`), and two pictures.
A run that was stopped or killed goes on from its last checkpoint as if nothing had been.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from rich.console import Console

from agents import behaviour
from agents.casting import forebears, invite
from agents.checkpoint import begin, go_on, is_due, is_finished, keep, keep_state, save_policies
from agents.config import CENTRAL, Config, held_anew, load_run, new_run_folder, read_config
from agents.evaluate import EVALUATION, WIDTH, Result, evaluate, table
from agents.evaluate import SEED as EVALUATION_SEED
from agents.league import League
from agents.pictures import draw_alliances, draw_curves
from agents.population import fit_population
from agents.watch import StopOnSignal, Watch
from balance_env.adapters import require
from balance_env.adapters.sb3 import SB3VecEnv
from balance_env.commands import refused
from balance_env.files import held, write_csv
from balance_env.players import POLICIES

BEHAVIOUR_WORLDS = 64  # played among the trained states for the last table and the picture
SETTING = "overrides a key of the config, as in seed=1 or steps=5e6, which is rounded up to whole iterations"


def train(config: Config, folder: Path, console: Console) -> int:
    """Fit, evaluate and describe; returns the signal that cut the training short, else 0."""
    scenario = config.load_scenario()
    env = SB3VecEnv(scenario, config.worlds, threads=config.threads, state=config.critic == CENTRAL)
    league = League(config, env)
    go_on(league, folder)
    if not league.steps:
        begin(league, folder)
    console.print(
        f"run folder {folder}: {scenario.name}, {config.worlds} worlds, {league.whole:,} agent-steps in iterations of "
        f"{league.each:,}" + f" ({config.steps:,} asked for)" * (league.whole > config.steps)
    )
    if league.steps:
        console.print(f"going on from {league.steps:,} agent-steps")
    with StopOnSignal() as stop, Watch(league, folder, stop) as watch:
        while league.steps < config.steps:
            before = league.steps
            league.collect(watch.note_year)
            watch.note_iteration(league.fit())
            if is_due(config, before, league.steps):
                keep(league, watch, folder)
            elif stop.received:
                keep_state(league, watch, folder)
            if stop.received:
                break
    save_policies(league, folder)
    env.close()
    if stop.received:
        told = f"the policies so far: {folder / POLICIES}; go on with --resume {folder}"
        console.print(f"stopped at {league.steps:,} agent-steps; {told}")
        return stop.received
    seconds, steps = time.perf_counter() - watch.began, league.steps - watch.steps_at_start
    console.print(f"{steps:,} agent-steps in {seconds:.0f} s ({steps / seconds:,.0f} a second)")

    team = league.team()
    curves = draw_curves(folder, watch.designs, watch.verbs)
    history = behaviour.self_play(scenario, team, BEHAVIOUR_WORLDS, EVALUATION_SEED)
    network = draw_alliances(folder, history)
    console.print(f"pictures: {curves}, {network}\n")
    if config.eval_worlds:
        results = evaluate(scenario, [team], config.eval_worlds)
        write_csv(folder / EVALUATION, Result._fields, results)
        title = f"{scenario.name}: trained states against scripts in {config.eval_worlds} paired worlds"
        console.print(table(results, title), "")
    measured = behaviour.measure(history, scenario.verbs)
    console.print(behaviour.table(measured, BEHAVIOUR_WORLDS))
    return 0


def main(arguments: Sequence[str] | None = None) -> int:
    """The command `python train.py`."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--config", help="a YAML file (default configs/default.yaml)")
    parser.add_argument("--run", help="the run folder, which must not exist (default runs/<config>-<seed>-<n>)")
    parser.add_argument("--address", help="a running Ray cluster to join, for configs with `framework: rllib`")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help=SETTING)
    parser.add_argument("--resume", metavar="RUN", help="go on with the run in this folder, under its own config")
    given = parser.parse_args(arguments)
    try:
        if given.resume is not None:
            if given.config or given.run or given.set:
                raise ValueError("--resume goes alone: a run goes on under the config in its folder")
            folder, config = Path(given.resume), load_run(given.resume)
            if config.framework != "sb3":
                raise ValueError(f"--resume: RLlib's own checkpoint in {given.resume!r} is read by RLlib, not here")
            if is_finished(config, folder):
                print(f"run {folder} is finished: {config.steps:,} agent-steps; its policies: {folder / POLICIES}")
                return 0
            fit, holding = choose_fit(config, given.address), held(folder)
        else:
            path = given.config or "configs/default.yaml"
            config = read_config(path, given.set)
            invite(config)
            forebears(config)
            fit = choose_fit(config, given.address)
            folder = new_run_folder(given.run, Path(path).stem, config.seed)
            holding = held_anew(folder, config)
        with holding:
            received = fit(config, folder, Console(width=WIDTH))
    except ValueError as error:
        return refused(error)
    return 128 + received if received else 0


def choose_fit(config: Config, address: str | None) -> Callable[[Config, Path, Console], int]:
    """What fits a config; joins the Ray cluster it needs, ValueError if there is none."""
    if config.framework == "sb3":
        if address is not None:
            raise ValueError("--address joins a Ray cluster: it needs a config with `framework: rllib`")
        return train if config.population is None else fit_population
    try:
        require("rllib")
        from agents import rllib
    except ImportError as error:
        raise ValueError(f"`framework: rllib`: {error}: pip install 'balance-env[train,rllib]'") from None
    rllib.connect(address)
    return rllib.train


if __name__ == "__main__":
    sys.exit(main())
