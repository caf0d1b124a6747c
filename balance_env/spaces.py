"""Gymnasium spaces, read from the piece table and the verbs."""

from __future__ import annotations

import numpy as np
from gymnasium import spaces

from .core.actions import action_count
from .core.pieces import row_table, state_size


def row_space(actors: int) -> spaces.Box:
    """Box (D,) of an observation row, float32, bounds by piece."""
    table = row_table(actors)
    low = np.array([entry[1] for entry in table], np.float32)
    high = np.array([entry[2] for entry in table], np.float32)
    return spaces.Box(low, high, dtype=np.float32)


def mask_space(actions: int) -> spaces.Box:
    """Box (A,) of an action mask, int8."""
    return spaces.Box(0, 1, (actions,), np.int8)


def observation_space(actors: int, open_verbs: int, mask_in_obs: bool) -> spaces.Space:
    """The row's Box, or a Dict of `observation` and `action_mask`."""
    if not mask_in_obs:
        return row_space(actors)
    mask = mask_space(action_count(actors, open_verbs))
    return spaces.Dict({"observation": row_space(actors), "action_mask": mask})


def action_space(actors: int, open_verbs: int) -> spaces.Discrete:
    """Discrete(3 + V * (N - 1)); `actions.action_table` names them."""
    return spaces.Discrete(action_count(actors, open_verbs))


def state_space(actors: int) -> spaces.Box:
    """Box (S,) of the true state, float32 in -1..1."""
    return spaces.Box(-1.0, 1.0, (state_size(actors),), np.float32)
