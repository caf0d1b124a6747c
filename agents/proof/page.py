"""The page of a proof: what its parts are made from, and how they are written."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from balance_env.benchmark.bootstrap import LEAST_UNITS, Estimate

from ..population import ENOUGH
from .candidates import Judged
from .plan import Proof
from .plays import Plays


class Page(NamedTuple):
    """What parts are made from: the runs, the scores that were played, and the folder that pictures go to."""

    proof: Proof
    plays: Plays
    folder: Path
    judged: list[Judged]  # the finished runs of the entry `main`

    @property
    def main(self) -> list[Path]:
        """The runs that most parts are about: of those that were judged together the one that is kept."""
        return [some.kept for some in self.judged]

    @property
    def candidates(self) -> list[Path]:
        """All of which these were kept."""
        return [run for some in self.judged for run in some.runs]

    def of(self, names: Sequence[str]) -> dict[str, list[Path]]:
        """Finished runs of those entries that have any."""
        return {name: runs for name in names if (runs := self.proof.finished(name))}


def counted(*groups: Sequence[Path]) -> str:
    """How many runs a part rests on, and whether it is preliminary."""
    fewest, most = (end(len(runs) for runs in groups) for end in (min, max))
    count = plural(fewest, "run") if fewest == most else f"{fewest} to {most} runs each"
    return count if fewest >= ENOUGH else f"preliminary, {count}"


def plural(count: int, what: str) -> str:
    """So many of something."""
    return f"{count} {what}{'s' if count > 1 else ''}"


def spread(runs: int) -> str:
    """What stands behind a mean over so many runs."""
    return "95 % intervals over runs" if runs >= LEAST_UNITS else "ranges of the runs" if runs > 1 else "one run"


class Part(NamedTuple):
    """A part of the page, and what it shows in one sentence."""

    short: str
    text: str


def part(title: str, short: str, picture: str, told: str, *texts: str) -> Part:
    """A part: what it rests on, its picture, then its words and tables."""
    head = [f"## {title}", f"*{told[0].upper()}{told[1:]}.*"]
    return Part(short, "\n\n".join([*head, *([f"![{title}]({picture})"] if picture else []), *texts]) + "\n")


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table of Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def interval(of: Estimate, is_share: bool = False) -> str:
    """A value with its interval, if there is more than one run; shares in percent."""
    if np.isnan(of.value):
        return "NA"
    if of.low == of.high == of.value:
        return f"{of.value:.0%}" if is_share else f"{of.value:.2f}"
    if is_share:
        return f"{100 * of.value:.0f}% ({100 * of.low:.0f}..{100 * of.high:.0f})"
    return f"{of.value:.2f} ({of.low:.2f}..{of.high:.2f})"
