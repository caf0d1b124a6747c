"""The columns of the four panels: what each holds, and what users of COW, ATOP and NMC know it as.

A name is taken over where the meaning is; where only the kind of thing is alike, the meaning says how it differs.
Names of real data are those of peacesciencer 1.2 (Miller 2022), which merges them into one frame.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import NamedTuple

from ...core.actions import OBJECT_VERBS
from ...core.reward import Term

VERSION = 1  # of the layout of the panels and of their files
CCODE = 1000  # a state's code is its id above this: COW's own codes end at 990
DISPNUM = 10_000  # a dispute's number is this times the year it opened, plus its challenger's id
MISSING = -9  # COW's own code; null in files, where a reader sees NA
COW_WON, COW_LOST, COW_STALEMATE = 1, 2, 6  # COW's codes of a war's outcome

FLAG, INT, LONG, SINGLE, FLOAT, WORD = "i1", "i4", "i8", "f4", "f8", "word"
KINDS = {
    FLAG: "0 or 1",
    INT: "whole, 32 bits",
    LONG: "whole, 64 bits",
    SINGLE: "float, 32 bits",
    FLOAT: "float, 64 bits",
    WORD: "words, kept as a dictionary",
}


class Entry(NamedTuple):
    """One column of a panel."""

    name: str
    kind: str  # one of KINDS
    unit: str
    meaning: str
    counterpart: str = "-"  # variable and source in real data

    @property
    def may_miss(self) -> bool:
        """Whether a cell may be empty; the meaning says when it is null."""
        return "null" in self.meaning


def _both(name: str, kind: str, unit: str, meaning: str, counterpart: str = "-") -> Iterator[Entry]:
    """The columns `name1` and `name2` of a dyad; `{a}` and `{b}` are the state meant and the other one."""
    for n, other in (("1", "2"), ("2", "1")):
        states = {"a": f"ccode{n}", "b": f"ccode{other}"}
        yield Entry(name + n, kind, unit, meaning.format(**states), counterpart.format(n=n))


EPISODE = (
    Entry("stage", WORD, "-", "stage of the suite, or scenario"),
    Entry("role", WORD, "-", "of the entrant: resident, visitor or self_play; of an export: export"),
    Entry("run", INT, "-", "training run of the entrant"),
    Entry("seed", LONG, "-", "seed of the batch"),
    Entry("world", INT, "-", "world of the batch; with stage, role, run, seed and episode it names one history"),
    Entry("episode", INT, "-", "episode of that world"),
    Entry("year", INT, "year", "from 1; year t ends t years after the start", "year: COW"),
)
STATES = (
    *EPISODE,
    Entry("ccode", INT, "-", f"{CCODE} plus the state's id in its scenario", "ccode: COW state system"),
    Entry("statenme", WORD, "-", "the state's name; it travels with the id", "statenme: COW state system"),
    Entry("seat", INT, "-", "where it sits: the n of agent state_n"),
    Entry("focal", FLAG, "-", "1 in a seat of the entrant, 0 in the background"),
    Entry("player", WORD, "-", "who plays it: a doctrine, or the entrant's or a policy's name"),
    Entry("design", WORD, "-", "what it wants: the name of its reward, or weights by term"),
    Entry("cinc", FLOAT, "share", "capability as the year opens: forces and output, weighted", "cinc: NMC"),
    Entry("milper", FLOAT, "mean output-years", "stock of forces as the year opens; not persons", "milper: NMC"),
    Entry("milex", FLOAT, "mean output", "output spent on forces in the year", "milex: NMC"),
    Entry("economy", FLOAT, "mean output", "output a year, as the year opens", "GDP: add_sdp_gdp()"),
    Entry("technology", FLOAT, "frontier = 1", "level as the year opens"),
    Entry("posture", FLOAT, "0..1", "running share of years in which it armed, as the year opens"),
    Entry("reputation", FLOAT, "0..1", "running share delivered of what it pledged, as the year opens"),
    Entry("ideology", FLOAT, "0..1", "place on the axis", "v2x_polyarchy: V-Dem, as far as regimes sort states"),
    Entry("pacts", INT, "count", "partners as the year opens", "atop_defense: ATOP, counted"),
    Entry("patron", INT, "ccode", "whose client it is as the year opens; null if nobody's"),
    Entry("threat", SINGLE, "0..1", "the largest threat it perceives as the year opens"),
    Entry("security", FLOAT, "0..1", "least sufficiency of its expected defence, at the year's end"),
    Entry("embargo", FLOAT, "ln output", "growth lost in the year to sanctions, its own included"),
    Entry("cowmidonset", FLAG, "-", "1 if it entered a dispute this year", "cowmidonset: COW-MID, by state"),
    Entry("cowmidongoing", FLAG, "-", "1 if it was in a dispute this year", "cowmidongoing: COW-MID, by state"),
    Entry("cowinterongoing", FLAG, "-", "1 if it fought in a war this year", "cowinterongoing: COW wars"),
    Entry("initiator", FLAG, "-", "1 if it pressed a dispute to war this year", "initiator1: COW wars"),
    Entry("ending", WORD, "-", "why the world ended with this year; null before, and where it was cut short"),
    Entry("fell", FLAG, "-", "1 in the year it fell, the last of its rows", "endyear: COW state system"),
    Entry("cinc_end", FLOAT, "share", "capability at the year's end", "cinc of the year after: NMC"),
    Entry("milper_end", FLOAT, "mean output-years", "stock of forces at the year's end"),
    Entry("economy_end", FLOAT, "mean output", "output a year, at the year's end"),
    Entry("reward", FLOAT, "-", "of the year: weights times terms"),
    *(Entry(f"term_{term.name.lower()}", FLOAT, "-", f"the term {term.name.lower()}, unweighted") for term in Term),
)
DYADS = (
    *EPISODE,
    Entry("ccode1", INT, "-", "one of the two; the lower code, unless the panel is directed", "ccode1: COW"),
    Entry("ccode2", INT, "-", "the other one", "ccode2: COW"),
    *_both("focal", FLAG, "-", "1 if {a} sits in a seat of the entrant"),
    Entry("capdist", FLOAT, "km", "between the two capitals", "capdist: add_capital_distance()"),
    Entry("mindist", FLOAT, "km", "between homelands: capdist less hinterland", "mindist: add_minimum_distance()"),
    Entry("conttype", INT, "-", "1: land neighbours (mindist 0); 0: none; no other type", "conttype: COW contiguity"),
    *_both("cinc", FLOAT, "share", "capability of {a} as the year opens", "cinc{n}: NMC"),
    *_both("milper", FLOAT, "mean output-years", "stock of forces of {a} as the year opens", "milper{n}: NMC"),
    *_both("economy", FLOAT, "mean output", "output of {a} as the year opens", "GDP: add_sdp_gdp()"),
    *_both("reach", FLOAT, "share", "of the forces of {a}, what is usable at the home of {b}"),
    Entry("ideology_gap", FLOAT, "0..1", "distance on the axis", "difference of v2x_polyarchy1 and 2: V-Dem"),
    Entry("atop_defense", FLAG, "-", "1 if a pact is in force as the year opens", "atop_defense: ATOP (any day)"),
    Entry("pact_onset", FLAG, "-", "1 if a pact that was not in force is at the year's end"),
    Entry("pact_end", FLAG, "-", "1 if a pact that was in force is not at the year's end"),
    *_both("pledge", FLOAT, "0..1", "share of its usable force that {a} has pledged to {b}, as the year opens"),
    *_both("client", FLAG, "-", "1 if {a} is the client of {b} as the year opens"),
    *_both("sanction", FLAG, "-", "1 if a sanction of {a} on {b} stands as the year opens", "GSDB, TIES: senders"),
    *_both("sanction_onset", FLAG, "-", "1 if {a} imposes a sanction on {b} that did not stand", "TIES: imposition"),
    *_both("hostility", FLOAT, "0..1", "belief of {a} that {b} means harm, as the year opens"),
    *_both("threat", SINGLE, "0..1", "threat from {b} as {a} perceives it, as the year opens"),
    Entry("joint_threat", SINGLE, "0..1", "the largest threat from a third state that both perceive to be so great"),
    *_both("challenge", FLAG, "-", "1 if {a} opens a dispute with {b} this year", "sidea{n} at the onset: COW-MID"),
    Entry(
        "cowmidonset",
        FLAG,
        "-",
        "1 if the two enter a dispute on two sides: one opens it, or a third party joins its war",
        "cowmidonset: COW-MID",
    ),
    Entry("cowmidongoing", FLAG, "-", "1 if they are in a dispute on two sides this year", "cowmidongoing: COW-MID"),
    *_both("sidea", FLAG, "-", "1 if {a} is on the challenger's side of it; null without one", "sidea{n}: COW-MID"),
    *_both("orig", FLAG, "-", "1 if {a} is one of the two that began it; null without one", "orig{n}: COW-MID"),
    *_both("midend", WORD, "-", "what became this year of the dispute that {a} had opened with {b}; null if none"),
    Entry("cowinteronset", FLAG, "-", "1 if they fight on two sides; no war outlasts its year", "cowinteronset: COW"),
    Entry("cowinterongoing", FLAG, "-", "the same", "cowinterongoing: COW wars"),
    *_both("initiator", FLAG, "-", "1 if {a} pressed its dispute to this war; null without one", "initiator{n}: COW"),
    *_both(
        "outcome",
        INT,
        "-",
        f"of this war for {{a}}: {COW_WON} won, {COW_LOST} lost, {COW_STALEMATE} stalemate; null without one",
        "outcome{n}: COW wars",
    ),
    Entry("allied_in_war", FLAG, "-", "1 if they fight on one side of a war"),
)
EVENTS = (
    *EPISODE,
    Entry("kind", WORD, "-", "what happened, or what a third party did in a dispute"),
    Entry("ccode1", INT, "-", "who did it, or to whom it happened: the challenger, the fallen, the third party"),
    Entry("ccode2", INT, "-", "with or against whom: the target, the conqueror, whom it helped; null if nobody"),
    Entry(
        "dispnum",
        INT,
        "-",
        f"dispute that it is part of: {DISPNUM} times the year it opened, plus the challenger's id; null if none",
        "dispnum: COW-MID",
    ),
    Entry("chosen", FLAG, "-", "of a dispute opened: 1 by choice, 0 by chance; else null"),
    Entry("outcome", INT, "-", "of a war for ccode1, as in the dyad-years; else null", "outcome1: COW wars"),
    Entry("odds", FLOAT, "0..1", "of a war: chance that ccode1 wins it if it is decided; else null"),
)
ACTIONS = (
    *EPISODE,
    Entry("ccode", INT, "-", "as in the state-years", "ccode: COW state system"),
    Entry("focal", FLAG, "-", "1 in a seat of the entrant, 0 in the background"),
    Entry("action", INT, "-", "number of the action that was chosen"),
    Entry("illegal", FLAG, "-", "1 if it was masked out and became invest"),
    Entry("verb", WORD, "-", "what was done"),
    Entry("target", INT, "ccode", "to whom; null without an object"),
    Entry("legal", INT, "count", "actions that were legal"),
    *(
        Entry(f"legal_{verb}", INT, "count", f"states to which {verb} was legal; 0 where the scenario closes it")
        for verb in (verb.name.lower() for verb in OBJECT_VERBS)
    ),
)
EVENT_KINDS = {  # in the order in which a year brings them: what happened, ccode1, ccode2
    "sanction": ("a sanction is imposed", "sender", "object"),
    "sanction ended": ("a sanction runs out, or is lifted", "sender", "object"),
    "client": ("a state bandwagons", "client", "patron"),
    "released": ("a client is free again", "client", "former patron"),
    "pact ended": ("a pact ends", "partner in the lower seat", "the other partner"),
    "offer": ("a pact is offered", "who offers", "to whom"),
    "pact": ("a pact comes into force", "partner in the lower seat", "the other partner"),
    "settled": ("a dispute is settled by a pact", "challenger", "target"),
    "capitulated": ("one side becomes the other's client; `client` says which", "challenger", "target"),
    "backed down": ("a challenger does not press its dispute", "challenger", "target"),
    "war": ("a dispute is pressed to war", "challenger", "target"),
    "annexed": ("a state falls by conquest", "the fallen", "conqueror"),
    "dispute": ("a dispute opens", "challenger", "target"),
    "fell": ("a state falls for want of output", "the fallen", "null"),
    "joined the challenger": ("part in a war", "third party", "challenger"),
    "stood by the target": ("part in a war by its own act, or an act that met a retreat", "third party", "target"),
    "brought a part": ("part in a war by what it had pledged, without an act", "third party", "target"),
    "stayed aside": ("a partner of the target brings nothing, or does not speak up", "third party", "target"),
}
PANELS = {"states": STATES, "dyads": DYADS, "events": EVENTS, "actions": ACTIONS}
ABOUT_PANELS = {
    "states": "State-years: a row for each state that lives as a year opens.",
    "dyads": (
        "Dyad-years: a row for each two states that live as a year opens, the lower code first; what each does to the "
        "other stands in it. `--directed` adds the row of the higher code, the same with 1 and 2 exchanged."
    ),
    "events": "Events: a row for each thing that happened, and for each third party in a dispute.",
    "actions": "Actions: a row for each state and year, with what was open to it.",
}


def table_hash() -> str:
    """The hash of the whole table: files written under another one are refused."""
    return hashlib.sha256(repr((VERSION, CCODE, DISPNUM, PANELS, EVENT_KINDS)).encode()).hexdigest()
