"""RLlib's new API stack: a batch as one MultiAgentEnv, a module that obeys masks, and who learns with whom."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from gymnasium import spaces

from . import require, tell_of_dropped_masks

require("rllib")

from ray.rllib.core.columns import Columns
from ray.rllib.core.rl_module.apis.value_function_api import ValueFunctionAPI
from ray.rllib.core.rl_module.torch import TorchRLModule
from ray.rllib.env.multi_agent_env import MultiAgentEnv
from ray.rllib.utils.torch_utils import FLOAT_MIN
from torch import Tensor, nn

from ..core.world import Ending
from ..spaces import mask_space
from ..vector import VectorEnv

MAPPINGS = {  # which module acts for an agent, `world_<w>.state_<i>.<design>`; RLlib gives more arguments than its id
    "shared": lambda agent, *_, **__: "shared",
    "design": lambda agent, *_, **__: agent.split(".", 2)[2],
    "seat": lambda agent, *_, **__: agent.split(".")[1],
}


class RLlibEnv(MultiAgentEnv):
    """W worlds as one episode: the agents of a world leave when they fall and when it ends, all is over with the last.

    Observations are dicts of `observations` and `action_mask`. The agent `world_2.state_0.defensive` sits in seat 0
    of world 2 and wants what its design says, so that a policy mapping can read either. `batch` is the VectorEnv,
    `illegal_actions` how many it has received.

    Parameters
    ----------
    config : mapping
        `scenario`, `num_worlds`, `threads` (by default 1: runners are processes) and overrides, as of `VectorEnv`.
    """

    def __init__(self, config: Mapping[str, Any] | None = None) -> None:
        super().__init__()
        self.batch = batch = VectorEnv(**{"threads": 1, **(config or {})}, autoreset=False)
        self.illegal_actions = 0
        named = batch.scenario.design_name
        self._names = {row.tobytes(): named(row).replace(" ", "_") for row in batch.scenario.template().designs}
        ids = [(w, i) for w in range(batch.num_worlds) for i in range(batch.num_actors)]
        self.possible_agents = [f"world_{w}.state_{i}.{name}" for w, i in ids for name in self._names.values()]
        seen: dict[str, spaces.Space] = {
            "observations": batch.single_observation_space,
            "action_mask": mask_space(batch.num_actions),
        }
        self.observation_spaces = dict.fromkeys(self.possible_agents, spaces.Dict(seen))
        self.action_spaces = dict.fromkeys(self.possible_agents, batch.single_action_space)
        self._places: dict[str, tuple[int, int]] = {}

    def reset(self, *, seed: int | None = None, options: Any = None) -> tuple[dict[str, Any], dict[str, Any]]:
        """Start an episode in every world."""
        self.batch.reset(seed)
        return self.observe(), {}

    def observe(self) -> dict[str, Any]:
        """What is seen as it stands, by those who live in worlds that go on; they are the `agents` from here on."""
        out, designs = self.batch.outputs, self.batch.worlds.design
        living = zip(*np.nonzero(out.alive * (out.ended == Ending.NOT)[:, None]), strict=True)
        self._places = {f"world_{w}.state_{i}.{self._names[designs[w, i].tobytes()]}": (w, i) for w, i in living}
        self.agents = list(self._places)
        return self._rows(self.agents)

    def step(self, action_dict: dict[str, Any]) -> tuple[dict, dict, dict, dict, dict]:
        """One year, told to those who acted in it."""
        batch, places = self.batch, self._places
        batch.pending_actions[:] = 0
        for agent, action in action_dict.items():
            batch.pending_actions[places[agent]] = action
        out = batch.advance()
        tell_of_dropped_masks(out.illegal, "rllib")
        acted = self.agents
        self.illegal_actions += sum(int(out.illegal[places[agent]]) for agent in acted)
        terminated = {agent: bool(out.terminations[places[agent]]) for agent in acted}
        is_cut = any(bool(out.truncations[places[agent]]) for agent in acted)
        rewards = {agent: float(out.rewards[places[agent]]) for agent in acted}
        self.agents = [] if is_cut else [agent for agent in acted if not terminated[agent]]
        terminated["__all__"] = not is_cut and not self.agents
        # Where every agent has a flag of its own, RLlib takes a cut for a termination and bootstraps nothing.
        return self._rows(acted), rewards, terminated, {"__all__": is_cut}, {}

    def _rows(self, agents: list[str]) -> dict[str, Any]:
        rows, masks, at = self.batch.outputs.rows.copy(), self.batch.outputs.masks.copy(), self._places
        return {agent: {"observations": rows[at[agent]], "action_mask": masks[at[agent]]} for agent in agents}


class MaskedModule(TorchRLModule, ValueFunctionAPI):
    """Two layers of `width` (64) that score the actions, and a value; what the mask rules out has the least score."""

    def setup(self) -> None:
        """Make the layers."""
        seen, width = self.observation_space, self.model_config.get("width", 64)
        if not isinstance(seen, spaces.Dict) or "action_mask" not in seen.spaces:
            raise ValueError(f"MaskedModule needs action_mask in its observations, given {type(seen).__name__}")
        size = spaces.flatdim(seen["observations"])
        self.read = nn.Sequential(nn.Linear(size, width), nn.Tanh(), nn.Linear(width, width), nn.Tanh())
        self.score, self.value = nn.Linear(width, int(self.action_space.n)), nn.Linear(width, 1)

    def _forward(self, batch: dict[str, Any], **_: Any) -> dict[str, Any]:
        seen = batch[Columns.OBS]
        codes = self.read(seen["observations"])
        scores = self.score(codes).masked_fill(seen["action_mask"] == 0, FLOAT_MIN)
        return {Columns.ACTION_DIST_INPUTS: scores, Columns.EMBEDDINGS: codes}

    def compute_values(self, batch: dict[str, Any], embeddings: Tensor | None = None) -> Tensor:
        """What the state expects (B,)."""
        codes = self.read(batch[Columns.OBS]["observations"]) if embeddings is None else embeddings
        return self.value(codes).squeeze(-1)
