"""Metrics worked by hand, and on systems without alliances, with one grand alliance, and matched at random."""

from __future__ import annotations

import math

import numpy as np
import pytest

from balance_env.metrics import Metric, alignment, alliances, compare, degeneracy, network, system, welfare
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
    drawn = alignment.permuted_partners(told, np.random.default_rng(3))
    np.testing.assert_array_equal(drawn.side == Side.ABSTAIN, told.side == Side.ABSTAIN)
    assert (drawn.side[:9] == Side.TARGET).all()


def test_opportunities_refuse_joins_of_what_was_shut():
    with pytest.raises(ValueError, match="row 0 joins a side"):
        opportunities([Side.TARGET], could_target=[False])
    with pytest.raises(ValueError, match="one length"):
        opportunities([Side.TARGET], could_target=[True, True])
    with pytest.raises(ValueError, match="a side is one of"):
        opportunities([7])


# --- alliances

STATES, YEARS = 6, 12
ALIVE = np.ones((YEARS, STATES), bool)
NO_PACTS = np.zeros((YEARS, STATES, STATES), bool)
GRAND = np.broadcast_to(~np.eye(STATES, dtype=bool), NO_PACTS.shape)
BLOC = np.repeat([0, 1], STATES // 2)  # two triangles
TWO_BLOCS = GRAND & (BLOC[:, None] == BLOC)


def between(*pairs: tuple[int, int], states: int = STATES) -> np.ndarray:
    """Ties between pairs, both ways."""
    ties = np.zeros((states, states), int)
    for i, j in pairs:
        ties[i, j] = ties[j, i] = 1
    return ties


def test_density_by_hand_and_of_the_null_cases():
    assert alliances.density(NO_PACTS, ALIVE).value == 0.0
    assert alliances.density(GRAND, ALIVE) == Metric(1.0, YEARS * 15)
    assert alliances.density(TWO_BLOCS, ALIVE).value == pytest.approx(6 / 15)
    fallen = [[1, 1, 1], [1, 1, 0]]
    assert alliances.density([between((0, 1), states=3)] * 2, fallen) == Metric(0.5, 4)  # of three pairs, then of one
    assert none_because(alliances.density([[[0]]], [[1]]), "no pair")


def test_pact_lifetimes_by_hand():
    held = [between((0, 1), (0, 2), states=3)] * 2 + [between(states=3), between((0, 1), states=3)]
    alive = [[1, 1, 1]] * 2 + [[1, 1, 0]] * 2
    lives = alliances.pact_lifetimes(held, alive)
    # 0 and 1 part after two years and are at one again in the last; the pact of 0 and 2 is cut short by a fall
    np.testing.assert_array_equal(lives.durations, [2, 1, 2])
    np.testing.assert_array_equal(lives.ended, [True, False, False])


def test_pact_lifetimes_of_the_null_cases():
    assert none_because(alliances.pact_lifetimes(NO_PACTS, ALIVE).median(), "nothing")
    grand = alliances.pact_lifetimes(GRAND, ALIVE)
    assert none_because(grand.median(), "0 of 15 ends")
    assert grand.beyond(YEARS) == Metric(1.0, 15)


def lasting(pact, alive) -> Metric:
    return alliances.pact_lifetimes(pact, alive).beyond(3)


def test_lasting_pacts_outlast_a_random_matching_of_equal_density_and_others_do_not():
    rng = np.random.default_rng(4)
    blocs = alliances.beside_random_matching(lasting, TWO_BLOCS, ALIVE, rng, draws=49)
    assert blocs.observed.value == 1.0
    assert blocs.p == pytest.approx(2 / 50)
    grand = alliances.beside_random_matching(lasting, GRAND, ALIVE, rng, draws=9)
    assert grand.excess.value == 0.0
    assert grand.p == 1.0
    nothing = alliances.beside_random_matching(lasting, NO_PACTS, ALIVE, rng, draws=9)
    assert none_because(nothing.observed, "nothing")
    assert none_because(nothing.null, "nothing")
    matched = alliances.random_matching(TWO_BLOCS, ALIVE, rng)
    assert alliances.beside_random_matching(lasting, matched, ALIVE, rng, draws=49).p > 0.05


def test_a_random_matching_is_of_equal_density_among_the_living():
    alive = ALIVE.copy()
    alive[5:, 5] = False
    pact = TWO_BLOCS & alive[:, :, None] & alive[:, None, :]
    drawn = alliances.random_matching(pact, alive, np.random.default_rng(5))
    np.testing.assert_array_equal(drawn.sum(axis=(1, 2)), pact.sum(axis=(1, 2)))
    assert alliances.density(drawn, alive) == alliances.density(pact, alive)  # and symmetric, among the living
    assert (drawn != pact).any()


@pytest.mark.parametrize(
    ("pact", "alive", "complaint"),
    [
        ([[[0, 1], [0, 0]]], [[1, 1]], "symmetric"),
        ([[[0, 1], [1, 0]]], [[1, 0]], "not alive"),
        ([[0, 1]], [[1, 1]], "shape"),
    ],
)
def test_pacts_that_cannot_be_are_refused(pact, alive, complaint):
    with pytest.raises(ValueError, match=complaint):
        alliances.density(pact, alive)


def test_coalition_wars_by_hand():
    assert alliances.coalition_share([[1, -1, 0], [1, -1, -1], [1, 1, -1], [0, 1, -1]]) == Metric(0.5, 4)
    assert alliances.coalition_share([[1, -1, 0]]) == Metric(0.0, 1)
    assert none_because(alliances.coalition_share([]), "no wars")
    with pytest.raises(ValueError, match="each side"):
        alliances.coalition_share([[1, 1, 0]])


def test_minimal_winning_coalitions_by_hand():
    sides = [[1, 1, -1, 0], [1, 1, 1, -1], [1, 1, -1, 0]]
    # 4 against 3, and 2 without the weaker; 6 against 1, and 4 without; 2 against 5 loses
    strength = [[2, 2, 3, 9], [2, 2, 2, 1], [1, 1, 5, 9]]
    assert alliances.minimal_winning_share(sides, strength) == Metric(0.5, 2)


def test_minimal_winning_tells_no_coalitions_from_a_grand_alliance():
    assert none_because(alliances.minimal_winning_share([[1, -1, 0, 0]], [[3, 1, 1, 1]]), "no coalition")
    assert none_because(alliances.minimal_winning_share([], []), "no coalition")
    assert alliances.minimal_winning_share([[1, 1, 1, -1]], [[1, 1, 1, 1]]) == Metric(0.0, 1)


def test_random_joiners_keep_wars_leaders_and_the_number_of_joins():
    sides = np.array([[1, -1, 1, -1, 0], [0, 1, -1, 0, 0], [1, 0, 0, -1, 1]])
    leaders = [[0, 1], [1, 2], [0, 3]]
    alive = np.ones(sides.shape, bool)
    alive[:, 4] = [True, False, True]
    drawn = alliances.random_joiners(sides, leaders, alive, np.random.default_rng(6))
    assert (drawn != 0).sum() == (sides != 0).sum()
    np.testing.assert_array_equal(
        np.take_along_axis(drawn, np.array(leaders), 1), np.take_along_axis(sides, np.array(leaders), 1)
    )
    assert not drawn[~alive].any()
    dyadic = [[1, -1, 0]]
    np.testing.assert_array_equal(
        alliances.random_joiners(dyadic, [[0, 1]], [[1, 1, 1]], np.random.default_rng(6)), dyadic
    )


def test_coalitions_beside_joiners_at_random():
    rng = np.random.default_rng(12)
    wars, alive, leaders = np.zeros((20, 6), int), np.ones((20, 6), bool), [[0, 1]] * 20
    wars[:, 0], wars[:, 1] = 1, -1
    one_joiner_each, crowd = wars.copy(), wars.copy()
    one_joiner_each[:, 2] = 1
    crowd[:5, 2:] = 1
    spread = alliances.beside_random_joiners(alliances.coalition_share, one_joiner_each, leaders, alive, rng, draws=99)
    assert spread.excess.value > 0.2  # wars of which none is left to two alone
    crowded = alliances.beside_random_joiners(alliances.coalition_share, crowd, leaders, alive, rng, draws=99)
    assert crowded.excess.value < -0.2
    alone = alliances.beside_random_joiners(alliances.coalition_share, wars, leaders, alive, rng, draws=9)
    assert (alone.observed.value, alone.excess.value, alone.p) == (0.0, 0.0, 1.0)
    peace = alliances.beside_random_joiners(alliances.coalition_share, [], [], [], rng, draws=9)
    assert none_because(peace.excess, "no wars")


def test_reliability_by_hand_and_without_pledges():
    assert alliances.reliability([2, 0, 1], [2, 1, 1]) == Metric(0.75, 3)
    assert alliances.reliability([2, 0], [2, 0]) == Metric(1.0, 1)
    assert alliances.reliability([0], [2]) == Metric(0.0, 1)
    assert none_because(alliances.reliability([], []), "no pledge")  # and not a perfect record
    with pytest.raises(ValueError, match="from 0 to what was pledged"):
        alliances.reliability([3], [2])


# --- network

ALL_FRIENDS = GRAND[0].astype(int)
CAMPS = np.where(TWO_BLOCS[0], 1, -1) * ALL_FRIENDS


def test_triad_balance_by_hand():
    # of the four triads, 013 and 023 are three friends, and 012 and 123 two friends of foes
    signs = between((0, 1), (0, 2), (0, 3), (1, 3), (2, 3), states=4)
    signs[1, 2] = signs[2, 1] = -1
    assert network.triad_balance(signs) == Metric(0.5, 4)
    assert network.triad_balance(CAMPS) == Metric(1.0, 20)
    assert network.triad_balance(-ALL_FRIENDS) == Metric(0.0, 20)


def test_triad_balance_tells_no_ties_and_one_grand_alliance_from_two_camps():
    rng = np.random.default_rng(7)
    assert none_because(network.triad_balance_beside_null(0 * CAMPS, rng, draws=9).excess, "no three")
    grand = network.triad_balance_beside_null(ALL_FRIENDS, rng, draws=9)
    assert (grand.excess.value, grand.p) == (0.0, 1.0)
    camps = network.triad_balance_beside_null(CAMPS, rng, draws=99)
    assert camps.excess.value > 0.3
    assert camps.p == pytest.approx(0.02)
    by_chance = network.permuted_signs(CAMPS, rng)
    assert network.triad_balance_beside_null(by_chance, rng, draws=99).p > 0.05


def test_permuted_signs_keep_the_ties_and_the_number_of_friends():
    drawn = network.permuted_signs(CAMPS, np.random.default_rng(8))
    np.testing.assert_array_equal(drawn != 0, CAMPS != 0)
    np.testing.assert_array_equal(drawn, drawn.T)
    assert drawn.sum() == CAMPS.sum()
    assert (drawn != CAMPS).any()


def test_modularity_by_hand():
    triangles = TWO_BLOCS[0].astype(int)
    assert network.modularity(triangles).value == pytest.approx(1 / 2)
    joined = triangles + between((2, 3))
    assert network.modularity(joined).value == pytest.approx(6 / 7 - 1 / 2)  # six of seven ties inside
    assert network.modularity(joined).n == 7
    assert network.modularity(joined, [0] * STATES).value == pytest.approx(0.0)


def test_modularity_tells_no_ties_from_one_grand_alliance_from_blocs():
    assert none_because(network.modularity(NO_PACTS[0]), "no two states")
    assert network.modularity(GRAND[0]).value == pytest.approx(0.0)


def test_blocs_are_more_modular_than_a_random_matching():
    rng = np.random.default_rng(9)
    alive = np.ones((1, 12), bool)
    bloc = np.repeat([0, 1, 2], 4)
    pact = ((bloc[:, None] == bloc) & ~np.eye(12, dtype=bool))[None]

    def first_year(pact, alive):
        return network.modularity(pact[0])

    assert alliances.beside_random_matching(first_year, pact, alive, rng, draws=49).p == pytest.approx(2 / 50)
    matched = alliances.random_matching(pact, alive, rng)
    beside = alliances.beside_random_matching(first_year, matched, alive, rng, draws=49)
    assert beside.observed.value > 0.0  # which is why it is set beside its null
    assert beside.p > 0.05


def test_agreement_with_a_reference_by_hand_and_in_the_null_cases():
    assert network.bloc_agreement(TWO_BLOCS[0], BLOC).value == pytest.approx(1.0)
    assert network.bloc_agreement(TWO_BLOCS[0], 1 - BLOC).value == pytest.approx(1.0)  # names do not matter
    assert network.bloc_agreement(GRAND[0], BLOC).value == pytest.approx(0.0)
    assert none_because(network.bloc_agreement(NO_PACTS[0], BLOC), "no two states")
    assert none_because(network.bloc_agreement(NO_PACTS[0], np.arange(STATES)), "no two states")
    assert none_because(network.bloc_agreement(GRAND[0], np.zeros(STATES)), "one bloc of all")  # else a perfect 1
    across = between((0, 3), (1, 4), (2, 5))
    assert network.bloc_agreement(across, BLOC).value < 0.0


def test_ties_that_cannot_be_are_refused():
    with pytest.raises(ValueError, match="symmetric"):
        network.modularity([[0, 1], [0, 0]])
    with pytest.raises(ValueError, match="a tie is 1"):
        network.triad_balance([[0, 2], [2, 0]])
    with pytest.raises(ValueError, match="each of 6 states"):
        network.bloc_agreement(GRAND[0], [0, 1])


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
