"""Runs that differ in one thing: the network, the memory, the number of states, whom they learned to answer."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np

from balance_env import Scenario, load_scenario
from balance_env.networks import NETWORKS

from ..config import Config, load_run
from ..evaluate import RANDOM, design_weights
from ..pictures import read_metrics
from ..watch import METRICS, TIMING
from .plays import Among, Job, Plays, player, scripted, trained

SIZES = (3, 5, 8, 12)  # numbers of states that size-free networks are tried at
SEATS = 8  # of a world: smaller ones are played more often, since doctrines differ less there


class Curves(NamedTuple):
    """Learning of runs of one kind, at the rows that all have.

    Attributes
    ----------
    steps : (T,) agent-steps
    minutes : (T,)
        Of one processor, mean over runs; of the clock where a run did not count its processor's.
    returns : dict of (R, T), by design
    """

    steps: np.ndarray
    minutes: np.ndarray
    returns: dict[str, np.ndarray]
    entropy: np.ndarray


def curves(runs: list[Path]) -> Curves:
    """Read the tables of runs."""
    metrics = [read_metrics(run / METRICS) for run in runs]
    timing = [read_metrics(run / TIMING) for run in runs]
    rows = min(len(table["steps"]) for table in metrics)
    spent = [table.get("cpu_seconds", table["seconds"])[:rows].cumsum() / 60.0 for table in timing]
    names = [name for name in metrics[0] if name.startswith("return_")]
    returns = {name.removeprefix("return_"): np.array([table[name][:rows] for table in metrics]) for name in names}
    entropy = [name for name in metrics[0] if name.startswith("entropy")]
    of_policy = np.array([np.mean([table[name][:rows] for name in entropy], 0) for table in metrics])
    return Curves(metrics[0]["steps"][:rows], np.mean(spent, 0), returns, of_policy)


def sized(config: Config, states: int) -> Scenario:
    """The scenario of a config with another number of states."""
    return load_scenario(config.scenario, **{**config.overrides, "states": states})


def among_doctrines(plays: Plays, runs: list[Path], scenario: Scenario, told: str) -> np.ndarray:
    """Scaled scores (R, D) of runs as one state among doctrines."""
    worlds = max(plays.worlds, plays.worlds * SEATS // len(scenario.state_names()))
    own = [
        [Job(scenario, scripted(RANDOM), trained(run, scenario), design, Among.DOCTRINES, worlds) for run in runs]
        for design in design_weights(scenario)
    ]
    plays.run_scaled([job for jobs in own for job in jobs], told)
    return np.array([[plays.scaled(job) for job in jobs] for jobs in own]).T


def by_size(plays: Plays, runs: list[Path], told: str) -> dict[int, np.ndarray]:
    """Scaled scores (R, D) by number of states; a network that is tied to one plays no other."""
    config = load_run(runs[0])
    own = len(config.load_scenario().state_names())
    sizes = SIZES if NETWORKS[config.network].is_size_free else (own,)
    return {n: among_doctrines(plays, runs, sized(config, n), f"{told} among {n} states") for n in sizes}


class Kept(NamedTuple):
    """What runs that were trained among fewer or more states score where others were trained; means over designs."""

    states: int
    there: np.ndarray  # (R,) scaled scores of those trained with so many states
    elsewhere: np.ndarray  # (R',) of the others

    @property
    def share(self) -> float:
        """What is kept."""
        return float(self.elsewhere.mean() / self.there.mean())


def kept(plays: Plays, elsewhere: list[Path], there: list[Path]) -> Kept:
    """Try runs at the number of states of others."""
    scenario = load_run(there[0]).load_scenario()
    states = len(scenario.state_names())
    found = [among_doctrines(plays, runs, scenario, f"{states} states") for runs in (there, elsewhere)]
    return Kept(states, *(scores.mean(1) for scores in found))


class Response(NamedTuple):
    """What a state gains that learned to answer a population, by doing so in place of acting like it.

    In units of the distance from random legal play to the best doctrine among doctrines.
    """

    population: str
    design: str
    gain: float
    error: float  # standard error over worlds


def responses(plays: Plays, runs: list[Path], names: dict[str, str]) -> list[Response]:
    """Gains of best responses; `names` says how populations that are runs are told."""
    found = []
    for run in runs:
        config = load_run(run)
        scenario, (of, *more) = config.load_scenario(), config.opponents
        if more:
            raise ValueError(f"{run}: {len(more) + 1} opponents; a response is told to one population")
        population, responder = player(of), trained(run)
        for design in design_weights(scenario):
            same = Job(scenario, population, population, design)
            scale = Job(scenario, scripted(RANDOM), scripted(RANDOM), design, Among.DOCTRINES)
            answer = same._replace(visitor=responder)
            plays.run([same, answer], f"responses to {names.get(of, of)}")
            plays.run_scaled([scale], "their scale")
            ends = plays.anchors(scale)
            gains = (plays.score(answer) - plays.score(same)) / (ends.reference - ends.floor)
            error = float(gains.std(ddof=1) / np.sqrt(len(gains)))
            found.append(Response(names.get(of, of), design, float(gains.mean()), error))
    return found
