"""Internal balancing: output, arms, technology and what they cost."""

from __future__ import annotations

import math

import numpy as np
import pytest
from worlds import make_world

from balance_env.core.economy import growth_of_output, research_gain, shock_after
from balance_env.core.world import Verb


def test_growth_is_a_sum_in_which_guns_and_sanctions_cost():
    # .02 + .005 + .01 + .004 - .1 * .08 - .025
    assert growth_of_output(0.02, 0.005, 0.01, 0.004, 0.08, 0.1, 0.025) == pytest.approx(0.006)


def test_everyone_spends_the_standing_budget_without_any_action():
    case = make_world(2, economy=(1, 2), parameters={"rest": 0.02}).live()
    assert case.each("forces") == pytest.approx([1.02, 1.04])
    assert case.each("spent") == pytest.approx([0.02, 0.02])


def test_arming_comes_on_top_of_the_standing_budget_and_forces_fade():
    # (1 + (.02 + .06) * 2) * .92
    case = make_world(2, economy=(2, 1), parameters={"rest": 0.02, "forces_fade": 0.08}).act(0, Verb.ARM).live()
    assert case.each("forces") == pytest.approx([1.16 * 0.92, 1.02 * 0.92])
    assert case.each("spent") == pytest.approx([0.08, 0.02])


def test_guns_cost_butter():
    case = make_world(2, parameters={"guns_cost": 0.1}).act(0, Verb.ARM).live()
    assert case.each("log_economy") == pytest.approx([-0.1 * 0.06, 0.0])


def test_only_those_who_invest_grow_faster():
    case = make_world(3, parameters={"invest": 0.01}).act(1, Verb.RESEARCH).act(2, Verb.ARM).live()
    assert case.actor(0).log_economy == pytest.approx(0.01)
    assert case.actor(2).log_economy == 0.0


def test_each_grows_at_its_own_mean():
    case = make_world(2, growth=(0.03, -0.01)).live()
    assert case.each("economy") == pytest.approx([math.exp(0.03), math.exp(-0.01)])


def test_research_by_hand():
    # behind by ln 2: catch-up of .01 ln 2, research of .015 (1 + ln 2); at the frontier .015
    assert research_gain(0.5, 1.0, 0.0, 0.01) == pytest.approx(0.01 * math.log(2))
    assert research_gain(0.5, 1.0, 0.015, 0.01) == pytest.approx(0.01 * math.log(2) + 0.015 * (1 + math.log(2)))
    assert research_gain(1.0, 1.0, 0.015, 0.01) == pytest.approx(0.015)


def test_research_pays_less_the_nearer_the_frontier():
    gains = [research_gain(technology, 1.0, 0.015, 0.01) for technology in (0.2, 0.5, 0.8, 1.0)]
    assert gains == sorted(gains, reverse=True)
    assert len(set(gains)) == 4


def test_technology_raises_output_and_the_quality_of_forces():
    case = make_world(2, parameters={"research": 0.02, "output_of_technology": 0.3}).act(0, Verb.RESEARCH).live()
    assert case.actor(0).technology == pytest.approx(math.exp(0.02))
    assert case.actor(0).log_economy == pytest.approx(0.3 * 0.02)
    assert case.scratch.strength == pytest.approx([math.exp(0.01), 1.0])


def test_those_behind_catch_up():
    case = make_world(2, technology=(1.0, 0.5), parameters={"catch_up": 0.01}).live()
    assert case.each("technology") == pytest.approx([1.0, 0.5 * 2**0.01])


def test_trade_is_with_all_by_share_and_reach_and_more_with_partners():
    # shares .25, .25, .5; reach .5 to the third; a pact with the second counts 1.5
    case = make_world(
        3, economy=(1, 1, 2), pacts={(0, 1)}, pair={"reach": {(0, 2): 0.5}}, parameters={"trade": 0.01}
    ).live()
    assert case.actor(0).log_economy == pytest.approx(0.01 * (1.5 * 0.25 + 0.5 * 0.5))


def test_shocks_keep_their_spread():
    assert shock_after(0.1, 0.3, 0.025, 1.0) == pytest.approx(0.03 + math.sqrt(1 - 0.09) * 0.025)
    case = make_world(40, parameters={"shock_sd": 0.025, "shock_persistence": 0.3, "weight_forces": 1.0})
    shocks = []
    for _ in range(40):
        case.live()
        shocks.append(case.world.actor.shock.copy())
    shocks = np.array(shocks)
    assert shocks[5:].std() == pytest.approx(0.025, rel=4 * 1.2 / math.sqrt(2 * shocks[5:].size))
    assert np.corrcoef(shocks[5:-1].ravel(), shocks[6:].ravel())[0, 1] == pytest.approx(0.3, abs=4 / shocks.size**0.5)
    assert abs(shocks.mean()) < 4 * 0.025 * 1.4 / math.sqrt(shocks.size)


def test_the_fallen_neither_spend_nor_grow_nor_trade():
    case = make_world(3, alive=(1, 1, 0), economy=(1, 1, 0), forces=(1, 1, 0), parameters={"rest": 0.02, "trade": 0.01})
    case.live()
    assert case.actor(2).economy == case.actor(2).forces == case.actor(2).spent == 0.0
    assert case.actor(0).log_economy == pytest.approx(0.01 * 0.5)
