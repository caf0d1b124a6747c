"""What a batch refuses, and how it says so: too much memory, missing threads, wrong actions, wrong snapshots."""

from __future__ import annotations

import os
from typing import Any

import numpy as np

WORK_PER_THREAD = 4096  # pairs of actors below which a further thread costs more than it brings


def is_whole(value: Any) -> bool:
    """Whether `value` is a whole number; True and False are none."""
    return isinstance(value, int | np.integer) and not isinstance(value, bool)


def check_memory(worlds: int, actors: int, each: int) -> None:
    """ValueError if worlds of `each` bytes need more memory than is free; says how many would fit."""
    try:
        free = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):  # not every system tells
        return
    if worlds * each > free:
        raise ValueError(
            f"num_worlds = {worlds} needs {worlds * each / 2**30:.1f} GiB, {free / 2**30:.1f} GiB are free: "
            f"at most {free // each} worlds of {actors} states fit"
        )


def check_threads(threads: int | None, worlds: int, actors: int) -> int:
    """The number of threads to use; None: as many cores as the batch can feed. ValueError for more than there are."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if threads is None:
        return max(1, min(cores, worlds * actors * actors // WORK_PER_THREAD))
    if not is_whole(threads) or not 1 <= threads <= cores:
        raise ValueError(f"threads = {threads!r}: 1 to {cores}, the cores this process may use")
    return max(1, min(threads, worlds))


def checked_actions(actions: Any, shape: tuple[int, ...], count: int) -> np.ndarray:
    """`actions` as an array of `shape`; TypeError or ValueError says what is allowed."""
    given = np.asarray(actions)
    if given.dtype.kind not in "iu":
        raise TypeError(f"actions have dtype {given.dtype}: whole numbers are needed")
    if given.shape != shape:
        raise ValueError(f"actions have shape {given.shape}: {shape} is needed")
    if given.astype(np.int64).view(np.uint64).max() >= count:  # those below 0 are large ones without their sign
        raise ValueError(
            f"actions lie in {given.min()}..{given.max()}: 0 to {count - 1} are allowed "
            "(masked-out ones inside are replaced by invest and counted)"
        )
    return given


def check_snapshot(snapshot: Any, key: str = "version") -> dict[str, Any]:
    """`snapshot` itself; ValueError if it is not what `get_state` gave, which holds `key`."""
    if not isinstance(snapshot, dict) or key not in snapshot:
        given = f"a dict without {key!r}" if isinstance(snapshot, dict) else repr(snapshot)
        raise ValueError(f"set_state needs a snapshot that get_state of such an environment gave, not {given}")
    return snapshot
