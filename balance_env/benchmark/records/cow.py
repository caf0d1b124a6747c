"""Real dyad-years under the same names: the reader's own copy of COW and ATOP data, as peacesciencer merges them.

No such data come with this package: their terms forbid it. A CSV file made in R is all that is needed, see
docs/records.md.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv

from .codebook import DYADS, FLOAT, MISSING, SINGLE, WORD

RENAMED = {  # where peacesciencer says the same by another name
    "gmlmidonset": "cowmidonset",
    "gmlmidongoing": "cowmidongoing",
}
NEEDED = ("ccode1", "ccode2", "year")


def read_cow(path: str | Path) -> dict[str, np.ndarray]:
    """The columns of a CSV file of dyad-years that the codebook knows, of its types; the others are left out.

    Empty cells, `NA` and COW's -9 are missing: NaN in floats, MISSING in whole numbers.

    Raises
    ------
    ValueError
        If it lacks `ccode1`, `ccode2` or `year`, has two names for one column, or a cell is no number.
    """
    options = pyarrow.csv.ConvertOptions(null_values=["", "NA", "NaN"], strings_can_be_null=True)
    try:
        table = pyarrow.csv.read_csv(path, convert_options=options)
    except (OSError, pa.ArrowException) as error:
        raise ValueError(f"{path} cannot be read as CSV: {error}") from None
    known = {entry.name: entry for entry in DYADS if entry.kind != WORD}
    columns: dict[str, np.ndarray] = {}
    for given in table.column_names:
        name = RENAMED.get(given, given)
        if name not in known:
            continue
        if name in columns:
            raise ValueError(f"{path}: {given} is a second column for {name}: leave one out")
        columns[name] = _numbers(path, given, known[name].kind, table.column(given))
    if lacking := [name for name in NEEDED if name not in columns]:
        raise ValueError(f"{path} has no column {', '.join(lacking)}: dyad-years of peacesciencer have")
    return columns


def _numbers(path: str | Path, name: str, kind: str, column: pa.ChunkedArray) -> np.ndarray:
    try:
        numbers = column.cast(pa.float64()).to_numpy()
    except pa.ArrowException as error:
        raise ValueError(f"{path}: {name} must hold numbers: {error}") from None
    is_missing = np.isnan(numbers) | (numbers == MISSING)
    if kind in (SINGLE, FLOAT):
        return np.where(is_missing, np.nan, numbers).astype(kind)
    return np.where(is_missing, MISSING, numbers).astype(kind)
