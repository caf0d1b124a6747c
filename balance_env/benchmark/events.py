"""What happened in a history, event by event, by the kinds of `balance_env.record`; and what third parties did."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..core.world import NOBODY, Outcome, Verb
from ..record import Kind
from .codebook import COW_LOST, COW_STALEMATE, COW_WON, DISPNUM, EVENT_KINDS, MISSING
from .disputes import WARS, DisputeYears, Heads
from .history import History

KINDS = tuple(EVENT_KINDS)
JOINED, STOOD_BY, IN_PART, ASIDE = KINDS[len(Kind) :]  # a record's beside_actor, beside_target, in_part and aside
HEADS = {  # what a dispute that came to a head is told as; LAPSED and MUTUAL are told by something else
    Kind.SETTLED: (Outcome.SETTLED,),
    Kind.CAPITULATED: (Outcome.CAPITULATED,),
    Kind.BACKED_DOWN: (Outcome.BACKED_DOWN,),
    Kind.WAR: WARS,
}
COW_OUTCOME = {Outcome.WON: COW_WON, Outcome.LOST: COW_LOST, Outcome.STALEMATE: COW_STALEMATE}
Index = tuple[np.ndarray, ...]


class Rows(NamedTuple):
    """Columns (n,) of events: year, world, kind as a place in KINDS, two seats (j may be NOBODY), numbers."""

    t: np.ndarray
    w: np.ndarray
    kind: np.ndarray
    i: np.ndarray
    j: np.ndarray
    dispnum: np.ndarray
    chosen: np.ndarray
    outcome: np.ndarray
    odds: np.ndarray


def event_rows(history: History, disputes: DisputeYears) -> Rows:
    """All events, sorted by world, year, kind as a year brings them, and seats."""
    heads = disputes.heads
    parts = [*_ties(history), *_openings(history), *_falls(history)]
    for kind, outcomes in HEADS.items():
        told = heads.where(np.isin(heads.outcome, outcomes))
        parts.append(_head_rows(history, kind, told))
        if kind in (Kind.WAR, Kind.BACKED_DOWN):
            parts += _third_parties(history, heads, told, kind)
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)]
    order = np.lexsort([columns[n] for n in (4, 3, 2, 0, 1)])  # j, i, kind, t, w: the last is the first key
    return Rows(*(column[order] for column in columns))


def sanctions_imposed(history: History) -> Index:
    """Year, world, sender and object of every sanction that did not stand as its year opened."""
    t, w, i, j = _acts(history, Verb.SANCTION)
    return _chosen((t, w, i, j), history.pair["sanction"][t - 1, w, i, j] == 0)


def _acts(history: History, verb: Verb) -> Index:
    """Year, world, actor and object of every act of a verb with an object."""
    acted = (history.actor["verb"] == verb) & history.going[:, :, None]
    acted[0] = False
    t, w, i = np.nonzero(acted)
    return t, w, i, history.actor["target"][t, w, i]


def _chosen(index: Index, chosen: np.ndarray) -> Index:
    return tuple(column[chosen] for column in index)


def _rows(kind: str, t: np.ndarray, w: np.ndarray, i: np.ndarray, j: np.ndarray, **numbers: np.ndarray) -> Rows:
    """Rows of one kind; numbers that are not given are missing."""
    missing = np.full(len(t), MISSING, "i4")
    given = {"dispnum": missing, "chosen": missing, "outcome": missing, "odds": np.full(len(t), np.nan), **numbers}
    return Rows(t, w, np.full(len(t), KINDS.index(kind), "i4"), i, j, **given)


def _dispnum(history: History, year: np.ndarray, w: np.ndarray, challenger: np.ndarray) -> np.ndarray:
    return (DISPNUM * year + history.actor["ident"][0][w, challenger]).astype("i4")


def _changes(history: History, is_on: np.ndarray) -> tuple[Index, Index]:
    """Where what is (T + 1, W, N, N) began in a lived year, and where it ended."""
    lived = history.going[1:, :, None, None]
    began, ended = is_on[1:] & ~is_on[:-1] & lived, is_on[:-1] & ~is_on[1:] & lived
    return _after_start(began), _after_start(ended)


def _after_start(where: np.ndarray) -> Index:
    """The index of `where`, whose years begin with the first that was lived."""
    t, *rest = np.nonzero(where)
    return (t + 1, *rest)


def _ties(history: History) -> list[Rows]:
    """Sanctions, clients, offers and pacts that began or ended."""
    alive = history.actor["alive"] > 0
    _, (t, w, i, j) = _changes(history, history.pair["sanction"] > 0)
    ended = _chosen((t, w, i, j), alive[t, w, i] & alive[t, w, j])
    offered, _ = _changes(history, history.pair["offer"] > 0)
    pacts = [_chosen(index, index[2] < index[3]) for index in _changes(history, history.pair["pact"] > 0)]
    patron = history.actor["patron"]
    before, after = patron[:-1], patron[1:]
    changed = (before != after) & history.going[1:, :, None]
    gained, freed = (_after_start(changed & where) for where in (after != NOBODY, after == NOBODY))
    return [
        _rows(Kind.SANCTION, *sanctions_imposed(history)),
        _rows(Kind.SANCTION_ENDED, *ended),
        _rows(Kind.CLIENT, *gained, patron[gained]),
        _rows(Kind.RELEASED, *freed, patron[freed[0] - 1, freed[1], freed[2]]),
        _rows(Kind.OFFER, *offered),
        _rows(Kind.PACT, *pacts[0]),
        _rows(Kind.PACT_ENDED, *pacts[1]),
    ]


def _openings(history: History) -> list[Rows]:
    """Disputes opened: all that stand at a year's end."""
    t, w, i = np.nonzero((history.actor["dispute"] != NOBODY) & history.going[:, :, None])
    chosen = history.actor["chosen"][t, w, i]
    return [
        _rows(
            Kind.DISPUTE,
            *(t, w, i, history.actor["dispute"][t, w, i]),
            dispnum=_dispnum(history, t, w, i),
            chosen=chosen,
        )
    ]


def _falls(history: History) -> list[Rows]:
    """States that fell, by conquest or for want of output."""
    fell = (history.actor["fell"] > 0) & history.going[:, :, None]
    conqueror = history.actor["conqueror"]
    annexed, alone = np.nonzero(fell & (conqueror != NOBODY)), np.nonzero(fell & (conqueror == NOBODY))
    nobody = np.full(len(alone[0]), NOBODY)
    return [_rows(Kind.ANNEXED, *annexed, conqueror[annexed]), _rows(Kind.FELL, *alone, nobody)]


def _head_rows(history: History, kind: Kind, told: Heads) -> Rows:
    numbers = {"dispnum": _dispnum(history, told.t - 1, told.w, told.i)}
    if kind == Kind.WAR:
        numbers["odds"] = history.actor["odds"][told.t, told.w, told.i]
        numbers["outcome"] = np.select([told.outcome == ours for ours in COW_OUTCOME], [*COW_OUTCOME.values()])
    return _rows(kind, told.t, told.w, told.i, told.j, **numbers)


def _third_parties(history: History, heads: Heads, told: Heads, kind: Kind) -> list[Rows]:
    """What third parties did in wars, or where a challenger backed down; principals of a dispute are none."""
    t, w, i, j, _ = (column[:, None] for column in told)
    actors = history.player.shape[1]
    k = np.arange(actors)[None, :]
    busy = np.zeros(history.player.shape[:1] + history.going.shape[:1] + (actors,), bool)  # (W, T + 1, N)
    tested = heads.where(heads.outcome >= Outcome.BACKED_DOWN)
    busy[tested.w, tested.t, tested.i] = busy[tested.w, tested.t, tested.j] = True
    verb, target = history.actor["verb"][t, w, k], history.actor["target"][t, w, k]
    asked = (target == j) & (verb == Verb.ALLY)
    partner = history.pair["pact"][t - 1, w, k, j] > 0
    third = (k != i) & (k != j)
    if kind == Kind.BACKED_DOWN:
        free = ~busy[w, t, k]
        did = {STOOD_BY: free & asked, ASIDE: free & partner & ~asked}
    else:
        side = np.where(third, history.pair["side"][t, w, i, k], 0)
        asked |= ((target == j) & (verb == Verb.BANDWAGON)) | (history.actor["patron"][t - 1, w, k] == j)
        did = {
            JOINED: side > 0,
            STOOD_BY: (side < 0) & asked,
            IN_PART: (side < 0) & ~asked,
            ASIDE: third & (side == 0) & partner & ~busy[w, t, k],
        }
    numbers = _dispnum(history, told.t - 1, told.w, told.i)
    rows = []
    for name, where in did.items():
        n, party = np.nonzero(where)
        principal = (told.i if name == JOINED else told.j)[n]
        rows.append(_rows(name, told.t[n], told.w[n], party, principal, dispnum=numbers[n]))
    return rows
