"""Scripted states: doctrines of the theory, constant policies and random legal play.

A doctrine is a rule `(row, mask, stream, ident, memory) -> action`. It sees its own observation row
and mask, may draw `uniform(stream, ident, n)`, and remembers one number per actor in
`memory.kept`; the table below says which doctrines do either. A seat holds the id of its doctrine.
"""

from __future__ import annotations

from difflib import get_close_matches
from enum import IntEnum
from typing import NamedTuple

from ..core.draws import Purpose, make_stream
from ..core.jit import phase, rule
from ..core.world import Clock, Dyad
from .balancers import (
    balance_of_power,
    balance_of_threat,
    chain_ganger,
    collective_security,
    minimal_winning_coalition,
    offshore_balancer,
    soft_balancer,
)
from .constants import (
    ally_nearest,
    ally_strongest,
    always_arm,
    always_invest,
    always_research,
    arm_invest_alternation,
    bandwagon_strongest,
    coerce_weakest,
    random_legal,
    sanction_most_hostile,
)
from .opportunists import aspiring_hegemon, bandwagon_for_profit, buck_passer, hider
from .reading import Memory
from .reciprocators import grim, richardson_armer, tit_for_tat


class Script(IntEnum):
    """The ids by which a kernel chooses a doctrine."""

    RANDOM_LEGAL = 0
    ALWAYS_INVEST = 1
    ALWAYS_RESEARCH = 2
    ALWAYS_ARM = 3
    ALLY_NEAREST = 4
    ALLY_STRONGEST = 5
    BANDWAGON_STRONGEST = 6
    SANCTION_MOST_HOSTILE = 7
    COERCE_WEAKEST = 8
    ARM_INVEST_ALTERNATION = 9
    BALANCE_OF_POWER = 10
    BALANCE_OF_THREAT = 11
    BANDWAGON_FOR_PROFIT = 12
    BUCK_PASSER = 13
    CHAIN_GANGER = 14
    MINIMAL_WINNING_COALITION = 15
    OFFSHORE_BALANCER = 16
    ASPIRING_HEGEMON = 17
    COLLECTIVE_SECURITY = 18
    HIDER = 19
    TIT_FOR_TAT = 20
    GRIM = 21
    RICHARDSON_ARMER = 22
    SOFT_BALANCER = 23


@phase
def play(script, row, mask, stream, ident, memory):
    """The action of the doctrine with the id `script`, a `Script`."""
    if script == Script.ALWAYS_INVEST:
        return always_invest(row, mask, stream, ident, memory)
    if script == Script.ALWAYS_RESEARCH:
        return always_research(row, mask, stream, ident, memory)
    if script == Script.ALWAYS_ARM:
        return always_arm(row, mask, stream, ident, memory)
    if script == Script.ALLY_NEAREST:
        return ally_nearest(row, mask, stream, ident, memory)
    if script == Script.ALLY_STRONGEST:
        return ally_strongest(row, mask, stream, ident, memory)
    if script == Script.BANDWAGON_STRONGEST:
        return bandwagon_strongest(row, mask, stream, ident, memory)
    if script == Script.SANCTION_MOST_HOSTILE:
        return sanction_most_hostile(row, mask, stream, ident, memory)
    if script == Script.COERCE_WEAKEST:
        return coerce_weakest(row, mask, stream, ident, memory)
    if script == Script.ARM_INVEST_ALTERNATION:
        return arm_invest_alternation(row, mask, stream, ident, memory)
    if script == Script.BALANCE_OF_POWER:
        return balance_of_power(row, mask, stream, ident, memory)
    if script == Script.BALANCE_OF_THREAT:
        return balance_of_threat(row, mask, stream, ident, memory)
    if script == Script.BANDWAGON_FOR_PROFIT:
        return bandwagon_for_profit(row, mask, stream, ident, memory)
    if script == Script.BUCK_PASSER:
        return buck_passer(row, mask, stream, ident, memory)
    if script == Script.CHAIN_GANGER:
        return chain_ganger(row, mask, stream, ident, memory)
    if script == Script.MINIMAL_WINNING_COALITION:
        return minimal_winning_coalition(row, mask, stream, ident, memory)
    if script == Script.OFFSHORE_BALANCER:
        return offshore_balancer(row, mask, stream, ident, memory)
    if script == Script.ASPIRING_HEGEMON:
        return aspiring_hegemon(row, mask, stream, ident, memory)
    if script == Script.COLLECTIVE_SECURITY:
        return collective_security(row, mask, stream, ident, memory)
    if script == Script.HIDER:
        return hider(row, mask, stream, ident, memory)
    if script == Script.TIT_FOR_TAT:
        return tit_for_tat(row, mask, stream, ident, memory)
    if script == Script.GRIM:
        return grim(row, mask, stream, ident, memory)
    if script == Script.RICHARDSON_ARMER:
        return richardson_armer(row, mask, stream, ident, memory)
    if script == Script.SOFT_BALANCER:
        return soft_balancer(row, mask, stream, ident, memory)
    return random_legal(row, mask, stream, ident, memory)


@rule
def choose(world, row, mask, i):
    """The action of the doctrine in seat i, from its row, its mask, its draws and its memory."""
    stream = make_stream(world.clock[Clock.KEY], world.clock[Clock.YEAR], Purpose.POLICY)
    memory = Memory(world.order[i], world.dyad[Dyad.MEMORY, i])
    return play(world.actor[i].player, row, mask, stream, world.actor[i].ident, memory)


class Doctrine(NamedTuple):
    """What the table says of a scripted state."""

    name: str
    script: Script  # the id of its rule
    author: str  # author and year
    work: str
    sentence: str  # what it does, in one sentence
    acts: str  # when it does what, and where it leaves its author; empty for a baseline
    memory: bool = False  # whether it remembers anything from year to year
    chance: bool = False  # whether it draws


BASELINE = "design choice", "baseline of the benchmark"
SNYDER = "Christensen & Snyder 1990", "Chain Gangs and Passed Bucks, International Organization 44(2)"
MEARSHEIMER = "Mearsheimer 2001", "The Tragedy of Great Power Politics"
AXELROD = "Axelrod 1984", "The Evolution of Cooperation"
RIKER = "Riker 1962; Cusack & Stoll 1990", "The Theory of Political Coalitions; Exploring Realpolitik"
CLAUDE = "Claude 1962; Cusack & Stoll 1994", "Power and International Relations; International Studies Quarterly 38(1)"
SCHWELLER = "Schweller 1994", "Bandwagoning for Profit, International Security 19(1)"
PAPE = "Pape 2005; Paul 2005", "Soft Balancing against the United States; Soft Balancing in the Age of U.S. Primacy"
SCHROEDER = "Schroeder 1994", "Historical Reality vs. Neo-realist Theory, International Security 19(1)"

TABLE = (
    (random_legal, Script.RANDOM_LEGAL, *BASELINE, False, True),
    (always_invest, Script.ALWAYS_INVEST, *BASELINE),
    (always_research, Script.ALWAYS_RESEARCH, *BASELINE),
    (always_arm, Script.ALWAYS_ARM, *BASELINE),
    (ally_nearest, Script.ALLY_NEAREST, *BASELINE),
    (ally_strongest, Script.ALLY_STRONGEST, *BASELINE),
    (bandwagon_strongest, Script.BANDWAGON_STRONGEST, *BASELINE),
    (sanction_most_hostile, Script.SANCTION_MOST_HOSTILE, *BASELINE),
    (coerce_weakest, Script.COERCE_WEAKEST, *BASELINE),
    (arm_invest_alternation, Script.ARM_INVEST_ALTERNATION, *BASELINE, True),
    (balance_of_power, Script.BALANCE_OF_POWER, "Waltz 1979", "Theory of International Politics"),
    (balance_of_threat, Script.BALANCE_OF_THREAT, "Walt 1987", "The Origins of Alliances"),
    (bandwagon_for_profit, Script.BANDWAGON_FOR_PROFIT, *SCHWELLER),
    (buck_passer, Script.BUCK_PASSER, *SNYDER),
    (chain_ganger, Script.CHAIN_GANGER, *SNYDER),
    (minimal_winning_coalition, Script.MINIMAL_WINNING_COALITION, *RIKER),
    (offshore_balancer, Script.OFFSHORE_BALANCER, *MEARSHEIMER),
    (aspiring_hegemon, Script.ASPIRING_HEGEMON, *MEARSHEIMER),
    (collective_security, Script.COLLECTIVE_SECURITY, *CLAUDE),
    (hider, Script.HIDER, *SCHROEDER),
    (tit_for_tat, Script.TIT_FOR_TAT, *AXELROD),
    (grim, Script.GRIM, *AXELROD, True),
    (richardson_armer, Script.RICHARDSON_ARMER, "Richardson 1960", "Arms and Insecurity"),
    (soft_balancer, Script.SOFT_BALANCER, *PAPE),
)


def _describe(function, script: Script, author: str, work: str, memory: bool = False, chance: bool = False) -> Doctrine:
    sentence, _, rest = function.__doc__.partition("\n\n")
    acts = " ".join(rest.partition("Memory:")[0].split())
    return Doctrine(script.name.lower(), script, author, work, sentence, acts, memory, chance)


DOCTRINES: dict[str, Doctrine] = {entry[1].name.lower(): _describe(*entry) for entry in TABLE}


CONSTANTS = tuple(  # policies that a game worth playing lets nobody win by
    name for name, doctrine in DOCTRINES.items() if doctrine.author == BASELINE[0] and name != "random_legal"
)


def doctrine_names() -> list[str]:
    """Names of all doctrines in the order of their ids."""
    return list(DOCTRINES)


def doctrine_id(name: str) -> int:
    """The id by which a kernel knows the doctrine `name`.

    Raises ValueError for an unknown name, with the nearest known one.
    """
    if name not in DOCTRINES:
        nearest = get_close_matches(name, DOCTRINES, n=1, cutoff=0.0)[0]
        raise ValueError(f"unknown doctrine {name!r}: did you mean {nearest!r}? All: {', '.join(DOCTRINES)}")
    return int(DOCTRINES[name].script)
