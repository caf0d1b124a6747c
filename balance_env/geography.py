"""Where states lie: distances on the globe and on a plane, and the map of anonymous states."""

from __future__ import annotations

import math

import numpy as np

EARTH_RADIUS_KM = 6371.0  # mean radius
GOLDEN_ANGLE = math.pi * (3.0 - math.sqrt(5.0))


def great_circle(latitude: np.ndarray, longitude: np.ndarray) -> np.ndarray:
    """Distances (N, N) in km between places given in degrees (N,), along great circles.

    Source: the haversine formula, Sinnott 1984, Virtues of the haversine, Sky and Telescope 68.
    """
    phi, lam = np.radians(latitude), np.radians(longitude)
    half_phi = np.sin((phi[:, None] - phi) / 2.0) ** 2
    half_lam = np.sin((lam[:, None] - lam) / 2.0) ** 2
    haversine = half_phi + np.cos(phi)[:, None] * np.cos(phi) * half_lam
    return 2.0 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.minimum(1.0, haversine)))


def straight(position: np.ndarray) -> np.ndarray:
    """Distances (N, N) between places (N, 2) on a plane."""
    return np.hypot(*(position[:, None] - position).transpose(2, 0, 1))


def lay_out(states: int, spacing_km: float) -> np.ndarray:
    """Places (N, 2) in km of so many states on a plane, one state per `spacing_km` squared.

    Each next state turns by the golden angle and moves outward as the square root of its rank: the
    density is the same everywhere, and a larger system holds the smaller ones in its middle.
    Source: Vogel 1979, A better way to construct the sunflower head, Mathematical Biosciences 44.
    """
    rank = np.arange(states)
    radius = spacing_km * np.sqrt((rank + 0.5) / math.pi)
    return np.column_stack([radius * np.cos(rank * GOLDEN_ANGLE), radius * np.sin(rank * GOLDEN_ANGLE)])
