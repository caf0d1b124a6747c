"""What a world starts from: states, map, pacts, wants, open verbs and parameters.

A scenario says what is given, `core.start` what an episode makes of it. Every key is checked: an
unknown one is refused with its name and the nearest that exists. Sizes: `N` states, `M` designs to
choose from, `K` reward terms.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from numbers import Integral, Real
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field, TypeAdapter, field_validator, model_validator

from .core.actions import OBJECT_VERBS
from .core.capability import reach_over
from .core.params import ABOUT, Parameters, check_parameter
from .core.reward import DESIGNS, design_weights
from .core.start import Setting, Template
from .core.world import NOBODY
from .geography import great_circle, lay_out, straight
from .states import TERMS, Borders, Design, Pair, State, checked_design, weights_of
from .strict import Positive, Share, Spread, Stock, Strict, unknown, within

VERBS = tuple(verb.name.lower() for verb in OBJECT_VERBS)
ALWAYS_OPEN = VERBS[:-1]  # all but coerce, which a scenario opens
DRAWN_DESIGNS = ("offensive", "defensive")  # where nothing says what the states want
LONGEST_GAME = 200  # years; the cut of a game whose end is random
FEWEST_STATES, MOST_STATES = 2, 1024
HASHED_DECIMALS = 9  # beyond them machines may differ


def letters(number: int) -> str:
    """Label of an anonymous state: A .. Z, AA, AB, ..."""
    before, last = divmod(number, 26)
    return (letters(before - 1) if before else "") + chr(ord("A") + last)


class Scenario(Strict):
    """What every episode starts from. A scenario that validates has a template."""

    name: str
    description: str = ""
    tags: tuple[str, ...] = ()
    # who and where
    states: int | tuple[State, ...]  # named states, or a number of anonymous equals
    spacing_km: Positive = 1000.0  # anonymous states: one per square of this side
    border_km: Stock = 1300.0  # anonymous states closer than this are neighbours
    borders: Borders = Borders()  # named states: what lies between them
    anonymous: bool = False  # named states, too, are called State A, State B, ...
    permute_seats: bool = False  # who sits where is drawn each episode
    # what is between them and what they want
    pacts: tuple[Pair, ...] = ()  # in force at the start
    institution: Literal["all"] | tuple[str, ...] | None = None  # its members; the parameter `quorum` is its rule
    designs: tuple[Design, ...] | dict[str, Design] | None = None  # drawn each episode, or by state; null: their own
    # what they can do and see
    verbs: tuple[str, ...] = ALWAYS_OPEN  # open verbs with an object: these, or all of VERBS
    targets: Literal["seat", "threat"] = "seat"  # order of the objects of an action
    # how episodes differ
    armament: Stock = 0.4  # stock of forces at the start, per unit of mean output
    economy_spread: Spread = 0.0  # sd of ln output
    forces_spread: Spread = 0.0  # sd of ln forces
    technology_spread: Annotated[float, within(0.0, 0.99)] = 0.0  # largest fall behind the frontier, a share
    ideology_spread: Share = 0.0  # largest shift on the axis
    # how they end
    max_cycles: Annotated[int, within(1, 100_000)] | None = None  # years; null: a random end, cut at LONGEST_GAME
    fallen: Literal["leave", "stay"] = "leave"  # whether the fallen leave or stay as inert rows
    parameters: dict[str, float] = Field(default_factory=dict)  # overrides of `Parameters`

    @field_validator("states", mode="before")
    @classmethod
    def _read_states(cls, value: Any) -> int | tuple[State, ...]:
        if not isinstance(value, Integral | Sequence) or isinstance(value, str):
            raise ValueError(f"{value!r}: a number of anonymous states, or a list of named ones")
        states = int(value) if isinstance(value, Integral) else _STATES.validate_python(value)
        count = states if isinstance(states, int) else len(states)
        if not FEWEST_STATES <= count <= MOST_STATES:
            raise ValueError(f"{count} states: out of range, {FEWEST_STATES} to {MOST_STATES}")
        return states

    @field_validator("institution", mode="before")
    @classmethod
    def _check_institution(cls, value: Any) -> Any:
        if value is None or value == "all" or (isinstance(value, Sequence) and not isinstance(value, str)):
            return value
        raise ValueError(f"{value!r}: a list of members, `all`, or null for none")

    @field_validator("designs", mode="before")
    @classmethod
    def _check_designs(cls, value: Any) -> Any:
        if value is None or isinstance(value, Mapping):
            return value and {state: checked_design(design) for state, design in value.items()}
        if isinstance(value, str) or not isinstance(value, Sequence) or not value:
            raise ValueError(f"{value!r}: a list of designs to draw from, or a mapping of states to designs")
        return [checked_design(design) for design in value]

    @field_validator("verbs")
    @classmethod
    def _check_verbs(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for verb in value:
            if verb not in VERBS:
                raise ValueError(unknown("verb", verb, VERBS))
        if value not in (ALWAYS_OPEN, VERBS):
            allowed = " or ".join(f"[{', '.join(verbs)}]" for verbs in (ALWAYS_OPEN, VERBS))
            raise ValueError(f"[{', '.join(value)}]: {allowed} (`set_players(closed=...)` takes others from a seat)")
        return value

    @field_validator("parameters", mode="before")
    @classmethod
    def _check_parameters(cls, value: Any) -> Any:
        for name, number in value.items() if isinstance(value, Mapping) else ():
            if name not in ABOUT:
                raise ValueError(unknown("parameter", name, ABOUT))
            if isinstance(number, bool) or not isinstance(number, Real):
                raise ValueError(f"parameter {name} = {number!r} is not a number")
            check_parameter(name, float(number))
        return value

    @model_validator(mode="after")
    def _check_whole(self) -> Scenario:
        is_counted = isinstance(self.states, int)
        for field in ("borders",) if is_counted else ("spacing_km", "border_km"):
            if getattr(self, field) != type(self).model_fields[field].default:
                raise ValueError(f"{field} says nothing where states are {'counted' if is_counted else 'named'}")
        self._index()
        self.template()
        return self

    def parameters_resolved(self) -> Parameters:
        """Every parameter: the scenario's overrides over the defaults."""
        return Parameters(**self.parameters)

    def state_names(self) -> list[str]:
        """Name of each of the N states by its id, e.g. Germany; they travel with ids, not with seats."""
        if isinstance(self.states, int) or self.anonymous:
            return [f"State {letters(a)}" for a in range(self._count())]
        return [state.name for state in self.states]

    def capital_distance(self) -> np.ndarray:
        """Distances (N, N) in km between the capitals of the states, by id."""
        return self._capitals()[1]

    def design_name(self, weights: np.ndarray) -> str:
        """The name of the design with these weights (K,), or the weights by term."""
        p = self.parameters_resolved()
        for name in DESIGNS:
            if np.allclose(weights, design_weights(name, p)):
                return name
        return " ".join(f"{term} {weight:g}" for term, weight in zip(TERMS, weights, strict=True) if weight)

    def template(self, players: Sequence[int] | np.ndarray | None = None) -> Template:
        """The arrays every episode starts from.

        Parameters
        ----------
        players : (N,) doctrine in each seat, NOBODY for a learner; default: learners everywhere.

        Returns
        -------
        Template
            Floats are float64; `member`, `design` and `player` int32; `pact` int16. `economy` has
            mean 1, `forces` mean `armament`. `position` is (longitude, latitude) or (x, y).

        Raises
        ------
        ValueError
            For players of another shape, and for a list that names an unknown state, a state with
            itself or a pair twice.
        """
        count, p = self._count(), self.parameters_resolved()
        if isinstance(self.states, int):
            economy, forces, technology, ideology = np.ones(count), np.ones(count), np.ones(count), np.full(count, 0.5)
        else:
            economy, forces, technology, ideology = np.array(
                [(state.economy, state.forces, state.technology, state.ideology) for state in self.states]
            ).T.copy()
        if not forces.any():
            forces = np.ones(count)  # 0/0 in shares is equal shares
        position, distance, is_water = self._map(p.hinterland)
        pact = np.zeros((count, count), np.int16)
        for i, j in self._pairs("pacts", self.pacts):
            pact[i, j] = pact[j, i] = 1
        designs, design = self._wants(p)
        player = np.full(count, NOBODY, np.int32) if players is None else np.array(players, np.int32)
        if player.shape != (count,) or player.min() < NOBODY:
            raise ValueError(f"players = {players!r}: one doctrine for each of {count} seats, {NOBODY} for a learner")
        return Template(
            economy=economy / economy.mean(),
            forces=self.armament * forces / forces.mean(),
            technology=technology,
            ideology=ideology,
            position=position,
            member=self._members(),
            distance=distance,
            reach=_reach(distance, is_water, p),
            pact=pact,
            designs=designs,
            design=design,
            player=player,
        )

    def setting(self, autoreset: bool) -> Setting:
        """The switches of a batch of this scenario."""
        return Setting(
            open_verbs=len(self.verbs),
            by_threat=int(self.targets == "threat"),
            permute_seats=int(self.permute_seats),
            random_end=int(self.max_cycles is None),
            last_year=LONGEST_GAME if self.max_cycles is None else self.max_cycles,
            autoreset=int(autoreset),
            economy_spread=self.economy_spread,
            forces_spread=self.forces_spread,
            technology_spread=self.technology_spread,
            ideology_spread=self.ideology_spread,
        )

    def content_hash(self) -> str:
        """SHA-256 of what the dynamics read: template, switches, parameters and what becomes of the fallen.

        Names, description, tags and values that repeat a default do not change it.
        """
        content = {
            "template": {
                field: (np.round(array, HASHED_DECIMALS) + 0.0).tolist()  # + 0.0 makes -0.0 and 0.0 one
                for field, array in self.template()._asdict().items()
            },
            "setting": self.setting(autoreset=False)._asdict(),
            "parameters": self.parameters_resolved()._asdict(),
            "fallen": self.fallen,
        }
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()

    def _count(self) -> int:
        return self.states if isinstance(self.states, int) else len(self.states)

    def _index(self) -> dict[str, int]:
        """Id of each state by its code and by its name."""
        if isinstance(self.states, int):
            labels = [(letters(a), f"State {letters(a)}") for a in range(self.states)]
        else:
            labels = [(state.code or state.name, state.name) for state in self.states]
        index: dict[str, int] = {}
        for a, label in enumerate(labels):
            for key in label:
                if index.setdefault(key, a) != a:
                    raise ValueError(f"states: two states are called {key!r}")
        return index

    def indices(self, field: str, states: Iterable[str]) -> list[int]:
        """Ids of the states that `field` lists by code or name; ValueError for one that there is not."""
        index = self._index()
        for state in states:
            if state not in index:
                raise ValueError(f"{field}: {unknown('state', state, index)}")
        return [index[state] for state in states]

    def _pairs(self, field: str, *lists: tuple[Pair, ...]) -> list[tuple[int, int]]:
        """Ids of the pairs in all the lists of `field`, each pair of two states and listed once."""
        seen: set[frozenset[int]] = set()
        pairs = []
        for pair in (pair for pairs in lists for pair in pairs):
            i, j = self.indices(field, pair)
            if i == j or frozenset((i, j)) in seen:
                raise ValueError(f"{field}: [{', '.join(pair)}] is a state with itself or a pair listed twice")
            seen.add(frozenset((i, j)))
            pairs.append((i, j))
        return pairs

    def _map(self, hinterland: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Positions (N, 2), distances (N, N) between homelands in km, and whether water lies between them (N, N)."""
        count = self._count()
        is_neighbour, is_water = np.eye(count, dtype=bool), np.zeros((count, count), bool)
        position, apart = self._capitals()
        if isinstance(self.states, int):
            is_neighbour |= apart < self.border_km
        else:
            self._pairs("borders", self.borders.neighbours, self.borders.land, self.borders.water)
            for matrix, pairs in ((is_neighbour, self.borders.neighbours), (is_water, self.borders.water)):
                for i, j in self._pairs("borders", pairs):
                    matrix[i, j] = matrix[j, i] = True
        return position, np.where(is_neighbour, 0.0, np.maximum(0.0, apart - hinterland)), is_water

    def _capitals(self) -> tuple[np.ndarray, np.ndarray]:
        """Positions (N, 2) of the capitals and distances (N, N) between them in km."""
        if isinstance(self.states, int):
            position = lay_out(self._count(), self.spacing_km)
            return position, straight(position)
        if len({state.is_on_globe for state in self.states}) > 1:
            raise ValueError("states: all by latitude and longitude, or all by x and y")
        position = np.array([state.place for state in self.states], float)
        on_globe = self.states[0].is_on_globe
        return position, great_circle(position[:, 1], position[:, 0]) if on_globe else straight(position)

    def _members(self) -> np.ndarray:
        """1 for members of the institution (N,)."""
        member = np.full(self._count(), int(self.institution == "all"), np.int32)
        if isinstance(self.institution, tuple):
            member[self.indices("institution", self.institution)] = 1
        return member

    def _wants(self, p: Parameters) -> tuple[np.ndarray, np.ndarray]:
        """Weights (M, K) to choose from, and which of them each state has (N,), NOBODY where it is drawn."""
        count = self._count()
        own = {} if isinstance(self.states, int) else {state.name: state.design for state in self.states}
        by_state = {state: design for state, design in own.items() if design is not None}
        drawn = self.designs if isinstance(self.designs, tuple) else () if by_state else DRAWN_DESIGNS
        if isinstance(self.designs, dict):
            by_state, drawn = self.designs, ()
        if drawn:
            return weights_of(drawn, p), np.full(count, NOBODY, np.int32)
        ids = self.indices("designs", by_state)
        if sorted(ids) != list(range(count)):
            missing = [name for a, name in enumerate(self.state_names()) if a not in ids]
            raise ValueError(f"designs: every state needs one design, or none has; without: {', '.join(missing)}")
        design = np.empty(count, np.int32)
        design[ids] = np.arange(count)
        return weights_of(by_state.values(), p), design


_STATES = TypeAdapter(tuple[State, ...])


def _reach(distance: np.ndarray, is_water: np.ndarray, p: Parameters) -> np.ndarray:
    """Share of forces usable at each distance (N, N), by the core's rule as plain Python: nothing compiles."""
    rule = getattr(reach_over, "py_func", reach_over)
    over_land, over_water = (rule(distance, by_sea, p.reach_decay, p.reach_water) for by_sea in (False, True))
    return np.where(is_water, over_water, over_land)
