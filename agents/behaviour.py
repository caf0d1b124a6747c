"""How trained states behave among themselves: what they do, and what becomes of their worlds."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from rich.table import Table

from balance_env import Scenario, VectorEnv, Verb
from balance_env.players import Team
from balance_env.policies import Window

from .evaluate import design_weights

TYPICAL_YEARS = 40, 120  # that an episode lasts which is shown as typical


class Year(NamedTuple):
    """What is remembered of a year of all worlds; `going` ones had not ended before it."""

    going: np.ndarray  # (W,)
    lived: np.ndarray  # (W, N) alive at its opening
    alive: np.ndarray  # (W, N) alive at its end, as all that follows
    verb: np.ndarray  # (W, N) a Verb
    share: np.ndarray  # (W, N) true capability shares
    patron: np.ndarray  # (W, N)
    dispute: np.ndarray  # (W, N)
    pact: np.ndarray  # (W, N, N)
    willingness: np.ndarray  # (W, N, N)
    rewards: np.ndarray  # (W, N)
    wars: np.ndarray  # (W,)
    falls: np.ndarray  # (W,)


class History(NamedTuple):
    """Episodes of worlds in which one policy holds every seat."""

    names: list[str]  # of the states, by id
    designs: list[str]
    ident: np.ndarray  # (W, N) who sits where
    design: np.ndarray  # (W, N) index in `designs`
    years: list[Year]

    def stack(self, field: str) -> np.ndarray:
        """A field of all years, (T, W, ...)."""
        return np.stack([getattr(year, field) for year in self.years])


def self_play(
    scenario: Scenario, team: Team, worlds: int, seed: int, note: Callable[..., None] | None = None
) -> History:
    """Play every seat of `worlds` worlds, one episode each.

    `note(rows, masks, chosen)` is told every year what the states `chosen` (W, N) saw, and from what they chose.
    """
    batch = VectorEnv(scenario, worlds, autoreset=False)
    batch.reset(seed)
    actor, pair, out = batch.worlds.actor, batch.worlds.pair, batch.outputs
    weights = design_weights(scenario)
    design = np.abs(batch.worlds.design[:, :, None] - np.stack(list(weights.values()))).sum(-1).argmin(-1)
    going = np.ones(worlds, bool)
    years: list[Year] = []
    window = Window(team.years, going.size * batch.num_actors, batch.row_size)
    while going.any():
        rows = window.see(out.rows.reshape(-1, batch.row_size)).reshape(worlds, batch.num_actors, -1)
        lived = out.alive > 0
        draws = np.random.default_rng((seed, len(years))).random(lived.shape)
        actions = np.zeros(lived.shape, np.int64)
        chosen = lived & going[:, None]
        if note is not None:
            note(rows, out.masks, chosen)
        actions[chosen] = team(rows[chosen], out.masks[chosen], draws[chosen], np.nonzero(chosen)[1])
        batch.step(actions)
        seen = [actor[field] for field in ("verb", "opening_share", "patron", "dispute")]
        seen += [pair["pact"], pair["willingness"], out.rewards, out.wars, out.falls]
        years.append(Year(going.copy(), lived, out.alive > 0, *(np.array(array) for array in seen)))
        going &= out.ended == 0
    return History(scenario.state_names(), list(weights), np.array(actor["ident"]), design, years)


class Behaviour(NamedTuple):
    """Figures of a history."""

    acts: dict[str, dict[str, float]]  # share of each verb, by design
    score: dict[str, float]  # mean sum of rewards over an episode, by design
    wars: float  # a year
    falls: float  # a century and world
    poles: float  # effective number, 1 over the sum of squared shares; mean over years
    pacts: float  # of a living state, mean over years
    clients: float  # share of living states that are clients
    years: float  # mean length of an episode


def measure(history: History, verbs: tuple[str, ...]) -> Behaviour:
    """How often each design did what, and how the worlds fared."""
    going = history.stack("going")
    lived = history.stack("lived") & going[:, :, None]
    alive = history.stack("alive") & going[:, :, None]
    verb, rewards = history.stack("verb"), history.stack("rewards")
    named = [member.name.lower() for member in Verb]
    shown = [name for name in named if name in ("invest", "research", "arm", *verbs)]
    acts, score = {}, {}
    for number, design in enumerate(history.designs):
        mine = history.design == number
        counts = np.bincount(verb[lived & mine], minlength=len(named))
        acts[design] = {name: float(counts[named.index(name)] / max(1, counts.sum())) for name in shown}
        score[design] = float((rewards * lived).sum(0)[mine].mean()) if mine.any() else float("nan")
    total = going.sum()
    squares = (history.stack("share") ** 2).sum(-1)
    return Behaviour(
        acts,
        score,
        wars=float(history.stack("wars")[going].sum() / total),
        falls=float(100.0 * history.stack("falls")[going].sum() / total),
        poles=float((1.0 / np.maximum(squares[going], 1e-9)).mean()),
        pacts=float((history.stack("pact").sum(-1) * alive).sum() / alive.sum()),
        clients=float(((history.stack("patron") >= 0) & alive).sum() / alive.sum()),
        years=float(going.sum(0).mean()),
    )


def table(behaviour: Behaviour, worlds: int) -> Table:
    """The figures for the terminal."""
    caption = (
        f"{behaviour.wars:.2f} wars a year, {behaviour.falls:.2f} falls a century, {behaviour.poles:.1f} poles, "
        f"{behaviour.pacts:.1f} pacts a state, {behaviour.clients:.0%} of states are clients, "
        f"{behaviour.years:.0f} years an episode"
    )
    title = f"How the trained states behave among themselves ({worlds} worlds)"
    shown = Table(title=title, title_justify="left", caption=caption, caption_justify="left")
    shown.add_column("design")
    shown.add_column("score", justify="right")
    for name in next(iter(behaviour.acts.values())):
        shown.add_column(name, justify="right")
    for design, acts in behaviour.acts.items():
        shown.add_row(design, f"{behaviour.score[design]:.2f}", *(f"{share:.0%}" for share in acts.values()))
    return shown


def typical(history: History) -> int:
    """The world whose mean number of pacts is the median of those of a typical length (else the longest)."""
    length = history.stack("going").sum(0)
    long = np.flatnonzero((length >= TYPICAL_YEARS[0]) & (length <= TYPICAL_YEARS[1]))
    if not len(long):
        return int(length.argmax())
    pacts = (history.stack("pact").sum((-1, -2)) * history.stack("going")).sum(0) / length
    order = long[np.argsort(pacts[long], kind="stable")]
    return int(order[len(order) // 2])
