"""Who ranks where in a game among entrants: alpha-rank and the Nash average.

OpenSpiel has both for one matrix at a time (its Nash average needs cvxpy on top); an interval needs thousands of
matrices, so they are here as array code, and a test holds them to OpenSpiel where it is installed.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy import optimize, special

from ..checks import Array, finite

POPULATION = 50  # individuals in alpha-rank's Moran process, as in the paper
LARGEST_ALPHA = 1e4  # of those tried: beyond, the ranks of what differs by 1e-3 of the spread no longer change
ALPHAS = np.geomspace(1e-2, LARGEST_ALPHA, 61)  # in units of one over the spread of payoffs
ROUNDING = 1e-9  # share of the largest entry by which a game may miss antisymmetry
SETTLED = 1e-2  # largest change of the distribution from one alpha to the next that counts as none


class NashAverage(NamedTuple):
    """The maximum-entropy equilibrium among entrants, and what each earns against it.

    Attributes
    ----------
    weight : (M,)
        Adds up to 1.
    skill : (M,)
        At most 0; 0 where an entrant has weight.
    """

    weight: Array
    skill: Array


def alpha_rank(payoff: Array, alpha: float, population: int = POPULATION) -> Array:
    """Stationary distribution (M,) of a population in which a mutant entrant either dies out or takes over.

    A single mutant a among residents b takes over with the probability that a Moran process with selection exp(alpha
    f) gives it, f being the mean payoff against the rest of the population; the chain moves from b to a with that
    probability over M - 1.

    Parameters
    ----------
    payoff : (M, M)
        What a gets among b's.
    alpha : float
        Strength of selection, in units of one over a payoff; see `settling_alpha`.

    Raises
    ------
    ValueError
        For a population of fewer than 2.

    Sources
    -------
    Omidshafiei et al. (2019), alpha-Rank: multi-agent evaluation by evolution, Scientific Reports 9, 9937.
    """
    if population < 2:
        raise ValueError(f"population = {population}: 2 or more")
    return _stationary(_fixation(_square(payoff), alpha, population))


def settling_alpha(payoff: Array, population: int = POPULATION) -> float:
    """The smallest alpha of a sweep after which alpha-rank no longer moves; the largest where it never rests."""
    spread = float(np.ptp(_square(payoff)))
    alphas = ALPHAS / (spread or 1.0)
    by_alpha = np.array([alpha_rank(payoff, alpha, population) for alpha in alphas])
    moving = np.flatnonzero(np.abs(np.diff(by_alpha, axis=0)).max(-1) > SETTLED)
    return float(alphas[moving[-1] + 1] if len(moving) else alphas[0])


def advantage(payoff: Array) -> Array:
    """By how much an a gets more than a b in the same population, over all mixtures of the two alike: (M, M).

    Half of payoff[a, a] + payoff[a, b] - payoff[b, a] - payoff[b, b], which is linear interpolation between a lone a
    among b's and a lone b among a's; above 0 where a is risk-dominant. It is antisymmetric. Payoffs of unlike
    populations are never subtracted: who ruins all others gains nothing by it.

    Sources
    -------
    Harsanyi & Selten (1988), A general theory of equilibrium selection in games, chapter 3, on risk dominance.
    """
    payoff = _square(payoff)
    own = np.diag(payoff)
    return (payoff - payoff.T + own[:, None] - own[None, :]) / 2.0


def nash_average(game: Array) -> NashAverage:
    """Nash average of a symmetric zero-sum game, such as the `advantage` of entrants over each other.

    The value is 0 and an equilibrium is any distribution p with A p <= 0. Of these the one of maximum entropy is
    unique. A linear programme finds who has weight in any of them; a smooth convex one, the dual, the weights.

    Parameters
    ----------
    game : (M, M)
        Antisymmetric.

    Raises
    ------
    ValueError
        For a game that is not antisymmetric.

    Sources
    -------
    Balduzzi et al. (2018), Re-evaluating evaluation, NeurIPS 31; Goldman & Tucker (1956), Theory of linear
    programming, on the largest support of solutions.
    """
    game = _square(game)
    scale = float(np.abs(game).max())
    if np.abs(game + game.T).max() > ROUNDING * scale:
        raise ValueError("game: it is not antisymmetric; see `advantage`")
    if scale == 0.0:
        return NashAverage(np.full(len(game), 1.0 / len(game)), np.zeros(len(game)))
    game = game / scale
    inside = _largest_support(game)
    weight = np.zeros(len(game))
    weight[inside] = _most_even(game[:, inside], inside)
    return NashAverage(weight, scale * (game @ weight))


def _square(payoff: Array) -> Array:
    array = finite("payoff", payoff)
    if array.ndim != 2 or array.shape[0] != array.shape[1] or len(array) < 2:
        raise ValueError(f"payoff: shape {array.shape}; two or more entrants are needed, each among each")
    return array


def _fixation(payoff: Array, alpha: float, population: int) -> Array:
    """Log of the probability [b, a] that one a among b's takes over the population.

    1 / (1 + sum over l = 1..m-1 of prod over k = 1..l of exp(-alpha (f_a(k) - f_b(k)))), k a's being there.
    """
    count = np.arange(1, population)[:, None, None]  # of a's
    own, across = np.diag(payoff), payoff
    of_a = ((count - 1) * own[None, None, :] + (population - count) * across.T[None]) / (population - 1)
    of_b = (count * across[None] + (population - count - 1) * own[None, :, None]) / (population - 1)
    logs = np.cumsum(-alpha * (of_a - of_b), axis=0)
    return -special.logsumexp(np.concatenate([np.zeros((1, *payoff.shape)), logs]), axis=0)


def _stationary(log_fixation: Array) -> Array:
    """Stationary distribution of the chain, by elimination of one state after the other, which subtracts nothing.

    Sources
    -------
    Grassmann, Taksar & Heyman (1985), Operations Research 33.
    """
    size = len(log_fixation)
    log_rate = log_fixation - np.log(size - 1)
    np.fill_diagonal(log_rate, -np.inf)
    for last in range(size - 1, 0, -1):
        log_rate[:last, last] -= special.logsumexp(log_rate[last, :last])
        log_rate[:last, :last] = np.logaddexp(
            log_rate[:last, :last], log_rate[:last, last, None] + log_rate[last, :last]
        )
    log_mass = np.zeros(size)
    for state in range(1, size):
        log_mass[state] = special.logsumexp(log_mass[:state] + log_rate[:state, state])
    return special.softmax(log_mass)


def _largest_support(game: Array) -> Array:
    """Indices of the entrants that have weight in some equilibrium.

    Equilibria times a number are the cone {p >= 0: A p <= 0}; the largest sum of min(p, 1) in it has all of them at 1.
    """
    size = len(game)
    eye, nothing = np.eye(size), np.zeros((size, size))
    found = optimize.linprog(
        np.concatenate([np.zeros(size), -np.ones(size)]),
        A_ub=np.block([[game, nothing], [-eye, eye]]),
        b_ub=np.zeros(2 * size),
        bounds=[(0.0, None)] * size + [(0.0, 1.0)] * size,
        method="highs",
    )
    if not found.success:
        raise RuntimeError(f"linear programme of the Nash average: {found.message}")
    return np.flatnonzero(found.x[size:] > 0.5)


def _most_even(game: Array, inside: Array) -> Array:
    """Weights of maximum entropy on a support (S,): equal to exp(-A' y) over its sum, y from the dual programme.

    Rows of `game` (M, S) inside the support hold with equality in every equilibrium, so their y is free; of the others
    it is at least 0.
    """
    free = np.isin(np.arange(len(game)), inside)

    def dual(y: Array) -> tuple[float, Array]:
        scores = -game.T @ y
        weight = special.softmax(scores)
        return float(special.logsumexp(scores)), -game @ weight

    bounds = [(None, None) if is_free else (0.0, None) for is_free in free]
    found = optimize.minimize(
        dual, np.zeros(len(game)), jac=True, bounds=bounds, method="L-BFGS-B",
        options={"maxiter": 20_000, "maxfun": 100_000, "ftol": 0.0, "gtol": 1e-10, "maxcor": 50},
    )  # fmt: skip
    return special.softmax(-game.T @ found.x)
