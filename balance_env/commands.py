"""What the commands have in common: what was asked wrongly, or stopped, is told in one line and by the exit status."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

BAD_INPUT = 2  # exit status, as of argparse
INTERRUPTED = 128 + signal.SIGINT  # what shells expect of a program that Ctrl-C has stopped


def refused(error: Exception, command: str = "") -> int:
    """Tell on stderr, in one line, why a command does not do what was asked; returns its exit status."""
    print(f"{command}error: {error}", file=sys.stderr)
    return BAD_INPUT


def stopped(stop: KeyboardInterrupt) -> int:
    """Tell on stderr that Ctrl-C has stopped a command, in its own words if it has some; returns its exit status."""
    print(f"\n{str(stop) or 'stopped'}", file=sys.stderr)
    return INTERRUPTED


def until_stopped(command: Callable[[], int]) -> int:
    """The exit status of a command that keeps nothing, so that Ctrl-C may stop it anywhere."""
    try:
        return command()
    except KeyboardInterrupt as stop:
        return stopped(stop)


def writable(said: str) -> Path:
    """The path of a file to write, as a `type` of argparse: what cannot be written is refused before anything is done.

    Raises
    ------
    argparse.ArgumentTypeError
        Where there is no such folder, or it or the file cannot be written.
    """
    path = Path(said)
    if not path.parent.is_dir():
        raise argparse.ArgumentTypeError(f"{said!r}: there is no folder {str(path.parent)!r}")
    if path.is_dir() or not os.access(path if path.exists() else path.parent, os.W_OK):
        raise argparse.ArgumentTypeError(f"{said!r} cannot be written")
    return path
