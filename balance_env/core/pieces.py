"""The table of pieces: what a number in a row means, where it stands and how it is read.

The table makes the vector, the named views, the Gymnasium space and the documentation. A row is
one block about me, the weights of my reward, one block per other actor (in the slots of their
`order`), and one block about the world. Everything is in -1..1.
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np

from .jit import rule
from .reward import Term


class Piece(IntEnum):
    """A number in the row: its place in its block, its range and its meaning."""

    low: float
    high: float
    meaning: str

    def __new__(cls, low: float, high: float, meaning: str) -> Piece:
        place = len(cls.__members__)
        piece = int.__new__(cls, place)
        piece._value_ = place
        piece.low, piece.high, piece.meaning = low, high, meaning
        return piece


class Own(Piece):
    """What I am."""

    SHARE = 0.0, 1.0, "my capability share, as I perceive the others"
    ECONOMY = -1.0, 1.0, "ln of my output over the living mean, scaled"
    FORCES = 0.0, 1.0, "forces / (forces + output)"
    TECHNOLOGY = 0.0, 1.0, "my technology over the frontier"
    IDEOLOGY = 0.0, 1.0, "my place on the ideological axis"
    POSTURE = 0.0, 1.0, "running share of the years in which I armed"
    REPUTATION = 0.0, 1.0, "running share of my pledges that I delivered"
    TREND = -1.0, 1.0, "my own mean growth, scaled"
    GROWTH = -1.0, 1.0, "growth of my output this year, scaled"
    EMBARGO = 0.0, 1.0, "growth I lost to sanctions this year, scaled"
    SECURITY = 0.0, 1.0, "sufficiency of my expected defence, as I perceive it"
    THREAT = 0.0, 1.0, "the largest threat I perceive"
    PARTNERS = 0.0, 1.0, "share of the others with whom I have a pact"
    CLIENTS = 0.0, 1.0, "share of the others who are my clients"
    CLIENT = 0.0, 1.0, "1 while I am a client"
    CHALLENGER = 0.0, 1.0, "1 while I challenge someone"
    CHALLENGED = 0.0, 1.0, "share of the others who challenge me"
    MEMBER = 0.0, 1.0, "1 if I am a member of the institution"


class Other(Piece):
    """What another actor is, what is between us, and what it is in with others."""

    ALIVE = 0.0, 1.0, "1 while a state"
    SHARE = 0.0, 1.0, "its capability share, as I perceive it"
    FORCES = -1.0, 1.0, "ln of its perceived forces over mine, scaled"
    ECONOMY = -1.0, 1.0, "ln of its output over mine, scaled"
    TECHNOLOGY = 0.0, 1.0, "its technology over the frontier"
    REACH_TO_ME = 0.0, 1.0, "share of its forces usable at my home"
    REACH_FROM_ME = 0.0, 1.0, "share of my forces usable at its home"
    IDEOLOGY_GAP = 0.0, 1.0, "distance on the ideological axis"
    POSTURE = 0.0, 1.0, "running share of the years in which it armed"
    HOSTILITY = 0.0, 1.0, "my belief that it means harm"
    REPUTATION = 0.0, 1.0, "running share of its pledges that it delivered"
    THREAT = 0.0, 1.0, "the threat I perceive from it"
    MEMBER = 0.0, 1.0, "1 if it is a member of the institution"
    PACT = 0.0, 1.0, "1 where we have a pact"
    PLEDGE_FROM_ME = 0.0, 1.0, "share of my usable force pledged to it"
    PLEDGE_TO_ME = 0.0, 1.0, "share of its usable force pledged to me"
    OFFER_FROM_ME = 0.0, 1.0, "years left of my offer of a pact, scaled"
    OFFER_TO_ME = 0.0, 1.0, "years left of its offer of a pact, scaled"
    SANCTION_FROM_ME = 0.0, 1.0, "years left of my sanction on it, scaled"
    SANCTION_TO_ME = 0.0, 1.0, "years left of its sanction on me, scaled"
    MY_CLIENT = 0.0, 1.0, "1 if it is my client"
    MY_PATRON = 0.0, 1.0, "1 if it is my patron"
    CHALLENGES_ME = 0.0, 1.0, "1 while it challenges me"
    CHALLENGED_BY_ME = 0.0, 1.0, "1 while I challenge it"
    CLIENT = 0.0, 1.0, "1 while it is anybody's client"
    CHALLENGES = 0.0, 1.0, "1 while it challenges anybody"
    CHALLENGED = 0.0, 1.0, "1 while anybody challenges it"
    AGAINST_PARTNER = 0.0, 1.0, "1 if its opponent is my partner"
    AGAINST_MINE = 0.0, 1.0, "1 if its opponent is my patron or client"
    ODDS = 0.0, 1.0, "chance of its side in its dispute without me, as I perceive it; 0 with no dispute"
    ODDS_WITH_ME = 0.0, 1.0, "the same if I stood by it"
    ODDS_AGAINST_ME = 0.0, 1.0, "the same if I stood against it"
    SUPPORT = 0.0, 1.0, "force that others are expected to bring to its defence, over that and its own"
    PACTS = 0.0, 1.0, "share of the others with whom it has a pact"
    COMMON_PACTS = 0.0, 1.0, "share of the others who are partners of both of us"
    SANCTIONED = 0.0, 1.0, "capability share of those who sanction it"


class Globe(Piece):
    """What the world is."""

    CONCENTRATION = 0.0, 1.0, "concentration of capability, as I perceive it"
    LIVING = 0.0, 1.0, "share of states still alive"
    YEAR = 0.0, 1.0, "years gone, of the longest possible"


class Relation(Piece):
    """What everyone can see between i and j: the `graph` view, (N, N, R)."""

    REACH = 0.0, 1.0, "share of i's forces usable at j's home"
    IDEOLOGY_GAP = 0.0, 1.0, "distance on the ideological axis"
    PACT = 0.0, 1.0, "1 where a pact is in force"
    PLEDGE = 0.0, 1.0, "share of its usable force i has pledged to j"
    OFFER = 0.0, 1.0, "years left of i's offer to j, scaled"
    SANCTION = 0.0, 1.0, "years left of i's sanction on j, scaled"
    CLIENT = 0.0, 1.0, "1 where i is j's client"
    DISPUTE = 0.0, 1.0, "1 where i challenges j"


WEIGHTS_START = len(Own)
TERMS = len(Term)
RELATIONS = len(Relation)
OTHERS_START = len(Own) + TERMS
OTHER_SIZE = len(Other)
GLOBE_SIZE = len(Globe)
WEIGHT_SCALE = 10.0  # reward weights are shown over this
TINY = 1e-9  # keeps logarithms of nothing finite
LOG_SCALE = 4.0  # ln ratios are shown over this: e^4 is 55 to 1
GROWTH_SCALE = 10.0  # growth is shown times this


def row_size(actors: int) -> int:
    """Length of a row."""
    return OTHERS_START + (actors - 1) * OTHER_SIZE + GLOBE_SIZE


@rule
def start_of(slot):
    """Where the block about the actor in `slot` begins in a row."""
    return OTHERS_START + slot * OTHER_SIZE


@rule
def own(row, piece):
    """My own `piece`."""
    return row[piece]


@rule
def other(row, slot, piece):
    """`piece` of the actor in `slot`."""
    return row[start_of(slot) + piece]


@rule
def globe(row, piece):
    """A `piece` of the world's block."""
    return row[len(row) - GLOBE_SIZE + piece]


def state_size(actors: int) -> int:
    """Length of the true state: a block for each actor, the relations between all, the years gone."""
    return actors * OTHERS_START + actors * actors * RELATIONS + 1


def relations_of(states: np.ndarray, actors: int) -> np.ndarray:
    """The relations (..., N, N, R) in true states (..., S)."""
    return states[..., actors * OTHERS_START : -1].reshape(*states.shape[:-1], actors, actors, RELATIONS)


def row_table(actors: int) -> list[tuple[str, float, float, str]]:
    """(name, low, high, meaning) of every number in a row, in order; the one source of spaces and docs."""
    table = [(f"own.{piece.name.lower()}", piece.low, piece.high, piece.meaning) for piece in Own]
    table += [(f"weight.{term.name.lower()}", -1.0, 1.0, f"my weight of {term.name.lower()}, scaled") for term in Term]
    for slot in range(actors - 1):
        table += [(f"other{slot + 1}.{piece.name.lower()}", piece.low, piece.high, piece.meaning) for piece in Other]
    table += [(f"world.{piece.name.lower()}", piece.low, piece.high, piece.meaning) for piece in Globe]
    return table
