"""Which populations are played where, and the tables that come of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from ..emergence.catalogue import RANDOM_LEGAL
from .figures import population_figures
from .hypotheses import HYPOTHESES, Where
from .populations import BATCHES, POPULATIONS, RUNS, SHIPPED, Source
from .rows import Figure, OfUnit, read, write

HOME = "powers_1913"  # where runs of configs/default.yaml were trained
SCENARIOS = ("default", HOME, "coercive", "concert")
WITHOUT_COERCION = (HOME, "default", "concert")  # such runs never met the verb and never use it
DOCTRINES = ("balance_of_threat", RANDOM_LEGAL)
ASKED = {  # of batches of worlds, unlike of runs, only units that a hypothesis asks for are kept
    (where.measure, where.version)
    for asked in HYPOTHESES
    for where in (asked.figure, asked.against)
    if isinstance(where, Where)
}
FIGURES, UNITS = "figures.csv", "units.csv"
SEED = 1


def sources(runs: Sequence[str], worlds: int) -> list[Source]:
    """All sources, the most telling first; as many batches of one player as `worlds` allow."""
    batches = min(BATCHES, worlds)
    alone = () if runs else ("default",)  # forks take most of the time: they go to who carries the page
    trained = ("offensive", "defensive", "halves")  # what such runs were trained to want
    return [
        *([Source(RUNS, tuple(runs), trained, WITHOUT_COERCION, (HOME,))] if runs else []),
        Source(SHIPPED, (SHIPPED,) * batches, tuple(POPULATIONS), SCENARIOS, alone),
        *(Source(name, (name,) * batches, ("halves",), SCENARIOS, (HOME,)) for name in DOCTRINES),
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
                units += [unit for unit in found[1] if source.name == RUNS or unit[4:6] in ASKED]
                write(folder / FIGURES, Figure._fields, figures)
                write(folder / UNITS, OfUnit._fields, units)
