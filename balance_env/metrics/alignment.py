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
    COALITION = "smaller against larger coalition"  # Riker 1962


@dataclass(frozen=True)
class Opportunities:
    """Third parties that could join a dispute, one row each.

    Parameters
    ----------
    dispute : array of int
        Which dispute; rows of one dispute share its number.
    side : array of `Side`
        What the third party did.
    could_target, could_challenger : array of int or bool
        In how many ways it could have joined each side: the measured opportunities.
    power_target, power_challenger : array of float
        Capability of the two states in dispute.
    threat_target, threat_challenger : array of float
        Threat that each poses to the third party.
    coalition_target, coalition_challenger : array of float
        Strength of the two sides before the third party, with whatever others are expected to bring.
    """

    dispute: np.ndarray
    side: np.ndarray
    could_target: np.ndarray
    could_challenger: np.ndarray
    power_target: np.ndarray
    power_challenger: np.ndarray
    threat_target: np.ndarray
    threat_challenger: np.ndarray
    coalition_target: np.ndarray
    coalition_challenger: np.ndarray

    def __post_init__(self) -> None:
        lengths = {field.name: np.shape(getattr(self, field.name)) for field in fields(self)}
        if len(set(lengths.values())) != 1 or self.side.ndim != 1:
            raise ValueError(f"opportunities are columns of one length, not {lengths}")
        if not np.isin(self.side, list(Side)).all():
            raise ValueError(f"a side is one of {[int(side) for side in Side]}, not {np.unique(self.side)}")
        joined_shut = ((self.side == Side.TARGET) & (self.could_target == 0)) | (
            (self.side == Side.CHALLENGER) & (self.could_challenger == 0)
        )
        if joined_shut.any():
            raise ValueError(f"row {joined_shut.argmax()} joins a side that it could not join")

    def where(self, rows: np.ndarray) -> Opportunities:
        """The rows for which `rows` is true."""
        return Opportunities(*(getattr(self, field.name)[rows] for field in fields(self)))

    def open_to_both(self) -> Opportunities:
        """The rows in which both sides could be joined."""
        return self.where((self.could_target > 0) & (self.could_challenger > 0))


def _toward_target(
    told: Opportunities, version: Version, group: np.ndarray
) -> tuple[Opportunities, np.ndarray, np.ndarray]:
    """Rows in which the sides differ in the version's sense, whether a balancer joins the target, and their group."""
    if version is Version.DEFENCE:
        return told, np.ones(len(told.side), bool), group
    target, challenger = {
        Version.POWER: (told.power_target, told.power_challenger),
        Version.THREAT: (told.threat_target, told.threat_challenger),
        Version.COALITION: (told.coalition_target, told.coalition_challenger),
    }[version]
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

    `ln((n_w + .5) / (n_s + .5)) - ln((o_w + .5) / (o_s + .5))`, where n counts joins and o ways to join, of the side
    that a balancer joins (w: the weaker, the less threatening, the target) and of the other (s): where one side can be
    joined in more ways, random play joins it more often, and has a theta of 0. Rows in which the two sides are equal in
    this sense are left out. Abstaining moves neither n: who never joins has no theta. `n` counts joins; under ten there
    is no value.

    Source: design choice; log odds with a half added to each count after Haldane 1956 and Anscombe 1956, the versions
    after Waltz 1979, Walt 1987 and Riker 1962.
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

    In each dispute the two sides trade their names or not, for all its joiners at once: those who join together stay
    together, so a crowd that follows one leader does not pass for many independent choices. Most of them are with the
    target with the chance that random legal play has: 1/2, or more where it could be joined in more ways. Rows that
    could join one side only keep it. Who joins, and what was open, stays as it was.
    """
    _, dispute = np.unique(told.dispute, return_inverse=True)
    disputes = dispute.max(initial=-1) + 1
    free = (told.could_target > 0) & (told.could_challenger > 0) & (told.side != Side.ABSTAIN)
    other = replace(told, side=np.where(free, Side.TARGET + Side.CHALLENGER - told.side, told.side))
    kept = theta_counts(told, version, dispute, disputes)
    traded = theta_counts(other, version, dispute, disputes) - kept

    def summed(column: np.ndarray) -> np.ndarray:
        return np.bincount(dispute, np.where(free, column, 0.0), disputes)

    ways = np.maximum(told.could_target.astype(float) + told.could_challenger, 1.0)
    with_target = summed(told.could_target / ways) / np.maximum(summed(np.ones(len(free))), 1.0)
    lead = summed(told.side == Side.TARGET) - summed(told.side == Side.CHALLENGER)
    chance = np.select([lead > 0.0, lead < 0.0], [1.0 - with_target, with_target], 0.5)
    moved = traded.any(axis=1)
    trades = rng.random((draws, int(moved.sum()))) < chance[moved]
    return kept.sum(axis=0) + trades.astype(float) @ traded[moved]


def theta_beside_null(told: Opportunities, version: Version, rng: np.random.Generator, draws: int = 999) -> Compared:
    """`theta` beside `draws` permutations of the partners' names inside the opportunity set, see `permuted_counts`."""
    return compare_values(theta(told, version), theta_of(permuted_counts(told, version, rng, draws)))
