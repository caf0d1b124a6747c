"""The commands `balance-env bench` and `balance-env suite` at the terminal."""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

from ...commands import writable
from ...files import write_whole
from ..reporting.results import HEADLINE, Results, read_results
from ..reporting.summary import Figure, summarise
from .anchors import Anchored, anchors_by_cell, measure_suite, read_anchors
from .arena import SCORED
from .bench import EPISODES, Order, bench
from .certificates import certify, read_certificates, told
from .entrant import open_entrant
from .suite import FROZEN, TAGS, Suite, load_suite

WIDTH = 120  # characters of a table


def add_bench(parser: argparse.ArgumentParser) -> None:
    """Options of `balance-env bench`."""
    text = "a doctrine, a policy or run folder (several runs with commas), or module:Class"
    parser.add_argument("--entrant", required=True, metavar="POLICY", help=text)
    parser.add_argument("--name", help="of the entrant, and of its folder of results; by default the policy's")
    parser.add_argument("--suite", default="balance-v1", help="name, or a folder of your own (default balance-v1)")
    text = f"{EPISODES['quick']} episodes of each stage, role and run instead of {EPISODES['full']}"
    parser.add_argument("--quick", action="store_true", help=text)
    parser.add_argument("--seed", type=int, default=0, help="of all episodes (default 0)")
    parser.add_argument("--out", type=Path, default=Path("results"), help="folder of results (default results)")
    parser.add_argument("--records", action="store_true", help="write every episode as Parquet files, too")
    parser.add_argument("--scores", action="store_true", help="play what scores rest on, and leave the rest for later")
    parser.add_argument("--jobs", type=int, help="processes at work (default: one a core)")


def add_suite(parser: argparse.ArgumentParser) -> None:
    """Options of `balance-env suite`."""
    parser.add_argument("suite", nargs="?", default="balance-v1", help="name, or a folder (default balance-v1)")
    parser.add_argument("--measure", action="store_true", help="measure anchors and skills that are not measured yet")
    parser.add_argument("--certify", action="store_true", help="make the dilemma certificates that are missing")
    parser.add_argument("--freeze", action="store_true", help="write the hashes that the suite is held to")
    parser.add_argument("--write", type=writable, metavar="FILE", help="write the page of the stages")


def progress() -> Progress:
    """A bar on the standard error stream."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    return Progress(*columns, TimeElapsedColumn(), TimeRemainingColumn(), console=Console(stderr=True))


def run_bench(options: argparse.Namespace) -> None:
    """Play the benchmark and print the result card."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    jobs = cores if options.jobs is None else options.jobs
    if jobs < 1:
        raise ValueError(f"--jobs {jobs}: a whole number from 1")
    if options.seed < 0:
        raise ValueError(f"--seed {options.seed}: a whole number from 0")
    entrant = open_entrant(options.entrant, options.name)
    setting = "quick" if options.quick else "full"
    order = Order(entrant, options.suite, setting, EPISODES[setting], options.seed, options.records, options.scores)
    with progress() as bar:
        task = bar.add_task(f"{entrant.name} on {options.suite}", total=None)
        folder = bench(order, options.out, jobs, lambda n, of: bar.update(task, completed=n, total=of))
    print_card(read_results(folder), load_suite(options.suite))


def print_card(results: Results, suite: Suite) -> None:
    """Who scored what, with intervals; by tag; who paid; what went wrong."""
    console, card = Console(width=WIDTH, highlight=False), results.card
    summary = summarise(results, {stage.name: stage.all_tags for stage in suite.stages})
    runs = f"{card['runs']} training runs" if card["trained"] else "a rule"
    console.print(
        f"\n[bold]{results.title}[/] ({runs}; {card['setting']}: {card['episodes']} episodes, seed {card['seed']})"
    )
    table = Table("", "score", "95 % interval", "", box=None, pad_edge=False)
    table.columns[1].justify = "right"
    order = list(TAGS)
    told = ""
    for figure in [*summary.headline, *sorted(summary.tags, key=lambda figure: order.index(figure.name))]:
        table.add_row(*_told(figure), "" if figure.why == told else figure.why)  # a reason is said once
        told = figure.why
    console.print(table)
    console.print("A score is 0 as random legal play and 1 as the best doctrine found, in the same seats, unclipped.\n")
    for line in who_paid(results, anchors_by_cell(suite)):
        console.print(line)
    faults = ", ".join(f"{kind} {count}" for kind, count in card["faults"].items()) or "none"
    console.print(f"Illegal acts: {int(results.episodes['illegal'].sum())}. Faults: {faults}.")
    for kind, message in card["said"].items():
        console.print(f"  {kind}: {message}", markup=False)
    console.print(f"{results.folder} holds all of it; its parts took {card['seconds']:.0f} s together.", markup=False)


def who_paid(results: Results, anchored: dict[tuple[str, str], Anchored]) -> list[str]:
    """What the background got beside random legal play in the entrant's seats, in lines."""
    lines = []
    for role in SCORED:
        cells = [cell for cell in results.cells(HEADLINE) if cell[1] == role]
        mine, theirs = [], []
        for cell in cells:
            row = anchored[cell]
            scale = row.reference - row.floor
            mine.append((results.by_run(*cell, "focal_return").mean() - row.floor) / scale)
            theirs.append((results.by_run(*cell, "background_return").mean() - row.background) / scale)
        lines.append(
            f"As {role}: a seat of its own earns {np.mean(mine):+.2f}, a seat of the others {np.mean(theirs):+.2f} "
            "more than beside random legal play (in units of the score)."
        )
    return lines


def _told(figure: Figure) -> tuple[str, str, str]:
    """A figure as cells of a table."""
    value = "" if figure.value is None else f"{figure.value:.2f}"
    ends = "" if figure.low is None else f"{figure.low:.2f} .. {figure.high:.2f}"
    return figure.name.replace("_", " "), value, ends


def run_suite(options: argparse.Namespace) -> None:
    """The stages of a suite with their anchors; measures them first where that is asked for."""
    suite = load_suite(options.suite)
    if options.measure:
        with progress() as bar:
            task = bar.add_task(f"measuring {suite.name}", total=len(suite.stages) * len(SCORED))
            for _ in measure_suite(suite):
                bar.advance(task)
    if options.certify:
        with progress() as bar:
            task = bar.add_task(f"certifying {suite.name}", total=len(suite.stages))
            for _ in certify(suite):
                bar.advance(task)
    if options.freeze:
        write_whole(suite.folder / FROZEN, (json.dumps(suite.freeze(), indent=1) + "\n").encode())
    if options.write:
        write_whole(options.write, stage_page(suite).encode())
    rows = {(row.stage, row.role): row for row in read_anchors(suite)}
    table = Table("stage", "N", "role", "floor", "reference", "doctrine", "errors apart", "skill", "95 %", box=None)
    for stage in suite.stages:
        for role in SCORED:
            row = rows.get((stage.name, role))
            if row is None or row.hash != stage.hash:
                table.add_row(stage.name, str(len(stage.world.state_names())), role, "[red]not measured[/]")
                continue
            colour = "" if row.holds else "[red]"
            table.add_row(
                stage.name, str(len(stage.world.state_names())), role, f"{row.floor:.2f}", f"{row.reference:.2f}",
                row.doctrine, f"{row.separation:.1f}", f"{colour}{row.has} - {row.lacks} {row.skill:+.2f}",
                f"{colour}{row.skill_low:+.2f} .. {row.skill_high:+.2f}",
            )  # fmt: skip
    Console(width=160, highlight=False).print(table)


def stage_page(suite: Suite) -> str:
    """The stages as a page of the documentation: what each is, who sits in it, and its scale."""
    rows, certified = anchors_by_cell(suite), read_certificates(suite)
    lines = [
        f"# Stages of {suite.name}",
        "",
        "Written by `balance-env suite --write docs/stages.md`. A score is 0 at the floor (random legal play) and 1 at",
        "the reference (the best doctrine found), per-capita returns in the same seats; *skill* is by how much the",
        "doctrine that has it outscores the one that lacks it, with its 95 % interval. The difference is measured; the",
        "reason after *as* is the makers' conjecture. The game that honouring an",
        "alliance is (Macy & Flache 2002) is judged by what the states of a stage want and by each design; *yes* or",
        "*no*: whether it is a dilemma with the whole of its intervals.",
        "",
    ]
    for stage in suite.stages:
        seats = len(stage.world.state_names())
        held = "".join(f" {state}: {' or '.join(names)}." for state, names in stage.held.items())
        lines += [
            f"## {stage.name}",
            "",
            f"{stage.description}",
            "",
            f"{seats} states, {stage.resident} the resident's. Tags: {', '.join(stage.all_tags).replace('_', ' ')}.",
            f"Background: {', '.join(stage.background)}.{held}",
            f"Honouring an alliance among balancers of threat: {told(certified[stage.name]).replace('_', ' ')}.",
            f"Skill: {stage.skill.has} over {stage.skill.lacks}, as {stage.skill.why}. Hash `{stage.hash[:12]}`.",
            "",
            "| role | floor | reference | errors apart | skill |",
            "|---|---|---|---|---|",
        ]
        for role in SCORED:
            row = rows[stage.name, role]
            skill = f"{row.skill:+.2f} ({row.skill_low:+.2f} .. {row.skill_high:+.2f})"
            reference = f"{row.reference:.2f} ({row.doctrine})"
            lines.append(f"| {role} | {row.floor:.2f} | {reference} | {row.separation:.1f} | {skill} |")
        lines.append("")
    return "\n".join(lines)
