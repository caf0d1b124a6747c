"""What every plug promises: its bounds are those of its extra, and it says what to install."""

from __future__ import annotations

import importlib
import re
import tomllib
from importlib import metadata
from pathlib import Path

import pytest

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
