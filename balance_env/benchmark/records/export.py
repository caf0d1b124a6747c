"""Episodes of a scenario as files that statistics packages read: `balance-env export`."""

from __future__ import annotations

import csv
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import numpy as np

from ...scenario import Scenario
from ...seating import Players
from ...vector import VectorEnv
from ..history import Act, History, watch
from .codebook import PANELS
from .panels import Panel, Source, panels
from .parquet import About, PanelWriter, write_csv

CELLS_AT_ONCE = 2**22  # of world, year and pair, in memory at a time: some 600 MB while they are put together
USUAL_YEARS = 200  # of an episode, where memory is reckoned


def export(
    scenario: Scenario,
    players: Players,
    episodes: int,
    seed: int,
    folder: str | Path,
    *,
    years: int = 0,
    act: Act | None = None,
    directed: bool = False,
    as_csv: bool = False,
) -> None:
    """Play episodes and write their panels into a new folder, whole or not at all.

    Parameters
    ----------
    scenario : Scenario
    players : by name, one a seat or one for all; `learner` where `act` chooses.
    episodes, seed : int
        Worlds 0, 1, ... of a batch that is reset with the seed, and their next episodes where memory asks for it.
    folder : path
        Must not exist. Holds `states`, `dyads`, `events`, `actions` and the codebook, `codebook.csv`.
    years : int
        Horizon; 0 leaves the end as the scenario has it.
    act : callable, optional
        As of `history.watch`.
    directed : bool
        Both rows of each pair in the dyad-years.
    as_csv : bool
        Write CSV instead of Parquet.

    Raises
    ------
    ValueError
        For a folder that exists, fewer than one episode, and as of `VectorEnv`.
    """
    folder = Path(folder)
    if folder.exists():
        raise ValueError(f"{str(folder)!r} is there already: give the name of a new folder")
    if episodes < 1:
        raise ValueError(f"episodes = {episodes}: a whole number from 1")
    draft = folder.with_name(f"{folder.name}.{os.getpid()}.tmp")
    draft.mkdir(parents=True)
    try:
        _write_codebook(draft / "codebook.csv")
        histories = _play(scenario, players, episodes, seed, years, act)
        blocks = ((history, panels(history, source, directed=directed)) for history, source in histories)
        (_write_csvs if as_csv else _write_parquets)(draft, blocks)
        os.rename(draft, folder)
    except BaseException:
        shutil.rmtree(draft)
        raise


def _play(
    scenario: Scenario, players: Players, episodes: int, seed: int, years: int, act: Act | None
) -> Iterator[tuple[History, Source]]:
    """Histories of as many worlds at a time as memory should hold."""
    actors = len(scenario.state_names())
    at_once = max(1, CELLS_AT_ONCE // (actors**2 * (years or scenario.max_cycles or USUAL_YEARS)))
    batch = VectorEnv(scenario, min(episodes, at_once), players=players, autoreset=False)
    if years:
        batch.max_cycles = years
    for block, first in enumerate(range(0, episodes, batch.num_worlds)):
        batch.reset(seed if block == 0 else None)
        history = watch(batch, act)
        asked = np.arange(batch.num_worlds) < episodes - first
        history = replace(history, going=history.going & asked)  # of the last block, no more than was asked for
        yield history, Source(scenario.name, episode=block)


def _write_parquets(folder: Path, blocks: Iterator[tuple[History, Mapping[str, Panel]]]) -> None:
    with ExitStack() as stack:
        writers: dict[str, PanelWriter] = {}
        for history, made in blocks:
            for name, panel in made.items():
                if name not in writers:
                    writer = PanelWriter(folder / f"{name}.parquet", About.of(name, history))
                    writers[name] = stack.enter_context(writer)
                writers[name].add(panel)


def _write_csvs(folder: Path, blocks: Iterator[tuple[History, Mapping[str, Panel]]]) -> None:
    for number, (_, made) in enumerate(blocks):
        for name, panel in made.items():
            write_csv(folder / f"{name}.csv", name, panel, is_first=number == 0)


def _write_codebook(path: Path) -> None:
    """The table of columns beside the data."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["panel", "column", "type", "unit", "meaning", "counterpart"])
        writer.writerows([panel, *entry] for panel, entries in PANELS.items() for entry in entries)
