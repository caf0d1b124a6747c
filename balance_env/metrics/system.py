"""How power is spread over a system of states, how often it fights, and how long it lasts."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike

from .lifetimes import Lifetimes
from .result import Metric

HEGEMON = 0.5  # more than this share is hegemony; design choice after Thompson 1986 (half of the capabilities)
POLE = 0.25  # the share that makes a pole of two; design choice after Thompson 1986


class Order(StrEnum):
    """Types of order."""

    HEGEMONIC = "hegemonic"
    BIPOLAR = "bipolar"
    MULTIPOLAR = "multipolar"


NO_CAPABILITY = "nobody has any capability"


def shares_of(capabilities: ArrayLike) -> np.ndarray:
    """Shares of the whole, in the order given; empty where nobody has any.

    Parameters
    ----------
    capabilities : array of (states,), >= 0
        Of the members of the system: leave the fallen in at 0 to compare with the system they fell out of, or leave
        them out to describe the survivors. CON differs between the two, HHI does not.

    Raises
    ------
    ValueError
        For capabilities below 0 or not finite.
    """
    capabilities = np.asarray(capabilities, float).reshape(-1)
    if not (np.isfinite(capabilities) & (capabilities >= 0.0)).all():
        raise ValueError(f"capabilities are finite and >= 0, not {capabilities}")
    total = capabilities.sum()
    return capabilities / total if total > 0.0 else np.empty(0)


def hhi(capabilities: ArrayLike) -> Metric:
    """Herfindahl-Hirschman index, the sum of squared shares: 1/N for N equals, 1 for a monopoly.

    Source: Hirschman 1945; Herfindahl 1950. `n` counts states.
    """
    shares = shares_of(capabilities)
    return Metric(float(squares_of(shares)), shares.size) if shares.size else Metric.none(NO_CAPABILITY)


def squares_of(shares: np.ndarray) -> np.ndarray:
    """HHI (...) of shares (..., states)."""
    return (shares * shares).sum(axis=-1)


def con(capabilities: ArrayLike) -> Metric:
    """Concentration of capability: 0 for equal shares, 1 for a monopoly.

    `CON = sqrt((sum s_i^2 - 1/N) / (1 - 1/N))`; a state that is alone in its system has a monopoly. `n` counts states.

    Source: Singer, Bremer & Stuckey 1972.
    """
    shares = shares_of(capabilities)
    if not shares.size:
        return Metric.none(NO_CAPABILITY)
    return Metric(float(con_of(shares)), shares.size)


def con_of(shares: np.ndarray) -> np.ndarray:
    """CON (...) of shares (..., states)."""
    equal = 1.0 / shares.shape[-1]
    if equal == 1.0:
        return np.ones(shares.shape[:-1])
    return np.sqrt(np.maximum(0.0, squares_of(shares) - equal) / (1.0 - equal))


def effective_poles(capabilities: ArrayLike) -> Metric:
    """Number of equal states that would be as concentrated, 1/HHI: N for N equals, 1 for a monopoly.

    Source: Laakso & Taagepera 1979, who count parties so. `n` counts states.
    """
    squares = hhi(capabilities)
    return squares if squares.value is None else Metric(1.0 / squares.value, squares.n)


def order(capabilities: ArrayLike) -> Order | None:
    """Type of order; None where nobody has any capability.

    Hegemonic where one state holds more than half; else bipolar where two states, and no third, hold at least a
    quarter each, and so half together; else multipolar. Thresholds: design choice after Thompson 1986.
    """
    shares = shares_of(capabilities)
    return list(Order)[int(orders_of(shares))] if shares.size else None


def orders_of(shares: np.ndarray) -> np.ndarray:
    """Place in `Order` (...) of the type of order of shares (..., states)."""
    kinds = list(Order)
    two = np.where((shares >= POLE).sum(axis=-1) == 2, kinds.index(Order.BIPOLAR), kinds.index(Order.MULTIPOLAR))
    return np.where(shares.max(axis=-1) > HEGEMON, kinds.index(Order.HEGEMONIC), two)


def order_shares(capabilities_by_year: Iterable[ArrayLike]) -> dict[Order, Metric]:
    """Share of years under each type of order; `n` counts the years in which somebody has any capability."""
    orders = [kind for kind in map(order, capabilities_by_year) if kind is not None]
    return {kind: Metric.share(orders.count(kind), len(orders), NO_CAPABILITY) for kind in Order}


def war_onset_rate(onsets: ArrayLike, alive: ArrayLike) -> Metric:
    """War onsets per dyad-year: share of pairs of living states, taken without direction, that go to war in a year.

    A pair that fights twice in a year counts once, as in the dyad-year data of political science. `n` counts
    dyad-years.

    Parameters
    ----------
    onsets : array of (years, states, states)
        True (or a count) where the first state goes to war against the second in that year.
    alive : array of (years, states) of bool
        At the start of the year.

    Raises
    ------
    ValueError
        For onsets of another shape, and for a war of a state that is not alive.

    Source: Bennett & Stam 2000 on the dyad-year as unit.
    """
    onsets, alive = np.asarray(onsets, bool), np.asarray(alive, bool)
    years, states = alive.shape
    if onsets.shape != (years, states, states):
        raise ValueError(f"onsets are of shape {(years, states, states)} for such an alive, not {onsets.shape}")
    at_risk = np.triu(alive[:, :, None] & alive[:, None, :], k=1)
    fought = np.triu(onsets | onsets.transpose(0, 2, 1), k=1)
    if (fought & ~at_risk).any():
        raise ValueError("a war begins between states of which one is not alive")
    return Metric.share(fought.sum(), at_risk.sum(), "no pair of living states in any year")


def time_to_hegemony(largest_shares: Iterable[ArrayLike], threshold: float = HEGEMON) -> Lifetimes:
    """Years until one state holds more than `threshold`; runs in which none does are censored at their last year.

    Parameters
    ----------
    largest_shares : one array of (years,) per run
        The largest capability share in each year; the first is the start, year 0.
    threshold : float
        Design choice: that of `order`.
    """
    durations, ended = [], []
    for run in largest_shares:
        above = np.flatnonzero(np.asarray(run, float) > threshold)
        durations.append(above[0] if above.size else len(np.asarray(run)) - 1)
        ended.append(above.size > 0)
    return Lifetimes(durations, ended)


def time_alive(alive: Iterable[ArrayLike]) -> Lifetimes:
    """Years until a state falls, over the states of all runs; those that stand at the end are censored there.

    Parameters
    ----------
    alive : one array of (years, states) of bool per run
        The first year is the start; states that are not alive in it are not of this system. The fallen stay fallen.

    Raises
    ------
    ValueError
        For a fallen state that is alive again.
    """
    durations, ended = [], []
    for run in alive:
        run = np.asarray(run, bool)
        if (run[1:] & ~run[:-1]).any():
            raise ValueError("a fallen state is alive again: the fallen stay fallen")
        members = run[:, run[0]]
        years, falls = members.sum(axis=0), ~members[-1]
        durations.extend(np.where(falls, years, years - 1))
        ended.extend(falls)
    return Lifetimes(durations, ended)
