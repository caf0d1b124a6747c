"""Chance without a generator: a draw is a function of (key, year, i, j, purpose).

Nothing is stored and nothing depends on the order of draws, so a world gives the same history
alone, in any batch, on any number of threads and from a snapshot. The mixing steps are those of a
32-bit integer hash with good avalanche (Wellons 2018, "Prospecting for hash functions"), in
numbers that stay exact both in 64-bit machine arithmetic and in plain Python.
"""

from __future__ import annotations

from enum import IntEnum
from statistics import NormalDist

import numpy as np

from .jit import rule

LANE = 0xFFFFFFFF  # a draw lives in 32 bits
CELLS = 1024  # cells of the quantile table of the normal distribution


class Purpose(IntEnum):
    """What a draw is for; one stream each."""

    EPISODE = 0
    SEATS = 1
    START = 2
    GROWTH = 3
    DESIGN = 4
    SHOCK = 5
    MISPERCEPTION = 6
    DISPUTE = 7
    RESOLVE = 8
    STALEMATE = 9
    VICTORY = 10
    SEVERITY = 11
    GOING_ON = 12
    POLICY = 13
    TECHNOLOGY = 14
    IDEOLOGY = 15


@rule
def mix(x):
    """Scramble a 32-bit number: a bijection in which every bit in moves half of the bits out."""
    x = ((x ^ (x >> 16)) * 0x7FEB352D) & LANE
    x = ((x ^ (x >> 15)) * 0x31848BAB) & LANE
    return x ^ (x >> 16)


@rule
def make_key(seed, world, episode):
    """The 62-bit key of world `w`, episode `e` under `reset(seed=s)`: hash(s, w, e)."""
    high = mix((seed & LANE) ^ 0x9E3779B9)
    low = mix(((seed >> 32) & LANE) ^ high)
    high = mix(high ^ (world & LANE))
    low = mix(low ^ high ^ mix(episode & LANE))
    high = mix(high ^ low ^ (episode & LANE))
    return ((high & 0x3FFFFFFF) << 32) | low


@rule
def make_stream(key, year, purpose):
    """The 32-bit stream of a purpose in a year of a world: hoisted out of loops over actors."""
    x = mix((key & LANE) ^ (purpose * 0x3C6EF372 & LANE))
    return mix(x ^ (key >> 32) ^ (year * 0x1E35A7BD & LANE))


@rule
def uniform(stream, i, j):
    """A draw in (0, 1) for the pair (i, j); ids below 65,536."""
    return (mix(stream ^ (int(i) * 65536 + int(j))) + 0.5) / 4294967296.0


QUANTILES = np.array([NormalDist().inv_cdf((cell + 0.5) / CELLS) for cell in range(CELLS)])
# The mean of a cell's ends underestimates the spread of the tails by a hair: restore unit variance.
QUANTILES /= np.sqrt(np.mean((QUANTILES[:-1] ** 2 + QUANTILES[1:] ** 2 + QUANTILES[:-1] * QUANTILES[1:]) / 3))


@rule
def normal(stream, i, j):
    """A standard normal draw for the pair (i, j), by linear interpolation in a quantile table."""
    x = uniform(stream, i, j) * (CELLS - 1)
    cell = int(x)
    return QUANTILES[cell] + (x - cell) * (QUANTILES[cell + 1] - QUANTILES[cell])
