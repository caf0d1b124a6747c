"""Many runs of one config: every seed with every mix of designs, some at a time, told in one table.

Each run is a process of `train.py` in a folder of its own. A population that was stopped or killed goes
on where its runs were: those that are done are left alone, the others go on from their last checkpoints.
"""

from __future__ import annotations

import csv
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from rich.console import Console
from rich.table import Table

from balance_env.adapters.sb3 import SB3VecEnv

from .config import RESOLVED, Config, write_config
from .evaluate import BEST_DOCTRINE, EVALUATION, TRAINED
from .watch import StopOnSignal

TRAIN = Path(__file__).resolve().parents[1] / "train.py"
LOG = "log.txt"  # of a run's folder: what its process said
POLL = 0.2  # seconds between looks at the processes
ENOUGH = 10  # runs of a mix below which a table is preliminary


class Member(NamedTuple):
    """A run of a population."""

    mix: str
    config: Config

    @property
    def name(self) -> str:
        """Of its folder."""
        return f"{self.mix}-{self.config.seed}"


def members(config: Config) -> list[Member]:
    """The runs of a population, seed by seed, so that every mix has some as early as can be."""
    plan = config.population
    assert plan is not None
    found = []
    for seed in range(config.seed, config.seed + plan.seeds):
        for number, mix in enumerate(plan.mixes):
            is_named = all(isinstance(design, str) for design in mix)
            name = "+".join(map(str, mix)) if is_named else f"mix{number}"
            own = {"population": None, "seed": seed, "designs": mix}
            found.append(Member(name, config.model_copy(update=own)))
    return found


def fit_population(config: Config, folder: Path, console: Console) -> int:
    """Fit every member that is not done; returns the signal that cut this short, else 0.

    Raises
    ------
    ValueError
        If no run can begin; or if runs failed, naming them and the last line that each said.
    """
    plan = config.population
    assert plan is not None
    all_of = members(config)
    SB3VecEnv(all_of[0].config.load_scenario(), config.worlds, threads=config.threads).close()  # else each would say so
    waiting = [member for member in all_of if not (folder / member.name / EVALUATION).is_file()]
    console.print(f"population {folder}: {len(all_of)} runs, {len(waiting)} of them to do, {plan.jobs} at a time")
    failed, running = [], dict[str, subprocess.Popen[bytes]]()
    with StopOnSignal() as stop, none_left(running):
        while running or (waiting and not stop.received):
            while waiting and len(running) < plan.jobs and not stop.received:
                member = waiting.pop(0)
                running[member.name] = start(member, folder / member.name)
            if stop.received:
                for job in running.values():
                    job.terminate()
            for name, job in list(running.items()):
                if stop.received:
                    job.wait()
                if job.poll() is not None:
                    del running[name]
                    failed += [name] if job.returncode and not stop.received else []
                    console.print(f"{name}: {'done' if not job.returncode else f'ended with {job.returncode}'}")
            time.sleep(POLL)
    if stop.received:
        console.print(f"stopped; go on with --resume {folder}")
        return stop.received
    if failed:
        raise ValueError("runs failed: " + "; ".join(f"{name}: {last_said(folder / name)}" for name in failed))
    console.print(table(all_of, folder))
    return 0


@contextmanager
def none_left(running: dict[str, subprocess.Popen[bytes]]) -> Iterator[None]:
    """Kill what still runs when this context is left: processes deaf to the terminal would outlive their population."""
    try:
        yield
    finally:
        for job in running.values():
            job.kill()
            job.wait()


def last_said(run: Path) -> str:
    """The last line in the log of a run."""
    said = (run / LOG).read_text(encoding="utf-8").strip().splitlines()
    return said[-1] if said else "nothing was said"


def start(member: Member, folder: Path) -> subprocess.Popen[bytes]:
    """Start a member's process, or go on with it; one thread each, and deaf to the terminal's Ctrl-C."""
    folder.mkdir(exist_ok=True)
    if not (folder / RESOLVED).is_file():
        write_config(member.config, folder)
    command = [sys.executable, str(TRAIN), "--resume", str(folder)]
    alone = {**os.environ, "OMP_NUM_THREADS": "1"}
    with (folder / LOG).open("ab") as log:
        return subprocess.Popen(command, stdout=log, stderr=log, env=alone, start_new_session=True)


def table(all_of: list[Member], folder: Path) -> Table:
    """How the members fare beside the best doctrine in their seats, a row a member and design."""
    mixes = {member.mix for member in all_of}
    preliminary = "" if len(all_of) >= ENOUGH * len(mixes) else f"Preliminary (fewer than {ENOUGH} runs each): "
    shown = Table(title=f"{preliminary}trained states among scripts and themselves", title_justify="left")
    for name in ("mix", "seed", "design"):
        shown.add_column(name)
    for name in ("score", "best doctrine", "trained minus it", "95 % interval", "P(trained better)"):
        shown.add_column(name, justify="right")
    for member in sorted(all_of, key=lambda member: member.mix):
        with (folder / member.name / EVALUATION).open(newline="", encoding="utf-8") as file:
            results = list(csv.DictReader(file))
        scores = {result["design"]: float(result["score"]) for result in results if result["policy"] == TRAINED}
        for best in (result for result in results if result["policy"].startswith(BEST_DOCTRINE)):
            low, high, difference, chance = (float(best[key]) for key in ("low", "high", "difference", "chance"))
            doctrine = best["policy"].removeprefix(f"{BEST_DOCTRINE}: ")
            shown.add_row(
                member.mix, str(member.config.seed), best["design"], f"{scores[best['design']]:.3f}", doctrine,
                f"{difference:+.3f}", f"{low:+.3f} .. {high:+.3f}", f"{chance:.2f}",
            )  # fmt: skip
    return shown
