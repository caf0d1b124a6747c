"""Models that refuse by name what they do not know, and say what is allowed."""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterable, Mapping
from importlib.resources.abc import Traversable
from typing import Annotated, Any

import yaml
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)


def within(low: float, high: float, *, is_open: bool = False) -> AfterValidator:
    """A check that a number lies in a range, `low` itself left out where `is_open`."""
    allowed = f"{'above ' if is_open else ''}{low:g}" + (f" to {high:g}" if math.isfinite(high) else ", finite")

    def check(value: float) -> float:
        if not math.isfinite(value) or not low <= value <= high or (is_open and value == low):
            raise ValueError(f"{value!r} is out of range: {allowed}")
        return value

    return AfterValidator(check)


Share = Annotated[float, within(0.0, 1.0)]
Spread = Annotated[float, within(0.0, 2.0)]
Stock = Annotated[float, within(0.0, math.inf)]
Positive = Annotated[float, within(0.0, math.inf, is_open=True)]


class Strict(BaseModel):
    """A frozen model that refuses unknown keys by name, and true or false where a number or a word is meant."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _refuse_unknown_keys(cls, values: Any) -> Any:
        for key in values if isinstance(values, Mapping) else ():
            if key not in cls.model_fields:
                raise ValueError(unknown("key", key, cls.model_fields))
        return values

    @field_validator("*", mode="before")
    @classmethod
    def _refuse_truth_for_a_number(cls, value: Any, info: ValidationInfo) -> Any:
        if isinstance(value, bool) and cls.model_fields[str(info.field_name)].annotation is not bool:
            raise ValueError(f"{value}: true or false is not allowed here")
        return value


def read_mapping(file: Traversable) -> dict[str, Any]:
    """The keys and values of a YAML file; ValueError where it is not YAML or holds something else."""
    try:
        values = yaml.safe_load(file.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise ValueError(f"{file.name} is not YAML: {error}") from None
    if not isinstance(values, dict):
        raise ValueError(f"{file.name} holds no mapping of keys to values")
    return values


def unknown(kind: str, given: Any, allowed: Iterable[str]) -> str:
    """A sentence that names what is unknown, the nearest name and what is allowed."""
    names = list(allowed)
    nearest = difflib.get_close_matches(str(given), names, 1)
    hint = f", did you mean {nearest[0]!r}?" if nearest else "."
    return f"unknown {kind} {given!r}{hint} Allowed: {', '.join(names)}"


def error_lines(error: ValidationError) -> list[str]:
    """One line for each error: path of the key, what is wrong and, where pydantic says it, the value given."""
    lines = []
    for entry in error.errors():
        path = "".join(f"{part}: " if n == len(entry["loc"]) else f"{part}." for n, part in enumerate(entry["loc"], 1))
        is_ours = entry["type"] in ("value_error", "missing")
        given = "" if is_ours else f", given {entry['input']!r}"
        lines.append(path + entry["msg"].removeprefix("Value error, ") + given)
    return lines
