"""The security dilemma by forks: whether arming makes others less secure, and in the end the armer itself.

Source: Herz 1950; Jervis 1978, Cooperation under the security dilemma, World Politics 30(2): many of the means by which
a state tries to increase its security decrease the security of others.
"""

from __future__ import annotations

import numpy as np

from ...core.reward import Term
from ...core.world import NOBODY, Outcome, Verb
from ...vector import VectorEnv
from ..history import Act
from .findings import Finding, estimate, finding
from .forks import Fork, draw_where, living

LATER = 5  # years on, when the others have responded; design choice
LOSS = 1e-3  # of sufficiency, below which security counts as the same; design choice
UNANSWERING = "always_invest"  # what the others play where nobody responds
HARMS = (
    "share of arming that, against investing in the same year, lowers the security of a state that meant no harm "
    "(no dispute, war, sanction or arming of its own the year before) at that year's end; null: "
    "investing against investing"
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
    by_year, going = [], []
    for _ in fork.live(years):
        by_year.append(fork.terms[..., Term.SECURITY].copy())
        going.append(fork.going)
    last = 0 * going[0] + sum(so_far.astype(int) for so_far in going[:-1])  # the year a branch ended in, from 0
    return by_year[0], np.take_along_axis(np.stack(by_year), last[None, ..., None], 0)[0]


def arm_or_invest(
    origin: VectorEnv, cases: np.ndarray, seats: np.ndarray, act: Act | None, alone: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Changes of security against investing, that arming makes and that investing makes.

    Of all a year on (M, 2, N), and of the armer `LATER` years on (M, 2). `alone`: all others invest throughout,
    whatever it does.
    """
    verbs = (Verb.ARM, Verb.INVEST, Verb.INVEST)
    fork = Fork(origin, cases, len(verbs), act)
    for branch, verb in enumerate(verbs):
        for turn in range(1, origin.num_actors if alone else 1):
            fork.seat(branch, (seats + turn) % origin.num_actors, UNANSWERING)
        fork.force(branch, seats, verb)
    soon, later = (security[:, :-1] - security[:, -1:] for security in securities(fork, LATER))
    return soon, later[np.arange(len(cases)), :, seats]


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
    Null of the second: the same where nobody responds, so that the excess over it is the doing of the responses.
    """
    found = []
    alive, quiet = living(origin), harmless(origin)
    for whose, allowed in (("arming as chosen", alive & chosen_arms(origin, act)), ("any state made to arm", alive)):
        cases, seats = draw_where(allowed, rng)
        soon, later = arm_or_invest(origin, cases, seats, act, alone=False)
        _, unanswered = arm_or_invest(origin, cases, seats, act, alone=True)
        meek = quiet[cases] & (np.arange(origin.num_actors) != seats[:, None])
        hurt = ((soon < -LOSS) & meek[:, None]).any(-1)[meek.any(1)]
        nobody, unarmed = "no state that meant no harm stands beside an armer", "nobody arms in any world"
        null = estimate(hurt[:, 1], nobody)[0]
        found.append(finding("security dilemma: harms the harmless", whose, hurt[:, 0], nobody, null, HARMS))
        null = estimate(unanswered[:, 0] < -LOSS, unarmed)[0]
        found.append(finding("security dilemma: backfires", whose, later[:, 0] < -LOSS, unarmed, null, BACKFIRES))
    return found
