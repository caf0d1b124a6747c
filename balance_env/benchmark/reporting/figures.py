"""Pictures of an entrant's results, as SVG that is the same bytes for the same numbers.

Colours are those of Okabe & Ito (2008), which readers with any colour vision can tell apart.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Picture
from matplotlib.lines import Line2D

from ..statistics import ATTRACTORS
from .results import ALL, RESIDENT
from .summary import THRESHOLDS, Figure, Paid

BLUE, ORANGE, GREEN, SKY, VERMILION, PURPLE = "#0072b2", "#e69f00", "#009e73", "#56b4e9", "#d55e00", "#cc79a7"
INK, DIM, PALE, FAINT = "#222831", "#56616c", "#9aa3ad", "#e9ecef"
ROLE_COLOURS = {"resident": BLUE, "visitor": VERMILION}
KIND_COLOURS = {"learner": VERMILION, "doctrine": BLUE, "constant": PALE, "random": INK, "rule": PURPLE}
ATTRACTOR_COLOURS = dict(zip(ATTRACTORS, (VERMILION, ORANGE, GREEN, SKY, INK), strict=True))
STYLE: Any = {
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": PALE,
    "axes.titlesize": 12,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "text.color": INK,
    "axes.labelcolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "legend.frameon": False,
    "figure.constrained_layout.w_pad": 0.12,
    "figure.constrained_layout.h_pad": 0.08,
    "svg.hashsalt": "balance-env",  # ids in the file come from it, else from chance
}
WIDTH, ROW, HEAD = 8.5, 0.3, 1.3  # inches: of a picture, of a line in it, and of what stands above and below the lines


def as_svg(picture: Picture) -> str:
    """The picture as SVG, without a date in it."""
    text = io.StringIO()
    with plt.rc_context(STYLE):
        picture.savefig(text, format="svg", metadata={"Date": None})
    plt.close(picture)
    return text.getvalue()


def lines(count: int, width: float = WIDTH) -> tuple[Picture, Axes]:
    """A picture with so many lines, the first on top."""
    picture, axis = plt.subplots(figsize=(width, HEAD + ROW * count), layout="constrained")
    axis.set_ylim(count - 0.4, -0.6)
    axis.tick_params(axis="y", length=0)
    axis.spines["left"].set_visible(False)
    return picture, axis


def shade(axis: Axes, count: int) -> None:
    """Every second line shaded, to lead the eye."""
    for line in range(0, count, 2):
        axis.axhspan(line - 0.5, line + 0.5, color=FAINT, zorder=0, linewidth=0)


def _dot(axis: Axes, figure: Figure, line: float, colour: str, marker: str = "o") -> None:
    """A value with its interval; nothing where there is no value."""
    if figure.value is None:
        return
    if figure.low is not None and figure.high is not None:
        axis.plot([figure.low, figure.high], [line, line], color=colour, linewidth=2, solid_capstyle="round")
    axis.plot(figure.value, line, marker, color=colour, markersize=7, markeredgecolor="white")


def _mark_anchors(axis: Axes, height: float) -> None:
    """The two ends of the scale of scores, named at a height of the vertical axis."""
    for place, anchor in ((0.0, "random"), (1.0, "reference")):
        axis.axvline(place, color=PALE, linewidth=1.2, linestyle=(0, (4, 3)), zorder=1)
        axis.text(place, height, anchor, ha="center", va="bottom", color=DIM, fontsize=9)


def draw_stages(stages: Mapping[tuple[str, str], Figure], title: str) -> Picture:
    """Mean score of each stage by role, with intervals, between floor and reference."""
    names = list(dict.fromkeys(stage for stage, _ in stages))
    with plt.rc_context(STYLE):
        picture, axis = lines(len(names))
        shade(axis, len(names))
        for (stage, role), figure in stages.items():
            line = names.index(stage) + (-0.16 if role == RESIDENT else 0.16)
            _dot(axis, figure, line, ROLE_COLOURS[role], "o" if role == RESIDENT else "D")
        _mark_anchors(axis, -0.65)
        axis.set_yticks(range(len(names)), [name.replace("_", " ") for name in names])
        axis.set_xlabel("score: 0 as random legal play, 1 as the reference doctrine, in the same seats")
        handles = [
            Line2D([], [], marker=marker, color=ROLE_COLOURS[role], label=f"as {role}")
            for role, marker in zip(ROLE_COLOURS, "oD", strict=True)
            if any(played == role for _, played in stages)
        ]
        picture.legend(handles=handles, loc="outside upper right", ncols=2)
        axis.set_title(title, pad=20)
    return picture


def draw_profile(profile: Sequence[Figure], title: str) -> Picture:
    """Share of scores above each threshold, with its band."""
    with plt.rc_context(STYLE):
        picture, axis = plt.subplots(figsize=(WIDTH, 4.2), layout="constrained")
        _mark_anchors(axis, 1.02)
        if all(figure.low is not None for figure in profile):
            low, high = ([getattr(figure, end) for figure in profile] for end in ("low", "high"))
            axis.fill_between(THRESHOLDS, low, high, color=SKY, alpha=0.35, linewidth=0, label="95 % at each threshold")
        shares = np.array([figure.value for figure in profile], float)
        axis.step(THRESHOLDS, shares, where="post", color=BLUE, linewidth=2.2)
        axis.set(
            xlim=(THRESHOLDS[0], THRESHOLDS[-1]), ylim=(0.0, 1.0), xlabel="score z", ylabel="share of scores above z"
        )
        axis.set_title(title, pad=20)
        if axis.get_legend_handles_labels()[1]:
            axis.legend(loc="upper right")
    return picture


def draw_attractors(attractors: Mapping[str, Mapping[str, Figure]], title: str) -> Picture:
    """Share of episodes that end in each attractor, over all stages and by stage."""
    names = [name for name, shares in attractors.items() if shares]
    with plt.rc_context(STYLE):
        picture, axis = lines(len(names))
        for line, name in enumerate(names):
            left = 0.0
            for attractor, colour in ATTRACTOR_COLOURS.items():
                share = attractors[name][attractor].value or 0.0
                axis.barh(line, share, 0.74, left=left, color=colour, edgecolor="white", linewidth=0.8)
                if share >= 0.07:  # narrower ones have no room for a number
                    axis.text(
                        left + share / 2, line, f"{share:.0%}", ha="center", va="center", fontsize=8,
                        color=INK if colour in (ORANGE, SKY) else "white",
                    )  # fmt: skip
                left += share
        axis.set_yticks(range(len(names)), [_stage_label(name) for name in names])
        axis.get_yticklabels()[0].set_fontweight("bold")
        axis.set(xlim=(0, 1), xlabel="share of episodes")
        axis.xaxis.set_major_formatter("{x:.0%}")
        handles = [
            Line2D([], [], marker="s", linestyle="", markersize=9, color=colour, label=attractor)
            for attractor, colour in ATTRACTOR_COLOURS.items()
        ]
        picture.legend(handles=handles, loc="outside lower center", ncols=len(handles))
        axis.set_title(title)
    return picture


def _stage_label(name: str) -> str:
    return "all stages" if name == ALL else name.replace("_", " ")


def draw_paid(rows: Sequence[Paid], title: str) -> Picture:
    """Per-capita returns of focal seats and of the others, and what these got beside random legal play."""
    with plt.rc_context(STYLE):
        picture, axis = lines(len(rows))
        shade(axis, len(rows))
        for line, (_, _, focal, others, beside) in enumerate(rows):
            if focal.value is not None and others.value is not None:
                axis.plot([focal.value, others.value], [line, line], color=PALE, linewidth=1.2)
            if beside is not None:
                axis.plot(beside, line, "o", color="none", markeredgecolor=ORANGE, markersize=11, markeredgewidth=1.6)
            _dot(axis, others, line, ORANGE)
            _dot(axis, focal, line, BLUE, "D")
        axis.set_yticks(range(len(rows)), [f"{stage.replace('_', ' ')}, {role}" for stage, role, *_ in rows])
        axis.set_xlabel("return of a seat, undiscounted")
        handles = [
            Line2D([], [], marker="D", color=BLUE, label="focal seats"),
            Line2D([], [], marker="o", color=ORANGE, label="the others"),
        ]
        if any(beside is not None for *_, beside in rows):
            handles.append(
                Line2D(
                    [], [], marker="o", linestyle="", color="none", markeredgecolor=ORANGE, markersize=11,
                    label="the others, beside random play",
                )
            )  # fmt: skip
        picture.legend(handles=handles, loc="outside lower center", ncols=len(handles))
        axis.set_title(title)
    return picture


def draw_entrants(entrants: Sequence[tuple[str, str, Figure]], title: str) -> Picture:
    """Score of each entrant (name, kind, figure) with its interval, best on top."""
    kinds = list(dict.fromkeys(kind for _, kind, _ in entrants))
    with plt.rc_context(STYLE):
        picture, axis = lines(len(entrants))
        shade(axis, len(entrants))
        _mark_anchors(axis, -0.65)
        for line, (_, kind, figure) in enumerate(entrants):
            _dot(axis, figure, line, KIND_COLOURS[kind])
        axis.set_yticks(range(len(entrants)), [name.replace("_", " ") for name, *_ in entrants])
        axis.set_xlabel("interquartile mean of the score, 95 % interval")
        handles = [Line2D([], [], marker="o", color=KIND_COLOURS[kind], label=kind) for kind in sorted(kinds)]
        picture.legend(handles=handles, loc="outside lower center", ncols=len(handles))
        axis.set_title(title, pad=20)
    return picture
