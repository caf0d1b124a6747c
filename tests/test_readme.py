"""The README does what it says, and no page of the documentation points nowhere or is missing from the index."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text()
INDEX = ROOT / "docs" / "README.md"
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def targets(page: Path) -> list[tuple[Path, str]]:
    """(file, heading or "") of every link of a page into this repository."""
    prose = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    links = [link for link in re.findall(r"\]\(([^)\s]+)\)", prose) if "://" not in link]
    return [
        ((page.parent / file).resolve() if file else page, mark)
        for file, _, mark in (link.partition("#") for link in links)
    ]


def headings(page: Path) -> set[str]:
    """How links call the headings of a page."""
    found = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in found}


def test_its_program_runs_and_prints_a_table(capsys):
    (program,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    exec(program, {})
    assert "Germany" in capsys.readouterr().out


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_link_leads_somewhere(page):
    missing = [
        (str(file), mark) for file, mark in targets(page) if not file.exists() or (mark and mark not in headings(file))
    ]
    assert not missing


def test_the_index_of_the_documentation_is_complete():
    named = {file for file, _ in targets(INDEX)}
    assert {page for page in PAGES if page != INDEX} <= named


def test_every_example_is_named_on_a_page():
    named = {file for page in PAGES for file, _ in targets(page)}
    assert set((ROOT / "docs" / "examples").glob("*.py")) <= named


def test_it_is_short():
    assert len(README.splitlines()) < 150
