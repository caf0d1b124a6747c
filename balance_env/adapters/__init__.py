"""One leaf per framework; a leaf imports its library, and nothing imports a leaf."""

from __future__ import annotations

import re
import warnings
from importlib import metadata
from typing import NamedTuple

import numpy as np


class Need(NamedTuple):
    """The library that a leaf plugs into, the versions it was tested with, and what to set there to obey masks."""

    package: str
    least: str
    below: str
    masked: str


NEEDS = {  # by the name of the leaf, which is that of its extra
    "sb3": Need(
        "stable-baselines3",
        "2.7",
        "2.10",
        "Learn with sb3_contrib.MaskablePPO, which asks for `action_masks`; PPO knows no masks.",
    ),
    "torchrl": Need(
        "torchrl", "0.11.1", "0.15", 'Give the policy ("agents", "action_mask"), as MaskedCategorical takes it.'
    ),
    "rllib": Need(
        "ray",
        "2.55",
        "2.61",
        "Give the algorithm MaskedModule, and no connector that takes `action_mask` away.",
    ),
    "jax": Need("jax", "0.8", "0.11", "Take scores away by `get_avail_actions(state)` before you draw."),
}


def require(leaf: str) -> None:
    """ImportError that says what to install, if the library of a leaf is missing or of another version."""
    package, least, below, _ = NEEDS[leaf]
    cure = f"balance_env.adapters.{leaf} needs {package}>={least},<{below}: pip install 'balance-env[{leaf}]'"
    try:
        found = metadata.version(package)
    except metadata.PackageNotFoundError:
        raise ImportError(f"{package} is not installed. {cure}") from None
    if not numbers(least) <= numbers(found) < numbers(below):
        raise ImportError(f"{package} {found} is installed. {cure}")


class MaskDropped(UserWarning):
    """A learner chose what its mask rules out: the mask was lost on its way to it."""


def tell_of_dropped_masks(illegal: np.ndarray, leaf: str) -> None:
    """Warn, as often as Python's filters let it, if the batch of a leaf has received illegal actions: what to set."""
    if illegal.any():
        told = "an action that its mask rules out became invest: the mask was dropped on the way to the learner"
        warnings.warn(f"{told}. {NEEDS[leaf].masked}", MaskDropped, stacklevel=3)


def numbers(version: str) -> tuple[int, ...]:
    """The numbers of a version, for comparison: `2.9.2rc1` is (2, 9, 2)."""
    return tuple(int(part) for part in re.match(r"[\d.]*\d", version).group().split("."))  # type: ignore[union-attr]
