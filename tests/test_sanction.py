"""Soft balancing: what sanctions cost, whom, for how long, and when they are collective."""

from __future__ import annotations

import pytest
from worlds import make_world

from balance_env.core.sanction import growth_lost
from balance_env.core.world import Verb


@pytest.mark.parametrize(
    ("pressure", "exponent", "loss"),
    [(0.25, 1.5, 0.00625), (0.75, 1.5, 0.05 * 0.6495), (1.0, 1.5, 0.05), (0.5, 1.0, 0.025), (0.0, 1.0, 0.0)],
)
def test_growth_lost_is_the_share_of_income_cut_off_to_a_power(pressure, exponent, loss):
    # g_max s^a, g_max 5 points (Neuenkirch & Neumeier 2015): s = .25 -> .6 points, .75 -> 3.2, 1 -> 5
    assert growth_lost(pressure, 0.05, exponent) == pytest.approx(loss, abs=1e-5)


def test_a_sanction_cuts_growth_by_the_senders_share_in_external_income():
    # two equal partners in trade, one of them gone: half of the income, .025; output falls by e^-.025
    case = make_world(3).act(1, Verb.SANCTION, 0).live()
    assert case.actor(0).embargo == pytest.approx(0.025)
    assert case.actor(0).log_economy == pytest.approx(-0.025)
    assert case.actor(2).embargo == 0.0


def test_the_sender_pays_a_part_of_what_its_object_loses():
    # chi .15 of the object's loss .025 * 4, over the sender's own output 2; shares 2 and 1: pressure 2/3
    case = make_world(3, economy=(4, 2, 1)).act(1, Verb.SANCTION, 0).live()
    loss = 0.05 * 2 / 3
    assert case.actor(0).embargo == pytest.approx(loss)
    assert case.actor(1).embargo == pytest.approx(0.15 * loss * 4 / 2)


def test_partners_weigh_more_and_the_distant_less_in_external_income():
    # weights 1 (sender), 1.5 (partner): 1/2.5; then the sender's reach .5: .5/1.5
    case = make_world(3, pacts={(0, 2)}).act(1, Verb.SANCTION, 0).live()
    assert case.actor(0).embargo == pytest.approx(0.05 / 2.5)
    case = make_world(3, pair={"reach": {(0, 1): 0.5, (1, 0): 0.5}}).act(1, Verb.SANCTION, 0).live()
    assert case.actor(0).embargo == pytest.approx(0.05 * 0.5 / 1.5)


def test_a_sanction_costs_its_object_standing():
    case = make_world(3, reputation=0.8, parameters={"sanction_stigma": 0.3}).act(1, Verb.SANCTION, 0).live()
    assert case.each("reputation") == pytest.approx([0.8 * (1 - 0.3 * 0.5), 0.8, 0.8])


def test_a_sanction_stands_for_its_years_and_is_renewed_by_repeating_it():
    case = make_world(3).act(1, Verb.SANCTION, 0).live()
    assert case.pair(1, 0).sanction == 3
    case.live()
    assert case.pair(1, 0).sanction == 2
    case.act(1, Verb.SANCTION, 0).live()
    assert case.pair(1, 0).sanction == 3
    case.live(3)
    assert case.pair(1, 0).sanction == 0
    case.live()
    assert case.actor(0).embargo == 0.0


def test_its_object_adapts_while_it_stands_and_forgets_afterwards():
    # 15 % of what is left a year: .025, then .025 * .85
    case = make_world(3, economy=1.0).act(1, Verb.SANCTION, 0).live()
    assert case.pair(1, 0).wear == pytest.approx(0.15)
    case.world.actor.economy = 1.0
    case.live()
    assert case.actor(0).embargo == pytest.approx(0.025 * 0.85)
    assert case.pair(1, 0).wear == pytest.approx(1 - 0.85**2)
    case.live(2)
    worn = case.pair(1, 0).wear
    case.live()
    assert case.pair(1, 0).wear == pytest.approx(worn * 0.85)


def test_sanctions_add_up():
    case = make_world(3).act(1, Verb.SANCTION, 0).act(2, Verb.SANCTION, 0).live()
    assert case.actor(0).embargo == pytest.approx(0.05)


# the institution: members 1, 2, 3 of equal weight; 0 and 4 outside


def institution(senders, forces=1.0, quorum=0.5):
    case = make_world(5, member=(0, 1, 1, 1, 0), forces=forces, parameters={"quorum": quorum})
    for sender in senders:
        case.act(sender, Verb.SANCTION, 0)
    return case.live()


def test_below_the_quorum_only_the_senders_trade_counts():
    # one of three members, .33 of their capability; one of four trading partners
    assert institution([1]).actor(0).embargo == pytest.approx(0.05 / 4)


def test_with_the_quorum_every_members_trade_counts():
    # two of three members, .67: three of four trading partners
    assert institution([1, 2]).actor(0).embargo == pytest.approx(0.05 * 3 / 4)


def test_the_quorum_is_of_capability_not_of_heads():
    # forces 4 of 6 and output 1 of 3 in the hands of one member: (.67 + .33) / 2 of the members' capability
    assert institution([1], forces=(1, 4, 1, 1, 1), quorum=0.45).actor(0).embargo == pytest.approx(0.05 * 3 / 4)
    assert institution([2], forces=(1, 4, 1, 1, 1), quorum=0.45).actor(0).embargo == pytest.approx(0.05 / 4)


def test_outsiders_do_not_make_a_quorum():
    assert institution([1, 4]).actor(0).embargo == pytest.approx(0.05 * 2 / 4)


def test_the_costs_of_a_collective_sanction_are_shared_by_capability():
    # forces 3:1:1 of 7 and output 1:1:1 of 5: capability .3143, .1714, .1714
    case = institution([1, 2], forces=(1, 3, 1, 1, 1))
    bill = 0.15 * 0.05 * 3 / 4
    weights = [(3 / 7 + 1 / 5) / 2, (1 / 7 + 1 / 5) / 2, (1 / 7 + 1 / 5) / 2]
    assert case.each("embargo")[1:4] == pytest.approx([bill * weight / sum(weights) for weight in weights])
    assert case.actor(4).embargo == 0.0


def test_without_an_institution_nothing_is_collective():
    case = make_world(5)
    for sender in (1, 2, 3):
        case.act(sender, Verb.SANCTION, 0)
    assert case.live().actor(0).embargo == pytest.approx(0.05 * 3 / 4)
    assert case.actor(4).embargo == 0.0
