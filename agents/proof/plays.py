"""Scores of one seat among others, each played once and kept, and the scale on which they are read."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import numpy as np
from rich.console import Console
from rich.progress import track

from balance_env import DOCTRINES, Scenario, load_scenario
from balance_env.benchmark.bootstrap import LEAST_UNITS, Estimate, Scores, bootstrap
from balance_env.benchmark.statistics import Anchors, TooLittleData, anchored_scores, measure_anchors
from balance_env.doctrines import doctrine_id
from balance_env.files import write_whole
from balance_env.players import POLICIES, Team

from ..config import load_run
from ..evaluate import LEARNER, RANDOM, SEED, design_weights, doctrines, play, seat_mix
from ..policy import load_team

PARTS = "parts"  # of the folder of the runs: what was played
WORLDS = 400  # with fewer, random play and the best doctrine are too close to make a scale for defensive states
SEED_OF_INTERVALS = 0
SCREENED = 100  # worlds in which all doctrines are tried
FINALISTS = 3  # of them are tried in all worlds
T = TypeVar("T")


class Among(StrEnum):
    """Who holds the seats beside the one that is scored."""

    COPIES = "copies"  # all of them the residents
    HALF = "half"  # every second one a doctrine, the doctrines taking turns; the rest residents
    DOCTRINES = "doctrines"  # doctrines, taking turns


class Player(NamedTuple):
    """Who can hold a seat: a doctrine, or the team of a run."""

    name: str
    key: str  # tells it from others: a doctrine's name, or a hash of weights
    team: Team | None = None

    @property
    def seat(self) -> int:
        """What stands for it among the players of a world."""
        return LEARNER if self.team is not None else doctrine_id(self.name)


def scripted(name: str) -> Player:
    """A doctrine as a player."""
    return Player(name, name)


def trained(run: Path, scenario: Scenario | None = None) -> Player:
    """The team of a run as a player, in its own scenario or another; ValueError if it does not fit."""
    team = load_team(run, scenario or load_run(run).load_scenario())
    cards = sorted((run / POLICIES).glob("*/policy.json"))
    return Player(run.name, hashlib.sha256(b"".join(card.read_bytes() for card in cards)).hexdigest(), team)


def player(name: str) -> Player:
    """A doctrine by name, or the team of a run by its folder."""
    return scripted(name) if name in DOCTRINES else trained(Path(name))


class Job(NamedTuple):
    """One seat to score."""

    scenario: Scenario
    residents: Player
    visitor: Player
    design: str  # of the visitor
    among: Among = Among.COPIES
    worlds: int | None = None  # null: as many as is usual

    def by(self, doctrine: str) -> Job:
        """The same seat, held by a doctrine."""
        return self._replace(visitor=scripted(doctrine))


def seating(
    among: Among, residents: Player, worlds: int, actors: int, seed: int = SEED
) -> tuple[np.ndarray, np.ndarray]:
    """Who sits where (W, N), and the seat that is scored (W,); the same for every visitor."""
    players, focal = seat_mix(worlds, actors, seed)
    if among == Among.COPIES:
        return np.full_like(players, residents.seat), focal
    if among == Among.DOCTRINES:
        rest = players == LEARNER
        scripts = np.array([doctrine_id(name) for name in doctrines()], np.int32)
        players[rest] = np.resize(scripts, int(rest.sum()))
    return players, focal


class Plays:
    """Scores that were played before are read from `folder`, one file for each: an interrupted proof goes on.

    Parameters
    ----------
    folder : Path
    worlds, seed : int
        Played for every score.
    """

    def __init__(self, folder: Path, worlds: int, seed: int = SEED) -> None:
        self.folder, self.worlds, self.seed = folder, worlds, seed

    def run(self, jobs: Iterable[Job], told: str) -> None:
        """Play what was not played yet, and tell how far this is."""
        missing = {path: job for job in jobs if not (path := self._path(job)).is_file()}
        for job in track(list(missing.values()), told, console=Console(stderr=True), transient=True):
            self.score(job)

    def run_scaled(self, jobs: Sequence[Job], told: str) -> None:
        """The same, and what their scales need."""
        self.run([*jobs, *(end for job in jobs for end in (job.by(RANDOM), *self.screening(job)))], told)
        self.run([final for job in jobs for final in self.finalists([job])], f"{told}, the best doctrines")

    def score(self, job: Job) -> np.ndarray:
        """Scores (W,) of the visitor's seat."""
        path = self._path(job)
        if not path.is_file():
            write_whole(path, self._play(job).astype("<f8").tobytes())
        return np.frombuffer(path.read_bytes(), "<f8")

    def _path(self, job: Job) -> Path:
        worlds = job.worlds or self.worlds
        told = [job.scenario.content_hash(), job.residents.key, job.visitor.key, job.design, job.among, worlds]
        told += [self.seed] if self.seed != SEED else []
        return self.folder / f"{hashlib.sha256(json.dumps(told).encode()).hexdigest()}.scores"

    def _play(self, job: Job) -> np.ndarray:
        worlds, actors = job.worlds or self.worlds, len(job.scenario.state_names())
        players, focal = seating(job.among, job.residents, worlds, actors, self.seed)
        players[np.arange(worlds), focal] = job.visitor.seat
        team = job.residents.team or job.visitor.team or Team([])
        weights = weights_of(job.scenario, job.design)
        return play(job.scenario, team, players, focal, weights, self.seed, team.years, job.visitor.team)

    def screening(self, job: Job) -> list[Job]:
        """Every doctrine in the job's seat, in few worlds."""
        return [job.by(name)._replace(worlds=min(SCREENED, job.worlds or self.worlds)) for name in doctrines()]

    def finalists(self, jobs: Sequence[Job]) -> list[Job]:
        """The doctrines that did best in few worlds, in the seats of all the jobs, to be played in all worlds."""
        few = [[self.score(some).mean() for some in self.screening(job)] for job in jobs]
        best = np.mean(few, 0).argsort()[::-1][:FINALISTS]
        return [job.by(doctrines()[n]) for n in best for job in jobs]

    def best(self, jobs: Sequence[Job]) -> str:
        """The doctrine that does best in the seats of the jobs."""
        means: dict[str, list[float]] = {}
        for job in self.finalists(jobs):
            means.setdefault(job.visitor.name, []).append(float(self.score(job).mean()))
        return max(means, key=lambda name: np.mean(means[name]))

    def anchors(self, job: Job) -> Anchors:
        """The scale of a job's seat: random legal play to the best doctrine."""
        return measure_anchors(self.score(job.by(RANDOM)), self.score(job.by(self.best([job]))))

    def scaled(self, job: Job) -> float:
        """The mean score of a job: 0 for random legal play, 1 for the best doctrine, nan where these are too close."""
        try:
            return float(anchored_scores(self.score(job), self.anchors(job)).mean())
        except TooLittleData:
            return float("nan")


def remember(path: Path, kind: type[T], make: Callable[[], T]) -> T:
    """A named tuple of arrays from its file, or made now and written there."""
    fields: tuple[str, ...] = kind._fields  # type: ignore[attr-defined]
    if not path.is_file():
        made, content = make(), io.BytesIO()
        np.savez(content, **{name: getattr(made, name) for name in fields})
        write_whole(path, content.getvalue())
    with np.load(path) as arrays:
        return kind(*(arrays[name] for name in fields))


def weights_of(scenario: Scenario, design: str) -> np.ndarray:
    """Weights (K,) of a design of the scenario, or of a named one that it lacks."""
    own = design_weights(scenario)
    return own[design] if design in own else design_weights(load_scenario(scenario, designs=[design]))[design]


def over_runs(values: np.ndarray) -> Estimate:
    """Mean over runs of values (R, ...) and its 95 % interval; under five runs, their range."""
    values = np.asarray(values, float)
    flat = values.reshape(len(values), -1)
    if len(flat) < LEAST_UNITS or not np.isfinite(flat).all():
        ends: Any = (values.mean(0), values.min(0), values.max(0))
        return Estimate(*ends)
    scores = Scores([column[:, None, None] for column in flat.T])
    shape = values.shape[1:]
    found = bootstrap(lambda matrix: matrix.mean(-2), scores, seed=SEED_OF_INTERVALS)
    return Estimate(*(np.reshape(end, shape) for end in found))


def over_runs_and_worlds(differences: np.ndarray) -> Estimate:
    """Mean of paired differences (R, W) and its 95 % interval over runs, then worlds; under five runs, their range."""
    if len(differences) < LEAST_UNITS:
        return over_runs(differences.mean(1))
    return bootstrap(lambda m: m[..., 0].mean(-1), Scores([differences[:, :, None]]), seed=SEED_OF_INTERVALS)
