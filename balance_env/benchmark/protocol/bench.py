"""The benchmark run: every stage, role and training run of an entrant, and the results folder that comes of it.

Each (stage, role, run) is played and written apart, whole or not at all, so a run that was stopped goes on where it
was; the same entrant, suite, setting and seed give the same tables, whatever was done in between or at once.
"""

from __future__ import annotations

import json
import multiprocessing
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from ... import __version__
from ...core.world import Ending
from ...files import held, write_csv, write_whole
from ..emergence.measures import COLUMNS as MEASURE_COLUMNS
from ..history import History
from ..records.panels import Source, panels
from ..reporting.results import CARD, COLUMNS, FORKS, MEASURES, SCORES
from ..statistics import anchored_scores
from .anchors import anchors_by_cell
from .arena import CROSS_PLAY, FIRST, RESIDENT, SCORED, SELF_PLAY, Casting, cast, returns_of
from .attractors import attractors
from .entrant import Entrant, play_run
from .forking import fork_rows, fork_stage
from .measuring import groups, measure_group
from .stopping import deaf_children, end_with_parent
from .suite import Suite, load_suite
from .working import read_unit, write_unit

EPISODES = {"quick": 20, "full": 100}  # of each stage, role and run
CROSSED = "cross_play.csv"  # as SCORES, of runs of the entrant among each other
RECORDS, ENTRANT = "records", "entrant"  # folder of records, and who plays the focal seats in them
MEASURED, FORKED = "measured", "forked"  # in place of a role
STAGES, STARTED = "stages", "started.json"  # working files of a run, and what it was started with


class Order(NamedTuple):
    """What is asked of a benchmark run: all that its results depend on.

    Attributes
    ----------
    entrant : Entrant
    suite : str
        Name, or folder of one's own.
    setting : str
        One of `EPISODES`.
    episodes : int
        Of each stage, role and run.
    seed : int
    records : bool
        Whether every episode is written as Parquet files, too.
    scores_only : bool
        Whether nothing is played but what scores rest on, which is all that a leaderboard reads.
    """

    entrant: Entrant
    suite: str
    setting: str
    episodes: int
    seed: int = 0
    records: bool = False
    scores_only: bool = False


class Unit(NamedTuple):
    """What is played, and written, at once: a stage in a role, the measures of a group, or the forks of a stage."""

    stage: str
    role: str
    run: int = 0

    @property
    def name(self) -> str:
        """Of its folder of records."""
        return f"{self.stage}-{self.role}-{self.run}"

    @property
    def file(self) -> str:
        """Name of its working file."""
        return f"{self.name}.json"


_suite = lru_cache(load_suite)  # read once a process


def units(order: Order, suite: Suite) -> list[Unit]:
    """All that is played, in order; cross-play needs another run to meet. Measures first: one of them takes longest."""
    runs = len(order.entrant.sources)
    if order.scores_only:
        return [Unit(stage.name, role, run) for stage in suite.stages for role in SCORED for run in range(runs)]
    roles = [*SCORED, SELF_PLAY] + [CROSS_PLAY] * (runs > 1) + [FORKED]
    played = [Unit(stage.name, role, run) for stage in suite.stages for role in roles for run in range(runs)]
    return [*(Unit(group, MEASURED) for group in groups(suite)), *played]


def key_of(order: Order, suite: Suite) -> dict[str, Any]:
    """What results depend on, by which a folder and its files are known again."""
    return {
        "entrant": order.entrant.name, "hash": order.entrant.hash, "suite": suite.name, "suite_hash": suite.hash,
        "setting": order.setting, "seed": order.seed, "episodes": order.episodes, "runs": len(order.entrant.sources),
        "version": __version__, "records": order.records,
    }  # fmt: skip


def play_unit(order: Order, unit: Unit, folder: Path) -> None:
    """Play a unit and write its file."""
    start = time.perf_counter()
    suite = _suite(order.suite)
    body: dict[str, Any]
    if unit.role == MEASURED:
        body = {"measured": measure_group(order.entrant, suite, unit.stage, order.episodes, order.seed)}
    elif unit.role == FORKED:
        stage = suite.stage(unit.stage)
        body = {"forked": fork_stage(order.entrant, unit.run, stage, order.episodes, order.seed)}
    else:
        body = play_stage(order, unit, suite, folder)
    write_unit(folder / STAGES / unit.file, key_of(order, suite), body, time.perf_counter() - start)


def play_stage(order: Order, unit: Unit, suite: Suite, folder: Path) -> dict[str, Any]:
    """One row for each episode, under the names of `scores.csv`, and what the entrant did wrong; writes records."""
    stage, anchored = suite.stage(unit.stage), anchors_by_cell(suite)
    casting = cast(stage, unit.role, order.seed, order.episodes)
    played = play_run(order.entrant, unit.run, stage, unit.role, casting, order.seed)
    history = played.history
    if order.records:
        write_records(folder / RECORDS / unit.name, unit, history, casting)
    earned = returns_of(history, casting)
    scale = anchored[unit.stage, unit.role if unit.role in SCORED else RESIDENT]
    scores = anchored_scores(earned.focal, scale.anchors)
    acted = history.alive[:-1] & history.going[1:, :, None]  # nobody chooses for the fallen
    illegal = (history.actor["illegal"][1:].astype(bool) & acted).sum(0)  # (W, N)
    ends = attractors(history)
    rows = [
        {
            "stage": unit.stage, "role": unit.role, "run": unit.run, "episode": w, "seat": int(casting.lead[w]),
            "focal_seats": int((casting.focal[w] == FIRST).sum()), "focal_return": float(earned.focal[w]),
            "background_return": float(earned.background[w]) if unit.role in SCORED else None,
            "score": float(scores[w]), "years": int(history.years[w]), "ending": Ending(history.ended[w]).name,
            "attractor": ends[w], "illegal": int(illegal[w, casting.focal[w] == FIRST].sum()),
            "faults": int(played.lost[w]),
        }
        for w in range(order.episodes)
    ]  # fmt: skip
    return {"rows": rows, "faults": dict(played.faults), "said": played.said}


def write_records(folder: Path, unit: Unit, history: History, casting: Casting) -> None:
    """All that happened as Parquet files, focal and background."""
    from ..records.parquet import write_panels  # pyarrow is loaded where records are asked for

    players = np.where(casting.focal > 0, ENTRANT, casting.players).astype(str)
    source = Source(unit.stage, unit.role, unit.run, 0, casting.focal == FIRST, players)
    write_panels(folder, panels(history, source), history)


def is_done(order: Order, unit: Unit, folder: Path, key: dict[str, Any]) -> bool:
    """Whether a unit's working file, and its records where they are asked for, are there and whole."""
    if read_unit(folder / STAGES / unit.file, key) is None:
        return False
    if not order.records or unit.role in (MEASURED, FORKED):
        return True
    from ..records.parquet import are_whole

    return are_whole(folder / RECORDS / unit.name)


def bench(order: Order, out: Path, jobs: int = 1, done: Callable[[int, int], None] = lambda n, of: None) -> Path:
    """Play what is not yet played and write the results folder, whose path is returned.

    Parameters
    ----------
    out : Path
        Folder of results; this entrant's is `<out>/<suite>/<entrant>`.
    jobs : int
        Processes at work; changes no result.
    done : callable
        Told how many units are done, and of how many, after each.

    Raises
    ------
    ValueError
        If the folder holds results of another entrant, suite, setting or seed, or another process is at it.
    """
    suite = load_suite(order.suite)
    anchors_by_cell(suite)
    key = key_of(order, suite)
    folder = out / suite.name / order.entrant.name
    folder.mkdir(parents=True, exist_ok=True)
    with held(folder):
        check_folder(folder, key)
        write_whole(folder / STARTED, (json.dumps(key, indent=1) + "\n").encode())
        asked = units(order, suite)
        missing = [unit for unit in asked if not is_done(order, unit, folder, key)]
        done(len(asked) - len(missing), len(asked))
        for count, _ in enumerate(_play_all(order, missing, folder, jobs), 1):
            done(len(asked) - len(missing) + count, len(asked))
        collect(order, suite, folder)
    return folder


def check_folder(folder: Path, key: dict[str, Any]) -> None:
    """ValueError if the folder was started with another key; says what differs."""
    path = folder / STARTED
    if not path.is_file():
        return
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        raise ValueError(f"{path} is torn: remove the folder {str(folder)!r}, or give another --out") from None
    differing = [
        f"{name} {found.get(name)!r}, now {value!r}" for name, value in key.items() if found.get(name) != value
    ]
    if differing:
        raise ValueError(f"{str(folder)!r} holds another run ({'; '.join(differing)}): give another --out or --name")


def _play_all(order: Order, missing: Sequence[Unit], folder: Path, jobs: int) -> Iterator[None]:
    """Play units one after another, or several at once; yields as each ends."""
    if jobs == 1:
        for unit in missing:
            play_unit(order, unit, folder)
            yield
        return
    with ProcessPoolExecutor(jobs, multiprocessing.get_context("spawn"), initializer=end_with_parent) as pool:
        with deaf_children():  # the first order starts them
            futures = [pool.submit(play_unit, order, unit, folder) for unit in missing]
        for future in as_completed(futures):
            future.result()
            yield


def collect(order: Order, suite: Suite, folder: Path) -> None:
    """Write the tables and the card from the working files, in the order of the suite."""
    key = key_of(order, suite)
    rows: list[dict[str, Any]] = []
    measured: list[list[Any]] = []
    forked: dict[str, list[Any]] = {}
    faults: Counter[str] = Counter()
    said: dict[str, str] = {}
    seconds = 0.0
    for unit in units(order, suite):
        found = read_unit(folder / STAGES / unit.file, key)
        if found is None:
            raise ValueError(f"{folder / STAGES / unit.file} was written and cannot be read: run the command again")
        body, spent = found
        seconds += spent
        if unit.role == MEASURED:
            measured += body["measured"]
            continue
        if unit.role == FORKED:
            forked.setdefault(unit.stage, []).append(body["forked"])
            continue
        rows += body["rows"]
        faults.update(body["faults"])
        said = {**body["said"], **said}
    for name, is_crossed in ((SCORES, False), (CROSSED, True)):
        told = [row.values() for row in rows if (row["role"] == CROSS_PLAY) == is_crossed]
        if told:
            write_csv(folder / name, list(COLUMNS), [list(row) for row in told])
    if not order.scores_only:
        write_csv(folder / MEASURES, MEASURE_COLUMNS, measured)
        write_csv(folder / FORKS, MEASURE_COLUMNS, fork_rows(forked))
    card = {
        **key, "kind": order.entrant.kind, "trained": order.entrant.trained, "faults": dict(sorted(faults.items())),
        "said": dict(sorted(said.items())), "seconds": round(seconds, 1),
    }  # fmt: skip
    write_whole(folder / CARD, (json.dumps(card, indent=1) + "\n").encode())
