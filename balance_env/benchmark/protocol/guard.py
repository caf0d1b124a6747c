"""A policy that others wrote, at arm's length: whatever it does costs its own acts, and is counted."""

from __future__ import annotations

import multiprocessing
import os
from collections import Counter
from types import TracebackType

import numpy as np

from ...core.world import Verb
from . import worker
from .stopping import deaf_children

CALL_LIMIT = 10.0  # seconds for all acts of one year of a stage, many times what a large network needs
START_LIMIT = 120.0  # seconds to import and construct: torch on a busy machine
MOST_SAID = 300  # characters of an entrant's message that are kept
RAISED, HUNG, DIED, OUTSIDE = "raised", "hung", "died", "no such action"


class Guard:
    """A policy `module:Class` in a process of its own, as an `Act`.

    A fault costs the acts that it concerns, which become `invest`: the call's where the policy raised or returned no
    whole number for each row, a single act where there is no such action, and all further ones until the next
    `begin` where the process hung or died.

    Attributes
    ----------
    faults : Counter of str
        Acts lost, by kind.
    lost : Counter of int
        Acts lost, by world.
    said : dict of str to str
        The first message of each kind.
    """

    def __init__(self, source: str, call_limit: float = CALL_LIMIT, start_limit: float = START_LIMIT) -> None:
        self.source, self.call_limit, self.start_limit = source, call_limit, start_limit
        self.process: multiprocessing.process.BaseProcess | None = None
        self.faults: Counter[str] = Counter()
        self.lost: Counter[int] = Counter()
        self.said: dict[str, str] = {}
        self._gone: str | None = None

    def __enter__(self) -> Guard:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def begin(self, seed: int) -> None:
        """Make a fresh policy, in a fresh process where there is none; a policy that cannot be made has died."""
        self.faults, self.lost, self.said, self._gone = Counter(), Counter(), {}, None
        if self.process is None:
            context = multiprocessing.get_context("spawn")
            self.pipe, other = context.Pipe()
            self.process = context.Process(target=worker.serve, args=(other, self.source, os.getcwd()), daemon=True)
            with deaf_children():
                self.process.start()
            other.close()
        _, failure = self._ask(worker.BEGIN + str(seed).encode(), self.start_limit)
        if failure is not None:
            self._gone = DIED if failure[0] == RAISED else failure[0]
            self.said[self._gone] = failure[1]
            self.close()

    def act(
        self, rows: np.ndarray, masks: np.ndarray, draws: np.ndarray, worlds: np.ndarray, seats: np.ndarray
    ) -> np.ndarray:
        """Actions (n,), each one of the A there are."""
        actions = np.full(len(rows), int(Verb.INVEST), np.int64)
        if self._gone is not None:
            self._count(self._gone, worlds)
            return actions
        given = {"rows": rows, "masks": masks, "draws": draws, "worlds": worlds, "seats": seats}
        answer, failure = self._ask(worker.ACT + worker.packed(given), self.call_limit)
        if failure is None and len(answer) != actions.nbytes:
            failure = (RAISED, f"answered {len(answer)} bytes for {len(rows)} acts")
        if failure is not None:
            kind, told = failure
            self._count(kind, worlds)
            self.said.setdefault(kind, told)
            if kind != RAISED:
                self._gone = kind
                self.close()
            return actions
        chosen = np.frombuffer(answer, worker.ACTIONS)
        exists = (chosen >= 0) & (chosen < masks.shape[1])
        if not exists.all():
            self._count(OUTSIDE, worlds[~exists])
            self.said.setdefault(OUTSIDE, f"{chosen[~exists][0]}: 0 to {masks.shape[1] - 1} are allowed")
        actions[exists] = chosen[exists]
        return actions

    def close(self) -> None:
        """End the process."""
        if self.process is not None:
            self.process.kill()
            self.process.join()
            self.pipe.close()
            self.process = None

    def _count(self, kind: str, worlds: np.ndarray) -> None:
        self.faults[kind] += len(worlds)
        self.lost.update(worlds.tolist())

    def _ask(self, question: bytes, limit: float) -> tuple[bytes, tuple[str, str] | None]:
        """The answer to a question, or why there is none: kind and message."""
        try:
            self.pipe.send_bytes(question)
            if not self.pipe.poll(limit):
                return b"", (HUNG, f"no answer in {limit:g} s")
            answer = self.pipe.recv_bytes()
        except (EOFError, OSError):
            return b"", (DIED, "its process ended")
        if answer[:1] == worker.DONE:
            return answer[1:], None
        return b"", (RAISED, answer[1:].decode(errors="replace")[:MOST_SAID])
