"""Ctrl-C at a command, as its caller sees it."""

from __future__ import annotations

from balance_env.commands import INTERRUPTED, until_stopped


def test_a_stopped_command_says_one_word_and_ends_as_shells_expect(capsys):
    def command():
        raise KeyboardInterrupt

    assert until_stopped(command) == INTERRUPTED == 130
    assert capsys.readouterr().err == "\nstopped\n"


def test_a_command_that_ends_by_itself_gives_its_own_status():
    assert until_stopped(lambda: 1) == 1
