"""Which populations are played where, and the tables that come of it."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, get_type_hints

from ..emergence.catalogue import RANDOM_LEGAL
from .figures import Figure, OfUnit, population_figures
from .populations import BATCHES, POPULATIONS, RUNS, SHIPPED, Source

HOME = "powers_1913"  # where runs of configs/default.yaml were trained
SCENARIOS = ("default", HOME, "coercive", "concert")
WITHOUT_COERCION = (HOME, "default", "concert")  # such runs never met the verb and never use it
DOCTRINES = ("balance_of_threat", RANDOM_LEGAL)
FIGURES, UNITS = "figures.csv", "units.csv"
SEED = 1


def sources(runs: Sequence[str], worlds: int) -> list[Source]:
    """All sources, the most telling first; as many batches of one player as `worlds` allow."""
    batches = min(BATCHES, worlds)
    alone = () if runs else ("default",)  # forks take most of the time: they go to who carries the page
    trained = ("offensive", "defensive", "halves")  # what such runs were trained to want
    return [
        *([Source(RUNS, tuple(runs), trained, WITHOUT_COERCION, (HOME,))] if runs else []),
        *(Source(name, (name,) * batches, ("halves",), SCENARIOS, (HOME,)) for name in DOCTRINES),
        Source(SHIPPED, (SHIPPED,) * batches, tuple(POPULATIONS), SCENARIOS, alone),
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

    What stands in the tables is not played again, so a play that was stopped goes on where it stopped.

    Parameters
    ----------
    runs : sequence of paths
        Runs of one config with seeds of their own.
    worlds, forks : int
        Of each population and scenario, over all units.
    """
    figures: list[Figure] = list(read(folder / FIGURES, Figure)) if (folder / FIGURES).exists() else []
    units: list[OfUnit] = list(read(folder / UNITS, OfUnit)) if figures else []
    done = {figure[:3] for figure in figures}
    for source in sources(runs, worlds):
        for scenario in (name for name in source.scenarios if name in scenarios):
            for population in source.populations:
                if (source.name, scenario, population) in done:
                    continue
                forked = forks if scenario in source.forked else 0
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
    kinds = get_type_hints(row)
    with path.open(newline="", encoding="utf-8") as file:
        for cells in csv.DictReader(file):
            yield row(**{name: _cell(cell, kinds[name]) for name, cell in cells.items()})


def _cell(cell: str, kind: Any) -> str | int | float | None:
    if kind is str:
        return cell
    if cell == "":
        return None
    return int(cell) if kind is int else float(cell)
