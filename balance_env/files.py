"""Files that are there whole or not at all, whenever the process dies, and folders that one process holds."""

from __future__ import annotations

import csv
import fcntl
import io
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

LOCK = "lock"
PART = ".part"  # is added to the name of a file while it is written


def write_whole(path: Path, content: bytes) -> None:
    """Write a file beside its place, wait for the disk, then move it there; makes the folder if there is none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + PART)
    with part.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(part, path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def write_csv(path: Path, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write a table of comma-separated values, whole; None is blank and floats keep every digit."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    write_whole(path, text.getvalue().encode())


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Within this context no other process may hold the folder; a dead one lets go of it.

    Raises
    ------
    ValueError
        If another process holds it.
    """
    with (folder / LOCK).open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ValueError(f"run {str(folder)!r} is going on in another process") from None
        yield
