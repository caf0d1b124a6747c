"""Files that are there whole or not at all, whenever the process dies."""

from __future__ import annotations

import os
from pathlib import Path

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
