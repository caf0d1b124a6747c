"""Chance: draws are functions of (key, year, ids, purpose), uniform and unrelated to each other."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import pytest

from balance_env.core.draws import LANE, QUANTILES, Purpose, make_key, make_stream, mix, normal, uniform

KEY = make_key(12345, 0, 0)
SIDE = 200
SIGMAS = 4.0  # a test of fixed draws fails only where chance would be rarer than 1 in 10,000


def block(key: int = KEY, year: int = 1, purpose: int = Purpose.SHOCK, draw=uniform) -> np.ndarray:
    """Draws (SIDE, SIDE) for all pairs of ids."""
    stream = make_stream(key, year, int(purpose))
    return np.array([[draw(stream, i, j) for j in range(SIDE)] for i in range(SIDE)])


def are_even(counts: np.ndarray) -> bool:
    """Chi-square, against its mean and spread: as many as its degrees of freedom, sd the root of twice them."""
    statistic = ((counts - counts.mean()) ** 2 / counts.mean()).sum()
    return bool(abs(statistic - (counts.size - 1)) < SIGMAS * np.sqrt(2 * (counts.size - 1)))


def are_unrelated(one: np.ndarray, other: np.ndarray) -> bool:
    """A correlation no larger than chance makes it."""
    return bool(abs(np.corrcoef(one.ravel(), other.ravel())[0, 1]) < SIGMAS / np.sqrt(one.size))


def are_distributed(series: np.ndarray, cumulative) -> bool:
    """Kolmogorov's largest gap between the sorted series and a distribution; 2.23 is 1 in 10,000."""
    gap = np.abs(cumulative(np.sort(series)) - (np.arange(series.size) + 0.5) / series.size).max()
    return bool(gap < 2.23 / np.sqrt(series.size))


@pytest.fixture(scope="module")
def draws() -> np.ndarray:
    return block()


def test_draws_are_uniform(draws):
    counts = np.histogram(draws, bins=100, range=(0, 1))[0]
    assert are_even(counts)
    assert draws.min() > 0.0
    assert draws.max() < 1.0


def test_pairs_of_neighbouring_draws_fill_the_square(draws):
    for one, other in ((draws[:, :-1], draws[:, 1:]), (draws[:-1], draws[1:])):
        counts = np.histogram2d(one.ravel(), other.ravel(), bins=12, range=((0, 1), (0, 1)))[0]
        assert are_even(counts)


@pytest.mark.parametrize(
    "change",
    [
        {"year": 2},
        {"year": 11},
        {"purpose": Purpose.MISPERCEPTION},
        {"purpose": Purpose.RESOLVE},
        {"key": make_key(12345, 1, 0)},
        {"key": make_key(12345, 0, 1)},
        {"key": make_key(12346, 0, 0)},
        {"key": make_key(12345 + 2**32, 0, 0)},
    ],
    ids=str,
)
def test_years_purposes_worlds_episodes_and_seeds_are_unrelated(draws, change):
    assert are_unrelated(draws, block(**change))


def test_a_pair_and_its_reverse_are_unrelated(draws):
    above = np.triu_indices(SIDE, 1)
    assert are_unrelated(draws[above], draws.T[above])


def test_a_stream_over_the_years_is_uniform_and_forgets():
    series = np.array([uniform(make_stream(KEY, year, 5), 3, 3) for year in range(10_000)])
    assert are_distributed(series, lambda x: x)
    for lag in (1, 2, 8):
        assert are_unrelated(series[:-lag], series[lag:])


def test_first_draws_of_neighbouring_seeds_are_uniform():
    series = np.array([uniform(make_stream(make_key(seed, 0, 0), 0, 0), 0, 0) for seed in range(10_000)])
    assert are_distributed(series, lambda x: x)


def test_the_normal_table_has_mean_nought_and_variance_one():
    # piecewise linear between quantiles, each cell with the same chance: its moments are integrals
    low, high = QUANTILES[:-1], QUANTILES[1:]
    assert np.mean((low + high) / 2) == pytest.approx(0.0, abs=1e-12)
    assert np.mean((low**2 + low * high + high**2) / 3) == pytest.approx(1.0, abs=1e-12)


def test_normal_draws_are_normal():
    draws = block(draw=normal).ravel()
    assert are_distributed(draws, np.vectorize(NormalDist().cdf))
    assert abs(draws.mean()) < 4 / SIDE
    assert draws.std() == pytest.approx(1.0, abs=4 / np.sqrt(2) / SIDE)


def test_mixing_loses_nothing():
    # a bijection of 32-bit numbers: no two of a sample meet, and none leaves the lane
    mixed = {mix(x) for x in range(0, LANE, 99_991)}
    assert len(mixed) == len(range(0, LANE, 99_991))
    assert max(mixed) <= LANE


def test_keys_of_worlds_episodes_and_seeds_do_not_meet():
    seeds = (0, 1, 2, 2**31, 2**32, 2**32 + 1, 2**61, 2**62 - 1)
    keys = {make_key(s, w, e) for s in seeds for w in range(40) for e in range(40)}
    assert len(keys) == len(seeds) * 40 * 40
    assert all(0 <= key < 2**62 for key in keys)


def test_every_purpose_has_a_stream_of_its_own():
    streams = {make_stream(KEY, year, int(purpose)) for purpose in Purpose for year in range(200)}
    assert len(streams) == len(Purpose) * 200
