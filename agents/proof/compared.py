"""Runs that differ in one thing: the network, the memory, the number of states, whom they learned to answer."""

from __future__ import annotations

from collections.abc import Iterable
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
ENDS = 20  # of how many parts of a run the last tells what it ends with
BOUND = 1.96  # standard errors to either end of a 95 % interval
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


def closing(values: np.ndarray) -> np.ndarray:
    """What runs (..., T) end with: means over the last twentieth of their rows."""
    return values[..., -max(1, values.shape[-1] // ENDS) :].mean(-1)


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
    """What a state gains by answering a population in place of acting as it does.

    In units of the distance from random legal play to the best doctrine among doctrines. Answers are runs that
    learned to reply to the population, other runs, and doctrines; either half of the worlds chooses the best for the
    other half to tell what it gains, so that choosing among many flatters nobody.

    Attributes
    ----------
    learned : (R,)
        Gains of the runs that learned to reply, in all worlds.
    best : list of str
        The answers that the halves chose: doctrines, or names of runs.
    gain, error : float
        Of these answers, with its standard error over worlds.
    """

    population: str
    design: str
    learned: np.ndarray
    best: list[str]
    gain: float
    error: float


class Population(NamedTuple):
    """Who is answered: a doctrine or a run that holds all other seats, and the runs that learned to reply to it."""

    told: str
    player: str  # a doctrine's name, or the folder of a run
    scenario: Scenario
    replies: list[Path]


def responses(plays: Plays, populations: Iterable[Population], others: list[Path]) -> list[Response]:
    """Answers to populations, by their replies, by other runs and by doctrines."""
    found = []
    for told, name, scenario, replies in populations:
        population = player(name)
        for design in design_weights(scenario):
            same = Job(scenario, population, population, design)
            answers = [same._replace(visitor=trained(run, scenario)) for run in [*replies, *others]]
            plays.run([same, *answers, *plays.screening(same)], f"responses to {told}")
            answers += plays.finalists([same])
            plays.run(answers, f"responses to {told}, the best doctrines")
            scale = Job(scenario, scripted(RANDOM), scripted(RANDOM), design, Among.DOCTRINES)
            plays.run_scaled([scale], "their scale")
            ends = plays.anchors(scale)
            gains = np.array([plays.score(job) - plays.score(same) for job in answers]) / (ends.reference - ends.floor)
            best, by_world = choose(gains)
            error = float(by_world.std(ddof=1) / np.sqrt(len(by_world)))
            chosen = list(dict.fromkeys(answers[n].visitor.name for n in best))
            found.append(Response(told, design, gains[: len(replies)].mean(1), chosen, float(by_world.mean()), error))
    return found


def choose(gains: np.ndarray) -> tuple[list[int], np.ndarray]:
    """Of gains (answers, W), which did best in either half of the worlds, and what it gains in the other half (W,)."""
    first, second = np.array_split(gains, 2, 1)
    best = [int(half.mean(1).argmax()) for half in (second, first)]
    return best, np.concatenate([half[n] for n, half in zip(best, (first, second), strict=True)])
