"""What all tests share: the option `--slow`, and environments that are made once."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, settings
from worlds import random_legal

QUICK_EXAMPLES, SLOW_EXAMPLES = 40, 600  # worlds tried for each property


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--slow", action="store_true", help="try the properties on more worlds, and what takes minutes")


def pytest_configure(config: pytest.Config) -> None:
    settings.register_profile(
        "balance",
        max_examples=SLOW_EXAMPLES if config.getoption("--slow") else QUICK_EXAMPLES,
        deadline=None,
        derandomize=True,
        suppress_health_check=[HealthCheck.too_slow],
    )
    settings.load_profile("balance")


@pytest.fixture(scope="session")
def play():
    """`play(env, years, seed)`: step a VectorEnv by random legal actions; yields (actions, step's five results)."""

    def steps(env, years: int, seed: int = 0):
        generator = np.random.default_rng(seed)
        for _ in range(years):
            actions = random_legal(env.action_masks, generator)
            yield actions, env.step(actions)

    return steps
