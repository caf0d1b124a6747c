"""Alpha-rank and the Nash average give what the published small games have, and what OpenSpiel computes."""

from __future__ import annotations

import numpy as np
import pytest

from balance_env.benchmark.reporting.ranking import advantage, alpha_rank, nash_average, settling_alpha

ROCK_PAPER_SCISSORS = np.array([[0.0, -1.0, 1.0], [1.0, 0.0, -1.0], [-1.0, 1.0, 0.0]])
DILEMMA = np.array([[3.0, 0.0], [5.0, 1.0]])  # cooperate, defect
THIRD = np.full(3, 1.0 / 3.0)


def commitment_game():
    """Han, Pereira & Santos (2013), as in OpenSpiel's test: r, t, p, s = 1, 2, 0, -1, compensation 4, cost 1/4."""
    r, t, p, s, delta, cost = 1.0, 2.0, 0.0, -1.0, 4.0, 0.25
    return np.array(
        [
            [r - cost / 2.0, r - cost, 0.0, s + delta - cost, r - cost],
            [r, r, s, s, s],
            [0.0, t, p, p, p],
            [t - delta, t, p, p, p],
            [r, t, p, p, p],
        ]
    )


def test_alpha_rank_of_the_commitment_game_is_as_published():
    ranks = alpha_rank(commitment_game(), alpha=0.1, population=20)
    assert ranks == pytest.approx([0.40966787, 0.07959841, 0.20506998, 0.08505983, 0.2206039], abs=1e-7)


@pytest.mark.parametrize("alpha", [0.01, 1.0, 100.0])
def test_nobody_leads_in_rock_paper_scissors(alpha):
    assert alpha_rank(ROCK_PAPER_SCISSORS, alpha) == pytest.approx(THIRD)
    average = nash_average(ROCK_PAPER_SCISSORS)
    assert average.weight == pytest.approx(THIRD)
    assert average.skill == pytest.approx(np.zeros(3), abs=1e-9)


def test_defectors_take_over_the_dilemma():
    assert alpha_rank(DILEMMA, settling_alpha(DILEMMA))[1] > 0.98
    average = nash_average(advantage(DILEMMA))
    assert average.weight == pytest.approx([0.0, 1.0])
    assert average.skill == pytest.approx([-1.5, 0.0])  # half of 3 + 0 - 5 - 1


def test_a_fixation_probability_by_hand():
    """Two individuals, alpha 1: a single defector meets a cooperator, so it takes over with 1 / (1 + e^-(5 - 0))."""
    up, down = 1.0 / (1.0 + np.exp(-5.0)), 1.0 / (1.0 + np.exp(5.0))
    assert alpha_rank(DILEMMA, 1.0, population=2) == pytest.approx([down / (up + down), up / (up + down)])


def test_neutral_games_rank_all_alike():
    same = np.ones((4, 4))
    assert alpha_rank(same, settling_alpha(same)) == pytest.approx(np.full(4, 0.25))
    assert nash_average(advantage(same)).weight == pytest.approx(np.full(4, 0.25))


def test_the_winner_of_a_transitive_game_has_all_weight():
    transitive = np.array([[0.0, -1.0, -1.0], [1.0, 0.0, -1.0], [1.0, 1.0, 0.0]])
    average = nash_average(transitive)
    assert average.weight == pytest.approx([0.0, 0.0, 1.0])
    assert average.skill == pytest.approx([-1.0, -1.0, 0.0])


def test_copies_of_an_entrant_share_its_weight():
    """Balduzzi et al. (2018), proposition 1: the average is invariant to redundant agents."""
    order = [0, 1, 2, 2]
    average = nash_average(ROCK_PAPER_SCISSORS[np.ix_(order, order)])
    assert average.weight == pytest.approx([1 / 3, 1 / 3, 1 / 6, 1 / 6])


@pytest.mark.parametrize("lift", [0.0, 0.2, 0.49, 0.6])
def test_a_cycle_with_a_transitive_part_is_as_published(lift):
    """Balduzzi et al. (2018), section 4: C + e T gives (1 + e, 1 - 2e, 1 + e) / 3 up to e = 1/2, then (1, 0, 0)."""
    transitive = np.array([[0.0, 1.0, 2.0], [-1.0, 0.0, 1.0], [-2.0, -1.0, 0.0]])
    told = [1.0 + lift, 1.0 - 2.0 * lift, 1.0 + lift] if lift < 0.5 else [3.0, 0.0, 0.0]
    average = nash_average(lift * transitive - ROCK_PAPER_SCISSORS)
    assert average.weight == pytest.approx(np.array(told) / 3.0, abs=1e-7)


@pytest.mark.parametrize("size", [2, 3, 6, 11])
def test_an_average_is_an_equilibrium_and_the_most_even_one(size):
    rng = np.random.default_rng(size)
    for payoff in (rng.standard_normal((size, size)), rng.integers(-1, 2, (size, size)).astype(float)):
        weight, skill = nash_average(advantage(payoff))
        assert weight.sum() == pytest.approx(1.0)
        assert skill.max() < 1e-6
        assert weight @ skill == pytest.approx(0.0, abs=1e-6)


@pytest.mark.parametrize("wrong", [np.zeros((2, 3)), np.zeros((1, 1)), np.array([[0.0, np.nan], [0.0, 0.0]])])
def test_what_is_no_game_is_refused(wrong):
    with pytest.raises(ValueError, match="payoff"):
        advantage(wrong)
    with pytest.raises(ValueError, match="payoff"):
        alpha_rank(wrong, 1.0)


def test_who_ruins_everybody_has_no_advantage():
    """Among spoilers all get nothing, among others a spoiler gets little: no reason to become one."""
    spoiled = np.array([[1.0, 0.0], [0.1, 0.0]])
    assert advantage(spoiled)[1, 0] < 0.0
    assert nash_average(advantage(spoiled)).weight == pytest.approx([1.0, 0.0])
    with pytest.raises(ValueError, match="antisymmetric"):
        nash_average(spoiled)


def test_the_advantage_in_a_zero_sum_game_is_the_game():
    assert np.array_equal(advantage(ROCK_PAPER_SCISSORS), ROCK_PAPER_SCISSORS)


def test_alpha_rank_is_that_of_openspiel():
    theirs = pytest.importorskip("open_spiel.python.egt.alpharank", reason="open_spiel is not installed")
    for size in (2, 5, 8):
        payoff = np.random.default_rng(size).standard_normal((size, size))
        for alpha in (0.02, 0.1, 0.5):  # at 5 its eigenvalues fail
            told = theirs.compute([payoff], m=50, alpha=alpha, use_local_selection_model=False)[2]
            assert alpha_rank(payoff, alpha, population=50) == pytest.approx(told, abs=1e-6)


def test_the_nash_average_is_that_of_openspiel():
    pytest.importorskip("cvxpy", reason="OpenSpiel's Nash average needs cvxpy, which is not installed")
    theirs = pytest.importorskip("open_spiel.python.algorithms.nash_averaging", reason="open_spiel is not installed")
    rng = np.random.default_rng(1)
    for size in (2, 3, 5, 8):
        for payoff in (rng.standard_normal((size, size)), rng.integers(-1, 2, (size, size)).astype(float)):
            game = payoff - payoff.T
            told = theirs._max_entropy_symmetric_nash(game).reshape(-1)
            assert nash_average(game).weight == pytest.approx(told, abs=1e-4)
