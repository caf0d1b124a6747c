"""Wanting: the terms of the reward by hand, and that the dynamics never read the weights."""

from __future__ import annotations

import numpy as np
import pytest
from worlds import VIOLENT, make_world

from balance_env import VectorEnv
from balance_env.core.capability import measure_strength
from balance_env.core.params import Parameters
from balance_env.core.reward import Term, design_weights, sufficiency, true_securities
from balance_env.core.scratch import Column
from balance_env.core.world import Verb


def secure(case, i: int) -> float:
    """i's security on true forces."""
    measure_strength(case.world, case.scratch)
    true_securities(case.world, case.p, case.scratch)
    return case.scratch.column[Column.LEAST, i]


def test_sufficiency_is_not_superiority():
    assert sufficiency(1.0, 2.0) == 0.5
    assert sufficiency(3.0, 2.0) == 1.0
    assert sufficiency(0.0, 0.0) == 1.0


def test_security_is_sufficiency_against_the_most_dangerous_of_three():
    # forces 1, 2, 4; the last reaches by half: against 1: 1/2; against 2: 1 / (4 * .3)
    case = make_world(3, forces=(1, 2, 4), pair={"reach": {(2, 0): 0.3}})
    assert secure(case, 0) == pytest.approx(0.5)
    assert secure(case, 1) == pytest.approx(0.5)
    assert secure(case, 2) == 1.0


def test_a_pledge_adds_to_defence_against_third_parties_as_far_as_its_maker_is_believed():
    # 2 pledges .6 at a reputation of .75: 1 + .45 against 1's force of 2
    case = make_world(3, forces=(1, 2, 1), reputation=0.75, pacts={(0, 2)})
    assert secure(case, 0) == pytest.approx(1.45 / 2)


def test_a_partner_is_less_of_a_threat_by_its_pledge_and_never_vanishes():
    # 1 pledges .45 of its force of 2: without it 0 has 1 against 2 * .55
    case = make_world(3, forces=(1, 2, 1), reputation=0.75, pacts={(0, 1)})
    assert secure(case, 0) == pytest.approx(1 / 1.1)
    stronger = make_world(3, forces=(1, 8, 1), reputation=0.75, pacts={(0, 1)})
    assert secure(stronger, 0) == pytest.approx(1 / 4.4)


def test_a_coalition_in_defence_pays_friction():
    # two partners beside me against the fourth: kappa^2; against one of the partners: kappa
    world = {"pacts": {(0, 1), (0, 2)}, "reputation": 1.0, "parameters": {"friction": 0.97}}
    case = make_world(4, forces=(1, 1, 1, 9), **world)
    assert secure(case, 0) == pytest.approx(2.2 * 0.97**2 / 9)
    case = make_world(4, forces=(1, 9, 1, 1), **world)
    assert secure(case, 0) == pytest.approx(1.6 * 0.97 / (9 * 0.4))


def test_a_patron_counts_like_any_other():
    case = make_world(2, forces=(1, 9), patrons={0: 1})
    assert secure(case, 0) == pytest.approx(1 / (9 * 0.75))


def test_alone_is_secure():
    assert secure(make_world(2, forces=(1, 0), alive=(1, 0)), 0) == 1.0


def test_no_offence_defence_balance_in_security():
    # or proposition P1 would be written in
    one, two = (make_world(3, forces=(1, 2, 4), parameters={"offence": o}) for o in (0.5, 2.0))
    assert secure(one, 0) == secure(two, 0)


def test_terms_by_hand():
    # 0 arms: forces 1.06 of 2.06; 1 invests and grows by .01; 2 of nothing is a client
    case = make_world(
        3, forces=(1, 1, 0), patrons={2: 0}, weights={Term.POWER: 2.0, Term.BURDEN: 3.0}, parameters={"invest": 0.01}
    )
    case.act(0, Verb.ARM).act(2, Verb.SANCTION, 1).live()
    economy = np.array(case.each("economy"))
    shares = 0.5 * np.array([1.06, 1, 0]) / 2.06 + 0.5 * economy / economy.sum()
    terms, rewards = case.terms()
    before = np.array([0.25, 0.25, 0.0]) + 1 / 6
    np.testing.assert_allclose(terms[:, Term.POWER], 3 * (shares - before), atol=1e-12)
    assert terms[:, Term.BURDEN].tolist() == pytest.approx([-0.06, 0, 0])
    assert terms[:, Term.AUTONOMY].tolist() == [0, 0, -1]
    assert terms[:, Term.SURVIVAL].tolist() == [0, 0, 0]
    assert terms[0, Term.WEALTH] == 0.0
    assert terms[1, Term.WEALTH] == pytest.approx(np.log(economy[1]))
    np.testing.assert_allclose(rewards, 2 * terms[:, Term.POWER] + 3 * terms[:, Term.BURDEN])


def test_changes_of_capability_sum_to_nothing_through_a_fall():
    case = make_world(3, economy=(1, 1, 0.001), parameters={"floor": 0.02}).live()
    terms, _ = case.terms()
    assert case.actor(2).alive == 0
    assert terms[:, Term.POWER].sum() == pytest.approx(0.0, abs=1e-12)
    assert terms[2, Term.POWER] == pytest.approx(-3 * 0.5 * (1 / 3 + 0.001 / 2.001))


def test_the_fall_costs_one_in_its_year_and_nothing_afterwards():
    case = make_world(3, economy=(1, 1, 0.001), weights={Term.SURVIVAL: 5.0}, parameters={"floor": 0.02}).live()
    terms, rewards = case.terms()
    assert terms[:, Term.SURVIVAL].tolist() == [0, 0, -1]
    assert rewards[2] == -5.0
    terms, rewards = case.live().terms()
    assert not terms[2].any()
    assert rewards[2] == 0.0


def test_designs_want_what_their_theory_says():
    p = Parameters()
    wants = {
        name: {Term(t).name for t, w in enumerate(design_weights(name, p)) if w}
        for name in ("offensive", "defensive", "status_quo")
    }
    assert wants == {
        "offensive": {"POWER", "SURVIVAL"},
        "defensive": {"SECURITY", "BURDEN", "AUTONOMY", "SURVIVAL"},
        "status_quo": {"WEALTH", "SURVIVAL"},
    }


def test_the_dynamics_never_read_what_actors_want(play):
    histories = []
    for designs in (["offensive"], ["defensive", {"power": 1.0, "wealth": 50.0}]):
        env = VectorEnv("coercive", 2, designs=designs, autoreset=False, max_cycles=30)
        env.reset(seed=4)
        for _ in play(env, 15):
            pass
        histories.append(env.worlds)
    for field in histories[0].actor.dtype.names:
        np.testing.assert_array_equal(histories[0].actor[field], histories[1].actor[field], err_msg=field)
    assert not np.array_equal(histories[0].design, histories[1].design)


def test_rewards_are_weights_times_terms(play):
    env = VectorEnv("coercive", 3, autoreset=False, max_cycles=30, **VIOLENT)
    env.reset(seed=2)
    fell = 0
    for _, (_, rewards, _, _, infos) in play(env, 15):
        np.testing.assert_allclose(rewards, (env.worlds.design * infos["terms"]).sum(axis=-1), atol=1e-12)
        fell += int(infos["falls"].sum())
    assert fell > 0
