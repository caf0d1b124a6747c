"""What people read: records and their sentences, tables, and the command line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from balance_env import VectorEnv, parallel_env, scenario_names
from balance_env.chronicle import events_of_year, snapshot
from balance_env.core.world import NOBODY, Ending, Outcome, Verb
from balance_env.events import ANSWERS, Event, Kind
from balance_env.record import Recorder, play_out
from balance_env.view.map import COLUMNS, draw_map
from balance_env.view.seat import choices, debrief, what_seat_sees
from balance_env.view.text import (
    WIDTH,
    bar,
    closing,
    effective_poles,
    first_year,
    merged,
    state_table,
    tell_year,
    year_table,
)

ROOT = Path(__file__).parents[1]
MIXED = ("aspiring_hegemon", "balance_of_threat", "bandwagon_for_profit", "random_legal", "buck_passer")


def make_batch(scenario: str, years: int = 5) -> VectorEnv:
    """One world of mixed doctrines with a fixed horizon, before its reset."""
    count = VectorEnv(scenario).num_actors
    batch = VectorEnv(scenario, players=[MIXED[i % len(MIXED)] for i in range(count)], autoreset=False)
    batch.max_cycles = years
    return batch


@pytest.fixture(scope="module")
def long_game() -> Recorder:
    """Sixty years of the coercive world: pacts, clients, wars and falls."""
    return play_out(make_batch("coercive", 60), seed=2)


# records


def test_a_recorder_has_one_row_a_state_and_year(long_game: Recorder) -> None:
    count = len(long_game.names)
    assert len(long_game.states) == count * (long_game.year + 1)
    for year in range(long_game.year + 1):
        rows = long_game.of_year(year)
        assert {row.year for row in rows} == {year}
        assert [row.seat for row in rows] == list(range(count))
        assert sum(row.share for row in rows) == pytest.approx(1.0)


def test_a_recorder_sees_what_the_batch_counts() -> None:
    batch = make_batch("coercive", 60)
    batch.reset(2)
    recorder = Recorder(batch)
    wars = falls = 0
    while recorder.ending == Ending.NOT:
        batch.advance()
        recorder.record()
        wars += int(batch.outputs.wars[0])
        falls += int(batch.outputs.falls[0])
    kinds = [event.kind for event in recorder.events]
    assert kinds.count(Kind.WAR) == wars > 0
    assert kinds.count(Kind.ANNEXED) + kinds.count(Kind.FELL) == falls


def test_every_dispute_that_opens_has_its_end_a_year_later(long_game: Recorder) -> None:
    ends = {Kind.SETTLED, Kind.CAPITULATED, Kind.BACKED_DOWN, Kind.WAR}
    fallen = {event.actor for event in long_game.events if event.kind in (Kind.ANNEXED, Kind.FELL)}
    for dispute in long_game.events:
        if dispute.kind != Kind.DISPUTE or dispute.year == long_game.year or fallen & {dispute.actor, dispute.target}:
            continue
        matching = [
            event
            for event in long_game.events
            if event.kind in ends
            and event.year == dispute.year + 1
            and {event.actor, event.target} == {dispute.actor, dispute.target}
        ]
        assert matching, dispute


def test_third_parties_give_one_answer_each(long_game: Recorder) -> None:
    assert {answer.answer for answer in long_game.answers} <= set(ANSWERS)
    keys = [answer[:4] for answer in long_game.answers]
    assert len(keys) == len(set(keys)) > 0
    assert all(answer.state not in (answer.challenger, answer.target) for answer in long_game.answers)


def test_the_first_rows_are_the_start_and_the_fallen_do_not_act(long_game: Recorder) -> None:
    assert all(row.verb is None and row.reward == 0 for row in long_game.of_year(0))
    for before, after in zip(long_game.states, long_game.states[len(long_game.names) :], strict=False):
        assert (after.verb is not None) == before.alive


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: VectorEnv("small", 2, autoreset=False), "one world"),
        (lambda: VectorEnv("small", 1), "autoreset"),
        (lambda: VectorEnv("small", 1, autoreset=False), "reset"),
    ],
)
def test_a_recorder_refuses_what_it_cannot_record(make, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Recorder(make())


def test_an_episode_with_a_learner_cannot_be_played_out() -> None:
    with pytest.raises(ValueError, match="player in every seat"):
        play_out(VectorEnv("small", autoreset=False))


# events, from worlds made by hand: A, B, C and D

NAMES = "ABCD"


def still() -> tuple:
    """Two snapshots of a world of four in which nothing happened."""
    batch = VectorEnv("default", states=4, permute_seats=False, autoreset=False)
    batch.reset(0)
    return snapshot(batch), snapshot(batch)


def told(before, after) -> list[str]:
    """Sentences of the events between two snapshots."""
    return [event.sentence() for event in events_of_year(before, after, NAMES)]


def test_a_still_year_has_no_events() -> None:
    assert told(*still()) == []


def test_offer_and_pact() -> None:
    before, after = still()
    after.pair.offer[0, 1] = 5
    after.pair.pact[2, 3] = after.pair.pact[3, 2] = 1
    assert told(before, after) == ["A offers B a pact.", "C and D conclude a defence pact."]


@pytest.mark.parametrize(
    ("verb", "target", "why"),
    [
        (Verb.INVEST, NOBODY, "the pledges have faded"),
        (Verb.SANCTION, 1, "A imposes sanctions on B"),
        (Verb.BANDWAGON, 2, "A bandwagons with C"),
    ],
)
def test_a_pact_ends_for_a_reason(verb: Verb, target: int, why: str) -> None:
    before, after = still()
    before.pair.pact[0, 1] = before.pair.pact[1, 0] = 1
    after.actor[0].verb, after.actor[0].target = verb, target
    assert f"The pact of A and B ends: {why}." in told(before, after)


@pytest.mark.parametrize(
    ("verb", "target", "why"),
    [
        (Verb.INVEST, NOBODY, "having outgrown it"),
        (Verb.ALLY, 2, "turning to C"),
        (Verb.SANCTION, 1, "since A imposes sanctions on B"),
    ],
)
def test_a_client_is_released_for_a_reason(verb: Verb, target: int, why: str) -> None:
    before, after = still()
    before.actor[0].patron = 1
    after.actor[0].verb, after.actor[0].target = verb, target
    assert f"A is no longer B's client, {why}." in told(before, after)


def test_a_client_joins_its_patron_against_whom_it_challenges() -> None:
    before, after = still()
    after.actor[0].patron = 1
    assert told(before, after) == ["A bandwagons with B and becomes its client."]
    before.actor[1].dispute = 2
    assert told(before, after) == ["A joins B against C and becomes its client."]


def test_a_war_tells_who_stood_where_and_the_odds() -> None:
    before, after = still()
    before.actor[0].dispute = 1
    for world in (before, after):
        world.pair.pact[3, 1] = world.pair.pact[1, 3] = 1
    after.actor[0].opponent, after.actor[0].outcome, after.actor[0].odds = 1, Outcome.WON, 0.62
    after.side[0, :3] = 1, -1, -1
    after.actor[2].verb, after.actor[2].target = Verb.ALLY, 1
    assert told(before, after) == [
        "A presses its dispute with B to war; C stands by B; D stays out, though pledged to B; odds 62 % for A; A wins."
    ]
    after.side[0, 3] = -1
    after.actor[1].fell, after.actor[1].conqueror, after.actor[1].alive = 1, 0, 0
    war, annexed = told(before, after)
    assert "D brings B a part of what was pledged" in war
    assert annexed == "B is annexed by A."


def test_a_war_that_both_press_is_told_once() -> None:
    before, after = still()
    after.actor[0].opponent, after.actor[0].outcome, after.actor[0].odds = 1, Outcome.STALEMATE, 0.5
    after.actor[1].opponent, after.actor[1].outcome = 0, Outcome.MUTUAL
    assert told(before, after) == ["A and B both press their dispute to war; odds 50 % for A; a stalemate."]


@pytest.mark.parametrize(
    ("outcome", "sentence"),
    [
        (Outcome.BACKED_DOWN, "A backs down in its dispute with B."),
        (Outcome.SETTLED, "A and B settle their dispute by a pact."),
        (Outcome.CAPITULATED, "A drops its dispute with B and becomes its client."),
        (Outcome.LAPSED, None),
    ],
)
def test_a_dispute_can_end_without_war(outcome: Outcome, sentence: str | None) -> None:
    before, after = still()
    after.actor[0].opponent, after.actor[0].outcome = 1, outcome
    assert told(before, after) == ([sentence] if sentence else [])


def test_disputes_open_by_chance_and_by_choice() -> None:
    before, after = still()
    after.actor[0].dispute = 1
    after.actor[2].dispute, after.actor[2].chosen = 3, 1
    assert told(before, after) == ["A dispute arises: A challenges B.", "C sets out to coerce D."]


def test_events_of_one_kind_are_told_together() -> None:
    pacts = [Event(1, Kind.PACT, "A", "B"), Event(1, Kind.PACT, "B", "C")]
    assert merged(pacts) == ["B concludes defence pacts with A and C."]
    clients = [Event(1, Kind.CLIENT, name, "D") for name in "ABC"]
    assert merged(clients) == ["A, B and C bandwagon with D and become its clients."]


def test_every_kind_of_event_has_a_sentence() -> None:
    for kind in Kind:
        event = Event(1, kind, "A", "B", outcome=Outcome.WON, odds=0.5)
        assert event.sentence().endswith(".")
        assert "A" in event.sentence()


# tables


@pytest.mark.parametrize("scenario", scenario_names())
def test_the_table_of_a_year_shows_every_state_in_100_columns(scenario: str) -> None:
    batch = make_batch(scenario)
    batch.reset(1)
    for _ in range(3):
        lines = year_table(batch).splitlines()
        assert max(map(len, lines)) <= WIDTH
        for name in batch.scenario.state_names():
            assert any(name in line for line in lines)
        batch.advance()


@pytest.mark.parametrize("scenario", scenario_names())
def test_what_a_seat_sees_and_may_do_is_told_for_every_scenario(scenario: str) -> None:
    batch = make_batch(scenario)
    batch.reset(1)
    for _ in range(3):
        batch.advance()
    for seat in np.flatnonzero(batch.outputs.alive[0])[:8]:
        lines = [*what_seat_sees(batch, int(seat)), *choices(batch, int(seat))]
        assert max(map(len, lines)) <= WIDTH
        offered = {int(word) for line in choices(batch, int(seat)) for word in line.split() if word.isdecimal()}
        assert offered == set(np.flatnonzero(batch.action_masks[0, seat]).tolist())


def test_a_played_seat_sees_its_own_picture_and_not_the_truth() -> None:
    batch = make_batch("default")
    batch.reset(1)
    truth, picture = state_table(batch), state_table(batch, 0)
    assert truth != picture
    assert "offensive" in truth.replace(truth.splitlines()[2], "")
    assert not any("offensive" in line or "defensive" in line for line in picture.splitlines()[3:])
    assert what_seat_sees(batch, 0) != what_seat_sees(batch, 1)


def test_the_end_of_a_game_is_told(long_game: Recorder) -> None:
    text = "\n".join(closing(long_game))
    assert "states survive" in text
    assert "horizon" in text
    assert all(name in text for name in long_game.names)
    assert "rank among the states" in "\n".join(debrief(long_game, 0))
    assert max(map(len, text.splitlines())) <= WIDTH + 20


def test_quiet_years_are_skipped_unless_asked_for(long_game: Recorder) -> None:
    told_years = [year for year in range(1, long_game.year + 1) if tell_year(long_game, year)]
    assert len(told_years) > 0
    assert all(tell_year(long_game, year, is_full=True) for year in range(1, long_game.year + 1))


def test_years_count_from_the_scenarios_name() -> None:
    assert first_year(VectorEnv("powers_1913").scenario) == 1913
    assert first_year(VectorEnv("default").scenario) == 0


def test_bars_and_poles() -> None:
    assert bar(0.5) == "█████"
    assert bar(0.0) == "     "
    assert len(bar(0.33)) == 5
    assert effective_poles([0.25] * 4) == pytest.approx(4.0)
    assert effective_poles([1.0, 0.0]) == pytest.approx(1.0)


def test_rendering_is_the_table() -> None:
    env = parallel_env("small", render_mode="ansi")
    env.reset(seed=0)
    assert env.render() == year_table(env.batch)


def test_a_map_shows_every_label_inside_its_frame() -> None:
    position = np.array([[0.0, 0.0], [1.0, 5.0], [9.0, 1.0]])
    lines = draw_map(position, np.eye(3, dtype=bool), ["AAA", "BBB", "CCC"])
    assert max(map(len, lines)) <= COLUMNS
    assert all(any(label in line for line in lines) for label in ("AAA", "BBB", "CCC"))
    assert lines[0].strip() == "BBB"  # north is up


def test_a_row_of_a_state_knows_its_security() -> None:
    recorder = play_out(make_batch("small", 2), seed=0)
    assert all(0.0 <= row.security <= 1.0 for row in recorder.of_year(2))
