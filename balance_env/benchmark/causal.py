"""What power, alliances and passed bucks cause, by forks of the same worlds: no regression, no confounders.

Every function takes worlds as they stand (see `forks.aged_worlds`), and `act` for seats that no doctrine plays; the
states respond to what was changed, each by its own policy. Worlds are the independent cases of every interval.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..core.pieces import OTHER_SIZE, OTHERS_START, Other
from ..core.world import NOBODY, Outcome, Verb
from ..doctrines.balancers import ALARM
from ..metrics import Metric
from ..vector import VectorEnv
from .findings import Finding, estimate, finding
from .forks import HORIZON, Fork, draw_where, living, wants
from .history import Act

RESPONSE_YEARS = 5  # within which an answer to a rise counts as one; design choice
DOSES = (0.25, 0.5, 1.0)  # shares by which forces are raised; design choice
REDRAWS = 16  # of a showdown's chance, over which its odds are averaged; design choice
ABLE = 0.02  # change of the challenger's chance that makes a bystander able to check it; design choice

NO_OTHER = "no living state has another beside it"
WAYS = {  # names of `Answers`
    "side": "sides in disputes",
    "sanction": "sanctions",
    "pact": "new pacts",
    "against": "against it",
    "along": "with it",
}
TAU = (
    f"change of the share of others that align against a state within {RESPONSE_YEARS} years (stand by whom it "
    "challenges or join its challenger, sanction it, or make a new pact among those untied to it) per unit of delta, "
    "its forces being raised by the share delta"
)
BUCK = (
    "share of threatened third parties, able to lower the challenger's chance to have its way by more than "
    f"{ABLE:g} by standing by the target, that neither did so nor sanctioned nor joined the challenger"
)
WORTH = (
    f"change of a member's return over {HORIZON} years that a pact makes, mean of both members; null: a new pact "
    "between two untied states drawn at random"
)


class Answers(NamedTuple):
    """Shares of the third parties that answered to one state within the years watched, each (M, K).

    Attributes
    ----------
    side : it stood by whom that state challenged, or joined its challenger
    sanction : it sanctioned that state
    pact : untied to that state, it made a pact that it had not, with a state untied to that state too
    against : any of these
    along : it became its partner or its client
    """

    side: np.ndarray
    sanction: np.ndarray
    pact: np.ndarray
    against: np.ndarray
    along: np.ndarray


def tied(fork: Fork, seats: np.ndarray) -> np.ndarray:
    """Who is partner, client or patron of `seats` (M,): (M, K, N)."""
    rows = np.arange(len(seats))
    of_seat = fork.actor["patron"][rows, :, seats][:, :, None] == np.arange(fork.actor.shape[-1])
    return (fork.pair("pact")[rows, :, seats] > 0) | (fork.actor["patron"] == seats[:, None, None]) | of_seat


def answers(fork: Fork, seats: np.ndarray, years: int) -> Answers:
    """Live `years` years and tell how the others answered to the states in `seats` (M,)."""
    rows, names = np.arange(len(seats)), seats[:, None, None]
    had_pact, had_tie = fork.pair("pact") > 0, tied(fork, seats)
    others = (fork.actor["alive"] > 0) & (np.arange(fork.actor.shape[-1]) != names)
    side, sanction, pact, along = (np.zeros(others.shape, bool) for _ in range(4))
    for _ in fork.live(years):
        verb, target, opponent = (fork.actor[field] for field in ("verb", "target", "opponent"))
        its_object = opponent[rows, :, seats][:, :, None]
        their_object = np.take_along_axis(opponent, np.maximum(target, 0), -1)  # of those towards whom others act
        side |= (verb == Verb.ALLY) & (target == its_object) & (its_object != NOBODY)
        side |= (verb == Verb.BANDWAGON) & (their_object == names)
        sanction |= (verb == Verb.SANCTION) & (target == names)
        now = tied(fork, seats)
        partners = (fork.pair("pact") > 0) & ~had_pact & ~now[:, :, None, :]
        partners[rows, :, :, seats] = False
        pact |= partners.any(-1) & ~now
        along |= now & ~had_tie
    shares = (side, sanction, pact, side | sanction | pact, along)
    return Answers(*((share & others).sum(-1) / others.sum(-1) for share in shares))


def balancing(origin: VectorEnv, rng: np.random.Generator, act: Act | None = None) -> list[Finding]:
    """Causal balancing `tau`: what raising a state's forces by the share delta does to how others align, per delta.

    In every world the forces of one living state, the strongest or any, are raised by each dose; the change of the
    share of the others that align against it within `RESPONSE_YEARS`, over delta. Above 0 others balance, below 0
    they shy away. The slope through the origin over all doses is `tau`, beside the same for each dose, each way of
    aligning, and aligning with it. Null: a branch raised by nothing, which must differ by nothing.

    Source: design choice; power as the cause of balancing after Waltz 1979 and Walt 1987, the ways after Morrow 1993
    (arms or allies) and Pape 2005 (soft balancing); doses after Rubin 1974 on causal effects.
    """
    found = []
    alive, actors, doses = living(origin), origin.num_actors, np.array(DOSES)
    strongest = np.argmax(np.where(alive, origin.worlds.actor["opening_share"], -1.0), 1)[:, None] == np.arange(actors)
    for whom, allowed in (("the strongest", alive & strongest), ("any state", alive)):
        cases, seats = draw_where(allowed & (alive.sum(1) > 1)[:, None], rng)
        fork = Fork(origin, cases, len(DOSES) + 2, act)  # the last but the doses: unchanged, and raised by nothing
        for branch, delta in enumerate((*DOSES, 0.0)):
            fork.raise_forces(branch, seats, delta)
        told = answers(fork, seats, RESPONSE_YEARS)
        for way, share in told._asdict().items():
            change = share[:, :-1] - share[:, -1:]
            slope = change[:, :-1] @ doses / (doses @ doses)
            null = estimate(change[:, -1], NO_OTHER)[0]
            found.append(finding("tau", f"{whom}: {WAYS[way]}", slope, NO_OTHER, null, TAU))
            if way == "against":
                for branch, delta in enumerate(DOSES):
                    version = f"{whom}: {WAYS[way]}, delta {delta:g}"
                    found.append(finding("tau", version, change[:, branch] / delta, NO_OTHER, null, TAU))
    return found


def perceived(origin: VectorEnv, piece: Other) -> np.ndarray:
    """What each state's row says of each other, (W, N, N), at [w, i, j] of j; 0 for i = j."""
    rows, place = origin.outputs.rows, origin.worlds.pair["place"]
    index = OTHERS_START + place.astype(int) * OTHER_SIZE + piece
    told = np.take_along_axis(rows, index, -1)
    told[:, np.arange(origin.num_actors), np.arange(origin.num_actors)] = 0.0
    return told


def bystanders(origin: VectorEnv) -> np.ndarray:
    """Who feels threatened by another's challenger and may stand by its target: (W, N, N), at [w, c, k].

    In no dispute itself, untied to the challenger c, no client of the target, and fearing c more than `ALARM`, as a
    balancer of threats does.
    """
    actor, everybody = origin.worlds.actor, np.arange(origin.num_actors)
    target = actor["dispute"]
    is_principal = (target != NOBODY) | (target[:, :, None] == everybody).any(1)
    untied = (origin.worlds.pair["pact"] == 0) & (actor["patron"][:, None, :] != everybody[:, None])
    untied &= (actor["patron"][:, :, None] != everybody) & (actor["patron"][:, None, :] != target[:, :, None])
    fears = np.swapaxes(perceived(origin, Other.THREAT), 1, 2) > ALARM
    free = (living(origin) & ~is_principal)[:, None, :]
    return (target != NOBODY)[:, :, None] & free & untied & fears


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


def passed_bucks(origin: VectorEnv, rng: np.random.Generator, act: Act | None = None) -> list[Finding]:
    """How often a state that feels threatened, and could check the threat by standing by its victim, stays out.

    One bystander is drawn in each world that has any. In forks of the showdown it stands by the target, or invests,
    under the same `REDRAWS` draws of chance; it was able where the first lowers the mean chance of the challenger by
    more than `ABLE`. What it did is read from a branch left alone. Null: a random legal act.

    Source: Christensen & Snyder 1990; the fork: design choice.
    """
    actors, worlds = origin.num_actors, origin.worlds
    cases, entry = draw_where(bystanders(origin).reshape(origin.num_worlds, -1), rng)
    challengers, seats = np.divmod(entry, actors)
    targets = worlds.actor["dispute"][cases, challengers]
    fork = Fork(origin, cases, 1 + 2 * REDRAWS, act)
    for draw in range(REDRAWS):
        stand, stay = 1 + 2 * draw, 2 + 2 * draw
        fork.force(stand, seats, Verb.ALLY, targets)
        fork.force(stay, seats, Verb.INVEST)
        for branch in (stand, stay):
            fork.redraw(branch, draw)
    checks = np.stack([fork.actions(v)[:, 0] for v in (Verb.ALLY, Verb.SANCTION, Verb.BANDWAGON)])
    rows = np.arange(len(cases))
    towards = np.stack([targets, challengers, challengers])
    masks = origin.action_masks[cases, seats]
    by_chance = 1.0 - sum(masks[rows, c[rows, seats, t]] for c, t in zip(checks, towards, strict=True)) / masks.sum(1)
    for _ in fork.live(1):
        pass
    chance = chance_of_challenger(fork, challengers)
    able = (chance[:, 2::2] - chance[:, 1::2]).mean(1) > ABLE
    verb, target = (fork.actor[field][rows, 0, seats] for field in ("verb", "target"))
    took_part = (verb == Verb.ALLY) & (target == targets)
    took_part |= np.isin(verb, (Verb.SANCTION, Verb.BANDWAGON)) & (target == challengers)
    why = f"none of {len(cases)} threatened bystanders could have checked the challenger"
    null = Metric(float(by_chance[able].mean()), int(able.sum())) if able.any() else Metric.none(why)
    return [
        finding("buck-pass", "stays out", ~took_part[able], why, null, BUCK),
        finding("buck-pass", "stays out and does not arm", (~took_part & (verb != Verb.ARM))[able], why, null, BUCK),
    ]


def worth_of_pacts(origin: VectorEnv, rng: np.random.Generator, act: Act | None = None) -> list[Finding]:
    """What a pact is worth to its members: their returns with it less those without it, over `HORIZON` years.

    One pact in force is drawn in each world that has any, and taken away in a branch. Nothing keeps the two from a
    new one, so this is the worth of the pact, not of the friendship. Null: what a pact put between two untied states
    drawn at random brings them. By what each state wants, and by each design.

    Source: Leeds 2003 and Johnson & Leeds 2011 on what defence pacts do; the fork: design choice.
    """
    pact = np.triu(origin.worlds.pair["pact"] > 0, 1)
    patron, everybody = origin.worlds.actor["patron"], np.arange(origin.num_actors)
    is_client = patron[:, :, None] == everybody
    alive = living(origin)
    untied = np.triu(alive[:, :, None] & alive[:, None, :] & ~is_client & ~is_client.swapaxes(1, 2), 1) & ~pact
    worth = {}
    for kind, allowed in (("held", pact & alive[:, :, None]), ("drawn", untied)):
        cases, entry = draw_where(allowed.reshape(origin.num_worlds, -1), rng)
        one, other = np.divmod(entry, origin.num_actors)
        fork = Fork(origin, cases, 2, act)
        (fork.part if kind == "held" else fork.ally)(int(kind == "held"), one, other)
        totals = fork.run(HORIZON)
        for version, weights in wants(origin, cases).items():
            returns = np.einsum("mknt,mnt->mkn", totals, weights)
            gains = returns[:, 0] - returns[:, 1]
            rows = np.arange(len(cases))
            worth[kind, version] = (gains[rows, one] + gains[rows, other]) / 2.0
    why, no_pair = "no pact is in force in any world", "no two living states are untied in any world"
    return [
        finding("worth of a pact", version, values, why, estimate(worth["drawn", version], no_pair)[0], WORTH)
        for (kind, version), values in worth.items()
        if kind == "held"
    ]
