"""Which populations are played where, and the tables that come of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from ...strict import read_mapping
from ..emergence.catalogue import RANDOM_LEGAL
from .figures import population_figures
from .hypotheses import HYPOTHESES, Where
from .populations import BATCHES, MOVED, POPULATIONS, RUNS, SHIPPED, Source
from .rows import Figure, OfUnit, read, write

HOMES = ("powers_1913", "default", "coercive")  # where runs are trained
SCENARIOS = (*HOMES, "concert")
ELSEWHERE = {"default": "powers_1913", "powers_1913": "default", "concert": "default"}  # whose runs play there, too
DOCTRINES = ("balance_of_threat", RANDOM_LEGAL)
TRAINED = ("offensive", "defensive", "halves")  # what runs were trained to want
ASKED = {  # of batches of worlds, unlike of runs, only units that a hypothesis asks for are kept
    (where.measure, where.version)
    for asked in HYPOTHESES
    for where in (asked.figure, asked.against)
    if isinstance(where, Where)
}
FIGURES, UNITS = "figures.csv", "units.csv"
SEED = 1


def home(run: str) -> str:
    """The scenario that a run was trained in."""
    scenario = read_mapping(Path(run) / "config.yaml")["scenario"]
    if scenario not in HOMES:
        raise ValueError(f"{run}: trained in {scenario}; it must be one of {', '.join(HOMES)}")
    return str(scenario)


def sources(runs: Sequence[str], worlds: int) -> list[Source]:
    """All sources, the most telling first; as many batches of one player as `worlds` allow."""
    batches = range(min(BATCHES, worlds))
    at_home: dict[str, dict[int, str]] = {scenario: {} for scenario in HOMES}
    for unit, run in enumerate(runs):
        at_home[home(run)][unit] = run
    at_home = {scenario: its for scenario, its in at_home.items() if its}
    moved = {scenario: at_home[origin] for scenario, origin in ELSEWHERE.items() if origin in at_home}

    def alone(name: str, scenarios: Sequence[str], populations: tuple[str, ...], forked: tuple[str, ...]) -> Source:
        return Source(name, {scenario: dict.fromkeys(batches, name) for scenario in scenarios}, populations, forked)

    return [
        *([Source(RUNS, at_home, TRAINED, HOMES)] if runs else []),
        *(alone(name, HOMES, ("halves",), HOMES) for name in DOCTRINES),
        alone(SHIPPED, SCENARIOS, tuple(POPULATIONS), () if runs else HOMES[:1]),  # forks go to who carries the page
        *([Source(MOVED, moved, TRAINED, ())] if runs else []),
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
        Training runs, several of each scenario in `HOMES` with seeds of their own.
    worlds, forks : int
        Of each population and scenario, over all units.
    """
    figures: list[Figure] = list(read(folder / FIGURES, Figure)) if (folder / FIGURES).exists() else []
    units: list[OfUnit] = list(read(folder / UNITS, OfUnit)) if figures else []
    done = {figure[:3] for figure in figures}
    for source in sources(runs, worlds):
        for scenario in (name for name in source.players if name in scenarios):
            for population in source.populations:
                if (source.name, scenario, population) in done:
                    continue
                forked = forks if scenario in source.forked else 0
                found = population_figures(source, scenario, population, worlds, forked, seed, tell)
                figures += found[0]
                units += [unit for unit in found[1] if source.name in (RUNS, MOVED) or unit[4:6] in ASKED]
                write(folder / FIGURES, Figure._fields, figures)
                write(folder / UNITS, OfUnit._fields, units)
