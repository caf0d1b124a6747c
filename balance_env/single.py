"""Gymnasium: one seat learns, doctrines or trained states hold the others."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import gymnasium
import numpy as np
from gymnasium.vector import VectorEnv as GymnasiumVectorEnv
from gymnasium.vector.utils import batch_space

from .checks import checked_actions, is_whole
from .core.world import Clock, Ending
from .players import LEARNER
from .scenario import Scenario
from .spaces import observation_space
from .vector import VectorEnv

DEFAULT_OPPONENTS = ("balance_of_power", "balance_of_threat", "bandwagon_for_profit", "buck_passer")


def place_opponents(seat: int, opponents: str | Sequence[str], actors: int) -> list[str]:
    """Who plays each seat: the learner in `seat`, the opponents in turn in the others.

    ValueError if the seat does not exist, or nobody is to play the others.
    """
    if not is_whole(seat) or not 0 <= seat < actors:
        raise ValueError(f"seat = {seat!r}: 0 to {actors - 1}")
    names = [opponents] if isinstance(opponents, str | Path) else opponents
    if not isinstance(names, Sequence) or not names:
        raise ValueError(f"opponents = {opponents!r}: a player, or at least one in a list")
    others = [names[n % len(names)] for n in range(actors - 1)]
    return [*others[:seat], LEARNER, *others[seat:]]


def make_batch(
    scenario: str | Scenario, num_worlds: int, seat: int, opponents: str | Sequence[str], **options: Any
) -> VectorEnv:
    """A batch in which one seat learns."""
    from .scenarios import load_scenario

    overrides = {name: value for name, value in options.items() if name not in ("threads", "autoreset")}
    loaded = load_scenario(scenario, **overrides)
    players = place_opponents(seat, opponents, len(loaded.state_names()))
    batch_options = {name: value for name, value in options.items() if name in ("threads", "autoreset")}
    return VectorEnv(loaded, num_worlds, players=players, **batch_options)


class BalanceEnv(gymnasium.Env):
    """One seat of a scenario. An episode ends for good when the seat's state falls.

    Parameters
    ----------
    scenario : str, path or Scenario
    seat : int
        The learner's seat, 0..N-1.
    opponents : str or sequence of str
        Who holds the other seats, in turn: see `players` of `VectorEnv`.
    render_mode : {"ansi"}, optional
    **overrides
        As of `VectorEnv`.

    Raises
    ------
    ValueError
        For an unknown scenario, key, value, seat or opponent, naming it and what is allowed.
    """

    metadata = {"render_modes": ["ansi"], "render_fps": 2}  # noqa: RUF012 - Gymnasium's name and type

    def __init__(
        self,
        scenario: str | Scenario = "default",
        seat: int = 0,
        opponents: str | Sequence[str] = DEFAULT_OPPONENTS,
        *,
        render_mode: str | None = None,
        max_cycles: int | None = None,
        mask_in_obs: bool = False,
        **overrides: Any,
    ) -> None:
        if render_mode not in (None, "ansi"):
            raise ValueError(f"render_mode = {render_mode!r}: 'ansi' or None")
        self.render_mode = render_mode
        self.batch = make_batch(scenario, 1, seat, opponents, threads=1, autoreset=False, **overrides)
        if max_cycles is not None:
            self.batch.max_cycles = max_cycles
        self.seat = int(seat)
        self.mask_in_obs = mask_in_obs
        self.observation_space = observation_space(self.batch.num_actors, self.batch.setting.open_verbs, mask_in_obs)
        self.action_space = self.batch.single_action_space

    def action_masks(self) -> np.ndarray:
        """Legal actions (A,) bool, as MaskablePPO asks for them."""
        return self.batch.action_masks[0, self.seat].astype(bool)

    def _row(self) -> Any:
        row = self.batch.outputs.rows[0, self.seat].copy()
        if self.mask_in_obs:
            return {"observation": row, "action_mask": self.batch.action_masks[0, self.seat].copy()}
        return row

    def _info(self) -> dict[str, Any]:
        out = self.batch.outputs
        return {
            "action_mask": out.masks[0, self.seat].copy(),
            "terms": out.terms[0, self.seat].copy(),
            "illegal_action": int(out.illegal[0, self.seat]),
            "alive": int(out.alive[0, self.seat]),
            "ended": int(out.ended[0]),
            "year": int(self.batch.worlds.clock[0, Clock.YEAR]),
            "wars": int(out.wars[0]),
            "falls": int(out.falls[0]),
            "seed": int(self.batch.worlds.clock[0, Clock.SEED]),
        }

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Any, dict[str, Any]]:
        """Start an episode; see `VectorEnv.reset`."""
        super().reset(seed=seed)
        self.batch.reset(seed)
        return self._row(), self._info()

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        """One year: (observation, reward, terminated, truncated, info).

        After the end of an episode a step is undefined in Gymnasium: it warns, as Gymnasium's own environments do.

        Raises
        ------
        ValueError
            For an action that is no whole number in 0..A-1.
        """
        if self.batch.seed is None:
            raise gymnasium.error.ResetNeeded("step before reset: call reset(seed) first")
        before = self.batch.outputs
        if not before.alive[0, self.seat] or before.ended[0] != Ending.NOT:
            gymnasium.logger.warn("step after the end of an episode is undefined: call reset() first")
        if not self.action_space.contains(action):
            raise ValueError(f"action {action!r}: a whole number from 0 to {self.batch.num_actions - 1}")
        self.batch.pending_actions[0, self.seat] = action
        out = self.batch.advance()
        seat = self.seat
        return (
            self._row(),
            float(out.rewards[0, seat]),
            bool(out.terminations[0, seat]),
            bool(out.truncations[0, seat]),
            self._info(),
        )

    def render(self) -> str | None:  # type: ignore[override]
        """The year as a table."""
        if self.render_mode is None:
            return None
        from .view.text import year_table

        return year_table(self.batch)

    def get_state(self) -> dict[str, Any]:
        """A picklable snapshot; see `VectorEnv.get_state`."""
        return self.batch.get_state()

    def set_state(self, snapshot: dict[str, Any]) -> None:
        """Return to a snapshot; ValueError if it does not fit."""
        self.batch.set_state(snapshot)


class BalanceVectorEnv(GymnasiumVectorEnv):
    """Many worlds of `BalanceEnv`, for `gymnasium.make_vec`: one kernel call steps them all.

    A world begins anew, in the same step, when it ends *or* when the learner's state falls
    (`infos["final_obs"]`, `infos["_final_obs"]` hold the last observations).
    """

    def __init__(
        self,
        num_envs: int = 1,
        scenario: str | Scenario = "default",
        seat: int = 0,
        opponents: str | Sequence[str] = DEFAULT_OPPONENTS,
        *,
        max_cycles: int | None = None,
        threads: int | None = None,
        **overrides: Any,
    ) -> None:
        self.batch = make_batch(scenario, num_envs, seat, opponents, threads=threads, autoreset=False, **overrides)
        if max_cycles is not None:
            self.batch.max_cycles = max_cycles
        self.num_envs = num_envs
        self.seat = int(seat)
        self.metadata = {"autoreset_mode": gymnasium.vector.AutoresetMode.SAME_STEP}
        self.single_observation_space = self.batch.single_observation_space
        self.single_action_space = self.batch.single_action_space
        self.observation_space = batch_space(self.single_observation_space, num_envs)
        self.action_space = batch_space(self.single_action_space, num_envs)

    def action_masks(self) -> np.ndarray:
        """Legal actions (num_envs, A) bool."""
        return self.batch.action_masks[:, self.seat].astype(bool)

    def reset(
        self, *, seed: int | list[int | None] | None = None, options: dict[str, Any] | None = None
    ) -> tuple[np.ndarray, dict[str, Any]]:
        """Start episodes; ValueError for a list of seeds, since worlds differ by their index."""
        if isinstance(seed, list):
            raise ValueError("seed is a list: give one whole number, worlds differ by their index under it")
        self.batch.reset(seed)
        return self.batch.outputs.rows[:, self.seat].copy(), self._infos()

    def _infos(self) -> dict[str, Any]:
        out = self.batch.outputs
        return {
            "action_mask": out.masks[:, self.seat].copy(),
            "terms": out.terms[:, self.seat].copy(),
            "illegal_action": out.illegal[:, self.seat].copy(),
        }

    def step(self, actions: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, dict[str, Any]]:
        """One year in all worlds; ResetNeeded before the first reset, TypeError or ValueError for wrong actions."""
        if self.batch.seed is None:
            raise gymnasium.error.ResetNeeded("step before reset: call reset(seed) first")
        self.batch.pending_actions[:, self.seat] = checked_actions(actions, (self.num_envs,), self.batch.num_actions)
        out = self.batch.advance()
        rewards = out.rewards[:, self.seat].copy()
        terminated = out.terminations[:, self.seat].copy()
        truncated = out.truncations[:, self.seat].copy()
        over = terminated | truncated | (out.ended != Ending.NOT)
        infos = self._infos()
        infos["_final_obs"] = over
        infos["final_obs"] = out.rows[:, self.seat].copy()
        if over.any():
            self.batch.begin_next(over)
        return out.rows[:, self.seat].copy(), rewards, terminated, truncated, {**infos, "action_mask": self._mask()}

    def get_state(self) -> dict[str, Any]:
        """A picklable snapshot; see `VectorEnv.get_state`."""
        return self.batch.get_state()

    def set_state(self, snapshot: dict[str, Any]) -> None:
        """Return to a snapshot; ValueError if it does not fit."""
        self.batch.set_state(snapshot)

    def _mask(self) -> np.ndarray:
        return self.batch.action_masks[:, self.seat].copy()


def register() -> None:
    """Make `balance_env/Balance-v0` known to Gymnasium."""
    gymnasium.register(
        id="balance_env/Balance-v0",
        entry_point="balance_env.single:BalanceEnv",
        vector_entry_point="balance_env.single:BalanceVectorEnv",
    )
