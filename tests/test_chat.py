"""A chat model as a player, against a server of canned answers on this machine."""

from __future__ import annotations

import json
import re
import threading
import time
import zlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from balance_env import VectorEnv
from balance_env.adapters.chat import ChatPlayer
from balance_env.record import play_out
from balance_env.testing import FALLS, violent
from balance_env.view.prompt import briefing, read_answer, situation, words

SECONDS = 0.2  # the client's time-out


class Server(ThreadingHTTPServer):
    """Answers as its `script` does: text, or (status, body); keeps the requests."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.requests: list[dict] = []
        self.keys: list[str | None] = []
        self.script = lambda request: "ACTION: 0"
        self.url = f"http://127.0.0.1:{self.server_address[1]}/v1"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_POST(self) -> None:
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.requests.append(request)
        self.server.keys.append(self.headers["Authorization"])
        answer = self.server.script(request)
        whole = {"choices": [{"message": {"role": "assistant", "content": answer}}]}
        status, body = answer if isinstance(answer, tuple) else (200, json.dumps(whole))
        try:
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body.encode())
        except BrokenPipeError:  # the client has timed out, as the test wants
            pass

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server():
    with Server() as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        yield running
        running.shutdown()
        thread.join()


@pytest.fixture
def batch() -> VectorEnv:
    env = VectorEnv("powers_1913", players=["learner", *["balance_of_threat"] * 9], autoreset=False)
    env.reset(0)
    return env


def player(server: Server, **options) -> ChatPlayer:
    return ChatPlayer(server.url, "stub", **{"timeout": SECONDS, "wait": 0.0, "key": "", **options})


def in_turn(*answers):
    """A script that gives the answers one after the other, and the last for ever."""
    left = list(answers)
    return lambda request: left.pop(0) if len(left) > 1 else left[0]


# reading


@pytest.mark.parametrize(
    ("text", "action"),
    [
        ("2", 2),
        (" Arm.", 2),
        ("ally rus", "ally rus"),
        ("Ally Russia", "ally rus"),
        ("First I thought ACTION: 1. But no.\n**ACTION: 2**", 2),
        ("Russia threatens us.\nAction: `ally russia`", "ally rus"),
        ("action: <2>", 2),
        ("I hold 2 % of the system and fear 3 states.", None),
        ("ACTION: surrender", None),
        ("ACTION: 999", None),
        ("ACTION: -1", None),
        ("", None),
    ],
)
def test_an_answer_is_read_by_number_or_words_or_not_at_all(text, action, batch):
    expected = words(batch, 0)[action] if isinstance(action, str) else action
    assert read_answer(text, batch, 0) == expected


def test_every_action_has_words_that_read_as_itself(batch):
    for said, action in words(batch, 3).items():
        assert read_answer(f"ACTION: {said}", batch, 3) == action
    assert set(words(batch, 3).values()) == set(range(batch.num_actions))


def test_a_model_is_told_its_seat_its_aims_and_its_legal_actions(server, batch):
    player(server, settings={"temperature": 0})(batch, 0)
    (request,) = server.requests
    system, user = (message["content"] for message in request["messages"])
    assert (request["model"], request["temperature"]) == ("stub", 0)
    assert system == briefing(batch, 0)
    assert user == situation(batch, 0)
    assert f"You are {batch.scenario.state_names()[0]}" in system
    numbers = {int(n) for n in re.findall(r"(?<![\w.])(\d+) [A-Za-z]", user.split("You may, in")[1].split("\n", 1)[1])}
    assert numbers == set(np.flatnonzero(batch.action_masks[0, 0]).tolist())


# acting


def test_a_legal_answer_is_done_and_an_illegal_or_unreadable_one_becomes_invest_and_is_counted(server, batch):
    illegal = int(np.flatnonzero(batch.action_masks[0, 0] == 0)[0])
    server.script = in_turn("ACTION: 2", f"ACTION: {illegal}", "Peace for our time.")
    model = player(server)
    assert [model(batch, 0) for _ in range(3)] == [2, 0, 0]
    assert model.counts == {"asked": 3, "illegal": 1, "unreadable": 1}


@pytest.mark.parametrize(
    "broken",
    [(503, "busy"), (429, "slow down"), (200, "not JSON"), (200, "{}"), (200, '{"choices": []}'), (200, "[1]")],
    ids=lambda broken: f"{broken[0]} {broken[1]}",
)
def test_a_broken_answer_is_asked_for_again_and_no_more_often_than_allowed(broken, server, batch):
    server.script = in_turn(broken, "ACTION: 2")
    model = player(server)
    assert model(batch, 0) == 2
    assert model.counts == {"asked": 1, "retried": 1}
    server.script = in_turn(broken)
    assert model(batch, 0) == 0
    assert model.counts == {"asked": 2, "retried": 3, "unanswered": 1}
    assert len(server.requests) == 2 + model.tries


def test_an_answer_that_takes_too_long_is_given_up_in_time(server, batch):
    server.script = lambda request: time.sleep(5 * SECONDS) or "ACTION: 2"
    model = player(server, tries=2)
    began = time.perf_counter()
    assert model(batch, 0) == 0
    assert time.perf_counter() - began < 4 * SECONDS
    assert model.counts == {"asked": 1, "retried": 1, "unanswered": 1}


def test_tries_wait_longer_each_time_up_to_a_bound(server, batch, monkeypatch):
    waited: list[float] = []
    monkeypatch.setattr("balance_env.adapters.chat.time.sleep", waited.append)
    server.script = in_turn((503, ""))
    player(server, tries=8, wait=1.0)(batch, 0)
    assert waited == [1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0]


def test_a_server_that_stays_silent_raises_in_the_end(batch):
    model = ChatPlayer("http://127.0.0.1:9/v1", "stub", timeout=SECONDS, wait=0.0, tries=1, give_up=3, key="")
    assert [model(batch, 0) for _ in range(2)] == [0, 0]
    with pytest.raises(ConnectionError, match=r"127\.0\.0\.1:9.* gave no answer 3 times in a row, last: .*refused"):
        model(batch, 0)


@pytest.mark.parametrize("status", [400, 401, 404])
def test_a_refusal_is_told_and_not_tried_again(status, server, batch):
    server.script = in_turn((status, "no such model"))
    with pytest.raises(ValueError, match=rf"refused model 'stub' with {status}: no such model"):
        player(server)(batch, 0)
    assert len(server.requests) == 1


def test_the_key_is_given_or_the_environments(server, batch, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "from-outside")
    for options in ({"key": None}, {"key": "given"}, {"key": ""}):
        player(server, **options)(batch, 0)
    assert server.keys == ["Bearer from-outside", "Bearer given", None]


@pytest.mark.parametrize(
    ("options", "told"),
    [({"url": "127.0.0.1:8000"}, "http:// or https://"), ({"tries": 0}, "at least 1"), ({"timeout": 0}, "more than 0")],
)
def test_wrong_settings_are_named(options, told):
    with pytest.raises(ValueError, match=told):
        ChatPlayer(**{"url": "http://127.0.0.1:8000/v1", "model": "stub", **options})


def test_an_episode_in_which_states_fall_is_played_in_every_seat(server):

    def some_choice(request) -> str:
        text = request["messages"][1]["content"]
        numbers = re.findall(r"(?<![\w.])(\d+) [A-Za-z]", text.split("You may, in")[1])
        return f"ACTION: {numbers[zlib.crc32(text.encode()) % len(numbers)]}"

    server.script = some_choice
    batch = VectorEnv(violent("powers_1913"), autoreset=False)
    model = player(server, timeout=10.0)
    recorder = play_out(batch, 1, dict.fromkeys(range(batch.num_actors), model))
    fallen = sum(not row.alive for row in recorder.of_year(recorder.year))
    assert fallen >= FALLS
    assert set(model.counts) == {"asked"}
    assert model.counts["asked"] == len(server.requests) == sum(row.verb is not None for row in recorder.states)


def test_the_pages_program_runs(server, capsys):
    page = (Path(__file__).resolve().parents[1] / "docs" / "plugs.md").read_text(encoding="utf-8")
    program = re.findall(r"```python\n(.*?)```", page, re.DOTALL)[1]
    exec(program.replace("http://127.0.0.1:8000/v1", server.url), {})
    assert re.search(r"Counter\(\{'asked': \d+\}\)", capsys.readouterr().out)
