"""A results folder of one entrant, read back: what every table and figure of a report is made from."""

from __future__ import annotations

import csv
import io
import json
import lzma
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, TextIO

import numpy as np

from ..bootstrap import Scores
from ..checks import Array
from ..statistics import ATTRACTORS

CARD, SCORES, MEASURES, FORKS = "card.json", "scores.csv", "measures.csv", "forks.csv"
PACKED = f"{SCORES}.xz"  # in place of scores.csv, where results are kept: see `kept`
RESIDENT, VISITOR, SELF_PLAY = "resident", "visitor", "self_play"
HEADLINE = (RESIDENT, VISITOR)  # self-play is diagnosis, never part of a score
ALL = "all"  # in place of a stage: the measure over all of them
RUNS_FOR_A_TABLE = 10  # training runs below which a result is preliminary
CARD_KEYS = (
    "entrant", "kind", "hash", "suite", "suite_hash", "setting", "seed", "episodes", "runs", "trained", "version",
    "faults", "seconds",
)  # fmt: skip


def finite(text: str) -> float:
    """A number from a cell; ValueError for none, or one without end."""
    value = float(text)
    if not np.isfinite(value):
        raise ValueError(f"{text} is no finite number")
    return value


def maybe(text: str) -> float:
    """The same, and nan for a blank."""
    return finite(text) if text else float("nan")


def _number_or_blank(text: str) -> str:
    maybe(text)
    return text


def one_of(allowed: Sequence[str]) -> Callable[[str], str]:
    """A check that a cell is one of these words."""

    def check(text: str) -> str:
        if text not in allowed:
            raise ValueError(f"one of {', '.join(allowed)}")
        return text

    return check


COLUMNS: dict[str, Callable[[str], Any]] = {  # of scores.csv: one row an episode
    "stage": str,
    "role": one_of((*HEADLINE, SELF_PLAY)),
    "run": int,
    "episode": int,
    "seat": int,
    "focal_seats": int,
    "focal_return": finite,
    "background_return": maybe,
    "score": finite,
    "years": finite,
    "ending": str,
    "attractor": one_of(ATTRACTORS),
    "illegal": int,
    "faults": int,
}


MEASURED = ("value", "n", "null", "null_low", "null_high", "p", "low", "high")  # numbers, where there are any


class Measure(NamedTuple):
    """A measure beside its null, as text: a row of measures.csv or forks.csv; what is blank is not known."""

    group: str
    measure: str
    version: str
    value: str
    n: str
    why: str
    null: str
    null_low: str
    null_high: str
    p: str
    low: str
    high: str
    definition: str

    @property
    def name(self) -> str:
        """The measure with its version."""
        return f"{self.measure} ({self.version})" if self.version else self.measure

    def number(self, field: str) -> float | None:
        """A field as a number; None where it is blank."""
        text = getattr(self, field)
        return float(text) if text else None


@dataclass(frozen=True)
class Results:
    """What one entrant left in its folder.

    Attributes
    ----------
    folder : Path
    card : dict
        Who played what: see `CARD_KEYS`.
    episodes : dict of arrays (E,)
        Columns of scores.csv; background returns are nan where all seats were focal.
    measures, forks : list of Measure
        Empty where there is no such file.
    """

    folder: Path
    card: dict[str, Any]
    episodes: dict[str, Array]
    measures: list[Measure]
    forks: list[Measure]

    @property
    def is_preliminary(self) -> bool:
        """Whether a trained entrant has too few runs for a published table."""
        return bool(self.card["trained"]) and self.card["runs"] < RUNS_FOR_A_TABLE

    @property
    def title(self) -> str:
        """Entrant and suite; says so where the result is preliminary."""
        few = f" (preliminary: {self.card['runs']} of {RUNS_FOR_A_TABLE} training runs)" if self.is_preliminary else ""
        return f"{self.card['entrant']} on {self.card['suite']}{few}"

    def stages(self) -> list[str]:
        """Names of the stages, in the order in which they were played."""
        return list(dict.fromkeys(self.episodes["stage"].tolist()))

    def cells(self, roles: Sequence[str] = HEADLINE) -> list[tuple[str, str]]:
        """(stage, role) of all that was played in these roles."""
        played = dict.fromkeys(zip(self.episodes["stage"].tolist(), self.episodes["role"].tolist(), strict=True))
        return [(stage, role) for stage, role in played if role in roles]

    def chosen(self, stage: str, role: str) -> Array:
        """Which episodes (E,) belong to a stage and role."""
        return (self.episodes["stage"] == stage) & (self.episodes["role"] == role)

    def by_run(self, stage: str, role: str, column: str = "score") -> Array:
        """A column as (runs, episodes), episodes in their order.

        Raises
        ------
        ValueError
            If a run has not the episodes there that the card tells, each once: the stage was cut short.
        """
        here = self.chosen(stage, role)
        run, episode, values = (self.episodes[name][here] for name in ("run", "episode", column))
        order = np.lexsort((episode, run))
        runs, episodes = self.card["runs"], self.card["episodes"]
        asked = np.stack([np.repeat(np.arange(runs), episodes), np.tile(np.arange(episodes), runs)])
        if not np.array_equal(np.stack([run, episode])[:, order], asked):
            counts = [int((run == number).sum()) for number in range(runs)]
            raise ValueError(
                f"{self.folder / SCORES}: {stage}, {role} has {counts} episodes by run; "
                f"{runs} runs with the episodes 0 to {episodes - 1} each are needed"
            )
        return values[order].reshape(runs, episodes)

    def scores(self, roles: Sequence[str] = HEADLINE) -> Scores:
        """Scores of the `cells`, as the bootstrap takes them: a cell is a scenario, the focal seats' mean a seat."""
        return Scores([self.by_run(*cell)[:, :, None] for cell in self.cells(roles)], bool(self.card["trained"]))


def read_results(folder: str | Path) -> Results:
    """The results in a folder.

    Raises
    ------
    ValueError
        If a file is missing, or holds something else than it should: names the file, the row and the column.
    """
    folder = Path(folder)
    scores = folder / (PACKED if (folder / PACKED).is_file() else SCORES)
    for path in (folder / CARD, scores):
        if not path.is_file():
            raise ValueError(f"{str(folder)!r} holds no results: it has no {path.name}")
    card = _read_card(folder / CARD)
    rows = read_table(scores, COLUMNS)
    if not rows:
        raise ValueError(f"{scores} has no episodes")
    if not any(row["role"] in HEADLINE for row in rows):
        raise ValueError(f"{scores} has no episodes of {' or '.join(HEADLINE)}")
    episodes = {name: np.array([row[name] for row in rows]) for name in COLUMNS}
    return Results(folder, card, episodes, read_measures(folder / MEASURES), read_measures(folder / FORKS))


def read_measures(path: Path) -> list[Measure]:
    """Rows of a table of measures; none where there is no such file."""
    columns = {name: _number_or_blank if name in MEASURED else str for name in Measure._fields}
    return [Measure(**row) for row in read_table(path, columns)] if path.is_file() else []


def find_results(folder: str | Path) -> list[Results]:
    """Results of all entrants in a folder of results, by name."""
    cards = sorted(Path(folder).rglob(CARD))
    return [read_results(card.parent) for card in cards]


def _read_card(path: Path) -> dict[str, Any]:
    try:
        card = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{path} is not JSON: {error}") from None
    missing = [key for key in CARD_KEYS if not isinstance(card, dict) or key not in card]
    if missing:
        raise ValueError(f"{path} says nothing of {', '.join(missing)}")
    return card


def read_table(path: Path, columns: Mapping[str, Callable[[str], Any]]) -> list[dict[str, Any]]:
    """Rows of a CSV file whose columns, in any order, each pass their check."""
    with _opened(path) as file:
        reader = csv.DictReader(file)
        missing = [name for name in columns if name not in (reader.fieldnames or ())]
        if missing:
            raise ValueError(f"{path} has no column {', '.join(missing)}")
        rows = []
        for row in reader:
            read = {}
            for name, check in columns.items():
                try:
                    read[name] = check(row[name])
                except (ValueError, TypeError) as error:
                    raise ValueError(f"{path}, line {reader.line_num}: {name} is {row[name]!r}: {error}") from None
            rows.append(read)
    return rows


def _opened(path: Path) -> TextIO:
    """A table as text, packed or not; ValueError for a torn pack."""
    if path.suffix != ".xz":
        return path.open(newline="", encoding="utf-8")
    try:
        return io.StringIO(lzma.decompress(path.read_bytes()).decode(), newline="")
    except (lzma.LZMAError, EOFError) as error:
        raise ValueError(f"{path} is torn: {error}") from None
