"""Branches of a world share its chance: what is the same in them stays the same, bit for bit."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from worlds import batch_of, make_world

from balance_env import VectorEnv
from balance_env.benchmark.history import watch
from balance_env.benchmark.whatif.findings import estimate
from balance_env.benchmark.whatif.forks import Fork, aged_worlds, draw_where, living
from balance_env.core.world import NOBODY, Ending, Verb
from balance_env.doctrines import DOCTRINES, doctrine_id

MIX = ["random_legal", "balance_of_threat", "grim", "arm_invest_alternation", "aspiring_hegemon", "hider"]
YEARS = 8


def mixed(worlds=6, seed=5, **changes):
    return aged_worlds("coercive", MIX, worlds=worlds, seed=seed, threads=1, **changes)


def branches_agree(fork, one=0, two=1):
    """Whether two branches are the same in everything."""
    worlds = [array.reshape(*fork.shape, *array.shape[1:]) for array in fork.batch.worlds]
    return all(np.array_equal(array[:, one], array[:, two]) for array in worlds)


def test_an_unchanged_branch_is_the_original_bit_for_bit():
    origin = mixed()
    fork = Fork(origin, np.repeat(np.arange(6), 2), 3)
    for _ in fork.live(YEARS):
        origin.advance()
        for mine, its in zip(origin.worlds[1:], fork.batch.worlds[1:], strict=True):
            assert np.array_equal(np.repeat(mine, 6, axis=0), its)
        assert np.array_equal(np.repeat(origin.outputs.rows, 6, axis=0), fork.batch.outputs.rows)


def test_the_origin_is_not_touched_and_a_fork_of_a_fork_is_one():
    origin = mixed()
    before = [array.copy() for array in origin.worlds]
    fork = Fork(origin, np.arange(6), 2)
    fork.raise_forces(1, np.zeros(6, int), 1.0)
    fork.run(YEARS)
    assert all(np.array_equal(a, b) for a, b in zip(before, origin.worlds, strict=True))
    again = Fork(fork.batch, np.arange(12), 1)
    assert again.run(2).shape == (12, 1, 8, 6)


def test_the_kernel_and_the_years_one_by_one_sum_to_the_same():
    origin = mixed()
    stepped, total = Fork(origin, np.arange(6), 2), 0.0
    for _ in stepped.live(YEARS):
        total = total + stepped.terms
    run = Fork(origin, np.arange(6), 2, threads=2)
    assert np.allclose(run.run(YEARS), total, rtol=0, atol=1e-12)
    assert np.array_equal(stepped.batch.worlds.dyad, run.batch.worlds.dyad)


def test_branches_that_differ_in_one_forced_act_differ_only_after_it():
    origin = mixed()
    seats = living(origin).argmax(1)
    fork = Fork(origin, np.arange(6), 3)
    fork.force(1, seats, Verb.RESEARCH)
    fork.force(2, seats, Verb.ARM)
    rows = np.arange(6)
    for year in fork.live(YEARS):
        if year == 1:
            assert (fork.actor.verb[rows, 1, seats] == Verb.RESEARCH).all()
            assert (fork.actor.verb[rows, 2, seats] == Verb.ARM).all()
            others = np.ones((6, 8), bool)
            others[rows, seats] = False
            for field in ("verb", "target"):  # all choose before they see what was done
                acted = fork.actor[field]
                assert np.array_equal(acted[:, 0][others], acted[:, 1][others])
                assert np.array_equal(acted[:, 0][others], acted[:, 2][others])
    assert not branches_agree(fork, 1, 2)


def test_forcing_what_is_done_anyway_changes_nothing_though_the_doctrine_remembers():
    origin = aged_worlds("small", "arm_invest_alternation", worlds=4, seed=2, threads=1)
    fork = Fork(origin, np.arange(4), 2)
    probe = Fork(origin, np.arange(4), 1)
    next(probe.live(1))
    fork.forced[:, 1, 1] = probe.actor.verb[:, 0, 1]  # of verbs without object it is the action
    for _ in fork.live(YEARS):
        assert branches_agree(fork)


def test_a_forced_act_must_be_legal():
    origin = batch_of(make_world(3, patrons={1: 0}))
    fork = Fork(origin, [0], 1)
    fork.force(0, np.array([1]), Verb.ALLY, np.array([2]))
    with pytest.raises(ValueError, match="case 0: ally is not legal for seat 1"):
        fork.force(0, np.array([1]), Verb.ALLY, np.array([0]))


def test_a_forced_act_finds_its_object_though_slots_are_sorted_by_threat():
    origin = aged_worlds("default", "balance_of_threat", worlds=5, seed=4, threads=1, targets="threat")
    rows, seats = np.arange(5), living(origin).argmax(1)
    objects = np.array([np.flatnonzero(alive)[-1] for alive in living(origin)])
    fork = Fork(origin, rows, 1)
    fork.force(0, seats, Verb.SANCTION, objects)
    next(fork.live(1))
    assert (fork.actor.verb[rows, 0, seats] == Verb.SANCTION).all()
    assert (fork.actor.target[rows, 0, seats] == objects).all()


def test_a_state_can_play_another_doctrine_throughout():
    origin = aged_worlds("default", "balance_of_threat", worlds=4, seed=3, threads=1)
    seats = np.array([0, 1, 2, 3])
    fork = Fork(origin, np.arange(4), 2)
    fork.seat(1, seats, "always_arm")
    for _ in fork.live(4):
        alive = fork.actor.alive[np.arange(4), 1, seats] > 0
        assert (fork.actor.verb[np.arange(4), 1, seats][alive] == Verb.ARM).all()


def test_pacts_are_made_and_unmade_on_both_sides():
    origin = batch_of(make_world(3, pacts={(0, 1)}))
    fork = Fork(origin, [0], 3)
    fork.part(1, np.array([0]), np.array([1]))
    fork.ally(2, np.array([2]), np.array([1]))
    pact = fork.pair("pact")[0]
    assert [pact[k].sum() for k in range(3)] == [2, 0, 4]
    assert np.array_equal(pact, pact.swapaxes(1, 2))
    assert fork.pair("willingness")[0, 1].sum() == 0


def test_the_random_end_does_not_end_a_fork():
    origin = VectorEnv("small", 30, players="always_invest", autoreset=False, threads=1, going_on=0.5)
    origin.reset(1)
    fork = Fork(origin, np.arange(30), 1)
    ends = []
    for _ in fork.live(5):
        ends.append(fork.batch.outputs.ended.copy())
    assert Ending.CHANCE not in np.unique(ends)


def test_policies_from_outside_continue_as_they_would_have():
    def act(rows, masks, draws, worlds, seats):
        legal = np.cumsum(masks, -1)
        return (legal > (draws * legal[:, -1])[:, None]).argmax(-1) + 0 * worlds

    history = watch_small(act)
    origin = aged_worlds("small", None, worlds=5, seed=9, years=4, act=act, threads=1)
    fork = Fork(origin, np.arange(5), 2, act)
    for year in fork.live(3):
        assert branches_agree(fork)
        assert np.array_equal(fork.actor["economy"][:, 0], history.actor["economy"][4 + year])


def watch_small(act):
    batch = VectorEnv("small", 5, autoreset=False, threads=1)
    batch.max_cycles = 200
    batch.reset(9)
    return watch(batch, act, years=7)


def test_a_fork_with_an_empty_seat_is_refused():
    origin = VectorEnv("small", 2, players=["learner", "hider", "grim"], autoreset=False)
    origin.reset(0)
    with pytest.raises(ValueError, match="seat"):
        Fork(origin, [0, 1], 2)
    with pytest.raises(RuntimeError, match="reset"):
        VectorEnv("small").fork(np.array([0]))


def test_players_are_drawn_from_a_list():
    ids = mixed(worlds=40).worlds.actor["player"]
    assert set(ids.ravel()) == {doctrine_id(name) for name in MIX}
    assert set(MIX) <= set(DOCTRINES)
    assert NOBODY not in ids


def test_one_entry_is_drawn_in_each_world_that_has_any():
    allowed = np.array([[False, True, False], [False, False, False], [True, True, True]])
    worlds, entries = draw_where(allowed, np.random.default_rng(0))
    assert worlds.tolist() == [0, 2]
    assert allowed[worlds, entries].all()


def test_an_estimate_of_nothing_says_why():
    value, low, high = estimate(np.zeros(0), "no such case")
    assert (value.value, value.why, low, high) == (None, "no such case", None, None)
    assert estimate(np.ones(3), "")[1:] == (None, None)
    value, low, high = estimate(np.arange(101.0), "")
    assert low < value.value == 50.0 < high


def test_the_interval_of_a_share_is_not_a_point_though_all_are_alike():
    """Wilson's, of 0 in 10: up to z^2 / (10 + z^2)."""
    value, low, high = estimate(np.zeros(10, bool), "")
    assert (value.value, low) == (0.0, pytest.approx(0.0, abs=1e-12))
    assert high == pytest.approx(1.959964**2 / (10 + 1.959964**2))


def test_the_program_of_the_page_runs():
    page = (Path(__file__).resolve().parents[1] / "docs" / "forks.md").read_text(encoding="utf-8")
    (program,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    told = {}
    exec(program, told)
    assert told["totals"].shape == (100, 2, 8, 6)
