"""Who is allied with whom in a recorded episode, over time."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import matplotlib.pyplot as plt
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Picture
from matplotlib.lines import Line2D

from ..checks import Array
from .figures import BLUE, DIM, INK, ORANGE, PALE, STYLE, VERMILION

PANELS, COLUMNS = 6, 3  # moments that are shown, and how many side by side
STATES = ("world", "year", "ccode", "statenme", "focal", "cinc")
DYADS = ("world", "year", "ccode1", "ccode2", "atop_defense", "cowinterongoing")
LEAST_SIZE, SIZE_BY_SHARE = 90.0, 3500.0  # points squared of a state, and more by its share of capability
INWARD = 0.45  # how far out from the centre the middle of two states is drawn
ROOM = 1.75  # half the width of a panel, in radii of the circle of states: names stand outside it


class Episode(NamedTuple):
    """The rows of one episode.

    Attributes
    ----------
    name : str
        Stage, role and run.
    states, dyads : dict of arrays
        `STATES` and `DYADS`, but for the world.
    """

    name: str
    states: dict[str, Array]
    dyads: dict[str, Array]


def find_episode(folder: Path) -> Episode | None:
    """The typical episode of the first stage in a folder of records: of median number of pacts a year.

    None where nothing was recorded.

    Raises
    ------
    ValueError
        If a record is torn.
    """
    recorded = sorted(folder.glob("*/dyads.parquet"))
    if not recorded:
        return None
    states, dyads = (_read(recorded[0].with_name(f"{n}.parquet"), c) for n, c in (("states", STATES), ("dyads", DYADS)))
    worlds = np.unique(dyads["world"])
    pacts = [dyads["atop_defense"][dyads["world"] == world].mean() for world in worlds]
    world = worlds[np.argsort(pacts, kind="stable")[len(worlds) // 2]]
    chosen = [{name: rows[name][rows["world"] == world] for name in rows} for rows in (states, dyads)]
    return Episode(recorded[0].parent.name, *chosen)


def _read(path: Path, columns: tuple[str, ...]) -> dict[str, Array]:
    try:
        table = pq.read_table(path, columns=list(columns))
    except (OSError, pa.ArrowException) as error:
        raise ValueError(f"{path} is no whole record: {error}") from None
    return {name: np.array(table.column(name).to_pylist()) for name in columns}


def draw_pacts(episode: Episode) -> Picture:
    """Pacts and wars at moments of an episode, spread evenly over its years."""
    codes = np.unique(episode.states["ccode"])
    angles = np.pi / 2 - 2 * np.pi * np.arange(len(codes)) / len(codes)
    places = {code: (np.cos(angle), np.sin(angle)) for code, angle in zip(codes.tolist(), angles, strict=True)}
    years = np.unique(episode.states["year"])
    moments = np.unique(years[np.linspace(0, len(years) - 1, PANELS).astype(int)])
    with plt.rc_context(STYLE):
        rows = -(-len(moments) // COLUMNS)
        picture, axes = plt.subplots(rows, COLUMNS, figsize=(12, 4.1 * rows), layout="constrained", squeeze=False)
        for axis in axes.flat:
            axis.axis("off")
        for axis, year in zip(axes.flat, moments, strict=False):
            _draw_year(axis, episode, int(year), places)
        handles: list[Any] = [
            Line2D([], [], marker="o", linestyle="", markersize=10, color=BLUE, label="focal state"),
            Line2D([], [], marker="o", linestyle="", markersize=10, color=ORANGE, label="background state"),
            Line2D([], [], color=INK, linewidth=1.6, alpha=0.6, label="defence pact"),
            Line2D([], [], color=VERMILION, linewidth=2.2, linestyle=(0, (4, 2)), label="at war with each other"),
            Line2D([], [], marker="x", linestyle="", markersize=8, color=PALE, label="fallen"),
        ]
        picture.legend(handles=handles, loc="outside lower center", ncols=len(handles))
        picture.suptitle(
            f"Pacts of a typical episode: {episode.name.replace('_', ' ')}", x=0.02, ha="left", weight="bold"
        )
    return picture


def _chord(start: Array, end: Array) -> Array:
    """Points (2, n) from one place to another, bent to the centre past the states between them: a Bezier curve."""
    at = np.linspace(0.0, 1.0, 30)[:, None]
    bend = INWARD * (start + end) / 2.0
    return ((1 - at) ** 2 * start + 2 * at * (1 - at) * bend + at**2 * end).T


def _draw_year(axis: Axes, episode: Episode, year: int, places: dict[int, tuple[float, float]]) -> None:
    """One moment; what stands as the year opens, and the wars fought in it."""
    states, dyads = (
        {name: rows[name][rows["year"] == year] for name in rows} for rows in (episode.states, episode.dyads)
    )
    ties = (
        (dyads["atop_defense"], INK, 1.6, "solid", 0.6),
        (dyads["cowinterongoing"], VERMILION, 2.2, (0, (4, 2)), 1.0),
    )
    for is_tied, colour, width, style, opacity in ties:
        for pair in zip(dyads["ccode1"][is_tied == 1].tolist(), dyads["ccode2"][is_tied == 1].tolist(), strict=True):
            x, y = _chord(*(np.array(places[code]) for code in pair))
            axis.plot(x, y, color=colour, linewidth=width, linestyle=style, alpha=opacity, zorder=1)
    alive = {code: n for n, code in enumerate(states["ccode"].tolist())}
    names = dict(zip(episode.states["ccode"].tolist(), episode.states["statenme"].tolist(), strict=True))
    for code, (x, y) in places.items():
        side = "center" if abs(x) < 0.2 else ("left" if x > 0 else "right")
        far = 1.22
        if code in alive:
            n = alive[code]
            colour = BLUE if states["focal"][n] else ORANGE
            size = LEAST_SIZE + SIZE_BY_SHARE * states["cinc"][n]
            axis.scatter(x, y, s=size, color=colour, edgecolors="white", linewidths=1.2, zorder=2)
        else:
            axis.plot(x, y, "x", color=PALE, markersize=8, markeredgewidth=2)
        axis.text(
            far * x, far * y, names[code], ha=side, va="center", fontsize=8.5, color=INK if code in alive else PALE
        )
    pacts, wars = (int((dyads[name] == 1).sum()) for name in ("atop_defense", "cowinterongoing"))
    axis.set_title(f"year {year}")
    axis.text(0, -1.5, f"{pacts} pacts, {wars} pairs at war", ha="center", va="center", fontsize=9, color=DIM)
    axis.set(xlim=(-ROOM, ROOM), ylim=(-1.6, 1.4), aspect="equal")
