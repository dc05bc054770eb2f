"""Tables between stages: Parquet files, read and written some rows at a time where that is enough.

Memory that a process touches for the first time costs about as much as the work on it, so less of it is faster, too.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Sized
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from pathlib import Path
from threading import get_ident
from typing import Any, Protocol, overload

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from passage.base.files import replacing

WRITTEN_TOGETHER, VALUES_TOGETHER = 250_000, 2**22  # rows of a row group at most, and about how many values
READ_TOGETHER = 2**20  # values, of few columns in many rows
PLAIN: dict[str, Any] = {"compression": "none", "use_dictionary": False}  # of files that are soon removed
COLUMNS_TOGETHER = 16  # of many, since pyarrow holds some megabytes of each that it reads


class ByName(Protocol):
    """A table whose columns are asked for by name."""

    def __getitem__(self, name: str, /) -> pd.Series: ...
    def __contains__(self, name: str, /) -> bool: ...


class Counted(ByName, Sized, Protocol):
    """One whose rows are counted, too."""


class Columns:
    """The table at `path`, of which columns, rows and parts are read when they are asked for, like a DataFrame's.

    convert: by column, what is made of its values. taken: which rows it has of the file's, (n_rows,); None: all.
    """

    def __init__(
        self,
        path: Path,
        convert: Mapping[str, Callable[[pd.Series], pd.Series]] | None = None,
        taken: np.ndarray | None = None,
    ) -> None:
        self.path, self.convert, self.taken = path, dict(convert or {}), taken
        self._opened: dict[int, pq.ParquetFile] = {}  # by thread: two that read from one wait for each other, for ever
        self._held: pd.DataFrame | None = None

    def __reduce__(self) -> tuple[Any, ...]:
        return Columns, (self.path, self.convert, self.taken)  # an open file is not for another process

    def _file(self) -> pq.ParquetFile:
        """Return this thread's open file: to open one of a thousand columns takes 12 ms, to read one of them 0.6."""
        if (thread := get_ident()) not in self._opened:
            self._opened[thread] = pq.ParquetFile(self.path)
        return self._opened[thread]

    def _whole(self) -> pd.DataFrame | None:
        """Return all columns, where there are several, of so few rows that they are read together anyway."""
        rows, columns = self._file().metadata.num_rows, self._file().metadata.num_columns
        if self._held is None and columns > 1 and rows * columns <= READ_TOGETHER:
            (self._held,) = _parts(self._file(), self.names, rows)
        return self._held

    @property
    def names(self) -> list[str]:
        """Its columns."""
        return list(self._file().schema_arrow.names)

    def __contains__(self, name: str) -> bool:
        return name in self.names

    def __len__(self) -> int:
        return int(self._file().metadata.num_rows if self.taken is None else self.taken.sum())

    @overload
    def __getitem__(self, key: str) -> pd.Series: ...
    @overload
    def __getitem__(self, key: np.ndarray) -> pd.DataFrame: ...
    def __getitem__(self, key: str | np.ndarray) -> pd.Series | pd.DataFrame:
        """Return one column, or all columns of the rows where `key` (n_rows,) holds."""
        if isinstance(key, str):
            return gathered((part[key] for part in self.parts([key])), len(self))
        return pd.concat(self._converted(self._parts(self.names, taken=self.of_file(key))), ignore_index=True)

    def parts(
        self, columns: Sequence[str], rows: int | None = None, start: int = 0, stop: int | None = None
    ) -> Iterator[pd.DataFrame]:
        """Yield these columns, some rows after the other, at least once; start, stop: of which of the file's rows."""
        return self._converted(self._parts(columns, rows, start, stop, self.taken))

    def of_file(self, taken: np.ndarray) -> np.ndarray:
        """Return which of the file's rows those are where `taken` (n_rows,) holds."""
        if self.taken is None:
            return taken
        (found := self.taken.copy())[self.taken] = taken
        return found

    def _converted(self, parts: Iterator[pd.DataFrame]) -> Iterator[pd.DataFrame]:
        for part in parts:
            converted = {name: convert for name, convert in self.convert.items() if name in part}
            yield part.assign(**{name: convert(part[name]) for name, convert in converted.items()})

    def _parts(
        self,
        columns: Sequence[str],
        rows: int | None = None,
        start: int = 0,
        stop: int | None = None,
        taken: np.ndarray | None = None,
    ) -> Iterator[pd.DataFrame]:
        whole = self._whole() if stop is None and not start else None
        if whole is None or (rows or len(whole)) < len(whole):
            return _parts(self._file(), columns, rows, start, stop, taken)
        return iter([whole[list(columns)] if taken is None else whole.loc[taken, list(columns)]])


Table = Columns | pd.DataFrame


def blocks(table: Table, columns: Sequence[str]) -> Iterator[pd.DataFrame]:
    """Yield these columns of a table, some rows after the other; of one in memory, all."""
    return table.parts(columns) if isinstance(table, Columns) else iter([table[list(columns)]])


def where(table: Table, taken: np.ndarray) -> Table:
    """Return the rows of a table where `taken` (n_rows,) holds."""
    if isinstance(table, Columns):
        return Columns(table.path, table.convert, table.of_file(taken))
    return table[taken]


def where_taken(parts: Iterable[pd.DataFrame], taken: np.ndarray) -> Iterator[pd.DataFrame]:
    """Yield the rows where `taken` (n_rows,) holds of `parts`, some rows of a table after the other."""
    start = 0
    for part in parts:
        yield part[taken[start : (start := start + len(part))]]


def gathered(parts: Iterator[pd.Series], rows: int) -> pd.Series:
    """Return all `parts` of a column together, so many rows; of numbers, no more than one part is held twice."""
    first = next(parts)
    if not isinstance(first.dtype, np.dtype) or first.dtype == object:
        return pd.concat([first, *parts], ignore_index=True)
    values, start = np.empty(rows, dtype=first.dtype), 0
    for part in chain([first], parts):
        values = values.astype(np.result_type(values, part.to_numpy()), copy=False)  # a gap makes floats of integers
        values[start : start + len(part)] = part
        start += len(part)
    return pd.Series(values, name=first.name, copy=False)


def write(path: Path, rows: pd.DataFrame | Iterable[pd.DataFrame], **how: Any) -> None:
    """Write a table, or some of its rows after the other, without its index: the same bytes either way.

    The pandas version, which pandas adds to the file, is left out. how: options of pyarrow's ParquetWriter.
    """
    write_arrow(path, map(_columns, [rows] if isinstance(rows, pd.DataFrame) else rows), **how)


def write_arrow(path: Path, parts: Iterator[pa.Table], beside: int = 0, **how: Any) -> None:
    """Write some rows of a table after the other, as Arrow has them.

    beside: columns that are read together with this table's. A row group of each is in memory then.
    """
    first = next(parts)
    schema, most = first.schema, min(WRITTEN_TOGETHER, max(VALUES_TOGETHER // (beside + first.num_columns), 1))
    groups = even(chain([first], parts), most)
    del first
    group: Any = next(groups)
    if len(group) == most:  # looking for floats that are there twice takes longer than all the rest, and finds few
        how = {"use_dictionary": [one.name for one in schema if not pa.types.is_floating(one.type)]} | how
    with replacing(path) as partial, pq.ParquetWriter(partial, schema, **how) as writer:
        while group is not None:
            writer.write_table(group.combine_chunks())  # pages end where chunks do
            group = next(groups, None)


def _columns(rows: pd.DataFrame) -> pa.Table:
    return pa.Table.from_pandas(rows, preserve_index=False).replace_schema_metadata(None)


def even(parts: Iterator[pa.Table], rows: int) -> Iterator[pa.Table]:
    """Yield the rows of all `parts` in parts of so many rows, at least one."""
    first = next(parts)
    held, parts = first.slice(0, 0), chain([first], parts)
    del first  # or it is held until the end, as each part would be until the next one is there
    for part in parts:
        held = pa.concat_tables([held, part])
        del part
        while len(held) > rows:
            yield held.slice(0, rows)
            held = held.slice(rows)
    yield held


def write_all(tables: Mapping[Path, pd.DataFrame | Iterable[pd.DataFrame]]) -> None:
    """Write several tables at the same time."""
    with ThreadPoolExecutor() as threads:
        list(threads.map(write, tables, tables.values()))  # raises what one of them raises


def read(path: Path, columns: Sequence[str] | None = None) -> pd.DataFrame:
    """Return all columns, or these, of a table that `write` wrote; of many, some after the other."""
    table = Columns(path)
    names, rows = table.names if columns is None else list(columns), max(len(table), 1)
    some = max(VALUES_TOGETHER // rows, 1)  # columns, which are there twice, as Arrow and as pandas have them
    parts = (next(table.parts(names[first : first + some], rows)) for first in range(0, len(names), some))
    return pd.concat(parts, axis=1)


def in_memory(table: pa.Table) -> pd.DataFrame:
    """Return a table, which is of no more use then, as pandas has it."""
    rows: pd.DataFrame = table.to_pandas(split_blocks=True, self_destruct=True)
    pa.default_memory_pool().release_unused()
    return rows


def side_by_side(*tables: tuple[Columns, Sequence[str]], rows: int | None = None) -> Iterator[tuple[pd.DataFrame, ...]]:
    """Yield columns of several tables of the same rows, some rows of each, or so many, after the other."""
    rows = rows or together(sum(len(columns) for _, columns in tables))
    return zip(*(table.parts(columns, rows) for table, columns in tables), strict=True)


def together(columns: int) -> int:
    """Return how many rows of so many columns are read together."""
    return max(READ_TOGETHER // columns, 1)


def _parts(
    file: pq.ParquetFile,
    columns: Sequence[str],
    rows: int | None,
    start: int = 0,
    stop: int | None = None,
    taken: np.ndarray | None = None,
) -> Iterator[pd.DataFrame]:
    names = list(columns)
    empty = file.schema_arrow.empty_table().select(names)
    groups = _groups(file, names, start, file.metadata.num_rows if stop is None else stop)
    for part in even(chain([empty], groups), rows or together(len(names))):
        here = part if taken is None else part.filter(pa.array(taken[start : (start := start + len(part))]))
        yield here.select(names).to_pandas()


def _groups(file: pq.ParquetFile, names: list[str], start: int, stop: int) -> Iterator[pa.Table]:
    """Yield these columns of the rows from `start` to `stop`, those of one row group after those of the other.

    iter_batches, which does so, too, gives no memory back before it ends.
    """
    first = 0
    for group in range(file.num_row_groups):
        following = first + file.metadata.row_group(group).num_rows
        if first < stop and start < following:
            skipped = max(start - first, 0)
            yield file.read_row_group(group, columns=names).slice(skipped, stop - first - skipped)
        first = following


def array(path: Path, columns: Sequence[str]) -> np.ndarray:
    """Return these columns of the table at `path`, (n_rows, n_columns), row after row in memory."""
    table = Columns(path)
    rows = np.empty((len(table), len(columns)))
    for first in range(0, len(columns), COLUMNS_TOGETHER):
        some, start = columns[first : first + COLUMNS_TOGETHER], 0
        for part in table.parts(some):
            rows[start : start + len(part), first : first + len(some)] = part[list(some)].to_numpy()
            start += len(part)
    return rows


def head(path: Path, most: int) -> tuple[pd.DataFrame, int]:
    """Return the first rows of the table at `path`, at most so many, and how many there are in all."""
    with pq.ParquetFile(path) as file:
        batches = [next(file.iter_batches(most))] if file.metadata.num_rows else []
        return pa.Table.from_batches(batches, file.schema_arrow).to_pandas(), file.metadata.num_rows
