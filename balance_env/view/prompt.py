"""A seat in words for whoever answers in words, a person or a language model; and how an answer is read."""

from __future__ import annotations

import re

from ..chronicle import names_by_seat
from ..core.actions import OBJECT_VERBS, PLAIN_VERBS
from ..core.reward import Term
from ..core.world import Clock, Verb
from ..events import listed
from ..vector import VectorEnv
from .seat import choices, meaning, what_seat_sees
from .tables import VERB_MEANING
from .text import labels_by_seat, state_table, wrapped, year_label

ASKED = "ACTION:"  # what stands before an answer among other words


def welcome(batch: VectorEnv, seat: int) -> list[str]:
    """Who the player in `seat` of world 0 is, what counts for it and how the choices are written."""
    weights = batch.worlds.design[0, seat]
    terms = listed([f"{term.name.lower()} ({weights[term]:g})" for term in Term if weights[term]])
    can_coerce = batch.setting.open_verbs > OBJECT_VERBS.index(Verb.COERCE)
    lines = [
        batch.scenario.description,
        f"You are {names_by_seat(batch)[seat]}. What counts for you, with its weight: {terms}.",
        "Each year all act at once. Answer with the number of an action, or with words, as in `arm` or `ally A`. "
        "In the line of ally, + is a partner whose pledge you would restate, ~ has offered you a pact, ! is in a "
        "dispute and you would stand by it. The table shows the forces of others as you perceive them.",
        "Disputes arise by chance"
        + (", and by choice: `coerce`." if can_coerce else "; no state can choose to open one."),
    ]
    return [line for text in lines for line in wrapped(text)]


def briefing(batch: VectorEnv, seat: int) -> str:
    """`welcome`, with what the verbs do and how to answer. The names that theory has for them are kept back."""
    verbs = [*list(Verb)[:PLAIN_VERBS], *OBJECT_VERBS[: batch.setting.open_verbs]]
    told = [line for v in verbs for line in wrapped(f"{VERB_MEANING[v][1]}.", f"- {v.name.lower()}: ", "  ")]
    last = f"You may think first. The last line of your answer is `{ASKED} ` and the number of one listed action."
    return "\n".join([*welcome(batch, seat), *told, *wrapped(last)])


def situation(batch: VectorEnv, seat: int) -> str:
    """The year as the state in `seat` of world 0 perceives it, and its legal actions by number."""
    year = year_label(batch.scenario, int(batch.worlds.clock[0, Clock.YEAR]) + 1)
    parts = [[state_table(batch, seat)], what_seat_sees(batch, seat), [f"You may, in {year}:", *choices(batch, seat)]]
    return "\n\n".join("\n".join(part) for part in parts)


def words(batch: VectorEnv, seat: int) -> dict[str, int]:
    """Every action of `seat` in world 0 by its words in lower case: `arm`, `ally frn`, `ally france`."""
    names, labels = names_by_seat(batch), labels_by_seat(batch)
    spoken = {}
    for action in range(batch.num_actions):
        verb, target = meaning(batch, seat, action)
        objects = [""] if target is None else [f" {labels[target]}", f" {names[target]}"]
        spoken.update({f"{verb}{thing}".lower(): action for thing in objects})
    return spoken


def read_answer(text: str, batch: VectorEnv, seat: int) -> int | None:
    """The action that an answer names by number or words, legal or not; None where it names none.

    What follows the last `ACTION:` counts, else the whole answer: a number somewhere in a sentence is no choice.
    """
    *_, said = re.split(re.escape(ASKED), text, flags=re.IGNORECASE)
    plain = " ".join(re.sub(r"[*_`\"'<>\[\]().!]", " ", said).lower().split())
    if plain.isdecimal():
        return int(plain) if int(plain) < batch.num_actions else None
    return words(batch, seat).get(plain)
