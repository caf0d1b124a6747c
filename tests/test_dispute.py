"""Disputes: how they open, when they are pressed and what closes them."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from worlds import ALWAYS, make_world

from balance_env.core.dispute import dispute_hazard, war_gain, win_chance
from balance_env.core.draws import Purpose, make_stream, uniform
from balance_env.core.params import Parameters, as_record
from balance_env.core.world import NOBODY, Clock, Outcome, Verb

WAR = (Outcome.STALEMATE, Outcome.WON, Outcome.LOST)
HAZARD = {"dispute_base": -4.7, "dispute_distance": -0.61, "dispute_hostility": 2.1, "dispute_ideology": 0.9}
P = as_record(Parameters()._replace(**HAZARD))
force = st.floats(1e-6, 1e6)
exponent = st.floats(0.4, 2.0)

# the odds of war


@pytest.mark.parametrize(
    ("attack", "defence", "m", "o", "chance"),
    [
        (2.0, 1.0, 1.0, 1.0, 2 / 3),  # two to one at m = 1
        (1.0, 2.0, 1.0, 1.0, 1 / 3),
        (2.0, 1.0, 2.0, 1.0, 0.8),
        (3.0, 3.0, 0.4, 1.0, 0.5),
        (1.0, 1.0, 1.0, 2.0, 2 / 3),
        (1.0, 1.0, 1.0, 0.5, 1 / 3),
        (0.0, 0.0, 1.0, 2.0, 0.5),
        (0.0, 1.0, 1.0, 1.0, 0.0),
        (1.0, 0.0, 1.0, 1.0, 1.0),
    ],
)
def test_chance_is_the_ratio_form(attack, defence, m, o, chance):
    # (oA)^m / ((oA)^m + D^m): Hirshleifer 1989, o after Jervis 1978
    assert win_chance(attack, defence, m, o) == pytest.approx(chance)


@given(force, force, exponent)
def test_chances_of_both_sides_sum_to_one_without_an_advantage(attack, defence, m):
    assert win_chance(attack, defence, m, 1.0) + win_chance(defence, attack, m, 1.0) == pytest.approx(1.0)


@given(force, force, exponent, st.floats(0.33, 2.0), st.floats(1.001, 100))
def test_chance_rises_with_attack_and_falls_with_defence(attack, defence, m, o, factor):
    chance = win_chance(attack, defence, m, o)
    assert win_chance(attack * factor, defence, m, o) >= chance >= win_chance(attack, defence * factor, m, o)
    if 1e-3 < attack / defence < 1e3:
        assert win_chance(attack * factor, defence, m, o) > chance > win_chance(attack, defence * factor, m, o)


def test_gain_by_hand():
    # 2/3 * .12 - 1/3 * .15 - .01 = .02; four fifths of the lottery where a fifth ends without a winner
    assert war_gain(2 / 3, 0.0, 0.12, 0.15, 0.01) == pytest.approx(0.02)
    assert war_gain(2 / 3, 0.2, 0.12, 0.15, 0.01) == pytest.approx(0.014)


# opening by chance


def test_hazard_by_hand():
    # neighbours: -4.7 - .61 ln .1 + 2.1 * .3 + .9 * .2 = -2.485
    assert dispute_hazard(math.log(0.1), 0.3, 0.2, P) == pytest.approx(0.0769, abs=1e-4)


@given(st.floats(-2.3, 2.3), st.floats(0, 1), st.floats(0, 1), st.floats(0.01, 1))
def test_hazard_falls_with_distance_and_rises_with_hostility_and_ideology(remoteness, hostility, gap, step):
    hazard = dispute_hazard(remoteness, hostility, gap, P)
    assert dispute_hazard(remoteness + step, hostility, gap, P) < hazard
    assert dispute_hazard(remoteness, hostility + step, gap, P) > hazard
    assert dispute_hazard(remoteness, hostility, gap + step, P) > hazard


def test_a_pair_comes_into_a_dispute_by_one_draw():
    # neighbours at a hazard of a half, -1.4046 - .61 ln .1 = 0: a half, not the three quarters of two draws
    opened = 0
    for seed in range(400):
        parameters = {"dispute_base": 0.61 * math.log(0.1), "dispute_distance": -0.61}
        case = make_world(2, seed=seed, pair={"hostility": 0.0}, parameters=parameters)
        opened += case.live().each("dispute") != [NOBODY, NOBODY]
    assert opened / 400 == pytest.approx(0.5, abs=4 * 0.5 / 20)


def test_the_challenger_is_the_one_that_perceives_the_larger_gain():
    case = make_world(2, forces=(1, 2), parameters={"dispute_base": ALWAYS}).live()
    assert case.each("dispute") == [NOBODY, 0]
    misled = make_world(2, forces=(1, 2), pair={"error": {(0, 1): -2.0}}, parameters={"dispute_base": ALWAYS})
    assert misled.live().each("dispute") == [1, NOBODY]


def test_of_two_disputes_by_chance_a_challenger_holds_that_of_the_smaller_draw():
    for seed in range(10):
        case = make_world(5, forces=(9, 1, 1, 1, 1), seed=seed, parameters={"dispute_base": ALWAYS}).live()
        stream = make_stream(int(case.world.clock[Clock.KEY]), 1, int(Purpose.DISPUTE))
        draws = {j: uniform(stream, 0, j) for j in range(1, 5)}
        assert case.actor(0).dispute == min(draws, key=draws.get)


def test_a_dispute_opened_by_choice_comes_before_chance():
    for seed in range(20):
        case = make_world(4, forces=(9, 1, 1, 1), seed=seed, parameters={"dispute_base": ALWAYS})
        case.act(0, Verb.COERCE, 3).live()
        assert case.actor(0).dispute == 3
        assert case.actor(0).chosen == 1


def test_coercion_opens_a_dispute_and_starts_no_war_in_the_same_year():
    case = make_world(2).act(0, Verb.COERCE, 1).live()
    assert case.actor(0).dispute == 1
    assert case.actor(0).outcome == Outcome.NONE


def test_both_may_open_a_dispute_with_each_other():
    case = make_world(2).act(0, Verb.COERCE, 1).act(1, Verb.COERCE, 0).live()
    assert case.each("dispute") == [1, 0]


# pressing


def challenge(ratio=2.0, errors=None, chosen=(), parameters=None, **pair):
    """A dispute of 0 with 1 by chance, with `ratio` times its force; war pays from p = .16/.27, a ratio of 1.4545."""
    given_pair = {"error": errors or {}, **pair}
    return make_world(
        2, forces=(ratio, 1), disputes={0: 1}, chosen=chosen, pair=given_pair, parameters=parameters or {}
    )


@pytest.mark.parametrize(("ratio", "presses"), [(1.44, False), (1.47, True)])
def test_a_challenger_of_chance_presses_when_war_pays(ratio, presses):
    # p * .15 * .8 - (1-p) * .15 - .01 > 0
    outcome = challenge(ratio).live().actor(0).outcome
    assert (outcome in WAR) == presses
    assert (outcome == Outcome.BACKED_DOWN) != presses


def test_it_presses_by_what_it_perceives():
    assert challenge(1.44, errors={(0, 1): -0.1}).live().actor(0).outcome in WAR
    assert challenge(1.47, errors={(0, 1): 0.1}).live().actor(0).outcome == Outcome.BACKED_DOWN
    assert challenge(1.47, errors={(1, 0): 0.9}).live().actor(0).outcome in WAR  # the other's error is not its own


def test_perceived_offence_presses_and_true_offence_decides():
    case = challenge(1.2, parameters={"offence_bias": 2.0}).live()
    assert case.actor(0).outcome in WAR
    assert case.actor(0).odds == pytest.approx(1.2 / 2.2)


def test_standing_sanctions_on_the_challenger_deter():
    # .05 a year for three years is more than the gain of .02 at two to one
    assert challenge(2.0).live().actor(0).outcome in WAR
    assert challenge(2.0, sanction={(1, 0): 3}).live().actor(0).outcome == Outcome.BACKED_DOWN


def test_what_sanctions_would_take_is_weighed_against_the_stake():
    # three to one gains .0425 of the stake of 1; a tenth of the income cut off for three years takes .015 of the
    # challenger's output: less than the gain of an equal, more than that of one ten times as rich
    for output, presses in ((1.0, True), (10.0, False)):
        case = make_world(
            3,
            forces=(3, 1, 1),
            economy=(output, 1, 1),
            disputes={0: 1},
            pair={"sanction": {(2, 0): 3}, "reach": {(0, 2): 1 / 9}},
        )
        assert (case.live().actor(0).outcome in WAR) == presses


def test_resolve_is_private_and_drawn_for_each_dispute():
    outcomes = set()
    for seed in range(30):
        case = make_world(2, disputes={0: 1}, seed=seed, parameters={"resolve_sd": 0.1}).live()
        outcomes.add(case.actor(0).outcome in WAR)
    assert outcomes == {True, False}


def test_the_rich_weigh_the_poor_as_the_poor_weigh_them():
    # the stake is the smaller of the two outputs, so a tenfold output changes nothing for either
    for economy in ((10, 1), (1, 10), (1, 1)):
        case = make_world(2, forces=(1.47, 1), economy=economy, disputes={0: 1}).live()
        assert case.actor(0).outcome in WAR, economy


def test_a_challenger_by_choice_presses_by_coercing_again_and_else_backs_down():
    assert challenge(0.1, chosen=[0]).act(0, Verb.COERCE, 1).live().actor(0).outcome in WAR
    for verb in (Verb.INVEST, Verb.ARM):
        assert challenge(9.0, chosen=[0]).act(0, verb).live().actor(0).outcome == Outcome.BACKED_DOWN


# what closes a dispute


def test_stalemate_and_victory_close_a_dispute():
    stalemate = challenge(parameters={"stalemate": 1.0}, chosen=[0]).act(0, Verb.COERCE, 1).live()
    assert stalemate.actor(0).outcome == Outcome.STALEMATE
    assert stalemate.actor(0).dispute == NOBODY
    fought = challenge(chosen=[0]).act(0, Verb.COERCE, 1).live()
    assert fought.actor(0).outcome in (Outcome.WON, Outcome.LOST)
    assert fought.actor(0).dispute == NOBODY


def test_backing_down_closes_a_dispute():
    case = challenge(1.0).live()
    assert case.actor(0).dispute == NOBODY
    assert case.live().actor(0).outcome == Outcome.NONE


def test_capitulation_closes_a_dispute_without_war():
    case = challenge(9.0, chosen=[0]).act(0, Verb.COERCE, 1).act(1, Verb.BANDWAGON, 0).live()
    assert case.actor(0).outcome == Outcome.CAPITULATED
    assert case.each("dispute") == [NOBODY, NOBODY]
    assert case.actor(1).patron == 0
    assert case.each("forces") == pytest.approx([9.0, 1.0])


@pytest.mark.parametrize(
    ("outputs", "chosen", "after"),
    [
        ((4.0, 2.0), [0], (4.15, 1.85)),  # .5 of the .15 of the smaller output that a lost war cedes; nothing destroyed
        ((1.0, 2.0), [0], (1.075, 1.925)),  # the stake is the challenger's output where that is the smaller
        ((4.0, 2.0), [], (4.0, 2.0)),  # a dispute of chance holds no demand
    ],
)
def test_whoever_yields_to_a_demand_concedes(outputs, chosen, after):
    case = make_world(2, economy=outputs, forces=(9, 1), disputes={0: 1}, chosen=chosen)
    case.act(1, Verb.BANDWAGON, 0).live()
    assert case.each("economy") == pytest.approx(after)
    assert case.live().each("economy") == pytest.approx(after)  # once, not every year like tribute


def test_a_concession_comes_on_top_of_tribute():
    # .01 of 2, and .5 * .15 * 2
    case = make_world(
        2, economy=(4, 2), forces=(9, 1), disputes={0: 1}, chosen=[0], parameters={"tribute": 0.01, "concession": 0.5}
    )
    assert case.act(1, Verb.BANDWAGON, 0).live().each("economy") == pytest.approx([4.17, 1.83])


def test_a_challenger_that_becomes_its_objects_client_concedes_nothing():
    case = make_world(2, economy=(2, 4), forces=(1, 9), disputes={0: 1}, chosen=[0]).act(0, Verb.BANDWAGON, 1).live()
    assert case.actor(0).outcome == Outcome.CAPITULATED
    assert case.each("economy") == pytest.approx([2.0, 4.0])


def test_whoever_flees_to_a_third_state_concedes_nothing():
    case = make_world(3, economy=(4, 2, 4), forces=(9, 1, 9), disputes={0: 1}, chosen=[0], parameters={"war_cost": 0.0})
    case.act(1, Verb.BANDWAGON, 2).live()
    assert case.actor(0).outcome == Outcome.BACKED_DOWN
    assert case.each("economy") == pytest.approx([4.0, 2.0, 4.0])


def test_a_challenger_that_bandwagons_with_its_object_closes_its_dispute():
    case = challenge(0.5).act(0, Verb.BANDWAGON, 1).live()
    assert case.actor(0).outcome == Outcome.CAPITULATED
    assert case.actor(0).dispute == NOBODY


def test_a_new_pact_between_the_two_closes_a_dispute():
    case = challenge(9.0).act(0, Verb.ALLY, 1).act(1, Verb.ALLY, 0).live()
    assert case.actor(0).outcome == Outcome.SETTLED
    assert case.actor(0).dispute == NOBODY
    assert case.pair(0, 1).pact == 1


@pytest.mark.parametrize("who", [0, 1])
def test_the_fall_of_either_closes_a_dispute(who):
    # the dispute opens in the year of the fall, by an output below the floor
    economy = [1.0, 1.0, 1.0]
    economy[who] = 0.001
    case = make_world(3, economy=economy, parameters={"floor": 0.02}).act(0, Verb.COERCE, 1).live()
    assert case.actor(who).alive == 0
    assert case.actor(0).dispute == NOBODY


def test_who_challenges_whom_depends_on_ids_and_not_on_seats():
    # the same three actors in another order: who challenges whom is told by ids
    one = make_world(3, forces=(1, 2, 3), parameters={"dispute_base": ALWAYS}).live()
    other = make_world(3, forces=(3, 2, 1), ident=(2, 1, 0), parameters={"dispute_base": ALWAYS}).live()
    by_id = [NOBODY if d == NOBODY else 2 - d for d in other.each("dispute")[::-1]]
    assert np.array_equal(one.each("dispute"), by_id)
