"""MAPPO (Yu et al. 2022) with TorchRL: states share one policy, and a central critic reads the true world.

    python docs/examples/torchrl_mappo.py --scenario default --worlds 32 --updates 100

The critic has a value for every seat, since states want different things. Needs `pip install balance-env[torchrl]`.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from tensordict import TensorDictBase
from tensordict.nn import TensorDictModule, TensorDictSequential
from torch import Tensor, nn
from torchrl.collectors import Collector
from torchrl.modules import MaskedCategorical, ProbabilisticActor, ValueOperator
from torchrl.objectives import ClipPPOLoss
from torchrl.objectives.value import GAE

from balance_env.adapters.torchrl import GROUP, TorchRLEnv
from balance_env.judging import Fitted, by_scores, judge
from balance_env.policies import Policy

WIDTH, EPOCHS, BATCH = 64, 4, 256
GAMMA, LAMBDA, ENTROPY, RATE, LONGEST_GRADIENT = 0.99, 0.95, 0.01, 3e-4, 0.5
KEYS: dict[str, Any] = {name: (GROUP, name) for name in ("action", "reward", "done", "terminated", "advantage")}
VALUE, TARGET, LOG_PROB = (GROUP, "state_value"), (GROUP, "value_target"), (GROUP, "action_log_prob")
LOSSES = ("loss_objective", "loss_critic", "loss_entropy")


class CentralCritic(nn.Module):
    """The true world (..., S) to what each seat expects (..., N, 1)."""

    def __init__(self, size: int, seats: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(size, WIDTH), nn.Tanh(), nn.Linear(WIDTH, seats))

    def forward(self, state: Tensor) -> Tensor:
        """A value for every seat."""
        return self.layers(state).unsqueeze(-1)


def make_actor(env: TorchRLEnv) -> ProbabilisticActor:
    """The shared policy, from a row and its mask to an action."""
    batch = env.batch
    layers = nn.Sequential(nn.Linear(batch.row_size, WIDTH), nn.Tanh(), nn.Linear(WIDTH, batch.num_actions))
    scores = TensorDictModule(layers, in_keys=[(GROUP, "observation")], out_keys=[(GROUP, "logits")])
    return ProbabilisticActor(
        TensorDictSequential(scores),
        in_keys={"logits": (GROUP, "logits"), "mask": (GROUP, "action_mask")},
        out_keys=[KEYS["action"]],
        distribution_class=MaskedCategorical,
        return_log_prob=True,
        log_prob_key=LOG_PROB,
    )


def train(env: TorchRLEnv, actor: ProbabilisticActor, updates: int, years: int) -> list[dict[str, float]]:
    """Fit the actor in a number of updates of `years` years each; a line of figures for each."""
    central = CentralCritic(env.batch.state_space.shape[0], env.batch.num_actors)
    critic = ValueOperator(central, in_keys=["state"], out_keys=[VALUE])
    advantage = GAE(gamma=GAMMA, lmbda=LAMBDA, value_network=critic)
    loss = ClipPPOLoss(actor, critic, entropy_coeff=ENTROPY, reduction="none")
    loss.set_keys(**KEYS, value=VALUE, value_target=TARGET, sample_log_prob=LOG_PROB)
    advantage.set_keys(
        **{name: key for name, key in KEYS.items() if name != "action"}, value=VALUE, value_target=TARGET
    )
    optimizer = torch.optim.Adam([*actor.parameters(), *critic.parameters()], RATE)
    frames = years * env.batch.num_worlds
    lines = []
    for data in Collector(env, actor, frames_per_batch=frames, total_frames=frames * updates):
        with torch.no_grad():
            advantage(data)
        lines.append(figures(data))
        samples = data.flatten()
        for _ in range(EPOCHS):
            for chosen in torch.randperm(len(samples)).split(BATCH):
                step(loss, optimizer, samples[chosen])
    return lines


def step(loss: ClipPPOLoss, optimizer: torch.optim.Optimizer, samples: TensorDictBase) -> None:
    """One step down the loss of the living: a fallen state has no choice, and its rows teach nothing."""
    losses, living = loss(samples), samples[GROUP, "mask"]
    parts = [losses[name].view_as(living)[living].mean() for name in LOSSES]
    optimizer.zero_grad()
    torch.stack(parts).sum().backward()
    nn.utils.clip_grad_norm_(loss.parameters(), LONGEST_GRADIENT)
    optimizer.step()


def figures(data: TensorDictBase) -> dict[str, float]:
    """What an update's years hold: agent-steps of the living, their mean reward, falls and illegal actions."""
    group, told = data[GROUP], data["next", GROUP]
    living, legal = group["mask"], group["action_mask"].gather(-1, group["action"].unsqueeze(-1)).squeeze(-1)
    return {
        "agent_steps": int(living.sum()),
        "reward": float(told["reward"].squeeze(-1)[living].mean()),
        "falls": int((living & ~told["mask"]).sum()),
        "illegal": int((living & ~legal).sum()),
    }


def make_policy(actor: ProbabilisticActor) -> Policy:
    """The actor as a function of rows, masks and draws."""
    layers = actor.module[0][0].module

    def scores(rows: np.ndarray) -> np.ndarray:
        with torch.no_grad():
            return layers(torch.from_numpy(rows)).numpy()

    return by_scores(scores)


def main(arguments: Sequence[str] | None = None) -> Fitted:
    """The command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--scenario", default="default")
    parser.add_argument("--worlds", type=int, default=32)
    parser.add_argument("--updates", type=int, default=100)
    parser.add_argument("--years", type=int, default=64, help="of every world, between updates")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args(arguments)
    torch.manual_seed(given.seed)
    env = TorchRLEnv(given.scenario, given.worlds)
    env.set_seed(given.seed)
    actor = make_actor(env)
    lines = train(env, actor, given.updates, given.years)
    for number, line in enumerate(lines, 1):
        print(number, "  ".join(f"{name} {value:.4g}" for name, value in line.items()))
    policy = make_policy(actor)
    received = (int(sum(line[name] for line in lines)) for name in ("agent_steps", "illegal"))
    fitted = Fitted(policy, judge(policy, given.scenario), *received)
    print(fitted)
    return fitted


if __name__ == "__main__":
    main()
