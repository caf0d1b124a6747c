"""Run the tests of each framework in a virtual environment of its own, and write what ran into docs/plugs.md.

    python tests/plugs/run.py [--folder .plugs] [--oldest] [--slow] [sb3 torchrl rllib jax tianshou ...]

Adapters have tests of their own; frameworks without one have an example, which is fitted and judged. A test that is
skipped is a failure here. `--oldest` takes the least version that the extra allows, `--slow` adds the
tests that start a Ray cluster.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import venv
import xml.etree.ElementTree as ElementTree
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from balance_env.adapters import NEEDS  # noqa: E402

PAGE = ROOT / "docs" / "plugs.md"
HEAD = (
    "framework",
    "version",
    "what ran",
    "return against random legal play",
    "tests",
    "actions received in training",
    "of them illegal",
)
MORE = {"sb3": ("sb3-contrib",)}  # packages released in step with a leaf's
EXTRAS = {"rllib": "train,"}  # of `train.py`, beside a leaf's own


class Example(NamedTuple):
    """A framework without an adapter: what its example needs, and what clashes with the project's own pins.

    Attributes
    ----------
    package : str
        Whose version the page tells.
    wanted : tuple
        Requirements to install.
    unpinned : tuple
        Packages whose line in constraints.txt does not count.
    alone : tuple
        Requirements to install without theirs, where those would bring another torch.
    """

    package: str
    wanted: tuple[str, ...]
    unpinned: tuple[str, ...] = ()
    alone: tuple[str, ...] = ()


EXAMPLES = {
    "tianshou": Example("tianshou", ("torch", "tianshou>=2,<3")),
    "skrl": Example("skrl", ("torch", "skrl>=2,<3")),
    "agilerl": Example("agilerl", ("torch", "agilerl>=2.58,<3", "peft"), unpinned=("pettingzoo",)),
    "benchmarl": Example(
        "benchmarl", ("torch", "torchrl==0.11.1", "hydra-core", "tqdm"), alone=("benchmarl>=1.5.2,<2",)
    ),
}


def prepare(name: str, folder: Path, oldest: bool) -> Path:
    """The python of the framework's virtual environment, made where there is none."""
    place = folder / (f"{name}-oldest" if oldest else name)
    python = place / "bin" / "python"
    if (place / "ready").exists():
        return python
    venv.create(place, with_pip=True, clear=True)
    extras, wanted, free = what_to_install(name, oldest)
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write("\n".join(line for line in lines if line.split("==")[0].replace("_", "-") not in free))
        file.flush()
        subprocess.run(
            [
                python,
                "-m",
                "pip",
                "install",
                "--quiet",
                "--constraint",
                file.name,
                "--editable",
                f"{ROOT}[{extras}test]",
                *wanted,
            ],
            check=True,
        )
    for requirement in EXAMPLES[name].alone if name in EXAMPLES else ():
        subprocess.run([python, "-m", "pip", "install", "--quiet", "--no-deps", requirement], check=True)
    (place / "ready").touch()
    return python


def what_to_install(name: str, oldest: bool) -> tuple[str, Sequence[str], Sequence[str]]:
    """Extras of the project, further requirements, and packages that are free of the constraints."""
    if name in EXAMPLES:
        example = EXAMPLES[name]
        return "", example.wanted, example.unpinned
    packages = [NEEDS[name].package, *MORE.get(name, ())]
    pinned = [f"{package}=={NEEDS[name].least}" for package in packages] if oldest else []
    return f"{EXTRAS.get(name, '')}{name},", pinned, packages if oldest else ()


def run(name: str, python: Path, slow: bool) -> tuple[str, ...]:
    """Run a framework's tests and return its row; RuntimeError as of `read_report`."""
    package = EXAMPLES[name].package if name in EXAMPLES else NEEDS[name].package
    tests = ["tests/plugs/test_examples.py", "-k", name] if name in EXAMPLES else [f"tests/plugs/test_{name}.py"]
    ask = f"from importlib.metadata import version; print(version({package!r}))"
    version = subprocess.run([python, "-c", ask], check=True, capture_output=True, text=True).stdout.strip()
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "report.xml")
        tests += ["-W", "ignore", "-rs", f"--junitxml={report}"]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        subprocess.run([python, "-m", "pytest", *tests, *["--slow"] * slow], cwd=ROOT, env=environment)
        return package, version, *read_report(report, slow)


def read_report(report: Path, slow: bool) -> tuple[str, ...]:
    """What ran, what it earned, how many tests passed, actions received in training and illegal ones; from pytest.

    RuntimeError if a test failed, or was skipped for another reason than that `--slow` was not asked for.
    """
    suite = ElementTree.parse(report).getroot()[0]
    skips = [entry.attrib["message"] for entry in suite.iter("skipped")]
    unasked = [message for message in skips if slow or "--slow" not in message]
    broken = int(suite.attrib["failures"]) + int(suite.attrib["errors"])
    if broken or unasked:
        raise RuntimeError(f"{broken} tests failed, {len(unasked)} were skipped: {'; '.join(unasked) or 'none'}")
    told: dict[str, list[str]] = {"ran": [], "gain": [], "actions": [], "illegal": []}
    for entry in suite.iter("property"):
        told[entry.attrib["name"]].append(entry.attrib["value"])
    sums = [f"{sum(map(int, told[key])):,}" for key in ("actions", "illegal")]
    passed = int(suite.attrib["tests"]) - len(skips)
    ran, gains = "; ".join(dict.fromkeys(told["ran"])), "; ".join(told["gain"]) or "-"
    return ran, gains, f"{passed} passed", *sums


def write(row: tuple[str, ...]) -> None:
    """Put a row into the page's table, in the place of one of the same framework and version."""
    head = f"| {' | '.join(HEAD)} |"
    before, _, after = PAGE.read_text(encoding="utf-8").partition(head)
    table, _, rest = after.partition("\n\n")
    rows = [line for line in table.splitlines()[2:] if not line.startswith(f"| {row[0]} | {row[1]} |")]
    rows = sorted([*rows, f"| {' | '.join(row)} |"])
    PAGE.write_text(before + "\n".join([head, "|---" * len(HEAD) + "|", *rows]) + "\n\n" + rest, encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    known = [*NEEDS, *EXAMPLES]
    parser.add_argument("names", nargs="*", default=known, metavar="NAME", help=f"of {', '.join(known)}")
    parser.add_argument("--folder", type=Path, default=ROOT / ".plugs", help="of the virtual environments")
    parser.add_argument("--oldest", action="store_true", help="the least version that the extra allows")
    parser.add_argument("--slow", action="store_true", help="with the tests that start a Ray cluster")
    given = parser.parse_args(arguments)
    if unknown := set(given.names) - set(known):
        parser.error(f"no framework {', '.join(sorted(unknown))}: of {', '.join(known)}")
    for name in [name for name in given.names if not given.oldest or name in NEEDS]:
        write(run(name, prepare(name, given.folder.resolve(), given.oldest), given.slow))


if __name__ == "__main__":
    main()
