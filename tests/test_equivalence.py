"""One history, however it is run: plain or compiled, alone or in a batch, on threads, from a snapshot, by any view."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from pathlib import Path

import gymnasium
import numpy as np
import pytest
from worlds import VIOLENT

from balance_env import VectorEnv, parallel_env
from balance_env import env as in_turn
from balance_env.core import scratch
from balance_env.core.scratch import FITTED
from balance_env.core.world import PAIR_FIELDS
from balance_env.single import BalanceEnv, BalanceVectorEnv, place_opponents

STATES, YEARS, SEED = 5, 25, 2
WORLD = {"states": STATES, "max_cycles": YEARS, **VIOLENT}
CHANCE = np.random.default_rng(7).random((YEARS, 1024, STATES))


def nth_legal(masks: np.ndarray, year: int) -> np.ndarray:
    """Legal actions (W, N), the same for a world in any batch."""
    counts = masks.sum(axis=-1)
    chance = CHANCE[year, : len(masks)].take(np.arange(masks.shape[1]) % STATES, axis=-1)
    nth = (chance * counts).astype(int)
    return (masks.cumsum(axis=-1) > nth[..., None]).argmax(axis=-1)


def run(env: VectorEnv, years: int = YEARS, first: int = 0) -> list[dict[str, np.ndarray]]:
    """Everything that happens to `env` in some years, year by year."""
    told = []
    for year in range(first, first + years):
        _, rewards, terminations, truncations, infos = env.step(nth_legal(env.action_masks, year))
        told.append(
            {
                "rows": env.outputs.rows.copy(),
                "masks": env.outputs.masks.copy(),
                "rewards": rewards.copy(),
                "terminations": terminations.copy(),
                "truncations": truncations.copy(),
                **{name: infos[name].copy() for name in ("terms", "alive", "ended", "wars", "falls", "year")},
                **{f"actor.{f}": env.worlds.actor[f].copy() for f in env.worlds.actor.dtype.names},
                **{f"pair.{f}": env.worlds.pair[f].copy() for f in PAIR_FIELDS},
            }
        )
    return told


def assert_same(one, other, worlds: slice = slice(None)) -> None:
    """Two histories are the same to the bit, in the worlds compared."""
    assert len(one) == len(other)
    for year, (mine, theirs) in enumerate(zip(one, other, strict=True)):
        for name, array in mine.items():
            told = f"{name} in year {year}"
            np.testing.assert_array_equal(array[worlds], theirs[name][worlds], err_msg=told)
            assert array[worlds].tobytes() == theirs[name][worlds].tobytes(), f"{told}: the sign of a zero"


def batch(worlds: int = 7, **options) -> VectorEnv:
    env = VectorEnv("coercive", worlds, **{"autoreset": False, "threads": 1, **WORLD, **options})
    env.reset(seed=SEED)
    return env


@pytest.fixture(scope="module")
def seven():
    """The history of a batch of seven, in which states fall."""
    history = run(batch())
    assert sum(year["falls"].sum() for year in history) > 3
    assert sum(year["falls"][0] for year in history) > 0
    return history


# plain Python and compiled rules


def plain_history(path: str) -> None:
    """Run in a process of its own: one world by random play, then by doctrines."""
    histories = {}
    doctrines = ["balance_of_threat", "bandwagon_for_profit", "aspiring_hegemon", "grim", "random_legal"]
    for kind, players in (("play", None), ("doctrines", doctrines)):
        for year, told in enumerate(run(batch(1, players=players))):
            histories |= {f"{kind} {year} {name}": array for name, array in told.items()}
    np.savez(path, **histories)


@pytest.fixture(scope="module")
def plain_and_compiled(tmp_path_factory):
    folder = tmp_path_factory.mktemp("histories")
    program = f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r}); import test_equivalence as t;"
    here = os.environ | {"NUMBA_DISABLE_JIT": "1"}
    plain = subprocess.Popen(
        [sys.executable, "-c", f"{program} t.plain_history({str(folder / 'plain.npz')!r})"], env=here
    )
    plain_history(str(folder / "compiled.npz"))
    assert plain.wait(timeout=300) == 0
    return np.load(folder / "plain.npz"), np.load(folder / "compiled.npz")


@pytest.mark.skipif(os.environ.get("NUMBA_DISABLE_JIT") == "1", reason="nothing is compiled to compare with")
def test_plain_python_and_compiled_rules_tell_the_same_events(plain_and_compiled):
    plain, compiled = plain_and_compiled
    assert set(plain.files) == set(compiled.files)
    assert sum(int(plain[name].sum()) for name in plain.files if name.endswith(" falls")) > 0
    assert sum(int(plain[name].sum()) for name in plain.files if name.endswith(" wars")) > 3
    for name in plain.files:
        if plain[name].dtype.kind in "iub":
            np.testing.assert_array_equal(plain[name], compiled[name], err_msg=name)


@pytest.mark.skipif(os.environ.get("NUMBA_DISABLE_JIT") == "1", reason="nothing is compiled to compare with")
def test_plain_python_and_compiled_numbers_agree_to_twelve_digits(plain_and_compiled):
    plain, compiled = plain_and_compiled
    for name in plain.files:
        if plain[name].dtype == np.float64:
            np.testing.assert_allclose(plain[name], compiled[name], rtol=1e-12, atol=1e-12, err_msg=name)


# batches and threads


@pytest.mark.parametrize("worlds", [1, 3])
def test_a_world_lives_the_same_in_a_smaller_batch(seven, worlds):
    assert_same(run(batch(worlds)), [{n: a[:worlds] for n, a in year.items()} for year in seven])


def test_a_world_lives_the_same_in_a_batch_of_a_thousand(seven):
    history = run(batch(1024), 6)
    assert_same([{n: a[:7] for n, a in year.items()} for year in history], seven[:6])


@pytest.mark.parametrize("states", [4, 8])
def test_a_world_lives_the_same_where_a_year_is_compiled_for_its_number_of_states(monkeypatch, states):
    history = run(batch(states=states))
    assert states in FITTED
    assert sum(year["falls"].sum() for year in history) > 3
    monkeypatch.setattr(scratch, "FITTED", ())
    assert_same(history, run(batch(states=states)))


def test_a_world_lives_the_same_on_two_threads(seven):
    if len(os.sched_getaffinity(0)) < 2:
        pytest.skip("one core: no second thread to compare with")
    assert_same(run(batch(threads=2)), seven)


def test_worlds_of_a_batch_differ(seven):
    shocks = seven[0]["actor.shock"]
    assert len(np.unique(shocks)) == shocks.size


def test_a_history_is_determined_by_its_seed(seven):
    assert_same(run(batch()), seven)
    env = batch()
    env.reset(seed=SEED + 1)
    assert not np.array_equal(run(env, 1)[0]["rows"], seven[0]["rows"])


def test_returned_copies_are_what_the_arrays_held(seven):
    kept = []
    env = batch(copy=True)
    for year in range(YEARS):
        kept.append(env.step(nth_legal(env.action_masks, year))[:4])
    for year, (rows, rewards, _, _) in enumerate(kept):
        np.testing.assert_array_equal(rows, seven[year]["rows"])
        np.testing.assert_array_equal(rewards, seven[year]["rewards"])


# snapshots


@pytest.mark.parametrize("year", [0, 1, 11])
def test_a_pickled_snapshot_has_the_same_future(seven, year):
    env = batch()
    run(env, year)
    snapshot = pickle.loads(pickle.dumps(env.get_state()))
    fresh = VectorEnv("coercive", 7, autoreset=False, threads=1, **WORLD)
    fresh.set_state(snapshot)
    np.testing.assert_array_equal(fresh.outputs.rows, env.outputs.rows)
    np.testing.assert_array_equal(fresh.action_masks, env.action_masks)
    assert_same(run(fresh, YEARS - year, year), seven[year:])


def test_a_snapshot_of_a_world_that_ended_says_that_it_ended():
    env = batch(2, max_cycles=3)
    run(env, 3)
    fresh = VectorEnv("coercive", 2, autoreset=False, threads=1, **{**WORLD, "max_cycles": 3})
    fresh.set_state(env.get_state())
    np.testing.assert_array_equal(fresh.observe()[1]["ended"], env.observe()[1]["ended"])


def test_a_snapshot_is_not_changed_by_what_comes_after():
    env = batch()
    snapshot = env.get_state()
    before = pickle.dumps(snapshot)
    run(env, 3)
    assert pickle.dumps(snapshot) == before


def test_a_pickled_environment_has_the_same_future(seven):
    env = batch()
    run(env, 5)
    assert_same(run(pickle.loads(pickle.dumps(env)), YEARS - 5, 5), seven[5:])


@pytest.mark.parametrize("turns", [0, 2, 3 * STATES + 1])
def test_a_snapshot_between_two_turns_has_the_same_future(turns):
    env = in_turn("coercive", **WORLD)
    env.reset(seed=SEED)
    for turn in range(turns):
        env.step(None if env.last()[2] else turn % 3)
    other = in_turn("coercive", **WORLD)
    other.set_state(pickle.loads(pickle.dumps(env.get_state())))
    seen = 0
    while env.agents and seen < 20 * STATES:
        mine, its = env.last(), other.last()
        np.testing.assert_array_equal(mine[0], its[0])
        np.testing.assert_equal(mine[1:], its[1:])
        assert env.agent_selection == other.agent_selection
        for each in (env, other):
            each.step(None if mine[2] or mine[3] else seen % 3)
        seen += 1
    assert seen > 4 * STATES
    assert other.agents == env.agents


def test_a_snapshot_of_many_single_seats_has_the_same_future():
    many, fresh = (BalanceVectorEnv(4, "coercive", 1, "random_legal", **WORLD) for _ in range(2))
    many.reset(seed=SEED)
    for _ in range(5):
        many.step(np.full(4, 2))
    fresh.set_state(pickle.loads(pickle.dumps(many.get_state())))
    for _ in range(YEARS):
        for mine, its in zip(many.step(np.full(4, 2))[:4], fresh.step(np.full(4, 2))[:4], strict=True):
            np.testing.assert_array_equal(mine, its)


# episodes


def test_a_reset_without_a_seed_goes_on_to_the_next_episode():
    env = batch(2)
    run(env, 2)
    env.reset()
    second = run(env, 3)
    again = batch(2, max_cycles=2, autoreset=True)
    run(again, 2)  # the first episode ends, the second begins in the same step
    assert again.worlds.clock[:, 1].tolist() == env.worlds.clock[:, 1].tolist() == [1, 1]
    assert again.worlds.clock[:, 2].tolist() == env.worlds.clock[:, 2].tolist()
    np.testing.assert_array_equal(again.worlds.actor.growth, second[0]["actor.growth"])


def test_autoreset_returns_the_next_episodes_rows_and_keeps_the_last():
    ended, going_on = batch(2, max_cycles=4), batch(2, max_cycles=4, autoreset=True)
    last = run(ended, 4)[-1]
    first = run(going_on, 4)[-1]
    np.testing.assert_array_equal(going_on.outputs.final_rows, last["rows"])
    np.testing.assert_array_equal(first["rewards"], last["rewards"])
    np.testing.assert_array_equal(first["truncations"], last["truncations"])
    ended.reset()
    np.testing.assert_array_equal(first["rows"], ended.outputs.rows)


def test_the_mean_state_starts_at_an_output_of_one():
    env = VectorEnv("default", 20)
    env.reset(seed=1)
    np.testing.assert_allclose(env.worlds.actor.economy.mean(axis=1), 1.0)
    assert env.worlds.actor.economy.std() > 0.1


def test_who_sits_where_is_drawn_and_what_an_actor_starts_with_travels_with_its_id():
    seated, permuted = (VectorEnv("default", 50, permute_seats=choice) for choice in (False, True))
    seated.reset(seed=1)
    permuted.reset(seed=1)
    ident = permuted.worlds.actor.ident
    np.testing.assert_array_equal(np.sort(ident, axis=1), np.tile(np.arange(8), (50, 1)))
    assert all(len(set(ident[:, seat])) == 8 for seat in range(8))
    for field in ("economy", "forces", "technology", "ideology", "growth"):
        theirs = np.take_along_axis(seated.worlds.actor[field], ident, axis=1)
        np.testing.assert_allclose(permuted.worlds.actor[field], theirs, rtol=1e-12, err_msg=field)


def test_a_seed_names_an_episode_whatever_went_before():
    env = batch(2)
    run(env, 3)
    env.reset()
    rows = env.reset(seed=SEED)[0].copy()
    np.testing.assert_array_equal(rows, batch(2).outputs.rows)


def test_without_any_seed_chance_comes_from_the_system_and_is_told():
    seeds = set()
    for _ in range(3):
        env = VectorEnv("small")
        _, infos = env.reset()
        seeds.add(int(infos["seed"][0]))
        again = VectorEnv("small")
        np.testing.assert_array_equal(again.reset(seed=int(infos["seed"][0]))[0], env.outputs.rows)
    assert len(seeds) == 3


@pytest.mark.parametrize(
    "make", [lambda: parallel_env("small"), lambda: BalanceEnv("small")], ids=["pettingzoo", "gymnasium"]
)
def test_every_view_tells_the_seed_that_the_system_gave(make):
    env = make()
    infos = env.reset()[1]
    info = infos.get("state_0", infos)
    assert "seed" in info
    rows, _ = make().reset(seed=int(info["seed"]))
    first = rows["state_0"] if isinstance(rows, dict) else rows
    assert first.shape == env.batch.outputs.rows[0, 0].shape
    np.testing.assert_array_equal(first, env.batch.outputs.rows[0, 0])


# views


@pytest.mark.parametrize("fallen", ["leave", "stay"])
def test_pettingzoo_is_world_nought_of_a_batch(seven, fallen):
    env = parallel_env("coercive", fallen=fallen, **WORLD)
    observations, infos = env.reset(seed=SEED)
    years = 0
    while env.agents:
        masks = np.zeros((1, STATES, env.batch.num_actions), np.int8)
        masks[:, :, 0] = 1
        for agent, info in infos.items():
            masks[0, int(agent[6:])] = info["action_mask"]
        actions = nth_legal(masks, years)[0]
        observations, rewards, terminations, truncations, infos = env.step(
            {agent: actions[int(agent[6:])] for agent in env.agents}
        )
        told = seven[years]
        for agent in observations:
            i = int(agent[6:])
            np.testing.assert_array_equal(observations[agent], told["rows"][0, i])
            assert rewards[agent] == told["rewards"][0, i]
            np.testing.assert_array_equal(infos[agent]["terms"], told["terms"][0, i])
            assert infos[agent]["alive"] == told["alive"][0, i]
            assert infos[agent]["wars"] == told["wars"][0]
            if fallen == "leave":
                assert terminations[agent] == told["terminations"][0, i]
                assert truncations[agent] == told["truncations"][0, i]
        years += 1
    assert years == sum(1 for year in seven if year["alive"][0].sum() >= 2 or year["terminations"][0].any())


def test_a_pettingzoo_snapshot_has_the_same_future():
    env = parallel_env("coercive", **WORLD)
    env.reset(seed=SEED)
    for _ in range(12):
        env.step({agent: 2 for agent in env.agents})
    other = parallel_env("coercive", **WORLD)
    other.set_state(pickle.loads(pickle.dumps(env.get_state())))
    assert other.agents == env.agents
    for _ in range(5):
        mine, its = (e.step({agent: 1 for agent in e.agents}) for e in (env, other))
        assert mine[1] == its[1]
        for agent in mine[0]:
            np.testing.assert_array_equal(mine[0][agent], its[0][agent])


@pytest.mark.parametrize("seat", [0, 3])
def test_the_single_seat_is_a_batch_in_which_doctrines_play_the_others(seat):
    opponents = ("balance_of_threat", "random_legal")
    single = BalanceEnv("coercive", seat, opponents, **WORLD)
    whole = batch(1, players=place_opponents(seat, opponents, STATES))
    row, _ = single.reset(seed=SEED)
    np.testing.assert_array_equal(row, whole.outputs.rows[0, seat])
    for year in range(YEARS):
        actions = nth_legal(whole.action_masks, year)
        row, reward, terminated, truncated, info = single.step(int(actions[0, seat]))
        _, rewards, terminations, truncations, infos = whole.step(actions)
        np.testing.assert_array_equal(row, whole.outputs.rows[0, seat])
        np.testing.assert_array_equal(info["action_mask"], infos["action_mask"][0, seat])
        assert (reward, terminated, truncated) == (rewards[0, seat], terminations[0, seat], truncations[0, seat])
        if terminated or truncated:
            break


def test_doctrines_given_as_actions_are_doctrines_in_the_kernel():
    played = batch(3, players="balance_of_threat")
    told = batch(3)
    for _ in range(10):
        played.step(np.zeros((3, STATES), int))
        told.step(played.pending_actions.copy())
        np.testing.assert_array_equal(played.outputs.rows, told.outputs.rows)


def test_a_run_in_the_kernel_is_a_run_of_steps():
    stepped, ran = (batch(3, players="random_legal", autoreset=True, max_cycles=6) for _ in range(2))
    totals = sum(stepped.step(np.zeros((3, STATES), int))[4]["terms"].copy() for _ in range(10))
    np.testing.assert_allclose(ran.run(10), totals, rtol=1e-12, atol=1e-12)
    np.testing.assert_array_equal(ran.outputs.rows, stepped.outputs.rows)


def test_many_single_seats_are_single_seats():
    single = BalanceEnv("coercive", 1, "random_legal", **WORLD)
    many = BalanceVectorEnv(4, "coercive", 1, "random_legal", **WORLD)
    row, _ = single.reset(seed=SEED)
    rows, _ = many.reset(seed=SEED)
    np.testing.assert_array_equal(row, rows[0])
    for _ in range(YEARS):
        row, reward, terminated, truncated, _ = single.step(2)
        rows, rewards, ended, cut, infos = many.step(np.full(4, 2))
        assert (reward, terminated, truncated) == (rewards[0], ended[0], cut[0])
        np.testing.assert_array_equal(row, infos["final_obs"][0])
        if terminated or truncated:
            break
        np.testing.assert_array_equal(row, rows[0])


def test_gymnasium_makes_both():
    assert gymnasium.make("balance_env/Balance-v0", scenario="small").reset(seed=1)[0].shape
    assert gymnasium.make_vec("balance_env/Balance-v0", num_envs=3, scenario="small").reset(seed=1)[0].shape[0] == 3
