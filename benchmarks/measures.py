"""What the measures are, and what they say of doctrines: `python benchmarks/measures.py [--write docs/measures.md]`.

Prints the table of measures, then, for a few scenarios, what worlds full of one doctrine measure.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from balance_env import VectorEnv
from balance_env.benchmark.emergence.catalogue import ALWAYS_INVEST, MEASURES, RANDOM_LEGAL
from balance_env.benchmark.emergence.evidence import Chance
from balance_env.benchmark.emergence.measures import Measured, gather, measure
from balance_env.benchmark.history import History, watch
from balance_env.view.tables import table

SCENARIOS = ("default", "powers_1913", "coercive", "concert")
DOCTRINES = (
    "random_legal",
    "balance_of_threat",
    "balance_of_power",
    "bandwagon_for_profit",
    "hider",
    "soft_balancer",
)
MIX = (*DOCTRINES[1:], "buck_passer", "aspiring_hegemon", "collective_security")  # seat by seat, over again
LEFT_OUT = {"share that bandwagons", "HHI", "order", "no hegemony", "welfare", "return", "top share", "growth lost"}
WORLDS, YEARS = 60, 50
SEED, OTHER_SEED = 1, 2  # of doctrines and of their references
SIGNIFICANT = 0.05

HEADER = """# Measures

Made by `python benchmarks/measures.py --write docs/measures.md`.

Every measure is worked out over all worlds of an entrant together and stands beside its null: what the same data would
show if chance had its way with them, or what `random_legal` or `always_invest` does in the same scenarios. Too few
cases have no value, and say why. With five training runs or more a measure has an interval over runs.

A third party is a living state that is party to no dispute as a year begins. It joins the target by allying or
bandwagoning with it, and the challenger by bandwagoning with it; only those that could have joined either by their
legal mask are counted: as only who looks stronger can be bandwagoned with, they are states weaker than the challenger,
and its side makes clients of them ([limits](limits.md)). Power is capability of the two states in dispute, as the field
compares originators; a coalition is what both and their friends are expected to bring. Threat is what the third party
perceived when it chose.

A pact that nobody tends lapses after 17 years and an idle partner brings half of its pledge, both by rule: a median
life of 17 years and a reliability of .5 are inertia. Random matching, drawn anew each year, is an easy null for the
life of pacts.

## What each is
"""

DOCTRINES_HEADER = """
## What doctrines measure

{worlds} worlds of {years} years of each scenario, every seat played by one doctrine, or in the last column by
{mix} in turn. A star marks what fewer than one in twenty draws of the null show; an empty cell has too few cases.
`random_legal` itself is measured on other worlds than its null, so some of its cells are starred by chance. A balancer
has a theta above 0 and a bandwagoner below; who stands by everyone that is attacked ends up in the larger coalition,
which is why a balancer of power, like the soft one, is below 0 in that version alone.

What a scholar may stumble on. A pledge brings force to a partner's war even where its giver does nothing that year,
and the hider accepts offers: it abstains by its acts and is tied all the same. Worlds of balancers of threat have more
wars than random ones (war onset, below); what drives it is open. Theta tells balancers from bandwagoners; what
tells a balancer of threat from one of power is Walt's regression (proximity, hostility, ideology), as the strong are
mostly also the threatening. An institution acts only where somebody sanctions: else `concert` repeats `default`.
"""


def definitions() -> str:
    """The table of what each measure is."""
    rows = []
    for line in MEASURES:
        null = line.null.what if isinstance(line.null, Chance) else line.null
        rows.append((line.name, line.version, line.definition, null, line.source))
    return table(("measure", "version", "definition", "null", "source"), rows) + "\n"


def played(scenario: str, players: str | tuple[str, ...], worlds: int, seed: int) -> History:
    """Worlds of a scenario with these players, in turn over the seats."""
    batch = VectorEnv(scenario, worlds, threads=1, autoreset=False, players=RANDOM_LEGAL)
    seats = batch.outputs.alive.shape[1]
    names = [players] * seats if isinstance(players, str) else [players[seat % len(players)] for seat in range(seats)]
    batch = VectorEnv(scenario, worlds, threads=1, autoreset=False, players=names)
    batch.reset(seed)
    return watch(batch, years=YEARS)


def cell(found: Measured) -> str:
    """A value, starred where its null hardly shows it."""
    value, p = found.beside.observed.value, found.beside.p
    return "" if value is None else f"{value:.3g}" + ("*" if p is not None and p < SIGNIFICANT else "")


def doctrines(worlds: int) -> Iterator[str]:
    """For each scenario a table of what doctrines measure."""
    for scenario in SCENARIOS:
        references = {name: [played(scenario, name, worlds, OTHER_SEED)] for name in (RANDOM_LEGAL, ALWAYS_INVEST)}
        entrants = {name: played(scenario, name, worlds, SEED) for name in DOCTRINES}
        entrants["mix"] = played(scenario, MIX, worlds, SEED)
        found = [measure(gather([history], SEED, references=references)) for history in entrants.values()]
        rows = [
            (line.name, line.version, *cells)
            for line, *cells in zip(MEASURES, *([cell(one) for one in of] for of in found), strict=True)
            if line.name not in LEFT_OUT and any(cells)
        ]
        yield f"\n### {scenario}\n\n" + table(("measure", "version", *entrants), rows) + "\n"


def main() -> None:
    """Print the page; write it where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=int, default=WORLDS, help=f"of each doctrine and scenario (default {WORLDS})")
    parser.add_argument("--write", type=Path, help="also write the page to this file")
    options = parser.parse_args()
    told = DOCTRINES_HEADER.format(worlds=options.worlds, years=YEARS, mix=", ".join(f"`{name}`" for name in MIX))
    page = HEADER + "\n" + definitions() + told + "".join(doctrines(options.worlds))
    print(page)
    if options.write:
        options.write.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
