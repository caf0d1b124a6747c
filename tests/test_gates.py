"""The quick form of the gates: fewer worlds, the same bounds. The whole: `python -m balance_env.gates`."""

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
