"""Who sits in which seat, and whom each seat teaches."""

import numpy as np
import pytest

pytest.importorskip("torch", reason="torch is not installed")
pytest.importorskip("sb3_contrib", reason="sb3-contrib is not installed")
pytest.importorskip("safetensors", reason="safetensors is not installed")

import torch

from agents.casting import LEARNS, LEAST, Cast
from agents.config import Config
from agents.league import League
from agents.policy import save_policy
from balance_env import action_table
from balance_env.adapters.sb3 import SB3VecEnv
from balance_env.doctrines import doctrine_id
from balance_env.players import LEARNED, load_team
from balance_env.policies import load_policy

WORLDS, SEATS = 40, 3
TINY = {"scenario": "small", "worlds": WORLDS, "n_steps": 30, "batch_size": 512, "epochs": 1, "width": 4, "seed": 5}


def league_of(**settings) -> League:
    config = Config(**{**TINY, **settings})
    league = League(config, SB3VecEnv(config.load_scenario(), config.worlds))
    if not config.opponents:
        league.cast.seat(np.ones(WORLDS, bool))
    return league


def begun(league: League) -> League:
    league.cast.seat(np.ones(WORLDS, bool))
    return league


def by_world(array: np.ndarray) -> np.ndarray:
    return array.reshape(WORLDS, SEATS)


def weights(league: League) -> list[dict[str, np.ndarray]]:
    return [policy.weights for policy in league.policies()]


def differs(before: dict[str, np.ndarray], after: dict[str, np.ndarray]) -> bool:
    return any(not np.array_equal(before[name], after[name]) for name in before)


def save(league: League, folder):
    policy = league.policies()[0]
    save_policy(policy.weights, policy.card, folder)
    return folder


# whom a seat teaches


@pytest.mark.parametrize(
    ("learners", "names"),
    [("shared", ["shared"]), ("design", ["defensive", "offensive"]), ("seat", ["seat_0", "seat_1", "seat_2"])],
)
def test_every_learner_learns_from_its_own_seats(learners, names):
    league = league_of(learners=learners)
    assert league.names == names
    expected = {
        "shared": np.zeros(WORLDS * SEATS),
        "design": league.states.design,
        "seat": np.tile(np.arange(SEATS), WORLDS),
    }[learners]
    assert np.array_equal(league.cast.learners(), expected)
    before = weights(league)
    league.collect()
    told = league.fit()
    assert len(told) == len(names)
    assert all(np.isfinite(list(fit.values())).all() for fit in told)
    assert all(differs(*pair) for pair in zip(before, weights(league), strict=True))


def test_independent_learners_do_not_touch_each_other():
    league = league_of(learners="seat")
    league.collect()
    league.buffer.learners[league.buffer.learners == 1] = -1  # nothing to learn for the second seat
    before = weights(league)
    told = league.fit()
    changed = [differs(*pair) for pair in zip(before, weights(league), strict=True)]
    assert changed == [True, False, True]
    assert told[1] == {}


def test_learners_of_a_seat_act_in_their_seat():
    league = league_of(learners="seat")
    for number, learner in enumerate(league.learners):  # each likes one action above all
        learner.policy.looking.weights["of_nothing_bias"].data[number] = 50.0
    rows, masks = league.rows, league.states.action_masks()
    actions, _, _ = league._choose(rows, masks, league.cast.learners())
    assert np.array_equal(actions, np.tile(np.arange(SEATS), WORLDS))
    frozen = league.team()(rows, masks, np.full(len(rows), 0.5), np.tile(np.arange(SEATS), WORLDS))
    assert np.array_equal(frozen, actions)


# who holds the other seats


@pytest.mark.parametrize("learning", [1, 2])
def test_doctrines_hold_the_seats_that_do_not_learn(learning):
    league = begun(league_of(learning_seats=learning, opponents=["always_arm", "grim"]))
    guest = by_world(league.cast.guest)
    assert ((guest == LEARNS).sum(1) == learning).all()
    assert (guest == LEARNS).mean(0) == pytest.approx(np.full(SEATS, learning / SEATS), abs=0.25)  # they are drawn
    players = league.states.batch.worlds.actor["player"]
    ids = np.array([doctrine_id("always_arm"), doctrine_id("grim"), -1])
    assert np.array_equal(players, ids[guest])
    assert set(guest[guest != LEARNS]) == {0, 1}
    arming, arm = guest == 0, action_table(SEATS, 3).index("arm")
    seen = []

    def note_year(learners, actions, dones, infos) -> None:
        seen.append((league.states.batch.pending_actions[arming] == arm).all())

    league.collect(note_year)
    assert seen[0]  # later, worlds that ended have been cast anew


def test_worlds_that_begin_are_cast_anew_and_the_others_stay():
    league = begun(league_of(learning_seats=1, opponents=["always_arm", "grim", "hider"]))
    before = by_world(league.cast.guest).copy()
    chosen = np.arange(WORLDS) % 2 == 0
    league.cast.seat(chosen)
    after = by_world(league.cast.guest)
    assert np.array_equal(before[~chosen], after[~chosen])
    assert not np.array_equal(before[chosen], after[chosen])


def test_guests_teach_nobody_and_ends_of_episodes_seat_again():
    league = begun(league_of(learning_seats=1, opponents=["hider"], overrides={"going_on": 0.7}))
    league.collect()
    assert ((league.buffer.learners >= 0).reshape(-1, WORLDS, SEATS).sum(-1) <= 1).all()
    counts = np.bincount(np.nonzero((league.buffer.learners >= 0).reshape(-1, WORLDS, SEATS))[2], minlength=SEATS)
    assert (counts > 0.2 * counts.sum()).all()


def test_a_frozen_policy_plays_and_does_not_change(tmp_path):
    frozen = save(league_of(seed=9), tmp_path / "frozen")
    league = begun(league_of(learning_seats=1, opponents=[str(frozen)]))
    calls = []
    original = league.cast.guests[0].policy

    def counting(rows, masks, draws, seats):
        calls.append(len(rows))
        return original(rows, masks, draws, seats)

    league.cast.guests[0] = league.cast.guests[0]._replace(policy=counting)
    content = (frozen / "policy.safetensors").read_bytes()
    league.collect()
    league.fit()
    assert calls[0] == WORLDS * (SEATS - 1)
    assert (frozen / "policy.safetensors").read_bytes() == content
    assert league.states.batch.outputs.illegal.sum() == 0


def test_states_that_ship_with_the_package_hold_seats_by_name():
    league = begun(league_of(learning_seats=1, opponents=["learned_offensive"]))
    before = league.cast.guests[0].policy.policies[0].weights
    league.collect()
    assert np.isfinite(list(league.fit()[0].values())).all()
    shipped = load_policy(LEARNED / "learned_offensive").weights
    assert all(np.array_equal(before[name], array) for name, array in shipped.items())
    assert league.states.batch.outputs.illegal.sum() == 0


def test_frozen_policies_that_do_not_fit_are_refused(tmp_path):
    frozen = save(league_of(network="mlp"), tmp_path / "frozen")
    with pytest.raises(ValueError, match=r"differs in number of states"):
        league_of(scenario="coercive", learning_seats=1, opponents=[str(frozen)])
    remembering = save(league_of(years=2), tmp_path / "remembering")
    with pytest.raises(ValueError, match=r"sees 2 years: years = 1 is too few"):
        league_of(learning_seats=1, opponents=[str(remembering)])
    with pytest.raises(ValueError, match="unknown player 'nobody_known'"):
        league_of(learning_seats=1, opponents=["nobody_known"])


def test_learners_with_a_memory_meet_policies_without(tmp_path):
    frozen = save(league_of(seed=9), tmp_path / "frozen")
    league = begun(league_of(years=3, learning_seats=1, opponents=[str(frozen)]))
    league.collect()
    assert np.isfinite(list(league.fit()[0].values())).all()


def test_past_selves_share_the_part_of_theirs(tmp_path):
    league = league_of(learning_seats=1, opponents=["past", "grim"])
    past = load_team(save(league, tmp_path / "past"))
    for name in ("step_0", "step_1", "step_2"):
        league.cast.add_past(name, past)
    assert [guest.name for guest in league.cast.guests] == ["grim", "step_0", "step_1", "step_2"]
    assert league.cast.past() == ["step_0", "step_1", "step_2"]
    assert league.cast.chances() == pytest.approx([1 / 2, 1 / 6, 1 / 6, 1 / 6])


def test_priority_goes_to_those_beside_whom_learners_fare_worse():
    cast = league_of(learning_seats=1, opponents=["hider", "grim"], draw="prioritised").cast
    assert cast.chances() == pytest.approx([0.5, 0.5])
    cast.guest[:SEATS] = [LEARNS, 0, 0]
    cast.guest[SEATS : 2 * SEATS] = [1, LEARNS, 1]
    for _ in range(200):
        cast.note_end(0, 0, -1.0)  # beside the hider
        cast.note_end(SEATS + 1, 0, 1.0)
    gap = cast.standing[1] - cast.standing[0]
    assert gap == pytest.approx(2.0, abs=0.2)
    hard = 1.0 / (1.0 + np.exp(-gap))
    assert cast.chances()[0] == pytest.approx(LEAST / 2 + (1 - LEAST) * hard)


def test_common_pay_is_the_mean_of_the_seats_that_learn():
    cast = league_of(learning_seats=2, opponents=["hider"], common_pay=True).cast
    cast.guest[:] = np.tile([LEARNS, 0, LEARNS], WORLDS)
    paid = by_world(cast.share_pay(np.tile(np.array([1.0, 5.0, 4.0], np.float32), WORLDS)))
    assert np.array_equal(paid, np.tile([2.5, 5.0, 2.5], (WORLDS, 1)))
    alone = league_of(learning_seats=2, opponents=["hider"]).cast
    rewards = np.arange(WORLDS * SEATS, dtype=np.float32)
    assert np.array_equal(alone.share_pay(rewards), rewards)


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"learning_seats": 1}, "learning_seats and opponents go together"),
        ({"opponents": ["grim"]}, "learning_seats and opponents go together"),
        ({"learning_seats": 4, "opponents": ["grim"]}, "learning_seats = 4: 1 to 3"),
        ({"learners": "everyone"}, "learners"),
        ({"draw": "worst"}, "draw"),
        ({"years": 2, "overrides": {"targets": "threat"}}, "years > 1 with targets: threat"),
    ],
)
def test_impossible_casts_are_refused(settings, told):
    with pytest.raises(ValueError, match=told):
        Config(scenario="small", **settings)


def test_a_cast_comes_back_from_its_state(tmp_path):
    settings = {"learning_seats": 1, "opponents": ["hider", "past"], "draw": "prioritised"}
    league = league_of(**settings)
    past = load_team(save(league, tmp_path / "past"))
    league.cast.add_past("past", past)
    begun(league).collect()
    other = Cast(league.config, league.states)
    other.add_past("past", past)
    other.set_state(league.cast.get_state())
    for cast in (league.cast, other):
        cast.seat(np.ones(WORLDS, bool))
    assert np.array_equal(other.guest, league.cast.guest)


# what learners start from


def test_learners_start_from_the_weights_and_scales_of_a_policy_and_leave_it_as_it_was(tmp_path):
    first = league_of()
    first.collect()
    first.fit()
    folder = save(first, tmp_path / "first")
    league = begun(league_of(start=str(folder), learning_seats=1, opponents=["hider"], seed=6))
    assert not differs(weights(first)[0], weights(league)[0])
    assert league.scaled.scales == pytest.approx(first.scaled.scales, rel=1e-4)
    rows, masks = league.rows, league.states.action_masks()
    values = [own.learners[0].policy.predict_values(torch.as_tensor(rows)).detach().numpy() for own in (first, league)]
    assert np.array_equal(*values)
    assert masks.any()
    league.collect()
    league.fit()
    assert differs(load_policy(folder).weights, weights(league)[0])
    assert league.scaled.scales == pytest.approx(first.scaled.scales, rel=0.5)  # firm, where new ones begin at nothing


def test_a_start_from_another_number_of_states_needs_a_network_that_is_free_of_it(tmp_path):
    small = save(league_of(), tmp_path / "small")
    assert not differs(load_policy(small).weights, weights(league_of(overrides={"states": 5}, start=str(small)))[0])
    flat = save(league_of(network="mlp"), tmp_path / "flat")
    with pytest.raises(ValueError, match=r"start: .*differs in number of states"):
        league_of(overrides={"states": 5}, network="mlp", start=str(flat))


def test_one_learner_of_several_is_no_start_for_all(tmp_path):
    league = league_of(learners="design")
    for policy in league.policies():
        save_policy(policy.weights, policy.card, tmp_path / "policies" / policy.card["training"]["name"])
    assert league_of(learners="design", start=str(tmp_path)).names == ["defensive", "offensive"]
    with pytest.raises(ValueError, match=r"start: .* has 1 of the learners defensive, offensive"):
        league_of(learners="design", start=str(tmp_path / "policies" / "offensive"))


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"width": 8}, r"has the Architecture\(.*width=4.*the learners have the Architecture\(.*width=8"),
        ({"scenario": "coercive", "overrides": {"states": 3}}, "the learners have the Architecture"),
        ({"designs": ["defensive"]}, "other `designs` or `learners`"),
        ({"learners": "design"}, "other `designs` or `learners`"),
    ],
)
def test_a_start_that_does_not_fit_is_refused(settings, told, tmp_path):
    folder = save(league_of(), tmp_path / "first")
    with pytest.raises(ValueError, match=told):
        league_of(start=str(folder), **settings)
    with pytest.raises(ValueError, match=r"start: .* is neither a policy nor a run"):
        league_of(start=str(tmp_path / "nowhere"))
