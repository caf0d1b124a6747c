"""Small worlds made by hand, so that a rule's test can state its own numbers.

`make_world(3, forces=(1, 2, 1), pacts={(0, 1)})` is a still world: nothing grows, fades, errs or breaks
out by itself, everyone is at everyone's border, and what is not named is the same for all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np

from balance_env import VectorEnv
from balance_env.core.actions import OBJECT_VERBS, action_count
from balance_env.core.draws import make_key
from balance_env.core.observe import observation
from balance_env.core.params import Parameters, as_record
from balance_env.core.pieces import OTHER_SIZE, OTHERS_START, Other, Own, row_size
from balance_env.core.reward import Term, reward
from balance_env.core.scratch import Draft, Scratch, allocate_scratch
from balance_env.core.threat import perceive
from balance_env.core.world import NOBODY, PAIR_FIELDS, Clock, Verb, World, allocate_worlds
from balance_env.core.year import year
from balance_env.doctrines import Script
from balance_env.doctrines.reading import Memory
from balance_env.testing import VIOLENT as VIOLENT  # for the tests that import it from here

NEVER, ALWAYS = -600.0, 600.0  # logits of what does not and what does happen
# The numbers of the game's definition, held here so that a test's arithmetic outlives any tuning of defaults.
DEFINITION = {
    "weight_forces": 0.5,
    "theta": 0.5,
    "arm": 0.06,
    "posture_rate": 0.25,
    "output_of_technology": 0.3,
    "trade_pact": 1.5,
    "offer_years": 5.0,
    "pledge_start": 0.6,
    "pledge_restated": 0.5,
    "pledge_fade": 0.04,
    "pledge_floor": 0.3,
    "protection_start": 0.25,
    "protection_fade": 0.25,
    "client_dues": 0.5,
    "unasked": 0.5,
    "stand_by": 0.8,
    "reputation_rate": 0.3,
    "sanction_years": 3.0,
    "sanction_max": 0.05,
    "sanction_exponent": 1.0,
    "sanction_cost": 0.15,
    "sanction_wear": 0.15,
    "quorum": 0.5,
    "threat_base": -1.0,
    "threat_power": 1.0,
    "threat_posture": 0.5,
    "threat_hostility": 1.0,
    "threat_ideology": 0.9,
    "hostility_rate": 0.1,
    "hostility_arming": 0.6,
    "hostility_bystander": 0.7,
    "hostility_peace": 0.3,
    "decisiveness": 1.0,
    "offence": 1.0,
    "offence_bias": 1.0,
    "war_forces": 0.05,
    "war_forces_sd": 1.5,
    "loser_losses": 1.3,
    "spoils": 0.15,
    "destroyed": 0.2,
    "concession": 0.5,
    "war_cost": 0.01,
    "helper_cost": 0.5,
    "conquest": 0.1,
}
STILL = {  # what happens by itself is switched off, each switch to be thrown by the test of what it stops
    **DEFINITION,
    "rest": 0.0,
    "forces_fade": 0.0,
    "growth_mean": 0.0,
    "shock_sd": 0.0,
    "invest": 0.0,
    "guns_cost": 0.0,
    "catch_up": 0.0,
    "trade": 0.0,
    "tribute": 0.0,
    "reputation_mend": 0.0,
    "sanction_stigma": 0.0,
    "misperception": 0.0,
    "dispute_base": NEVER,
    "resolve_sd": 0.0,
    "stalemate": 0.0,
    "friction": 1.0,
    "release": 10.0,
    "floor": 0.0,
    "going_on": 1.0,
    "hegemony": 1.0,
}


@dataclass
class Case:
    """One world with its working room and its parameters."""

    world: World
    p: np.record
    scratch: Scratch

    @property
    def size(self) -> int:
        return len(self.world.actor)

    def actor(self, i: int) -> Any:
        """The record of actor i."""
        return self.world.actor[i]

    def pair(self, i: int, j: int) -> Any:
        """What i does to j, by name: `case.pair(0, 1).pact`."""
        return SimpleNamespace(**{field: self.world.pair[field][i, j] for field in PAIR_FIELDS})

    def each(self, field: str) -> list[float]:
        """A field of every actor."""
        return self.world.actor[field].tolist()

    def act(self, i: int, verb: Verb, j: int = NOBODY) -> Case:
        """Let i do `verb` to j in the year to come."""
        self.world.actor[i].verb, self.world.actor[i].target = int(verb), j
        return self

    def rest(self) -> Case:
        """Let everyone invest, which in a still world is to do nothing."""
        self.world.actor.verb, self.world.actor.target = int(Verb.INVEST), NOBODY
        return self

    def live(self, years: int = 1) -> Case:
        """Pass a year; its acts are done once, then all rest."""
        for _ in range(years):
            year(self.world, self.p, self.scratch)
            self.last_verbs = self.world.actor.verb.copy()
            self.rest()
        return self

    def terms(self) -> tuple[np.ndarray, np.ndarray]:
        """Terms (N, K) and rewards (N,) of the year just lived."""
        terms, rewards = np.zeros((self.size, len(Term))), np.zeros(self.size)
        reward(self.world, self.p, self.scratch, terms, rewards)
        return terms, rewards

    def look(self, open_verbs: int = 4, by_threat: int = 0) -> tuple[np.ndarray, np.ndarray]:
        """Rows (N, D) and masks (N, A) of the world as it stands, perceived with the errors as they stand."""
        actor = self.world.actor
        self.scratch.strength[:] = actor.forces * actor.quality * actor.alive
        perceive(self.world, self.p, self.scratch)
        rows = np.zeros((self.size, row_size(self.size)), np.float32)
        masks = np.zeros((self.size, action_count(self.size, open_verbs)), np.int8)
        observation(self.world, self.p, self.scratch, open_verbs, by_threat, rows, masks)
        return rows, masks

    def perceived(self, field: Draft) -> np.ndarray:
        """(N, N), at [i, j] what i perceives of j."""
        return self.scratch.dyad[field].T

    def copy(self) -> Case:
        """The same world a second time."""
        return Case(World(*(array.copy() for array in self.world)), self.p.copy(), working_room(self.size))


def working_room(actors: int) -> Scratch:
    """Scratch for one world."""
    return allocate_scratch(actors, OTHER_SIZE)


def random_legal(masks: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Legal actions (...,) for masks (..., A), each legal one with equal chance."""
    return (generator.random(masks.shape) * masks).argmax(axis=-1)


def own_piece(rows: np.ndarray, i: int, piece: Own) -> float:
    """i's own `piece`."""
    return float(rows[i, piece])


def other_piece(rows: np.ndarray, i: int, j: int, piece: Other) -> float:
    """What i's row says of j, with slots in the order of seats."""
    slot = (j - i - 1) % len(rows)
    return float(rows[i, OTHERS_START + slot * OTHER_SIZE + piece])


def make_world(
    actors: int,
    *,
    pacts: Iterable[tuple[int, int]] = (),
    patrons: Mapping[int, int] | None = None,
    disputes: Mapping[int, int] | None = None,
    chosen: Iterable[int] = (),
    weights: Mapping[Term, float] | None = None,
    seed: int = 1,
    pair: Mapping[str, Any] | None = None,
    parameters: Mapping[str, float] | None = None,
    **fields: Any,
) -> Case:
    """A still world of the definition's numbers.

    Parameters
    ----------
    pacts : pairs of partners; pledges stand at `pledge_start` unless `pair` says otherwise.
    patrons, disputes : {client: patron} and {challenger: target}.
    chosen : challengers that opened their dispute by choice.
    weights : of the reward terms, for all.
    pair : {field: {(i, j): value}, or a value for all pairs of two}.
    parameters : over `STILL` over the defaults; not held to the table's ranges.
    fields : {actor field: a value for all, or one for each}.
    """
    p = Parameters()._replace(**{**STILL, **(parameters or {})})
    batch = allocate_worlds(1, actors, len(Term))
    world = World(*(array[0] for array in batch))
    world.clock[Clock.SEED], world.clock[Clock.KEY] = seed, make_key(seed, 0, 0)
    world.clock[Clock.LAST_YEAR] = 200
    start = {
        "ident": np.arange(actors),
        "alive": 1,
        "economy": 1.0,
        "forces": 1.0,
        "technology": 1.0,
        "ideology": 0.5,
        "reputation": 1.0,
        "growth": p.growth_mean,
        **dict.fromkeys(("patron", "dispute", "player", "target", "opponent", "conqueror"), NOBODY),
    }
    for field, value in {**start, **fields}.items():
        world.actor[field] = value
    world.actor.quality = world.actor.technology**p.theta
    world.actor.log_economy = world.actor.opening_log = np.log(np.maximum(world.actor.economy, 1e-9))
    others = ~np.eye(actors, dtype=bool)
    for field, value in {"reach": 1.0, "remoteness": np.log(0.1), "hostility": p.hostility_peace}.items():
        world.pair[field][...] = np.where(others, value, 1.0 if field == "reach" else 0.0)
    for i, j in pacts:
        for one, two in ((i, j), (j, i)):
            world.pair.pact[one, two], world.pair.willingness[one, two] = 1, p.pledge_start
    for i, k in (patrons or {}).items():
        world.actor.patron[i] = k
        world.pair.willingness[i, k], world.pair.willingness[k, i] = p.client_dues, p.protection_start
    for i, j in (disputes or {}).items():
        world.actor.dispute[i] = j
        world.actor.chosen[i] = int(i in set(chosen))
    for field, value in (pair or {}).items():
        for key, entry in value.items() if isinstance(value, Mapping) else [(others, value)]:
            world.pair[field][key] = entry
    world.pair.exposure[...] = world.pair.reach.T
    for i in range(actors):
        for slot in range(actors - 1):
            j = (i + 1 + slot) % actors
            world.pair.order[i, slot], world.pair.place[i, j] = j, slot
    for term, weight in (weights or {}).items():
        world.design[:, term] = weight
    case = Case(world, as_record(p), working_room(actors))
    strength, output = world.actor.forces * world.actor.quality, world.actor.economy
    share = [part / part.sum() if part.sum() > 0 else np.full(actors, 1 / actors) for part in (strength, output)]
    world.actor.opening_share = p.weight_forces * share[0] + (1 - p.weight_forces) * share[1]
    return case.rest()


def batch_of(*cases: Case, open_verbs: int = 3) -> VectorEnv:
    """A batch that holds copies of these cases, of one size and with the parameters of the first; all its seats invest.

    Parameters outside the table's ranges, as a still world has them, come in by the back door.
    """
    verbs = [verb.name.lower() for verb in OBJECT_VERBS[:open_verbs]]
    batch = VectorEnv("default", len(cases), states=cases[0].size, verbs=verbs, threads=1, autoreset=False)
    batch.reset(0)
    batch._p, batch.parameters = cases[0].p, Parameters(*cases[0].p.item())
    for w, case in enumerate(cases):
        for array, its in zip(batch.worlds, case.world, strict=True):
            array[w] = its
    batch.set_players(np.full((len(cases), cases[0].size), Script.ALWAYS_INVEST))
    return batch


def blank_memory(actors: int) -> Memory:
    """What a doctrine in seat 0 remembers at the start, with slots in the order of seats."""
    order = np.array([*range(1, actors), 0], np.int16)
    return Memory(order, np.zeros(actors))
