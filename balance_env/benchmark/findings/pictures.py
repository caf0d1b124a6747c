"""Three pictures of the findings."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Picture
from matplotlib.lines import Line2D

from ...core.world import Verb
from ...metrics.alignment import Version
from ..reporting.figures import BLUE, DIM, FAINT, GREEN, INK, ORANGE, PALE, PURPLE, SKY, STYLE, VERMILION, WIDTH, shade
from .figures import EVERYBODY, THREATS, YEARS_SHOWN
from .hypotheses import Where
from .populations import RUNS, SHIPPED, YEARS
from .verdicts import Book

COLOURS = {"offensive": VERMILION, "defensive": BLUE, "status quo": GREEN, "halves": PURPLE, "thirds": ORANGE}
VERB_COLOURS = dict(zip(Verb, (PALE, SKY, VERMILION, BLUE, ORANGE, GREEN, INK), strict=True))
HEIGHT = 3.6  # inches, of a picture of one row
NULL_WIDTH = 5  # points, of the band of a null


def scenarios_shown(book: Book) -> tuple[str, list[str]]:
    """The source that carries the page, and where it was played."""
    source = RUNS if RUNS in book.sources else SHIPPED
    return source, book.scenarios(source)


def draw_theta(book: Book) -> Picture:
    """Theta in its versions, by population and scenario, with intervals and nulls."""
    source, scenarios = scenarios_shown(book)
    names = [(version, population) for version in Version for population in book.populations(source)]
    with plt.rc_context(STYLE):
        picture, axes = _row(len(scenarios), HEIGHT + 1.4)
        for axis, scenario in zip(axes, scenarios, strict=True):
            shade(axis, len(names))
            for line, (version, population) in enumerate(names):
                figure = book.at(source, scenario, Where(population, "alignment theta", version))
                if figure is None or figure.value is None:
                    continue
                if figure.null_low is not None and figure.null_high is not None:
                    axis.plot([figure.null_low, figure.null_high], [line, line], color=DIM, alpha=0.4, lw=NULL_WIDTH)
                if figure.low is not None and figure.high is not None:
                    axis.plot([figure.low, figure.high], [line, line], color=COLOURS[population], lw=1.8)
                axis.plot(figure.value, line, "o", color=COLOURS[population], markeredgecolor="white", markersize=7)
            axis.axvline(0.0, color=INK, linewidth=0.8)
            axis.set(title=scenario, xlabel="bandwagons      theta      balances", ylim=(len(names) - 0.4, -0.6))
        axes[0].set_yticks(range(len(names)), [f"{version}: {population}" for version, population in names])
    return picture


def draw_acts(book: Book) -> Picture:
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


def draw_poles(book: Book) -> Picture:
    """Effective poles over the years, with intervals; yardsticks dashed."""
    source, scenarios = scenarios_shown(book)
    with plt.rc_context(STYLE):
        picture, axes = _row(len(scenarios), HEIGHT)
        for axis, scenario in zip(axes, scenarios, strict=True):
            for of in (name for name in book.sources if name == source or name not in (RUNS, SHIPPED)):
                for population in book.populations(of):
                    told = [
                        (year, figure)
                        for year in range(0, YEARS + 1, YEARS_SHOWN)
                        if (figure := book.at(of, scenario, Where(population, "poles in year", str(year), EVERYBODY)))
                        and figure.value is not None
                    ]
                    _curve(axis, told, of if of != source else population, of == source)
            axis.set(title=scenario, xlabel="year")
        axes[0].set_ylabel("effective poles")
        handles, labels = axes[0].get_legend_handles_labels()
        picture.legend(handles, labels, loc="outside lower center", ncols=len(labels))
    return picture


def _curve(axis: Axes, told: Sequence[tuple[int, object]], label: str, main: bool) -> None:
    """Values over years, with a band where all have an interval."""
    if not told:
        return
    years = [year for year, _ in told]
    values, low, high = ([getattr(figure, end) for _, figure in told] for end in ("value", "low", "high"))
    colour = COLOURS.get(label, INK if label == "random_legal" else PALE)
    axis.plot(years, values, color=colour, label=label, linestyle="-" if main else "--", linewidth=2.0)
    banded = [n for n, end in enumerate(low) if end is not None]
    if main and banded:
        floor, ceiling = ([ends[n] for n in banded] for ends in (low, high))
        axis.fill_between([years[n] for n in banded], floor, ceiling, color=colour, alpha=0.15, linewidth=0)


def _row(panels: int, height: float) -> tuple[Picture, Sequence[Axes]]:
    picture, axes = plt.subplots(
        1, panels, figsize=(WIDTH + 1.5 * panels, height), layout="constrained", sharey=True, squeeze=False
    )
    return picture, list(axes[0])


DRAWN: dict[str, Callable[[Book], Picture]] = {"theta.svg": draw_theta, "acts.svg": draw_acts, "poles.svg": draw_poles}
