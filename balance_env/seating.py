"""Who sits in the seats of a batch: ids that the kernel reads, and the trained players who act beside it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from .core.world import NOBODY, Clock, World
from .doctrines import Script
from .players import LEARNER, Team, load_player
from .policies import Window
from .scenario import Scenario

FIRST_TRAINED = NOBODY - 1  # id of a batch's first trained player; the next ones count down
Players = str | Path | Sequence[str | Path] | np.ndarray | None


class Seating:
    """Who plays the seats of a batch. The worlds hold ids: this knows which player an id means.

    An id from 0 is a doctrine's, NOBODY is a learner, and the trained players of the batch count down from there.

    Parameters
    ----------
    scenario : Scenario
        Which every trained player must fit.
    worlds, actors, row_size : int
        W, N and D of the batch.
    """

    def __init__(self, scenario: Scenario, worlds: int, actors: int, row_size: int) -> None:
        self.scenario, self.shape, self.row_size = scenario, (worlds, actors), row_size
        self.names: list[str] = []
        self.teams: list[Team] = []
        self.window: Window | None = None  # of the last years, where a player remembers

    def id_of(self, name: str | Path) -> int:
        """The id of the player called `name`, who may then sit in this batch; ValueError as of `load_player`."""
        name = str(name)
        if name == LEARNER:
            return NOBODY
        if name not in self.names:
            player = load_player(name, self.scenario)
            if isinstance(player, Script):
                return int(player)
            self.names.append(name)
            self.teams.append(player)
            self._remember(player.years)
        return FIRST_TRAINED - self.names.index(name)

    def _remember(self, years: int) -> None:
        """Keep the rows of at least so many years from now on."""
        kept = np.zeros((0, 0), np.float32) if self.window is None else self.window.rows
        if years > 1 and kept.shape[1] < years * self.row_size:
            self.window = Window(years, self.shape[0] * self.shape[1], self.row_size)
            if kept.size:
                self.window.rows[:, -kept.shape[1] :] = kept

    def spell(self, ids: np.ndarray) -> np.ndarray:
        """What the players with these ids are called."""
        names = np.array([*self.names[::-1], LEARNER, *(script.name.lower() for script in Script)])
        return names[ids + len(self.names) - NOBODY]

    def ids(self, players: Players) -> np.ndarray:
        """Ids int32 of players, one for all seats (), one a seat (N,) or (W, N): given by name or by ids known here.

        Raises
        ------
        ValueError
            For an unknown name or id, and for another number of seats or worlds.
        TypeError
            For what is neither a name, a path nor a whole number.
        """
        given = np.asarray(NOBODY if players is None else players)
        if given.shape not in ((), self.shape[1:], self.shape):
            raise ValueError(f"players have shape {given.shape}: one, one a seat {self.shape[1:]} or {self.shape}")
        if given.dtype.kind not in "iu":
            named = given.ravel().tolist()
            if wrong := [name for name in named if not isinstance(name, str | Path)]:
                raise TypeError(f"players: {wrong[0]!r} is no player: names, paths of policies, or whole ids")
            id_by_name = {name: self.id_of(name) for name in dict.fromkeys(named)}
            return np.vectorize(id_by_name.__getitem__, otypes=[np.int32])(given)
        least, most = FIRST_TRAINED - len(self.names) + 1, len(Script) - 1
        if given.min() < least or given.max() > most:
            raise ValueError(f"players {given.min()}..{given.max()}: ids {least} to {most} are known here")
        return given.astype(np.int32)

    def act(self, worlds: World, rows: np.ndarray, masks: np.ndarray, draws: np.ndarray, actions: np.ndarray) -> None:
        """Write the actions of the trained players into `actions` (W, N), by one uniform draw (W, N) each."""
        player, alive = worlds.actor["player"], worlds.actor["alive"] != 0
        if self.window is not None:
            begins = np.repeat(worlds.clock[:, Clock.YEAR] == 0, self.shape[1])
            rows = self.window.see(rows.reshape(-1, self.row_size), begins).reshape(*self.shape, -1)
        actions[player <= FIRST_TRAINED] = 0  # the fallen have no other
        for number, team in enumerate(self.teams):
            chosen = alive & (player == FIRST_TRAINED - number)
            if chosen.any():
                seen = rows[chosen][:, -team.years * self.row_size :]
                actions[chosen] = team(seen, masks[chosen], draws[chosen], np.nonzero(chosen)[1])

    def fork(self, chosen: np.ndarray) -> Seating:
        """The seating of copies of the worlds `chosen` (M,), whose players remember what theirs do."""
        forked = Seating(self.scenario, len(chosen), self.shape[1], self.row_size)
        forked.names, forked.teams = list(self.names), list(self.teams)
        if self.window is not None:
            kept = self.window.rows.reshape(*self.shape, -1)[chosen]
            forked._remember(kept.shape[2] // self.row_size)
            assert forked.window is not None
            forked.window.rows[...] = kept.reshape(forked.window.rows.shape)
        return forked

    def get_state(self) -> dict[str, Any]:
        """A picklable snapshot: names, versions and memories of the trained players."""
        rows = None if self.window is None else self.window.rows.copy()
        return {"names": list(self.names), "versions": [team.version for team in self.teams], "rows": rows}

    def set_state(self, snapshot: dict[str, Any], players: np.ndarray) -> np.ndarray:
        """Return to a snapshot; the ids here of those that were `players` there.

        Raises
        ------
        ValueError
            If a trained player is not to be found, or has been trained anew since.
        """
        ids = [self.id_of(name) for name in snapshot["names"]]
        for name, version in zip(snapshot["names"], snapshot["versions"], strict=True):
            if self.teams[self.names.index(name)].version != version:
                raise ValueError(f"the snapshot's player {name!r} has other weights than the one that is there now")
        if self.window is not None:
            self.window.rows[...] = 0.0
            if (kept := snapshot["rows"]) is not None:
                self.window.rows[:, -kept.shape[1] :] = kept
        here = np.array([*ids, NOBODY], np.int32)  # by how far below the first; a place for those who are none
        return np.where(players <= FIRST_TRAINED, here[np.maximum(FIRST_TRAINED - players, -1)], players)
