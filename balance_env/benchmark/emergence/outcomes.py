"""What became of each world of a history: sums (W, ...) for the measures of the system and of welfare."""

from __future__ import annotations

import numpy as np

from ...core.world import Outcome
from ...metrics import lifetimes, system, welfare
from ...metrics.lifetimes import Lifetimes
from .conduct import Conduct
from .tallies import LONGEST, by_world

EPSILONS = (0.01, 0.1, 1.0)  # of Nash welfare, in output of the mean state at the start

ENDS = {  # what becomes of disputes that come to a head; the rest lapse with a state
    "pressed to war": (Outcome.STALEMATE, Outcome.WON, Outcome.LOST, Outcome.MUTUAL),
    "dropped": (Outcome.BACKED_DOWN,),
    "settled by a pact": (Outcome.SETTLED,),
    "ended by one becoming the other's client": (Outcome.CAPITULATED,),
}


def order(conduct: Conduct) -> np.ndarray:
    """HHI, CON, effective poles and whether each type of order holds, summed over the ends of years; years.

    Shares are of all states that began, so that CON does not leap where one falls; years in which none stands are none.
    """
    shares = conduct.history.actor["opening_share"][1:]
    counts = conduct.history.going[1:] & (shares > 0.0).any(axis=-1)
    squares, kinds = system.squares_of(shares), system.orders_of(shares)
    columns = (
        squares,
        system.con_of(shares),
        1.0 / np.where(counts, squares, 1.0),
        *(kinds == place for place in range(len(system.Order))),
        counts,
    )
    return np.stack([np.where(counts, column, 0.0).sum(axis=0) for column in columns], axis=-1)


def onsets(conduct: Conduct) -> np.ndarray:
    """Dyad-years in which a war begins, and dyad-years."""
    fought = np.zeros_like(conduct.attacks)
    of = conduct.wars
    fought[of.year, of.world, of.challenger, of.target] = True
    rates = [system.war_onset_rate(fought[:, world], conduct.living[:, world]) for world in range(conduct.worlds)]
    return np.array([((rate.value or 0.0) * rate.n, rate.n) for rate in rates])


def disputes(conduct: Conduct) -> np.ndarray:
    """Disputes that came to a head, those that ended in each of `ENDS`, and dyad-years."""
    of, living = conduct.disputes, conduct.living.sum(axis=2)
    ended = (np.isin(of.outcome, ends) for ends in ENDS.values())
    counts = by_world(of.world, conduct.worlds, np.ones(len(of)), *ended)
    return np.column_stack([counts, (living * (living - 1) / 2).sum(axis=0)])


def years_to_hegemony(conduct: Conduct) -> np.ndarray:
    """Tally of the years until one state is a hegemon."""
    largest = conduct.history.actor["opening_share"].max(axis=-1)
    runs = [largest[: years + 1, world] for world, years in enumerate(conduct.history.years)]
    return lifetimes.tally(system.time_to_hegemony(runs), np.arange(conduct.worlds), conduct.worlds, LONGEST)


def state_lives(conduct: Conduct) -> np.ndarray:
    """Tally of the lives of states."""
    alive, years = conduct.history.actor["alive"] > 0, conduct.history.years
    lives = [system.time_alive([alive[: last + 1, world]]) for world, last in enumerate(years)]
    whole = Lifetimes(np.concatenate([of.durations for of in lives]), np.concatenate([of.ended for of in lives]))
    return lifetimes.tally(whole, np.repeat(np.arange(len(lives)), [of.n for of in lives]), len(lives), LONGEST)


def severities(conduct: Conduct) -> np.ndarray:
    """Share of the system's forces lost in wars, and wars."""
    return by_world(conduct.wars.world, conduct.worlds, conduct.severities, np.ones(len(conduct.wars)))


def fortunes(conduct: Conduct) -> np.ndarray:
    """Mean, Gini, least and Nash welfare of each world, and 1; see `Conduct.welfare`."""
    rows = []
    for states in conduct.welfare:
        swept = welfare.nash_sweep(states, EPSILONS).values()
        measured = [welfare.mean(states), welfare.gini(states), welfare.worst_off(states), *swept]
        rows.append([0.0 if metric.value is None else metric.value for metric in measured] + [1.0])
    return np.array(rows)


def returns(conduct: Conduct) -> np.ndarray:
    """Undiscounted returns of focal states, and how many there are."""
    return np.stack([(conduct.history.rewards.sum(axis=0) * conduct.focal).sum(axis=1), conduct.focal.sum(axis=1)], -1)
