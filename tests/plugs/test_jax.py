"""JAX: the batch behind JaxMARL's signature, and IPPO on it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

try:
    from balance_env.adapters.jax import JaxEnv
except ImportError as error:
    pytest.skip(str(error), allow_module_level=True)

import jax
import jax.numpy as jnp

from balance_env import Scenario
from balance_env.testing import FALLS, Year, check_adapter, violent
from docs.examples import jax_ippo


class Played:
    """The environment through JaxMARL's calls, compiled."""

    def __init__(self, scenario: Scenario, num_worlds: int) -> None:
        self.env = JaxEnv(scenario, num_worlds, threads=1)
        self.start, self.year = jax.jit(self.env.reset), jax.jit(self.env.step)

    def _sees(self, seen: dict[str, Any]) -> tuple[np.ndarray, np.ndarray]:
        legal = self.env.get_avail_actions(self.state)
        rows, masks = (np.stack([np.asarray(each[a]) for a in self.env.agents], 1) for each in (seen, legal))
        return rows, masks.astype(np.int8)

    def reset(self, seed: int | None) -> tuple[np.ndarray, np.ndarray]:
        seen, self.state = self.start(jax.random.PRNGKey(seed))
        return self._sees(seen)

    def step(self, actions: np.ndarray) -> Year:
        given = {agent: jnp.asarray(actions[:, i]) for i, agent in enumerate(self.env.agents)}
        seen, self.state, rewards, dones, infos = self.year(jax.random.PRNGKey(0), self.state, given)
        paid, done = (np.stack([np.asarray(each[a]) for a in self.env.agents], 1) for each in (rewards, dones))
        told = {name: np.asarray(value) for name, value in infos.items()}
        assert ((told["terminated"] | told["truncated"]) == done).all()
        return Year(*self._sees(seen), paid, told["terminated"], told["truncated"], told["last_obs"])

    def get_state(self) -> Any:
        return self.env.batch.get_state()

    def set_state(self, snapshot: Any) -> tuple[np.ndarray, np.ndarray]:
        self.env.batch.set_state(snapshot)
        seen, self.state = self.env.observe()
        return self._sees(seen)


@pytest.mark.parametrize("scenario", ["default", "coercive", "powers_1913"])
def test_jax_is_told_what_the_batch_tells(scenario):
    assert check_adapter(Played, scenario).falls >= FALLS


def test_typed_keys_and_raw_ones_hold_the_same_seed():
    env = JaxEnv("small", 2, threads=1)
    (one, _), (other, _) = env.reset(jax.random.PRNGKey(7)), env.reset(jax.random.key(7))
    for agent in env.agents:
        np.testing.assert_array_equal(one[agent], other[agent])
    assert env.batch.seed == 7


def test_a_state_of_an_earlier_year_is_refused():
    env = JaxEnv("small", 1, threads=1)
    key = jax.random.PRNGKey(0)
    _, state = env.reset(key)
    actions = {agent: jnp.zeros(1, int) for agent in env.agents}
    env.step(key, state, actions)
    with pytest.raises(Exception, match="worlds go forward only"):
        jax.block_until_ready(env.step(key, state, actions))


def test_ippo_learns_through_falls_without_an_illegal_action(record_property):
    env = JaxEnv(violent(), 4, threads=1)
    first = jax_ippo.make_parameters(jax.random.PRNGKey(0), env)
    learned, lines = jax_ippo.train(env, first, updates=2, years=25, seed=0)
    assert sum(line["falls"] for line in lines) > FALLS
    assert sum(line["illegal"] for line in lines) == 0
    for old, new in zip(jax.tree.leaves(first), jax.tree.leaves(learned), strict=True):
        assert np.isfinite(new).all()
        assert (old != new).any()
    record_property("ran", "IPPO under `scan`, two updates")
    record_property("actions", int(sum(line["agent_steps"] for line in lines)))
    record_property("illegal", int(sum(line["illegal"] for line in lines)))
