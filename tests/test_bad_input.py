"""Bad input is refused with an error that names the thing and says what is allowed."""

from __future__ import annotations

import copy

import gymnasium
import numpy as np
import pytest

import balance_env
from balance_env import VectorEnv, parallel_env
from balance_env.core.actions import PLAIN_VERBS
from balance_env.core.params import ABOUT
from balance_env.players import LEARNED
from balance_env.policies import load_policy
from balance_env.single import BalanceEnv, BalanceVectorEnv

STATES = 3


@pytest.fixture(scope="module")
def batch() -> VectorEnv:
    env = VectorEnv("small", 2, autoreset=False, max_cycles=50)
    env.reset(seed=1)
    return env


@pytest.fixture
def pettingzoo():
    env = parallel_env("small")
    env.reset(seed=1)
    return env


def refusal(call, kind: type[Exception] = ValueError) -> str:
    """What `call` says when it refuses."""
    with pytest.raises(kind) as caught:
        call()
    return str(caught.value)


MAKERS = {"batch": VectorEnv, "pettingzoo": parallel_env, "gymnasium": BalanceEnv}


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
@pytest.mark.parametrize(
    ("scenario", "options", "parts"),
    [
        ("defualt", {}, ["'defualt'", "did you mean 'default'?", "powers_1913"]),
        ("small", {"ofence": 1.0}, ["'ofence'", "did you mean 'offence'?"]),
        ("small", {"satates": 4}, ["'satates'", "did you mean 'states'?"]),
        ("small", {"offence": 5.0}, ["offence = 5.0", "0.33 to 2"]),
        ("small", {"offence": float("nan")}, ["offence = nan", "0.33 to 2"]),
        ("small", {"offence": "strong"}, ["offence = 'strong'", "not a number"]),
        ("small", {"offence": True}, ["offence = True", "not a number"]),
        ("small", {"states": 1}, ["states", "2 to"]),
        ("small", {"fallen": "vanish"}, ["fallen", "'leave' or 'stay'"]),
        ("small", {"verbs": ["alley"]}, ["'alley'", "did you mean 'ally'?"]),
        ("small", {"verbs": ["ally", "bandwagon"]}, ["[ally, bandwagon]", "[ally, bandwagon, sanction] or", "closed"]),
        ("small", {"max_cycles": 0}, ["max_cycles", "0", "1"]),
        ("small", {"max_cycles": True}, ["max_cycles"]),
    ],
)
def test_a_world_that_cannot_be_made(make, scenario, options, parts):
    message = refusal(lambda: make(scenario, **options))
    for part in parts:
        assert part in message


@pytest.mark.parametrize("scenario", [None, 3, ["small"]])
def test_what_is_no_scenario(scenario):
    message = refusal(lambda: VectorEnv(scenario), TypeError)
    assert f"scenario = {scenario!r}: a name, the path of a YAML file" in message


@pytest.mark.parametrize("name", sorted(ABOUT))
def test_every_parameter_is_held_to_its_range(name):
    about = ABOUT[name]
    for value in (about.low - 1.0, about.high + 1.0):
        message = refusal(lambda value=value: VectorEnv("small", **{name: value}))
        assert name in message
        assert f"{about.low:g} to {about.high:g}" in message


@pytest.mark.parametrize("worlds", [0, -1, 1.5, "two", True])
def test_a_number_of_worlds_is_a_whole_number_from_one(worlds):
    message = refusal(lambda: VectorEnv("small", worlds))
    assert "num_worlds" in message
    assert repr(worlds) in message


def test_more_worlds_than_memory_holds():
    message = refusal(lambda: VectorEnv("default", 10**10))
    assert "num_worlds = 10000000000" in message
    assert "GiB" in message
    assert "at most" in message


@pytest.mark.parametrize("threads", [0, -2, 100_000, 1.5, "two", True])
def test_more_threads_than_cores(threads):
    message = refusal(lambda: VectorEnv("small", 8, threads=threads))
    assert f"threads = {threads!r}" in message
    assert "1 to" in message


@pytest.mark.parametrize("seed", [-1, 2**62, 1.5, "one", True])
def test_a_seed_is_a_whole_number_in_its_range(batch, seed):
    message = refusal(lambda: batch.reset(seed=seed))
    assert repr(seed) in message
    assert "2^62" in message


# actions


@pytest.mark.parametrize(
    ("actions", "kind", "parts"),
    [
        (np.zeros((2, 2), int), ValueError, ["(2, 2)", "(2, 3)"]),
        (np.zeros(3, int), ValueError, ["(3,)", "(2, 3)"]),
        (np.zeros((2, 3)), TypeError, ["float64", "whole numbers"]),
        (np.zeros((2, 3), bool), TypeError, ["bool", "whole numbers"]),
        (np.full((2, 3), 9), ValueError, ["9..9", "0 to 8"]),
        (np.full((2, 3), -1), ValueError, ["-1..-1", "0 to 8"]),
        ([["ally"] * 3] * 2, TypeError, ["whole numbers"]),
    ],
)
def test_actions_of_a_batch(batch, actions, kind, parts):
    before = batch.get_state()["worlds"]["clock"]
    message = refusal(lambda: batch.step(actions), kind)
    for part in parts:
        assert part in message
    np.testing.assert_array_equal(batch.worlds.clock, before)


@pytest.mark.parametrize(
    ("action", "parts"),
    [
        (9, ["state_1", "9", "0 to 8"]),
        (-1, ["state_1", "-1", "0 to 8"]),
        (1.0, ["state_1", "1.0", "whole number"]),
        ("ally", ["state_1", "'ally'", "whole number"]),
        (None, ["state_1", "None", "whole number"]),
        (np.zeros(2, int), ["state_1", "whole number"]),
    ],
)
def test_actions_of_an_agent(pettingzoo, action, parts):
    message = refusal(lambda: pettingzoo.step({"state_0": 0, "state_1": action, "state_2": 0}))
    for part in parts:
        assert part in message


@pytest.mark.parametrize("actions", [[0, 0, 0], None])
def test_actions_that_name_no_agents(pettingzoo, actions):
    message = refusal(lambda: pettingzoo.step(actions), TypeError)
    assert f"actions = {actions!r}" in message
    assert "a dict" in message


def test_a_space_of_an_agent_that_does_not_exist(pettingzoo):
    for ask in (pettingzoo.observation_space, pettingzoo.action_space):
        message = refusal(lambda ask=ask: ask("France"), KeyError)
        assert "'France'" in message
        assert "state_0, state_1, state_2" in message


def test_an_agent_without_an_action(pettingzoo):
    message = refusal(lambda: pettingzoo.step({"state_0": 0, "state_2": 0}))
    assert "'state_1'" in message
    assert "every agent" in message


def test_an_action_of_an_agent_that_does_not_exist(pettingzoo):
    message = refusal(lambda: pettingzoo.step({"state_0": 0, "state_1": 0, "state_2": 0, "France": 0}), KeyError)
    assert "'France'" in message
    assert "state_0, state_1, state_2" in message


@pytest.mark.parametrize("action", [9, -1, 1.5, "ally", None])
def test_the_action_of_an_agent_in_its_turn_is_refused_when_it_is_given(action):
    env = balance_env.env("small")
    env.reset(seed=1)
    env.step(0)
    message = refusal(lambda: env.step(action))
    assert "state_1" in message
    assert repr(action) in message
    env.step(0)  # and nothing is lost: it may choose again
    assert env.agent_selection == "state_2"


def test_an_action_in_turn_of_an_agent_that_has_left():
    env = balance_env.env("small", max_cycles=1)
    env.reset(seed=1)
    for _ in range(3):
        env.step(0)
    assert env.last()[3]
    assert "None is needed" in refusal(lambda: env.step(0))
    env.step(None)
    assert env.num_agents == 2


@pytest.mark.parametrize("action", [9, -1, 1.5, "ally"])
def test_the_action_of_a_seat(action):
    env = BalanceEnv("small")
    env.reset(seed=1)
    message = refusal(lambda: env.step(action))
    assert repr(action) in message
    assert "0 to 8" in message


@pytest.mark.parametrize(
    "actions", [np.zeros(3), np.full(3, 9), np.full(3, -1), np.zeros(2, int), np.zeros((3, 2), int)], ids=str
)
def test_the_actions_of_many_seats(actions):
    env = BalanceVectorEnv(3, "small")
    env.reset(seed=1)
    with pytest.raises((TypeError, ValueError), match="action"):
        env.step(actions)


def test_a_step_before_the_first_reset():
    assert "reset" in refusal(lambda: VectorEnv("small").step(np.zeros((1, 3), int)), RuntimeError)
    many = BalanceVectorEnv(3, "small")
    assert "reset" in refusal(lambda: many.step(np.zeros(3, int)), gymnasium.error.ResetNeeded)


def test_a_state_before_the_first_reset():
    for ask in (VectorEnv("small").state, VectorEnv("small").graph, parallel_env("small").state):
        assert "state before reset" in refusal(ask, RuntimeError)


# seats


@pytest.mark.parametrize("seat", [3, -1, 0.5])
def test_a_seat_that_does_not_exist(seat):
    message = refusal(lambda: BalanceEnv("small", seat))
    assert f"seat = {seat}" in message
    assert "0 to 2" in message


def test_a_player_that_does_not_exist():
    message = refusal(lambda: BalanceEnv("small", opponents="buckpasser"))
    assert "'buckpasser'" in message
    assert "'buck_passer'" in message


def test_ids_of_players_that_the_batch_does_not_know(batch):
    assert "-1 to 23" in refusal(lambda: batch.set_players(np.array([0, 1, 24])))
    assert "-1 to 23" in refusal(lambda: batch.set_players(np.array([0, 1, -2])))


def test_a_gymnasium_step_before_the_start_and_after_the_end():
    env = BalanceEnv("small", max_cycles=1)
    assert "reset" in refusal(lambda: env.step(0), gymnasium.error.ResetNeeded)
    env.reset(seed=0)
    assert env.step(0)[3]
    with pytest.warns(UserWarning, match="after the end of an episode"):
        env.step(0)


@pytest.mark.parametrize("opponents", [[], 3])
def test_no_opponents(opponents):
    assert f"opponents = {opponents!r}: a player" in refusal(lambda: BalanceEnv("small", opponents=opponents))


def test_players_for_another_number_of_seats():
    message = refusal(lambda: VectorEnv("small", players=["learner"] * 4))
    assert "(4,)" in message
    assert "(3,)" in message


@pytest.mark.parametrize("players", [{0: "hider"}, 0.5, ["hider", None, "grim"]])
def test_what_is_no_player(players):
    assert "is no player: names, paths of policies" in refusal(lambda: VectorEnv("small", players=players), TypeError)


# policies


@pytest.fixture(scope="module")
def asked(batch):
    """A trained policy, and what it is to be asked about a batch: rows, masks and draws."""
    policy = load_policy(LEARNED / "learned_offensive", batch.scenario)
    rows, masks = batch.outputs.rows.reshape(-1, batch.row_size), batch.action_masks.reshape(-1, batch.num_actions)
    return policy, rows, masks, np.zeros(len(rows))


def test_a_policy_answers_what_fits(asked):
    policy, rows, masks, draws = asked
    assert policy(rows, masks, draws).shape == draws.shape


def test_what_a_policy_cannot_be_asked(asked):
    policy, rows, masks, draws = asked
    assert "rows (6, 5): (n, 1 * D)" in refusal(lambda: policy(rows[:, :5], masks, draws))
    assert f"masks (6, 8): (6, {PLAIN_VERBS} + V * 2)" in refusal(lambda: policy(rows, masks[:, :8], draws))
    assert "draws (5,): (6,)" in refusal(lambda: policy(rows, masks, draws[:5]))


def test_a_policy_for_a_scenario_by_name():
    message = refusal(lambda: load_policy(LEARNED / "learned_offensive", "small"), TypeError)
    assert "scenario = 'small'" in message
    assert "load_scenario" in message


def test_a_run_with_a_seat_that_nobody_plays(batch):
    assert "player in every seat" in refusal(lambda: batch.run(3))


def test_a_list_of_seeds_for_many_seats():
    assert "seed" in refusal(lambda: BalanceVectorEnv(2, "small").reset(seed=[1, 2]))


@pytest.mark.parametrize("make", [parallel_env, BalanceEnv], ids=["pettingzoo", "gymnasium"])
def test_a_way_of_rendering_that_does_not_exist(make):
    message = refusal(lambda: make("small", render_mode="film"))
    assert "'film'" in message
    assert "ansi" in message


# snapshots


def damaged(snapshot, **changes):
    return {**copy.deepcopy(snapshot), **changes}


def test_a_snapshot_of_another_version(batch):
    message = refusal(lambda: batch.set_state(damaged(batch.get_state(), version=99)))
    assert "99" in message
    assert "this is version" in message


@pytest.mark.parametrize("snapshot", [None, {}, "worlds", 3])
@pytest.mark.parametrize("make", [VectorEnv, parallel_env, BalanceEnv], ids=["batch", "pettingzoo", "gymnasium"])
def test_what_is_no_snapshot(make, snapshot):
    assert "needs a snapshot that get_state" in refusal(lambda: make("small").set_state(snapshot))


def test_a_snapshot_of_another_scenario_or_other_parameters(batch):
    for env in (VectorEnv("coercive", 2), VectorEnv("small", 2, autoreset=False, max_cycles=50, rest=0.05)):
        env.reset(seed=1)
        assert "scenario" in refusal(lambda env=env: batch.set_state(env.get_state()))


def test_a_snapshot_of_another_number_of_worlds(batch):
    other = VectorEnv("small", 3, autoreset=False, max_cycles=50)
    other.reset(seed=1)
    assert "shape" in refusal(lambda: batch.set_state(other.get_state()))


def test_a_refused_snapshot_changes_nothing(batch, pettingzoo):
    other = VectorEnv("small", 1, autoreset=False)
    other.reset(seed=9)
    before = pettingzoo.state().copy()
    refusal(lambda: pettingzoo.set_state(other.get_state()))  # a batch's snapshot lacks the agents
    np.testing.assert_array_equal(pettingzoo.state(), before)
