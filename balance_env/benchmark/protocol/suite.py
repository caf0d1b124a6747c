"""A suite: frozen, versioned stages, each a scenario, who sits where in it, and the skill it asks for.

A suite is a folder of `suites/`: a YAML file for each stage, `anchors.csv` with what was measured in them
(see `anchors`), and `frozen.json` with the hash of every stage, which a test holds it to.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from importlib import resources
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError, field_validator, model_validator

from ...doctrines import doctrine_id
from ...players import policy_hash, trained_at
from ...scenario import Scenario
from ...scenarios import load_scenario
from ...strict import Strict, error_lines, read_mapping, unknown

FROZEN = "frozen.json"
FEW, MANY = 4, 12  # states up to and from which a world is called small and large
SEED_BITS = 62  # of a batch

TAGS = {
    "near": "the threat is a land neighbour",
    "offshore": "the threat lies across water",
    "rising": "a challenger grows faster than the rest",
    "declining": "a leader falls behind the rest",
    "bipolar": "two states far above the others",
    "tripolar": "three states count",
    "balanced": "several great powers, none above the others",
    "unbalanced": "several great powers, one of them a potential hegemon",
    "hegemonic": "one state outweighs any other by far",
    "blocs": "two camps of ideology",
    "hidden_intent": "what others want is drawn anew and seen by nobody",
    "history": "the great powers of a year",
    "learned": "trained states are in the background",
    "offence": "attacking is easier than defending",
    "defence": "defending is easier than attacking",
    "known_horizon": "the last year is fixed",
    "hidden_horizon": "the end comes by chance",
    "institution": "members can sanction collectively",
    "no_institution": "nobody can sanction collectively",
    "coercion_open": "states may open disputes by choice",
    "coercion_closed": "disputes come by chance alone",
    "small": f"at most {FEW} states",
    "large": f"at least {MANY} states",
}
READ_OFF = tuple(TAGS)[list(TAGS).index("learned") :]  # tags that scenario and background tell themselves


class Skill(Strict):
    """What a stage asks for: a doctrine that has it, one that lacks it, and why it should pay."""

    has: str
    lacks: str
    why: str

    @field_validator("has", "lacks")
    @classmethod
    def _is_doctrine(cls, value: str) -> str:
        doctrine_id(value)
        return value


class Stage(Strict):
    """A scenario, who sits where in it, and what it asks for."""

    name: str
    description: str
    tags: tuple[str, ...]  # those that the scenario does not tell by itself
    scenario: str = "default"  # name of a scenario of the package
    changes: dict[str, Any] = Field(default_factory=dict)  # fields and parameters that differ from it
    resident: int  # seats of the entrant where it is the resident; as a visitor it has one
    held: dict[str, tuple[str, ...]] = Field(default_factory=dict)  # states never the entrant's, and who may play
    background: tuple[str, ...]  # who may play the others, drawn for each seat and episode
    skill: Skill

    @field_validator("tags")
    @classmethod
    def _are_known(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for tag in value:
            if tag not in TAGS or tag in READ_OFF:
                raise ValueError(unknown("tag", tag, [tag for tag in TAGS if tag not in READ_OFF]))
        return value

    @model_validator(mode="after")
    def _is_whole(self) -> Stage:
        for player in self.players:
            trained_at(player)
        if not self.background:
            raise ValueError("background: one player or more")
        free = len(self.free_seats)
        seats = len(self.world.state_names())
        if not seats / 2 < self.resident <= free or self.resident == seats:
            raise ValueError(
                f"resident = {self.resident}: most of {seats} seats, not all, and at most {free} free ones"
            )
        if self.held and self.world.permute_seats:
            raise ValueError("held: states have no seat of their own where permute_seats draws it")
        return self

    @cached_property
    def world(self) -> Scenario:
        """The scenario with its changes."""
        return load_scenario(self.scenario, **{**self.changes, "name": self.name})

    @property
    def players(self) -> list[str]:
        """Who may sit in the background, sorted."""
        return sorted({*self.background, *(name for names in self.held.values() for name in names)})

    @cached_property
    def held_seats(self) -> dict[int, tuple[str, ...]]:
        """Seats that are never the entrant's, and who may play them."""
        places = self.world.indices("held", self.held)
        return dict(zip(places, self.held.values(), strict=True))

    @property
    def free_seats(self) -> list[int]:
        """Seats that may be the entrant's."""
        return [seat for seat in range(len(self.world.state_names())) if seat not in self.held_seats]

    @property
    def all_tags(self) -> tuple[str, ...]:
        """Its tags, with those that the scenario tells, in the order of `TAGS`."""
        world, count = self.world, len(self.world.state_names())
        offence = world.parameters_resolved().offence
        told = {
            "offence": offence > 1.0,
            "defence": offence < 1.0,
            "known_horizon": world.max_cycles is not None,
            "hidden_horizon": world.max_cycles is None,
            "institution": world.institution is not None,
            "no_institution": world.institution is None,
            "coercion_open": "coerce" in world.verbs,
            "coercion_closed": "coerce" not in world.verbs,
            "learned": any(trained_at(name) for name in self.players),
            "small": count <= FEW,
            "large": count >= MANY,
        }
        return tuple(tag for tag in TAGS if tag in self.tags or told.get(tag, False))

    @cached_property
    def hash(self) -> str:
        """SHA-256 of what is played: scenario, who may sit where, their weights; names and words do not change it."""
        content: dict[str, Any] = {
            "scenario": self.world.content_hash(),
            "resident": self.resident,
            "held": {seat: sorted(names) for seat, names in sorted(self.held_seats.items())},
            "background": sorted(self.background),
        }
        if trained := {name: policy_hash(folder) for name in self.players if (folder := trained_at(name))}:
            content["trained"] = trained
        return hashlib.sha256(json.dumps(content).encode()).hexdigest()

    def number(self, seed: int) -> int:
        """The number that all draws of this stage begin with: of its content and the seed, of nothing else."""
        digest = hashlib.sha256(f"{self.hash} {seed}".encode()).digest()
        return int.from_bytes(digest[:8], "big") >> (64 - SEED_BITS)


@dataclass(frozen=True)
class Suite:
    """Stages under one name."""

    name: str
    folder: Path
    stages: tuple[Stage, ...]

    @cached_property
    def hash(self) -> str:
        """SHA-256 of its stages and their tags, in order of their names."""
        content = [(stage.name, stage.hash, stage.all_tags) for stage in self.stages]
        return hashlib.sha256(json.dumps(content).encode()).hexdigest()

    def stage(self, name: str) -> Stage:
        """The stage of that name; ValueError names the nearest."""
        known = {stage.name: stage for stage in self.stages}
        if name not in known:
            raise ValueError(unknown("stage", name, known))
        return known[name]

    def freeze(self) -> dict[str, Any]:
        """What `frozen.json` holds: the hash of the suite and of each stage."""
        return {"suite": self.hash, "stages": {stage.name: stage.hash for stage in self.stages}}


def suite_names() -> list[str]:
    """Names of the suites in the package, sorted."""
    return sorted(folder.name for folder in _suites().iterdir() if folder.is_dir() and any(folder.glob("*.yaml")))


def load_stage(file: Path) -> Stage:
    """The stage in a YAML file.

    Raises
    ------
    ValueError
        If it is not YAML, or a key or value is wrong: names it and what is allowed.
    """
    values = read_mapping(file)
    try:
        return Stage.model_validate({"name": file.stem, **values})
    except ValidationError as error:
        raise ValueError("\n".join(f"stage {file.stem}: {line}" for line in error_lines(error))) from None


def load_suite(suite: str | Path) -> Suite:
    """A suite of the package by name, or one of your own by folder.

    Raises
    ------
    ValueError
        For an unknown suite, a stage that cannot be read, and two stages that are equal in all but words.
    """
    folder = _suites() / suite if suite in suite_names() else Path(suite)
    files = sorted(folder.glob("*.yaml"))
    if not files:
        raise ValueError(unknown("suite", suite, suite_names()) + "; or a folder with a YAML file for each stage")
    stages = tuple(load_stage(file) for file in files)
    seen: dict[str, str] = {}
    for stage in stages:
        if (other := seen.setdefault(stage.hash, stage.name)) != stage.name:
            raise ValueError(f"suite {folder.name}: stages {other!r} and {stage.name!r} are equal in all but words")
    return Suite(folder.name, folder, stages)


def _suites() -> Path:
    return Path(str(resources.files("balance_env.benchmark"))) / "suites"
