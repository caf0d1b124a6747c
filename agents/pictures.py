"""Two pictures of a run: its learning curves, and the alliances of a typical episode over time."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import networkx as nx
import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from .behaviour import History, typical

PANELS = 6
DESIGN_COLOURS = {"offensive": "#d1495b", "defensive": "#2e86ab", "status_quo": "#7a9e4b"}
OTHER_COLOURS = ("#8d6a9f", "#c58b2a", "#4f6d7a", "#a44a3f")
VERB_COLOURS = {
    "invest": "#7a9e4b",
    "research": "#b7c97b",
    "arm": "#d1495b",
    "ally": "#2e86ab",
    "bandwagon": "#8d6a9f",
    "sanction": "#e6a23c",
    "coerce": "#5b2333",
}
INK, PALE = "#222831", "#9aa3ad"
PACT, CLIENT, CHALLENGE = "#56789a", "#8d6a9f", "#d00000"
STYLE: Any = {
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": PALE,
    "axes.titlesize": 11,
    "axes.titleweight": "bold",
    "text.color": INK,
    "axes.labelcolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "figure.dpi": 110,
}


def design_colours(designs: list[str]) -> dict[str, str]:
    """A colour for each design."""
    spare = iter(OTHER_COLOURS * (1 + len(designs) // len(OTHER_COLOURS)))
    return {design: DESIGN_COLOURS.get(design) or next(spare) for design in designs}


def smooth(values: np.ndarray, window: int) -> np.ndarray:
    """Running mean over the last `window` values, blanks left out."""
    means = []
    for n in range(len(values)):
        recent = values[max(0, n + 1 - window) : n + 1]
        recent = recent[np.isfinite(recent)]
        means.append(recent.mean() if len(recent) else np.nan)
    return np.array(means)


def read_metrics(path: Path) -> dict[str, np.ndarray]:
    """Columns of a metrics table; blanks are nan."""
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return {name: np.array([float(row[name] or "nan") for row in rows]) for name in (rows[0] if rows else ())}


def draw_curves(folder: Path, designs: list[str], verbs: list[str]) -> Path:
    """Draw `curves.png`: return and acts of each design, entropy and wars over training."""
    metrics = read_metrics(folder / "metrics.csv")
    saved = sorted(int(file.name.split("_")[1]) / 1e6 for file in (folder / "checkpoints").glob("step_*"))
    steps, colours = metrics["steps"] / 1e6, design_colours(designs)
    window = max(1, len(steps) // 20)
    with plt.rc_context(STYLE):
        figure, axes = plt.subplots(
            2, len(designs) + 1, figsize=(4.4 * (len(designs) + 1), 6.6), layout="constrained", squeeze=False
        )
        for column, design in enumerate(designs):
            upper, lower = axes[0, column], axes[1, column]
            raw, mean = metrics[f"return_{design}"], smooth(metrics[f"return_{design}"], window)
            upper.plot(steps, raw, color=colours[design], alpha=0.25, linewidth=1)
            upper.plot(steps, mean, color=colours[design], linewidth=2.2)
            at = np.interp(saved, steps, mean)
            upper.plot(saved, at, "o", color="white", markeredgecolor=INK, markersize=6, label="checkpoint")
            upper.set_title(f"{design}: return of an episode", loc="left")
            upper.legend(frameon=False, loc="lower right")
            shares = [smooth(metrics[f"{design}_{verb}"], window) for verb in verbs]
            lower.stackplot(steps, shares, colors=[VERB_COLOURS[verb] for verb in verbs], edgecolor="white", lw=0.4)
            lower.set_ylim(0, 1)
            lower.set_title(f"{design}: what it does", loc="left")
            _name_bands(lower, steps, shares, verbs)
        entropy, worlds = axes[0, -1], axes[1, -1]
        for name in (name for name in metrics if name.startswith("entropy")):  # one for each learner
            entropy.plot(steps, metrics[name], color=INK, linewidth=2)
        entropy.set_title("entropy of the policy (nats)", loc="left")
        entropy.set_ylim(bottom=0)
        worlds.plot(steps, smooth(metrics["wars_per_year"], window), color="#d1495b", linewidth=2)
        worlds.set_ylim(bottom=0)
        worlds.set_title("wars a year", loc="left", color="#d1495b")
        poles = worlds.twinx()
        poles.plot(steps, smooth(metrics["poles"], window), color="#4f6d7a", linewidth=2)
        poles.set_title("effective poles", loc="right", color="#4f6d7a")
        poles.set_ylim(bottom=1)
        for axis in axes.flat:
            axis.set(xlabel="million agent-steps", xlim=(steps[0], max(steps[-1], steps[0] + 1e-9)))
        figure.suptitle(f"Learning curves of {folder.name}", x=0.01, ha="left", fontsize=14, fontweight="bold")
        path = folder / "curves.png"
        figure.savefig(path)
        plt.close(figure)
    return path


def _name_bands(axis: Axes, steps: np.ndarray, shares: list[np.ndarray], verbs: list[str]) -> None:
    """Write each verb at the right end of its band, moved apart where bands are thin."""
    tops = np.cumsum([share[-1] for share in shares])
    middles = tops - np.array([share[-1] for share in shares]) / 2
    places = np.maximum(middles, 0.03)
    for n in range(1, len(places)):
        places[n] = max(places[n], places[n - 1] + 0.075)
    places[-1] = min(places[-1], 0.98)
    for n in range(len(places) - 2, -1, -1):
        places[n] = min(places[n], places[n + 1] - 0.075)
    for verb, share, place in zip(verbs, shares, places, strict=True):
        axis.annotate(
            f"{verb} {share[-1]:.0%}", (1.015, place), xycoords="axes fraction", va="center", fontsize=9,
            color=VERB_COLOURS[verb], fontweight="bold", annotation_clip=False,
        )  # fmt: skip


def draw_alliances(folder: Path, history: History) -> Path:
    """Draw `alliances.png`: who is allied with whom in a typical episode, at six moments."""
    w = typical(history)
    length = int(history.stack("going")[:, w].sum())
    moments = np.unique(np.linspace(0, length - 1, PANELS).astype(int))
    colours = design_colours(history.designs)
    actors = history.ident.shape[1]
    angles = np.pi / 2 - 2 * np.pi * np.arange(actors) / actors
    places = {i: np.array([np.cos(angle), np.sin(angle)]) for i, angle in enumerate(angles)}
    with plt.rc_context(STYLE):
        figure, axes = plt.subplots(2, 3, figsize=(15, 9.8), layout="constrained")
        for axis in axes.flat[len(moments) :]:
            axis.axis("off")
        for axis, t in zip(axes.flat, moments, strict=False):
            _draw_moment(axis, history, w, int(t), places, colours)
        figure.suptitle(
            f"Alliances in a typical episode of {folder.name}", x=0.01, ha="left", fontsize=16, fontweight="bold"
        )
        named = [
            Line2D([], [], marker="o", linestyle="", markersize=11, color=colour, label=f"{design} state")
            for design, colour in colours.items()
        ]
        named += [
            Line2D([], [], color=PACT, linewidth=4, label="pact (width: willingness)"),
            Line2D([], [], color=CLIENT, linewidth=2, marker=">", label="client of"),
            Line2D([], [], color=CHALLENGE, linewidth=2, linestyle="--", marker=">", label="challenges"),
            Line2D([], [], color=PALE, marker="x", linestyle="", markersize=9, label="fallen"),
        ]
        figure.legend(handles=named, loc="outside lower center", ncols=len(named), frameon=False, fontsize=11)
        path = folder / "alliances.png"
        figure.savefig(path)
        plt.close(figure)
    return path


def _inward(places: dict[int, np.ndarray], i: int, j: int, bend: float) -> str:
    """The arc from i to j that turns to the centre, past the states between them on the circle."""
    return f"arc3,rad={bend if np.linalg.det([places[i], places[j]]) < 0 else -bend}"


def _draw_moment(
    axis: Axes, history: History, w: int, t: int, places: dict[int, np.ndarray], colours: dict[str, str]
) -> None:
    """One panel: world `w` at the end of its year `t`."""
    year, actors = history.years[t], len(places)
    alive, share, willing = year.alive[w], year.share[w], year.willingness[w]
    living = [i for i in range(actors) if alive[i]]
    graph = nx.DiGraph()
    graph.add_nodes_from(range(actors))
    sizes = [180 + 9000 * share[i] for i in living]
    pacts = [(i, j) for i in living for j in living if i < j and year.pact[w, i, j]]
    for i, j in pacts:
        nx.draw_networkx_edges(
            graph, places, edgelist=[(i, j)], width=0.8 + 3 * (willing[i, j] + willing[j, i]), edge_color=PACT,
            alpha=0.65, ax=axis, arrows=True, arrowstyle="-", node_size=0, connectionstyle=_inward(places, i, j, 0.12),
        )  # fmt: skip
    ties = ((year.patron, CLIENT, "solid", 0.12), (year.dispute, CHALLENGE, "dashed", 0.3))
    for field, colour, style, bend in ties:
        for i in living:
            if (j := int(field[w, i])) >= 0:
                nx.draw_networkx_edges(
                    graph, places, edgelist=[(i, j)], width=2.2, edge_color=colour, style=style, ax=axis, arrows=True,
                    arrowsize=20, nodelist=living, node_size=sizes, connectionstyle=_inward(places, i, j, bend),
                )  # fmt: skip
    nx.draw_networkx_nodes(
        graph, places, nodelist=living, node_size=sizes, ax=axis, edgecolors="white", linewidths=1.5,
        node_color=[colours[history.designs[history.design[w, i]]] for i in living],
    )  # fmt: skip
    for i, place in places.items():
        far = 1.0 + 0.09 + (0.011 * np.sqrt(180 + 9000 * share[i]) / 2 if alive[i] else 0.12)
        side = "center" if abs(place[0]) < 0.2 else ("left" if place[0] > 0 else "right")
        label = history.names[history.ident[w, i]]
        axis.text(
            place[0] * far, place[1] * far, label, ha=side, va="center", fontsize=10.5, color=INK if alive[i] else PALE
        )
        if not alive[i]:
            axis.plot(*place, "x", color=PALE, markersize=9, markeredgewidth=2)
    wars = sum(int(history.years[s].wars[w]) for s in range(t + 1))
    poles = 1.0 / max((share**2).sum(), 1e-9)
    told = f"{len(pacts)} pacts, {wars} wars so far, {poles:.1f} poles"
    axis.set_title(f"year {t + 1}", loc="left", fontsize=13)
    axis.text(0, -1.45, told, ha="center", va="center", fontsize=10, color="#56616c")
    axis.set(xlim=(-1.75, 1.75), ylim=(-1.55, 1.3), aspect="equal")
    axis.axis("off")
