"""Trained policies: the team that a run leaves behind, how it is written and how it is read."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import save as to_safetensors

from balance_env import Scenario, row_table
from balance_env.core.pieces import WEIGHT_SCALE
from balance_env.files import write_whole
from balance_env.policies import CARD, WEIGHTS, LearnedPolicy, load_policy
from balance_env.policies import Policy as OfRows

SHARED, BY_DESIGN, BY_SEAT = "shared", "design", "seat"
POLICIES = "policies"  # of a run folder: one policy folder for each learner
Policy = Callable[
    [np.ndarray, np.ndarray, np.ndarray, np.ndarray], np.ndarray
]  # (rows, masks, draws, seats) -> actions


class Team:
    """Policies of one run as one player: who acts is told by the weights in the row, or by the seat.

    Parameters
    ----------
    policies : sequence of functions (rows, masks, draws) to actions
    by : "shared", "design" or "seat"
    designs : (M, K), optional
        Weights of the design that each policy serves, where they are apart by design.
    years : int
        How many years stand side by side in the rows they take: see `balance_env.policies.Window`.
    """

    def __init__(
        self, policies: Sequence[OfRows], by: str = SHARED, designs: np.ndarray | None = None, years: int = 1
    ) -> None:
        self.policies, self.by, self.designs = policies, by, designs
        self.years = years
        names = [name for name, *_ in row_table(2)]
        self.columns = [n for n, name in enumerate(names) if name.startswith("weight.")]

    def __call__(self, rows: np.ndarray, masks: np.ndarray, draws: np.ndarray, seats: np.ndarray) -> np.ndarray:
        which = self._who(rows, seats)
        actions = np.zeros(len(rows), np.int64)
        for number in np.unique(which):
            chosen = which == number
            actions[chosen] = self.policies[number](rows[chosen], masks[chosen], draws[chosen])
        return actions

    def _who(self, rows: np.ndarray, seats: np.ndarray) -> np.ndarray:
        if self.by == BY_SEAT:
            return seats
        if self.by == BY_DESIGN:
            assert self.designs is not None
            newest = rows[:, rows.shape[1] // self.years * (self.years - 1) :]
            return np.abs(newest[:, None, self.columns] * WEIGHT_SCALE - self.designs).sum(-1).argmin(-1)
        return np.zeros(len(rows), np.int64)


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
        If there is no policy, or it does not fit the scenario.
    """
    path = Path(path)
    if path.suffix == ".zip":
        return Team([_read_zip(path, allow_pickle)])
    if (path / CARD).is_file():
        policy = load_policy(path, scenario)
        return Team([policy], years=policy.architecture.years)
    folders = sorted(card.parent for card in (path / POLICIES).glob(f"*/{CARD}"))
    if not folders:
        raise ValueError(f"{str(path)!r} is neither a policy nor a run with policies")
    policies = [load_policy(folder, scenario) for folder in folders]
    policies.sort(key=lambda policy: policy.card["training"]["learner"])
    return as_team(policies)


def as_team(policies: Sequence[LearnedPolicy]) -> Team:
    """The learners of one run, in order."""
    card = policies[0].card
    years = policies[0].architecture.years
    return Team(policies, card["training"]["learners"], np.array(card["scenario"]["designs"]), years)


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
