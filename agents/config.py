"""What a training run is: one model of its settings; YAML files hold what differs from it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from balance_env import Scenario, load_scenario
from balance_env.files import LOCK, held, write_whole
from balance_env.strict import unknown

Count = Annotated[int, Field(ge=1)]
Share = Annotated[float, Field(ge=0.0, le=1.0)]
RESOLVED = "config.yaml"  # of a run folder
# Keys that RLlib's learner has nothing for: its module is flat and sees one year, all its seats learn, and its
# schedules count years of a runner, of which a run has no fixed number.
NOT_WITH_RLLIB = ("network", "years", "critic", "anneal", "start", "learning_seats", "common_pay", "population")
CENTRAL = "central"  # critic
PAST = "past"  # in place of an opponent's name: past selves of the learners


class Population(BaseModel):
    """Many runs of one config: every seed with every mix of designs."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    seeds: Count  # counted from the config's own
    mixes: Annotated[list[list[str | dict[str, float]]], Field(min_length=1)]  # each takes the place of `designs`
    jobs: Count = 2  # runs at a time


class Config(BaseModel):
    """The settings of a run. Defaults of the learner are those of Stable-Baselines3 where it has any."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    # the game
    scenario: str = "powers_1913"  # a name, or the path of a YAML file
    overrides: dict[str, Any] = {}  # of the scenario's keys and of parameters
    designs: list[str | dict[str, float]] | None = None  # what states want, drawn each episode; null: the scenario's
    # how much
    seed: Annotated[int, Field(ge=0, lt=2**32)] = 0
    steps: Count = 1_000_000  # agent-steps: one seat, one year, whoever holds it; rounded up to whole iterations
    worlds: Count = 32
    threads: Count = 1  # of the worlds
    torch_threads: Count = 2  # that fit the network; they change no bit
    checkpoints: Count = 5  # spread over the run; the last is the trained policy
    eval_worlds: Annotated[int, Field(ge=0)] = 100  # paired worlds a design after training; 0: no evaluation
    # with what, and where
    framework: Literal["sb3", "rllib"] = "sb3"
    runners: Annotated[int, Field(ge=0)] = 0  # processes with `worlds` worlds each; 0: the learner's own (rllib)
    # who learns, among whom: see `agents.casting`
    learners: Literal["shared", "design", "seat"] = "shared"  # one for all, one a design, one a seat
    learning_seats: Count | None = None  # of a world, drawn each episode; null: all
    opponents: list[str] = []  # in the other seats, as likely each: players by name or path, or `past`
    draw: Literal["uniform", "prioritised"] = "uniform"  # prioritised: rather those beside whom learners fare worse
    common_pay: bool = False  # learning seats of a world are paid the mean of what they earn
    start: str | None = None  # a run or a policy, by path, whose weights the learners begin with; null: random ones
    # many runs in place of one: see `agents.population`
    population: Population | None = None
    # the learner
    learning_rate: Annotated[float, Field(gt=0.0)] = 3e-4
    anneal: bool = False  # the learning rate falls to 0 over the run
    n_steps: Count = 2048  # years between updates
    batch_size: Annotated[int, Field(ge=3)] = 64  # an odd number of rows, in twos, would leave one without a spread
    epochs: Count = 10
    gamma: Share = 0.99
    gae_lambda: Share = 0.95
    clip_range: Annotated[float, Field(gt=0.0)] = 0.2
    ent_coef: Annotated[float, Field(ge=0.0)] = 0.0
    vf_coef: Annotated[float, Field(ge=0.0)] = 0.5
    network: Literal["pooled", "dyads", "recurrent", "mlp"] = "pooled"  # see `balance_env.networks`
    years: Count = 1  # whose rows the network sees at once: its memory, where intent is hidden
    width: Count = 64  # of every layer of the network
    critic: Literal["own", "central"] = "own"  # central: one that sees the true world, while it learns

    def load_scenario(self) -> Scenario:
        """The scenario with the run's overrides; ValueError names what is wrong with them."""
        designs = {} if self.designs is None else {"designs": self.designs}
        return load_scenario(self.scenario, **{**self.overrides, **designs})

    @model_validator(mode="after")
    def _check_whole(self) -> Config:
        if self.framework == "rllib":
            plain = Config()
            for name in NOT_WITH_RLLIB:
                if (value := getattr(self, name)) != (usual := getattr(plain, name)):
                    raise ValueError(f"{name} = {value!r}: not with `framework: rllib`, only {usual!r}")
        elif self.runners:
            raise ValueError(f"runners = {self.runners}: processes of `framework: rllib` alone, else 0")
        if bool(self.opponents) != (self.learning_seats is not None):
            raise ValueError("learning_seats and opponents go together: some seats learn, opponents hold the rest")
        if self.population is not None:
            if not self.eval_worlds:
                raise ValueError("eval_worlds = 0: a population is told by the evaluation of its runs")
            mixes = self.population.mixes
            if len({str(mix) for mix in mixes}) < len(mixes):
                raise ValueError("population.mixes: a mix is there twice")
            for mix in mixes:
                load_scenario(self.scenario, **{**self.overrides, "designs": mix})
        if self.years > 1 and self.load_scenario().targets == "threat":
            raise ValueError("years > 1 with targets: threat: slots change their states from year to year")
        states = len(self.load_scenario().state_names())
        if self.learning_seats is not None and self.learning_seats > states:
            raise ValueError(f"learning_seats = {self.learning_seats}: 1 to {states}, the states of the scenario")
        return self


def _lines(error: ValidationError) -> str:
    """One line for each error, naming the key, what is wrong and what is allowed."""
    lines = []
    for entry in error.errors():
        key = ".".join(str(part) for part in entry["loc"])
        if entry["type"] == "extra_forbidden":
            lines.append(unknown("key", key, Config.model_fields))
        elif entry["type"] == "value_error":  # a sentence of ours, which names the value
            lines.append(entry["msg"].removeprefix("Value error, "))
        else:
            lines.append(f"{key}: {entry['msg']}, given {entry['input']!r}")
    return "\n".join(lines)


def read_config(path: str | Path, settings: Sequence[str] = ()) -> Config:
    """The config in a YAML file, with `key=value` settings over it.

    Settings reach into mappings by dots: `overrides.offence=2`.

    Raises
    ------
    ValueError
        For a missing file, an unknown key or a value out of range, naming it and what is allowed.
    """
    path = Path(path)
    values = _read(path)
    if not values:
        raise ValueError(f"{path} is empty: name a `base` or the keys that differ from the usual")
    for setting in settings:
        key, equals, text = setting.partition("=")
        if not equals:
            raise ValueError(f"--set {setting!r}: key=value is needed")
        *outer, last = key.split(".")
        inner = values
        for part in outer:
            inner = inner.setdefault(part, {})
            if not isinstance(inner, dict):
                raise ValueError(f"--set {setting!r}: {part!r} is not a mapping")
        inner[last] = _parse(setting, text)
    try:
        config = Config.model_validate(values)
    except ValidationError as error:
        raise ValueError("\n".join(f"{path}: {line}" for line in _lines(error).splitlines())) from None
    return config


def _read(path: Path, above: tuple[Path, ...] = ()) -> dict[str, Any]:
    """Values in a YAML file, laid over those of the config beside it that it names as `base`."""
    if not path.is_file():
        known = sorted(str(file) for folder in (path.parent, Path("configs")) for file in folder.glob("*.yaml"))
        raise ValueError(f"there is no config {str(path)!r}. There are: {', '.join(dict.fromkeys(known)) or 'none'}")
    try:
        values = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise ValueError(f"{path} is not YAML: {error}") from None
    values = {} if values is None else values
    if not isinstance(values, dict):
        raise ValueError(f"{path} holds no mapping of keys to values")
    base = values.pop("base", None)
    if base is None:
        return values
    lower = Path(os.path.normpath(path.parent / str(base)))
    if lower in (*above, path):
        raise ValueError(f"{path}: base: {base!r} rests on this file itself")
    return {**_read(lower, (*above, path)), **values}


def _parse(setting: str, text: str) -> Any:
    """A value of YAML; 1e-3 is a number here, though YAML 1.1 reads a text."""
    try:
        value = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ValueError(f"--set {setting!r} is not YAML: {error}") from None
    try:
        return float(value) if isinstance(value, str) else value
    except ValueError:
        return value


def load_run(folder: str | Path) -> Config:
    """The config of a run folder; ValueError if it is none."""
    path = Path(folder) / RESOLVED
    if not path.is_file():
        raise ValueError(f"{str(folder)!r} is not a run folder: it has no {RESOLVED}")
    return read_config(path)


def write_config(config: Config, folder: Path) -> None:
    """Write the resolved config of a run folder."""
    write_whole(folder / RESOLVED, yaml.safe_dump(config.model_dump(), sort_keys=False).encode())


def new_run_folder(given: str | None, config_name: str, seed: int, root: Path = Path("runs")) -> Path:
    """A folder for a run, made now: the one given, or the first free of `runs/<config>-<seed>-<n>`.

    Raises
    ------
    ValueError
        If the given folder exists, or none can be made.
    """
    counted = (root / f"{config_name}-{seed}-{number}" for number in count(1))
    for folder in counted if given is None else [Path(given)]:
        try:
            folder.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ValueError(f"the run folder {str(folder)!r} cannot be made: {error.strerror}") from None
        try:
            folder.mkdir()  # and not asked for before: another process may make it in between
        except FileExistsError:
            continue
        except OSError as error:
            raise ValueError(f"the run folder {str(folder)!r} cannot be made: {error.strerror}") from None
        return folder
    raise ValueError(f"the run folder {given!r} exists: name another, or leave --run out for the next free one")


@contextmanager
def held_anew(folder: Path, config: Config) -> Iterator[None]:
    """Within this context a folder that was made now is the run's; one refused before it wrote anything leaves none."""
    write_config(config, folder)
    try:
        with held(folder):
            yield
    except ValueError:
        if {path.name for path in folder.iterdir()} == {RESOLVED, LOCK}:
            shutil.rmtree(folder)  # else the same command would be refused for the folder it left
        raise
