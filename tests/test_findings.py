"""Findings: the command runs on tiny worlds, sentences follow from figures, and the page is what its tables say."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from worlds import batch_of, make_world

from balance_env.benchmark.findings.__main__ import DETAILS, FORKS, PAGE, WORLDS, main, texts_of
from balance_env.benchmark.findings.claims import CLAIMS, IN_A_WORD, holds, levels
from balance_env.benchmark.findings.figures import population_figures
from balance_env.benchmark.findings.hypotheses import HYPOTHESES, NULL, ORDERS, Hypothesis, Where
from balance_env.benchmark.findings.levels import level
from balance_env.benchmark.findings.pictures import DRAWN, PICTURES
from balance_env.benchmark.findings.populations import MOVED, RUNS, SHIPPED, Source, begin, wanted
from balance_env.benchmark.findings.rows import Figure, OfUnit, counted, over_units, read, write
from balance_env.benchmark.findings.sources import FIGURES, HOMES, UNITS, sources
from balance_env.benchmark.findings.verdicts import LEANS, NONE, OPEN, SMALL, TOLD, TOO_LITTLE, Book, grouped, judge
from balance_env.benchmark.whatif.circumstances import MEASURE
from balance_env.benchmark.whatif.deeds import worth_of_deeds
from balance_env.core.reward import DESIGNS

DOCS = Path(__file__).parent.parent / "docs"
ASKED = Hypothesis(
    ORDERS, Where("offensive", "CON"), Where("defensive", "CON"), "whether", "Above", "Below", "None", "A", "B"
)
MARGIN = ASKED.margin
KEY = ("runs", "default", "offensive", "all", "CON", "")
NUMBERS = re.compile(r"-?\d+\.\d+(?:e-\d+)?")


def book(above, spread):
    """Five runs whose offensive worlds have more of something by `above`, give or take."""
    units = [OfUnit(*KEY, run, above + spread * (run - 2)) for run in range(5)]
    units += [OfUnit("runs", "default", "defensive", "all", "CON", "", run, 0.0) for run in range(5)]
    return Book([Figure(*KEY, above, None, None, 5, 5, None, None, None, None, "")], units)


def test_a_difference_is_told_by_sign_and_by_how_far_runs_agree():
    """Deviation sqrt(2.5) spread, t = above / (spread sqrt(.5)); the 95 % quantile of t with 4 freedoms is 2.776."""
    for above, spread, verdict, sentence, theory in (
        (1.0, 0.1, TOLD, "Above", "agrees with A; contradicts B"),
        (-1.0, 0.1, TOLD, "Below", "agrees with B; contradicts A"),
        (1.0, 0.6, OPEN, "Open: whether", "A or B: open"),
        (0.1 * MARGIN, 0.2 * MARGIN, NONE, "None", "too little for A and B"),
        (0.5 * MARGIN, 0.1 * MARGIN, SMALL, "Above", "too little for A"),
    ):
        (told,) = judge(book(above, spread), "runs", [ASKED])
        assert (told.verdict, told.sentence, told.theory) == (verdict, sentence, theory)
        assert told.mean.value == pytest.approx(above)


def test_no_difference_agrees_with_who_expects_none():
    asked = ASKED._replace(rival="", neither="C")
    assert judge(book(0.0, 0.1 * MARGIN), "runs", [asked])[0].theory == "agrees with C; too little for A"
    assert judge(book(1.0, 0.1), "runs", [asked])[0].theory == "agrees with A; contradicts C"


def test_holm_makes_what_one_test_would_tell_a_leaning():
    """t = 4.04 has p = .0156: told alone, not among twenty."""
    known = book(1.0, 0.35)
    assert judge(known, "runs", [ASKED])[0].verdict == TOLD
    assert judge(known, "runs", [ASKED] * 20)[0].verdict == LEANS


def test_units_that_all_agree_are_as_sure_as_their_cases():
    """Of 50 cases that all are true Wilson's interval ends at .929, of 10 at .722."""
    key = ("runs", "default", "offensive", "all", MEASURE, "any")
    asked = ASKED._replace(figure=Where("offensive", MEASURE, "any"), against=NULL)
    units = [OfUnit(*key, run, 1.0) for run in range(5)]
    for cases, verdict in ((50, TOLD), (10, OPEN)):
        figures = [Figure(*key, 1.0, None, None, cases, 5, 0.9, None, None, None, "")]
        (told,) = judge(Book(figures, units), "runs", [asked])
        assert told.verdict == verdict
        assert told.mean.error == pytest.approx((1.0 - 1.0 / (1.0 + 1.96**2 / cases)) / 2.0 / 1.96, abs=1e-4)
        assert level(Book(figures, units), "runs", asked.figure).high == 1.0
    assert judge(Book([], units[:2]), "runs", [asked])[0].verdict == TOO_LITTLE


def test_runs_of_several_worlds_make_groups_and_the_same_runs_one():
    apart = {"a": {0: 1.0, 1: 3.0}, "b": {2: 5.0, 3: 7.0}}
    assert [list(group) for group in grouped(apart)] == [[1.0, 3.0], [5.0, 7.0]]
    same = {"a": {0: 1.0, 1: 3.0}, "b": {0: 5.0, 1: 7.0, 2: 9.0}}
    assert [list(group) for group in grouped(same)] == [[3.0, 5.0]]  # a unit without a value in a world speaks for none


def test_runs_play_at_home_and_where_they_were_not_trained(tmp_path):
    runs = []
    for number, scenario in enumerate(("default", "powers_1913", "default")):
        (folder := tmp_path / str(number)).mkdir()
        (folder / "config.yaml").write_text(f"scenario: {scenario}\n", encoding="utf-8")
        runs.append(str(folder))
    made = {source.name: source.players for source in sources(runs, 10)}
    assert made[RUNS] == {"powers_1913": {1: runs[1]}, "default": {0: runs[0], 2: runs[2]}}
    assert made[MOVED] == {"powers_1913": made[RUNS]["default"], "default": made[RUNS]["powers_1913"]}
    (tmp_path / "0" / "config.yaml").write_text("scenario: small\n", encoding="utf-8")
    with pytest.raises(ValueError, match=f"trained in small; it must be one of {', '.join(HOMES)}"):
        sources(runs, 10)


def test_a_ratio_counts_cases_and_its_interval_holds_it():
    value, low, high = over_units(np.array([1.0, 0.0, 2.0, 1.0, 6.0]), np.array([2.0, 2.0, 4.0, 2.0, 10.0]))
    assert value == 0.5
    assert low < value < high
    assert over_units(np.ones(4), np.ones(4)) == (1.0, None, None)
    figures, units = counted(KEY[:4], MEASURE, "", [5, 5, 5, 5, 5], [5, 5, 5, 5, 5])
    assert figures[0].low == pytest.approx(25 / (25 + 1.96**2), abs=1e-3)  # Wilson's: a share of 1 is no certainty
    assert len(units) == 5
    assert counted(KEY[:4], MEASURE, "", [0], [0])[0][0].why == "no case"


def test_a_shipped_state_sits_where_its_design_is_wanted():
    batch = begin("default", "thirds", SHIPPED, 3, 1)
    wants = wanted(batch)
    assert (batch.player_names() == np.array([f"learned_{name}" for name in DESIGNS])[wants]).all()
    assert len(np.unique(wants)) == len(DESIGNS)


def test_an_act_is_worth_what_it_changes_of_what_is_wanted():
    """In a still world among equals: a sender loses growth, arms weigh on output and raise one's share, no patron."""
    batch = batch_of(*(make_world(seed=seed, actors=3) for seed in range(1, 7)), open_verbs=3)
    found = {one.version: one.compared for one in worth_of_deeds(batch, np.random.default_rng(0))}
    assert found["sanction, status_quo"].observed.value < 0.0
    assert found["arm, defensive"].observed.value < 0.0 < found["arm, offensive"].observed.value
    assert found["ally, offensive"].observed.value == 0.0
    assert found["arm, offensive"].observed.n == 6
    assert found["arm, offensive"].null.value == 0.0
    assert found["bandwagon, offensive"].observed.why == "bandwagon is legal in no world"


def test_tables_are_read_as_they_were_written(tmp_path):
    rows = [Figure(*KEY, 0.25, None, None, 3, 1, 0.5, None, None, None, "few, very")]
    write(tmp_path / FIGURES, Figure._fields, rows)
    assert list(read(tmp_path / FIGURES, Figure)) == rows


def test_the_command_plays_and_writes_a_page_whose_numbers_are_in_its_tables(tmp_path, capsys):
    told = ["--play", "--worlds", "2", "--forks", "0", "--scenarios", "default", "--write", str(tmp_path)]
    main(told)
    assert "shipped, default, thirds" in capsys.readouterr().out
    text = (tmp_path / PAGE).read_text(encoding="utf-8")
    assert "preliminary" in text
    assert all((tmp_path / "findings" / name).read_text(encoding="utf-8").startswith("<?xml") for name in DRAWN)
    before = (tmp_path / "findings" / UNITS).read_bytes()
    main(told)
    assert (tmp_path / "findings" / UNITS).read_bytes() == before  # what is there is not played again


def test_what_was_asked_wrongly_is_told_in_one_line(tmp_path, capsys):
    assert main(["--write", str(tmp_path)]) == 2
    assert "figures.csv" in capsys.readouterr().err
    assert main(["--play", "--runs", str(tmp_path), "--write", str(tmp_path)]) == 2
    assert "config.yaml" in capsys.readouterr().err
    write(tmp_path / "findings" / FIGURES, Figure._fields, [])
    write(tmp_path / "findings" / UNITS, OfUnit._fields, [])
    assert main(["--write", str(tmp_path)]) == 2
    assert "holds nothing: runs or shipped needed" in capsys.readouterr().err


def test_forks_of_each_unit_are_figures_of_its_run():
    source = Source("some", {"default": {7: "balance_of_threat", 9: "balance_of_threat"}}, (), ("default",))
    figures, units = population_figures(source, "default", "halves", 2, 4, 1, print)
    assert {figure.measure for figure in figures} > {MEASURE, "tau", "worth of a pact", "worth of an act"}
    assert {unit.unit for unit in units} == {7, 9}


@pytest.fixture(scope="module")
def made():
    """What the tables of the documentation make."""
    return texts_of(DOCS / "findings", WORLDS, FORKS)


def test_the_page_of_the_documentation_is_what_its_tables_say(made):
    assert made.page == (DOCS / PAGE).read_text(encoding="utf-8")
    assert made.details == (DOCS / "findings" / DETAILS).read_text(encoding="utf-8")
    told = {f"{value:.3g}" for figure in made.book.figures.values() for value in figure[6:9] + figure[11:12] if value}
    tables = made.details.split("### Tests")[0]
    lines = [line for line in tables.splitlines() if line.startswith("| ") and "[" in line]
    assert len(lines) > 50
    for line in lines:
        assert set(NUMBERS.findall(line.split("|", 4)[4])) <= told


def test_every_hypothesis_asks_for_a_figure_that_is_made(made):
    known = {key[4:6] for key in made.book.figures}
    assert {(asked.figure.measure, asked.figure.version) for asked in HYPOTHESES} <= known
    assert len({asked.figure for asked in HYPOTHESES}) == len(HYPOTHESES)


def test_every_claim_holds_and_its_figures_are_made(made):
    """A claim that no longer holds is not on the page; it is to be written anew."""
    known = {one.hypothesis.figure: one for one in made.verdicts[RUNS]}
    for claim in CLAIMS:
        assert holds(claim, known), claim.text
        assert all(levels(claim, made.book, RUNS)), claim.text
    (hide,) = (claim for claim in CLAIMS if claim.question == IN_A_WORD)
    learned, hider, balancer = np.reshape([one.value for one in levels(hide, made.book, RUNS)], (3, 3))
    assert (abs(learned - hider) < abs(learned - balancer)).all()


def test_every_picture_is_shown(made):
    assert set(PICTURES) == set(DRAWN)
    for name in PICTURES:
        assert f"](findings/{name})" in made.page
        assert (DOCS / "findings" / name).is_file()
