"""Files of panels: what goes in comes out, what is torn is told, and real data come under the same names."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import numpy as np
import pytest

from balance_env import VectorEnv, load_scenario
from balance_env.benchmark.history import watch
from balance_env.benchmark.records import export as exporting
from balance_env.benchmark.records import parquet
from balance_env.benchmark.records.codebook import ABOUT_PANELS, DYADS, EVENT_KINDS, KINDS, MISSING, PANELS
from balance_env.benchmark.records.cow import read_cow
from balance_env.benchmark.records.events import KINDS as TOLD
from balance_env.benchmark.records.export import export
from balance_env.benchmark.records.onsets import onset_data
from balance_env.benchmark.records.panels import Source, Words, panels
from balance_env.benchmark.records.parquet import About, BadRecord, PanelWriter, read_about, read_panel, write_panels
from balance_env.cli import main
from balance_env.core.dispute import dispute_hazard, frictions
from balance_env.core.params import Parameters
from balance_env.events import Kind

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def history():
    batch = VectorEnv("coercive", 4, threads=1, players="random_legal", autoreset=False, max_cycles=40)
    batch.reset(5)
    return watch(batch)


@pytest.fixture(scope="module")
def made(history):
    return panels(history, Source("coercive"))


@pytest.fixture
def folder(tmp_path, made, history):
    write_panels(tmp_path / "records", made, history)
    return tmp_path / "records"


def assert_equal(one, other):
    """Two panels are equal bit for bit, words by what they spell."""
    assert list(one) == list(other)
    for name, column in one.items():
        theirs = other[name]
        if isinstance(column, Words):
            assert column.spelled().tolist() == theirs.spelled().tolist(), name
        else:
            assert column.dtype == theirs.dtype, name
            assert column.tobytes() == theirs.tobytes(), name


# the table


def test_the_codebook_names_no_column_twice_and_says_something_of_each():
    for name, entries in PANELS.items():
        names = [entry.name for entry in entries]
        assert len(set(names)) == len(names)
        assert all(entry.kind in KINDS and entry.meaning and entry.counterpart for entry in entries), name
    assert set(ABOUT_PANELS) == set(PANELS)


def test_what_two_panels_call_alike_is_of_one_type():
    kinds = {}
    for entries in PANELS.values():
        for entry in entries:
            assert kinds.setdefault(entry.name, entry.kind) == entry.kind, entry.name


def test_events_are_called_as_in_records_and_in_their_order():
    assert list(EVENT_KINDS)[: len(Kind)] == [str(kind) for kind in Kind]
    assert tuple(EVENT_KINDS) == TOLD


def test_a_column_that_the_codebook_lacks_is_named():
    from balance_env.benchmark.records.panels import _in_order

    with pytest.raises(KeyError, match="guess"):
        _in_order("events", {"guess": np.zeros(1)})


# round trip


def test_what_is_written_is_read_bit_for_bit(folder, made):
    for name, panel in parquet.read_panels(folder).items():
        assert_equal(made[name], panel)


def test_a_file_says_where_it_comes_from(folder, history):
    about = read_about(folder / "dyads.parquet")
    assert about == About.of("dyads", history)
    assert about.seed == 5
    assert about.scenario_hash == load_scenario("coercive", max_cycles=40).content_hash()


def test_other_readers_see_words_and_nulls(folder, made):
    pq = pytest.importorskip("pyarrow.parquet")
    table = pq.read_table(folder / "events.parquet")
    assert table.column("kind").to_pylist() == made["events"]["kind"].spelled().tolist()
    assert table.column("outcome").null_count == (made["events"]["outcome"] == MISSING).sum() > 0
    assert table.column("odds").null_count == np.isnan(made["events"]["odds"]).sum() > 0
    assert table.schema.field("odds").metadata[b"unit"] == b"0..1"


def test_a_panel_without_rows_is_a_panel(tmp_path):
    batch = VectorEnv("small", 1, threads=1, players="always_invest", autoreset=False, max_cycles=2, dispute_base=-9.0)
    batch.reset(0)
    quiet = watch(batch)
    empty = panels(quiet, Source("small"))
    assert len(empty["events"]["year"]) == 0
    write_panels(tmp_path, empty, quiet)
    assert_equal(parquet.read_panels(tmp_path)["events"], empty["events"])


def test_panels_are_appended_block_by_block(tmp_path, made, history):
    path = tmp_path / "states.parquet"
    with PanelWriter(path, About.of("states", history)) as writer:
        writer.add(made["states"])
        writer.add(made["states"])
        assert not path.exists()
    twice, _ = read_panel(path)
    for name, column in made["states"].items():
        whole = twice[name].spelled() if isinstance(column, Words) else twice[name]
        once = column.spelled() if isinstance(column, Words) else column
        assert whole.tolist() == [*once.tolist(), *once.tolist()], name


# torn and foreign files


def test_a_torn_file_is_told_and_can_be_written_again(folder, made, history):
    path = folder / "dyads.parquet"
    whole = path.read_bytes()
    for size in (0, 3, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:size])
        with pytest.raises(BadRecord, match="write it again"):
            read_about(path)
    write_panels(folder, {"dyads": made["dyads"]}, history)
    assert_equal(read_panel(path)[0], made["dyads"])


def test_a_damaged_file_is_told(folder):
    path = folder / "dyads.parquet"
    content = bytearray(path.read_bytes())
    for place in range(200, len(content) // 2, 97):
        content[place] ^= 0xFF
    path.write_bytes(content)
    with pytest.raises(BadRecord, match="damaged"):
        read_panel(path)


def test_a_foreign_file_and_one_of_another_codebook_are_told(folder, made, history, monkeypatch):
    pa, pq = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    pq.write_table(pa.table({"ccode": [2, 20]}), folder / "mine.parquet")
    with pytest.raises(BadRecord, match="not written by balance_env"):
        read_about(folder / "mine.parquet")
    with pytest.raises(BadRecord, match="no file"):
        read_about(folder / "nothing.parquet")
    monkeypatch.setattr(parquet, "table_hash", lambda: "of a later day")
    with pytest.raises(BadRecord, match="another codebook"):
        read_panel(folder / "states.parquet")


def test_an_error_while_writing_leaves_what_was_there(folder, made, history):
    path = folder / "states.parquet"
    before = path.read_bytes()

    def write_and_fail():
        with PanelWriter(path, About.of("states", history)) as writer:
            writer.add(made["states"])
            raise RuntimeError("the lights go out")

    with pytest.raises(RuntimeError):
        write_and_fail()
    assert path.read_bytes() == before
    assert not list(folder.glob("*.tmp"))


# export


def test_export_writes_the_episodes_that_were_asked_for_however_many_fit_at_once(tmp_path, monkeypatch):
    scenario = load_scenario("small", max_cycles=5)
    export(scenario, ["grim", "hider", "tit_for_tat"], 5, 3, tmp_path / "at_once")
    monkeypatch.setattr(exporting, "CELLS_AT_ONCE", 2 * 5 * 9)
    export(scenario, ["grim", "hider", "tit_for_tat"], 5, 3, tmp_path / "in_blocks")
    states = {name: parquet.read_panels(tmp_path / name)["states"] for name in ("at_once", "in_blocks")}
    histories = {
        name: set(zip(panel["world"].tolist(), panel["episode"].tolist(), strict=True))
        for name, panel in states.items()
    }
    assert histories == {
        "at_once": {(w, 0) for w in range(5)},
        "in_blocks": {(0, 0), (1, 0), (0, 1), (1, 1), (0, 2)},
    }
    first = {
        name: panel["economy_end"][(panel["world"] < 2) & (panel["episode"] == 0)] for name, panel in states.items()
    }
    assert np.array_equal(first["at_once"], first["in_blocks"])
    assert set(states["in_blocks"]["player"].spelled()) == {"grim", "hider", "tit_for_tat"}


def test_the_command_writes_both_formats_and_refuses_what_is_there(tmp_path, capsys):
    usual = ["export", "small", "--players", "grim", "--episodes", "2", "--years", "4", "--seed", "7"]
    assert main([*usual, "--to", str(tmp_path / "a")]) == 0
    assert "2 episodes of small" in capsys.readouterr().out
    assert main([*usual, "--to", str(tmp_path / "b"), "--csv", "--directed"]) == 0
    dyads = parquet.read_panels(tmp_path / "a")["dyads"]
    with (tmp_path / "b" / "dyads.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == [entry.name for entry in DYADS]
    assert len(rows) == 2 * len(dyads["year"]) == 2 * 2 * 4 * 3
    once = [row for row in rows if int(row["ccode1"]) < int(row["ccode2"])]
    assert [float(row["cinc1"]) for row in once] == dyads["cinc1"].tolist()
    assert {row["stage"] for row in rows} == {"small"}
    with (tmp_path / "b" / "codebook.csv").open(newline="") as file:
        assert len(list(csv.reader(file))) == 1 + sum(map(len, PANELS.values()))
    before = sorted(tmp_path.iterdir())
    assert main([*usual, "--to", str(tmp_path / "a")]) == 2
    assert "is there already" in capsys.readouterr().err
    assert main(["export", "small", "--to", str(tmp_path / "c"), "--episodes", "0"]) == 2
    assert main(["export", "small", "--to", str(tmp_path / "c"), "--players", "nobody"]) == 2
    assert sorted(tmp_path.iterdir()) == before


def test_an_export_that_fails_leaves_nothing(tmp_path):
    with pytest.raises(ValueError, match="in every seat"):
        export(load_scenario("small"), "learner", 1, 0, tmp_path / "a")
    assert list(tmp_path.iterdir()) == []


# the same regression on real data

REAL = """ccode1,ccode2,year,gmlmidonset,gmlmidongoing,orig1,orig2,mindist,cinc1,cinc2,atop_defense,region
2,20,1900,0,0,NA,NA,0,0.2,0.1,0,5
2,200,1900,1,1,1,1,5000,0.2,0.1,1,5
2,220,1900,1,1,0,1,900,0.2,0.4,0,5
20,2,1900,0,0,NA,NA,0,0.1,0.2,0,5
20,200,1900,0,1,,,900,0.1,0.2,0,5
20,220,1900,0,0,,,400,-9,0.2,0,5
200,220,1900,NA,NA,,,400,0.1,0.2,0,5
"""


def test_a_readers_own_csv_comes_under_the_names_of_the_codebook(tmp_path):
    path = tmp_path / "real.csv"
    path.write_text(REAL)
    dyads = read_cow(path)
    assert set(dyads) == {
        *("ccode1", "ccode2", "year", "cowmidonset", "cowmidongoing"),
        *("orig1", "orig2", "mindist", "cinc1", "cinc2", "atop_defense"),
    }
    assert dyads["orig1"].tolist() == [MISSING, 1, 0, MISSING, MISSING, MISSING, MISSING]
    assert np.isnan(dyads["cinc1"][5])
    assert dyads["cowmidonset"].dtype == np.int8
    data = onset_data(dyads)
    assert data["onset"].tolist() == [0.0, 1.0]  # no joiner, no second row, nobody in a dispute, nothing missing
    assert data["ln_distance"] == pytest.approx([np.log(0.1), np.log(5.1)])
    assert data["ln_power_ratio"] == pytest.approx([np.log(2.0)] * 2)
    assert data["atop_defense"].tolist() == [0.0, 1.0]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("ccode1,year\n2,1900\n", "ccode2"),
        ("ccode1,ccode2,year,cowmidonset,gmlmidonset\n2,20,1900,0,0\n", "second column"),
        ("ccode1,ccode2,year,cinc1\n2,20,1900,much\n", "cinc1"),
        ("", "cannot be read"),
    ],
)
def test_a_csv_that_will_not_do_is_told_why(tmp_path, text, named):
    path = tmp_path / "real.csv"
    path.write_text(text)
    with pytest.raises(ValueError, match=named):
        read_cow(path)


def test_the_regression_finds_the_hazard_that_the_world_was_given():
    """Without hostility and ideology in it, a pair's hazard is a logit of distance alone."""
    p = {"dispute_base": -3.0, "dispute_distance": -0.8, "dispute_hostility": 0.0, "dispute_ideology": 0.0}
    batch = VectorEnv("default", 40, threads=1, players="always_invest", autoreset=False, max_cycles=40, **p)
    batch.reset(1)
    data = onset_data(panels(watch(batch), Source("default"))["dyads"])
    linear = pytest.importorskip("sklearn.linear_model")
    features = np.column_stack([data["ln_distance"], data["ln_power_ratio"]])
    fitted = linear.LogisticRegression(C=np.inf, tol=1e-8).fit(features, data["onset"])
    expected = Parameters()._replace(**p)
    hazard = dispute_hazard(0.0, 0.5, 0.3, frictions(expected))
    assert hazard == pytest.approx(1.0 / (1.0 + np.exp(3.0)))
    assert fitted.intercept_[0] == pytest.approx(-3.0, abs=0.15)
    assert fitted.coef_[0] == pytest.approx([-0.8, 0.0], abs=0.15)


@pytest.mark.filterwarnings("error::UserWarning")  # of a fit that does not converge
def test_the_page_on_records_runs(tmp_path, monkeypatch, capsys):
    pytest.importorskip("statsmodels")
    monkeypatch.chdir(tmp_path)
    page = (ROOT / "docs" / "records.md").read_text(encoding="utf-8")
    (command,) = re.findall(r"^    balance-env (export .*)", page, re.M)
    assert main(command.replace("--episodes 100", "--episodes 20").split()) == 0
    draw = np.random.default_rng(0)
    pairs_and_years = [(i, year) for i in range(2, 22) for year in range(1900, 1930)]
    lines = [
        f"{i},{i + 1},{year},{int(draw.random() < 0.3)},0,1,1,{1000 * draw.random()},{draw.random()},0.2,{year % 2},5"
        for i, year in pairs_and_years
    ]
    (tmp_path / "real.csv").write_text("\n".join([REAL.splitlines()[0], *lines]))
    for program in re.findall(r"```python\n(.*?)```", page, re.S):
        exec(compile(program, "docs/records.md", "exec"), {})
    told = capsys.readouterr().out
    assert told.count("ln_power_ratio  atop_defense  ideology_gap") == 2  # of disputes, and of wars
    assert "\nsimulated" in told
    assert "\nreal 600 " in told
