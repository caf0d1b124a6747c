"""The best response to a frozen entrant that a budget buys: from the best player known, by imitation, then by reward.

Whoever is known plays the seats first. The learner starts as a copy of the best of them, so it need not find out for
itself what is known already, and goes on by MaskablePPO. Of the known players and of the learner at several ages the
best in worlds apart is the response; the entrant itself is among them. So a response falls below the entrant by the
noise of a comparison alone, and what it gains is measured in worlds that nothing was chosen by.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from torch.nn import functional

from balance_env import DOCTRINES, Scenario, VectorEnv
from balance_env.adapters.sb3 import SB3VecEnv
from balance_env.players import learned_names, load_player
from balance_env.policies import Window

from .checkpoint import save_policies
from .config import Config
from .evaluate import SEED
from .league import League

KNOWN_SEED, IMITATED_SEED, CHOICE_SEED = SEED + 1, SEED + 2, SEED + 3  # worlds apart from those of the comparison
FIRST_WORLDS = 40  # in which every known player is tried
FINALISTS = 4  # of them that are tried in more
KNOWN_WORLDS = 200
IMITATED_WORLDS = 500  # some 20,000 years of the seat
IMITATED_BATCHES = 600
IMITATED_RATE = 0.003  # of learning, falling to nothing: labels are sure where rewards are noisy
CHOICE_WORLDS = 300  # in which the response is chosen
AGES = 3  # of the learner that are tried, beside that at which it begins
SECONDS_A_MINUTE = 60.0
Seats = np.ndarray  # (W, N) bool
Progress = Callable[[float, str], None]  # (share of the work that is done, what is being done)


class Response(NamedTuple):
    """A best response as far as it was found.

    Attributes
    ----------
    known : str
        The best of the known players, which the learner began as.
    learner : str
        The learner at its best age: a policy's folder.
    chosen : str
        The response: the better of both, or the entrant itself.
    steps : int
        Agent-steps that the learner played, all seats counted.
    minutes : float
        Of a processor, for all of it.
    """

    known: str
    learner: str
    chosen: str
    steps: int
    minutes: float


def returns(scenario: Scenario, host: str, visitor: str, seats: Seats, seed: int) -> np.ndarray:
    """Mean returns (W,) of the chosen seats, which the visitor plays, among hosts."""
    batch = VectorEnv(scenario, len(seats), threads=1, autoreset=False)
    batch.reset(seed)
    batch.set_players(np.where(seats, visitor, host))
    total, going = np.zeros(seats.shape), np.ones(len(seats), bool)
    while going.any():
        out = batch.advance()
        total += out.rewards * going[:, None]
        going &= out.ended == 0
    batch.close()
    return (total * seats).sum(1) / seats.sum(1)


def chosen_seats(worlds: int, actors: int, free: list[int], count: int, seed: int) -> Seats:
    """Which seats (W, N) are compared: the first takes turns over the free ones, a second is drawn."""
    rng = np.random.default_rng(seed)
    seats = np.zeros((worlds, actors), bool)
    for w in range(worlds):
        first = free[w % len(free)]
        beside = rng.permutation([seat for seat in free if seat != first]).astype(int)
        seats[w, [first, *beside[: count - 1]]] = True
    return seats


def known_players(scenario: Scenario, host: str) -> list[str]:
    """The entrant, then all doctrines and those of the trained states that ship which fit the scenario."""
    known = [host, *DOCTRINES]
    for name in learned_names():
        try:
            load_player(name, scenario)
        except ValueError:
            continue
        known.append(name)
    return list(dict.fromkeys(known))


def by_return(names: list[str], scenario: Scenario, host: str, seats: Seats, seed: int) -> list[str]:
    """The players in order of what they get in the seats, best first; equals stay in their order."""
    got = [returns(scenario, host, name, seats, seed).mean() for name in names]
    return [names[n] for n in np.argsort(-np.array(got), kind="stable")]


def respond(config: Config, free: list[int], folder: Path, minutes: float | None, told: Progress) -> Response:
    """The best response that `config.steps` buy, or so many `minutes` of a processor, the search for it counted."""
    began = time.process_time()
    (host,), count, scenario = config.opponents, config.learning_seats or 1, config.load_scenario()
    actors = len(scenario.state_names())

    def seats(worlds: int, seed: int) -> Seats:
        return chosen_seats(worlds, actors, free, count, seed)

    told(0.0, "known players")
    few, many = (seats(worlds, KNOWN_SEED) for worlds in (FIRST_WORLDS, KNOWN_WORLDS))
    finalists = by_return(known_players(scenario, host), scenario, host, few, KNOWN_SEED)[:FINALISTS]
    known = by_return(finalists, scenario, host, many, KNOWN_SEED)[0]
    league = League(config, SB3VecEnv(scenario, config.worlds, threads=config.threads))
    league.cast.seat(np.ones(config.worlds, bool))
    told(0.0, f"imitation of {known}")
    league.collect()  # by which rewards get their scale
    imitate(league, host, known, seats(IMITATED_WORLDS, IMITATED_SEED))
    ages = [keep(league, folder)]
    if minutes is not None:
        league.config = config = config.model_copy(
            update={"steps": steps_in(league, minutes * SECONDS_A_MINUTE, began)}
        )
    told(0.0, "learning")
    for age in range(1, AGES + 1):
        while league.steps < config.steps * age / AGES:
            league.collect()
            league.fit()
            told(min(1.0, league.steps / config.steps), "learning")
        ages.append(keep(league, folder))
    league.states.close()
    told(1.0, "choice")
    tried = list(dict.fromkeys([host, known, *ages]))
    ranked = by_return(tried, scenario, host, seats(CHOICE_WORLDS, CHOICE_SEED), CHOICE_SEED)
    learner = next(name for name in ranked if name in ages)
    return Response(known, learner, ranked[0], league.steps, (time.process_time() - began) / SECONDS_A_MINUTE)


def steps_in(league: League, seconds: float, began: float) -> int:
    """The learner's steps that fit into so many seconds of the processor since `began`, by the pace of one round."""
    before, start = league.steps, time.process_time()
    league.collect()
    league.fit()
    now = time.process_time()
    return league.steps + int((league.steps - before) / (now - start) * max(0.0, seconds - (now - began)))


def keep(league: League, folder: Path) -> str:
    """Write the learner as it is now; where."""
    place = folder / f"step_{league.steps:09d}"
    save_policies(league, place)
    return str(place)


class Lived(NamedTuple):
    """Years of the seats to be imitated: rows (n, D), masks (n, A), actions (n,), and returns that followed (n,)."""

    rows: np.ndarray
    masks: np.ndarray
    actions: np.ndarray
    returns: np.ndarray


def lived(config: Config, host: str, player: str, seats: Seats, scale: np.ndarray, designs: np.ndarray) -> Lived:
    """What the player saw, did and earned in the seats, in which a choice was left."""
    batch = VectorEnv(config.load_scenario(), len(seats), threads=1, autoreset=False)
    batch.reset(IMITATED_SEED)
    batch.set_players(np.where(seats, player, host))
    window = Window(config.years, seats.size, batch.row_size)
    out, going = batch.outputs, np.ones(len(seats), bool)
    units = scale[np.abs(batch.worlds.design[:, :, None] - designs).sum(-1).argmin(-1)]
    years: list[tuple[np.ndarray, ...]] = []
    while going.any():
        rows = window.see(out.rows.reshape(seats.size, -1)).reshape(*seats.shape, -1)
        masks = out.masks > 0
        counts = seats & going[:, None] & (out.alive > 0) & (masks.sum(-1) > 1)
        rows, masks, lasts = rows[counts], masks[counts], going.copy()
        batch.advance()
        earned = out.rewards / units * lasts[:, None]
        if config.common_pay:
            earned = np.repeat((earned * seats).sum(1, keepdims=True) / seats.sum(1, keepdims=True), seats.shape[1], 1)
        years.append((counts, rows, masks, batch.pending_actions[counts], earned))
        going &= out.ended == 0
    batch.close()
    ahead, follows = np.zeros(seats.shape), []
    for counts, *_, earned in reversed(years):
        ahead = earned + config.gamma * ahead
        follows.append(ahead[counts])
    _, rows, masks, actions, _ = zip(*years, strict=True)
    return Lived(*(np.concatenate(parts) for parts in (rows, masks, actions, follows[::-1])))


def imitate(league: League, host: str, player: str, seats: Seats) -> None:
    """Fit the learner's policy to what a player does in the seats, and its values to what that brings."""
    config = league.config
    told = lived(config, host, player, seats, league.scaled.scales, league.states.designs)
    learner = league.learners[0]
    policy: Any = learner.policy
    policy.set_training_mode(True)
    rng, spread = np.random.default_rng(config.seed), float(told.returns.var())
    for batch in range(IMITATED_BATCHES):
        for group in policy.optimizer.param_groups:
            group["lr"] = IMITATED_RATE * (1.0 - batch / IMITATED_BATCHES)
        part = rng.integers(len(told.rows), size=config.batch_size)
        values, log_probs, _ = policy.evaluate_actions(
            torch.as_tensor(told.rows[part]), torch.as_tensor(told.actions[part]), told.masks[part]
        )
        right = torch.as_tensor(told.returns[part], dtype=torch.float32)
        unexplained = functional.mse_loss(values.flatten(), right) / spread  # a share, whatever returns are counted in
        loss = config.vf_coef * unexplained - log_probs.mean()
        policy.optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(policy.parameters(), learner.max_grad_norm)
        policy.optimizer.step()
