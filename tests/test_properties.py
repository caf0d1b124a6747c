"""What holds under any parameters in range and any play, hostile or at random."""

from __future__ import annotations

import copy
import functools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from worlds import VIOLENT, random_legal

from balance_env import VectorEnv
from balance_env.core.actions import PLAIN_VERBS
from balance_env.core.params import ABOUT, Parameters
from balance_env.core.world import ACTOR, NOBODY, PAIR_ARRAYS, PAIR_FIELDS, Clock, Outcome, Verb, World

WAR = [Outcome.STALEMATE, Outcome.WON, Outcome.LOST]
YEARS = 12
FLOATS = [name for name, (kind, _) in ACTOR.items() if kind == "f8"]
PAIR_FLOATS = [name for name in PAIR_FIELDS if name not in PAIR_ARRAYS]


@st.composite
def parameters(draw) -> dict[str, float]:
    """Every parameter somewhere in its range, at an end, or left alone."""
    chosen = {}
    for name, about in ABOUT.items():
        kind = draw(st.sampled_from("dduulh"))
        if kind == "u":
            chosen[name] = draw(st.floats(about.low, about.high))
        elif kind in "lh":
            chosen[name] = about.low if kind == "l" else about.high
    return chosen


def hostile(masks: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Legal actions (W, N): coerce or sanction somebody wherever that is legal."""
    others = (masks.shape[-1] - PLAIN_VERBS) // 4
    weight = np.ones(masks.shape[-1])
    weight[-2 * others :] = 20.0
    return random_legal(masks * weight, generator)


def members_of(actor, field: str, w: int) -> dict[int, int]:
    """{i: j} of a field that names another actor, in world w."""
    return {i: int(j) for i, j in enumerate(actor[field][w]) if j != NOBODY}


def check_world(env: VectorEnv) -> None:
    """What must hold in every world at every moment."""
    worlds, out = env.worlds, env.outputs
    actor, pair = worlds.actor, worlds.pair
    alive = actor.alive.astype(bool)
    others = ~np.eye(env.num_actors, dtype=bool)

    for field in FLOATS:
        assert np.isfinite(actor[field]).all(), field
    for field in PAIR_FLOATS:
        assert np.isfinite(pair[field]).all(), field
    for array in (out.rows, out.rewards, out.terms):
        assert np.isfinite(array).all()
    for field in ("economy", "forces", "spent", "embargo"):
        assert (actor[field] >= 0).all(), field
    for field in ("posture", "reputation"):
        assert ((actor[field] >= 0) & (actor[field] <= 1)).all(), field
    for field in ("willingness", "wear", "hostility"):
        assert ((pair[field] >= 0) & (pair[field] <= 1)).all(), field
    for field in ("offer", "sanction"):
        assert (pair[field] >= 0).all(), field

    shares = actor.opening_share.sum(axis=1)
    np.testing.assert_allclose(shares[alive.any(axis=1)], 1.0, atol=1e-9)

    np.testing.assert_array_equal(pair.pact, pair.pact.transpose(0, 2, 1))
    assert not pair.pact[:, ~others].any()
    for w in range(env.num_worlds):
        patrons = members_of(actor, "patron", w)
        assert not set(patrons) & set(patrons.values()), "a client is a patron"
        for i, k in patrons.items():
            assert i != k
            assert not pair.pact[w, i].any(), "a client has a pact"
        tied = pair.pact[w].astype(bool)
        for i, k in patrons.items():
            tied[i, k] = tied[k, i] = True
        assert not pair.willingness[w][~tied].any(), "a pledge without a tie"
        for i, j in members_of(actor, "dispute", w).items():
            assert i != j
            assert alive[w, i]
            assert alive[w, j]

    space = env.single_observation_space
    assert ((out.rows >= space.low) & (out.rows <= space.high)).all()
    assert (out.masks[..., 0] == 1).all()

    fallen = ~alive
    for field in ("pact", "willingness", "offer", "sanction", "wear"):
        assert not pair[field][fallen].any(), field
        assert not pair[field].transpose(0, 2, 1)[fallen].any(), field
    for field in ("economy", "forces"):
        assert not actor[field][fallen].any(), field
    for field in ("patron", "dispute"):
        assert (actor[field][fallen] == NOBODY).all(), field
    assert not out.rows[fallen].any()
    assert (out.masks[fallen].sum(axis=1) == 1).all()
    long_fallen = fallen & (actor.fell == 0)
    assert not out.rewards[long_fallen].any()


def check_wars(env: VectorEnv, before: np.ndarray, going_on: np.ndarray) -> None:
    """Every war of the year is a dispute of the year before, in the worlds that had not ended."""
    actor = env.worlds.actor
    fought = (actor.outcome >= Outcome.STALEMATE) & going_on[:, None]
    assert (before[fought] == actor.opponent[fought]).all()
    assert (before[fought] != NOBODY).all()
    assert (env.outputs.wars == (np.isin(actor.outcome, WAR) & fought).sum(axis=1)).all()


@given(parameters(), st.sampled_from([2, 3, 5]), st.integers(0, 2**62 - 1), st.booleans(), st.booleans())
def test_any_world_keeps_its_invariants(given_parameters, states, seed, is_hostile, has_institution):
    env = VectorEnv(
        "coercive",
        3,
        states=states,
        autoreset=False,
        max_cycles=YEARS,
        institution="all" if has_institution else None,
        targets="threat" if seed % 2 else "seat",
        **given_parameters,
    )
    env.reset(seed=seed)
    check_world(env)
    generator = np.random.default_rng(seed % 2**32)
    for _ in range(YEARS):
        before, going_on = env.worlds.actor.dispute.copy(), env.worlds.clock[:, Clock.ENDED] == 0
        env.step((hostile if is_hostile else random_legal)(env.action_masks, generator))
        check_world(env)
        check_wars(env, before, going_on)


def test_the_invariants_are_tried_on_worlds_in_which_states_fall(play):
    env = VectorEnv("coercive", 8, states=5, autoreset=False, max_cycles=30, **VIOLENT)
    env.reset(seed=1)
    falls = 0
    for _, (*_, infos) in play(env, 25):
        check_world(env)
        falls += int(infos["falls"].sum())
    assert falls > 3


def test_actions_out_of_the_mask_harm_nothing():
    env = VectorEnv("coercive", 4, states=5, autoreset=False, max_cycles=30, **VIOLENT)
    env.reset(seed=1)
    generator = np.random.default_rng(0)
    for _ in range(25):
        env.step(generator.integers(0, env.num_actions, (4, 5)))
        check_world(env)


# relabelling the actors relabels the outcome and nothing else

ACTORS_FIELDS = [field for field in PAIR_FIELDS if field not in ("order", "place", "memory")]  # those are of seats


def relabelled(worlds: dict[str, np.ndarray], seat: np.ndarray) -> dict[str, np.ndarray]:
    """The same worlds with actor i sitting in `seat[i]`."""
    new = copy.deepcopy(worlds)
    new["actor"][:, seat] = worlds["actor"]
    new["design"][:, seat] = worlds["design"]
    for field in ("patron", "dispute", "target", "opponent", "conqueror"):
        values = new["actor"][field]
        new["actor"][field] = np.where(values == NOBODY, NOBODY, seat[values])
    for field in ACTORS_FIELDS:
        World(**new).pair[field][:, seat[:, None], seat] = World(**worlds).pair[field]
    return new


def moved(action: int, i: int, seat: np.ndarray) -> int:
    """What actor i's action is called from its new seat, with slots in the order of seats."""
    if action < PLAIN_VERBS:
        return action
    n = len(seat)
    verb, slot = divmod(action - PLAIN_VERBS, n - 1)
    j = (i + 1 + slot) % n
    return PLAIN_VERBS + verb * (n - 1) + (int(seat[j]) - int(seat[i]) - 1) % n


@given(st.permutations(range(5)), st.integers(0, 1000), st.integers(0, 12), parameters() | st.just(VIOLENT))
def test_relabelling_the_actors_relabels_the_outcome_and_nothing_else(order, seed, after, given_parameters):
    seat = np.array(order)
    one, other = (
        VectorEnv("coercive", 2, states=5, autoreset=False, max_cycles=40, institution="all", **given_parameters)
        for _ in range(2)
    )
    one.reset(seed=seed)
    other.reset(seed=seed)
    generator = np.random.default_rng(seed)
    for _ in range(after):
        one.step(random_legal(one.action_masks, generator))
    snapshot = one.get_state()
    other.set_state({**snapshot, "worlds": relabelled(snapshot["worlds"], seat)})
    for _ in range(4):
        actions = random_legal(one.action_masks, generator)
        theirs = np.zeros_like(actions)
        for w, i in np.ndindex(*actions.shape):
            theirs[w, seat[i]] = moved(int(actions[w, i]), i, seat)
        rewards = one.step(actions)[1]
        their_rewards = other.step(theirs)[1]
        np.testing.assert_allclose(their_rewards[:, seat], rewards, rtol=1e-12, atol=1e-12)
        expected = relabelled(one.get_state()["worlds"], seat)
        for field in ACTOR:
            np.testing.assert_allclose(
                other.worlds.actor[field], expected["actor"][field], rtol=1e-12, atol=1e-12, err_msg=field
            )
        for field in ACTORS_FIELDS:
            np.testing.assert_allclose(
                other.worlds.pair[field], World(**expected).pair[field], rtol=1e-12, atol=1e-12, err_msg=field
            )
        np.testing.assert_array_equal(one.worlds.clock, other.worlds.clock)


# ending

UNFALLING = {"conquest": 0.0, "floor": 0.0}


def endings(env: VectorEnv, years: int, actions: int = 0) -> np.ndarray:
    """Endings (years, W) under one constant action."""
    seen = []
    for _ in range(years):
        env.step(np.full((env.num_worlds, env.num_actors), actions))
        seen.append(env.outputs.ended.copy())
    return np.array(seen)


def test_the_random_end_comes_with_one_chance_in_fifty_a_year_and_terminates_all():
    env = VectorEnv("default", 400, going_on=0.98, **UNFALLING)
    env.reset(seed=3)
    ended = 0
    for _ in range(50):
        _, _, terminations, truncations, infos = env.step(np.zeros((400, 8), int))
        by_chance = infos["ended"] == 1
        ended += by_chance.sum()
        assert terminations[by_chance].all()
        assert not truncations.any()
    assert ended / (400 * 50) == pytest.approx(0.02, abs=4 * (0.02 * 0.98 / 20_000) ** 0.5)


def test_a_horizon_switches_the_random_end_off_and_truncates():
    env = VectorEnv("default", 20, max_cycles=30, going_on=0.5, autoreset=False, hegemony=1.0, **UNFALLING)
    env.reset(seed=1)
    for n in range(30):
        _, _, terminations, truncations, infos = env.step(np.zeros((20, 8), int))
        assert not terminations.any()
        assert (truncations.all() and (infos["ended"] == 4).all()) if n == 29 else not truncations.any()


def test_the_cut_comes_at_two_hundred_years_where_no_horizon_is_given():
    env = VectorEnv("default", 2, going_on=1.0, hegemony=1.0, autoreset=False, **UNFALLING)
    env.reset(seed=1)
    ended = endings(env, 200)
    assert not ended[:-1].any()
    assert (ended[-1] == 4).all()


def test_hegemony_and_the_last_survivor_terminate_and_infos_say_which():
    env = VectorEnv("small", 30, going_on=1.0, hegemony=0.5, autoreset=False, growth_spread=0.02, economy_spread=1.0)
    env.reset(seed=1)
    _, _, terminations, truncations, infos = env.step(np.zeros((30, 3), int))
    over = infos["ended"] == 2
    assert over.any()
    assert terminations[over].all()
    assert not truncations.any()
    last = VectorEnv("coercive", 20, states=2, going_on=1.0, hegemony=1.0, max_cycles=80, **VIOLENT)
    last.reset(seed=1)
    generator = np.random.default_rng(1)
    seen = set()
    for _ in range(60):
        *_, infos = last.step(hostile(last.action_masks, generator))
        assert ((infos["ended"] == 3) == (infos["falls"] > 0)).all()
        seen |= set(infos["ended"].tolist())
    assert 3 in seen


def test_a_world_that_ended_stays_as_it_ended_without_autoreset():
    env = VectorEnv("default", 1, max_cycles=3, autoreset=False)
    env.reset(seed=1)
    for _ in range(3):
        env.step(np.zeros((1, 8), int))
    assert env.outputs.ended[0] == 4
    before = env.get_state()["worlds"]
    env.step(np.full((1, 8), int(Verb.ARM)))
    assert env.worlds.clock[0, 3] == 3
    np.testing.assert_array_equal(env.worlds.actor.forces, before["actor"]["forces"])


# every parameter is wired to something

VARIANTS = {
    "coercive": dict(num_worlds=4),
    "concert": dict(num_worlds=4, dispute_base=-3.0),
    "powers_1913": dict(num_worlds=2, designs=["defensive", "status_quo"]),
    "small": dict(num_worlds=4, **VIOLENT),
}


@functools.cache
def history(scenario: str, name: str = "", value: float = 0.0) -> np.ndarray:
    """Rewards, rows and endings of some years of play by fixed numbers, everything else as in the scenario."""
    options = {**VARIANTS[scenario], **({name: value} if name else {})}
    env = VectorEnv(scenario, **options)
    env.reset(seed=8)
    generator = np.random.default_rng(8)
    told = [env.outputs.rows.ravel().copy()]
    for _ in range(25):
        env.step(random_legal(env.action_masks, generator))
        out = env.outputs
        told += [out.rows.ravel().copy(), out.rewards.ravel().copy(), out.ended.astype(float)]
    return np.concatenate(told)


@pytest.mark.parametrize("name", Parameters._fields)
def test_every_parameter_changes_some_outcome(name):
    default, about = getattr(Parameters(), name), ABOUT[name]
    assert any(
        value != VARIANTS[scenario].get(name, default)
        and not np.array_equal(history(scenario), history(scenario, name, value))
        for value in (about.high, about.low)
        for scenario in VARIANTS
    ), f"{name} is wired to nothing"


def test_nothing_but_a_parameter_changes_an_outcome():
    assert np.array_equal(history("coercive"), history.__wrapped__("coercive"))
