"""The years of a history that were lived, side by side: what panels are made of, without the years after the ends."""

from __future__ import annotations

import numpy as np

from ..history import History


class Lived:
    """Year by year of world after world, `L` in all.

    Attributes
    ----------
    history : History
    t, w : (L,) int
        Year and world.
    ident : (L, N) int
        Who sits where.
    actor, opening : (L, N) records
        The actors at the year's end, and as it opens.
    living : (L, N) bool
        Who lives as the year opens.
    """

    def __init__(self, history: History) -> None:
        self.history = history
        worlds, years = np.nonzero(history.going[1:].T)
        self.t, self.w = years + 1, worlds
        self.actor, self.opening = self.now(history.actor), self.before(history.actor)
        self.ident: np.ndarray = self.actor["ident"]
        self.living: np.ndarray = self.opening["alive"] > 0
        self._pairs: dict[tuple[str, bool], np.ndarray] = {}

    def now(self, values: np.ndarray) -> np.ndarray:
        """Values (T + 1, W, ...) of the years, (L, ...)."""
        return values[self.t, self.w]

    def before(self, values: np.ndarray) -> np.ndarray:
        """The same of the years before: as each opens."""
        return values[self.t - 1, self.w]

    def pair(self, field: str, *, opens: bool) -> np.ndarray:
        """A field between actors (L, N, N) at the year's end, or as it `opens`; gathered once."""
        key = field, opens
        if key not in self._pairs:
            self._pairs[key] = (self.before if opens else self.now)(self.history.pair[field])
        return self._pairs[key]
