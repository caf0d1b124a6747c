"""A report holds its card on top, shows each measure beside its null, fetches nothing, and is the same every time."""

from __future__ import annotations

import csv
import re
from xml.etree import ElementTree

import pytest
from entrants import STAGES, write_entrant

from balance_env.benchmark.reporting import figures, page, report
from balance_env.benchmark.reporting.beside import FARTHEST, beside_null, draw_measures
from balance_env.benchmark.reporting.exploiters import Exploited, read_exploiters, write_exploiters
from balance_env.benchmark.reporting.kept import keep
from balance_env.benchmark.reporting.leaderboard import write_leaderboard
from balance_env.benchmark.reporting.results import Measure, read_results
from balance_env.benchmark.reporting.summary import summarise
from balance_env.benchmark.reporting.tables import Report, Table, as_csv, as_html, as_markdown

EXPLOITED = Exploited(
    hash="c0ffee" * 4, stage="two_blocs", stage_hash="b", seats=1, own=2.0, known="hider", known_gain=0.5,
    learner_gain=0.7, response="learner", gain=0.7, low=0.6, high=0.8, scale=2.0, worlds=9, steps=2_000_000,
    minutes=5.0,
)  # fmt: skip
DATA = "data:image/svg+xml;base64,"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A reported entrant."""
    results = tmp_path_factory.mktemp("results")
    here = write_entrant(results, "learner", skill=0.7, runs=6, kind="policy")
    report.write_report(here)
    return here


def test_the_page_fetches_nothing(folder):
    text = (folder / report.PAGE).read_text()
    assert "<script" not in text
    assert "@import" not in text
    assert "url(" not in text
    references = re.findall(r"""(?:src|href|srcset|action|data)\s*=\s*["']([^"']*)""", text)
    assert len(references) >= 5
    assert all(reference.startswith(DATA) for reference in references)


def test_the_page_is_well_formed_with_the_card_first_and_every_run_last(folder):
    root = ElementTree.fromstring((folder / report.PAGE).read_text().replace("<!DOCTYPE html>", ""))
    sections = root.findall("./body/section")
    assert sections[0].get("class") == "card"
    titles = [element.text for element in root.iter() if element.tag in ("h1", "h2", "summary")]
    assert titles[0] == "learner on balance-v1 (preliminary: 6 of 10 training runs)"
    order = [titles.index(title) for title in ("Measures beside their nulls", "By stage", "Every run")]
    assert order == sorted(order)
    assert titles[-1] == "Every run"
    runs = sections[-1].findall(".//tbody/tr")
    assert len(runs) == 3 * len(STAGES) * 6


def test_pictures_are_well_formed_and_without_a_date(folder):
    pictures = sorted((folder / report.PICTURES).glob("*.svg"))
    assert [file.stem for file in pictures] == ["attractors", "measures", "paid", "profile", "stages"]
    for file in pictures:
        ElementTree.parse(file)
        assert "<dc:date>" not in file.read_text()


def test_a_second_report_is_the_same_bytes(folder):
    def content():
        return {file: file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()}

    before = content()
    report.write_report(folder)
    assert content() == before
    assert len(before) == 4 + 5 + 9 + 2  # results, pictures, tables, and the two reports


def test_tables_say_what_the_results_say(folder):
    rows = {}
    for name in ("measures", "measures_by_stage"):
        with (folder / report.TABLES / f"{name}.csv").open() as file:
            rows |= {(row["group"], row["measure"]): row for row in csv.DictReader(file)}
    assert rows["all", "alignment theta (weaker against stronger)"]["value"] == "0.8"
    assert rows["all", "alignment theta (weaker against stronger)"]["null's band"] == "-0.30 to 0.35"
    assert rows["all", "alignment theta (weaker against stronger)"]["Holm"] == "0.012"
    assert rows["concert", "reliability"]["Holm"] == ""
    assert rows["all", "betrayal"]["value"] == "NA"
    assert rows["all", "betrayal"]["note"] == "no pact was left"
    markdown = (folder / report.MARKDOWN).read_text()
    assert markdown.startswith("# learner on balance-v1 (preliminary")
    for name in ("P(improvement) over the reference doctrine", "minimum detectable effect (6 runs each)"):
        assert f"| {name} |" in markdown


def test_results_of_another_suite_are_refused(tmp_path):
    folder = write_entrant(tmp_path, suite_hash="c0de")
    with pytest.raises(ValueError, match="with hash c0de; the suite here has"):
        report.write_report(folder)


def test_a_self_play_only_background_is_told_as_missing(tmp_path):
    folder = write_entrant(tmp_path, "hider", measures=[], forks=[])
    path = folder / "scores.csv"
    lines = path.read_text().splitlines()
    place = lines[0].split(",").index("background_return")
    emptied = [",".join("" if n == place else cell for n, cell in enumerate(line.split(","))) for line in lines[1:]]
    path.write_text("\n".join([lines[0], *emptied]) + "\n")
    told = dict(report.make_report(read_results(folder), {}, {}).tables[0].rows)
    assert told["return of a background seat"] == "NA"


def test_a_measure_stands_beside_its_null():
    row = Measure(
        **{**dict.fromkeys(Measure._fields, ""), "value": "3", "null": "1.2", "null_low": "0", "null_high": "2"}
    )
    assert beside_null(row)[:4] == (2.0, -1.0, 1.0, True)  # 3 is 2 half-widths of 1 from the middle, 1
    told = row._replace(null_low="", null_high="", low="2.2", high="4.2")
    assert beside_null(told)[:4] == pytest.approx((1.8, 1.0, 3.0, False))
    assert beside_null(row._replace(null_low="1", null_high="1")).place == FARTHEST  # a null that never moved
    for missing in ("value", "null", "null_low"):
        assert beside_null(row._replace(**{missing: ""})) is None
    assert draw_measures([row._replace(null="")], "") is None


def test_odd_texts_stay_text():
    table = Table("t", "T", "a < b", ("a", "b"), [("<script>", 1.0), ("x|y & z", None)])
    root = ElementTree.fromstring(f"<div>{as_html(table)}</div>")
    assert root.find(".//td").text == "<script>"
    assert "x\\|y & z" in as_markdown(table)
    assert as_csv(table).splitlines()[0] == "a,b"
    ElementTree.fromstring(page.as_page(Report("<&>", [table._replace(name="card")], {})).split("\n", 1)[1])


def test_a_profile_without_runs_has_no_band(tmp_path):
    told = summarise(read_results(write_entrant(tmp_path, runs=2)), {})
    svg = figures.as_svg(figures.draw_profile(told.profile, "P"))
    assert "95" not in re.sub(r"<(?!!)[^>]*>", "", svg)


def test_what_exploiters_gain_stands_in_the_report_and_is_kept(tmp_path):
    folder = write_entrant(tmp_path / "results", "hider")
    rows = [EXPLOITED, EXPLOITED._replace(seats=2, response="entrant", gain=0.0, low=0.0, high=0.0)]
    write_exploiters(folder, rows)
    assert read_exploiters(folder, EXPLOITED.hash) == rows
    report.write_report(folder)
    text = (folder / report.PAGE).read_text()
    assert "Exploiters" in text
    assert "bounds nothing: the entrant did best where the choice was made" in text
    assert "2,000,000 steps, 5.0 min" in (folder / report.MARKDOWN).read_text()
    keep(tmp_path / "results", tmp_path / "kept")
    assert read_exploiters(tmp_path / "kept" / "balance-v1" / "hider", EXPLOITED.hash) == rows
    leaderboard = write_leaderboard(tmp_path / "kept", tmp_path / "docs").read_text()
    assert "| hider | two_blocs | 1 |" in leaderboard
    write_exploiters(folder, [EXPLOITED._replace(hash="another")])
    with pytest.raises(ValueError, match="is of an entrant with hash another"):
        report.write_report(folder)
