"""The picture of the game among entrants: what each gets among each, and their ranks."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Picture

from ..bootstrap import Estimate
from .figures import BLUE, DIM, INK, PALE, STYLE, VERMILION
from .metagame import MetaGame

CELL = 0.42  # inches of an entrant
BAR = 2.2  # inches of a column of ranks


def draw_metagame(game: MetaGame, title: str) -> Picture:
    """Scores of visitors (rows) among hosts (columns), in the order of alpha-rank, and both ranks beside them."""
    order = np.lexsort((-game.skill.value, -game.alpha_rank.value))
    names = [game.entrants[n].replace("_", " ") for n in order]
    size = len(order)
    payoff = game.payoff.value[np.ix_(order, order)]
    bound = float(np.abs(payoff - 0.5).max()) + 1e-9
    with plt.rc_context(STYLE):
        picture, axes = plt.subplots(
            1, 3, figsize=(CELL * size + 7.0, CELL * size + 2.6), layout="constrained",
            width_ratios=(CELL * size, BAR, BAR),
        )  # fmt: skip
        field: Axes = axes[0]
        field.imshow(payoff, cmap="RdBu", vmin=0.5 - bound, vmax=0.5 + bound, aspect="auto")
        for a, b in np.ndindex(size, size):
            is_dark = abs(payoff[a, b] - 0.5) > 0.62 * bound
            told, colour = f"{round(payoff[a, b], 1) + 0.0:.1f}", "white" if is_dark else INK
            field.text(b, a, told, ha="center", va="center", fontsize=7.5, color=colour)
        field.set_xticks(range(size), names, rotation=90)
        field.set_yticks(range(size), names)
        field.tick_params(length=0)
        for spine in field.spines.values():
            spine.set_visible(False)
        field.set(
            xlabel="hosts: every other seat (0: as random play, 1: as the best doctrine)", ylabel="visitor: one seat"
        )
        field.set_title(title)
        _bars(axes[1], game.alpha_rank, order, BLUE, "alpha-rank")
        _bars(axes[2], game.nash, order, VERMILION, "Nash average")
    return picture


def _bars(axis: Axes, ranks: Estimate, order: np.ndarray, colour: str, title: str) -> None:
    """A rank of each entrant with its interval, beside its row of the field."""
    lines = np.arange(len(order))
    axis.barh(lines, ranks.value[order], 0.62, color=colour, alpha=0.85)
    axis.hlines(lines, ranks.low[order], ranks.high[order], color=DIM, linewidth=1.6)
    axis.set(ylim=(len(order) - 0.5, -0.5), xlim=(0, 1), xlabel="share")
    axis.set_yticks(lines, [])
    axis.tick_params(axis="y", length=0)
    axis.spines["left"].set_color(PALE)
    axis.set_title(title)
