"""Results folders of entrants that nobody played: for tests of what is made from them."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np

from balance_env.benchmark.protocol.suite import load_suite
from balance_env.benchmark.reporting.results import CARD, COLUMNS, FORKS, MEASURES, SCORES, Measure
from balance_env.benchmark.statistics import ATTRACTORS

SUITE = load_suite("balance-v1")
STAGES = ("concert", "rising_challenger", "sea_challenger", "two_blocs")  # a few of it
TAGS = {name: SUITE.stage(name).all_tags for name in STAGES}
EMPTY = dict.fromkeys(Measure._fields, "")


def write_entrant(folder: Path, name: str = "hider", skill: float = 0.5, *, runs: int = 1, **changes) -> Path:
    """Write the results of an entrant that scores `skill` on average, give or take.

    `changes` are keys of the card, or `episodes`, `stages`, `measures`, `forks` and `lost`, acts of the first episode.
    """
    episodes, stages = changes.pop("episodes", 20), changes.pop("stages", STAGES)
    tables = {MEASURES: changes.pop("measures", usual_measures()), FORKS: changes.pop("forks", usual_forks())}
    lost = changes.pop("lost", 0)
    here = folder / name
    here.mkdir(parents=True)
    card = {
        "entrant": name, "kind": "doctrine", "hash": "c0ffee" * 4, "suite": "balance-v1", "suite_hash": SUITE.hash,
        "setting": "quick", "seed": 7, "episodes": episodes, "runs": runs, "trained": runs > 1, "version": "0.1.0",
        "faults": {}, "seconds": 12.5,
    }  # fmt: skip
    (here / CARD).write_text(json.dumps({**card, **changes}))
    rng = np.random.default_rng(3)
    rows = []
    for number, stage in enumerate(stages):
        for role, focal in (("resident", 3), ("visitor", 1), ("self_play", 4)):
            for run in range(runs):
                usual = skill + 0.1 * number + 0.1 * rng.standard_normal()
                for episode in range(episodes):
                    score = usual + 0.3 * rng.standard_normal()
                    rows.append(
                        {
                            "stage": stage, "role": role, "run": run, "episode": episode, "seat": episode % 4,
                            "focal_seats": focal, "focal_return": 5.0 + 2.0 * score,
                            "background_return": "" if role == "self_play" else 6.0 - score, "score": score,
                            "years": int(rng.integers(20, 90)), "ending": "CUT",
                            "attractor": rng.choice(ATTRACTORS, p=[0.3, 0.3, 0.2, 0.2, 0.0]), "illegal": 0, "faults": 0,
                        }
                    )  # fmt: skip
    rows[0]["faults"] = lost
    _write(here / SCORES, list(COLUMNS), rows)
    for table, measured in tables.items():
        _write(here / table, list(Measure._fields), measured)
    return here


def measured(measure: str, value: float, null: float, lowest: float, highest: float, p: float | str, **changes) -> dict:
    """A row of measures.csv, the null's band from lowest to highest."""
    told = {"measure": measure, "value": value, "null": null, "null_low": lowest, "null_high": highest, "p": p}
    return {**EMPTY, "group": "all", "n": 120, "definition": f"What {measure} is.", **told, **changes}


def usual_measures() -> list[dict]:
    """A measure above its null, one within, and one without a value."""
    return [
        measured("alignment theta", 0.8, 0.02, -0.3, 0.35, 0.004, version="weaker against stronger"),
        measured("alignment theta", 0.1, 0.01, -0.3, 0.3, 0.6, version="less against more threatening"),
        measured("reliability", 0.12, 0.2, 0.15, 0.25, 0.02, low=0.1, high=0.14),
        measured("reliability", 0.2, 0.2, 0.15, 0.25, 0.9, group="concert"),
        {**EMPTY, "group": "all", "measure": "betrayal", "n": 0, "why": "no pact was left", "definition": "Attacks."},
        {**EMPTY, "group": "all", "measure": "gini", "n": 80, "value": 0.3, "p": 0.5, "definition": "Not listed."},
    ]


def usual_forks() -> list[dict]:
    """A causal measure with a band of its null, and one with an interval of its own."""
    found = {
        "measure": "dilemma",
        "value": 0.3,
        "n": 40,
        "null": 0.0,
        "low": 0.2,
        "high": 0.4,
        "definition": "A share.",
    }
    return [measured("tau", 0.05, 0.0, -0.01, 0.01, 0.001), {**EMPTY, "group": "all", **found}]


def _write(path: Path, columns: list[str], rows: list[dict]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(rows)
