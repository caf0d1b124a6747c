"""What states believe: threat after Walt, misperception, hostility."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from worlds import DEFINITION, make_world, other_piece

from balance_env import VectorEnv
from balance_env.core.params import Parameters, as_record
from balance_env.core.pieces import Other
from balance_env.core.scratch import Draft
from balance_env.core.threat import belief_after, perceived_threat, update_posture
from balance_env.core.world import NOBODY, Outcome, Verb

P = as_record(Parameters()._replace(**DEFINITION))
unit = st.floats(0.0, 1.0)


def threat(ratio=1.0, posture=0.0, hostility=0.3, gap=0.0, p=P) -> float:
    return perceived_threat(ratio, posture, hostility, gap, p)


def test_threat_by_hand():
    # -1 + ln 2 + .5 * .4 + (2 * .8 - 1) + .9 * .5 = .943
    assert threat(2.0, 0.4, 0.8, 0.5) == pytest.approx(1 / (1 + math.exp(-(-1 + math.log(2) + 0.2 + 0.6 + 0.45))))


@given(unit, unit, unit, st.floats(0.01, 100), unit)
def test_threat_rises_with_each_of_walts_sources_and_with_ideology(posture, hostility, gap, ratio, step):
    before = threat(ratio, posture, hostility, gap)
    assert 0.0 < before < 1.0
    for more in (
        threat(ratio * (1 + step), posture, hostility, gap),
        threat(ratio, posture + step, hostility, gap),
        threat(ratio, posture, hostility + step, gap),
        threat(ratio, posture, hostility, gap + step),
    ):
        assert more >= before
        assert (more > before) == (step > 1e-9) or step <= 1e-9


def test_threat_in_the_row_is_of_capability_there_over_mine():
    # capability of 1: forces 3 of 5 and output 1 of 3; mine 1 of 5 and 1 of 3; reach .5
    case = make_world(
        3,
        forces=(1, 3, 1),
        posture=(0, 0.4, 0),
        ideology=(0.1, 0.6, 0.1),
        pair={"reach": {(1, 0): 0.5}, "hostility": {(0, 1): 0.8}},
    )
    ratio = (3 / 5 + 1 / 3) / (1 / 5 + 1 / 3) * 0.5
    rows, _ = case.look()
    assert other_piece(rows, 0, 1, Other.THREAT) == pytest.approx(threat(ratio, 0.4, 0.8, 0.5), rel=1e-6)


def test_no_threat_from_or_to_the_fallen():
    rows, _ = make_world(3, forces=(1, 0, 1), alive=(1, 0, 1)).look()
    assert other_piece(rows, 0, 1, Other.THREAT) == 0.0
    assert not rows[1].any()


def test_posture_is_a_running_share_of_the_years_of_arming():
    assert update_posture(0.4, True, 0.25) == pytest.approx(0.55)
    case = make_world(2).act(0, Verb.ARM).live()
    assert case.each("posture") == pytest.approx([0.25, 0])
    case.live()
    assert case.each("posture") == pytest.approx([0.1875, 0])


# misperception


def test_another_is_seen_by_the_factor_exp_of_the_error_and_oneself_exactly():
    case = make_world(3, forces=(1, 2, 4), pair={"error": {(0, 1): math.log(3)}})
    case.look()
    np.testing.assert_allclose(case.perceived(Draft.SEEN), [[1, 6, 4], [1, 2, 4], [1, 2, 4]])


def test_errors_start_at_their_spread_and_keep_it():
    # an AR(1) with persistence .8 and spread .2: innovations of .12
    env = VectorEnv("default", 60, autoreset=False, max_cycles=100, misperception=0.2, misperception_persistence=0.8)
    env.reset(seed=5)
    others = ~np.eye(8, dtype=bool)
    errors = [env.worlds.pair.error[:, others].copy()]
    for _ in range(12):
        env.step(np.zeros((60, 8), int))
        errors.append(env.worlds.pair.error[:, others].copy())
    margin = 4 / math.sqrt(2 * errors[0].size)
    for error in (errors[0], errors[1], errors[-1]):
        assert error.std() == pytest.approx(0.2, rel=margin)
        assert abs(error.mean()) < 0.2 * 4 / math.sqrt(error.size)
    assert (errors[1] - 0.8 * errors[0]).std() == pytest.approx(0.12, rel=margin)
    assert np.corrcoef(errors[0].ravel(), errors[-1].ravel())[0, 1] == pytest.approx(
        0.8**12, abs=4 / errors[0].size ** 0.5
    )
    assert not env.worlds.pair.error[:, ~others].any()


def test_misperception_can_be_switched_off():
    env = VectorEnv("default", 2, misperception=0.0)
    env.reset(seed=1)
    env.step(np.zeros((2, 8), int))
    assert not env.worlds.pair.error.any()


# hostility


def test_belief_moves_towards_what_was_observed():
    assert belief_after(0.3, 1.0, 0.1) == pytest.approx(0.37)
    assert belief_after(0.3, 0.0, 0.1) == pytest.approx(0.27)


def believed(verb, target=NOBODY, hostility=0.3):
    """0's and 2's belief in the hostility of 1 after a year in which 1 does `verb`."""
    case = make_world(3, forces=(3, 1, 1), pair={"hostility": hostility}).act(1, verb, target).live()
    return case.pair(0, 1).hostility, case.pair(2, 1).hostility


def test_peaceful_acts_let_belief_return_to_peace():
    assert believed(Verb.INVEST) == pytest.approx((0.3, 0.3))
    assert believed(Verb.INVEST, hostility=0.8) == pytest.approx((0.75, 0.75))


def test_arming_is_read_as_hostile_by_all():
    assert believed(Verb.ARM) == pytest.approx((0.33, 0.33))


def test_sanctions_are_resented_by_their_object_alone():
    mine, bystander = believed(Verb.SANCTION, 0)
    assert mine > 0.3
    assert bystander == pytest.approx(0.3)


@pytest.mark.parametrize("verb", [Verb.ALLY, Verb.BANDWAGON])
def test_courting_shows_good_will_to_its_object_alone(verb):
    assert believed(verb, 0) == pytest.approx((0.27, 0.3))


def test_a_challenge_shows_the_worst_intent_to_its_target():
    assert believed(Verb.COERCE, 0) == pytest.approx((0.37, 0.3))


def attack(hostility=0.3, forces=(1, 1, 1, 1), presses=True):
    """0 attacks 1, whose partner is 2; 3 has nothing to do with it. Beliefs about 0 afterwards."""
    case = make_world(
        4,
        forces=forces,
        pacts={(1, 2)},
        disputes={0: 1},
        chosen=[0],
        pair={"hostility": hostility},
    )
    if presses:
        case.act(0, Verb.COERCE, 1)
    case.live()
    assert (case.actor(0).outcome >= Outcome.STALEMATE) == presses
    return [case.pair(i, 0).hostility for i in (1, 2, 3)], case


@pytest.mark.parametrize("hostility", [0.1, 0.3, 0.9])
def test_attacking_raises_hostility_with_everyone_above_what_backing_down_does(hostility):
    at_war, _ = attack(hostility)
    at_peace, _ = attack(hostility, presses=False)
    assert all(more > less for more, less in zip(at_war, at_peace, strict=True))


def test_attacking_raises_hostility_most_with_the_target_and_its_friends():
    (target, friend, bystander), _ = attack()
    assert target > bystander
    assert friend > bystander


def test_the_friends_of_a_conquered_state_are_no_less_alarmed():
    (_, friend, bystander), case = attack(forces=(1e6, 1, 1, 1))
    assert case.actor(1).alive == 0
    assert friend > bystander
