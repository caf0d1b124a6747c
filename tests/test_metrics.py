"""Metrics worked by hand, and where there is nothing to measure, all are at one, or chance decides."""

from __future__ import annotations

import math

import numpy as np
import pytest

from balance_env.metrics import Metric, alignment, compare, degeneracy, system, welfare
from balance_env.metrics.alignment import Opportunities, Side, Version
from balance_env.metrics.lifetimes import Lifetimes
from balance_env.metrics.system import Order

EQUALS, MONOPOLY = [1.0, 1.0, 1.0, 1.0], [5.0, 0.0, 0.0, 0.0]


def none_because(metric: Metric, word: str) -> bool:
    """Whether there is no value and the reason says so."""
    return metric.value is None and word in metric.why


# --- results


@pytest.mark.parametrize(("value", "why"), [(None, ""), (1.0, "too few"), (math.nan, ""), (math.inf, "")])
def test_a_metric_has_a_finite_value_or_a_reason(value, why):
    with pytest.raises(ValueError, match="value"):
        Metric(value, 3, why)


def test_a_metric_says_its_cases_or_why_it_has_no_value():
    assert str(Metric(0.25, 8)) == "0.25 (n = 8)"
    assert str(Metric.none("3 joins")) == "NA (3 joins)"


def test_a_null_is_summed_up_by_its_draws():
    draws = [Metric(value, 1) for value in (0.0, 1.0, 2.0, 3.0)] + [Metric.none("empty")]
    beside = compare(Metric(4.5, 9), draws)
    assert beside.null == Metric(1.5, 4)
    assert beside.excess == Metric(3.0, 9)
    assert beside.p == pytest.approx(2 * 1 / 5)  # the observed one itself, on either side
    assert compare(Metric(3.0, 9), draws).p == pytest.approx(2 * 2 / 5)  # and one draw as high
    assert compare(Metric(1.5, 9), draws).p == 1.0
    assert none_because(compare(Metric(1.0, 1), [Metric.none("empty")]).excess, "empty")


# --- lifetimes


def test_survival_with_censoring_by_hand():
    lives = Lifetimes([1, 2, 3, 4], [True, False, True, False])
    assert lives.beyond(0.5) == Metric(1.0, 4)
    assert lives.beyond(1).value == pytest.approx(3 / 4)
    assert lives.beyond(2).value == pytest.approx(3 / 4)  # censored: it leaves those at risk, it does not end
    assert lives.beyond(3).value == pytest.approx(3 / 4 * 1 / 2)
    assert lives.median() == Metric(3.0, 4)
    assert lives.mean_within(4).value == pytest.approx(1 + 2 * 0.75 + 0.375)
    assert none_because(lives.beyond(5), "longer than 4")
    assert none_because(lives.mean_within(5), "longer than 4")


def test_survival_where_all_or_none_have_ended():
    assert Lifetimes([2, 4], [True, True]).median() == Metric(2.0, 2)
    assert Lifetimes([2, 4], [True, True]).beyond(9) == Metric(0.0, 2)
    standing = Lifetimes([5, 5, 5], [False] * 3)
    assert none_because(standing.median(), "0 of 3 ends")
    assert standing.beyond(5) == Metric(1.0, 3)
    assert none_because(Lifetimes([], []).median(), "nothing")
    assert none_because(Lifetimes([], []).beyond(1), "nothing")


def test_lifetimes_refuse_what_they_cannot_be():
    with pytest.raises(ValueError, match="2 durations, but 1 ends"):
        Lifetimes([1, 2], [True])
    with pytest.raises(ValueError, match=">= 0"):
        Lifetimes([math.nan], [True])


# --- system


@pytest.mark.parametrize(
    ("capabilities", "hhi", "con", "poles"),
    [
        (EQUALS, 1 / 4, 0.0, 4.0),
        (MONOPOLY, 1.0, 1.0, 1.0),
        ([2, 1, 1], 3 / 8, 1 / 4, 8 / 3),  # CON: sqrt((3/8 - 1/3) / (2/3)) = sqrt(1/16)
        ([7], 1.0, 1.0, 1.0),
    ],
)
def test_concentration_by_hand(capabilities, hhi, con, poles):
    assert system.hhi(capabilities).value == pytest.approx(hhi)
    assert system.con(capabilities).value == pytest.approx(con, abs=1e-9)
    assert system.effective_poles(capabilities).value == pytest.approx(poles)


@pytest.mark.parametrize("metric", [system.hhi, system.con, system.effective_poles])
def test_no_capability_has_no_concentration(metric):
    assert none_because(metric([0.0, 0.0]), "nobody")
    with pytest.raises(ValueError, match=">= 0"):
        metric([1.0, -1.0])


@pytest.mark.parametrize(
    ("capabilities", "kind"),
    [
        (MONOPOLY, Order.HEGEMONIC),
        ([51, 49], Order.HEGEMONIC),
        ([1, 1], Order.BIPOLAR),
        ([3, 3, 1, 1], Order.BIPOLAR),
        ([50, 24, 13, 13], Order.MULTIPOLAR),  # the second is no pole, and half is not more than half
        ([1, 1, 1], Order.MULTIPOLAR),
        (EQUALS, Order.MULTIPOLAR),
        ([0, 0], None),
    ],
)
def test_order_by_hand(capabilities, kind):
    assert system.order(capabilities) is kind


def test_shares_of_years_under_each_order():
    years = system.order_shares([EQUALS, [3, 3, 1, 1], MONOPOLY, MONOPOLY, [0, 0, 0, 0]])
    assert years == {Order.HEGEMONIC: Metric(0.5, 4), Order.BIPOLAR: Metric(0.25, 4), Order.MULTIPOLAR: Metric(0.25, 4)}
    assert all(none_because(share, "nobody") for share in system.order_shares([]).values())


def test_war_onsets_per_dyad_year_by_hand():
    alive = np.array([[1, 1, 1], [1, 1, 0]], bool)
    onsets = np.zeros((2, 3, 3), bool)
    assert system.war_onset_rate(onsets, alive) == Metric(0.0, 4)  # three pairs, then one
    onsets[0, 0, 1] = onsets[0, 1, 0] = True  # one pair, whoever began
    assert system.war_onset_rate(onsets, alive) == Metric(0.25, 4)
    onsets[1, 2, 0] = True
    with pytest.raises(ValueError, match="not alive"):
        system.war_onset_rate(onsets, alive)
    assert none_because(system.war_onset_rate(np.zeros((1, 2, 2)), np.array([[1, 0]])), "no pair")


def test_time_to_hegemony_is_censored_where_nobody_gets_there():
    lives = system.time_to_hegemony([[0.3, 0.4, 0.6, 0.4], [0.3, 0.3, 0.5], [0.9]])
    np.testing.assert_array_equal(lives.durations, [2, 2, 0])
    np.testing.assert_array_equal(lives.ended, [True, False, True])


def test_time_alive_is_censored_for_the_standing():
    lives = system.time_alive([[[1, 1, 0], [1, 1, 0], [1, 0, 0]], [[1, 1, 1]]])
    np.testing.assert_array_equal(lives.durations, [2, 2, 0, 0, 0])  # the second state is found fallen at year 2
    np.testing.assert_array_equal(lives.ended, [False, True, False, False, False])
    with pytest.raises(ValueError, match="stay fallen"):
        system.time_alive([[[0], [1]]])


# --- alignment


def opportunities(sides, dispute=None, target_weaker=True, **columns) -> Opportunities:
    """One row a third party; the target is weaker, and less threatening, where `target_weaker`."""
    sides = np.asarray(sides)
    weaker = np.broadcast_to(target_weaker, sides.shape)
    told = {
        "dispute": np.arange(sides.size) if dispute is None else np.asarray(dispute),
        "side": sides,
        "could_target": np.ones(sides.size, bool),
        "could_challenger": np.ones(sides.size, bool),
        "power_target": np.where(weaker, 1.0, 2.0),
        "power_challenger": np.where(weaker, 2.0, 1.0),
        "threat_target": np.where(weaker, 0.2, 0.8),
        "threat_challenger": np.where(weaker, 0.8, 0.2),
        "coalition_target": np.where(weaker, 3.0, 4.0),
        "coalition_challenger": np.where(weaker, 4.0, 3.0),
    }
    return Opportunities(**{**told, **{name: np.asarray(column) for name, column in columns.items()}})


NINE_AND_THREE = [Side.TARGET] * 9 + [Side.CHALLENGER] * 3 + [Side.ABSTAIN] * 8


@pytest.mark.parametrize("version", Version)
def test_theta_by_hand(version):
    told = opportunities(NINE_AND_THREE)
    assert alignment.theta(told, version).value == pytest.approx(math.log(9.5 / 3.5))
    assert alignment.theta(told, version).n == 12
    shares = alignment.shares(told, version)
    assert (shares.balance, shares.bandwagon, shares.abstain) == (Metric(0.45, 20), Metric(0.15, 20), Metric(0.4, 20))


def test_theta_in_its_versions_looks_at_different_things():
    strong_target = opportunities(NINE_AND_THREE, target_weaker=False, threat_target=[0.1] * 20)
    assert alignment.theta(strong_target, Version.POWER).value == pytest.approx(math.log(3.5 / 9.5))
    assert alignment.theta(strong_target, Version.THREAT).value == pytest.approx(math.log(9.5 / 3.5))
    assert alignment.theta(strong_target, Version.DEFENCE).value == pytest.approx(math.log(9.5 / 3.5))


def test_theta_allows_for_the_opportunities_there_were():
    # 12 joins of whatever side is open: the target in all 12 rows, the challenger in 3
    told = opportunities([Side.TARGET] * 10 + [Side.CHALLENGER] * 2, could_challenger=[False] * 9 + [True] * 3)
    expected = math.log(10.5 / 2.5) - math.log(12.5 / 3.5)
    assert alignment.theta(told, Version.POWER).value == pytest.approx(expected)
    assert none_because(alignment.theta(told.open_to_both(), Version.POWER), "3 joins")


def test_too_few_joins_and_equal_sides_have_no_theta():
    assert none_because(alignment.theta(opportunities([Side.TARGET] * 9), Version.POWER), "9 joins: 10 are needed")
    equal = opportunities(NINE_AND_THREE, power_target=[2.0] * 20)
    assert none_because(alignment.theta(equal, Version.POWER), "0 joins")
    assert none_because(alignment.shares(equal, Version.POWER).balance, "no opportunities")


def test_nobody_joins_is_not_paid_like_everybody_balancing():
    nobody, all_balance = opportunities([Side.ABSTAIN] * 40), opportunities([Side.TARGET] * 40)
    assert none_because(alignment.theta(nobody, Version.POWER), "0 joins")
    assert alignment.shares(nobody, Version.POWER).abstain == Metric(1.0, 40)
    beside = alignment.theta_beside_null(all_balance, Version.POWER, np.random.default_rng(0), draws=99)
    assert beside.observed.value == pytest.approx(math.log(81))
    assert beside.p == 0.02
    nothing = alignment.theta_beside_null(nobody, Version.POWER, np.random.default_rng(0), draws=9)
    assert none_because(nothing.excess, "0 joins")


def test_joining_at_random_neither_balances_nor_bandwagons():
    rng = np.random.default_rng(1)
    told = opportunities(rng.choice([Side.TARGET, Side.CHALLENGER], 400))
    beside = alignment.theta_beside_null(told, Version.POWER, rng, draws=99)
    assert beside.low < beside.observed.value < beside.high
    assert abs(beside.null.value) < 0.05


def test_a_grand_alliance_that_joins_whoever_asks_neither_balances_nor_bandwagons():
    told = opportunities([Side.TARGET] * 40, target_weaker=np.arange(40) % 2 == 0)
    assert alignment.theta(told, Version.POWER).value == pytest.approx(0.0)
    assert alignment.theta(told, Version.DEFENCE).value == pytest.approx(math.log(81))


def test_one_crowd_is_not_many_choices():
    crowd = opportunities([Side.TARGET] * 40, dispute=np.zeros(40, int))
    beside = alignment.theta_beside_null(crowd, Version.POWER, np.random.default_rng(2), draws=99)
    assert beside.p > 0.9  # the one dispute could have gone either way


def test_a_permutation_keeps_who_joins_and_what_was_shut():
    told = opportunities(NINE_AND_THREE, could_challenger=[False] * 9 + [True] * 11)
    joins, n_w, o_w, o_s = alignment.permuted_counts(told, Version.DEFENCE, np.random.default_rng(3), 99).T
    assert (joins == 12).all()
    assert (o_w == 20).all()
    assert (o_s == 11).all()
    assert set(n_w) == {9, 10, 11, 12}  # nine could not go elsewhere, three could


def test_a_permutation_keeps_a_crowd_together_and_disputes_apart():
    told = opportunities([Side.TARGET] * 10, dispute=[3, 8] * 5, target_weaker=[True, False] * 5)
    n_w = alignment.permuted_counts(told, Version.DEFENCE, np.random.default_rng(11), 99)[:, 1]
    assert set(n_w) == {0, 5, 10}
    assert set(alignment.permuted_counts(told, Version.POWER, np.random.default_rng(11), 99)[:, 1]) == {0, 5, 10}


def test_who_joins_a_side_in_each_of_the_ways_it_can_has_no_theta():
    # the target could be joined in two ways, the challenger in one: random legal play joins it twice as often
    told = opportunities([Side.TARGET] * 20 + [Side.CHALLENGER] * 10, could_target=[2] * 30)
    expected = math.log(20.5 / 10.5) - math.log(60.5 / 30.5)
    assert alignment.theta(told, Version.DEFENCE).value == pytest.approx(expected)
    n_w = alignment.permuted_counts(told, Version.DEFENCE, np.random.default_rng(12), 999)[:, 1]
    assert n_w.mean() == pytest.approx(20.0, abs=0.3)


def test_opportunities_refuse_joins_of_what_was_shut():
    with pytest.raises(ValueError, match="row 0 joins a side"):
        opportunities([Side.TARGET], could_target=[False])
    with pytest.raises(ValueError, match="one length"):
        opportunities([Side.TARGET], could_target=[True, True])
    with pytest.raises(ValueError, match="a side is one of"):
        opportunities([7])


# --- degeneracy

ALL_LEGAL = np.ones((4, 2), bool)


def test_action_entropy_and_top_share_by_hand():
    assert degeneracy.action_entropy([0, 1, 0, 1], ALL_LEGAL).value == pytest.approx(1.0)
    expected = -(0.75 * math.log(0.75) + 0.25 * math.log(0.25)) / math.log(2)
    assert degeneracy.action_entropy([0, 0, 1, 0], ALL_LEGAL).value == pytest.approx(expected)
    assert degeneracy.top_share([0, 0, 1, 0], ALL_LEGAL) == Metric(0.75, 4)


def test_a_constant_policy_is_degenerate():
    assert degeneracy.action_entropy([1] * 4, ALL_LEGAL) == Metric(0.0, 4)
    assert degeneracy.top_share([1] * 4, ALL_LEGAL) == Metric(1.0, 4)


def test_decisions_without_a_choice_do_not_count():
    legal = np.array([[1, 1, 1], [1, 1, 1], [1, 0, 0], [1, 0, 0]], bool)
    assert degeneracy.top_share([1, 2, 0, 0], legal) == Metric(0.5, 2)
    assert none_because(degeneracy.action_entropy([0, 0], legal[2:]), "no year with a choice")
    assert none_because(degeneracy.top_share([], np.ones((0, 3))), "no year with a choice")
    with pytest.raises(ValueError, match="not legal"):
        degeneracy.top_share([1], legal[2:3])
    with pytest.raises(ValueError, match="actions are 0 to 2"):
        degeneracy.top_share([3], legal[:1])


def test_random_legal_play_has_an_entropy_of_about_one_under_uneven_masks():
    rng = np.random.default_rng(10)
    legal = rng.random((4000, 5)) < [1.0, 0.9, 0.5, 0.2, 0.1]
    actions = (rng.random(legal.shape) * legal).argmax(axis=1)
    assert degeneracy.action_entropy(actions, legal).value == pytest.approx(1.0, abs=0.02)


# --- welfare


def test_welfare_by_hand():
    assert welfare.mean([1, 3]) == Metric(2.0, 2)
    assert welfare.worst_off([1, -3]) == Metric(-3.0, 2)
    assert welfare.gini([1, 3]).value == pytest.approx(1 / 4)
    assert welfare.gini([2, 2, 2]).value == pytest.approx(0.0)
    assert welfare.gini([0, 4, 0, 0]).value == pytest.approx(3 / 4)
    assert welfare.nash([1, 4], epsilon=0.0).value == pytest.approx(2.0)
    assert welfare.nash([0, 8], epsilon=1.0).value == pytest.approx(2.0)  # sqrt(1 x 9) - 1


def test_nash_welfare_moves_with_its_epsilon_from_the_product_to_the_mean():
    sweep = welfare.nash_sweep([0, 8], [0.0, 1.0, 1e6])
    assert [value.value for value in sweep.values()] == pytest.approx([0.0, 2.0, 4.0], abs=1e-3)
    with pytest.raises(TypeError, match="epsilon"):
        welfare.nash([1, 4])
    with pytest.raises(ValueError, match="epsilon is >= 0"):
        welfare.nash([1, 4], -1.0)


def test_welfare_without_states_or_meaning_says_so():
    for metric in (welfare.mean, welfare.worst_off, welfare.gini, lambda states: welfare.nash(states, 1.0)):
        assert none_because(metric([]), "no states")
        with pytest.raises(ValueError, match="finite"):
            metric([math.nan])
    assert none_because(welfare.gini([-1, 2]), "below 0")
    assert none_because(welfare.gini([0, 0]), "nobody has anything")
    assert none_because(welfare.nash([-2, 2], epsilon=1.0), "below -epsilon")
