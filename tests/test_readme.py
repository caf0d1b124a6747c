"""The README does what it says."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text()


def test_its_program_runs_and_prints_a_table(capsys):
    (program,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    exec(program, {})
    assert "Germany" in capsys.readouterr().out


def test_every_file_it_links_to_exists():
    links = re.findall(r"\]\(([^)]+)\)", README)
    missing = [link for link in links if not (ROOT / link).exists()]
    assert links
    assert not missing


def test_it_is_short():
    assert len(README.splitlines()) < 150
