"""The memory of many worlds and the threads that share it: the only caller of the kernels."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

import numpy as np

from .checks import check_memory, check_snapshot, check_threads
from .core.actions import action_count
from .core.jit import bound
from .core.params import Parameters, as_record
from .core.pieces import OTHER_SIZE, relations_of, row_size, state_size
from .core.reward import Term
from .core.scratch import allocate_scratch
from .core.world import Clock, allocate_worlds, bytes_per_world, zeros
from .kernels.cpu import (
    LEAVE,
    LIVE,
    LOOK,
    Out,
    choose_actions,
    draw_for_players,
    look_at_truth,
    run_worlds,
    step_worlds,
)
from .scenario import Scenario

SNAPSHOT_VERSION = 3
OF_THIS_PROCESS = ("_pool", "_scratch", "_kernels")  # made anew in every process


def allocate_out(worlds: int, actors: int, actions: int) -> Out:
    """Zeroed outputs of a batch."""
    terms = len(Term)
    shape = (worlds, actors)
    return Out(
        rows=zeros((*shape, row_size(actors)), np.float32),
        masks=zeros((*shape, actions), np.int8),
        rewards=zeros(shape),
        terms=zeros((*shape, terms)),
        terminations=zeros(shape, bool),
        truncations=zeros(shape, bool),
        illegal=zeros(shape, np.int8),
        alive=zeros(shape, np.int8),
        ended=zeros(worlds, np.int8),
        final_rows=zeros((*shape, row_size(actors)), np.float32),
        heads=zeros(worlds, np.int32),
        wars=zeros(worlds, np.int32),
        falls=zeros(worlds, np.int32),
    )


class Batch:
    """W worlds of one scenario in memory, and what kernels do with them.

    Parameters
    ----------
    scenario : Scenario
    num_worlds : int
        W.
    threads : int, optional
        Cores that share the batch; by default as many as it can feed. Changes no bit.
    autoreset : bool
        Whether an ended world begins its next episode in the same step.
    """

    def __init__(self, scenario: Scenario, num_worlds: int, threads: int | None, autoreset: bool) -> None:
        self.scenario = scenario
        self.parameters: Parameters = scenario.parameters_resolved()
        self.setting = scenario.setting(autoreset)
        self._template = scenario.template()
        self.num_actors = len(self._template.economy)
        self.num_actions = action_count(self.num_actors, self.setting.open_verbs)
        self.row_size = row_size(self.num_actors)
        self._p = as_record(self.parameters)
        self._seed: int | None = None
        self._allocate(num_worlds, threads)

    def _allocate(self, num_worlds: int, threads: int | None) -> None:
        self.num_worlds = num_worlds
        self.threads = check_threads(threads, num_worlds, self.num_actors)
        one = allocate_out(1, self.num_actors, self.num_actions)
        each = sum(array.nbytes for array in one) + bytes_per_world(self.num_actors, len(Term))
        check_memory(num_worlds, self.num_actors, each)
        self._worlds = allocate_worlds(num_worlds, self.num_actors, len(Term))
        self._out = allocate_out(num_worlds, self.num_actors, self.num_actions)
        self._actions = np.zeros((num_worlds, self.num_actors), np.int64)
        self._draws = np.zeros((num_worlds, self.num_actors))
        self._live = np.full(num_worlds, LIVE, np.int64)
        self._episodes = np.zeros(num_worlds, np.int64)
        self._are_rows_kept = False
        self._start_threads()

    def _start_threads(self) -> None:
        self._scratch = [allocate_scratch(self.num_actors, OTHER_SIZE) for _ in range(self.threads)]
        self._kernels: dict[Any, Any] = {}  # those that were called, for arguments of the types of this batch
        self._pool = ThreadPoolExecutor(self.threads - 1) if self.threads > 1 else None
        edges = np.linspace(0, self.num_worlds, self.threads + 1).astype(int)
        self._ranges = [(int(a), int(b)) for a, b in pairwise(edges)]

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name not in OF_THIS_PROCESS}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._start_threads()

    def _over_ranges(self, call: Any) -> None:
        """Run `call(scratch, start, stop)` over the batch, on every thread its range: the caller's takes the first."""
        own, *others = zip(self._scratch, self._ranges, strict=True)
        jobs = [self._pool.submit(call, scratch, *part) for scratch, part in others] if self._pool else []
        call(own[0], *own[1])
        for job in jobs:
            job.result()

    def close(self) -> None:
        """Let the threads go."""
        if self._pool is not None:
            self._pool.shutdown()

    def _call(self, kernel: Any, *arguments: Any) -> None:
        """Run a kernel; it looks at the types of its arguments the first time alone."""
        if kernel not in self._kernels:
            self._kernels[kernel] = bound(kernel, *arguments)
        self._kernels[kernel](*arguments)

    def _step(self, orders: np.ndarray) -> None:
        worlds, template, p, setting, out = self._worlds, self._template, self._p, self.setting, self._out
        actions, seed = self._actions, self._seed or 0
        self._over_ranges(
            lambda scratch, start, stop: self._call(
                step_worlds, worlds, template, p, setting, scratch, out, actions, orders, seed, start, stop
            )
        )

    def _look(self) -> None:
        """Write rows and masks anew, of worlds as they stand."""
        self._step(np.full(self.num_worlds, LOOK, np.int64))

    def _begin_next(self, chosen: np.ndarray) -> None:
        """Start the next episode in the worlds where `chosen` (W,) is True; the others stay as they are."""
        self._episodes[:] = np.where(chosen, self._worlds.clock[:, Clock.EPISODE] + 1, LEAVE)
        self._step(self._episodes)

    def _choose(self) -> None:
        """Write the actions of the seats that doctrines play."""
        worlds, out, actions = self._worlds, self._out, self._actions
        self._over_ranges(lambda _, start, stop: self._call(choose_actions, worlds, out, actions, start, stop))

    def _draw(self) -> np.ndarray:
        """One uniform draw (W, N) of the year for each seat, on which trained states act."""
        self._call(draw_for_players, self._worlds, self._draws, 0, self.num_worlds)
        return self._draws

    def _run(self, years: int) -> np.ndarray:
        """`years` years among doctrines without leaving the kernel; the sum of each term by seat (W, N, K)."""
        worlds, template, p, setting, out = self._worlds, self._template, self._p, self.setting, self._out
        actions, live = self._actions, self._live
        totals = np.zeros((self.num_worlds, self.num_actors, len(Term)))
        self._over_ranges(
            lambda scratch, start, stop: self._call(
                run_worlds, worlds, template, p, setting, scratch, out, actions, live, years, totals, start, stop
            )
        )
        return totals

    def state(self, chosen: np.ndarray | None = None) -> np.ndarray:
        """The true worlds (W, S) float32, for central critics; with `chosen` (W,) bool, of these alone (M, S).

        RuntimeError before the first reset.
        """
        if self._seed is None:
            raise RuntimeError("state before reset: call reset(seed) first")
        numbers = np.arange(self.num_worlds) if chosen is None else np.flatnonzero(chosen)
        states = np.empty((len(numbers), state_size(self.num_actors)), np.float32)
        self._call(look_at_truth, self._worlds, self._p, self._scratch[0], numbers, states)
        return states

    def graph(self) -> np.ndarray:
        """What everyone can see between all actors, (W, N, N, R) float32: see `core.pieces.Relation`."""
        return relations_of(self.state(), self.num_actors)

    def get_state(self) -> dict[str, Any]:
        """A picklable snapshot of the memory."""
        return {
            "version": SNAPSHOT_VERSION,
            "scenario": self.scenario.content_hash(),
            "seed": self._seed,
            "worlds": {name: np.array(array) for name, array in self._worlds._asdict().items()},
            "players": self._template.player.copy(),
        }

    def _restore(self, snapshot: dict[str, Any], players: np.ndarray) -> None:
        """Return to the memory of a snapshot that fits, with the ids of the `players` (N,) that begin episodes."""
        for name, array in self._worlds._asdict().items():
            array[...] = snapshot["worlds"][name]
        self._template = self._template._replace(player=players)
        self._seed = snapshot["seed"]

    def _check_fit(self, snapshot: dict[str, Any]) -> None:
        """ValueError if a snapshot is of another version, scenario or batch size."""
        version = check_snapshot(snapshot)["version"]
        if version != SNAPSHOT_VERSION:
            raise ValueError(f"snapshot version {version!r}: this is version {SNAPSHOT_VERSION}")
        if snapshot["scenario"] != self.scenario.content_hash():
            raise ValueError(f"the snapshot is of another scenario than {self.scenario.name!r} with these overrides")
        for name, array in self._worlds._asdict().items():
            if snapshot["worlds"][name].shape != array.shape:
                raise ValueError(
                    f"the snapshot's {name} has shape {snapshot['worlds'][name].shape}, this batch's {array.shape}"
                )

    def _leave_kept_rows(self, all_are_written: bool = False) -> None:
        """Give the outputs other rows if these were kept: the same, or any if every one of them is written next."""
        if self._are_rows_kept:
            rows = self._out.rows
            self._out = self._out._replace(rows=np.empty_like(rows) if all_are_written else rows.copy())
            self._are_rows_kept = False

    def _clear(self) -> None:
        """Zero the outputs."""
        self._leave_kept_rows()
        for array in self._out:
            array[...] = 0
