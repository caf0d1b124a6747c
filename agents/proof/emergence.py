"""Parts of the page about the main runs: learning, cross-play, behaviour, what the network attends to."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.progress import track

from balance_env.policies import LearnedPolicy

from ..config import load_run
from ..evaluate import design_names
from . import pictures
from .compared import curves
from .conduct import TERCILES, Conduct, Sample, conduct, sample
from .crossplay import cross_play
from .looking import ANY, WHO, Looking, look, piece_names
from .page import Page, Part, counted, interval, part, spread, table
from .plays import Plays, over_runs, remember, trained


def learning(page: Page) -> Part:
    """Learning curves, and which runs are kept."""
    runs = page.candidates
    found, told = curves(runs), f"{counted(runs)}; {spread(len(runs))}"
    picture = pictures.draw_learning(page.folder, found, told)
    last = max(1, len(found.steps) // pictures.SMOOTHED)
    rows, risen = [], []
    for design, values in found.returns.items():
        first, end = (over_runs(some.mean(1)) for some in (values[:, :last], values[:, -last:]))
        parts = "" if end.low is not None and first.high < end.low else ": not told apart"
        risen.append(f"{interval(first)} to {interval(end)} ({design}{parts})")
        ends = values[:, -last:].mean(1)
        rows.append([design, interval(first), interval(end), f"{ends.min():.2f} .. {ends.max():.2f}"])
    head = ["design", "return, first twentieth", "last twentieth", "lowest and highest run"]
    short, texts = f"The return of an episode goes from {', '.join(risen)}.", [table(head, rows)]
    if page.proof.plan.candidates > 1:
        texts += kept(page)
    return part("Learning curves", short, picture, told, *texts)


def kept(page: Page) -> list[str]:
    """Which runs are kept, and why."""
    rows = [
        [some.kept.name, ", ".join(f"`{run.name}` {gain:+.2f}" for run, gain in zip(*some, strict=True))]
        for some in page.judged
    ]
    text = (
        f"Runs differ by chance. Of every {page.proof.plan.candidates}, by seed, one is kept, and the parts below are "
        "about these unless they say otherwise: the one to which the best answer gains least, mean over designs, among "
        "the others and all doctrines (see Best responses), in worlds that no other part plays."
    )
    return [text, table(["kept", "what the best answer to each gained"], rows)]


def crossplay(page: Page) -> Part:
    """Seeds among seeds, designs among designs."""
    runs = page.main
    found = cross_play(page.plays, load_run(runs[0]).load_scenario(), [trained(run) for run in runs])
    told = f"{counted(runs)}, {page.plays.worlds} worlds a cell"
    picture = pictures.draw_cross(page.folder, found, told)
    own = np.eye(len(runs), dtype=bool)
    rows = []
    for design, values, best in zip(found.designs, found.seeds, found.best, strict=True):
        among = [f"{values[own].mean():.2f}", f"{values[~own].mean():.2f}" if len(runs) > 1 else ""]
        rows.append([design, *among, f"{values.min():.2f} .. {values.max():.2f}", ", ".join(dict.fromkeys(best))])
    head = [
        "design of the visitor",
        "among its own run",
        "among other runs",
        "all cells",
        "what 1 is: the best doctrine",
    ]
    text = (
        "One seat is the visitor's and the rest are the residents'; seats rotate, and every visitor plays the same "
        "worlds. 0 is what random legal play scores in that seat, 1 what the best doctrine does; NA where the two "
        "are too close to tell. On the right all residents have one design, on the scale of the mixed world."
    )
    strangers = ", ".join(f"{row[2] or row[1]} ({row[0]})" for row in rows)
    short = f"A visitor among other seeds scores {strangers}; 0 is random legal play, 1 the best doctrine there."
    return part("Cross-play", short, picture, told, text, table(head, rows))


def behaviour(page: Page) -> Part:
    """What states do, by design, perceived threat and rank."""
    told = f"{counted(page.main)}; {spread(len(page.main))}"
    designs = design_names(load_run(page.main[0]).load_scenario())
    conducts = [seen(page.plays, run)[0] for run in told_while(page.main, "behaviour")]
    picture = pictures.draw_conduct(page.folder, conducts, designs, told)
    rows = []
    for d, design in enumerate(designs):
        for third, threat in enumerate(TERCILES):
            shares = [np.array([of.by_threat[d, third, verb] for of in conducts]) for verb in pictures.SHOWN_VERBS]
            rows.append([design, threat, *(interval(over_runs(share), is_share=True) for share in shares)])
    cut = np.mean([of.terciles for of in conducts], 0)
    text = (
        "Shares of state-years in which a living state did this, among copies of its own run. Terciles of the largest "
        f"threat that it perceives, all designs together, part at {cut[0]:.2f} and {cut[1]:.2f}."
    )
    verbs = [verb.name.lower() for verb in pictures.SHOWN_VERBS]
    low, high = (np.mean([of.by_threat[:, third] for of in conducts], 0) for third in (0, -1))
    did = [
        f"{design} states "
        + ", ".join(
            f"{verb.name.lower()} in {low[d, verb]:.0%} and {high[d, verb]:.0%}" for verb in pictures.SHOWN_VERBS
        )
        for d, design in enumerate(designs)
    ]
    short = f"Under low and under high threat, {'; '.join(did)} of their years."
    return part("Behaviour by design", short, picture, told, text, table(["design", "perceived threat", *verbs], rows))


def attends(page: Page) -> Part:
    """On what the acts of the main runs hang, and the attention of networks that have it."""
    runs = page.main
    others = {k: some for k, some in page.of(page.proof.plan.networks).items() if load_run(some[0]).network == "dyads"}
    looks = [seen(page.plays, run)[1] for run in told_while(runs, "what acts hang on")]
    attending = {
        name: [seen(page.plays, run)[1] for run in told_while(some, f"attention of {name}")]
        for name, some in others.items()
    }
    told = f"{counted(runs)}; {spread(len(runs))}"
    picture = pictures.draw_looking(page.folder, looks, attending, told)
    pieces, states = (np.array([getattr(look, name) for look in looks]) for name in ("by_piece", "by_state"))
    hang = [
        [piece_names()[n].replace(".", ": "), interval(over_runs(pieces[:, n]), is_share=True)]
        for n in pieces.mean(0).argsort()[::-1][: pictures.SHOWN_PIECES]
    ]
    whom = [[who, interval(over_runs(states[:, n]), is_share=True)] for n, who in enumerate((*WHO, ANY))]
    for name, some in attending.items():
        paid = over_runs(np.array([look.attention for look in some]))
        told += f"; `{name}`: {counted(others[name])}"
        whom = [[*row, f"{paid.value[n]:.2f}" if n < len(WHO) else ""] for n, row in enumerate(whom)]
    text = (
        "What is seen is taken from another state-year, drawn at random: the tables say in what share of acts "
        "another would then be chosen. A number about the others is replaced in the blocks of all of them; "
        "`own: what it wants` is all weights of its reward. Attention is 1 where all living states get as much."
    )
    heads = ["all that is seen of one state", "acts that hang on it", *(f"attention of `{name}`" for name in attending)]
    tables = table(["a number in the row", "acts that hang on it"], hang), table(heads, whom)
    top = states.mean(0).argmax()
    short = (
        f"Of the numbers that a state sees, `{hang[0][0]}` weighs most: with another state's in its place "
        f"{hang[0][1]} of its acts would be others; of the states that it sees, {whom[top][0]}: {whom[top][1]}."
    )
    return part("What the network attends to", short, picture, told, text, *tables)


def told_while(runs: list[Path], told: str) -> Iterable[Path]:
    """Runs, one after the other, behind a bar that says how far this is."""
    return track(runs, told, console=Console(stderr=True), transient=True)


def seen(plays: Plays, run: Path) -> tuple[Conduct, Looking]:
    """Behaviour of a run, and what its acts hang on; kept beside the scores.

    Raises
    ------
    ValueError
        If the run has several learners, or a memory: pieces of the row would then be many networks' or years'.
    """
    scenario, of = load_run(run).load_scenario(), trained(run)
    team = of.team
    assert team is not None
    policy, *more = team.policies
    if more or team.years > 1 or not isinstance(policy, LearnedPolicy):
        raise ValueError(f"{run}: one shared learner that sees one year is needed to say what acts hang on")

    @functools.cache
    def years() -> Sample:
        return sample(scenario, team)

    designs, actors = len(design_names(scenario)), len(scenario.state_names())
    kept = plays.folder / of.key
    done = remember(kept.with_suffix(".conduct.npz"), Conduct, lambda: conduct(years(), designs, actors))
    return done, remember(kept.with_suffix(".looking.npz"), Looking, lambda: look(policy, years()))
