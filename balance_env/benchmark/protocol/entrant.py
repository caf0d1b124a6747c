"""Who enters: a doctrine by name, trained policies by folder, or a class of the entrant's own, `module:Class`."""

from __future__ import annotations

import hashlib
import os
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from importlib.machinery import PathFinder
from pathlib import Path

import numpy as np

from ...players import LEARNER, load_player, policy_hash, trained_at
from ...vector import VectorEnv
from ..history import Act, History
from ..whatif.forks import aged_worlds
from .arena import CROSS_PLAY, FIRST, SECOND, Casting, both, play
from .guard import Guard
from .suite import Stage

DOCTRINE, POLICY, CLASS = "doctrine", "policy", "class"
FLOOR = "random_legal"  # plays where a policy cannot
MISFIT = "does not fit"


@dataclass(frozen=True)
class Entrant:
    """Who enters, once or as several training runs.

    Attributes
    ----------
    name : str
    kind : "doctrine", "policy" or "class"
    sources : tuple of str
        One for each training run: a doctrine's name, a folder, or `module:Class`.
    hash : str
        SHA-256 of what plays: weights, or the source of the class's module.
    trained : bool
        Whether its runs differ by training; a rule has one.
    """

    name: str
    kind: str
    sources: tuple[str, ...]
    hash: str

    @property
    def trained(self) -> bool:
        """Whether its runs differ by training."""
        return self.kind == POLICY or len(self.sources) > 1


@dataclass(frozen=True)
class Played:
    """A stage that an entrant has played: what happened, and what it did wrong beside illegal acts."""

    history: History
    lost: np.ndarray  # (W,) acts lost in each episode
    faults: Counter[str] = field(default_factory=Counter)
    said: dict[str, str] = field(default_factory=dict)


def open_entrant(text: str, name: str | None = None) -> Entrant:
    """The entrant that `--entrant` names; several training runs stand in one text with commas between them.

    Raises
    ------
    ValueError
        If it is none of the three, its runs are of several kinds, or it cannot be loaded.
    """
    sources = tuple(part.strip() for part in text.split(",") if part.strip())
    if not sources:
        raise ValueError("no entrant given: a doctrine's name, a policy or run folder, or module:Class")
    kinds = sorted({_kind(source) for source in sources})
    if len(kinds) > 1 or (kinds == [DOCTRINE] and len(sources) > 1):
        raise ValueError(f"entrant {text!r} mixes {', '.join(kinds)}: runs of one entrant are policies, or classes")
    kind = kinds[0]
    contents = {DOCTRINE: _doctrine_content, POLICY: _policy_content, CLASS: _class_content}[kind]
    digest = hashlib.sha256(b"\0".join(part for source in sources for part in contents(source))).hexdigest()
    usual = Path(sources[0]).name if kind == POLICY else sources[0].replace(":", ".")
    entrant = Entrant(name or usual, kind, sources, digest)
    if "/" in entrant.name or entrant.name.startswith("."):
        raise ValueError(f"entrant's name {entrant.name!r}: it names a folder, so no / and no . at its head")
    if kind == CLASS:
        check_class(sources)
    return entrant


def check_class(sources: Iterable[str]) -> None:
    """ValueError for a class that cannot be made."""
    for source in sources:
        with Guard(source) as guard:
            guard.begin(0)
            if guard.said:
                raise ValueError(f"entrant {source!r} cannot be made: {'; '.join(guard.said.values())}")


def play_run(entrant: Entrant, run: int, stage: Stage, role: str, casting: Casting, seed: int) -> Played:
    """The stage as one run of the entrant plays it, in cross-play with the next run.

    A policy that does not fit the stage plays random legal actions there, which is said.
    """
    if entrant.kind == CLASS:
        return _play_class(entrant, run, stage, role, casting, seed)
    said: dict[str, str] = {}
    first, second = (_fitting(entrant.sources[n % len(entrant.sources)], stage, said) for n in (run, run + 1))
    history = play(stage, casting, seed, first, second)
    acted = (history.alive[:-1] & history.going[1:, :, None] & (casting.focal == FIRST)).sum((0, 2))
    lost = acted * (first != entrant.sources[run])
    return Played(history, lost, Counter({MISFIT: int(lost.sum())} if lost.any() else {}), said)


def aged(entrant: Entrant, run: int, stage: Stage, casting: Casting, seed: int) -> tuple[VectorEnv, Act | None]:
    """Worlds of the stage that one run of the entrant has shared for some years, to be forked, and who acts in them."""
    number, act, name = stage.number(seed), None, LEARNER
    if entrant.kind == CLASS:
        guard = _guard(entrant.sources[run], FIRST)
        guard.begin(number)
        act = guard.act
    else:
        name = _fitting(entrant.sources[run], stage, {})
    players = np.where(casting.focal == FIRST, name, casting.players)
    return aged_worlds(stage.world, players, worlds=len(players), seed=number, act=act, threads=1), act


def _fitting(source: str, stage: Stage, said: dict[str, str]) -> str:
    """The player itself, or who plays in its place where it does not fit; `said` is told why."""
    try:
        load_player(source, stage.world)
    except ValueError as error:
        said.setdefault(MISFIT, str(error))
        return FLOOR
    return source


def _play_class(entrant: Entrant, run: int, stage: Stage, role: str, casting: Casting, seed: int) -> Played:
    first = _guard(entrant.sources[run], FIRST)
    first.begin(stage.number(seed))
    act: Act = first.act
    if role == CROSS_PLAY:
        second = _guard(entrant.sources[(run + 1) % len(entrant.sources)], SECOND)
        second.begin(stage.number(seed))
        act = both(first.act, second.act, casting)
    history = play(stage, casting, seed, act=act)
    lost = np.array([first.lost[world] for world in range(len(casting.lead))], np.int64)
    return Played(history, lost, first.faults, first.said)


@cache
def _guard(source: str, number: int) -> Guard:
    """The guarded process of a class that serves this process to its end: starting one takes seconds."""
    return Guard(source)


def _kind(source: str) -> str:
    """Which of the three a source is."""
    if ":" in source and not Path(source).exists():
        return CLASS
    return DOCTRINE if trained_at(source) is None else POLICY


def _doctrine_content(source: str) -> list[bytes]:
    return [source.encode()]


def _policy_content(source: str) -> list[bytes]:
    """The hash of the weights in a folder."""
    folder = trained_at(source)
    assert folder is not None
    return [policy_hash(folder).encode()]


def _class_content(source: str) -> list[bytes]:
    """The source of a module, found without running any of it."""
    module, _, name = source.partition(":")
    places = [os.getcwd(), *sys.path]  # an installed command does not look where it is called
    spec = None
    for depth in range(1, module.count(".") + 2):
        spec = PathFinder.find_spec(".".join(module.split(".")[:depth]), places)
        if spec is None:
            raise ValueError(f"entrant {source!r}: there is no module {module!r} here or on Python's path")
        places = list(spec.submodule_search_locations or [])
    if spec is None or spec.origin is None:
        raise ValueError(f"entrant {source!r}: module {module!r} has no file")
    return [Path(spec.origin).read_bytes(), name.encode()]
