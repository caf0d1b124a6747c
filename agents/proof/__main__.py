"""Proof of learning: one page of pictures and tables from the runs of a plan, which are fitted where they are missing.

    python -m agents.proof configs/proof/plan.yaml --write docs/proof

What was played is kept beside the runs, so that an interrupted command goes on where it was. With `--as-is` nothing
is fitted: the page tells what the finished runs show.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import torch
from rich.console import Console

from balance_env.commands import refused
from balance_env.files import held, write_whole

from . import comparisons, emergence
from .candidates import judge
from .page import Page, Part
from .plan import Proof
from .plays import PARTS, WORLDS, Plays

PAGE = "README.md"  # shown by whatever shows the folder
MAKERS: tuple[tuple[str, Callable[[Page], Part]], ...] = (  # the entry of the plan that a part needs, and the part
    ("main", emergence.learning),
    ("main", comparisons.level),
    ("main", emergence.behaviour),
    ("main", emergence.crossplay),
    ("main", emergence.attends),
    ("networks", comparisons.networks),
    ("sizes", comparisons.sizes),
    ("memory", comparisons.memory),
    ("responses", comparisons.exploited),
    ("main", comparisons.cost),
)
FEWEST = {"sizes": 2, "networks": 1, "memory": 1, "responses": 1, "main": 1}  # entries with finished runs


def main(arguments: Sequence[str] | None = None) -> int:
    """The command `python -m agents.proof`."""
    parser = argparse.ArgumentParser(prog="python -m agents.proof", description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("plan", type=Path, help="a YAML file: the runs, and which part of the page each serves")
    parser.add_argument("--runs", type=Path, default=Path("runs/proof"), help="their folder (default runs/proof)")
    parser.add_argument("--write", type=Path, required=True, help="the folder of the page and its pictures")
    parser.add_argument("--worlds", type=int, default=WORLDS, help=f"played for every score (default {WORLDS})")
    parser.add_argument("--as-is", action="store_true", help="fit nothing: tell what the finished runs show")
    given = parser.parse_args(arguments)
    console = Console(stderr=True)
    torch.set_num_threads(1)  # networks are small
    try:
        if given.worlds < 1:
            raise ValueError(f"--worlds {given.worlds}: a whole number from 1")
        proof = Proof(given.plan, given.runs)
        given.runs.mkdir(parents=True, exist_ok=True)
        with held(given.runs):
            if not given.as_is:
                proof.fit(console)
            runs, plays = proof.finished(proof.plan.main), Plays(given.runs / PARTS, given.worlds)
            if not runs:
                raise ValueError(f"none of the runs of {proof.plan.main!r} in {proof.runs} is finished")
            page = Page(proof, plays, given.write, judge(plays, runs, proof.plan.candidates))
            text = write(page, f"{given.plan} --write {given.write} --worlds {given.worlds}")
    except ValueError as error:
        return refused(error)
    write_whole(given.write / PAGE, text.encode())
    console.print(f"written: {given.write / PAGE}")
    return 0


def write(page: Page, arguments: str) -> str:
    """The whole page; a part without finished runs says so."""
    parts = []
    for entry, make in MAKERS:
        names = getattr(page.proof.plan, entry)
        if entry == "main" or len(page.of(names)) >= FEWEST[entry]:
            parts.append(make(page))
        elif names:
            missing = f"Too few of these have finished runs, {FEWEST[entry]} at least: {', '.join(names)}."
            parts.append(Part(missing, f"## {entry.capitalize()}\n\n{missing}\n"))
    made_by = f"Made by `python -m agents.proof {arguments}`: run it again, do not change this page."
    short = "\n".join(f"- {made.short}" for made in parts)
    head = f"# Proof of learning\n<!-- {made_by} -->\n\n{short}\n"
    return "\n".join([head, *(made.text for made in parts)])


if __name__ == "__main__":
    sys.exit(main())
