"""Offers, pacts, pledges and clients: "Pacts", "Clients" and the collisions of the game's definition."""

from __future__ import annotations

import pytest
from worlds import ALWAYS, make_world

from balance_env.core.alignment import reputation_after, restate
from balance_env.core.world import NOBODY, Verb

# pacts


def test_a_pact_starts_when_both_offers_stand():
    case = make_world(3).act(0, Verb.ALLY, 1).act(1, Verb.ALLY, 0).live()
    assert case.pair(0, 1).pact == case.pair(1, 0).pact == 1
    assert case.pair(0, 2).pact == 0


def test_an_offer_stands_for_five_years_and_then_lapses():
    case = make_world(2).act(0, Verb.ALLY, 1).live()
    assert case.pair(0, 1).offer == 5
    assert case.pair(0, 1).pact == 0
    case.live(4)
    assert case.pair(0, 1).offer == 1
    case.act(1, Verb.ALLY, 0).live()
    assert case.pair(0, 1).pact == 1
    late = make_world(2).act(0, Verb.ALLY, 1).live(6).act(1, Verb.ALLY, 0).live()
    assert late.pair(0, 1).pact == 0
    assert late.pair(1, 0).offer == 5


def test_an_offer_once_answered_is_used_up():
    case = make_world(2).act(0, Verb.ALLY, 1).act(1, Verb.ALLY, 0).live()
    assert case.pair(0, 1).offer == case.pair(1, 0).offer == 0


def test_pledges_start_at_w0_and_fade_under_a_pact():
    # w0 .6, fade .04 a year; a pact made this year is not yet restated, and its makers courted: no fading
    case = make_world(2).act(0, Verb.ALLY, 1).act(1, Verb.ALLY, 0).live()
    assert case.pair(0, 1).willingness == pytest.approx(0.6)
    case.live()
    assert case.pair(0, 1).willingness == pytest.approx(0.6 * 0.96)


def test_a_restated_pledge_closes_half_the_gap_and_only_its_own():
    assert restate(0.6, 0.5) == pytest.approx(0.8)
    case = make_world(2, pacts={(0, 1)}).act(0, Verb.ALLY, 1).live()
    assert case.pair(0, 1).willingness == pytest.approx(0.8)
    assert case.pair(1, 0).willingness == pytest.approx(0.6 * 0.96)


def test_a_pact_that_nobody_restates_lapses_and_takes_its_pledges():
    # .6 * .96^17 = .2998 is the first below .3
    case = make_world(2, pacts={(0, 1)}).live(16)
    assert case.pair(0, 1).pact == 1
    case.live()
    assert case.pair(0, 1).pact == case.pair(1, 0).pact == 0
    assert case.pair(0, 1).willingness == 0.0


def test_without_a_tie_nothing_is_pledged():
    case = make_world(2).act(0, Verb.ALLY, 1).live()
    assert case.pair(0, 1).willingness == 0.0


def test_reputation_moves_towards_the_share_delivered():
    assert reputation_after(0.75, 2.0, 1.0, 0.3) == pytest.approx(0.75 - 0.3 * 0.25)
    assert reputation_after(0.75, 0.0, 0.0, 0.3) == 0.75  # nothing pledged, nothing learnt


# collisions: "A sanction ends pact, offers and clientage with its object and beats an offer that meets it"


def test_a_sanction_ends_the_pact_with_its_object():
    case = make_world(3, pacts={(0, 1), (0, 2)}).act(0, Verb.SANCTION, 1).live()
    assert case.pair(0, 1).pact == case.pair(1, 0).pact == 0
    assert case.pair(1, 0).willingness == 0.0
    assert case.pair(0, 2).pact == 1


def test_a_sanction_ends_standing_offers_both_ways():
    case = make_world(2, pair={"offer": {(0, 1): 3, (1, 0): 3}})
    case.act(0, Verb.SANCTION, 1).live()
    assert case.pair(0, 1).offer == case.pair(1, 0).offer == 0


@pytest.mark.parametrize("sanctioner", ["client", "patron"])
def test_a_sanction_ends_clientage_from_either_side(sanctioner):
    case = make_world(2, forces=(1, 9), patrons={0: 1})
    i, j = (0, 1) if sanctioner == "client" else (1, 0)
    case.act(i, Verb.SANCTION, j).live()
    assert case.actor(0).patron == NOBODY
    assert case.pair(0, 1).willingness == case.pair(1, 0).willingness == 0.0


def test_a_sanction_beats_an_offer_that_meets_it():
    case = make_world(2).act(0, Verb.SANCTION, 1).act(1, Verb.ALLY, 0).live()
    assert case.pair(1, 0).offer == 0
    answered = make_world(2, pair={"offer": {(0, 1): 3}}).act(0, Verb.SANCTION, 1).act(1, Verb.ALLY, 0).live()
    assert answered.pair(0, 1).pact == 0


def test_a_sanction_beats_a_bandwagoner_that_meets_it():
    case = make_world(2, forces=(1, 9)).act(0, Verb.BANDWAGON, 1).act(1, Verb.SANCTION, 0).live()
    assert case.actor(0).patron == NOBODY


# collisions: "an offer from or to a state that bandwagons this year lapses"


def test_offers_from_and_to_a_state_that_bandwagons_lapse():
    case = make_world(4, forces=(1, 9, 1, 1), pair={"offer": {(0, 2): 3, (3, 0): 3}})
    case.act(0, Verb.BANDWAGON, 1).live()
    assert case.pair(0, 2).offer == case.pair(3, 0).offer == 0


def test_an_offer_made_this_year_to_a_state_that_bandwagons_lapses():
    case = make_world(3, forces=(1, 9, 1), pair={"offer": {(0, 2): 3}})
    case.act(0, Verb.BANDWAGON, 1).act(2, Verb.ALLY, 0).live()
    assert case.pair(2, 0).offer == 0
    assert case.pair(2, 0).pact == 0


# clients


def test_who_bandwagons_becomes_a_client_and_its_pacts_lapse():
    case = make_world(3, forces=(1, 9, 1), pacts={(0, 2)}).act(0, Verb.BANDWAGON, 1).live()
    assert case.actor(0).patron == 1
    assert case.pair(0, 2).pact == case.pair(2, 0).pact == 0
    assert case.pair(0, 2).willingness == case.pair(2, 0).willingness == 0.0


def test_a_client_owes_half_and_is_protected_by_a_quarter_that_fades():
    # dues .5 do not fade; protection starts at .25 and fades by .25 a year
    case = make_world(2, forces=(1, 9)).act(0, Verb.BANDWAGON, 1).live()
    assert case.pair(0, 1).willingness == pytest.approx(0.5)
    assert case.pair(1, 0).willingness == pytest.approx(0.25 * 0.75)
    case.live()
    assert case.pair(0, 1).willingness == pytest.approx(0.5)
    assert case.pair(1, 0).willingness == pytest.approx(0.25 * 0.75**2)


def test_a_patron_restates_its_protection_by_allying():
    case = make_world(2, forces=(1, 9), patrons={0: 1}).act(1, Verb.ALLY, 0).live()
    assert case.pair(1, 0).willingness == pytest.approx(0.25 + 0.5 * 0.75)
    assert case.actor(0).patron == 1
    assert case.pair(1, 0).pact == 0
    assert case.pair(1, 0).offer == 0


def test_a_client_that_allies_elsewhere_is_free():
    case = make_world(3, forces=(1, 9, 1), patrons={0: 1}).act(0, Verb.ALLY, 2).live()
    assert case.actor(0).patron == NOBODY
    assert case.pair(0, 1).willingness == case.pair(1, 0).willingness == 0.0
    assert case.pair(0, 2).offer == 5


def test_a_client_that_bandwagons_elsewhere_changes_its_patron():
    case = make_world(3, forces=(1, 9, 9), patrons={0: 1}).act(0, Verb.BANDWAGON, 2).live()
    assert case.actor(0).patron == 2
    assert case.pair(0, 1).willingness == case.pair(1, 0).willingness == 0.0


@pytest.mark.parametrize(("forces", "patron"), [(0.81, NOBODY), (0.79, 1)])
def test_a_client_past_the_release_of_its_patrons_strength_is_free(forces, patron):
    # release .8 of the patron's strength
    case = make_world(2, forces=(forces, 1), patrons={0: 1}, parameters={"release": 0.8}).live()
    assert case.actor(0).patron == patron
    assert (case.pair(0, 1).willingness > 0) == (patron == 1)


def test_acts_that_a_client_may_do_do_not_free_it():
    for verb, target in ((Verb.ARM, NOBODY), (Verb.INVEST, NOBODY), (Verb.RESEARCH, NOBODY), (Verb.SANCTION, 2)):
        case = make_world(3, forces=(1, 9, 1), patrons={0: 1}).act(0, verb, target).live()
        assert case.actor(0).patron == 1, verb


def test_whoever_becomes_a_client_releases_its_own_clients():
    case = make_world(3, forces=(1, 3, 9), patrons={0: 1}).act(1, Verb.BANDWAGON, 2).live()
    assert case.each("patron") == [NOBODY, 2, NOBODY]
    assert case.pair(0, 1).willingness == case.pair(1, 0).willingness == 0.0


def test_nobody_gains_a_patron_that_becomes_a_client_in_the_same_year():
    case = make_world(3, forces=(1, 3, 9)).act(0, Verb.BANDWAGON, 1).act(1, Verb.BANDWAGON, 2).live()
    assert case.each("patron") == [NOBODY, 2, NOBODY]


def test_three_who_bandwagon_in_a_ring_become_nobodys_clients():
    case = make_world(3).act(0, Verb.BANDWAGON, 1).act(1, Verb.BANDWAGON, 2).act(2, Verb.BANDWAGON, 0).live()
    assert case.each("patron") == [NOBODY] * 3


def test_a_client_that_stands_with_its_patron_keeps_it_though_the_patron_courts_in_vain():
    # clientage ends when the client goes elsewhere or its patron becomes a client; here neither happens
    case = make_world(4, forces=(1, 3, 9, 1), patrons={0: 1})
    case.act(0, Verb.BANDWAGON, 1).act(1, Verb.BANDWAGON, 2).act(2, Verb.SANCTION, 1).live()
    assert case.actor(1).patron == NOBODY
    assert case.actor(0).patron == 1


def test_a_client_pays_tribute():
    # .004 of its output a year
    case = make_world(3, forces=(1, 9, 1), economy=(2, 1, 1), patrons={0: 1}, parameters={"tribute": 0.004}).live()
    assert case.each("economy") == pytest.approx([2 - 0.008, 1.008, 1.0])


def test_chance_makes_no_dispute_between_patron_and_client_or_partners():
    case = make_world(3, forces=(1, 9, 1), patrons={0: 1}, pacts={(1, 2)}, parameters={"dispute_base": ALWAYS}).live()
    involved = {frozenset((i, int(case.actor(i).dispute))) for i in range(3) if case.actor(i).dispute != NOBODY}
    assert involved == {frozenset((0, 2))}


# what is legal


def legal(case, i, verb, j) -> bool:
    _, masks = case.look()
    return bool(masks[i, 3 + (int(verb) - 3) * (case.size - 1) + (j - i - 1) % case.size])


def test_a_client_may_ally_elsewhere_but_not_coerce():
    case = make_world(3, forces=(1, 9, 1), patrons={0: 1})
    assert legal(case, 0, Verb.ALLY, 2)
    assert legal(case, 0, Verb.SANCTION, 1)
    assert not legal(case, 0, Verb.COERCE, 1)
    assert not legal(case, 0, Verb.COERCE, 2)


def test_a_patron_may_not_attack_its_client():
    case = make_world(3, forces=(1, 9, 1), patrons={0: 1})
    assert not legal(case, 1, Verb.COERCE, 0)
    assert legal(case, 1, Verb.COERCE, 2)
    assert legal(case, 1, Verb.ALLY, 0)


def test_only_a_state_perceived_as_stronger_is_bandwagoned_with():
    case = make_world(3, forces=(1, 2, 1))
    assert legal(case, 0, Verb.BANDWAGON, 1)
    assert not legal(case, 1, Verb.BANDWAGON, 0)
    assert not legal(case, 0, Verb.BANDWAGON, 2)
    misled = make_world(3, forces=(1, 2, 1), pair={"error": {(0, 1): -2.0}})
    assert not legal(misled, 0, Verb.BANDWAGON, 1)


def test_a_client_cannot_be_a_patron():
    case = make_world(3, forces=(1, 3, 9), patrons={1: 2})
    assert not legal(case, 0, Verb.BANDWAGON, 1)
    assert legal(case, 0, Verb.BANDWAGON, 2)


def test_nothing_is_legal_towards_the_fallen():
    case = make_world(3, forces=(1, 0, 9), alive=(1, 0, 1))
    for verb in (Verb.ALLY, Verb.BANDWAGON, Verb.SANCTION, Verb.COERCE):
        assert not legal(case, 0, verb, 1)
        assert not legal(case, 1, verb, 0)


def test_a_challenger_may_coerce_its_object_alone():
    case = make_world(3, disputes={0: 1})
    assert legal(case, 0, Verb.COERCE, 1)
    assert not legal(case, 0, Verb.COERCE, 2)
    assert legal(case, 1, Verb.COERCE, 2)
