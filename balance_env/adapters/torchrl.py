"""TorchRL: a batch as a native EnvBase, whose batch dimension are the worlds."""

from __future__ import annotations

from typing import Any

import numpy as np

from . import require, tell_of_dropped_masks

require("torchrl")

import torch
from tensordict import TensorDict, TensorDictBase
from torchrl.data import Binary, Bounded, Categorical, Composite, Unbounded
from torchrl.envs import EnvBase

from ..core.world import Ending
from ..scenario import Scenario
from ..vector import VectorEnv

GROUP = "agents"
DONES = ("done", "terminated", "truncated")


class TorchRLEnv(EnvBase):
    """W worlds of N states: batch size (W,), and in the group `agents` all seats side by side, (W, N).

    `("agents", "observation")`, `("agents", "action_mask")` and `("agents", "mask")` (whether the state lives) are
    what seats see; `"state"` is the true world, for central critics. A fallen state is done in its group from then
    on; the root's `done` is the world's end, and the only one at which a world is reset. Rows are the batch's own
    arrays, not copied.

    Parameters
    ----------
    scenario, num_worlds, threads, **overrides
        As of `VectorEnv`.
    state : bool
        Give `"state"`; it costs a look at every world.

    Attributes
    ----------
    batch : VectorEnv
    """

    batch_locked = True

    def __init__(
        self,
        scenario: str | Scenario = "default",
        num_worlds: int = 1,
        *,
        threads: int | None = None,
        state: bool = True,
        **overrides: Any,
    ) -> None:
        self.batch = batch = VectorEnv(scenario, num_worlds, threads=threads, autoreset=False, **overrides)
        super().__init__(device="cpu", batch_size=[num_worlds])
        self._seed_to_come: int | None = None
        one, seats = (num_worlds,), (num_worlds, batch.num_actors)
        row, actions = batch.single_observation_space, batch.num_actions
        low, high = (torch.from_numpy(bound).expand(*seats, -1).clone() for bound in (row.low, row.high))
        seen = {
            "observation": Bounded(low, high, dtype=torch.float32),
            "action_mask": Binary(actions, (*seats, actions), dtype=torch.bool),
            "mask": Binary(shape=seats, dtype=torch.bool),
        }
        self.gives_state = state
        truth = {"state": Bounded(-1.0, 1.0, (*one, *batch.state_space.shape))} if state else {}
        self.observation_spec = Composite({GROUP: Composite(seen, shape=seats), **truth}, shape=one)
        acts = Composite({"action": Categorical(actions, seats)}, shape=seats)
        self.action_spec = Composite({GROUP: acts}, shape=one)
        self.reward_spec = Composite({GROUP: Composite({"reward": Unbounded((*seats, 1))}, shape=seats)}, shape=one)
        dones = {name: Binary(shape=(*one, 1), dtype=torch.bool) for name in DONES}
        by_seat = {name: Binary(shape=(*seats, 1), dtype=torch.bool) for name in DONES}
        self.done_spec = Composite({**dones, GROUP: Composite(by_seat, shape=seats)}, shape=one)

    def observe(self) -> TensorDictBase:
        """What is seen as it stands, as after a reset; after `batch.set_state`, where to go on from."""
        truth = {"state": torch.from_numpy(self.batch.state())} if self.gives_state else {}
        return TensorDict({GROUP: self._look(), **truth}, self.batch_size)

    def _look(self) -> TensorDictBase:
        """What seats see, in the rows that the batch wrote."""
        out = self.batch.outputs
        masks = torch.from_numpy(out.masks.copy()).view(torch.bool)
        self.full_action_spec[GROUP, "action"].update_mask(masks)  # for actions drawn from the spec
        seen = {
            "observation": torch.from_numpy(self.batch.keep_rows()),
            "action_mask": masks,
            "mask": torch.from_numpy(out.alive.copy()).view(torch.bool),
        }
        return TensorDict(seen, masks.shape[:2])

    def _reset(self, tensordict: TensorDictBase | None = None, **_: Any) -> TensorDictBase:
        """Start all worlds, or the next episode in those that `_reset` names."""
        chosen = None if tensordict is None else tensordict.get("_reset", None)
        if chosen is None or bool(chosen.all()):
            self.batch.reset(self._seed_to_come)
            self._seed_to_come = None
        else:
            self.batch.begin_next(chosen.view(-1).numpy())
        return self.observe()

    def maybe_reset(self, tensordict: TensorDictBase) -> TensorDictBase:
        """Begin the next episode where a world has ended.

        Seats look anew everywhere and the truth is looked at where it is new, so that TorchRL has nothing to merge.
        """
        done = tensordict["done"]
        if bool(done.any()):
            began = done.view(-1).numpy()
            self.batch.begin_next(began)
            truth = {}
            if self.gives_state:
                truth["state"] = tensordict["state"].clone()
                truth["state"].numpy()[began] = self.batch.state(began)[began]
            tensordict.update({GROUP: self._look(), **truth})
            for name in DONES:
                tensordict[GROUP, name] = tensordict[GROUP, name] & ~done.unsqueeze(-1)
                tensordict[name] = torch.zeros_like(done)
        return tensordict

    def _step(self, tensordict: TensorDictBase) -> TensorDictBase:
        self.batch.pending_actions[:] = tensordict[GROUP, "action"].numpy()
        out = self.batch.advance()
        tell_of_dropped_masks(out.illegal, "torchrl")
        told = self.observe()
        told[GROUP, "reward"] = torch.from_numpy(out.rewards.astype(np.float32)).unsqueeze(-1)
        over, cut = out.ended != Ending.NOT, out.ended == Ending.TIME
        fallen, left = out.terminations | (out.alive == 0), out.truncations.copy()
        worlds, seats = (over, over & ~cut, cut), (fallen | left, fallen, left)
        for name, ends, falls in zip(DONES, worlds, seats, strict=True):
            told[name] = torch.from_numpy(ends).unsqueeze(-1)
            told[GROUP, name] = torch.from_numpy(falls).unsqueeze(-1)
        return told

    def _set_seed(self, seed: int | None) -> None:
        self._seed_to_come = seed
