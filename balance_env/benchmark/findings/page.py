"""The page of findings in plain words: every sentence and every number is read from the tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ..bootstrap import LEAST_UNITS
from ..reporting.tables import Table, Value, markdown_lines
from .claims import summary
from .figures import EVERYBODY
from .hiding import hiding
from .hypotheses import QUESTIONS, Where
from .levels import effect, level, signed, worlds_alike
from .margins import MARGINS, POINTS
from .pictures import PICTURES
from .populations import MOVED, RUNS, SHIPPED
from .shown import OF_SEATS, PROFILE
from .verdicts import LEANS, NONE, OPEN, SMALL, TOLD, TOO_LITTLE, Book, Verdict
from .words import ABOUT, AMONG, DISPUTES, ELSEWHERE, FOUND_FROM, LIMITS, NO_RUNS, OF_RUNS, SHIPPED_ARE, TABLES

SCHOOLS_FIRST = (TOLD, SMALL, NONE, LEANS)  # verdicts, as the table orders them


class Played(NamedTuple):
    """What the command was told."""

    command: str
    runs: int
    worlds: int
    forks: int


def table(head: Sequence[str], rows: Sequence[Sequence[Value]]) -> str:
    """Rows under a head."""
    return "\n".join(markdown_lines(Table("", "", "", head, rows)))


def reached(verdicts: Sequence[Verdict], elsewhere: dict[Where, Verdict]) -> str:
    """The verdicts on schools that were reached, the surest first within each question."""
    told = [verdict for verdict in verdicts if verdict.theory and verdict.verdict in SCHOOLS_FIRST]
    told.sort(key=lambda one: (QUESTIONS.index(one.hypothesis.question), SCHOOLS_FIRST.index(one.verdict)))
    rows = []
    for one in told:
        assert one.mean is not None
        other = elsewhere.get(one.hypothesis.figure)
        moved = "" if other is None or other.mean is None else effect(one.hypothesis, other.mean)
        rows.append((one.sentence, effect(one.hypothesis, one.mean), worlds_alike(one), moved, one.verdict, one.theory))
    return table(("found", "difference", "worlds", "where not trained", "verdict", "schools"), rows)


def undecided(verdicts: Sequence[Verdict]) -> Iterator[str]:
    """What stays open, with what these runs would find of it, and what there were too few cases of."""
    rows = []
    for one in verdicts:
        if one.mean is not None and one.verdict == OPEN:
            asked = one.hypothesis
            seen = signed(asked, one.mean.detectable(), always=False)
            matters = "" if asked.margin is None else signed(asked, asked.margin, always=False)
            topic = f"{asked.topic[0].upper()}{asked.topic[1:]}"
            rows.append((topic, effect(asked, one.mean), worlds_alike(one), matters, seen))
    yield table(("open", "difference", "worlds", "would matter from", "would be found from"), rows)
    few = [one.hypothesis.topic for one in verdicts if one.verdict == TOO_LITTLE]
    if few:
        yield f"\nToo little data: {'; '.join(few)}."


class Column(NamedTuple):
    """Whose figures stand in a column of a profile."""

    title: str
    source: str
    population: str
    seats: str = EVERYBODY


def profile(book: Book, columns: Sequence[Column], chance: bool = True) -> str:
    """What populations do at a glance: a line for each figure, over all worlds that they played, beside chance."""
    rows: list[list[str]] = []
    for line, (measure, version) in PROFILE.items():
        own = measure.startswith(OF_SEATS)
        levels = [
            level(book, at.source, Where(at.population, measure, version, at.seats))
            if own or at.seats == EVERYBODY
            else None
            for at in columns
        ]
        if any(levels):
            null = next((one.chance for one in levels if one is not None), "")
            rows.append([line, *("" if one is None else str(one) for one in levels), *([null] * chance)])
    return table(("", *(at.title for at in columns), *(["chance"] * chance)), rows)


def among_others(book: Book, source: str) -> list[Column]:
    """Each design among its own, and where half of the others want otherwise."""
    alone = [Column(name, source, name) for name in ("offensive", "defensive")]
    among = [Column(f"{column.title} seats of mixed", source, "halves", column.title) for column in alone]
    return [*alone, Column("mixed", source, "halves"), *among]


def by_measure(verdicts: Sequence[Verdict]) -> str:
    """The margins of what was tested, with their reasons."""
    asked = dict.fromkeys(one.hypothesis.figure.measure for one in verdicts if one.hypothesis.margin is not None)
    rows = []
    for measure in asked:
        margin = MARGINS[measure]
        size = f"{100 * margin.value:g}" if margin.unit == POINTS else f"{margin.value:.3g}"
        rows.append((measure, f"{size} {margin.unit}", margin.reason))
    return table(("measure", "would matter from", "because"), rows)


def agreement(verdicts: Sequence[Verdict], others: Sequence[Verdict]) -> str:
    """How many of the findings told of one source another source bears out, and which it contradicts."""
    there = {one.hypothesis.figure: one for one in others if one.mean is not None}
    told = [one for one in verdicts if one.verdict == TOLD and one.theory and one.hypothesis.figure in there]
    borne, against = 0, []
    for one in told:
        other = there[one.hypothesis.figure]
        assert one.mean is not None
        assert other.mean is not None
        low, high = other.mean.interval()
        same = one.mean.value * other.mean.value > 0.0
        borne += same and (low > 0.0 or high < 0.0)
        if not same and (low > 0.0 or high < 0.0):
            against.append(f"{other.sentence[0].lower()}{other.sentence[1:]} ({effect(other.hypothesis, other.mean)})")
    contrary = f" Against it: {'; '.join(against)}." if against else " None is reversed beyond its interval."
    return (
        f"Of {len(told)} findings told above that were tested there, {borne} hold, with their whole interval.{contrary}"
    )


def page(book: Book, verdicts: dict[str, list[Verdict]], played: Played) -> str:
    """The whole page, of the sources of `verdicts`."""
    main = RUNS if RUNS in verdicts else SHIPPED
    enough = played.runs >= LEAST_UNITS
    judged = verdicts[main]
    elsewhere = {one.hypothesis.figure: one for one in verdicts.get(MOVED, [])}
    lines = [
        "# Findings" + ("" if enough else " (preliminary: one training run)"),
        OF_RUNS.format(count=played.runs, worlds=", ".join(f"`{name}`" for name in book.scenarios(main)))
        if enough
        else NO_RUNS,
        *summary(book, main, judged),
        *(f"![{caption}](findings/{name})\n\n{caption}" for name, caption in PICTURES.items()),
        "## Verdicts",
        TABLES.format(count=sum(one.p is not None for one in judged)),
        reached(judged, elsewhere),
        FOUND_FROM,
        "\n".join(undecided(judged)),
        "## What they do",
        AMONG,
        profile(book, among_others(book, main)),
    ]
    if MOVED in verdicts:
        lines += ["## Where they were not trained", ELSEWHERE, agreement(judged, verdicts[MOVED])]
    if SHIPPED in verdicts:
        lines += ["## States that want the status quo, and thirds", *of_shipped(book, verdicts, judged)]
    yardsticks = [name for name in book.sources if name not in (RUNS, MOVED, SHIPPED)]
    if yardsticks:
        columns = [Column(f"`{name}`", name, "halves") for name in yardsticks]
        lines += ["## Yardsticks", DISPUTES, profile(book, columns, chance=False)]
    lines += [*hiding(), ABOUT.format(**played._asdict(), margins=by_measure(judged))]
    return "\n\n".join(line.strip("\n") for line in lines if line) + "\n" + LIMITS.format(runs=played.runs or "no")


def of_shipped(book: Book, verdicts: dict[str, list[Verdict]], judged: Sequence[Verdict]) -> Iterator[str]:
    """What only the shipped states were trained to want, beside the others, and whether they agree with the runs."""
    yield SHIPPED_ARE
    if judged is not verdicts[SHIPPED]:
        yield agreement(judged, verdicts[SHIPPED])
    yield profile(book, [Column(name, SHIPPED, name) for name in book.populations(SHIPPED)])
