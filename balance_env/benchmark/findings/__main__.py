"""Writes the findings: `python -m balance_env.benchmark.findings --play --runs RUN RUN ... --write docs`."""

from __future__ import annotations

import argparse
from functools import partial
from pathlib import Path

from ..reporting.figures import as_svg
from .page import page
from .pictures import DRAWN
from .populations import RUNS, SHIPPED
from .rows import Figure, OfUnit, read
from .sources import FIGURES, SCENARIOS, UNITS, play
from .verdicts import Book, judge

FOLDER, PAGE = "findings", "findings.md"
WORLDS, FORKS = 200, 200
MODULE = "python -m balance_env.benchmark.findings"


def text_of(tables: Path, worlds: int, forks: int) -> tuple[str, Book]:
    """The page that the tables in a folder make."""
    book = Book(read(tables / FIGURES, Figure), read(tables / UNITS, OfUnit))
    sources = [name for name in (RUNS, SHIPPED) if name in book.sources]
    runs = max((figure.units for key, figure in book.figures.items() if key[0] == RUNS), default=0)
    given = f" --runs {' '.join(f'runs/powers_1913-{run}' for run in range(runs))}" if runs else ""
    command = f"{MODULE} --play{given} --worlds {worlds} --forks {forks} --write docs"
    return page(book, {name: judge(book, name) for name in sources}, command, runs, worlds, forks), book


def main(arguments: list[str] | None = None) -> None:
    """Play where asked, and write page and pictures from the tables."""
    parser = argparse.ArgumentParser(prog=MODULE, description=__doc__)
    parser.add_argument("--play", action="store_true", help="play the populations; else the tables there are read")
    parser.add_argument("--runs", nargs="*", default=[], metavar="RUN", help="runs of one config, seeds of their own")
    parser.add_argument("--worlds", type=int, default=WORLDS, help="of each population and scenario")
    parser.add_argument("--forks", type=int, default=FORKS, help="worlds of each that are forked; 0 for none")
    parser.add_argument("--scenarios", nargs="*", default=SCENARIOS, choices=SCENARIOS, metavar="SCENARIO")
    parser.add_argument("--write", type=Path, default=Path("docs"), metavar="FOLDER", help="where the page goes")
    options = parser.parse_args(arguments)
    tables = options.write / FOLDER
    if options.play:
        play(options.runs, options.worlds, options.forks, tables, partial(print, flush=True), options.scenarios)
    text, book = text_of(tables, options.worlds, options.forks)
    (options.write / PAGE).write_text(text, encoding="utf-8")
    for name, draw in DRAWN.items():
        (tables / name).write_text(as_svg(draw(book)), encoding="utf-8")
    print(f"{options.write / PAGE}, tables and pictures in {tables}")


if __name__ == "__main__":
    main()
