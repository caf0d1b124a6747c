"""Gates of the rules: war under random play, whole parameter ranges, pressing, parameters that matter."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..core.params import ABOUT, Parameters, as_record
from ..core.reward import DESIGNS
from ..doctrines import doctrine_id
from ..scenarios import scenario_names
from ..vector import VectorEnv
from .lines import Z95, Line, between, mean_line


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
    from ..core.capability import measure_strength
    from ..core.dispute import gain_from_war, list_bystanders
    from ..core.pieces import OTHER_SIZE
    from ..core.sanction import weigh_sanctions
    from ..core.scratch import allocate_scratch
    from ..core.world import World

    lines = []
    for name in scenario_names():
        worlds = 2 if name == "system" else max(8, int(40 * scale))
        env = VectorEnv(name, worlds, threads=1)
        env.reset(seed=3)
        p, scratch = as_record(env.parameters), allocate_scratch(env.num_actors, OTHER_SIZE)
        shares = []
        for w in range(worlds):
            world = World(*[array[w] for array in env.worlds])
            measure_strength(world, scratch)
            list_bystanders(world, scratch)
            weigh_sanctions(world, p, scratch, 1.0 / world.actor.economy.sum())
            n = env.num_actors
            gains = [
                gain_from_war(world, p, scratch, i, j, False)
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
