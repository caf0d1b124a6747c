"""Who sits in which seat, and whom each seat teaches: drawn anew for a world whenever it begins.

Every way to fit is a setting of two questions. *Whom does a seat teach that learns*: the one shared
learner, the learner of its design, or the learner of the seat. *How many seats of a world learn, and who
holds the rest*: doctrines, which the kernel plays; frozen policies; or past selves of the learners.
A best response is one learning seat among frozen policies, or two with a common pay.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from balance_env.adapters.sb3 import SB3VecEnv
from balance_env.doctrines import Script
from balance_env.networks import Architecture
from balance_env.players import BY_DESIGN, BY_SEAT, SHARED, load_player, load_team
from balance_env.policies import LearnedPolicy

from .config import PAST, Config
from .evaluate import design_names
from .policy import Policy
from .ppo import NOBODYS

LEARNS = -1  # in place of a guest: the seat learns
NO_DOCTRINE = -1  # of a seat that the kernel does not play
MEMORY = 0.05  # weight of the newest episode in what is remembered of a guest
LEAST = 0.1  # of the draws are as if no guest were preferred, so that none is forgotten


class Guest(NamedTuple):
    """Somebody who holds a seat and does not learn."""

    name: str
    entry: int  # which of the config's opponents it stands for
    doctrine: int = NO_DOCTRINE
    policy: Policy | None = None
    years: int = 1  # whose rows the policy takes


def invite(config: Config) -> list[Guest]:
    """The players that the config names, but for past selves, who come later.

    Raises
    ------
    ValueError
        If there is no such player, or a policy does not fit the scenario or remembers more than the learners.
    """
    guests = []
    for entry, name in enumerate(config.opponents):
        if name == PAST:
            continue
        try:
            player = load_player(name, config.load_scenario())
        except ValueError as error:
            raise ValueError(f"opponent {name!r} is not `{PAST}`, and as a player: {error}") from None
        if isinstance(player, Script):
            guests.append(Guest(name, entry, int(player)))
        elif player.years > config.years:
            raise ValueError(f"opponent {name!r} sees {player.years} years: years = {config.years} is too few")
        else:
            guests.append(Guest(name, entry, policy=player, years=player.years))
    return guests


def forebears(config: Config) -> list[LearnedPolicy]:
    """The policies that the config lets its learners start from, in the learners' order; none if they start at random.

    Raises
    ------
    ValueError
        If `start` is no trained player, or one whose network, designs or number of learners are not this config's.
    """
    if config.start is None:
        return []
    scenario = config.load_scenario()
    try:
        team = load_team(config.start, scenario)
    except ValueError as error:
        raise ValueError(f"start: {error}") from None
    wanted = Architecture(config.network, config.width, len(scenario.state_names()), len(scenario.verbs), config.years)
    designs = np.unique(scenario.template().designs, axis=0).tolist()
    policies = [policy for policy in team.policies if isinstance(policy, LearnedPolicy)]
    for policy in policies:
        given, training = policy.architecture, policy.card["training"]
        given = given._replace(actors=wanted.actors) if policy.network.is_size_free else given
        if given != wanted:
            raise ValueError(f"start: {config.start!r} has the {given}, the learners have the {wanted}")
        if policy.card["scenario"]["designs"] != designs or training["learners"] != config.learners:
            raise ValueError(
                f"start: {config.start!r} was fitted with other `designs` or `learners` than this config's"
            )
    if len(policies) != len(names := learner_names(config)):
        raise ValueError(f"start: {config.start!r} has {len(policies)} of the learners {', '.join(names)}")
    return policies


def learner_names(config: Config) -> list[str]:
    """What the learners of a config are called, in order."""
    if config.learners == BY_SEAT:
        return [f"seat_{seat}" for seat in range(len(config.load_scenario().state_names()))]
    if config.learners == BY_DESIGN:
        return [name.replace(" ", "_") for name in design_names(config.load_scenario())]
    return [SHARED]


class Cast:
    """Who sits where in a batch.

    Attributes
    ----------
    guest : (W * N,) LEARNS, or which of the guests holds the seat
    guests : list of Guest
    standing : list of float
        How much better than usual learners fare beside each guest, in scaled return.
    """

    def __init__(self, config: Config, env: SB3VecEnv) -> None:
        self.config, self.env = config, env
        self.worlds, self.actors = env.batch.num_worlds, env.batch.num_actors
        self.guests = invite(config)
        self.standing = [0.0] * len(self.guests)
        self.usual = np.zeros(len(env.designs))  # scaled return of an episode, by design
        self.guest = np.full(env.num_envs, LEARNS)
        self.rng = np.random.default_rng(config.seed)

    def learners(self) -> np.ndarray:
        """The learner (W * N,) that each slot teaches this year; NOBODYS for the fallen and for guests."""
        if self.config.learners == BY_SEAT:
            whom = np.tile(np.arange(self.actors), self.worlds)
        elif self.config.learners == BY_DESIGN:
            whom = self.env.design
        else:
            whom = np.zeros(self.env.num_envs, np.int64)
        alive = self.env.batch.outputs.alive.reshape(-1) > 0
        return np.where(alive & (self.guest == LEARNS), whom, NOBODYS)

    def add_past(self, name: str, policy: Policy) -> None:
        """Let a past self join the pool, once for every `past` among the opponents."""
        for entry in (n for n, opponent in enumerate(self.config.opponents) if opponent == PAST):
            self.guests.append(Guest(name, entry, policy=policy, years=self.config.years))
            self.standing.append(0.0)

    def past(self) -> list[str]:
        """Names of the past selves in the pool, oldest first."""
        return list(dict.fromkeys(guest.name for guest in self.guests if self.config.opponents[guest.entry] == PAST))

    def chances(self) -> np.ndarray:
        """How likely each guest is drawn: opponents of the config alike, past selves share the part of theirs.

        With priority, those beside whom learners fare worse are drawn more often (prioritised
        fictitious self-play: Vinyals et al. 2019).
        """
        entries = np.array([guest.entry for guest in self.guests])
        even = 1.0 / np.bincount(entries)[entries]
        even /= even.sum()
        if self.config.draw == "uniform":
            return even
        hard = even * np.exp(-np.array(self.standing))
        return LEAST * even + (1.0 - LEAST) * hard / hard.sum()

    def seat(self, begun: np.ndarray) -> None:
        """Draw who holds the seats of the worlds `begun` (W,), and tell the kernel its doctrines."""
        if self.config.learning_seats is None or not begun.any():
            return
        shape = (int(begun.sum()), self.actors)
        rank = self.rng.random(shape).argsort(1).argsort(1)
        drawn = self.rng.choice(len(self.guests), shape, p=self.chances())
        by_world = self.guest.reshape(self.worlds, self.actors)
        by_world[begun] = np.where(rank < self.config.learning_seats, LEARNS, drawn)
        self._tell_kernel()

    def _tell_kernel(self) -> None:
        doctrine = np.array([guest.doctrine for guest in self.guests] + [NO_DOCTRINE], np.int32)  # [-1] is LEARNS
        if (doctrine != NO_DOCTRINE).any():
            self.env.batch.set_players(doctrine[self.guest].reshape(self.worlds, self.actors))

    def act(self, rows: np.ndarray, masks: np.ndarray, actions: np.ndarray) -> None:
        """Write the actions of frozen policies and past selves into `actions` (W * N,)."""
        alive = self.env.batch.outputs.alive.reshape(-1) > 0
        for number in np.unique(self.guest[self.guest != LEARNS]):
            guest = self.guests[number]
            if guest.policy is not None and len(slots := np.flatnonzero(alive & (self.guest == number))):
                draws, seen = self.rng.random(len(slots)), guest.years * self.env.batch.row_size
                actions[slots] = guest.policy(rows[slots, -seen:], masks[slots], draws, slots % self.actors)

    def share_pay(self, rewards: np.ndarray) -> np.ndarray:
        """What learning seats earn (W * N,): their own, or with a common pay the mean of their world's."""
        if not self.config.common_pay:
            return rewards
        learns, by_world = (array.reshape(self.worlds, -1) for array in (self.guest == LEARNS, rewards))
        mean = (by_world * learns).sum(1) / learns.sum(1)
        return np.where(learns, mean[:, None], by_world).reshape(-1).astype(rewards.dtype)

    def note_end(self, slot: int, design: int, scaled: float) -> None:
        """Remember how a learner fared, for those who were in its world, where others than learners are."""
        if self.config.learning_seats is None:
            return
        beyond = scaled - self.usual[design]
        self.usual[design] += MEMORY * beyond
        start = slot - slot % self.actors
        for number in np.unique(self.guest[start : start + self.actors]):
            if number != LEARNS:
                self.standing[number] += MEMORY * (beyond - self.standing[number])

    def get_state(self) -> dict[str, Any]:
        """A picklable snapshot but for the past selves, which their run keeps."""
        return {
            "guest": self.guest.copy(),
            "standing": list(self.standing),
            "usual": self.usual.copy(),
            "rng": self.rng.bit_generator.state,
        }

    def set_state(self, snapshot: dict[str, Any]) -> None:
        """Return to a snapshot, once the environment and the past selves are as they were."""
        self.guest, self.usual = snapshot["guest"].copy(), snapshot["usual"].copy()
        self.standing = list(snapshot["standing"])
        self.rng.bit_generator.state = snapshot["rng"]
        if self.config.learning_seats is not None:
            self._tell_kernel()
