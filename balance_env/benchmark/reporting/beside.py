"""The picture of measures beside their nulls."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure as Picture
from matplotlib.lines import Line2D

from .figures import BLUE, DIM, PALE, STYLE, VERMILION, WIDTH, lines, shade
from .results import Measure
from .tables import interval, short

FARTHEST = 8.0  # half-widths at which a measure is drawn at the edge, with an arrow


class Beside(NamedTuple):
    """A value beside its null, in half-widths of the interval that is known: of the null's draws, or of the value.

    Attributes
    ----------
    place : float
        Of the value, the null being at 0.
    low, high : float
        Ends of the interval.
    is_band : bool
        Whether it is the null's.
    told : str
    """

    place: float
    low: float
    high: float
    is_band: bool
    told: str


def beside_null(row: Measure) -> Beside | None:
    """A measure as it is drawn; None without a value, a null, or an interval of either."""
    value, null = row.number("value"), row.number("null")
    bands = ((row.number("null_low"), row.number("null_high"), True), (row.number("low"), row.number("high"), False))
    for low, high, is_band in bands:
        if value is None or null is None or low is None or high is None:
            continue
        zero, half = (low + high) / 2.0 if is_band else null, (high - low) / 2.0
        told = f"{short(value)}   ({interval(low, high) if is_band else short(null)})"
        if half == 0.0:
            return Beside(float(np.sign(value - zero)) * FARTHEST, 0.0, 0.0, is_band, told)
        return Beside((value - zero) / half, (low - zero) / half, (high - zero) / half, is_band, told)
    return None


def draw_measures(measures: Sequence[Measure], title: str) -> Picture | None:
    """Each measure beside its null, the farthest at the edge; None where no measure has one."""
    shown = [(row, told) for row in measures if (told := beside_null(row)) is not None]
    if not shown:
        return None
    with plt.rc_context(STYLE):
        picture, axis = lines(len(shown), WIDTH + 2.0)
        shade(axis, len(shown))
        for line, (_, told) in enumerate(shown):
            place = float(np.clip(told.place, -FARTHEST, FARTHEST))
            is_outside = abs(told.place) > 1.0
            colour = VERMILION if is_outside else BLUE
            ends = np.clip([told.low, told.high], -FARTHEST, FARTHEST)
            if told.is_band:
                axis.plot(ends, [line, line], color=PALE, linewidth=9, alpha=0.55, solid_capstyle="butt")
            else:
                axis.plot(ends, [line, line], color=colour, linewidth=2, solid_capstyle="round")
            marker = "o" if abs(place) < FARTHEST else (">" if place > 0 else "<")
            axis.plot(place, line, marker, color=colour, markersize=8, markeredgecolor="white", clip_on=False)
            axis.annotate(told.told, (1.01, line), xycoords=("axes fraction", "data"), va="center", fontsize=9)
        axis.axvline(0.0, color=PALE, linewidth=1.0, zorder=1)
        axis.set_yticks(range(len(shown)), [row.name.replace("_", " ") for row, _ in shown])
        axis.set_xlim(-FARTHEST - 0.3, FARTHEST + 0.3)
        axis.set_xlabel(
            "distance from the null, in half-widths of its 95 % band (grey) or of the value's interval (line)"
        )
        axis.annotate("value   (null)", (1.01, -0.62), xycoords=("axes fraction", "data"), fontsize=9, color=DIM)
        handles = [
            Line2D([], [], marker="o", linestyle="", color=VERMILION, label="apart from the null"),
            Line2D([], [], marker="o", linestyle="", color=BLUE, label="not told apart"),
        ]
        picture.legend(handles=handles, loc="outside upper right", ncols=2)
        axis.set_title(title)
    return picture
