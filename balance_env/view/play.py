"""A game at the terminal: a person holds one seat, year by year."""

from __future__ import annotations

from ..core.world import Clock, Ending
from ..record import Recorder
from ..scenario import Scenario
from ..vector import VectorEnv
from .prompt import explanation, read_answer, refusal, welcome
from .seat import choices, debrief, tell_reward, what_seat_sees
from .text import labels_by_id, state_table, tell_year, wrapped, year_label

KEYS = "`?` explains and lists your choices, `q` ends the game and tells how you did."
HELP, QUIT = ("?", "h", "help"), ("q", "quit", "exit")


def find_seat(scenario: Scenario, asked: str) -> int:
    """The seat that a number, or the name or label of a state that always has it, stands for.

    Raises
    ------
    ValueError
        Names what was asked and lists the seats.
    """
    seats = {str(i): i for i in range(len(scenario.state_names()))}
    if scenario.permute_seats:
        allowed = f"0 to {len(seats) - 1}; which state sits there is drawn each episode"
    else:
        named = list(zip(labels_by_id(scenario), scenario.state_names(), strict=True))
        allowed = ", ".join(f"{i} {name}" for i, (_, name) in enumerate(named))
        seats.update({word.lower(): i for i, words in enumerate(named) for word in words})
    if asked.lower() not in seats:
        raise ValueError(f"--seat {asked}: {allowed}")
    return seats[asked.lower()]


def play(batch: VectorEnv, seat: int) -> None:
    """A game of world 0 with its `seat` asked for actions, from the world as it stands; and a debrief."""
    recorder = Recorder(batch)
    print("\n".join([*welcome(batch, seat), *wrapped(f"{KEYS} What is done cannot be taken back.")]))
    while recorder.ending == Ending.NOT and recorder.of_year(recorder.year)[seat].alive:
        print("\n" + state_table(batch, seat) + "\n")
        print("\n".join(what_seat_sees(batch, seat)) + "\n")
        action = ask(batch, seat)
        if action is None:
            break
        batch.pending_actions[0, seat] = action
        batch.advance()
        recorder.record()
        print("\n" + "\n".join(tell_year(recorder, recorder.year, is_full=True) + tell_reward(recorder, seat)))
    print("\n" + "\n".join(debrief(recorder, seat)))


def ask(batch: VectorEnv, seat: int) -> int | None:
    """The player's legal action, asked for until it is one; None at `q` or the end of input."""
    print("\n".join(choices(batch, seat)))
    year = int(batch.worlds.clock[0, Clock.YEAR]) + 1
    while True:
        try:
            answer = input(f"{year_label(batch.scenario, year)}> ").strip()
        except EOFError:
            print()
            return None
        if answer.lower() in QUIT:
            return None
        if answer.lower() in HELP:
            print("\n".join([*explanation(batch, seat), "", "Your choices:", *choices(batch, seat), *wrapped(KEYS)]))
            continue
        action = read_answer(answer, batch, seat)
        if action is not None and batch.action_masks[0, seat, action]:
            return action
        print("\n".join(wrapped(f"{refusal(answer, batch, seat)} {KEYS}")))
