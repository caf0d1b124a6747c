"""With whom third parties side in disputes: balancing, bandwagoning, or neither."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from enum import IntEnum, StrEnum

import numpy as np
from numpy.typing import ArrayLike

from .result import Compared, Metric, compare_values

FEWEST_JOINS = 10  # fewer joins carry no theta; design choice


class Side(IntEnum):
    """What a third party does in a dispute."""

    ABSTAIN = 0
    TARGET = 1
    CHALLENGER = 2


class Version(StrEnum):
    """What makes a join balancing: the side that it goes to."""

    POWER = "weaker against stronger"  # Waltz 1979
    THREAT = "less against more threatening"  # Walt 1987
    DEFENCE = "target against challenger"


@dataclass(frozen=True)
class Opportunities:
    """Third parties that could join a dispute, one row each.

    Parameters
    ----------
    dispute : array of int
        Which dispute; rows of one dispute share its number.
    side : array of `Side`
        What the third party did.
    could_target, could_challenger : array of bool
        Which sides it could have joined: the measured opportunities.
    power_target, power_challenger : array of float
        Strength of the two sides before the third party.
    threat_target, threat_challenger : array of float
        Threat that each poses to the third party.
    """

    dispute: np.ndarray
    side: np.ndarray
    could_target: np.ndarray
    could_challenger: np.ndarray
    power_target: np.ndarray
    power_challenger: np.ndarray
    threat_target: np.ndarray
    threat_challenger: np.ndarray

    def __post_init__(self) -> None:
        lengths = {field.name: np.shape(getattr(self, field.name)) for field in fields(self)}
        if len(set(lengths.values())) != 1 or self.side.ndim != 1:
            raise ValueError(f"opportunities are columns of one length, not {lengths}")
        if not np.isin(self.side, list(Side)).all():
            raise ValueError(f"a side is one of {[int(side) for side in Side]}, not {np.unique(self.side)}")
        joined_shut = ((self.side == Side.TARGET) & ~self.could_target) | (
            (self.side == Side.CHALLENGER) & ~self.could_challenger
        )
        if joined_shut.any():
            raise ValueError(f"row {joined_shut.argmax()} joins a side that it could not join")

    def where(self, rows: np.ndarray) -> Opportunities:
        """The rows for which `rows` is true."""
        return Opportunities(*(getattr(self, field.name)[rows] for field in fields(self)))

    def open_to_both(self) -> Opportunities:
        """The rows in which both sides could be joined."""
        return self.where(self.could_target & self.could_challenger)


def _toward_target(
    told: Opportunities, version: Version, group: np.ndarray
) -> tuple[Opportunities, np.ndarray, np.ndarray]:
    """Rows in which the sides differ in the version's sense, whether a balancer joins the target, and their group."""
    if version is Version.DEFENCE:
        return told, np.ones(len(told.side), bool), group
    if version is Version.POWER:
        target, challenger = told.power_target, told.power_challenger
    else:
        target, challenger = told.threat_target, told.threat_challenger
    differ = target != challenger
    return told.where(differ), (target < challenger)[differ], group[differ]


def theta_counts(told: Opportunities, version: Version, group: ArrayLike, groups: int) -> np.ndarray:
    """What theta is made of, by group: (groups, 4) of joins, joins that balance, and opportunities to join either side.

    Sums over groups give the theta of the whole, see `theta_of`.

    Parameters
    ----------
    group : array of int
        Of each row: its world or its dispute.
    """
    told, to_target, group = _toward_target(told, version, np.asarray(group, int))
    columns = (
        told.side != Side.ABSTAIN,
        told.side == np.where(to_target, Side.TARGET, Side.CHALLENGER),
        np.where(to_target, told.could_target, told.could_challenger),
        np.where(to_target, told.could_challenger, told.could_target),
    )
    return np.stack([np.bincount(group, column, groups) for column in columns], axis=-1)


def theta_of(counts: ArrayLike) -> np.ndarray:
    """Theta (...) of counts (..., 4), see `theta_counts`; NaN under ten joins."""
    joins, n_w, o_w, o_s = np.moveaxis(np.asarray(counts, float), -1, 0)
    value = np.log((n_w + 0.5) / (joins - n_w + 0.5)) - np.log((o_w + 0.5) / (o_s + 0.5))
    return np.where(joins >= FEWEST_JOINS, value, np.nan)


def theta(told: Opportunities, version: Version) -> Metric:
    """Balancing against bandwagoning, for the opportunities there were: above 0 balancing, below 0 bandwagoning.

    `ln((n_w + .5) / (n_s + .5)) - ln((o_w + .5) / (o_s + .5))`, where n counts joins and o opportunities to join, of
    the side that a balancer joins (w: the weaker, the less threatening, the target) and of the other (s). Rows in
    which the two sides are equal in this sense are left out; over `open_to_both()` the second term is 0. Abstaining
    moves neither n: who never joins has no theta. `n` counts joins; under ten there is no value.

    Source: design choice; log odds with a half added to each count after Haldane 1956 and Anscombe 1956, the versions
    after Waltz 1979 and Walt 1987.
    """
    counts = theta_counts(told, version, np.zeros(len(told.side), int), 1)[0]
    joins = int(counts[0])
    if joins < FEWEST_JOINS:
        return Metric.none(f"{joins} joins: {FEWEST_JOINS} are needed", joins)
    return Metric(float(theta_of(counts)), joins)


@dataclass(frozen=True)
class Shares:
    """Shares of opportunities in which a third party balances, bandwagons or abstains; they sum to 1."""

    balance: Metric
    bandwagon: Metric
    abstain: Metric


def share_counts(told: Opportunities, version: Version, group: ArrayLike, groups: int) -> np.ndarray:
    """Opportunities taken by balancing, bandwagoning and abstaining, by group: (groups, 3).

    Rows in which the sides do not differ in the version's sense are left out.
    """
    told, to_target, group = _toward_target(told, version, np.asarray(group, int))
    abstained = told.side == Side.ABSTAIN
    balanced = told.side == np.where(to_target, Side.TARGET, Side.CHALLENGER)
    columns = (balanced, ~balanced & ~abstained, abstained)
    return np.stack([np.bincount(group, column, groups) for column in columns], axis=-1)


def shares(told: Opportunities, version: Version) -> Shares:
    """Shares that balance, bandwagon and abstain, among rows in which the sides differ in the version's sense.

    `n` counts opportunities.
    """
    counts = share_counts(told, version, np.zeros(len(told.side), int), 1)[0]
    return Shares(*(Metric.share(count, counts.sum(), "no opportunities to join") for count in counts))


def permuted_counts(told: Opportunities, version: Version, rng: np.random.Generator, draws: int) -> np.ndarray:
    """Counts of theta (draws, 4) where which of the two sides third parties join is left to chance.

    In each dispute the two sides trade their names with probability 1/2, for all its joiners at once: those who
    join together stay together, so a crowd that follows one leader does not pass for many independent choices. Rows
    that could join one side only keep it. Who joins, and what was open, stays as it was.
    """
    _, dispute = np.unique(told.dispute, return_inverse=True)
    disputes = dispute.max(initial=-1) + 1
    free = told.could_target & told.could_challenger & (told.side != Side.ABSTAIN)
    other = replace(told, side=np.where(free, Side.TARGET + Side.CHALLENGER - told.side, told.side))
    kept = theta_counts(told, version, dispute, disputes)
    traded = theta_counts(other, version, dispute, disputes) - kept
    moved = traded.any(axis=1)
    trades = rng.random((draws, int(moved.sum()))) < 0.5
    return kept.sum(axis=0) + trades.astype(float) @ traded[moved]


def theta_beside_null(told: Opportunities, version: Version, rng: np.random.Generator, draws: int = 999) -> Compared:
    """`theta` beside `draws` permutations of the partners' names inside the opportunity set, see `permuted_counts`."""
    return compare_values(theta(told, version), theta_of(permuted_counts(told, version, rng, draws)))
