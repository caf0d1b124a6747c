"""Scripted states act as their theory says."""

from __future__ import annotations

import numpy as np
import pytest
from worlds import blank_memory

from balance_env.core.actions import OBJECT_VERBS, action_count, action_table
from balance_env.core.pieces import GLOBE_SIZE, OTHER_SIZE, OTHERS_START, Globe, Other, Own, row_size
from balance_env.doctrines import DOCTRINES, Script, play

ACTORS = 4
OPEN = len(OBJECT_VERBS)
THEORIES = [name for name, doctrine in DOCTRINES.items() if doctrine.script >= Script.BALANCE_OF_POWER]

PEACE = {"SHARE": 0.25, "FORCES": 0.2, "TECHNOLOGY": 1.0, "SECURITY": 1.0, "REPUTATION": 0.75}
STRANGER = {
    "ALIVE": 1.0,
    "SHARE": 0.25,
    "TECHNOLOGY": 1.0,
    "REACH_TO_ME": 0.5,
    "REACH_FROM_ME": 0.5,
    "HOSTILITY": 0.3,
    "REPUTATION": 0.75,
    "THREAT": 0.2,
}
PARTNER = {"PACT": 1.0, "PLEDGE_FROM_ME": 0.7, "PLEDGE_TO_ME": 0.7}
FADING = {"PACT": 1.0, "PLEDGE_FROM_ME": 0.35, "PLEDGE_TO_ME": 0.7}
OFFER = {"OFFER_TO_ME": 1.0}
ASKED = {"OFFER_FROM_ME": 0.6}
GREAT = {"SHARE": 0.4, "FORCES": 0.1, "ECONOMY": 0.1, "THREAT": 0.6}
ATTACKER = {"CHALLENGES": 1.0, "ODDS": 0.6, "ODDS_WITH_ME": 0.7, "ODDS_AGAINST_ME": 0.45}
TARGET = {"CHALLENGED": 1.0, "ODDS": 0.4, "ODDS_WITH_ME": 0.55, "ODDS_AGAINST_ME": 0.3}
WEAK_TARGET = {"CHALLENGED": 1.0, "ODDS": 0.2, "ODDS_WITH_ME": 0.3, "ODDS_AGAINST_ME": 0.1}
STRONG_ATTACKER = {"CHALLENGES": 1.0, "ODDS": 0.8, "ODDS_WITH_ME": 0.9, "ODDS_AGAINST_ME": 0.7}
ON_ME = {"CHALLENGES": 1.0, "CHALLENGES_ME": 1.0, "ODDS": 0.7, "ODDS_WITH_ME": 0.7, "ODDS_AGAINST_ME": 0.7}
AFRAID = {"SECURITY": 0.6}
UNDER_ATTACK = {"CHALLENGED": 1.0 / 3.0, "SECURITY": 0.6}


def row(own=None, others=(), globe=None):
    """A row of peace among equals, but for the pieces given: `others` slot by slot, the rest strangers."""
    written = np.zeros(row_size(ACTORS), np.float32)
    blocks = [{**STRANGER, **block} for block in others] + [STRANGER] * (ACTORS - 1 - len(others))
    threat = max(block["THREAT"] for block in blocks)
    for name, value in {**PEACE, "THREAT": threat, **(own or {})}.items():
        written[Own[name]] = value
    for slot, block in enumerate(blocks):
        for name, value in block.items():
            written[OTHERS_START + slot * OTHER_SIZE + Other[name]] = value
    for name, value in (globe or {}).items():
        written[len(written) - GLOBE_SIZE + Globe[name]] = value
    return written


def act(name, seen, memory=None, closed=()):
    """Name of the action that the doctrine takes on the row `seen`; `closed`: actions that are not legal."""
    table = action_table(ACTORS, OPEN)
    mask = np.array([action not in closed for action in table], np.int8)
    memory = blank_memory(ACTORS) if memory is None else memory
    return table[play(int(DOCTRINES[name].script), seen, mask, 12345, 0, memory)]


CASES = {
    "balance_of_power": [
        ("challenged, it arms", row(UNDER_ATTACK, [ON_ME, OFFER]), "arm"),
        ("it stands by whom the strongest challenges", row({}, [{**GREAT, **ATTACKER}, {}, TARGET]), "ally +3"),
        ("it refuses the strongest", row({}, [{**GREAT, **OFFER}]), "invest"),
        ("insecure, it seeks the strongest of the others", row(AFRAID, [GREAT, {"SHARE": 0.1}, {}]), "ally +3"),
        ("asked in vain, it arms", row(AFRAID, [GREAT, ASKED]), "arm"),
    ],
    "balance_of_threat": [
        ("the strong are no threat by strength", row(AFRAID, [{**GREAT, "THREAT": 0.3}]), "invest"),
        ("it takes an offer of the strongest", row({}, [{**GREAT, "THREAT": 0.3, **OFFER}]), "ally +1"),
        ("it refuses the most threatening", row({}, [{"THREAT": 0.7, **OFFER}, ASKED]), "invest"),
        ("under threat it seeks the nearest", row({}, [{"THREAT": 0.7}, {}, {"REACH_TO_ME": 0.9}]), "ally +3"),
        ("insecure under threat, it arms", row(AFRAID, [{"THREAT": 0.7}, ASKED]), "arm"),
    ],
    "bandwagon_for_profit": [
        ("it joins a winner for spoils", row({}, [{}, {**GREAT, **STRONG_ATTACKER}, TARGET]), "bandwagon +2"),
        ("it yields to a likely winner", row(UNDER_ATTACK, [{**GREAT, **ON_ME}]), "bandwagon +1"),
        ("it joins no loser", row({}, [{**GREAT, **ATTACKER, "ODDS_WITH_ME": 0.5}, TARGET]), "invest"),
        ("it takes a pact of the stronger only", row({}, [OFFER, {**GREAT, **OFFER}]), "ally +2"),
        ("with the prey shared it leaves", row({"CLIENT": 1.0}, [{**GREAT, "MY_PATRON": 1.0}]), "ally +2"),
    ],
    "buck_passer": [
        ("challenged, it arms", row(UNDER_ATTACK, [ON_ME]), "arm"),
        ("most exposed, it arms", row({}, [{"THREAT": 0.7, "REACH_TO_ME": 0.9}]), "arm"),
        ("but only a little", row({"POSTURE": 0.6}, [{"THREAT": 0.7, "REACH_TO_ME": 0.9}]), "invest"),
        ("others nearer, it passes", row(AFRAID, [{"THREAT": 0.7, "REACH_TO_ME": 0.3}]), "invest"),
        ("it makes no pledge good", row({}, [{**FADING, **TARGET}, ATTACKER]), "invest"),
    ],
    "chain_ganger": [
        ("a partner first, its own danger aside", row(UNDER_ATTACK, [ON_ME, {**PARTNER, **TARGET}]), "ally +2"),
        ("however hopeless", row({}, [{**PARTNER, **WEAK_TARGET}, STRONG_ATTACKER]), "ally +1"),
        ("it pledges no less than at first", row({}, [{**PARTNER, "PLEDGE_FROM_ME": 0.55}]), "ally +1"),
        ("it arms when a partner challenges", row({"PARTNERS": 0.3}, [{**PARTNER, **ATTACKER}]), "arm"),
        ("alone, it ties itself to the nearest", row({}, [{}, {"REACH_TO_ME": 0.9}]), "ally +2"),
    ],
    "minimal_winning_coalition": [
        ("pivotal, it stands by the target", row({}, [{**ATTACKER, "ODDS_WITH_ME": 0.7}, TARGET]), "ally +2"),
        (
            "pivotal, it joins the challenger",
            row({}, [{**GREAT, **ATTACKER, "ODDS": 0.4}, {**TARGET, "ODDS": 0.6}]),
            "bandwagon +1",
        ),
        ("it joins no side that wins anyway", row({}, [{**PARTNER, **TARGET, "ODDS": 0.6}]), "invest"),
        (
            "it takes the smallest that suffices",
            row(AFRAID, [{"FORCES": 0.2}, {"FORCES": 0.05}, {"FORCES": -0.05, "REACH_TO_ME": 1.0}]),
            "ally +2",
        ),
        ("where none will do it arms", row(AFRAID, [{"FORCES": 0.4}, ASKED]), "arm"),
    ],
    "offshore_balancer": [
        ("among equals it grows", row(AFRAID, [{"SHARE": 0.3}]), "research"),
        ("other quarrels are left to others", row({}, [ATTACKER, {**TARGET, **PARTNER}]), "research"),
        ("a hegemon's victim is stood by", row({}, [{**GREAT, **ATTACKER}, {}, TARGET]), "ally +3"),
        ("a hegemon's rival is sought", row({}, [GREAT, {}, {"SHARE": 0.26}]), "ally +3"),
        ("a hegemon that nobody would stop is met by arms", row({}, [GREAT, ASKED]), "arm"),
    ],
    "aspiring_hegemon": [
        ("it keeps an arsenal", row(), "arm"),
        ("armed, it grows", row({"FORCES": 0.4}), "invest"),
        ("it coerces what is weak and worth it", row({"FORCES": 0.4}, [{}, {"FORCES": -0.8}]), "coerce +2"),
        # .5 e^(4 * .2) to 1, odds of .527
        ("it threatens nobody whom it outweighs a little", row({"FORCES": 0.4}, [{"FORCES": -0.2}]), "invest"),
        # odds of .925, of which .175 is preponderance, over e^-2.4 of its own output: a prize of .016
        (
            "it threatens nobody who has nothing to give",
            row({"FORCES": 0.4}, [{"FORCES": -0.8, "ECONOMY": -0.6}]),
            "invest",
        ),
        (
            "it presses where it is sure to win",
            row({"CHALLENGER": 1.0}, [{**TARGET, "CHALLENGED_BY_ME": 1.0, "ODDS": 0.08}]),
            "coerce +1",
        ),
        (
            "it threatens at odds at which it does not fight",
            row({"CHALLENGER": 1.0, "FORCES": 0.4}, [{**TARGET, "CHALLENGED_BY_ME": 1.0, "ODDS": 0.15}]),
            "invest",
        ),
        (
            "it backs down when the odds have turned",
            row({"CHALLENGER": 1.0, "FORCES": 0.4}, [{**TARGET, "CHALLENGED_BY_ME": 1.0, "ODDS": 0.6}]),
            "invest",
        ),
    ],
    "collective_security": [
        ("it stands by a stranger", row({}, [ATTACKER, {}, TARGET]), "ally +3"),
        ("it sanctions where force will not do", row({}, [STRONG_ATTACKER, {}, WEAK_TARGET]), "sanction +1"),
        ("a partner is stood by all the same", row({}, [STRONG_ATTACKER, {**PARTNER, **WEAK_TARGET}]), "ally +2"),
        ("its own challenger is isolated", row(UNDER_ATTACK, [{}, ON_ME]), "sanction +2"),
        ("it is open to everyone", row({}, [{}, {**GREAT, **OFFER}]), "ally +2"),
    ],
    "hider": [
        ("it yields to a likely winner", row(UNDER_ATTACK, [{**GREAT, **ON_ME}]), "bandwagon +1"),
        ("it defends itself where it can", row(UNDER_ATTACK, [{**ON_ME, "ODDS": 0.3}]), "arm"),
        ("it keeps out of quarrels", row({}, [ATTACKER, {**PARTNER, **TARGET}]), "invest"),
        ("it has nothing to do with the quarrelsome", row({}, [{**OFFER, **ATTACKER}]), "invest"),
        ("it conciliates whom it fears most", row({}, [{}, {"THREAT": 0.7}]), "ally +2"),
    ],
    "soft_balancer": [
        ("it cuts off its challenger", row(UNDER_ATTACK, [ON_ME]), "sanction +1"),
        ("the sanction standing, it arms", row(UNDER_ATTACK, [{**ON_ME, "SANCTION_FROM_ME": 0.9}]), "arm"),
        (
            "it cuts off who challenges a partner",
            row({}, [{**ATTACKER, "AGAINST_PARTNER": 1.0}, {**PARTNER, **TARGET}]),
            "sanction +1",
        ),
        ("insecure, it seeks those who keep their word", row(AFRAID, [{}, {"REPUTATION": 0.9}]), "ally +2"),
        ("secure, it grows", row(), "invest"),
    ],
    "tit_for_tat": [
        ("it opens with good will", row({}, [{}, {"REACH_TO_ME": 0.9}]), "ally +2"),
        ("a sanction for a sanction", row({}, [{}, {}, {"SANCTION_TO_ME": 1.0}]), "sanction +3"),
        (
            "answered, it is even",
            row({}, [ASKED, {"SANCTION_TO_ME": 0.67, "SANCTION_FROM_ME": 0.67}]),
            "invest",
        ),
        ("a larger pledge is matched", row({}, [{**PARTNER, "PLEDGE_TO_ME": 0.9}]), "ally +1"),
        ("it stands by a partner", row({}, [OFFER, {**PARTNER, **TARGET}]), "ally +2"),
    ],
    "grim": [
        ("it answers an offer", row({}, [{}, OFFER]), "ally +2"),
        ("it restates a fading pledge", row({}, [FADING]), "ally +1"),
        ("it deals with no sender of sanctions", row({}, [{**OFFER, "SANCTION_TO_ME": 0.3}]), "invest"),
        ("a dropped pledge is not stood by", row({}, [{**PARTNER, **TARGET, "PLEDGE_TO_ME": 0.2}]), "invest"),
        ("insecure, it arms rather than ask an enemy", row(AFRAID, [{"SANCTION_TO_ME": 0.3}, ASKED]), "arm"),
    ],
    "richardson_armer": [
        ("arms answer a rival's arms", row({}, [{"FORCES": 0.2}]), "arm"),
        ("its own burden tires it", row({"FORCES": 0.6}, [{"FORCES": 0.1}]), "invest"),
        (
            "grievance arms it",
            row({"FORCES": 0.2}, [{"HOSTILITY": 1.0, "FORCES": -0.1, "THREAT": 0.3}]),
            "arm",
        ),
        ("a distant rival does not", row({"FORCES": 0.25}, [{"REACH_TO_ME": 0.1, "THREAT": 0.3}]), "invest"),
        ("it has no pacts", row({"FORCES": 0.6}, [OFFER, {**PARTNER, **TARGET}]), "invest"),
    ],
}


def test_every_theory_has_five_cases():
    assert sorted(CASES) == sorted(THEORIES)
    assert len(THEORIES) == 14
    assert all(len(cases) >= 5 for cases in CASES.values())


@pytest.mark.parametrize(
    ("name", "seen", "expected"),
    [
        pytest.param(name, seen, expected, id=f"{name}: {case}")
        for name, cases in CASES.items()
        for case, seen, expected in cases
    ],
)
def test_acts_as_its_theory_says(name, seen, expected):
    assert act(name, seen) == expected


@pytest.mark.parametrize(
    ("name", "seen", "closed", "expected"),
    [
        ("always_invest", row(), (), "invest"),
        ("always_research", row(), (), "research"),
        ("always_arm", row(), (), "arm"),
        ("ally_nearest", row({}, [{}, {"REACH_TO_ME": 0.9}]), (), "ally +2"),
        ("ally_strongest", row({}, [{}, {}, GREAT]), (), "ally +3"),
        ("bandwagon_strongest", row({}, [GREAT]), (), "bandwagon +1"),
        ("bandwagon_strongest", row({}, [GREAT]), ("bandwagon +1",), "invest"),
        ("sanction_most_hostile", row({}, [{}, {"HOSTILITY": 0.9}]), (), "sanction +2"),
        ("coerce_weakest", row({}, [{}, {"SHARE": 0.1}]), (), "coerce +2"),
        ("coerce_weakest", row({}, [{}, {"SHARE": 0.1}]), ("coerce +2",), "arm"),
    ],
)
def test_constant_policies_do_one_thing(name, seen, closed, expected):
    assert act(name, seen, closed=closed) == expected


def test_alternation_arms_every_other_year():
    memory = blank_memory(ACTORS)
    assert [act("arm_invest_alternation", row(), memory) for _ in range(4)] == ["arm", "invest"] * 2


def test_random_legal_takes_every_legal_action_equally():
    mask = np.array([1, 0, 1, 0, 1, 1], np.int8)
    memory = blank_memory(ACTORS)
    drawn = [play(int(Script.RANDOM_LEGAL), row(), mask, stream, 3, memory) for stream in range(2000)]
    counts = np.bincount(drawn, minlength=6)
    assert (counts[mask == 0] == 0).all()
    assert (abs(counts[mask == 1] - 500) < 100).all()


def test_grim_never_forgets():
    memory = blank_memory(ACTORS)
    assert act("grim", row({}, [OFFER]), memory) == "ally +1"
    assert act("grim", row({}, [{"SANCTION_TO_ME": 1.0}]), memory) == "invest"
    assert act("grim", row({}, [OFFER]), memory) == "invest"
    assert act("grim", row({}, [{}, OFFER]), memory) == "ally +2"


def test_grim_resents_a_partner_that_leaves():
    memory = blank_memory(ACTORS)
    assert act("grim", row({}, [PARTNER]), memory) == "invest"
    assert act("grim", row({}, [{}]), memory) == "invest"
    assert act("grim", row({}, [OFFER]), memory) == "invest"


def test_grim_knows_its_enemy_in_another_slot():
    memory = blank_memory(ACTORS)
    act("grim", row({}, [{"SANCTION_TO_ME": 1.0}]), memory)
    memory.order[:3] = 2, 1, 3
    assert act("grim", row({}, [{}, OFFER]), memory) == "invest"
    assert act("grim", row({}, [OFFER]), memory) == "ally +1"


@pytest.mark.parametrize("name", DOCTRINES)
def test_the_fallen_do_nothing(name):
    mask = np.zeros(action_count(ACTORS, OPEN), np.int8)
    mask[0] = 1
    assert (
        play(int(DOCTRINES[name].script), np.zeros(row_size(ACTORS), np.float32), mask, 1, 0, blank_memory(ACTORS)) == 0
    )
