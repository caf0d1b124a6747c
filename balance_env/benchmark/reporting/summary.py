"""What an entrant's scores come to: each figure with its interval, or with the reason why it has none."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from ..bootstrap import Scores, bootstrap
from ..checks import Array, TooLittleData, sample
from ..statistics import (
    attractor_shares,
    holm,
    improvement,
    interquartile_mean,
    minimum_detectable_effect,
    share_above,
)
from .results import ALL, HEADLINE, Measure, Results

THRESHOLDS = np.linspace(-1.0, 2.0, 61)  # of the performance profile: from below the floor to above the reference
RANDOM = "random_legal"
IQM, IQM_AS = "IQM of the score", "IQM as {}"  # names of figures, the latter by role
ANCHORS = {"floor (random legal)": 0.0, "reference doctrine": 1.0}  # a score is measured between these


# Measures whose nulls are hypotheses, and the theory that each tests. Chosen before any finding and left so: one claim
# a theory, the version that it speaks of, and few, as each costs all the others power.
LISTED = {
    ("alignment theta", "weaker against stronger"): "states balance against power: Waltz 1979",
    ("alignment theta", "less against more threatening"): "they balance against threat: Walt 1987",
    ("alignment theta", "target against challenger"): "revisionists join for profit rather than resist: Schweller 1994",
    ("pact life", "median"): "alliances outlast chance, as institutions: Wallander & Keohane 1999; Leeds & Savun 2007",
    ("minimal winning", ""): "coalitions are as small as win: Riker 1962",
    ("reliability", ""): "allies keep their word: Leeds, Long & Mitchell 2000",
    ("entrapment", ""): "allies are drawn into wars not theirs: Snyder 1984",
    ("chain-ganging", "tied entrants"): "ties spread wars: Christensen & Snyder 1990",
    ("structural balance", ""): "the enemy of an enemy is a friend: Cartwright & Harary 1956; Maoz et al. 2007",
    ("arms reaction", "defence k"): "arms are answered by arms, a spiral: Richardson 1960; Jervis 1976",
    ("war onset", ""): "what the order that emerges is for: whether there is less war in it, or more",
}


class Figure(NamedTuple):
    """A number of a report.

    Attributes
    ----------
    name : str
    value, low, high : float or None
        None where the data cannot carry it.
    why : str
        Why something is missing; empty where nothing is.
    """

    name: str
    value: float | None
    low: float | None = None
    high: float | None = None
    why: str = ""


class Summary(NamedTuple):
    """All that a report says of scores.

    Attributes
    ----------
    headline : list of Figure
        IQM over all stages and by role, and the chances of improvement.
    tags : list of Figure
        Mean scores over the stages with a tag: too few of them to cut off quarters.
    stages : dict of (stage, role) to Figure
        Mean scores.
    profile : list of Figure
        Share of scores above each of `THRESHOLDS`.
    attractors : dict of stage, or `ALL`, to {attractor: Figure}
        Shares of episodes, each interval over episodes alone.
    effect : Figure
        The smallest difference of mean scores that a comparison with as many units would find.
    """

    headline: list[Figure]
    tags: list[Figure]
    stages: dict[tuple[str, str], Figure]
    profile: list[Figure]
    attractors: dict[str, dict[str, Figure]]
    effect: Figure


def summarise(results: Results, tags: Mapping[str, Sequence[str]]) -> Summary:
    """Figures of one entrant; `tags` are those of each stage."""
    cells, scores, seed = results.cells(), results.scores(), int(results.card["seed"])
    headline = _headline(cells)
    with_tag: dict[str, list[int]] = {}
    for n, (stage, _) in enumerate(cells):
        for tag in tags.get(stage, ()):
            with_tag.setdefault(tag, []).append(n)
    by_tag = {tag: _over(columns, _mean) for tag, columns in sorted(with_tag.items())}
    by_cell = {f"{stage}, {role}": _over([n], _mean) for n, (stage, role) in enumerate(cells)}
    profile = {f"{mark:.2f}": _above(mark) for mark in THRESHOLDS}
    told = iter(_estimate({**headline, **_keyed("tag", by_tag), **_keyed("cell", by_cell), **profile}, scores, seed))
    return Summary(
        [next(told) for _ in headline],
        [next(told)._replace(name=tag) for tag in by_tag],
        {cell: next(told)._replace(name=name) for cell, name in zip(cells, by_cell, strict=True)},
        list(told),
        {name: _attractors(results, name) for name in (ALL, *results.stages())},
        _detectable(scores),
    )


def headline(results: Results) -> list[Figure]:
    """IQM over all stages and by role, and the chances of improvement on both anchors."""
    return _estimate(_headline(results.cells()), results.scores(), int(results.card["seed"]))


class Paid(NamedTuple):
    """Returns of a seat in a stage: of the focal ones, of the others, and of these beside random legal play."""

    stage: str
    role: str
    focal: Figure
    others: Figure
    beside_random: float | None


def paid(results: Results, beside_random: Mapping[tuple[str, str], float]) -> list[Paid]:
    """Who paid, by stage and role; `beside_random` is what a background seat gets beside random legal play."""
    rows = []
    trained, seed = bool(results.card["trained"]), int(results.card["seed"])
    for cell in results.cells():
        sides = [results.by_run(*cell, f"{side}_return")[:, :, None] for side in ("focal", "background")]
        has_others = not np.isnan(sides[1]).any()
        shown = sides if has_others else sides[:1]
        statistics = {str(n): _over([n], _mean) for n in range(len(shown))}
        focal, *others = _estimate(statistics, Scores(shown, trained), seed)
        told = others[0] if others else Figure("", None, why="all seats are focal")
        rows.append(Paid(*cell, focal, told, beside_random.get(cell)))
    return rows


def hypotheses(results: Results) -> list[tuple[Measure, float, float]]:
    """Listed measures over all stages that have a p: each with it and Holm's over all of them."""
    listed = [row for row in results.measures if (row.measure, row.version) in LISTED]
    tested = [row for row in listed if row.group == ALL and row.p]
    if not tested:
        return []
    p = np.array([float(row.p) for row in tested])
    return list(zip(tested, p.tolist(), holm(p).tolist(), strict=True))


def _estimate(statistics: Mapping[str, Callable[[Array], Array]], scores: Scores, seed: int) -> list[Figure]:
    """All statistics of the same scores from one bootstrap, each with its interval or the reason why it has none."""
    whole = np.stack([array.mean(axis=(1, 2)) for array in scores.scenarios], axis=-1)
    figures, able = {}, {}
    for name, statistic in statistics.items():
        try:
            figures[name] = Figure(name, float(statistic(whole)))
            able[name] = statistic
        except TooLittleData as error:
            figures[name] = Figure(name, None, why=str(error))
    if able:
        try:
            told = bootstrap(lambda m: np.stack([f(m) for f in able.values()], axis=-1), scores, seed=seed)
        except TooLittleData as error:
            figures |= {name: figures[name]._replace(why=str(error)) for name in able}
        else:
            for name, low, high in zip(able, told.low, told.high, strict=True):
                figures[name] = figures[name]._replace(low=float(low), high=float(high))
    return list(figures.values())


def _headline(cells: Sequence[tuple[str, str]]) -> dict[str, Callable[[Array], Array]]:
    statistics: dict[str, Callable[[Array], Array]] = {IQM: interquartile_mean}
    for role in HEADLINE:
        if columns := [n for n, (_, played) in enumerate(cells) if played == role]:
            statistics[IQM_AS.format(role)] = _over(columns, interquartile_mean)
    for name, score in ANCHORS.items():
        statistics[f"P(improvement) over the {name}"] = _over_anchor(score)
    return statistics


def _mean(matrix: Array) -> Array:
    return matrix.mean(axis=(-2, -1))


def _over(columns: Sequence[int], statistic: Callable[[Array], Array]) -> Callable[[Array], Array]:
    """A statistic of some of the scenarios."""
    return lambda matrix: statistic(matrix[..., list(columns)])


def _above(mark: float) -> Callable[[Array], Array]:
    return lambda matrix: share_above(matrix, np.array([mark]))[..., 0]


def _over_anchor(score: float) -> Callable[[Array], Array]:
    return lambda matrix: improvement(matrix, np.full((*matrix.shape[:-2], 1, matrix.shape[-1]), score))


def _keyed(kind: str, statistics: Mapping[str, Callable[[Array], Array]]) -> dict[str, Callable[[Array], Array]]:
    return {f"{kind}: {name}": statistic for name, statistic in statistics.items()}


def _attractors(results: Results, stage: str) -> dict[str, Figure]:
    """Shares of episodes that end in each attractor, of one stage or of all."""
    here = np.isin(results.episodes["role"], HEADLINE)
    if stage != ALL:
        here &= results.episodes["stage"] == stage
    if not here.any():
        return {}
    shares = attractor_shares(results.episodes["attractor"][here].tolist())
    return {name: Figure(name, *share) for name, share in shares.items()}


def _detectable(scores: Scores) -> Figure:
    """Minimum detectable effect between two entrants with as many units each: runs, or episodes of rules."""
    if scores.trained:
        units = np.mean([array.mean(axis=(1, 2)) for array in scores.scenarios], axis=0)
    else:
        fewest = min(array.shape[1] for array in scores.scenarios)
        units = np.mean([array[0, :fewest].mean(axis=-1) for array in scores.scenarios], axis=0)
    name = f"minimum detectable effect ({len(units)} {'runs' if scores.trained else 'episodes'} each)"
    try:
        deviation = float(sample("units", units).std(ddof=1))
        if deviation == 0.0:
            raise TooLittleData(f"detectable effect: all {len(units)} units score alike; it needs some spread")
        return Figure(name, minimum_detectable_effect(deviation, len(units), len(units)))
    except TooLittleData as error:
        return Figure(name, None, why=str(error))
