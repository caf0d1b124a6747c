"""How much of the batch's speed reaches a framework, and how fast is it beside what is used otherwise?

    python benchmarks/plugs.py [--worlds 128] [--years 10] [--repeats 60] [--threads 1] [--train] [NAME ...]

The batch by itself and each plug whose library is installed are stepped by the same kind of play, in turns, in one
process. SuperSuit on mpe2's `simple_spread` with as many agents a world (`pip install supersuit mpe2`, beside
`balance-env[sb3]`) is what users of Stable-Baselines3 have otherwise. `--train` takes turns of training instead, with
the settings of configs/default.yaml and a flat network, which reads the rows of either: `train.py` (which needs
`balance-env[train]`), MaskablePPO as it comes, and PPO on SuperSuit. Figures are medians over the turns and ratios are
of one turn, so that what else the machine does falls on both: by the clock, and by the processor's time, which other
work does not touch. Actions are drawn outside both clocks.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from balance_env import VectorEnv
from balance_env.testing import random_legal

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

Step = Callable[[np.ndarray], np.ndarray]  # actions (W, N) to the masks (W, N, A) of the year to come
AGENTS = 8  # of `default`, and so of `simple_spread`
SLOW = {"supersuit": 1}  # years a turn of what would take minutes
COMPARED = ("sb3", "supersuit")  # what is asked is a ratio of these
FITTED = ["scenario=default", "network=mlp"]  # over configs/default.yaml: as many agents, and a network for any row


class Plug(NamedTuple):
    """What is stepped, and the masks that it starts with."""

    step: Step
    masks: np.ndarray


def raw(worlds: int, threads: int, state: bool = False) -> Plug:
    """The batch itself."""
    batch = VectorEnv("default", worlds, threads=threads)
    batch.reset(0)

    def step(actions: np.ndarray) -> np.ndarray:
        batch.step(actions)
        if state:
            batch.state()
        return batch.action_masks

    return Plug(step, batch.action_masks.copy())


def raw_with_state(worlds: int, threads: int) -> Plug:
    """The batch, and a look at every true world, as a central critic asks for."""
    return raw(worlds, threads, state=True)


def sb3(worlds: int, threads: int) -> Plug:
    """Stable-Baselines3's VecEnv, with infos."""
    from balance_env.adapters.sb3 import SB3VecEnv

    env = SB3VecEnv("default", worlds, threads=threads)
    env.seed(0)
    env.reset()

    def step(actions: np.ndarray) -> np.ndarray:
        env.step(actions.ravel())
        return env.batch.action_masks

    return Plug(step, env.batch.action_masks.copy())


def torchrl(worlds: int, threads: int, state: bool = False) -> Plug:
    """TorchRL's EnvBase, by `step_and_maybe_reset`."""
    from balance_env.adapters.torchrl import GROUP, TorchRLEnv, torch

    torch.set_num_threads(threads)
    env = TorchRLEnv("default", worlds, threads=threads, state=state)
    env.set_seed(0)
    at = env.reset()

    def step(actions: np.ndarray) -> np.ndarray:
        nonlocal at
        at[GROUP, "action"] = torch.from_numpy(actions)
        _, at = env.step_and_maybe_reset(at)
        return env.batch.action_masks

    return Plug(step, env.batch.action_masks.copy())


def torchrl_with_state(worlds: int, threads: int) -> Plug:
    """The same, with the true state for a central critic."""
    return torchrl(worlds, threads, state=True)


def jax(worlds: int, threads: int) -> Plug:
    """JAX, compiled, by callback."""
    from balance_env.adapters.jax import JaxEnv, jax

    env = JaxEnv("default", worlds, threads=threads)
    key, year = jax.random.PRNGKey(0), jax.jit(env.step)
    _, state = env.reset(key)

    def step(actions: np.ndarray) -> np.ndarray:
        nonlocal state
        seen, state, *_ = year(key, state, {agent: actions[:, i] for i, agent in enumerate(env.agents)})
        jax.block_until_ready(seen)
        return env.batch.action_masks

    return Plug(step, env.batch.action_masks.copy())


def supersuit(worlds: int, threads: int) -> Plug:
    """SuperSuit's VecEnv for Stable-Baselines3, on mpe2, where all five actions are legal."""
    env = spread(worlds)
    env.reset()
    masks = np.ones((worlds, AGENTS, env.action_space.n), np.int8)

    def step(actions: np.ndarray) -> np.ndarray:
        env.step(actions.ravel())
        return masks

    return Plug(step, masks)


def spread(worlds: int) -> Any:
    """Worlds of `simple_spread` as SuperSuit gives them to Stable-Baselines3."""
    from mpe2 import simple_spread_v3
    from supersuit import concat_vec_envs_v1, pettingzoo_env_to_vec_env_v1

    one = pettingzoo_env_to_vec_env_v1(simple_spread_v3.parallel_env(N=AGENTS))
    return concat_vec_envs_v1(one, worlds, base_class="stable_baselines3")


def learners(threads: int) -> tuple[dict[str, Callable[[], Any]], int]:
    """A turn of training on each, and its agent-steps: years collected, network fitted."""
    from sb3_contrib import MaskablePPO
    from stable_baselines3 import PPO

    from agents.config import read_config
    from agents.league import League
    from agents.settings import settings
    from balance_env.adapters.sb3 import SB3VecEnv

    config = read_config(ROOT / "configs/default.yaml", [*FITTED, f"threads={threads}", f"torch_threads={threads}"])
    equal = {**settings(config, "sb3"), "policy_kwargs": {"net_arch": [config.width] * 2}, "device": "cpu"}
    league, masked = (SB3VecEnv(config.load_scenario(), config.worlds, threads=threads) for _ in range(2))
    ours = League(config, league)
    steps = config.worlds * AGENTS * config.n_steps

    def train() -> None:
        ours.collect()
        ours.fit()

    def turn(learner: Any) -> Callable[[], Any]:
        return partial(learner.learn, steps, reset_num_timesteps=False)

    return {
        "train.py": train,
        "MaskablePPO": turn(MaskablePPO("MlpPolicy", masked, **equal)),
        "supersuit": turn(PPO("MlpPolicy", spread(config.worlds), **equal)),
    }, steps


class Spent(NamedTuple):
    """Seconds an agent-step, by the clock and of the processor's time."""

    clock: float
    processor: float


def timed(call: Callable[[], Any], steps: int) -> tuple[Any, Spent]:
    """What a call of so many agent-steps returns and takes."""
    clock, processor = time.perf_counter(), time.process_time()
    result = call()
    return result, Spent((time.perf_counter() - clock) / steps, (time.process_time() - processor) / steps)


def play(plug: Plug, years: int, generator: np.random.Generator) -> tuple[Plug, Spent]:
    """Some years of random legal play: the plug after them, and what they took."""
    step, masks = plug
    spent = []
    for _ in range(years):
        draws = generator.random(masks[..., 0].size)
        actions = random_legal(masks.reshape(len(draws), -1), draws).reshape(masks.shape[:2])
        masks, took = timed(partial(step, actions), actions.size)
        spent.append(took)
    return Plug(step, masks), Spent(*map(statistics.mean, zip(*spent, strict=True)))


def told(turns: dict[str, list[Spent]], base: str) -> list[str]:
    """A line for each, with its speed as a share of that of `base`."""
    lines = []
    for name, spent in turns.items():
        parts = [f"{name:20}"]
        for field in Spent._fields:
            own, other = ([getattr(turn, field) for turn in each] for each in (spent, turns[base]))
            share = statistics.median(b / o for b, o in zip(other, own, strict=True))
            parts.append(f"{1.0 / statistics.median(own):12,.0f} by the {field:9} {share:8.2f} x {base}")
        lines.append("  ".join(parts))
    return lines


def main(arguments: Sequence[str] | None = None) -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    for name, usual in {"worlds": 128, "years": 10, "repeats": 60, "threads": 1}.items():
        parser.add_argument(f"--{name}", type=int, default=usual)
    parser.add_argument("--train", action="store_true", help="turns of training beside SuperSuit, and nothing else")
    makers = {make.__name__: make for make in (raw, raw_with_state, sb3, torchrl, torchrl_with_state, jax, supersuit)}
    parser.add_argument("names", nargs="*", default=list(makers), metavar="NAME", help=f"of {', '.join(makers)}")
    given = parser.parse_args(arguments)
    if unknown := set(given.names) - set(makers):
        parser.error(f"no plug {', '.join(sorted(unknown))}: of {', '.join(makers)}")
    if given.train:
        fit_in_turns(given.threads, given.repeats)
        return
    generator = np.random.default_rng(0)
    plugs: dict[str, Plug] = {}
    for name in dict.fromkeys(["raw", *given.names]):
        try:
            plugs[name] = makers[name](given.worlds, given.threads)
        except ImportError as error:
            print(f"{name}: left out. {error}")
    turns: dict[str, list[Spent]] = {name: [] for name in plugs}
    for turn in range(given.repeats + 1):  # the first warms up
        for name in plugs:
            plugs[name], spent = play(plugs[name], SLOW.get(name, given.years), generator)
            turns[name] += [spent] * bool(turn)
    print(f"agent-steps a second, {given.worlds * AGENTS:,} slots, {given.repeats} turns")
    print(*told(turns, "raw"), sep="\n")
    if set(COMPARED) <= set(turns):
        print(told({name: turns[name] for name in COMPARED}, COMPARED[1])[0])


def fit_in_turns(threads: int, repeats: int) -> None:
    """Turns of training."""
    fits, steps = learners(threads)
    turns: dict[str, list[Spent]] = {name: [] for name in fits}
    for turn in range(repeats + 1):  # the first warms up
        for name, fit in fits.items():
            _, spent = timed(fit, steps)
            turns[name] += [spent] * bool(turn)
    print(f"training, agent-steps a second, {steps:,} a turn, {repeats} turns")
    print(*told(turns, COMPARED[1]), sep="\n")


if __name__ == "__main__":
    main()
