"""A map in plain text: where states lie, and who borders on whom."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

COLUMNS, ROWS = 76, 21
DOT = "·"


def spread_out(coordinate: np.ndarray) -> np.ndarray:
    """Places (N,) in 0..1, halfway between true to scale and evenly spaced, so that crowds can be read."""
    extent = np.ptp(coordinate)
    scaled = (coordinate - coordinate.min()) / extent if extent > 0 else np.full(len(coordinate), 0.5)
    order = np.argsort(np.argsort(coordinate, kind="stable"), kind="stable")
    return 0.4 * scaled + 0.6 * order / max(1, len(coordinate) - 1)


def draw_map(position: np.ndarray, is_neighbour: np.ndarray, labels: Sequence[str]) -> list[str]:
    """A sketch: states at their places, dotted lines between land neighbours.

    Parameters
    ----------
    position : (N, 2), east and north; degrees or km.
    is_neighbour : (N, N) bool, land borders.
    labels : (N,) short names.
    """
    wide = max(map(len, labels))
    column = np.rint(spread_out(position[:, 0]) * (COLUMNS - wide)).astype(int)
    row = np.rint((1.0 - spread_out(position[:, 1])) * (ROWS - 1)).astype(int)
    grid = [[" "] * COLUMNS for _ in range(ROWS)]
    for i, j in zip(*np.nonzero(np.triu(is_neighbour, 1)), strict=True):
        steps = max(abs(column[i] - column[j]), abs(row[i] - row[j]), 1)
        for part in np.linspace(0.0, 1.0, steps // 2 + 2):
            r = round(row[i] + part * (row[j] - row[i]))
            c = round(column[i] + part * (column[j] - column[i]))
            grid[r][c] = DOT
    for i, label in enumerate(labels):
        for n, letter in enumerate(f"{label}"):
            grid[row[i]][column[i] + n] = letter
    return ["".join(line).rstrip() for line in grid]
