"""The report on one entrant: tables as CSV and Markdown, pictures, and a page that holds them all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from ...files import write_whole
from ..protocol.anchors import read_anchors
from ..protocol.suite import load_suite
from ..statistics import ALPHA
from . import figures
from .beside import draw_measures
from .exploiters import exploiter_table, read_exploiters
from .page import as_page
from .results import ALL, HEADLINE, SELF_PLAY, Measure, Results, read_results
from .summary import LISTED, Figure, Paid, Summary, hypotheses, paid, summarise
from .tables import MISSING, Report, Table, Value, as_csv, as_markdown, interval, short

TABLES, PICTURES = "tables", "figures"  # folders beside the results
RECORDS = "records"  # of the results: a folder of panels for each stage, role and run
MARKDOWN, PAGE = "report.md", "report.html"
SECONDS_A_MINUTE = 60.0
LEAST_SHARE = 0.01  # that is told by a number on the card
ENDS = (("low", "high"), ("null_low", "null_high"))  # of a measure's interval, and of its null's band


def write_report(folder: str | Path, suite: str | Path | None = None) -> Report:
    """Write tables, pictures, `report.md` and `report.html` into a results folder; the same bytes every time.

    Parameters
    ----------
    suite : str or Path, optional
        Folder of the suite that was played, if it is not one of the package.

    Raises
    ------
    ValueError
        If the folder holds no results, or torn ones, or ones of another suite.
    """
    folder = Path(folder)
    results = read_results(folder)
    played = load_suite(suite or results.card["suite"])
    if played.hash != results.card["suite_hash"]:
        raise ValueError(
            f"{str(folder)!r} holds results of {results.card['suite']} with hash {results.card['suite_hash']}; "
            f"the suite here has {played.hash}"
        )
    tags = {stage.name: stage.all_tags for stage in played.stages}
    beside_random = {(row.stage, row.role): row.background for row in read_anchors(played)}
    report = make_report(results, tags, beside_random)
    for name in (TABLES, PICTURES):
        (folder / name).mkdir(exist_ok=True)
    for table in report.tables:
        _write(folder / TABLES / f"{table.name}.csv", as_csv(table))
    for name, (_, svg) in report.pictures.items():
        _write(folder / PICTURES / f"{name}.svg", svg)
    _write(folder / MARKDOWN, as_markdown_report(report))
    _write(folder / PAGE, as_page(report))
    return report


def _write(path: Path, text: str) -> None:
    write_whole(path, text.encode())


def make_report(
    results: Results, tags: Mapping[str, Sequence[str]], beside_random: Mapping[tuple[str, str], float]
) -> Report:
    """Tables and pictures of results; see `summary.summarise` and `summary.paid`."""
    summary, who_paid = summarise(results, tags), paid(results, beside_random)
    measures, forks = ([row for row in rows if row.group == ALL] for rows in (results.measures, results.forks))
    of_stages = [[row for row in rows if row.group != ALL] for rows in (results.measures, results.forks)]
    tables = [
        card_table(results, summary),
        _figure_table("headline", "Score", SCORE_CAPTION, "figure", [*summary.headline, summary.effect]),
        _figure_table("tags", "Mean score by tag", TAG_CAPTION, "tag", summary.tags),
        _attractor_table(summary),
        _measure_table("measures", "Measures beside their nulls", MEASURE_CAPTION, results, measures),
        _measure_table("forks", "Forks beside their nulls", FORK_CAPTION, results, forks),
        _stage_table(results, summary, who_paid),
        _measure_table("measures_by_stage", "Measures by stage", MEASURE_CAPTION, results, of_stages[0]),
        _measure_table("forks_by_stage", "Forks by stage", FORK_CAPTION, results, of_stages[1]),
        exploiter_table(read_exploiters(results.folder, results.card["hash"])),
        _run_table(results),
    ]
    drawn = {
        "stages": ("Score by stage, with 95 % intervals.", figures.draw_stages(summary.stages, "Score by stage")),
        "profile": (
            "Share of stages and runs that score above z.", figures.draw_profile(summary.profile, "Performance profile")
        ),
        "attractors": (ATTRACTORS_TOLD, figures.draw_attractors(summary.attractors, "Where worlds end")),
        "paid": ("Who paid: returns of focal seats and of the others.", figures.draw_paid(who_paid, "Who paid")),
        "measures": (MEASURES_TOLD, draw_measures([*measures, *forks], "Measures beside their nulls")),
    }  # fmt: skip
    if (results.folder / RECORDS).is_dir():
        from .pacts import draw_pacts, find_episode  # records need pyarrow, results do not

        if (episode := find_episode(results.folder / RECORDS)) is not None:
            drawn["pacts"] = ("Pacts of a typical episode.", draw_pacts(episode))
    pictures = {name: (told, figures.as_svg(picture)) for name, (told, picture) in drawn.items() if picture is not None}
    return Report(results.title, [table for table in tables if table.rows], pictures)


CARD_CAPTION = (
    "A score is 0 as random legal play and 1 as the best doctrine found, in the same seats among the same others. IQM: "
    "mean of the middle half of all stages, roles and runs. P: the chance to do better there. In brackets: 95 %."
)
MEASURES_TOLD = (
    "Each measure's distance from its null, in half-widths of the null's 95 % band (grey) or, for forks, of the "
    "value's own interval (line). A triangle lies farther out than the edge."
)
SCORE_CAPTION = (
    "A score is 0 as random legal play and 1 as the reference doctrine in the same seats, unclipped. IQM is the mean "
    "of the middle half of all stages, roles and runs. Intervals: 95 %, bootstrap over runs and the episodes that they "
    "share (a rule: over episodes). Drawing episodes anew counts their noise twice, which pulls chances and shares "
    "towards one half: with few episodes an estimate, or the line of the profile, may stand at the edge of its "
    "interval. Self-play is no part of it."
)
TAG_CAPTION = "Means, as a tag has too few stages to cut off quarters; a stage counts under each of its tags."
ATTRACTORS_TOLD = "Shares of worlds by how they ended, over all stages and in each."
ATTRACTOR_CAPTION = "Shares of episodes; Wilson's 95 % interval over episodes, as if all were independent."
MEASURE_CAPTION = (
    "A value means something only beside its null, given with the middle 95 % of its draws. Holm: p adjusted for all "
    f"that have a p of the {len(LISTED)} hypotheses listed beforehand, over all stages; below {ALPHA:g} the null is "
    "rejected. "
    "Other p serve to look around, not to conclude. The interval is over training runs."
)
FORK_CAPTION = (
    "What a change of the same worlds made, everything else and all chance alike. The interval is over worlds: where "
    "the null lies outside it, the change did something."
)
RUN_CAPTION = "Means over the episodes of one run in one stage and role; self-play for diagnosis only."


def card_table(results: Results, summary: Summary) -> Table:
    """The result card: who, on what, how well, at whose cost, and what went wrong."""
    card = results.card
    headline = np.isin(results.episodes["role"], HEADLINE)
    background = results.episodes["background_return"][headline]
    faults = ", ".join(f"{kind} {count}" for kind, count in sorted(card["faults"].items()) if count)
    lost = int(results.episodes["faults"].sum())
    kind = "rule" if not card["trained"] else f"trained, {card['runs']} run{'s' if card['runs'] != 1 else ''}"
    rows: list[tuple[str, Value]] = [
        ("entrant", f"{card['entrant']} ({card['kind']}; {kind})"),
        ("hash", card["hash"]),
        ("suite", f"{card['suite']}, {len(results.stages())} stages ({card['suite_hash']})"),
        ("setting", f"{card['setting']}: {card['episodes']} episodes a stage, role and run; seed {card['seed']}"),
        *((figure.name, _told(figure)) for figure in summary.headline),
        (summary.effect.name, _told(summary.effect)),
        ("return of a focal seat", float(results.episodes["focal_return"][headline].mean())),
        ("return of a background seat", float(background.mean()) if np.isfinite(background).all() else MISSING),
        ("worlds end in", _attractors_told(summary.attractors[ALL])),
        ("illegal actions", int(results.episodes["illegal"].sum())),
        ("faults", f"{lost:,} acts lost; {faults}" if faults or lost else "none"),
        ("played in", f"{card['seconds'] / SECONDS_A_MINUTE:.1f} minutes, balance-env {card['version']}"),
    ]
    return Table("card", "Result card", CARD_CAPTION, ("what", "told"), rows)


def _told(figure: Figure) -> str:
    """A figure in one cell."""
    if figure.value is None:
        return f"{MISSING}: {figure.why}"
    ends = interval(figure.low, figure.high)
    return short(figure.value) + (f" ({ends})" if ends else "") + (f"; no interval: {figure.why}" if figure.why else "")


def _attractors_told(shares: Mapping[str, Figure]) -> str:
    told = ((name, figure.value) for name, figure in shares.items() if figure.value)
    return ", ".join(f"{name} {share:.0%}" if share >= LEAST_SHARE else f"{name} under 1%" for name, share in told)


def _figure_table(name: str, title: str, caption: str, head: str, shown: Sequence[Figure]) -> Table:
    rows = [(figure.name, MISSING if figure.value is None else figure.value, *figure[2:]) for figure in shown]
    return Table(name, title, caption, (head, "value", "low", "high", "note"), rows)


def _attractor_table(summary: Summary) -> Table:
    rows = [
        (stage, name, figure.value, figure.low, figure.high)
        for stage, shares in summary.attractors.items()
        for name, figure in shares.items()
    ]
    return Table(
        "attractors", "Where worlds end", ATTRACTOR_CAPTION, ("stage", "attractor", "share", "low", "high"), rows
    )


def _measure_table(name: str, title: str, caption: str, results: Results, measures: Sequence[Measure]) -> Table:
    adjusted = {id(row): holm for row, _, holm in hypotheses(results)}
    rows = []
    for row in measures:
        value = row.number("value")
        ends, band = (interval(row.number(low), row.number(high)) for low, high in ENDS)
        told = (MISSING if value is None else value, ends, int(float(row.n)) if row.n else None)
        tested = (row.number("null"), band, row.number("p"), adjusted.get(id(row)))
        rows.append((row.group, row.name, *told, *tested, row.why, row.definition))
    head = ("group", "measure", "value", "interval", "n", "null", "null's band", "p", "Holm", "note", "definition")
    return Table(name, title, caption, head, rows)


def _stage_table(results: Results, summary: Summary, who_paid: Sequence[Paid]) -> Table:
    rows = [
        (
            stage, role, summary.stages[stage, role].value,
            interval(summary.stages[stage, role].low, summary.stages[stage, role].high),
            focal.value, others.value, beside, float(results.by_run(stage, role, "years").mean()),
        )
        for stage, role, focal, others, beside in who_paid
    ]  # fmt: skip
    head = ("stage", "role", "score", "interval", "focal return", "others' return", "others' beside random", "years")
    return Table("stages", "By stage", "Means over runs and episodes; returns of a seat, undiscounted.", head, rows)


def _run_table(results: Results) -> Table:
    rows = []
    for stage, role in results.cells((*HEADLINE, SELF_PLAY)):
        columns = ("score", "focal_return", "background_return", "years", "illegal", "faults")
        by_run = {column: results.by_run(stage, role, column) for column in columns}
        ends = results.by_run(stage, role, "attractor")
        for run in range(results.card["runs"]):
            means: list[Value] = [float(by_run[column][run].mean()) for column in columns[:4]]
            if np.isnan(by_run["background_return"][run]).any():
                means[2] = None
            names, counts = np.unique(ends[run], return_counts=True)
            sums = (int(by_run[column][run].sum()) for column in columns[4:])
            rows.append((stage, role, run, ends.shape[1], *means, str(names[counts.argmax()]), *sums))
    head = (
        "stage", "role", "run", "episodes", "score", "focal return", "others' return", "years", "most often ends in",
        "illegal", "faults",
    )  # fmt: skip
    return Table("runs", "Every run", RUN_CAPTION, head, rows)


def as_markdown_report(report: Report) -> str:
    """The whole report as Markdown, pictures by their files."""
    pictures = [f"![{told}]({PICTURES}/{name}.svg)\n" for name, (told, _) in report.pictures.items()]
    card, *rest = (as_markdown(table) for table in report.tables)
    return "\n".join([f"# {report.title}\n", card, *pictures, *rest])
