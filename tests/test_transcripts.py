"""Every scenario plays as its golden transcript says.

Where a change of the rules is meant, `python tests/write_transcripts.py` writes them anew.
"""

from __future__ import annotations

import pytest
from write_transcripts import FOLDER, make_transcript

from balance_env import scenario_names


@pytest.mark.parametrize("scenario", scenario_names())
def test_a_scenario_plays_as_its_transcript_says(scenario: str) -> None:
    expected = (FOLDER / f"{scenario}.txt").read_text(encoding="utf-8")
    played = make_transcript(scenario)
    for line, (now, then) in enumerate(zip(played.splitlines(), expected.splitlines(), strict=False), 1):
        assert now == then, f"{scenario}.txt, line {line}; if that is meant, run tests/write_transcripts.py"
    assert played == expected


def test_no_transcript_is_missing_or_left_over() -> None:
    assert sorted(file.stem for file in FOLDER.glob("*.txt")) == scenario_names()
