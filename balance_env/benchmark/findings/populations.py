"""Who is put together: populations of learned states by what they want, and the doctrines beside them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...core.reward import DESIGNS, design_weights
from ...scenario import LONGEST_GAME
from ...vector import VectorEnv
from ..history import History, watch
from ..whatif.forks import AGE

YEARS = 50  # that a world is watched: the mean life of a world
BATCHES = 10  # of worlds, over which intervals are drawn where there is one player only; design choice
POPULATIONS = {  # what its states want, each by lot
    "offensive": ("offensive",),
    "defensive": ("defensive",),
    "status quo": ("status_quo",),
    "halves": ("offensive", "defensive"),
    "thirds": DESIGNS,
}
SHIPPED = "shipped"  # the trained states of the package, each in the seats that want what it was trained for
RUNS = "runs"  # training runs, where they were trained
MOVED = "moved"  # the same where they were not
SHIPS_AS = "learned_{}"


class Source(NamedTuple):
    """Where the players of a population come from.

    Attributes
    ----------
    name : str
    players : dict of {scenario: {unit: player}}
        A unit is a training run, or a batch of the worlds of one player; a player is a policy that reads what its seat
        wants, a doctrine, or `SHIPPED`.
    populations : sequence of str
        That it is put into.
    forked : sequence of str
        Scenarios in which its worlds are forked.
    """

    name: str
    players: dict[str, dict[int, str]]
    populations: tuple[str, ...]
    forked: tuple[str, ...]


def wanted(batch: VectorEnv) -> np.ndarray:
    """What each seat wants (W, N), as a number of `DESIGNS`."""
    weights = np.array([design_weights(name, batch.parameters) for name in DESIGNS])
    return np.abs(batch.worlds.design[:, :, None] - weights).sum(-1).argmin(-1)


def begin(scenario: str, population: str, player: str, worlds: int, seed: int, endless: bool = False) -> VectorEnv:
    """Worlds of a population at their start; `endless` ones for forks, without the random end."""
    batch = VectorEnv(scenario, worlds, threads=1, autoreset=False, designs=POPULATIONS[population])
    if endless:
        batch.max_cycles = LONGEST_GAME
    batch.reset(seed)
    if player == SHIPPED:
        wants = wanted(batch)
        ids = np.array([batch.player_id(SHIPS_AS.format(design)) for design in DESIGNS])
        batch.set_players(ids[wants])
    else:
        batch.set_players(player)
    return batch


def played(scenario: str, population: str, player: str, worlds: int, seed: int) -> tuple[History, np.ndarray]:
    """What happened in `YEARS` years, and what each seat wanted (W, N)."""
    batch = begin(scenario, population, player, worlds, seed)
    wants = wanted(batch)
    return watch(batch, years=YEARS), wants


def aged(scenario: str, population: str, player: str, worlds: int, seed: int) -> VectorEnv:
    """Worlds that have lived `AGE` years, to be forked."""
    batch = begin(scenario, population, player, worlds, seed, endless=True)
    batch.run(AGE)
    return batch
