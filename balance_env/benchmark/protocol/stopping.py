"""Ctrl-C at a long command with processes of its own: all of it ends at once, with one sentence.

What such a command has done is in files that are whole or not there, so nothing needs to be put in order first.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from rich.console import Console

from ...commands import INTERRUPTED

PATIENCE = 5.0  # seconds to unwind, which takes a fraction of one
_starting = threading.Lock()  # held while a child starts: one whose parent is gone before it knows its work complains


@contextmanager
def ends_at_once(sentence: str) -> Iterator[None]:
    """Within this context Ctrl-C ends the processes that this one has started and raises KeyboardInterrupt(sentence).

    An exception is lost where none may be raised (in a destructor, in a callback of compiled code). So if this one has
    not left the context within `PATIENCE`, the process says the sentence itself and is over.
    """

    def leave() -> None:
        Console(stderr=True).show_cursor()
        os.write(sys.stderr.fileno(), f"\n{sentence}\n".encode())
        os._exit(INTERRUPTED)

    last = threading.Timer(PATIENCE, leave)
    last.daemon = True

    def end(number: int, frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        for child in multiprocessing.active_children():
            child.terminate()
        last.start()
        raise KeyboardInterrupt(sentence)

    before = signal.signal(signal.SIGINT, end)
    try:
        yield
    finally:
        last.cancel()
        signal.signal(signal.SIGINT, before)


@contextmanager
def deaf_children() -> Iterator[None]:
    """Processes that are started within this context do not hear Ctrl-C; whoever started them ends them."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        with _starting:
            yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def end_with_parent() -> None:
    """Let this process end, and those that it has started, when it is told to and when the one that started it ends."""
    parent = multiprocessing.parent_process()
    assert parent is not None

    def leave() -> None:
        with _starting:
            for child in multiprocessing.active_children():
                child.kill()
            os._exit(128 + signal.SIGTERM)

    def wait() -> None:
        parent.join()
        leave()

    def hear(number: int, frame: FrameType | None) -> None:
        threading.Thread(target=leave, daemon=True).start()  # which may wait for what this thread starts

    signal.signal(signal.SIGTERM, hear)
    threading.Thread(target=wait, daemon=True).start()
