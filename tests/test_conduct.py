"""What is read out of a history is what its own rules, and a recorder of single worlds, say happened."""

from __future__ import annotations

import numpy as np
import pytest

from balance_env import VectorEnv
from balance_env.benchmark.emergence.conduct import Conduct
from balance_env.benchmark.emergence.disputes import Disputes
from balance_env.benchmark.emergence.pledges import calls
from balance_env.benchmark.history import watch
from balance_env.core.world import Outcome
from balance_env.events import Kind
from balance_env.metrics.alignment import Side
from balance_env.record import play_out

MIX = (
    *("balance_of_threat", "balance_of_power", "bandwagon_for_profit", "hider"),
    *("soft_balancer", "aspiring_hegemon", "random_legal", "tit_for_tat"),
)
SEED, YEARS = 5, 40


def batch(worlds: int, players=MIX, **changes) -> VectorEnv:
    made = VectorEnv("coercive", worlds, players=list(players), autoreset=False, threads=1, **changes)
    made.reset(SEED)
    return made


def conduct_of(history, focal=None) -> Conduct:
    return Conduct(history, np.ones(history.player.shape, bool) if focal is None else focal, 5)


@pytest.fixture(scope="module")
def conduct() -> Conduct:
    return conduct_of(watch(batch(20), years=YEARS))


@pytest.fixture(scope="module")
def told():
    """One world as a recorder tells it, and its conduct."""
    whole = batch(1, ("random_legal",) * 8, max_cycles=60)
    return play_out(batch(1, ("random_legal",) * 8, max_cycles=60), SEED), conduct_of(watch(whole))


def test_third_parties_stood_where_the_recorder_saw_them(told):
    recorder, conduct = told
    disputes = conduct.disputes
    seen = {
        (year + 1, recorder.names[k], recorder.names[i], recorder.names[j]): Side(side)
        for year, i, j, sides, third in zip(
            disputes.year, disputes.challenger, disputes.target, disputes.side, disputes.third, strict=True
        )
        for k, side in enumerate(sides)
        if third[k]
    }
    answers = {(a.year, a.state, a.challenger, a.target): a.answer for a in recorder.answers}
    assert set(seen) == set(answers)
    assert {answers[key] for key, side in seen.items() if side is Side.CHALLENGER} == {"joined"}
    stood = {key for key, answer in answers.items() if answer == "stood by"}
    assert stood
    assert all(seen[key] is Side.TARGET for key in stood)
    assert not any(answers[key] == "joined" for key, side in seen.items() if side is not Side.CHALLENGER)


def test_wars_have_the_sides_that_the_recorder_saw(told):
    recorder, conduct = told
    wars = [event for event in recorder.events if event.kind is Kind.WAR]
    assert len(wars) == len(conduct.wars) > 0
    seen = {
        (year + 1, recorder.names[i], recorder.names[j]): set(np.flatnonzero(sides))
        for year, i, j, sides in zip(
            conduct.wars.year, conduct.wars.challenger, conduct.wars.target, conduct.wars.sides, strict=True
        )
    }
    for war in wars:
        fighting = {war.actor, war.target, *war.beside_actor, *war.beside_target, *war.in_part}
        assert {recorder.names[k] for k in seen[war.year, war.actor, war.target]} == fighting


@pytest.mark.parametrize("players", [("random_legal",) * 8, MIX])
def test_what_was_delivered_of_pledges_left_the_reputation_that_it_should(players):
    """The rules keep no account of pledges but reputation, here free of stigma and of mending."""
    history = watch(batch(20, players, sanction_stigma=0.0, reputation_mend=0.0), years=YEARS)
    of = calls(Disputes.of(history))
    pledged, delivered = np.zeros((2, len(history.going) - 1, *history.player.shape))
    np.add.at(pledged, (of.year, of.world, of.actor), of.pledged)
    np.add.at(delivered, (of.year, of.world, of.actor), of.delivered)
    reputation, rate = history.actor["reputation"], history.scenario.parameters_resolved().reputation_rate
    kept = np.divide(delivered, pledged, out=reputation[:-1].copy(), where=pledged > 0.0)
    expected = reputation[:-1] + rate * (kept - reputation[:-1])
    alive = history.alive[1:] & (history.actor["alive"][1:] > 0)
    assert ((pledged > 0.0) & alive).sum() > 50
    np.testing.assert_allclose(reputation[1:][alive], expected[alive], atol=1e-9)


def test_forces_are_lost_by_those_who_fought_alone(conduct):
    before, after = conduct.history.actor[:-1], conduct.history.actor[1:]
    fade = conduct.history.scenario.parameters_resolved().forces_fade
    kept = (before["forces"] + after["spent"] * before["economy"]) * (1.0 - fade)
    quiet = conduct.living & (after["alive"] > 0) & ~conduct.fought
    np.testing.assert_allclose(after["forces"][quiet], kept[quiet], rtol=1e-12)
    assert (conduct.forces_lost[conduct.fought] > 0.0).all()
    assert (conduct.severities > 0.0).all()
    assert (conduct.severities < 1.0).all()


def test_whoever_joined_could_have(conduct):
    """`Opportunities` refuses a join that was shut; here by egocentric slots, and by threat."""
    assert (conduct.told.side != Side.ABSTAIN).sum() > 50
    by_threat = conduct_of(watch(batch(10, targets="threat"), years=YEARS))
    assert (by_threat.told.side != Side.ABSTAIN).sum() > 20


def test_a_joiner_has_legal_ways_to_both_sides_and_is_no_principal(conduct):
    disputes = conduct.disputes
    rows = np.arange(len(disputes))
    assert not disputes.third[rows, disputes.challenger].any()
    assert not disputes.third[rows, disputes.target].any()
    assert (disputes.ways[0][disputes.third] <= 2).all()
    stronger = disputes.ways[1][disputes.third] > 0
    assert 0.2 < stronger.mean() < 0.9  # one bandwagons with the stronger alone


def test_power_is_that_of_the_two_and_a_coalition_that_of_their_friends(conduct):
    disputes = conduct.disputes
    attack, defence = disputes.coalitions()
    rows = np.arange(len(disputes))
    alone = disputes.usable[rows, disputes.challenger]
    friendless = ~(disputes.before["patron"] == disputes.challenger[:, None]).any(axis=1)
    assert friendless.sum() > 10
    np.testing.assert_allclose(attack[friendless], np.broadcast_to(alone[:, None], attack.shape)[friendless])
    assert (defence >= 0.0).all()
    pledged = (disputes.toward("willingness", disputes.target) > 0.0).any(axis=1)
    assert defence[pledged].mean() > disputes.usable[rows, disputes.target][pledged].mean()


def test_only_focal_states_choose(conduct):
    focal = np.zeros(conduct.focal.shape, bool)
    focal[:, :3] = True
    some = conduct_of(conduct.history, focal)
    rest = conduct_of(conduct.history, ~focal)
    assert len(some.told.side) + len(rest.told.side) == len(conduct.told.side)
    assert some.chained.sum() + rest.chained.sum() == conduct.chained.sum()
    assert len(some.calls.actor) + len(rest.calls.actor) == len(conduct.calls.actor)
    assert len(some.wars) == len(conduct.wars)  # wars are of the system


def test_entrapped_are_chained_first_and_attacks_are_wars_or_chosen(conduct):
    assert not (conduct.entrapped & ~conduct.chained).any()
    assert conduct.chained.any()
    year, world, attacker, _ = np.nonzero(conduct.attacks)
    after = conduct.history.actor[year + 1, world, attacker]
    pressed, chosen = after["outcome"] >= Outcome.STALEMATE, after["chosen"] > 0
    assert (pressed | chosen).all()
    assert pressed.any()
    assert (chosen & ~pressed).any()


def test_signed_ties_are_symmetric_and_hostile_where_sanctioned(conduct):
    signs = conduct.signs(np.array([10, 20]))
    np.testing.assert_array_equal(signs, signs.swapaxes(-1, -2))
    sanction = conduct.history.pair["sanction"][[10, 20]] > 0.0
    assert sanction.any()
    assert (signs[sanction] <= 0).all()
    assert (signs == 1).any()
