"""What an act is worth to who does it, by forks: one year of it against one year of investing."""

from __future__ import annotations

import numpy as np

from ...core.actions import PLAIN_VERBS
from ...core.world import Verb
from ...vector import VectorEnv
from ..history import Act
from .findings import Finding, estimate, finding
from .forks import HORIZON, Fork, draw_where, wants

VERBS = (Verb.RESEARCH, Verb.ARM, Verb.ALLY, Verb.BANDWAGON, Verb.SANCTION)
DEED = (
    f"change of a state's return over {HORIZON} years that one year of an act makes, against investing in that year; "
    "the state, and whom it acts towards, drawn from what is legal; null: investing against investing"
)


def worth_of_deeds(origin: VectorEnv, rng: np.random.Generator, act: Act | None = None) -> list[Finding]:
    """What one year of each verb is worth, by what the state itself wants and by each design.

    Source: design choice; the costs of balancing after Waltz 1979 and Walt 1987, of sanctions to who imposes them
    after Hufbauer, Schott & Elliott 1990.
    """
    found = []
    actors = np.arange(origin.num_actors)
    for verb in VERBS:
        whole = Fork(origin, np.arange(origin.num_worlds), 1, act)
        ways = np.minimum(whole.actions(verb)[:, 0], origin.num_actions - 1)  # (W, N, N); towards itself is cut below
        legal = np.take_along_axis(origin.action_masks, ways, -1) > 0
        legal &= (actors == 0) if verb < PLAIN_VERBS else actors[:, None] != actors  # one of no object is one way
        cases, entry = draw_where((legal & (origin.outputs.ended == 0)[:, None, None]).reshape(len(ways), -1), rng)
        seats, towards = np.divmod(entry, origin.num_actors)
        fork = Fork(origin, cases, 2, act)
        fork.force(0, seats, verb, towards)
        fork.force(1, seats, Verb.INVEST)
        totals = fork.run(HORIZON)
        rows, why = np.arange(len(cases)), f"{verb.name.lower()} is legal in no world"
        for version, weights in wants(origin, cases).items():
            returns = np.einsum("mknt,mnt->mkn", totals, weights)[rows, :, seats]
            null = estimate(np.zeros(len(cases)), why)[0]
            name = f"{verb.name.lower()}, {version}"
            found.append(finding("worth of an act", name, returns[:, 0] - returns[:, 1], why, null, DEED))
    return found
