"""A table once, as Markdown, as HTML and as comma-separated values."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from html import escape
from typing import NamedTuple

Value = str | int | float | None
MISSING = "NA"
LONG = 32  # characters of a cell that fits into one line


class Table(NamedTuple):
    """Rows under a head.

    Attributes
    ----------
    name : str
        Of its file.
    title, caption : str
        What it is, and how to read it.
    head : sequence of str
    rows : sequence of rows
        Texts, numbers, or None where there is nothing to say.
    """

    name: str
    title: str
    caption: str
    head: Sequence[str]
    rows: Sequence[Sequence[Value]]

    def is_number(self, column: int) -> bool:
        """Whether a column holds numbers and blanks only."""
        values = [row[column] for row in self.rows if row[column] not in (None, "")]
        return bool(values) and not any(isinstance(value, str) and value != MISSING for value in values)

    def is_long(self, column: int) -> bool:
        """Whether a column holds texts that should wrap."""
        return any(isinstance(cell, str) and len(cell) > LONG for cell in (row[column] for row in self.rows))

    def without_blanks(self) -> Table:
        """The table for the eye: without columns in which nothing stands."""
        full = [n for n in range(len(self.head)) if any(row[n] not in (None, "") for row in self.rows)]
        chosen = [[row[n] for n in full] for row in self.rows]
        return self._replace(head=[self.head[n] for n in full], rows=chosen)


class Report(NamedTuple):
    """What a report says.

    Attributes
    ----------
    title : str
    tables : list of Table
        The result card first.
    pictures : dict of name to (caption, SVG)
    """

    title: str
    tables: list[Table]
    pictures: dict[str, tuple[str, str]]


def short(value: Value) -> str:
    """A value for the eye: three digits of a number."""
    if value is None:
        return ""
    if isinstance(value, float):
        if abs(value) >= 1000.0:
            return f"{value:,.0f}"
        return f"{value:.2f}" if abs(value) >= 0.1 or value == 0.0 else f"{value:.2g}"
    return f"{value:,}" if isinstance(value, int) else value


def interval(low: float | None, high: float | None) -> str:
    """Both ends of an interval; nothing where there is none."""
    return "" if low is None or high is None else f"{short(low)} to {short(high)}"


def as_csv(table: Table) -> str:
    """The table with six digits of every number."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(table.head)
    writer.writerows([f"{value:.6g}" if isinstance(value, float) else value for value in row] for row in table.rows)
    return text.getvalue()


def markdown_lines(table: Table) -> list[str]:
    """The lines of the table for GitHub, without title, caption and blank columns."""
    table = table.without_blanks()
    right = [table.is_number(column) for column in range(len(table.head))]
    lines = ["| " + " | ".join(table.head) + " |"]
    lines.append("|" + "|".join("---:" if is_right else "---" for is_right in right) + "|")
    return lines + ["| " + " | ".join(short(value).replace("|", "\\|") for value in row) + " |" for row in table.rows]


def as_markdown(table: Table) -> str:
    """The table for GitHub, with title and caption."""
    lines = [f"## {table.title}", "", *([table.caption, ""] if table.caption else []), *markdown_lines(table)]
    return "\n".join(lines) + "\n"


def as_html(table: Table) -> str:
    """The table as well-formed HTML, without its title and blank columns."""
    table = table.without_blanks()
    kinds = ["number" if table.is_number(n) else "long" if table.is_long(n) else "" for n in range(len(table.head))]
    classes = [f' class="{kind}"' if kind else "" for kind in kinds]

    def row(tag: str, values: Sequence[Value]) -> str:
        cells = (f"<{tag}{kind}>{escape(short(value))}</{tag}>" for kind, value in zip(classes, values, strict=True))
        return "<tr>" + "".join(cells) + "</tr>"

    body = "\n".join(row("td", values) for values in table.rows)
    caption = f"<p>{escape(table.caption)}</p>\n" if table.caption else ""
    return (
        f'{caption}<div class="wide"><table><thead>{row("th", table.head)}</thead>\n<tbody>{body}</tbody></table></div>'
    )
