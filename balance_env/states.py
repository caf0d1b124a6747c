"""Named states: what they have, where they lie, what lies between them, and what they want."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from numbers import Real
from typing import Annotated, Any

import numpy as np
from pydantic import field_validator, model_validator

from .core.params import Parameters
from .core.reward import DESIGNS, Term, design_weights
from .strict import Positive, Share, Stock, Strict, unknown, within

Pair = tuple[str, str]  # two states, by code or name
Design = str | dict[str, float]  # the name of a design, or weights by term; terms not given weigh 0

TERMS = tuple(term.name.lower() for term in Term)
HEAVIEST_WEIGHT = 100.0


def checked_design(design: Any) -> Design:
    """`design`, a known name or weights of known terms; ValueError says what is allowed."""
    if isinstance(design, str):
        if design not in DESIGNS:
            raise ValueError(unknown("design", design, DESIGNS))
        return design
    if not isinstance(design, Mapping):
        raise ValueError(f"design {design!r} is neither a name ({', '.join(DESIGNS)}) nor weights by term")
    for term, weight in design.items():
        if term not in TERMS:
            raise ValueError(unknown("term", term, TERMS))
        if not isinstance(weight, Real) or not 0.0 <= float(weight) <= HEAVIEST_WEIGHT:
            raise ValueError(f"weight of {term} = {weight!r} is out of range: 0 to {HEAVIEST_WEIGHT:g}")
    return {term: float(weight) for term, weight in design.items()}


def weights_of(designs: Iterable[Design], p: Parameters) -> np.ndarray:
    """Weights (M, K) of designs given by name or by term."""
    return np.array(
        [
            design_weights(design, p) if isinstance(design, str) else [design.get(term, 0.0) for term in TERMS]
            for design in designs
        ],
        float,
    )


class State(Strict):
    """A named state. Its capital lies at a latitude and longitude, or at x and y on a plane."""

    name: str
    code: str | None = None  # a short name for the lists of pairs
    economy: Positive  # output, relative to the other states
    forces: Stock  # stock of forces, relative to the other states
    technology: Annotated[float, within(0.0, 1.0, is_open=True)]  # 1 = the frontier
    ideology: Share
    latitude: Annotated[float, within(-90.0, 90.0)] | None = None  # degrees north
    longitude: Annotated[float, within(-180.0, 180.0)] | None = None  # degrees east
    x: float | None = None  # km east
    y: float | None = None  # km north
    design: Design | None = None  # what it wants, where the scenario's `designs` do not say

    @field_validator("design", mode="before")
    @classmethod
    def _check_design(cls, value: Any) -> Any:
        return value if value is None else checked_design(value)

    @model_validator(mode="after")
    def _check_place(self) -> State:
        given = {key for key in ("latitude", "longitude", "x", "y") if getattr(self, key) is not None}
        if given not in ({"latitude", "longitude"}, {"x", "y"}):
            raise ValueError(f"{self.name}: say where it is by latitude and longitude, or by x and y")
        return self

    @property
    def place(self) -> tuple[float | None, float | None]:
        """(longitude, latitude) in degrees, or (x, y) in km; neither is None once checked."""
        return (self.longitude, self.latitude) if self.is_on_globe else (self.x, self.y)

    @property
    def is_on_globe(self) -> bool:
        """Whether it has a latitude and longitude."""
        return self.latitude is not None


class Borders(Strict):
    """What lies between named states, pair by pair; a pair in no list has land between it."""

    neighbours: tuple[Pair, ...] = ()  # a land border: distance 0
    land: tuple[Pair, ...] = ()
    water: tuple[Pair, ...] = ()  # open water or another continent
