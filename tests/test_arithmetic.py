"""Plain arithmetic against the mathematics library, over the range that rules use."""

from __future__ import annotations

import math

import numpy as np
import pytest

from balance_env.core.arithmetic import LARGEST, exp, ln, logistic, power

SPREAD = np.random.default_rng(0).uniform(-1.0, 1.0, 4000)
CLOSE = 7e-16  # relative; three units in the last place are at most 6.7e-16


@pytest.mark.parametrize("scale", [1e-9, 0.3, 5.0, LARGEST])
def test_exp_is_the_exponential(scale):
    for x in scale * SPREAD:
        assert exp(x) == pytest.approx(math.exp(x), rel=CLOSE, abs=0.0)


def test_exp_of_nothing_is_one_and_what_is_out_of_range_is_cut():
    assert exp(0.0) == 1.0
    assert exp(1e6) == exp(LARGEST)
    assert exp(-1e6) == exp(-LARGEST) > 0.0


@pytest.mark.parametrize("scale", [1e-6, 0.4, 20.0, LARGEST])
def test_ln_is_the_natural_logarithm(scale):
    for x in np.exp(scale * SPREAD):
        assert ln(x) == pytest.approx(math.log(x), rel=CLOSE, abs=1e-16)


def test_ln_of_one_is_nothing():
    assert ln(1.0) == 0.0


@pytest.mark.parametrize("exponent", [0.0, 0.5, 1.0, 1.7])
def test_power_is_the_power(exponent):
    for x in np.abs(SPREAD):
        assert power(x, exponent) == pytest.approx(x**exponent, rel=1e-14)
    assert power(0.0, exponent) == 0.0**exponent
    assert power(0.3, 1.0) == 0.3


def test_logistic_turns_log_odds_into_chances():
    assert logistic(0.0) == 0.5
    assert logistic(math.log(3.0)) == pytest.approx(0.75)
    assert logistic(-600.0) == pytest.approx(0.0, abs=1e-200)
