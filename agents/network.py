"""The networks of `balance_env.networks` as policies of MaskablePPO: torch fits the weights."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import torch
from gymnasium import spaces
from sb3_contrib.common.maskable.distributions import MaskableCategorical, MaskableCategoricalDistribution
from sb3_contrib.common.maskable.policies import MaskableActorCriticPolicy
from torch import Tensor, nn
from torch.nn import functional

from balance_env import row_table
from balance_env.networks import BIAS, FLAT, LAST, NETWORKS, Architecture, Ops

from .critic import Critic
from .policy import drawn

RELUCTANT = 0.01  # gain of the layers that score actions: at first, every legal action is about as likely
HIDDEN = math.sqrt(2.0)  # gain of the others (Saxe et al. 2014)
RULED_OUT = -1e8  # score of what a mask rules out, as of sb3-contrib: finite, so that it adds 0 to the entropy
TORCH = Ops(
    linear=lambda x, weight, bias: functional.linear(x, weight.T, bias),
    rectified=torch.relu,
    tanh=torch.tanh,
    logistic=torch.sigmoid,
    softmax=lambda x: torch.softmax(x, -1),
    normalised=lambda x: functional.layer_norm(x, x.shape[-1:], eps=FLAT),
    join=lambda parts: torch.cat(parts, -1),
    largest=lambda x: x.amax(1),
    where=torch.where,
)


def architecture_for(
    row: spaces.Space, action: spaces.Space, network: str, width: int, years: int, truth: int = 0
) -> Architecture:
    """The architecture of a network for spaces of a seat, whose rows hold some years behind `truth` numbers."""
    assert isinstance(row, spaces.Box)
    assert isinstance(action, spaces.Discrete)
    one, two = (len(row_table(actors)) for actors in (2, 3))
    actors = 2 + ((row.shape[0] - truth) // years - one) // (two - one)
    plain = Architecture(network, width, actors, 0, years)
    return plain._replace(verbs=(int(action.n) - plain.actions) // (actors - 1))


class Looking(nn.Module):
    """A network as a module: rows (B, D) to scores (B, A) and values (B,)."""

    def __init__(self, architecture: Architecture) -> None:
        super().__init__()
        self.network, self.years = NETWORKS[architecture.network], architecture.years
        self.weights = nn.ParameterDict()
        for name, shape in self.network.shapes(architecture).items():
            weight = torch.zeros(shape)
            if not name.endswith(BIAS):
                nn.init.orthogonal_(weight, RELUCTANT if name in LAST else 1.0 if name == "value_out" else HIDDEN)
            self.weights[name] = nn.Parameter(weight)

    def forward(self, rows: Tensor) -> tuple[Tensor, Tensor]:
        """Scores of all actions, and what the state expects."""
        return self.network.look(self.weights, rows, self.years, TORCH)

    def adopt(self, arrays: dict[str, np.ndarray]) -> None:
        """Take over weights."""
        for name, weight in self.weights.items():
            weight.data.copy_(torch.as_tensor(arrays[name]))

    def arrays(self) -> dict[str, np.ndarray]:
        """A copy of the weights."""
        return {name: weight.detach().numpy().copy() for name, weight in self.weights.items()}


class Choice(MaskableCategoricalDistribution):
    """The distribution of sb3-contrib, from one log-softmax of the legal scores (B, A) where that takes three.

    Log-probabilities, entropies and gradients are the same; a seat's action is drawn by one uniform number.
    """

    def __init__(self, scores: Tensor, masks: Any) -> None:
        super().__init__(scores.shape[-1])
        if masks is not None:
            scores = scores.masked_fill(~torch.as_tensor(masks, dtype=torch.bool), RULED_OUT)
        self.logs = scores.log_softmax(-1)
        self.shares = self.logs.exp()

    @property
    def distribution(self) -> MaskableCategorical:  # type: ignore[override]
        """The same as a distribution of torch."""
        return MaskableCategorical(logits=self.logs)

    def log_prob(self, actions: Tensor) -> Tensor:
        """Log-probabilities (B,) of actions (B,)."""
        return self.logs.gather(-1, actions[:, None]).squeeze(-1)

    def entropy(self) -> Tensor:
        """Entropies (B,)."""
        return -(self.shares * self.logs).sum(-1)

    def sample(self) -> Tensor:
        """Actions (B,) by lot."""
        return torch.from_numpy(drawn(self.shares.detach().numpy(), torch.rand(len(self.shares)).numpy()))

    def mode(self) -> Tensor:
        """The likeliest actions (B,)."""
        return self.logs.argmax(-1)


class StatePolicy(MaskableActorCriticPolicy):
    """The policy of MaskablePPO with one of these networks; `width` is H, `years` those in a row.

    Where `truth` numbers about the true world stand before a row, a critic of its own reads them and the row; the
    network sees the row alone, and what it expects is not fitted.
    """

    def __init__(
        self, *arguments: Any, network: str = "pooled", width: int = 64, years: int = 1, truth: int = 0, **options: Any
    ) -> None:
        self.options: dict[str, Any] = {"network": network, "width": width, "years": years, "truth": truth}
        super().__init__(*arguments, **{**options, "net_arch": []})

    def _build(self, lr_schedule: Any) -> None:
        self.architecture = architecture_for(self.observation_space, self.action_space, **self.options)
        self.looking = Looking(self.architecture)
        self.critic = Critic(self.options["truth"] + self.architecture.row_size) if self.options["truth"] else None
        optimizer: Any = self.optimizer_class
        self.optimizer = optimizer(self.parameters(), lr=lr_schedule(1), **self.optimizer_kwargs)

    def _see(self, rows: Tensor) -> tuple[Tensor, Tensor]:
        """Scores of all actions, which hang on nothing before the row, and values."""
        if self.critic is None:
            return self.looking(rows)
        return self.looking(rows[:, self.options["truth"] :])[0], self.critic(rows)

    def _look(self, rows: Any, masks: Any) -> tuple[Choice, Tensor]:
        scores, values = self._see(rows.float())
        return Choice(scores, masks), values[:, None]

    def forward(self, obs: Any, deterministic: bool = False, action_masks: Any = None) -> tuple[Tensor, Tensor, Tensor]:
        """Actions, values and log probabilities."""
        distribution, values = self._look(obs, action_masks)
        actions = distribution.get_actions(deterministic=deterministic)
        return actions, values, distribution.log_prob(actions)

    def evaluate_actions(self, obs: Any, actions: Tensor, action_masks: Any = None) -> tuple[Tensor, Tensor, Any]:
        """Values, log probabilities of `actions`, and entropy."""
        distribution, values = self._look(obs, action_masks)
        return values, distribution.log_prob(actions), distribution.entropy()

    def get_distribution(self, obs: Any, action_masks: Any = None) -> Choice:
        """The distribution of actions."""
        return self._look(obs, action_masks)[0]

    def predict_values(self, obs: Any) -> Tensor:
        """The expected returns (B, 1)."""
        return self._see(obs.float())[1][:, None]

    def _get_constructor_parameters(self) -> dict[str, Any]:
        return {**super()._get_constructor_parameters(), **self.options}
