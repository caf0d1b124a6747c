"""The command `balance-env`: describe a scenario, tell a history, play a seat."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import yaml

from .commands import refused, stopped
from .core.world import Ending
from .doctrines import DOCTRINES
from .events import listed
from .files import write_whole
from .players import LEARNED, about_player, learned_names, trained_at
from .policies import read_card
from .record import Recorder
from .scenario import Scenario
from .scenarios import load_scenario, scenario_names
from .single import DEFAULT_OPPONENTS, place_opponents
from .vector import VectorEnv
from .view.describe import describe_parameters, describe_rules, describe_states
from .view.map import draw_map
from .view.play import find_seat, play
from .view.tables import pages
from .view.text import closing, labels_by_id, names_by_seat, state_table, tell_year, wrapped

YEARS = 60  # of a history, unless told otherwise


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; return 0, 2 with one line on stderr for what was asked wrongly, or 130 for Ctrl-C."""
    words = list(sys.argv[1:] if argv is None else argv)
    try:
        options = make_parser(words[0] if words else None).parse_args(words)
        options.command(options)
    except ValueError as error:
        return refused(error, "balance-env: ")
    except BrokenPipeError:  # the reader, `head` or `less`, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except KeyboardInterrupt as stop:
        return stopped(stop)
    except OSError as error:  # a file cannot be read or written
        return refused(error, "balance-env: ")
    return 0


def make_parser(asked: str | None = None) -> argparse.ArgumentParser:
    """The parser of the command line, whole for the command that is asked for."""
    parser = argparse.ArgumentParser(
        prog="balance-env", description="States in anarchy: arms, alliances, bandwagoning, sanctions."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, function: Any, text: str, takes_scenario: bool = True) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=text, description=text)
        sub.set_defaults(command=function)
        if takes_scenario:
            sub.add_argument("scenario", metavar="SCENARIO", help="a name from `balance-env list`, or a YAML file")
            sub.add_argument(
                "--set",
                action="append",
                default=[],
                metavar="KEY=VALUE",
                help="a field of the scenario or a parameter, e.g. offence=2.0; may be repeated",
            )
        return sub

    command("list", run_list, "List scenarios, doctrines and trained states.", takes_scenario=False)
    sub = command("describe", run_describe, "Describe a scenario: map, states, pacts, verbs, parameters.")
    sub.add_argument("--all", action="store_true", help="all parameters, not only those that differ from the defaults")
    sub = command("run", run_history, "Play one episode and tell its history.")
    who = "one player, or several with commas for the seats in turn: names from `balance-env list`, paths of policies"
    usual = f"(default {', '.join(DEFAULT_OPPONENTS)})"
    sub.add_argument("--players", help=f"{who} {usual}")
    sub.add_argument("--years", type=int, default=YEARS, help=f"horizon ({YEARS}); 0: the end comes by chance")
    sub.add_argument("--seed", type=int, default=0)
    sub.add_argument("--table", action="store_true", help="the table of every year, too")
    sub.add_argument("--quiet-years", action="store_true", help="every year and every event, offers included")
    sub = command("play", run_play, "Play one seat yourself, among doctrines or trained states.")
    sub.add_argument("--seat", default="0", help="which is yours: a number from 0, or a state, as in `--seat Germany`")
    sub.add_argument("--opponents", help=f"the others: {who} {usual}")
    sub.add_argument("--years", type=int, default=0, help="horizon; 0: the end comes by chance")
    sub.add_argument("--seed", type=int, default=0)
    sub = command(
        "export", run_export, "Play episodes and write their panels: state-years, dyad-years, events, actions."
    )
    sub.add_argument("--players", help=f"{who} {usual}")
    sub.add_argument("--episodes", type=int, default=100, help="how many (100)")
    sub.add_argument("--years", type=int, default=0, help="horizon; 0: the end comes by chance")
    sub.add_argument("--seed", type=int, default=0)
    sub.add_argument("--to", metavar="FOLDER", required=True, help="a new folder; see docs/records.md")
    sub.add_argument("--directed", action="store_true", help="two rows a pair in the dyad-years, one each way")
    sub.add_argument("--csv", action="store_true", help="CSV instead of Parquet")
    sub = command("tables", run_tables, "Print or write the tables of the documentation.", takes_scenario=False)
    sub.add_argument("--write", metavar="FOLDER", help="write one page each into this folder")
    add_benchmark(command, asked)
    return parser


BENCHMARK = {  # command: (the room of `balance_env.benchmark` that has it, what it does)
    "bench": ("protocol", "Play the benchmark and print a result card."),
    "suite": ("protocol", "List the stages of a benchmark's suite."),
    "report": ("reporting", "Write tables, pictures and a page about results of the benchmark."),
    "leaderboard": ("reporting", "Rebuild the page that ranks all entrants."),
    "metagame": ("reporting", "Play entrants among each other, and rank them by what each gets among the others."),
}


def add_benchmark(command: Callable[..., argparse.ArgumentParser], asked: str | None) -> None:
    """The commands of the benchmark; its libraries are loaded for the one that is asked for, since they are slow.

    Raises
    ------
    ValueError
        Says what to install where they are missing.
    """
    for name, (room, text) in BENCHMARK.items():
        if name != asked:
            command(name, None, text, takes_scenario=False)
            continue
        try:
            module = importlib.import_module(f".benchmark.{room}.command", __package__)
        except ModuleNotFoundError as error:
            raise ValueError(f"{error.name} is missing: pip install 'balance-env[benchmark]'") from None
        getattr(module, f"add_{name}")(command(name, getattr(module, f"run_{name}"), text, takes_scenario=False))


def read_settings(settings: Sequence[str]) -> dict[str, Any]:
    """Overrides from `key=value` words, values read as YAML; ValueError names a word without `=`."""
    overrides = {}
    for setting in settings:
        key, equals, value = setting.partition("=")
        if not equals or not key.isidentifier() or key == "scenario":
            raise ValueError(f"--set {setting}: KEY=VALUE is needed, e.g. offence=2.0")
        try:
            overrides[key] = yaml.safe_load(value)
        except yaml.YAMLError:
            raise ValueError(f"--set {setting}: the value cannot be read") from None
    return overrides


def load(options: argparse.Namespace) -> Scenario:
    """The scenario that was asked for."""
    return load_scenario(options.scenario, **read_settings(options.set))


def make_batch(scenario: Scenario, players: Sequence[str], years: int) -> VectorEnv:
    """One world of the scenario; `years` of 0 leave its end as the scenario has it."""
    batch = VectorEnv(scenario, 1, threads=1, players=players, autoreset=False)
    if years:
        batch.max_cycles = years
    return batch


# list, tables


def run_list(options: argparse.Namespace) -> None:
    """Scenarios with one line each, doctrines with author and work, trained states with how they were made."""
    print("Scenarios\n")
    wide = max(map(len, scenario_names()))
    for name in scenario_names():
        print("\n".join(wrapped(load_scenario(name).description, f"  {name:{wide}}  ")))
    print("\nDoctrines\n")
    for doctrine in DOCTRINES.values():
        print(f"  {doctrine.name} ({doctrine.author}, {doctrine.work})")
        print("\n".join(wrapped(doctrine.sentence, "      ")))
    print("\nTrained states\n")
    for name in learned_names():
        print(f"  {name}")
        print("\n".join(wrapped(about_player(name), "      ")))
        print(f"      {read_card(LEARNED / name)['training']['command']}")


def run_tables(options: argparse.Namespace) -> None:
    """The generated pages, to the screen or into a folder."""
    for name, text in pages().items():
        if options.write:
            write_whole(Path(options.write, name), text.encode())
        else:
            print(text)


# describe


def run_describe(options: argparse.Namespace) -> None:
    """What a scenario starts from."""
    scenario = load(options)
    print(f"{scenario.name}" + (f" [{', '.join(scenario.tags)}]" if scenario.tags else ""))
    print("\n".join(wrapped(scenario.description, "  ")), end="\n\n")
    template = scenario.template()
    labels = labels_by_id(scenario)
    print("\n".join(draw_map(template.position, template.distance == 0, labels)))
    print("\n  North is up; a sketch, not to scale. Dots join land neighbours.\n")
    print("\n".join(describe_states(scenario)), end="\n\n")
    for line in describe_rules(scenario):
        print("\n".join(wrapped(line, hanging="    ")))
    print()
    print("\n".join(describe_parameters(scenario, options.all)))


# run


def split_names(option: str, names: str | None, seats: int) -> list[str]:
    """Players of a comma list, the usual ones without it; ValueError for none, an unknown one, or more than seats."""
    if names is None:
        return list(DEFAULT_OPPONENTS[:seats])
    split = [name.strip() for name in names.split(",") if name.strip()]
    for name in split:
        trained_at(name)
    if not split:
        raise ValueError(f"{option}: no player given: a name from `balance-env list`, or several with commas")
    if len(split) > seats:
        raise ValueError(f"{option} names {len(split)} players for {seats} seats")
    return split


def run_history(options: argparse.Namespace) -> None:
    """One episode in sentences, year by year, and how it ended."""
    scenario = load(options)
    count = len(scenario.state_names())
    players = split_names("--players", options.players, count)
    batch = make_batch(scenario, [players[i % len(players)] for i in range(count)], options.years)
    batch.reset(options.seed)
    print("\n".join(introduction(batch, players)), end="\n\n")
    recorder = Recorder(batch)
    if options.table:
        print(state_table(batch), end="\n\n")
    while recorder.ending == Ending.NOT:
        batch.advance()
        recorder.record()
        told = tell_year(recorder, recorder.year, options.quiet_years)
        if options.table:
            told = [*told, *[""] * bool(told), state_table(batch), ""]
        if told:
            print("\n".join(told))
    print("\n" + "\n".join(closing(recorder)))


def introduction(batch: VectorEnv, players: Sequence[str]) -> list[str]:
    """Scenario, seed and who plays whom."""
    lines = wrapped(f"{batch.scenario.description} Seed {batch.seed}.")
    if len(players) == 1:
        return [*lines, *wrapped(f"{players[0]} plays every seat: {about_player(players[0])}")]
    names = names_by_seat(batch)
    for n, player in enumerate(players):
        seats = [name for i, name in enumerate(names) if i % len(players) == n]
        lines += wrapped(f"{listed(seats)}: {player}. {about_player(player)}", "- ", "  ")
    return lines


# export


def run_export(options: argparse.Namespace) -> None:
    """Episodes as files, and how many rows of each panel there are."""
    try:
        from .benchmark.records.export import export
    except ModuleNotFoundError as error:
        raise ValueError(f"{error.name} is not installed: pip install 'balance-env[benchmark]'") from None
    scenario = load(options)
    count = len(scenario.state_names())
    players = split_names("--players", options.players, count)
    export(
        scenario,
        [players[i % len(players)] for i in range(count)],
        options.episodes,
        options.seed,
        options.to,
        years=options.years,
        directed=options.directed,
        as_csv=options.csv,
    )
    files = ", ".join(sorted(file.name for file in Path(options.to).iterdir()))
    print(f"{options.episodes} episodes of {scenario.name} in {options.to}: {files}")


# play


def run_play(options: argparse.Namespace) -> None:
    """One seat at the terminal, year by year, and a debrief."""
    scenario = load(options)
    count = len(scenario.state_names())
    seat = find_seat(scenario, options.seat)
    players = place_opponents(seat, split_names("--opponents", options.opponents, count - 1), count)
    batch = make_batch(scenario, players, options.years)
    batch.reset(options.seed)
    play(batch, seat)
