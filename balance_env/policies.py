"""Trained states as files that hold numbers only, and the players they make: numpy plays them, nothing is unpickled.

A policy is a folder of two files: `policy.safetensors` holds the weights, `policy.json` says what they are -
architecture, verbs, pieces of the row, scenario, designs, training - and the hash of the weights.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from .core.actions import OBJECT_VERBS, PLAIN_VERBS
from .core.pieces import GLOBE_SIZE, OTHER_SIZE, OTHERS_START, row_table
from .networks import NETWORKS, NUMPY, Architecture
from .scenario import Scenario

FORMAT = 1
WEIGHTS, CARD = "policy.safetensors", "policy.json"
VERSION_DIGITS = 16  # of a hash, where it names a version
BLOCK = 64  # rows looked at together, always as many: how BLAS adds up, to the last bit, depends on how many there are
SIZE_BYTES = 8  # at the head of a safetensors file: the length of its table
Policy = Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]  # (rows, masks, draws) -> actions


def pieces() -> list[list[Any]]:
    """Name and bounds of every number in a row about one other actor: what a network learned to read."""
    return [[name, low, high] for name, low, high, _ in row_table(2)]


def pieces_version(table: list[list[Any]]) -> str:
    """The hash by which a table of pieces is called."""
    return hashlib.sha256(json.dumps(table).encode()).hexdigest()[:VERSION_DIGITS]


def verb_names(count: int) -> list[str]:
    """Names of the first `count` verbs with an object."""
    return [verb.name.lower() for verb in OBJECT_VERBS[:count]]


def make_card(architecture: Architecture, scenario: Scenario, training: Mapping[str, Any]) -> dict[str, Any]:
    """What `policy.json` says, but for the hash of the weights; `training` is the maker's own summary."""
    table = pieces()
    return {
        "format": FORMAT,
        **architecture._asdict(),
        "verbs": verb_names(architecture.verbs),
        "pieces": {"version": pieces_version(table), "table": table},
        "scenario": {
            "name": scenario.name,
            "hash": scenario.content_hash(),
            "designs": np.unique(scenario.template().designs, axis=0).tolist(),
        },
        "training": dict(training),
    }


def read_safetensors(content: bytes) -> dict[str, np.ndarray]:
    """The float32 arrays in a file of the format safetensors.

    Raises
    ------
    ValueError
        If it is not one, or holds other numbers.
    """
    size = int.from_bytes(content[:SIZE_BYTES], "little")
    head, body = content[SIZE_BYTES : SIZE_BYTES + size], content[SIZE_BYTES + size :]
    try:
        table = json.loads(head)
        table.pop("__metadata__", None)
        arrays = {}
        for name, entry in table.items():
            shape, (start, stop) = tuple(entry["shape"]), entry["data_offsets"]
            if entry["dtype"] != "F32" or not 0 <= start <= stop <= len(body) or stop - start != 4 * math.prod(shape):
                raise ValueError(f"{name} is {entry}")
            arrays[name] = np.frombuffer(body[start:stop], "<f4").reshape(shape).astype(np.float32)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise ValueError(f"no safetensors of float32: {error}") from None
    return arrays


class LearnedPolicy:
    """A trained policy: a function of rows (n, D), masks (n, A) and uniform draws (n,) to actions (n,).

    One with a memory (`architecture.years` above 1) takes the rows that a `Window` of as many years gives.
    In worlds with fewer verbs than it knows it does without their scores; a verb that it does not know, it never uses.
    Draws come from outside, so that compared policies share them and a run can be repeated.

    Parameters
    ----------
    weights : dict of float32 arrays
    card : dict
        What `policy.json` says.

    Raises
    ------
    ValueError
        For an unknown network, and for weights that do not make the one on the card.
    """

    def __init__(self, weights: dict[str, np.ndarray], card: dict[str, Any]) -> None:
        self.weights, self.card = weights, card
        if card["network"] not in NETWORKS:
            raise ValueError(f"network {card['network']!r}: one of {', '.join(NETWORKS)}")
        sizes = (card["width"], card["actors"], len(card["verbs"]), card["years"])
        self.architecture = Architecture(card["network"], *sizes)
        self.network = NETWORKS[self.architecture.network]
        asked, given = self.network.shapes(self.architecture), {name: w.shape for name, w in weights.items()}
        if wrong := _differing(asked, given):
            raise ValueError(f"weights do not make a {self.architecture}: {'; '.join(wrong)}")

    def scores(self, rows: np.ndarray) -> np.ndarray:
        """Scores (n, A) of all actions of the verbs it knows, legal or not. A row's do not depend on the others."""
        blocks = np.zeros((max(1, -(-len(rows) // BLOCK)), BLOCK, rows.shape[1]), np.float32)
        blocks.reshape(-1, rows.shape[1])[: len(rows)] = rows
        years = self.architecture.years
        scores = [self.network.look(self.weights, block, years, NUMPY)[0] for block in blocks]
        return np.concatenate(scores)[: len(rows)]

    def __call__(self, rows: np.ndarray, masks: np.ndarray, draws: np.ndarray) -> np.ndarray:
        """Actions (n,) int64 of rows (n, years * D) and masks (n, A), each drawn by a uniform number of `draws` (n,).

        Raises
        ------
        ValueError
            If the shapes do not belong to each other, or to worlds that rows can be of.
        """
        self._check_call(rows, masks, draws)
        scores = self.scores(rows).astype(float)
        shared = min(
            scores.shape[1], masks.shape[1]
        )  # verbs stand in one order: the last are those that one side lacks
        scores = np.where(masks[:, :shared] > 0, scores[:, :shared], -np.inf)
        reached = np.exp(scores - scores.max(-1, keepdims=True)).cumsum(-1)
        return (reached < draws[:, None] * reached[:, -1:]).sum(-1)

    def _check_call(self, rows: np.ndarray, masks: np.ndarray, draws: np.ndarray) -> None:
        count, wide = len(rows), rows.shape[-1]
        others, left = divmod(wide / self.architecture.years - OTHERS_START - GLOBE_SIZE, OTHER_SIZE)
        if rows.ndim != 2 or left or others < 1:
            raise ValueError(f"rows {rows.shape}: (n, {self.architecture.years} * D), D as row_table(N) has pieces")
        if masks.ndim != 2 or len(masks) != count or (masks.shape[1] - PLAIN_VERBS) % others:
            raise ValueError(f"masks {masks.shape}: ({count}, {PLAIN_VERBS} + V * {others:g}) for rows {rows.shape}")
        if draws.shape != (count,):
            raise ValueError(f"draws {draws.shape}: ({count},), a uniform number for each row")

    def check_fits(self, scenario: Scenario) -> None:
        """Refuse worlds that the policy was not made for.

        Raises
        ------
        ValueError
            If the pieces of the row, the order of the verbs or, where the network is not free of it, the number
            of states differ, or if slots change their states under a policy with memory; names what differs.
        """
        differing = []
        table = {name: [low, high] for name, low, high in pieces()}
        learned = {name: [low, high] for name, low, high in self.card["pieces"]["table"]}
        if [*table.items()] != [*learned.items()]:
            told = _differing(table, learned) or ["another order"]
            differing.append(f"pieces of the row ({'; '.join(told)})")
        if any(verb != known for verb, known in zip(scenario.verbs, self.card["verbs"], strict=False)):
            differing.append(f"verbs ({', '.join(scenario.verbs)}; the policy's: {', '.join(self.card['verbs'])})")
        count = len(scenario.state_names())
        if not self.network.is_size_free and count != self.architecture.actors:
            differing.append(f"number of states ({count}; the policy's: {self.architecture.actors})")
        if self.architecture.years > 1 and scenario.targets == "threat":
            differing.append("targets (threat: slots change their states; the policy remembers what stood in them)")
        if differing:
            raise ValueError(
                f"the policy does not fit scenario {scenario.name!r}, which differs in {', '.join(differing)}"
            )


class Window:
    """The rows of the last years side by side, oldest first; what lies before an episode's begin is zeros.

    Parameters
    ----------
    years, slots, size : int
        How many rows of length `size` stand side by side, for each of the slots.
    """

    def __init__(self, years: int, slots: int, size: int) -> None:
        self.size = size
        self.rows = np.zeros((slots, years * size), np.float32)

    def see(self, rows: np.ndarray, begins: np.ndarray | None = None) -> np.ndarray:
        """Add the rows of a year (slots, D); slots where `begins` forget first. Returns (slots, years * D), fresh."""
        if begins is not None:
            self.rows[begins] = 0.0
        self.rows = np.concatenate([self.rows[:, self.size :], rows], 1)
        return self.rows


def _differing(asked: Mapping[str, Any], given: Mapping[str, Any]) -> list[str]:
    """A line for each name that one has and the other lacks, or that both have with other values."""
    lines = [f"{name} is missing" for name in asked if name not in given]
    lines += [f"{name} is unknown" for name in given if name not in asked]
    both: Iterable[str] = (name for name in asked if name in given)
    return lines + [
        f"{name}: {given[name]} for {asked[name]}" for name in both if tuple(given[name]) != tuple(asked[name])
    ]


def read_card(folder: Path) -> dict[str, Any]:
    """What the card in a policy folder says; ValueError if the folder holds no policy, or its card is incomplete."""
    for name in (WEIGHTS, CARD):
        if not (folder / name).is_file():
            inside = ", ".join(sorted(str(card.parent) for card in folder.glob(f"policies/*/{CARD}")))
            hint = f"; a run keeps its policies in {inside}" if inside else ""
            raise ValueError(f"{str(folder)!r} is not a policy: it has no {name}{hint}")
    try:
        card = json.loads((folder / CARD).read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{folder / CARD} is not JSON: {error}") from None
    if not isinstance(card, dict) or card.get("format") != FORMAT:
        told = card.get("format") if isinstance(card, dict) else card
        raise ValueError(f"{folder / CARD} has format {told!r}: this is format {FORMAT}")
    missing = [key for key in ("network", "width", "actors", "years", "verbs", "pieces", "weights") if key not in card]
    if missing:
        raise ValueError(f"{folder / CARD} says nothing of {', '.join(missing)}")
    return card


def load_policy(folder: str | Path, scenario: Scenario | None = None) -> LearnedPolicy:
    """The policy in a folder; with a scenario, refused if it does not fit.

    Raises
    ------
    ValueError
        If the folder holds no policy, the weights are not those that its card describes, or it does not fit.
    TypeError
        For a scenario by name.
    """
    if scenario is not None and not isinstance(scenario, Scenario):
        raise TypeError(f"scenario = {scenario!r}: a Scenario is needed, as load_scenario gives it")
    folder = Path(folder)
    card = read_card(folder)
    content = (folder / WEIGHTS).read_bytes()
    if (found := hashlib.sha256(content).hexdigest()) != card["weights"]["sha256"]:
        raise ValueError(f"{folder / WEIGHTS} has hash {found}, its card names {card['weights']['sha256']}")
    try:
        policy = LearnedPolicy(read_safetensors(content), card)
        if scenario is not None:
            policy.check_fits(scenario)
    except ValueError as error:
        raise ValueError(f"{folder}: {error}") from None
    return policy
