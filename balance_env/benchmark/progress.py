"""How far a long command is: a bar at a terminal, else a plain line every few seconds, for logs and pipes."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn

LINE_SECONDS = 10.0  # between two lines
Done = Callable[..., None]  # (done, of, what is being done)


@contextmanager
def progress(title: str) -> Iterator[Done]:
    """A function `done(n, of, what="")` to be told how much is done; nothing is shown on stderr before it first is."""
    console = Console(stderr=True)
    with _bar(title, console) if console.is_terminal else _lines(title) as done:
        yield done


@contextmanager
def _bar(title: str, console: Console) -> Iterator[Done]:
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TaskProgressColumn(show_speed=False))
    counted = TextColumn("{task.fields[counted]}")
    bar = Progress(*columns, counted, TimeElapsedColumn(), TimeRemainingColumn(), console=console)
    task = bar.add_task(title, total=None, counted="")

    def done(n: float, of: float, what: str = "") -> None:
        told = f"{title}: {what}" if what else title
        bar.update(task, completed=n, total=of, description=told, counted=_counted(n, of))
        bar.start()

    try:
        yield done
    finally:
        bar.stop()


@contextmanager
def _lines(title: str) -> Iterator[Done]:
    began, last = time.monotonic(), -LINE_SECONDS

    def done(n: float, of: float, what: str = "") -> None:
        nonlocal last
        now = time.monotonic() - began
        if n < of and now < last + LINE_SECONDS:
            return
        last = now
        told = f"{title}: {_counted(n, of)}, {now:.0f} s"
        print(f"{told}, {what}" if what else told, file=sys.stderr, flush=True)

    yield done


def _counted(n: float, of: float) -> str:
    return f"{n:.3g} of {of:.3g}" if n % 1 else f"{n:.0f} of {of:.0f}"
