"""Buck-passing by forks: who feels threatened, could check the threat by standing by its victim, and does not."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...core.pieces import OTHER_SIZE, OTHERS_START, Other
from ...core.world import NOBODY, Outcome, Verb
from ...doctrines.balancers import ALARM
from ...metrics import Metric
from ...vector import VectorEnv
from ..history import Act
from .findings import Finding, estimate, finding
from .forks import HORIZON, Fork, draw_where, living

WATCHED = HORIZON  # years in which bystanders are looked for
REDRAWS = 16  # of a showdown's chance, over which its odds are averaged; design choice
ABLE = 0.02  # change of the challenger's chance that makes a bystander able to check it; design choice
BUCK = (
    "share of threatened third parties, able to lower the challenger's chance to have its way by more than "
    f"{ABLE:g} by standing by the target, that neither did so nor sanctioned nor joined the challenger"
)
ABLE_SHARE = "share of threatened third parties that could have checked the challenger by standing by its target"


def perceived(origin: VectorEnv, piece: Other) -> np.ndarray:
    """What each state's row says of each other, (W, N, N), at [w, i, j] of j; 0 for i = j."""
    rows, place = origin.outputs.rows, origin.worlds.pair["place"]
    index = OTHERS_START + place.astype(int) * OTHER_SIZE + piece
    told = np.take_along_axis(rows, index, -1)
    told[:, np.arange(origin.num_actors), np.arange(origin.num_actors)] = 0.0
    return told


def free_to_stand(origin: VectorEnv) -> np.ndarray:
    """Who may stand by the target of another's challenge: (W, N, N), at [w, c, k].

    In no dispute itself, untied to the challenger c, and no client of the target.
    """
    actor, everybody = origin.worlds.actor, np.arange(origin.num_actors)
    target = actor["dispute"]
    is_principal = (target != NOBODY) | (target[:, :, None] == everybody).any(1)
    untied = (origin.worlds.pair["pact"] == 0) & (actor["patron"][:, None, :] != everybody[:, None])
    untied &= (actor["patron"][:, :, None] != everybody) & (actor["patron"][:, None, :] != target[:, :, None])
    free = (living(origin) & ~is_principal)[:, None, :]
    return (target != NOBODY)[:, :, None] & free & untied


def bystanders(origin: VectorEnv) -> np.ndarray:
    """Who is free to stand and feels threatened by c: fears it more than `ALARM`, as a balancer of threats does."""
    return free_to_stand(origin) & (np.swapaxes(perceived(origin, Other.THREAT), 1, 2) > ALARM)


def chance_of_challenger(fork: Fork, challengers: np.ndarray) -> np.ndarray:
    """Chance (M, K) that the challengers (M,) had their way, after the year in which it came to a head.

    Won by war, by its odds, or by the target's capitulation; a settlement, a lapse and backing down are not its way.
    """
    rows = np.arange(len(challengers))
    outcome, odds, target = (fork.actor[field][rows, :, challengers] for field in ("outcome", "odds", "opponent"))
    of_target = np.maximum(target, 0)[:, :, None]
    its_odds = np.take_along_axis(fork.actor["odds"], of_target, -1)[:, :, 0]
    its_patron = np.take_along_axis(fork.actor["patron"], of_target, -1)[:, :, 0]
    decided = 1.0 - fork.batch.parameters.stalemate
    fought = (outcome >= Outcome.STALEMATE) & (outcome != Outcome.MUTUAL)
    chance = np.where(fought, decided * odds, 0.0)
    chance = np.where(outcome == Outcome.MUTUAL, decided * (1.0 - its_odds), chance)
    yielded = (outcome == Outcome.CAPITULATED) & (its_patron == challengers[:, None])
    return np.where(yielded, 1.0, chance)


class Bucks(NamedTuple):
    """Bystanders, one a row (M,): whether they could check the challenger, and what they did.

    Attributes
    ----------
    able : standing by the target would have lowered the challenger's chance by more than `ABLE`
    out : it neither stood by the target nor sanctioned nor joined the challenger
    idle : nor did it arm
    by_chance : share of its legal acts that leave it out
    company : how many others feel threatened by the same challenger and may stand by its target
    """

    able: np.ndarray
    out: np.ndarray
    idle: np.ndarray
    by_chance: np.ndarray
    company: np.ndarray


def bucks(origin: VectorEnv, cases: np.ndarray, challengers: np.ndarray, seats: np.ndarray, act: Act | None) -> Bucks:
    """What the bystanders `seats` (M,) of what the `challengers` (M,) do could do about it, and did."""
    rows, targets = np.arange(len(cases)), origin.worlds.actor["dispute"][cases, challengers]
    company = bystanders(origin)[cases, challengers].sum(-1) - 1
    fork = Fork(origin, cases, 1 + 2 * REDRAWS, act)
    for draw in range(REDRAWS):
        stand, stay = 1 + 2 * draw, 2 + 2 * draw
        fork.force(stand, seats, Verb.ALLY, targets)
        fork.force(stay, seats, Verb.INVEST)
        for branch in (stand, stay):
            fork.redraw(branch, draw)
    ways = ((Verb.ALLY, targets), (Verb.SANCTION, challengers), (Verb.BANDWAGON, challengers))
    takes_part = np.zeros((len(cases), origin.num_actions), bool)
    for verb, towards in ways:
        takes_part[rows, fork.actions(verb)[rows, 0, seats, towards]] = True
    legal = origin.action_masks[cases, seats] > 0
    for _ in fork.live(1):
        pass
    chance = chance_of_challenger(fork, challengers)
    did, whom = (fork.actor[field][rows, 0, seats] for field in ("verb", "target"))
    out = ~np.any([(did == verb) & (whom == towards) for verb, towards in ways], axis=0)
    return Bucks(
        able=(chance[:, 2::2] - chance[:, 1::2]).mean(1) > ABLE,
        out=out,
        idle=out & (did != Verb.ARM),
        by_chance=1.0 - (legal & takes_part).sum(1) / legal.sum(1),
        company=company,
    )


def passed_bucks(origin: VectorEnv, rng: np.random.Generator, act: Act | None = None) -> list[Finding]:
    """How often a state that feels threatened, and could check the threat by standing by its victim, stays out.

    Worlds live on for `WATCHED` years; in the first in which a world has bystanders, one is drawn. In forks of the
    showdown it stands by the target, or invests, under the same `REDRAWS` draws of chance, which tells whether it was
    able. What it did is read from a branch left alone. Null: a random legal act. Apart, too, by whether others feel
    threatened by the same challenger and might do it in its stead.

    Source: Christensen & Snyder 1990; Olson & Zeckhauser 1966 on numbers; the fork: design choice.
    """
    scout = Fork(origin, np.arange(origin.num_worlds), 1, act)
    unseen, years, told = np.ones((origin.num_worlds, 1), bool), scout.live(WATCHED), []
    for _ in range(WATCHED):
        cases, entry = draw_where(bystanders(scout.batch).reshape(origin.num_worlds, -1) & unseen, rng)
        unseen[cases] = False
        told.append(bucks(scout.batch, cases, *np.divmod(entry, origin.num_actors), act))
        next(years)
    seen = Bucks(*(np.concatenate(column) for column in zip(*told, strict=True)))
    able = seen.able
    why = "no threatened bystander could have checked the challenger"
    alone = seen.company == 0
    able_of = Metric.none("what makes a state able has no null")
    return [
        *(
            finding("buck-pass", version, out[which], why, estimate(seen.by_chance[which], why)[0], BUCK)
            for version, out, which in (
                ("stays out", seen.out, able),
                ("stays out and does not arm", seen.idle, able),
                ("stays out, alone under threat", seen.out, able & alone),
                ("stays out, others under the same threat", seen.out, able & ~alone),
            )
        ),
        finding("buck-pass", "able, of those under threat", able, "nobody felt threatened", able_of, ABLE_SHARE),
    ]
