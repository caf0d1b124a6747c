"""The contracts of PettingZoo, Gymnasium and Stable-Baselines3, on every scenario, with states falling."""

from __future__ import annotations

import copy
import pickle
import types
import warnings

import gymnasium
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env
from pettingzoo.test import api_test, max_cycles_test, parallel_api_test, parallel_seed_test, seed_test
from pettingzoo.test.state_test import state_test
from worlds import VIOLENT

import balance_env
from balance_env import scenario_names
from balance_env.single import BalanceEnv

ALL = scenario_names()
BOTH = pytest.mark.parametrize("fallen", ["leave", "stay"])
EITHER = pytest.mark.parametrize("mask_in_obs", [False, True], ids=["row", "dict"])


def cycles(name: str) -> int:
    """Years to test: enough for falls, fewer where there are many states."""
    return 6 if name == "system" else 40


def make(name: str, **options) -> balance_env.BalanceParallelEnv:
    return balance_env.parallel_env(name, **{"max_cycles": cycles(name), **VIOLENT, **options})


def make_in_turn(name: str, **options):
    return balance_env.env(name, **{"max_cycles": cycles(name), **VIOLENT, **options})


def random_actions(env, infos, generator) -> dict[str, int]:
    return {agent: int(generator.choice(np.flatnonzero(infos[agent]["action_mask"]))) for agent in env.agents}


def episode(env, seed: int = 0):
    """Results of every step of an episode of random legal play."""
    generator = np.random.default_rng(seed)
    _, infos = env.reset(seed=seed)
    while env.agents:
        step = env.step(random_actions(env, infos, generator))
        infos = step[-1]
        yield step


# PettingZoo


@EITHER
@BOTH
@pytest.mark.parametrize("name", ALL)
def test_parallel_api(name, fallen, mask_in_obs):
    parallel_api_test(make(name, fallen=fallen, mask_in_obs=mask_in_obs), num_cycles=cycles(name) + 5)


@EITHER
@BOTH
@pytest.mark.parametrize("name", ["default", "small", "powers_1913"])
def test_agents_in_turn(name, fallen, mask_in_obs):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        api_test(make_in_turn(name, fallen=fallen, mask_in_obs=mask_in_obs), num_cycles=60)


@pytest.mark.parametrize("name", ALL)
def test_same_seed_same_episode(name):
    seed_test(lambda: make_in_turn(name), num_cycles=6)
    parallel_seed_test(lambda: make(name), num_cycles=6)


@pytest.mark.parametrize("name", ["default", "small", "powers_2012"])
def test_the_horizon_is_kept(name):
    module = types.SimpleNamespace(
        parallel_env=lambda max_cycles: balance_env.parallel_env(name, max_cycles=max_cycles),
        env=lambda max_cycles: balance_env.env(name, max_cycles=max_cycles),
    )
    max_cycles_test(module)


@pytest.mark.parametrize("name", ALL)
def test_state(name):
    state_test(make_in_turn(name), make(name), num_cycles=6)


@BOTH
def test_the_fallen_leave_or_stay(fallen):
    env = make("coercive", fallen=fallen, states=5)
    before, fell = 5, 0
    for seed in range(3):
        alive = dict.fromkeys(env.possible_agents, 1)
        for observations, rewards, terminations, truncations, infos in episode(env, seed):
            assert set(observations) == set(rewards) == set(terminations) == set(truncations) == set(infos)
            for agent in observations:
                if alive[agent] and not infos[agent]["alive"]:
                    fell += 1
                    assert rewards[agent] != 0.0
                    if fallen == "leave":
                        assert terminations[agent]
                if not infos[agent]["alive"]:
                    assert not observations[agent].any()
                    assert infos[agent]["action_mask"].sum() == 1
            if fallen == "leave":
                assert set(env.agents) <= {agent for agent in observations if infos[agent]["alive"]}
            else:
                assert len(observations) == before
            alive = {agent: infos.get(agent, {"alive": 0})["alive"] for agent in env.possible_agents}
    assert fell > 2


@BOTH
@EITHER
def test_after_the_end_there_are_five_empty_dicts(fallen, mask_in_obs):
    env = make("small", fallen=fallen, mask_in_obs=mask_in_obs, max_cycles=3)
    for _ in episode(env):
        pass
    assert env.agents == []
    assert env.step({}) == ({}, {}, {}, {}, {})


def test_everyone_ends_together_at_the_end():
    env = make("coercive", fallen="leave")
    *_, last = episode(env, 1)
    assert all(last[2][agent] or last[3][agent] for agent in last[0])


@EITHER
def test_spaces_are_the_same_objects_on_every_call(mask_in_obs):
    env = make("small", mask_in_obs=mask_in_obs)
    for agent in env.possible_agents:
        assert env.observation_space(agent) is env.observation_space(agent)
        assert env.action_space(agent) is env.action_space(agent)


@pytest.mark.parametrize("name", ALL)
def test_observations_lie_in_their_space_through_falls(name):
    env = make(name, mask_in_obs=True)
    falls = 0
    for seed in range(5):
        for observations, *_, infos in episode(env, seed):
            falls += next(iter(infos.values()))["falls"]
            for agent, observation in observations.items():
                assert observation in env.observation_space(agent)
        if falls:
            return
    raise AssertionError("no state fell")


def test_infos_hold_the_same_numeric_keys_from_reset_on():
    env = make("coercive")
    _, infos = env.reset(seed=0)
    keys = set(infos["state_0"])
    told = [infos, *(step[-1] for step in episode(env))]
    for infos in told:
        for info in infos.values():
            assert set(info) == keys
            for name, value in info.items():
                assert isinstance(value, int | float | np.ndarray), name
                assert not isinstance(value, np.ndarray) or value.dtype.kind in "iufb", name


def test_agent_ids_are_anonymous():
    assert balance_env.parallel_env("powers_1913").possible_agents == [f"state_{i}" for i in range(10)]


@pytest.mark.parametrize(
    "twin", [copy.deepcopy, lambda env: pickle.loads(pickle.dumps(env))], ids=["copied", "pickled"]
)
def test_a_copy_goes_its_own_way_along_the_same_path(twin):
    env = make("coercive")
    env.reset(seed=1)
    for _ in range(3):
        env.step(dict.fromkeys(env.agents, 2))
    other = twin(env)
    for _ in range(4):
        mine, its = (e.step(dict.fromkeys(e.agents, 1)) for e in (env, other))
        assert mine[1] == its[1]
    untouched = other.state().copy()
    env.step(dict.fromkeys(env.agents, 2))
    np.testing.assert_array_equal(other.state(), untouched)


def test_observations_are_not_overwritten_by_later_years():
    env = make("small")
    observations, _ = env.reset(seed=1)
    kept = {agent: row.copy() for agent, row in observations.items()}
    env.step(dict.fromkeys(env.agents, 2))
    for agent, row in kept.items():
        np.testing.assert_array_equal(observations[agent], row)


# Gymnasium and Stable-Baselines3


def seat(name: str, **options) -> BalanceEnv:
    return BalanceEnv(name, max_cycles=cycles(name), **VIOLENT, **options)


@EITHER
@pytest.mark.parametrize("name", ALL)
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_a_seat_is_a_gymnasium_environment(name, mask_in_obs):
    check_env(seat(name, mask_in_obs=mask_in_obs), skip_render_check=True)


def test_a_seat_made_by_name_is_a_gymnasium_environment():
    made = gymnasium.make("balance_env/Balance-v0", scenario="small", disable_env_checker=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        check_env(made.unwrapped, skip_render_check=True)


@EITHER
@pytest.mark.parametrize("name", ALL)
def test_a_seat_is_a_stable_baselines3_environment(name, mask_in_obs):
    checker = pytest.importorskip("stable_baselines3.common.env_checker", reason="stable_baselines3 is missing")
    checker.check_env(seat(name, mask_in_obs=mask_in_obs))


def test_a_seat_ends_for_good_when_its_state_falls():
    fell = 0
    for seed in range(20):
        env = seat("coercive", opponents="coerce_weakest", states=5)
        env.reset(seed=seed)
        over = False
        while not over:
            _, _, terminated, truncated, info = env.step(0)
            over = terminated or truncated
            assert over or info["alive"]
        fell += not info["alive"]
    assert fell > 0
