"""Working files of a run: each is written whole, says what it is of, and is known again when it is read."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from ...files import write_whole


def write_unit(path: Path, key: dict[str, Any], body: dict[str, Any], seconds: float) -> None:
    """Write a working file: what was played, the hash of it, and beside them how long it took."""
    whole = {"key": key, "body": body, "sha256": _digest(key, body), "seconds": round(seconds, 2)}
    write_whole(path, (json.dumps(whole) + "\n").encode())


def read_unit(path: Path, key: dict[str, Any]) -> tuple[dict[str, Any], float] | None:
    """What a working file holds, and the seconds it took; None if there is none, it is torn, or of another run."""
    try:
        whole = json.loads(path.read_text(encoding="utf-8"))
        body, seconds = whole["body"], float(whole["seconds"])
        is_whole = whole["key"] == key and whole["sha256"] == _digest(key, body)
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None
    return (body, seconds) if is_whole else None


def _digest(key: dict[str, Any], body: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps([key, body], sort_keys=True).encode()).hexdigest()
