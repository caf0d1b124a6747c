"""What is told of a training while it runs: tables of figures, the progress bar, and how it is stopped."""

from __future__ import annotations

import csv
import io
import os
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from stable_baselines3.common.logger import configure

from balance_env import action_table

from .evaluate import design_names
from .league import LOSSES, League
from .ppo import NOBODYS

METRICS, TIMING = "metrics.csv", "timing.csv"  # what a run repeats bit by bit, and what it does not
TABLES = (METRICS, TIMING)
TOLD = 10  # lines in a log, where no terminal shows the bar


class StopOnSignal:
    """Within this context the first Ctrl-C or SIGTERM asks for a stop after the year; a second one stops at once."""

    received: int = 0

    def __enter__(self) -> StopOnSignal:
        self._before = {number: signal.signal(number, self._note) for number in (signal.SIGINT, signal.SIGTERM)}
        return self

    def __exit__(self, *exception: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _note(self, number: int, frame: FrameType | None) -> None:
        if self.received:
            raise KeyboardInterrupt
        self.received = number


def append(path: Path, row: dict[str, Any]) -> None:
    """Add a row to a table of comma-separated values, whose first row names the columns."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(row), lineterminator="\n")
    if not path.exists() or not path.stat().st_size:
        writer.writeheader()
    writer.writerow({name: f"{value:.6g}" if isinstance(value, float) else value for name, value in row.items()})
    with path.open("a", newline="", encoding="utf-8") as file:
        file.write(text.getvalue())


class Watch:
    """Counts what learners do; a row of `metrics.csv`, `timing.csv` and TensorBoard an iteration."""

    def __init__(self, league: League, folder: Path, stop: StopOnSignal) -> None:
        self.league, self.folder, self.stop = league, folder, stop
        batch = league.states.batch
        self.designs = design_names(batch.scenario)
        table = [name.split()[0] for name in action_table(batch.num_actors, batch.setting.open_verbs)]
        self.verbs = list(dict.fromkeys(table))
        self.verb_of_action = np.array([self.verbs.index(verb) for verb in table])
        self.tensorboard = configure(str(folder), ["tensorboard"])

    def __enter__(self) -> Watch:
        self.bar = Progress(
            TextColumn("learning"), BarColumn(), TextColumn("{task.fields[told]}"),
            TimeElapsedColumn(), TimeRemainingColumn(), console=Console(stderr=True), transient=True,
        )  # fmt: skip
        self.bar.start()
        self.task = self.bar.add_task("learning", total=self.league.whole, told="")
        self.began = self.noted = time.perf_counter()
        self.cpu_noted = time.process_time()
        self.steps_at_start = self.league.steps
        self.untold: list[list[float]] = [[] for _ in self.designs]  # returns since the last line of the log
        self._start_counts()
        return self

    def __exit__(self, *exception: object) -> None:
        self.bar.stop()
        self.tensorboard.close()

    def _start_counts(self) -> None:
        self.acts = np.zeros((len(self.designs), len(self.verbs)))
        self.returns: list[list[float]] = [[] for _ in self.designs]
        self.wars = self.falls = self.years = 0
        self.design = self.league.states.design

    def note_year(self, learners: np.ndarray, actions: np.ndarray, dones: np.ndarray, infos: Sequence[Any]) -> None:
        """Count a year."""
        out, taught = self.league.states.batch.outputs, learners != NOBODYS
        np.add.at(self.acts, (self.design[taught], self.verb_of_action[actions[taught]]), 1)
        for slot in np.flatnonzero(dones & taught).tolist():
            self.returns[self.design[slot]].append(infos[slot]["episode"]["r"])
        self.wars += int(out.wars.sum())
        self.falls += int(out.falls.sum())
        self.years += len(out.wars)
        self.design = self.league.states.design

    def note_iteration(self, fits: Sequence[dict[str, float]]) -> None:
        """Write what was counted since the last iteration, and what is told of the fits."""
        row, now = self._figures(fits), time.perf_counter()
        rounds = {"iteration": self.league.iteration, "steps": self.league.steps}
        fps = self.league.each / (now - self.noted)
        append(self.folder / METRICS, {**rounds, **row})
        cpu = time.process_time()  # what the run cost, however busy the machine was
        spent = {"seconds": now - self.noted, "cpu_seconds": cpu - self.cpu_noted, "fps": fps}
        append(self.folder / TIMING, {**rounds, **spent})
        self.noted, self.cpu_noted = now, cpu
        for name, value in {**row, "fps": fps}.items():
            self.tensorboard.record(name, value)
        self.tensorboard.dump(self.league.steps)
        returns = ", ".join(f"{design} {row[f'return_{design}']:.2f}" for design in self.designs)
        told = f"{self.league.steps / 1e6:.2f} M agent-steps, {fps / 1e3:.1f} k/s; returns: {returns}"
        self.bar.update(self.task, completed=self.league.steps, told=told)
        for untold, returns_now in zip(self.untold, self.returns, strict=True):
            untold += returns_now
        gone, total = self.league.steps, self.league.whole
        is_due = gone * TOLD // total > (gone - self.league.each) * TOLD // total
        if is_due and not self.bar.console.is_terminal:
            print(self._progress(now), file=sys.stderr, flush=True)
        self._start_counts()

    def _progress(self, now: float) -> str:
        """A line of the log: how far, how long yet, and what episodes that ended since the last line brought."""
        steps, total = self.league.steps, self.league.whole
        minutes = (now - self.began) / 60.0 / (steps - self.steps_at_start) * (total - steps)
        scores = [f"{d} {np.mean(r):.2f}" if r else f"{d} -" for d, r in zip(self.designs, self.untold, strict=True)]
        self.untold = [[] for _ in self.designs]
        return f"{steps:,} of {total:,} agent-steps, {minutes:.1f} minutes left; mean scores: {', '.join(scores)}"

    def _figures(self, fits: Sequence[dict[str, float]]) -> dict[str, float]:
        """A row of `metrics.csv`; figures of a fit end in the learner's name where there are several."""
        row = {}
        for number, design in enumerate(self.designs):
            row[f"return_{design}"] = float(np.mean(self.returns[number])) if self.returns[number] else float("nan")
        for number, design in enumerate(self.designs):
            shares = self.acts[number] / max(1.0, self.acts[number].sum())
            row |= {f"{design}_{verb}": float(part) for verb, part in zip(self.verbs, shares, strict=True)}
        share = self.league.states.batch.worlds.actor["opening_share"]
        row["wars_per_year"] = self.wars / self.years
        row["falls_per_century"] = 100.0 * self.falls / self.years
        row["poles"] = float((1.0 / np.maximum((share**2).sum(-1), 1e-9)).mean())
        for name, fit in zip(self.league.names, fits, strict=True):
            suffix = f"_{name}" if len(fits) > 1 else ""
            row |= {loss + suffix: fit.get(loss, float("nan")) for loss in (*LOSSES, "explained_variance")}
        return row

    def kept(self) -> dict[str, int]:
        """How many bytes of each table are on the disk, once they are safe there."""
        sizes = {}
        for name in TABLES:
            with (self.folder / name).open("rb") as file:
                os.fsync(file.fileno())
                sizes[name] = os.fstat(file.fileno()).st_size
        return sizes
