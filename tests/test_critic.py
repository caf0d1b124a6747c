"""A central critic sees the true world; the actor does not, neither while it learns nor when it plays."""

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is not installed")
pytest.importorskip("sb3_contrib", reason="sb3-contrib is not installed")
pytest.importorskip("safetensors", reason="safetensors is not installed")

from agents.config import Config  # noqa: E402
from agents.critic import WithTruth, places  # noqa: E402
from agents.league import League  # noqa: E402
from balance_env import VectorEnv, load_scenario  # noqa: E402
from balance_env.adapters.sb3 import SB3VecEnv  # noqa: E402
from balance_env.core.pieces import OTHERS_START, Own, Relation, state_size  # noqa: E402
from balance_env.policies import NUMPY  # noqa: E402

WORLDS, SEATS = 6, 3
TINY = {"scenario": "small", "worlds": WORLDS, "n_steps": 20, "batch_size": 64, "epochs": 1, "width": 4, "seed": 5}


def league_of(**settings) -> League:
    config = Config(**{**TINY, "critic": "central", **settings})
    env = SB3VecEnv(config.load_scenario(), config.worlds, state=True, threads=1)
    return League(config, env)


def legal(env: SB3VecEnv, rng: np.random.Generator) -> np.ndarray:
    masks = env.action_masks()
    return (rng.random(masks.shape) * masks).argmax(-1)


def test_every_seat_sees_its_own_block_first_and_then_its_slots():
    """Three seats by hand: seat 1 sees 1, 2, 0; of the graph (i, j), then the year."""
    at = places(3)
    assert at.shape == (3, state_size(3))
    assert all(np.array_equal(np.sort(seen), np.arange(state_size(3))) for seen in at)  # each number once
    assert np.array_equal(at[0], np.arange(state_size(3)))
    assert at[1, [0, OTHERS_START, 2 * OTHERS_START]].tolist() == [OTHERS_START, 2 * OTHERS_START, 0]
    graph, relations = 3 * OTHERS_START, len(Relation)
    pairs = at[1, graph:-1:relations] - graph
    expected = [(1, 1), (1, 2), (1, 0), (2, 1), (2, 2), (2, 0), (0, 1), (0, 2), (0, 0)]
    assert pairs.tolist() == [relations * (3 * i + j) for i, j in expected]
    assert (at[:, -1] == state_size(3) - 1).all()


def test_the_truth_of_a_seat_is_free_of_misperception():
    league = league_of()
    size = state_size(SEATS)
    rows, worlds = league.rows.reshape(WORLDS, SEATS, -1), league.states.batch.worlds
    truth, seen = rows[..., :size], rows[..., size:]
    assert np.array_equal(seen, league.states.batch.outputs.rows)
    assert truth[..., Own.IDEOLOGY] == pytest.approx(worlds.actor["ideology"], abs=1e-6)
    first = truth[:, 0]
    assert truth[:, 1, Own.SHARE] == pytest.approx(first[:, OTHERS_START + Own.SHARE], abs=1e-6)
    shares = truth[:, 0, [slot * OTHERS_START + Own.SHARE for slot in range(SEATS)]]
    assert shares.sum(1) == pytest.approx(1.0, abs=1e-5)  # as nobody perceives them
    assert np.abs(seen[..., Own.SHARE] - truth[..., Own.SHARE]).max() > 1e-3


@pytest.mark.parametrize(("options", "is_cut"), [({"max_cycles": 25}, True), ({"going_on": 0.9}, False)])
def test_looking_at_the_truth_changes_no_history(options, is_cut):
    """Cuts and random ends included: rows, rewards, dones and last rows are those of a batch that looks not."""
    plain, looking = (SB3VecEnv("coercive", 12, threads=1, state=state, **options) for state in (False, True))
    for env in (plain, looking):
        env.seed(3)
    assert np.array_equal(plain.reset(), looking.reset())
    rng, ends, cuts = np.random.default_rng(0), 0, set()
    for _ in range(80):
        actions = legal(plain, rng)
        *expected, infos = plain.step(actions)
        *told, their_infos = looking.step(actions)
        assert all(np.array_equal(*pair) for pair in zip(expected, told, strict=True))
        assert np.array_equal(plain.action_masks(), looking.action_masks())
        assert np.array_equal(plain.design, looking.design)
        for info, their in zip(infos, their_infos, strict=True):
            assert info.keys() == their.keys()
            if info:
                assert np.array_equal(info["terminal_observation"], their["terminal_observation"])
                assert info["TimeLimit.truncated"] == their["TimeLimit.truncated"]
                cuts.add(info["TimeLimit.truncated"])
        ends += int((plain.batch.outputs.ended > 0).sum())
    assert ends > 12
    assert (True in cuts) == is_cut


def test_the_last_truth_is_that_of_the_world_which_ended():
    env = SB3VecEnv("small", 2, threads=1, state=True, max_cycles=4)
    env.seed(0)
    env.reset()
    alone = VectorEnv("small", 2, threads=1, autoreset=False, max_cycles=4)
    alone.reset(0)
    completed, rng = WithTruth(env, env), np.random.default_rng(1)
    for _ in range(4):
        actions = legal(env, rng)
        _, _, dones, infos = completed.step(actions)
        alone.step(actions.reshape(2, SEATS))
        assert np.array_equal(env.slots.last_state, alone.state())
    assert dones.all()
    last = alone.state()[:, places(SEATS)].reshape(2 * SEATS, -1)
    for slot, info in enumerate(infos):
        told = info["terminal_observation"]
        assert np.array_equal(told[: state_size(SEATS)], last[slot])
        assert np.array_equal(told[state_size(SEATS) :], alone.outputs.rows.reshape(2 * SEATS, -1)[slot])
    assert not np.array_equal(env.slots.state, env.slots.last_state)  # the next episode has begun
    assert np.array_equal(env.slots.state, env.batch.state())


@pytest.mark.parametrize("settings", [{}, {"years": 3}, {"years": 2, "network": "recurrent"}])
def test_the_actor_sees_no_truth_and_the_critic_does(settings):
    league, size = league_of(**settings), state_size(SEATS)
    policy = league.learners[0].policy
    rows = torch.as_tensor(league.rows)
    other = rows.clone()
    other[:, :size] = torch.rand(len(rows), size)
    masks = league.states.action_masks()
    with torch.no_grad():
        chances, others = (policy.get_distribution(seen, masks).distribution.probs for seen in (rows, other))
        values, other_values = (policy.predict_values(seen) for seen in (rows, other))
    assert torch.equal(chances, others)
    assert (values - other_values).abs().max() > 1e-3
    assert not chances[~torch.as_tensor(masks)].any()


@pytest.mark.parametrize("settings", [{}, {"years": 2, "learners": "design"}])
def test_what_is_fitted_is_the_actor_and_the_critic_and_what_travels_is_the_actor(settings):
    league = league_of(**settings)
    policy = league.learners[0].policy
    before = {name: weight.clone() for name, weight in policy.state_dict().items()}
    league.collect()
    league.fit()
    changed = {name for name, weight in policy.state_dict().items() if not torch.equal(weight, before[name])}
    assert {name for name in before if name.startswith("critic.")} <= changed
    own_values = {name for name in before if name.startswith("looking.weights.value")}
    assert own_values
    assert {name for name in before if name.startswith("looking.")} - own_values <= changed
    assert not own_values & changed
    kept = league.policies()[0]
    kept.check_fits(load_scenario("small"))
    seen = league.rows[:, state_size(SEATS) :]
    with torch.no_grad():
        expected = policy.looking(torch.as_tensor(seen))[0].numpy()
    assert kept.network.look(kept.weights, seen, kept.architecture.years, NUMPY)[0] == pytest.approx(expected, abs=1e-4)


def test_a_batch_that_does_not_look_is_refused():
    with pytest.raises(ValueError, match="state=True"):
        League(Config(**{**TINY, "critic": "central"}), SB3VecEnv("small", WORLDS))
