"""The page of findings in plain words: every sentence and every number is read from the tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ...core.reward import DESIGNS
from ...core.world import Verb
from ...metrics.walt import SOURCES
from ...view.tables import table
from ..bootstrap import LEAST_UNITS
from ..emergence.formulas import HORIZON
from ..statistics import ATTRACTORS
from .figures import EVERYBODY, Figure
from .hypotheses import BUCKS, DILEMMA, FEAR, LAST, ORDERS, PAID, QUESTIONS, SOFT, WHO, WHY, Where
from .populations import RUNS, SHIPPED
from .verdicts import TOO_LITTLE, Book, Verdict

PICTURES = {
    "theta.svg": "With whom third parties side: theta by what makes a join balancing, beside what chance does (grey).",
    "acts.svg": "What states do, by what they want and by the threat of the most threatening other.",
    "poles.svg": "Effective poles over the years.",
}
SHARES = ("share that balances", "share that bandwagons")
SHOWN = {  # figures of everybody that stand under a question
    WHO: (
        *(("alignment theta", version) for version in ("less against more threatening", "weaker against stronger")),
        *((share, "target against challenger") for share in SHARES),
        ("share that abstains", ""),
        ("tau", "the strongest: against it"),
        ("tau", "the strongest: with it"),
    ),
    FEAR: tuple(("Walt coefficient", f"{source}, joining against") for source in SOURCES)
    + (("Walt held-out gain", "joining against"),),
    BUCKS: tuple(
        ("buck-pass", version)
        for version in (
            *("stays out", "stays out and does not arm", "stays out, alone under threat"),
            "stays out, others under the same threat",
        )
    ),
    DILEMMA: (
        *((f"security dilemma: {what}", "any state made to arm") for what in ("harms the harmless", "backfires")),
        ("security dilemma: harms the harmless", "arming as chosen"),
        ("arms reaction", "defence k"),
        ("arms reaction", "race k rho / a"),
    ),
    LAST: (
        *(("pact density", ""), ("pact life", "median"), ("pact life", f"beyond {HORIZON} years"), ("reliability", "")),
        *(("abstention", ""), ("betrayal", ""), ("worth of a pact", "offensive"), ("worth of a pact", "defensive")),
    ),
    ORDERS: (
        *(("effective poles", ""), ("CON", ""), ("war onset", ""), ("falls", "a century")),
        *(("ends in", attractor) for attractor in ATTRACTORS),
    ),
    SOFT: tuple(
        (name, version)
        for name, version in (
            *(("sanctions sent", ""), ("share that sanctions", ""), ("sanction coalition", "")),
            *(("growth lost", "target"), ("growth lost", "sender"), ("backing down", "")),
        )
    ),
    WHY: (
        *(("acts", verb.name.lower()) for verb in Verb),
        *(("worth of an act", f"{verb}, own wants") for verb in ("research", "arm", "ally", "bandwagon", "sanction")),
    ),
}

ABOUT = """# Findings{preliminary}

Made by `{command}` from [`figures.csv`](findings/figures.csv) and [`units.csv`](findings/units.csv); the same command
without `--play` writes the page anew from these tables. Every sentence and number is read from them; a test does it again.

{units} A figure stands with its 95 % interval over units and, after a semicolon, with its null: what chance or
`random_legal` (for pact returns and arms: another reference, see [measures](measures.md) and [forks](forks.md)) shows.
An empty cell has too few cases; `figures.csv` says how many there were.

A sentence is said only where the interval of the difference excludes 0. Its verdict is **agrees** or **contradicts**
where p, adjusted by Holm for all {count} hypotheses of that source, is below .05; **leans** where only its own interval
excludes 0; else it is **undecided**, which does not say that there is no effect: the interval says how large one may be.

- Populations: *offensive*, *defensive*, *status quo* states among themselves; *halves*: each seat offensive or defensive by
  lot; *thirds*: one of the three by lot. In them, `seats` tells whose figure it is.
- `runs`: {runs}
- `shipped`: `learned_offensive`, `learned_defensive`, `learned_status_quo`, **one training run**, in the seats that want
  what each was trained for; units are batches of worlds, so intervals tell how sure we are of *these* states, not of
  what training brings forth.
- {worlds} worlds of 50 years each; forks of {forks} worlds that had lived ten.
"""
OF_RUNS = (
    "{count} training runs of `configs/default.yaml` with seeds 0 to {last} "
    "(`python train.py --run runs/powers_1913-SEED --set seed=SEED`), each in every seat; the unit is a run. Trained in "
    "`powers_1913`; other worlds are a shift of structure. They never met coercion or status-quo states."
)
NO_RUNS = "none were given: the page rests on one training run and is preliminary."
LIMITS = """
## What this does not say

One training algorithm (PPO, self-play), one network, {runs} runs and one shipped one, worlds of eight to ten stylised states.
Where states agree with a school, a reward that resembles it may have asked for it: defensive states are paid for
security, offensive ones for power. Runs share their config, so another algorithm may find other habits. Tests over five
units find only effects that nearly all runs share; adjusted for all hypotheses, few can be told. Explanations of what
surprises are hypotheses, each tested by one fork, of one year of one act. It is no forecast of real states.
"""


LAST_BITS = 1e-12  # below which a difference is one of rounding
LEADS = {  # what each question is answered with first, of the first scenario of a source
    WHO: (
        "third parties that could join either side of a dispute",
        (
            ("abstain in", "share that abstains", ""),
            ("stand by the target in", "share that balances", "target against challenger"),
            ("join the challenger in", "share that bandwagons", "target against challenger"),
        ),
    ),
    FEAR: (
        "states that perceive much threat",
        tuple((f"{verb} in", "acts", f"{verb}, much threat") for verb in ("ally", "research", "arm", "bandwagon")),
    ),
    BUCKS: (
        "states that feel threatened by another's challenger and could tip the scale",
        (("stay out in", "buck-pass", "stays out"), ("nor arm in", "buck-pass", "stays out and does not arm")),
    ),
    DILEMMA: (
        "forks in which a state is made to arm",
        tuple(
            (f"{what} in", f"security dilemma: {name}", "any state made to arm")
            for what, name in (("harm one that meant no harm", "harms the harmless"), ("backfire", "backfires"))
        ),
    ),
    LAST: (
        "states",
        (
            ("are allied in a share of dyad-years of", "pact density", ""),
            (f"keep pacts beyond {HORIZON} years in", "pact life", f"beyond {HORIZON} years"),
            ("deliver of what they pledged", "reliability", ""),
            ("betray a partner in a share of dyad-years of", "betrayal", ""),
        ),
    ),
    ORDERS: (
        "worlds",
        (
            ("have effective poles of", "effective poles", ""),
            ("have wars per dyad-year of", "war onset", ""),
            ("lose states a century", "falls", "a century"),
            *((f"end in {name} in", "ends in", name) for name in ATTRACTORS),
        ),
    ),
    SOFT: (
        "third parties that could join either side of a dispute",
        (("sanction the challenger in", "share that sanctions", ""),),
    ),
    WHY: ("states", tuple((f"{verb.name.lower()} in", "acts", verb.name.lower()) for verb in Verb)),
}


def lead(book: Book, source: str, question: str) -> str:
    """A question answered in one sentence, by population, where the source was played first."""
    if question not in LEADS:
        return ""
    subject, named = LEADS[question]
    scenario = book.scenarios(source)[0]
    told = []
    for population in book.populations(source):
        of = [(words, book.at(source, scenario, Where(population, measure, version))) for words, measure, version in named]
        known = [f"{words} {cell(figure)}" for words, figure in of if figure is not None and figure.value is not None]
        if known:
            told.append(f"*{population}*: {', '.join(known)}")
    return f"**In short** (`{scenario}`), {subject}, by population: {'; '.join(told)}.\n" if told else ""


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
    p = "all units alike, interval over cases" if verdict.p is None else f"p {number(verdict.p)}"
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
            at = [
                figure
                for scenario in book.scenarios(source)
                if (figure := book.at(source, scenario, Where(population, "Walt coefficient", f"{name}, joining against")))
                and figure.value is not None
                and figure.low is not None
                and figure.high is not None
            ]
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
    yield f"\n### {'Trained runs' if source == RUNS else 'The shipped states' if source == SHIPPED else f'`{source}`'}\n"
    yield lead(book, source, question)
    yield from (bullet(verdict) for verdict in verdicts if verdict.hypothesis.question == question)
    if question == FEAR:
        yield from fear(book, source)
    yield "\n" + (returns(book, source) if question == PAID else shown(book, source, question))


def overview(verdicts: Sequence[Verdict]) -> str:
    """All verdicts that were reached."""
    rows = [(v.hypothesis.question, v.sentence, v.theory, v.verdict, number(v.p)) for v in verdicts if v.theory]
    return table(("question", "found", "schools", "verdict", "p, adjusted"), rows)


def page(book: Book, verdicts: dict[str, list[Verdict]], command: str, runs: int, worlds: int, forks: int) -> str:
    """The whole page, of the sources of `verdicts`."""
    main = RUNS if RUNS in verdicts else SHIPPED
    enough = runs >= LEAST_UNITS
    about = ABOUT.format(
        preliminary="" if enough else " (preliminary: one training run)",
        command=command, count=len(verdicts[main]), worlds=worlds, forks=forks,
        units="The unit of statistics is a training run." if enough else "Intervals are over batches of worlds.",
        runs=OF_RUNS.format(count=runs, last=runs - 1) if runs else NO_RUNS,
    )  # fmt: skip
    lines = [about, "## At a glance\n"]
    lines += [f"![{caption}](findings/{name})\n\n{caption}\n" for name, caption in PICTURES.items()]
    lines += [f"What {'the trained runs' if main == RUNS else 'the shipped states'} say of schools:\n", overview(verdicts[main])]
    for question in QUESTIONS:
        lines.append(f"\n## {question}")
        for source, judged in verdicts.items():
            lines += section(book, source, question, judged)
    for source in book.sources:
        if source not in verdicts:
            lines.append(f"\n## Yardstick: `{source}`\n")
            lines += [shown(book, source, question) + "\n" for question in QUESTIONS if question != PAID]
    return "\n".join(lines) + "\n" + LIMITS.format(runs=runs or "no")
