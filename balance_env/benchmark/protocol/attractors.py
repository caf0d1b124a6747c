"""Where a world ends up: means lie about outcomes that are either one thing or another."""

from __future__ import annotations

import numpy as np

from ...core.world import Ending, Outcome
from ...metrics.system import Order, order
from ..history import History

COLLAPSED = 0.5  # share of states fallen from which a system without a hegemon has collapsed; design choice
AT_PEACE = 10  # years without a war at the end that make a peace; design choice, a decade


def attractors(history: History) -> list[str]:
    """Of each world one of `statistics.ATTRACTORS`, in this order of precedence.

    Hegemony: one state holds more than half of all capability at the end, or is the last. Collapse: nobody is left,
    or half of the states have fallen. Peace: no war in the last `AT_PEACE` years, of which there were as many.
    Bipolar and multipolar: the type of order at the end, see `metrics.system.order`.
    """
    found = []
    outcomes = history.actor["outcome"]
    fought = np.any(outcomes >= Outcome.STALEMATE, axis=-1)  # (T + 1, W): a dispute came to war in that year
    for w, last in enumerate(history.years):
        alive = history.actor["alive"][last, w] > 0
        kind = order(history.actor["opening_share"][last, w] * alive) if alive.any() else None
        if alive.any() and (history.ended[w] in (Ending.HEGEMONY, Ending.LAST_STATE) or kind == Order.HEGEMONIC):
            found.append("hegemony")
        elif (~alive).mean() >= COLLAPSED:
            found.append("collapse")
        elif last >= AT_PEACE and not fought[last + 1 - AT_PEACE : last + 1, w].any():
            found.append("peace")
        else:
            found.append("bipolar" if kind == Order.BIPOLAR else "multipolar")
    return found
