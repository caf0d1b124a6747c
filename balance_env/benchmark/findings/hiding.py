"""Where the hider is the best doctrine found, by the anchors of the suite."""

from __future__ import annotations

from collections import Counter

from ..protocol.anchors import read_anchors
from ..protocol.arena import SCORED
from ..protocol.suite import load_suite

SUITE, HIDER = "balance-v1", "hider"
NAMED = 3  # of the doctrines that are most often best
MORE = """
What a hider does is in the yardsticks above: it yields to a stronger challenger, joins no dispute, accepts offers of
pacts and grows. As a *visitor* it is one state among others that balance: it has their peace and bears none of its
cost, the free rider of Olson & Zeckhauser (1966); most states, says Schroeder (1994), hide. As *resident* it holds most
seats, and then nobody is left who stands by anybody. So the sentence that hiding is best holds for one state, hardly
for a world.
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
        "## One state does best to hide, a world does not",
        f"Of the doctrines tried for the anchors of `{SUITE}` (`balance-env suite --measure`), {'; '.join(told)}.",
        f"As visitor: {stages}.",
        MORE,
    ]
