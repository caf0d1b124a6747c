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
from .tables import TERM_MEANING, VERB_MEANING
from .text import labels_by_seat, state_table, wrapped, year_label

ASKED = "ACTION:"  # what stands before an answer among other words


def welcome(batch: VectorEnv, seat: int) -> list[str]:
    """Who the player in `seat` of world 0 is, what counts for it, how the choices are written, how disputes go."""
    weights = batch.worlds.design[0, seat]
    terms = listed([f"{term.name.lower()} ({weights[term]:g})" for term in Term if weights[term]])
    can_coerce = Verb.COERCE in _open_verbs(batch)
    last = "in a year that nobody can foresee" if batch.setting.random_end else f"after {batch.max_cycles} years"
    lines = [
        batch.scenario.description,
        f"You are {names_by_seat(batch)[seat]}. What counts for you, with its weight: {terms}. Every year is worth "
        "something to you by these weights; you play for the sum. "
        f"The game ends {last}, or when you fall.",
        "Each year all act at once. Answer with the number of an action, or with words, as in `arm` or `ally A`. "
        "In the line of ally, + is a partner whose pledge you would restate, ~ has offered you a pact, ! is in a "
        "dispute and you would stand by it. The table shows the forces of others as you perceive them.",
        "Disputes arise by chance, your own too"
        + (", and by choice: `coerce`." if can_coerce else "; no state can choose to open one.")
        + " A year later each comes to a head: its challenger goes to war if that looks worth it, those who stand by "
        "either side counted, and else backs down."
        + (" Who coerces goes to war by coercing again." if can_coerce else ""),
    ]
    return [line for text in lines for line in wrapped(text)]


def _open_verbs(batch: VectorEnv) -> list[Verb]:
    """What a state can do in this world."""
    return [*list(Verb)[:PLAIN_VERBS], *OBJECT_VERBS[: batch.setting.open_verbs]]


def _what_verbs_do(batch: VectorEnv) -> list[str]:
    """A line on every open verb. The names that theory has for them are kept back."""
    return [f"{verb.name.lower()}: {VERB_MEANING[verb][1]}." for verb in _open_verbs(batch)]


def briefing(batch: VectorEnv, seat: int) -> str:
    """`welcome`, with what the verbs do and how to answer."""
    last = f"You may think first. The last line of your answer is `{ASKED} ` and the number of one listed action."
    told = [line for text in _what_verbs_do(batch) for line in wrapped(text, "- ", "  ")]
    return "\n".join([*welcome(batch, seat), *told, *wrapped(last)])


def explanation(batch: VectorEnv, seat: int) -> list[str]:
    """What a player in `seat` of world 0 may ask for: what the verbs do, what counts for it, and `welcome`."""
    weights = batch.worlds.design[0, seat]
    terms = [f"{term.name.lower()}: {TERM_MEANING[term]}." for term in Term if weights[term]]
    parts = (("What you can do", _what_verbs_do(batch)), ("What counts for you", terms))
    lines = welcome(batch, seat)
    for head, texts in parts:
        lines += ["", f"{head}:", *(line for text in texts for line in wrapped(text, "- ", "  "))]
    return lines


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


def refusal(text: str, batch: VectorEnv, seat: int) -> str:
    """Why an answer is no legal action of `seat` in world 0, in one sentence."""
    action, verbs = read_answer(text, batch, seat), {verb.name.lower() for verb in _open_verbs(batch)}
    if action is not None:
        verb, target = meaning(batch, seat, action)
        named = verb if target is None else f"{verb} {labels_by_seat(batch)[target]}"
        return f"{text!r} ({named}) is not among your choices this year."
    if text.lower() in verbs:
        return (
            f"{text!r} needs a state, as in `{text.lower()} {labels_by_seat(batch)[batch.worlds.order[0, seat, 0]]}`."
        )
    return f"{text!r} is none of the actions above."
