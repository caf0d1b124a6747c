"""Panels as Parquet files, each written whole: under another name first, which the last step exchanges.

A file says in its metadata by which codebook, of which scenario and from which seed it was written. One that is
torn, damaged or not ours is refused with the reason and can be written again.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from types import TracebackType

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from ..history import History
from .codebook import FLOAT, INT, LONG, MISSING, PANELS, SINGLE, VERSION, WORD, Entry, table_hash
from .panels import Panel, Words

KEY = b"balance_env"  # of our entry in a file's metadata
PAGE_BYTES = 2**23  # and values a page at most: pages as small as usual take a tenth longer to write
PAGE_VALUES = 2**16
TYPES = {
    "i1": pa.int8(),
    INT: pa.int32(),
    LONG: pa.int64(),
    SINGLE: pa.float32(),
    FLOAT: pa.float64(),
    WORD: pa.dictionary(pa.int32(), pa.string()),
}


class BadRecord(ValueError):
    """A file that cannot be read as the panel it should be; write it again."""


@dataclass(frozen=True)
class About:
    """What a file says of itself.

    Parameters
    ----------
    panel : str
        One of `codebook.PANELS`.
    scenario, scenario_hash : str
        Its name, and the hash of its content.
    seed : int
    version : int
        Of the layout.
    codebook : str
        The hash of the table of columns.
    """

    panel: str
    scenario: str
    scenario_hash: str
    seed: int
    version: int = VERSION
    codebook: str = table_hash()

    @classmethod
    def of(cls, panel: str, history: History) -> About:
        """Of a panel of a history."""
        return cls(panel, history.scenario.name, history.scenario.content_hash(), history.seed)


class PanelWriter:
    """Writes a panel block by block; the file appears when all of it is there.

    `with PanelWriter(path, about) as writer: writer.add(panel)`. Where the block is left by an error, nothing
    appears and what stood there before stays.
    """

    def __init__(self, path: str | Path, about: About) -> None:
        self.path, self.about = Path(path), about
        self._draft = self.path.with_name(f"{self.path.name}.{os.getpid()}.tmp")
        described = {KEY: json.dumps(asdict(about)).encode()}
        self._schema = schema_of(about.panel).with_metadata(described)
        words = [entry.name for entry in PANELS[about.panel] if entry.kind == WORD]
        self._writer = pq.ParquetWriter(
            self._draft,
            self._schema,
            compression="snappy",  # every reader has it
            use_dictionary=words,  # of numbers it takes longer than it saves, and so do statistics
            write_statistics=False,
            write_page_checksum=True,
            data_page_version="2.0",  # written in a tenth less of the time
            data_page_size=PAGE_BYTES,
            write_batch_size=PAGE_VALUES,
        )

    def add(self, panel: Panel) -> None:
        """Append the rows of a panel."""
        self._writer.write_table(to_table(self.about.panel, panel))

    def __enter__(self) -> PanelWriter:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        try:
            self._writer.close()
            if kind is None:
                os.replace(self._draft, self.path)
        finally:
            self._draft.unlink(missing_ok=True)


def write_panels(folder: str | Path, panels: Mapping[str, Panel], history: History) -> None:
    """Write panels of a history as `<folder>/<panel>.parquet`, all at once; the folder is made."""
    Path(folder).mkdir(parents=True, exist_ok=True)

    def write(name: str) -> None:
        with PanelWriter(Path(folder, f"{name}.parquet"), About.of(name, history)) as writer:
            writer.add(panels[name])

    with ThreadPoolExecutor() as pool:  # Arrow encodes beside the interpreter, on whatever cores are idle
        list(pool.map(write, panels))


def read_panels(folder: str | Path) -> dict[str, Panel]:
    """The four panels in a folder; as `read_panel` for each."""
    return {name: read_panel(Path(folder, f"{name}.parquet"))[0] for name in PANELS}


def are_whole(folder: str | Path) -> bool:
    """Whether a folder holds four panels by this codebook, as far as the last bytes of each file tell."""
    try:
        for name in PANELS:
            read_about(Path(folder, f"{name}.parquet"))
    except BadRecord:
        return False
    return True


def read_panel(path: str | Path) -> tuple[Panel, About]:
    """A panel and what its file says of itself.

    Raises
    ------
    BadRecord
        If there is no such file, it is torn or damaged, nobody of ours wrote it, or by another codebook.
    """
    about = read_about(path)
    try:
        table = pq.read_table(path, page_checksum_verification=True)
    except (OSError, pa.ArrowException) as error:
        raise BadRecord(f"{path} is damaged, write it again: {error}") from None
    return from_table(about.panel, table), about


def read_about(path: str | Path) -> About:
    """What a file says of itself, read from its last bytes; BadRecord as of `read_panel`, but for damage inside."""
    if not Path(path).is_file():
        raise BadRecord(f"there is no file {str(path)!r}")
    try:
        metadata = pq.read_schema(path).metadata or {}
    except (OSError, pa.ArrowException) as error:
        raise BadRecord(f"{path} is no whole Parquet file, write it again: {error}") from None
    if KEY not in metadata:
        raise BadRecord(f"{path} was not written by balance_env: its metadata have no entry {KEY.decode()!r}")
    said = json.loads(metadata[KEY])
    if said.get("codebook") != table_hash():
        raise BadRecord(
            f"{path} was written by another codebook (version {said.get('version')!r}, hash {said.get('codebook')!r}); "
            f"this is version {VERSION}, hash {table_hash()!r}: write it again"
        )
    return About(**said)


@cache
def schema_of(name: str) -> pa.Schema:
    """The columns of a panel as Arrow knows them; only those that the codebook calls null at times may be."""
    return pa.schema(
        pa.field(entry.name, TYPES[entry.kind], entry.may_miss, metadata={"unit": entry.unit, "meaning": entry.meaning})
        for entry in PANELS[name]
    )


def to_table(name: str, panel: Panel) -> pa.Table:
    """A panel as an Arrow table, what is missing as null.

    Raises
    ------
    ValueError
        If something is missing in a column of which the codebook does not say when it is.
    """
    columns = [_to_arrow(entry, panel[entry.name]) for entry in PANELS[name]]
    return pa.Table.from_arrays(columns, schema=schema_of(name))


def from_table(name: str, table: pa.Table) -> Panel:
    """The panel that a table was made of, the words of a column in the order in which they come."""
    return {entry.name: _from_arrow(entry, table.column(entry.name)) for entry in PANELS[name]}


def write_csv(path: str | Path, name: str, panel: Panel, is_first: bool = True) -> None:
    """Append a panel to a CSV file, words spelled, what is missing empty; the first with a line of names."""
    table = to_table(name, panel)
    words = [entry.name for entry in PANELS[name] if entry.kind == WORD]
    for column in words:
        place = table.schema.get_field_index(column)
        table = table.set_column(place, column, table.column(column).cast(pa.string()))
    with Path(path).open("ab") as file:
        pyarrow.csv.write_csv(table, file, pyarrow.csv.WriteOptions(include_header=is_first))


def _to_arrow(entry: Entry, column: np.ndarray | Words) -> pa.Array:
    values = column.codes.astype("i4", copy=False) if isinstance(column, Words) else column
    is_float = entry.kind in (SINGLE, FLOAT)
    mask: np.ndarray | None = None
    if entry.may_miss:
        mask = np.isnan(values) if is_float else values == MISSING
    elif len(values) and (np.isnan(least := values.min()) if is_float else (least := values.min()) == MISSING):
        raise ValueError(f"{entry.name}: {least} in a column that the codebook does not call null at times")
    if isinstance(column, Words):
        return pa.DictionaryArray.from_arrays(pa.array(values, mask=mask), pa.array(column.words, pa.string()))
    return pa.array(values, TYPES[entry.kind], mask=mask)


def _from_arrow(entry: Entry, column: pa.ChunkedArray) -> np.ndarray | Words:
    if entry.kind == WORD:
        whole = column.unify_dictionaries().combine_chunks()
        whole = whole.chunk(0) if isinstance(whole, pa.ChunkedArray) else whole
        return Words(whole.indices.fill_null(MISSING).to_numpy(), tuple(whole.dictionary.to_pylist()))
    if entry.kind not in (SINGLE, FLOAT):
        column = column.fill_null(MISSING)
    return column.to_numpy()
