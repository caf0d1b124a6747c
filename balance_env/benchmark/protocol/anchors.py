"""The anchors of a suite, measured: what random play and the best doctrine earn in the entrant's seats, and the skill.

    balance-env suite balance-v1 --measure

An entrant's score is 0 where it earns what random legal play does and 1 where it earns what the best doctrine found
does, in the same seats with the same background. Both are constants in `anchors.csv` beside the stages.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from typing import NamedTuple, get_type_hints

from scipy import stats

from ...doctrines import DOCTRINES
from ...files import write_csv
from ..bootstrap import LEVEL
from ..statistics import LEAST_SEPARATION, Anchors, measure_anchors
from .arena import SCORED, Returns, cast, fast_returns
from .entrant import FLOOR
from .suite import Stage, Suite

ANCHORS = "anchors.csv"  # of a suite's folder
SEARCH_SEED, ANCHOR_SEED = 10_000_019, 10_000_079  # far from those that entrants are played on
SEARCHED = 80  # episodes in which all doctrines are tried
MEASURED = 800  # fresh episodes in which the best of them, floor and skill are measured
FINALISTS = 2  # doctrines that are measured again; the best of these is the reference


class Anchored(NamedTuple):
    """A row of `anchors.csv`: one stage and role."""

    stage: str
    hash: str  # of the stage as it was measured
    role: str
    episodes: int
    floor: float  # per-capita return of random legal play in the focal seats
    reference: float  # of the best doctrine found
    doctrine: str  # which that is
    standard_error: float  # of reference - floor
    background: float  # what a background seat earns beside random legal play
    has: str  # doctrine with the skill of the stage
    lacks: str  # and without
    skill: float  # difference of their scores in the same episodes
    skill_low: float  # its 95 % interval
    skill_high: float

    @property
    def anchors(self) -> Anchors:
        """The two ends of the scale."""
        return Anchors(self.floor, self.reference, self.standard_error)

    @property
    def separation(self) -> float:
        """Standard errors between the two ends."""
        return (self.reference - self.floor) / self.standard_error

    @property
    def holds(self) -> bool:
        """Whether the stage may stand in a suite: its ends are apart, and its skill raises the score."""
        return self.separation > LEAST_SEPARATION and self.skill_low > 0.0


def candidates(stage: Stage) -> list[str]:
    """Doctrines that can be meant: not those that need a verb which the stage closes."""
    return [name for name in DOCTRINES if name != FLOOR and ("coerce" in stage.world.verbs or "coerce" not in name)]


def measure_stage(stage: Stage, role: str, searched: int = SEARCHED, measured: int = MEASURED) -> Anchored:
    """Anchors and skill of one stage and role; the reference is searched for and measured in different episodes."""

    def returns(name: str, seed: int, episodes: int) -> Returns:
        return fast_returns(stage, cast(stage, role, seed, episodes), seed, name)

    tried = {name: returns(name, SEARCH_SEED, searched).focal.mean() for name in candidates(stage)}
    finalists = sorted(tried, key=lambda name: -tried[name])[:FINALISTS]
    names = dict.fromkeys([FLOOR, *finalists, stage.skill.has, stage.skill.lacks])
    fresh = {name: returns(name, ANCHOR_SEED, measured) for name in names}
    best = max(finalists, key=lambda name: fresh[name].focal.mean())
    ends = measure_anchors(fresh[FLOOR].focal, fresh[best].focal)
    gained = (fresh[stage.skill.has].focal - fresh[stage.skill.lacks].focal) / (ends.reference - ends.floor)
    low, high = stats.t.interval(LEVEL, measured - 1, gained.mean(), stats.sem(gained))
    return Anchored(
        stage.name, stage.hash, role, measured, ends.floor, ends.reference, best, ends.standard_error,
        float(fresh[FLOOR].background.mean()), stage.skill.has, stage.skill.lacks, float(gained.mean()), float(low),
        float(high),
    )  # fmt: skip


def measure_suite(suite: Suite) -> Iterator[Anchored]:
    """Measure what `anchors.csv` does not hold as it stands, writing it after each; yields every row."""
    known = {(row.hash, row.role, row.has, row.lacks): row for row in read_anchors(suite)}
    wanted = {
        (stage.hash, role, stage.skill.has, stage.skill.lacks): stage for stage in suite.stages for role in SCORED
    }
    for key, stage in wanted.items():
        row = known[key] if key in known else measure_stage(stage, key[1])
        known[key] = row._replace(stage=stage.name)
        write_anchors(suite, [known[key] for key in wanted if key in known])
        yield known[key]


def read_anchors(suite: Suite) -> list[Anchored]:
    """Rows of a suite's `anchors.csv`; none where there is no such file; ValueError for other columns."""
    path = suite.folder / ANCHORS
    if not path.is_file():
        return []
    kinds = get_type_hints(Anchored)
    with path.open(newline="", encoding="utf-8") as file:
        table = csv.DictReader(file)
        if tuple(table.fieldnames or ()) != Anchored._fields:
            raise ValueError(f"{path} has columns {table.fieldnames}: {', '.join(Anchored._fields)} are needed")
        return [Anchored(**{name: kinds[name](row[name]) for name in Anchored._fields}) for row in table]


def write_anchors(suite: Suite, rows: list[Anchored]) -> None:
    """Write `anchors.csv`, whole or not at all."""
    told = ([f"{value:.6g}" if isinstance(value, float) else value for value in row] for row in rows)
    write_csv(suite.folder / ANCHORS, Anchored._fields, told)


def anchors_by_cell(suite: Suite, stages: Sequence[Stage] | None = None) -> dict[tuple[str, str], Anchored]:
    """The measured row of each stage and role, for all stages of the suite or some.

    Raises
    ------
    ValueError
        If one is missing, or was measured on a stage that has changed since.
    """
    rows = {(row.stage, row.role): row for row in read_anchors(suite)}
    for stage in suite.stages if stages is None else stages:
        for role in SCORED:
            row = rows.get((stage.name, role))
            if row is None or row.hash != stage.hash:
                told = "has no anchors" if row is None else "has changed since its anchors were measured"
                raise ValueError(
                    f"suite {suite.name}: stage {stage.name!r}, {role}, {told}: balance-env suite --measure"
                )
    return rows
