"""Is it a game worth playing? `python -m balance_env.gates [--quick]` asks, with figures and intervals.

Each gate is one function that returns its lines; a line that must hold says so and fails the command
where it does not. Signs of the theory's propositions are printed elsewhere, never required here.
"""

from __future__ import annotations

import argparse
import math
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from .core.params import ABOUT, Parameters
from .core.reward import DESIGNS, Term, design_weights
from .core.world import Verb
from .doctrines import CONSTANTS, DOCTRINES, doctrine_id
from .scenarios import load_scenario, scenario_names
from .vector import VectorEnv

GAMES = ("default", "coercive")
HORIZON = 60  # years of a match
ALTERNATION = "arm_invest_alternation"
Z95 = 1.96


@dataclass(frozen=True)
class Line:
    """One figure with its 95 % interval and what it must be; `must` empty: printed, not required."""

    what: str
    value: float
    low: float
    high: float
    must: str = ""
    holds: bool = True

    def __str__(self) -> str:
        interval = "" if math.isnan(self.low) else f"  [{self.low:.3g}, {self.high:.3g}]"
        mark = "" if not self.must else ("  ok" if self.holds else "  FAILS") + f": {self.must}"
        return f"  {self.what}: {self.value:.3g}{interval}{mark}"


def mean_line(what: str, samples: np.ndarray, must: str = "", check: Callable[[float], bool] | None = None) -> Line:
    """Mean of independent samples with its normal interval."""
    mean = float(np.mean(samples))
    error = Z95 * float(np.std(samples, ddof=1)) / math.sqrt(len(samples))
    return Line(what, mean, mean - error, mean + error, must, check is None or check(mean))


def between(low: float, high: float) -> Callable[[float], bool]:
    """Whether a value lies in low..high."""
    return lambda value: low <= value <= high


# --- random legal play -------------------------------------------------------------------------


def random_play(scenario: str, worlds: int, years: int, **overrides: Any) -> dict[str, np.ndarray]:
    """Disputes, wars and falls by world over `years` years of random legal play."""
    env = VectorEnv(scenario, worlds, players="random_legal", **overrides)
    env.reset(seed=1)
    counts = {name: np.zeros(worlds) for name in ("heads", "wars", "falls")}
    finite = True
    for _ in range(years):
        out = env.advance()
        for name, total in counts.items():
            total += getattr(out, name)
        finite &= bool(np.isfinite(out.rows).all() and np.isfinite(out.rewards).all())
    env.close()
    return {**counts, "finite": np.array([finite])}


def gate_random_play(scenario: str, scale: float) -> list[Line]:
    """War and peace under random legal play lie near the record of the great powers."""
    worlds, years = int(2000 * scale), 100
    played = random_play(scenario, worlds, years)
    share = played["wars"].sum() / played["heads"].sum()
    error = Z95 * math.sqrt(share * (1 - share) / played["heads"].sum())
    falls = (0.3, 3.0) if scenario == "coercive" else (0.05, 1.0)
    return [
        mean_line("disputes that come to a head a year", played["heads"] / years),
        mean_line("wars a year", played["wars"] / years, ".05 to .6", between(0.05, 0.6)),
        Line(
            "share of disputes that become wars", share, share - error, share + error, ".1 to .3", 0.1 <= share <= 0.3
        ),
        mean_line(
            "falls per world and century",
            played["falls"] / years * 100,
            f"{falls[0]:g} to {falls[1]:g}",
            between(*falls),
        ),
    ]


def gate_whole_ranges(scenario: str, scale: float) -> list[Line]:
    """Random and hostile play with parameters drawn over their whole ranges stays finite and non-negative."""
    rng = np.random.default_rng(7)
    batches, worlds, years = max(4, int(1000 * scale)), 100, 100
    bad = 0
    for batch in range(batches):
        drawn: dict[str, Any] = {name: float(rng.uniform(entry.low, entry.high)) for name, entry in ABOUT.items()}
        env = VectorEnv(scenario, worlds, threads=1, **drawn)
        env.reset(seed=batch)
        hostile = [doctrine_id("random_legal"), doctrine_id("coerce_weakest"), doctrine_id("aspiring_hegemon")]
        env.set_players(rng.choice(hostile, (worlds, env.num_actors)))
        env.run(years)
        actor = env.worlds.actor
        stocks = np.stack([actor.economy, actor.forces, actor.technology, actor.reputation])
        is_fine = np.isfinite(env.outputs.rows).all() and np.isfinite(env.outputs.rewards).all()
        bad += not (is_fine and np.isfinite(stocks).all() and (stocks >= 0).all())
    count = batches * worlds * years
    return [
        Line(
            f"batches with a NaN, an infinity or a negative stock, of {count:,} world-years",
            bad,
            math.nan,
            math.nan,
            "none",
            bad == 0,
        )
    ]


def gate_pressing(scale: float) -> list[Line]:
    """Of all ordered pairs at year 0, how many would press a dispute with no private resolve."""
    from .core.capability import measure_strength
    from .core.dispute import gain_from_war, mark_principals
    from .core.world import World

    lines = []
    for name in scenario_names():
        worlds = 2 if name == "system" else max(8, int(40 * scale))
        env = VectorEnv(name, worlds, threads=1)
        env.reset(seed=3)
        shares = []
        for w in range(worlds):
            world, scratch = World(*[array[w] for array in env.worlds]), env._scratch[0]
            measure_strength(world, scratch)
            mark_principals(world, scratch)
            n = env.num_actors
            per_output = 1.0 / world.actor.economy.sum()
            gains = [
                gain_from_war(world, env._p, scratch, i, j, per_output, False)
                for i in range(n)
                for j in range(n)
                if i != j and not world.pair.pact[i, j]
            ]
            shares.append(np.mean(np.array(gains) > 0))
        lines.append(
            mean_line(
                f"{name}: pairs that would press", np.array(shares), "above 0, at most .5", lambda v: 0 < v <= 0.5
            )
        )
    return lines


# --- round robin -------------------------------------------------------------------------------


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


# --- orders ------------------------------------------------------------------------------------


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


def gate_parameters() -> list[Line]:
    """Every parameter changes some outcome."""
    idle = [name for name in Parameters._fields if not _matters(name)]
    what = "parameters that change nothing" + (f" ({', '.join(idle)})" if idle else "")
    return [Line(what, len(idle), math.nan, math.nan, "none", not idle)]


def _matters(name: str) -> bool:
    entry, default = ABOUT[name], getattr(Parameters(), name)
    other = entry.high if abs(entry.high - default) > abs(entry.low - default) else entry.low
    for scenario in ("coercive", "concert", "powers_1913"):
        extra: dict[str, Any] = {"designs": list(DESIGNS), "going_on": 1.0}
        if scenario == "coercive":
            extra["conquest"] = 0.5
        prints = []
        for value in (default, other):
            env = VectorEnv(scenario, 64, threads=1, players="random_legal", **{**extra, name: value})
            env.reset(seed=31)
            returns = env.run(80)
            prints.append((returns, env.outputs.rows.copy()))
            env.close()
        if any(not np.array_equal(a, b) for a, b in zip(*prints, strict=True)):
            return True
    return False


def all_gates(quick: bool) -> list[tuple[str, Callable[[], list[Line]]]]:
    """Name and call of every gate."""
    scale = 0.1 if quick else 1.0
    gates: list[tuple[str, Callable[[], list[Line]]]] = []
    of_a_game: list[tuple[str, Callable[[str, float], list[Line]], float]] = [
        ("random legal play", gate_random_play, max(scale, 0.2)),
        ("whole parameter ranges", gate_whole_ranges, scale * (0.05 if quick else 1)),
        ("doctrines and constants in mixed worlds", gate_round_robin, max(scale, 0.3)),
        ("each verb is worth having", gate_verbs, max(scale, 0.5)),
        ("populations make orders", gate_orders, scale),
        ("weights of the reward", gate_weights, scale),
    ]
    for game in GAMES:
        gates += [(f"{game}: {name}", partial(gate, game, size)) for name, gate, size in of_a_game]
    gates += [
        ("pairs that would press at year 0", partial(gate_pressing, scale)),
        ("every parameter changes some outcome", gate_parameters),
    ]
    return gates


def main(argv: Sequence[str] | None = None) -> int:
    """Run the gates; 1 if one fails."""
    parser = argparse.ArgumentParser(prog="python -m balance_env.gates", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer worlds: minutes become seconds")
    parser.add_argument("--only", default="", help="gates whose name holds this text")
    options = parser.parse_args(argv)
    failed = 0
    for name, call in all_gates(options.quick):
        if options.only not in name:
            continue
        start = time.perf_counter()
        lines = call()
        print(f"{name}  ({time.perf_counter() - start:.0f} s)", flush=True)
        for line in lines:
            print(line, flush=True)
        failed += sum(not line.holds for line in lines)
    print(f"{failed} figures fail" if failed else "every gate holds")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
