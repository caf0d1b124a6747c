"""Trained policies as functions `(rows, masks, draws) -> actions`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from sb3_contrib import MaskablePPO
from sb3_contrib.common.maskable.policies import MaskableActorCriticPolicy

Policy = Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]


def as_function(network: MaskableActorCriticPolicy) -> Policy:
    """The policy of a network: rows (n, D), masks (n, A) and uniform draws (n,) to actions (n,).

    Draws come from outside, so that compared policies share them and a run can be repeated.
    """

    def act(rows: np.ndarray, masks: np.ndarray, draws: np.ndarray) -> np.ndarray:
        network.set_training_mode(False)
        with torch.no_grad():
            chosen_from: Any = network.get_distribution(torch.as_tensor(rows), masks).distribution
        return drawn(chosen_from.probs, draws)

    return act


def drawn(chances: torch.Tensor, draws: np.ndarray) -> np.ndarray:
    """Actions (n,) with `chances` (n, A), by one uniform draw (n,) each."""
    reached = chances.double().cumsum(-1).numpy()
    return (reached < draws[:, None] * reached[:, -1:]).sum(-1)


def load_policy(path: str | Path) -> Policy:
    """The policy saved in a checkpoint.

    Raises
    ------
    ValueError
        If there is no such file.
    """
    if not Path(path).is_file():
        raise ValueError(f"there is no checkpoint {str(path)!r}")
    return as_function(MaskablePPO.load(path, device="cpu").policy)
