"""What the page shows: the figures under each question, those that answer it first, and the words around them."""

from __future__ import annotations

from ...core.world import Verb
from ...metrics.alignment import Version
from ...metrics.walt import SOURCES
from ..emergence.formulas import HORIZON
from ..statistics import ATTRACTORS
from .hypotheses import BUCKS, DILEMMA, FEAR, LAST, ORDERS, SOFT, WHO, WHY

PICTURES = {
    "theta.svg": "With whom third parties side: theta by what makes a join balancing, beside what chance does (grey).",
    "acts.svg": "What states do, by what they want and by the threat of the most threatening other.",
    "poles.svg": "Effective poles over the years.",
}
SHOWN = {  # figures of everybody that stand under a question
    WHO: (
        *(("alignment theta", version) for version in Version),
        *((f"share that {deed}", "target against challenger") for deed in ("balances", "bandwagons")),
        ("share that abstains", ""),
        ("tau", "the strongest: against it"),
        ("tau", "the strongest: with it"),
    ),
    FEAR: (
        *(("Walt coefficient", f"{source}, joining against") for source in SOURCES),
        ("Walt held-out gain", "joining against"),
    ),
    BUCKS: tuple(
        ("buck-pass", version)
        for version in (
            *("stays out", "stays out and does not arm", "stays out, alone under threat"),
            "stays out, others under the same threat",
        )
    ),
    DILEMMA: (
        *((f"security dilemma: {what}", "any state made to arm") for what in ("harms the harmless", "backfires")),
        ("security dilemma: harms the harmless", "arming as chosen"),
        ("arms reaction", "defence k"),
        ("arms reaction", "race k rho / a"),
    ),
    LAST: (
        *(("pact density", ""), ("pact life", "median"), ("pact life", f"beyond {HORIZON} years"), ("reliability", "")),
        *(("abstention", ""), ("betrayal", ""), ("worth of a pact", "offensive"), ("worth of a pact", "defensive")),
    ),
    ORDERS: (
        *(("effective poles", ""), ("CON", ""), ("war onset", ""), ("falls", "a century")),
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

LEADS = {  # what each question is answered with first, where a source was played first: words, measure and version
    WHO: (
        "Of third parties that could join either side of a dispute",
        (
            ("{} abstain", "share that abstains", ""),
            ("{} stand by the target", "share that balances", "target against challenger"),
            ("{} join the challenger", "share that bandwagons", "target against challenger"),
        ),
    ),
    FEAR: (
        "Of what states do under much threat",
        tuple(
            ("{} is to " + verb, "acts", f"{verb}, much threat") for verb in ("ally", "research", "arm", "bandwagon")
        ),
    ),
    BUCKS: (
        "Of states that feel threatened by another's challenger and could tip the scale",
        (("{} stay out", "buck-pass", "stays out"), ("{} do not even arm", "buck-pass", "stays out and does not arm")),
    ),
    DILEMMA: (
        "Of the times that a state is made to arm",
        (
            ("{} harm one that meant no harm", "security dilemma: harms the harmless", "any state made to arm"),
            ("{} backfire", "security dilemma: backfires", "any state made to arm"),
        ),
    ),
    LAST: (
        "Alliances",
        (
            ("{} of all pairs of states are allied", "pact density", ""),
            ("{} of pacts outlast " + f"{HORIZON} years", "pact life", f"beyond {HORIZON} years"),
            ("{} of the force pledged is delivered when called", "reliability", ""),
        ),
    ),
    ORDERS: ("Of worlds", tuple(("{} end in " + name, "ends in", name) for name in ATTRACTORS)),
    SOFT: (
        "Of third parties that could join either side of a dispute",
        (("{} sanction the challenger instead", "share that sanctions", ""),),
    ),
    WHY: ("Of all acts", tuple(("{} are to " + verb.name.lower(), "acts", verb.name.lower()) for verb in Verb)),
}

ABOUT = """# Findings{preliminary}

Made by

    {command}

from [`figures.csv`](findings/figures.csv) and [`units.csv`](findings/units.csv); without `--play` it writes the page
anew from these tables. Every sentence and number is read from them; a test does it again.

{units} A figure stands with its 95 % interval over units and, after a semicolon, with its null: what chance,
`random_legal` or another reference shows (see [measures](measures.md) and [forks](forks.md)). An empty cell has too few
cases; `figures.csv` says how many there were.

A sentence on a hypothesis is said only where the interval of the difference, mean over scenarios, excludes 0. It is
*told*, and agrees with or contradicts a school, where p, adjusted by Holm for all tested hypotheses of that source
({count} here), is below .05; it *leans* where only its own interval excludes 0; else it is *undecided*, which does
not say that there is no effect: the interval says how large it may be. By chance alone one in twenty would lean.
Scenarios in which a unit has too few cases are left out of the mean.

- Populations: *offensive*, *defensive*, *status quo* states among themselves; *halves*: each seat offensive or
  defensive by lot; *thirds*: one of the three by lot.
- `runs`: {runs}
- `shipped`: `learned_offensive`, `learned_defensive`, `learned_status_quo`, **one training run**, in the seats that
  want what each was trained for; units are batches of worlds, so intervals tell how sure we are of *these* states, not
  of what training brings forth.
- {worlds} worlds of 50 years of each population and scenario; forks of {forks} that had lived ten, and
  of five times as many for bucks. Played so far, of what the command plays: {played}.
"""
OF_RUNS = (
    "{count} training runs of `configs/default.yaml` with seeds 0 to {last} (`python train.py --run "
    "runs/powers_1913-SEED --set seed=SEED`), each in every seat; the unit is a run. Trained in `powers_1913`; other "
    "worlds are a shift of structure. They never met coercion or status-quo states."
)
NO_RUNS = "none were given: the page rests on one training run and is preliminary."
LIMITS = """
## What this does not say

One training algorithm (PPO, self-play), one network, {runs} runs and one shipped one, worlds of eight to ten stylised
states. Where states agree with a school, a reward that resembles it may have asked for it: defensive states are paid
for security, offensive ones for power. Runs share their config, so another algorithm may find other habits. Tests over
five units find only effects that nearly all runs share; adjusted for all hypotheses, few can be told. Explanations of
what surprises are hypotheses, each tested by one fork, of one year of one act. It is no forecast of real states.
"""
