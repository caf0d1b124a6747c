"""Populations: many runs of one config, resumable, told in one table."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="torch is not installed")
pytest.importorskip("sb3_contrib", reason="sb3-contrib is not installed")
pytest.importorskip("safetensors", reason="safetensors is not installed")

import train
from agents.config import Config, Population, read_config, write_config
from agents.population import members, none_left
from balance_env.files import held

ROOT = Path(__file__).resolve().parents[1]
SETTINGS = [
    "scenario=small", "worlds=4", "steps=192", "n_steps=8", "batch_size=32", "epochs=1", "width=8", "eval_worlds=3",
    "population.seeds=1", "population.mixes=[[offensive],[status_quo]]", "population.jobs=1",
]  # fmt: skip
NAMES = ["offensive-0", "status_quo-0"]


def arguments(folder: Path, *more: str) -> list[str]:
    settings = [part for setting in [*SETTINGS, *more] for part in ("--set", setting)]
    return ["--config", str(ROOT / "configs/population.yaml"), "--run", str(folder), *settings]


def test_members_are_seeds_times_mixes():
    population = Population(seeds=2, mixes=[["offensive"], ["status_quo"], ["offensive", "defensive"], [{"power": 1}]])
    found = members(Config(scenario="small", seed=3, population=population))
    assert [member.name for member in found] == [
        f"{mix}-{seed}" for seed in (3, 4) for mix in ("offensive", "status_quo", "offensive+defensive", "mix3")
    ]
    assert found[2].config == Config(scenario="small", seed=3, designs=["offensive", "defensive"])


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"eval_worlds": 0}, "eval_worlds = 0"),
        ({"population": {"seeds": 1, "mixes": [["greedy"]]}}, "greedy"),
        ({"population": {"seeds": 1, "mixes": [["offensive"], ["offensive"]]}}, "a mix is there twice"),
        ({"population": {"seeds": 0, "mixes": [["offensive"]]}}, "greater than or equal to 1"),
        ({"population": {"seeds": 1, "mixes": []}}, "at least 1"),
    ],
)
def test_impossible_populations_are_refused(settings, told):
    with pytest.raises(ValueError, match=told):
        Config(**{"population": {"seeds": 1, "mixes": [["offensive"]]}, **settings})


def test_a_stopped_population_goes_on_and_ends_in_one_table(tmp_path, capsys):
    folder = tmp_path / "population"
    command = [sys.executable, "train.py", *arguments(folder)]
    job = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ)
    try:
        deadline = time.monotonic() + 120
        while not (folder / NAMES[0] / "evaluation.csv").is_file():
            assert job.poll() is None, job.communicate()
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert train.main(["--resume", str(folder)]) == 2
        assert "is going on in another process" in capsys.readouterr().err
        job.send_signal(signal.SIGTERM)
        told, _ = job.communicate(timeout=60)
    finally:
        job.kill()
    assert job.returncode == 128 + signal.SIGTERM
    assert "--resume" in told
    assert not (folder / NAMES[1] / "evaluation.csv").is_file()
    done = (folder / NAMES[0] / "metrics.csv").stat().st_mtime_ns
    assert train.main(["--resume", str(folder)]) == 0
    told = capsys.readouterr().out
    assert "Preliminary (fewer than 10 runs each)" in told
    assert told.count("status_quo │") == 2  # mix and design
    for name in NAMES:
        card = json.loads((folder / name / "policies/shared/policy.json").read_text())
        assert f"{card['training']['config']['designs'][0]}-{card['training']['seed']}" == name
    assert (folder / NAMES[0] / "metrics.csv").stat().st_mtime_ns == done  # what is done is left alone


def test_a_population_that_needs_more_memory_than_there_is_leaves_no_folder(tmp_path, capsys):
    folder = tmp_path / "population"
    assert train.main(arguments(folder, "worlds=10_000_000_000")) == 2
    assert "GiB are free" in capsys.readouterr().err
    assert not folder.exists()


def test_what_still_runs_when_a_population_is_left_is_killed():
    job = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
    with pytest.raises(KeyboardInterrupt), none_left({"one": job}):
        raise KeyboardInterrupt  # a second Ctrl-C
    assert job.returncode == -signal.SIGKILL


def test_failed_members_are_named_with_what_they_said(tmp_path, capsys):
    folder = tmp_path / "population"
    config = read_config(ROOT / "configs/population.yaml", [*SETTINGS, "population.mixes=[[offensive]]"])
    write_config(config, folder)
    (folder / NAMES[0]).mkdir()
    (folder / NAMES[0] / "config.yaml").write_text("scenario: nowhere")
    with held(folder):
        assert train.main(["--resume", str(folder)]) == 2
    assert "going on" in capsys.readouterr().err
    assert train.main(["--resume", str(folder)]) == 2
    error = capsys.readouterr().err
    assert NAMES[0] in error
    assert "nowhere" in error
