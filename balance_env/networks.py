"""The networks of trained states, each written once: torch fits them, numpy plays them.

A network is a function of named weights, of rows, and of the few operations (`ops`) that numpy and torch
do each in its own way. Letters: B rows, K years in a row, S other actors (slots), V open verbs with an object, H width.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from .core.actions import PLAIN_VERBS, action_count
from .core.pieces import GLOBE_SIZE, OTHER_SIZE, OTHERS_START, Globe, Other, row_size

Array = Any  # a numpy array or a torch tensor
Weights = Any  # a mapping of names to arrays
Shapes = dict[str, tuple[int, ...]]

MINE_SIZE = OTHERS_START + GLOBE_SIZE  # numbers in a row about me and the world
HEADS = 2  # of attention: one may follow strength while the other follows ties
NOT_HEEDED = 1e9  # is taken from the attention paid to the fallen
FLAT = 1e-5  # keeps the spread of a constant code from being 0
BIAS = "_bias"
LAST = ("of_nothing", "of_verbs")  # layers that score actions
GATED = ("reset_gate", "update_gate", "renewal")  # layers of a gated recurrent unit


class Architecture(NamedTuple):
    """What the shapes of the weights follow from."""

    network: str  # a name in NETWORKS
    width: int  # H
    actors: int  # N of the rows it was made for
    verbs: int  # V
    years: int = 1  # whose rows stand side by side, oldest first: a window is a memory

    @property
    def row_size(self) -> int:
        """Length of the rows it was made for."""
        return self.years * row_size(self.actors)

    @property
    def actions(self) -> int:
        """How many actions it was made for."""
        return action_count(self.actors, self.verbs)


class Network(NamedTuple):
    """A family of networks."""

    shapes: Callable[[Architecture], Shapes]
    look: Callable[
        [Weights, Array, int, Ops], tuple[Array, Array]
    ]  # (weights, rows (B, D), K) -> scores (B, A), values
    is_size_free: bool  # plays worlds of any number of states with the same weights


class Ops(NamedTuple):
    """What numpy and torch do each in its own way."""

    linear: Callable[[Array, Array, Array], Array]  # (x, weight (inputs, outputs), bias): a layer
    rectified: Callable[[Array], Array]  # what of x is above 0
    tanh: Callable[[Array], Array]
    logistic: Callable[[Array], Array]
    softmax: Callable[[Array], Array]  # shares along the last axis
    normalised: Callable[[Array], Array]  # mean 0 and spread 1 along the last axis
    join: Callable[[list[Array]], Array]  # along the last axis
    largest: Callable[[Array], Array]  # along the slots
    where: Callable[[Array, Array, Array], Array]  # (condition, x, y): x where it holds, else y


def softmax(x: np.ndarray) -> np.ndarray:
    """Shares along the last axis."""
    risen = np.exp(x - x.max(-1, keepdims=True))
    return risen / risen.sum(-1, keepdims=True)


def normalised(x: np.ndarray) -> np.ndarray:
    """Codes with mean 0 and spread 1 along the last axis."""
    return (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + FLAT)


NUMPY = Ops(
    linear=lambda x, weight, bias: x @ weight + bias,
    rectified=lambda x: np.maximum(x, 0.0),
    tanh=np.tanh,
    logistic=lambda x: 0.5 + 0.5 * np.tanh(0.5 * x),  # which overflows nowhere
    softmax=softmax,
    normalised=normalised,
    join=lambda parts: np.concatenate(parts, -1),
    largest=lambda x: x.max(1),
    where=np.where,
)


def layer(name: str, inputs: int, outputs: int) -> Shapes:
    """Shapes of a layer with a bias."""
    return {name: (inputs, outputs), name + BIAS: (outputs,)}


def linear(weights: Weights, name: str, x: Array, ops: Ops) -> Array:
    """A layer with a bias."""
    return ops.linear(x, weights[name], weights[name + BIAS])


def split(rows: Array, years: int, ops: Ops) -> tuple[Array, Array]:
    """What the rows of some years say of me and the world (B, I), and of the others (B, S, O), years side by side."""
    by_year = rows.reshape(-1, years, rows.shape[1] // years)
    tail = by_year.shape[2] - GLOBE_SIZE
    mine = ops.join([by_year[:, :, :OTHERS_START], by_year[:, :, tail:]]).reshape(-1, years * MINE_SIZE)
    others = (tail - OTHERS_START) // OTHER_SIZE
    theirs = by_year[:, :, OTHERS_START:tail].reshape(-1, years, others, OTHER_SIZE)
    return mine, theirs.swapaxes(1, 2).reshape(-1, others, years * OTHER_SIZE)


def shapes_of_slots(of: Architecture, codes: int) -> Shapes:
    """Shapes of what the networks that read the others one by one have in common; `codes` of the whole are joined."""
    width = of.width
    return {
        **layer("mine", of.years * MINE_SIZE, width),
        "theirs": (of.years * OTHER_SIZE, width),
        **layer("mix", width, width),
        **layer("whole", codes * width, width),
        **layer("plain", width, width),
        **layer("of_nothing", width, PLAIN_VERBS),
        **layer("slot", width, width),
        **layer("whole_to_slot", width, width),
        **layer("of_verbs", width, of.verbs),
        **layer("value", width, width),
        **layer("value_out", width, 1),
    }


def read(weights: Weights, rows: Array, years: int, ops: Ops) -> tuple[Array, Array, Array]:
    """My code (B, H), codes of the others (B, S, H), and which of them live (B, S)."""
    mine, theirs = split(rows, years, ops)
    me = linear(weights, "mine", mine, ops)
    slots = ops.rectified(theirs @ weights["theirs"] + me[:, None])
    return me, ops.rectified(linear(weights, "mix", slots, ops)), theirs[:, :, Other.ALIVE - OTHER_SIZE]


def answer(weights: Weights, slots: Array, joined: Array, ops: Ops) -> tuple[Array, Array]:
    """Scores and values from the codes: verbs without object from the whole, the others slot by slot.

    Scores stand in the order of the encoding: every slot of the first open verb, then of the next.
    """
    whole = ops.rectified(linear(weights, "whole", joined, ops))
    plain = linear(weights, "of_nothing", ops.rectified(linear(weights, "plain", whole, ops)), ops)
    by_slot = ops.rectified(linear(weights, "slot", slots, ops) + linear(weights, "whole_to_slot", whole, ops)[:, None])
    scores = linear(weights, "of_verbs", by_slot, ops).swapaxes(1, 2)
    scores = scores.reshape(-1, scores.shape[1] * scores.shape[2])
    values = linear(weights, "value_out", ops.rectified(linear(weights, "value", whole, ops)), ops)
    return ops.join([plain, scores]), values[:, 0]


def shapes_pooled(of: Architecture) -> Shapes:
    """Shapes of `pooled`."""
    return shapes_of_slots(of, 3)


def pooled(weights: Weights, rows: Array, years: int, ops: Ops) -> tuple[Array, Array]:
    """Reads the others one by one with the same weights, and the whole as their mean and maximum.

    Source: Zaheer et al. 2017, Deep Sets.
    """
    me, slots, _ = read(weights, rows, years, ops)
    joined = ops.join([ops.rectified(me), slots.mean(1), ops.largest(slots)])
    return answer(weights, slots, joined, ops)


def shapes_dyads(of: Architecture) -> Shapes:
    """Shapes of `dyads`; ValueError for a width that its heads do not share evenly."""
    width = of.width
    if width % HEADS:
        raise ValueError(f"width = {width}: the network 'dyads' needs a multiple of {HEADS}, its heads")
    square = {name: (width, width) for name in ("query", "key", "told", "join", "heed")}
    return {**shapes_of_slots(of, 3), **square, **layer("before", width, width), **layer("after", width, width)}


def dyads(weights: Weights, rows: Array, years: int, ops: Ops) -> tuple[Array, Array]:
    """Reads the others one by one, lets what each means depend on the rest, and attends to some more than to others.

    Attention leaves the fallen out, so that nothing depends on how many there were.
    Source: Vaswani et al. 2017; Lee et al. 2019, Set Transformer.
    """
    me, slots, alive = read(weights, rows, years, ops)
    fallen = NOT_HEEDED * (1.0 - alive)
    slots = slots + attend(weights, ops.normalised(slots), fallen, ops) @ weights["join"]
    slots = slots + linear(weights, "after", ops.rectified(linear(weights, "before", ops.normalised(slots), ops)), ops)
    pull = (slots @ weights["heed"] * me[:, None]).sum(-1) / math.sqrt(slots.shape[-1]) - fallen
    attended = (ops.softmax(pull)[:, :, None] * slots).sum(1)
    share = alive / (1.0 + ops.rectified(alive.sum(-1, keepdims=True) - 1.0))  # of at least one
    joined = ops.join([ops.rectified(me), attended, (share[:, :, None] * slots).sum(1)])
    return answer(weights, slots, joined, ops)


def attend(weights: Weights, slots: Array, fallen: Array, ops: Ops) -> Array:
    """What every slot is told by the living others (B, S, H), in heads."""
    others, width = slots.shape[1:]

    def heads(name: str) -> Array:
        return (slots @ weights[name]).reshape(-1, others, HEADS, width // HEADS).swapaxes(1, 2)

    pull = heads("query") @ heads("key").swapaxes(2, 3) / math.sqrt(width // HEADS) - fallen[:, None, None]
    return (ops.softmax(pull) @ heads("told")).swapaxes(1, 2).reshape(-1, others, width)


def shapes_recurrent(of: Architecture) -> Shapes:
    """Shapes of `recurrent`: those of one year, whatever the number of years."""
    unit = {name: shape for part in GATED for name, shape in layer(part, 2 * of.width, of.width).items()}
    return {**shapes_of_slots(of._replace(years=1), 3), **unit}


def recurrent(weights: Weights, rows: Array, years: int, ops: Ops) -> tuple[Array, Array]:
    """Reads year after year as `pooled` reads one, and scores what it remembers of every other state.

    The memory of a state begins empty in the oldest year, and years before the episode's begin leave it so.
    """
    size = rows.shape[1] // years
    by_year = rows.reshape(-1, years, size).swapaxes(0, 1).reshape(-1, size)  # oldest first
    me, slots, _ = read(weights, by_year, 1, ops)
    others, width = slots.shape[1:]
    was = by_year[:, Globe.LIVING - GLOBE_SIZE].reshape(years, -1, 1, 1) > 0.0  # who sees lives, so somebody does
    told = slots.reshape(years, -1, others, width)
    memory = 0.0 * told[0]
    for of_year, there_was in zip(told, was, strict=True):
        memory = ops.where(there_was, remember(weights, memory, of_year, ops), memory)
    me = ops.rectified(me.reshape(years, -1, width)[-1])
    return answer(weights, memory, ops.join([me, memory.mean(1), ops.largest(memory)]), ops)


def remember(weights: Weights, memory: Array, told: Array, ops: Ops) -> Array:
    """The memory (B, S, H) after another year, by a gated recurrent unit.

    Source: Cho et al. 2014.
    """
    joined = ops.join([memory, told])
    reset, update = (ops.logistic(linear(weights, gate, joined, ops)) for gate in GATED[:2])
    new = ops.tanh(linear(weights, GATED[2], ops.join([reset * memory, told]), ops))
    return new + update * (memory - new)


def shapes_mlp(of: Architecture) -> Shapes:
    """Shapes of `mlp`."""
    shapes: Shapes = {}
    for name, outputs in (("actor", of.actions), ("critic", 1)):
        shapes |= layer(f"{name}_first", of.row_size, of.width) | layer(f"{name}_second", of.width, of.width)
        shapes |= layer("of_verbs" if name == "actor" else "value_out", of.width, outputs)
    return shapes


def mlp(weights: Weights, rows: Array, years: int, ops: Ops) -> tuple[Array, Array]:
    """A flat network for one number of states, actor and critic apart: the learner's usual default.

    Source: Raffin et al. 2021, Stable-Baselines3.
    """
    actor, critic = (
        ops.tanh(linear(weights, f"{name}_second", ops.tanh(linear(weights, f"{name}_first", rows, ops)), ops))
        for name in ("actor", "critic")
    )
    return linear(weights, "of_verbs", actor, ops), linear(weights, "value_out", critic, ops)[:, 0]


NETWORKS = {
    "pooled": Network(shapes_pooled, pooled, is_size_free=True),
    "dyads": Network(shapes_dyads, dyads, is_size_free=True),
    "recurrent": Network(shapes_recurrent, recurrent, is_size_free=True),
    "mlp": Network(shapes_mlp, mlp, is_size_free=False),
}
