"""JAX learners: a batch behind JaxMARL's `reset` and `step`, by callback, under `jit` and `scan`."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from gymnasium import spaces

from . import require, tell_of_dropped_masks

require("jax")

import jax
import jax.numpy as jnp
from jax.experimental import io_callback

from ..scenario import Scenario
from ..vector import SEED_BITS, VectorEnv

ByAgent = dict[str, jax.Array]
MARKS = ("terminated", "truncated", "alive", "illegal_action")  # of a seat in a year, in `infos`


class State(NamedTuple):
    """What a year needs of the one before; the worlds themselves stay with the batch."""

    step: jax.Array  # () years and resets of the batch so far
    masks: jax.Array  # (W, N, A) bool, legal actions of the year to come


class JaxEnv:
    """W worlds of N states: every array of an agent is (W, ...), so that nothing is to be mapped over.

    The worlds live outside JAX and go forward only: a state of an earlier year raises. An ended world begins again in
    the same step. `infos` hold, by seat, `truncated` (W, N), `alive` and `illegal_action` (W, N) and `last_obs`
    (W, N, D), the last row of an episode where one has ended.

    Parameters
    ----------
    scenario, num_worlds, threads, **overrides
        As of `VectorEnv`.
    """

    def __init__(
        self, scenario: str | Scenario = "default", num_worlds: int = 1, *, threads: int | None = None, **overrides: Any
    ) -> None:
        self.batch = batch = VectorEnv(scenario, num_worlds, threads=threads, copy=True, **overrides)
        self.agents = [f"state_{i}" for i in range(batch.num_actors)]
        self.num_agents = batch.num_actors
        self._steps = 0
        seats, shape = (num_worlds, batch.num_actors), jax.ShapeDtypeStruct
        rows, marks = shape((*seats, batch.row_size), jnp.float32), shape(seats, jnp.bool_)
        masks = shape((*seats, batch.num_actions), jnp.bool_)
        self._seen = {"step": shape((), jnp.int32), "masks": masks, "rows": rows}
        self._told = {**self._seen, **dict.fromkeys(MARKS, marks), "last_obs": rows}
        self._told |= {"rewards": shape(seats, jnp.float32), "ended": shape(seats[:1], jnp.bool_)}

    def observation_space(self, agent: str) -> spaces.Space:
        """Of a row."""
        return self.batch.single_observation_space

    def action_space(self, agent: str) -> spaces.Space:
        """Of an action."""
        return self.batch.single_action_space

    def reset(self, key: jax.Array) -> tuple[ByAgent, State]:
        """Start all worlds under the seed that the key holds: `jax.random.PRNGKey(7)` holds 7."""
        words = jax.random.key_data(key) if jnp.issubdtype(key.dtype, jax.dtypes.prng_key) else key
        return self._by_agent(io_callback(self._begin, self._seen, words, ordered=True))

    def step(
        self, key: jax.Array, state: State, actions: ByAgent
    ) -> tuple[ByAgent, State, ByAgent, ByAgent, dict[str, jax.Array]]:
        """One year: (observations, state, rewards, dones, infos). The key is not used: chance follows the seed."""
        chosen = jnp.stack([actions[agent] for agent in self.agents], 1)
        told = io_callback(self._year, self._told, state.step, chosen, ordered=True)
        dones = {**self._each(told["terminated"] | told["truncated"]), "__all__": told["ended"]}
        infos = {name: told[name] for name in (*MARKS, "last_obs")}
        return *self._by_agent(told), self._each(told["rewards"]), dones, infos

    def get_avail_actions(self, state: State) -> ByAgent:
        """Legal actions (W, A) bool of each agent."""
        return self._each(state.masks)

    def observe(self) -> tuple[ByAgent, State]:
        """What is seen as it stands, as after a reset; after `batch.set_state`, where to go on from."""
        return self._by_agent(self._now())

    def _each(self, array: jax.Array) -> ByAgent:
        return {agent: array[:, i] for i, agent in enumerate(self.agents)}

    def _by_agent(self, seen: dict[str, Any]) -> tuple[ByAgent, State]:
        return self._each(jnp.asarray(seen["rows"])), State(jnp.asarray(seen["step"]), jnp.asarray(seen["masks"]))

    def _now(self) -> dict[str, Any]:
        self._steps += 1
        rows, infos = self.batch.observe()
        return {"step": np.int32(self._steps), "masks": infos["action_mask"].astype(bool), "rows": rows}

    def _begin(self, words: Any) -> dict[str, Any]:
        high, low = (int(word) for word in np.asarray(words)[-2:])
        self.batch.reset((high << 32 | low) % 2**SEED_BITS)
        return self._now()

    def _year(self, step: Any, actions: Any) -> dict[str, Any]:
        if int(step) != self._steps:
            raise ValueError(f"a state of step {int(step)}, the batch is at {self._steps}: worlds go forward only")
        rows, rewards, terminated, truncated, infos = self.batch.step(np.asarray(actions))
        tell_of_dropped_masks(infos["illegal_action"], "jax")
        last = np.where(infos["_final_obs"][:, None, None], infos["final_obs"], rows)
        marks = (terminated, truncated, infos["alive"].astype(bool), infos["illegal_action"].astype(bool))
        told = {**dict(zip(MARKS, marks, strict=True)), "rewards": rewards.astype(np.float32), "last_obs": last}
        return {**self._now(), **told, "ended": infos["ended"] > 0}
