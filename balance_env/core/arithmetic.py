"""Exponentials and logarithms in plain arithmetic, so that a loop over actors runs many at a time.

A call into the system's mathematics library keeps a processor from working on several numbers at
once; these few lines do not, and give the same bits on every machine, within three units in the last
place of the exact value.
"""

from __future__ import annotations

from .intrinsics import bits_of, number_of
from .jit import rule

LARGEST = 700.0  # exponents beyond this are cut: e^700 is near the largest number
PER_LN2 = 1.4426950408889634  # one over ln 2
LN2_HIGH = 0.6931471803691238  # ln 2 in two parts: this one has enough zero bits that its multiples are exact
LN2_LOW = 1.9082149292705877e-10
WHOLE = 6755399441055744.0  # 1.5 * 2^52: a number added to it is rounded to a whole one in its lowest bits
WHOLE_BITS = 0x4338000000000000  # the bits of WHOLE
MANTISSA = 52  # bits of a double behind its exponent
BIAS = 1023  # of the exponent of a double
ROOT_HALF_BITS = 0x3FE6A09E667F3BCD  # the bits of the square root of 1/2


@rule
def exp(x):
    """e^x; x is cut to -700..700.

    Source: 2^n times the Taylor series of what is left, at most ln 2 / 2 (Muller 2016, Elementary Functions).
    """
    x = min(max(x, -LARGEST), LARGEST)
    shifted = x * PER_LN2 + WHOLE
    n = shifted - WHOLE
    r = (x - n * LN2_HIGH) - n * LN2_LOW
    r2 = r * r
    r4 = r2 * r2
    low = (1.0 + r) + r2 * (1.0 / 2.0 + r * (1.0 / 6.0))
    middle = (1.0 / 24.0 + r * (1.0 / 120.0)) + r2 * (1.0 / 720.0 + r * (1.0 / 5040.0))
    high = (1.0 / 40320.0 + r * (1.0 / 362880.0)) + r2 * (1.0 / 3628800.0 + r * (1.0 / 39916800.0))
    series = low + r4 * (middle + r4 * (high + r4 * (1.0 / 479001600.0)))
    return series * number_of((bits_of(shifted) - WHOLE_BITS + BIAS) << MANTISSA)


@rule
def ln(x):
    """The natural logarithm of a positive, normal number.

    Source: n ln 2 plus twice the area tangent's series of (m - 1) / (m + 1), m within the root of 2
    of 1 (Muller 2016, Elementary Functions).
    """
    bits = bits_of(x)
    n = (bits - ROOT_HALF_BITS) >> MANTISSA
    f = number_of(bits - (n << MANTISSA)) - 1.0
    s = f / (2.0 + f)
    z = s * s
    z2 = z * z
    z4 = z2 * z2
    low = (1.0 / 3.0 + z * (1.0 / 5.0)) + z2 * (1.0 / 7.0 + z * (1.0 / 9.0))
    high = (1.0 / 11.0 + z * (1.0 / 13.0)) + z2 * (1.0 / 15.0 + z * (1.0 / 17.0))
    series = z * (low + z4 * (high + z4 * (1.0 / 19.0 + z * (1.0 / 21.0))))
    exponent = number_of(n + WHOLE_BITS) - WHOLE
    return exponent * LN2_HIGH + (2.0 * s + (2.0 * s * series + exponent * LN2_LOW))


@rule
def power(x, exponent):
    """x^exponent for x of 0 or more; x itself for an exponent of 1."""
    if exponent == 1.0:
        return x
    return exp(exponent * ln(x)) if x > 0.0 else (0.0 if exponent > 0.0 else 1.0)


@rule
def logistic(x):
    """1 / (1 + e^-x): from log-odds to a probability."""
    return 1.0 / (1.0 + exp(-x))
