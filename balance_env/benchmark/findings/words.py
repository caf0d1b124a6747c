"""The words of the page around its figures."""

from __future__ import annotations

OF_RUNS = """What emerges among states that learn? {count} training runs of one algorithm, as many in each of {worlds},
every one played where it was trained. A figure is the mean over these worlds, with its 95 % interval over runs.
*Offensive* states are paid for their share of power, *defensive* ones for security (Mearsheimer 2001; Waltz 1979)."""
NO_RUNS = "Preliminary: no training runs were given, and the page rests on one; intervals are over batches of worlds."

TABLES = """The difference of a figure from its null or from what it is set against, with its 95 % interval over runs;
in how many worlds it has this sign; and the same difference where the runs were *not* trained. *told*: p, adjusted by
Holm for all {count} tested hypotheses, is below .05. *none*: smaller than would matter, by two one-sided tests,
adjusted likewise ([margins](#how)); *told, but small*: both. *leans*: only its own interval excludes 0, as by chance
one in twenty would. By world and population, with every p: [tables](findings/tables.md)."""

FOUND_FROM = "Open, with the smallest true difference that these runs would find four times in five:"

AMONG = """Among their own, and where each seat wants one or the other by lot (*mixed*). Chance: random legal play;
for the lives of pacts, random matching; for arming, investing instead, or where nobody answers."""

ELSEWHERE = "Runs of `powers_1913` in `default`, and of `default` in `powers_1913`: a shift of structure."

SHIPPED_ARE = """`learned_offensive`, `learned_defensive` and `learned_status_quo`, **one training run**, in the seats
that want what each was trained for. Intervals are over batches of worlds: they tell how sure we are of *these*
states, not of what training brings forth. In *halves* and *thirds* each seat wants one of the two, or three, by lot."""

DISPUTES = """Doctrines in all seats of the same worlds. **Why do worlds of balancers of threat have more wars than
random ones?** Not by more disputes, but because fewer are dropped. Random legal play sanctions somebody with every
third act, challengers under sanctions back down, and with that verb closed it has more wars than balancers of threat
have ([measures](measures.md), *random, no sanctions*)."""

ABOUT = """## How

    {command}

plays what [`figures.csv`](findings/figures.csv) and [`units.csv.xz`](findings/units.csv.xz) do not hold, and writes
this page from them; without `--play` it writes the page anew, and a test does so too. `python -m agents.proof
configs/proof/plan.yaml` trains the runs ([proof of learning](proof/README.md)).

- {worlds} worlds of 50 years of each population and world, over its runs; forks of {forks} that had lived ten, and of
  five times as many for those able to check a challenger. What measures and nulls are: [measures](measures.md),
  [forks](forks.md).
- The unit is a training run. Worlds are fixed and weigh alike; error and freedom are Welch's and Satterthwaite's. A
  world in which fewer than three runs have enough cases is left out of a mean. A share's error is nowhere below that
  of its cases.
- *Able to check a challenger*: in forks of the showdown its standing by the target, instead of investing, lowers the
  challenger's chance to have its way by more than .02. One such third party is drawn in each world. Circumstances go
  together in part: who borders a challenger mostly fears it.
- Margins, fixed in the table of hypotheses before the runs of `default` and `coercive` were seen, but for one of each
  in which circumstances were tried out; an earlier page had told figures of those of `powers_1913`:

{margins}
"""

LIMITS = """
## What this does not say

One training algorithm (PPO, self-play), one network, {runs} runs and one shipped one, worlds of eight to ten stylised
states. Where states agree with a school, a reward that resembles it may have asked for it: defensive states are paid
for security, offensive ones for power. Runs share their config, so another algorithm may find other habits. States
that want the status quo were trained once only. What is left out, what the words mean and what is built in:
[limits](limits.md). It is no forecast of real states.
"""
