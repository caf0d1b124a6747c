"""When bucks are passed, by forks: of third parties that could check a challenger, who stays out, by circumstance."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...core.pieces import Other
from ...doctrines.balancers import ALARM
from ...vector import VectorEnv
from ..history import Act
from .bucks import ABLE, WATCHED, Bucks, bucks, free_to_stand, perceived
from .findings import Finding, estimate, finding
from .forks import Fork, draw_where

AT_ONCE = 250  # third parties whose forks are lived side by side; bounds memory, not what is found
ANY = "any"
CIRCUMSTANCES = (
    ANY,
    *("under threat", "not under threat", "no other able", "one other able", "two or more others able"),
    *("of the stronger half", "of the weaker half", "borders the challenger", "does not border the challenger"),
    *("partner of the target", "no partner of the target"),
)
MEASURE = "stays out when able"
NOBODY_ABLE = "no third party could have checked a challenger"
DEFINITION = (
    f"share of third parties, able to lower a challenger's chance to have its way by more than {ABLE:g} by standing by "
    "its target, that neither did so nor sanctioned nor joined the challenger"
)


class Circumstances(NamedTuple):
    """Third parties of disputes, one a row (M,): what is true of each.

    Attributes
    ----------
    threatened : it fears the challenger more than `ALARM`
    others : how many others could check the challenger as well
    strong : half or more of the living are weaker
    borders : the challenger reaches it with all its force, over land
    bound : it is the target's partner
    """

    threatened: np.ndarray
    others: np.ndarray
    strong: np.ndarray
    borders: np.ndarray
    bound: np.ndarray

    def named(self) -> dict[str, np.ndarray]:
        """Rows by `CIRCUMSTANCES`."""
        rows = (
            np.ones(len(self.others), bool),
            *(self.threatened, ~self.threatened),
            *(self.others == 0, self.others == 1, self.others > 1),
            *(self.strong, ~self.strong, self.borders, ~self.borders, self.bound, ~self.bound),
        )
        return dict(zip(CIRCUMSTANCES, rows, strict=True))


def joined(parts: list[Bucks]) -> Bucks:
    """Rows of several as those of one."""
    return Bucks(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def one_able_each(
    origin: VectorEnv, cases: np.ndarray, challengers: np.ndarray, rng: np.random.Generator, act: Act | None
) -> tuple[Bucks, Circumstances]:
    """Of the third parties of each dispute that could check its challenger one, drawn, where there is any.

    Disputes by world, `cases` (D,), in which they are told apart, and challenger (D,).
    """
    dispute, seats = np.nonzero(free_to_stand(origin)[cases, challengers])
    parts = np.split(np.arange(len(seats)), range(AT_ONCE, len(seats), AT_ONCE))
    seen = joined([bucks(origin, cases[dispute[at]], challengers[dispute[at]], seats[at], act) for at in parts])
    row = np.full((len(cases), origin.num_actors), -1)
    row[dispute, seats] = np.arange(len(seats))
    able = (row >= 0) & np.append(seen.able, False)[row]
    drawn, seat = draw_where(able, rng)
    world, challenger = cases[drawn], challengers[drawn]
    actor = origin.worlds.actor[world]
    alive, share = actor["alive"] > 0, actor["opening_share"]
    weaker = alive & (share < np.take_along_axis(share, seat[:, None], 1))
    pair, target = origin.worlds.pair, origin.worlds.actor["dispute"][world, challenger]
    of = Circumstances(
        threatened=perceived(origin, Other.THREAT)[world, seat, challenger] > ALARM,
        others=able[drawn].sum(1) - 1,
        strong=2 * weaker.sum(1) >= alive.sum(1),
        borders=pair["reach"][world, challenger, seat] >= 1.0,
        bound=pair["pact"][world, seat, target] > 0,
    )
    return Bucks(*(column[row[drawn, seat]] for column in seen)), of


def bucks_by_circumstance(origin: VectorEnv, rng: np.random.Generator, act: Act | None = None) -> list[Finding]:
    """How often a third party that could check a challenger stays out, in any and in each of several circumstances.

    Worlds live on for `WATCHED` years; in the first in which a world has a dispute and a third party free to stand,
    one such dispute is drawn, forks tell which of its third parties were able (see `bucks`), and one of them is
    drawn. Null: a random legal act. Circumstances go together in part (who borders the challenger mostly fears it).

    Source: Olson & Zeckhauser 1966 on numbers and size; Christensen & Snyder 1990 and Mearsheimer 2001 on geography;
    Walt 1987 on threat; Snyder 1984 on partners; the fork: design choice.
    """
    scout = Fork(origin, np.arange(origin.num_worlds), 1, act)
    unseen, years = np.ones((origin.num_worlds, 1), bool), scout.live(WATCHED)
    told: list[tuple[Bucks, Circumstances]] = []
    for _ in range(WATCHED):
        cases, challengers = draw_where(free_to_stand(scout.batch).any(2) & unseen, rng)
        unseen[cases] = False
        if len(cases):
            told.append(one_able_each(scout.batch, cases, challengers, rng, act))
        next(years)
    if not told:
        none = np.zeros(0, bool)
        told.append((Bucks(none, none, none, none.astype(float), none), Circumstances(*(none,) * 5)))
    seen = joined([one for one, _ in told])
    of = Circumstances(*(np.concatenate(column) for column in zip(*(its for _, its in told), strict=True)))
    return [
        finding(MEASURE, name, seen.out[rows], NOBODY_ABLE, estimate(seen.by_chance[rows], NOBODY_ABLE)[0], DEFINITION)
        for name, rows in of.named().items()
    ]
