"""Metrics of commitments, arms, sizes of wars and Walt's sources by hand and in null cases; sums that add up."""

from __future__ import annotations

import math

import numpy as np
import pytest
from test_metrics import none_because

from balance_env.metrics import Metric, alliances, arms, commitments, degeneracy, lifetimes, network, severity, walt
from balance_env.metrics.lifetimes import Lifetimes
from balance_env.metrics.walt import Choices

ALIVE = np.ones((8, 3), bool)


def pact_in(*years: int) -> np.ndarray:
    """A pact of 0 and 1 at the opening of these of eight years."""
    pact = np.zeros((8, 3, 3), bool)
    for year in years:
        pact[year, 0, 1] = pact[year, 1, 0] = True
    return pact


# --- commitments


def test_betrayal_is_an_attack_on_a_partner_or_soon_after_the_pact_by_hand():
    attack = np.zeros((8, 3, 3), bool)
    attack[3, 1, 0] = True
    # under the pact in years 0 and 1, and within two years of it in 2 and 3: four dyad-years, one attack
    assert commitments.betrayal(attack, pact_in(0, 1), ALIVE, within=2) == Metric(0.25, 4)
    assert commitments.betrayal(attack, pact_in(0, 1), ALIVE, within=1) == Metric(0.0, 3)  # too late to betray
    attack[3, 0, 1] = True  # of a pair, whoever began
    assert commitments.betrayal(attack, pact_in(0, 1), ALIVE, within=2) == Metric(0.25, 4)


def test_no_alliances_have_no_betrayal_rather_than_none_of_it():
    assert none_because(commitments.betrayal(np.zeros((8, 3, 3)), pact_in(), ALIVE), "no dyad-year")
    fallen = ALIVE.copy()
    fallen[2:, 1] = False
    assert commitments.betrayal(np.zeros((8, 3, 3)), pact_in(0, 1), fallen).n == 2  # nobody betrays the fallen


def test_a_grand_alliance_that_keeps_peace_is_not_like_no_alliance():
    grand = np.broadcast_to(~np.eye(3, dtype=bool), (8, 3, 3))
    assert commitments.betrayal(np.zeros((8, 3, 3)), grand, ALIVE) == Metric(0.0, 24)


def test_entrapment_by_hand():
    assert commitments.entrapment([0.2, 0.9, 0.5], [0.4, 0.1, 0.5]) == Metric(2 / 3, 3)
    assert none_because(commitments.entrapment([], []), "nobody entered")


def test_chain_ganging_counts_the_tied_beside_whom_they_were_tied_to():
    sides, leaders = [[1, -1, -1, 1, 0], [1, -1, 0, 0, 0]], [[0, 1], [0, 1]]
    tied = np.zeros((2, 5, 2), bool)
    tied[0, 2, 1] = True  # fights for its friend
    tied[0, 3, 1] = True  # fights against its friend: no chain drew it in
    tied[0, 4, 0] = True  # stays out
    tied[0, 0, 1] = True  # began the war itself
    assert commitments.chain_gang(sides, leaders, tied) == Metric(0.5, 2)
    assert none_because(commitments.chain_gang([], [], []), "no wars")


def test_abstention_by_hand():
    assert commitments.abstention([True, False, False, True]) == Metric(0.5, 4)
    assert none_because(commitments.abstention([]), "no pledge")


# --- sums that add up


def test_tallies_add_up_to_kaplan_and_meier():
    rng = np.random.default_rng(0)
    lives = Lifetimes(rng.integers(0, 12, 60), rng.random(60) < 0.6)
    tallies = lifetimes.tally(lives, rng.integers(0, 4, 60), 4, 20)
    curve = lifetimes.survival(tallies.sum(axis=0))
    for year in range(12):
        told = lives.beyond(year).value
        assert np.isnan(curve[year]) if told is None else curve[year] == pytest.approx(told)
    assert lifetimes.medians(tallies.sum(axis=0)) == lives.median().value
    assert np.isnan(lifetimes.medians(lifetimes.tally(Lifetimes([3, 3], [False, False]), [0, 0], 1, 5)))
    gone = lifetimes.survival(lifetimes.tally(Lifetimes([2, 3], [True, True]), [0, 0], 1, 5))
    np.testing.assert_array_equal(gone, [[1, 1, 0.5, 0, 0, 0]])  # what is gone stays gone


def test_what_outlasts_the_watch_is_censored_there():
    lives = Lifetimes([2, 30, 40], [True, True, False])
    cut = lifetimes.survival(lifetimes.tally(lives, [0, 0, 0], 1, 5))
    np.testing.assert_allclose(cut, [[1, 1, 2 / 3, 2 / 3, 2 / 3, 2 / 3]])


def test_spells_by_hand():
    held = np.array([[1, 0], [1, 1], [0, 1], [1, 1]], bool)
    watched = np.array([[1, 1], [1, 1], [1, 1], [1, 1]], bool)
    lives, thing = alliances.spells(held, watched)
    np.testing.assert_array_equal(thing, [0, 0, 1])
    np.testing.assert_array_equal(lives.durations, [2, 1, 3])
    np.testing.assert_array_equal(lives.ended, [True, False, False])


def test_triads_of_many_networks_are_those_of_each():
    rng = np.random.default_rng(1)
    signs = np.triu(rng.integers(-1, 2, (20, 6, 6)), k=1)
    signs = signs + signs.swapaxes(-1, -2)
    for one, (balanced, triads) in zip(signs, network.triad_counts(signs), strict=True):
        told = network.triad_balance(one)
        assert (triads == 0) if told.value is None else (told == Metric(balanced / triads, int(triads)))
    drawn = network.permuted_signs(signs, rng)
    np.testing.assert_array_equal(np.abs(drawn), np.abs(signs))
    np.testing.assert_array_equal(drawn.sum(axis=(1, 2)), signs.sum(axis=(1, 2)))


def test_information_is_all_where_the_situation_decides_and_none_where_it_does_not():
    assert degeneracy.information([[10, 0], [0, 10]]) == pytest.approx(1.0)
    assert degeneracy.information([[5, 5], [10, 10]]) == pytest.approx(0.0)
    assert np.isnan(degeneracy.information([[5, 0], [9, 0]]))  # a constant policy has nothing to explain
    half = 1.0 - (0.5 * math.log(2)) / math.log(2)  # of two situations one decides
    assert degeneracy.information([[4, 0, 4, 0], [0, 4, 0, 4]]) == pytest.approx(half)


# --- arms


def test_richardson_s_coefficients_are_found_again():
    rng = np.random.default_rng(2)
    state = np.repeat(np.arange(6), 50)
    own, rivals, grievance = rng.random(300), rng.random(300), np.repeat(rng.random(6), 50)
    change = 0.3 * rivals - 0.2 * own + grievance
    sums = arms.moments(change, rivals, own, state, state // 2, 3)
    found = arms.reaction(sums.sum(axis=0))
    assert found.defence == pytest.approx(0.3)
    assert found.fatigue == pytest.approx(0.2)
    np.testing.assert_allclose(arms.reaction(sums).defence, 0.3)  # and in each world
    assert np.isnan(arms.reaction(arms.moments(change, own, own, state, state // 2, 3).sum(axis=0)).defence)


def test_a_race_of_two_comes_to_rest_where_k_l_is_below_a_b():
    assert arms.is_stable(0.5, 0.5, 1.0, 0.3)
    assert not arms.is_stable(2.0, 0.5, 1.0, 0.9)
    assert arms.loudness([[0, 1], [1, 0]]) == pytest.approx(1.0)
    # of two alike, k rho / a < 1 is k l < a b; of three at each other's borders arms echo twice as loud
    assert arms.loudness(np.ones((3, 3)) - np.eye(3)) == pytest.approx(2.0)
    assert arms.loudness([[0, 4], [1, 0]]) == pytest.approx(2.0)  # the root of the product of both ways


# --- severity


def test_the_tail_is_that_of_the_powerlaw_package():
    """`powerlaw.Fit(x)` 2.0.0 and its `distribution_compare("power_law", "lognormal", normalized_ratio=True)`."""
    rng = np.random.default_rng(0)
    log_normal, pareto = rng.lognormal(-3, 1.5, 200), rng.pareto(1.5, 200) + 1
    whole = severity.tail(log_normal, threshold=log_normal.min())
    assert whole.exponent == pytest.approx(1.2762244748984886)
    assert whole.ratio == pytest.approx(-9.560931531335706, rel=1e-3)
    assert severity.tail(pareto, threshold=pareto.min()).exponent == pytest.approx(2.378207798594276)
    found = severity.tail(pareto)
    assert found.exponent == pytest.approx(2.378207798594276, rel=0.05)
    assert found.p > 0.05  # the log-normal can look like it


def test_a_log_normal_is_told_from_a_power_law_and_too_few_wars_from_either():
    rng = np.random.default_rng(3)
    assert severity.tail(rng.lognormal(0, 1, 3000), threshold=0.01).ratio < -5
    assert severity.tail(rng.lognormal(0, 1, 49)) is None
    assert severity.tail([0.5] * 200) is None  # one size has no shape
    assert severity.tail([*np.linspace(0.1, 1.0, 60), *[2.0] * 60]).threshold < 2.0  # nor has a tail of one
    with pytest.raises(ValueError, match="> 0"):
        severity.tail([1.0, 0.0])


# --- Walt's sources


def choices(power: float, rows: int = 4000, constant: int | None = None) -> Choices:
    """Third parties that take a side by the challenger's power, and by nothing else."""
    rng = np.random.default_rng(4)
    sources = rng.normal(size=(rows, len(walt.SOURCES)))
    if constant is not None:
        sources[:, constant] = 0.7
    took = rng.random(rows) < 1 / (1 + np.exp(1 - power * sources[:, 0]))
    return Choices(took, sources, rng.integers(0, 40, rows))


def test_the_source_that_moves_them_is_found_and_no_other():
    found = walt.coefficients(choices(0.8))
    assert found[0] == pytest.approx(0.8, abs=0.1)
    assert np.abs(found[1:]).max() < 0.12
    compared = walt.beside_no_effect(choices(0.8))
    assert compared[0].p < 1e-6
    assert compared[0].null == Metric(0.0, 40)
    assert min(one.p for one in compared[1:]) > 0.01
    gains = walt.held_out_gain(choices(0.8), choices(0.8).world, 40).sum(axis=0)
    assert gains[0] / gains[1] > 0.05


def test_choices_at_random_have_no_source_and_no_gain():
    gains = walt.held_out_gain(choices(0.0), choices(0.0).world, 40).sum(axis=0)
    assert abs(gains[0] / gains[1]) < 0.003
    assert min(one.p for one in walt.beside_no_effect(choices(0.0))) > 0.01


def test_takers_in_the_worlds_of_one_fold_alone_carry_no_logit():
    world = np.repeat(np.arange(5), 100)
    told = walt.Choices(world == 0, np.random.default_rng(0).normal(size=(500, len(walt.SOURCES))), world)
    assert "held out" in told.too_few()
    assert not walt.Choices(np.arange(500) % 2 == 0, told.sources, world).too_few()


def test_influence_tells_how_a_fit_moves_when_worlds_are_left_out():
    told = choices(0.8)
    moved = walt.influence(told, told.world, 40)
    np.testing.assert_allclose(moved.sum(axis=0), 0.0, atol=1e-4)
    kept = told.world != 7
    without = walt.coefficients(Choices(told.took[kept], told.sources[kept], told.world[kept]))
    # in standard deviations of the rest, which differ by little
    np.testing.assert_allclose(without - walt.coefficients(told), -moved[7], atol=0.01)


def test_a_source_that_does_not_vary_or_too_few_choices_say_so():
    assert none_because(walt.beside_no_effect(choices(0.8, constant=2))[2].observed, "posture does not vary")
    assert "30 cases of the rarer" in Choices(np.arange(500) < 30, np.zeros((500, 5)), np.arange(500)).too_few()
    assert "2 worlds" in Choices(np.arange(500) < 250, np.zeros((500, 5)), np.arange(500) % 2).too_few()
    assert not choices(0.8).too_few()
