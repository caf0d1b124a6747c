"""Writes the findings: `python -m balance_env.benchmark.findings --play --runs RUN RUN ... --write docs`."""

from __future__ import annotations

import argparse
import sys
from functools import partial
from pathlib import Path
from typing import NamedTuple

from ...commands import refused
from ...files import write_whole
from ..reporting.figures import as_svg
from .detail import details
from .page import Played, page
from .pictures import DRAWN
from .populations import MOVED, RUNS, SHIPPED
from .rows import Figure, OfUnit, read
from .sources import FIGURES, HOMES, UNITS, play
from .verdicts import Book, Verdict, judge

FOLDER, PAGE, DETAILS = "findings", "findings.md", "tables.md"
WORLDS, FORKS = 200, 200
MODULE = "python -m balance_env.benchmark.findings"


class Texts(NamedTuple):
    """The page and its tables as text, with what they were made from."""

    page: str
    details: str
    book: Book
    verdicts: dict[str, list[Verdict]]


def texts_of(tables: Path, worlds: int, forks: int) -> Texts:
    """The pages that the tables in a folder make.

    Raises
    ------
    ValueError
        Where the tables hold neither training runs nor shipped states.
    """
    book = Book(read(tables / FIGURES, Figure), read(tables / UNITS, OfUnit))
    if not {RUNS, SHIPPED} & set(book.sources):
        raise ValueError(f"{tables / FIGURES} holds {', '.join(book.sources) or 'nothing'}: {RUNS} or {SHIPPED} needed")
    verdicts = {name: judge(book, name) for name in (RUNS, MOVED, SHIPPED) if name in book.sources}
    runs = {key: figure.units for key, figure in book.figures.items() if key[0] == RUNS}
    most = max(runs.values(), default=0)
    homes = book.scenarios(RUNS)
    given = f" --runs runs/{{{','.join(homes)}}}-{{{','.join(map(str, range(most)))}}}" if runs else ""
    command = f"{MODULE} --play{given} --worlds {worlds} --forks {forks} --write docs"
    written = page(book, verdicts, Played(command, most * len(homes), worlds, forks))
    return Texts(written, details(book, verdicts), book, verdicts)


def main(arguments: list[str] | None = None) -> int:
    """Play where asked, and write page and pictures from the tables; status 2 for what was asked wrongly."""
    parser = argparse.ArgumentParser(prog=MODULE, description=__doc__)
    parser.add_argument("--play", action="store_true", help="play the populations; else the tables there are read")
    parser.add_argument("--runs", nargs="*", default=[], metavar="RUN", help="training runs, by folder")
    parser.add_argument("--worlds", type=int, default=WORLDS, help="of each population and scenario")
    parser.add_argument("--forks", type=int, default=FORKS, help="worlds of each that are forked; 0 for none")
    parser.add_argument("--scenarios", nargs="*", default=HOMES, choices=HOMES, metavar="SCENARIO")
    parser.add_argument("--write", type=Path, default=Path("docs"), metavar="FOLDER", help="where the page goes")
    options = parser.parse_args(arguments)
    tables = options.write / FOLDER
    try:
        if options.play:
            play(options.runs, options.worlds, options.forks, tables, partial(print, flush=True), options.scenarios)
        made = texts_of(tables, options.worlds, options.forks)
    except (ValueError, FileNotFoundError) as error:
        return refused(error)
    write_whole(options.write / PAGE, made.page.encode())
    write_whole(tables / DETAILS, made.details.encode())
    main_verdicts = made.verdicts.get(RUNS) or made.verdicts[SHIPPED]
    for name, draw in DRAWN.items():
        write_whole(tables / name, as_svg(draw(made.book, main_verdicts)).encode())
    print(f"{options.write / PAGE}, tables and pictures in {tables}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
