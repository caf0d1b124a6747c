"""What every plug promises: its bounds are those of its extra, and it says what to install."""

from __future__ import annotations

import importlib
import re
import tomllib
import warnings
from importlib import metadata
from pathlib import Path

import numpy as np
import pytest
from plugs import run

from balance_env import adapters
from balance_env.adapters import NEEDS, numbers, require

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "plugs.md").read_text(encoding="utf-8")
LEAVES = {path.stem for path in Path(adapters.__file__).parent.glob("*.py")} - {"__init__"}


@pytest.mark.parametrize("leaf", NEEDS)
def test_bounds_are_those_of_the_extra(leaf):
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    need = NEEDS[leaf]
    assert f"{need.package}>={need.least},<{need.below}" in [re.sub(r"\[.*\]", "", line) for line in extras[leaf]]


def test_every_leaf_with_a_library_has_its_bounds_and_tests():
    assert set(NEEDS) == LEAVES - {"chat"}
    for leaf in NEEDS:
        assert (ROOT / "tests" / "plugs" / f"test_{leaf}.py").is_file()


@pytest.mark.parametrize("leaf", NEEDS)
@pytest.mark.parametrize("found", [None, "0.0.1", "99.0"])
def test_a_missing_library_or_another_version_is_told_with_its_cure(leaf, found, monkeypatch):
    def version(package):
        assert package == NEEDS[leaf].package
        if found is None:
            raise metadata.PackageNotFoundError(package)
        return found

    monkeypatch.setattr(metadata, "version", version)
    told = "is not installed" if found is None else f"{found} is installed"
    with pytest.raises(ImportError, match=rf"{told}\. .* needs .*>=.*,<.*: pip install 'balance-env\[{leaf}\]'"):
        require(leaf)
    monkeypatch.setattr(metadata, "version", lambda _: NEEDS[leaf].least)
    require(leaf)


@pytest.mark.parametrize("leaf", LEAVES)
def test_a_leaf_is_there_or_says_what_to_install(leaf):
    try:
        importlib.import_module(f"balance_env.adapters.{leaf}")
    except ImportError as error:
        assert f"pip install 'balance-env[{leaf}]'" in str(error)  # noqa: PT017 - either outcome is right


def test_a_dropped_mask_is_told_with_its_cure():
    for leaf, need in NEEDS.items():
        with pytest.warns(adapters.MaskDropped, match=r"the mask was dropped on the way to the learner\.") as told:
            adapters.tell_of_dropped_masks(np.array([0, 1]), leaf)
        assert str(told[0].message).endswith(need.masked)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        adapters.tell_of_dropped_masks(np.zeros(2), "sb3")


def test_versions_are_compared_by_their_numbers():
    assert numbers("2.9.2") == (2, 9, 2)
    assert numbers("2.10") > numbers("2.9.2")
    assert numbers("0.15.0rc1") == (0, 15, 0)


def test_the_pages_program_runs_and_its_links_lead_somewhere(capsys):
    first = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)[0]
    exec(first, {})
    assert "illegal=0" in capsys.readouterr().out
    links = re.findall(r"\]\(([^)]+)\)", PAGE)
    assert links
    assert not [link for link in links if not (ROOT / "docs" / link).exists()]


# the command that runs them


def report(folder: Path, failures: int, *cases: str) -> Path:
    """A report of pytest with these test cases."""
    head = f'<testsuites><testsuite tests="{len(cases)}" failures="{failures}" errors="0" skipped="0">'
    path = folder / "report.xml"
    path.write_text(head + "".join(f"<testcase>{case}</testcase>" for case in cases) + "</testsuite></testsuites>")
    return path


def properties(**values: object) -> str:
    entries = "".join(f'<property name="{name}" value="{value}"/>' for name, value in values.items())
    return f"<properties>{entries}</properties>"


def test_a_report_is_read_as_a_row(tmp_path):
    cases = [properties(ran="A", actions=1200, illegal=0), properties(ran="B", actions=300, illegal=1, gain="+2"), ""]
    waived = '<skipped message="a cluster takes minutes: pytest --slow"/>'
    assert run.read_report(report(tmp_path, 0, *cases, waived), slow=False) == ("A; B", "+2", "3 passed", "1,500", "1")


@pytest.mark.parametrize(
    ("failures", "case", "slow"), [(1, "", False), (0, "jax is not installed", False), (0, "--slow", True)]
)
def test_a_failed_or_skipped_test_makes_no_row(failures, case, slow, tmp_path):
    skipped = f'<skipped message="{case}"/>' if case else ""
    with pytest.raises(
        RuntimeError, match=f"{failures} tests failed, {int(bool(case))} were skipped: {case or 'none'}"
    ):
        run.read_report(report(tmp_path, failures, skipped), slow)


def test_a_row_takes_the_place_of_the_one_of_its_version(tmp_path, monkeypatch):
    page = tmp_path / "plugs.md"
    page.write_text(
        PAGE.split("| framework |")[0] + f"| {' | '.join(run.HEAD)} |\n{'|---' * len(run.HEAD)}|\n\n## After\n"
    )
    monkeypatch.setattr(run, "PAGE", page)
    for row in (("ray", "2.60", "x"), ("jax", "0.8", "old"), ("jax", "0.9", "x"), ("jax", "0.8", "new")):
        run.write(row)
    rows = [line for line in page.read_text().splitlines() if line.startswith(("| ray", "| jax"))]
    assert rows == ["| jax | 0.8 | new |", "| jax | 0.9 | x |", "| ray | 2.60 | x |"]
    assert page.read_text().endswith("\n\n## After\n")
