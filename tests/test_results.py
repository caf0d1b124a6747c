"""Results are read back as they were written, and what is torn is refused by name."""

from __future__ import annotations

import numpy as np
import pytest
from entrants import STAGES, TAGS, measured, write_entrant

from balance_env.benchmark.emergence.catalogue import MEASURES as CATALOGUE
from balance_env.benchmark.reporting.results import find_results, read_results
from balance_env.benchmark.reporting.summary import LISTED, hypotheses, paid, summarise


def test_results_are_read_by_run_and_episode(tmp_path):
    results = read_results(write_entrant(tmp_path, runs=3, episodes=5))
    assert results.stages() == list(STAGES)
    assert len(results.cells()) == 2 * len(STAGES)
    assert results.by_run("rising_challenger", "visitor").shape == (3, 5)
    file = results.episodes
    here = (
        (file["stage"] == "rising_challenger")
        & (file["role"] == "visitor")
        & (file["run"] == 2)
        & (file["episode"] == 4)
    )
    assert results.by_run("rising_challenger", "visitor")[2, 4] == file["score"][here].item()
    assert [entrant.card["entrant"] for entrant in find_results(tmp_path)] == ["hider"]


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        ("scores.csv", "multipolar", "utopia", "attractor is 'utopia'"),
        ("scores.csv", "resident", "squatter", "role is 'squatter'"),
        ("scores.csv", "attractor", "end", "no column attractor"),
        ("card.json", '"seed"', '"sed"', "says nothing of seed"),
        ("card.json", "{", "", "is not JSON"),
        ("measures.csv", "0.004", "often", "p is 'often'"),
    ],
)
def test_torn_results_are_refused(tmp_path, file, old, new, told):
    folder = write_entrant(tmp_path)
    path = folder / file
    path.write_text(path.read_text().replace(old, new))
    with pytest.raises(ValueError, match=told):
        read_results(folder)


def test_a_stage_that_was_cut_short_is_refused(tmp_path):
    folder = write_entrant(tmp_path, runs=2)
    lines = (folder / "scores.csv").read_text().splitlines(keepends=True)
    (folder / "scores.csv").write_text("".join(lines[:1] + lines[2:]))
    with pytest.raises(ValueError, match=r"concert, resident has \[19, 20\] episodes"):
        read_results(folder).scores()


def test_a_stage_of_which_a_rule_lacks_an_episode_or_has_one_twice_is_refused(tmp_path):
    folder = write_entrant(tmp_path)
    lines = (folder / "scores.csv").read_text().splitlines(keepends=True)
    for kept in (lines[:1] + lines[2:], [lines[0], lines[2], *lines[2:]]):
        (folder / "scores.csv").write_text("".join(kept))
        results = read_results(folder)
        with pytest.raises(ValueError, match="with the episodes 0 to 19 each are needed"):
            results.scores()


def test_a_summary_is_of_scores_that_are_not_self_play(tmp_path):
    told = summarise(read_results(write_entrant(tmp_path, skill=0.5)), TAGS)
    iqm = told.headline[0]
    assert iqm.low < 0.65 < iqm.high  # 0.5 and 0 to 0.3 by stage
    assert {figure.name for figure in told.tags} == {tag for tags in TAGS.values() for tag in tags}
    assert list(told.stages) == [(stage, role) for stage in STAGES for role in ("resident", "visitor")]
    by_name = {figure.name: figure for figure in told.headline}
    assert by_name["P(improvement) over the floor (random legal)"].value == 1.0
    assert by_name["P(improvement) over the reference doctrine"].value == 0.0
    assert sum(figure.value for figure in told.attractors["all"].values()) == pytest.approx(1.0)
    shares = [figure.value for figure in told.profile]
    assert shares == sorted(shares, reverse=True)
    assert 0.0 < told.effect.value < 1.0


def test_a_mean_score_by_hand(tmp_path):
    results = read_results(write_entrant(tmp_path, runs=5))
    told = summarise(results, {"sea_challenger": ["offshore"], "rising_challenger": ["offshore"]})
    chosen = [
        results.by_run(*cell).mean() for cell in results.cells() if cell[0] in ("sea_challenger", "rising_challenger")
    ]
    (offshore,) = told.tags
    assert offshore.value == pytest.approx(np.mean(chosen))
    assert offshore.low < offshore.value < offshore.high


def test_few_runs_have_no_interval_and_say_so(tmp_path):
    results = read_results(write_entrant(tmp_path, runs=3))
    told = summarise(results, TAGS)
    assert "3 runs" in told.headline[0].why
    assert told.headline[0].low is None
    assert told.headline[0].value is not None
    assert "preliminary: 3 of 10" in results.title
    assert "preliminary" not in read_results(write_entrant(tmp_path, "many", runs=10)).title


def test_too_few_scores_for_an_iqm_say_so(tmp_path):
    told = summarise(read_results(write_entrant(tmp_path, stages=["sea_challenger"])), {})
    assert told.headline[0].value is None
    assert "interquartile mean: 2 scores" in told.headline[0].why


def test_who_paid_is_told_beside_random_play(tmp_path):
    better = read_results(write_entrant(tmp_path, "hider", skill=0.9))
    for row in paid(better, {("concert", "visitor"): 6.2}):
        assert row.focal.value == pytest.approx(5.0 + 2.0 * better.by_run(row.stage, row.role).mean())
        assert row.others.low < row.others.value < row.others.high
        assert row.beside_random == (6.2 if (row.stage, row.role) == ("concert", "visitor") else None)


def test_hypotheses_are_the_listed_ones_over_all_stages_and_hold_together(tmp_path):
    tested = hypotheses(read_results(write_entrant(tmp_path)))
    assert [row.name for row, _, _ in tested] == [
        "alignment theta (weaker against stronger)",
        "alignment theta (less against more threatening)",
        "reliability",
    ]
    assert [adjusted for _, _, adjusted in tested] == pytest.approx([0.012, 0.6, 0.04])
    nothing = read_results(write_entrant(tmp_path, "mute", measures=[measured("x", 1, 0, 0, 0, "")]))
    assert hypotheses(nothing) == []


def test_every_listed_hypothesis_is_a_measure_of_the_catalogue():
    assert set(LISTED) <= {(line.name, line.version) for line in CATALOGUE}
