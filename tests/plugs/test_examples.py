"""Frameworks without an adapter: each example, fitted by its own command, keeps the contract and beats random play."""

from __future__ import annotations

import importlib

import pytest

from balance_env.testing import FALLS, check_learner

EXAMPLES = {
    "tianshou": ("tianshou_ppo", "PPO, one state among random ones"),
    "skrl": ("skrl_ppo", "PPO, a policy for all"),
    "agilerl": ("agilerl_ppo", "PPO, a policy for all"),
    "benchmarl": ("benchmarl_mappo", "MAPPO with a central critic"),
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_beats_random_legal_play(name, record_property):
    pytest.importorskip(name)
    module, ran = EXAMPLES[name]
    fitted = importlib.import_module(f"docs.examples.{module}").main([])
    assert fitted.actions > 0
    assert fitted.illegal == fitted.verdict.illegal == 0
    assert check_learner(fitted.policy).falls >= FALLS
    assert fitted.verdict.beats_random, fitted.verdict
    record_property("ran", ran)
    record_property("gain", fitted.verdict.figures)
    record_property("actions", fitted.actions)
    record_property("illegal", fitted.illegal)
