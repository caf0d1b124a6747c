"""The security dilemma by forks: whether arming makes others less secure, and in the end the armer itself.

Source: Herz 1950; Jervis 1978, Cooperation under the security dilemma, World Politics 30(2): many of the means by which
a state tries to increase its security decrease the security of others.
"""

from __future__ import annotations

import numpy as np

from ..core.reward import Term
from ..core.world import NOBODY, Outcome, Verb
from ..vector import VectorEnv
from .forks import Finding, Fork, draw_where, estimate, finding, living
from .history import Act

LATER = 5  # years on, when the others have responded; design choice
LOSS = 1e-3  # of sufficiency, below which security counts as the same; design choice
UNANSWERING = "always_invest"  # what the others play where nobody responds
HARMS = (
    "share of arming that, against investing in the same year, lowers the security of a state that meant no harm "
    "(no dispute, war, sanction or arming of its own the year before) at that year's end"
)
BACKFIRES = (
    f"share of arming after which the armer's own security is lower {LATER} years on than had it invested, the others "
    "responding; null: the same where the others invest whatever it does"
)


def harmless(origin: VectorEnv) -> np.ndarray:
    """Who meant no harm in the last year (W, N): a living state that challenged, fought, sanctioned and armed not."""
    actor = origin.worlds.actor
    harms = np.isin(actor["verb"], (Verb.ARM, Verb.SANCTION, Verb.COERCE)) | (actor["dispute"] != NOBODY)
    harms |= actor["outcome"] >= Outcome.BACKED_DOWN
    return living(origin) & ~harms


def securities(fork: Fork, years: int) -> tuple[np.ndarray, np.ndarray]:
    """Security (M, K, N) of all at the end of the first and of the last of `years` years.

    Of the fallen it is 0; a world that has ended keeps its last.
    """
    kept = first = np.zeros(fork.actor.shape)
    for year in fork.live(years):
        lived = fork.terms[..., Term.SECURITY].copy()
        kept = np.where(was_going[..., None], lived, kept) if year > 1 else lived
        was_going = fork.going.copy()
        first = kept if year == 1 else first
    return first, kept


def arm_or_invest(
    origin: VectorEnv, cases: np.ndarray, seats: np.ndarray, act: Act | None, alone: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Changes of security that arming makes against investing: of all a year on (M, N), of the armer later (M,).

    `alone`: all others invest throughout, whatever it does.
    """
    fork = Fork(origin, cases, 2, act)
    rows = np.arange(len(cases))
    if alone:
        for branch in range(2):
            for turn in range(1, origin.num_actors):
                fork.seat(branch, (seats + turn) % origin.num_actors, UNANSWERING)
    fork.force(0, seats, Verb.ARM)
    fork.force(1, seats, Verb.INVEST)
    soon, later = securities(fork, LATER)
    return soon[:, 0] - soon[:, 1], (later[:, 0] - later[:, 1])[rows, seats]


def chosen_arms(origin: VectorEnv, act: Act | None) -> np.ndarray:
    """Who arms in the year to come (W, N), left alone."""
    fork = Fork(origin, np.arange(origin.num_worlds), 1, act)
    for _ in fork.live(1):
        pass
    return fork.actor["verb"][:, 0] == Verb.ARM


def security_dilemma(origin: VectorEnv, rng: np.random.Generator, act: Act | None = None) -> list[Finding]:
    """The certificate of the security dilemma, for arming as it was chosen and for any state made to arm.

    One armer is drawn in each world that has any; a branch arms and a branch invests in the first year, and then the
    armer, like the others, plays on as it does. The first share counts cases with a harmless state beside the armer.
    Null of the second: the same where nobody responds, so that the excess over it is the responses' doing.
    """
    found = []
    alive, quiet = living(origin), harmless(origin)
    for whose, allowed in (("arming as chosen", alive & chosen_arms(origin, act)), ("any state made to arm", alive)):
        cases, seats = draw_where(allowed, rng)
        soon, later = arm_or_invest(origin, cases, seats, act, alone=False)
        _, unanswered = arm_or_invest(origin, cases, seats, act, alone=True)
        meek = quiet[cases] & (np.arange(origin.num_actors) != seats[:, None])
        hurt = ((soon < -LOSS) & meek).any(1)[meek.any(1)]
        nobody, unarmed = "no state that meant no harm stands beside an armer", "nobody arms in any world"
        still = estimate(np.zeros(int(meek.any(1).sum())), nobody)[0]  # investing in both branches changes nothing
        found.append(finding("security dilemma: harms the harmless", whose, hurt, nobody, still, HARMS))
        null = estimate(unanswered < -LOSS, unarmed)[0]
        found.append(finding("security dilemma: backfires", whose, later < -LOSS, unarmed, null, BACKFIRES))
    return found
