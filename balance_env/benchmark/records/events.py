"""What happened, event by event, by the kinds of `balance_env.record`; and what third parties did."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...core.world import NOBODY, Outcome, Verb
from ...events import Kind
from .codebook import COW_LOST, COW_STALEMATE, COW_WON, DISPNUM, EVENT_KINDS, MISSING
from .dispute_years import WARS, DisputeYears, Heads
from .lived import Lived, places

KINDS = tuple(EVENT_KINDS)
JOINED, STOOD_BY, IN_PART, ASIDE = KINDS[len(Kind) :]  # a record's beside_actor, beside_target, in_part and aside
HEADS = {  # what a dispute that came to a head is told as; LAPSED and MUTUAL are told by something else
    Kind.SETTLED: (Outcome.SETTLED,),
    Kind.CAPITULATED: (Outcome.CAPITULATED,),
    Kind.BACKED_DOWN: (Outcome.BACKED_DOWN,),
    Kind.WAR: WARS,
}
COW_OUTCOME = {Outcome.WON: COW_WON, Outcome.LOST: COW_LOST, Outcome.STALEMATE: COW_STALEMATE}
Index = tuple[np.ndarray, ...]  # of arrays (L, N, N), or (L, N)


class Rows(NamedTuple):
    """Columns of events: place among the years lived, place of the kind in KINDS, two seats (j may be NOBODY)."""

    n: np.ndarray
    kind: np.ndarray
    i: np.ndarray
    j: np.ndarray
    dispnum: np.ndarray
    chosen: np.ndarray
    outcome: np.ndarray
    odds: np.ndarray


def event_rows(lived: Lived, disputes: DisputeYears) -> Rows:
    """All events, sorted by year lived, kind as a year brings them, and seats."""
    heads = disputes.heads
    parts = [*_ties(lived), _openings(lived), *_falls(lived)]
    for kind, outcomes in HEADS.items():
        told = heads.where(np.isin(heads.outcome, outcomes))
        parts.append(_head_rows(lived, kind, told))
        if kind in (Kind.WAR, Kind.BACKED_DOWN):
            parts += _third_parties(lived, heads, told, kind)
    rows = Rows(*(np.concatenate(column) for column in zip(*parts, strict=True)))
    seats = lived.ident.shape[1] + 1  # NOBODY is one
    key = ((rows.n * len(KINDS) + rows.kind) * seats + rows.i) * seats + rows.j - NOBODY
    order = np.argsort(key, kind="stable")  # one number is sorted in a third of the time of four columns
    return Rows(*(column[order] for column in rows))


def sanctions_imposed(lived: Lived) -> Index:
    """Year lived, sender and object of every sanction that did not stand as its year opened."""
    n, i = places(lived.actor["verb"] == Verb.SANCTION)
    j = lived.actor["target"][n, i]
    return _only((n, i, j), lived.pair("sanction", opens=True)[n, i, j] == 0)


def _only(index: Index, chosen: np.ndarray) -> Index:
    return tuple(place[chosen] for place in index)


def _rows(kind: str, index: Index, j: np.ndarray | None = None, **numbers: np.ndarray) -> Rows:
    """Rows of one kind at [n, i, j], or at [n, i] with `j` beside it; numbers that are not given are missing."""
    n, i, j = index if j is None else (*index, j)
    missing = np.full(len(n), MISSING, "i4")
    given = {"dispnum": missing, "chosen": missing, "outcome": missing, "odds": np.full(len(n), np.nan), **numbers}
    return Rows(n, np.full(len(n), KINDS.index(kind), "i4"), i, j, **given)


def _dispnum(lived: Lived, n: np.ndarray, challenger: np.ndarray, years_ago: int) -> np.ndarray:
    """The number of a dispute that was opened so many years before the years at the places `n`."""
    return (DISPNUM * (lived.t[n] - years_ago) + lived.ident[n, challenger]).astype("i4")


def _began(lived: Lived, field: str) -> Index:
    """Where something between two states is that was not as the year opened."""
    return places((lived.pair(field, opens=False) > 0) & ~(lived.pair(field, opens=True) > 0))


def _ended(lived: Lived, field: str) -> Index:
    """Where something between two states is no more."""
    return places((lived.pair(field, opens=True) > 0) & ~(lived.pair(field, opens=False) > 0))


def _ties(lived: Lived) -> list[Rows]:
    """Sanctions, clients, offers and pacts that began or ended."""
    alive = lived.actor["alive"] > 0
    n, i, j = _ended(lived, "sanction")
    ended = _only((n, i, j), alive[n, i] & alive[n, j])
    began, lapsed = (_only(index, index[1] < index[2]) for index in (_began(lived, "pact"), _ended(lived, "pact")))
    before, after = lived.opening["patron"], lived.actor["patron"]
    gained = places((before != after) & (after != NOBODY))
    freed = places((before != after) & (after == NOBODY))
    return [
        _rows(Kind.SANCTION, sanctions_imposed(lived)),
        _rows(Kind.SANCTION_ENDED, ended),
        _rows(Kind.CLIENT, gained, after[gained]),
        _rows(Kind.RELEASED, freed, before[freed]),
        _rows(Kind.OFFER, _began(lived, "offer")),
        _rows(Kind.PACT, began),
        _rows(Kind.PACT_ENDED, lapsed),
    ]


def _openings(lived: Lived) -> Rows:
    """Disputes opened: all that stand at a year's end."""
    target = lived.actor["dispute"]
    at = places(target != NOBODY)
    numbers = {"dispnum": _dispnum(lived, at[0], at[1], years_ago=0), "chosen": lived.actor["chosen"][at]}
    return _rows(Kind.DISPUTE, at, target[at], **numbers)


def _falls(lived: Lived) -> list[Rows]:
    """States that fell, by conquest or for want of output."""
    fell, conqueror = lived.actor["fell"] > 0, lived.actor["conqueror"]
    annexed, alone = places(fell & (conqueror != NOBODY)), places(fell & (conqueror == NOBODY))
    return [_rows(Kind.ANNEXED, annexed, conqueror[annexed]), _rows(Kind.FELL, alone, conqueror[alone])]


def _head_rows(lived: Lived, kind: Kind, told: Heads) -> Rows:
    numbers = {"dispnum": _dispnum(lived, told.n, told.i, years_ago=1)}
    if kind == Kind.WAR:
        numbers["odds"] = lived.actor["odds"][told.n, told.i]
        numbers["outcome"] = np.select([told.outcome == ours for ours in COW_OUTCOME], [*COW_OUTCOME.values()])
    return _rows(kind, (told.n, told.i, told.j), **numbers)


def _third_parties(lived: Lived, heads: Heads, told: Heads, kind: Kind) -> list[Rows]:
    """What third parties did in wars, or where a challenger backed down; principals of a dispute are none."""
    n, i, j = told.n, told.i[:, None], told.j[:, None]
    k = np.arange(lived.ident.shape[1])[None, :]
    busy = np.zeros(lived.ident.shape, bool)
    tested = heads.where(heads.outcome >= Outcome.BACKED_DOWN)
    busy[tested.n, tested.i] = busy[tested.n, tested.j] = True
    is_free = ~busy[n]
    verb, towards_target = lived.actor["verb"][n], lived.actor["target"][n] == j
    asked = towards_target & (verb == Verb.ALLY)
    partner = lived.pair("pact", opens=True)[n, :, told.j] > 0
    if kind == Kind.BACKED_DOWN:
        did = {STOOD_BY: is_free & asked, ASIDE: is_free & partner & ~asked}
    else:
        third = (k != i) & (k != j)
        side = np.where(third, lived.history.pair["side"][lived.t[n], lived.w[n], told.i], 0)
        asked |= (towards_target & (verb == Verb.BANDWAGON)) | (lived.opening["patron"][n] == j)
        did = {
            JOINED: side > 0,
            STOOD_BY: (side < 0) & asked,
            IN_PART: (side < 0) & ~asked,
            ASIDE: third & (side == 0) & partner & is_free,
        }
    numbers = _dispnum(lived, n, told.i, years_ago=1)
    rows = []
    for name, where in did.items():
        row, party = places(where)
        principal = (told.i if name == JOINED else told.j)[row]
        rows.append(_rows(name, (n[row], party, principal), dispnum=numbers[row]))
    return rows
