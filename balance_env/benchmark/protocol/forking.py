"""What would have happened otherwise, in worlds in which the entrant is the resident: the rows of `forks.csv`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..reporting.results import ALL
from ..whatif.counterfactuals import find
from ..whatif.findings import Finding, from_plain, plain, pooled, row
from .arena import RESIDENT, cast
from .entrant import Entrant, aged
from .measuring import worlds_of
from .suite import Stage

WORLDS_FORKED = 100  # of each stage, over all runs; a second each of a processor, and thousands over a suite


def fork_stage(entrant: Entrant, run: int, stage: Stage, episodes: int, seed: int) -> list[dict[str, Any]]:
    """All that forks find of one run in a stage, from its first episodes aged some years, in plain numbers and words.

    Of several runs each has worlds of its own, as in `measuring`, so that together they are as many as one run has.
    """
    worlds = min(episodes, WORLDS_FORKED)
    origin, act = aged(entrant, run, stage, cast(stage, RESIDENT, seed, worlds), seed)
    origin = origin.fork(worlds_of(run, len(entrant.sources), worlds))
    return [plain(found) for found in find(origin, stage.number(seed), act)]


def fork_rows(found: Mapping[str, Sequence[Sequence[Mapping[str, Any]]]]) -> list[list[Any]]:
    """Rows of `forks.csv`, whose columns are those of `measures.csv`: over all stages first, then over each.

    Parameters
    ----------
    found : stage -> what `fork_stage` found of each run in it
    """
    stages = {stage: _together([from_plain(told) for told in run] for run in runs) for stage, runs in found.items()}
    groups = {ALL: _together(stages.values()), **stages}
    return [list(row(group, told).values()) for group, every in groups.items() for told in every]


def _together(parts: Iterable[Sequence[Finding]]) -> list[Finding]:
    """The same findings of several parts, each over the worlds of all."""
    return [pooled(same) for same in zip(*parts, strict=True)]
