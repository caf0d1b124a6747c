"""How far a command is, is told by plain lines where there is no terminal, and by a bar where there is one."""

from __future__ import annotations

from balance_env.benchmark import progress as telling
from balance_env.benchmark.progress import progress


def test_lines_come_at_once_then_seldom_and_at_the_end(capsys, monkeypatch):
    now = iter([0.0, 1.0, 3.0, 8.0, 12.0, 12.5, 13.0])
    monkeypatch.setattr(telling.time, "monotonic", lambda: next(now))
    with progress("counting") as done:
        assert capsys.readouterr().err == ""
        for n in range(6):
            done(n, 5, "sheep" if n == 3 else "")
    lines = capsys.readouterr().err.splitlines()
    assert lines == ["counting: 0 of 5, 1 s", "counting: 3 of 5, 12 s, sheep", "counting: 5 of 5, 13 s"]


def test_a_share_of_the_work_is_told_by_three_digits(capsys):
    with progress("learning") as done:
        done(0.12345, 8)
    assert capsys.readouterr().err.startswith("learning: 0.123 of 8, 0 s")


def test_a_terminal_gets_a_bar_once_there_is_something_to_tell(capsys, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")  # as if it were one
    monkeypatch.setenv("TERM", "xterm")
    with progress("counting") as done:
        assert capsys.readouterr().err == ""
        done(5, 5, "sheep")
    told = capsys.readouterr().err
    assert "counting: sheep" in told
    assert "5 of 5" in told
