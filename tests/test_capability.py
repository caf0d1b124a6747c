"""What a state can bring and where; numbers by hand from the definition of the game."""

from __future__ import annotations

import math

import numpy as np
import pytest
from worlds import make_world

from balance_env.core.capability import (
    capability_share,
    coalition,
    concentration,
    quality_of_forces,
    reach_over,
    share_of,
    true_shares,
)
from balance_env.core.scratch import Draft


@pytest.mark.parametrize(
    ("kilometres", "is_water", "share"),
    [
        (0.0, False, 1.0),  # a border
        (300.0, False, 0.5),  # (400/100)^-.5
        (800.0, False, 1 / 3),
        (0.0, True, 0.7),
        (300.0, True, 0.35),
        (35.76, True, 0.60078),  # Paris and London, 336 km less the hinterland of 300: 1.3576^-.5 * .7
    ],
)
def test_reach_falls_with_distance_and_across_water(kilometres, is_water, share):
    # ((d+100)/100)^-lambda, lambda .5, water .7 (Boulding 1962, power form)
    assert reach_over(kilometres, is_water, 0.5, 0.7) == pytest.approx(share, abs=5e-5)


def test_quality_is_technology_to_the_theta():
    assert quality_of_forces(0.25, 0.5) == 0.5
    assert quality_of_forces(0.25, 0.0) == 1.0


def test_usable_force_is_forces_times_quality_times_reach():
    # U_01 = 8 * .25^.5 * .5 = 2 against 2 at home: parity, so the odds are even
    case = make_world(
        2,
        forces=(8, 2),
        technology=(0.25, 1),
        pair={"reach": {(0, 1): 0.5}},
        disputes={0: 1},
        parameters={"resolve_sd": 0.0, "spoils": 0.15},
    )
    case.act(0, 6, 1).live()
    assert case.actor(0).odds == pytest.approx(0.5)


def test_capability_weighs_shares_of_forces_and_output():
    assert capability_share(0.4, 0.2, 0.5) == pytest.approx(0.3)
    case = make_world(3, forces=(2, 1, 1), economy=(1, 1, 2)).live()
    # forces .5 .25 .25, output .25 .25 .5
    np.testing.assert_allclose(case.scratch.closing_share, [0.375, 0.25, 0.375])


def test_nothing_over_nothing_is_equal_shares_of_the_living():
    assert share_of(0.0, 0.0, 4) == 0.25
    case = make_world(3, forces=0.0, economy=(1, 2, 1), alive=(1, 1, 0))
    shares = np.zeros(3)
    true_shares(case.world, case.p, np.zeros(3), shares)
    np.testing.assert_allclose(shares, [0.5 * 0.5 + 0.5 / 3, 0.5 * 0.5 + 0.5 * 2 / 3, 0])


@pytest.mark.parametrize("nothing", ["forces", "economy"])
def test_where_nobody_has_any_shares_are_perceived_as_equal(nothing):
    case = make_world(4, **{nothing: 0.0})
    case.look()
    np.testing.assert_allclose(case.perceived(Draft.SHARE).sum(axis=1), 1.0)


@pytest.mark.parametrize(
    ("shares", "expected"),
    [
        ((0.25, 0.25, 0.25, 0.25), 0.0),
        ((1.0, 0.0, 0.0, 0.0), 1.0),
        ((0.5, 0.5, 0.0, 0.0), math.sqrt((0.5 - 0.25) / 0.75)),
        ((0.5, 0.3, 0.2), math.sqrt((0.38 - 1 / 3) / (2 / 3))),
    ],
)
def test_concentration_is_nought_for_equals_and_one_for_a_monopoly(shares, expected):
    # CON of Singer, Bremer & Stuckey 1972
    assert concentration(sum(s * s for s in shares), len(shares)) == pytest.approx(expected, abs=1e-12)


def test_each_further_member_of_a_coalition_brings_friction():
    # kappa^(n-1) of the sum
    assert coalition(10.0, 1, 0.97) == 10.0
    assert coalition(10.0, 3, 0.97) == pytest.approx(10 * 0.97**2)
