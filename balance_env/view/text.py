"""A world in words: the table of a year, its history in sentences, and what a seat sees."""

from __future__ import annotations

import re
import textwrap
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

import numpy as np

from ..chronicle import events_of_year, names_by_seat, snapshot
from ..core.pieces import OTHER_SIZE, OTHERS_START, Other, Own
from ..core.reward import DESIGNS, Term, design_weights
from ..core.world import NOBODY, Clock, Ending, Verb, World
from ..events import ANSWERS, Event, Kind, listed
from ..record import Recorder
from ..scenario import Scenario, letters
from ..vector import VectorEnv

WIDTH = 100  # columns
BAR = 5  # columns of a share's bar
EIGHTHS = " ▏▎▍▌▋▊▉█"
MINOR = (Kind.OFFER, Kind.SANCTION_ENDED)  # events that a history leaves out
ENDINGS = {
    Ending.CHANCE: "by chance: the game ends for everyone in a year that nobody could foresee",
    Ending.HEGEMONY: "in hegemony: one state holds more of the system's capability than the rest can balance",
    Ending.LAST_STATE: "for want of states: at most one is left",
    Ending.TIME: "at its horizon",
}


def first_year(scenario: Scenario) -> int:
    """The year from which a scenario counts: the one its name ends in, as in `powers_1913`, else 0."""
    found = re.search(r"_(\d{4})$", scenario.name)
    return int(found[1]) if found else 0


def year_label(scenario: Scenario, year: int) -> str:
    """`1914` where the scenario's name says when it begins, else `year 1`."""
    start = first_year(scenario)
    return str(start + year) if start else f"year {year}"


def labels_by_id(scenario: Scenario) -> list[str]:
    """A short label for each state by its id: its code where it has one, a letter where it is anonymous."""
    if isinstance(scenario.states, int) or scenario.anonymous:
        return [letters(a) for a in range(len(scenario.state_names()))]
    return [state.code or state.name for state in scenario.states]


def labels_by_seat(batch: VectorEnv, w: int = 0) -> list[str]:
    """A short label for the state in each seat of world `w`."""
    labels = labels_by_id(batch.scenario)
    return [labels[ident] for ident in batch.worlds.actor[w].ident]


def design_name(weights: Iterable[float], batch: VectorEnv) -> str:
    """The name of a design, or its weights by term."""
    given = list(weights)
    for name in DESIGNS:
        if np.allclose(given, design_weights(name, batch.parameters)):
            return name.replace("_", " ")
    return ", ".join(f"{term.name.lower()} {given[term]:g}" for term in Term if given[term])


def bar(share: float, width: int = BAR) -> str:
    """A bar of at most `width` columns, full at a share of one half."""
    eighths = round(8 * width * min(1.0, 2.0 * share))
    return ("█" * (eighths // 8) + EIGHTHS[eighths % 8]).strip().ljust(width)


def percent(share: float) -> str:
    """A share as a bar and in %."""
    return f"{bar(share)}{100 * share:5.1f}%"


def effective_poles(shares: Iterable[float]) -> float:
    """How many equal states would be as concentrated: one over the sum of squared shares.

    Source: Laakso & Taagepera 1979, Effective number of parties, Comparative Political Studies 12(1).
    """
    squares = sum(share * share for share in shares)
    return 1.0 / squares if squares else 0.0


def counted(number: int, thing: str) -> str:
    """`1 war`, `2 wars`."""
    return f"{number} {thing}{'' if number == 1 else 's'}"


def wrapped(text: str, first: str = "", hanging: str | None = None, width: int = WIDTH) -> list[str]:
    """`text` in lines of at most `width` columns; `first` before the first, `hanging` before the others."""
    rest = " " * len(first) if hanging is None else hanging
    return textwrap.wrap(text, width, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False)


def columns(rows: Sequence[Sequence[str]], right: Sequence[int] = (), gap: int = 2) -> list[str]:
    """Rows of cells as lines, each column as wide as its widest cell; those in `right` aligned to the right."""
    widths = [max(len(row[c]) for row in rows) for c in range(len(rows[0]))]
    return [
        (" " * gap)
        .join(
            cell.rjust(width) if c in right else cell.ljust(width)
            for c, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        .rstrip()
        for row in rows
    ]


# the table of a year


def did(world: World, i: int, labels: Sequence[str]) -> str:
    """What i did this year: `arm`, `ally FRN`."""
    me = world.actor[i]
    verb = Verb(me.verb).name.lower()
    return verb if me.target == NOBODY else f"{verb} {labels[me.target]}"


def standing(world: World, i: int, labels: Sequence[str]) -> str:
    """Whom i is tied to, with its pledge in %, and what it is in with others."""
    me, pair = world.actor[i], world.pair
    parts = []
    challengers = [labels[k] for k, other in enumerate(world.actor) if other.dispute == i]
    if challengers:
        parts.append(f"CHALLENGED by {' '.join(challengers)}")
    if me.dispute != NOBODY:
        parts.append(f"CHALLENGES {labels[me.dispute]}")
    if me.patron != NOBODY:
        parts.append(f"client of {labels[me.patron]}")
    partners = [f"{labels[j]} {100 * pair.willingness[i, j]:.0f}" for j in range(len(labels)) if pair.pact[i, j]]
    if partners:
        parts.append(f"with {', '.join(partners)}")
    senders = [labels[k] for k in range(len(labels)) if pair.sanction[k, i]]
    if senders:
        parts.append(f"sanctioned by {' '.join(senders)}")
    return "; ".join(parts)


def heading(scenario: Scenario, year: int, shares: Sequence[float], living: int) -> str:
    """The line above a table: when, how many states, how many poles."""
    when = f"{year_label(scenario, year)} (year {year})" if first_year(scenario) else f"Year {year}"
    return f"{when}: {counted(living, 'state')}, {effective_poles(shares):.1f} effective poles"


def year_table(batch: VectorEnv) -> str:
    """World 0 of the batch as it stands: `state_table`, and what its end tells of the year: disputes, wars, falls."""
    world, names = snapshot(batch), names_by_seat(batch)
    told = [wrapped(event.sentence(), "* ") for event in events_of_year(world, world, names)]
    return "\n".join([state_table(batch), *(line for lines in told for line in lines)])


def state_table(batch: VectorEnv, viewer: int | None = None) -> str:
    """A table of the states of world 0: as they are, or as the state in the seat `viewer` perceives them.

    Share is of the system's capability (a full bar is one half); output 1.00 is the mean at the
    start; `with B 60` means: a partner of B, with 60 % of its usable force pledged to it. A viewer
    misperceives others' forces, and does not know what they want.
    """
    world, names, labels = snapshot(batch), names_by_seat(batch), labels_by_seat(batch)
    actor, year = world.actor, int(world.clock[Clock.YEAR])
    share, forces, wants = actor["opening_share"], actor["forces"], [design_name(w, batch) for w in world.design]
    if viewer is not None:
        own, others = blocks(batch, viewer)
        share = np.array([own[Own.SHARE] if i == viewer else others[i][Other.SHARE] for i in range(len(names))])
        forces = forces * np.exp(world.pair.error[viewer])
        wants = [want if i == viewer else "" for i, want in enumerate(wants)]
    is_anonymous = isinstance(batch.scenario.states, int) or batch.scenario.anonymous
    wide = max(map(len, labels))
    title = [
        name if is_anonymous or label == name else f"{label:{wide}} {name}"
        for label, name in zip(labels, names, strict=True)
    ]
    short = [want if not want or want.replace(" ", "_") in DESIGNS else "own" for want in wants]
    rows: list[Sequence[str]] = [("state", "capability", "output", "forces", "tech", "wants", "did" if year else "")]
    for i, me in enumerate(actor):
        act = did(world, i, labels) if year and (me.alive or me.fell) else ""
        numbers = (f"{me.economy:.2f}", f"{forces[i]:.2f}", f"{me.technology:.2f}")
        rows.append(
            (title[i], percent(share[i]), *numbers, short[i], act)
            if me.alive
            else (title[i], "fallen", "", "", "", "", act)
        )
    lines = [heading(batch.scenario, year, share.tolist(), int(actor["alive"].sum()))]
    left = columns(rows, right=(2, 3, 4), gap=1)
    indent = max(map(len, left)) + 1
    lines.append(f"{left[0]:{indent}}ties (its pledge, %)")
    for i, line in enumerate(left[1:]):
        ties = standing(world, i, labels) if actor[i].alive else ""
        lines += wrapped(ties, f"{line:{indent}}", " " * indent) or [line]
    lines += [f"{name} wants {want}" for name, want, word in zip(names, wants, short, strict=True) if word == "own"]
    return "\n".join(lines)


# a history


def merged(events: Sequence[Event]) -> list[str]:
    """The events as sentences: those of one kind with one object together, what a fall or a surrender says but once."""
    surrenders = [event for event in events if event.kind == Kind.CAPITULATED]
    told_as_such = {(e.target, e.actor) if e.cause == "target" else (e.actor, e.target) for e in surrenders}
    fallen = {event.actor for event in events if event.kind in (Kind.ANNEXED, Kind.FELL)}
    groups: dict[tuple, list[Event]] = {}
    for event in events:
        if event.kind == Kind.CLIENT and (event.actor, event.target) in told_as_such:
            continue
        if event.kind in (Kind.PACT_ENDED, Kind.RELEASED) and fallen & {event.actor, event.target}:
            continue
        if event.kind == Kind.PACT:
            event = _hub_last(event, events)
        key = (event.kind, event.target, event.cause) if event.kind in _TOGETHER else (event,)
        groups.setdefault(key, []).append(event)
    told = []
    for group in groups.values():
        first = group[0]
        if len(group) == 1:
            told.append(first.sentence())
        else:
            told.append(_TOGETHER[first.kind](listed([event.actor for event in group]), first))
    return told


def _hub_last(pact: Event, events: Sequence[Event]) -> Event:
    """The pact with the partner that concludes more pacts this year as its target."""
    count = Counter(name for event in events if event.kind == Kind.PACT for name in (event.actor, event.target))
    return pact._replace(actor=str(pact.target), target=pact.actor) if count[pact.actor] > count[pact.target] else pact


_TOGETHER: dict[Kind, Callable[[str, Event], str]] = {
    Kind.SANCTION: lambda who, e: f"{who} impose sanctions on {e.target}.",
    Kind.CLIENT: lambda who, e: (
        f"{who} join {e.target} against {e.cause} and become its clients."
        if e.cause
        else f"{who} bandwagon with {e.target} and become its clients."
    ),
    Kind.RELEASED: lambda who, e: f"{who} are no longer {e.target}'s clients, {e.cause}.",
    Kind.OFFER: lambda who, e: f"{who} offer {e.target} pacts.",
    Kind.PACT: lambda who, e: f"{e.target} concludes defence pacts with {who}.",
}


def tell_year(recorder: Recorder, year: int, is_full: bool = False) -> list[str]:
    """What happened in a year, in sentences; empty where nothing is worth telling, unless `is_full`."""
    told = [event for event in recorder.events if event.year == year and (is_full or event.kind not in MINOR)]
    if not told and not is_full:
        return []
    label = year_label(recorder.batch.scenario, year)
    return wrapped(" ".join(merged(told)) or "Nothing worth telling.", f"{label}  ", " " * 6)


def closing(recorder: Recorder) -> list[str]:
    """How an episode ended: survivors, capability, poles, disputes and wars, acts and answers."""
    start, end = recorder.of_year(0), recorder.of_year(recorder.year)
    kinds = Counter(event.kind for event in recorder.events)
    poles = [effective_poles(row.share for row in rows) for rows in (start, end)]
    survivors = [row.name for row in end if row.alive]
    ending = f"the game ends {ENDINGS[recorder.ending]}" if recorder.ending else "the game stops unfinished"
    lines = [
        f"After {counted(recorder.year, 'year')} {ending}.",
        f"{len(survivors)} of {len(end)} states survive. "
        f"Effective poles: {poles[0]:.1f} at the start, {poles[1]:.1f} now.",
        f"{counted(kinds[Kind.DISPUTE], 'dispute')}: {counted(kinds[Kind.WAR], 'war')}, "
        f"{kinds[Kind.BACKED_DOWN]} backed down, {kinds[Kind.SETTLED]} settled by a pact, "
        f"{kinds[Kind.CAPITULATED]} ended in clientage. "
        f"{counted(kinds[Kind.ANNEXED] + kinds[Kind.FELL], 'fall')}.",
    ]
    lines = [line for text in lines for line in wrapped(text)]
    return [*lines, "", *acts_table(recorder), "", *answers_table(recorder)]


def acts_table(recorder: Recorder) -> list[str]:
    """A line a state: its share at the start and at the end, its return, and how often it did what."""
    start, end = recorder.of_year(0), recorder.of_year(recorder.year)
    acts = Counter((row.seat, row.verb) for row in recorder.states)
    returns = np.array([row.reward for row in recorder.states]).reshape(-1, len(end)).sum(axis=0)
    done = [verb.name.lower() for verb in Verb if any(acts[row.seat, verb.name.lower()] for row in end)]
    rows: list[Sequence[str]] = [("state", "wants", "share at start", "at end", "reward", *done)]
    for old, new in zip(start, end, strict=True):
        now = percent(new.share) if new.alive else "fallen"
        want = design_name(recorder.batch.worlds.design[0, new.seat], recorder.batch)
        counts = [str(acts[new.seat, verb]) for verb in done]
        rows.append((new.name, want, percent(old.share), now, f"{returns[new.seat]:.2f}", *counts))
    return columns(rows, right=range(4, len(rows[0])))


def answers_table(recorder: Recorder) -> list[str]:
    """How the states answered the disputes of others, in the year of the showdown."""
    if not recorder.answers:
        return ["No third party had a dispute of others to answer."]
    count = Counter((answer.state, answer.answer) for answer in recorder.answers)
    rows: list[Sequence[str]] = [("third party", *ANSWERS)]
    for row in recorder.of_year(0):
        if any(count[row.name, answer] for answer in ANSWERS):
            rows.append((row.name, *[str(count[row.name, answer]) for answer in ANSWERS]))
    total = [sum(count[row.name, answer] for row in recorder.of_year(0)) for answer in ANSWERS]
    rows.append(("all", *[f"{100 * number / sum(total):.0f}%" for number in total]))
    headline = "How often each answered a dispute of others, in the year of its showdown:"
    return [headline, *columns(rows, right=range(1, len(rows[0])))]


def transcript(recorder: Recorder) -> str:
    """An episode in full, for comparison: seed, players, and for every year acts, events and shares."""
    batch = recorder.batch
    labels = labels_by_seat(batch)
    label = dict(zip(recorder.names, labels, strict=True))
    players = zip(recorder.names, batch.player_names()[0], strict=True)
    seats = ", ".join(f"{label[name]} {player}" for name, player in players)
    lines = [f"scenario {batch.scenario.name}, seed {batch.seed}", *wrapped(seats, "players ")]
    for year in range(recorder.year + 1):
        rows = recorder.of_year(year)
        lines += ["", year_label(batch.scenario, year)]
        acts: dict[str, list[str]] = {}
        for row in rows:
            if row.verb:
                act = label[row.name] + (f">{label[row.target]}" if row.target else "")
                acts.setdefault(row.verb, []).append(act)
        for verb in Verb:
            if verb.name.lower() in acts:
                lines += wrapped(" ".join(acts[verb.name.lower()]), f"  {verb.name.lower():10}")
        for event in recorder.events:
            if event.year == year:
                lines += wrapped(event.sentence(), "  * ")
        shares = [f"{label[row.name]}={row.share:.4f}" for row in rows if row.alive]
        lines += wrapped(" ".join(shares), "  shares    ")
    if recorder.ending != Ending.NOT:
        lines += ["", f"The game ends {ENDINGS[recorder.ending]}."]
    return "\n".join(lines) + "\n"


def blocks(batch: VectorEnv, seat: int) -> tuple[np.ndarray, dict[int, np.ndarray]]:
    """The row of `seat` in world 0, and the blocks in it by the seat of the other state."""
    row = batch.outputs.rows[0, seat]
    slots = batch.worlds.order[0, seat, : batch.num_actors - 1].tolist()
    others = row[OTHERS_START : OTHERS_START + len(slots) * OTHER_SIZE].reshape(-1, OTHER_SIZE)
    return row, dict(zip(slots, others, strict=True))
