"""Runs that survive: killed at any moment, a run goes on as if nothing had been."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="torch is not installed")
pytest.importorskip("sb3_contrib", reason="sb3-contrib is not installed")
pytest.importorskip("safetensors", reason="safetensors is not installed")

import train
from agents import checkpoint
from agents.config import Config
from balance_env.files import write_whole

ROOT = Path(__file__).resolve().parents[1]
SETTINGS = [
    "scenario=small", "worlds=4", "steps=1536", "n_steps=8", "batch_size=32", "epochs=1", "width=8", "eval_worlds=0",
    "checkpoints=8", "learners=design", "learning_seats=1", "opponents=[past, grim, always_arm]", "draw=prioritised",
    "years=2", "network=recurrent", "critic=central",
]  # fmt: skip
ROUNDS = 1536 // (4 * 3 * 8)
ARGUMENTS = [part for setting in SETTINGS for part in ("--set", setting)]


def new_run(folder: Path) -> list[str]:
    return ["--config", str(ROOT / "configs/default.yaml"), "--run", str(folder), *ARGUMENTS]


def lines(path: Path) -> int:
    return len(path.read_text().splitlines()) if path.is_file() else 0


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The folder of a run that nothing disturbed."""
    folder = tmp_path_factory.mktemp("runs") / "whole"
    assert train.main(new_run(folder)) == 0
    return folder


def assert_same(folder: Path, whole: Path) -> None:
    """The run's figures and policies equal those of the undisturbed one, byte for byte."""
    assert lines(whole / "metrics.csv") == ROUNDS + 1
    assert (folder / "metrics.csv").read_bytes() == (whole / "metrics.csv").read_bytes()
    assert lines(folder / "timing.csv") == ROUNDS + 1
    weights = sorted(path.relative_to(whole) for path in whole.rglob("*.safetensors"))
    assert len(weights) == 2 * (1 + 8 + 1)  # of two designs: as they began, at eight checkpoints, at the end
    for path in weights:
        assert (folder / path).read_bytes() == (whole / path).read_bytes(), path


def test_a_killed_run_goes_on_as_if_nothing_had_been(whole, tmp_path):
    folder = tmp_path / "killed"
    command = [sys.executable, "train.py", *new_run(folder)]
    job = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=os.environ)
    try:
        deadline = time.monotonic() + 120
        while not (folder / checkpoint.STATE).is_file() or lines(folder / "metrics.csv") < 8:
            assert job.poll() is None, job.communicate()
            assert time.monotonic() < deadline
            time.sleep(0.005)
        job.kill()
        job.communicate(timeout=60)
    finally:
        job.kill()
    assert job.returncode == -9
    assert lines(folder / "metrics.csv") < ROUNDS + 1
    assert train.main(["--resume", str(folder)]) == 0
    assert_same(folder, whole)


@pytest.mark.parametrize("call", [1, 6], ids=["before the first state", "between two states"])
def test_a_run_that_dies_while_it_writes_goes_on(call, whole, tmp_path, monkeypatch):
    folder, calls = tmp_path / "died", []

    def die(path: Path, content: bytes) -> None:
        if path.name == checkpoint.STATE:
            calls.append(path)
            if len(calls) == call:
                path.with_name(path.name + ".part").write_bytes(content[: len(content) // 2])
                raise MemoryError
        write_whole(path, content)

    monkeypatch.setattr(checkpoint, "write_whole", die)
    with pytest.raises(MemoryError):
        train.main(new_run(folder))
    with (folder / "metrics.csv").open("a") as file:
        file.write("17,163")  # half a row
    assert train.main(["--resume", str(folder)]) == 0
    assert_same(folder, whole)


def test_a_finished_run_is_left_as_it_is(whole, capsys, monkeypatch):
    before = {path: path.stat().st_mtime_ns for path in whole.rglob("*")}
    monkeypatch.setattr(train, "train", lambda *_: pytest.fail("it went on"))
    assert train.main(["--resume", str(whole)]) == 0
    assert "is finished: 1,536 agent-steps" in capsys.readouterr().out
    assert {path: path.stat().st_mtime_ns for path in whole.rglob("*")} == before


def test_a_run_that_was_not_evaluated_yet_is_not_finished(whole):
    for steps, eval_worlds in ((1536, 0), (1536, 1), (1537, 0)):
        config = Config(steps=steps, eval_worlds=eval_worlds, scenario="small", learners="design")
        assert checkpoint.is_finished(config, whole) == ((steps, eval_worlds) == (1536, 0))


def test_a_run_that_died_before_every_learner_left_its_policy_is_not_finished(whole, tmp_path):
    config = Config(steps=1536, eval_worlds=0, scenario="small", learners="design")
    policies = tmp_path / "policies"
    shutil.copytree(whole / "policies", policies)
    assert checkpoint.is_finished(config, tmp_path)
    shutil.rmtree(policies / "offensive")
    assert not checkpoint.is_finished(config, tmp_path)


def test_checkpoints_are_spread_and_the_last_is_at_the_end():
    config = Config(steps=1000, checkpoints=4)
    assert [end for end in range(64, 1100, 64) if checkpoint.is_due(config, end - 64, end)] == [256, 512, 768, 1024]
    few = Config(steps=100, checkpoints=50)
    assert checkpoint.is_due(few, 0, 64)
    assert checkpoint.is_due(few, 64, 128)


def test_resume_goes_alone_and_needs_a_run(whole, tmp_path, capsys):
    assert train.main(["--resume", str(tmp_path)]) == 2
    assert train.main(["--resume", str(whole), "--set", "seed=1"]) == 2
    error = capsys.readouterr().err
    assert "is not a run folder" in error
    assert "--resume goes alone" in error


def test_files_are_whole_or_not_at_all(tmp_path):
    path = tmp_path / "new" / "file"
    write_whole(path, b"one")
    write_whole(path, b"two")
    assert path.read_bytes() == b"two"
    assert [file.name for file in path.parent.iterdir()] == ["file"]
