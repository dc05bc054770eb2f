"""Tables between stages: Parquet files, read and written some rows at a time where that is enough.

Memory that a process touches for the first time costs about as much as the work on it, so less of it is faster, too.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from passage.base.files import replacing

WRITTEN_TOGETHER = 2**20  # rows, as pyarrow does by itself
READ_TOGETHER = 2**20  # values, of few columns in many rows
COLUMNS_TOGETHER = 16  # of many, since pyarrow holds some megabytes of each that it reads


class Columns:
    """The columns of the table at `path`, each read when it is asked for."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __getitem__(self, name: str) -> pd.Series:
        return read(self.path, [name])[name]


Table = Columns | pd.DataFrame


def slices(rows: int) -> Iterator[slice]:
    """Yield the places of the rows that are written together, at least one."""
    return (slice(start, start + WRITTEN_TOGETHER) for start in range(0, max(rows, 1), WRITTEN_TOGETHER))


def write(path: Path, rows: pd.DataFrame | Iterable[pd.DataFrame]) -> None:
    """Write a table, or its `slices` one after the other, without its index: the same bytes either way.

    The pandas version, which pandas adds to the file, is left out.
    """
    parts = map(_columns, [rows] if isinstance(rows, pd.DataFrame) else rows)
    first = next(parts)
    with replacing(path) as partial, pq.ParquetWriter(partial, first.schema) as writer:
        writer.write_table(first)
        del first
        for part in parts:
            writer.write_table(part)


def _columns(rows: pd.DataFrame) -> pa.Table:
    return pa.Table.from_pandas(rows, preserve_index=False).replace_schema_metadata(None)


def write_all(tables: Mapping[Path, pd.DataFrame | Iterable[pd.DataFrame]]) -> None:
    """Write several tables at the same time."""
    with ThreadPoolExecutor() as threads:
        list(threads.map(write, tables, tables.values()))  # raises what one of them raises


def read(path: Path, columns: Sequence[str] | None = None) -> pd.DataFrame:
    """Return all columns, or these, of a table that `write` wrote; other memory is given back."""
    table = pq.read_table(path, columns=columns, pre_buffer=False)  # or the file is in memory, too
    rows: pd.DataFrame = table.to_pandas(split_blocks=True, self_destruct=True)
    pa.default_memory_pool().release_unused()
    return rows


def parts(path: Path, columns: Sequence[str]) -> Iterator[pd.DataFrame]:
    """Yield these columns of the table at `path`, some rows after the other."""
    with pq.ParquetFile(path, memory_map=True) as file:
        for part in file.iter_batches(max(READ_TOGETHER // len(columns), 1), columns=list(columns)):
            yield part.to_pandas()


def array(path: Path, columns: Sequence[str]) -> np.ndarray:
    """Return these columns of the table at `path`, (n_rows, n_columns), row after row in memory."""
    rows = np.empty((pq.read_metadata(path).num_rows, len(columns)))
    for first in range(0, len(columns), COLUMNS_TOGETHER):
        some, start = columns[first : first + COLUMNS_TOGETHER], 0
        for part in parts(path, some):
            rows[start : start + len(part), first : first + len(some)] = part[list(some)].to_numpy()
            start += len(part)
    return rows


def head(path: Path, most: int) -> tuple[pd.DataFrame, int]:
    """Return the first rows of the table at `path`, at most so many, and how many there are in all."""
    with pq.ParquetFile(path) as file:
        batches = [next(file.iter_batches(most))] if file.metadata.num_rows else []
        return pa.Table.from_batches(batches, file.schema_arrow).to_pandas(), file.metadata.num_rows
