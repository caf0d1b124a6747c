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


def flags(over: np.ndarray, cut: np.ndarray) -> dict[str, torch.Tensor]:
    """TorchRL's three, from whether it is over and whether that was a cut."""
    each = zip(DONES, (over, over & ~cut, cut), strict=True)
    return {name: torch.from_numpy(flag).unsqueeze(-1) for name, flag in each}


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

    batch_locked = True

    def __init__(
        self, scenario: str | Scenario = "default", num_worlds: int = 1, *, state: bool = True, **options: Any
    ) -> None:
        self.batch = batch = VectorEnv(scenario, num_worlds, autoreset=False, **options)
        super().__init__(device="cpu", batch_size=[num_worlds])
        self.gives_state, self._seats = state, torch.Size((num_worlds, batch.num_actors))
        self._seed_to_come: int | None = None
        seats, row, actions = (num_worlds, batch.num_actors), batch.single_observation_space, batch.num_actions
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
        root = {GROUP: unchecked({**self._look(), **dict(of_seats)}, self._seats, self.device)}
        root |= {"state": torch.from_numpy(self.batch.state())} if self.gives_state else {}
        return unchecked({**root, **dict(of_worlds)}, self.batch_size, self.device)

    def _look(self) -> dict[str, torch.Tensor]:
        """What seats see, in the rows that the batch wrote."""
        out = self.batch.outputs
        masks, alive = (torch.from_numpy(array.copy()).view(torch.bool) for array in (out.masks, out.alive))
        return {"observation": torch.from_numpy(self.batch.keep_rows()), "action_mask": masks, "mask": alive}

    def _reset(self, tensordict: TensorDictBase | None = None, **_: Any) -> TensorDictBase:
        """Start all worlds, or the next episode in those that `_reset` names."""
        chosen = None if tensordict is None else tensordict.get("_reset", None)
        if chosen is None or bool(chosen.all()):
            seed, self._seed_to_come = self._seed_to_come, None
            self.batch.reset(seed)
        else:
            self.batch.begin_next(chosen.view(-1).numpy())
        return self.observe()

    def maybe_reset(self, tensordict: TensorDictBase) -> TensorDictBase:
        """Begin the next episode where a world has ended; all seats look anew, so that TorchRL has nothing to merge."""
        done, group = tensordict.get("done"), tensordict.get(GROUP)
        if bool(done.any()):
            self.batch.begin_next(began := done.view(-1).numpy())
            if self.gives_state:
                tensordict.set("state", state := tensordict.get("state").clone())
                state.numpy()[began] = self.batch.state(began)[began]
            goes_on = ~done.unsqueeze(-1)
            group.update({**self._look(), **{name: group.get(name) & goes_on for name in DONES}})
            tensordict.update({name: torch.zeros_like(done) for name in DONES})
        return tensordict

    def _step(self, tensordict: TensorDictBase) -> TensorDictBase:
        self.batch.pending_actions[:] = tensordict[GROUP, "action"].numpy()
        out = self.batch.advance()
        tell_of_dropped_masks(out.illegal, "torchrl")
        seats = flags(out.terminations | out.truncations | (out.alive == 0), out.truncations.copy())
        seats["reward"] = torch.from_numpy(out.rewards.astype(np.float32)).unsqueeze(-1)
        return self.observe(seats, flags(out.ended != Ending.NOT, out.ended == Ending.TIME))

    def _set_seed(self, seed: int | None) -> None:
        self._seed_to_come = seed
