"""The leaderboard ranks by score, names who is missing, and is the same bytes for the same results."""

from __future__ import annotations

import pytest
from entrants import write_entrant

from balance_env.benchmark.reporting.kept import keep
from balance_env.benchmark.reporting.leaderboard import (
    ASKED_LEARNERS,
    PAGE,
    PICTURE,
    mandatory,
    standings,
    write_leaderboard,
)
from balance_env.benchmark.reporting.results import CARD, PACKED, find_results
from balance_env.benchmark.reporting.summary import IQM
from balance_env.cli import main
from balance_env.doctrines import DOCTRINES
from balance_env.players import learned_names


@pytest.fixture
def results(tmp_path):
    folder = tmp_path / "results"
    for name, skill in (("hider", 0.4), ("random_legal", -0.2), ("balance_of_threat", 0.9), ("always_arm", 0.1)):
        write_entrant(folder, name, skill)
    write_entrant(folder, "mine", 0.6, runs=6, kind="policy", faults={"crash": 2}, lost=2)
    return folder


def test_entrants_are_ranked_by_their_score(results):
    ranked = standings(find_results(results))
    assert [standing.entrant for standing in ranked] == [
        "balance_of_threat", "mine", "hider", "always_arm", "random_legal",
    ]  # fmt: skip
    assert [standing.kind for standing in ranked] == ["doctrine", "learner", "doctrine", "constant", "random"]
    assert [standing.faults for standing in ranked] == [0, 2, 0, 0, 0]
    assert all(standing.figures[IQM].low < standing.figures[IQM].high for standing in ranked)


def test_the_page_names_what_is_missing_and_is_rebuilt_to_the_byte(results, tmp_path):
    first = write_leaderboard(results, tmp_path / "one")
    second = write_leaderboard(results, tmp_path / "two")
    text = first.read_text()
    assert text == second.read_text()
    assert (tmp_path / "one/leaderboard.svg").read_bytes() == (tmp_path / "two/leaderboard.svg").read_bytes()
    assert "| 2 | mine (preliminary) | learner |" in text
    (missing,) = (line for line in text.splitlines() if line.startswith("Mandatory baselines"))
    assert "buck_passer" in missing
    assert "hider" not in missing
    assert str(tmp_path) not in text


def test_doctrines_and_trained_states_are_mandatory():
    assert set(mandatory()) == {*DOCTRINES, *learned_names(), *ASKED_LEARNERS}


def test_other_settings_have_a_table_of_their_own(results, tmp_path):
    write_entrant(results / "full", "grim", 0.5, setting="full")
    text = write_leaderboard(results, tmp_path / "docs").read_text()
    assert text.index("## balance-v1, full setting") < text.index("| 1 | grim |") < text.index("quick setting")
    assert (tmp_path / "docs/leaderboard_2.svg").is_file()


def test_no_results_and_one_entrant_twice_are_refused(results, tmp_path):
    write_entrant(results / "again", "hider")
    with pytest.raises(ValueError, match="two results of hider"):
        write_leaderboard(results, tmp_path / "docs")
    with pytest.raises(ValueError, match="holds no results"):
        write_leaderboard(tmp_path / "nowhere", tmp_path / "docs")


def test_kept_results_rank_as_those_they_were_packed_from(results, tmp_path):
    kept = tmp_path / "kept"
    keep(results, kept)
    assert sorted(path.name for path in (kept / "balance-v1/hider").iterdir()) == [CARD, PACKED]
    for one, packed in zip(standings(find_results(results)), standings(find_results(kept)), strict=True):
        assert one._replace(figures={}) == packed._replace(figures={})
        for name, figure in one.figures.items():
            assert figure[1:4] == pytest.approx(packed.figures[name][1:4], abs=2e-3)  # scores have three digits
    episodes = find_results(kept)[0].episodes
    assert set(episodes["role"]) == {"resident", "visitor"}
    pack = kept / "balance-v1/hider" / PACKED
    pack.write_bytes(pack.read_bytes()[:-20])
    with pytest.raises(ValueError, match=r"hider/scores.csv.xz is torn"):
        find_results(kept)


def test_the_committed_page_is_what_the_command_makes_of_the_committed_results(tmp_path, monkeypatch, request, capsys):
    root = request.config.rootpath
    monkeypatch.chdir(root)
    assert main(["leaderboard", "benchmarks/results", "--write", str(tmp_path)]) == 0
    assert (tmp_path / PAGE).read_bytes() == (root / "docs" / PAGE).read_bytes()
    assert (tmp_path / PICTURE).is_file()
    assert "| 1 | " in capsys.readouterr().out
