"""The plan of a proof: which runs it rests on, what each part of the page reads, and how missing runs are fitted."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from rich.console import Console

from ..checkpoint import is_finished
from ..config import RESOLVED, Config, Count, load_run, read_config, write_config
from ..population import LOG, TRAIN, last_said

RUNS = "RUNS"  # in a setting, stands for the folder of the runs


class Runs(BaseModel):
    """Runs that differ by their seeds alone."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    config: str = "default"  # of `configs/`
    set: list[str] = []  # over it, as `train.py --set`
    seeds: Count = 1  # counted from 0


class Plan(BaseModel):
    """What a proof rests on. Every part but `main` may be left out; parts name entries of `runs`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    runs: Annotated[dict[str, Runs], Field(min_length=1)]
    main: str  # learning curves, cross-play, behaviour, what the network looks at
    candidates: Count = 1  # of so many runs of it, by seed, one is kept: see `candidates`
    level: list[str] = []  # more scenarios in which runs are held against the best doctrine
    networks: list[str] = []  # of one scenario and one cost; the first is the default
    memory: list[str] = []
    sizes: list[str] = []  # the first plays the numbers of states that the others were trained at
    responses: list[str] = []  # runs of one seat among a frozen population

    @model_validator(mode="after")
    def _check_names(self) -> Plan:
        for part in ("level", "networks", "memory", "sizes", "responses"):
            for name in getattr(self, part):
                if name not in self.runs:
                    raise ValueError(f"{part}: {name!r} is not among the runs: {', '.join(self.runs)}")
        if self.main not in self.runs:
            raise ValueError(f"main: {self.main!r} is not among the runs: {', '.join(self.runs)}")
        if self.runs[self.main].seeds % self.candidates:
            raise ValueError(f"candidates = {self.candidates}: does not divide the seeds of {self.main!r}")
        return self


class Proof:
    """A plan with the folder of its runs.

    Parameters
    ----------
    path : Path
        The plan, a YAML file.
    runs : Path
        Holds a folder `<name>-<seed>` for each run.

    Raises
    ------
    ValueError
        If the plan is wrong, or a run in the folder was fitted under another config than the plan's.
    """

    def __init__(self, path: Path, runs: Path) -> None:
        if not path.is_file():
            raise ValueError(f"there is no plan {str(path)!r}")
        try:
            self.plan = Plan.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
        except (ValidationError, yaml.YAMLError) as error:
            raise ValueError(f"{path}: {error}") from None
        self.path, self.runs = path, runs
        self.configs = {
            folder: self._config(name, seed)
            for name in self.plan.runs
            for seed, folder in enumerate(self.folders(name))
        }
        for folder, config in self.configs.items():
            if (folder / RESOLVED).is_file() and load_run(folder) != config:
                raise ValueError(f"{folder} was fitted under another config than {path} asks for: name another --runs")

    def folders(self, name: str) -> list[Path]:
        """Folders of the runs of an entry, by seed."""
        return [self.runs / f"{name}-{seed}" for seed in range(self.plan.runs[name].seeds)]

    def finished(self, name: str) -> list[Path]:
        """Those that are done."""
        return [folder for folder in self.folders(name) if is_finished(self.configs[folder], folder)]

    def _config(self, name: str, seed: int) -> Config:
        entry = self.plan.runs[name]
        settings = [setting.replace(RUNS, str(self.runs)) for setting in entry.set]
        return read_config(
            TRAIN.parent / "configs" / f"{entry.config}.yaml", [*settings, f"seed={seed}", "eval_worlds=0"]
        )

    def fit(self, console: Console) -> None:
        """Fit what is not done, one run after the other; goes on where a run was stopped.

        Raises
        ------
        ValueError
            If a run fails, with the last line that it said.
        """
        for folder, config in self.configs.items():
            if is_finished(config, folder):
                continue
            console.print(f"fitting {folder}: {config.steps:,} agent-steps")
            folder.mkdir(parents=True, exist_ok=True)
            write_config(config, folder)
            command = [sys.executable, str(TRAIN), "--resume", str(folder)]
            with (folder / LOG).open("ab") as log:
                done = subprocess.run(command, stdout=log, stderr=log, env={**os.environ, "OMP_NUM_THREADS": "1"})
            if done.returncode:
                raise ValueError(f"{folder} ended with {done.returncode}: {last_said(folder)}")
