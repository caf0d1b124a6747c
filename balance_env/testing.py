"""Contracts of learners and adapters, as checks. A failure is a sentence that states the contract.

    check_learner(policy)     # of anything that chooses actions: masks, falls, chance, memory
    check_adapter(make)       # of anything that brings the batch to a framework

Both play episodes of a violent world in which at least `FALLS` states fall.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

import numpy as np

from .core.actions import action_table
from .scenario import Scenario
from .scenarios import load_scenario
from .vector import VectorEnv

Policy = Callable[[np.ndarray, np.ndarray, np.ndarray], Any]
FALLS = 3  # states that fall in one episode, at the least
YEARS = 60  # played by a check: three episodes
HORIZON = 20  # years of its episodes
AGAIN = 4  # years that are played a second time from a snapshot
ILLEGAL_EVERY = 5  # years between those in which an adapter is sent an action that its mask rules out
# Parameters, all in range, under which states fall soon.
VIOLENT = {"dispute_base": -3.0, "spoils": 0.3, "conquest": 0.9, "war_forces": 0.15, "floor": 0.15}


class Counts(NamedTuple):
    """What a check has played."""

    actions: int  # received from living states
    illegal: int  # of them, ruled out by their masks
    falls: int  # in the episode with most


def violent(scenario: str | Scenario = "default", **overrides: Any) -> Scenario:
    """A scenario in which states fall soon, cut after `HORIZON` years."""
    return load_scenario(scenario, **{"max_cycles": HORIZON, **VIOLENT, **overrides})


def random_legal(masks: np.ndarray, draws: np.ndarray) -> np.ndarray:
    """Legal actions (n,) for masks (n, A), each legal one with equal chance; one uniform draw (n,) a row."""
    reached = masks.cumsum(-1)
    return (reached <= draws[:, None] * reached[:, -1:]).sum(-1)


class FallCount:
    """Falls by episode of each world."""

    def __init__(self, worlds: int) -> None:
        self.now, self.most = np.zeros(worlds, int), 0

    def add(self, falls: np.ndarray, ended: np.ndarray) -> None:
        """Count a year's falls (W,); where `ended` (W,), the next year begins at none."""
        self.now += falls
        self.most = max(self.most, int(self.now.max()))
        self.now[ended > 0] = 0

    def check(self, scenario: Scenario) -> None:
        """ValueError if too few have fallen for the check to mean anything."""
        if self.most < FALLS:
            raise ValueError(
                f"at most {self.most} states fell in one episode of {scenario.name!r}: a check needs {FALLS}; "
                "give it more worlds or years, another seed, or a scenario with more states"
            )


# learners


def check_learner(
    policy: Policy,
    scenario: str | Scenario = "default",
    *,
    num_worlds: int = 4,
    years: int = YEARS,
    seed: int = 0,
    **overrides: Any,
) -> Counts:
    """A learner obeys masks, outlives others, takes chance from its draws alone and hides no memory.

    Parameters
    ----------
    policy : function
        Rows (n, D) float32, masks (n, A) int8 and uniform draws (n,) to n actions, for any n from 1. Called
        a few times a year.
    scenario, **overrides
        What it plays, made violent: see `violent`.

    Returns
    -------
    counts : Counts

    Raises
    ------
    AssertionError
        A sentence with the contract that is broken.
    ValueError
        If fewer than `FALLS` states fell.
    """
    setting = violent(scenario, **overrides)
    batch = VectorEnv(setting, num_worlds, threads=1)
    generator = np.random.default_rng(seed)
    fell, living = FallCount(num_worlds), 0
    batch.reset(seed)
    for year in range(1, years + 1):
        if year % HORIZON == HORIZON // 2:
            _check_snapshot_of_learner(policy, batch, generator)
        draws = generator.random(num_worlds * batch.num_actors)
        living += int((batch.action_masks.sum(-1) > 1).sum())
        actions = _asked(policy, batch, draws, year)
        _check_order(policy, batch, draws, actions, generator.permutation(len(draws)), year)
        told = batch.step(actions.reshape(num_worlds, -1))[-1]
        fell.add(told["falls"], told["ended"])
    fell.check(setting)
    return Counts(living, 0, fell.most)


def _asked(policy: Policy, batch: VectorEnv, draws: np.ndarray, year: int) -> np.ndarray:
    """Actions (W * N,) of a policy, held to its contract."""
    rows, masks = _flat(batch.outputs.rows), _flat(batch.action_masks)
    actions = _answer(policy, rows, masks, draws, f"year {year}")
    table = action_table(batch.num_actors, batch.setting.open_verbs)
    for slot in np.flatnonzero(masks[np.arange(len(masks)), actions] == 0):
        w, i = divmod(int(slot), batch.num_actors)
        raise AssertionError(
            f"The learner chose action {actions[slot]} ({table[actions[slot]]}) for state_{i} of world {w} in year "
            f"{year}, which its mask rules out: a learner chooses among the actions whose mask is 1."
        )
    again = _answer(policy, rows, masks, draws, f"year {year}, asked a second time")
    if (again != actions).any():
        raise AssertionError(
            f"The learner, asked twice in year {year}, gave other actions for the same rows, masks and draws: its "
            "chance comes from the draws alone, so that a seed repeats an episode."
        )
    return actions


def _answer(policy: Policy, rows: np.ndarray, masks: np.ndarray, draws: np.ndarray, when: str) -> np.ndarray:
    given = [array.copy() for array in (rows, masks, draws)]
    fallen = int((masks.sum(-1) == 1).sum())
    try:
        actions = np.asarray(policy(*given))
    except Exception as error:
        raise AssertionError(
            f"The learner raised {type(error).__name__} ({error}) in {when}, given {len(rows)} rows, {fallen} of them "
            "of fallen states: a learner goes on when states fall, whose rows are zero and whose one action is invest."
        ) from error
    if any((one != other).any() for one, other in zip(given, (rows, masks, draws), strict=True)):
        raise AssertionError(
            f"The learner wrote into what it was given in {when}: rows, masks and draws are the batch's, to be read."
        )
    actions_are_whole = actions.dtype.kind in "iu" and actions.shape == (len(rows),)
    if not actions_are_whole or actions.min() < 0 or actions.max() >= masks.shape[1]:
        raise AssertionError(
            f"The learner returned {actions.dtype} of shape {actions.shape} in {when}: a learner returns one whole "
            f"number a row, {len(rows)} of them, each from 0 to {masks.shape[1] - 1}."
        )
    return actions


def _check_order(
    policy: Policy, batch: VectorEnv, draws: np.ndarray, actions: np.ndarray, order: np.ndarray, year: int
) -> None:
    """The living alone, in another order, are given the same actions."""
    rows, masks = _flat(batch.outputs.rows), _flat(batch.action_masks)
    order = order[masks[order].sum(-1) > 1]
    if len(order) == 0:
        return
    answers = _answer(policy, rows[order], masks[order], draws[order], f"year {year}, asked for the living alone")
    if (answers != actions[order]).any():
        raise AssertionError(
            f"The learner gave other actions in year {year} when the living came alone and in another order: what a "
            "state does depends on its own row, mask and draw, not on its seat in the batch or on who else is in it."
        )


def _check_snapshot_of_learner(policy: Policy, batch: VectorEnv, generator: np.random.Generator) -> None:
    """Years played twice from one snapshot are the same years. Leaves the batch at the snapshot."""
    snapshot, draws = batch.get_state(), generator.random((AGAIN, batch.num_worlds * batch.num_actors))
    played = []
    for _ in range(2):
        acted = []
        for draw in draws:
            rows, masks = _flat(batch.outputs.rows), _flat(batch.action_masks)
            acted.append(_answer(policy, rows, masks, draw, "a year from a snapshot"))
            batch.step(acted[-1].reshape(batch.num_worlds, -1))
        played.append(np.array(acted))
        batch.set_state(snapshot)
    if (played[0] != played[1]).any():
        raise AssertionError(
            f"The learner acted otherwise when {AGAIN} years were played again from one snapshot: what it does follows "
            "from what it is given; a memory of its own is not in the snapshot."
        )


def _flat(array: np.ndarray) -> np.ndarray:
    return array.reshape(-1, *array.shape[2:])


# adapters


class Year(NamedTuple):
    """What a framework's learner is told of a year, by world and seat."""

    rows: np.ndarray  # (W, N, D) to act on next: of the next episode where a world began again
    masks: np.ndarray  # (W, N, A) of the actions to come
    rewards: np.ndarray  # (W, N)
    terminated: np.ndarray  # (W, N) its episode ended without a value after it
    truncated: np.ndarray  # (W, N) its episode was cut
    last_rows: np.ndarray  # (W, N, D) the last row of its episode, where terminated or truncated


class Played(Protocol):
    """An adapter as a check plays it, through the framework's own calls. Absent seats: a zero row, invest alone."""

    def reset(self, seed: int | None) -> tuple[np.ndarray, np.ndarray]:
        """Rows and masks of the start."""

    def step(self, actions: np.ndarray) -> Year:
        """One year under actions (W, N)."""

    def get_state(self) -> Any:
        """A snapshot."""

    def set_state(self, snapshot: Any) -> tuple[np.ndarray, np.ndarray]:
        """Rows and masks at the snapshot."""


CONTRACTS = {
    "rows": "each seat is given the row that the batch has for it, of the year to come",
    "masks": "each seat is given its mask with its row, and the fallen have invest alone",
    "rewards": "each seat is paid what its own action earned in the year of that action",
    "terminated": "a state's episode terminates in the year it falls, for others it goes on",
    "truncated": "the cut at the horizon is told as a truncation, so that a value is bootstrapped there",
    "last_rows": "the last row of an episode is kept apart from the first of the next",
}


def check_adapter(
    make: Callable[[Scenario, int], Played],
    scenario: str | Scenario = "default",
    *,
    num_worlds: int = 3,
    years: int = YEARS,
    seed: int = 0,
    autoreset: bool = True,
    **overrides: Any,
) -> Counts:
    """An adapter tells a learner what the batch tells: rows, masks, rewards, falls, ends, seeds and snapshots.

    Parameters
    ----------
    make : function
        A scenario and a number of worlds W to a `Played`.
    autoreset : bool
        Whether an ended world begins again by itself. Otherwise all worlds are reset when all are over.

    Returns
    -------
    counts : Counts
        `illegal` counts what the check sent on purpose.

    Raises
    ------
    AssertionError, ValueError
        As of `check_learner`.
    """
    setting = violent(scenario, **overrides)
    one, truth = make(setting, num_worlds), VectorEnv(setting, num_worlds, threads=1, autoreset=autoreset, copy=True)
    masks = _check_seeds(one, truth, seed)
    generator, fell = np.random.default_rng(seed), FallCount(num_worlds)
    over = np.zeros((num_worlds, 1), bool)
    sent = illegal = 0
    for year in range(1, years + 1):
        if over.all():
            rows, masks = _told(one.reset, "a reset without a seed", None)
            _compare("rows", rows, truth.reset()[0], over, f"after the reset in year {year}")
            over[:] = False
        acting = (truth.action_masks.sum(-1) > 1) & ~over
        chosen = random_legal(_flat(masks), generator.random(acting.size)).reshape(acting.shape)
        if year % ILLEGAL_EVERY == 0:
            seat = year % acting.shape[1]
            chosen[:, seat] = masks[:, seat].argmin(-1)
        told = _told(one.step, f"year {year}, when up to {fell.most} states of a world had fallen", chosen)
        rows, rewards, terminated, truncated, infos = truth.step(chosen)
        last_rows = np.where(infos["_final_obs"][:, None, None], infos["final_obs"], rows)
        expected = Year(rows, infos["action_mask"], rewards, terminated, truncated, last_rows)
        told_of = np.broadcast_to(~over, acting.shape)
        places = {"rows": told_of, "masks": told_of, "last_rows": acting & (terminated | truncated)}
        for name in reversed(Year._fields):  # a reward says more of what went wrong than the row that follows
            where = places.get(name, acting)
            _compare(name, getattr(told, name), getattr(expected, name), where, f"in year {year}")
        sent += int(acting.sum())
        illegal += int(infos["illegal_action"][acting].sum())
        fell.add(infos["falls"] * ~over[:, 0], infos["ended"])
        masks = told.masks
        if not autoreset:
            over |= infos["ended"][:, None] > 0
        if year == HORIZON // 2:
            _check_snapshot_of_adapter(one, make(setting, num_worlds), masks, generator)
    fell.check(setting)
    return Counts(sent, illegal, fell.most)


def _told(call: Callable[..., Any], when: str, *given: Any) -> Any:
    try:
        return call(*given)
    except Exception as error:
        raise AssertionError(
            f"The adapter raised {type(error).__name__} ({error}) in {when}: an adapter goes on through falls and ends "
            "and passes on what a mask rules out, which the batch turns into invest and counts."
        ) from error


def _check_seeds(one: Played, truth: VectorEnv, seed: int) -> np.ndarray:
    """Starts under seeds are the batch's; returns the masks of the start under `seed`, where both are left."""
    for number in (seed, seed + 1, seed):
        rows, masks = _told(one.reset, f"a reset with seed {number}", number)
        expected, infos = truth.reset(number)
        everywhere = np.ones(expected.shape[:2], bool)
        if rows.shape == expected.shape and not any(_same(rows[w], expected[w]) for w in range(len(rows))):
            raise AssertionError(
                f"The adapter's worlds do not start as the batch's under seed {number}: a seed given to the framework "
                "reaches the batch, and world w of any batch under one seed starts alike."
            )
        _compare("rows", rows, expected, everywhere, f"after the reset with seed {number}")
        _compare("masks", masks, infos["action_mask"], everywhere, f"after the reset with seed {number}")
    return masks


def _same(one: np.ndarray, other: np.ndarray) -> bool:
    """Whether two worlds hold the same rows, in whatever order of seats."""
    return sorted(row.tobytes() for row in one) == sorted(row.tobytes() for row in other)


def _compare(name: str, given: np.ndarray, expected: np.ndarray, where: np.ndarray, when: str) -> None:
    """What an adapter tells is what the batch tells, to the precision of a row, in the worlds and seats `where`."""
    if given.shape != expected.shape:
        raise AssertionError(f"The adapter's {name} have shape {given.shape} {when}: {expected.shape} is the batch's.")
    given, expected = given.astype(np.float32), expected.astype(np.float32)
    differ = (given != expected).reshape(*expected.shape[:2], -1).any(-1) & where
    if not differ.any():
        return
    w, i = np.argwhere(differ)[0]
    owners = np.flatnonzero([np.array_equal(given[w, i], other) for other in expected[w]])
    stray = name in ("rows", "last_rows") and given[w, i].any() and len(owners) > 0
    whose = f"those of state_{owners[0]}" if stray else "not the batch's"
    raise AssertionError(f"The adapter's {name} of state_{i} in world {w} {when} are {whose}: {CONTRACTS[name]}.")


def _check_snapshot_of_adapter(one: Played, twin: Played, masks: np.ndarray, generator: np.random.Generator) -> None:
    """Years played on, again from a snapshot, and by a twin that never saw them, are the same. Leaves `one` there."""
    snapshot = one.get_state()
    played: list[list[Year]] = []
    actions: list[np.ndarray] = []
    for player in (one, one, twin):
        if played:
            _, masks = _told(player.set_state, "the return to a snapshot", snapshot)
        years = []
        for year in range(AGAIN):
            if len(actions) == year:
                actions.append(
                    random_legal(_flat(masks), generator.random(masks[..., 0].size)).reshape(masks.shape[:2])
                )
            years.append(_told(player.step, "a year from a snapshot", actions[year]))
            masks = years[-1].masks
        played.append(years)
    one.set_state(snapshot)
    for other, who in ((played[1], "it"), (played[2], "a new one of its kind")):
        for first, again in zip(played[0], other, strict=True):
            if not all(np.array_equal(a, b) for a, b in zip(first[:5], again[:5], strict=True)):
                raise AssertionError(
                    f"The adapter told other years when {who} played the same actions again from a snapshot: "
                    "everything that decides the future is in the snapshot."
                )
