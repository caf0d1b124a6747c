"""Whatever a policy of others does costs its own acts, is counted, and leaves the judge as it was."""

from __future__ import annotations

import numpy as np
import pytest

from balance_env.benchmark.protocol.guard import DIED, HUNG, OUTSIDE, RAISED, Guard
from balance_env.benchmark.protocol.worker import packed, unpacked

ROWS, ACTIONS = 4, 6
LIMIT = 3.0  # seconds: enough for any of these to answer, few enough to wait for one that hangs


def asked(rows=ROWS):
    masks = np.ones((rows, ACTIONS), np.int8)
    masks[:, 1] = 0
    rng = np.random.default_rng(0)
    return rng.random((rows, 5), np.float32), masks, rng.random(rows), np.arange(rows) // 2, np.arange(rows) % 2


@pytest.fixture(autouse=True)
def beside_the_players(monkeypatch, request):
    monkeypatch.chdir(request.path.parent)


def years(name, count=4):
    with Guard(f"players:{name}", call_limit=LIMIT) as guard:
        guard.begin(7)
        return guard, [guard.act(*asked()) for _ in range(count)]


@pytest.mark.parametrize(("name", "action"), [("First", 0), ("Last", ACTIONS - 1), ("Asking", 0)])
def test_a_policy_plays_by_its_method_or_by_being_called(name, action):
    guard, acts = years(name, 2)
    assert (np.array(acts) == action).all()
    assert not guard.faults


@pytest.mark.parametrize(
    ("name", "kind", "lost", "said"),
    [
        ("Raising", RAISED, ROWS, "RuntimeError: no more"),  # the third of four years
        ("Shapeless", RAISED, 4 * ROWS, "shape (1,)"),
        ("Fractional", RAISED, 4 * ROWS, "float64"),
        ("Outside", OUTSIDE, 4, "1000000"),  # one row of each year
        ("Tampering", RAISED, 4 * ROWS, "read-only"),
        ("Hanging", HUNG, 3 * ROWS, "no answer in 3 s"),  # from the second year on
        ("Crashing", DIED, 4 * ROWS, "ended"),
        ("Unmade", DIED, 4 * ROWS, "no weights here"),
    ],
)
def test_a_fault_costs_its_own_acts_and_is_counted(name, kind, lost, said):
    given = asked()
    before = [array.copy() for array in given]
    guard, acts = years(name)
    assert guard.faults == {kind: lost}
    assert sum(guard.lost.values()) == lost
    assert said in guard.said[kind]
    assert (np.array(acts) == 0).all()
    assert all(np.array_equal(a, b) for a, b in zip(asked(), before, strict=True))


def test_the_next_stage_begins_anew_after_a_crash():
    with Guard("players:Raising", call_limit=LIMIT) as guard:
        for _ in range(2):
            guard.begin(0)
            for _ in range(3):
                guard.act(*asked())
            assert guard.faults == {RAISED: ROWS}
            guard.process.kill()
            guard.process.join()
            guard.act(*asked())
            assert guard.faults == {RAISED: ROWS, DIED: ROWS}


def test_arrays_come_back_as_they_went_and_cannot_be_written():
    names = ("rows", "masks", "draws", "worlds", "seats")
    given = dict(zip(names, asked(), strict=True))
    back = unpacked(packed(given))
    for name, array in given.items():
        assert np.array_equal(back[name], array)
        with pytest.raises(ValueError, match="read-only"):
            back[name][...] = 0
        with pytest.raises(ValueError, match="WRITEABLE"):
            back[name].setflags(write=True)
