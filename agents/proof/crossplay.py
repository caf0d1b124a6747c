"""Seeds among each other, designs among each other, and both against the doctrines."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from balance_env import Scenario, load_scenario
from balance_env.benchmark.bootstrap import LEAST_UNITS, Estimate

from ..evaluate import RANDOM, design_weights
from .plays import Among, Job, Player, Plays, over_runs_and_worlds


class Cross(NamedTuple):
    """Scaled scores of visitors among residents.

    Attributes
    ----------
    names, designs : of the runs (R,) and designs (D,)
    seeds : (D, R, R)
        By the visitor's design, the run of the residents and that of the visitor.
    of_designs : (D, D)
        By the design of all residents and that of the visitor, mean over runs whose residents are the next run.
    best : list of list of str
        The best doctrine (D, R) among the residents of each run: what 1 means.
    """

    names: list[str]
    designs: list[str]
    seeds: np.ndarray
    of_designs: np.ndarray
    best: list[list[str]]


def cross_play(plays: Plays, scenario: Scenario, runs: list[Player]) -> Cross:
    """Every run visits every run, in each design; and each design visits residents of one design."""
    designs = list(design_weights(scenario))
    jobs = [[[Job(scenario, home, guest, design) for guest in runs] for home in runs] for design in designs]
    flat = [job for by_home in jobs for row in by_home for job in row]
    plays.run_scaled(flat, "cross-play of seeds")
    seeds = np.array([[[plays.scaled(job) for job in row] for row in by_home] for by_home in jobs])
    best = [[plays.best(row[:1]) for row in by_home] for by_home in jobs]

    alike = {design: load_scenario(scenario, designs=[design]) for design in designs}
    pairs = list(zip(runs, runs[1:] + runs[:1], strict=True))
    mixed = {(d, g): [Job(alike[d], home, guest, g) for guest, home in pairs] for d in designs for g in designs}
    plays.run([job for row in mixed.values() for job in row], "cross-play of designs")
    of_designs = np.zeros((len(designs), len(designs)))
    for d, home_design in enumerate(designs):
        for g, design in enumerate(designs):
            scores = []
            for job in mixed[home_design, design]:
                ends = plays.anchors(job._replace(scenario=scenario))
                scores.append((plays.score(job).mean() - ends.floor) / (ends.reference - ends.floor))
            of_designs[d, g] = np.mean(scores)
    return Cross([run.name for run in runs], designs, seeds, of_designs, best)


class Level(NamedTuple):
    """How a design of trained states stands to the doctrine that does best in the same seats.

    `difference` is in units of the distance from random legal play to that doctrine.
    """

    scenario: str
    design: str
    runs: int
    score: float
    doctrine: str
    difference: Estimate
    by_run: np.ndarray  # (R,)

    @property
    def verdict(self) -> str:
        """Better, level or worse, by whether the interval holds 0; the range of a few runs tells neither."""
        if self.runs < LEAST_UNITS:
            return "too few runs"
        if self.difference.low > 0.0:
            return "better"
        return "worse" if self.difference.high < 0.0 else "level"


def levels(plays: Plays, scenario: Scenario, runs: list[Player]) -> list[Level]:
    """Each design of the runs against every doctrine, among half doctrines and half copies of themselves."""
    found = []
    for design in design_weights(scenario):
        own = [Job(scenario, run, run, design, Among.HALF) for run in runs]
        told = f"{scenario.name}, {design}"
        plays.run([*own, *(end for job in own for end in (job.by(RANDOM), *plays.screening(job)))], told)
        plays.run(plays.finalists(own), f"{told}, the best doctrines")
        best = plays.best(own)
        mine, floor, theirs = (
            np.array([plays.score(job) for job in jobs])
            for jobs in (own, [job.by(RANDOM) for job in own], [job.by(best) for job in own])
        )
        difference = (mine - theirs) / (theirs.mean() - floor.mean())
        gap = over_runs_and_worlds(difference)
        found.append(Level(scenario.name, design, len(runs), float(mine.mean()), best, gap, difference.mean(1)))
    return found
