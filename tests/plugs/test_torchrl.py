"""TorchRL: the batch as an EnvBase, and MAPPO on it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

try:
    from balance_env.adapters.torchrl import GROUP, TorchRLEnv
except ImportError as error:
    pytest.skip(str(error), allow_module_level=True)

import torch
from torchrl.envs.utils import check_env_specs

from balance_env import Scenario
from balance_env.testing import FALLS, Year, check_adapter, violent
from docs.examples import torchrl_mappo


class Played:
    """The EnvBase through TorchRL's own calls."""

    def __init__(self, scenario: Scenario, num_worlds: int) -> None:
        self.env = TorchRLEnv(scenario, num_worlds, threads=1)

    def _sees(self) -> tuple[np.ndarray, np.ndarray]:
        group = self.at[GROUP]
        return group["observation"].numpy(), group["action_mask"].numpy().astype(np.int8)

    def reset(self, seed: int | None) -> tuple[np.ndarray, np.ndarray]:
        if seed is not None:
            self.env.set_seed(seed)
        self.at = self.env.reset()
        return self._sees()

    def step(self, actions: np.ndarray) -> Year:
        self.at[GROUP, "action"] = torch.from_numpy(actions)
        stepped, self.at = self.env.step_and_maybe_reset(self.at)
        told = stepped["next", GROUP]
        ends = [told[name].squeeze(-1).numpy() for name in ("reward", "terminated", "truncated")]
        return Year(*self._sees(), *ends, told["observation"].numpy())

    def get_state(self) -> Any:
        return self.env.batch.get_state()

    def set_state(self, snapshot: Any) -> tuple[np.ndarray, np.ndarray]:
        self.env.batch.set_state(snapshot)
        self.at = self.env.observe()
        return self._sees()


@pytest.mark.parametrize("scenario", ["default", "coercive", "powers_1913"])
def test_torchrl_is_told_what_the_batch_tells(scenario):
    assert check_adapter(Played, scenario).falls >= FALLS


@pytest.mark.parametrize("scenario", ["default", "small", "coercive", "concert"])
@pytest.mark.parametrize("state", [True, False])
def test_specs_hold(scenario, state):
    check_env_specs(TorchRLEnv(violent(scenario), 3, threads=1, state=state), seed=0)


def test_actions_drawn_from_the_spec_are_legal_and_only_the_end_of_a_world_resets_it():
    env = TorchRLEnv(violent(), 4, threads=1)
    env.set_seed(0)
    data = env.rollout(50, break_when_any_done=False)
    assert data[GROUP, "action_mask"].gather(-1, data[GROUP, "action"].unsqueeze(-1)).all()
    fallen = ~data["next", GROUP, "mask"]
    assert fallen.sum() > FALLS
    assert data["next", GROUP, "done"].squeeze(-1)[fallen].all()
    done = data["next", "done"].squeeze(-1)
    begins = (data[GROUP, "mask"].all(-1) & (torch.arange(50) > 0))[:, 1:]
    assert (begins[done[:, :-1]]).all()
    assert (data["state"][:, 1:][~done[:, :-1]] == data["next", "state"][:, :-1][~done[:, :-1]]).all()


def test_the_critic_reads_the_true_world():
    env = TorchRLEnv("small", 2, threads=1)
    np.testing.assert_array_equal(env.reset()["state"].numpy(), env.batch.state())


def test_mappo_learns_through_falls_without_an_illegal_action(record_property):
    torch.manual_seed(0)
    env = TorchRLEnv(violent(), 4, threads=1)
    env.set_seed(0)
    actor = torchrl_mappo.make_actor(env)
    before = [weights.clone() for weights in actor.parameters()]
    lines = torchrl_mappo.train(env, actor, updates=2, years=25)
    assert len(lines) == 2
    assert sum(line["falls"] for line in lines) > FALLS
    assert sum(line["illegal"] for line in lines) == 0
    assert all(np.isfinite(line["reward"]) for line in lines)
    assert not any(torch.equal(old, new) for old, new in zip(before, actor.parameters(), strict=True))
    assert all(weights.isfinite().all() for weights in actor.parameters())
    record_property("ran", "MAPPO with a central critic, two updates")
    record_property("actions", sum(line["agent_steps"] for line in lines))
    record_property("illegal", sum(line["illegal"] for line in lines))


def test_the_command_prints_a_line_an_update(capsys):
    torchrl_mappo.main(["--scenario", "small", "--worlds", "2", "--updates", "2", "--years", "8"])
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines if "agent_steps" in line] == ["1", "2"]
