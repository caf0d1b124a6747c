"""Means over groups of runs: held against scipy's tests."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from balance_env.benchmark.checks import TooLittleData
from balance_env.benchmark.statistics import minimum_detectable_effect
from balance_env.benchmark.strata import mean_of

ONE = np.array([0.1, 0.4, -0.2, 0.3, 0.5])
OTHER = np.array([1.0, -2.0, 0.5, 1.5])


def test_one_group_is_students_test():
    found, known = mean_of([ONE]), stats.ttest_1samp(ONE, 0.0)
    assert found.p_of_none == pytest.approx(known.pvalue)
    assert found.interval() == pytest.approx(tuple(known.confidence_interval(0.95)))


@pytest.mark.parametrize("margin", [0.1, 0.5, 1.0])
def test_within_a_margin_by_two_one_sided_tests(margin):
    above = stats.ttest_1samp(ONE, -margin, alternative="greater").pvalue
    below = stats.ttest_1samp(ONE, margin, alternative="less").pvalue
    assert mean_of([ONE]).p_of_more_than(margin) == pytest.approx(max(above, below))
    assert mean_of([-ONE]).p_of_more_than(margin) == pytest.approx(max(above, below))


def test_two_groups_weigh_alike_with_welchs_error_and_freedom():
    """The mean of a group and of another with its sign turned is half of Welch's difference."""
    found, known = mean_of([ONE, -OTHER]), stats.ttest_ind(ONE, OTHER, equal_var=False)
    assert found.value == pytest.approx((ONE.mean() - OTHER.mean()) / 2.0)
    assert found.p_of_none == pytest.approx(known.pvalue)
    assert found.freedom == pytest.approx(known.df)


def test_what_is_found_four_times_in_five_is_found_four_times_in_five():
    found = mean_of([ONE, ONE + 3.0])
    assert found.freedom == pytest.approx(8.0)
    assert found.detectable() == pytest.approx(minimum_detectable_effect(ONE.std(ddof=1), 5, 5) / 2.0)
    rng = np.random.default_rng(0)
    drawn = rng.normal(mean_of([ONE]).detectable(), ONE.std(ddof=1), (4000, 5))
    assert (stats.ttest_1samp(drawn, 0.0, axis=1).pvalue < 0.05).mean() == pytest.approx(0.8, abs=0.02)


def test_runs_that_are_alike_are_as_sure_as_their_cases_and_no_surer():
    with pytest.raises(TooLittleData, match="alike"):
        mean_of([np.ones(5)])
    found = mean_of([np.ones(5)], least_error=0.5)
    assert (found.value, found.error, found.freedom) == (1.0, 0.5, 4.0)
    assert mean_of([ONE], least_error=0.01).error == mean_of([ONE]).error
    with pytest.raises(TooLittleData, match="0 groups"):
        mean_of([])
