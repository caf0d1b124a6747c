"""One network for all seats and any number of states: it reads the others one by one, with the same weights.

What to do *to a state* is scored from what is seen of that state, so a lesson about one neighbour
serves for all of them; a flat network would learn it anew for every slot of the row.
"""

from __future__ import annotations

from typing import Any

import torch
from gymnasium import spaces
from sb3_contrib.common.maskable.policies import MaskableActorCriticPolicy
from stable_baselines3.common.torch_layers import BaseFeaturesExtractor
from torch import Tensor, nn

from balance_env import row_table

PLAIN_ACTIONS = 3  # invest, research, arm


def count_others(row_size: int) -> int:
    """How many other states a row of this length tells of."""
    one, two = (len(row_table(actors)) for actors in (2, 3))
    return 1 + (row_size - one) // (two - one)


class Encoder(BaseFeaturesExtractor):
    """Reads a row (B, D): one code a slot (B, S, H), and one of the whole (B, H), flattened to (B, (S + 1) H)."""

    def __init__(self, space: spaces.Box, width: int) -> None:
        self.others = count_others(space.shape[0])
        super().__init__(space, (self.others + 1) * width)
        names = [name for name, *_ in row_table(self.others + 1)]
        self.head = next(n for n, name in enumerate(names) if name.startswith("other1."))
        self.tail = sum(name.startswith("world.") for name in names)
        self.block = (space.shape[0] - self.head - self.tail) // self.others
        self.read_self = nn.Linear(self.head + self.tail, width)
        self.read_other = nn.Linear(self.block, width, bias=False)
        self.mix = nn.Linear(width, width)
        self.whole = nn.Linear(3 * width, width)

    def forward(self, rows: Tensor) -> Tensor:
        """Codes of the slots and of the whole."""
        head, others, tail = rows.split([self.head, self.others * self.block, self.tail], 1)
        me = self.read_self(torch.cat([head, tail], 1))
        them = self.read_other(others.reshape(-1, self.others, self.block))
        slots = torch.relu(self.mix(torch.relu(them + me[:, None])))
        pooled = torch.cat([torch.relu(me), slots.mean(1), slots.amax(1)], 1)
        return torch.cat([slots.flatten(1), torch.relu(self.whole(pooled))], 1)


class ActionHead(nn.Module):
    """Scores of the actions (B, A) from the codes: verbs without object from the whole, the others slot by slot."""

    def __init__(self, others: int, width: int, actions: int) -> None:
        super().__init__()
        self.others, self.width = others, width
        self.plain, self.of_nothing = nn.Linear(width, width), nn.Linear(width, PLAIN_ACTIONS)
        self.slot, self.whole = nn.Linear(width, width), nn.Linear(width, width)
        self.of_verbs = nn.Linear(width, (actions - PLAIN_ACTIONS) // others)

    def forward(self, codes: Tensor) -> Tensor:
        """Scores in the order of the encoding: every slot of the first open verb, then of the next."""
        whole = codes[:, self.others * self.width :]
        slots = codes[:, : self.others * self.width].view(-1, self.others, self.width)
        scores = self.of_verbs(torch.relu(self.slot(slots) + self.whole(whole)[:, None]))
        plain = self.of_nothing(torch.relu(self.plain(whole)))
        return torch.cat([plain, scores.transpose(1, 2).flatten(1)], 1)


class ValueHead(nn.Module):
    """What a state expects (B, 1), from the code of the whole."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.width = width
        self.layers = nn.Sequential(nn.Linear(width, width), nn.ReLU(), nn.Linear(width, 1))

    def forward(self, codes: Tensor) -> Tensor:
        """The expected return."""
        return self.layers(codes[:, -self.width :])


class StatePolicy(MaskableActorCriticPolicy):
    """The policy of MaskablePPO with these parts; `width` is H."""

    def __init__(self, *arguments: Any, width: int = 64, **options: Any) -> None:
        self.width = width
        shape = {"features_extractor_class": Encoder, "features_extractor_kwargs": {"width": width}, "net_arch": []}
        super().__init__(*arguments, **{**options, **shape})

    def _build(self, lr_schedule: Any) -> None:
        super()._build(lr_schedule)
        encoder = self.features_extractor
        assert isinstance(encoder, Encoder)
        assert isinstance(self.action_space, spaces.Discrete)
        self.action_net = head = ActionHead(encoder.others, self.width, int(self.action_space.n))
        self.value_net = ValueHead(self.width)  # type: ignore[assignment]
        for last in (head.of_nothing, head.of_verbs):  # at first, every legal action is about as likely
            nn.init.orthogonal_(last.weight, gain=0.01)
            nn.init.zeros_(last.bias)
        optimizer: Any = self.optimizer_class
        self.optimizer = optimizer(self.parameters(), lr=lr_schedule(1), **self.optimizer_kwargs)

    def _get_constructor_parameters(self) -> dict[str, Any]:
        return {**super()._get_constructor_parameters(), "width": self.width}
