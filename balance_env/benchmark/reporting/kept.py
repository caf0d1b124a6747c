"""Results small enough to be kept in a repository: the card, the scored episodes packed into one file, exploiters.

A row is an episode, rounded; self-play, which no headline counts, is left out. The leaderboard of kept results is
rebuilt from them to the byte.
"""

from __future__ import annotations

import csv
import io
import lzma
from pathlib import Path

from ...files import write_whole
from .exploiters import read_exploiters, write_exploiters
from .results import CARD, COLUMNS, HEADLINE, PACKED, Results, find_results

DIGITS = 3  # of scores and returns, whose standard errors in a stage are above .01


def keep(results: str | Path, folder: str | Path) -> None:
    """Pack the results of all entrants into `<folder>/<suite>/<entrant>/`; what is kept of others stays.

    Raises
    ------
    ValueError
        If there are no results, or torn ones.
    """
    entrants = find_results(results)
    if not entrants:
        raise ValueError(f"{str(results)!r} holds no results to keep: `balance-env bench` writes them")
    for one in entrants:
        here = Path(folder) / one.card["suite"] / one.card["entrant"]
        write_whole(here / PACKED, lzma.compress(_as_csv(one).encode()))
        write_whole(here / CARD, (one.folder / CARD).read_bytes())
        if rows := read_exploiters(one.folder, one.card["hash"]):
            write_exploiters(here, rows)


def _as_csv(results: Results) -> str:
    """The scored episodes, numbers rounded and what is missing blank."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    columns = [results.episodes[name].tolist() for name in COLUMNS]
    for row in zip(*columns, strict=True):
        if row[list(COLUMNS).index("role")] in HEADLINE:
            writer.writerow([_rounded(cell) for cell in row])
    return text.getvalue()


def _rounded(cell: str | float) -> str | float:
    if not isinstance(cell, float):
        return cell
    return "" if cell != cell else f"{cell:.{DIGITS}f}"
