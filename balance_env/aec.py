"""PettingZoo's agent-environment cycle: agents act one after the other, the year passes when all have."""

from __future__ import annotations

import copy
from typing import Any

from pettingzoo.utils.conversions import parallel_to_aec_wrapper
from pettingzoo.utils.wrappers import OrderEnforcingWrapper

from .checks import check_snapshot
from .parallel import parallel_env
from .scenario import Scenario

OF_THE_VIEW = ("env", "metadata", "render_mode", "possible_agents", "state_space")  # what no step changes


class _Turns(parallel_to_aec_wrapper):
    """PettingZoo's view, with actions checked when they are given, and with snapshots in the middle of a year."""

    def step(self, action: Any) -> None:
        agent = self.agent_selection
        if self.terminations[agent] or self.truncations[agent]:
            if action is not None:
                raise ValueError(f"the action of {agent!r} is {action!r}: it has left, None is needed")
        else:
            action = self.env.checked_action(agent, action)
        super().step(action)

    def get_state(self) -> dict[str, Any]:
        turn = {name: value for name, value in vars(self).items() if name not in OF_THE_VIEW}
        return {"world": self.env.get_state(), "turn": copy.deepcopy(turn)}

    def set_state(self, snapshot: dict[str, Any]) -> None:
        self.env.set_state(check_snapshot(snapshot, "turn")["world"])
        for name, value in copy.deepcopy(snapshot["turn"]).items():
            setattr(self, name, value)


class BalanceAECEnv(OrderEnforcingWrapper):
    """States in anarchy that act one after the other; make it with `env`.

    What it returns is what `parallel_env` returns. An action is checked when it is given; it is lived when all
    agents have acted.
    """

    def get_state(self) -> dict[str, Any]:
        """A picklable snapshot, between two turns too: the same actions after `set_state` give the same future."""
        return self.env.get_state()

    def set_state(self, snapshot: dict[str, Any]) -> None:
        """Return to a snapshot of `get_state`; ValueError if it does not fit."""
        self.env.set_state(snapshot)
        self._has_reset = self._has_updated = True

    def __str__(self) -> str:
        return str(self.env)


def env(scenario: str | Scenario = "default", **options: Any) -> BalanceAECEnv:
    """The agent-environment cycle of `parallel_env`, which says what may be given."""
    return BalanceAECEnv(_Turns(parallel_env(scenario, **options)))
