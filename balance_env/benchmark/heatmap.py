"""The picture of the game among entrants: what each gets among each, and their ranks."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Picture

from .bootstrap import Estimate
from .figures import BLUE, DIM, PALE, STYLE, VERMILION
from .metagame import MetaGame

CELL = 0.42  # inches of an entrant
MOST_NUMBERED = 30  # entrants up to which a cell has room for its number


def draw_metagame(game: MetaGame, title: str) -> Picture:
    """Scores of visitors (rows) among hosts (columns), in the order of alpha-rank, and both ranks beside them."""
    order = np.lexsort((-game.skill.value, -game.alpha_rank.value))
    names = [game.entrants[n].replace("_", " ") for n in order]
    size = len(order)
    payoff = game.payoff.value[np.ix_(order, order)]
    bound = float(np.abs(payoff - 0.5).max()) + 1e-9
    with plt.rc_context(STYLE):
        picture, axes = plt.subplots(
            1, 3, figsize=(CELL * size + 8.0, CELL * size + 3.0), layout="constrained", width_ratios=(size + 1, 5, 5)
        )
        field: Axes = axes[0]
        image = field.imshow(payoff, cmap="RdBu", vmin=0.5 - bound, vmax=0.5 + bound, aspect="equal")
        if size <= MOST_NUMBERED:
            for a, b in np.ndindex(size, size):
                is_dark = abs(payoff[a, b] - 0.5) > 0.62 * bound
                field.text(
                    b, a, f"{payoff[a, b]:.1f}", ha="center", va="center", fontsize=7.5,
                    color="white" if is_dark else "#222831",
                )  # fmt: skip
        field.set_xticks(range(size), names, rotation=90)
        field.set_yticks(range(size), names)
        field.tick_params(length=0)
        for spine in field.spines.values():
            spine.set_visible(False)
        field.set(xlabel="hosts: every other seat", ylabel="visitor: one seat")
        field.set_title(title)
        picture.colorbar(image, ax=field, location="bottom", shrink=0.5, aspect=30, label="score of the visitor")
        _bars(axes[1], game.alpha_rank, order, BLUE, "alpha-rank: share of time", names)
        _bars(axes[2], game.nash, order, VERMILION, "Nash average: weight", names)
    return picture


def _bars(axis: Axes, ranks: Estimate, order: np.ndarray, colour: str, title: str, names: list[str]) -> None:
    """A rank of each entrant with its interval."""
    lines = np.arange(len(order))
    axis.barh(lines, ranks.value[order], 0.62, color=colour, alpha=0.85)
    axis.hlines(lines, ranks.low[order], ranks.high[order], color=DIM, linewidth=1.6)
    axis.set(ylim=(len(order) - 0.5, -0.5), xlim=(0, 1))
    axis.set_yticks(lines, names)
    axis.tick_params(axis="y", length=0)
    axis.spines["left"].set_color(PALE)
    axis.set_title(title, fontsize=10)
