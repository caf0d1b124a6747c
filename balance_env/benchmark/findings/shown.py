"""Which figures stand where: under each question, and in the profile of a population."""

from __future__ import annotations

from ...core.world import Verb
from ...metrics.alignment import Version
from ...metrics.walt import SOURCES
from ..emergence.formulas import HORIZON
from ..emergence.outcomes import ENDS
from ..statistics import ATTRACTORS
from ..whatif.circumstances import ANY, CIRCUMSTANCES, MEASURE
from .hypotheses import BUCKS, DILEMMA, FEAR, LAST, ORDERS, SOFT, WHO, WHY

SHOWN = {  # figures of everybody that stand under a question
    WHO: (
        *(("alignment theta", version) for version in Version),
        *((f"share that {deed}", "target against challenger") for deed in ("balances", "bandwagons")),
        ("tau", "the strongest: against it"),
        ("tau", "the strongest: with it"),
    ),
    FEAR: (
        *(("Walt coefficient", f"{source}, joining against") for source in SOURCES),
        ("Walt held-out gain", "joining against"),
    ),
    BUCKS: (("share that abstains", ""), *((MEASURE, circumstance) for circumstance in CIRCUMSTANCES)),
    DILEMMA: (
        *((f"security dilemma: {what}", "any state made to arm") for what in ("harms the harmless", "backfires")),
        ("security dilemma: harms the harmless", "arming as chosen"),
        ("arms reaction", "defence k"),
        ("arms reaction", "race k rho / a"),
    ),
    LAST: (
        *(("pact density", ""), ("pact life", "median"), ("pact life", f"beyond {HORIZON} years"), ("reliability", "")),
        *(("abstention", ""), ("betrayal", ""), ("coalition wars", ""), ("minimal winning", "")),
        *(("chain-ganging", whose) for whose in ("tied entrants", "all entrants")),
        *(("worth of a pact", whose) for whose in ("own wants", "offensive", "defensive")),
    ),
    ORDERS: (
        *(("effective poles", ""), ("CON", ""), ("war onset", ""), ("falls", "a century"), ("dispute onset", "")),
        *(("dispute ends", end) for end in ENDS),
        *(("ends in", attractor) for attractor in ATTRACTORS),
    ),
    SOFT: tuple(
        (name, version)
        for name, version in (
            *(("sanctions sent", ""), ("share that sanctions", ""), ("sanction coalition", "")),
            *(("growth lost", "target"), ("growth lost", "sender"), ("backing down", "")),
        )
    ),
    WHY: (
        *(("acts", verb.name.lower()) for verb in Verb),
        *(("worth of an act", f"{verb}, own wants") for verb in ("research", "arm", "ally", "bandwagon", "sanction")),
    ),
}

PROFILE = {  # what tells populations apart at a glance: line, measure and version
    "third parties that stay out of a dispute": ("share that abstains", ""),
    "... that stand by the target": ("share that balances", "target against challenger"),
    "... that join the challenger": ("share that bandwagons", "target against challenger"),
    "... that sanction the challenger": ("share that sanctions", ""),
    "able to check a challenger, and stay out": (MEASURE, ANY),
    **{f"acts: {verb.name.lower()}": ("acts", verb.name.lower()) for verb in Verb},
    "pairs that are allied": ("pact density", ""),
    f"pacts that outlast {HORIZON} years": ("pact life", f"beyond {HORIZON} years"),
    "pledged force that is delivered": ("reliability", ""),
    "arming that harms one that meant no harm": ("security dilemma: harms the harmless", "any state made to arm"),
    "arming that backfires": ("security dilemma: backfires", "any state made to arm"),
    "disputes a pair and year": ("dispute onset", ""),
    "disputes pressed to war": ("dispute ends", "pressed to war"),
    "states that fall in a century": ("falls", "a century"),
    "worlds that end in peace": ("ends in", "peace"),
}
OF_SEATS = ("share that", "acts", "reliability")  # what states choose; all else is of their world
COUNTS = ("falls", "return")  # all else that is averaged is a share
