"""The alliance dilemma: its algebra on textbook games, and a pact whose honouring can be worked out by hand."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from worlds import batch_of, make_world

from balance_env.benchmark.whatif.dilemma import (
    Payoffs,
    alliance_dilemma,
    certificate,
    is_dilemma,
    kind_of,
    payoffs_of_pact,
)
from balance_env.core.world import Outcome

# Payoffs 4, 3, 1, 0 in the orders of Macy & Flache 2002; harmony and deadlock are what their conditions exclude.
GAMES = {
    "prisoner's dilemma": (Payoffs(3, 0, 4, 1), True),
    "chicken": (Payoffs(3, 1, 4, 0), True),
    "stag hunt": (Payoffs(4, 0, 3, 1), True),
    "harmony": (Payoffs(4, 1, 3, 0), False),
}


def numbers(payoffs):
    return {name: float(margin) for name, margin in payoffs.margins().items()}


@pytest.mark.parametrize(("kind", "game"), GAMES.items())
def test_textbook_games(kind, game):
    payoffs, dilemma = game
    assert is_dilemma(numbers(payoffs)) is dilemma
    assert kind_of(numbers(payoffs)) == kind


@pytest.mark.parametrize(
    "payoffs",
    [
        Payoffs(1, 0, 4, 3),  # deadlock: neither would rather have both honour
        Payoffs(3, 0, 7, 1),  # taking turns at letting down beats honouring: T + S > 2R
        Payoffs(1, 1, 1, 1),
        Payoffs(3, 4, 5, 2),  # who honours alone does better than with the other
    ],
)
def test_what_is_no_dilemma(payoffs):
    assert not is_dilemma(numbers(payoffs))
    assert kind_of(numbers(payoffs)) in ("no dilemma", "harmony")


def test_greed_and_fear():
    margins = numbers(Payoffs(3, 0, 4, 1))
    assert (margins["greed T - R"], margins["fear P - S"]) == (1.0, 1.0)


COPIES = 6
PARAMETERS = {"war_forces": 0.0}


def called_on(**changes):
    """0 challenges 1, whose partner 2 deters it by standing by 1, and not by half of its pledge unasked.

    War pays 0 up to odds of .16 / .27. Honoured, the pledge of .6 is restated to .8: 4 / (4 + 1 + 3.2). Not honoured:
    4 / (4 + 1 + 1.2).
    """
    world = {"actors": 3, "forces": (4.0, 1.0, 4.0), "disputes": {0: 1}, "pacts": {(1, 2)}, **changes}
    return batch_of(*(make_world(seed=seed, parameters=PARAMETERS, **world) for seed in range(1, COPIES + 1)))


def test_a_pact_whose_honouring_deters():
    """By wealth alone: 2, let down or not, is never called on itself, so it matters only whether 2 honours.

    War with 0 on one side and 1 with 1.2 from 2 on the other: if 0 wins 1 loses .16 of its output, and 2 half of
    1.2 / 2.2 of the cost; if it loses, they share .12 by what they brought.
    """
    batch = called_on()
    payoffs = payoffs_of_pact(batch, np.random.default_rng(0))["status_quo"]
    war = batch.fork(np.arange(COPIES))
    war.advance()
    part = 1.2 / 2.2
    won = war.worlds.actor["outcome"][:, 0] == Outcome.WON
    assert war.worlds.actor["outcome"][:, 0].tolist() == [Outcome.WON if w else Outcome.LOST for w in won]
    target = np.where(won, math.log(1 - 0.16), math.log(1 + 0.12 * (1 - part) - 0.01))
    helper = np.where(won, math.log(1 - 0.005 * part), math.log(1 + 0.12 * part - 0.005 * part))
    assert payoffs.reward == pytest.approx(np.zeros(COPIES), abs=1e-12)
    assert payoffs.punishment == pytest.approx((target + helper) / 2)
    assert payoffs.sucker == pytest.approx(target / 2)  # of 1, which honours alone; 2 alone deters and loses nothing
    assert payoffs.temptation == pytest.approx(helper / 2)


def test_without_a_challenge_honouring_is_nothing():
    for payoffs in payoffs_of_pact(called_on(disputes={}), np.random.default_rng(0)).values():
        for margin in payoffs.margins().values():
            assert (margin == 0.0).all()


def test_who_is_in_a_dispute_of_its_own_is_not_called_on():
    """Challenged themselves, both partners play on as they do."""
    payoffs = payoffs_of_pact(
        called_on(actors=4, forces=(4.0, 1.0, 4.0, 1.0), disputes={0: 1, 3: 2}), np.random.default_rng(0), years=1
    )
    for margin in payoffs["status_quo"].margins().values():
        assert (margin == 0.0).all()


def test_no_alliances_no_dilemma_and_a_sentence():
    for told in alliance_dilemma(called_on(pacts=()), np.random.default_rng(0)):
        assert told.kind == told.verdict == "no pact is in force in any world"


def test_the_certificate_of_a_scenario():
    made = certificate("default", 1, 60, threads=1)
    assert made == certificate("default", 1, 60, threads=1)
    own = made.dilemmas[0]
    assert own.version == "own wants"
    assert own.verdict in ("yes", "no", "undecided")
    assert own.payoffs["R"][0].n > 10
    told = json.loads(json.dumps(made.as_dict()))
    assert told["scenario"] == "default"
    assert told["dilemmas"][0]["R - P"]["n"] == own.payoffs["R"][0].n
    r, p = own.payoffs["R"][0].value, own.payoffs["P"][0].value
    assert own.margins["R - P"][0].value == pytest.approx(r - p)


def test_the_verdict_of_few_worlds_is_undecided():
    assert certificate("default", 2, 8, threads=1).dilemmas[0].verdict == "undecided"
