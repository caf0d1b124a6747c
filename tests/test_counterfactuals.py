"""What forks find, in worlds small enough to work the answer out by hand."""

from __future__ import annotations

import csv
import json
import math

import numpy as np
import pytest
from worlds import batch_of, make_world

from balance_env.benchmark.whatif import counterfactuals
from balance_env.benchmark.whatif.bucks import bystanders, chance_of_challenger, passed_bucks, perceived
from balance_env.benchmark.whatif.causal import answers, balancing, worth_of_pacts
from balance_env.benchmark.whatif.counterfactuals import find
from balance_env.benchmark.whatif.findings import finding, from_plain, plain, pooled, row
from balance_env.benchmark.whatif.forks import Fork, aged_worlds
from balance_env.benchmark.whatif.spiral import LATER, arm_or_invest, harmless, security_dilemma
from balance_env.core.pieces import Other
from balance_env.core.world import Outcome, Verb
from balance_env.doctrines import Script, doctrine_id
from balance_env.metrics import Metric

COPIES = 6  # of a hand-made world: enough for an interval


def rng():
    return np.random.default_rng(0)


def copies(count=COPIES, open_verbs=3, **world):
    return batch_of(*(make_world(seed=seed, **world) for seed in range(1, count + 1)), open_verbs=open_verbs)


def let_play(batch, *doctrines):
    batch.set_players(np.tile([doctrine_id(name) for name in doctrines], (batch.num_worlds, 1)))
    return batch


def by_version(findings, measure=""):
    return {found.version: found for found in findings if found.measure.startswith(measure)}


def value(found):
    return found.compared.observed.value


# balancing


def test_two_who_would_be_threatened_ally_only_at_the_dose_that_frightens_them():
    """Threat of 0 for 1: logit(-1 + ln of the ratio of shares + 2 * .85 - 1), above a half from a ratio of e^.3 = 1.35.

    Shares are means of those of forces and output: at delta = .5 (3/7 + 1/3) / (2/7 + 1/3) = 1.23, at delta = 1
    (1/2 + 1/3) / (1/4 + 1/3) = 1.43. Only the last dose makes both ask the nearest of the others, each other.
    """
    world = {"actors": 3, "pair": {"hostility": {(1, 0): 0.85, (2, 0): 0.85}}}
    batch = let_play(copies(**world), "always_invest", "balance_of_threat", "balance_of_threat")
    found = by_version(balancing(batch, rng()))
    for delta, change in ((0.25, 0.0), (0.5, 0.0), (1.0, 1.0)):
        assert value(found[f"the strongest: against it, delta {delta:g}"]) == change / delta
    slope = 1.0 * 1.0 / (0.25**2 + 0.5**2 + 1.0**2)
    assert value(found["the strongest: against it"]) == pytest.approx(slope)
    assert value(found["the strongest: new pacts"]) == pytest.approx(slope)
    assert value(found["the strongest: sides in disputes"]) == value(found["the strongest: with it"]) == 0.0
    assert found["the strongest: against it"].low == pytest.approx(slope)


def test_raising_by_nothing_changes_exactly_nothing():
    origin = aged_worlds("coercive", ["random_legal", "balance_of_threat", "hider"], worlds=20, seed=1, threads=1)
    for found in balancing(origin, rng()):
        assert found.compared.null.value == 0.0


def test_those_who_never_ally_neither_balance_nor_bandwagon():
    origin = aged_worlds("default", "always_invest", worlds=20, seed=1, threads=1)
    assert {value(found) for found in balancing(origin, rng())} == {0.0}


def test_who_joins_the_strong_does_not_pass_for_a_balancer():
    origin = aged_worlds("default", "bandwagon_for_profit", worlds=60, seed=1, threads=1)
    found = by_version(balancing(origin, rng()))
    assert found["the strongest: with it"].low > 0.0
    assert found["the strongest: against it"].low <= 0.0


def test_nobody_balances_where_nobody_else_lives():
    batch = copies(actors=2, alive=(1, 0), economy=(1.0, 0.0), forces=(1.0, 0.0))
    for found in balancing(batch, rng()):
        assert found.compared.observed.why == "no living state has another beside it"


def test_each_way_of_answering_is_told_apart():
    """State 0 challenges 1; 2 stands by 1, 3 sanctions 0, 4 becomes a client of 0, 5 does nothing."""
    batch = copies(1, actors=6, disputes={0: 1}, forces=(9, 1, 1, 1, 1, 1))
    fork = Fork(batch, [0], 1)
    for seat, verb, target in ((2, Verb.ALLY, 1), (3, Verb.SANCTION, 0), (4, Verb.BANDWAGON, 0)):
        fork.force(0, np.array([seat]), verb, np.array([target]))
    told = answers(fork, np.array([0]), 1)
    assert [float(share[0, 0]) for share in told] == [1 / 5, 1 / 5, 0.0, 2 / 5, 1 / 5]


def test_a_pact_with_a_friend_of_the_raised_state_is_not_against_it():
    """1 and 2 have an offer each from the other; where 2 is a partner of 0, their pact is not against 0."""
    for pacts, against in (((), 1.0), (((0, 2),), 0.0)):
        batch = copies(1, actors=3, pacts=pacts)
        fork = Fork(batch, [0], 1)
        fork.force(0, np.array([1]), Verb.ALLY, np.array([2]))
        fork.force(0, np.array([2]), Verb.ALLY, np.array([1]))
        assert answers(fork, np.array([0]), 1).against[0, 0] == against


def test_joining_its_challenger_is_to_side_against_a_state():
    """2 challenges 0, and 1 takes 2 for its patron: joining it for the spoils."""
    batch = copies(1, actors=3, disputes={2: 0}, forces=(1, 1, 9))
    fork = Fork(batch, [0], 1)
    fork.force(0, np.array([1]), Verb.BANDWAGON, np.array([2]))
    told = answers(fork, np.array([0]), 1)
    assert told.side[0, 0] == 1 / 2


# passed bucks

STANDOFF = {  # 0 challenges 1; 2 fears 0, and its force would make 0 back down
    "actors": 3,
    "forces": (4.0, 1.0, 3.0),
    "disputes": {0: 1},
    "pair": {"hostility": {(2, 0): 1.0}},
}


def test_a_bystander_who_could_have_checked_the_challenger_and_did_not_passes_the_buck():
    """Alone 1 faces odds of 4/5 and war pays: .8 * .12 - .2 * .15 - .01 > 0. With .8 * 3 from 2 it does not.

    2 has eight legal acts (it cannot take the weaker 1 for its patron); standing by 1, sanctioning 0 and joining 0
    are three of them.
    """
    for doctrine, stays in (("always_invest", 1.0), ("buck_passer", 1.0), ("balance_of_threat", 0.0)):
        batch = let_play(copies(**STANDOFF), "always_invest", "always_invest", doctrine)
        found = by_version(passed_bucks(batch, rng()))["stays out"]
        assert (value(found), found.compared.observed.n) == (stays, COPIES)
        assert found.compared.null.value == pytest.approx(1 - 3 / 8)


def test_who_arms_at_home_stays_out_all_the_same_and_is_told_apart():
    batch = let_play(copies(**STANDOFF), "always_invest", "always_invest", "always_arm")
    found = by_version(passed_bucks(batch, rng()))
    assert value(found["stays out"]) == 1.0
    assert value(found["stays out and does not arm"]) == 0.0


@pytest.mark.parametrize(
    "change",
    [
        {"pair": {"hostility": 0.3}},  # it does not feel threatened
        {"pacts": {(0, 2)}},  # it is the challenger's partner
        {"patrons": {2: 1}},  # it is the target's client, and brings its dues as such
        {"disputes": {0: 1, 2: 0}},  # it has a dispute of its own
        {"disputes": {}},
    ],
)
def test_no_bystander_no_buck(change):
    batch = copies(**{**STANDOFF, **change})
    assert not bystanders(batch)[:, :, 2].any()


def test_a_bystander_too_weak_to_matter_passes_no_buck():
    batch = copies(**{**STANDOFF, "forces": (4.0, 1.0, 0.01)})
    assert bystanders(batch)[:, 0, 2].all()
    for found in passed_bucks(batch, rng()):
        assert found.compared.observed.why == "no threatened bystander could have checked the challenger"


def test_the_chance_of_a_challenger_by_what_became_of_its_dispute():
    batch = copies(1, actors=2, disputes={0: 1}, forces=(4.0, 1.0))
    fork = Fork(batch, np.zeros(2, int), 2)
    fork.raise_forces(1, np.array([1, 1]), 9.0)  # the target: 4 against 10, and war does not pay
    fork.force(0, np.array([1, 1]), Verb.BANDWAGON, np.array([0, 0]))
    next(fork.live(1))
    assert fork.actor["outcome"][0, :, 0].tolist() == [Outcome.CAPITULATED, Outcome.BACKED_DOWN]
    assert chance_of_challenger(fork, np.array([0, 0])).tolist() == [[1.0, 0.0]] * 2


def test_in_a_mutual_contest_the_odds_are_told_by_the_lower_id():
    batch = copies(1, open_verbs=4, actors=2, disputes={0: 1, 1: 0}, chosen=(0, 1), forces=(3.0, 1.0))
    fork = Fork(batch, np.zeros(2, int), 1)
    fork.force(0, np.array([0, 0]), Verb.COERCE, np.array([1, 1]))
    fork.force(0, np.array([1, 1]), Verb.COERCE, np.array([0, 0]))
    next(fork.live(1))
    assert fork.actor["outcome"][0, 0, 1] == Outcome.MUTUAL
    assert chance_of_challenger(fork, np.array([0, 1]))[:, 0].tolist() == [0.75, 0.25]


def test_what_a_row_says_of_another_is_found_by_name():
    batch = copies(1, actors=3, pair={"hostility": {(2, 0): 0.75, (0, 1): 0.5}})
    told = perceived(batch, Other.HOSTILITY)[0]
    assert told[2, 0] == 0.75
    assert told[0, 1] == 0.5
    assert np.diag(told).tolist() == [0.0] * 3


# the worth of a pact


def test_a_pact_that_deters_is_worth_the_war_that_it_spares():
    """0 challenges 1, to whom 2 is bound; half of 2's pledge, unasked: .5 * .6 * 8 = 2.4 more for the defence.

    With the pact 4 / 7.4 and no war. Without it odds of 4/5: 1 loses .15 + .01 of its output, or gains .12 - .01.
    """
    batch = copies(actors=3, forces=(4.0, 1.0, 8.0), disputes={0: 1}, pacts={(1, 2)}, parameters={"war_forces": 0.0})
    war = Fork(batch, np.arange(COPIES), 1)
    war.part(0, np.full(COPIES, 1), np.full(COPIES, 2))
    next(war.live(1))
    outcome = war.actor["outcome"][:, 0, 0]
    assert set(outcome) == {Outcome.WON, Outcome.LOST}
    worth = np.where(outcome == Outcome.WON, -math.log(1 - 0.15 - 0.01), -math.log(1 + 0.12 - 0.01)) / 2
    found = by_version(worth_of_pacts(batch, rng()))["status_quo"]
    assert value(found) == pytest.approx(worth.mean())
    assert found.low < value(found) < found.high


def test_a_pair_that_never_meets_has_no_alliance_value():
    apart = {"reach": {(0, 1): 0.0, (1, 0): 0.0}}
    batch = copies(actors=3, pacts={(0, 1)}, pair=apart, forces=(1.0, 1.0, 2.0))
    for found in worth_of_pacts(batch, rng()):
        assert value(found) == 0.0


def test_without_alliances_there_is_no_value_and_a_sentence_says_so():
    for found in worth_of_pacts(copies(actors=3), rng()):
        assert found.compared.observed.why == "no pact is in force in any world"
        assert found.compared.null.value is not None


def test_a_grand_alliance_leaves_nobody_to_compare_with():
    batch = copies(actors=3, pacts={(0, 1), (0, 2), (1, 2)})
    for found in worth_of_pacts(batch, rng()):
        assert value(found) is not None
        assert found.compared.null.why == "no two living states are untied in any world"


# the security dilemma


def test_arming_that_is_answered_leaves_the_armer_less_secure():
    """1 arms where 1.8 * b / (b + 2) < .5 * a / b + .2 * hostility: not at a = 1.05, b = 1, but at a = 1.11.

    Its answer is twice the armer's, since its output is: 1.12 against 1.11.
    """
    batch = copies(actors=2, economy=(1.0, 2.0), forces=(1.05, 1.0))
    let_play(batch, "always_invest", "richardson_armer")
    cases, seats = np.arange(COPIES), np.zeros(COPIES, int)
    soon, later = arm_or_invest(batch, cases, seats, None, alone=False)
    assert soon[:, 0, 1] == pytest.approx(1 / 1.11 - 1 / 1.05)
    assert later[:, 0] == pytest.approx(1.11 / 1.12 - 1.0)
    soon, later = arm_or_invest(batch, cases, seats, None, alone=True)
    assert soon[:, 0, 1] == pytest.approx(1 / 1.11 - 1 / 1.05)
    assert (later[:, 0] == 0.0).all()
    assert (soon[:, 1] == 0.0).all()  # investing against investing
    assert (later[:, 1] == 0.0).all()


def test_nobody_is_hurt_or_answers_where_all_are_far_apart():
    batch = copies(actors=3, pair={"reach": 0.0})
    found = by_version(security_dilemma(batch, rng()), "security dilemma: h")
    assert value(found["any state made to arm"]) == 0.0
    assert found["arming as chosen"].compared.observed.why == "no state that meant no harm stands beside an armer"


def test_arming_among_the_weak_and_close_hurts_them_all():
    batch = copies(actors=3)
    found = by_version(security_dilemma(batch, rng()), "security dilemma: h")
    assert value(found["any state made to arm"]) == 1.0
    assert found["any state made to arm"].compared.null.value == 0.0


def test_who_challenges_fights_sanctions_or_arms_means_harm():
    batch = copies(1, actors=6, disputes={0: 1})
    batch.worlds.actor["verb"][0, 2:5] = (Verb.ARM, Verb.SANCTION, Verb.ALLY)
    assert harmless(batch)[0].tolist() == [False, True, False, False, True, True]


def test_security_after_a_world_has_ended_is_its_last():
    """0 holds more than the share that ends the game: at the end of the first year its world lies still."""
    batch = copies(2, actors=2, economy=(1.0, 0.1), forces=(1.0, 0.1), parameters={"hegemony": 0.8})
    _, later = arm_or_invest(batch, np.arange(2), np.ones(2, int), None, alone=False)
    assert LATER > 1
    assert (later[:, 0] == pytest.approx(0.106 - 0.1)) is True


# rows


def test_rows_have_the_columns_of_a_report_and_the_same_seed_gives_the_same(tmp_path, capsys):
    origin = aged_worlds("default", "balance_of_threat", worlds=12, seed=1, threads=1)
    rows = [row("default", found) for found in find(origin, 3)]
    assert rows == [row("default", found) for found in find(origin, 3)]
    measured = {told["measure"].split(":")[0] for told in rows}
    assert measured == {"tau", "buck-pass", "worth of a pact", "security dilemma", "alliance dilemma"}
    for told in rows:
        assert (told["value"] is None) == bool(told["why"])
        assert told["definition"]
        assert told["group"] == "default"
    file = tmp_path / "forks.csv"
    asked = ["small", "--worlds", "6", "--players", "mix", "--threads", "1", "--csv", str(file)]
    assert counterfactuals.main(asked) == 0
    assert "tau, any state: against it" in capsys.readouterr().out
    with file.open(encoding="utf-8") as lines:
        assert next(csv.reader(lines)) == list(rows[0])


@pytest.mark.parametrize(
    "asked", [["default", "smal"], ["small", "--players", "hidr"], ["small", "--worlds", "0"]], ids=" ".join
)
def test_what_is_asked_wrongly_is_named_before_anything_is_measured(asked, capsys):
    assert counterfactuals.main([*asked, "--threads", "1"]) == 2
    out, err = capsys.readouterr()
    assert not out
    assert err.startswith("error: ")
    assert any(word in err for word in ("'smal'", "'hidr'", "num_worlds = 0"))


@pytest.mark.parametrize(
    ("name", "change"), [("default", {"states": 2}), ("coercive", {"max_cycles": 12}), ("concert", {})]
)
def test_every_kind_of_scenario_can_be_forked(name, change):
    origin = aged_worlds(name, ["random_legal", "grim"], worlds=6, seed=1, threads=1, **change)
    for found in find(origin, 1):
        assert (value(found) is None) == bool(found.compared.observed.why)


def test_a_policy_from_outside_is_measured_like_a_doctrine():
    def invest(rows, masks, draws, worlds, seats):
        return np.zeros(len(rows), int)

    learned = aged_worlds("small", None, worlds=8, seed=2, act=invest, threads=1)
    scripted = aged_worlds("small", "always_invest", worlds=8, seed=2, threads=1)
    assert Script.ALWAYS_INVEST not in learned.worlds.actor["player"]
    for one, other in zip(find(learned, 3, invest), find(scripted, 3), strict=True):
        assert list(row("small", one).values()) == [
            pytest.approx(told, abs=1e-12) if isinstance(told, float) else told for told in row("small", other).values()
        ]


def some(values, null):
    return finding("tau", "any", np.array(values), "nobody", null, "what it is")


def test_pooled_findings_weigh_every_world_alike():
    """Values 1, 0, 0 and 1 of four worlds, nulls 2 of three cases and 6 of one: (3 * 2 + 6) / 4."""
    parts = ([1.0, 0.0, 0.0], Metric(2.0, 3)), ([1.0], Metric(6.0, 1)), ([], Metric.none("no null"))
    told = pooled([some(*part) for part in parts])
    assert told.compared.observed == Metric(0.5, 4)
    assert told.compared.null == Metric(3.0, 4)
    assert pooled([some([], Metric.none("no null"))] * 2).compared.observed == Metric.none("nobody")


def test_a_pooled_share_has_the_interval_of_a_share():
    told = pooled([some([], Metric(0.0, 0)), some([True] * 6, Metric(0.0, 6)), some([True] * 4, Metric(0.0, 4))])
    assert (told.low, told.high) == pytest.approx((10 / (10 + 1.959964**2), 1.0))  # Wilson's of ten in ten


def test_a_finding_comes_back_from_plain_words_as_it_was():
    origin = aged_worlds("default", "balance_of_threat", worlds=6, seed=1, threads=1)
    for found in find(origin, 3):
        assert row("all", from_plain(json.loads(json.dumps(plain(found))))) == row("all", found)
