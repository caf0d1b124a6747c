"""The smallest effects that would matter, by measure: within them a difference is as good as none.

Fixed before any figure of runs in `default` and `coercive` was seen; five runs of `powers_1913` had been reported.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from ..whatif.circumstances import MEASURE

SMALL = 0.2  # a small difference of means, in standard deviations (Cohen 1988)
POINTS = "points"  # hundredths of a share


class Margin(NamedTuple):
    """A difference, in the measure's own units, what they are called, and why one below it would not matter."""

    value: float
    unit: str
    reason: str


MARGINS: dict[str, Margin] = {
    "alignment theta": Margin(
        SMALL * math.pi / math.sqrt(3.0),
        "log odds",
        f"Cohen's small effect, {SMALL:g} of a standard deviation, as log odds (Chinn 2000)",
    ),
    "share that bandwagons": Margin(0.01, POINTS, "one third party in a hundred"),
    "share that abstains": Margin(0.02, POINTS, "one third party in fifty; one in ten takes a side by chance"),
    "share that sanctions": Margin(0.01, POINTS, "one third party in a hundred"),
    "tau": Margin(0.05, POINTS, "of twenty others one, if forces double"),
    "acts": Margin(0.05, POINTS, "one act in twenty"),
    MEASURE: Margin(0.05, POINTS, "one third party in twenty"),
    "security dilemma: harms the harmless": Margin(0.05, POINTS, "one case in twenty"),
    "security dilemma: backfires": Margin(0.05, POINTS, "one case in twenty"),
    "arms reaction": Margin(
        0.01, "a year", "under what rivals of 1816 to 2010 show least: 1.6 % of a gap closed in a year"
    ),
    "pact life": Margin(0.1, POINTS, "one pact in ten"),
    "reliability": Margin(
        0.1,
        POINTS,
        "under half of what counts of honoured pacts differ by: .50 (Berkemeier & Fuhrmann 2018), .75 (Leeds 2003)",
    ),
    "pact density": Margin(0.02, POINTS, "the density of defence pacts in 1938"),
    "CON": Margin(0.02, "of CON", "a third of its standard deviation over 1816 to 2012, .063"),
    "war onset": Margin(
        0.001, "wars a pair and year", "under what sets 1914 to 1945 (.0030) apart from the century before (.0014)"
    ),
    "falls": Margin(0.5, "states a century", "of a state in a century"),
}
