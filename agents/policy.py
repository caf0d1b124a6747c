"""Trained policies: how a run writes those that it leaves behind, and how they are read, zips of others included."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import save as to_safetensors

from balance_env import Scenario, players
from balance_env.files import write_whole
from balance_env.players import Team
from balance_env.policies import CARD, WEIGHTS
from balance_env.policies import Policy as OfRows

Policy = Callable[
    [np.ndarray, np.ndarray, np.ndarray, np.ndarray], np.ndarray
]  # (rows, masks, draws, seats) -> actions


def save_policy(weights: dict[str, np.ndarray], card: Mapping[str, Any], folder: Path) -> None:
    """Write a policy folder. The card comes last and names the hash of the weights: a torn pair is noticed."""
    content = to_safetensors({name: np.ascontiguousarray(array) for name, array in weights.items()})
    write_whole(folder / WEIGHTS, content)
    whole = {**card, "weights": {"sha256": hashlib.sha256(content).hexdigest()}}
    write_whole(folder / CARD, (json.dumps(whole, indent=1) + "\n").encode())


def load_team(path: str | Path, scenario: Scenario | None = None, *, allow_pickle: bool = False) -> Team:
    """The player in a policy folder, a run folder, or a zip of Stable-Baselines3.

    A zip holds pickles, which run what their maker wrote: it is read only where `allow_pickle` says so.

    Raises
    ------
    ValueError
        If there is no policy, or it does not fit the scenario (a zip says nothing of what it was made for).
    """
    if Path(path).suffix == ".zip":
        return Team([_read_zip(Path(path), allow_pickle)])
    return players.load_team(path, scenario)


def _read_zip(path: Path, allow_pickle: bool) -> OfRows:
    if not path.is_file():
        raise ValueError(f"there is no policy {str(path)!r}")
    if not allow_pickle:
        raise ValueError(f"{str(path)!r} holds pickles, which can run any code: allow them if you trust its maker")
    import torch
    from sb3_contrib import MaskablePPO

    network = MaskablePPO.load(path, device="cpu").policy

    def act(rows: np.ndarray, masks: np.ndarray, draws: np.ndarray) -> np.ndarray:
        network.set_training_mode(False)
        with torch.no_grad():
            chosen_from: Any = network.get_distribution(torch.as_tensor(rows), masks).distribution
        return drawn(chosen_from.probs.numpy(), draws)

    return act


def drawn(chances: np.ndarray, draws: np.ndarray) -> np.ndarray:
    """Actions (n,) with `chances` (n, A), by one uniform draw (n,) each."""
    reached = chances.astype(float).cumsum(-1)
    return (reached < draws[:, None] * reached[:, -1:]).sum(-1)
