"""The pictures of a proof, each to be read at a glance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.colors import TwoSlopeNorm

from balance_env import Verb

from ..pictures import INK, OTHER_COLOURS, PALE, STYLE, VERB_COLOURS, design_colours, smooth
from .compared import BOUND, Curves, Response
from .conduct import TERCILES, Conduct
from .crossplay import Cross, Level
from .looking import ANY, WHO, Looking, piece_names
from .page import plural
from .plays import over_runs

SMOOTHED = 20  # a curve shows means over a twentieth of its rows
SHOWN_PIECES = 15
BAND = 0.2  # opacity of intervals
TINTS = ("#2e86ab", "#d1495b", "#7a9e4b", "#8d6a9f", "#c58b2a")  # of things compared
BLOCK_COLOURS = {"own": "#4f6d7a", "other": "#d1495b", "world": "#7a9e4b"}
SHOWN_VERBS = (Verb.ARM, Verb.ALLY, Verb.BANDWAGON, Verb.SANCTION)
HEAT_FROM, HEAT_TO = 0.4, 1.6  # colours of scaled scores; white is the best doctrine


def save(figure: Any, folder: Path, name: str) -> str:
    """Write a figure, and close it; its file name."""
    folder.mkdir(parents=True, exist_ok=True)
    figure.savefig(folder / name)
    plt.close(figure)
    return name


def panels(rows: int, columns: int, size: tuple[float, float], **options: Any) -> tuple[Any, np.ndarray]:
    """A figure with panels of some size, in the house's style."""
    width, height = size
    return plt.subplots(
        rows, columns, figsize=(width * columns, height * rows), layout="constrained", squeeze=False, **options
    )


def draw_band(axis: Axes, x: np.ndarray, values: np.ndarray, colour: str, label: str = "", runs: bool = True) -> None:
    """Mean over runs of values (R, T), its interval as a band, and the runs as thin lines."""
    told = over_runs(values)
    if len(values) > 1:
        axis.fill_between(x, told.low, told.high, color=colour, alpha=BAND, lw=0)
    for run in values if runs else ():
        axis.plot(x, run, color=colour, alpha=0.35, linewidth=0.8)
    axis.plot(x, told.value, color=colour, linewidth=2.4, label=label)


def smoothed(values: np.ndarray) -> np.ndarray:
    """Every run's running mean (R, T)."""
    return np.array([smooth(run, max(1, values.shape[1] // SMOOTHED)) for run in values])


def draw_learning(folder: Path, of: Curves, told: str) -> str:
    """`learning.png`: return by design and entropy over training."""
    with plt.rc_context(STYLE):
        figure, axes = panels(1, len(of.returns) + 1, (4.6, 3.8))
        colours, steps = design_colours(list(of.returns)), of.steps / 1e6
        for axis, (design, values) in zip(axes[0], of.returns.items(), strict=False):
            draw_band(axis, steps, smoothed(values), colours[design])
            axis.set_title(f"{design} states: return of an episode", loc="left")
        draw_band(axes[0, -1], steps, of.entropy, INK)
        axes[0, -1].set_title("entropy of the policy (nats)", loc="left")
        axes[0, -1].set_ylim(bottom=0)
        for axis in axes[0]:
            axis.set(xlabel="million agent-steps", xlim=(0, steps[-1]))
        title(figure, f"Learning: {told}")
        return save(figure, folder, "learning.png")


def draw_compared(folder: Path, name: str, of: Mapping[str, Curves], by_cost: bool, told: str) -> str:
    """`<name>.png`: return by design of things compared, over minutes of a processor or over agent-steps."""
    designs = list(next(iter(of.values())).returns)
    with plt.rc_context(STYLE):
        figure, axes = panels(1, len(designs), (5.6, 4.0))
        for axis, design in zip(axes[0], designs, strict=True):
            for colour, (label, curves) in zip(TINTS, of.items(), strict=False):
                x = curves.minutes if by_cost else curves.steps / 1e6
                draw_band(axis, x, smoothed(curves.returns[design]), colour, label)
            axis.set_title(f"{design} states: return of an episode", loc="left")
            axis.set(xlabel="minutes of one processor" if by_cost else "million agent-steps", xlim=(0, None))
            axis.legend(frameon=False, loc="lower right")
        title(figure, told)
        return save(figure, folder, f"{name}.png")


def draw_cross(folder: Path, of: Cross, told: str) -> str:
    """`crossplay.png`: heat maps of visitors among residents, by the visitor's design, and of designs."""
    runs = [f"seed {name.rpartition('-')[2]}" for name in of.names]
    maps = [(f"{design} visitors", of.seeds[d], runs) for d, design in enumerate(of.designs)]
    maps.append(("designs (residents of one design)", of.of_designs, of.designs))
    with plt.rc_context({**STYLE, "axes.spines.left": False, "axes.spines.bottom": False}):
        figure, axes = panels(1, len(maps), (4.9, 4.4))
        norm = TwoSlopeNorm(1.0, HEAT_FROM, HEAT_TO)
        for axis, (name, values, labels) in zip(axes[0], maps, strict=True):
            image = axis.imshow(values, cmap="RdBu", norm=norm)
            for (row, column), value in np.ndenumerate(values):
                axis.text(
                    column,
                    row,
                    f"{value:.2f}" if np.isfinite(value) else "NA",
                    ha="center",
                    va="center",
                    fontsize=11,
                    color=INK,
                )
            axis.set_title(name, loc="left")
            axis.set_xticks(range(len(labels)), labels, rotation=30 if len(labels) > 2 else 0)
            axis.set_yticks(range(len(labels)), labels)
            axis.tick_params(length=0)
            axis.set(xlabel="visitor", ylabel="residents")
        bar = figure.colorbar(image, ax=axes, shrink=0.8, extend="both")
        bar.set_ticks([HEAT_FROM, 0.7, 1.0, 1.3, HEAT_TO])
        bar.set_label("score: 0 random, 1 best doctrine")
        title(figure, f"One seat among others: {told}")
        return save(figure, folder, "crossplay.png")


def draw_conduct(folder: Path, of: Sequence[Conduct], designs: list[str], told: str) -> str:
    """`behaviour.png`: share of state-years by verb, design, perceived threat and rank."""
    colours = design_colours(designs)
    kinds = [
        ("largest threat that it perceives", np.array([c.by_threat for c in of]), TERCILES),
        ("rank in capability (1: the strongest)", np.array([c.by_rank for c in of]), None),
    ]
    with plt.rc_context(STYLE):
        figure, axes = panels(2, len(SHOWN_VERBS), (3.7, 3.4))
        for row, (label, values, names) in zip(axes, kinds, strict=True):
            x = np.arange(values.shape[2])
            for axis, verb in zip(row, SHOWN_VERBS, strict=True):
                for d, design in enumerate(designs):
                    draw_band(axis, x, 100.0 * values[:, d, :, verb], colours[design], design)
                axis.set_xticks(x, names or [str(n + 1) for n in x])
                axis.set(xlabel=label, ylim=(0, None))
        for axis, verb in zip(axes[0], SHOWN_VERBS, strict=True):
            axis.set_title(verb.name.lower(), loc="left", color=VERB_COLOURS[verb.name.lower()], fontsize=15)
        for row in axes:
            row[0].set_ylabel("% of state-years")
        axes[0, 0].legend(frameon=False)
        title(figure, f"What states do: {told}")
        return save(figure, folder, "behaviour.png")


def draw_looking(folder: Path, of: Sequence[Looking], others: Mapping[str, Sequence[Looking]], told: str) -> str:
    """`looking.png`: the pieces and the states on which acts hang, and the attention of networks that have it."""
    with_attention = {name: runs for name, runs in others.items() if np.isfinite(runs[0].attention).any()}
    with plt.rc_context(STYLE):
        figure, axes = panels(1, 2 + bool(with_attention), (5.4, 5.2))
        pieces = 100.0 * np.array([look.by_piece for look in of])
        order = pieces.mean(0).argsort()[-SHOWN_PIECES:]
        names = [piece_names()[n] for n in order]
        colours = [BLOCK_COLOURS[name.partition(".")[0]] for name in names]
        draw_bars(axes[0, 0], [name.replace(".", ": ").replace("_", " ") for name in names], pieces[:, order], colours)
        axes[0, 0].set_title("a number in the row", loc="left")
        states = 100.0 * np.array([look.by_state for look in of])[:, ::-1]
        draw_bars(axes[0, 1], [*WHO, ANY][::-1], states, [BLOCK_COLOURS["other"]] * states.shape[1])
        axes[0, 1].set_title("all that is seen of one state", loc="left")
        for axis in axes[0, :2]:
            axis.set_xlabel("% of acts that would be others, were it another's")
        for name, runs in with_attention.items():
            paid = np.array([look.attention for look in runs])[:, ::-1]
            draw_bars(axes[0, 2], list(WHO[::-1]), paid, [OTHER_COLOURS[0]] * paid.shape[1])
            axes[0, 2].axvline(1.0, color=INK, linewidth=1, linestyle="--")
            axes[0, 2].set_title(f"attention of `{name}`", loc="left")
            axes[0, 2].set_xlabel("attention paid, 1: as to everybody")
        title(figure, f"On what acts hang: {told}")
        return save(figure, folder, "looking.png")


def draw_bars(axis: Axes, names: list[str], values: np.ndarray, colours: list[str]) -> None:
    """Bars of means over runs of values (R, n), with intervals."""
    told = over_runs(values)
    y = np.arange(len(names))
    spread = np.clip([told.value - told.low, told.high - told.value], 0.0, None)
    axis.barh(y, told.value, color=colours, height=0.7, xerr=spread, error_kw={"ecolor": INK, "elinewidth": 1})
    axis.set_yticks(y, names)
    axis.tick_params(axis="y", length=0)


def draw_levels(folder: Path, of: Sequence[Level], told: str) -> str:
    """`level.png`: trained states minus the best doctrine, with intervals and runs."""
    colours = design_colours(sorted({level.design for level in of}))
    with plt.rc_context(STYLE):
        figure, axes = plt.subplots(figsize=(10.0, 1.8 + 0.6 * len(of)), layout="constrained")
        for y, level in enumerate(reversed(of)):
            colour, gap = colours[level.design], level.difference
            axes.plot([gap.low, gap.high], [y, y], color=colour, linewidth=3, solid_capstyle="round")
            axes.plot(gap.value, y, "o", color=colour, markersize=10)
            axes.plot(level.by_run, np.full(level.runs, y + 0.22), "|", color=colour, markersize=7)
        axes.plot([], [], "o-", color=PALE, linewidth=3, markersize=10, label="mean over the runs, and its interval")
        axes.plot([], [], "|", color=PALE, markersize=7, label="one run")
        axes.axvline(0.0, color=INK, linewidth=1, linestyle="--", label="as good as the best doctrine")
        axes.set_ylim(-0.5, len(of) - 0.4)
        rows = [
            f"{lv.design} states in {lv.scenario}\nbeside {lv.doctrine}, {plural(lv.runs, 'run')}"
            for lv in reversed(of)
        ]
        axes.set_yticks(range(len(of)), rows)
        axes.set_xlabel("score above the best doctrine's; 1: its own above random play")
        figure.legend(loc="outside lower center", ncols=3, frameon=False)
        title(figure, told)
        return save(figure, folder, "level.png")


def draw_sizes(folder: Path, of: Mapping[str, dict[int, np.ndarray]], told: str, name: str) -> str:
    """`<name>.png`: scaled score by number of states, of networks or trainings."""
    with plt.rc_context(STYLE):
        figure, axes = plt.subplots(figsize=(7.0, 4.2), layout="constrained")
        for colour, (label, by_size) in zip(TINTS, of.items(), strict=False):
            spans = [over_runs(scores.mean(1)) for scores in by_size.values()]  # sizes may have more runs than others
            low, mean, high = (np.array([getattr(of, end) for of in spans]) for end in ("low", "value", "high"))
            axes.fill_between(list(by_size), low, high, color=colour, alpha=BAND, lw=0)
            axes.plot(list(by_size), mean, "o-", color=colour, linewidth=2.4, markersize=9, label=label)
            for n, scores in by_size.items():
                axes.plot(np.full(len(scores), n), scores.mean(1), "_", color=colour, markersize=9)
        axes.axhline(1.0, color=PALE, linewidth=1, linestyle="--")
        axes.set(xlabel="states in the world", ylabel="score: 0 random, 1 best doctrine", ylim=(0, None))
        axes.set_xticks(sorted({n for by_size in of.values() for n in by_size}))
        axes.legend(frameon=False, loc="lower left")
        title(figure, told)
        return save(figure, folder, f"{name}.png")


def draw_responses(folder: Path, of: Sequence[Response], told: str) -> str:
    """`responses.png`: what the best response to each population gains."""
    populations, designs = list(dict.fromkeys(r.population for r in of)), sorted({r.design for r in of})
    colours, height = design_colours(designs), 0.8 / len(designs)
    with plt.rc_context(STYLE):
        figure, axes = plt.subplots(figsize=(8.0, 1.2 + 0.4 * len(populations)), layout="constrained")
        for response in of:
            beside = designs.index(response.design) - (len(designs) - 1) / 2  # bars lie about the population's name
            y = populations.index(response.population) + height * beside
            axes.barh(y, response.gain, height, xerr=BOUND * response.error, color=colours[response.design])
            axes.plot(response.learned, np.full(len(response.learned), y), "|", color=INK, markersize=9)
        for design in designs:
            axes.barh(0, 0, color=colours[design], label=design)
        axes.set_yticks(range(len(populations)), populations)
        axes.invert_yaxis()
        axes.axvline(0.0, color=INK, linewidth=1)
        axes.set_xlabel("gain of the best answer over acting as the rest do (lines: trained answers)")
        axes.legend(frameon=False)
        title(figure, told)
        return save(figure, folder, "responses.png")


def title(figure: Any, told: str) -> None:
    """What the figure is of, at its head."""
    figure.suptitle(told, x=0.01, ha="left", fontsize=14, fontweight="bold")
