"""The tables behind the page: every figure by world and population, and every verdict with its tests."""

from __future__ import annotations

from collections.abc import Sequence

from ...core.reward import DESIGNS
from .figures import EVERYBODY
from .hypotheses import PAID, QUESTIONS, Where
from .levels import by_world, number, signed
from .page import table
from .rows import Figure
from .shown import SHOWN
from .verdicts import Book, Verdict

TITLES = {"runs": "Training runs, where they were trained", "moved": "Training runs, where they were not"}
ABOUT = """# Tables of the findings

Behind [the findings](../findings.md), made by the same command. A figure stands with its 95 % interval over units and,
after a semicolon, with its null (see [measures](../measures.md) and [forks](../forks.md)). An empty cell has too few
cases; [`figures.csv`](figures.csv) says how many there were, and [`units.csv.xz`](units.csv.xz) what each unit did.
"""


def cell(figure: Figure | None) -> str:
    """A figure with its interval and null."""
    if figure is None or figure.value is None:
        return ""
    interval = "" if figure.low is None else f" [{number(figure.low)}, {number(figure.high)}]"
    null = "" if figure.null is None else f"; {number(figure.null)}"
    return number(figure.value) + interval + null


def shown(book: Book, source: str, question: str) -> str:
    """The figures under a question: a line for each figure and scenario, a column for each population."""
    rows = []
    names = book.populations(source)
    for measure, version in SHOWN[question]:
        for scenario in book.scenarios(source):
            cells = [cell(book.at(source, scenario, Where(name, measure, version))) for name in names]
            if any(cells):
                rows.append((measure, version, scenario, *cells))
    return table(("figure", "version", "scenario", *names), rows) if rows else "Too few cases for any figure."


def returns(book: Book, source: str) -> str:
    """Returns by design: among its own, and among others."""
    rows = []
    for scenario in book.scenarios(source):
        for design in DESIGNS:
            cells = [
                cell(book.at(source, scenario, Where(name, "return", "of a seat", design)))
                for name in book.populations(source)
            ]
            if any(cells):
                rows.append((scenario, design.replace("_", " "), *cells))
    return table(("scenario", "who wants", *book.populations(source)), rows)


def tests(verdicts: Sequence[Verdict]) -> str:
    """Every hypothesis with its difference by world, p of none and of one that matters, and what could be found."""
    rows = []
    for one in verdicts:
        asked = one.hypothesis
        if one.mean is None:
            continue
        detectable = signed(asked, one.mean.detectable(), always=False)
        against = str(asked.against)
        if isinstance(asked.against, Where):
            same = asked.against.version == asked.figure.version
            against = asked.against.population if same else asked.against.version
        seats = "" if asked.figure.seats == EVERYBODY else f"{asked.figure.seats} seats"
        of = ", ".join(
            part for part in (asked.figure.measure, asked.figure.version, asked.figure.population, seats) if part
        )
        low, high = one.mean.interval()
        ends = f"{signed(asked, one.mean.value)} [{signed(asked, low)}, {signed(asked, high)}]"
        rows.append(
            (
                of,
                against,
                ends,
                by_world(one),
                one.units,
                number(one.p),
                number(one.p_matters),
                detectable,
                one.verdict,
            )
        )
    head = (
        "figure",
        "less",
        "difference",
        "by world",
        "units",
        "p of none",
        "p of one that matters",
        "detectable",
        "verdict",
    )
    return table(head, rows)


def details(book: Book, verdicts: dict[str, list[Verdict]]) -> str:
    """The whole page of tables."""
    lines = [ABOUT]
    for source in book.sources:
        lines.append(f"## {TITLES.get(source, f'`{source}`')}")
        for question in QUESTIONS:
            lines += [f"### {question}", returns(book, source) if question == PAID else shown(book, source, question)]
        if source in verdicts:
            lines += ["### Tests", tests(verdicts[source])]
    return "\n\n".join(line.strip("\n") for line in lines) + "\n"
