"""PettingZoo: a view of a batch with one world."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from gymnasium import spaces
from pettingzoo import ParallelEnv

from .checks import check_snapshot
from .core.world import Clock, Ending
from .scenario import Scenario
from .spaces import observation_space
from .vector import VectorEnv

Observation = np.ndarray | dict[str, np.ndarray]
RENDER_MODES = ("ansi", "human")


class BalanceParallelEnv(ParallelEnv):
    """States in anarchy as PettingZoo agents `state_0 ... state_{N-1}`.

    Make it with `parallel_env`. Observations are float32 rows (D,), or with `mask_in_obs=True` dicts
    of `observation` and `action_mask`. `infos[agent]` has the same numeric keys from reset on:
    `action_mask` (A,) int8, `terms` (K,) of the reward, `illegal_action`, `alive`, `ended` (an
    `Ending`), `year`, `wars` and `falls` of the year, `seed`.
    """

    metadata = {  # noqa: RUF012 - PettingZoo's name and type
        "name": "balance_v0",
        "render_modes": list(RENDER_MODES),
        "render_fps": 2,
        "is_parallelizable": True,
    }

    def __init__(
        self,
        scenario: str | Scenario = "default",
        *,
        render_mode: str | None = None,
        max_cycles: int | None = None,
        mask_in_obs: bool = False,
        **overrides: Any,
    ) -> None:
        if render_mode is not None and render_mode not in RENDER_MODES:
            raise ValueError(f"render_mode = {render_mode!r}: one of {', '.join(RENDER_MODES)}, or None")
        self.render_mode = render_mode
        self.mask_in_obs = mask_in_obs
        self._batch = VectorEnv(scenario, 1, threads=1, autoreset=False, **overrides)
        if max_cycles is not None:
            self._batch.max_cycles = max_cycles
        batch = self._batch
        self.scenario = batch.scenario
        self.possible_agents = [f"state_{i}" for i in range(batch.num_actors)]
        self.agents: list[str] = []
        self._stay = self.scenario.fallen == "stay"
        space = observation_space(batch.num_actors, batch.setting.open_verbs, mask_in_obs)
        self.observation_spaces = dict.fromkeys(self.possible_agents, space)
        self.action_spaces: dict[str, spaces.Space] = dict.fromkeys(self.possible_agents, batch.single_action_space)
        self.state_space = batch.state_space
        self._seats = {agent: i for i, agent in enumerate(self.possible_agents)}

    @property
    def max_cycles(self) -> int:
        """Years to the cut. Setting it fixes the horizon from the next reset on."""
        return self._batch.max_cycles

    @max_cycles.setter
    def max_cycles(self, years: int) -> None:
        self._batch.max_cycles = years

    def observation_space(self, agent: str) -> spaces.Space:
        """The same space object for every agent, on every call."""
        return self._of(agent, self.observation_spaces)

    def action_space(self, agent: str) -> spaces.Space:
        """The same space object for every agent, on every call."""
        return self._of(agent, self.action_spaces)

    def _of(self, agent: str, spaces_by_agent: dict[str, spaces.Space]) -> spaces.Space:
        if agent not in spaces_by_agent:
            raise KeyError(f"unknown agent {agent!r}: one of {', '.join(self.possible_agents)}")
        return spaces_by_agent[agent]

    def reset(
        self, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[dict[str, Observation], dict[str, dict[str, Any]]]:
        """Start an episode; see `VectorEnv.reset`. `options` are accepted and not used."""
        self._batch.reset(seed)
        self.agents = self.possible_agents[:]
        return self._observations(), self._infos()

    def step(self, actions: dict[str, Any]) -> tuple[dict, dict, dict, dict, dict]:
        """One year. `actions`: one action for every agent in `agents`.

        After the end, five empty dicts. A masked-out action becomes invest and is counted.

        Raises
        ------
        RuntimeError
            Before the first reset.
        ValueError
            If an agent's action is missing, or is not in 0..A-1, and for an agent that is none. Actions of those
            that have left are passed over.
        TypeError
            If the actions are no dict.
        """
        if self._batch.seed is None:
            raise RuntimeError("step before reset: call reset(seed) first")
        if not self.agents:
            return {}, {}, {}, {}, {}
        self._take(actions)
        out = self._batch.advance()
        agents, seats = self.agents, self._seats
        observations, infos = self._observations(), self._infos()
        rewards_by_seat = out.rewards[0].tolist()
        ended = int(out.ended[0])
        if self._stay:
            is_cut = ended == Ending.TIME
            terminations = dict.fromkeys(agents, ended != Ending.NOT and not is_cut)
            truncations = dict.fromkeys(agents, is_cut)
        else:
            terminated, truncated = out.terminations[0].tolist(), out.truncations[0].tolist()
            terminations = {agent: terminated[seats[agent]] for agent in agents}
            truncations = {agent: truncated[seats[agent]] for agent in agents}
        rewards = {agent: rewards_by_seat[seats[agent]] for agent in agents}
        self.agents = [agent for agent in agents if not (terminations[agent] or truncations[agent])]
        if self.render_mode == "human":
            self.render()
        return observations, rewards, terminations, truncations, infos

    def _take(self, actions: dict[str, Any]) -> None:
        if not isinstance(actions, Mapping):
            raise TypeError(f"actions = {actions!r}: a dict of agents and their actions is needed")
        pending = self._batch.pending_actions[0]
        pending[:] = 0
        for agent in self.agents:
            try:
                action = actions[agent]
            except KeyError:
                raise ValueError(f"no action for {agent!r}: every agent in `agents` needs one") from None
            pending[self._seats[agent]] = self.checked_action(agent, action)
        if len(actions) > len(self.agents):
            for agent in actions:
                self._of(agent, self.action_spaces)

    def checked_action(self, agent: str, action: Any) -> int:
        """The action as a number; ValueError unless it is a whole one in 0..A-1."""
        try:
            number = action.__index__()
        except (AttributeError, TypeError):
            raise ValueError(f"the action of {agent!r} is {action!r}: a whole number is needed") from None
        if not 0 <= number < self._batch.num_actions:
            raise ValueError(f"the action of {agent!r} is {number}: 0 to {self._batch.num_actions - 1} are allowed")
        return number

    def _observations(self) -> dict[str, Observation]:
        out, seats = self._batch.outputs, self._seats
        rows = out.rows[0].copy()
        if self.mask_in_obs:
            masks = out.masks[0].copy()
            return {
                agent: {"observation": rows[seats[agent]], "action_mask": masks[seats[agent]]} for agent in self.agents
            }
        return {agent: rows[seats[agent]] for agent in self.agents}

    def _infos(self) -> dict[str, dict[str, Any]]:
        out, seats = self._batch.outputs, self._seats
        masks, terms = out.masks[0].copy(), out.terms[0].copy()
        illegal, alive = out.illegal[0].tolist(), out.alive[0].tolist()
        ended, wars, falls = int(out.ended[0]), int(out.wars[0]), int(out.falls[0])
        clock = self._batch.worlds.clock[0]
        year, seed = int(clock[Clock.YEAR]), int(clock[Clock.SEED])
        infos = {}
        for agent in self.agents:
            i = seats[agent]
            infos[agent] = {
                "action_mask": masks[i],
                "terms": terms[i],
                "illegal_action": illegal[i],
                "alive": alive[i],
                "ended": ended,
                "year": year,
                "wars": wars,
                "falls": falls,
                "seed": seed,
            }
        return infos

    def state(self) -> np.ndarray:
        """The true world (S,) float32, in the same length after falls."""
        return self._batch.state()[0]

    def graph(self) -> np.ndarray:
        """What everyone can see between all actors, (N, N, R) float32: see `core.pieces.Relation`."""
        return self._batch.graph()[0]

    def get_state(self) -> dict[str, Any]:
        """A picklable snapshot: the same actions after `set_state` give the same future."""
        return {**self._batch.get_state(), "agents": self.agents[:]}

    def set_state(self, snapshot: dict[str, Any]) -> None:
        """Return to a snapshot of `get_state`; ValueError if it does not fit."""
        check_snapshot(snapshot, "agents")
        self._batch.set_state(snapshot)
        self.agents = list(snapshot["agents"])

    def observe_all(self) -> tuple[dict[str, Observation], dict[str, dict[str, Any]]]:
        """Observations and infos as they stand, as after `reset` or `set_state`."""
        return self._observations(), self._infos()

    @property
    def batch(self) -> VectorEnv:
        """The batch of one world behind this view."""
        return self._batch

    def render(self) -> str | None:
        """The year as a table: a string in mode `ansi`, printed in mode `human`."""
        if self.render_mode is None:
            return None
        from .view.text import year_table

        table = year_table(self._batch)
        if self.render_mode == "human":
            print(table)
            return None
        return table

    def close(self) -> None:
        """Nothing to let go."""


def parallel_env(
    scenario: str | Scenario = "default",
    *,
    render_mode: str | None = None,
    max_cycles: int | None = None,
    **overrides: Any,
) -> BalanceParallelEnv:
    """Make the PettingZoo parallel environment.

    Parameters
    ----------
    scenario : str, path or Scenario
        See `balance_env.scenario_names()`.
    render_mode : {"ansi", "human"}, optional
    max_cycles : int, optional
        Years to the cut; fixes the horizon and switches the random end off.
    **overrides
        `mask_in_obs`, fields of the scenario (`fallen="stay"`, `states=12`), parameters (`offence=2.0`), or
        `players` as of `VectorEnv`: what is given for a seat that somebody holds is overwritten.

    Raises
    ------
    ValueError
        For an unknown scenario, key or value; says what is allowed.
    """
    return BalanceParallelEnv(scenario, render_mode=render_mode, max_cycles=max_cycles, **overrides)
