"""The networks that learn, and the rows they learn from."""

from itertools import permutations

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is not installed")
pytest.importorskip("sb3_contrib", reason="sb3-contrib is not installed")
pytest.importorskip("safetensors", reason="safetensors is not installed")

from sb3_contrib import MaskablePPO  # noqa: E402
from sb3_contrib.common.maskable.buffers import MaskableRolloutBuffer  # noqa: E402
from stable_baselines3.common.logger import Logger  # noqa: E402

from agents.network import Looking, StatePolicy, architecture_for  # noqa: E402
from agents.ppo import LivingRolloutBuffer  # noqa: E402
from balance_env import VectorEnv, action_table, load_scenario, row_table  # noqa: E402
from balance_env.adapters.sb3 import SB3VecEnv  # noqa: E402
from balance_env.networks import BIAS, GATED, NETWORKS, NUMPY, Architecture, answer, read, remember  # noqa: E402
from balance_env.policies import Window  # noqa: E402

SIDE_BY_SIDE = [name for name in NETWORKS if name != "recurrent"]  # read the years of a row side by side
SIZE_FREE = [name for name, network in NETWORKS.items() if network.is_size_free]
YEARS, FALL = 6, 2  # of a hand-made rollout, and the year in which its second state falls


def rows_of(scenario: str, worlds: int, years: int, play, **overrides) -> tuple[np.ndarray, np.ndarray]:
    """Rows and masks of all seats after some years of random play."""
    env = VectorEnv(scenario, worlds, **overrides)
    env.reset(7)
    for _ in play(env, years):
        pass
    return env.outputs.rows.reshape(-1, env.row_size).copy(), env.action_masks.reshape(-1, env.num_actions).copy()


def windows_of(actors: int, years: int, play) -> np.ndarray:
    """Rows of all seats of some worlds after years of random play, the last years side by side."""
    env = VectorEnv("default", 5, states=actors)
    env.reset(3)
    window = Window(years, 5 * actors, env.row_size)
    for _ in play(env, 6):
        window.see(env.outputs.rows.reshape(5 * actors, -1).copy())
    return window.rows


def looking(network: str, actors: int, verbs: int = 3, width: int = 8, years: int = 1) -> Looking:
    torch.manual_seed(0)
    module = Looking(Architecture(network, width, actors, verbs, years))
    with torch.no_grad():  # the layers that score begin all but silent
        for weight in module.parameters():
            weight.add_(0.3 * torch.randn(weight.shape))
    return module


# networks


@pytest.mark.parametrize("scenario", ["small", "default", "coercive"])
@pytest.mark.parametrize("network", NETWORKS)
def test_spaces_tell_the_architecture(network, scenario):
    env = VectorEnv(scenario, 1)
    verbs = len(load_scenario(scenario).verbs)
    told = architecture_for(env.single_observation_space, env.single_action_space, network, 8, 1)
    assert told == Architecture(network, 8, env.num_actors, verbs)
    assert (told.row_size, told.actions) == (env.row_size, env.num_actions)


@pytest.mark.parametrize("years", [1, 3])
@pytest.mark.parametrize("network", SIZE_FREE)
def test_permuted_others_get_permuted_scores(network, years, play):
    others, module = 3, looking(network, 4, years=years)
    rows = windows_of(others + 1, years, play)
    scores, values = module(torch.as_tensor(rows))
    names = [name for _ in range(years) for name, *_ in row_table(others + 1)]
    verbs = action_table(others + 1, 3)
    for order in permutations(range(1, others + 1)):
        moved = rows.copy()
        for new, old in enumerate(order, start=1):
            to, source = ([n for n, name in enumerate(names) if name.startswith(f"other{k}.")] for k in (new, old))
            moved[:, to] = rows[:, source]
        expected = [
            verbs.index(f"{name.split(' +')[0]} +{order[int(name.split(' +')[1]) - 1]}") if "+" in name else n
            for n, name in enumerate(verbs)
        ]
        moved_scores, moved_values = module(torch.as_tensor(moved))
        assert torch.allclose(moved_scores, scores[:, expected], atol=1e-4)
        assert torch.allclose(moved_values, values, atol=1e-4)
    assert scores[:, 3:].std(1).min() > 1e-3  # slots are told apart


@pytest.mark.parametrize("network", SIZE_FREE)
def test_states_score_each_other_alike_wherever_they_sit(network):
    worlds, states, verbs = 20, 5, 3
    scores, idents = [], []
    for is_permuted in (False, True):  # the same worlds, their states seated by name or by lot
        env = VectorEnv("default", worlds, states=states, permute_seats=is_permuted)
        env.reset(4)
        by_seat = looking(network, states)(torch.as_tensor(env.outputs.rows.reshape(worlds * states, -1)))[0]
        scores.append(by_seat.detach().numpy().reshape(worlds, states, -1))
        idents.append(env.worlds.actor["ident"].copy())
    assert not np.array_equal(*idents)
    for w in range(worlds):
        named, drawn = scores[0][w], scores[1][w]
        for seat, me in enumerate(idents[1][w]):
            assert drawn[seat, :3] == pytest.approx(named[me, :3], abs=1e-4)
            for slot in range(states - 1):
                other = idents[1][w][(seat + 1 + slot) % states]
                of_drawn = drawn[seat, 3:].reshape(verbs, -1)[:, slot]
                assert of_drawn == pytest.approx(
                    named[me, 3:].reshape(verbs, -1)[:, (other - me - 1) % states], abs=1e-4
                )


@pytest.mark.parametrize("states", [3, 8, 12, 32])
@pytest.mark.parametrize("network", SIZE_FREE)
def test_weights_made_at_five_play_any_number(network, states, play):
    module = looking(network, 5)
    rows, masks = rows_of("default", 2, 3, play, states=states)
    scores, values = NETWORKS[network].look(module.arrays(), rows, 1, NUMPY)
    assert scores.shape == masks.shape
    assert np.isfinite(scores).all()
    assert np.isfinite(values).all()


def test_dyads_do_not_heed_the_fallen(play):
    module, others = looking("dyads", 6), 5
    rows, _ = rows_of("default", 4, 5, play, states=others + 1)
    names = [name for name, *_ in row_table(others + 1)]
    last = [n for n, name in enumerate(names) if name.startswith(f"other{others}.")]
    rows[:, last] = 0.0  # as a fallen state is seen
    fewer = np.delete(rows, last, 1)
    (scores, values), (fewer_scores, fewer_values) = (module(torch.as_tensor(r)) for r in (rows, fewer))
    stay = [n for n, name in enumerate(action_table(others + 1, 3)) if not name.endswith(f"+{others}")]
    assert torch.allclose(scores[:, stay], fewer_scores, atol=1e-5)
    assert torch.allclose(values, fewer_values, atol=1e-5)


@pytest.mark.parametrize("network", NETWORKS)
def test_numpy_plays_what_torch_fits(network, play):
    rows, _ = rows_of("coercive", 4, 10, play)
    module = looking(network, 8, verbs=4)
    by_torch = [array.detach().numpy() for array in module(torch.as_tensor(rows))]
    for told, expected in zip(NETWORKS[network].look(module.arrays(), rows, 1, NUMPY), by_torch, strict=True):
        assert told.dtype == np.float32
        assert told == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("network", SIDE_BY_SIDE)
def test_a_window_of_years_keeps_pieces_apart(network, play):
    env = VectorEnv("small", 3)
    env.reset(1)
    window = Window(2, 9, env.row_size)
    first = window.see(env.outputs.rows.reshape(9, -1))
    assert not first[:, : env.row_size].any()
    earlier = env.outputs.rows.reshape(9, -1).copy()
    for _ in play(env, 1):
        pass
    later = env.outputs.rows.reshape(9, -1).copy()
    begins = np.arange(9) == 4
    rows = window.see(later, begins)
    assert np.array_equal(rows[~begins], np.concatenate([earlier, later], 1)[~begins])
    assert not rows[4, : env.row_size].any()
    assert np.array_equal(rows[4, env.row_size :], later[4])

    torch.manual_seed(0)
    one, two = (Looking(Architecture(network, 8, 3, 3, years)) for years in (1, 2))
    with torch.no_grad():
        for name, weight in two.weights.items():  # heeds the newer year alone: the same function as of one year
            inputs = one.weights[name].shape[0]
            weight.zero_()
            weight[-inputs:] = one.weights[name]
    for told, expected in zip(two(torch.as_tensor(rows)), one(torch.as_tensor(later)), strict=True):
        assert torch.allclose(told, expected, atol=1e-5)
    by_numpy = NETWORKS[network].look(two.arrays(), rows, 2, NUMPY)[0]
    assert by_numpy == pytest.approx(two(torch.as_tensor(rows))[0].detach().numpy(), abs=1e-5)


def test_a_gated_recurrent_unit_by_hand():
    """Half of the memory .4 is reset, a quarter of it becomes tanh(2 x .2 + .3 + .5) = tanh(1.2) = .833655."""
    weights = {
        "reset_gate": [[0.0], [0.0]], "reset_gate_bias": [0.0],
        "update_gate": [[0.0], [0.0]], "update_gate_bias": [np.log(3.0)],  # three quarters stay
        "renewal": [[2.0], [1.0]], "renewal_bias": [0.5],
    }  # fmt: skip
    memory, told = (np.full((1, 1, 1), number, np.float32) for number in (0.4, 0.3))
    kept = remember({name: np.array(array, np.float32) for name, array in weights.items()}, memory, told, NUMPY)
    assert kept.item() == pytest.approx(0.75 * 0.4 + 0.25 * 0.833655, abs=1e-6)


def test_a_recurrent_network_remembers_every_state_year_by_year(play):
    """Every row, year and state by itself, by the equations of Cho et al. 2014 with their U and W apart."""
    years, actors, width = 3, 4, 8
    module, rows = looking("recurrent", actors, width=width, years=years), windows_of(actors, years, play)[:6]
    weights = module.arrays()
    reset, update, new = ((weights[n][:width], weights[n][width:], weights[n + BIAS]) for n in GATED)
    size = rows.shape[1] // years
    memory = np.zeros((len(rows), actors - 1, width))
    for b, row in enumerate(rows):
        for year in range(years):
            _, slots, _ = read(weights, row[None, year * size : (year + 1) * size], 1, NUMPY)
            for s in range(actors - 1):
                h, x = memory[b, s], slots[0, s]
                r, z = (1.0 / (1.0 + np.exp(-(h @ u + x @ w + bias))) for u, w, bias in (reset, update))
                memory[b, s] = z * h + (1.0 - z) * np.tanh((r * h) @ new[0] + x @ new[1] + new[2])
    me = np.maximum(read(weights, rows[:, -size:], 1, NUMPY)[0], 0.0)
    expected = answer(weights, memory, np.concatenate([me, memory.mean(1), memory.max(1)], -1), NUMPY)
    by_torch = [array.detach().numpy() for array in module(torch.as_tensor(rows))]
    for by in (NETWORKS["recurrent"].look(weights, rows, years, NUMPY), by_torch):
        for told, right in zip(by, expected, strict=True):
            assert told == pytest.approx(right, abs=1e-4)


def test_a_recurrent_network_heeds_the_order_of_years_but_none_before_the_episode(play):
    rows, years = windows_of(4, 3, play), 3
    size = rows.shape[1] // years
    one, three, six = (looking("recurrent", 4, years=count) for count in (1, years, 2 * years))
    with torch.no_grad():
        for name, weight in one.weights.items():
            assert torch.equal(weight, three.weights[name])  # the weights do not know how many years there are
        turned = three(torch.as_tensor(rows.reshape(-1, years, size)[:, [1, 0, 2]].reshape(len(rows), -1)))[0]
        whole = three(torch.as_tensor(rows))[0]
        assert (turned - whole).abs().max() > 1e-3
        padded = six(torch.as_tensor(np.concatenate([np.zeros_like(rows), rows], 1)))[0]
        assert torch.allclose(padded, whole, atol=1e-5)
        newest = rows.copy()
        newest[:, :-size] = 0.0
        assert torch.allclose(three(torch.as_tensor(newest))[0], one(torch.as_tensor(rows[:, -size:]))[0], atol=1e-5)


def test_odd_width_is_refused():
    with pytest.raises(ValueError, match="width = 7: the network 'dyads' needs a multiple of 2"):
        Looking(Architecture("dyads", 7, 5, 3))


@pytest.mark.parametrize("network", NETWORKS)
def test_networks_work_inside_maskable_ppo(network, tmp_path):
    env = SB3VecEnv("small", 2)
    model = MaskablePPO(StatePolicy, env, n_steps=4, batch_size=8, n_epochs=1, seed=0,
                        policy_kwargs={"network": network, "width": 4}, device="cpu")  # fmt: skip
    model.learn(24)
    model.save(tmp_path / "model.zip")
    loaded = MaskablePPO.load(tmp_path / "model.zip", device="cpu")
    rows, masks = env.reset(), env.action_masks()
    actions, _ = model.predict(rows, action_masks=masks, deterministic=True)
    again, _ = loaded.predict(rows, action_masks=masks, deterministic=True)
    assert np.array_equal(actions, again)
    assert masks[np.arange(len(actions)), actions].all()


# the rows of the fallen


def rollout(env: SB3VecEnv, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """A hand-made rollout of three slots: one lives, one falls in year FALL and lies inert, one is a guest's."""
    shape = (YEARS, 3)
    masks = np.ones((*shape, env.action_space.n), np.float32)
    masks[FALL + 1 :, 1, 1:] = 0.0
    starts = np.zeros(shape, np.float32)
    starts[0], starts[FALL + 1 :, 1] = 1.0, 1.0
    rows = rng.random((*shape, env.observation_space.shape[0])).astype(np.float32)
    inert = np.zeros(shape, bool)
    inert[FALL + 1 :, 1] = True
    rows[inert] = 0.0
    parts = {name: rng.normal(size=shape).astype(np.float32) for name in ("rewards", "values", "log_probs")}
    parts["rewards"][inert] = 0.0
    parts["log_probs"] -= 3.0
    actions = rng.integers(0, env.action_space.n, shape) * ~inert
    return {"rows": rows, "masks": masks, "starts": starts, "actions": actions, **parts}


def fill(buffer, rollout: dict[str, np.ndarray], **more) -> None:
    for year in range(len(rollout["rows"])):
        of = {name: array[year] for name, array in rollout.items()}
        extra = {name: array[year] for name, array in more.items()}
        values, log_probs = torch.as_tensor(of["values"]), torch.as_tensor(of["log_probs"])
        buffer.add(of["rows"], of["actions"][:, None], of["rewards"], of["starts"], values, log_probs,
                   action_masks=of["masks"], **extra)  # fmt: skip


def gradients(env: SB3VecEnv, buffer) -> list[torch.Tensor]:
    """Of the whole loss of MaskablePPO on a buffer, in one minibatch, from the same first weights."""
    model = MaskablePPO(StatePolicy, env, batch_size=64, n_epochs=1, ent_coef=0.01, seed=3,
                        policy_kwargs={"width": 4}, device="cpu")  # fmt: skip
    model.set_logger(Logger(None, []))
    model.rollout_buffer = buffer
    model.train()
    return [weight.grad.clone() for weight in model.policy.parameters()]


def test_the_fallen_and_guests_teach_as_little_as_rows_that_were_deleted():
    env = SB3VecEnv("small", 1)
    whole = rollout(env, np.random.default_rng(0))
    learners = np.tile([0, 0, -1], (YEARS, 1))
    ours = LivingRolloutBuffer(YEARS, env.observation_space, env.action_space, "cpu", 0.95, 0.99, n_envs=3)
    fill(ours, whole, learners=learners)
    last = np.array([0.7, 0.0, 0.3], np.float32)
    ours.compute_returns_and_advantage(torch.as_tensor(last), np.array([False, True, False]))

    # the same lives without those rows, laid end to end in one slot: first the one that ends, then the one that goes on
    lives = {name: np.concatenate([array[: FALL + 1, 1], array[:, 0]])[:, None] for name, array in whole.items()}
    count = FALL + 1 + YEARS
    deleted = MaskableRolloutBuffer(count, env.observation_space, env.action_space, "cpu", 0.95, 0.99, n_envs=1)
    fill(deleted, lives)
    deleted.compute_returns_and_advantage(torch.as_tensor(last[:1]), np.array([False]))

    assert len(ours.chosen(0)) == count
    living = [ours.advantages[: FALL + 1, 1], ours.advantages[:, 0]]
    assert np.concatenate(living) == pytest.approx(deleted.advantages[:, 0], abs=1e-6)
    expected = gradients(env, deleted)
    assert sum(float(grad.abs().sum()) for grad in expected) > 0.0
    for grad, other in zip(gradients(env, ours), expected, strict=True):
        assert torch.allclose(grad, other, atol=1e-6)


def test_every_learner_gets_its_own_rows_in_minibatches_of_at_least_two():
    env = SB3VecEnv("small", 1)
    whole = rollout(env, np.random.default_rng(1))
    buffer = LivingRolloutBuffer(YEARS, env.observation_space, env.action_space, "cpu", n_envs=3)
    fill(buffer, whole, learners=np.tile([0, 0, 1], (YEARS, 1)))
    buffer.compute_returns_and_advantage(torch.zeros(3), np.zeros(3))
    for learner, rows in ((0, YEARS + FALL + 1), (1, YEARS)):
        buffer.learner = learner
        sizes = [len(batch.actions) for batch in buffer.get(rows - 1)]  # one row too many for one minibatch
        assert sum(sizes) == rows
        assert min(sizes) >= 2
        assert all((batch.action_masks.sum(-1) > 1).all() for batch in buffer.get(4))
