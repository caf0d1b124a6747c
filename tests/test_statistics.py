"""Statistics of the benchmark against values worked by hand, published ones and scipy's."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from scipy import stats

from balance_env.benchmark import statistics as of
from balance_env.benchmark.bootstrap import LEAST_UNITS, Scores, bootstrap, expanded_tail
from balance_env.benchmark.checks import TooLittleData

SEED = 5
CUTS = np.array([-10.0, 0.0, 0.5, 10.0])


def scores_of(runs: int, episodes: int, seats: int, scenarios: int = 2, shift: float = 0.0) -> Scores:
    rng = np.random.default_rng(SEED)
    return Scores([shift + rng.normal(size=(runs, episodes, seats)) for _ in range(scenarios)])


# Scores between anchors


def test_anchors_are_means_with_welch_s_error():
    anchors = of.measure_anchors(np.array([1.0, 3.0]), np.array([10.0, 12.0, 14.0]))
    assert anchors[:2] == (2.0, 12.0)
    assert anchors.standard_error == pytest.approx(np.sqrt(2.0 / 2 + 4.0 / 3))


def test_a_score_is_the_place_between_the_anchors_unclipped():
    returns = np.array([[2.0, 4.0], [3.0, -1.0]])
    np.testing.assert_allclose(of.anchored_scores(returns, of.Anchors(2.0, 4.0, 0.1)), [[0.0, 1.0], [0.5, -1.5]])


@pytest.mark.parametrize(("floor", "reference", "error"), [(0.0, 1.0, 0.2), (1.0, 0.0, 0.01), (1.0, 1.0, 0.0)])
def test_anchors_too_close_are_refused(floor, reference, error):
    with pytest.raises(TooLittleData, match=r"5 standard errors"):
        of.anchored_scores(np.zeros(3), of.Anchors(floor, reference, error))


def test_anchors_just_apart_are_taken():
    assert of.anchored_scores(np.array([0.5]), of.Anchors(0.0, 1.0, 0.1999)) == [0.5]


# Statistics of matrices


def test_interquartile_mean_by_hand():
    matrix = np.array([[100.0, 1.0, 2.0, 3.0], [4.0, 5.0, 6.0, -50.0]])  # of eight, two are cut from each end
    assert of.interquartile_mean(matrix) == (2.0 + 3.0 + 4.0 + 5.0) / 4
    assert of.interquartile_mean(matrix[:, :3]) == (2.0 + 4.0 + 5.0 + 6.0) / 4  # of six, one


def test_share_above_by_hand():
    matrix = np.array([[0.0, 0.5], [0.5, 1.0]])
    np.testing.assert_array_equal(of.share_above(matrix, CUTS), [1.0, 0.75, 0.25, 0.0])


def test_improvement_by_enumeration_with_ties_a_half():
    rng = np.random.default_rng(SEED)
    x, y = rng.integers(4, size=(3, 2)), rng.integers(4, size=(5, 2))
    wins = [(a > b) + 0.5 * (a == b) for column in range(2) for a, b in product(x[:, column], y[:, column])]
    assert any(win == 0.5 for win in wins)
    assert of.improvement(x, y) == pytest.approx(np.mean(wins))
    assert of.improvement(x, y) + of.improvement(y, x) == pytest.approx(1.0)
    u = stats.mannwhitneyu(x, y, axis=0).statistic / (3 * 5)
    assert of.improvement(x, y) == pytest.approx(u.mean())


@pytest.mark.parametrize(
    "statistic", [of.interquartile_mean, lambda m: of.share_above(m, CUTS), lambda m: of.improvement(m, m[:, ::-1] + 1)]
)
def test_a_stack_of_matrices_gives_what_each_gives(statistic):
    matrices = np.random.default_rng(SEED).normal(size=(3, 5, 4))
    np.testing.assert_allclose(statistic(matrices), np.concatenate([statistic(one[None]) for one in matrices]))


# Bootstrap


def mean_of(matrix: np.ndarray) -> np.ndarray:
    return matrix.mean(axis=(-2, -1))


def test_the_bootstrap_draws_runs_shared_episodes_and_seats_in_each():
    """Its variance is that of drawing at each level on its own, exactly as 1/n of the spread there."""
    rng = np.random.default_rng(SEED)
    levels = [rng.normal(size=(6, 1, 1)), rng.normal(size=(1, 7, 1)), rng.normal(size=(1, 1, 4))]
    counts = (6, 7, 6 * 7 * 4)  # independent draws of the mean at each level
    for level, count in zip(levels, counts, strict=True):
        values = np.broadcast_to(level, (6, 7, 4))
        drawn = []
        bootstrap(lambda m, kept=drawn: kept.append(m) or mean_of(m), Scores([values]), seed=SEED, resamples=20_000)
        assert mean_of(drawn[0]).std() == pytest.approx(level.std() / np.sqrt(count), rel=0.03)
        assert mean_of(drawn[0]).mean() == pytest.approx(level.mean(), abs=0.02)


def test_a_run_is_drawn_for_all_scenarios_together():
    """Scenarios that hold one run's luck, with opposite signs, cancel in every resample."""
    luck = np.broadcast_to(np.arange(6.0)[:, None, None], (6, 3, 2))
    found = bootstrap(mean_of, Scores([luck, -luck]), seed=SEED)
    assert found == (0.0, 0.0, 0.0)


def test_a_rule_has_one_run_and_its_episodes_are_drawn():
    values = np.random.default_rng(SEED).normal(size=(1, 50, 1))
    found = bootstrap(mean_of, Scores([values], trained=False), seed=SEED)
    half = stats.t.ppf(0.975, 49) * values.std(ddof=1) / np.sqrt(50)
    assert found.value == pytest.approx(values.mean())
    assert found.high - found.low == pytest.approx(2.0 * half, rel=0.1)


def test_the_same_seed_gives_the_same_interval_however_it_is_cut_up(monkeypatch):
    scores = scores_of(6, 4, 3)
    first = bootstrap(of.interquartile_mean, scores, seed=SEED)
    assert first == bootstrap(of.interquartile_mean, scores, seed=SEED)
    assert first != bootstrap(of.interquartile_mean, scores, seed=SEED + 1)
    monkeypatch.setattr("balance_env.benchmark.bootstrap.VALUES_AT_ONCE", 1000)
    assert first == bootstrap(of.interquartile_mean, scores, seed=SEED)


def coverage(runs: int, noise: float, trials: int) -> tuple[float, float]:
    """Share of trials in which the interval holds the true mean, and of those in which plain percentiles do.

    Runs have deviation 1, what is below them `noise`.
    """
    rng = np.random.default_rng(SEED)
    held = np.zeros(2)
    for trial in range(trials):
        below = rng.normal(size=(runs, 4, 1)) + rng.normal(size=(runs, 4, 2))
        values = rng.normal(size=(runs, 1, 1)) + noise * below
        drawn = []
        found = bootstrap(lambda m, kept=drawn: kept.append(mean_of(m)) or kept[-1], Scores([values]), seed=trial)
        for n, (low, high) in enumerate((found[1:], np.quantile(drawn[0], (0.025, 0.975)))):
            held[n] += low <= 0.0 <= high
    return tuple(held / trials)


@pytest.mark.parametrize("runs", [10, 20])
def test_the_interval_covers_the_truth_as_often_as_it_says(runs):
    trials = 500
    assert coverage(runs, 0.2, trials)[0] == pytest.approx(0.95, abs=3.0 * np.sqrt(0.95 * 0.05 / trials))


def test_luck_that_all_runs_share_is_covered_though_they_are_many():
    """Runs that hardly differ, in worlds that differ much: where each run drew episodes of its own, .58 were held."""
    trials, (runs, episodes, scenarios) = 200, (10, 40, 4)
    rng, held = np.random.default_rng(SEED), 0
    for trial in range(trials):
        values = [
            0.06 * rng.normal(size=(runs, 1, 1))
            + 1.8 * rng.normal(size=(1, episodes, 1))
            + 0.3 * rng.normal(size=(runs, episodes, 1))
            for _ in range(scenarios)
        ]
        found = bootstrap(mean_of, Scores(values), seed=trial)
        held += found.low <= 0.0 <= found.high
    assert held / trials == pytest.approx(0.95, abs=3.0 * np.sqrt(0.95 * 0.05 / trials))


def test_five_runs_are_covered_thanks_to_the_expanded_tail():
    """Plain percentiles of five runs hold the truth .86 of the time; taken out by t, .94 (1500 trials, +- .006)."""
    expanded, plain = coverage(5, 0.2, 1500)
    assert expanded == pytest.approx(0.94, abs=0.02)
    assert plain == pytest.approx(0.86, abs=0.025)


def chance(matrix):
    """Share of runs and scenarios that score above 0."""
    return (matrix > 0.0).mean(axis=(-1, -2))


@pytest.mark.parametrize("episodes", [10, 20, 100])
def test_a_chance_is_held_by_percentiles_where_corrected_intervals_fail(episodes):
    """Episodes drawn anew pull a chance towards one half, which is no skew: correcting for it moves an interval off.

    Efron's bias-corrected percentiles and the basic interval hold the truth, .8, less often than they say.
    """
    truth, trials, held = np.linspace(-0.2, 0.8, 20), 200, np.zeros(3)
    rng = np.random.default_rng(SEED)
    for trial in range(trials):
        arrays = [mean + rng.normal(size=(1, episodes, 1)) for mean in truth]
        drawn = []
        scores = Scores(arrays, trained=False)
        found = bootstrap(lambda m, kept=drawn: kept.append(chance(m)) or kept[-1], scores, seed=trial)
        below = np.clip((drawn[0] < found.value).mean() + (drawn[0] == found.value).mean() / 2.0, 1e-3, 1.0 - 1e-3)
        shift, out = 2.0 * stats.norm.ppf(below), stats.norm.ppf(expanded_tail(episodes, 0.95))
        corrected = np.quantile(drawn[0], stats.norm.cdf([shift + out, shift - out]))
        basic = 2.0 * found.value - found.high, 2.0 * found.value - found.low
        for n, (low, high) in enumerate((found[1:], corrected, basic)):
            held[n] += low <= 0.8 <= high
    percentile, corrected, basic = held / trials
    assert percentile >= 0.93
    assert corrected <= 0.94
    assert basic <= 0.90


def test_the_tail_of_few_units_by_hand():
    """t(0.975, 9) is 2.262, times sqrt(10 / 9) 2.384, of which the normal tail is 0.0086; with many units, 0.025."""
    assert expanded_tail(10, 0.95) == pytest.approx(0.00855, abs=5e-5)
    assert expanded_tail(10**6, 0.95) == pytest.approx(0.025, abs=1e-6)


def test_a_profile_falls_and_lies_in_its_band():
    rng = np.random.default_rng(SEED)
    skill = rng.normal(size=(8, 1, 1))
    scores = Scores([skill + rng.normal(size=(8, 100, 2)) for _ in range(5)])
    found = of.performance_profile(scores, np.linspace(-3.0, 3.0, 13), SEED)
    assert (found.value[0], found.value[-1]) == (1.0, 0.0)
    assert np.all(np.diff(found.value) <= 0.0)
    assert np.all((found.low <= found.value) & (found.value <= found.high))
    assert np.any(found.low < found.high)


def test_probability_of_improvement_of_equals_and_of_better():
    equal = of.probability_of_improvement(scores_of(8, 3, 2), scores_of(8, 3, 2), SEED)
    assert equal.value == 0.5
    assert equal.low < 0.5 < equal.high
    assert of.probability_of_improvement(scores_of(8, 3, 2, shift=99.0), scores_of(5, 4, 1), SEED) == (1.0, 1.0, 1.0)


# Hypotheses


def test_holm_by_hand():
    """0.005 x 4, 0.01 x 3, 0.03 x 2, then 0.04 x 1, which may not fall below the one before it."""
    np.testing.assert_allclose(of.holm([0.01, 0.04, 0.03, 0.005]), [0.03, 0.06, 0.06, 0.02])
    np.testing.assert_allclose(of.holm([0.9, 0.6]), [1.0, 1.0])


@pytest.mark.parametrize(("margin", "same"), [(0.2, False), (1.0, True)])
def test_equivalence_is_two_one_sided_t_tests(margin, same):
    rng = np.random.default_rng(SEED)
    x, y = rng.normal(0.1, 1.0, 30), rng.normal(0.0, 1.5, 40)
    found = of.equivalence(x, y, margin)
    parts = np.array([x.var(ddof=1) / 30, y.var(ddof=1) / 40])
    error, freedom = np.sqrt(parts.sum()), parts.sum() ** 2 / (parts**2 / [29, 39]).sum()
    gap = x.mean() - y.mean()
    p = max(stats.t.sf((gap + margin) / error, freedom), stats.t.cdf((gap - margin) / error, freedom))
    half = stats.t.isf(0.05, freedom) * error
    assert found.p == pytest.approx(p)
    assert found.difference == pytest.approx((gap, gap - half, gap + half))
    assert found.equivalent is same
    assert same == (-margin < found.difference.low and found.difference.high < margin)


@pytest.mark.parametrize(("effect", "runs"), [(0.2, 393), (0.5, 64), (0.8, 26), (1.0, 17)])
def test_detectable_effects_are_those_of_cohen_s_table(effect, runs):
    """Cohen (1988), table 2.4.1: least runs per group, at power 0.8 and alpha 0.05; two fewer are too few."""
    assert of.minimum_detectable_effect(1.0, runs + 1, runs + 1) < effect
    assert of.minimum_detectable_effect(1.0, runs - 2, runs - 2) > effect


def test_a_detectable_effect_tends_to_the_normal_one_from_above():
    normal = stats.norm.ppf(0.975) + stats.norm.ppf(0.8)
    excess = [
        of.minimum_detectable_effect(3.0, runs, 2 * runs) / (normal * 3.0 * np.sqrt(1.5 / runs)) - 1.0
        for runs in (5, 10, 100, 20_000)
    ]
    assert excess == sorted(excess, reverse=True)
    assert 0.0 < excess[-1] < 1e-4


def test_a_detectable_effect_is_found_with_its_power():
    trials, runs = 4000, 6
    effect = of.minimum_detectable_effect(2.0, runs, runs)
    rng = np.random.default_rng(SEED)
    x, y = rng.normal(effect, 2.0, (runs, trials)), rng.normal(0.0, 2.0, (runs, trials))
    found = (stats.ttest_ind(x, y).pvalue < 0.05) & (x.mean(axis=0) > y.mean(axis=0))
    assert found.mean() == pytest.approx(0.8, abs=3.0 * np.sqrt(0.8 * 0.2 / trials))


# Attractors


@pytest.mark.parametrize(
    ("count", "runs", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_shares_have_the_published_intervals(count, runs, low, high):
    """Newcombe (1998), Statistics in Medicine 17, table I, method 3."""
    shares = of.attractor_shares(["peace"] * count + ["collapse"] * (runs - count))
    assert tuple(shares) == of.ATTRACTORS
    assert shares["peace"] == pytest.approx((count / runs, low, high), abs=5e-5)
    assert shares["bipolar"].value == 0.0 < shares["bipolar"].high


# Too little data, and bad data

FEW = scores_of(LEAST_UNITS - 1, 9, 2)
RULE = Scores([np.zeros((1, LEAST_UNITS - 1, 2))], trained=False)


@pytest.mark.parametrize(
    ("ask", "says"),
    [
        (lambda: of.measure_anchors([1.0], [1.0, 2.0]), "floor: 1 values"),
        (lambda: of.interquartile_mean(np.ones((1, 3))), "3 scores"),
        (lambda: of.share_above(np.ones((0, 3)), CUTS), "0 runs"),
        (lambda: of.improvement(np.ones((2, 3)), np.ones((0, 3))), "0 runs"),
        (lambda: bootstrap(mean_of, FEW, seed=SEED), "4 runs"),
        (lambda: of.performance_profile(FEW, CUTS, SEED), "4 runs"),
        (lambda: of.probability_of_improvement(scores_of(9, 2, 2), FEW, SEED), "4 runs"),
        (lambda: bootstrap(mean_of, RULE, seed=SEED), "4 episodes"),
        (lambda: bootstrap(mean_of, Scores([]), seed=SEED), "0 scenarios"),
        (lambda: bootstrap(mean_of, scores_of(9, 2, 2), seed=SEED, resamples=99), "99 resamples"),
        (lambda: bootstrap(mean_of, scores_of(LEAST_UNITS, 2, 2), seed=SEED, level=0.99), "level 0.99 over 5 units"),
        (lambda: of.holm([]), "0 hypotheses"),
        (lambda: of.equivalence([1.0], [1.0, 2.0], 1.0), "x: 1 values"),
        (lambda: of.equivalence([1.0, 1.0], [2.0, 2.0], 1.0), "some spread"),
        (lambda: of.minimum_detectable_effect(1.0, 1, 9), "1 and 9 runs"),
        (lambda: of.attractor_shares([]), "0 runs"),
    ],
)
def test_too_little_data_say_so(ask, says):
    with pytest.raises(TooLittleData, match=says):
        ask()


@pytest.mark.parametrize(
    ("ask", "says"),
    [
        (lambda: of.anchored_scores([0.0, np.nan], of.Anchors(0.0, 1.0, 0.1)), r"returns: nan at \(1,\)"),
        (lambda: of.anchored_scores([0.0], of.Anchors(0.0, np.inf, 0.1)), "reference: inf"),
        (lambda: of.anchored_scores([0.0], of.Anchors(0.0, 1.0, -0.1)), "standard_error: -0.1"),
        (lambda: of.interquartile_mean([[1.0, np.nan, 1.0, 1.0]]), "nan"),
        (lambda: of.interquartile_mean([1.0, 2.0]), r"shape \(2,\)"),
        (lambda: of.improvement(np.ones((2, 3)), np.ones((2, 1))), "3 scenarios and y 1"),
        (lambda: bootstrap(mean_of, Scores([np.full((9, 2, 2), np.nan)]), seed=SEED), "scenario 0: nan"),
        (lambda: bootstrap(mean_of, Scores([np.ones((9, 2))]), seed=SEED), r"shape \(9, 2\)"),
        (lambda: bootstrap(mean_of, Scores([np.ones((9, 2, 2)), np.ones((8, 2, 2))]), seed=SEED), r"\[8, 9\] runs"),
        (lambda: bootstrap(mean_of, Scores([np.ones((9, 2, 2))], trained=False), seed=SEED), "9 runs of a rule"),
        (lambda: bootstrap(mean_of, scores_of(9, 2, 2), seed=SEED, level=95.0), "level: 95.0"),
        (lambda: of.share_above(np.ones((2, 3)), 0.5), r"thresholds: shape \(\)"),
        (lambda: of.holm([0.1, 1.1]), r"0\.\.1"),
        (lambda: of.equivalence([1.0, 2.0], [1.0, 3.0], 0.0), "margin: 0.0"),
        (lambda: of.equivalence([1.0, 2.0], [1.0, 3.0], 1.0, alpha=0.5), "alpha: 0.5"),
        (lambda: of.minimum_detectable_effect(0.0, 9, 9), "deviation: 0.0"),
        (lambda: of.minimum_detectable_effect(1.0, 9, 9, power=0.01), "power: 0.01"),
        (lambda: of.attractor_shares(["peace", "anarchy"]), "attractor: anarchy"),
    ],
)
def test_bad_data_are_named(ask, says):
    with pytest.raises(ValueError, match=says) as caught:
        ask()
    assert not isinstance(caught.value, TooLittleData)
