"""Which populations are played where, and the tables that come of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from ...strict import read_mapping
from ..emergence.catalogue import RANDOM_LEGAL
from ..whatif.circumstances import CIRCUMSTANCES, MEASURE
from .figures import population_figures
from .hiding import HIDER
from .hypotheses import HYPOTHESES, Where
from .populations import BATCHES, MOVED, POPULATIONS, RUNS, SHIPPED, Source
from .rows import Figure, OfUnit, read, write
from .shown import PROFILE

HOMES = ("powers_1913", "default", "coercive")  # where runs are trained
ELSEWHERE = {"default": "powers_1913", "powers_1913": "default"}  # whose runs play there, too
TRAINED = ("offensive", "defensive", "halves")  # what runs were trained to want
SHIPPED_IN = ("default", "coercive")
YARDSTICK = "balance_of_threat"
DOCTRINES = (YARDSTICK, HIDER, RANDOM_LEGAL)
ASKED = {  # of batches of worlds, unlike of runs, only units are kept that a hypothesis or a profile asks for
    *((asked.figure.measure, asked.figure.version) for asked in HYPOTHESES),
    *((asked.against.measure, asked.against.version) for asked in HYPOTHESES if isinstance(asked.against, Where)),
    *((MEASURE, circumstance) for circumstance in CIRCUMSTANCES),
    *PROFILE.values(),
}
FIGURES, UNITS = "figures.csv", "units.csv.xz"
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
        *(alone(name, HOMES, ("halves",), HOMES if name == YARDSTICK else ()) for name in DOCTRINES),
        *([Source(MOVED, moved, TRAINED, ())] if runs else []),
        alone(
            SHIPPED, SHIPPED_IN, tuple(POPULATIONS), () if runs else SHIPPED_IN[:1]
        ),  # forks go to who carries the page
    ]


def play(
    runs: Sequence[str],
    worlds: int,
    forks: int,
    folder: Path,
    tell: Callable[[str], None],
    scenarios: Sequence[str] = HOMES,
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
                units += [unit for unit in found[1] if source.name == RUNS or unit[4:6] in ASKED]
                write(folder / UNITS, OfUnit._fields, units)
                write(folder / FIGURES, Figure._fields, figures)  # the last, as it tells what is done
