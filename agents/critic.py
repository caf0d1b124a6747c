"""A critic that sees all: the true world stands before every row, where the critic looks and the actor does not."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from gymnasium import spaces
from stable_baselines3.common.vec_env import VecEnvWrapper
from torch import Tensor, nn

from balance_env.adapters.sb3 import SB3VecEnv
from balance_env.core.pieces import OTHERS_START, relations_of, state_size

WIDTH = 64  # of the critic's layers, as Stable-Baselines3's own: it is flat and reads hundreds of numbers


def places(actors: int) -> np.ndarray:
    """Where the numbers of the true state (S,) stand for each seat (N, S): its own first, then those of its slots."""
    every = np.arange(state_size(actors))
    blocks, graph = every[: actors * OTHERS_START].reshape(actors, -1), relations_of(every, actors)
    seats = [(seat + np.arange(actors)) % actors for seat in range(actors)]
    return np.stack(
        [np.concatenate([blocks[order].ravel(), graph[np.ix_(order, order)].ravel(), every[-1:]]) for order in seats]
    )


class WithTruth(VecEnvWrapper):
    """Puts the true world, as seen from the slot's seat, before every row.

    Parameters
    ----------
    venv : VecEnv
        Whose rows are to be completed.
    states : SB3VecEnv
        That it wraps, made with `state=True`.

    Attributes
    ----------
    size : int
        S, how many numbers stand before a row.

    Raises
    ------
    ValueError
        If the batch does not look at its true worlds.
    """

    def __init__(self, venv: Any, states: SB3VecEnv) -> None:
        if not states.slots.gives_state:
            raise ValueError("a central critic needs SB3VecEnv(..., state=True)")
        self.states, self.places = states, places(states.batch.num_actors)
        truth, row = states.batch.state_space, venv.observation_space
        low, high = (np.concatenate([getattr(of, end) for of in (truth, row)]) for end in ("low", "high"))
        self.size = len(truth.low)
        super().__init__(venv, observation_space=spaces.Box(low, high))

    def _seen(self, truth: np.ndarray | None) -> np.ndarray:
        assert truth is not None  # the batch looks
        return truth[:, self.places].reshape(self.num_envs, self.size)

    def reset(self) -> np.ndarray:
        """Start episodes."""
        rows = self.venv.reset()
        return np.concatenate([self._seen(self.states.slots.state), rows], 1)

    def step_wait(self) -> Any:
        """One year; last rows are completed by the last truth."""
        rows, rewards, dones, infos = self.venv.step_wait()
        if dones.any():
            last = self._seen(self.states.slots.last_state)
            for slot in np.flatnonzero(dones):
                told = infos[slot]
                told["terminal_observation"] = np.concatenate([last[slot], told["terminal_observation"]])
        return np.concatenate([self._seen(self.states.slots.state), rows], 1), rewards, dones, infos


class Critic(nn.Module):
    """What a state may expect (B,), told by the true world and its row (B, S + D).

    Source: Yu et al. 2022, whose critics see the world from their agent, too.
    """

    def __init__(self, size: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(size, WIDTH), nn.Tanh(), nn.Linear(WIDTH, WIDTH), nn.Tanh(), nn.Linear(WIDTH, 1)
        )
        for layer in self.layers:
            if isinstance(layer, nn.Linear):
                nn.init.orthogonal_(layer.weight, math.sqrt(2.0) if layer.out_features > 1 else 1.0)
                nn.init.zeros_(layer.bias)

    def forward(self, seen: Tensor) -> Tensor:
        """The expected returns."""
        return self.layers(seen)[:, 0]
