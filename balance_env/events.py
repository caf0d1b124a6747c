"""What can happen between states in a year, and each event in one plain sentence."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from .core.world import Outcome


class Kind(StrEnum):
    """Kinds of events, in the order in which a year brings them."""

    SANCTION = "sanction"
    SANCTION_ENDED = "sanction ended"
    CLIENT = "client"
    RELEASED = "released"
    PACT_ENDED = "pact ended"
    OFFER = "offer"
    PACT = "pact"
    SETTLED = "settled"
    CAPITULATED = "capitulated"
    BACKED_DOWN = "backed down"
    WAR = "war"
    ANNEXED = "annexed"
    DISPUTE = "dispute"
    FELL = "fell"


class Event(NamedTuple):
    """Something that happened between `actor` and `target` in a year, with its numbers."""

    year: int
    kind: Kind
    actor: str
    target: str | None = None
    cause: str = ""  # how a dispute opened or a war began; against whom a patron was joined; why a tie ended
    outcome: Outcome = Outcome.NONE  # of a war, as the challenger's
    odds: float | None = None  # that the challenger wins a decided war
    beside_actor: tuple[str, ...] = ()  # third parties on the challenger's side
    beside_target: tuple[str, ...] = ()  # third parties that stood by the target by their act
    in_part: tuple[str, ...] = ()  # those that brought a part of their pledge, unasked
    aside: tuple[str, ...] = ()  # the target's partners that brought nothing, or did not speak up for it

    def sentence(self) -> str:
        """The event in one plain sentence."""
        return _SENTENCES[self.kind](self)


class Answer(NamedTuple):
    """What a third party did in the year of a dispute's showdown."""

    year: int
    state: str
    challenger: str
    target: str
    answer: str  # one of ANSWERS


ANSWERS = ("stood by", "sanctioned", "armed", "stayed out", "joined")  # from balancing to bandwagoning


def listed(names: Sequence[str]) -> str:
    """`A`, `A and B`, `A, B and C`."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _acts(subject: Sequence[str], plural: str, singular: str) -> str:
    """`A and B stand`, `A stands`."""
    return f"{listed(subject)} {plural if len(subject) > 1 else singular}"


def _crowd(event: Event) -> list[str]:
    """Clauses on the third parties of a war."""
    clauses = []
    if event.beside_target:
        clauses.append(f"{_acts(event.beside_target, 'stand', 'stands')} by {event.target}")
    if event.in_part:
        clauses.append(f"{_acts(event.in_part, 'bring', 'brings')} {event.target} a part of what was pledged")
    if event.aside:
        clauses.append(f"{_acts(event.aside, 'stay', 'stays')} out, though pledged to {event.target}")
    if event.beside_actor:
        clauses.append(f"{_acts(event.beside_actor, 'march', 'marches')} with {event.actor}")
    return clauses


def _tell_war(event: Event) -> str:
    result = {
        Outcome.WON: f"{event.actor} wins",
        Outcome.LOST: f"{event.target} wins",
        Outcome.STALEMATE: "a stalemate",
    }[event.outcome]
    start = (
        f"{event.actor} and {event.target} both press their dispute to war"
        if event.cause == "both"
        else f"{event.actor} presses its dispute with {event.target} to war"
    )
    odds = f"odds {100 * (event.odds or 0.0):.0f} % for {event.actor}"
    return "; ".join([start, *_crowd(event), odds, result]) + "."


def _tell_retreat(event: Event) -> str:
    stood = f"{listed(event.beside_target)} stood by {event.target}" if event.beside_target else ""
    silent = f"{listed(event.aside)}, though pledged to {event.target}, did not" if event.aside else ""
    if silent and not stood:
        silent = f"{listed(event.aside)}, though pledged to {event.target}, did not stand by it"
    clauses = [f"{event.actor} backs down in its dispute with {event.target}", stood, silent]
    return "; ".join(clause for clause in clauses if clause) + "."


def _tell_surrender(event: Event) -> str:
    if event.cause == "target":
        return f"{event.target} capitulates to {event.actor} and becomes its client."
    return f"{event.actor} drops its dispute with {event.target} and becomes its client."


_SENTENCES = {
    Kind.SANCTION: lambda e: f"{e.actor} imposes sanctions on {e.target}.",
    Kind.SANCTION_ENDED: lambda e: f"{e.actor}'s sanctions on {e.target} run out.",
    Kind.CLIENT: lambda e: (
        f"{e.actor} joins {e.target} against {e.cause} and becomes its client."
        if e.cause
        else f"{e.actor} bandwagons with {e.target} and becomes its client."
    ),
    Kind.RELEASED: lambda e: f"{e.actor} is no longer {e.target}'s client, {e.cause}.",
    Kind.PACT_ENDED: lambda e: f"The pact of {e.actor} and {e.target} ends: {e.cause}.",
    Kind.OFFER: lambda e: f"{e.actor} offers {e.target} a pact.",
    Kind.PACT: lambda e: f"{e.actor} and {e.target} conclude a defence pact.",
    Kind.SETTLED: lambda e: f"{e.actor} and {e.target} settle their dispute by a pact.",
    Kind.CAPITULATED: _tell_surrender,
    Kind.BACKED_DOWN: _tell_retreat,
    Kind.WAR: _tell_war,
    Kind.ANNEXED: lambda e: f"{e.actor} is annexed by {listed((e.target or '', *e.beside_actor))}.",
    Kind.DISPUTE: lambda e: (
        f"{e.actor} sets out to coerce {e.target}."
        if e.cause == "choice"
        else f"A dispute arises: {e.actor} challenges {e.target}."
    ),
    Kind.FELL: lambda e: f"{e.actor} falls: {e.cause}.",
}
