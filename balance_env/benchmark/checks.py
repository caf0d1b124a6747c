"""What data must be for a statistic of them to mean anything."""

from __future__ import annotations

from typing import Any

import numpy as np

LEAST_FOR_SPREAD = 2  # values; one has no spread

Array = np.ndarray[Any, np.dtype[Any]]


class TooLittleData(ValueError):
    """The data cannot carry the answer that was asked of them; a report prints this message in place of a number."""


def finite(name: str, values: Any) -> Array:
    """Values as floats; ValueError names the first that is missing or infinite."""
    array = np.asarray(values, dtype=float)
    wrong = np.argwhere(~np.isfinite(array))
    if len(wrong):
        place = tuple(wrong[0].tolist())
        raise ValueError(f"{name}: {array[place]} at {place}; all values must be finite")
    return array


def sample(name: str, values: Any) -> Array:
    """Values (n,) as two or more finite floats; ValueError for another shape."""
    array = finite(name, values)
    if array.ndim != 1:
        raise ValueError(f"{name}: shape {array.shape}; it must have one axis")
    if array.size < LEAST_FOR_SPREAD:
        raise TooLittleData(f"{name}: {array.size} values; a spread needs {LEAST_FOR_SPREAD} or more")
    return array


def fraction(name: str, value: float, below: float = 1.0) -> None:
    """ValueError for a level that is not between 0 and `below`, ends excluded."""
    if not 0.0 < value < below:
        raise ValueError(f"{name}: {value}; it must lie between 0 and {below:g}")
