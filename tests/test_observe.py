"""Seeing: what a row says by hand, what a mask admits, and that neither tells what is not perceived."""

from __future__ import annotations

import copy
import math

import numpy as np
import pytest
from numba import njit
from worlds import make_world, other_piece, own_piece, random_legal

from balance_env import VectorEnv, parallel_env, row_table
from balance_env.chronicle import snapshot
from balance_env.core.intrinsics import SQUARE, turner
from balance_env.core.pieces import OTHER_SIZE, WEIGHTS_START, Globe, Other, Own, Relation
from balance_env.core.reward import Term
from balance_env.core.world import Verb, World


def seen(case, i, j, *pieces) -> list[float]:
    rows, _ = case.look()
    return [other_piece(rows, i, j, piece) for piece in pieces]


# pieces by hand


def test_what_another_is():
    case = make_world(
        3,
        forces=(1, 2, 1),
        economy=(1, 1, 2),
        technology=(1, 1, 0.25),
        ideology=(0.2, 0.9, 0.2),
        posture=(0, 0.5, 0),
        reputation=(1, 0.75, 1),
        member=(0, 1, 0),
        pair={"reach": {(0, 1): 0.5, (1, 0): 0.25}, "hostility": {(0, 1): 0.8}, "error": {(0, 1): math.log(2)}},
    )
    # strengths as 0 sees them: 1, 4, .5
    assert seen(case, 0, 1, Other.ALIVE, Other.SHARE, Other.REACH_TO_ME, Other.REACH_FROM_ME) == pytest.approx(
        [1, 0.5 * 4 / 5.5 + 0.5 / 4, 0.25, 0.5], rel=1e-6
    )
    assert seen(case, 0, 1, Other.IDEOLOGY_GAP, Other.POSTURE, Other.HOSTILITY, Other.REPUTATION) == pytest.approx(
        [0.7, 0.5, 0.8, 0.75], rel=1e-6
    )
    assert seen(case, 0, 1, Other.FORCES, Other.ECONOMY, Other.TECHNOLOGY, Other.MEMBER) == pytest.approx(
        [math.log(4) / 4, 0, 1, 1], rel=1e-6
    )
    assert seen(case, 0, 2, Other.ECONOMY, Other.TECHNOLOGY) == pytest.approx([math.log(2) / 4, 0.25], rel=1e-6)


def test_what_is_between_us():
    case = make_world(
        4,
        forces=(1, 1, 1, 9),
        pacts={(0, 1)},
        patrons={2: 3},
        pair={
            "willingness": {(0, 1): 0.7, (1, 0): 0.4},
            "offer": {(0, 2): 5, (2, 0): 2},
            "sanction": {(0, 3): 3, (3, 0): 1},
        },
    )
    assert seen(case, 0, 1, Other.PACT, Other.PLEDGE_FROM_ME, Other.PLEDGE_TO_ME) == pytest.approx([1, 0.7, 0.4])
    assert seen(case, 0, 2, Other.OFFER_FROM_ME, Other.OFFER_TO_ME, Other.CLIENT) == pytest.approx([1, 0.4, 1])
    assert seen(case, 0, 3, Other.SANCTION_FROM_ME, Other.SANCTION_TO_ME, Other.CLIENT) == pytest.approx([1, 1 / 3, 0])
    assert seen(case, 2, 3, Other.MY_PATRON, Other.MY_CLIENT) == [1, 0]
    assert seen(case, 3, 2, Other.MY_PATRON, Other.MY_CLIENT) == [0, 1]


def test_what_another_is_in_with_others():
    # 2 is sanctioned by 1 and 3, has pacts with 0 and 1, and 1 is a partner of mine too
    case = make_world(4, pacts={(0, 1), (1, 2), (0, 2)}, pair={"sanction": {(1, 2): 1, (3, 2): 2}})
    assert seen(case, 0, 2, Other.PACTS, Other.COMMON_PACTS, Other.SANCTIONED) == pytest.approx([2 / 3, 1 / 3, 0.5])
    assert seen(case, 0, 3, Other.PACTS, Other.COMMON_PACTS, Other.SANCTIONED) == [0, 0, 0]
    # pledges to 2: .6 of each of two equals, against its own force of one
    assert seen(case, 3, 2, Other.SUPPORT) == pytest.approx([1.2 / 2.2])


def test_the_weight_of_those_who_sanction_is_as_i_perceive_it():
    # 0 sees forces of 1, 2, 1: half of them, and a third of output, sanction 2
    case = make_world(3, pair={"sanction": {(1, 2): 1}, "error": {(0, 1): math.log(2)}})
    assert seen(case, 0, 2, Other.SANCTIONED) == pytest.approx([0.5 / 2 + 0.5 / 3])


def test_force_pledged_is_counted_by_reputation_reach_and_as_perceived():
    case = make_world(
        3, pacts={(1, 2)}, reputation=(1, 0.5, 1), pair={"reach": {(1, 2): 0.5}, "error": {(0, 1): math.log(4)}}
    )
    support = 0.5 * 0.6 * 0.5 * 4
    assert seen(case, 0, 2, Other.SUPPORT) == pytest.approx([support / (support + 1)])


def test_the_parties_of_a_dispute_are_marked():
    case = make_world(5, forces=(1, 1, 1, 1, 9), disputes={1: 2}, pacts={(0, 2)}, patrons={3: 4})
    assert seen(case, 0, 1, Other.CHALLENGES, Other.CHALLENGED, Other.AGAINST_PARTNER) == [1, 0, 1]
    assert seen(case, 0, 2, Other.CHALLENGES, Other.CHALLENGED, Other.AGAINST_PARTNER) == [0, 1, 0]
    assert seen(case, 2, 1, Other.CHALLENGES_ME, Other.CHALLENGED_BY_ME) == [1, 0]
    assert seen(case, 1, 2, Other.CHALLENGES_ME, Other.CHALLENGED_BY_ME) == [0, 1]
    assert seen(case, 3, 1, Other.AGAINST_PARTNER, Other.AGAINST_MINE) == [0, 0]
    against_client = make_world(4, forces=(9, 1, 1, 1), disputes={1: 2}, patrons={2: 0})
    assert seen(against_client, 0, 1, Other.AGAINST_MINE) == [1]
    against_challenger = make_world(4, forces=(9, 1, 1, 1), disputes={1: 2}, patrons={1: 0})
    assert seen(against_challenger, 0, 2, Other.AGAINST_MINE) == [1]


def test_the_odds_of_a_dispute_without_me_with_me_and_against_me():
    # 1 challenges 2, all equal; I bring .8, the fourth has pledged .6 to the target
    case = make_world(4, disputes={1: 2}, pacts={(2, 3)})
    pieces = Other.ODDS, Other.ODDS_WITH_ME, Other.ODDS_AGAINST_ME
    assert seen(case, 0, 1, *pieces) == pytest.approx([1 / 2.6, 1.8 / 3.4, 1 / 3.4])
    assert seen(case, 0, 2, *pieces) == pytest.approx([1.6 / 2.6, 2.4 / 3.4, 1.6 / 3.4])
    assert seen(case, 0, 3, *pieces) == [0, 0, 0]


def test_my_own_pledge_is_no_part_of_the_odds_without_me():
    case = make_world(3, disputes={1: 2}, pacts={(0, 2)})
    assert seen(case, 0, 1, Other.ODDS) == pytest.approx([0.5])


def test_odds_are_as_i_perceive_forces_and_offence():
    case = make_world(3, disputes={1: 2}, pair={"error": {(0, 1): math.log(3)}})
    assert seen(case, 0, 1, Other.ODDS) == pytest.approx([0.75])
    believer = make_world(3, disputes={1: 2}, parameters={"offence_bias": 3.0})
    assert seen(believer, 0, 1, Other.ODDS) == pytest.approx([0.75])


def test_my_own_block():
    case = make_world(
        4,
        forces=(1, 1, 1, 9),
        economy=(1, 1, 1, 1),
        disputes={0: 1, 2: 0},
        pacts={(0, 1)},
        patrons={2: 3},
        embargo=(0.05, 0, 0, 0),
    )
    rows, _ = case.look()
    own = {piece: own_piece(rows, 0, piece) for piece in Own}
    assert own[Own.SHARE] == pytest.approx(0.5 / 12 + 0.5 / 4)
    assert own[Own.FORCES] == pytest.approx(0.5)
    assert own[Own.EMBARGO] == pytest.approx(0.5)
    assert own[Own.PARTNERS] == pytest.approx(1 / 3)
    assert own[Own.CHALLENGER] == 1.0
    assert own[Own.CHALLENGED] == pytest.approx(1 / 3)
    assert own[Own.CLIENT] == 0.0
    assert own_piece(rows, 3, Own.CLIENTS) == pytest.approx(1 / 3)
    assert own_piece(rows, 2, Own.CLIENT) == 1.0
    assert own[Own.SECURITY] == pytest.approx(1.6 / 9)


def test_an_actor_sees_its_own_weights():
    case = make_world(2, weights={Term.SECURITY: 5.0})
    case.world.design[1, Term.SECURITY] = 20.0
    rows, _ = case.look()
    assert rows[0, WEIGHTS_START + Term.SECURITY] == pytest.approx(0.5)  # shown over ten
    assert rows[1, WEIGHTS_START + Term.SECURITY] == 1.0
    assert rows[0, WEIGHTS_START + Term.POWER] == 0.0


def test_a_pact_is_counted_whatever_was_pledged_under_it():
    case = make_world(3, pacts={(0, 1)}, pair={"willingness": {(0, 1): 0.0, (1, 0): 0.5}})
    rows, _ = case.look()
    assert own_piece(rows, 0, Own.PARTNERS) == pytest.approx(0.5)
    assert own_piece(rows, 1, Own.PARTNERS) == pytest.approx(0.5)


def test_the_worlds_block():
    case = make_world(4, forces=(1, 0, 0, 0), economy=(1, 0, 0, 0))
    case.world.clock[3] = 50
    rows, _ = case.look()
    tail = rows[0, -len(Globe) :]
    assert tail[Globe.CONCENTRATION] == pytest.approx(1.0)
    assert tail[Globe.LIVING] == 1.0
    assert tail[Globe.YEAR] == pytest.approx(0.25)


def test_the_largest_threat_stands_in_my_own_block():
    rows, _ = make_world(4, forces=(1, 3, 2, 1)).look()
    assert own_piece(rows, 0, Own.THREAT) == other_piece(rows, 0, 1, Other.THREAT)


# slots and masks


def test_slots_are_egocentric_by_default():
    case = make_world(3, forces=(1, 2, 4))
    rows, _ = case.look()
    assert other_piece(rows, 1, 2, Other.FORCES) == pytest.approx(math.log(2) / 4)
    assert other_piece(rows, 1, 0, Other.FORCES) == pytest.approx(-math.log(2) / 4)
    case.world.actor.verb[1], case.world.actor.target[1] = 0, -1
    assert case.world.pair.order[1, :2].tolist() == [2, 0]


def test_slots_by_threat_put_the_most_threatening_first_and_the_fallen_last():
    case = make_world(5, forces=(1, 2, 0, 9, 4), alive=(1, 1, 0, 1, 1))
    case.look(by_threat=1)
    assert case.world.pair.order[0, :4].tolist() == [3, 4, 1, 2]
    assert case.world.pair.place[0, [3, 4, 1, 2]].tolist() == [0, 1, 2, 3]


def test_actions_mean_what_the_slots_mean():
    # with slots by threat, `ally +1` of state 0 is an offer to the most threatening
    env = VectorEnv("default", 1, targets="threat", autoreset=False, max_cycles=5)
    env.reset(seed=1)
    first = int(env.worlds.pair.order[0, 0, 0])
    actions = np.zeros((1, 8), int)
    actions[0, 0] = 3
    env.step(actions)
    assert env.worlds.pair.offer[0, 0].nonzero()[0].tolist() == [first]


def test_a_masked_out_action_becomes_invest_and_is_counted():
    env = VectorEnv("default", 1, autoreset=False, max_cycles=5)
    env.reset(seed=1)
    masked = int((env.action_masks[0, 0] == 0).argmax())
    assert env.action_masks[0, 0, masked] == 0
    actions = np.zeros((1, 8), int)
    actions[0, 0] = masked
    *_, infos = env.step(actions)
    assert infos["illegal_action"][0].tolist() == [1] + [0] * 7
    assert env.worlds.actor.verb[0, 0] == Verb.INVEST


def test_the_first_six_verbs_are_open_by_default_and_coercion_where_the_scenario_says():
    assert VectorEnv("default").num_actions == 3 + 3 * 7
    assert VectorEnv("coercive").num_actions == 3 + 4 * 7


# what is not perceived is not told


@pytest.fixture(scope="module")
def late():
    """A coercive world some years on, with ties, disputes and sanctions in it."""
    env = VectorEnv("coercive", 1, autoreset=False, max_cycles=60, dispute_base=-3.0, misperception=0.3)
    for seed in range(200):
        generator = np.random.default_rng(seed)
        env.reset(seed=seed)
        for _ in range(14):
            env.step(random_legal(env.action_masks, generator))
        pair, actor = snapshot(env).pair, env.worlds.actor[0]
        if pair.pact.any() and pair.sanction.any() and (actor.dispute >= 0).any() and (actor.patron >= 0).any():
            return env
    raise AssertionError("no world had pacts, sanctions, disputes and clients at once")


def rows_of(env, change):
    """(rows, masks, true state) of `env` after `change(worlds)`, leaving `env` as it was."""
    before = env.get_state()
    changed = copy.deepcopy(before)
    change(changed["worlds"])
    env.set_state(changed)
    seen = env.observe()[0][0].copy(), env.action_masks[0].copy(), env.state()[0].copy()
    env.set_state(before)
    return seen


@pytest.mark.parametrize("i", range(8))
def test_forces_behind_an_error_cannot_be_told_from_what_is_perceived(late, i):
    factors = np.exp(np.random.default_rng(i).normal(0, 0.5, 8))
    factors[i] = 1.0

    def hide(worlds):
        worlds["actor"]["forces"] *= factors
        World(**worlds).pair.error[0, i] -= np.log(factors)

    rows, masks, state = rows_of(late, lambda worlds: None)
    hidden_rows, hidden_masks, hidden_state = rows_of(late, hide)
    np.testing.assert_allclose(hidden_rows[i], rows[i], atol=1e-6)
    np.testing.assert_array_equal(hidden_masks[i], masks[i])
    assert not np.allclose(hidden_state, state, atol=1e-3)
    assert not np.allclose(np.delete(hidden_rows, i, 0), np.delete(rows, i, 0), atol=1e-3)


@pytest.mark.parametrize(
    "field", ["pair.error", "pair.hostility", "actor.growth", "actor.shock", "design", "actor.chosen"]
)
def test_what_others_believe_want_and_expect_is_not_in_my_row(late, field):
    holder, _, name = field.partition(".")

    def change(worlds):
        array = getattr(World(**worlds), holder)
        array = array[name] if name else array
        array[0, 1:] = array[0, 1:] * 2 + 1 if field != "pair.hostility" else 1 - array[0, 1:]

    rows, masks, _ = rows_of(late, lambda worlds: None)
    changed_rows, changed_masks, _ = rows_of(late, change)
    np.testing.assert_array_equal(changed_rows[0], rows[0])
    np.testing.assert_array_equal(changed_masks[0], masks[0])


def test_what_i_perceive_is_in_my_row(late):
    def arm(worlds):
        worlds["actor"]["forces"][0, 3] *= 2

    rows, _, _ = rows_of(late, lambda worlds: None)
    armed_rows, _, _ = rows_of(late, arm)
    assert not np.array_equal(rows[0], armed_rows[0])


def test_the_public_graph_tells_no_forces_and_no_beliefs(late):
    before = late.get_state()
    public = late.graph().copy()
    changed = copy.deepcopy(before)
    changed["worlds"]["actor"]["forces"] *= 3
    World(**changed["worlds"]).pair.hostility[...] = 0.5
    late.set_state(changed)
    np.testing.assert_array_equal(late.graph(), public)
    late.set_state(before)


def test_the_graph_is_what_stands_between_all_actors(late):
    graph, pair, actor = late.graph()[0], snapshot(late).pair, late.worlds.actor[0]
    both = (actor.alive[:, None] & actor.alive & ~np.eye(8, dtype=bool)).astype(bool)
    np.testing.assert_allclose(graph[..., Relation.PACT], pair.pact * both)
    np.testing.assert_allclose(graph[..., Relation.PLEDGE], pair.willingness * both, atol=1e-6)
    np.testing.assert_allclose(graph[..., Relation.REACH], pair.reach * both, atol=1e-6)
    dispute = np.zeros((8, 8))
    for i in np.flatnonzero(actor.dispute >= 0):
        dispute[i, actor.dispute[i]] = 1
    np.testing.assert_array_equal(graph[..., Relation.DISPUTE], dispute)


def test_the_table_names_every_number_of_a_row_once():
    table = row_table(8)
    names = [entry[0] for entry in table]
    env = parallel_env("default")
    assert len(set(names)) == len(names) == env.observation_space("state_0").shape[0]
    assert all(meaning for *_, meaning in table)


# tiles


@pytest.mark.parametrize("lines", [OTHER_SIZE, 4 * SQUARE, 4 * SQUARE + SQUARE // 2, 4 * SQUARE + 3])
def test_a_tile_is_turned_into_rows_and_what_is_nowhere_goes_aside(lines):
    turn = turner(lines)
    turned = njit(lambda tile, out, spare, starts: turn(tile, out, spare, starts))
    tile = np.random.default_rng(0).random((lines, SQUARE)).astype(np.float32)
    out = np.full((SQUARE, 3 * lines), -1.0, np.float32)
    spare = np.zeros(lines, np.float32)
    starts = np.array([k * out.shape[1] + 5 * k for k in range(SQUARE)])
    starts[3] = -1
    expected = out.copy()
    for k in range(SQUARE):
        if k != 3:
            expected[k, 5 * k : 5 * k + lines] = tile[:, k]
    turned(tile, out, spare, starts)
    np.testing.assert_array_equal(out, expected)
    np.testing.assert_array_equal(spare, tile[:, 3])
