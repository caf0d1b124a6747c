"""Learners and the worlds they learn from: years are collected, then each learner is fitted to its rows."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import torch
from stable_baselines3.common.utils import set_random_seed
from stable_baselines3.common.vec_env import VecEnvWrapper, VecFrameStack

from balance_env.adapters.sb3 import SB3VecEnv
from balance_env.players import Team, as_team
from balance_env.policies import LearnedPolicy, make_card

from .casting import Cast, forebears, learner_names
from .config import CENTRAL, Config
from .critic import WithTruth
from .network import StatePolicy
from .ppo import FEWEST, LivingRolloutBuffer, ScaledByDesign, StatePPO
from .settings import settings


def make_learner(config: Config, env: VecEnvWrapper) -> StatePPO:
    """A learner of a config."""
    own = settings(config, "sb3")
    if config.anneal:
        own["learning_rate"] = lambda left: config.learning_rate * left
    truth = env.size if isinstance(env, WithTruth) else 0
    return StatePPO(
        StatePolicy,
        env,
        **own,
        rollout_buffer_class=LivingRolloutBuffer,
        policy_kwargs={"network": config.network, "width": config.width, "years": config.years, "truth": truth},
        device="cpu",
    )


class League:
    """All learners of a run, among those who hold the other seats.

    Attributes
    ----------
    steps, iteration : int
        Agent-steps and rounds of collecting and fitting so far.
    names : list of str
        What the learners are called.
    """

    def __init__(self, config: Config, env: SB3VecEnv) -> None:
        set_random_seed(config.seed)
        torch.set_num_threads(1)  # layers are small: threads share the parts of a minibatch instead
        self.threads = ThreadPoolExecutor(config.torch_threads)
        env.seed(config.seed)
        self.config, self.states = config, env
        self.scaled = ScaledByDesign(env, config.gamma)
        self.seen: VecEnvWrapper = VecFrameStack(self.scaled, config.years) if config.years > 1 else self.scaled
        self.env = WithTruth(self.seen, env) if config.critic == CENTRAL else self.seen
        self.rows: Any = self.env.reset()
        self.cast = Cast(config, env)
        self.names = learner_names(config)
        self.learners = [make_learner(config, self.env) for _ in self.names]
        for learner, forebear in zip(self.learners, forebears(config), strict=False):  # there may be none
            policy: Any = learner.policy
            policy.looking.adopt(forebear.weights)
            self.scaled.adopt(forebear.card["training"])
        self.buffer: Any = self.learners[0].rollout_buffer
        for learner in self.learners:
            learner.rollout_buffer = self.buffer
        self.starts = np.ones(env.num_envs, bool)
        self.steps = self.iteration = 0

    @property
    def each(self) -> int:
        """Agent-steps of an iteration."""
        return self.buffer.buffer_size * self.buffer.n_envs

    @property
    def whole(self) -> int:
        """Agent-steps of the run: those of its config, rounded up to whole iterations."""
        return -(-self.config.steps // self.each) * self.each

    def collect(self, note_year: Callable[..., None] | None = None) -> None:
        """Play `n_steps` years; `note_year(learners, actions, dones, infos)` is told of each."""
        self.buffer.reset()
        for learner in self.learners:
            learner.policy.set_training_mode(False)
        for _ in range(self.config.n_steps):
            rows, masks, design = self.rows, self.states.action_masks(), self.states.design
            whom = self.cast.learners()
            actions, values, log_probs = self._choose(rows, masks, whom)
            self.cast.act(rows, masks, actions)
            self.rows, rewards, dones, infos = self.env.step(actions)
            self.steps += len(rows)
            rewards = self.cast.share_pay(rewards)
            over = np.flatnonzero(dones & (whom >= 0))
            cut = np.array([slot for slot in over if infos[slot]["TimeLimit.truncated"]], np.int64)
            if len(cut):  # a cut is no end: what was still to come counts
                last = np.stack([infos[slot]["terminal_observation"] for slot in cut])
                rewards[cut] += self.config.gamma * self._values(last, whom[cut])
            scales = self.scaled.scales
            for slot in over.tolist():
                self.cast.note_end(slot, design[slot], infos[slot]["episode"]["r"] / scales[design[slot]])
            self.buffer.add(
                rows, actions[:, None], rewards, self.starts, torch.as_tensor(values), torch.as_tensor(log_probs),
                action_masks=masks, learners=whom,
            )  # fmt: skip
            self.starts = dones
            if note_year is not None:
                note_year(whom, actions, dones, infos)
            self.cast.seat(self.states.batch.outputs.ended > 0)
        whom = self.cast.learners()
        self.buffer.compute_returns_and_advantage(torch.as_tensor(self._values(self.rows, whom)), self.starts)

    def _choose(self, rows: np.ndarray, masks: np.ndarray, whom: np.ndarray) -> tuple[np.ndarray, ...]:
        """Actions, values and log probabilities of the seats that learn; zeros for the rest."""
        actions = np.zeros(len(rows), np.int64)
        values, log_probs = np.zeros((2, len(rows)), np.float32)
        for number, learner in enumerate(self.learners):
            if len(slots := np.flatnonzero(whom == number)):
                with torch.no_grad():
                    told = learner.policy(torch.as_tensor(rows[slots]), action_masks=masks[slots])
                actions[slots], values[slots], log_probs[slots] = (part.numpy().reshape(-1) for part in told)
        return actions, values, log_probs

    def _values(self, rows: np.ndarray, whom: np.ndarray) -> np.ndarray:
        """What learners expect of rows; 0 where a row teaches nobody."""
        values = np.zeros(len(rows), np.float32)
        for number, learner in enumerate(self.learners):
            if len(chosen := np.flatnonzero(whom == number)):
                with torch.no_grad():
                    values[chosen] = learner.policy.predict_values(torch.as_tensor(rows[chosen])).numpy().reshape(-1)
        return values

    def fit(self) -> list[dict[str, float]]:
        """Fit every learner to its rows of the years collected; what is told of each fit (nothing without rows)."""
        told: list[dict[str, float]] = []
        # before these years were collected: a falling rate begins whole and is still above 0 in the last fit
        before = self.steps - self.each
        for number, learner in enumerate(self.learners):
            learner._update_current_progress_remaining(before, self.config.steps)
            self.buffer.learner = number
            if len(self.buffer.chosen(number)) < FEWEST:
                told.append({})
                continue
            explained = self.buffer.explained_variance(number)
            told.append({**learner.fit(self.threads.map), "explained_variance": explained})
        self.iteration += 1
        return told

    def policies(self) -> list[LearnedPolicy]:
        """A frozen copy of every learner."""
        scenario, config = self.states.batch.scenario, self.config
        kept = []
        for number, learner in enumerate(self.learners):
            policy: Any = learner.policy
            training = {
                "learner": number, "name": self.names[number], "learners": config.learners, "seed": config.seed,
                "steps": self.steps, "scales": self.scaled.scales.tolist(), "config": config.model_dump(),
            }  # fmt: skip
            kept.append(LearnedPolicy(policy.looking.arrays(), make_card(policy.architecture, scenario, training)))
        return kept

    def team(self) -> Team:
        """A frozen copy of the learners as one player."""
        return as_team(self.policies())

    def get_state(self) -> dict[str, Any]:
        """A picklable snapshot between two iterations; past selves are kept by name."""
        return {
            "steps": self.steps,
            "iteration": self.iteration,
            "learners": [
                (learner.policy.state_dict(), learner.policy.optimizer.state_dict(), learner._n_updates)
                for learner in self.learners
            ],
            "env": self.scaled.get_state(),
            "rows": self.rows.copy(),
            "cast": self.cast.get_state(),
            "starts": self.starts.copy(),
            "numpy": np.random.get_state(),
            "torch": torch.get_rng_state(),
        }

    def set_state(self, snapshot: dict[str, Any]) -> None:
        """Go on from a snapshot, once past selves are back in the cast.

        Raises
        ------
        ValueError
            If it is of another scenario, batch or number of learners.
        """
        if len(snapshot["learners"]) != len(self.learners):
            raise ValueError(f"the snapshot has {len(snapshot['learners'])} learners, this run {len(self.learners)}")
        for learner, (policy, optimizer, updates) in zip(self.learners, snapshot["learners"], strict=True):
            learner.policy.load_state_dict(policy)
            learner.policy.optimizer.load_state_dict(optimizer)
            learner._n_updates = updates
        self.scaled.set_state(snapshot["env"])
        self.rows = snapshot["rows"].copy()
        if isinstance(self.seen, VecFrameStack):
            self.seen.stacked_obs.stacked_obs = self.rows[:, -self.config.years * self.states.batch.row_size :].copy()
        self.cast.set_state(snapshot["cast"])
        self.starts = snapshot["starts"].copy()
        self.steps, self.iteration = snapshot["steps"], snapshot["iteration"]
        np.random.set_state(snapshot["numpy"])
        torch.set_rng_state(snapshot["torch"])
