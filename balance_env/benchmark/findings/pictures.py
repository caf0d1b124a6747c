"""Pictures of the findings."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Picture
from matplotlib.lines import Line2D

from ...core.world import Verb
from ..reporting.figures import BLUE, DIM, FAINT, GREEN, INK, ORANGE, PALE, PURPLE, SKY, STYLE, VERMILION, WIDTH, shade
from ..whatif.circumstances import CIRCUMSTANCES, MEASURE
from .figures import THREATS
from .hypotheses import QUESTIONS, Where
from .levels import level
from .populations import RUNS, SHIPPED
from .sources import YARDSTICK
from .verdicts import LEANS, NONE, SMALL, TOLD, Book, Verdict

PICTURES = {
    "verdicts.svg": "What was found, in margins: within the grey band an effect is as good as none; lines are 95 % "
    "intervals over runs, on a scale that is linear within the band and logarithmic beyond it.",
    "bucks.svg": "Third parties that could check a challenger and stay out, by circumstance; bars: chance.",
    "acts.svg": "What states do, by what they want and by the threat of the most threatening other: shares of the acts "
    "of all runs together, where the verdicts are means over runs.",
}
COLOURS = {"offensive": VERMILION, "defensive": BLUE, "status quo": GREEN, "halves": PURPLE, "thirds": ORANGE}
VERDICT_COLOURS = {TOLD: VERMILION, SMALL: ORANGE, NONE: GREEN, LEANS: SKY}
VERB_COLOURS = dict(zip(Verb, (PALE, SKY, VERMILION, BLUE, ORANGE, GREEN, INK), strict=True))
HEIGHT = 3.6  # inches, of a picture of one row
LINE = 0.27  # inches a line of text takes
NULL_WIDTH = 5  # points, of the mark of a null
LONGEST_LABEL = 62  # letters on one line


def scenarios_shown(book: Book) -> tuple[str, list[str]]:
    """The source that carries the page, and where it was played."""
    source = RUNS if RUNS in book.sources else SHIPPED
    return source, book.scenarios(source)


def draw_verdicts(book: Book, verdicts: Sequence[Verdict]) -> Picture:
    """Every difference that was found, or found to be none, in margins, by question and the surest first."""
    order = list(VERDICT_COLOURS)
    rows = [one for one in verdicts if one.verdict in VERDICT_COLOURS and one.hypothesis.margin is not None]
    rows.sort(key=lambda one: (QUESTIONS.index(one.hypothesis.question), order.index(one.verdict)))
    with plt.rc_context(STYLE):
        picture, axis = plt.subplots(figsize=(WIDTH + 2.5, 1.2 + 1.4 * LINE * len(rows)), layout="constrained")
        axis.axvspan(-1.0, 1.0, color=DIM, alpha=0.25, linewidth=0)
        shade(axis, len(rows))
        for line, one in enumerate(rows):
            assert one.mean is not None
            assert one.hypothesis.margin is not None
            low, high = (end / one.hypothesis.margin for end in one.mean.interval())
            colour = VERDICT_COLOURS[one.verdict]
            axis.plot([low, high], [line, line], color=colour, linewidth=2)
            axis.plot(one.mean.value / one.hypothesis.margin, line, "o", color=colour, markeredgecolor="white")
        axis.axvline(0.0, color=INK, linewidth=0.8)
        axis.set_xscale("symlog", linthresh=1.0)
        axis.set_xticks([-10, -1, 0, 1, 10], ["-10", "-1", "0", "1", "10"])
        axis.set(xlabel="difference, in the smallest that would matter", ylim=(len(rows) - 0.4, -0.6))
        axis.set_yticks(range(len(rows)), [_short(one.sentence) for one in rows])
        handles = [
            Line2D([], [], marker="o", color=colour, label=verdict)
            for verdict, colour in VERDICT_COLOURS.items()
            if any(one.verdict == verdict for one in rows)
        ]
        picture.legend(handles=handles, loc="outside upper center", ncols=len(handles))
    return picture


def _short(sentence: str) -> str:
    """A sentence over two lines at most, broken near its middle."""
    if len(sentence) <= LONGEST_LABEL:
        return sentence
    words, half = sentence.split(), len(sentence) / 2
    at = min(range(1, len(words)), key=lambda cut: abs(len(" ".join(words[:cut])) - half))
    return " ".join(words[:at]) + "\n" + " ".join(words[at:])


def draw_bucks(book: Book, verdicts: Sequence[Verdict]) -> Picture:
    """Who stays out though able to check a challenger, by circumstance: both designs, and a balancer of threats."""
    source, _ = scenarios_shown(book)
    of = [("offensive", source, VERMILION), ("defensive", source, BLUE), (YARDSTICK, YARDSTICK, INK)]
    with plt.rc_context(STYLE):
        picture, axes = _row(len(of), 1.0 + LINE * len(CIRCUMSTANCES) * 1.2)
        for axis, (title, player, colour) in zip(axes, of, strict=True):
            shade(axis, len(CIRCUMSTANCES))
            for line, circumstance in enumerate(CIRCUMSTANCES):
                population = title if player == source else "halves"
                found = level(book, player, Where(population, MEASURE, circumstance))
                if found is None:
                    axis.text(0.5, line, "too few", color=DIM, ha="center", va="center", fontsize=8)
                    continue
                if found.null is not None:
                    axis.plot(found.null, line, "|", color=DIM, markersize=14, markeredgewidth=NULL_WIDTH)
                if found.low is not None and found.high is not None:
                    axis.plot([found.low, found.high], [line, line], color=colour, linewidth=2)
                axis.plot(found.value, line, "o", color=colour, markeredgecolor="white", markersize=7)
            axis.set(title=title, xlim=(-0.03, 1.03), xlabel="stay out", ylim=(len(CIRCUMSTANCES) - 0.4, -0.6))
            axis.xaxis.set_major_formatter("{x:.0%}")
        axes[0].set_yticks(range(len(CIRCUMSTANCES)), CIRCUMSTANCES)
    return picture


def draw_acts(book: Book, verdicts: Sequence[Verdict]) -> Picture:
    """Shares of the verbs, by population and threat, where the source was at home or first played."""
    source, scenarios = scenarios_shown(book)
    populations = [name for name in book.populations(source) if name in COLOURS]
    bars = [(population, threat) for population in populations for threat in THREATS]
    with plt.rc_context(STYLE):
        picture, axes = _row(len(scenarios), HEIGHT + 0.4)
        for axis, scenario in zip(axes, scenarios, strict=True):
            for line, (population, threat) in enumerate(bars):
                left = 0.0
                for verb, colour in VERB_COLOURS.items():
                    name = f"{verb.name.lower()}, {threat} threat"
                    figure = book.at(source, scenario, Where(population, "acts", name))
                    share = 0.0 if figure is None or figure.value is None else figure.value
                    axis.barh(line, share, 0.78, left=left, color=colour, edgecolor=FAINT, linewidth=0.5)
                    left += share
            axis.set(title=scenario, xlim=(0, 1), xlabel="share of acts", ylim=(len(bars) - 0.4, -0.6))
            axis.xaxis.set_major_formatter("{x:.0%}")
        axes[0].set_yticks(range(len(bars)), [f"{population}, {threat} threat" for population, threat in bars])
        handles = [
            Line2D([], [], marker="s", linestyle="", markersize=9, color=colour, label=verb.name.lower())
            for verb, colour in VERB_COLOURS.items()
        ]
        picture.legend(handles=handles, loc="outside lower center", ncols=len(handles))
    return picture


def _row(panels: int, height: float) -> tuple[Picture, Sequence[Axes]]:
    picture, axes = plt.subplots(
        1, panels, figsize=(WIDTH + 1.5 * panels, height), layout="constrained", sharey=True, squeeze=False
    )
    return picture, list(axes[0])


DRAWN: dict[str, Callable[[Book, Sequence[Verdict]], Picture]] = {
    "verdicts.svg": draw_verdicts,
    "bucks.svg": draw_bucks,
    "acts.svg": draw_acts,
}
