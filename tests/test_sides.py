"""Who stands where in a dispute, and what becomes of the reputation of those who pledged."""

from __future__ import annotations

import pytest
from worlds import make_world

from balance_env.core.params import Parameters, as_record
from balance_env.core.world import NOBODY, Outcome, Verb

WAR = (Outcome.STALEMATE, Outcome.WON, Outcome.LOST)


# who stands where: the odds tell what was fielded


def odds(parameters=None, acts=(), **world) -> float:
    """True odds of 0's war on 1, among equals unless `world` says otherwise."""
    case = make_world(world.pop("actors", 4), disputes={0: 1, **world.pop("others", {})}, chosen=[0, 2], **world)
    case.p = as_record(Parameters(*case.p)._replace(**(parameters or {})))
    case.act(0, Verb.COERCE, 1)
    for i, verb, j in acts:
        case.act(i, verb, j)
    case.live()
    assert case.actor(0).outcome in WAR
    return float(case.actor(0).odds)


def test_alone_equals_are_even():
    assert odds() == pytest.approx(0.5)


def test_a_partner_that_stands_by_brings_its_restated_pledge():
    # .6 restated is .8
    assert odds(pacts={(1, 2)}, acts=[(2, Verb.ALLY, 1)]) == pytest.approx(1 / 2.8)


def test_a_partner_that_does_something_else_brings_half_its_pledge():
    assert odds(pacts={(1, 2)}) == pytest.approx(1 / 2.3)
    assert odds(pacts={(1, 2)}, acts=[(2, Verb.RESEARCH, NOBODY)]) == pytest.approx(1 / 2.3)


def test_a_partner_that_joins_the_challenger_or_sanctions_brings_nothing_to_the_target():
    assert odds(pacts={(1, 2)}, acts=[(2, Verb.SANCTION, 1)]) == pytest.approx(0.5)
    assert odds(pacts={(1, 2)}, forces=(3, 3, 1, 1), acts=[(2, Verb.BANDWAGON, 0)]) > 0.5


def test_a_state_without_a_tie_that_stands_by_brings_four_fifths_and_leaves_its_offer():
    case = make_world(3, disputes={0: 1}, chosen=[0]).act(0, Verb.COERCE, 1).act(2, Verb.ALLY, 1).live()
    assert case.actor(0).odds == pytest.approx(1 / 2.8)
    assert case.pair(2, 1).offer == 5


def test_a_challengers_partners_do_not_join_it():
    assert odds(pacts={(0, 2)}) == pytest.approx(0.5)
    assert odds(pacts={(0, 2)}, acts=[(2, Verb.ALLY, 0)]) == pytest.approx(0.5)


def test_a_client_brings_half_its_force_in_attack_and_in_defence():
    assert odds(patrons={2: 0}) == pytest.approx(1.5 / 2.5)
    assert odds(patrons={2: 1}) == pytest.approx(1 / 2.5)


def test_a_patron_brings_half_its_protection_unasked_and_all_of_it_when_it_stands_by():
    # .25, restated .625
    assert odds(patrons={1: 2}, forces=(1, 1, 1, 1)) == pytest.approx(1 / 2.125)
    assert odds(patrons={1: 2}, acts=[(2, Verb.ALLY, 1)]) == pytest.approx(1 / 2.625)


def test_a_partner_of_both_sides_delivers_by_its_act_or_nothing():
    both = {(0, 2), (1, 2)}
    assert odds(pacts=both) == pytest.approx(0.5)
    assert odds(pacts=both, acts=[(2, Verb.ALLY, 0)]) == pytest.approx(0.5)
    assert odds(pacts=both, acts=[(2, Verb.ALLY, 1)]) == pytest.approx(1 / 2.8)


def test_a_principal_does_not_join_another_dispute():
    # 2 challenges 3, and is 1's partner; so is 3
    for helper in (2, 3):
        assert odds(pacts={(1, helper)}, others={2: 3}, acts=[(helper, Verb.ALLY, 1)]) == pytest.approx(0.5)


def test_coalitions_pay_friction():
    # kappa .97 for the second member
    assert odds({"friction": 0.97}, acts=[(2, Verb.ALLY, 1)]) == pytest.approx(1 / (1 + 1.8 * 0.97))


def test_forces_reach_the_targets_home_with_loss():
    pair = {"reach": {(0, 1): 0.5, (2, 1): 0.25, (1, 0): 0.1}}
    assert odds(pair=pair, acts=[(2, Verb.ALLY, 1)]) == pytest.approx(0.5 / (0.5 + 1 + 0.8 * 0.25))


def test_offence_multiplies_the_attackers_force():
    assert odds({"offence": 2.0}) == pytest.approx(2 / 3)


def test_arming_answers_a_dispute():
    # forces 1 + .06 of output before the showdown
    assert odds(acts=[(1, Verb.ARM, NOBODY)]) == pytest.approx(1 / 2.06)


# honour


@pytest.mark.parametrize(
    ("verb", "target", "share"),
    [
        (Verb.ALLY, 1, 1.0),
        (Verb.INVEST, NOBODY, 0.5),
        (Verb.ALLY, 3, 0.5),
        (Verb.BANDWAGON, 0, 0.0),
        (Verb.SANCTION, 1, 0.0),
    ],
)
def test_reputation_moves_towards_the_share_of_the_pledge_delivered(verb, target, share):
    # reputation 1, rate .3
    case = make_world(4, forces=(3, 1, 1, 1), pacts={(1, 2)}, disputes={0: 1}, chosen=[0])
    case.act(0, Verb.COERCE, 1).act(2, verb, target).live()
    assert case.actor(2).reputation == pytest.approx(1 - 0.3 * (1 - share))
    assert case.actor(3).reputation == 1.0  # it had pledged nothing


def test_a_showdown_without_war_tests_pledges_too():
    case = make_world(3, pacts={(1, 2)}, disputes={0: 1}).live()
    assert case.actor(0).outcome == Outcome.BACKED_DOWN
    assert case.actor(2).reputation == pytest.approx(0.85)


def test_principals_of_a_dispute_are_excused():
    case = make_world(4, pacts={(1, 2)}, disputes={0: 1, 2: 3}, chosen=[0, 2]).act(0, Verb.COERCE, 1).live()
    assert case.actor(2).reputation == 1.0


@pytest.mark.parametrize("verb", [Verb.BANDWAGON, Verb.SANCTION])
def test_a_partner_whom_the_target_leaves_is_not_blamed_for_more_than_silence(verb):
    # 2 did something else: at least the share `unasked` of its pledge stands to its credit
    case = make_world(4, forces=(1, 1, 1, 9), pacts={(1, 2)}, disputes={0: 1}, chosen=[0])
    case.act(0, Verb.COERCE, 1).act(1, verb, 3 if verb == Verb.BANDWAGON else 2).live()
    assert case.actor(2).reputation >= 0.85 - 1e-12
