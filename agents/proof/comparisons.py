"""Parts of the page that compare: doctrines, networks, memory, numbers of states, best responses; and the cost."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from balance_env import DOCTRINES, Verb

from ..config import Config, load_run
from ..evaluate import doctrines
from ..pictures import read_metrics
from ..population import ENOUGH
from ..watch import METRICS
from . import pictures
from .compared import BOUND, Population, among_doctrines, by_size, closing, curves, kept, responses
from .crossplay import levels
from .page import Page, Part, counted, interval, part, plural, spread, table
from .plays import over_runs, trained

SERVED = ("level", "networks", "memory", "sizes", "responses")  # entries of the plan
CORES, MINUTES = 2, 60
ASKED_KEPT = 0.8  # of the normalised return, of a network trained at another number of states


def level(page: Page) -> Part:
    """Trained states against the best doctrine."""
    groups = {page.proof.plan.main: page.main, **page.of(page.proof.plan.level)}
    found, rows = [], []
    for runs in groups.values():
        config = load_run(runs[0])
        way = " (learned among doctrines)" if config.opponents else ""
        allied = [read_metrics(run / METRICS) for run in runs]
        for of in levels(page.plays, config.load_scenario(), [trained(run) for run in runs]):
            found.append(of._replace(scenario=f"{of.scenario}{way}"))
            shares = [closing(table[f"{of.design}_{Verb.ALLY.name.lower()}"]) for table in allied]
            seeds = [run.name.rpartition("-")[2] for run in runs]
            by_seed = zip(seeds, of.by_run, shares, strict=True)
            one_by_one = ", ".join(f"{seed}: {gap:+.2f} ({share:.0%})" for seed, gap, share in by_seed)
            rows.append(
                [found[-1].scenario, of.design, str(of.runs), f"{config.steps / 1e6:g}", f"{of.score:.2f}",
                 of.doctrine, interval(of.difference), one_by_one, of.verdict]
            )  # fmt: skip
    told = f"{counted(*groups.values())}; intervals over runs and worlds, under five runs the range of the runs"
    picture = pictures.draw_levels(page.folder, found, "Trained states and the best doctrine in the same seats")
    head = ["scenario", "design", "runs", "million agent-steps", "score", "best doctrine", "trained minus it"]
    head += ["seed by seed (allies)", "verdict"]
    text = (
        f"One seat, rotated over {page.plays.worlds} worlds; every second one of the others holds a doctrine, the rest "
        "copies of the trained state. 1 is the distance from random legal play to the best doctrine. In brackets: the "
        "share of years in which these states chose to ally at the end of their training."
    )
    gaps = [f"{of.difference.value:+.2f} ({of.design}, `{of.scenario}`: {of.verdict})" for of in found]
    short = f"Trained states score, beside the best doctrine, {', '.join(gaps)}; 1 is its distance from random play."
    return part("Level with the best doctrine", short, picture, told, text, table(head, rows))


def networks(page: Page) -> Part:
    """Networks at equal cost."""
    groups = page.of(page.proof.plan.networks)
    found = {name: curves(runs) for name, runs in groups.items()}
    told = f"{counted(*groups.values())}; {spread(min(map(len, groups.values())))}"
    heading = "Networks at equal cost of one processor"
    picture = pictures.draw_compared(page.folder, "networks", found, True, heading)
    scores = {name: by_size(page.plays, runs, name) for name, runs in groups.items()}
    sizes = sorted({n for by in scores.values() for n in by})
    second = pictures.draw_sizes(page.folder, scores, "Networks among other numbers of states", "networks_sizes")
    rows = []
    for name, of in found.items():
        ends = [interval(over_runs(closing(values))) for values in of.returns.values()]
        by = [interval(over_runs(scores[name][n].mean(1))) if n in scores[name] else "cannot play" for n in sizes]
        rows.append([name, f"{of.minutes[-1]:.1f}", f"{of.steps[-1] / 1e6:.2f}", *ends, *by])
    returns = [f"return, {design}" for design in next(iter(found.values())).returns]
    head = ["network", "processor minutes", "million agent-steps", *returns, *(f"N = {n}" for n in sizes)]
    text = (
        "Fitted on `default` (8 states) for as much processor time each: the cheaper the network, the more it sees. "
        "`N = ...`: score of one seat among doctrines in a world of so many states, 0 random, 1 the best doctrine, "
        "mean over designs."
    )
    own = len(load_run(next(iter(groups.values()))[0]).load_scenario().state_names())
    ranked = sorted(scores, key=lambda name: -scores[name][own].mean())
    short = "Among doctrines, networks of about equal cost score " + ", ".join(
        f"{scores[name][own].mean():.2f} (`{name}`)" for name in ranked
    )
    return part(
        "Networks",
        f"{short}; 0 is random legal play, 1 the best doctrine.",
        picture,
        told,
        text,
        f"![by number of states]({second})",
        table(head, rows),
    )


def memory(page: Page) -> Part:
    """Windows of years, and networks that go through them one by one, at equal steps."""
    groups = page.of(page.proof.plan.memory)
    found = {in_sight(load_run(runs[0])): curves(runs) for runs in groups.values()}
    told = f"{counted(*groups.values())}; {spread(min(map(len, groups.values())))}"
    picture = pictures.draw_compared(
        page.folder, "memory", found, False, "Years that a state sees, where intent is hidden"
    )
    rows, means = [], []
    for (label, of), (name, runs) in zip(found.items(), groups.items(), strict=True):
        scores = among_doctrines(page.plays, runs, load_run(runs[0]).load_scenario(), name)
        means.append(f"{scores.mean():.2f} with {label}")
        ends = [interval(over_runs(closing(values))) for values in of.returns.values()]
        rows.append(
            [label, f"{of.steps[-1] / 1e6:.2f}", f"{of.minutes[-1]:.1f}", *ends, interval(over_runs(scores.mean(1)))]
        )
    returns = [f"return, {design}" for design in next(iter(found.values())).returns]
    head = ["sees", "million agent-steps", "processor minutes", *returns, "score among doctrines"]
    short = f"Among doctrines a state scores {', '.join(means)} in sight."
    return part("Memory", short, picture, told, table(head, rows))


def in_sight(config: Config) -> str:
    """What a run's states see, in words; the network, where it is not the usual one."""
    network = "" if config.network == Config().network else f" ({config.network})"
    return plural(config.years, "year") + network


def sizes(page: Page) -> Part:
    """A network trained among some states where others were trained."""
    first, *others = page.of(page.proof.plan.sizes).items()
    _, runs = first
    states = len(load_run(runs[0]).load_scenario().state_names())
    found = [kept(page.plays, runs, there) for _, there in others]
    told = counted(runs, *(there for _, there in others))
    shown = {
        f"trained among {states}": {of.states: of.elsewhere[:, None] for of in found},
        "trained among as many": {of.states: of.there[:, None] for of in found},
    }
    picture = pictures.draw_sizes(page.folder, shown, f"Trained among {states} states, played among others", "sizes")
    rows = []
    for of in found:
        verdict = "yes" if of.share >= ASKED_KEPT else "no"
        rows.append(
            [str(of.states), *(interval(over_runs(s)) for s in (of.there, of.elsewhere)), f"{of.share:.0%}", verdict]
        )
    head = ["states", "trained among as many", f"trained among {states}", "kept", f"asked: {ASKED_KEPT:.0%}"]
    left = [curves(some).entropy[:, -1].mean() for some in (runs, *(there for _, there in others))]
    text = (
        "Scores of one seat among doctrines: 0 random legal play, 1 the best doctrine, mean over designs. Runs are "
        f"short, and their policies end with an entropy of {min(left):.1f} to {max(left):.1f} nats: a share above 100% "
        "says that those trained there had learned less."
    )
    scores = ", ".join(f"{of.elsewhere.mean():.2f} at N = {of.states}" for of in found)
    there = ", ".join(f"{of.there.mean():.2f}" for of in found)
    short = f"Trained among {states} states, the network scores {scores}; trained among as many, as briefly: {there}."
    return part("Other numbers of states", short, picture, told, text, table(head, rows))


def populations(page: Page) -> list[Population]:
    """Those that runs of the plan reply to, every run that most parts are about, and every doctrine."""
    found, plan = [], page.proof.plan
    names = {str(run): f"the learner, seed {seed}" for seed, run in enumerate(page.proof.folders(plan.main))}
    for name in plan.responses:
        config = page.proof.configs[page.proof.folders(name)[0]]
        if len(config.opponents) != 1:
            raise ValueError(f"{name}: {len(config.opponents)} opponents; a response is told to one population")
        (of,) = config.opponents
        found.append(Population(names.get(of, of), of, config.load_scenario(), page.proof.finished(name)))
    replied = [of.player for of in found]
    scenario = page.proof.configs[page.main[0]].load_scenario()
    more = [(names[str(run)], str(run)) for run in page.main] + [(name, name) for name in doctrines()]
    return found + [Population(told, name, scenario, []) for told, name in more if name not in replied]


def exploited(page: Page) -> Part:
    """Best responses to the learner and to doctrines."""
    asked = populations(page)
    found = responses(page.plays, asked, page.candidates)
    gains = {of.told: float(np.mean([r.gain for r in found if r.population == of.told])) for of in asked}
    found.sort(key=lambda of: gains[of.population])
    groups = page.of(page.proof.plan.responses)
    told = f"trained answers: {counted(*groups.values())}; bars: 95 % over {page.plays.worlds} worlds"
    picture = pictures.draw_responses(page.folder, found, "What the best response to each population gains")
    rows = [
        [of.population, of.design, ", ".join(f"{gain:+.2f}" for gain in of.learned) or "none",
         ", ".join(of.best), f"{of.gain:+.2f} ± {BOUND * of.error:.2f}"]
        for of in found
    ]  # fmt: skip
    configs = [load_run(runs[0]) for runs in groups.values()]
    config = configs[0]
    own = (config.learning_seats or 1) / len(config.load_scenario().state_names())
    text = (
        f"One seat learns, from {origin(configs)}, for {config.steps / 1e6:g} million agent-steps of which {own:.0%} "
        "are its own, to answer a population that holds all others. Gains are over acting as that population does, 0 "
        f"where no answer does better. The best of these runs, of those of `{page.proof.plan.main}` and of all "
        "doctrines is chosen in either half of the worlds and told in the other: a lower bound, since a better answer "
        "may exist. 1 is the distance from random play to the best doctrine among doctrines."
    )
    of_learners = over_runs(np.array([gains[of.told] for of in asked if of.player not in DOCTRINES]))
    scripts = sorted((gains[of.told], of.player) for of in asked if of.player in DOCTRINES)
    (least, hardest), (next_least, next_hardest), *_, (most, softest) = scripts
    short = (
        f"The best answer that was found gains, mean over designs, {interval(of_learners)} over acting as trained runs "
        f"do; over acting as all of a doctrine do {least:+.2f} ({hardest}), {next_least:+.2f} ({next_hardest}) to "
        f"{most:+.2f} ({softest})."
    )
    head = ["population", "design", "trained answers, by seed", "the best that was found", "its gain"]
    return part("Best responses", short, picture, told, text, table(head, rows))


def origin(configs: list[Config]) -> str:
    """What replies begin with, in words."""
    told = []
    if any(config.start in config.opponents for config in configs):
        told.append("the weights of the run that it answers")
    told += sorted({f"those of `{Path(c.start).name}`" for c in configs if c.start and c.start not in c.opponents})
    told += ["random ones"] if any(config.start is None for config in configs) else []
    return " or ".join(told)


def cost(page: Page) -> Part:
    """What the runs took, and what a page that is not preliminary would take."""
    plan, rows, sums = page.proof.plan, [], np.zeros(2)
    for name, runs in page.of(list(plan.runs)).items():
        serves = [entry for entry in SERVED if name in getattr(plan, entry)]
        of = curves(runs)
        hours = np.array([len(runs), max(ENOUGH, len(runs))]) * of.minutes[-1] / MINUTES / CORES
        sums += hours
        serves = ["main"] * (name == plan.main) + serves
        cells = [f"{of.steps[-1] / 1e6:.2f}", f"{of.minutes[-1]:.1f}", str(len(runs)), *(f"{h:.2f}" for h in hours)]
        rows.append([name, ", ".join(serves), *cells])
    rows.append(["all", "", "", "", "", *(f"{hours:.1f}" for hours in sums)])
    head = [
        "runs",
        "serve",
        "million agent-steps",
        "minutes each",
        "made",
        "hours on two cores",
        f"hours, {ENOUGH} runs each",
    ]
    text = (
        "A run keeps one core busy, so two go on at a time. Minutes are those of a processor; of the clock, on cores "
        "that were shared, where a run did not count its processor's."
    )
    short = f"These runs took {sums[0]:.1f} hours on two cores; {ENOUGH} of each would take {sums[1]:.1f}."
    return part("What it costs", short, "", f"{ENOUGH} runs a kind, or a table is preliminary", text, table(head, rows))
