"""What a world holds: one line per field with shape, type and meaning; allocation and copying.

Letters: `w` world in the batch, `i` actor, `j` object, `k` third party; sizes `W` worlds, `N`
actors, `K` reward terms, `C` clocks. Directed fields say their direction: `pair[i, j].sanction` is
i's sanction on j. A rule sees one world, `at(worlds, w)`, without the leading W.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Any, NamedTuple

import numpy as np

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


# What a world holds: field -> (numpy type, meaning). `world.actor[i].economy` is the output of i,
# `world.pair[i, j].sanction` what i does to j. Records keep a pair's numbers side by side in memory.
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
PAIR = {
    "remoteness": ("f8", "ln((km+100)/1000)"),
    "reach": ("f8", "share of i's forces usable at j's home"),
    "willingness": ("f8", "0..1, share of its usable force i has pledged to j"),
    "wear": ("f8", "0..1, how far j has adapted to i's sanction"),
    "hostility": ("f8", "0..1, i's belief that j means harm"),
    "error": ("f8", "ln of i's misperception of j's forces"),
    "memory": ("f8", "what the doctrine in seat i remembers, one number a slot"),
    "pact": ("i2", "1 where a defence pact is in force; symmetric"),
    "offer": ("i2", "years left of i's open offer of a pact to j"),
    "sanction": ("i2", "years left of i's sanction on j"),
    "side": ("i2", "side of j in the war that i opened: 1 with i, -1 against, 0 out"),
    "order": ("i2", "at [i, s]: the actor that slot s of i's row and actions means"),
    "place": ("i2", "at [i, j]: the slot of j in i's row; inverse of order"),
}
# Working room of one thread: written and read within a year, never kept.
ACTOR_SCRATCH = {
    "patron": ("i4", "patron after this year's acts"),
    "fronts": ("f8", "wars it fights in"),
    "pressed": ("i4", "1 where it presses its dispute to war"),
    "demands": ("i4", "1 where its dispute that came to a head was opened by choice"),
    "principal": ("i4", "1 for both sides of an open dispute"),
    "share_lost": ("f8", "share of forces lost"),
    "ceded": ("f8", "output it cedes"),
    "gained": ("f8", "output it gains, less its costs"),
    "pledged": ("f8", "pledges tested this year, in force"),
    "delivered": ("f8", "what was delivered of them"),
    "grip": ("f8", "force left to those who would annex it"),
    "draw": ("f8", "the smallest dispute draw of a challenger"),
    "trade": ("f8", "growth from trade this year, ln"),
    "base_intent": ("f8", "hostile intent that bystanders read in its acts"),
    "ally": ("i4", "whom it allies with this year, or NOBODY"),
    "sanction": ("i4", "whom it sanctions this year, or NOBODY"),
    "threat": ("f8", "threat perceived from it, while slots are sorted"),
    "count": ("i4", "its pacts"),
    "givers": ("i4", "how many have pledged force to it"),
    "challengers": ("i4", "how many challenge it"),
    "clients": ("i4", "how many are its clients"),
    "senders": ("i4", "how many sanction it"),
    "log_strength": ("f8", "ln of its true quality-adjusted forces"),
}
PAIR_SCRATCH = {
    "pledge": ("f8", "pledge at the year's opening, to targets of disputes"),
    "bill": ("f8", "at [j, i]: i's part of the bill for the sanctions on j"),
    "giver": ("i4", "at [j, n]: the n-th who has pledged force to j"),
    "given": ("f8", "at [j, n]: share of its forces that the n-th is expected to bring to j"),
    "sender": ("i4", "at [j, n]: the n-th who sanctions j"),
    "fielded": ("f8", "usable force j brings to i's war, signed by side"),
}


def record(table: dict[str, tuple[str, str]]) -> np.dtype:
    """The numpy record type of a table of fields."""
    return np.dtype([(name, kind) for name, (kind, _) in table.items()], align=True)


class World(NamedTuple):
    """A batch of worlds: arrays (W, ...). The same type without W is one world, see `at`."""

    clock: Array  # (W, C) int64: see Clock
    actor: Array  # (W, N) records: see ACTOR
    pair: Array  # (W, N, N) records: see PAIR
    design: Array  # (W, N, K) weights of the reward terms: what each actor wants


class Scratch(NamedTuple):
    """Working room of one thread."""

    actor: Array  # (N,) records: see ACTOR_SCRATCH
    pair: Array  # (N, N) records: see PAIR_SCRATCH
    strength: Array  # (N,) true quality-adjusted forces
    closing_share: Array  # (N,) true capability shares at the year's end
    seen: Array  # (N, N) j's quality-adjusted forces as i perceives them
    share: Array  # (N, N) j's capability share as i perceives it


def allocate_worlds(worlds: int, actors: int, terms: int) -> World:
    """A zeroed batch of `worlds` worlds with `actors` actors and `terms` reward terms."""
    return World(
        np.zeros((worlds, len(Clock)), np.int64),
        np.zeros((worlds, actors), record(ACTOR)).view(np.recarray),
        np.zeros((worlds, actors, actors), record(PAIR)).view(np.recarray),
        np.zeros((worlds, actors, terms)),
    )


def allocate_scratch(actors: int) -> Scratch:
    """Working room of one thread."""
    return Scratch(
        np.zeros(actors, record(ACTOR_SCRATCH)).view(np.recarray),
        np.zeros((actors, actors), record(PAIR_SCRATCH)).view(np.recarray),
        np.zeros(actors),
        np.zeros(actors),
        np.zeros((actors, actors)),
        np.zeros((actors, actors)),
    )


def bytes_per_world(actors: int, terms: int) -> int:
    """Memory of one world's state, in bytes."""
    return sum(array.nbytes for array in allocate_worlds(1, actors, terms))


@rule
def at(worlds, w):
    """World `w` of the batch, as views."""
    return World(worlds.clock[w], worlds.actor[w], worlds.pair[w], worlds.design[w])
