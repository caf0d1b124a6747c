"""Imports run one way, and importing the package compiles nothing and loads no learning library."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import balance_env

PACKAGE = Path(balance_env.__file__).parent
FILES = sorted(PACKAGE.rglob("*.py"))
# What each part may import of the package; core <- doctrines <- kernels, seating <- vector <- parallel, single.
MAY = {
    "benchmark": {
        "__version__",
        "benchmark",
        "commands",
        "core",
        "doctrines",
        "events",
        "files",
        "metrics",
        "players",
        "policies",
        "scenario",
        "scenarios",
        "strict",
        "seating",
        "vector",
    },
    "core": {"core"},
    "doctrines": {"core", "doctrines"},
    "kernels": {"core", "doctrines", "kernels"},
    "geography": set(),
    "states": {"core", "strict"},
    "strict": set(),
    "scenario": {"core", "geography", "states", "strict"},
    "scenarios": {"core", "scenario", "strict"},
    "spaces": {"core"},
    "metrics": {"metrics"},
    "networks": {"core"},
    "policies": {"core", "networks", "scenario"},
    "players": {"core", "doctrines", "policies", "scenario", "strict"},
    "checks": set(),
    "commands": set(),
    "seating": {"core", "doctrines", "players", "policies", "scenario"},
    "batch": {"checks", "core", "kernels", "scenario"},
    "vector": {"batch", "checks", "core", "scenario", "scenarios", "seating", "spaces"},
}
COMPILER = {"core/jit.py", "core/intrinsics.py"}  # how rules are compiled, and what the compiler has no word for
CORE_MAY = {"__future__", "math", "enum", "typing", "statistics", "numpy"}
METRICS_MAY = {"__future__", "collections", "dataclasses", "enum", "math", "numpy", "scipy", "networkx", "sklearn"}
LEARNING = {
    "torch",
    "ray",
    "stable_baselines3",
    "sb3_contrib",
    "agents",
    "train",
    "tianshou",
    "torchrl",
    "supersuit",
    "jax",
}


def part_of(path: Path) -> str:
    """Folder or module of the package that a file is in: `core`, `vector`, ..."""
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


def imports_of(path: Path) -> tuple[set[str], set[str]]:
    """(parts of the package, outside modules) that a file imports, at its head or inside functions."""
    inside, outside = set(), set()
    package = path.relative_to(PACKAGE.parent).parent.parts
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            whole = ".".join([*base, *([node.module] if node.module else [])])
            names = [f"{whole}.{alias.name}" for alias in node.names] if whole == PACKAGE.name else [whole]
        for name in names:
            first, _, rest = name.partition(".")
            if first != PACKAGE.name:
                outside.add(first)
            elif rest:
                inside.add(rest.split(".")[0])
    return inside, outside


def label(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def test_the_walk_finds_imports():
    inside, outside = imports_of(PACKAGE / "batch.py")
    assert {"core", "kernels", "scenario"} <= inside
    assert "numpy" in outside


@pytest.mark.parametrize("path", [file for file in FILES if part_of(file) in MAY], ids=label)
def test_imports_run_one_way(path):
    inside, _ = imports_of(path)
    assert inside <= MAY[part_of(path)]


@pytest.mark.parametrize(
    "path", [file for file in FILES if part_of(file) == "core" and label(file) not in COMPILER], ids=label
)
def test_the_rules_need_next_to_nothing(path):
    _, outside = imports_of(path)
    assert outside <= CORE_MAY


@pytest.mark.parametrize("path", [file for file in FILES if part_of(file) == "metrics"], ids=label)
def test_metrics_are_functions_on_arrays(path):
    _, outside = imports_of(path)
    assert outside <= METRICS_MAY


def test_only_two_files_know_the_compiler():
    knowing = {label(path) for path in FILES if imports_of(path)[1] & {"numba", "llvmlite"}}
    assert knowing == COMPILER


def test_only_the_batch_calls_the_kernels():
    callers = {label(path) for path in FILES if "kernels" in imports_of(path)[0]}
    assert callers - {"kernels/cpu.py"} == {"batch.py"}


def test_nobody_imports_adapters():
    importers = {label(path) for path in FILES if "adapters" in imports_of(path)[0] and part_of(path) != "adapters"}
    assert importers == set()


def test_learning_libraries_stay_outside_but_for_adapters():
    for path in FILES:
        if part_of(path) != "adapters":
            assert not imports_of(path)[1] & LEARNING, label(path)


def test_only_files_of_records_need_arrow():
    knowing = {label(path) for path in FILES if "pyarrow" in imports_of(path)[1]}
    assert knowing == {"benchmark/records/cow.py", "benchmark/records/parquet.py", "benchmark/reporting/pacts.py"}
    program = "import sys, balance_env.cli; assert 'pyarrow' not in sys.modules"
    subprocess.run([sys.executable, "-c", program], check=True)


def test_importing_compiles_nothing_and_loads_no_learning_library():
    program = f"""
import sys
import balance_env
loaded = sorted(set(sys.modules) & {LEARNING!r})
assert not loaded, loaded
count = 0
for name, module in list(sys.modules.items()):
    if name.startswith("balance_env"):
        for key, value in vars(module).items():
            if hasattr(value, "py_func"):
                count += 1
                assert not value.within.signatures and "alone" not in vars(value), (name, key)
assert count > 100, count
"""
    environment = {key: value for key, value in __import__("os").environ.items() if key != "NUMBA_DISABLE_JIT"}
    subprocess.run([sys.executable, "-c", program], check=True, env=environment)


def test_the_public_names_are_listed_by_hand_and_exist():
    assert len(set(balance_env.__all__)) == len(balance_env.__all__)
    for name in balance_env.__all__:
        assert getattr(balance_env, name) is not None
