"""What is kept of a batch is what happened in it."""

from __future__ import annotations

import numpy as np
import pytest

from balance_env import VectorEnv
from balance_env.benchmark.history import watch
from balance_env.record import play_out


def doctrines_alone(worlds=3, seed=11, **changes):
    batch = VectorEnv("small", worlds, players=["balance_of_threat", "aspiring_hegemon", "hider"], **changes)
    batch.reset(seed)
    return batch


def test_a_history_tells_what_a_recorder_tells():
    history = watch(doctrines_alone(1, autoreset=False))
    told = play_out(doctrines_alone(1, autoreset=False), 11)
    by_year = np.array([row.economy for row in told.states]).reshape(-1, 3)
    assert len(by_year) == history.years[0] + 1
    assert np.array_equal(history.actor["economy"][: len(by_year), 0], by_year)
    assert np.array_equal(
        history.rewards[: len(by_year), 0], np.array([row.reward for row in told.states]).reshape(-1, 3)
    )
    assert history.ended[0] == told.ending


def test_a_world_stands_still_after_its_end():
    history = watch(doctrines_alone(20, autoreset=False))
    assert history.going[0].all()
    assert not history.going[-1].all()
    assert (np.diff(history.going.astype(int), axis=0) <= 0).all()
    for w, last in enumerate(history.years):
        assert (history.rewards[last + 1 :, w] == 0.0).all()
        assert (history.actor["economy"][last:, w] == history.actor["economy"][last, w]).all()
    assert not history.alive[~history.going].any()


def test_others_act_for_the_living_that_no_doctrine_plays_on_draws_of_their_own():
    asked = []

    def act(rows, masks, draws, worlds, seats):
        assert len(rows) == len(masks) == len(draws) == len(worlds) == len(seats)
        assert (rows != 0).any(-1).all()
        asked.append((worlds, seats, draws))
        return np.argmax(masks, -1)

    batch = VectorEnv("small", 5, players=["learner", "hider", "learner"], autoreset=False)
    batch.reset(3)
    history = watch(batch, act, years=20)
    assert len(asked) == len(history.going) - 1 <= 20
    assert {seat for _, seats, _ in asked for seat in seats} == {0, 2}
    for year, (worlds, seats, _) in enumerate(asked):
        living = history.alive[year] & history.going[year + 1][:, None]
        living[:, 1] = False
        assert np.array_equal(np.nonzero(living), (worlds, seats))
    assert history.legal[1:][history.alive[:-1] & history.going[1:, :, None]].any(-1).all()


def test_trained_states_are_players_that_need_no_act():
    batch = VectorEnv("small", 3, players=["learned_offensive", "hider", "learned_defensive"], autoreset=False)
    batch.reset(3)
    history = watch(batch, years=5)
    assert history.player[0].tolist() == ["learned_offensive", "hider", "learned_defensive"]
    assert history.legal[1:][history.alive[:-1] & history.going[1:, :, None]].any(-1).all()
    assert len(np.unique(history.actions[1:, :, 0])) > 1


@pytest.mark.parametrize(
    ("batch", "told"),
    [
        (lambda: doctrines_alone(), "autoreset"),
        (lambda: VectorEnv("small", 1, players="hider", autoreset=False), "reset"),
        (lambda: (b := VectorEnv("small", 1, autoreset=False), b.reset(0))[0], "seat"),
    ],
)
def test_a_batch_that_cannot_be_watched_is_refused(batch, told):
    with pytest.raises(ValueError, match=told):
        watch(batch())
