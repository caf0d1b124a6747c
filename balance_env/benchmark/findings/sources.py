"""Which populations are played where, and the tables that come of it."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from ..emergence.catalogue import RANDOM_LEGAL
from .figures import Figure, OfUnit, population_figures
from .populations import BATCHES, POPULATIONS, RUNS, SHIPPED, Source

HOME = "powers_1913"  # where runs of configs/default.yaml were trained
SCENARIOS = ("default", HOME, "coercive", "concert")
WITHOUT_COERCION = (HOME, "default", "concert")  # such runs never met the verb and never use it
DOCTRINES = ("balance_of_threat", RANDOM_LEGAL)
FORKED_IN = ("default", HOME)
FIGURES, UNITS = "figures.csv", "units.csv"
SEED = 1


def sources(runs: Sequence[str], worlds: int) -> list[Source]:
    """All sources, the most telling first; as many batches of one player as `worlds` allow."""
    batches = min(BATCHES, worlds)
    trained = ("offensive", "defensive", "halves")  # what such runs were trained to want
    return [
        *([Source(RUNS, tuple(runs), trained, WITHOUT_COERCION)] if runs else []),
        *(Source(name, (name,) * batches, ("halves",), SCENARIOS) for name in DOCTRINES),
        Source(SHIPPED, (SHIPPED,) * batches, tuple(POPULATIONS), SCENARIOS),
    ]


def play(
    runs: Sequence[str],
    worlds: int,
    forks: int,
    folder: Path,
    tell: Callable[[str], None],
    scenarios: Sequence[str] = SCENARIOS,
    seed: int = SEED,
) -> None:
    """Play all populations and write the two tables to `folder`, again after each population.

    Parameters
    ----------
    runs : sequence of paths
        Runs of one config with seeds of their own.
    worlds, forks : int
        Of each population and scenario, over all units.
    """
    figures: list[Figure] = []
    units: list[OfUnit] = []
    for source in sources(runs, worlds):
        for scenario in (name for name in source.scenarios if name in scenarios):
            for population in source.populations:
                forked = forks if scenario in FORKED_IN else 0
                found = population_figures(source, scenario, population, worlds, forked, seed, tell)
                figures += found[0]
                units += found[1]
                write(folder / FIGURES, Figure._fields, figures)
                write(folder / UNITS, OfUnit._fields, units)


def write(path: Path, head: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> None:
    """Rows under a head, six digits of every number."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(head)
        table.writerows([f"{cell:.6g}" if isinstance(cell, float) else cell for cell in row] for row in rows)


def read(path: Path, row: Any) -> Iterator[Any]:
    """Rows of a table as `row`s, numbers as numbers and blanks as None."""
    with path.open(newline="", encoding="utf-8") as file:
        for cells in csv.DictReader(file):
            kinds = row.__annotations__
            yield row(**{name: _cell(cell, str(kinds[name])) for name, cell in cells.items()})


def _cell(cell: str, kind: str) -> str | int | float | None:
    if kind == "str":
        return cell
    if cell == "":
        return None
    return int(cell) if kind == "int" else float(cell)
