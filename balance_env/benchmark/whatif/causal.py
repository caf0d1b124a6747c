"""What power and alliances cause, by forks of the same worlds: no regression, no confounders.

Every function takes worlds as they stand (see `forks.aged_worlds`), and `act` for seats that no doctrine plays; the
states respond to what was changed, each by its own policy. Worlds are the independent cases of every interval.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...core.world import NOBODY, Verb
from ...vector import VectorEnv
from ..history import Act
from .findings import Finding, estimate, finding
from .forks import HORIZON, Fork, draw_where, living, wants

RESPONSE_YEARS = 5  # within which an answer to a rise counts as one; design choice
DOSES = (0.25, 0.5, 1.0)  # shares by which forces are raised; design choice

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
