"""The quick form of the gates: fewer worlds, the same bounds. The whole: `python -m balance_env.gates`."""

import re
from pathlib import Path

import pytest

from balance_env.gates import __main__ as command
from balance_env.gates import matches, rules
from balance_env.gates.lines import Line


@pytest.mark.parametrize("game", command.GAMES)
@pytest.mark.parametrize(
    ("gate", "scale"),
    [
        (rules.gate_random_play, 0.2),
        (rules.gate_whole_ranges, 0.004),
        (matches.gate_orders, 0.1),
        (matches.gate_weights, 0.2),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_the_gate_holds(game, gate, scale):
    failing = [str(line) for line in gate(game, scale) if not line.holds]
    assert not failing, "\n".join(failing)


def test_every_scenario_has_pairs_that_would_press_and_not_too_many():
    failing = [str(line) for line in rules.gate_pressing(0.2) if not line.holds]
    assert not failing, "\n".join(failing)


def test_a_gate_that_fails_fails_the_command(monkeypatch, capsys):
    broken = Line("wars a year", 9.0, 8.0, 10.0, ".05 to .6", False)
    monkeypatch.setattr(command, "all_gates", lambda quick: [("war", lambda: [broken])])
    assert command.main([]) == 1
    assert "FAILS" in capsys.readouterr().out


def test_a_gate_that_there_is_not_is_refused(capsys):
    with pytest.raises(SystemExit) as stopped:
        command.main(["--only", "nothing"])
    assert stopped.value.code == 2
    assert "'nothing'" in capsys.readouterr().err


def test_the_page_on_limits_runs_and_says_that_pacts_are_worth_more_than_sanctions(capsys):
    page = (Path(__file__).parents[1] / "docs" / "limits.md").read_text(encoding="utf-8")
    (program,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    assert "(1500, 8)" in program
    exec(compile(program.replace("(1500, 8)", "(200, 8)"), "docs/limits.md", "exec"), {})
    worth = {tuple(line.split()[:2]): float(line.split()[2]) for line in capsys.readouterr().out.splitlines()}
    assert len(worth) == 6
    for name in ("soft_balancer", "hider", "balance_of_power"):
        assert worth[name, "ally"] > 1.0 > worth[name, "sanction"]
