"""The page of findings in plain words: every sentence and every number is read from the tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ...core.reward import DESIGNS
from ...metrics.walt import SOURCES
from ..bootstrap import LEAST_UNITS
from ..reporting.tables import Table, Value, markdown_lines
from .figures import EVERYBODY
from .hypotheses import FEAR, PAID, QUESTIONS, Where
from .populations import RUNS, SHIPPED
from .rows import Figure
from .shown import ABOUT, LEADS, LIMITS, NO_RUNS, OF_RUNS, PICTURES, SHOWN
from .verdicts import TOO_LITTLE, UNDECIDED, Book, Verdict

TITLES = {RUNS: "Trained runs", SHIPPED: "The shipped states"}
LAST_BITS = 1e-12  # below which a difference is one of rounding


def table(head: Sequence[str], rows: Sequence[Sequence[Value]]) -> str:
    """Rows under a head."""
    return "\n".join(markdown_lines(Table("", "", "", head, rows)))


def lead(book: Book, source: str, question: str) -> str:
    """A question answered first, a sentence for each population, where the source was played first."""
    if question not in LEADS:
        return ""
    subject, named = LEADS[question]
    scenario = book.scenarios(source)[0]
    told = []
    for population in book.populations(source):
        figures = [(words, book.at(source, scenario, Where(population, *of))) for words, *of in named]
        known = [words.format(share(figure)) for words, figure in figures if figure is not None and figure.value]
        if known:
            told.append(f"*{population}*: {', '.join(known)}")
    return f"{subject}, in `{scenario}`, by population: {'; '.join(told)}.\n" if told else ""


def share(figure: Figure) -> str:
    """A share in hundredths, beside its null."""
    null = "" if figure.null is None else f" (null {figure.null:.1%})"
    return f"{figure.value:.1%}{null}"


def number(value: float | None) -> str:
    """Three digits."""
    return "" if value is None else f"{0.0 if abs(value) < LAST_BITS else value:.3g}"


def cell(figure: Figure | None) -> str:
    """A figure with its interval and null."""
    if figure is None or figure.value is None:
        return ""
    interval = "" if figure.low is None else f" [{number(figure.low)}, {number(figure.high)}]"
    null = "" if figure.null is None else f"; {number(figure.null)}"
    return number(figure.value) + interval + null


def bullet(verdict: Verdict) -> str:
    """A finding with its figures."""
    of = verdict.hypothesis.figure
    against = verdict.hypothesis.against
    beside = f"less that of {against.population}" if isinstance(against, Where) else f"less {against}"
    if isinstance(against, Where) and against.version != of.version:
        beside = f"less that of {against.version}"
    if not isinstance(against, Where | str):
        beside = f"beside {number(float(against))}"
    what = f"{of.measure}{', ' if of.version else ''}{of.version}; {of.population}"
    if verdict.verdict == TOO_LITTLE:
        return f"- {verdict.sentence}: {verdict.units} units with a value that differs (*{what}*)."
    seats = "" if of.seats == EVERYBODY else f", {of.seats} seats"
    per = "; ".join(f"{name} {number(value)}" for name, value in verdict.differences.items())
    theory = f" **{verdict.theory[0].upper()}{verdict.theory[1:]}.**" if verdict.theory else ""
    p = "all units alike, interval over cases" if verdict.p is None else f"p {verdict.p:.2g}"
    return (
        f"- {verdict.sentence}: {number(verdict.difference)} [{number(verdict.low)}, {number(verdict.high)}], "
        f"{p} (*{what}{seats}*, {beside}; {verdict.units} units; {per}).{theory}"
    )


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


def fear(book: Book, source: str) -> Iterator[str]:
    """Which of Walt's sources drive joins against the challenger, by intervals in each scenario."""
    for population in book.populations(source):
        told = []
        for name in SOURCES:
            where = Where(population, "Walt coefficient", f"{name}, joining against")
            figures = [book.at(source, scenario, where) for scenario in book.scenarios(source)]
            at = [figure for figure in figures if figure is not None and figure.low is not None]
            if at:
                above, below = (sum(test(figure) for figure in at) for test in (_above, _below))
                told.append(f"{name} raises it in {above} and lowers it in {below} of {len(at)}")
        subject = f"- Joining against a challenger, {population}: "
        yield subject + (", ".join(told) + " worlds whose interval is known." if told else "too few joins.")


def _above(figure: Figure) -> bool:
    return figure.low is not None and figure.low > 0.0


def _below(figure: Figure) -> bool:
    return figure.high is not None and figure.high < 0.0


def section(book: Book, source: str, question: str, verdicts: Sequence[Verdict]) -> Iterator[str]:
    """What is found on a question, of one source."""
    yield f"\n### {TITLES[source]}\n"
    yield lead(book, source, question)
    asked = (verdict for verdict in verdicts if verdict.hypothesis.question == question)
    yield from (bullet(verdict) for verdict in asked if verdict.units)
    if question == FEAR:
        yield from fear(book, source)
    yield "\n" + (returns(book, source) if question == PAID else shown(book, source, question))


def overview(verdicts: Sequence[Verdict]) -> str:
    """All verdicts on schools, those that were reached first."""
    told = sorted((v for v in verdicts if v.theory), key=lambda v: v.verdict in (UNDECIDED, TOO_LITTLE))
    rows = [(v.hypothesis.question, v.sentence, v.theory, v.verdict, number(v.p)) for v in told]
    return table(("question", "found", "schools", "verdict", "p, adjusted"), rows)


def page(book: Book, verdicts: dict[str, list[Verdict]], command: str, runs: int, worlds: int, forks: int) -> str:
    """The whole page, of the sources of `verdicts`."""
    main = RUNS if RUNS in verdicts else SHIPPED
    enough = runs >= LEAST_UNITS
    about = ABOUT.format(
        preliminary="" if enough else " (preliminary: one training run)",
        command=command, count=sum(verdict.p is not None for verdict in verdicts[main]), worlds=worlds, forks=forks,
        units="The unit of statistics is a training run." if enough else "Intervals are over batches of worlds.",
        played="; ".join(f"`{name}` in {', '.join(book.scenarios(name))}" for name in book.sources),
        runs=OF_RUNS.format(count=runs, last=runs - 1) if runs else NO_RUNS,
    )  # fmt: skip
    lines = [about, "## At a glance\n"]
    lines += [f"![{caption}](findings/{name})\n\n{caption}\n" for name, caption in PICTURES.items()]
    lines += [f"{TITLES[main]}, and what they say of schools:\n", overview(verdicts[main])]
    for question in QUESTIONS:
        lines.append(f"\n## {question}")
        for source, judged in verdicts.items():
            lines += section(book, source, question, judged)
    for source in book.sources:
        if source not in verdicts:
            lines.append(f"\n## Yardstick: `{source}`\n")
            lines += [shown(book, source, question) + "\n" for question in QUESTIONS if question != PAID]
    return "\n".join(lines) + "\n" + LIMITS.format(runs=runs or "no")
