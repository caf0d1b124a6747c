"""Does a trained state do better than scripts in its seat? Paired worlds, seat by seat, design by design.

    python -m agents.evaluate RUN [RUN ...] --worlds 1000 [--scenario NAME]

In world w the focal state sits in seat w modulo N and has the design under test. The other seats hold a
fixed mix: half doctrines, half frozen copies of the trained policy (see `seat_mix`). Every compared
policy plays the same worlds: same key, same seat, same others, same draws. A score is the sum of a state's rewards
until it falls or its world ends.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from balance_env import DESIGNS, DOCTRINES, Scenario, VectorEnv, load_scenario
from balance_env.benchmark.progress import progress
from balance_env.commands import refused, until_stopped, writable
from balance_env.doctrines import CONSTANTS, doctrine_id
from balance_env.files import write_csv
from balance_env.players import Team, load_team
from balance_env.policies import Window

from .config import load_run
from .policy import Policy

SEED = 1_000_003  # of the worlds of an evaluation; training counts its seeds from 0
LEARNER = -1  # a seat that the trained policy plays
RESAMPLES = 2000
RANDOM = "random_legal"
TRAINED = "trained"
EVALUATION = "evaluation.csv"  # of a run folder
WIDTH = 100  # columns of what is printed
CAPTION = (
    "P: share of the paired worlds in which the trained state scores more, ties half. target: what this project "
    "wants of its default training, where `above 0` is asked of the lower end of the interval."
)
MEAN_DOCTRINE = "mean doctrine"
BEST_CONSTANT = "best constant"
BEST_DOCTRINE = "best doctrine"
CHANCES = {RANDOM: 0.75, BEST_CONSTANT: 0.6}  # probability of improvement that is asked for


def doctrines() -> list[str]:
    """Names of the doctrines that have an author."""
    return [name for name in DOCTRINES if name not in CONSTANTS and name != RANDOM]


def design_weights(scenario: Scenario) -> dict[str, np.ndarray]:
    """The different designs of a scenario: name (or its weights, as text) to weights (K,)."""
    weights = np.unique(scenario.template().designs, axis=0)
    return {name: row for name, row in zip(design_names(scenario), weights, strict=True)}


def design_names(scenario: Scenario) -> list[str]:
    """Names of the different designs of a scenario, in the order of their sorted weights."""
    known = load_scenario(scenario, designs=list(DESIGNS)).template().designs
    names = []
    for row in np.unique(scenario.template().designs, axis=0):
        same = [name for name, weights in zip(DESIGNS, known, strict=True) if np.allclose(weights, row)]
        names.append(same[0] if same else " ".join(f"{weight:g}" for weight in row))
    return names


def seat_mix(worlds: int, actors: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Who sits where: (players (W, N), focal seat (W,)), the same for every compared policy.

    The focal seat rotates. Of the others, in an order drawn for the world, every second one holds a
    doctrine, the doctrines taking turns over the worlds; the rest are frozen copies.
    """
    scripts = [doctrine_id(name) for name in doctrines()]
    players = np.full((worlds, actors), LEARNER, np.int32)
    focal = np.arange(worlds) % actors
    rng = np.random.default_rng(seed)
    turn = 0
    for w in range(worlds):
        others = rng.permutation(np.delete(np.arange(actors), focal[w]))
        for seat in others[w // actors % 2 :: 2]:
            players[w, seat] = scripts[turn % len(scripts)]
            turn += 1
    return players, focal


def cast(batch: VectorEnv, players: np.ndarray, focal: np.ndarray, weights: np.ndarray) -> None:
    """Seat `players` (W, N) in a batch that was just reset, and give the focal seats their weights."""
    snapshot = batch.get_state()
    snapshot["worlds"]["design"][np.arange(len(focal)), focal] = weights
    batch.set_state(snapshot)
    batch.set_players(players)


def play(
    scenario: Scenario,
    policy: Policy,
    players: np.ndarray,
    focal: np.ndarray,
    weights: np.ndarray,
    seed: int,
    years: int = 1,
    visitor: Team | None = None,
) -> np.ndarray:
    """Scores (W,) of the focal seats; `policy`, which sees some `years`, plays the seats of LEARNER (W, N).

    A `visitor` plays those of them that are focal.
    """
    batch = VectorEnv(scenario, len(players), autoreset=False)
    batch.reset(seed)
    cast(batch, players, focal, weights)
    out, seat = batch.outputs, (np.arange(len(players)), focal)
    visits = np.zeros(players.shape, bool)
    visits[seat] = visitor is not None
    sides: list[tuple[Policy, int, np.ndarray]] = [(policy, years, ~visits)]
    if visitor is not None:
        sides.append((visitor, visitor.years, visits))
    scores, going, year = np.zeros(len(players)), np.ones(len(players), bool), 0
    window = Window(max(seen for _, seen, _ in sides), players.size, batch.row_size)
    while going.any():
        rows = window.see(out.rows.reshape(players.size, -1)).reshape(*players.shape, -1)
        draws = np.random.default_rng((seed, year)).random(players.shape)
        actions = np.zeros(players.shape, np.int64)
        for act, seen, held in sides:
            chosen = (players == LEARNER) & (out.alive > 0) & going[:, None] & held
            if chosen.any():
                newest = rows[chosen][:, -seen * batch.row_size :]
                actions[chosen] = act(newest, out.masks[chosen], draws[chosen], np.nonzero(chosen)[1])
        batch.step(actions)
        scores += out.rewards[seat] * going
        going &= ~(out.terminations[seat] | out.truncations[seat] | (out.ended > 0))
        year += 1
    return scores


class Result(NamedTuple):
    """How the trained policy compares with another, over runs and worlds."""

    design: str
    policy: str
    score: float  # mean of the other
    difference: float  # mean of trained minus the other
    low: float  # its 95 % interval
    high: float
    chance: float  # probability of improvement: share of paired worlds in which trained scores more, ties half
    target: str = ""  # what this project wants of its default training here
    is_met: bool | None = None


def interval(difference: np.ndarray, seed: int = 0) -> tuple[float, float]:
    """95 % interval of the mean of paired differences (R, W): a bootstrap over runs and over worlds."""
    rng = np.random.default_rng(seed)
    runs, worlds = difference.shape
    by_run = rng.multinomial(runs, np.full(runs, 1.0 / runs), RESAMPLES) / runs
    by_world = rng.multinomial(worlds, np.full(worlds, 1.0 / worlds), RESAMPLES) / worlds
    means = ((by_run @ difference) * by_world).sum(-1)
    low, high = np.quantile(means, (0.025, 0.975))
    return float(low), float(high)


def compare(design: str, name: str, trained: np.ndarray, other: np.ndarray, asks_difference: bool = False) -> Result:
    """The trained policy's scores (R, W) against another's in the same worlds."""
    difference = trained - other
    low, high = interval(difference)
    chance = float(np.mean((difference > 0) + 0.5 * (difference == 0)))
    target, is_met = [], True
    if asks_difference:
        target.append("above 0")
        is_met &= low > 0
    if name in CHANCES:
        target.append(f"P >= {CHANCES[name]}")
        is_met &= chance >= CHANCES[name]
    verdict = is_met if target else None
    return Result(
        design, name, float(other.mean()), float(difference.mean()), low, high, chance, ", ".join(target), verdict
    )


def summarise(scores: dict[str, dict[str, np.ndarray]]) -> list[Result]:
    """Every comparison, from scores (R, W) by design and policy. Best means the highest mean score."""
    results = []
    for design, by_policy in scores.items():
        trained = by_policy[TRAINED]
        of_constants = [name for name in CONSTANTS if name in by_policy]
        of_doctrines = [name for name in doctrines() if name in by_policy]
        best = {
            BEST_CONSTANT: max(of_constants, key=lambda name: by_policy[name].mean()),
            BEST_DOCTRINE: max(of_doctrines, key=lambda name: by_policy[name].mean()),
        }
        mean_doctrine = np.mean([by_policy[name] for name in of_doctrines], axis=0)
        results.append(Result(design, TRAINED, float(trained.mean()), 0.0, 0.0, 0.0, 0.5))
        results.append(compare(design, RANDOM, trained, by_policy[RANDOM], True))
        results.append(compare(design, MEAN_DOCTRINE, trained, mean_doctrine, True))
        for title, name in best.items():
            told = compare(design, title, trained, by_policy[name], title == BEST_CONSTANT)
            results.append(told._replace(policy=f"{title}: {name}"))
        results += [compare(design, name, trained, by_policy[name], True) for name in of_constants]
        results += [compare(design, name, trained, by_policy[name]) for name in of_doctrines]
    return results


def evaluate(
    scenario: Scenario, policies: Sequence[Team], worlds: int, seed: int = SEED, designs: Sequence[str] | None = None
) -> list[Result]:
    """Compare trained policies, one a run, with random play, constant policies and doctrines."""
    weights = design_weights(scenario)
    players, focal = seat_mix(worlds, len(scenario.state_names()), seed)
    names = [TRAINED, RANDOM, *CONSTANTS, *doctrines()]
    if "coerce" not in scenario.verbs:
        names.remove("coerce_weakest")  # it would only arm
    jobs = [(design, name, run) for design in designs or weights for name in names for run in range(len(policies))]
    scores: dict[str, dict[str, np.ndarray]] = {}
    with progress("evaluating") as done:
        for n, (design, name, run) in enumerate(jobs, start=1):
            seated = players.copy()
            seated[np.arange(worlds), focal] = LEARNER if name == TRAINED else doctrine_id(name)
            team = policies[run]
            score = play(scenario, team, seated, focal, weights[design], seed, team.years)
            scores.setdefault(design, {}).setdefault(name, np.zeros((len(policies), worlds)))[run] = score
            done(n, len(jobs))
    return summarise(scores)


def table(results: Sequence[Result], title: str) -> Table:
    """The results for the terminal, in `WIDTH` columns."""
    shown = Table(
        title=title, title_justify="left", box=SIMPLE_HEAD, padding=(0, 1), caption=CAPTION, caption_justify="left"
    )
    shown.add_column("in the same seat", width=max(map(len, DOCTRINES)))
    for name in ("its score", "trained - it", "95 % interval", "P"):
        shown.add_column(name, justify="right", no_wrap=True)
    shown.add_column("target: met?")
    for result in results:
        if result.policy == TRAINED:
            shown.add_section()
            shown.add_row(f"[bold]{result.design}: {TRAINED}[/]", f"[bold]{result.score:.3f}[/]")
            continue
        met = "" if result.is_met is None else (": [green]yes[/]" if result.is_met else ": [red]no[/]")
        shown.add_row(
            result.policy,
            f"{result.score:.3f}",
            f"{result.difference:+.3f}",
            f"{result.low:+.3f} .. {result.high:+.3f}",
            f"{result.chance:.2f}",
            result.target + met,
        )
    return shown


def main(arguments: Sequence[str] | None = None) -> int:
    """The command `python -m agents.evaluate`."""
    parser = argparse.ArgumentParser(prog="python -m agents.evaluate", description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("runs", nargs="+", metavar="RUN", help="run folders of train.py, one a training seed")
    parser.add_argument("--worlds", type=int, default=1000, help="paired worlds a design (default 1000)")
    parser.add_argument("--seed", type=int, default=SEED, help=f"of the worlds (default {SEED})")
    parser.add_argument(
        "--scenario",
        help="play there, with the designs that the runs' configs name or else its own (default: the runs' own)",
    )
    parser.add_argument("--csv", type=writable, help="also write the table here")
    given = parser.parse_args(arguments)
    try:
        if given.worlds < 1:
            raise ValueError(f"--worlds {given.worlds}: a whole number from 1")
        if given.csv is not None and given.csv.exists():
            raise ValueError(f"--csv {given.csv}: the file exists")
        configs = [load_run(run) for run in given.runs]
        if given.scenario is not None:
            elsewhere = {"scenario": given.scenario, "overrides": {}}
            configs = [config.model_copy(update=elsewhere) for config in configs]
        scenarios = [config.load_scenario() for config in configs]
        for run, scenario in zip(given.runs, scenarios, strict=True):
            if scenario.content_hash() != scenarios[0].content_hash():
                raise ValueError(f"run {run!r} was trained on another scenario than {given.runs[0]!r}")
        policies = [load_team(run, scenarios[0]) for run in given.runs]
    except ValueError as error:
        return refused(error)
    results = evaluate(scenarios[0], policies, given.worlds, given.seed)
    title = f"{scenarios[0].name}: {len(policies)} training seed(s), {given.worlds} paired worlds"
    Console(width=WIDTH).print(table(results, title))
    if given.csv is not None:
        write_csv(given.csv, Result._fields, results)
    return 0


if __name__ == "__main__":
    sys.exit(until_stopped(main))
