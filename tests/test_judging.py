"""Judging a learner by paired worlds, seats as slots, and rows that an adapter keeps."""

from __future__ import annotations

import numpy as np
import pytest

from balance_env import VectorEnv
from balance_env.judging import Verdict, by_scores, judge
from balance_env.slots import Slots
from balance_env.testing import random_legal, violent


def test_random_legal_play_gains_nothing_over_itself():
    verdict = judge(lambda rows, masks, draws: random_legal(masks, draws), "small", num_worlds=30)
    assert verdict.gain == verdict.low == verdict.high == 0.0
    assert verdict.illegal == 0
    assert not verdict.beats_random


def test_illegal_actions_of_a_learner_are_counted():
    verdict = judge(lambda rows, masks, draws: masks.argmin(-1), "small", num_worlds=30)
    assert 0 < verdict.illegal <= verdict.actions


def test_the_interval_decides():
    assert Verdict(2.0, 1.0, 0.1, 1.9, 30, 1, 0).beats_random
    assert not Verdict(2.0, 1.0, -0.1, 2.1, 30, 1, 0).beats_random


def test_scores_are_drawn_from_among_the_legal():
    policy = by_scores(lambda rows: np.array([[0.0, np.log(3.0), 9.0]]).repeat(len(rows), 0))
    masks = np.array([[1, 1, 0]] * 3)
    np.testing.assert_array_equal(policy(np.zeros((3, 1)), masks, np.array([0.2, 0.3, 0.99])), [0, 1, 1])


def test_a_slot_is_a_seat_of_a_world():
    slots, batch = Slots(violent(), 3, threads=1), VectorEnv(violent(), 3, threads=1)
    rows, infos = slots.reset(5)
    batch.reset(5)
    generator = np.random.default_rng(0)
    living = illegal = 0
    for year in range(45):
        masks = infos["action_mask"]
        np.testing.assert_array_equal(rows, batch.outputs.rows.reshape(len(rows), -1))
        np.testing.assert_array_equal(masks, batch.action_masks.reshape(len(rows), -1))
        actions = masks.argmin(-1) if year == 3 else random_legal(masks, generator.random(len(masks)))
        living += (masks.sum(-1) > 1).sum()
        rows, *told, infos = slots.step(actions)
        _, *expected, infos_of_batch = batch.step(actions.reshape(3, -1))
        illegal += infos_of_batch["illegal_action"].sum()
        for one, other in zip(told, expected, strict=True):
            np.testing.assert_array_equal(one, other.ravel().astype(one.dtype))
    assert (slots.actions, slots.illegal) == (living, illegal)
    assert illegal > 0


@pytest.mark.parametrize("autoreset", [True, False])
def test_kept_rows_stand_while_the_batch_goes_on_as_without(autoreset):
    kept, plain = (VectorEnv(violent(), 3, threads=1, autoreset=autoreset) for _ in range(2))
    kept.reset(0)
    plain.reset(0)
    held = []
    generator = np.random.default_rng(0)
    for year in range(45):
        rows = kept.keep_rows()
        held.append((rows, rows.copy()))
        actions = random_legal(plain.action_masks.reshape(24, -1), generator.random(24)).reshape(3, 8)
        kept.step(actions)
        plain.step(actions)
        np.testing.assert_array_equal(kept.outputs.rows, plain.outputs.rows)
        if not autoreset and year % 10 == 9 and plain.outputs.ended.any():
            held.append((kept.keep_rows(), kept.outputs.rows.copy()))
            for batch in (kept, plain):
                batch.begin_next(batch.outputs.ended > 0)
            np.testing.assert_array_equal(kept.outputs.rows, plain.outputs.rows)
    held.append((kept.keep_rows(), kept.outputs.rows.copy()))
    kept.reset(1)
    for rows, as_they_stood in held:
        np.testing.assert_array_equal(rows, as_they_stood)
    assert len({id(rows) for rows, _ in held}) == len(held)


def test_rows_that_only_learners_read_are_not_copied():
    batch = VectorEnv("small", 2, threads=1)
    batch.reset(0)
    assert batch.keep_rows() is batch.outputs.rows
    batch.set_players("grim")
    assert not np.shares_memory(batch.keep_rows(), batch.outputs.rows)
    batch.reset()
    assert batch.keep_rows() is batch.outputs.rows


def test_doctrines_never_read_rows_that_someone_else_keeps():
    batch = VectorEnv("small", 2, threads=1, players="grim")
    batch.reset(0)
    assert not np.shares_memory(batch.keep_rows(), batch.outputs.rows)


def test_the_truth_of_chosen_worlds_is_theirs():
    batch = VectorEnv("small", 3, threads=1)
    batch.reset(0)
    whole, some = batch.state(), batch.state(np.array([True, False, True]))
    np.testing.assert_array_equal(some, whole[[0, 2]])
