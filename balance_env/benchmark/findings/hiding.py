"""Where the hider is the best doctrine found, by the anchors of the suite."""

from __future__ import annotations

from collections import Counter

from ..protocol.anchors import read_anchors
from ..protocol.arena import SCORED
from ..protocol.suite import load_suite

SUITE, HIDER = "balance-v1", "hider"
NAMED = 3  # of the doctrines that are most often best
MORE = """
What a hider does is among the yardsticks above: it takes no side, takes pacts with anybody quiet, to which it owes more
than a balancer of power does ([limits](limits.md#the-doctrines)), and grows; to a stronger challenger it yields and
becomes its client (*dispute ends* in [measures](measures.md)). A visitor sits alone among states of other doctrines,
residents hold most of the seats. So it is best for one state where others keep the peace, and seldom for many: there to
stand by the attacked or to sanction the challenger earns more. That most states hide is Schroeder's (1994) reading of
history. The free rider of Olson & Zeckhauser (1966) would look so; the anchors do not test why.
"""


def hiding() -> list[str]:
    """The section."""
    suite = load_suite(SUITE)
    rows = {role: [row for row in read_anchors(suite) if row.role == role] for role in SCORED}
    told = []
    for role, of in rows.items():
        best = Counter(row.doctrine for row in of)
        named = ", ".join(f"{name} {times}" for name, times in best.most_common(NAMED))
        told.append(f"as {role} the hider is best in {best[HIDER]} of {len(of)} stages (most often best: {named})")
    stages = ", ".join(f"`{row.stage}`" for row in rows["visitor"] if row.doctrine == HIDER)
    return [
        "## Hiding: best for one state, seldom for many",
        f"Of the doctrines tried for the anchors of `{SUITE}` (`balance-env suite --measure`), {'; '.join(told)}.",
        f"As visitor: {stages}.",
        MORE,
    ]
