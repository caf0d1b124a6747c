"""Trained states in seats: one notion of a player, and the same history however it is run."""

from __future__ import annotations

import hashlib
import os
import pickle
from pathlib import Path

import numpy as np
import pytest
from test_equivalence import SEED, STATES, WORLD, YEARS, assert_same, nth_legal, run

from balance_env import VectorEnv, load_scenario, parallel_env
from balance_env.cli import main
from balance_env.core.draws import Purpose, make_stream, uniform
from balance_env.core.world import NOBODY, Clock
from balance_env.doctrines import DOCTRINES, doctrine_id
from balance_env.networks import NETWORKS, Architecture
from balance_env.players import LEARNED, POLICIES, learned_names, load_team
from balance_env.policies import LearnedPolicy, Window, load_policy, make_card
from balance_env.record import play_out
from balance_env.single import BalanceEnv, BalanceVectorEnv

ALL_SHIPPED_BYTES = 5 * 2**20
DESIGNS = ["offensive", "defensive", "status_quo"]


def random_policy(network="pooled", verbs=4, years=1, seed=0, actors=STATES, **training) -> LearnedPolicy:
    architecture = Architecture(network, 8, actors, verbs, years)
    rng = np.random.default_rng(seed)
    shapes = NETWORKS[network].shapes(architecture)
    weights = {name: rng.normal(0.0, 0.3, shape).astype(np.float32) for name, shape in shapes.items()}
    card = make_card(
        architecture, load_scenario("coercive"), {"learner": 0, "learners": "shared", "steps": 0, **training}
    )
    return LearnedPolicy(weights, card)


def written(policy: LearnedPolicy, folder: Path) -> Path:
    save = pytest.importorskip("agents.policy", reason="safetensors is not installed").save_policy
    save(policy.weights, policy.card, folder)
    return folder


@pytest.fixture(scope="module")
def remembering(tmp_path_factory) -> str:
    """The path of a policy that sees three years."""
    return str(written(random_policy(years=3), tmp_path_factory.mktemp("policies") / "remembering"))


@pytest.fixture(scope="module")
def seated(remembering) -> list[str]:
    return ["learned_offensive", "learned_defensive", "hider", "learner", remembering]


def batch(players, worlds: int = 7, **options) -> VectorEnv:
    env = VectorEnv("coercive", worlds, players=players, **{"autoreset": False, "threads": 1, **WORLD, **options})
    env.reset(seed=SEED)
    return env


@pytest.fixture(scope="module")
def seven(seated):
    history = run(batch(seated))
    assert sum(year["falls"].sum() for year in history) > 3
    return history


# the same history


@pytest.mark.parametrize("worlds", [1, 3])
def test_a_world_with_trained_states_lives_the_same_in_a_smaller_batch(seven, seated, worlds):
    assert_same(run(batch(seated, worlds)), [{n: a[:worlds] for n, a in year.items()} for year in seven])


def test_and_in_a_larger_one(seven, seated):
    history = run(batch(seated, 200), 6)
    assert_same([{n: a[:7] for n, a in year.items()} for year in history], seven[:6])


def test_and_on_two_threads(seven, seated):
    if len(os.sched_getaffinity(0)) < 2:
        pytest.skip("one core: no second thread to compare with")
    assert_same(run(batch(seated, threads=2)), seven)


@pytest.mark.parametrize("year", [0, 2, 11])
def test_a_snapshot_carries_the_players_and_what_they_remember(seven, seated, year):
    env = batch(seated)
    run(env, year)
    snapshot = pickle.loads(pickle.dumps(env.get_state()))
    fresh = VectorEnv("coercive", 7, autoreset=False, threads=1, **WORLD)
    fresh.player_id("learned_status_quo")  # who has the id here that another player has in the snapshot
    fresh.set_state(snapshot)
    assert fresh.player_names()[0].tolist() == seated
    for mine, theirs in zip(run(fresh, YEARS - year, year), seven[year:], strict=True):
        np.testing.assert_array_equal(mine["rows"], theirs["rows"])
        np.testing.assert_array_equal(mine["actor.verb"], theirs["actor.verb"])


def test_players_of_a_snapshot_begin_the_next_episode_too(seated):
    env = batch(seated, autoreset=True, max_cycles=3)
    fresh = VectorEnv("coercive", 7, threads=1, **{**WORLD, "max_cycles": 3})
    fresh.set_state(env.get_state())
    assert_same(run(fresh, 8), run(env, 8))


def test_a_pickled_batch_has_the_same_future(seven, seated):
    env = batch(seated)
    run(env, 5)
    assert_same(run(pickle.loads(pickle.dumps(env)), YEARS - 5, 5), seven[5:])


def test_forks_hold_the_same_players_who_remember_the_same(seated):
    env, chosen = batch(seated), np.array([3, 0, 3])
    run(env, 5)
    forked = env.fork(chosen)
    assert forked.player_names()[0].tolist() == seated
    for year in range(5, 9):
        actions = nth_legal(env.action_masks, year)
        env.step(actions)
        forked.step(actions[chosen])
        np.testing.assert_array_equal(forked.outputs.rows, env.outputs.rows[chosen])
    forked.set_players("learned_offensive")
    assert env.player_names()[0].tolist() == seated


def test_a_run_is_a_run_of_steps():
    stepped, ran = (batch("learned_offensive", 3, autoreset=True, max_cycles=6) for _ in range(2))
    totals = sum(stepped.step(np.zeros((3, STATES), int))[4]["terms"].copy() for _ in range(10))
    np.testing.assert_allclose(ran.run(10), totals, rtol=1e-12, atol=1e-12)
    np.testing.assert_array_equal(ran.outputs.rows, stepped.outputs.rows)


def test_pettingzoo_and_gymnasium_seat_the_same_players():
    opponents = ["learned_defensive", "learned_offensive"]
    players = ["learner", *opponents]
    one, many = BalanceEnv("small", 0, opponents), BalanceVectorEnv(3, "small", 0, opponents)
    zoo, whole = parallel_env("small", players=players), VectorEnv("small", 3, players=players, autoreset=False)
    for env in (one, many, zoo, whole):
        env.reset(seed=4)
    for _ in range(3):
        row = one.step(2)[0]
        rows, *_, infos = many.step(np.full(3, 2))
        seen = zoo.step(dict.fromkeys(zoo.agents, 2))[0]
        whole.step(np.full((3, 3), 2))
        np.testing.assert_array_equal(row, whole.outputs.rows[0, 0])
        assert not infos["_final_obs"].any()
        np.testing.assert_array_equal(rows, whole.outputs.rows[:, 0])
        np.testing.assert_array_equal(seen["state_0"], whole.outputs.rows[0, 0])


@pytest.mark.parametrize("network", NETWORKS)
def test_a_row_has_the_same_scores_to_the_bit_among_any_others(network):
    env = batch(None, 60)
    run(env, 4)
    rows = env.outputs.rows.reshape(-1, env.row_size)
    policy = random_policy(network)
    whole = policy.scores(rows)
    for count in (1, 2, 3, 7, 65, 299):
        np.testing.assert_array_equal(policy.scores(rows[5 : 5 + count]), whole[5 : 5 + count])
    assert policy.scores(rows[:0]).shape == (0, env.num_actions)


# what trained states do


def test_a_trained_seat_does_what_its_policy_says_of_its_row_its_mask_and_its_draw(remembering):
    """By hand, seat by seat: the window of three years, and a draw from the world's key, the year and the actor."""
    policy, env = load_policy(remembering), batch(remembering, 2)
    window = Window(3, 2 * STATES, env.row_size)
    for _ in range(6):
        seen = window.see(env.outputs.rows.reshape(2 * STATES, -1).copy()).reshape(2, STATES, -1)
        masks, alive, expected = env.action_masks.copy(), env.outputs.alive.copy(), np.zeros((2, STATES), int)
        for w, i in zip(*np.nonzero(alive), strict=True):
            clock, ident = env.worlds.clock[w], env.worlds.actor.ident[w, i]
            draw = uniform(make_stream(clock[Clock.KEY], clock[Clock.YEAR], Purpose.POLICY), ident, 0)
            expected[w, i] = policy(seen[w, i][None], masks[w, i][None], np.array([draw]))[0]
        env.advance()
        np.testing.assert_array_equal(env.pending_actions, expected)
    assert env.outputs.illegal.sum() == 0


def test_memory_ends_with_the_episode(remembering):
    env = batch(remembering, 2, autoreset=True, max_cycles=4)
    run(env, 4)
    once = run(env, 4)
    again = batch(remembering, 2, autoreset=True, max_cycles=4)
    again.reset()  # episode 1, in which nothing of episode 0 is remembered
    assert_same(run(again, 4), once)


def test_the_fallen_do_nothing_illegal(seven):
    assert sum(year["actor.illegal"][:, :3].sum() for year in seven) == 0


def test_a_policy_does_without_the_scores_of_closed_verbs():
    """Verbs stand in one order, so the first scores are those that a network without the last verb would give."""
    env = batch(None, 20, verbs=["ally", "bandwagon", "sanction"])
    run(env, 5)
    living = env.outputs.alive > 0
    rows, masks = env.outputs.rows[living], env.action_masks[living]
    draws = np.random.default_rng(0).random(len(rows))
    for network in ("pooled", "dyads"):
        four = random_policy(network)
        kept = {name: w[..., :3] if name.startswith("of_verbs") else w for name, w in four.weights.items()}
        three = LearnedPolicy(kept, make_card(four.architecture._replace(verbs=3), env.scenario, {}))
        four.check_fits(env.scenario)
        np.testing.assert_allclose(four.scores(rows)[:, : masks.shape[1]], three.scores(rows), atol=1e-5)
        np.testing.assert_array_equal(four(rows, masks, draws), three(rows, masks, draws))


@pytest.mark.parametrize("network", NETWORKS)
def test_a_policy_that_knows_no_coercion_never_coerces(network):
    env = batch(None, 20)
    living = env.outputs.alive > 0
    rows, masks = env.outputs.rows[living], env.action_masks[living]
    policy = random_policy(network, verbs=3)
    policy.check_fits(env.scenario)
    known = Architecture(network, 8, STATES, 3).actions
    assert masks[:, known:].any()
    for draw in (0.0, 0.5, 1.0):
        actions = policy(rows, masks, np.full(len(rows), draw))
        assert masks[np.arange(len(rows)), actions].all()
        assert actions.max() < known


def test_memory_is_refused_where_slots_change_their_states(remembering):
    with pytest.raises(ValueError, match="targets"):
        VectorEnv("coercive", targets="threat", players=remembering, **WORLD)


# names and ids


def test_who_plays_is_told_by_name_or_id_for_all_one_a_seat_or_one_a_seat_of_every_world():
    env = batch(None, 2)
    assert env.player_names()[0].tolist() == ["learner"] * STATES
    learned = env.player_id("learned_offensive")
    assert learned < NOBODY
    assert env.player_id("grim") == doctrine_id("grim")
    env.set_players("learned_offensive")
    assert env.player_names()[1].tolist() == ["learned_offensive"] * STATES
    env.set_players(["hider", "learned_offensive", "learner", "grim", "grim"])
    assert env.worlds.actor.player[1].tolist() == [doctrine_id("hider"), learned, NOBODY, *[doctrine_id("grim")] * 2]
    by_world = np.full((2, STATES), doctrine_id("grim"))
    by_world[1, 2] = learned
    env.set_players(by_world)
    assert env.player_names()[1].tolist() == ["grim", "grim", "learned_offensive", "grim", "grim"]
    env.reset()
    assert env.player_names()[0].tolist() == ["learner"] * STATES


def test_seats_of_the_next_episode_act_after_others_held_them():
    env = batch("always_arm", 2)
    env.set_players(NOBODY)
    env.reset()
    env.step(np.zeros((2, STATES), int))
    assert (env.pending_actions == 2).all()


def test_unknown_players_are_refused_with_the_nearest(tmp_path):
    with pytest.raises(ValueError, match=r"'learned_ofensive', did you mean 'learned_offensive'"):
        VectorEnv("small", players="learned_ofensive")
    with pytest.raises(ValueError, match="neither a policy nor a run"):
        VectorEnv("small", players=str(tmp_path))


def test_a_player_that_was_trained_anew_is_not_the_one_of_the_snapshot(tmp_path):
    path = str(written(random_policy(), tmp_path / "policy"))
    snapshot = batch(path).get_state()
    fresh = VectorEnv("coercive", 7, autoreset=False, threads=1, **WORLD)
    written(random_policy(seed=1), tmp_path / "policy")
    with pytest.raises(ValueError, match="has other weights"):
        fresh.set_state(snapshot)


def test_a_run_by_design_is_one_player(tmp_path):
    scenario = load_scenario("coercive", **WORLD)
    designs = np.unique(scenario.template().designs, axis=0)
    for number in range(len(designs)):
        policy = random_policy(seed=number, learners="design", learner=number)
        written(policy, tmp_path / "run" / POLICIES / str(number))
    team = load_team(tmp_path / "run", scenario)
    env = batch(str(tmp_path / "run"), 4)
    design = np.abs(env.worlds.design[:, :, None] - designs).sum(-1).argmin(-1)
    rows, masks = env.outputs.rows.copy(), env.action_masks.copy()
    env.advance()
    assert set(design.ravel().tolist()) == {0, 1}
    for number, policy in enumerate(team.policies):
        chosen = design == number
        expected = policy(rows[chosen], masks[chosen], env._draws[chosen])
        np.testing.assert_array_equal(env.pending_actions[chosen], expected)


def test_a_run_by_seat_plays_any_number_of_seats(tmp_path):
    """Three policies in a world of five states: seats 3 and 4 are played by the policies of seats 0 and 1."""
    for number in range(3):
        written(random_policy(seed=number, learners="seat", learner=number), tmp_path / "run" / POLICIES / str(number))
    team, env = load_team(tmp_path / "run", load_scenario("coercive", **WORLD)), batch(str(tmp_path / "run"), 4)
    rows, masks = env.outputs.rows.copy(), env.action_masks.copy()
    env.advance()
    for seat, number in enumerate([0, 1, 2, 0, 1]):
        expected = team.policies[number](rows[:, seat], masks[:, seat], env._draws[:, seat])
        np.testing.assert_array_equal(env.pending_actions[:, seat], expected)


# those that ship


def test_three_designs_ship_small_and_whole():
    assert learned_names() == sorted(f"learned_{design}" for design in DESIGNS)
    assert not set(learned_names()) & set(DOCTRINES)
    assert sum(file.stat().st_size for file in LEARNED.rglob("*") if file.is_file()) < ALL_SHIPPED_BYTES
    for name in learned_names():
        card = load_policy(LEARNED / name).card
        content = (LEARNED / name / "policy.safetensors").read_bytes()
        assert card["weights"]["sha256"] == hashlib.sha256(content).hexdigest()
        assert card["verbs"] == ["ally", "bandwagon", "sanction", "coerce"]
        assert "agents.ship" in card["training"]["command"]


@pytest.mark.parametrize(("scenario", "overrides"), [("small", {}), ("powers_1913", {}), ("coercive", {"states": 16})])
def test_they_play_any_scenario_among_any_number_of_states(scenario, overrides):
    names = [*learned_names(), "balance_of_threat"]
    states = len(load_scenario(scenario, **overrides).state_names())
    players = [names[i % 4] for i in range(states)]
    recorder = play_out(VectorEnv(scenario, players=players, autoreset=False, max_cycles=12, **overrides), seed=0)
    acts = {row.verb for row in recorder.states if players[row.seat] in learned_names()} - {None}
    assert len(acts) > 2


def test_the_command_line_takes_them(capsys, tmp_path):
    path = written(random_policy(actors=3), tmp_path / "mine")
    assert main(["run", "small", "--years", "3", "--players", f"learned_offensive,hider,{path}"]) == 0
    told = capsys.readouterr().out
    assert "learned_offensive" in told
    assert "agent-steps on 'coercive'" in told


def test_a_state_that_ships_keeps_what_it_wants_in_any_seat():
    pytest.importorskip("torch", reason="torch is not installed")
    from agents.ship import with_own_design
    from balance_env.core.pieces import WEIGHT_SCALE
    from balance_env.players import WEIGHTS_AT

    policy = random_policy(learner=1)
    own = with_own_design(policy)
    env = batch(None, 20)
    rows = env.outputs.rows.reshape(-1, env.row_size).copy()
    rows[:, WEIGHTS_AT] = np.array(policy.card["scenario"]["designs"])[1] / WEIGHT_SCALE
    expected = policy.scores(rows)
    np.testing.assert_allclose(own.scores(rows), expected, atol=1e-5)
    rows[:, WEIGHTS_AT] = 0.3
    assert np.abs(policy.scores(rows) - expected).max() > 1e-3
    np.testing.assert_allclose(own.scores(rows), expected, atol=1e-5)
