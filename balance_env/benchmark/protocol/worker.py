"""An entrant's own class in a process of its own, which may crash or hang there: the judge only loses time.

What goes in and comes out are bytes: the judge never unpickles anything an entrant has touched, and the arrays that
the entrant is handed stand on bytes, so that nobody can write into them.
"""

from __future__ import annotations

import importlib
import inspect
import json
import os
import random
import sys
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

import numpy as np

from .stopping import end_with_parent

BEGIN, ACT = b"B", b"A"  # what the judge asks
DONE, FAILED = b"D", b"F"  # what it is told
ARRAYS = {"rows": "<f4", "masks": "<i1", "draws": "<f8", "worlds": "<i8", "seats": "<i8"}  # that can be asked for
GIVEN = ("rows", "masks")  # to every policy, in this order
ACTIONS = "<i8"


def packed(arrays: dict[str, np.ndarray]) -> bytes:
    """Arrays as bytes: a line that says their shapes, then their numbers."""
    shapes = json.dumps({name: array.shape for name, array in arrays.items()}).encode()
    numbers = (np.ascontiguousarray(array, ARRAYS[name]).tobytes() for name, array in arrays.items())
    return shapes + b"\n" + b"".join(numbers)


def unpacked(content: bytes) -> dict[str, np.ndarray]:
    """The arrays that `packed` made bytes of; they cannot be written to."""
    head, _, body = content.partition(b"\n")
    arrays, start = {}, 0
    for name, shape in json.loads(head).items():
        size = int(np.prod(shape)) * np.dtype(ARRAYS[name]).itemsize
        arrays[name] = np.frombuffer(body[start : start + size], ARRAYS[name]).reshape(shape)
        start += size
    return arrays


def make_policy(source: str, seed: int) -> Any:
    """An instance of `module:Class`, made with `seed` where its constructor takes one, else without arguments.

    Raises
    ------
    ValueError
        If there is no such class, or it neither is callable nor has an `act`.
    """
    module, _, name = source.partition(":")
    made: Any = getattr(importlib.import_module(module), name, None)
    if not inspect.isclass(made):
        raise ValueError(f"{module} has no class {name!r}")
    make: Callable[..., Any] = made
    policy = make(seed=seed) if "seed" in inspect.signature(made).parameters else make()
    if not callable(getattr(policy, "act", policy)):
        raise ValueError(f"{source} neither has act(rows, masks) nor can be called")
    return policy


def choose(act: Callable[..., Any], arrays: dict[str, np.ndarray]) -> np.ndarray:
    """What a policy chooses (n,) as whole numbers, legal or not.

    It is given rows and masks, and by keyword what else of `ARRAYS` it names as a parameter.

    Raises
    ------
    ValueError
        If it returns anything else than a whole number for each row.
    """
    further = [name for name in inspect.signature(act).parameters if name in ARRAYS and name not in GIVEN]
    chosen = np.asarray(act(*(arrays[name] for name in GIVEN), **{name: arrays[name] for name in further}))
    wanted = arrays["rows"].shape[:1]
    if chosen.shape != wanted or chosen.dtype.kind not in "iu":
        raise ValueError(f"returned {chosen.dtype} of shape {chosen.shape}: whole numbers of shape {wanted} are needed")
    return chosen.astype(ACTIONS)


def serve(pipe: Connection, source: str, folder: str) -> None:
    """Answer the judge until it hangs up; what the policy prints goes to the standard error stream."""
    end_with_parent()
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    sys.path.insert(0, folder)
    act: Any = None
    while True:
        try:
            asked = pipe.recv_bytes()
        except EOFError:
            return
        try:
            if asked[:1] == BEGIN:
                seed = int(asked[1:])
                random.seed(seed)  # global generators, too, begin each stage alike
                np.random.seed(seed % 2**32)
                policy = make_policy(source, seed)
                act = getattr(policy, "act", policy)
                answer = b""
            else:
                answer = choose(act, unpacked(asked[1:])).tobytes()
        except Exception as error:  # whatever an entrant's code raises is reported, never swallowed
            pipe.send_bytes(FAILED + f"{type(error).__name__}: {error}".encode())
        else:
            pipe.send_bytes(DONE + answer)
