"""The command line: what it tells, how a seat is played, what it refuses; and the tables of the documentation."""

from __future__ import annotations

import argparse
import builtins
from pathlib import Path

import pytest

from balance_env import VectorEnv, scenario_names
from balance_env.cli import main
from balance_env.commands import writable
from balance_env.core.reward import Term
from balance_env.doctrines import DOCTRINES
from balance_env.players import learned_names
from balance_env.record import play_out
from balance_env.view.seat import debrief
from balance_env.view.tables import pages

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize("scenario", scenario_names())
def test_describe_names_every_state(scenario: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["describe", scenario, "--set", "offence=2.0"]) == 0
    text = capsys.readouterr().out
    assert all(name in text for name in VectorEnv(scenario).scenario.state_names())
    assert "Jervis 1978" in text


def test_describe_all_gives_every_parameter(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["describe", "small", "--all"]) == 0
    text = capsys.readouterr().out
    assert all(name in text for name in VectorEnv("small").parameters._fields)


@pytest.mark.parametrize("scenario", scenario_names())
def test_run_tells_a_history(scenario: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", scenario, "--players", "balance_of_threat", "--years", "4", "--table"]) == 0
    assert "After 4 years the game ends at its horizon." in capsys.readouterr().out


def test_run_with_a_seed_tells_the_same_history(capsys: pytest.CaptureFixture[str]) -> None:
    texts = []
    for seed in ("1", "1", "2"):
        assert main(["run", "default", "--years", "20", "--seed", seed]) == 0
        texts.append(capsys.readouterr().out)
    assert texts[0] == texts[1] != texts[2]


def test_run_may_end_by_chance(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "small", "--years", "0", "--set", "going_on=0.5"]) == 0
    assert "by chance" in capsys.readouterr().out


def test_list_names_scenarios_and_doctrines(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list"]) == 0
    text = capsys.readouterr().out
    assert all(name in text for name in [*scenario_names(), *DOCTRINES, *learned_names()])
    assert text.count("python -m agents.ship") == len(learned_names()) == 3


def answer_with(monkeypatch: pytest.MonkeyPatch, answers: list[str]) -> None:
    """Let the keyboard give these answers, and then end."""
    keys = iter(answers)

    def type_next(prompt: str = "") -> str:
        try:
            return next(keys)
        except StopIteration:
            raise EOFError from None

    monkeypatch.setattr(builtins, "input", type_next)


@pytest.mark.parametrize("answers", [["0", "arm", "research", "q"], ["0", "1", "2"], []])
def test_a_person_plays_by_number_and_word(answers, monkeypatch, capsys: pytest.CaptureFixture[str]) -> None:
    answer_with(monkeypatch, answers)
    assert main(["play", "default", "--seat", "2", "--seed", "4", "--set", "going_on=1.0"]) == 0
    text = capsys.readouterr().out
    years = len([answer for answer in answers if answer != "q"])
    assert text.count("The year was worth") == years
    assert f"After {years} years the game stops unfinished." in text


@pytest.mark.parametrize(("scenario", "told"), [("small", "no state can choose"), ("coercive", "by choice: `coerce`")])
def test_the_welcome_says_how_disputes_arise(scenario: str, told: str, monkeypatch, capsys) -> None:
    answer_with(monkeypatch, [])
    assert main(["play", scenario]) == 0
    assert told in " ".join(capsys.readouterr().out.split())


def test_an_answer_that_is_no_action_is_asked_again(monkeypatch, capsys: pytest.CaptureFixture[str]) -> None:
    answer_with(monkeypatch, ["", "surrender", "9999", "-1", "arm", "q"])
    assert main(["play", "small", "--set", "going_on=1.0"]) == 0
    text = capsys.readouterr().out
    assert text.count("is none of the actions") == 4
    assert text.count("The year was worth") == 1


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ("?", ["invest: faster growth", "survival: a loss of 1", "Your choices: 0 invest 1 research 2 arm"]),
        ("ally", ["'ally' needs a state, as in `ally "]),
        ("Bandwagon Serbia", ["(bandwagon YUG) is not among your choices"]),
    ],
)
def test_a_person_is_told_what_can_be_answered(answer, told, monkeypatch, capsys) -> None:
    answer_with(monkeypatch, [answer])
    assert main(["play", "powers_1913"]) == 0
    text = " ".join(capsys.readouterr().out.split())
    assert all(part in text for part in told)
    assert "`q` ends the game" in text
    assert "The year was worth" not in text


def test_a_seat_is_found_by_the_name_of_its_state(monkeypatch, capsys) -> None:
    for asked in ("3", "FRN", "france"):
        answer_with(monkeypatch, [])
        assert main(["play", "powers_1913", "--seat", asked]) == 0
        assert "You are France." in capsys.readouterr().out


def test_a_debrief_ranks_a_state_by_its_own_weights() -> None:
    batch = VectorEnv("small", players="grim", autoreset=False, designs=[{"wealth": 1.0}])
    batch.max_cycles = 3
    recorder = play_out(batch, seed=0)
    gained = [sum(row.terms[Term.WEALTH] for row in recorder.states if row.seat == seat) for seat in range(3)]
    for seat, own in enumerate(gained):
        rank = 1 + sum(other > own for other in gained)
        assert f"came to {own:.2f}, rank {rank} of 3" in " ".join(debrief(recorder, seat))


def test_a_game_is_played_to_its_horizon(monkeypatch, capsys: pytest.CaptureFixture[str]) -> None:
    answer_with(monkeypatch, ["0"] * 9)
    assert main(["play", "powers_1913", "--years", "3"]) == 0
    assert "After 3 years the game ends at its horizon." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("argv", "named"),
    [
        (["describe", "defualt"], "default"),
        (["run", "default", "--players", "balance_of_terror"], "balance_of_terror"),
        (["run", "default", "--players", ","], "no player"),
        (["run", "small", "--players", "hider,grim,hider,grim"], "4 players for 3 seats"),
        (["play", "small", "--opponents", "hider,grim,hider"], "3 players for 2 seats"),
        (["run", "default", "--years", "-1"], "-1"),
        (["run", "default", "--seed", "-1"], "seed"),
        (["describe", "default", "--set", "offence"], "KEY=VALUE"),
        (["describe", "default", "--set", "offense=2"], "offence"),
        (["describe", "default", "--set", "offence=20"], "out of range"),
        (["describe", "default", "--set", "scenario=small"], "scenario"),
        (["play", "small", "--seat", "3"], "--seat 3: 0 to 2"),
        (["play", "powers_1913", "--seat", "Spain"], "--seat Spain: 0 Germany, 1 United Kingdom"),
    ],
)
def test_what_is_asked_wrongly_is_named_in_one_line(argv, named: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(argv) == 2
    error = capsys.readouterr().err
    assert error.startswith("balance-env: error: ")
    assert named in error
    assert "Traceback" not in error


def test_where_a_file_is_to_go_is_looked_at_before_work_begins(tmp_path) -> None:
    assert writable(str(tmp_path / "new.md")) == tmp_path / "new.md"
    for said in (tmp_path / "nowhere" / "new.md", tmp_path):
        with pytest.raises(argparse.ArgumentTypeError, match=str(said)):
            writable(str(said))


def test_a_file_that_cannot_be_written_is_named(tmp_path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "taken").touch()
    assert main(["tables", "--write", str(tmp_path / "taken")]) == 2
    error = capsys.readouterr().err
    assert error.startswith("balance-env: error: ")
    assert str(tmp_path / "taken") in error


# the documentation


@pytest.mark.parametrize("name", list(pages()))
def test_the_tables_of_the_documentation_are_those_of_the_code(name: str) -> None:
    assert (ROOT / "docs" / name).read_text(encoding="utf-8") == pages()[name], "run: balance-env tables --write docs/"


def test_tables_are_printed_and_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["tables"]) == 0
    printed = capsys.readouterr().out
    assert all(text in printed for text in pages().values())
    assert main(["tables", "--write", str(tmp_path / "docs")]) == 0
    assert {file.name for file in (tmp_path / "docs").iterdir()} == set(pages())
