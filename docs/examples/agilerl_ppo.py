"""PPO (Schulman et al. 2017) with AgileRL: every seat of every world is one of its environments, all share a policy.

    python docs/examples/agilerl_ppo.py --scenario default --worlds 8 --years 640

AgileRL's PPO reads `action_mask` from infos, keeps it with the years and learns under it. Its IPPO of many agents does
not outlive their falls; here a fallen state stays, with a zero row and invest alone. Needs
`pip install balance-env agilerl peft`.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from agilerl.algorithms import PPO
from agilerl.rollouts.on_policy import collect_rollouts

from balance_env.judging import Fitted, by_scores, judge
from balance_env.slots import Slots

WIDTH, ROLLOUT, BATCH, RATE = 64, 64, 512, 1e-3
REACHED = ("last_obs", "last_done", "last_scores", "last_info")  # where years end and the next go on


def main(arguments: Sequence[str] | None = None) -> Fitted:
    """The command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--scenario", default="default")
    parser.add_argument("--worlds", type=int, default=8)
    parser.add_argument("--years", type=int, default=640, help="of every world")
    given = parser.parse_args(arguments)
    torch.manual_seed(0)
    np.random.seed(0)
    slots = Slots(given.scenario, given.worlds, threads=1)
    agent = PPO(
        slots.batch.single_observation_space,
        slots.batch.single_action_space,
        net_config={"encoder_config": {"hidden_size": [WIDTH]}, "head_config": {"hidden_size": [WIDTH]}},
        batch_size=BATCH,
        lr=RATE,
        learn_step=ROLLOUT * slots.num_envs,
        num_envs=slots.num_envs,
    )
    at: dict[str, Any] = {}
    for _ in range(-(-given.years // ROLLOUT)):
        _, *reached = collect_rollouts(agent, slots, ROLLOUT, **at)
        at = dict(zip(REACHED, reached, strict=True))
        agent.learn()

    def scores(rows: np.ndarray) -> np.ndarray:
        with torch.no_grad():
            seen = agent.preprocess_observation(rows)
            return agent.actor.head_net.wrapped(agent.actor.extract_features(seen)).numpy()

    policy = by_scores(scores)
    fitted = Fitted(policy, judge(policy, given.scenario), slots.actions, slots.illegal)
    print(f"AgileRL: {fitted}")
    return fitted


if __name__ == "__main__":
    main()
