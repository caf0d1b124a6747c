"""PPO's settings in the words of each framework: a config names every number once."""

from __future__ import annotations

from typing import Any, Literal

from .config import Config

LONGEST_GRADIENT = 0.5  # longer ones are cut to it; the default of Stable-Baselines3
WORDS = {  # of a config, and what they are called
    "n_steps": {"sb3": "n_steps", "rllib": "train_batch_size_per_learner"},
    "batch_size": {"sb3": "batch_size", "rllib": "minibatch_size"},
    "epochs": {"sb3": "n_epochs", "rllib": "num_epochs"},
    "learning_rate": {"sb3": "learning_rate", "rllib": "lr"},
    "gamma": {"sb3": "gamma", "rllib": "gamma"},
    "gae_lambda": {"sb3": "gae_lambda", "rllib": "lambda_"},
    "clip_range": {"sb3": "clip_range", "rllib": "clip_param"},
    "ent_coef": {"sb3": "ent_coef", "rllib": "entropy_coeff"},
    "vf_coef": {"sb3": "vf_coef", "rllib": "vf_loss_coeff"},
}
GRADIENT = {"sb3": "max_grad_norm", "rllib": "grad_clip"}


def settings(config: Config, framework: Literal["sb3", "rllib"]) -> dict[str, Any]:
    """The settings of PPO that a config holds, as a framework's learner takes them."""
    own = {words[framework]: getattr(config, name) for name, words in WORDS.items()}
    return {**own, GRADIENT[framework]: LONGEST_GRADIENT}
