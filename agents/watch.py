"""What is kept of a training while it runs: figures, checkpoints, the progress bar, and how it is stopped."""

from __future__ import annotations

import csv
import os
import signal
import time
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from stable_baselines3.common.base_class import BaseAlgorithm
from stable_baselines3.common.callbacks import BaseCallback

from balance_env import action_table
from balance_env.adapters.sb3 import SB3VecEnv

LOSSES = {  # column of metrics.csv: what SB3's logger calls it
    "policy_loss": "train/policy_gradient_loss",
    "value_loss": "train/value_loss",
    "entropy": "train/entropy_loss",
    "kl": "train/approx_kl",
    "clip_fraction": "train/clip_fraction",
    "explained_variance": "train/explained_variance",
}


def save(model: BaseAlgorithm, path: Path) -> None:
    """Write a checkpoint so that there is never half of one."""
    path.parent.mkdir(exist_ok=True)
    part = path.with_suffix(".part.zip")
    model.save(part)
    os.replace(part, path)


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


class Watch(BaseCallback):
    """Counts what states do while they learn; a row of `metrics.csv` and of TensorBoard an iteration."""

    def __init__(
        self, env: SB3VecEnv, designs: list[str], folder: Path, steps: int, checkpoints: int, stop: StopOnSignal
    ):
        super().__init__()
        self.env, self.designs, self.folder, self.steps, self.stop = env, designs, folder, steps, stop
        table = [name.split()[0] for name in action_table(env.batch.num_actors, env.batch.setting.open_verbs)]
        self.verbs = list(dict.fromkeys(table))
        self.verb_of_action = np.array([self.verbs.index(verb) for verb in table])
        self.save_at = list(np.linspace(0, steps, checkpoints + 1)[1:-1])
        self.iteration = 0

    def _on_training_start(self) -> None:
        self.began = self.noted = time.perf_counter()
        self.fallen = np.zeros(self.env.num_envs, bool)
        self.design = self.env.design
        self._start_counts()
        columns = [f"return_{design}" for design in self.designs]
        columns += [f"{design}_{verb}" for design in self.designs for verb in self.verbs]
        columns += ["wars_per_year", "falls_per_century", "poles", *LOSSES]
        self.file = (self.folder / "metrics.csv").open("w", newline="", encoding="utf-8")
        self.writer = csv.DictWriter(self.file, ["iteration", "steps", "seconds", "fps", *columns])
        self.writer.writeheader()
        self.bar = Progress(
            TextColumn("learning"), BarColumn(), TextColumn("{task.fields[told]}"),
            TimeElapsedColumn(), TimeRemainingColumn(), console=Console(stderr=True), transient=True,
        )  # fmt: skip
        self.bar.start()
        self.task = self.bar.add_task("learning", total=self.steps, told="")

    def _start_counts(self) -> None:
        self.acts = np.zeros((len(self.designs), len(self.verbs)))
        self.returns: list[list[float]] = [[] for _ in self.designs]
        self.wars = self.falls = self.years = 0
        self.poles: list[float] = []

    def _on_step(self) -> bool:
        out, dones, infos = self.env.batch.outputs, self.locals["dones"], self.locals["infos"]
        living = ~self.fallen
        np.add.at(self.acts, (self.design[living], self.verb_of_action[self.locals["actions"][living]]), 1)
        for slot in np.flatnonzero(dones & living):
            self.returns[self.design[slot]].append(infos[slot]["episode"]["r"])
        self.wars += int(out.wars.sum())
        self.falls += int(out.falls.sum())
        self.years += len(out.wars)
        self.fallen = (out.alive == 0).reshape(-1)
        self.design = self.env.design
        return not self.stop.received

    def _on_rollout_end(self) -> None:
        self.iteration += 1
        share = self.env.batch.worlds.actor["opening_share"]
        now, logged = time.perf_counter(), self.logger.name_to_value
        row: dict[str, Any] = {
            "wars_per_year": self.wars / self.years,
            "falls_per_century": 100.0 * self.falls / self.years,
            "poles": float((1.0 / np.maximum((share**2).sum(-1), 1e-9)).mean()),
        }
        for number, design in enumerate(self.designs):
            row[f"return_{design}"] = float(np.mean(self.returns[number])) if self.returns[number] else float("nan")
            shares = self.acts[number] / max(1.0, self.acts[number].sum())
            row |= {f"{design}_{verb}": float(part) for verb, part in zip(self.verbs, shares, strict=True)}
        for name, value in row.items():
            self.logger.record(f"states/{name}", value)
        row |= {name: logged.get(key, float("nan")) for name, key in LOSSES.items()}
        row["entropy"] *= -1.0
        fps = self.training_env.num_envs * self.model.n_steps / (now - self.noted)  # type: ignore[attr-defined]
        row |= {"iteration": self.iteration, "steps": self.num_timesteps, "seconds": now - self.began, "fps": fps}
        self.noted = now
        self.writer.writerow(
            {name: f"{value:.6g}" if isinstance(value, float) else value for name, value in row.items()}
        )
        self.file.flush()
        returns = ", ".join(f"{design} {row[f'return_{design}']:.2f}" for design in self.designs)
        told = f"{self.num_timesteps / 1e6:.2f} M agent-steps, {fps / 1e3:.1f} k/s; returns: {returns}"
        self.bar.update(self.task, completed=self.num_timesteps, told=told)
        while self.save_at and self.num_timesteps >= self.save_at[0]:
            self.save_at.pop(0)
            save(self.model, self.folder / "checkpoints" / f"step_{self.num_timesteps:09d}.zip")
        self._start_counts()

    def _on_training_end(self) -> None:
        self.close()

    def close(self) -> None:
        """Stop the bar and close the table; once is enough."""
        if hasattr(self, "bar"):
            self.bar.stop()
            self.file.close()
