"""Metrics of ties worked by hand, and without alliances, with one grand alliance, and with a random matching."""

from __future__ import annotations

import numpy as np
import pytest
from test_metrics import none_because

from balance_env.metrics import Metric, alliances, network

STATES, YEARS = 6, 12
ALIVE = np.ones((YEARS, STATES), bool)
NO_PACTS = np.zeros((YEARS, STATES, STATES), bool)
GRAND = np.broadcast_to(~np.eye(STATES, dtype=bool), NO_PACTS.shape)
BLOC = np.repeat([0, 1], STATES // 2)  # two triangles
TWO_BLOCS = GRAND & (BLOC[:, None] == BLOC)


def between(*pairs: tuple[int, int], states: int = STATES) -> np.ndarray:
    """Ties between pairs, both ways."""
    ties = np.zeros((states, states), int)
    for i, j in pairs:
        ties[i, j] = ties[j, i] = 1
    return ties


def test_density_by_hand_and_of_the_null_cases():
    assert alliances.density(NO_PACTS, ALIVE).value == 0.0
    assert alliances.density(GRAND, ALIVE) == Metric(1.0, YEARS * 15)
    assert alliances.density(TWO_BLOCS, ALIVE).value == pytest.approx(6 / 15)
    fallen = [[1, 1, 1], [1, 1, 0]]
    assert alliances.density([between((0, 1), states=3)] * 2, fallen) == Metric(0.5, 4)  # of three pairs, then of one
    assert none_because(alliances.density([[[0]]], [[1]]), "no pair")


def test_pact_lifetimes_by_hand():
    held = [between((0, 1), (0, 2), states=3)] * 2 + [between(states=3), between((0, 1), states=3)]
    alive = [[1, 1, 1]] * 2 + [[1, 1, 0]] * 2
    lives = alliances.pact_lifetimes(held, alive)
    # 0 and 1 part after two years and are at one again in the last; the pact of 0 and 2 is cut short by a fall
    np.testing.assert_array_equal(lives.durations, [2, 1, 2])
    np.testing.assert_array_equal(lives.ended, [True, False, False])


def test_pact_lifetimes_of_the_null_cases():
    assert none_because(alliances.pact_lifetimes(NO_PACTS, ALIVE).median(), "nothing")
    grand = alliances.pact_lifetimes(GRAND, ALIVE)
    assert none_because(grand.median(), "0 of 15 ends")
    assert grand.beyond(YEARS) == Metric(1.0, 15)


def lasting(pact, alive) -> Metric:
    return alliances.pact_lifetimes(pact, alive).beyond(3)


def test_lasting_pacts_outlast_a_random_matching_of_equal_density_and_others_do_not():
    rng = np.random.default_rng(4)
    blocs = alliances.beside_random_matching(lasting, TWO_BLOCS, ALIVE, rng, draws=49)
    assert blocs.observed.value == 1.0
    assert blocs.p == pytest.approx(2 / 50)
    grand = alliances.beside_random_matching(lasting, GRAND, ALIVE, rng, draws=9)
    assert grand.excess.value == 0.0
    assert grand.p == 1.0
    nothing = alliances.beside_random_matching(lasting, NO_PACTS, ALIVE, rng, draws=9)
    assert none_because(nothing.observed, "nothing")
    assert none_because(nothing.null, "nothing")
    matched = alliances.random_matching(TWO_BLOCS, ALIVE, rng)
    assert alliances.beside_random_matching(lasting, matched, ALIVE, rng, draws=49).p > 0.05


def test_a_random_matching_is_of_equal_density_among_the_living():
    alive = ALIVE.copy()
    alive[5:, 5] = False
    pact = TWO_BLOCS & alive[:, :, None] & alive[:, None, :]
    drawn = alliances.random_matching(pact, alive, np.random.default_rng(5))
    np.testing.assert_array_equal(drawn.sum(axis=(1, 2)), pact.sum(axis=(1, 2)))
    assert alliances.density(drawn, alive) == alliances.density(pact, alive)  # and symmetric, among the living
    assert (drawn != pact).any()


@pytest.mark.parametrize(
    ("pact", "alive", "complaint"),
    [
        ([[[0, 1], [0, 0]]], [[1, 1]], "symmetric"),
        ([[[0, 1], [1, 0]]], [[1, 0]], "not alive"),
        ([[0, 1]], [[1, 1]], "shape"),
    ],
)
def test_pacts_that_cannot_be_are_refused(pact, alive, complaint):
    with pytest.raises(ValueError, match=complaint):
        alliances.density(pact, alive)


def test_coalition_wars_by_hand():
    assert alliances.coalition_share([[1, -1, 0], [1, -1, -1], [1, 1, -1], [0, 1, -1]]) == Metric(0.5, 4)
    assert alliances.coalition_share([[1, -1, 0]]) == Metric(0.0, 1)
    assert none_because(alliances.coalition_share([]), "no wars")
    with pytest.raises(ValueError, match="each side"):
        alliances.coalition_share([[1, 1, 0]])


def test_minimal_winning_coalitions_by_hand():
    sides = [[1, 1, -1, 0], [1, 1, 1, -1], [1, 1, -1, 0]]
    # 4 against 3, and 2 without the weaker; 6 against 3, and 5 without the weakest; 2 against 5 loses
    strength = [[2, 2, 3, 9], [4, 1, 1, 3], [1, 1, 5, 9]]
    assert alliances.minimal_winning_share(sides, strength) == Metric(0.5, 2)


def test_minimal_winning_tells_no_coalitions_from_a_grand_alliance():
    assert none_because(alliances.minimal_winning_share([[1, -1, 0, 0]], [[3, 1, 1, 1]]), "no coalition")
    assert none_because(alliances.minimal_winning_share([], []), "no coalition")
    assert alliances.minimal_winning_share([[1, 1, 1, -1]], [[1, 1, 1, 1]]) == Metric(0.0, 1)


def test_random_joiners_keep_wars_leaders_and_the_number_of_joins():
    sides = np.array([[1, -1, 1, -1, 0], [0, 1, -1, 0, 0], [1, 0, 0, -1, 1]])
    leaders = [[0, 1], [1, 2], [0, 3]]
    alive = np.ones(sides.shape, bool)
    alive[:, 4] = [True, False, True]
    began = np.take_along_axis(sides, np.array(leaders), 1)
    rng = np.random.default_rng(6)
    for _ in range(20):
        drawn = alliances.random_joiners(sides, leaders, alive, rng)
        assert (drawn != 0).sum() == (sides != 0).sum()
        np.testing.assert_array_equal(np.take_along_axis(drawn, np.array(leaders), 1), began)
        assert not drawn[~alive].any()
    dyadic = [[1, -1, 0]]
    np.testing.assert_array_equal(
        alliances.random_joiners(dyadic, [[0, 1]], [[1, 1, 1]], np.random.default_rng(6)), dyadic
    )


def test_coalitions_beside_joiners_at_random():
    rng = np.random.default_rng(12)
    wars, alive, leaders = np.zeros((20, 6), int), np.ones((20, 6), bool), [[0, 1]] * 20
    wars[:, 0], wars[:, 1] = 1, -1
    one_joiner_each, crowd = wars.copy(), wars.copy()
    one_joiner_each[:, 2] = 1
    crowd[:5, 2:] = 1
    spread = alliances.beside_random_joiners(alliances.coalition_share, one_joiner_each, leaders, alive, rng, draws=99)
    assert spread.excess.value > 0.2  # wars of which none is left to two alone
    crowded = alliances.beside_random_joiners(alliances.coalition_share, crowd, leaders, alive, rng, draws=99)
    assert crowded.excess.value < -0.2
    alone = alliances.beside_random_joiners(alliances.coalition_share, wars, leaders, alive, rng, draws=9)
    assert (alone.observed.value, alone.excess.value, alone.p) == (0.0, 0.0, 1.0)
    peace = alliances.beside_random_joiners(alliances.coalition_share, [], [], [], rng, draws=9)
    assert none_because(peace.excess, "no wars")


def test_reliability_by_hand_and_without_pledges():
    assert alliances.reliability([2, 0, 1], [2, 1, 1]) == Metric(0.75, 3)
    assert alliances.reliability([2, 0], [2, 0]) == Metric(1.0, 1)
    assert alliances.reliability([0], [2]) == Metric(0.0, 1)
    assert none_because(alliances.reliability([], []), "no pledge")  # and not a perfect record
    with pytest.raises(ValueError, match="from 0 to what was pledged"):
        alliances.reliability([3], [2])


# --- network

ALL_FRIENDS = GRAND[0].astype(int)
CAMPS = np.where(TWO_BLOCS[0], 1, -1) * ALL_FRIENDS


def test_triad_balance_by_hand():
    # of the four triads, 013 and 023 are three friends, and 012 and 123 two friends of foes
    signs = between((0, 1), (0, 2), (0, 3), (1, 3), (2, 3), states=4)
    signs[1, 2] = signs[2, 1] = -1
    assert network.triad_balance(signs) == Metric(0.5, 4)
    assert network.triad_balance(CAMPS) == Metric(1.0, 20)
    assert network.triad_balance(-ALL_FRIENDS) == Metric(0.0, 20)


def test_triad_balance_tells_no_ties_and_one_grand_alliance_from_two_camps():
    rng = np.random.default_rng(7)
    assert none_because(network.triad_balance_beside_null(0 * CAMPS, rng, draws=9).excess, "no three")
    grand = network.triad_balance_beside_null(ALL_FRIENDS, rng, draws=9)
    assert (grand.excess.value, grand.p) == (0.0, 1.0)
    camps = network.triad_balance_beside_null(CAMPS, rng, draws=99)
    assert camps.excess.value > 0.3
    assert camps.p == pytest.approx(0.02)
    by_chance = network.permuted_signs(CAMPS, rng)
    assert network.triad_balance_beside_null(by_chance, rng, draws=99).p > 0.05


def test_permuted_signs_keep_the_ties_and_the_number_of_friends():
    drawn = network.permuted_signs(CAMPS, np.random.default_rng(8))
    np.testing.assert_array_equal(drawn != 0, CAMPS != 0)
    np.testing.assert_array_equal(drawn, drawn.T)
    assert drawn.sum() == CAMPS.sum()
    assert (drawn != CAMPS).any()


def test_modularity_by_hand():
    triangles = TWO_BLOCS[0].astype(int)
    assert network.modularity(triangles).value == pytest.approx(1 / 2)
    joined = triangles + between((2, 3))
    assert network.modularity(joined).value == pytest.approx(6 / 7 - 1 / 2)  # six of seven ties inside
    assert network.modularity(joined).n == 7
    assert network.modularity(joined, [0] * STATES).value == pytest.approx(0.0)


def test_modularity_tells_no_ties_from_one_grand_alliance_from_blocs():
    assert none_because(network.modularity(NO_PACTS[0]), "no two states")
    assert network.modularity(GRAND[0]).value == pytest.approx(0.0)


def test_blocs_are_more_modular_than_a_random_matching():
    rng = np.random.default_rng(9)
    alive = np.ones((1, 12), bool)
    bloc = np.repeat([0, 1, 2], 4)
    pact = ((bloc[:, None] == bloc) & ~np.eye(12, dtype=bool))[None]

    def first_year(pact, alive):
        return network.modularity(pact[0])

    assert alliances.beside_random_matching(first_year, pact, alive, rng, draws=49).p == pytest.approx(2 / 50)
    matched = alliances.random_matching(pact, alive, rng)
    beside = alliances.beside_random_matching(first_year, matched, alive, rng, draws=49)
    assert beside.observed.value > 0.0  # which is why it is set beside its null
    assert beside.p > 0.05


def test_agreement_with_a_reference_by_hand_and_in_the_null_cases():
    assert network.bloc_agreement(TWO_BLOCS[0], BLOC).value == pytest.approx(1.0)
    assert network.bloc_agreement(TWO_BLOCS[0], 1 - BLOC).value == pytest.approx(1.0)  # names do not matter
    assert network.bloc_agreement(GRAND[0], BLOC).value == pytest.approx(0.0)
    assert none_because(network.bloc_agreement(NO_PACTS[0], BLOC), "no two states")
    assert none_because(network.bloc_agreement(NO_PACTS[0], np.arange(STATES)), "no two states")
    assert none_because(network.bloc_agreement(GRAND[0], np.zeros(STATES)), "one bloc of all")  # else a perfect 1
    across = between((0, 3), (1, 4), (2, 5))
    assert network.bloc_agreement(across, BLOC).value < 0.0


def test_ties_that_cannot_be_are_refused():
    with pytest.raises(ValueError, match="symmetric"):
        network.modularity([[0, 1], [0, 0]])
    with pytest.raises(ValueError, match="a tie is 1"):
        network.triad_balance([[0, 2], [2, 0]])
    with pytest.raises(ValueError, match="each of 6 states"):
        network.bloc_agreement(GRAND[0], [0, 1])
