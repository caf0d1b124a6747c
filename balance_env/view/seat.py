"""What a player sees from a seat, in words: the world, the choices, the reward and how the game went."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..chronicle import names_by_seat, snapshot
from ..core.actions import action_table
from ..core.pieces import GROWTH_SCALE, Other, Own
from ..core.reward import DESIGNS, Term, design_weights
from ..core.world import NOBODY, World
from ..events import listed
from ..record import Recorder
from ..vector import VectorEnv
from .text import blocks, closing, columns, design_name, labels_by_seat, wrapped


def what_seat_sees(batch: VectorEnv, seat: int) -> list[str]:
    """What the state in `seat` of world 0 perceives, in sentences: from its own row, not from the truth."""
    world, names = snapshot(batch), names_by_seat(batch)
    row, block = blocks(batch, seat)
    slots = list(block)
    me = world.actor[seat]
    fears = sorted((j for j in slots if block[j][Other.ALIVE]), key=lambda j: -block[j][Other.THREAT])
    said = [
        f"You hold {100 * row[Own.SHARE]:.0f} % of the system's capability; your defence, partners and all, covers "
        f"{100 * row[Own.SECURITY]:.0f} % of the worst attack you can imagine.",
        "You fear " + listed([f"{names[j]} ({100 * block[j][Other.THREAT]:.0f})" for j in fears[:3]]) + ", of 100.",
    ]
    if me.patron != NOBODY:
        said.append(f"You are {names[me.patron]}'s client: it takes tribute and half of your force in war.")
    if row[Own.EMBARGO] > 0:
        said.append(f"Sanctions cost you {100 * row[Own.EMBARGO] / GROWTH_SCALE:.1f} % of growth.")
    for j in slots:
        if block[j][Other.OFFER_TO_ME] > 0:
            said.append(f"{names[j]} offers you a pact: ally with it to conclude it.")
    for c, challenger in enumerate(world.actor):
        if challenger.dispute != NOBODY:
            said.append(_see_dispute(block, names, seat, c, int(challenger.dispute)))
    return [line for text in said for line in wrapped(text, "- ", "  ")]


def _see_dispute(block: dict[int, np.ndarray], names: Sequence[str], seat: int, c: int, j: int) -> str:
    """A dispute of c with j as the player sees it, with the odds of its war."""
    if seat == j:
        return f"{names[c]} CHALLENGES YOU. You give it {100 * block[c][Other.ODDS]:.0f} % to win a war."
    if seat == c:
        odds_of_war = 100 * (1 - block[j][Other.ODDS])
        return f"Your dispute with {names[j]} is open. You give yourself {odds_of_war:.0f} % to win a war."
    odds = {name: 100 * block[c][piece] for name, piece in _ODDS.items()}
    friend = ", your partner," if block[j][Other.PACT] else ""
    return (
        f"{names[c]} challenges {names[j]}{friend} and would win with {odds['out']:.0f} %: {odds['by']:.0f} % if you "
        f"ally with {names[j]}, {odds['with']:.0f} % if you bandwagon with {names[c]}."
    )


_ODDS = {"out": Other.ODDS, "by": Other.ODDS_AGAINST_ME, "with": Other.ODDS_WITH_ME}


def choices(batch: VectorEnv, seat: int) -> list[str]:
    """The legal actions of `seat` in world 0, by verb, each with its number."""
    world, labels = snapshot(batch), labels_by_seat(batch)
    legal = np.flatnonzero(batch.action_masks[0, seat])
    by_verb: dict[str, list[str]] = {}
    for action in legal:
        verb, target = meaning(batch, seat, int(action))
        text = f"{action} {verb}" if target is None else f"{action} {labels[target]}{_mark(world, seat, target, verb)}"
        by_verb.setdefault("" if target is None else verb, []).append(text)
    return [line for verb, texts in by_verb.items() for line in wrapped("   ".join(texts), f"  {verb:10}")]


def _mark(world: World, seat: int, j: int, verb: str) -> str:
    """What stands out about an object: `+` a partner, `~` it has offered a pact, `!` challenged by another."""
    if verb != "ally":
        return ""
    is_challenged = any(other.dispute == j for k, other in enumerate(world.actor) if k != seat)
    return "+" * int(world.pair.pact[seat, j]) + "~" * int(world.pair.offer[j, seat] > 0) + "!" * int(is_challenged)


def meaning(batch: VectorEnv, seat: int, action: int) -> tuple[str, int | None]:
    """(verb, seat of its object or None) of an action of `seat` in world 0."""
    name, _, slot = action_table(batch.num_actors, batch.setting.open_verbs)[action].partition(" +")
    return name, int(batch.worlds.order[0, seat, int(slot) - 1]) if slot else None


def tell_reward(recorder: Recorder, seat: int) -> list[str]:
    """What last year was worth to the state in `seat`, by the terms it cares for."""
    row, weights = recorder.of_year(recorder.year)[seat], recorder.batch.worlds.design[0, seat]
    parts = [f"{term.name.lower()} {weights[term] * row.terms[term]:+.3f}" for term in Term if weights[term]]
    return wrapped(f"The year was worth {row.reward:+.3f} to you: {', '.join(parts)}.", " " * 6)


def debrief(recorder: Recorder, seat: int) -> list[str]:
    """After a game: what each design would have made of the seat's years, and who balanced."""
    batch = recorder.batch
    years = np.array([row.terms for row in recorder.states if row.seat == seat])
    sums = years.sum(axis=0)
    weights = {name.replace("_", " "): np.array(design_weights(name, batch.parameters)) for name in DESIGNS}
    totals = {name: _totals(recorder, weight) for name, weight in weights.items()}
    rows = [("term", "sum", *weights)]
    for term in Term:
        parts = [f"{weight[term] * sums[term]:.2f}" if weight[term] else "" for weight in weights.values()]
        rows.append((term.name.lower(), f"{sums[term]:.2f}", *parts))
    rows.append(("total", "", *[f"{total[seat]:.2f}" for total in totals.values()]))
    ranks = [f"{1 + sum(other > total[seat] for other in total)} of {len(total)}" for total in totals.values()]
    rows.append(("rank among the states", "", *ranks))
    own = batch.worlds.design[0, seat]
    return [
        *wrapped(f"You were {recorder.names[seat]} and wanted: {design_name(own, batch)}. {_placed(recorder, seat)}"),
        "What your years would have been worth by each design, and where that would have put you:",
        *columns(rows, right=range(1, len(rows[0]))),
        "",
        *closing(recorder),
    ]


def _placed(recorder: Recorder, seat: int) -> str:
    """How the seat's years compare with those of the others, all weighed as it weighs them."""
    totals = _totals(recorder, recorder.batch.worlds.design[0, seat])
    best = int(totals.argmax())
    place = f"rank {1 + int(sum(totals > totals[seat]))} of {len(totals)}"
    leader = "" if totals[best] == totals[seat] else f"; {recorder.names[best]} did best, with {totals[best]:.2f}"
    return f"By your own weights your years came to {totals[seat]:.2f}, {place}{leader}."


def _totals(recorder: Recorder, weights: np.ndarray) -> np.ndarray:
    """Weighted sum of the terms of every seat (N,)."""
    terms = np.array([row.terms for row in recorder.states]).reshape(-1, len(recorder.names), len(Term))
    return terms.sum(axis=0) @ weights
