"""A history as panels that a political scientist knows: state-years, dyad-years, events, actions.

Stocks and ties stand as the year *opens*, what happened is of that year: a regression of the second on the first
needs no lag. `codebook` says what each column means.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

import numpy as np

from ...core.actions import OBJECT_VERBS, PLAIN_VERBS
from ...core.reward import Term
from ...core.world import NOBODY, Ending, Outcome, Verb
from ..history import History
from .codebook import CCODE, MISSING, PANELS, WORD
from .dispute_years import DisputeYears, dispute_years
from .dyads import dyad_years, or_missing, pairs_of
from .events import KINDS, event_rows
from .lived import Lived, largest

STOCKS = (
    "opening_share",
    "forces",
    "economy",
    "technology",
    "posture",
    "reputation",
    "ideology",
    "patron",
)  # of an actor


class Words(NamedTuple):
    """A column of words: `codes` (n,) int into `words`, MISSING where there is none."""

    codes: np.ndarray
    words: tuple[str, ...]

    def spelled(self) -> np.ndarray:
        """The words themselves (n,), "" where there is none."""
        return np.array([*self.words, ""])[np.where(self.codes == MISSING, len(self.words), self.codes)]


Panel = dict[str, np.ndarray | Words]


@dataclass(frozen=True)
class Source:
    """Where a history comes from, as far as it does not say so itself.

    Parameters
    ----------
    stage, role, run
        As the columns of these names say.
    episode : int
        Which episode of its worlds it is: how often the batch was reset without a seed.
    focal : (W, N) bool, optional
        Seats of the entrant; by default all.
    player : (W, N) str, optional
        Who plays each seat; by default the doctrines' names, and `learner` for who is none.
    """

    stage: str
    role: str = "export"
    run: int = 0
    episode: int = 0
    focal: np.ndarray | None = None
    player: np.ndarray | None = None


def panels(history: History, source: Source, *, directed: bool = False) -> dict[str, Panel]:
    """The four panels of a history by name: equally long columns, in the order and of the types of the codebook.

    Rows are sorted by world, then year; a world's rows end with its last year. `directed`: both rows of each pair
    in the dyad-years, see `dyads`.
    """
    lived = Lived(history)
    disputes = dispute_years(lived)
    maker = _Maker(lived, source, disputes)
    made = {
        "states": maker.state_years(),
        "dyads": maker.dyad_years(directed),
        "events": maker.events(),
        "actions": maker.actions(),
    }
    return {name: _in_order(name, panel) for name, panel in made.items()}


def _in_order(name: str, panel: Mapping[str, np.ndarray | Words]) -> Panel:
    """The columns of a panel as the codebook has them; a name that one has and the other lacks is a KeyError."""
    if unknown := set(panel) - {entry.name for entry in PANELS[name]}:
        raise KeyError(f"{name}: the codebook lacks {', '.join(sorted(unknown))}")
    typed: Panel = {}
    for entry in PANELS[name]:
        column = panel[entry.name]
        if (entry.kind == WORD) != isinstance(column, Words):
            raise TypeError(f"{name}.{entry.name} must be of type {entry.kind}")
        typed[entry.name] = column if isinstance(column, Words) else column.astype(entry.kind, copy=False)
    return typed


def _spell(names: np.ndarray, w: np.ndarray, i: np.ndarray) -> Words:
    """The word in `names` (W, N) of seats `i` in worlds `w`."""
    words, codes = np.unique(names, return_inverse=True)
    return Words(codes.reshape(names.shape)[w, i].astype("i4"), tuple(words.tolist()))


def _designs(history: History) -> np.ndarray:
    """The name of what each seat wants (W, N)."""
    flat = history.design.reshape(-1, history.design.shape[-1])
    weights, which = np.unique(flat, axis=0, return_inverse=True)
    names = np.array([history.scenario.design_name(row) for row in weights])
    return names[which].reshape(history.player.shape)


class _Maker:
    """Makes the columns of each panel; `L` years were lived, a row is a state, pair or event in one of them."""

    def __init__(self, lived: Lived, source: Source, disputes: DisputeYears) -> None:
        self.lived, self.source, self.disputes = lived, source, disputes
        self.codes = CCODE + lived.ident  # (L, N)
        self.states = np.nonzero(lived.living)  # place among the years lived, and seat
        self._at = np.flatnonzero(lived.living)
        focal = np.ones(lived.history.player.shape, bool) if source.focal is None else source.focal
        self.focal = focal[lived.w]  # (L, N)

    def keys(self, n: np.ndarray) -> Panel:
        """What names the episode and the year of rows in the years at the places `n`."""
        ones = np.ones(len(n), "i4")
        return {
            "stage": Words(0 * ones, (self.source.stage,)),
            "role": Words(0 * ones, (self.source.role,)),
            "run": self.source.run * ones,
            "seed": np.full(len(n), self.lived.history.seed, "i8"),
            "world": self.lived.w[n],
            "episode": self.source.episode * ones,
            "year": self.lived.t[n],
        }

    def here(self, values: np.ndarray) -> np.ndarray:
        """Values (L, N, ...) of the state-years (n, ...)."""
        return values.reshape(-1, *values.shape[2:]).take(self._at, axis=0)

    def code_of(self, seat: np.ndarray, n: np.ndarray) -> np.ndarray:
        """The code of the state in a seat, MISSING for NOBODY."""
        return or_missing(self.codes[n, seat], seat != NOBODY)

    def state_years(self) -> Panel:
        """Columns of the state-years."""
        lived, history = self.lived, self.lived.history
        n, i = self.states
        w, t = lived.w[n], lived.t[n]
        opening = {field: self.here(lived.opening[field]) for field in STOCKS}
        ends = np.where((t == history.years[w]) & (history.ended[w] != Ending.NOT), history.ended[w], MISSING)
        players = history.player if self.source.player is None else self.source.player
        terms = self.here(lived.now(history.terms))
        panel: Panel = {
            **self.keys(n),
            "ccode": self.here(self.codes),
            "statenme": Words(self.here(lived.ident), tuple(history.names)),
            "seat": i,
            "focal": self.here(self.focal),
            "player": _spell(players, w, i),
            "design": _spell(_designs(history), w, i),
            "cinc": opening["opening_share"],
            "milper": opening["forces"],
            "milex": self.here(lived.actor["spent"]) * opening["economy"],
            **{name: opening[name] for name in ("economy", "technology", "posture", "reputation", "ideology")},
            "pacts": self.here(lived.pair("pact", opens=True).sum(-1)),
            "patron": self.code_of(opening["patron"], n),
            "threat": self.here(largest(lived.pair("threat", opens=True))),
            "security": terms[:, Term.SECURITY],
            "embargo": self.here(lived.actor["embargo"]),
            "cowmidonset": self.here(largest(self.disputes.onset)),
            "cowmidongoing": self.here(largest(self.disputes.ongoing)),
            "cowinterongoing": self.here(largest(self.disputes.war)),
            "initiator": self.here(largest(self.disputes.initiator)),
            "ending": Words(ends, _names_of(Ending)),
            "fell": self.here(lived.actor["fell"]),
            "cinc_end": self.here(lived.actor["opening_share"]),
            "milper_end": self.here(lived.actor["forces"]),
            "economy_end": self.here(lived.actor["economy"]),
            "reward": self.here(lived.now(history.rewards)),
        }
        return panel | {f"term_{term.name.lower()}": terms[:, term] for term in Term}

    def dyad_years(self, directed: bool) -> Panel:
        """Columns of the dyad-years."""
        pairs = pairs_of(self.lived, directed)
        columns = dyad_years(self.lived, self.disputes, pairs)
        names = _names_of(Outcome)
        return {
            **self.keys(pairs.n),
            "ccode1": self.codes[pairs.n, pairs.i],
            "ccode2": self.codes[pairs.n, pairs.j],
            "focal1": self.focal[pairs.n, pairs.i],
            "focal2": self.focal[pairs.n, pairs.j],
            **columns,
            **{end: Words(or_missing(columns[end], columns[end] > 0), names) for end in ("midend1", "midend2")},
        }

    def events(self) -> Panel:
        """Columns of the events."""
        rows = event_rows(self.lived, self.disputes)
        return {
            **self.keys(rows.n),
            "kind": Words(rows.kind, KINDS),
            "ccode1": self.codes[rows.n, rows.i],
            "ccode2": self.code_of(rows.j, rows.n),
            **{name: getattr(rows, name) for name in ("dispnum", "chosen", "outcome", "odds")},
        }

    def actions(self) -> Panel:
        """Columns of the actions."""
        lived, n = self.lived, self.states[0]
        legal = self.here(lived.now(lived.history.legal)).astype("f4")
        slots = lived.ident.shape[1] - 1
        counted = np.zeros((legal.shape[1], 1 + len(OBJECT_VERBS)), "f4")  # which actions each count is of
        counted[:, 0] = 1.0
        for place in range(len(OBJECT_VERBS)):
            counted[PLAIN_VERBS + place * slots :][:slots, 1 + place] = 1.0
        counts = legal @ counted
        return {
            **self.keys(n),
            "ccode": self.here(self.codes),
            "focal": self.here(self.focal),
            "action": self.here(lived.now(lived.history.actions)),
            "illegal": self.here(lived.actor["illegal"]),
            "verb": Words(self.here(lived.actor["verb"]), _names_of(Verb)),
            "target": self.code_of(self.here(lived.actor["target"]), n),
            "legal": counts[:, 0],
            **{f"legal_{verb.name.lower()}": counts[:, 1 + place] for place, verb in enumerate(OBJECT_VERBS)},
        }


def _names_of(words: type[IntEnum]) -> tuple[str, ...]:
    """The names of an enumeration, in words."""
    return tuple(word.name.lower().replace("_", " ") for word in words)
