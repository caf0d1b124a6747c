"""What a world holds: one line per field with shape, type and meaning; allocation and copying.

Letters: `w` world in the batch, `i` actor, `j` object, `k` third party; sizes `W` worlds, `N`
actors, `K` reward terms, `C` clocks. Directed fields say their direction: `dyad[Dyad.SANCTION, i, j]`
is i's sanction on j. A rule sees one world, `at(worlds, w)`, without the leading W.
"""

from __future__ import annotations

import math
from enum import IntEnum
from typing import Any, NamedTuple

import numpy as np

from .intrinsics import CACHE_LINE, EIGHT, SQUARE, first_of_eight
from .jit import rule

Array = Any  # numpy arrays; those of records read as `array.field`, which numpy's types do not know
NOBODY = -1  # no patron, no object, no conqueror
VIEWERS = SQUARE  # rows written at a time: what few viewers see stands side by side
FITTED = (8, 64)  # numbers of actors, those of `default` and `system`, that a year is compiled for: see `core.fit`


class Clock(IntEnum):
    """Entries of `World.clock`."""

    SEED = 0
    EPISODE = 1
    KEY = 2
    YEAR = 3
    LAST_YEAR = 4  # the year of the cut
    RANDOM_END = 5  # 1: the end is random; 0: the horizon is fixed
    ENDED = 6  # an `Ending`


class Ending(IntEnum):
    """Why a world ended."""

    NOT = 0
    CHANCE = 1  # the random end
    HEGEMONY = 2  # one state holds the share that ends the game
    LAST_STATE = 3  # one survivor, or none
    TIME = 4  # the cut: a truncation


class Outcome(IntEnum):
    """What became this year of the dispute an actor had opened."""

    NONE = 0
    SETTLED = 1  # a pact between the two
    CAPITULATED = 2  # one became the other's client
    LAPSED = 3  # one of them had fallen
    BACKED_DOWN = 4
    STALEMATE = 5
    WON = 6
    LOST = 7
    MUTUAL = 8  # both pressed: one contest, told under the other's challenge


class Verb(IntEnum):
    """What a state can do in a year; the first three take no object."""

    INVEST = 0
    RESEARCH = 1
    ARM = 2
    ALLY = 3
    BANDWAGON = 4
    SANCTION = 5
    COERCE = 6


# What an actor is: field -> (numpy type, meaning). `world.actor[i].economy` is the output of i.
ACTOR = {
    "ident": ("i4", "who this is; travels with the actor when seats are permuted"),
    "alive": ("i4", "1 while a state"),
    "economy": ("f8", "output a year; the mean state starts at 1"),
    "forces": ("f8", "stock of military strength, in years of the mean output"),
    "technology": ("f8", "1 = the frontier at the start"),
    "quality": ("f8", "technology^theta: force per unit of forces"),
    "growth": ("f8", "own mean growth, ln a year"),
    "shock": ("f8", "this year's shock to growth, ln a year"),
    "x": ("f8", "place on the map: km east, or degrees of longitude"),
    "y": ("f8", "place on the map: km north, or degrees of latitude"),
    "ideology": ("f8", "0..1 on the ideological axis"),
    "posture": ("f8", "0..1, running share of years in which it armed"),
    "reputation": ("f8", "0..1, running share of what it pledged that it delivered"),
    "member": ("i4", "1 for members of the institution"),
    "patron": ("i4", "whom it has bandwagoned with, or NOBODY"),
    "dispute": ("i4", "whom it is challenging, or NOBODY"),
    "chosen": ("i4", "1 where its dispute was opened by choice"),
    "player": ("i4", "doctrine in this seat, or NOBODY: a learner"),
    "closed": ("i4", "bit v is set where verb v is closed to it: for experiments"),
    # what happened this year
    "verb": ("i4", "the verb it acted by"),
    "target": ("i4", "its object, or NOBODY"),
    "illegal": ("i4", "1 where a masked-out action became invest"),
    "outcome": ("i4", "what became of its dispute: an Outcome"),
    "opponent": ("i4", "object of its dispute that came to a head, or NOBODY"),
    "conqueror": ("i4", "who annexed it this year, or NOBODY"),
    "fell": ("i4", "1 in the year of the fall"),
    "odds": ("f8", "probability that it won its war, if it fought one it had opened"),
    "spent": ("f8", "share of output that forces cost this year"),
    "embargo": ("f8", "growth lost to sanctions this year, ln"),
    "log_economy": ("f8", "ln of output"),
    "opening_log": ("f8", "ln of output at the year's opening"),
    "opening_share": ("f8", "capability share at the year's opening"),
}


class Dyad(IntEnum):
    """Fields of `World.dyad`: `world.dyad[Dyad.SANCTION, i, j]` is i's sanction on j. Zero for i = j.

    A loop over the last index works on many actors at a time; a loop over the first does not. So
    beliefs stand at [j, i]: all that is believed of j lies side by side.
    """

    REMOTENESS = 0  # ln((km+100)/1000)
    REACH = 1  # share of i's forces usable at j's home; 1 at one's own
    WILLINGNESS = 2  # 0..1, share of its usable force i has pledged to j
    WEAR = 3  # 0..1, how far j has adapted to i's sanction
    HOSTILITY = 4  # at [j, i]: 0..1, i's belief that j means harm
    ERROR = 5  # at [j, i]: ln of i's misperception of j's forces
    MEMORY = 6  # what the doctrine in seat i remembers, one number an actor
    PACT = 7  # 1 where a defence pact is in force; symmetric
    OFFER = 8  # years left of i's open offer of a pact to j
    SANCTION = 9  # years left of i's sanction on j
    EXPOSURE = 10  # share of j's forces usable at i's home: reach, the other way round


BELIEFS = (Dyad.HOSTILITY, Dyad.ERROR)  # the fields that stand at [j, i]


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


def record(table: dict[str, tuple[str, str]]) -> np.dtype:
    """The numpy record type of a table of fields."""
    return np.dtype([(name, kind) for name, (kind, _) in table.items()], align=True)


class World(NamedTuple):
    """A batch of worlds: arrays (W, ...). The same type without W is one world, see `at`."""

    clock: Array  # (W, C) int64: see Clock
    actor: Array  # (W, N) records: see ACTOR
    dyad: Array  # (W, F, N, N) float64: see Dyad
    order: Array  # (W, N, N) uint16, at [i, s]: the actor that slot s of i's row and actions means
    place: Array  # (W, N, N) uint16, at [i, j]: the slot of j in i's row; inverse of order
    side: Array  # (W, N, N) int8: side of j in the war that i opened: 1 with i, -1 against, 0 out
    design: Array  # (W, N, K) weights of the reward terms: what each actor wants

    @property
    def pair(self) -> Pairs:
        """What stands between two actors by name, outside of rules: `world.pair.pact[i, j]`."""
        return Pairs(self)


class Pairs:
    """The arrays (..., N, N) of a world or a batch by name: fields of `Dyad`, and order, place and side.

    All at [i, j], beliefs too: `hostility[i, j]` is i's belief that j means harm.
    """

    def __init__(self, world: World) -> None:
        self._world = world

    def __getitem__(self, field: str) -> Array:
        if field in PAIR_ARRAYS:
            return getattr(self._world, field)
        array = self._world.dyad[..., Dyad[field.upper()], :, :]
        return array.swapaxes(-1, -2) if Dyad[field.upper()] in BELIEFS else array

    def __getattr__(self, field: str) -> Array:
        if field in PAIR_FIELDS:
            return self[field]
        raise AttributeError(f"no field {field!r} between actors: {', '.join(PAIR_FIELDS)}")


PAIR_ARRAYS = ("order", "place", "side")
PAIR_FIELDS = (*(field.name.lower() for field in Dyad), *PAIR_ARRAYS)


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


def zeros(shape: int | tuple[int, ...], kind: Any = np.float64) -> Array:
    """A zeroed array that begins with a cache line: eight numbers side by side then lie in one, not across two."""
    kind = np.dtype(kind)
    size = math.prod(np.atleast_1d(shape)) * kind.itemsize
    room = np.zeros(size + CACHE_LINE, np.uint8)
    start = -room.ctypes.data % CACHE_LINE
    return room[start : start + size].view(kind).reshape(shape)


def allocate_worlds(worlds: int, actors: int, terms: int) -> World:
    """A zeroed batch of `worlds` worlds with `actors` actors and `terms` reward terms."""
    pairs = (worlds, actors, actors)
    return World(
        zeros((worlds, len(Clock)), np.int64),
        zeros((worlds, actors), record(ACTOR)).view(np.recarray),
        zeros((worlds, len(Dyad), actors, actors)),
        zeros(pairs, np.uint16),
        zeros(pairs, np.uint16),
        zeros(pairs, np.int8),
        zeros((worlds, actors, terms)),
    )


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


def bytes_per_world(actors: int, terms: int) -> int:
    """Memory of one world's state, in bytes."""
    return sum(array.nbytes for array in allocate_worlds(1, actors, terms))


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


@rule
def at(worlds, w):
    """World `w` of the batch, as views."""
    return World(
        worlds.clock[w],
        worlds.actor[w],
        worlds.dyad[w],
        worlds.order[w],
        worlds.place[w],
        worlds.side[w],
        worlds.design[w],
    )
