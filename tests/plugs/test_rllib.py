"""RLlib: the batch as a MultiAgentEnv."""

from __future__ import annotations

import csv
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

try:
    from balance_env.adapters.rllib import MAPPINGS, MaskedModule, RLlibEnv
except ImportError as error:
    pytest.skip(str(error), allow_module_level=True)

import ray
from ray.rllib.algorithms.algorithm import Algorithm
from ray.rllib.env.multi_agent_episode import MultiAgentEpisode
from ray.rllib.utils.pre_checks.env import check_multiagent_environments

from balance_env import Scenario
from balance_env.testing import FALLS, HORIZON, VIOLENT, Year, check_adapter, check_learner

WORLD = {"scenario": "default", "max_cycles": HORIZON, **VIOLENT}


class Played:
    """The MultiAgentEnv through RLlib's own calls."""

    def __init__(self, scenario: Scenario, num_worlds: int) -> None:
        self.env = RLlibEnv({"scenario": scenario, "num_worlds": num_worlds})
        self.shape = (num_worlds, self.env.batch.num_actors)

    def _place(self, agent: str) -> tuple[int, int]:
        w, i, _ = agent.split(".", 2)
        return int(w.removeprefix("world_")), int(i.removeprefix("state_"))

    def _arrays(self, seen: dict[str, Any]) -> tuple[np.ndarray, np.ndarray]:
        rows = np.zeros((*self.shape, self.env.batch.row_size), np.float32)
        masks = np.zeros((*self.shape, self.env.batch.num_actions), np.int8)
        masks[..., 0] = 1
        for agent, observation in seen.items():
            place = self._place(agent)
            rows[place], masks[place] = observation["observations"], observation["action_mask"]
        return rows, masks

    def reset(self, seed: int | None) -> tuple[np.ndarray, np.ndarray]:
        return self._arrays(self.env.reset(seed=seed)[0])

    def step(self, actions: np.ndarray) -> Year:
        given = {agent: actions[self._place(agent)] for agent in self.env.agents}
        seen, paid, terminateds, truncateds, _ = self.env.step(given)
        rewards, terminated, truncated = np.zeros(self.shape), np.zeros(self.shape, bool), np.zeros(self.shape, bool)
        for agent, reward in paid.items():
            place = self._place(agent)
            rewards[place], terminated[place] = reward, terminateds[agent]
            truncated[place] = truncateds["__all__"] and not terminateds[agent]
        rows, masks = self._arrays(seen)
        return Year(rows, masks, rewards, terminated, truncated, rows)

    def get_state(self) -> Any:
        return self.env.batch.get_state()

    def set_state(self, snapshot: Any) -> tuple[np.ndarray, np.ndarray]:
        self.env.batch.set_state(snapshot)
        return self._arrays(self.env.observe())


@pytest.mark.parametrize("scenario", ["default", "coercive", "powers_1913"])
def test_rllib_is_told_what_the_batch_tells(scenario):
    assert check_adapter(Played, scenario, autoreset=False).falls >= FALLS


def test_rllibs_own_check_passes():
    check_multiagent_environments(RLlibEnv({**WORLD, "num_worlds": 2}))


def play_episode(env: RLlibEnv, seed: int) -> MultiAgentEpisode:
    """An episode of random legal play, kept as RLlib keeps it."""
    generator = np.random.default_rng(seed)
    episode = MultiAgentEpisode()
    seen, infos = env.reset(seed=seed)
    episode.add_env_reset(observations=seen, infos=infos)
    while not episode.is_done:
        actions = {agent: generator.choice(np.flatnonzero(seen[agent]["action_mask"])) for agent in env.agents}
        seen, rewards, terminateds, truncateds, infos = env.step(actions)
        episode.add_env_step(seen, actions, rewards, infos, terminateds=terminateds, truncateds=truncateds)
    return episode


def test_rllib_sees_falls_as_ends_and_the_cut_as_a_cut():
    env = RLlibEnv({**WORLD, "scenario": "powers_1913", "num_worlds": 3, "hegemony": 1.0})
    episode = play_episode(env, 0)
    assert len(episode) == HORIZON
    assert env.illegal_actions == 0
    alive = env.batch.outputs.alive
    assert (alive == 0).sum(1).max() >= FALLS
    for agent, own in episode.agent_episodes.items():
        w, i, _ = agent.split(".", 2)
        survived = bool(alive[int(w[6:]), int(i[6:])])
        assert (own.is_truncated and not own.is_terminated) == survived
        assert len(own) == HORIZON if survived else own.is_terminated


def test_policies_are_mapped_by_design_and_by_seat():
    env = RLlibEnv({**WORLD, "designs": ["offensive", "status_quo"], "num_worlds": 2})
    env.reset(seed=0)
    assert set(env.agents) <= set(env.possible_agents)
    assert {MAPPINGS["design"](agent, None) for agent in env.agents} == {"offensive", "status_quo"}
    assert {MAPPINGS["seat"](agent, None) for agent in env.agents} == {f"state_{i}" for i in range(8)}
    assert {MAPPINGS["shared"](agent, None) for agent in env.agents} == {"shared"}


def test_a_module_without_masks_is_refused():
    env = RLlibEnv(WORLD)
    space = env.batch.single_observation_space
    with pytest.raises(ValueError, match="MaskedModule needs action_mask in its observations"):
        MaskedModule(observation_space=space, action_space=env.batch.single_action_space, model_config={})


# training


ROOT = Path(__file__).resolve().parents[2]
TINY = ["runners=0", "worlds=2", "n_steps=32", "batch_size=64", "epochs=1", "steps=1200", "width=8", "checkpoints=1"]
TINY += [f"overrides.{name}={value}" for name, value in {**VIOLENT, "max_cycles": HORIZON}.items()]


def arguments(folder: Path, *more: str) -> list[str]:
    """Of a tiny training by `train.py`."""
    config = str(ROOT / "configs/rllib.yaml")
    return ["--config", config, "--run", str(folder), *(part for setting in TINY for part in ("--set", setting)), *more]


def figures(folder: Path) -> list[dict[str, float]]:
    """The rows of a run's `metrics.csv`."""
    with (folder / "metrics.csv").open(encoding="utf-8") as file:
        return [{name: float(value) for name, value in row.items()} for row in csv.DictReader(file)]


@pytest.fixture
def training():
    """The command `train.py`, which leaves no Ray behind."""
    pytest.importorskip("sb3_contrib", reason="train.py needs pip install balance-env[train]")
    import train

    yield train.main
    ray.shutdown()


@pytest.mark.parametrize(("learners", "names"), [("shared", ["shared"]), ("design", ["defensive", "offensive"])])
def test_a_config_trains_policies_that_keep_the_contract(learners, names, training, tmp_path, record_property):
    from agents.config import load_run
    from agents.rllib import load_policy, make_algorithm
    from agents.settings import settings

    assert training(arguments(tmp_path / "run", "--set", f"learners={learners}")) == 0
    own = settings(load_run(tmp_path / "run"), "rllib")
    assert {word: getattr(make_algorithm(load_run(tmp_path / "run")), word) for word in own} == own
    rows = figures(tmp_path / "run")
    assert rows[-1]["agent_steps"] >= 1200
    assert rows[-1]["illegal_actions"] == 0
    assert np.isfinite(rows[-1]["episode_return"])
    record_property("ran", f"PPO by `train.py`, policies {learners}, three updates")
    record_property("actions", int(rows[-1]["agent_steps"]))
    record_property("illegal", int(rows[-1]["illegal_actions"]))
    for name in names:
        assert check_learner(load_policy(tmp_path / "run" / "rllib", name), "powers_1913").falls >= FALLS
    with pytest.raises(ValueError, match="no policy 'nobody'"):
        load_policy(tmp_path / "run" / "rllib", "nobody")


def test_a_cluster_that_is_not_there_is_told(training, tmp_path, capsys):
    assert training(arguments(tmp_path / "run", "--address", "127.0.0.1:9")) == 2
    assert "no Ray cluster can be joined at '127.0.0.1:9'" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


@pytest.fixture
def cluster(request):
    """A Ray cluster of two nodes on this machine, the second with two processors."""
    if not request.config.getoption("--slow"):
        pytest.skip("a cluster of two nodes takes minutes: pytest --slow")
    from ray.cluster_utils import Cluster

    nodes = Cluster(initialize_head=True, head_node_args={"num_cpus": 1})
    nodes.second = nodes.add_node(num_cpus=1)
    yield nodes
    ray.shutdown()
    nodes.shutdown()


def test_training_on_two_nodes_outlives_one_of_them(cluster, tmp_path, record_property):
    from agents.config import read_config
    from agents.rllib import connect, iterations, load_policy, make_algorithm

    connect(cluster.address)
    assert sum(node["Alive"] for node in ray.nodes()) == 2
    config = read_config(ROOT / "configs/rllib.yaml", [*TINY, "runners=2", "steps=1000000"])
    algorithm = make_algorithm(config).build_algo()
    lines = iterations(algorithm, config)
    first = next(lines)
    assert first["runners"] == 2
    cluster.remove_node(cluster.second)
    later = [next(lines) for _ in range(4)]
    assert later[-1]["runners"] == 1
    assert later[-1]["agent_steps"] > later[0]["agent_steps"] > first["agent_steps"]
    record_property("ran", "PPO on two nodes, of which one is killed")
    record_property("actions", int(later[-1]["agent_steps"]))
    record_property("illegal", int(later[-1]["illegal_actions"]))
    algorithm.save_to_path(tmp_path / "saved")
    weights = algorithm.get_module("shared").get_state()
    algorithm.stop()
    assert check_learner(load_policy(tmp_path / "saved"), "powers_1913").falls >= FALLS
    cluster.add_node(num_cpus=1)  # as many runners are started again as there were
    again = Algorithm.from_checkpoint(tmp_path / "saved")
    for name, value in again.get_module("shared").get_state().items():
        np.testing.assert_array_equal(value, weights[name])
    assert next(iterations(again, config))["agent_steps"] > later[-1]["agent_steps"]
    again.stop()


def test_the_command_joins_a_cluster(cluster, tmp_path):
    command = [sys.executable, str(ROOT / "train.py"), *arguments(tmp_path / "run", "--address", cluster.address)]
    subprocess.run([*command, "--set", "runners=2"], check=True, cwd=ROOT)
    assert figures(tmp_path / "run")[-1]["runners"] == 2
    assert figures(tmp_path / "run")[-1]["illegal_actions"] == 0


def test_a_sweep_over_the_offence_defence_balance_runs(training, request, record_property):
    if not request.config.getoption("--slow"):
        pytest.skip("a sweep takes minutes: pytest --slow")
    from docs.examples import tune_offence

    settings = [part for setting in TINY if not setting.startswith("steps") for part in ("--set", setting)]
    rows = tune_offence.main(["--steps", "400", *settings])
    assert {row["offence"] for row in rows} == set(tune_offence.BALANCES)
    assert all(row["agent_steps"] >= 400 for row in rows)
    record_property("ran", "a Ray Tune sweep")
    record_property("actions", int(sum(row["agent_steps"] for row in rows)))
    record_property("illegal", int(sum(row["illegal_actions"] for row in rows)))
    assert not any(row["illegal_actions"] for row in rows)
