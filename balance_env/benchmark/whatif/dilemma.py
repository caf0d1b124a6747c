"""The alliance dilemma: whether two partners who honour their pact do so against their own interest.

A pact poses a dilemma where both do better if both honour it than if neither does, and yet each is drawn to let the
other down: by greed, since it gains by being defended for nothing, or by fear, since it loses by being let down.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, NamedTuple

import numpy as np

from ...core.world import NOBODY, Verb
from ...metrics import Metric
from ...scenario import Scenario
from ...vector import VectorEnv
from ..history import Act
from .findings import Finding, estimate, finding
from .forks import AGE, HORIZON, Fork, Players, aged_worlds, draw_where, living, wants

BACKGROUND = "balance_of_threat"  # who plays where nothing is said: it makes pacts, and most states do so in history
WORLDS = 400  # of a certificate; design choice
NO_PACT = "no pact is in force in any world"
DEFINITION = (
    f"return of a pact's member over {HORIZON} years, mean of both: R both honour, S it alone, T the other alone, P "
    "neither; honouring is to stand by the other whenever it is challenged, letting down to invest instead"
)


class Payoffs(NamedTuple):
    """Payoffs of one player, each a number or an array of cases (M,).

    Attributes
    ----------
    reward : R, both honour
    sucker : S, it alone honours
    temptation : T, it alone does not
    punishment : P, neither honours
    """

    reward: np.ndarray
    sucker: np.ndarray
    temptation: np.ndarray
    punishment: np.ndarray

    def margins(self) -> dict[str, np.ndarray]:
        """By how much each inequality of a dilemma holds; `greed` and `fear` are its two ways to tempt."""
        r, s, t, p = (np.asarray(each, float) for each in self)
        return {
            "R - P": r - p,
            "R - S": r - s,
            "2R - T - S": 2.0 * r - t - s,
            "greed T - R": t - r,
            "fear P - S": p - s,
        }


ALWAYS = ("R - P", "R - S", "2R - T - S")  # of a dilemma these all hold,
TEMPTING = ("greed T - R", "fear P - S")  # and one of these
KINDS = {  # by whether there is greed and fear
    (True, True): "prisoner's dilemma",
    (True, False): "chicken",
    (False, True): "stag hunt",
    (False, False): "harmony",
}


def is_dilemma(margins: dict[str, float]) -> bool:
    """Whether margins are those of a social dilemma: R > P, R > S, 2R > T + S, and T > R or P > S.

    Source: Macy & Flache 2002, Learning dynamics in social dilemmas, PNAS 99 (suppl. 3).
    """
    return all(margins[name] > 0 for name in ALWAYS) and any(margins[name] > 0 for name in TEMPTING)


def kind_of(margins: dict[str, float]) -> str:
    """Which dilemma margins make: by greed, fear, both; harmony where neither tempts; else none.

    Source: Macy & Flache 2002; Snyder 1984, The security dilemma in alliance politics, on partners as such players.
    """
    kind = KINDS[margins["greed T - R"] > 0, margins["fear P - S"] > 0]
    return kind if is_dilemma(margins) or kind == "harmony" else "no dilemma"


@dataclass(frozen=True)
class Dilemma:
    """The game that honouring a pact is, judged by one set of weights.

    Attributes
    ----------
    version : str
        Whose wants judge it: the states' own, or a design's.
    payoffs, margins : dict of (Metric, low, high)
        R, S, T and P, and the inequalities, with 95 % intervals over worlds; nothing where there is no pact.
    """

    version: str
    payoffs: dict[str, tuple[Metric, float | None, float | None]]
    margins: dict[str, tuple[Metric, float | None, float | None]]

    @property
    def kind(self) -> str:
        """Which game the means make, see `kind_of`; or why there is none."""
        means = {name: metric.value for name, (metric, _, _) in self.margins.items() if metric.value is not None}
        return kind_of(means) if means else self.missing

    @property
    def missing(self) -> str:
        """Why there is no value; empty where there is."""
        return next(metric.why for metric, _, _ in self.margins.values())

    @property
    def verdict(self) -> str:
        """`yes` where a dilemma's inequalities hold with their whole intervals, `no` where they fail with theirs.

        Else `undecided`, since more worlds would tell; or why there is no value.
        """
        if self.missing:
            return self.missing
        lows = {name: -np.inf if low is None else low for name, (_, low, _) in self.margins.items()}
        highs = {name: np.inf if high is None else high for name, (_, _, high) in self.margins.items()}
        if is_dilemma(lows):
            return "yes"
        fails = any(highs[name] < 0 for name in ALWAYS) or all(highs[name] < 0 for name in TEMPTING)
        return "no" if fails else "undecided"

    def as_dict(self) -> dict[str, Any]:
        """All of it in plain numbers and words."""
        told = {
            name: {"value": metric.value, "n": metric.n, "why": metric.why, "low": low, "high": high}
            for name, (metric, low, high) in {**self.payoffs, **self.margins}.items()
        }
        return {"wants": self.version, "kind": self.kind, "verdict": self.verdict, **told}


def payoffs_of_pact(
    origin: VectorEnv, rng: np.random.Generator, act: Act | None = None, years: int = HORIZON
) -> dict[str, Payoffs]:
    """What honouring a pact and letting down bring, by forks: payoffs (M,) by whose wants judge them.

    One pact in force is drawn in each world that has any. In four branches each member honours it or not. In a year
    in which its partner is challenged and it is in no dispute itself, a member that honours stands by the partner,
    and one that does not invests; in all other years both play on as they do, so that the two versions of a policy
    differ in nothing else. A payoff is the mean of both members'.
    """
    pact = np.triu(origin.worlds.pair["pact"] > 0, 1) & living(origin)[:, :, None]
    cases, entry = draw_where(pact.reshape(origin.num_worlds, -1), rng)
    one, other = np.divmod(entry, origin.num_actors)
    fork = Fork(origin, cases, 4, act)
    totals = np.zeros(fork.terms.shape)
    honours = np.array([[True, True], [True, False], [False, True], [False, False]])  # (K, members)
    keep_or_break(fork, (one, other), honours)
    for _ in fork.live(years):
        totals += fork.terms
        keep_or_break(fork, (one, other), honours)
    rows, found = np.arange(len(cases)), {}
    for version, weights in wants(origin, cases).items():
        returns = np.einsum("mknt,mnt->mkn", totals, weights)
        first, second = returns[rows, :, one], returns[rows, :, other]
        cells = ((first[:, a] + second[:, b]) / 2.0 for a, b in ((0, 0), (1, 2), (2, 1), (3, 3)))
        found[version] = Payoffs(*cells)
    return found


def keep_or_break(fork: Fork, members: tuple[np.ndarray, np.ndarray], honours: np.ndarray) -> None:
    """Force what the members (M,) of a pact do in the year to come where the other is challenged, by branch."""
    dispute, rows = fork.actor["dispute"], np.arange(len(members[0]))[:, None]
    branches, actors = np.arange(len(honours)), np.arange(dispute.shape[-1])
    challenged = (dispute[..., None] == actors).any(-2)
    busy = challenged | (dispute != NOBODY)
    stand, invest = fork.actions(Verb.ALLY), int(Verb.INVEST)
    for member, (me, it) in enumerate((members, members[::-1])):
        mine, its = me[:, None], it[:, None]
        bound = fork.pair("pact")[rows, branches, mine, its] > 0
        called = bound & challenged[rows, branches, its] & ~busy[rows, branches, mine]
        act = np.where(honours[:, member], stand[rows, branches, mine, its], invest)
        fork.forced[rows, branches, mine] = np.where(called, act, NOBODY)


def alliance_dilemma(origin: VectorEnv, rng: np.random.Generator, act: Act | None = None) -> list[Dilemma]:
    """The dilemma that honouring a pact is, by whose wants judge it."""
    told = []
    for version, payoffs in payoffs_of_pact(origin, rng, act).items():
        cells = {name: estimate(values, NO_PACT) for name, values in zip("RSTP", payoffs, strict=True)}
        margins = {name: estimate(values, NO_PACT) for name, values in payoffs.margins().items()}
        told.append(Dilemma(version, cells, margins))
    return told


def dilemma_findings(origin: VectorEnv, rng: np.random.Generator, act: Act | None = None) -> list[Finding]:
    """Payoffs and margins of the alliance dilemma as rows of a report; it has no null but 0 in every margin."""
    found = []
    for version, payoffs in payoffs_of_pact(origin, rng, act).items():
        cells = dict(zip("RSTP", payoffs, strict=True))
        for name, values in {**cells, **payoffs.margins()}.items():
            null = Metric.none("a payoff has no null") if name in cells else Metric(0.0, len(values))
            found.append(finding("alliance dilemma", f"{version}: {name}", values, NO_PACT, null, DEFINITION))
    return found


@dataclass(frozen=True)
class Certificate:
    """What game a scenario's alliances are, to be shipped with it.

    Attributes
    ----------
    scenario, scenario_hash, seed, worlds, background : what it was made from
    dilemmas : one for each set of weights; the first judges by what the scenario's states want
    """

    scenario: str
    scenario_hash: str
    seed: int
    worlds: int
    background: str
    dilemmas: tuple[Dilemma, ...]

    def as_dict(self) -> dict[str, Any]:
        """All of it in plain numbers and words, to be written with a scenario."""
        made_from = {field.name: getattr(self, field.name) for field in fields(self) if field.name != "dilemmas"}
        return {**made_from, "dilemmas": [told.as_dict() for told in self.dilemmas]}


def certificate(
    scenario: str | Scenario,
    seed: int = 0,
    worlds: int = WORLDS,
    *,
    players: Players = BACKGROUND,
    years: int = AGE,
    threads: int | None = None,
) -> Certificate:
    """The dilemma certificate of a scenario.

    Its worlds live `years` years under `players`, and their pacts are then honoured or not.
    """
    origin = aged_worlds(scenario, players, worlds=worlds, seed=seed, years=years, threads=threads)
    told = alliance_dilemma(origin, np.random.default_rng(seed))
    background = players if isinstance(players, str) else "mixed"
    made_from = origin.scenario
    return Certificate(made_from.name, made_from.content_hash(), seed, worlds, background, tuple(told))
