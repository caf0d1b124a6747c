"""Memory of worlds: where arrays begin, and how the few that are concerned are found among many."""

from __future__ import annotations

import numpy as np
import pytest
from numba import njit

from balance_env import VectorEnv
from balance_env.core.intrinsics import CACHE_LINE
from balance_env.core.scratch import next_set
from balance_env.core.world import zeros


@pytest.mark.parametrize("shape", [1, (3,), (5, 7), (2, 3, 4)])
@pytest.mark.parametrize("kind", [np.float64, np.int8, np.dtype([("a", "i4"), ("b", "f8")])])
def test_arrays_are_zeroed_and_begin_with_a_cache_line(shape, kind):
    for _ in range(8):
        array = zeros(shape, kind)
        assert array.shape == np.zeros(shape).shape
        assert array.dtype == kind
        assert array.flags.c_contiguous
        assert array.flags.writeable
        assert array.ctypes.data % CACHE_LINE == 0
        assert not array.tobytes().strip(b"\0")


def test_all_that_a_batch_holds_begins_with_a_cache_line():
    batch = VectorEnv("small", 5)
    for array in (*batch.worlds, *batch.outputs):
        assert array.ctypes.data % CACHE_LINE == 0


@pytest.mark.parametrize("size", [1, 3, 7, 8, 9, 20, 64])
@pytest.mark.parametrize("find", [next_set, lambda numbers, start: _compiled(numbers, start)], ids=["rule", "within"])
def test_those_that_are_set_are_found_in_order(find, size):
    generator = np.random.default_rng(size)
    for density in (0.0, 0.1, 0.5, 1.0):
        set_ones = generator.choice([-2.5, 1e-300, np.inf, np.nan], size)
        numbers = np.where(generator.random(size) < density, set_ones, 0.0)
        numbers[generator.integers(size)] *= -1.0  # a negative zero is not set
        found, start = [], 0
        while (start := find(numbers, start)) < size:
            found.append(start)
            start += 1
        assert start == size
        assert found == np.flatnonzero(numbers != 0.0).tolist()


@njit
def _compiled(numbers, start):
    return next_set(numbers, start)
