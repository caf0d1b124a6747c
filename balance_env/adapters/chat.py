"""Language models: a player that asks an OpenAI-compatible chat server what a state does. Needs no further library.

batch = VectorEnv("powers_1913", players=["learner", *["balance_of_threat"] * 9], autoreset=False)
recorder = play_out(batch, 0, {0: ChatPlayer("http://127.0.0.1:8000/v1", "some-model")})
"""

from __future__ import annotations

import json
import os
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from ..core.world import Verb
from ..vector import VectorEnv
from ..view.prompt import briefing, read_answer, situation

BUSY = (408, 409, 425, 429)  # HTTP statuses that a second try may cure, as those from 500 may
SERVER_ERRORS = 500
LONGEST_WAIT = 30.0  # seconds between tries
QUOTED = 300  # characters of a refusal that are passed on


@dataclass
class ChatPlayer:
    """A player that shows a chat model its seat in words and does what it answers.

    An answer that is illegal or cannot be read, and no answer after all tries, become invest and are counted. A
    refusal (a wrong key, model or address) and `give_up` years in a row without an answer raise.

    Parameters
    ----------
    url, model : str
        The server's base, such as `http://127.0.0.1:8000/v1`, and the name of a model there.
    key : str, optional
        Of the server; by default the environment's OPENAI_API_KEY, if there is one.
    timeout, wait : float
        Seconds for one answer; seconds before the second of `tries`, doubled for each further one up to half a minute.
    settings : mapping
        Further fields of the request, such as `{"temperature": 0}`.

    Attributes
    ----------
    counts : Counter
        `asked`, `illegal`, `unreadable`, `unanswered` years and `retried` requests.
    """

    url: str
    model: str
    key: str | None = None
    timeout: float = 60.0
    tries: int = 3
    wait: float = 1.0
    give_up: int = 5
    settings: Mapping[str, object] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter, init=False)

    def __post_init__(self) -> None:
        if not self.url.startswith(("http://", "https://")):
            raise ValueError(f"url = {self.url!r}: http:// or https:// is needed, as in http://127.0.0.1:8000/v1")
        if self.tries < 1 or self.timeout <= 0:
            raise ValueError(f"tries = {self.tries}, timeout = {self.timeout}: at least 1 try, more than 0 seconds")
        self._address = self.url.rstrip("/") + "/chat/completions"
        self._silent, self._lock = 0, threading.Lock()  # answers missing in a row; seats may share a player

    def __call__(self, batch: VectorEnv, seat: int) -> int:
        """The legal action of `seat` in world 0 that the model answers, else invest."""
        self._count("asked")
        text = self.ask(briefing(batch, seat), situation(batch, seat))
        action = None if text is None else read_answer(text, batch, seat)
        if text is not None and action is not None and batch.action_masks[0, seat, action]:
            return action
        self._count("unanswered" if text is None else "unreadable" if action is None else "illegal")
        return int(Verb.INVEST)

    def ask(self, system: str, user: str) -> str | None:
        """What the model answers; None after `tries` without an answer.

        ValueError if the server refuses; ConnectionError if it gave no answer `give_up` times in a row.
        """
        messages = [{"role": "system", "content": system}, {"role": "user", "content": user}]
        body = json.dumps({"model": self.model, "messages": messages, **self.settings}).encode()
        key = os.environ.get("OPENAI_API_KEY") if self.key is None else self.key
        head = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {key}"} if key else {})
        why = ""
        for number in range(self.tries):
            if number:
                self._count("retried")
                time.sleep(min(LONGEST_WAIT, self.wait * 2 ** (number - 1)))
            try:
                with urllib.request.urlopen(
                    urllib.request.Request(self._address, body, head), timeout=self.timeout
                ) as reply:
                    text = json.load(reply)["choices"][0]["message"]["content"]
                self._silent = 0
                return str(text)
            except urllib.error.HTTPError as error:
                if error.code not in BUSY and error.code < SERVER_ERRORS:
                    said = error.read(QUOTED).decode(errors="replace")
                    raise ValueError(
                        f"{self._address} refused model {self.model!r} with {error.code}: {said}"
                    ) from None
                why = f"status {error.code}"
            except (OSError, ValueError, LookupError, TypeError) as error:  # no server, too late, or no completion
                why = f"{type(error).__name__} {error}"
        self._silent += 1
        if self._silent >= self.give_up:
            raise ConnectionError(f"{self._address} gave no answer {self._silent} times in a row, last: {why}")
        return None

    def _count(self, what: str) -> None:
        with self._lock:
            self.counts[what] += 1
