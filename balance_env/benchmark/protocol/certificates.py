"""Dilemma certificates of a suite: what game honouring an alliance is in each stage, shipped beside the anchors."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from ...files import write_whole
from ..whatif.dilemma import certificate
from .suite import Suite

CERTIFICATES = "certificates.json"  # of a suite's folder
PLACES = 4  # decimals of what is written: the intervals are wider by far


def read_certificates(suite: Suite) -> dict[str, dict[str, Any]]:
    """Certificate of each stage by its name; none where there is no such file."""
    path = suite.folder / CERTIFICATES
    if not path.is_file():
        return {}
    found: dict[str, dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return found


def certify(suite: Suite) -> Iterator[str]:
    """Make the certificates that are missing or of a scenario that has changed, writing each; yields every stage."""
    known = read_certificates(suite)
    for stage in suite.stages:
        if known.get(stage.name, {}).get("scenario_hash") != stage.world.content_hash():
            known[stage.name] = _rounded(certificate(stage.world, threads=1).as_dict())
        kept = {each.name: known[each.name] for each in suite.stages if each.name in known}
        write_whole(suite.folder / CERTIFICATES, (json.dumps(kept, indent=1) + "\n").encode())
        yield stage.name


def told(certified: dict[str, Any]) -> str:
    """What a certificate says, in a line: the game by what the stage's states want, and by each design."""
    judged = (f"{one['wants']}: {one['kind']} ({one['verdict']})" for one in certified["dilemmas"])
    return "; ".join(dict.fromkeys(judged))


def _rounded(value: Any) -> Any:
    """The same with shorter numbers."""
    if isinstance(value, dict):
        return {key: _rounded(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(each) for each in value]
    return round(value, PLACES) if isinstance(value, float) else value
