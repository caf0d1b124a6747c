"""A report as one HTML page that needs nothing else: styles and pictures are in it, scripts it has none."""

from __future__ import annotations

import base64
from html import escape

from .tables import Report, Table, as_html

OPEN = ("card", "headline", "measures", "forks", "exploiters")  # tables that are shown at once; the others unfold
PICTURES_BEFORE = {  # which pictures stand before which table
    "headline": ("stages", "profile"),
    "measures": ("measures",),
    "attractors": ("attractors",),
    "stages": ("paid", "pacts"),
}
ORDER = (
    *("card", "headline", "measures", "measures_by_stage", "forks", "forks_by_stage"),
    *("exploiters", "tags", "attractors", "stages", "runs"),
)
STYLE = """
:root { color-scheme: light; --ink: #222831; --pale: #9aa3ad; --line: #dee2e6; --blue: #0072b2; }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 80rem; padding: 2rem 1.25rem 4rem; color: var(--ink); background: #fff;
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
h1 { font-size: 1.7rem; line-height: 1.25; margin: 0 0 1rem; }
h2 { font-size: 1.2rem; margin: 2.5rem 0 .5rem; }
p { max-width: 48rem; color: #495057; margin: .25rem 0 .75rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: .86rem; font-variant-numeric: tabular-nums; }
th, td { padding: .3rem .55rem; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); }
th { border-bottom: 2px solid var(--pale); white-space: nowrap; position: sticky; top: 0; background: #fff; }
section:not(.card) td { white-space: nowrap; }
section:not(.card) td.long { white-space: normal; min-width: 13rem; }
section:not(.card) td.long:last-child { min-width: 22rem; }
figcaption { color: #495057; max-width: 48rem; }
.number { text-align: right; }
tbody tr:hover { background: #f1f3f5; }
.card { border: 1px solid var(--line); border-left: 5px solid var(--blue); border-radius: 6px;
  padding: .5rem 1rem 1rem; }
.card thead { display: none; }
.card td { overflow-wrap: anywhere; }
.card td:first-child { color: #495057; white-space: nowrap; }
.card tr:last-child td { border-bottom: 0; }
@media (max-width: 40rem) { .card td:first-child { white-space: normal; } }
figure { margin: 1rem 0; }
figure img { max-width: 100%; height: auto; }
summary { cursor: pointer; font-weight: 600; font-size: 1.2rem; margin: 2.5rem 0 .5rem; }
""".strip()


def as_page(report: Report) -> str:
    """The page: the card on top, then measures beside their nulls, then every run."""
    tables = {table.name: table for table in report.tables}
    names = [name for name in ORDER if name in tables]
    body = "\n".join(_section(report, tables[name]) for name in names)
    title = escape(report.title)
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8"/>\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"/>\n<title>{title}</title>\n'
        f"<style>\n{STYLE}\n</style>\n</head>\n<body>\n<h1>{title}</h1>\n{body}\n</body>\n</html>\n"
    )


def _section(report: Report, table: Table) -> str:
    """A table under its title, after its pictures."""
    if table.name == "card":
        return f'<section class="card">\n{as_html(table)}\n</section>'
    pictures = "\n".join(
        _picture(*report.pictures[name]) for name in PICTURES_BEFORE.get(table.name, ()) if name in report.pictures
    )
    title, content = escape(table.title), f"{pictures}\n{as_html(table)}"
    if table.name in OPEN:
        return f"<section>\n<h2>{title}</h2>\n{content}\n</section>"
    return f"<section>\n{pictures}\n<details>\n<summary>{title}</summary>\n{as_html(table)}\n</details>\n</section>"


def _picture(told: str, svg: str) -> str:
    """A picture as data, which a page may show beside others whose parts have the same names."""
    data = base64.b64encode(svg.encode()).decode()
    told = escape(told)
    return f'<figure><figcaption>{told}</figcaption><img alt="{told}" src="data:image/svg+xml;base64,{data}"/></figure>'
