"""The table of all entrants, rebuilt from their results: every baseline a table must have, and who is missing."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ...doctrines import CONSTANTS, DOCTRINES
from ...files import write_whole
from ...players import learned_names
from .exploiters import exploiter_table, read_exploiters
from .figures import as_svg, draw_entrants
from .results import HEADLINE, RUNS_FOR_A_TABLE, Results, find_results
from .summary import IQM, IQM_AS, RANDOM, Figure, headline
from .tables import MISSING, Table, Value, as_markdown, interval, short

ASKED_LEARNERS = {  # that no policy of the package is, by the name under which each enters
    "independent_ppo": "a PPO learner in each seat",
    "recurrent_ppo": "PPO with a memory",
    "central_critic": "PPO whose critic sees all",
    "fictitious_play": "PPO against its own past",
    "myopic": "PPO that heeds this year's reward alone: a myopic best response",
}
PAGE, PICTURE = "leaderboard.md", "leaderboard.svg"
INTRODUCTION = f"""# Leaderboard

Rebuilt by `balance-env leaderboard` from results that `balance-env bench` wrote. A score is 0 as random legal play and
1 as the best doctrine found for a stage, in the same seats among the same others, and is not clipped. Ranks go by the
interquartile mean over all stages and both roles; where intervals overlap, a rank means little. A learner with fewer
than {RUNS_FOR_A_TABLE} training runs is preliminary.
"""


class Standing(NamedTuple):
    """An entrant's place."""

    entrant: str
    kind: str
    figures: dict[str, Figure]  # IQM over all, and by role
    runs: int
    faults: int
    illegal: int
    is_preliminary: bool


def mandatory() -> tuple[str, ...]:
    """Names of the baselines that every table must have: random play, constants, doctrines, and kinds of learners."""
    return (*DOCTRINES, *learned_names(), *ASKED_LEARNERS)


def kind_of(results: Results) -> str:
    """What an entrant is, in a word."""
    name = results.card["entrant"]
    if name == RANDOM:
        return "random"
    if name in CONSTANTS:
        return "constant"
    return "doctrine" if name in DOCTRINES else "learner" if results.card["trained"] else "rule"


def standings(entrants: Sequence[Results]) -> list[Standing]:
    """Entrants by their IQM, best first; those without one last, by name."""
    told = []
    for results in entrants:
        card, figures = results.card, {figure.name: figure for figure in headline(results)}
        scored = np.isin(results.episodes["role"], HEADLINE)
        faults, illegal = (int(results.episodes[column][scored].sum()) for column in ("faults", "illegal"))
        kind, preliminary = kind_of(results), results.is_preliminary
        told.append(Standing(card["entrant"], kind, figures, card["runs"], faults, illegal, preliminary))

    def place(standing: Standing) -> tuple[bool, float, str]:
        value = standing.figures[IQM].value
        return value is None, -(value or 0.0), standing.entrant

    return sorted(told, key=place)


def as_table(name: str, title: str, ranked: Sequence[Standing]) -> Table:
    """The ranking with intervals, by role."""
    rows: list[Sequence[Value]] = []
    for rank, standing in enumerate(ranked, 1):
        cells: list[Value] = []
        for figure in (standing.figures.get(key) for key in (IQM, *map(IQM_AS.format, HEADLINE))):
            empty = figure is None or figure.value is None
            cells += [MISSING, ""] if figure is None or empty else [short(figure.value), interval(*figure[2:4])]
        entrant = standing.entrant + (" (preliminary)" if standing.is_preliminary else "")
        rows.append((rank, entrant, standing.kind, *cells, standing.runs, standing.faults, standing.illegal))
    by_role = [title for role in HEADLINE for title in (f"as {role}", "95 %")]
    head = ("rank", "entrant", "kind", "IQM", "95 %", *by_role, "runs", "faults", "illegal")
    return Table(name, title, "", head, rows)


def write_leaderboard(results: str | Path, folder: str | Path) -> Path:
    """Write `leaderboard.md` and its pictures into a folder; the same results give the same bytes.

    Entrants are ranked among those of the same suite, setting and seed.

    Raises
    ------
    ValueError
        If there are no results, torn ones, or two of the same entrant.
    """
    entrants = find_results(results)
    if not entrants:
        raise ValueError(f"{str(results)!r} holds no results: `balance-env bench` writes them")
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    parts, text = _by_protocol(entrants), [INTRODUCTION]
    for number, ((suite, suite_hash, setting, seed), group) in enumerate(sorted(parts.items())):
        ranked = standings(group)
        names = [standing.entrant for standing in ranked]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"{str(results)!r} holds two results of {', '.join(twice)} on {suite}, {setting}")
        title = f"{suite}, {setting} setting"
        picture = PICTURE if number == 0 else PICTURE.replace(".", f"_{number + 1}.")
        svg = as_svg(draw_entrants([(s.entrant, s.kind, s.figures[IQM]) for s in ranked], title))
        write_whole(folder / picture, svg.encode())
        missing = [name for name in mandatory() if name not in names]
        text += [
            as_markdown(as_table("leaderboard", title, ranked)),
            f"![{title}]({picture})\n",
            *_exploited(group, names),
            f"Suite hash `{suite_hash}`, seed {seed}.\n",
            f"Mandatory baselines that are missing: {', '.join(map(_described, missing)) or 'none'}.\n",
        ]
    page = folder / PAGE
    write_whole(page, "\n".join(text).encode())
    return page


def _exploited(group: Sequence[Results], ranked: Sequence[str]) -> list[str]:
    """The table of what exploiters gain against the entrants for which that was looked for, in their order."""
    found = {one.card["entrant"]: read_exploiters(one.folder, one.card["hash"]) for one in group}
    named = [(name, row) for name in ranked for row in found[name]]
    if not named:
        return []
    return [as_markdown(exploiter_table([row for _, row in named], [name for name, _ in named]))]


def _described(name: str) -> str:
    """A missing baseline, and what it is where no policy of the package tells."""
    return f"{name} ({ASKED_LEARNERS[name]})" if name in ASKED_LEARNERS else name


def _by_protocol(entrants: Sequence[Results]) -> dict[tuple[str, str, str, int], list[Results]]:
    """Entrants that can be compared: same suite, setting and seed."""
    parts: dict[tuple[str, str, str, int], list[Results]] = {}
    for results in entrants:
        card = results.card
        parts.setdefault((card["suite"], card["suite_hash"], card["setting"], card["seed"]), []).append(results)
    return parts
