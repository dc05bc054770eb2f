"""A CSV of numbers and texts, read by pyarrow: faster than by pandas, in half the memory, and only what is asked for.

pandas says what is what in all other ones, and what is wrong: quotes, dates, hexadecimal or very large numbers, true
and false, words among numbers, rows of another width than the header.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as compute
import pyarrow.csv as pc
import pyarrow.parquet as pq

from passage.base import parquet
from passage.base.parquet import Columns
from passage.tables import header, joined
from passage.tables.names import MISSING

EXACT = 2**53  # whole numbers from here on are not all floats
BLOCK = 2**23  # bytes at a time; the first block says which columns are whole numbers
LARGE = 2**26  # bytes from which on the two halves of a file are read at the same time


class LeftToPandas(Exception):
    """Rows that pandas must read."""


def read(path: Path, columns: Sequence[str], texts: Sequence[str]) -> pd.DataFrame:
    """Return `columns` of the CSV at `path` as pandas would read them.

    texts: those whose values stay the text that stands there. Each row has as many values as the header, in columns
    that are not asked for, too. Raises LeftToPandas, as all do here.
    """
    with _leaving(path):
        table = _table(path, columns, texts)
    numbers = {name: table.schema.field(name).type for name in columns if name not in texts}
    _leave_others(path, numbers, lambda name: tuple(compute.min_max(table[name]).as_py().values()))
    return parquet.in_memory(table)


def stored(path: Path, columns: Sequence[str], texts: Collection[str], into: Path) -> Columns:
    """Return the same as `read`, written to a file from where each column is read when it is asked for."""
    with _leaving(path):
        parquet.write_arrow(into, _parts(path, _options(columns, texts, MISSING)), **parquet.PLAIN)
    with pq.ParquetFile(into) as file:
        numbers = {name: file.schema_arrow.field(name).type for name in columns if name not in texts}
        _leave_others(path, numbers, lambda name: _ends(file.metadata, columns.index(name)))
    return Columns(into)


def _ends(written: pq.FileMetaData, place: int) -> tuple[Any, Any]:
    """Return the least and the greatest value of a column of a file, which its row groups say of theirs."""
    groups = (written.row_group(group).column(place).statistics for group in range(written.num_row_groups))
    known = [(group.min, group.max) for group in groups if group.has_min_max]
    return (min(one for one, _ in known), max(one for _, one in known)) if known else (None, None)


def as_text(path: Path, columns: Sequence[str]) -> Iterator[pa.Table]:
    """Yield the CSV at `path`, all of whose columns are `columns`, each value as the text that stands there."""
    with _leaving(path):
        yield from _parts(path, _options(columns, columns, []))


@contextmanager
def _leaving(path: Path) -> Iterator[None]:
    """Raise LeftToPandas where something is quoted, for what Arrow makes no table of, and for one column alone.

    In that one, a line of blanks is no row for pandas, which says so wherever the table is read.
    """
    if header.contains(path, b'"') or not header.contains(path, b","):
        raise LeftToPandas
    try:
        yield
    except (pa.ArrowInvalid, KeyError):
        raise LeftToPandas from None


def _parts(path: Path, options: pc.ConvertOptions) -> Iterator[pa.Table]:
    with pc.open_csv(joined.source(path), pc.ReadOptions(block_size=BLOCK), convert_options=options) as parts:
        yield from (pa.Table.from_batches([part]) for part in parts)


def _table(path: Path, columns: Sequence[str], texts: Sequence[str]) -> pa.Table:
    options = _options(columns, texts, MISSING)
    if path.is_dir():
        return pa.concat_tables(_parts(path, options))
    with pa.OSFile(str(path)) as file, ThreadPoolExecutor() as threads:
        middle = _middle(path)
        # Block by block: read_csv holds the whole file beside the table.
        first = pc.open_csv(file.get_stream(0, middle), pc.ReadOptions(block_size=BLOCK), convert_options=options)
        if middle == file.size():
            return first.read_all()
        options.column_types = first.schema
        second = pc.open_csv(
            file.get_stream(middle, file.size() - middle),
            pc.ReadOptions(block_size=BLOCK, column_names=header.columns(path)),
            convert_options=options,
        )
        return pa.concat_tables(threads.map(pc.CSVStreamingReader.read_all, (first, second)))


def _options(columns: Sequence[str], texts: Collection[str], missing: Sequence[str]) -> pc.ConvertOptions:
    return pc.ConvertOptions(
        column_types=dict.fromkeys(texts, pa.large_string()),  # as pandas keeps it
        include_columns=list(columns),
        null_values=list(missing),
        strings_can_be_null=bool(missing),
    )


def _middle(path: Path) -> int:
    """Return where the second half of a file begins, with a line, or its end where the file is not large.

    Nothing in it is quoted, so that a row ends with each line.
    """
    if (size := path.stat().st_size) < LARGE:
        return size
    with path.open("rb") as file:
        file.seek(size // 2)
        file.readline()
        return file.tell()


def _leave_others(path: Path, numbers: Mapping[str, pa.DataType], ends: Callable[[str], tuple[Any, Any]]) -> None:
    """Raise LeftToPandas where one of some columns of the CSV at `path` is not the same numbers for pandas.

    numbers: the type of each. ends: its least and its greatest value, None where it has none.
    """
    hexadecimal = header.contains(path, b"x", b"X")
    for name, kind in numbers.items():
        if pa.types.is_int64(kind) and not hexadecimal:
            continue
        least, greatest = ends(name) if pa.types.is_float64(kind) else (None, None)
        if least is None or max(-least, greatest) >= EXACT:
            raise LeftToPandas
