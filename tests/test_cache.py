"""Compiled rules: overrides compile nothing, a changed rule never runs from a stale cache, and trouble is survived."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import balance_env
from balance_env import VectorEnv
from balance_env.core import jit
from balance_env.core.params import ABOUT, Parameters
from balance_env.core.scratch import FITTED
from balance_env.kernels.cpu import step_worlds

pytestmark = pytest.mark.skipif(os.environ.get("NUMBA_DISABLE_JIT") == "1", reason="nothing is compiled")

PACKAGE = Path(balance_env.__file__).parent
# A rule of one file that is compiled with a rule of another inside: shares as perceived, of capability.py.
PERCEIVED = """
import sys
sys.path.insert(0, {tests!r})
from worlds import make_world
from balance_env.core.threat import perceive
from balance_env.core.scratch import Draft
case = make_world(2, forces=(3, 1), parameters=dict(weight_forces=1.0))
case.scratch.strength[:] = 3, 1
perceive(case.world, case.p, case.scratch)
print(case.perceived(Draft.SHARE)[0, 0])
"""
SMALL = "from balance_env.core.sanction import growth_lost; print(growth_lost(0.5, 0.1, 1.0))"


def start(program: str, cache: Path, package: Path | None = None) -> subprocess.Popen:
    """A fresh Python that keeps compiled rules under `cache`."""
    environment = {**os.environ, "BALANCE_ENV_CACHE": str(cache)}
    if package is not None:
        environment["PYTHONPATH"] = os.pathsep.join([str(package.parent), os.environ.get("PYTHONPATH", "")])
    return subprocess.Popen(
        [sys.executable, "-c", program],
        env=environment,
        cwd=package.parent if package else None,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process: subprocess.Popen) -> tuple[str, str]:
    out, err = process.communicate(timeout=200)
    assert process.returncode == 0, err
    return out.strip(), err


def compiled_files(cache: Path) -> dict[str, int]:
    return {path.name: path.stat().st_mtime_ns for path in cache.rglob("*.nb?")}


@pytest.mark.parametrize(
    ("first", "states"), [(3, 5), (4, 4)], ids=["numbers of states that share a compilation", "one that has its own"]
)
def test_twenty_overrides_compile_nothing_new(first, states):
    assert (states in FITTED) == (first == states)
    env = VectorEnv("small", 1, states=first)
    env.reset(seed=0)
    env.step(np.zeros((1, first), int))
    VectorEnv("small", 1).reset(seed=0)
    folder = jit.cache_folder()
    before, files = len(step_worlds.alone.signatures), compiled_files(folder)
    assert before >= 1
    names = list(Parameters._fields)[::4][:19]
    for name in names:
        env = VectorEnv("coercive", 2, states=states, autoreset=False, **{name: ABOUT[name].high})
        env.reset(seed=1)
        env.step(np.zeros((2, states), int))
    VectorEnv("powers_1913", max_cycles=3, targets="threat", rest=0).reset(seed=1)
    assert len(names) == 19
    assert len(step_worlds.alone.signatures) == before
    assert compiled_files(folder) == files


def test_a_changed_rule_never_runs_from_a_stale_cache(tmp_path):
    package = tmp_path / "balance_env"
    shutil.copytree(PACKAGE, package, ignore=shutil.ignore_patterns("__pycache__"))
    program, cache = PERCEIVED.format(tests=str(Path(__file__).parent)), tmp_path / "cache"
    assert float(finish(start(program, cache, package))[0]) == pytest.approx(0.75)
    assert compiled_files(cache)
    rule = package / "core" / "capability.py"
    text = rule.read_text()
    line = "return weight_forces * force_share +"
    assert text.count(line) == 1
    rule.write_text(text.replace(line, "return 0.5 * weight_forces * force_share +"))
    assert float(finish(start(program, cache, package))[0]) == pytest.approx(0.375)
    assert len(list(cache.iterdir())) == 2


def test_a_second_start_loads_what_the_first_compiled(tmp_path):
    assert finish(start(SMALL, tmp_path))[0] == "0.05"
    kept = compiled_files(tmp_path)
    assert kept
    assert finish(start(SMALL, tmp_path))[0] == "0.05"
    assert compiled_files(tmp_path) == kept


def test_two_cold_starts_at_once_harm_nothing(tmp_path):
    starts = [start(SMALL, tmp_path) for _ in range(2)]
    for process in starts:
        out, err = finish(process)
        assert out == "0.05"
        assert err == ""
    assert finish(start(SMALL, tmp_path)) == ("0.05", "")


def test_a_folder_that_cannot_be_written_warns_once_and_rules_still_run(tmp_path):
    (tmp_path / "file").touch()
    program = f"{SMALL}\nfrom balance_env.core.dispute import win_chance; print(win_chance(2.0, 1.0, 1.0, 1.0))"
    out, err = finish(start(program, tmp_path / "file" / "cache"))
    assert out.split() == ["0.05", str(2 / 3)]
    assert err.count("RuntimeWarning") == 1
    assert str(tmp_path / "file" / "cache") in err
    assert "BALANCE_ENV_CACHE" in err


def test_the_process_cache_of_numba_is_left_alone(tmp_path):
    program = (
        "import os; before = dict(os.environ); import balance_env, numba\n"
        "assert os.environ == before\n"
        "assert not numba.config.CACHE_DIR, numba.config.CACHE_DIR\n"
    )
    environment = {key: value for key, value in os.environ.items() if key != "NUMBA_CACHE_DIR"}
    subprocess.run([sys.executable, "-c", program], check=True, env=environment)
