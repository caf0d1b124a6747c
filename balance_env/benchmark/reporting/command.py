"""The commands `balance-env report`, `leaderboard` and `metagame` at the terminal."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from ...files import write_whole
from ..progress import progress
from ..protocol.suite import load_suite
from .kept import keep
from .metagame import EPISODES, LEAST_EPISODES, STAGES, MetaGame, as_csv, play_all, rank


def add_report(parser: argparse.ArgumentParser) -> None:
    """Options of `balance-env report`."""
    parser.add_argument("folder", metavar="FOLDER", help="results of one entrant, as `balance-env bench` wrote them")
    parser.add_argument("--suite", metavar="FOLDER", help="the suite that was played, if it is none of the package")


def run_report(options: argparse.Namespace) -> None:
    """Write the report into the folder of the results."""
    from .report import MARKDOWN, PAGE, PICTURES, TABLES, write_report

    write_report(options.folder, options.suite)
    folder = Path(options.folder)
    written = f"{folder / PAGE}, {folder / MARKDOWN}, tables in {folder / TABLES}, pictures in {folder / PICTURES}"
    Console().print(written, highlight=False, markup=False, soft_wrap=True)


def add_leaderboard(parser: argparse.ArgumentParser) -> None:
    """Options of `balance-env leaderboard`."""
    parser.add_argument("results", nargs="?", default="results", metavar="RESULTS", help="folder (default results)")
    parser.add_argument("--write", default="docs", metavar="FOLDER", help="where the page goes (default docs)")
    text = "pack the results into this folder first, and make the page of all that is kept there"
    parser.add_argument("--keep", metavar="FOLDER", help=text)


def run_leaderboard(options: argparse.Namespace) -> None:
    """Rebuild the page of all entrants, and print it."""
    from .leaderboard import write_leaderboard

    if options.keep:
        keep(options.results, options.keep)
    page = write_leaderboard(options.keep or options.results, options.write)
    Console().print(page.read_text(encoding="utf-8"), highlight=False, markup=False, soft_wrap=True)


def add_metagame(parser: argparse.ArgumentParser) -> None:
    """Options of `balance-env metagame`."""
    parser.add_argument("--entrants", required=True, metavar="NAME,NAME", help="two or more, with commas")
    parser.add_argument("--suite", default="balance-v1", help="name, or a folder of your own (default balance-v1)")
    parser.add_argument("--stages", default=",".join(STAGES), help=f"of the suite (default {', '.join(STAGES)})")
    parser.add_argument(
        "--episodes",
        type=int,
        default=EPISODES,
        help=f"of a stage and pair, {LEAST_EPISODES} or more (default {EPISODES})",
    )
    parser.add_argument("--seed", type=int, default=0, help="of all episodes (default 0)")
    parser.add_argument("--write", metavar="FOLDER", help="write the pairs and a picture into this folder, too")


def run_metagame(options: argparse.Namespace) -> None:
    """Play all pairs and print scores and ranks."""
    from .figures import as_svg
    from .heatmap import draw_metagame

    if options.episodes < LEAST_EPISODES:
        raise ValueError(f"--episodes {options.episodes}: a whole number from {LEAST_EPISODES}")
    if options.seed < 0:
        raise ValueError(f"--seed {options.seed}: a whole number from 0")
    entrants, stages = (
        [name.strip() for name in text.split(",") if name.strip()] for text in (options.entrants, options.stages)
    )
    suite = load_suite(options.suite)
    with progress("metagame") as done:
        scores = play_all(suite, stages, entrants, options.episodes, options.seed, done)
    game = rank(entrants, scores, options.seed)
    title = f"{', '.join(stages)}; {options.episodes} episodes each, seed {options.seed}"
    print_metagame(game, title)
    if options.write:
        folder = Path(options.write)
        write_whole(folder / "metagame.csv", as_csv(game).encode())
        write_whole(folder / "metagame.svg", as_svg(draw_metagame(game, "Score of a visitor")).encode())


def print_metagame(game: MetaGame, title: str) -> None:
    """What each gets among its own kind and among the others, and its ranks."""
    table = Table(title=f"Meta-game: {title}", title_justify="left", box=None, pad_edge=False)
    table.add_column("entrant")
    for name in ("among itself", "among others", "95 %", "alpha-rank", "95 %", "Nash weight", "95 %", "skill"):
        table.add_column(name, justify="right")
    size = len(game.entrants)
    others = [(part.sum(1) - np.diag(part)) / (size - 1) for part in game.payoff]
    for n in np.lexsort((-game.skill.value, -game.alpha_rank.value)):
        table.add_row(
            game.entrants[n], f"{game.payoff.value[n, n]:.2f}", f"{others[0][n]:.2f}",
            f"{others[1][n]:.2f} .. {others[2][n]:.2f}",
            f"{game.alpha_rank.value[n]:.2f}", f"{game.alpha_rank.low[n]:.2f} .. {game.alpha_rank.high[n]:.2f}",
            f"{game.nash.value[n]:.2f}", f"{game.nash.low[n]:.2f} .. {game.nash.high[n]:.2f}",
            f"{game.skill.value[n]:.2f}",
        )  # fmt: skip
    console = Console(width=140, highlight=False)
    console.print(table)
    console.print(
        f"A score is 0 as random legal play and 1 as the best doctrine found for a visitor. Selection {game.alpha:.3g} "
        "a unit of\nscore, from which alpha-rank no longer moves. Skill: advantage over the Nash average's entrants in "
        "the same populations."
    )
