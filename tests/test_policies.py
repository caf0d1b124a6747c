"""Policies that travel: numbers and a card, read without unpickling, refused where they do not fit."""

import hashlib
import json
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

from balance_env import VectorEnv, load_scenario
from balance_env.networks import NETWORKS, Architecture
from balance_env.policies import CARD, WEIGHTS, LearnedPolicy, load_policy, make_card, read_safetensors

ROWS = 1000  # on which two ways to compute a policy are compared
CLOSE = 1e-4  # between them, in scores of about 1


def weights_of(architecture: Architecture, seed: int = 0) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    shapes = NETWORKS[architecture.network].shapes(architecture)
    return {name: rng.normal(0.0, 0.3, shape).astype(np.float32) for name, shape in shapes.items()}


def make_policy(network: str = "pooled", scenario: str = "small", **training) -> LearnedPolicy:
    loaded = load_scenario(scenario)
    architecture = Architecture(network, 8, len(loaded.state_names()), len(loaded.verbs))
    card = make_card(architecture, loaded, {"learner": 0, "learners": "shared", **training})
    return LearnedPolicy(weights_of(architecture), card)


@pytest.fixture(params=NETWORKS)
def folder(request, tmp_path):
    """A policy folder of each network."""
    save = pytest.importorskip("agents.policy", reason="safetensors is not installed").save_policy
    policy = make_policy(request.param)
    save(policy.weights, policy.card, tmp_path / "policy")
    return tmp_path / "policy"


def edit(folder: Path, **changes) -> None:
    card = json.loads((folder / CARD).read_text())
    (folder / CARD).write_text(json.dumps({**card, **changes}))


def some_rows(scenario: str, count: int, play, **overrides) -> tuple[np.ndarray, np.ndarray]:
    """Rows and masks of living states after some years of random play."""
    env = VectorEnv(scenario, count, **overrides)
    env.reset(11)
    for _ in play(env, 12):
        pass
    alive = env.outputs.alive > 0
    return env.outputs.rows[alive][:count].copy(), env.action_masks[alive][:count].copy()


def test_a_policy_comes_back_and_plays_legally(folder, play):
    policy = load_policy(folder, load_scenario("small"))
    original = make_policy(policy.architecture.network)
    assert all(np.array_equal(policy.weights[name], array) for name, array in original.weights.items())
    rows, masks = some_rows("small", 300, play)
    actions = policy(rows, masks, np.random.default_rng(0).random(len(rows)))
    assert masks[np.arange(len(actions)), actions].all()
    assert len(np.unique(actions)) > 3
    for draw, is_first in ((0.0, True), (1.0, False)):  # the ends of the draws are the first and the last legal action
        ends = policy(rows, masks, np.full(len(rows), draw))
        legal = masks > 0
        expected = legal.argmax(1) if is_first else masks.shape[1] - 1 - legal[:, ::-1].argmax(1)
        assert np.array_equal(ends, expected)


def test_actions_are_drawn_as_often_as_scores_say(play):
    rows, masks = some_rows("small", 1, play)
    policy = make_policy()
    scores = np.where(masks[0] > 0, np.exp(policy.scores(rows)[0].astype(float)), 0.0)
    draws = (np.arange(10_000) + 0.5) / 10_000
    actions = policy(np.repeat(rows, 10_000, 0), np.repeat(masks, 10_000, 0), draws)
    assert np.bincount(actions, minlength=len(scores)) / 10_000 == pytest.approx(scores / scores.sum(), abs=2e-4)


def test_the_card_says_what_the_policy_is(folder):
    card = json.loads((folder / CARD).read_text())
    assert card["verbs"] == ["ally", "bandwagon", "sanction"]
    assert card["scenario"]["hash"] == load_scenario("small").content_hash()
    assert len(card["scenario"]["designs"]) == 2
    assert card["weights"]["sha256"] == hashlib.sha256((folder / WEIGHTS).read_bytes()).hexdigest()
    assert ["own.share", 0.0, 1.0] in card["pieces"]["table"]


def test_policies_that_do_not_fit_are_refused_with_what_differs(folder):
    verbs = json.loads((folder / CARD).read_text())["verbs"]
    edit(folder, verbs=["bandwagon", "ally", "sanction"])
    with pytest.raises(ValueError, match=r"verbs \(ally, bandwagon, sanction; the policy's: bandwagon, ally"):
        load_policy(folder, load_scenario("small"))
    edit(folder, verbs=verbs)
    five = load_scenario("default", states=5)
    policy = load_policy(folder)
    if policy.network.is_size_free:
        policy.check_fits(five)
    else:
        with pytest.raises(ValueError, match=r"number of states \(5; the policy's: 3\)"):
            policy.check_fits(five)
    table = json.loads((folder / CARD).read_text())["pieces"]["table"]
    table[0] = ["own.glory", 0.0, 1.0]
    edit(folder, pieces={"version": "other", "table": table})
    with pytest.raises(ValueError, match=r"own\.share is missing; own\.glory is unknown"):
        load_policy(folder, five)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"format": 2}, "has format 2: this is format 1"),
        ({"network": "transformer"}, "network 'transformer': one of pooled"),
        ({"width": 16}, "weights do not make"),
        ({"verbs": ["ally"]}, "weights do not make"),
        ({"weights": {"sha256": "0"}}, "its card names 0"),
    ],
)
def test_cards_that_do_not_describe_the_weights_are_refused(changes, told, folder):
    edit(folder, **changes)
    with pytest.raises(ValueError, match=told):
        load_policy(folder)


def test_the_number_of_years_is_in_the_weights_unless_the_network_goes_through_them_one_by_one(folder):
    edit(folder, years=2)
    if json.loads((folder / CARD).read_text())["network"] == "recurrent":
        assert load_policy(folder).architecture.years == 2
    else:
        with pytest.raises(ValueError, match="weights do not make"):
            load_policy(folder)


def test_broken_files_are_named(folder):
    whole = (folder / WEIGHTS).read_bytes()
    for content in (b"", whole[:20], whole[:-4], b"\xff" * 64, whole.replace(b'"F32"', b'"F16"')):
        with pytest.raises(ValueError, match="no safetensors of float32"):
            read_safetensors(content)
    (folder / CARD).write_text("{")
    with pytest.raises(ValueError, match="is not JSON"):
        load_policy(folder)
    (folder / CARD).write_text("{}")
    with pytest.raises(ValueError, match="has format None"):
        load_policy(folder)
    (folder / WEIGHTS).unlink()
    with pytest.raises(ValueError, match=r"it has no policy\.safetensors"):
        load_policy(folder)


def test_a_run_is_no_policy_but_says_where_its_policies_are(folder, tmp_path):
    kept = tmp_path / "run" / "policies" / "shared"
    shutil.copytree(folder, kept)
    with pytest.raises(ValueError, match=rf"a run keeps its policies in {re.escape(str(kept))}"):
        load_policy(tmp_path / "run")


def test_our_reader_agrees_with_the_library(folder):
    library = pytest.importorskip("safetensors.numpy").load_file(folder / WEIGHTS)
    ours = read_safetensors((folder / WEIGHTS).read_bytes())
    assert ours.keys() == library.keys()
    assert all(np.array_equal(ours[name], array) for name, array in library.items())


def test_loading_unpickles_nothing_and_needs_no_learning_library(folder):
    program = f"""
import pickle, sys
def refuse(*arguments, **options): raise AssertionError("unpickled")
pickle.load = pickle.loads = pickle.Unpickler = refuse
from balance_env.policies import load_policy
load_policy({str(folder)!r})
assert not {{"torch", "safetensors", "stable_baselines3"}} & set(sys.modules)
"""
    subprocess.run([sys.executable, "-c", program], check=True)


def test_zips_with_pickles_load_only_where_allowed(tmp_path, play):
    pytest.importorskip("sb3_contrib", reason="sb3-contrib is not installed")
    pytest.importorskip("safetensors", reason="safetensors is not installed")
    from sb3_contrib import MaskablePPO

    from agents.network import StatePolicy
    from agents.policy import load_team
    from balance_env.adapters.sb3 import SB3VecEnv

    path = tmp_path / "model.zip"
    MaskablePPO(StatePolicy, SB3VecEnv("small", 1), policy_kwargs={"width": 4}, device="cpu").save(path)
    assert zipfile.is_zipfile(path)
    with pytest.raises(ValueError, match="holds pickles"):
        load_team(path)
    rows, masks = some_rows("small", 20, play)
    actions = load_team(path, allow_pickle=True)(rows, masks, np.full(20, 0.5), np.zeros(20, int))
    assert masks[np.arange(20), actions].all()
    with pytest.raises(ValueError, match="there is no policy"):
        load_team(tmp_path / "none.zip", allow_pickle=True)
    with pytest.raises(ValueError, match="neither a policy nor a run"):
        load_team(tmp_path)


def test_a_team_acts_by_the_design_in_the_row(play):
    pytest.importorskip("safetensors", reason="safetensors is not installed")
    from balance_env.players import Team

    env = VectorEnv("default", 20)
    env.reset(0)
    rows, masks = env.outputs.rows.reshape(-1, env.row_size), env.action_masks.reshape(-1, env.num_actions)
    designs = np.unique(env.scenario.template().designs, axis=0)
    constant = [lambda rows, masks, draws, n=n: np.full(len(rows), n) for n in range(8)]
    acted = Team(constant[:2], "design", designs)(rows, masks, np.zeros(len(rows)), np.zeros(len(rows), int))
    assert np.array_equal(designs[acted], env.worlds.design.reshape(-1, designs.shape[1]))
    assert set(acted) == {0, 1}
    seats = np.tile(np.arange(8), 20)
    assert np.array_equal(Team(constant, "seat")(rows, masks, np.zeros(len(rows)), seats), seats)


def test_onnx_computes_what_torch_does(folder, tmp_path, play):
    pytest.importorskip("onnx", reason="onnx is not installed")
    pytest.importorskip("onnxscript", reason="onnxscript is not installed")
    runtime = pytest.importorskip("onnxruntime", reason="onnxruntime is not installed")
    import torch

    from agents.export import main
    from agents.network import Looking

    path = tmp_path / "policy.onnx"
    assert main([str(folder), str(path)]) == 0
    assert main([str(folder), str(path)]) == 2  # it exists
    policy = load_policy(folder)
    module = Looking(policy.architecture)
    module.load_state_dict({f"weights.{name}": torch.as_tensor(array) for name, array in policy.weights.items()})
    rows, _ = some_rows("small", ROWS, play)
    assert len(rows) == ROWS
    session = runtime.InferenceSession(path, providers=["CPUExecutionProvider"])
    with torch.no_grad():
        by_torch = [array.numpy() for array in module(torch.as_tensor(rows))]
    for told, expected in zip(session.run(None, {"rows": rows}), by_torch, strict=True):
        assert np.abs(told - expected).max() < CLOSE
    assert session.get_modelmeta().custom_metadata_map["weights_sha256"] == policy.card["weights"]["sha256"]
