"""What a network attends to: the pieces of the row and the states on which its acts hang, and its attention.

An act hangs on what is seen as far as the chances of acts change once that is taken from another state-year,
drawn at random: by half the sum of their absolute changes, the share of acts that would be others.
Source: permutation importance (Breiman 2001), here of the chances of acts.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from balance_env.core.pieces import GLOBE_SIZE, OTHER_SIZE, OTHERS_START, WEIGHTS_START, Other
from balance_env.networks import NUMPY, softmax
from balance_env.policies import LearnedPolicy, pieces

from .conduct import Sample

ROWS = 3000  # state-years that are looked at
RANDOM_KEY = 0
ANY = "any other"
WHO = ("the most threatening", "the strongest", "the nearest", "a partner", "its challenger", "whoever is in a dispute")


class Looking(NamedTuple):
    """What acts of a run hang on.

    Attributes
    ----------
    by_piece : (P,)
        Share of acts that hang on each piece, as `piece_names` says; a piece of the others, in all their blocks.
    by_state : (len(WHO) + 1,)
        Share of acts that hang on the block of one other state: as in WHO, and of any other.
    attention : (len(WHO),)
        Attention paid to it, 1 where it were paid evenly; nan for networks without attention.
    """

    by_piece: np.ndarray
    by_state: np.ndarray
    attention: np.ndarray


def piece_names() -> list[str]:
    """Names of what is looked at, blocks before the dot; weights go together, since designs differ in all of them."""
    names = [name.replace("other1", "other") for name, *_ in pieces()]
    return [*names[:WEIGHTS_START], "own.what it wants", *names[OTHERS_START:]]


def look(policy: LearnedPolicy, of: Sample) -> Looking:
    """Measure on a sample of state-years; for networks that see one year."""
    rng = np.random.default_rng(RANDOM_KEY)
    chosen = rng.permutation(len(of.rows))[:ROWS]
    rows, masks = of.rows[chosen], of.masks[chosen]
    swap = rng.permutation(len(rows))
    before = chances(policy, rows, masks)

    def hangs(changed: np.ndarray, on: np.ndarray | slice = slice(None)) -> float:
        after = chances(policy, changed[on], masks[on])
        return float(0.5 * np.abs(after - before[on]).sum(-1).mean())

    by_piece = []
    for columns in piece_columns(rows.shape[1]):
        changed = rows.copy()
        changed[:, columns] = rows[swap][:, columns]
        by_piece.append(hangs(changed))
    others = blocks(rows)
    by_state = []
    slots = others.shape[1]
    drawn = others[swap, rng.integers(slots, size=len(rows))]
    for who in (*roles(others), rng.integers(slots, size=len(rows))):
        on = np.flatnonzero(who >= 0)
        changed = rows.copy()
        blocks(changed)[on, who[on]] = drawn[on]
        by_state.append(hangs(changed, on) if len(on) else np.nan)
    return Looking(np.array(by_piece), np.array(by_state), attention(policy, rows))


def chances(policy: LearnedPolicy, rows: np.ndarray, masks: np.ndarray) -> np.ndarray:
    """Chances (n, A) of acts."""
    return softmax(np.where(masks, policy.scores(rows).astype(float), -np.inf))


def piece_columns(size: int) -> Iterator[np.ndarray]:
    """Where each piece stands in a row of some size: once, or in the blocks of all others."""
    tail = size - GLOBE_SIZE
    yield from (np.array([place]) for place in range(WEIGHTS_START))
    yield np.arange(WEIGHTS_START, OTHERS_START)
    yield from (np.arange(OTHERS_START + piece, tail, OTHER_SIZE) for piece in range(OTHER_SIZE))
    yield from (np.array([place]) for place in range(tail, size))


def blocks(rows: np.ndarray) -> np.ndarray:
    """The blocks about the others (n, S, O), a view."""
    return rows[:, OTHERS_START : rows.shape[1] - GLOBE_SIZE].reshape(len(rows), -1, OTHER_SIZE)


def roles(others: np.ndarray) -> Iterator[np.ndarray]:
    """The slot (n,) of each of WHO, -1 where there is none."""
    alive = others[:, :, Other.ALIVE] > 0.0

    def top(piece: Other) -> np.ndarray:
        return np.where(alive.any(1), np.where(alive, others[:, :, piece], -np.inf).argmax(1), -1)

    def first(is_one: np.ndarray) -> np.ndarray:
        return np.where(is_one.any(1), is_one.argmax(1), -1)

    yield from (top(Other.THREAT), top(Other.SHARE), top(Other.REACH_TO_ME))
    yield first(others[:, :, Other.PACT] > 0.0)
    yield first(others[:, :, Other.CHALLENGES_ME] > 0.0)
    yield first((others[:, :, Other.CHALLENGES] > 0.0) | (others[:, :, Other.CHALLENGED] > 0.0))


def attention(policy: LearnedPolicy, rows: np.ndarray) -> np.ndarray:
    """Attention paid to each of WHO over an even share of it among the living, mean over rows in which there is one."""
    noted: list[np.ndarray] = []

    def noting(x: np.ndarray) -> np.ndarray:
        noted.append(softmax(x))
        return noted[-1]

    policy.network.look(policy.weights, rows, policy.architecture.years, NUMPY._replace(softmax=noting))
    if not noted:
        return np.full(len(WHO), np.nan)
    paid, others = noted[-1], blocks(rows)  # the last is what the whole takes from each state
    living = (others[:, :, Other.ALIVE] > 0.0).sum(1)
    found = []
    for who in roles(others):
        on = np.flatnonzero(who >= 0)
        found.append((paid[on, who[on]] * living[on]).mean() if len(on) else np.nan)
    return np.array(found)
