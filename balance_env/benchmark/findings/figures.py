"""From populations at play to figures, with their intervals over units and their nulls."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from ...core.reward import DESIGNS
from ...core.world import Verb
from ...metrics import system
from ...metrics.result import Metric
from ..emergence.catalogue import ALWAYS_INVEST, MEASURES, RANDOM_LEGAL
from ..emergence.evidence import Measure
from ..emergence.measures import Measured, gather
from ..history import History
from ..protocol.attractors import attractors
from ..statistics import ATTRACTORS
from ..whatif.causal import balancing, worth_of_pacts
from ..whatif.circumstances import bucks_by_circumstance
from ..whatif.counterfactuals import Measure as ByFork
from ..whatif.deeds import worth_of_deeds
from ..whatif.findings import Finding
from ..whatif.spiral import security_dilemma
from .populations import POPULATIONS, Source, aged, played
from .rows import Figure, Found, Key, OfUnit, counted

EVERYBODY = "all"  # seats
MEASURED = {
    *("alignment theta", "share that balances", "share that bandwagons", "share that abstains", "Walt coefficient"),
    *("Walt held-out gain", "pact density", "pact life", "coalition wars", "reliability", "abstention", "betrayal"),
    *("chain-ganging", "minimal winning"),
    *("entrapment", "CON", "effective poles", "state survival", "war onset", "dispute onset", "dispute ends"),
    "arms reaction",
    *("sanctions sent", "share that sanctions", "sanction coalition", "growth lost", "backing down"),
}
LINES = tuple(line for line in MEASURES if line.name in MEASURED)
FORKED: dict[ByFork, int] = {  # and of how many times as many worlds: few have a third party that could tip a scale
    balancing: 1,
    worth_of_pacts: 1,
    security_dilemma: 1,
    worth_of_deeds: 1,
    bucks_by_circumstance: 5,
}
THREATS = {"little": 0.0, "some": 1.0 / 3.0, "much": 2.0 / 3.0}  # threat of the most threatening other, from; thirds
YEARS_SHOWN = 5  # between two looks at the poles
REFERENCE_SEED = 1_000_000  # of the worlds of the nulls, which are no unit's


def emerged(
    key: Key, histories: Sequence[History], references: dict[str, list[History]], seats: list[np.ndarray], seed: int
) -> Found:
    """The measures of the catalogue."""
    units = range(len(histories))
    evidence = gather(histories, seed, units, references, seats)
    figures, of_units = [], []
    for line in LINES:
        found = Measured(line, *line.find(evidence))
        told, beside = found.beside.observed, found.beside
        figures.append(
            Figure(
                *(*key, line.name, line.version, told.value, *found.interval, told.n, len(histories)),
                *(beside.null.value, beside.low, beside.high, beside.p, told.why),
            )
        )
        if isinstance(line, Measure):
            sums = evidence.by_run(line.sums)
            with np.errstate(invalid="ignore", divide="ignore"):
                values, cases = line.formula.value(sums), line.formula.cases(sums)
            there = (cases >= line.least) & np.isfinite(values)
            of_units += [OfUnit(*key, line.name, line.version, int(u), float(values[u])) for u in np.flatnonzero(there)]
    return figures, of_units


def acts(key: Key, histories: Sequence[History], seats: Sequence[np.ndarray]) -> Iterator[Found]:
    """Shares of the verbs, of all acts and by the threat of the most threatening other."""
    tallies = []
    for history, whose in zip(histories, seats, strict=True):
        chose = history.alive[:-1] & history.going[1:, :, None] & whose
        threat = np.clip(history.pair["threat"][:-1].max(-1), 0.0, 1.0)[chose]
        third = np.digitize(threat, list(THREATS.values())) - 1
        table = np.zeros((len(THREATS), len(Verb)))
        np.add.at(table, (third, history.actor["verb"][1:][chose]), 1.0)
        tallies.append(table)
    counts = np.stack(tallies)  # (U, thirds, verbs)
    for verb in Verb:
        name = verb.name.lower()
        yield counted(key, "acts", name, counts[:, :, verb].sum(1), counts.sum((1, 2)))
        for third, called in enumerate(THREATS):
            yield counted(key, "acts", f"{name}, {called} threat", counts[:, third, verb], counts[:, third].sum(-1))


def fates(key: Key, histories: Sequence[History]) -> Iterator[Found]:
    """Where worlds end up, what falls and wars there are, and the poles over time."""
    ends = [attractors(history) for history in histories]
    worlds = [len(of) for of in ends]
    for attractor in ATTRACTORS:
        yield counted(key, "ends in", attractor, [of.count(attractor) for of in ends], worlds)
    years = [history.years.sum() for history in histories]
    fallen = [(history.actor["alive"][0] > 0).sum() - (history.actor["alive"][-1] > 0).sum() for history in histories]
    yield counted(key, "falls", "a century", 100.0 * np.array(fallen), years)
    for year in range(0, len(histories[0].going), YEARS_SHOWN):
        there = [history.going[year] if year < len(history.going) else np.zeros(1, bool) for history in histories]
        poles = [
            (1.0 / system.squares_of(history.actor["opening_share"][year][going])).sum() if going.any() else 0.0
            for history, going in zip(histories, there, strict=True)
        ]
        yield counted(key, "poles in year", str(year), poles, [going.sum() for going in there])


def earned(
    key: Key, histories: Sequence[History], seats: Sequence[np.ndarray], randoms: Sequence[tuple[History, np.ndarray]]
) -> Found:
    """Undiscounted returns of the seats, beside those of random play that wants the same."""
    sums = [(history.rewards.sum(0) * whose).sum() for history, whose in zip(histories, seats, strict=True)]
    null = sum((history.rewards.sum(0) * whose).sum() for history, whose in randoms)
    return counted(
        key, "return", "of a seat", sums, [whose.sum() for whose in seats], null / sum(w.sum() for _, w in randoms)
    )


def forked(key: Key, players: Sequence[str], worlds: int, seed: int) -> Iterator[Found]:
    """What forks find, each unit's worlds apart."""
    by_unit: dict[tuple[str, str], list[Finding]] = {}
    _, scenario, population, _ = key
    for unit, player in enumerate(players):
        size = each(worlds, players)
        origins = {times: aged(scenario, population, player, times * size, seed + unit) for times in {*FORKED.values()}}
        for measure, times in FORKED.items():
            rng = np.random.default_rng((seed, unit, zlib.crc32(measure.__name__.encode())))
            for found in measure(origins[times], rng, None):
                by_unit.setdefault((found.measure, found.version), []).append(found)
    for (measure_name, version), founds in by_unit.items():
        null = pooled([found.compared.null for found in founds])
        values = [found.compared.observed for found in founds]
        cases = np.array([value.n if value.value is not None else 0 for value in values])
        yield counted(key, measure_name, version, [(value.value or 0.0) * value.n for value in values], cases, null)


def each(worlds: int, players: Sequence[str]) -> int:
    """Worlds of each unit, where all have `worlds` together."""
    return max(1, worlds // len(players))


def pooled(metrics: Sequence[Metric]) -> float | None:
    """Mean of metrics by their cases."""
    there = [(metric.value, metric.n) for metric in metrics if metric.value is not None]
    return sum(value * n for value, n in there) / sum(n for _, n in there) if there else None


def population_figures(
    source: Source, scenario: str, population: str, worlds: int, forks: int, seed: int, tell: Callable[[str], None]
) -> Found:
    """All figures of one population in one scenario: `worlds` watched, `forks` forked (0: none), over all units."""
    tell(f"{source.name}, {scenario}, {population}")
    names, players = zip(*source.players[scenario].items(), strict=True)
    plays = [
        played(scenario, population, player, each(worlds, players), seed + unit) for unit, player in enumerate(players)
    ]
    histories = [history for history, _ in plays]
    beside = {
        name: [played(scenario, population, name, worlds, REFERENCE_SEED + seed)]
        for name in (RANDOM_LEGAL, ALWAYS_INVEST)
    }
    references = {name: [history for history, _ in of] for name, of in beside.items()}
    designs = POPULATIONS[population]
    groups = {EVERYBODY: range(len(DESIGNS))}
    groups |= {design: range(at := DESIGNS.index(design), at + 1) for design in designs}
    figures: list[Figure] = []
    units: list[OfUnit] = []

    def add(found: Found) -> None:
        figures.extend(found[0])
        units.extend(found[1])

    for seats, kinds in groups.items():
        key = (source.name, scenario, population, seats)
        whose = [np.isin(wants, kinds) for _, wants in plays]
        if seats != EVERYBODY:
            randoms = [(history, np.isin(wants, kinds)) for history, wants in beside[RANDOM_LEGAL]]
            add(earned(key, histories, whose, randoms))
        if seats == EVERYBODY or len(designs) > 1:
            add(emerged(key, histories, references, whose, seed))
            for found in acts(key, histories, whose):
                add(found)
    key = (source.name, scenario, population, EVERYBODY)
    for found in fates(key, histories):
        add(found)
    if forks:
        for found in forked(key, players, forks, seed):
            add(found)
    return figures, [one._replace(unit=names[one.unit]) for one in units]
