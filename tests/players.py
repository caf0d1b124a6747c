"""Classes that enter a benchmark, most of them to do harm: for tests of what that costs."""

from __future__ import annotations

import os
import time

import numpy as np


class First:
    """The first legal action, which is to invest."""

    def act(self, rows, masks):
        return np.argmax(masks, -1)


class Last:
    """The last legal action; can be called, and takes a seed."""

    def __init__(self, seed):
        self.seed = seed

    def __call__(self, rows, masks):
        return masks.shape[1] - 1 - np.argmax(masks[:, ::-1], -1)


class Asking:
    """Takes what else there is to know of whom it acts for."""

    def act(self, rows, masks, seats, draws):
        assert len(seats) == len(draws) == len(rows)
        assert ((draws >= 0.0) & (draws < 1.0)).all()
        return np.zeros(len(rows), int)


class Raising:
    """Gives up in the third year."""

    def __init__(self):
        self.year = 0

    def act(self, rows, masks):
        self.year += 1
        if self.year == 3:
            raise RuntimeError("no more")
        return np.zeros(len(rows), int)


class Hanging:
    """Never answers in the second year."""

    def __init__(self):
        self.year = 0

    def act(self, rows, masks):
        self.year += 1
        if self.year == 2:
            time.sleep(3600)
        return np.zeros(len(rows), int)


class Crashing:
    """Takes its whole process down, as a fault in compiled code would."""

    def act(self, rows, masks):
        os.abort()


class Shapeless:
    """One action for all."""

    def act(self, rows, masks):
        return np.zeros(1, int)


class Fractional:
    """Actions that are no whole numbers."""

    def act(self, rows, masks):
        return np.full(len(rows), 0.5)


class Outside:
    """An action that there is not, for the first row only."""

    def act(self, rows, masks):
        actions = np.zeros(len(rows), int)
        actions[0] = 10**6
        return actions


class Illegal:
    """An action that is masked out, wherever there is one."""

    def act(self, rows, masks):
        return np.argmin(masks, -1)


class Tampering:
    """Writes into what it is handed, by force if need be."""

    def act(self, rows, masks):
        for array in (rows, masks):
            try:
                array.setflags(write=True)
            except ValueError:
                continue
            array[:] = 1
        masks[:] = 1
        return np.zeros(len(rows), int)


class Unmade:
    """Cannot be constructed."""

    def __init__(self):
        raise OSError("no weights here")
