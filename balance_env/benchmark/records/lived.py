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
        self._at = self.t * history.going.shape[1] + worlds  # in arrays with years and worlds flattened
        self.actor, self.opening = self.now(history.actor), self.before(history.actor)
        self.ident: np.ndarray = self.actor["ident"]
        self.living: np.ndarray = self.opening["alive"] > 0
        self._pairs: dict[tuple[str, bool], np.ndarray] = {}

    def now(self, values: np.ndarray) -> np.ndarray:
        """Values (T + 1, W, ...) of the years, (L, ...)."""
        return self._taken(values, self._at)

    def before(self, values: np.ndarray) -> np.ndarray:
        """The same of the years before: as each opens."""
        return self._taken(values, self._at - self.history.going.shape[1])

    def _taken(self, values: np.ndarray, at: np.ndarray) -> np.ndarray:
        """Whole years by one index, which is several times as fast as by two where they are records."""
        return values.reshape(-1, *values.shape[2:]).take(at, axis=0)

    def pair(self, field: str, *, opens: bool) -> np.ndarray:
        """A field between actors (L, N, N) at the year's end, or as it `opens`; gathered once."""
        key = field, opens
        if key not in self._pairs:
            self._pairs[key] = (self.before if opens else self.now)(self.history.pair[field])
        return self._pairs[key]


def largest(values: np.ndarray) -> np.ndarray:
    """The largest along the last axis, which is short: NumPy's own reduction takes up to ten times as long there."""
    most = values[..., 0].copy()
    for k in range(1, values.shape[-1]):
        np.maximum(most, values[..., k], out=most)
    return most


def places(chosen: np.ndarray) -> tuple[np.ndarray, ...]:
    """Where `chosen` is True, as `np.nonzero` says it, but quickly where that is seldom."""
    return tuple(np.unravel_index(np.flatnonzero(chosen), chosen.shape))
