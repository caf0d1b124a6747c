"""A history as panels that a political scientist knows: state-years, dyad-years, events, actions.

Stocks and ties stand as the year *opens*, what happened is of that year: a regression of the second on the first
needs no lag. `codebook` says what each column means.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ..core.actions import OBJECT_VERBS, PLAIN_VERBS
from ..core.reward import Term
from ..core.world import NOBODY, Ending, Verb
from ..doctrines import Script
from ..vector import LEARNER
from .codebook import CCODE, MISSING, PANELS, WORD
from .disputes import DisputeYears, dispute_years
from .dyads import dyad_years
from .events import KINDS, event_rows
from .history import History


class Words(NamedTuple):
    """A column of words: `codes` (n,) int into `words`, MISSING where there is none."""

    codes: np.ndarray
    words: tuple[str, ...]

    def spelled(self) -> np.ndarray:
        """The words themselves (n,), "" where there is none."""
        return np.array([*self.words, ""])[np.where(self.codes == MISSING, len(self.words), self.codes)]


ENDINGS = tuple(ending.name.lower().replace("_", " ") for ending in Ending)
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


def panels(history: History, source: Source) -> dict[str, Panel]:
    """The four panels of a history by name: equally long columns, in the order and of the types of the codebook.

    Rows are sorted by world, then year. A world's rows end with its last year.
    """
    disputes = dispute_years(history)
    made = {
        "states": _state_years(history, source, disputes),
        "dyads": _dyad_years(history, source, disputes),
        "events": _events(history, source, disputes),
        "actions": _actions(history, source),
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


def _keys(history: History, source: Source, t: np.ndarray, w: np.ndarray) -> Panel:
    """What names the episode and the year of rows of worlds `w` (n,) in years `t` (n,)."""
    ones = np.ones(len(w), "i4")
    return {
        "stage": Words(0 * ones, (source.stage,)),
        "role": Words(0 * ones, (source.role,)),
        "run": source.run * ones,
        "seed": np.full(len(w), history.seed, "i8"),
        "world": w,
        "episode": source.episode * ones,
        "year": t,
    }


def _living(history: History) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Year, world and seat (n,) of every state that lived as a year opened that was lived."""
    w, t, i = np.nonzero((history.alive[:-1] & history.going[1:, :, None]).swapaxes(0, 1))
    return t + 1, w, i


def _focal(history: History, source: Source) -> np.ndarray:
    return np.ones(history.player.shape, bool) if source.focal is None else source.focal


def _codes(history: History) -> np.ndarray:
    """The code of the state in each seat (W, N)."""
    return CCODE + history.actor["ident"][0]


def _spell(names: np.ndarray, w: np.ndarray, i: np.ndarray) -> Words:
    """The word in `names` (W, N) of seats `i` in worlds `w`."""
    words, codes = np.unique(names, return_inverse=True)
    return Words(codes.reshape(names.shape)[w, i].astype("i4"), tuple(words.tolist()))


def _players(history: History, source: Source) -> np.ndarray:
    """Who plays each seat (W, N)."""
    if source.player is not None:
        return source.player
    doctrines = np.array([*(script.name.lower() for script in Script), LEARNER])
    return doctrines[np.where(history.player < 0, len(Script), history.player)]


def _designs(history: History) -> np.ndarray:
    """The name of what each seat wants (W, N)."""
    flat = history.design.reshape(-1, history.design.shape[-1])
    weights, which = np.unique(flat, axis=0, return_inverse=True)
    names = np.array([history.scenario.design_name(row) for row in weights])
    return names[which].reshape(history.player.shape)


def _state_years(history: History, source: Source, disputes: DisputeYears) -> Panel:
    t, w, i = _living(history)
    here, opening = (t, w, i), (t - 1, w, i)
    actor, pair, codes = history.actor, history.pair, _codes(history)
    patron, ending = actor["patron"][opening], history.ended[w]
    panel: Panel = {
        **_keys(history, source, t, w),
        "ccode": codes[w, i],
        "statenme": Words(actor["ident"][0][w, i], tuple(history.names)),
        "seat": i,
        "focal": _focal(history, source)[w, i],
        "player": _spell(_players(history, source), w, i),
        "design": _spell(_designs(history), w, i),
        "cinc": actor["opening_share"][opening],
        "milper": actor["forces"][opening],
        "milex": actor["spent"][here] * actor["economy"][opening],
        **{name: actor[name][opening] for name in ("economy", "technology", "posture", "reputation", "ideology")},
        "pacts": pair["pact"][:-1].sum(-1)[opening],
        "patron": np.where(patron == NOBODY, MISSING, codes[w, patron]),
        "threat": pair["threat"][:-1].max(-1)[opening],
        "security": history.terms[..., Term.SECURITY][here],
        "embargo": actor["embargo"][here],
        "cowmidonset": disputes.onset.any(-1)[here],
        "cowmidongoing": disputes.ongoing.any(-1)[here],
        "cowinterongoing": disputes.war.any(-1)[here],
        "initiator": disputes.initiator.any(-1)[here],
        "ending": Words(np.where((t == history.years[w]) & (ending != Ending.NOT), ending, MISSING), ENDINGS),
        "fell": actor["fell"][here],
        "cinc_end": actor["opening_share"][here],
        "milper_end": actor["forces"][here],
        "economy_end": actor["economy"][here],
        "reward": history.rewards[here],
    }
    return panel | {f"term_{term.name.lower()}": history.terms[..., term][here] for term in Term}


def _dyad_years(history: History, source: Source, disputes: DisputeYears) -> Panel:
    (t, w, i, j), columns = dyad_years(history, disputes)
    codes, focal = _codes(history), _focal(history, source)
    ends = columns.pop("midend1"), columns.pop("midend2")
    return {
        **_keys(history, source, t, w),
        "ccode1": codes[w, i],
        "ccode2": codes[w, j],
        "focal1": focal[w, i],
        "focal2": focal[w, j],
        **columns,
        **{f"midend{n}": Words(end, disputes.endings) for n, end in enumerate(ends, 1)},
    }


def _events(history: History, source: Source, disputes: DisputeYears) -> Panel:
    rows = event_rows(history, disputes)
    codes = _codes(history)
    return {
        **_keys(history, source, rows.t, rows.w),
        "kind": Words(rows.kind, KINDS),
        "ccode1": codes[rows.w, rows.i],
        "ccode2": np.where(rows.j == NOBODY, MISSING, codes[rows.w, rows.j]),
        "dispnum": rows.dispnum,
        "chosen": rows.chosen,
        "outcome": rows.outcome,
        "odds": rows.odds,
    }


def _actions(history: History, source: Source) -> Panel:
    t, w, i = _living(history)
    here, codes = (t, w, i), _codes(history)
    target, legal = history.actor["target"][here], history.legal[here]
    slots = history.player.shape[1] - 1
    starts = [PLAIN_VERBS + n * slots for n in range(len(OBJECT_VERBS))]
    return {
        **_keys(history, source, t, w),
        "ccode": codes[w, i],
        "focal": _focal(history, source)[w, i],
        "action": history.actions[here],
        "illegal": history.actor["illegal"][here],
        "verb": Words(history.actor["verb"][here], tuple(verb.name.lower() for verb in Verb)),
        "target": np.where(target == NOBODY, MISSING, codes[w, target]),
        "legal": legal.sum(-1),
        **{
            f"legal_{verb.name.lower()}": legal[:, start : start + slots].sum(-1)
            for verb, start in zip(OBJECT_VERBS, starts, strict=True)
        },
    }
