"""A benchmark run goes on where it stopped, says the same twice, and loses nothing to an entrant that misbehaves."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import balance_env
from balance_env.benchmark.emergence.measures import COLUMNS
from balance_env.benchmark.protocol import bench as benching
from balance_env.benchmark.protocol import entrant as entering
from balance_env.benchmark.protocol.anchors import ANCHORS, read_anchors
from balance_env.benchmark.protocol.attractors import attractors
from balance_env.benchmark.protocol.bench import CROSSED, STAGES, Order, bench
from balance_env.benchmark.protocol.command import STOPPED
from balance_env.benchmark.protocol.entrant import CLASS, open_entrant
from balance_env.benchmark.protocol.forking import fork_stage
from balance_env.benchmark.protocol.measuring import WORLDS_TOGETHER, measure_group, worlds_of
from balance_env.benchmark.protocol.suite import load_suite
from balance_env.benchmark.reporting.results import FORKS, MEASURES, SCORES, read_results
from balance_env.benchmark.statistics import ATTRACTORS
from balance_env.cli import main
from balance_env.commands import INTERRUPTED
from balance_env.players import LEARNED

SMALL = ("buffer_states", "known_end")  # quickly played
PACKAGE = Path(balance_env.__file__).parent
LONGER = (*SMALL, "five_powers", "first_strike", "triad_balanced", "two_blocs", "two_giants", "concert")
EPISODES = 5


@pytest.fixture(scope="module")
def suite(tmp_path_factory):
    """Two stages of the suite as a suite of their own."""
    return part_of_suite(tmp_path_factory.mktemp("suites") / "small", SMALL)


def part_of_suite(folder, names):
    whole = load_suite("balance-v1").folder
    folder.mkdir()
    for name in names:
        shutil.copy(whole / f"{name}.yaml", folder)
    shutil.copy(whole / ANCHORS, folder)
    return str(folder)


@pytest.fixture(autouse=True)
def beside_the_players(monkeypatch, request):
    monkeypatch.chdir(request.path.parent)  # where the classes of `players` are found


def order(entrant, suite, seed=0):
    return Order(open_entrant(entrant), suite, "quick", EPISODES, seed)


def rows_of(folder):
    with (folder / SCORES).open(newline="") as file:
        return list(csv.DictReader(file))


def test_a_doctrine_is_played_in_every_stage_and_role(suite, tmp_path):
    folder = bench(order("hider", suite), tmp_path)
    assert folder == tmp_path / "small" / "hider"
    results = read_results(folder)
    assert {row.group for row in results.measures} == {"all", *SMALL}
    assert any(row.measure == "alignment theta" for row in results.measures)
    assert {row.group for row in results.forks} == {"all", *SMALL}
    assert {row.measure for row in results.forks} >= {"tau", "buck-pass", "worth of a pact", "alliance dilemma"}
    tau = {row.group: row for row in results.forks if row.version == "any state: against it"}
    assert int(tau["all"].n) == sum(int(tau[name].n) for name in SMALL) > 0
    assert results.cells() == [(stage, role) for stage in SMALL for role in ("resident", "visitor")]
    rows = rows_of(folder)
    assert len(rows) == len(SMALL) * 3 * EPISODES
    anchors = {(row.stage, row.role): row for row in read_anchors(load_suite(suite))}
    for row in rows:
        assert (row["background_return"] == "") == (row["role"] == "self_play")
        if row["role"] != "self_play":
            floor, top, _ = anchors[row["stage"], row["role"]].anchors
            assert float(row["score"]) == pytest.approx((float(row["focal_return"]) - floor) / (top - floor))
    assert {row["focal_seats"] for row in rows if row["role"] == "visitor"} == {"1"}
    assert {row["years"] for row in rows if row["stage"] == "known_end"} <= {str(year) for year in range(1, 16)}


def test_the_same_seed_gives_the_same_bytes_in_one_process_or_in_two(suite, tmp_path):
    one, two = (bench(order("grim", suite), tmp_path / str(jobs), jobs) for jobs in (1, 2))
    other = bench(order("grim", suite, seed=1), tmp_path / "other")
    for table in (SCORES, MEASURES, FORKS):
        assert (one / table).read_bytes() == (two / table).read_bytes()
        assert (one / table).read_bytes() != (other / table).read_bytes()


def test_a_run_that_was_stopped_goes_on_and_a_torn_file_is_redone(suite, tmp_path, monkeypatch):
    folder = bench(order("hider", suite), tmp_path)
    whole = (folder / SCORES).read_bytes()
    torn, wrong, gone = (folder / STAGES / f"known_end-{role}-0.json" for role in ("resident", "visitor", "self_play"))
    torn.write_bytes(torn.read_bytes()[:-40])
    text = json.loads(wrong.read_text())
    text["body"]["rows"][0]["score"] = 99.0
    wrong.write_text(json.dumps(text))
    gone.unlink()
    (folder / SCORES).unlink()
    played = []
    usual = benching.play_unit
    monkeypatch.setattr(benching, "play_unit", lambda *given: (played.append(given[1].file), usual(*given))[1])
    told = []
    bench(order("hider", suite), tmp_path, done=lambda n, of: told.append((n, of)))
    assert set(played) == {torn.name, wrong.name, gone.name}
    assert told == [(8, 11), (9, 11), (10, 11), (11, 11)]
    assert (folder / SCORES).read_bytes() == whole


def test_forks_are_added_to_results_that_lack_them_and_nothing_is_played_again(suite, tmp_path, monkeypatch):
    folder = bench(order("hider", suite), tmp_path)
    forks = (folder / FORKS).read_bytes()
    (folder / FORKS).unlink()
    for name in SMALL:
        (folder / STAGES / f"{name}-forked-0.json").unlink()

    def played(*_):
        raise AssertionError("an episode is played again")

    monkeypatch.setattr(benching, "play_stage", played)
    monkeypatch.setattr(benching, "measure_group", played)
    bench(order("hider", suite), tmp_path)
    assert (folder / FORKS).read_bytes() == forks


def test_runs_are_measured_in_worlds_of_their_own(suite):
    """Ten runs of one player do in ten worlds what one run does in them, beside a null that is as wide."""
    whole, player = load_suite(suite), open_entrant("random_legal")
    one, ten = (
        measure_group(replace(player, sources=player.sources * runs), whole, "all", WORLDS_TOGETHER, 0)
        for runs in (1, 10)
    )
    value, low, high = (COLUMNS.index(name) for name in ("value", "null_low", "null_high"))
    told = [name for name in ("CON", "pact density", "dispute onset") for row in one if row[1] == name]
    for name in told:
        alone, together = (next(row for row in rows if row[1] == name) for rows in (one, ten))
        assert together[value] == pytest.approx(alone[value])
        assert 0.5 < (together[high] - together[low]) / (alone[high] - alone[low]) < 2.0
    assert len(told) == 3


def test_runs_are_forked_in_worlds_of_their_own():
    """The same worlds for each would make the luck of one pass for what several runs do."""
    stage, player = load_suite("balance-v1").stage("buffer_states"), open_entrant("hider")
    twice = replace(player, sources=player.sources * 2)
    assert fork_stage(twice, 0, stage, 8, 0) != fork_stage(twice, 1, stage, 8, 0)


@pytest.mark.parametrize(("runs", "worlds"), [(1, 4), (3, 10), (10, 10), (7, 3)])
def test_worlds_are_dealt_over_runs(runs, worlds):
    dealt = [worlds_of(run, runs, worlds).tolist() for run in range(runs)]
    assert all(dealt)
    assert {world for of in dealt for world in of} == set(range(worlds))
    assert sum(map(len, dealt)) == max(runs, worlds)


def test_scores_alone_are_those_of_the_whole_and_what_is_left_for_later_is_added(suite, tmp_path, monkeypatch):
    whole = [row for row in rows_of(bench(order("hider", suite), tmp_path / "whole")) if row["role"] != "self_play"]
    folder = bench(order("hider", suite)._replace(scores_only=True), tmp_path / "scores")
    assert rows_of(folder) == whole
    assert not (folder / MEASURES).exists()
    assert not (folder / FORKS).exists()
    assert read_results(folder).scores().scenarios
    played = []
    usual = benching.play_unit
    monkeypatch.setattr(benching, "play_unit", lambda *given: (played.append(given[1].role), usual(*given))[1])
    bench(order("hider", suite), tmp_path / "scores")
    assert not {"resident", "visitor"} & set(played)
    for table in (SCORES, MEASURES, FORKS):
        assert (folder / table).read_bytes() == (tmp_path / "whole" / "small" / "hider" / table).read_bytes()


def test_records_hold_every_scored_year_and_a_torn_one_is_made_anew(suite, tmp_path, monkeypatch):
    records = pytest.importorskip("balance_env.benchmark.records.parquet", reason="records are written with pyarrow")
    asked = order("hider", suite)._replace(records=True)
    folder = bench(asked, tmp_path)
    rows = rows_of(folder)
    for stage, role in ((stage, role) for stage in SMALL for role in ("resident", "visitor", "self_play")):
        states = records.read_panels(folder / "records" / f"{stage}-{role}-0")["states"]
        lived = {int(row["episode"]): int(row["years"]) for row in rows if (row["stage"], row["role"]) == (stage, role)}
        assert {world: states["year"][states["world"] == world].max() for world in lived} == lived
        assert (states["player"].spelled() == "entrant").tolist() == (states["focal"] == 1).tolist()
        returned = sum(states["reward"][(states["world"] == 0) & (states["focal"] == 1)])
        (first,) = (row for row in rows if (row["stage"], row["role"], row["episode"]) == (stage, role, "0"))
        assert returned / int(first["focal_seats"]) == pytest.approx(float(first["focal_return"]))
    torn = folder / "records" / "known_end-visitor-0" / "dyads.parquet"
    whole = torn.read_bytes()
    torn.write_bytes(whole[:-20])
    played = []
    usual = benching.play_unit
    monkeypatch.setattr(benching, "play_unit", lambda *given: (played.append(given[1].name), usual(*given))[1])
    bench(asked, tmp_path)
    assert played == ["known_end-visitor-0"]
    assert torn.read_bytes() == whole


def test_random_play_measures_as_its_own_null_says(suite, tmp_path):
    """The reference plays the entrant's seats in the entrant's worlds, and is measured there alone."""
    measures = read_results(bench(order("random_legal", suite), tmp_path)).measures
    entropy = [row for row in measures if row.measure == "action entropy" and row.group == "all"]
    assert entropy
    for row in entropy:
        assert float(row.null_low) < float(row.value) < float(row.null_high)


def test_results_of_another_run_are_not_overwritten(suite, tmp_path):
    folder = bench(order("hider", suite), tmp_path)
    before = (folder / SCORES).read_bytes()
    with pytest.raises(ValueError, match="seed 0, now 3"):
        bench(order("hider", suite, seed=3), tmp_path)
    with pytest.raises(ValueError, match=r"hash .* now"):
        bench(order("grim", suite)._replace(entrant=open_entrant("grim", name="hider")), tmp_path)
    assert (folder / SCORES).read_bytes() == before


@pytest.mark.parametrize(
    ("name", "kind"),
    [("Raising", "raised"), ("Outside", "no such action"), ("Tampering", "raised"), ("Crashing", "died")],
)
def test_a_policy_that_misbehaves_costs_its_own_score_alone(suite, tmp_path, name, kind):
    folder = bench(order(f"players:{name}", suite), tmp_path)
    card, rows = json.loads((folder / "card.json").read_text()), rows_of(folder)
    assert set(card["faults"]) == {kind}
    assert kind in card["said"]
    assert sum(int(row["faults"]) for row in rows) == card["faults"][kind] > 0
    assert len(rows) == len(SMALL) * 3 * EPISODES  # nothing is lost
    if name in ("Tampering", "Crashing"):  # all of whose acts are lost: it has invested throughout
        (tmp_path / "beside").mkdir()
        invested = bench(order("always_invest", suite), tmp_path / "beside")
        assert [row["score"] for row in rows] == [row["score"] for row in rows_of(invested)]


def test_an_entrant_is_found_in_the_folder_where_the_command_is_called(tmp_path, monkeypatch):
    (tmp_path / "mine.py").write_text("class Mine:\n    def act(self, rows, masks):\n        return masks.argmax(-1)\n")
    with pytest.raises(ValueError, match="there is no module 'mine'"):
        open_entrant("mine:Mine")
    monkeypatch.chdir(tmp_path)
    assert open_entrant("mine:Mine").kind == CLASS


def test_nobody_is_told_to_have_acted_against_the_rules_after_its_fall(tmp_path):
    """The last legal action is no invest, which is all that the fallen may do."""
    suite = part_of_suite(tmp_path / "falls", ("two_blocs",))
    rows = rows_of(bench(order("players:Last", suite)._replace(scores_only=True), tmp_path))
    assert sum(int(row["illegal"]) for row in rows) == 0


def test_illegal_acts_become_invest_and_are_counted(suite, tmp_path):
    folder = bench(order("players:Illegal", suite), tmp_path)
    assert sum(int(row["illegal"]) for row in rows_of(folder)) > 0
    assert json.loads((folder / "card.json").read_text())["faults"] == {}


def test_a_trained_policy_enters_by_name_or_by_folder(suite, tmp_path):
    named = bench(order("learned_defensive", suite), tmp_path / "named")
    folder = bench(order(str(LEARNED / "learned_defensive"), suite), tmp_path / "folder")
    assert (named / SCORES).read_bytes() == (folder / SCORES).read_bytes()
    card = json.loads((named / "card.json").read_text())
    assert (card["kind"], card["trained"], card["faults"]) == ("policy", True, {})
    assert card["hash"] == json.loads((folder / "card.json").read_text())["hash"]


def test_a_policy_that_does_not_fit_a_stage_gets_the_floor_there(suite, tmp_path, monkeypatch):
    usual = entering.load_player

    def unfit_for_one(name, scenario):
        if scenario.name == SMALL[0] and name == "learned_defensive":
            raise ValueError("number of states (4; the policy's: 8)")
        return usual(name, scenario)

    monkeypatch.setattr(entering, "load_player", unfit_for_one)
    folder = bench(order("learned_defensive", suite), tmp_path)
    floor = bench(order("random_legal", suite), tmp_path)
    card = json.loads((folder / "card.json").read_text())
    assert card["said"] == {entering.MISFIT: "number of states (4; the policy's: 8)"}
    assert card["faults"][entering.MISFIT] > 0
    for mine, random in zip(rows_of(folder), rows_of(floor), strict=True):
        fits = mine["stage"] != SMALL[0]
        assert (int(mine["faults"]) == 0) == fits
        if mine["role"] != "self_play":  # in which power, a share, adds up to nothing whoever plays
            assert (mine["score"] == random["score"]) != fits


def test_several_runs_meet_in_cross_play(suite, tmp_path):
    folder = bench(order("players:First,players:Last", suite), tmp_path)
    results = read_results(folder)
    assert results.card["runs"] == 2
    forked = max(int(row.n) for row in results.forks if row.group == "known_end")
    assert forked == EPISODES  # worlds are dealt over runs
    assert results.card["trained"]
    with (folder / CROSSED).open(newline="") as file:
        crossed = list(csv.DictReader(file))
    assert len(crossed) == 2 * len(SMALL) * EPISODES
    assert {row["role"] for row in crossed} == {"cross_play"}


@pytest.mark.parametrize(
    ("entrant", "told"),
    [
        ("hidder", "did you mean 'hider'"),
        ("", "no entrant given"),
        ("hider,grim", "mixes doctrine"),
        ("hider,players:First", "mixes class, doctrine"),
        ("nowhere:First", "no module 'nowhere'"),
        ("players:Nobody", "no class 'Nobody'"),
        ("players:Unmade", "no weights here"),
    ],
)
def test_an_entrant_that_cannot_be_is_refused_at_once(entrant, told):
    with pytest.raises(ValueError, match=told):
        open_entrant(entrant)


def test_the_class_on_the_page_enters_as_the_page_says(suite, tmp_path, monkeypatch, request):
    page = (request.config.rootpath / "docs" / "benchmark.md").read_text(encoding="utf-8")
    (program,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    (tmp_path / "mine.py").write_text(program)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    assert "--entrant mine:Sufficient --quick" in page
    folder = bench(order("mine:Sufficient", suite), tmp_path / "results")
    assert json.loads((folder / "card.json").read_text())["faults"] == {}
    always_arming = bench(order("always_arm", suite), tmp_path / "results")
    assert (folder / SCORES).read_bytes() != (always_arming / SCORES).read_bytes()


def test_the_command_plays_and_prints_a_card(suite, tmp_path, capsys):
    asked = ["bench", "--entrant", "hider", "--suite", suite, "--quick", "--out", str(tmp_path), "--jobs", "1"]
    assert main(asked) == 0
    told = capsys.readouterr().out
    for words in ("hider on small", "IQM of the score", "known horizon", "a seat of the others", "Faults: none"):
        assert words in told
    assert main([*asked[:2], "nobody", *asked[3:]]) == 2
    assert "unknown" in capsys.readouterr().err


def end_of_group(group):
    """Wait until no process of the group is left."""
    until = time.monotonic() + 20.0
    while time.monotonic() < until:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.1)
    return False


@pytest.mark.parametrize(("entrant", "jobs"), [("hider", 1), ("hider", 2), ("players:Hanging", 2)])
def test_ctrl_c_ends_all_of_it_at_once_with_one_sentence_and_keeps_what_was_played(tmp_path, entrant, jobs):
    suite = part_of_suite(tmp_path / "longer", LONGER)
    asked = ["bench", "--entrant", entrant, "--suite", suite, "--out", str(tmp_path), "--jobs", str(jobs)]
    command = [sys.executable, "-m", "balance_env", *asked]
    here = {**os.environ, "PYTHONPATH": str(PACKAGE.parent)}
    pipes = {"stderr": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, **pipes, env=here, start_new_session=True) as started:
        until = time.monotonic() + 120.0
        while not (played := list(tmp_path.rglob(f"{STAGES}/*.json"))) and time.monotonic() < until:
            time.sleep(0.05)
        os.killpg(started.pid, signal.SIGINT)  # as a terminal does: to all of the foreground
        out, told = started.communicate(timeout=20.0)
    assert started.returncode == INTERRUPTED
    assert (out, told.decode().splitlines()[-1]) == (b"", STOPPED)
    assert "Traceback" not in told.decode()
    assert "on longer: 0 of" in told.decode()  # lines, where there is no terminal
    assert end_of_group(started.pid)
    kept = [json.loads(path.read_text()) for path in played]
    assert kept
    assert all(one["key"]["entrant"] == entrant.replace(":", ".") for one in kept)


def test_attractors_are_those_that_the_statistics_know(suite):
    from balance_env.benchmark.protocol.arena import cast, play

    stage = load_suite(suite).stage("buffer_states")
    history = play(stage, cast(stage, "self_play", 0, 20), 0, "always_arm")
    found = attractors(history)
    assert set(found) <= set(ATTRACTORS)
    shares = history.actor["opening_share"][history.years, np.arange(20)]
    assert all(kind == "hegemony" for kind, share in zip(found, shares, strict=True) if share.max() > 0.5)
    assert all(kind != "hegemony" for kind, share in zip(found, shares, strict=True) if share.max() <= 0.5)
