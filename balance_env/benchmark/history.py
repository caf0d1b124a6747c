"""What a batch of worlds went through, year by year, as arrays: records, metrics and reports all read it.

Sizes: `T` years of the longest world, `W` worlds, `N` actors, `A` actions, `K` reward terms. Index 0 of the years is
the start, in which nobody has acted; index t the end of year t.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from ..core.pieces import OTHER_SIZE, OTHERS_START, Other
from ..core.world import NOBODY
from ..scenario import Scenario
from ..vector import VectorEnv

KEPT_PAIRS = ("reach", "willingness", "hostility", "pact", "offer", "sanction", "side", "place")

# (rows (n, D), masks (n, A), uniform draws (n,), worlds (n,), seats (n,)) -> actions (n,)
Act = Callable[[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray], np.ndarray]


@dataclass(frozen=True)
class History:
    """Episodes of W worlds, one each, from the start to the end of each.

    Attributes
    ----------
    scenario : Scenario
    seed : int
        World w is world w of a batch that was reset with it.
    names : (N,) list of str
        Of the states, by ident.
    player : (W, N) str
        The player in each seat by name, `learner` where `act` chose.
    design : (W, N, K) float
        Weights of the reward terms: what each actor wants.
    going : (T + 1, W) bool
        Whether year t was lived: worlds end at different times, and what follows an end is that end again.
    ended : (W,) int
        Why each world ended: an `Ending`; NOT where `years` cut it short.
    actor : (T + 1, W, N) records
        As `core.world.ACTOR` says: stocks at the year's end, and what happened in it.
    pair : dict of (T + 1, W, N, N)
        Of `KEPT_PAIRS`, at the year's end, all at [i, j]: `hostility[..., i, j]` is i's belief that j means harm;
        `side[..., i, j]` the side of j in the war that i opened, 1 with i, -1 against; `place[..., i, j]` the slot by
        which the actions of the year to come name j to i. And `threat`, float32: from j as i perceives it.
    actions, legal : (T + 1, W, N) int64 and (T + 1, W, N, A) bool
        What was chosen in a year, and from what; zeros and all False at index 0.
    rewards, terms : (T + 1, W, N) and (T + 1, W, N, K)
    """

    scenario: Scenario
    seed: int
    names: list[str]
    player: np.ndarray
    design: np.ndarray
    going: np.ndarray
    ended: np.ndarray
    actor: np.ndarray
    pair: dict[str, np.ndarray]
    actions: np.ndarray
    legal: np.ndarray
    rewards: np.ndarray
    terms: np.ndarray

    @property
    def years(self) -> np.ndarray:
        """How many years each world lived (W,)."""
        return self.going[1:].sum(0)

    @property
    def alive(self) -> np.ndarray:
        """Who lives at the end of a year that was lived (T + 1, W, N)."""
        return (self.actor["alive"] > 0) & self.going[:, :, None]

    def of_worlds(self, worlds: np.ndarray) -> History:
        """The history of some worlds (M,) alone."""
        first = {name: getattr(self, name)[worlds] for name in ("player", "design", "ended")}
        by_year = ("going", "actor", "actions", "legal", "rewards", "terms")
        later = {name: getattr(self, name)[:, worlds] for name in by_year}
        return replace(self, **first, **later, pair={name: of[:, worlds] for name, of in self.pair.items()})


def threat_in_rows(rows: np.ndarray, order: np.ndarray) -> np.ndarray:
    """The threat from j as i perceives it, (..., N, N) at [i, j].

    From rows (..., N, D) and the order of their slots, `pair.order`.
    """
    slots = order.shape[-1] - 1
    blocks = rows[..., OTHERS_START : OTHERS_START + slots * OTHER_SIZE]
    threat = np.zeros(order.shape, rows.dtype)
    perceived = blocks.reshape(*blocks.shape[:-1], slots, OTHER_SIZE)[..., Other.THREAT]
    np.put_along_axis(threat, order[..., :slots].astype(int), perceived, -1)
    return threat


def year_draws(batch: VectorEnv, year: int) -> np.ndarray:
    """Uniform draws (W, N) on which policies act in a year: a function of the batch's seed and size and the year."""
    return np.random.default_rng((batch.seed or 0, year)).random((batch.num_worlds, batch.num_actors))


def let_act(batch: VectorEnv, act: Act, draws: np.ndarray, numbers: np.ndarray) -> None:
    """Write what `act` chooses for the living seats that no player holds to the batch's pending actions.

    `draws` (W, N); `numbers` (W,): by which `act` knows the worlds.
    """
    out = batch.outputs
    chosen = (batch.worlds.actor["player"] == NOBODY) & (out.alive > 0) & (out.ended == 0)[:, None]
    worlds, seats = np.nonzero(chosen)
    if len(worlds):
        actions = act(out.rows[chosen], out.masks[chosen], draws[chosen], numbers[worlds], seats)
        batch.pending_actions[worlds, seats] = actions


def watch(batch: VectorEnv, act: Act | None = None, years: int | None = None) -> History:
    """Play a batch that was just reset to the end of every world, and keep what happened.

    Parameters
    ----------
    batch : VectorEnv
        With `autoreset=False`: an ended world must stay to be read.
    act : callable, optional
        Chooses for the living seats that no player holds; draws are the same for every `act`.
    years : int, optional
        Stop after so many, though worlds go on.

    Raises
    ------
    ValueError
        For a batch with autoreset or not reset, and for seats that nobody plays.
    """
    if batch.setting.autoreset or batch.seed is None:
        raise ValueError("watch needs a batch without autoreset that was reset: VectorEnv(..., autoreset=False)")
    out, worlds = batch.outputs, batch.worlds
    player = batch.player_names()
    if act is None and (worlds.actor["player"] == NOBODY).any():
        raise ValueError("watch needs a player in every seat, or `act` for the others")
    going = out.ended == 0
    kept: list[tuple[np.ndarray, ...]] = []

    def keep(lived: np.ndarray, actions: np.ndarray, legal: np.ndarray) -> None:
        pairs = (worlds.pair[field] for field in KEPT_PAIRS)
        threat = threat_in_rows(out.rows, worlds.pair.order)
        arrays = (lived, worlds.actor, actions, legal, out.rewards, out.terms, *pairs, threat)
        kept.append(tuple(np.array(array) for array in arrays))

    keep(np.ones_like(going), np.zeros(player.shape, np.int64), np.zeros(out.masks.shape, bool))
    while going.any() and (years is None or len(kept) <= years):
        legal = out.masks > 0
        if act is not None:
            let_act(batch, act, year_draws(batch, len(kept)), np.arange(batch.num_worlds))
        batch.advance()
        keep(going.copy(), batch.pending_actions, legal)
        going &= out.ended == 0
    lived, actor, actions, legal, rewards, terms, *pairs = (np.stack(arrays) for arrays in zip(*kept, strict=True))
    pair = dict(zip((*KEPT_PAIRS, "threat"), pairs, strict=True))
    names = batch.scenario.state_names()
    design, ended = np.array(worlds.design), np.array(out.ended)
    return History(
        batch.scenario, batch.seed, names, player, design, lived, ended, actor, pair, actions, legal, rewards, terms
    )
