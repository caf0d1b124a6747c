"""Gates of play: doctrines among each other, what a verb is worth, the orders that arise, weights."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..core.reward import DESIGNS, Term, design_weights
from ..core.world import Verb
from ..doctrines import CONSTANTS, DOCTRINES, doctrine_id
from ..scenarios import load_scenario
from ..vector import VectorEnv
from .lines import Line, mean_line

HORIZON = 60  # years of a match
ALTERNATION = "arm_invest_alternation"


def play(
    scenario: str, players: np.ndarray, seed: int, closed: np.ndarray | None = None, **overrides: Any
) -> np.ndarray:
    """Returns (W, N, designs) of a fixed horizon with doctrines `players` (W, N) in the seats.

    What actors want never touches the dynamics, so one play scores every design.
    """
    env = VectorEnv(scenario, len(players), autoreset=False, max_cycles=HORIZON, **overrides)
    env.reset(seed=seed)
    env.set_players(players, closed)
    totals = env.run(HORIZON)
    env.close()
    return totals @ np.array([design_weights(name, env.parameters) for name in DESIGNS]).T


def seats_of(scenario: str) -> int:
    """Number of actors of a scenario."""
    return len(load_scenario(scenario).state_names())


def gate_round_robin(scenario: str, scale: float) -> list[Line]:
    """In mixed worlds no constant policy is among the best three under any design, no alternation first."""
    rng = np.random.default_rng(11)
    names = [name for name in DOCTRINES if name != "coerce_weakest" or scenario == "coercive"]
    ids = np.array([doctrine_id(name) for name in names])
    players = rng.choice(ids, (int(8000 * scale), seats_of(scenario)))
    returns = play(scenario, players, seed=5)
    lines = []
    for d, design in enumerate(DESIGNS):
        scores = [
            mean_line(f"{design}: {name}", returns[players == number, d])
            for name, number in zip(names, ids, strict=True)
        ]
        scores.sort(key=lambda line: -line.value)
        ranks = {line.what.split(": ")[1]: rank for rank, line in enumerate(scores, 1)}
        lines += scores
        best = min(ranks[name] for name in CONSTANTS if name in ranks and name != ALTERNATION)
        what = f"{design}: rank of the best constant policy"
        lines.append(Line(what, best, math.nan, math.nan, "below the third", best > 3))
        what = f"{design}: rank of the arm-invest alternation"
        lines.append(Line(what, ranks[ALTERNATION], math.nan, math.nan, "not first", ranks[ALTERNATION] > 1))
    return lines


def worth_of_verb(scenario: str, verb: Verb, focal: np.ndarray, others: np.ndarray, seed: int) -> np.ndarray:
    """Gain (W, designs) of having a verb for `focal` (W,) doctrines among `others` (W, N): paired worlds."""
    worlds, actors = others.shape
    index = np.arange(worlds)
    seats = index % actors
    players = others.copy()
    players[index, seats] = focal
    closed = np.zeros((worlds, actors), int)
    closed[index, seats] = 1 << verb
    having = play(scenario, players, seed)[index, seats]
    return having - play(scenario, players, seed, closed)[index, seats]


def gate_verbs(scenario: str, scale: float) -> list[Line]:
    """Each verb is worth having: for some doctrine and design the loss of it costs, interval above 0.

    A pilot chooses the doctrine and design; other worlds confirm it, so that choosing proves nothing.
    """
    rng = np.random.default_rng(13)
    ids = np.array([doctrine_id(name) for name in DOCTRINES if name not in CONSTANTS and name != "random_legal"])
    actors, worlds = seats_of(scenario), int(6000 * scale)
    lines = []
    for verb in Verb:
        if verb >= 3 + load_scenario(scenario).setting(True).open_verbs:
            continue
        focal = np.resize(ids, worlds)
        gain = worth_of_verb(scenario, verb, focal, rng.choice(ids, (worlds, actors)), seed=17)
        best, chosen = -math.inf, (ids[0], 0)
        for number in ids:
            mine = gain[focal == number]
            signal = mean_over_error(mine)
            if signal.max() > best:
                best, chosen = float(signal.max()), (number, int(signal.argmax()))
        number, design = chosen
        confirmed = worth_of_verb(scenario, verb, np.full(worlds, number), rng.choice(ids, (worlds, actors)), seed=18)[
            :, design
        ]
        name = list(DOCTRINES)[number]
        line = mean_line(f"{verb.name.lower()} is worth to {name}, {DESIGNS[design]}", confirmed)
        lines.append(Line(line.what, line.value, line.low, line.high, "interval above 0", line.low > 0))
    return lines


def mean_over_error(samples: np.ndarray) -> np.ndarray:
    """Mean over its standard error, by column of samples (n, m); minus infinity where nothing varies.

    So a doctrine that never uses a verb is not the one by which the verb is judged.
    """
    error = samples.std(0, ddof=1) / math.sqrt(len(samples))
    return np.divide(samples.mean(0), error, out=np.full(samples.shape[1], -np.inf), where=error > 0)


def poles(shares: np.ndarray) -> np.ndarray:
    """Effective poles 1 / sum of squared shares (W,) of shares (W, N)."""
    return 1.0 / (shares**2).sum(1)


def uniform_world(scenario: str, name: str, worlds: int, one: str | None = None) -> dict[str, np.ndarray]:
    """Outcomes of worlds in which all play `name`, but seat 0 `one` if given."""
    env = VectorEnv(scenario, worlds, autoreset=False, max_cycles=HORIZON)
    env.reset(seed=19)
    players = np.full((worlds, env.num_actors), doctrine_id(name))
    if one is not None:
        players[:, 0] = doctrine_id(one)
    env.set_players(players)
    before = env.worlds.actor.opening_share[:, 0].copy()
    env.run(HORIZON)
    actor = env.worlds.actor
    return {
        "poles": poles(actor.opening_share),
        "output": actor.economy.mean(1),
        "gain": actor.opening_share[:, 0] - before,
    }


def gate_orders(scenario: str, scale: float) -> list[Line]:
    """Populations make orders: balancers and bandwagoners differ, arms impoverish and empower."""
    worlds = max(50, int(600 * scale))
    balancers = uniform_world(scenario, "balance_of_power", worlds)
    bandwagoners = uniform_world(scenario, "bandwagon_for_profit", worlds)
    followers = uniform_world(scenario, "bandwagon_strongest", worlds)
    investing = uniform_world(scenario, "always_invest", worlds)
    arming = uniform_world(scenario, "always_arm", worlds)
    lone = uniform_world(scenario, "always_invest", worlds, one="always_arm")
    differs = mean_line(
        "poles: balancers less followers of the strongest", balancers["poles"] - followers["poles"], "not 0"
    )
    richer = mean_line("output: all invest less all arm", investing["output"] - arming["output"], "above 0")
    armed = mean_line("share gained by one armer among investors", lone["gain"] - investing["gain"], "above 0")
    return [
        mean_line("poles: balancers of power", balancers["poles"]),
        mean_line("poles: bandwagoners for profit", bandwagoners["poles"]),
        Line(**{**vars(differs), "holds": differs.low > 0 or differs.high < 0}),
        Line(**{**vars(richer), "holds": richer.low > 0}),
        Line(**{**vars(armed), "holds": armed.low > 0}),
    ]


def gate_weights(scenario: str, scale: float) -> list[Line]:
    """No weighted term makes up less than 5 % or more than 80 % of its design's spread."""
    worlds = max(100, int(1000 * scale))
    rng = np.random.default_rng(23)
    ids = np.array([doctrine_id(name) for name in DOCTRINES if name not in CONSTANTS])
    lines = []
    for design in DESIGNS:
        env = VectorEnv(scenario, worlds, autoreset=False, designs=[design], max_cycles=HORIZON)
        env.reset(seed=29)
        env.set_players(rng.choice(ids, (worlds, env.num_actors)))
        weighted = (env.run(HORIZON) * env.worlds.design).reshape(-1, len(Term))
        mean, spread = weighted.mean(0), weighted.std(0)
        for term in Term:
            weight = float(env.worlds.design[0, 0, term])
            if weight:
                share = spread[term] / spread.sum()
                what = (
                    f"{design}: {term.name.lower()} (mean {mean[term]:.3g}, sd {spread[term]:.3g}), share of the spread"
                )
                lines.append(Line(what, share, math.nan, math.nan, ".05 to .8", 0.05 <= share <= 0.8))
    return lines
