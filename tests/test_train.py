"""Training: its configs, its VecEnv, its run folder, its interruption."""

import csv
import importlib.util
import os
import re
import signal
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is not installed")
pytest.importorskip("sb3_contrib", reason="sb3-contrib is not installed")
pytest.importorskip("safetensors", reason="safetensors is not installed")

ROOT = Path(__file__).resolve().parents[1]

from stable_baselines3.common.env_checker import check_env  # noqa: E402
from stable_baselines3.common.vec_env import VecMonitor  # noqa: E402

import agents  # noqa: E402
import train  # noqa: E402
from agents import behaviour  # noqa: E402
from agents.checkpoint import STATE  # noqa: E402
from agents.config import Config, held_anew, new_run_folder, read_config  # noqa: E402
from agents.evaluate import LEARNER, WIDTH, compare, interval, play, seat_mix  # noqa: E402
from agents.evaluate import main as evaluate_main  # noqa: E402
from agents.league import League  # noqa: E402
from agents.watch import TOLD  # noqa: E402
from balance_env import BalanceEnv, VectorEnv, load_scenario  # noqa: E402
from balance_env.adapters.sb3 import SB3VecEnv  # noqa: E402
from balance_env.doctrines import doctrine_id  # noqa: E402
from balance_env.players import load_team  # noqa: E402

TINY = ["scenario=small", "worlds=4", "steps=256", "n_steps=8", "batch_size=32", "epochs=1", "width=8"]
TINY += ["eval_worlds=6", "checkpoints=2"]


def settings(*more: str) -> list[str]:
    """Arguments of a tiny training."""
    return [part for setting in [*TINY, *more] for part in ("--set", setting)]


def random_actions(masks: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return (rng.random(masks.shape) * masks).argmax(-1)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """The folder of a tiny finished training."""
    folder = tmp_path_factory.mktemp("runs") / "tiny"
    assert train.main(["--config", str(ROOT / "configs/default.yaml"), "--run", str(folder), *settings()]) == 0
    return folder


def test_what_training_needs_is_its_extra_and_what_is_missing_is_told(monkeypatch):
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    assert sorted(agents.NEEDED) == sorted(re.split("[<>=]", line)[0].replace("-", "_") for line in extras["train"])
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "rich" else name)
    with pytest.raises(ImportError, match=r"^rich: not installed\. Training needs pip install 'balance-env\[train\]'$"):
        importlib.reload(agents)


def test_a_log_without_a_terminal_tells_how_far_it_is(tmp_path, capsys):
    arguments = ["--config", str(ROOT / "configs/default.yaml"), "--run", str(tmp_path / "run")]
    assert train.main([*arguments, *settings("steps=1900", "eval_worlds=0")]) == 0
    out, err = capsys.readouterr()
    assert "1,920 agent-steps in iterations of 96 (1,900 asked for)" in " ".join(out.split())
    told = [line for line in err.splitlines() if "minutes left" in line]
    assert len(told) == TOLD
    assert told[0].startswith("192 of 1,920 agent-steps, ")
    assert told[-1].startswith("1,920 of 1,920 agent-steps, 0.0 minutes left; mean scores: defensive ")
    assert all(", offensive " in line for line in told)


# configs


CONFIGS = sorted(path for path in (ROOT / "configs").rglob("*.yaml") if path.parent.name != "proof")  # plans


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_every_config_loads_and_holds_overrides_only(path):
    config, plain = read_config(path), Config()
    for key in config.model_fields_set:
        assert getattr(config, key) != getattr(plain, key), f"{key} repeats its default"


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ("learning_rat=1", ["learning_rat", "did you mean 'learning_rate'", "Allowed: scenario"]),
        ("worlds=0", ["worlds", "greater than or equal to 1"]),
        ("gamma=1.5", ["gamma", "less than or equal to 1"]),
        ("scenario=powers_1914", ["unknown scenario 'powers_1914'", "powers_1913"]),
        ("overrides.offense=2", ["offense", "offence"]),
        ("designs=[greedy]", ["greedy", "offensive"]),
        ("worlds", ["worlds", "key=value"]),
        ("seed=-1", ["seed"]),
        ("opponents=[grm]", ["learning_seats and opponents go together"]),
        ("batch_size=2", ["batch_size", "greater than or equal to 3"]),
        ("runners=2", ["runners = 2: processes of `framework: rllib` alone, else 0"]),
        ("framework=rllib", ["anneal = True: not with `framework: rllib`, only False"]),
    ],
)
def test_bad_settings_are_named_before_any_folder_is_made(setting, told, tmp_path, capsys):
    folder = tmp_path / "run"
    config = str(ROOT / "configs/default.yaml")
    assert train.main(["--config", config, "--run", str(folder), "--set", setting]) == 2
    error = capsys.readouterr().err
    assert all(word in error for word in told), error
    assert error.count("\n") == 1
    assert not folder.exists()


@pytest.mark.parametrize(
    "settings",
    [
        ["network=dyads"],
        ["years=2"],
        ["critic=central"],
        ["start=runs/default-0-1"],
        ["learning_seats=1", "opponents=[hider]"],
        ["common_pay=true"],
        ["population={seeds: 1, mixes: [[offensive]]}"],
    ],
)
def test_what_rllib_would_leave_out_is_refused(settings):
    with pytest.raises(ValueError, match=rf"{settings[0].split('=')[0]} = .*: not with `framework: rllib`, only "):
        read_config(ROOT / "configs/rllib.yaml", settings)


def test_opponents_that_are_not_there_are_named_before_any_folder_is_made(tmp_path, capsys):
    arguments = ["--config", str(ROOT / "configs/best_response.yaml"), "--run", str(tmp_path / "run")]
    assert train.main([*arguments, "--set", "opponents=[grm]"]) == 2
    assert "opponent 'grm' is not `past`" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("setting", "told"),
    [("worlds=10_000_000_000", "GiB are free"), ("threads=4096", "threads = 4096"), ("years=0", "years")],
)
def test_a_refused_run_leaves_no_folder_by_which_the_next_is_refused(setting, told, tmp_path, capsys):
    folder = tmp_path / "run"
    for _ in range(2):
        arguments = ["--config", str(ROOT / "configs/default.yaml"), "--run", str(folder), "--set", setting]
        assert train.main(arguments) == 2
        assert told in capsys.readouterr().err
        assert not folder.exists()


def test_a_run_that_fails_once_it_wrote_something_keeps_its_folder(tmp_path):
    folder = new_run_folder(str(tmp_path / "run"), "default", 0)
    (folder / "metrics.csv").touch()
    with pytest.raises(ValueError, match="later"), held_anew(folder, Config()):
        raise ValueError("later")
    assert {path.name for path in folder.iterdir()} == {"config.yaml", "lock", "metrics.csv"}


def test_missing_config_and_broken_yaml_are_named(tmp_path):
    with pytest.raises(ValueError, match=r"no config .*nowhere\.yaml"):
        read_config(tmp_path / "nowhere.yaml")
    broken = tmp_path / "broken.yaml"
    broken.write_text("a: [")
    with pytest.raises(ValueError, match=r"broken\.yaml is not YAML"):
        read_config(broken)
    circle, inside = tmp_path / "circle.yaml", tmp_path / "inside" / "circle.yaml"
    circle.write_text("base: circle.yaml")
    inside.parent.mkdir()
    inside.write_text("base: ../inside/circle.yaml")
    for path in (circle, inside):
        with pytest.raises(ValueError, match="rests on this file itself"):
            read_config(path)


def test_a_config_rests_on_its_base_and_is_overridden_by_settings():
    plain, control = (read_config(ROOT / "configs" / f"{name}.yaml") for name in ("default", "control"))
    assert control.learning_rate == plain.learning_rate
    assert control.designs == ["offensive", "defensive", "status_quo"]
    config = read_config(ROOT / "configs/default.yaml", ["overrides.offence=2", "designs=[defensive]"])
    assert config.load_scenario().parameters["offence"] == 2
    assert config.load_scenario().designs == ("defensive",)


def test_numbers_may_be_written_with_an_exponent():
    config = read_config(ROOT / "configs/default.yaml", ["learning_rate=1e-3", "steps=2e6"])
    assert config.learning_rate == pytest.approx(1e-3)
    assert config.steps == 2_000_000


def test_existing_run_folder_is_refused_and_free_ones_are_counted(tmp_path, capsys):
    assert train.main(["--config", str(ROOT / "configs/default.yaml"), "--run", str(tmp_path)]) == 2
    assert "exists" in capsys.readouterr().err
    first, second = (new_run_folder(None, "default", 3, tmp_path) for _ in range(2))
    assert (first.name, second.name) == ("default-3-1", "default-3-2")
    (tmp_path / "file").touch()
    with pytest.raises(ValueError, match=r"'.*file/run' cannot be made"):
        new_run_folder(str(tmp_path / "file" / "run"), "default", 3)


def test_two_commands_at_once_take_folders_of_their_own(tmp_path, monkeypatch):
    (tmp_path / "default-3-1").mkdir()
    monkeypatch.setattr(Path, "exists", lambda _: False)  # what the second saw before the first had made its folder
    assert new_run_folder(None, "default", 3, tmp_path).name == "default-3-2"


# the VecEnv


def test_vec_env_has_a_slot_a_seat():
    env = SB3VecEnv("small", 4)
    env.seed(1)
    rows = env.reset()
    masks = np.stack(env.env_method("action_masks"))
    assert env.has_attr("action_masks")
    assert rows.shape == (12, env.batch.row_size)
    assert rows.dtype == np.float32
    assert masks.shape == (12, env.action_space.n)
    assert masks.dtype == bool
    assert len(env.env_method("action_masks", indices=[1, 2])) == 2
    assert env.get_attr("num_actors") == [3] * 12


def test_same_seed_same_years():
    def years(seed):
        env, rng = SB3VecEnv("small", 3), np.random.default_rng(0)
        env.seed(seed)
        rows = [env.reset()]
        for _ in range(30):
            told = env.step(random_actions(env.action_masks(), rng))
            rows += [told[0], told[1][:, None]]
        return np.concatenate([row.ravel() for row in rows])

    assert np.array_equal(years(5), years(5))
    assert not np.array_equal(years(5), years(6))


def test_rows_stay_as_they_were_returned():
    env, rng = SB3VecEnv("small", 2), np.random.default_rng(0)
    env.seed(0)
    rows, masks = env.reset(), env.action_masks()
    kept, kept_masks = rows.copy(), masks.copy()
    env.step(random_actions(masks, rng))
    assert np.array_equal(rows, kept)
    assert np.array_equal(masks, kept_masks)


def test_the_cut_is_told_with_last_row_and_length():
    env, rng = SB3VecEnv("small", 2, max_cycles=5), np.random.default_rng(0)
    env.seed(0)
    env.reset()
    for year in range(5):
        rows, _, dones, infos = env.step(random_actions(env.action_masks(), rng))
        assert dones.any() == (year == 4)
    assert dones.all()
    for slot, info in enumerate(infos):
        assert info["TimeLimit.truncated"]
        assert info["episode"]["l"] == 5
        assert not np.array_equal(info["terminal_observation"], rows[slot])


def test_falls_and_random_ends_are_dones_without_a_cut_and_the_fallen_stay_inert():
    env, rng = SB3VecEnv("powers_1913", 32, going_on=0.95), np.random.default_rng(0)
    env.seed(0)
    env.reset()
    fallen, seen = np.zeros(env.num_envs, bool), 0
    for _ in range(150):
        masks = env.action_masks()
        assert (masks[fallen].sum(-1) == 1).all()
        rows, rewards, dones, infos = env.step(random_actions(masks, rng))
        assert not rewards[fallen].any()
        assert all("episode" in infos[slot] for slot in np.flatnonzero(dones & ~fallen))
        assert not any("episode" in infos[slot] for slot in np.flatnonzero(dones & fallen))
        assert not any(infos[slot]["TimeLimit.truncated"] for slot in np.flatnonzero(dones))
        fallen = env.batch.outputs.alive.reshape(-1) == 0
        assert not rows[fallen].any()
        seen += int(fallen.sum())
    assert seen > 0


def test_vec_monitor_counts_episodes():
    env, rng = VecMonitor(SB3VecEnv("small", 2, max_cycles=3)), np.random.default_rng(0)
    env.seed(0)
    env.reset()
    for _ in range(3):
        _, _, _, infos = env.step(random_actions(np.stack(env.env_method("action_masks")), rng))
    assert all(info["episode"]["l"] == 3 for info in infos)


def test_training_never_acts_illegally():
    config = read_config(ROOT / "configs/default.yaml", [*TINY, "scenario=powers_1913", "n_steps=25"])
    illegal = []

    class Counting(SB3VecEnv):
        def step_wait(self):
            told = super().step_wait()
            illegal.append(int(self.batch.outputs.illegal.sum()))
            return told

    league = League(config, Counting(config.load_scenario(), 4))
    league.collect()
    league.fit()
    league.collect()
    assert len(illegal) == 50
    assert sum(illegal) == 0


def test_a_falling_rate_begins_whole_and_stays_above_zero():
    config = read_config(ROOT / "configs/default.yaml", [*TINY, "learning_rate=0.01"])  # steps are no whole iterations
    league, rates = League(config, SB3VecEnv(config.load_scenario(), config.worlds)), []
    while league.steps < config.steps:
        league.collect()
        league.fit()
        rates.append(league.learners[0].policy.optimizer.param_groups[0]["lr"])
    assert rates == pytest.approx([0.01, 0.01 * (1 - 96 / 256), 0.01 * (1 - 192 / 256)])


def test_single_seat_passes_the_checker():
    check_env(BalanceEnv("small", seat=1), warn=True)


# a run


def test_run_folder_holds_everything(run):
    files = {path.relative_to(run).as_posix() for path in run.rglob("*") if path.is_file()}
    assert {"config.yaml", "metrics.csv", "timing.csv", "evaluation.csv", "curves.png", "alliances.png"} <= files
    assert {"policies/shared/policy.safetensors", "policies/shared/policy.json", "state.pt"} <= files
    assert any(name.startswith("events.out.tfevents") for name in files)
    assert any(name.startswith("checkpoints/step_") for name in files)
    assert read_config(run / "config.yaml") == read_config(ROOT / "configs/default.yaml", TINY)
    with (run / "metrics.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [int(row["steps"]) for row in rows] == [96, 192, 288]
    for row in rows:
        shares = [float(value) for name, value in row.items() if name.startswith("offensive_")]
        assert sum(shares) == pytest.approx(1.0, abs=1e-4)
        assert float(row["poles"]) >= 1.0
    with (run / "timing.csv").open(newline="") as file:
        assert all(float(row["seconds"]) > 0.0 for row in csv.DictReader(file))


def test_same_seed_same_network_and_figures(run, tmp_path):
    again = tmp_path / "again"
    assert train.main(["--config", str(run / "config.yaml"), "--run", str(again), "--set", "eval_worlds=0"]) == 0
    for name in ("metrics.csv", "policies/shared/policy.safetensors"):
        assert (again / name).read_bytes() == (run / name).read_bytes(), name


def test_policies_of_a_run_act_legally(run):
    team, env = load_team(run), SB3VecEnv("small", 8)
    env.seed(0)
    rows, masks = env.reset(), env.action_masks()
    actions = team(rows, masks, np.random.default_rng(0).random(len(rows)), np.arange(len(rows)) % 3)
    assert masks[np.arange(len(actions)), actions].all()


def test_evaluation_command_reads_runs_and_names_what_is_none(run, tmp_path, capsys):
    path = tmp_path / "table.csv"
    assert evaluate_main([str(run), str(run), "--worlds", "6", "--csv", str(path)]) == 0
    told = capsys.readouterr().out
    assert "2 training seed(s)" in told
    assert "…" not in told
    assert "minimal_winning_coalition" in told
    assert max(map(len, told.splitlines())) <= WIDTH == 100
    assert evaluate_main([str(run), "--worlds", "2", "--scenario", "coercive"]) == 0
    assert "coercive: 1 training seed(s)" in capsys.readouterr().out
    assert "best doctrine" in told
    with path.open(newline="") as file:
        assert {row["design"] for row in csv.DictReader(file)} == {"offensive", "defensive"}
    assert evaluate_main([str(run), "--csv", str(path)]) == 2
    assert evaluate_main([str(tmp_path)]) == 2
    assert evaluate_main([str(run), "--worlds", "0"]) == 2
    error = capsys.readouterr().err
    assert all(word in error for word in ("file exists", "is not a run folder", "--worlds 0"))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_training_leaves_a_policy(number, tmp_path):
    folder = tmp_path / "run"
    command = [sys.executable, "train.py", "--config", "configs/default.yaml", "--run", str(folder)]
    command += settings("steps=100_000_000")
    job = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ)
    try:
        deadline = time.monotonic() + 120
        metrics = folder / "metrics.csv"
        while not metrics.is_file() or len(metrics.read_text().splitlines()) < 3:
            assert job.poll() is None, job.communicate()
            assert time.monotonic() < deadline
            time.sleep(0.1)
        job.send_signal(number)
        told, _ = job.communicate(timeout=60)
    finally:
        job.kill()
    assert job.returncode == 128 + number
    assert "--resume" in told
    stopped_at = metrics.read_text().splitlines()[-1].split(",")[1]
    assert torch.load(folder / STATE, weights_only=False)["league"]["steps"] == int(
        stopped_at
    )  # nothing is played again
    load_team(folder)
    assert not list(folder.rglob("*.part"))


# evaluation


def test_seat_mix_is_half_doctrines_and_rotates_seats():
    players, focal = seat_mix(100, 5, 7)
    assert np.array_equal(np.bincount(focal), [20] * 5)
    assert (players[np.arange(100), focal] == LEARNER).all()
    assert (players != LEARNER).sum(1).mean() == pytest.approx(2.0, abs=0.01)
    again, _ = seat_mix(100, 5, 7)
    assert np.array_equal(players, again)


def test_play_of_doctrines_equals_the_batch():
    scenario = load_scenario("small", designs=["defensive"])
    players = np.tile([doctrine_id("always_arm"), doctrine_id("hider"), doctrine_id("grim")], (6, 1))
    focal = np.arange(6) % 3
    weights = scenario.template().designs[0]

    def nobody(rows, masks, draws, seats):
        raise AssertionError("no seat learns")

    scores = play(scenario, nobody, players, focal, weights, 3)
    batch = VectorEnv(scenario, 6, players=["always_arm", "hider", "grim"], autoreset=False)
    batch.reset(3)
    expected, going = np.zeros(6), np.ones(6, bool)
    while going.any():
        _, rewards, terminations, truncations, _ = batch.step(np.zeros((6, 3), int))
        seat = (np.arange(6), focal)
        expected += rewards[seat] * going
        going &= ~(terminations[seat] | truncations[seat])
    assert scores == pytest.approx(expected)


def test_comparisons_against_hand_worked_values():
    trained, other = np.array([[1.0, 2.0, 3.0, 4.0]]), np.array([[0.0, 2.0, 4.0, 0.0]])
    told = compare("offensive", "random_legal", trained, other, True)
    assert told.difference == pytest.approx(1.0)
    assert told.chance == pytest.approx((1 + 0.5 + 0 + 1) / 4)
    assert told.is_met is False
    assert interval(np.full((3, 50), 2.0)) == pytest.approx((2.0, 2.0))
    rng = np.random.default_rng(0)
    low, high = interval(rng.normal(0.0, 1.0, (1, 10_000)))
    assert high - low == pytest.approx(2 * 1.96 / 100, rel=0.1)


def test_history_adds_up(run):
    scenario = load_scenario("small")
    history = behaviour.self_play(scenario, load_team(run), 8, 3)
    measured = behaviour.measure(history, scenario.verbs)
    for acts in measured.acts.values():
        assert sum(acts.values()) == pytest.approx(1.0)
    assert 1.0 <= measured.poles <= 3.0
    assert 0 <= behaviour.typical(history) < 8
