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
unchecked = TensorDict._new_unsafe  # shapes are the specs' own: to check them takes a tenth of a step


def flags(end: np.ndarray, cut: np.ndarray) -> dict[str, torch.Tensor]:
    """TorchRL's three, from whether it is over and whether that was a cut."""
    return {key: torch.from_numpy(it[..., None]) for key, it in zip(DONES, (end, end > cut, cut.copy()), strict=True)}


class TorchRLEnv(EnvBase):
    """W worlds of N states: batch size (W,), and in the group `agents` all seats side by side, (W, N).

    `("agents", "observation")`, `("agents", "action_mask")` and `("agents", "mask")` (whether the state lives) are
    what seats see; `"state"` is the true world, for central critics. A fallen state is done in its group from then
    on; the root's `done` is the world's end, the only one at which it is reset. Rows are the batch's own, not copied.

    Parameters
    ----------
    scenario, num_worlds, **options
        As of `VectorEnv`.
    state : bool
        Give `"state"`; it costs a look at every world.
    """

    def __init__(
        self, scenario: str | Scenario = "default", num_worlds: int = 1, *, state: bool = True, **options: Any
    ) -> None:
        self.batch = batch = VectorEnv(scenario, num_worlds, autoreset=False, **options)
        super().__init__(device="cpu", batch_size=[num_worlds])
        self.gives_state, self._seats = state, (seats := torch.Size((num_worlds, batch.num_actors)))
        row, actions = batch.single_observation_space, batch.num_actions
        seen = {
            "observation": Bounded(torch.from_numpy(row.low), torch.from_numpy(row.high)).expand(*seats, *row.shape),
            "action_mask": Binary(actions, (*seats, actions), dtype=torch.bool),
            "mask": Binary(shape=seats, dtype=torch.bool),
        }
        truth = {"state": Bounded(-1.0, 1.0, (num_worlds, *batch.state_space.shape))} if state else {}
        dones = [{name: Binary(shape=(*of, 1), dtype=torch.bool) for name in DONES} for of in ((num_worlds,), seats)]

        def of_seats(entries: dict[str, Any], **root: Any) -> Composite:
            return Composite({GROUP: Composite(entries, shape=seats), **root}, shape=self.batch_size)

        legal = torch.from_numpy(batch.outputs.masks).view(torch.bool)  # the batch's own array: as it stands, ever
        self.observation_spec = of_seats(seen, **truth)
        self.action_spec = of_seats({"action": Categorical(actions, seats, mask=legal)})
        self.reward_spec = of_seats({"reward": Unbounded((*seats, 1))})
        self.done_spec = of_seats(dones[1], **dones[0])

    def observe(self, of_seats: Any = (), of_worlds: Any = ()) -> TensorDictBase:
        """What is seen as it stands, as after a reset; after `batch.set_state`, where to go on from."""
        group = unchecked({**self._seen(), **dict(of_seats)}, self._seats, self.device)
        state = {"state": torch.from_numpy(self.batch.state())} if self.gives_state else {}
        return unchecked({GROUP: group, **state, **dict(of_worlds)}, self.batch_size, self.device)

    def _seen(self) -> dict[str, torch.Tensor]:
        """What seats see, in the rows that the batch wrote."""
        out = self.batch.outputs
        masks, alive = (torch.from_numpy(array.view(bool).copy()) for array in (out.masks, out.alive))
        return {"observation": torch.from_numpy(self.batch.keep_rows()), "action_mask": masks, "mask": alive}

    def _reset(self, tensordict: TensorDictBase | None = None, **_: Any) -> TensorDictBase:
        """Start all worlds, or the next episode in those that `_reset` names."""
        chosen = None if tensordict is None else tensordict.get("_reset", None)
        if chosen is None or bool(chosen.all()):
            self.batch.reset(self.__dict__.pop("_seed_to_come", None))  # a seed counts once
        else:
            self.batch.begin_next(chosen.view(-1).numpy())
        return self.observe()

    def _step(self, tensordict: TensorDictBase) -> TensorDictBase:
        self.batch.pending_actions[:] = tensordict[GROUP, "action"].numpy()
        out = self.batch.advance()
        tell_of_dropped_masks(out.illegal, "torchrl")
        seats = flags(out.terminations | out.truncations | (out.alive == 0), out.truncations)
        seats["reward"] = torch.from_numpy(out.rewards.astype(np.float32)[..., None])
        return self.observe(seats, flags(out.ended != Ending.NOT, out.ended == Ending.TIME))

    def step_and_maybe_reset(self, tensordict: TensorDictBase) -> tuple[TensorDictBase, TensorDictBase]:
        """As everywhere, but all seats look anew where a world has ended, so that TorchRL has nothing to merge."""
        tensordict = tensordict.to(self.device)
        tensordict.set("next", at := self._step(tensordict))
        root = {**dict(tensordict.items()), **dict(at.items())}
        group = {**dict(tensordict[GROUP].items()), **dict(at[GROUP].items())}
        if (ended := at["done"].view(-1)).any():
            self.batch.begin_next(ended.numpy())
            group |= {**self._seen(), **flags(self.batch.outputs.alive == 0, np.zeros(self._seats, bool))}
            root |= flags(np.zeros(len(ended), bool), np.zeros(len(ended), bool))
            if self.gives_state:
                root["state"] = root["state"].index_put((ended,), torch.from_numpy(self.batch.state(ended.numpy())))
        del root["next"], group["reward"]
        root[GROUP] = unchecked(group, self._seats, self.device)
        return tensordict, unchecked(root, self.batch_size, self.device)

    def _set_seed(self, seed: int | None) -> None:
        self._seed_to_come = seed
