"""War: how it ends, what it costs, who gains, who falls."""

from __future__ import annotations

import math

import numpy as np
import pytest
from worlds import Case, make_world

from balance_env.core.war import share_lost
from balance_env.core.world import NOBODY, Outcome, Verb

NO_LOSSES = {"war_forces": 0.0}
NO_COSTS = {"war_forces": 0.0, "war_cost": 0.0}
NO_CONQUEST = {"conquest": 0.0}


def war(actors=3, wanted=Outcome.WON, acts=(), challengers=(0,), target=1, **world) -> Case:
    """The first world, by seed, in which the wars of `challengers` on `target` end as wanted."""
    for seed in range(300):
        disputes = {**dict.fromkeys(challengers, target), **world.get("mutual", {})}
        options = {name: value for name, value in world.items() if name != "mutual"}
        case = make_world(actors, disputes=disputes, chosen=list(disputes), seed=seed, **options)
        for i, j in disputes.items():
            case.act(i, Verb.COERCE, j)
        for i, verb, j in acts:
            case.act(i, verb, j)
        case.live()
        if all(case.actor(i).outcome == wanted for i in challengers):
            return case
    raise AssertionError(f"no war ended as {wanted!r}")


# forces lost


def test_losses_by_hand():
    # exp(-x k), k = 1 + (1 - |2p - 1|): 2 at parity, 1 where the odds are certain; 1.3 for the loser
    assert share_lost(0.05, 0.5, False, 1.3) == pytest.approx(1 - math.exp(-0.1))
    assert share_lost(0.05, 0.5, True, 1.3) == pytest.approx(1 - math.exp(-0.13))
    assert share_lost(0.05, 1.0, False, 1.3) == pytest.approx(1 - math.exp(-0.05))


@pytest.mark.parametrize("losing", [False, True])
def test_losses_are_largest_at_parity_and_heavier_for_the_loser(losing):
    lost = [share_lost(0.05, chance, losing, 1.3) for chance in np.linspace(0, 1, 11)]
    assert np.argmax(lost) == 5
    assert lost == pytest.approx(lost[::-1])
    assert share_lost(0.05, 0.3, True, 1.3) > share_lost(0.05, 0.3, False, 1.3)


def test_a_war_costs_both_sides_forces_by_its_severity():
    # sd 0: severity is the median .05; at parity exp(-.1) is left to the winner, exp(-.13) to the loser
    fixed = {"war_forces_sd": 0.0}
    case = war(parameters=fixed)
    assert case.each("forces") == pytest.approx([math.exp(-0.1), math.exp(-0.13), 1])
    case = war(wanted=Outcome.LOST, parameters=fixed)
    assert case.each("forces") == pytest.approx([math.exp(-0.13), math.exp(-0.1), 1])
    case = war(wanted=Outcome.STALEMATE, parameters={**fixed, "stalemate": 0.5})
    assert case.each("forces") == pytest.approx([math.exp(-0.1), math.exp(-0.1), 1])


def test_a_helper_loses_only_of_what_it_brought():
    # four fifths of it engaged; odds 1 / 2.8
    case = war(wanted=Outcome.LOST, acts=[(2, Verb.ALLY, 1)], parameters={"war_forces_sd": 0.0})
    weight = 1 + (1 - abs(2 / 2.8 - 1))
    assert case.actor(2).forces == pytest.approx(1 - 0.8 * (1 - math.exp(-0.05 * weight)))


def test_outcomes_come_as_often_as_their_chances():
    # two to one, a fifth without a winner: .2, .8 * 2/3, .8 * 1/3
    counts = {Outcome.STALEMATE: 0, Outcome.WON: 0, Outcome.LOST: 0}
    for seed in range(600):
        case = make_world(2, forces=(2, 1), disputes={0: 1}, chosen=[0], seed=seed, parameters={"stalemate": 0.2})
        counts[case.act(0, Verb.COERCE, 1).live().actor(0).outcome] += 1
    for outcome, chance in ((Outcome.STALEMATE, 0.2), (Outcome.WON, 0.8 * 2 / 3), (Outcome.LOST, 0.8 / 3)):
        assert counts[outcome] / 600 == pytest.approx(chance, abs=4 * math.sqrt(chance * (1 - chance) / 600))


# what is ceded


@pytest.mark.parametrize(("wanted", "loser", "winner"), [(Outcome.WON, 1, 0), (Outcome.LOST, 0, 1)])
def test_ceded_is_gained_and_destroyed_and_of_the_smaller_output(wanted, loser, winner):
    # rho .15 of the smaller output 2; a fifth destroyed; each side bears .01 of the stake
    economy = np.array([5.0, 2.0, 1.0])
    case = war(wanted=wanted, economy=economy, parameters={**NO_LOSSES, **NO_CONQUEST})
    change = np.array(case.each("economy")) - economy
    cost = 0.01 * 2
    ceded, gained = -(change[loser] + cost), change[winner] + cost
    assert ceded == pytest.approx(0.15 * 2)
    assert ceded == pytest.approx(gained + 0.2 * ceded)
    assert change[2] == 0.0


def test_a_stalemate_cedes_nothing():
    case = war(wanted=Outcome.STALEMATE, parameters={**NO_COSTS, "stalemate": 0.5})
    assert case.each("economy") == pytest.approx([1, 1, 1])


def test_spoils_are_split_by_contribution_and_helpers_bear_half_of_their_part():
    # a client of equal force brings .5: two thirds and a third of .8 * .15; cost .01, and .5 * 1/3 * .01
    case = war(patrons={2: 0}, parameters={**NO_LOSSES, **NO_CONQUEST})
    spoils = 0.15 * 0.8
    assert case.each("economy") == pytest.approx(
        [1 + spoils * 2 / 3 - 0.01, 1 - 0.15 - 0.01, 1 + spoils / 3 - 0.01 * 0.5 / 3]
    )


def test_the_defenders_who_win_share_what_the_attacker_cedes():
    # the target brings 1, its helper .8
    case = war(wanted=Outcome.LOST, acts=[(2, Verb.ALLY, 1)], parameters={**NO_COSTS, **NO_CONQUEST})
    spoils = 0.15 * 0.8
    assert case.each("economy") == pytest.approx([0.85, 1 + spoils / 1.8, 1 + spoils * 0.8 / 1.8])


def test_who_joins_a_challenger_shares_the_spoils():
    case = war(forces=(3, 1, 1), acts=[(2, Verb.BANDWAGON, 0)], parameters={**NO_COSTS, **NO_CONQUEST})
    assert case.actor(2).economy > 1.0
    assert case.actor(0).economy + case.actor(2).economy == pytest.approx(2 + 0.15 * 0.8)


# several wars at once


def test_several_challengers_fight_separate_contests_and_the_target_divides_its_force():
    case = make_world(3, disputes={0: 2, 1: 2}, chosen=[0, 1]).act(0, Verb.COERCE, 2).act(1, Verb.COERCE, 2).live()
    assert case.each("odds")[:2] == pytest.approx([1 / 1.5, 1 / 1.5])


def test_a_helper_in_several_wars_divides_its_force_too():
    # half of its restated pledge of .8 in each
    case = make_world(4, pacts={(2, 3)}, disputes={0: 2, 1: 2}, chosen=[0, 1])
    case.act(0, Verb.COERCE, 2).act(1, Verb.COERCE, 2).act(3, Verb.ALLY, 2).live()
    assert case.each("odds")[:2] == pytest.approx([1 / 1.9, 1 / 1.9])


def test_who_attacks_while_attacked_divides_its_force():
    case = make_world(3, disputes={0: 1, 1: 2}, chosen=[0, 1]).act(0, Verb.COERCE, 1).act(1, Verb.COERCE, 2).live()
    assert case.each("odds")[:2] == pytest.approx([1 / 1.5, 0.5 / 1.5])


def test_a_war_that_is_not_pressed_ties_no_force_down():
    case = make_world(3, disputes={0: 2, 1: 2}, chosen=[0, 1]).act(0, Verb.COERCE, 2).live()
    assert case.actor(0).odds == pytest.approx(0.5)


def test_losses_in_several_wars_are_summed_and_cut_at_nothing():
    # eight victors claim .15 each of an equal stake: 1.2 of an output of 1
    everyone = tuple(range(8))
    case = war(
        9,
        challengers=everyone,
        target=8,
        forces=(1e9,) * 8 + (1,),
        parameters={**NO_COSTS, **NO_CONQUEST},
    )
    assert case.actor(8).economy == 0.0
    assert sum(case.each("economy")) == pytest.approx(8 + 0.8)  # one ceded whole, a fifth destroyed
    assert case.each("economy")[:8] == pytest.approx([1.1] * 8)


def test_nothing_is_gained_that_nobody_had():
    # eight victors claim 1.2 of an output of 1, while its owner gives in to a ninth; nothing is destroyed
    case = make_world(
        10,
        forces=(1e9,) * 9 + (1,),
        disputes=dict.fromkeys(range(9), 9),
        chosen=range(9),
        parameters={**NO_COSTS, **NO_CONQUEST, "destroyed": 0.0},
    )
    for i in range(9):
        case.act(i, Verb.COERCE, 9)
    case.act(9, Verb.BANDWAGON, 8).live()
    assert case.actor(8).outcome == Outcome.CAPITULATED
    assert [case.actor(i).outcome for i in range(8)] == [Outcome.WON] * 8
    assert sum(case.each("economy")) <= 10 + 1e-9


def test_no_stock_is_negative_after_the_worst_of_wars():
    parameters = {"war_forces": 0.2, "war_forces_sd": 2.7, "loser_losses": 3.0, "spoils": 0.3, "war_cost": 0.1}
    for seed in range(30):
        case = make_world(8, disputes=dict.fromkeys(range(7), 7), chosen=range(7), seed=seed, parameters=parameters)
        for i in range(7):
            case.act(i, Verb.COERCE, 7)
        case.live()
        assert min(case.each("economy")) >= 0.0
        assert min(case.each("forces")) >= 0.0
        assert np.isfinite(case.each("economy")).all()


# both press


def mutual(**world) -> Case:
    """0 and 1 coerce each other."""
    case = make_world(3, disputes={0: 1, 1: 0}, chosen=[0, 1], **world)
    return case.act(0, Verb.COERCE, 1).act(1, Verb.COERCE, 0)


def test_two_that_coerce_each_other_fight_one_contest_without_an_attackers_advantage():
    case = mutual(parameters={"offence": 2.0}).live()
    told, untold = case.actor(0), case.actor(1)
    assert untold.outcome == Outcome.MUTUAL
    assert told.outcome in (Outcome.WON, Outcome.LOST)
    assert told.odds == pytest.approx(0.5)


def test_one_contest_is_paid_for_once():
    case = mutual(parameters={**NO_CONQUEST, "war_forces_sd": 0.0}).live()
    assert sum(case.each("economy")) == pytest.approx(3 - 0.15 * 0.2 - 2 * 0.01)
    assert sorted(case.each("forces")) == pytest.approx([math.exp(-0.13), math.exp(-0.1), 1])


def test_who_presses_alone_is_the_attacker():
    case = mutual(parameters={"offence": 2.0})
    case.act(1, Verb.INVEST).live()
    assert case.actor(0).odds == pytest.approx(2 / 3)
    assert case.actor(1).outcome == Outcome.BACKED_DOWN


def test_a_client_brings_half_its_force_to_a_mutual_contest_too():
    case = mutual(patrons={2: 0}).live()
    assert case.actor(0).odds == pytest.approx(1.5 / 2.5)


def test_a_mutual_contest_is_told_under_the_lower_id_wherever_it_sits():
    case = mutual(ident=(2, 1, 0)).live()
    assert case.actor(0).outcome == Outcome.MUTUAL
    assert case.actor(1).outcome in (Outcome.WON, Outcome.LOST)


# falling


@pytest.mark.parametrize(("force", "falls"), [(10.5, True), (9.5, False)])
def test_a_target_left_with_less_than_a_tenth_of_the_winners_force_is_annexed(force, falls):
    case = war(forces=(force, 1, 1), parameters=NO_COSTS)
    assert case.actor(1).alive == (0 if falls else 1)
    assert case.actor(1).conqueror == (0 if falls else NOBODY)


def test_a_helper_counts_among_the_winners():
    # 9.5 alone is not enough, and half of a client's 2 is
    case = war(forces=(9.5, 1, 2), patrons={2: 0}, parameters=NO_COSTS)
    assert case.actor(1).alive == 0


def test_what_a_conquest_yields_is_what_was_left_less_what_is_destroyed():
    case = war(forces=(1e6, 1, 1), parameters=NO_COSTS)
    assert case.each("economy") == pytest.approx([1.8, 0, 1])


def test_an_attacker_that_loses_is_not_annexed():
    case = war(wanted=Outcome.LOST, forces=(0.05, 1, 1), parameters=NO_COSTS)
    assert case.each("alive") == [1, 1, 1]


def test_a_target_that_holds_out_is_not_annexed():
    case = war(wanted=Outcome.STALEMATE, forces=(1e6, 1, 1), parameters={**NO_COSTS, "stalemate": 0.5})
    assert case.each("alive") == [1, 1, 1]


def test_the_annexed_leave_no_ties_behind():
    case = war(
        5,
        forces=(1e6, 1, 0.1, 1, 1),
        patrons={2: 1},
        pacts={(1, 3)},
        pair={"offer": {(1, 4): 3, (4, 1): 3}, "sanction": {(4, 1): 3, (1, 4): 3}, "wear": {(4, 1): 0.5}},
        parameters=NO_COSTS,
    )
    world = case.world
    assert case.actor(1).alive == 0
    assert case.actor(1).fell == 1
    assert case.actor(2).patron == NOBODY
    assert case.actor(1).economy == case.actor(1).forces == 0.0
    for field in ("pact", "willingness", "offer", "sanction", "wear"):
        assert not world.pair[field][1].any(), field
        assert not world.pair[field][:, 1].any(), field


@pytest.mark.parametrize(("economy", "falls"), [(0.0130, True), (0.0140, False)])
def test_a_state_below_the_floor_of_the_living_mean_falls(economy, falls):
    # .02 of the mean of (1, 1, e): .01342
    case = make_world(3, economy=(1, 1, economy), parameters={"floor": 0.02}).live()
    assert case.actor(2).alive == (0 if falls else 1)
    assert case.actor(2).fell == int(falls)


def test_all_may_fall_in_one_year():
    case = make_world(3, economy=0.0, parameters={"floor": 0.02}).live()
    assert case.each("alive") == [0, 0, 0]
    terms, rewards = case.terms()
    assert np.isfinite(terms).all()
    assert np.isfinite(rewards).all()
    rows, masks = case.look()
    assert not rows.any()
    assert masks.sum(axis=1).tolist() == [1, 1, 1]


def test_no_war_without_a_dispute_the_year_before():
    case = make_world(2, forces=(9, 1)).act(0, Verb.COERCE, 1).live()
    assert case.each("outcome") == [Outcome.NONE, Outcome.NONE]
    assert case.each("forces") == pytest.approx([9, 1])
    case.act(0, Verb.COERCE, 1).live()
    assert case.actor(0).outcome in (Outcome.WON, Outcome.LOST)
