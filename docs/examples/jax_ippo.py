"""IPPO (de Witt et al. 2020) in plain JAX: states share one network; the years are played inside `scan`.

    python docs/examples/jax_ippo.py --scenario default --worlds 32 --updates 100

Needs `pip install balance-env[jax]`.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from balance_env.adapters.jax import JaxEnv
from balance_env.judging import Fitted, by_scores, judge

WIDTH, EPOCHS = 64, 4
GAMMA, LAMBDA, CLIP, ENTROPY, VALUE, RATE = 0.99, 0.95, 0.2, 0.01, 0.5, 1e-3
DECAYS, TINY = (0.9, 0.999), 1e-8  # of Adam (Kingma & Ba 2015)

Parameters = dict[str, jax.Array]


def make_parameters(key: jax.Array, env: JaxEnv) -> Parameters:
    """A layer for the row, one for the scores of actions and one for the value."""
    sizes = {"row": (env.batch.row_size, WIDTH), "scores": (WIDTH, env.batch.num_actions), "value": (WIDTH, 1)}
    keys = jax.random.split(key, len(sizes))
    weights = {n: jax.random.normal(k, s) * s[0] ** -0.5 for k, (n, s) in zip(keys, sizes.items(), strict=True)}
    return {**weights, "bias": jnp.zeros(WIDTH)}


def network(parameters: Parameters, rows: jax.Array, masks: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Log chances of the actions (..., A) and values (...)."""
    codes = jnp.tanh(rows @ parameters["row"] + parameters["bias"])
    scores = jnp.where(masks, codes @ parameters["scores"], -jnp.inf)
    return jax.nn.log_softmax(scores), (codes @ parameters["value"])[..., 0]


def play(env: JaxEnv, years: int, parameters: Parameters, key: jax.Array, at: Any) -> tuple[Any, dict[str, jax.Array]]:
    """Years (T, W, N, ...) of all seats, and where they end."""

    def year(at: Any, key: jax.Array) -> tuple[Any, dict[str, jax.Array]]:
        seen, state = at
        rows = jnp.stack([seen[agent] for agent in env.agents], 1)
        chances, values = network(parameters, rows, state.masks)
        actions = jax.random.categorical(key, chances)
        each = {agent: actions[:, i] for i, agent in enumerate(env.agents)}
        seen, after, rewards, _, infos = env.step(key, state, each)
        _, last_values = network(parameters, infos["last_obs"], jnp.ones_like(state.masks))
        told = {"rows": rows, "masks": state.masks, "actions": actions, "values": values, "last_values": last_values}
        told["reward"] = jnp.stack([rewards[agent] for agent in env.agents], 1)
        told["log_chance"] = jnp.take_along_axis(chances, actions[..., None], -1)[..., 0]
        return (seen, after), {**told, **{name: infos[name] for name in ("terminated", "truncated", "illegal_action")}}

    return jax.lax.scan(year, at, jax.random.split(key, years))


def advantages(data: dict[str, jax.Array]) -> jax.Array:
    """Generalised advantages (T, W, N) (Schulman et al. 2016), bootstrapped at cuts and not at ends.

    `last_values` are of the row that follows the year, even where another episode has begun.
    """

    def back(following: jax.Array, year: dict[str, jax.Array]) -> tuple[jax.Array, jax.Array]:
        surprise = year["reward"] + GAMMA * year["last_values"] * ~year["terminated"] - year["values"]
        over = year["terminated"] | year["truncated"]
        advantage = surprise + GAMMA * LAMBDA * following * ~over
        return advantage, advantage

    parts = {name: data[name] for name in ("reward", "last_values", "terminated", "truncated", "values")}
    return jax.lax.scan(back, jnp.zeros_like(data["values"][0]), parts, reverse=True)[1]


def loss(parameters: Parameters, data: dict[str, jax.Array], advantage: jax.Array, target: jax.Array) -> jax.Array:
    """The clipped objective of the living, with value and entropy: a fallen state has no choice."""
    living = data["masks"].sum(-1) > 1
    chances, values = network(parameters, data["rows"], data["masks"])
    log_chance = jnp.take_along_axis(chances, data["actions"][..., None], -1)[..., 0]
    ratio = jnp.exp(log_chance - data["log_chance"])
    gain = jnp.minimum(ratio * advantage, jnp.clip(ratio, 1 - CLIP, 1 + CLIP) * advantage)
    entropy = -jnp.where(data["masks"], jnp.exp(chances) * jnp.where(data["masks"], chances, 0.0), 0.0).sum(-1)
    each = -gain - ENTROPY * entropy + VALUE * (values - target) ** 2
    return jnp.where(living, each, 0.0).sum() / living.sum()


@jax.jit
def learn(parameters: Parameters, moments: Any, data: dict[str, jax.Array]) -> tuple[Parameters, Any]:
    """Some steps of Adam on the whole of the data."""
    raw, living = advantages(data), data["masks"].sum(-1) > 1
    target = raw + data["values"]
    scaled = (raw - raw.mean(where=living)) / (raw.std(where=living) + TINY)

    def step(carried: Any, _: Any) -> tuple[Any, None]:
        parameters, (first, second, count) = carried
        slope = jax.grad(loss)(parameters, data, scaled, target)
        first = jax.tree.map(lambda m, g: DECAYS[0] * m + (1 - DECAYS[0]) * g, first, slope)
        second = jax.tree.map(lambda m, g: DECAYS[1] * m + (1 - DECAYS[1]) * g * g, second, slope)
        count += 1
        rate = RATE * jnp.sqrt(1 - DECAYS[1] ** count) / (1 - DECAYS[0] ** count)
        moved = jax.tree.map(lambda p, m, v: p - rate * m / (jnp.sqrt(v) + TINY), parameters, first, second)
        return (moved, (first, second, count)), None

    return jax.lax.scan(step, (parameters, moments), length=EPOCHS)[0]


def train(
    env: JaxEnv, parameters: Parameters, updates: int, years: int, seed: int
) -> tuple[Parameters, list[dict[str, float]]]:
    """The parameters after some updates of `years` years each, and a line of figures for each."""
    key = jax.random.PRNGKey(seed)
    at = env.reset(key)
    collect = jax.jit(partial(play, env, years))
    nothing = jax.tree.map(jnp.zeros_like, parameters)
    moments, lines = (nothing, nothing, jnp.zeros(())), []
    for part in jax.random.split(key, updates):
        at, data = collect(parameters, part, at)
        parameters, moments = learn(parameters, moments, data)
        lines.append(figures(data))
    return parameters, lines


def figures(data: dict[str, jax.Array]) -> dict[str, float]:
    """What an update's years hold: agent-steps of the living, their mean reward, falls and illegal actions."""
    living = data["masks"].sum(-1) > 1
    alone = data["terminated"] & ~data["terminated"].all(-1, keepdims=True)
    return {
        "agent_steps": int(living.sum()),
        "reward": float(data["reward"].mean(where=living)),
        "falls": int((living & alone).sum()),
        "illegal": int((living & data["illegal_action"]).sum()),
    }


def scores(parameters: dict[str, np.ndarray], rows: np.ndarray) -> np.ndarray:
    """Of all actions (n, A), legal or not, by rows (n, D): `network` in numpy, as JAX compiles anew for each n."""
    return np.tanh(rows @ parameters["row"] + parameters["bias"]) @ parameters["scores"]


def main(arguments: Sequence[str] | None = None) -> Fitted:
    """The command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--scenario", default="default")
    parser.add_argument("--worlds", type=int, default=32)
    parser.add_argument("--updates", type=int, default=100)
    parser.add_argument("--years", type=int, default=64, help="of every world, between updates")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args(arguments)
    env = JaxEnv(given.scenario, given.worlds)
    first = make_parameters(jax.random.PRNGKey(given.seed), env)
    learned, lines = train(env, first, given.updates, given.years, given.seed)
    for number, line in enumerate(lines, 1):
        print(number, "  ".join(f"{name} {value:.4g}" for name, value in line.items()))
    received = (int(sum(line[name] for line in lines)) for name in ("agent_steps", "illegal"))
    policy = by_scores(partial(scores, jax.tree.map(np.asarray, learned)))
    fitted = Fitted(policy, judge(policy, given.scenario), *received)
    print(fitted)
    return fitted


if __name__ == "__main__":
    main()
