"""The scenarios of the package, and the reading of your own."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources
from importlib.resources.abc import Traversable
from numbers import Integral
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ..core.params import ABOUT
from ..scenario import Scenario
from ..strict import error_lines, read_mapping, unknown


def scenario_names() -> list[str]:
    """Names of the scenarios in the package, sorted."""
    return sorted(Path(file.name).stem for file in _folder().iterdir() if file.name.endswith(".yaml"))


def load_scenario(scenario: str | Path | Scenario, **overrides: Any) -> Scenario:
    """A scenario of the package by name, one of your own by path, or one you hold, with overrides.

    Parameters
    ----------
    scenario : name in `scenario_names()`, path of a YAML file, or a Scenario.
    **overrides : fields of `Scenario` and names of `Parameters`, side by side: `states=12, rest=0.03`.

    Raises
    ------
    ValueError
        For an unknown scenario, key or value, naming it, what is allowed and the nearest name;
        and for a number of states where the scenario names its states.
    TypeError
        For what is none of the three.
    """
    for key in overrides:
        if key not in Scenario.model_fields and key not in ABOUT:
            raise ValueError(unknown("override", key, [*Scenario.model_fields, *ABOUT]))
    if isinstance(scenario, Scenario):
        name, values = scenario.name, {field: getattr(scenario, field) for field in scenario.model_fields_set}
    else:
        file = _find(scenario)
        name, values = Path(file.name).stem, _read(file)
    if not overrides and isinstance(scenario, Scenario):
        return scenario
    if isinstance(overrides.get("states"), Integral) and not isinstance(values.get("states"), Integral):
        raise ValueError(f"states = {overrides['states']}: the states of scenario {name!r} are named, not counted")
    parameters = {key: value for key, value in overrides.items() if key in ABOUT}
    fields = {key: value for key, value in overrides.items() if key not in ABOUT}
    values = _overlay(_overlay(values, fields), {"parameters": parameters} if parameters else {})
    try:
        return Scenario.model_validate({"name": name, **values})
    except ValidationError as error:
        raise ValueError("\n".join(f"scenario {name}: {line}" for line in error_lines(error))) from None


def _folder() -> Traversable:
    return resources.files(__name__)


def _find(scenario: str | Path) -> Traversable:
    """The YAML file of a scenario given by name or path."""
    if isinstance(scenario, str) and scenario in scenario_names():
        return _folder() / f"{scenario}.yaml"
    if not isinstance(scenario, str | Path):
        raise TypeError(f"scenario = {scenario!r}: a name, the path of a YAML file, or a Scenario")
    path = Path(scenario)
    if path.is_file():
        return path
    if path.suffix in (".yaml", ".yml"):
        raise ValueError(f"there is no scenario file {str(path)!r}")
    raise ValueError(unknown("scenario", str(scenario), scenario_names()) + "; or the path of a YAML file")


def _read(file: Traversable) -> dict[str, Any]:
    """Values in a YAML file, laid over those of the scenario of the package that it names as `base`."""
    values = read_mapping(file)
    base = values.pop("base", None)
    if base is None:
        return values
    if base not in scenario_names():
        raise ValueError(f"{file.name}: base: {unknown('scenario', str(base), scenario_names())}")
    return _overlay(_read(_folder() / f"{base}.yaml"), values)


def _overlay(values: dict[str, Any], overrides: dict[str, Any]) -> dict[str, Any]:
    """`values` with `overrides` in their place; parameters are laid over one by one."""
    merged = {**values, **overrides}
    lower, upper = values.get("parameters"), overrides.get("parameters")
    if isinstance(lower, Mapping) and isinstance(upper, Mapping):
        merged["parameters"] = {**lower, **upper}
    return merged
