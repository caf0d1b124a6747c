"""What the commands have in common: what was asked wrongly is told in one line, and by the exit status."""

from __future__ import annotations

import sys

BAD_INPUT = 2  # exit status, as of argparse


def refused(error: Exception, command: str = "") -> int:
    """Tell on stderr, in one line, why a command does not do what was asked; returns its exit status."""
    print(f"{command}error: {error}", file=sys.stderr)
    return BAD_INPUT
