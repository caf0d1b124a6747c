"""The working room of a thread: what rules write for each other within a year, one line per field; never kept.

Letters and sizes are those of `core.world`; `B` is the length of the block about another actor in a row.
"""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

import numpy as np

from .intrinsics import EIGHT, SQUARE, first_of_eight
from .jit import rule
from .world import Array, Verb, record, zeros

VIEWERS = SQUARE  # rows written at a time: what few viewers see stands side by side
FITTED = (4, 8, 16, 32, 64, 128)  # numbers of actors, of studies of scale, that a year is compiled for: see `core.fit`

# Working room of one thread: written and read within a year, never kept.
ACTOR_SCRATCH = {
    "patron": ("i4", "patron after this year's acts"),
    "fronts": ("f8", "wars it fights in"),
    "pressed": ("i4", "1 where it presses its dispute to war"),
    "sends": ("i4", "1 where it may take part in a sanction"),
    "demands": ("i4", "1 where its dispute that came to a head was opened by choice"),
    "share_lost": ("f8", "share of forces lost"),
    "ceded": ("f8", "output it cedes"),
    "gained": ("f8", "output it gains, less its costs"),
    "pledged": ("f8", "pledges tested this year, in force"),
    "delivered": ("f8", "what was delivered of them"),
    "grip": ("f8", "force left to those who would annex it"),
    "draw": ("f8", "the smallest dispute draw of a challenger"),
    "pacts": ("i4", "its pacts"),
    "challengers": ("i4", "how many challenge it"),
    "clients": ("i4", "how many are its clients"),
    "told": ("i4", "1 where the odds of a dispute of its stand in `Draft.ODDS`"),
}


class Column(IntEnum):
    """Fields of `Scratch.column`: what loops over actors read side by side, or add up."""

    ALIVE = 0  # 1 while a state
    OUTPUT = 1  # output
    PART = 2  # share of the output of all
    TECHNOLOGY = 3
    LOG_OUTPUT = 4  # ln of output
    LOG_STRENGTH = 5  # ln of true quality-adjusted forces
    IDEOLOGY = 6
    PATRON = 7
    INTENT = 8  # hostile intent that bystanders read in its acts
    TRADE = 9  # weight of all others in its external income
    CUT = 10  # the weight of those who sanction it
    BILL = 11  # weights by which the bill for the sanctions on it is split
    LOSS = 12  # output that the sanctions on it cost their senders, per unit of BILL
    COLLECTIVE = 13  # 1 where the institution sanctions it
    LEARNED = 14  # change of ln technology this year
    GROWTH = 15  # growth of output this year before technology, ln
    GAINED = 16  # tribute received, less paid
    DEFENCE = 17  # what it expects to be brought to its defence
    FRICTION = 18  # of those who bring it
    LOOSER = 19  # the same with one member less
    LEAST = 20  # the least sufficiency of its defence
    TOTAL = 21  # all forces as it perceives them
    TOP_THREAT = 22  # the largest threat it perceives
    SIDE = 23  # usable force it puts into a dispute per unit of forces: > 0 with the challenger, < 0 against
    ATTACK = 24  # coalition of the challenger in a dispute, as it perceives it, itself left out
    OUT = 25  # chance of the challenger without it
    JOINED = 26  # with it beside the challenger
    OPPOSED = 27  # with it beside the target
    QUALITY = 28  # force per unit of forces
    PER_SHARE = 29  # one over its own capability share as it perceives it
    CONCENTRATION = 30  # of capability as it perceives it
    SUPPORT = 31  # sums for one actor: see the fields of Draft of the same names
    SANCTIONED = 32
    COMMON = 33
    OWN_SHARE = 34  # its own capability share as it perceives it
    DISPUTE = 35  # whom it is challenging, or NOBODY
    BYSTANDER = 36  # 1 for a state that is party to no open dispute
    REPUTATION = 37
    BOUND = 38  # above 0 where another has a tie with it, or a sanction on it


class Draft(IntEnum):
    """Fields of `Scratch.dyad`; those from SEEN on are as i perceives j, and stand at [j, i]."""

    PLEDGE = 0  # at [j, i]: i's pledge to j at the year's opening, where j is the target of a dispute
    BILL = 1  # i's weight in the bill for the sanctions on j
    FIELDED = 2  # usable force j brings to i's war, signed by side
    OBSERVED = 3  # at [j, i]: hostile intent that i reads in what j did this year
    SHORTFALL = 4  # what the draw of a dispute is below its hazard, else 0
    FORCE = 5  # at [k, i]: quality-adjusted forces of k that count in i's security
    COMMON = 6  # partners in common
    SEEN = 7  # j's quality-adjusted forces
    SHARE = 8  # j's capability share
    THREAT = 9  # the threat from j
    SUPPORT = 10  # force that others are expected to bring to j's defence
    SANCTIONED = 11  # capability share of those who sanction j
    ODDS = 12  # of j's side in its dispute, without i
    WITH = 13  # the same with i beside j
    AGAINST = 14  # the same with i against j


class Scratch(NamedTuple):
    """Working room of one thread."""

    seats: Array  # (N,): a tuple, whose length the compiler knows, where a year is compiled for N; else an array
    actor: Array  # (N,) records: see ACTOR_SCRATCH
    column: Array  # (F, N) float64: see Column
    dyad: Array  # (F, N, N) float64: see Draft
    ident: Array  # (N,) int64: who sits where
    strength: Array  # (N,) true quality-adjusted forces
    closing_share: Array  # (N,) true capability shares at the year's end
    glimpse: Array  # (B, VIEWERS) float32: what a few viewers see of an actor, a block of a row for each side by side
    legal: Array  # (verbs, VIEWERS) int8: which acts towards an actor are legal for a few viewers
    spare: Array  # (B,) float32: where a block goes that nobody sees
    starts: Array  # (VIEWERS,) int64: where the blocks about an actor begin in the rows of all; below 0: nowhere


def allocate_scratch(actors: int, block: int) -> Scratch:
    """Working room of one thread; `block`: numbers in the block of a row about another actor."""
    return Scratch(
        (0,) * actors if actors in FITTED else zeros(actors, np.int8),
        zeros(actors, record(ACTOR_SCRATCH)).view(np.recarray),
        zeros((len(Column), actors)),
        zeros((len(Draft), actors, actors)),
        zeros(actors, np.int64),
        zeros(actors),
        zeros(actors),
        zeros((block, VIEWERS), np.float32),
        zeros((len(Verb), VIEWERS), np.int8),
        zeros(block, np.float32),
        zeros(VIEWERS, np.int64),
    )


@rule
def next_set(numbers, start):
    """The first place from `start` on where `numbers` (N,) is not 0, or N: to visit the few that are concerned."""
    while start + EIGHT <= len(numbers):
        first = first_of_eight(numbers, start)
        if first < EIGHT:
            return start + first
        start += EIGHT
    while start < len(numbers) and numbers[start] == 0.0:
        start += 1
    return start
