"""What a scenario starts from, in words and tables."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..core.actions import OBJECT_VERBS, PLAIN_VERBS
from ..core.capability import capability_share, quality_of_forces, share_of
from ..core.params import ABOUT, Parameters
from ..core.world import NOBODY, Verb
from ..events import listed
from ..scenario import Scenario
from .tables import VERB_MEANING
from .text import columns, labels_by_id, percent


def describe_states(scenario: Scenario) -> list[str]:
    """A table of the states as the scenario gives them, before an episode's draws."""
    template, p, labels = scenario.template(), scenario.parameters_resolved(), labels_by_id(scenario)
    strength = template.forces * [quality_of_forces(level, p.theta) for level in template.technology]
    head = ("state", "", "capability", "output", "forces", "tech", "ideology", "wants", "neighbours")
    rows: list[Sequence[str]] = [head]
    for a, name in enumerate(scenario.state_names()):
        share = capability_share(
            share_of(strength[a], strength.sum(), len(labels)),
            share_of(template.economy[a], template.economy.sum(), len(labels)),
            p.weight_forces,
        )
        numbers = (template.economy[a], template.forces[a], template.technology[a], template.ideology[a])
        beside = [label for b, label in enumerate(labels) if b != a and template.distance[a, b] == 0]
        rows.append(
            (
                labels[a],
                name,
                percent(share),
                *(f"{number:.2f}" for number in numbers),
                wants(scenario, template.designs, int(template.design[a])),
                " ".join(beside),
            )
        )
    return columns(rows, right=range(3, 7))


def wants(scenario: Scenario, designs: np.ndarray, design: int) -> str:
    """The name of a design by its place among `designs` (M, K), or its weights."""
    if design == NOBODY:
        return "drawn"
    return scenario.design_name(designs[design]).replace("_", " ")


def describe_rules(scenario: Scenario) -> list[str]:
    """Pacts, open verbs and options, a line each."""
    template, names = scenario.template(), scenario.state_names()
    pairs = [f"{names[i]}-{names[j]}" for i, j in zip(*np.nonzero(np.triu(template.pact)), strict=True)]
    lines = ["Pacts at the start: " + (", ".join(pairs) or "none") + "."]
    verbs = [*list(Verb)[:PLAIN_VERBS], *OBJECT_VERBS[: len(scenario.verbs)]]
    lines.append("What a state can do: " + "; ".join(f"{v.name.lower()} ({VERB_MEANING[v][0]})" for v in verbs) + ".")
    if NOBODY in template.design:
        kinds = sorted({wants(scenario, template.designs, m) for m in range(len(template.designs))})
        lines.append(f"What a state wants is drawn each episode: {', '.join(kinds)}.")
    spreads = [
        f"{field} {getattr(scenario, f'{field}_spread'):g}"
        for field in ("economy", "forces", "technology", "ideology")
        if getattr(scenario, f"{field}_spread")
    ]
    if spreads:
        lines.append("Episodes vary what states start with, by spreads: " + ", ".join(spreads) + ".")
    if scenario.permute_seats:
        lines.append("Who sits in which seat is drawn each episode.")
    if template.member.any():
        members = [name for name, member in zip(names, template.member, strict=True) if member]
        whole = "all states" if len(members) == len(names) else listed(members)
        lines.append(f"Institution: {whole}; its quorum can sanction collectively.")
    lines.append(
        "The end comes by chance." if scenario.max_cycles is None else f"It is cut after {scenario.max_cycles} years."
    )
    return lines


def describe_parameters(scenario: Scenario, every: bool) -> list[str]:
    """Parameters with unit, range and source: those that differ from the defaults, or every one."""
    default, p = Parameters(), scenario.parameters_resolved()
    chosen = [name for name in ABOUT if every or getattr(p, name) != getattr(default, name)]
    if not chosen:
        return ["All parameters are at their defaults (`--all` shows them)."]
    rows = [("parameter", "value", "default", "range", "unit", "source")]
    for name in chosen:
        about = ABOUT[name]
        value, usual = f"{getattr(p, name):g}", f"{getattr(default, name):g}"
        rows.append((name, value, usual, f"{about.low:g}..{about.high:g}", about.unit, about.source))
    return columns(rows, right=(1, 2))
