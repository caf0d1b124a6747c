"""The conformance kit: it passes what keeps the contract, and says in a sentence what breaks it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from balance_env import Scenario, VectorEnv
from balance_env.testing import FALLS, Year, check_adapter, check_learner, random_legal

# learners


def uniform(rows: np.ndarray, masks: np.ndarray, draws: np.ndarray) -> np.ndarray:
    """Legal actions with equal chance: keeps the contract."""
    return random_legal(masks, draws)


def test_random_legal_takes_each_legal_action_on_its_part_of_the_draws():
    masks = np.array([[1, 0, 1, 1]] * 6 + [[1, 0, 0, 0]], np.int8)
    draws = np.array([0.0, 0.33, 0.34, 0.66, 0.67, 0.999, 0.999])
    assert random_legal(masks, draws).tolist() == [0, 0, 2, 2, 3, 3, 0]


def test_a_learner_that_keeps_the_contract_passes_and_is_counted():
    counts = check_learner(uniform)
    assert counts.falls >= FALLS
    assert counts.illegal == 0
    assert counts.actions > 1000


def deaf(rows, masks, draws):
    return (draws * masks.shape[1]).astype(int)


def frail(rows, masks, draws):
    if (masks.sum(-1) == 1).any():
        raise IndexError("agent not found")
    return uniform(rows, masks, draws)


def greedy_writer(rows, masks, draws):
    rows[:] = 0
    return uniform(rows, masks, draws)


def fractional(rows, masks, draws):
    return draws


def for_a_full_house(rows, masks, draws):
    return np.zeros(32, int)


def by_place(rows, masks, draws):
    return np.where(np.arange(len(rows)) % 2, 1, uniform(rows, masks, draws)) * (masks.sum(-1) > 1)


class Forgetful:
    """Takes chance from a stream of its own."""

    def __init__(self) -> None:
        self.generator = np.random.default_rng(0)

    def __call__(self, rows, masks, draws):
        return random_legal(masks, self.generator.random(len(rows)))


class Resentful:
    """Acts on what it remembers of other rows, and not of these."""

    def __init__(self) -> None:
        self.seen: set[bytes] = set()

    def __call__(self, rows, masks, draws):
        self.seen |= {row.tobytes() for row in rows if row.any()}
        return np.where(masks.sum(-1) > 1, 1 + len(self.seen) // 100 % 2, 0)


@pytest.mark.parametrize(
    ("learner", "contract"),
    [
        (deaf, r"which its mask rules out: a learner chooses among the actions whose mask is 1\."),
        (frail, r"raised IndexError \(agent not found\).* a learner goes on when states fall"),
        (greedy_writer, r"wrote into what it was given"),
        (fractional, r"a learner returns one whole number a row, 32 of them, each from 0 to 23\."),
        (for_a_full_house, r"asked for the living alone: a learner returns one whole number a row"),
        (by_place, r"on its own row, mask and draw, not on its seat in the batch"),
        (Forgetful(), r"chance comes from the draws alone, so that a seed repeats an episode\."),
        (Resentful(), r"a memory of its own is not in the snapshot\."),
    ],
    ids=lambda value: getattr(value, "__name__", type(value).__name__),
)
def test_a_broken_learner_is_told_the_contract(learner, contract):
    with pytest.raises(AssertionError, match=contract):
        check_learner(learner)


def test_too_few_falls_are_told():
    with pytest.raises(ValueError, match="fell in one episode of 'default': a check needs 3"):
        check_learner(uniform, conquest=0.0, floor=0.0)


# adapters


class Plain:
    """The batch itself, played as an adapter: keeps the contract."""

    def __init__(self, scenario: Scenario, num_worlds: int) -> None:
        self.batch = VectorEnv(scenario, num_worlds, threads=1, copy=True)

    def reset(self, seed: int | None) -> tuple[np.ndarray, np.ndarray]:
        rows, infos = self.batch.reset(seed)
        return rows, infos["action_mask"]

    def step(self, actions: np.ndarray) -> Year:
        rows, rewards, terminated, truncated, infos = self.batch.step(actions)
        last = np.where(infos["_final_obs"][:, None, None], infos["final_obs"], rows)
        return Year(rows, infos["action_mask"], rewards, terminated, truncated, last)

    def get_state(self) -> Any:
        return self.batch.get_state()

    def set_state(self, snapshot: Any) -> tuple[np.ndarray, np.ndarray]:
        self.batch.set_state(snapshot)
        rows, infos = self.batch.observe()
        return rows, infos["action_mask"]


def test_an_adapter_that_keeps_the_contract_passes_and_is_counted():
    counts = check_adapter(Plain)
    assert counts.falls >= FALLS
    assert 0 < counts.illegal < counts.actions / 10


class Unseeded(Plain):
    def reset(self, seed):
        return super().reset(None if seed is None else seed + 7)


class Shuffled(Plain):
    """Takes its seats from a set."""

    def reset(self, seed):
        rows, masks = super().reset(seed)
        return rows[:, ::-1], masks


class Crossed(Plain):
    def step(self, actions):
        return super().step(actions[:, ::-1])


class Unmasked(Plain):
    def step(self, actions):
        year = super().step(actions)
        return year._replace(masks=np.ones_like(year.masks))


class Mortal(Plain):
    """Raises when a state has fallen."""

    def step(self, actions):
        year = super().step(actions)
        if year.terminated.any():
            raise KeyError("state_3")
        return year


class Strict(Plain):
    def step(self, actions):
        if not np.take_along_axis(self.batch.action_masks, actions[..., None], -1).all():
            raise ValueError("illegal")
        return super().step(actions)


class Undead(Plain):
    def step(self, actions):
        year = super().step(actions)
        return year._replace(terminated=np.zeros_like(year.terminated))


class Uncut(Plain):
    def step(self, actions):
        year = super().step(actions)
        return year._replace(truncated=np.zeros_like(year.truncated))


class Overwritten(Plain):
    def step(self, actions):
        year = super().step(actions)
        return year._replace(last_rows=year.rows)


class Late(Plain):
    """Pays a year late."""

    paid = 0.0

    def step(self, actions):
        year = super().step(actions)
        late, self.paid = self.paid, year.rewards
        return year._replace(rewards=late + np.zeros_like(year.rewards))


class Amnesiac(Plain):
    """Returns to the start of the world, not to the snapshot."""

    def set_state(self, snapshot):
        return self.reset(snapshot["seed"])


class Sticky(Plain):
    """Keeps in itself, and in no snapshot, what decides the rows."""

    steps = 0

    def step(self, actions):
        self.steps += 1
        return super().step(actions if self.steps < 14 else np.zeros_like(actions))


@pytest.mark.parametrize(
    ("adapter", "contract"),
    [
        (Unseeded, r"a seed given to the framework reaches the batch"),
        (Shuffled, r"are those of state_7: each seat is given the row that the batch has for it"),
        (Crossed, r"in year 1 are not the batch's: each seat is paid what its own action earned"),
        (
            Unmasked,
            r"masks of state_\d .*: each seat is given its mask with its row, and the fallen have invest alone\.",
        ),
        (Mortal, r"raised KeyError .*: an adapter goes on through falls and ends"),
        (Strict, r"raised ValueError \(illegal\) in year 5.* passes on what a mask rules out"),
        (Undead, r"terminated of state_\d .*: a state's episode terminates in the year it falls"),
        (Uncut, r"in year 20 .*: the cut at the horizon is told as a truncation"),
        (Overwritten, r"in year 20 .*: the last row of an episode is kept apart"),
        (Late, r"rewards of state_0 .*: each seat is paid what its own action earned in the year of that action"),
        (Amnesiac, r"when it played the same actions again from a snapshot"),
        (Sticky, r"when it played the same actions again from a snapshot: everything that decides the future"),
    ],
)
def test_a_broken_adapter_is_told_the_contract(adapter, contract):
    with pytest.raises(AssertionError, match=contract):
        check_adapter(adapter)
