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

from .intrinsics import CACHE_LINE
from .jit import rule

Array = Any  # numpy arrays; those of records read as `array.field`, which numpy's types do not know
NOBODY = -1  # no patron, no object, no conqueror


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


def bytes_per_world(actors: int, terms: int) -> int:
    """Memory of one world's state, in bytes."""
    return sum(array.nbytes for array in allocate_worlds(1, actors, terms))


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
