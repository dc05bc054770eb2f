"""A CSV of numbers and texts, read by pyarrow: faster than by pandas, in half the memory, and only what is asked for.

pandas says what is what in all other ones, and what is wrong: quotes, dates, hexadecimal or very large numbers, true
and false, words among numbers, rows of another width than the header.
"""

from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.compute as compute
import pyarrow.csv as pc
import pyarrow.parquet as pq

from passage.base import parquet
from passage.base.parquet import Columns
from passage.tables import header

# What pandas takes for missing (a test holds the two against each other).
MISSING = (
    "", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN", "<NA>", "N/A", "NA",
    "NULL", "NaN", "None", "n/a", "nan", "null",
)  # fmt: skip
EXACT = 2**53  # whole numbers from here on are not all floats
BLOCK = 2**23  # bytes at a time; the first block says which columns are whole numbers
LARGE = 2**26  # bytes from which on the two halves of a file are read at the same time


class LeftToPandas(Exception):
    """Rows that pandas must read."""


def read(path: Path, columns: Sequence[str], texts: Sequence[str]) -> pd.DataFrame | None:
    """Return `columns` of the CSV at `path` as pandas would read them, nothing where it must do so itself.

    texts: those whose values stay the text that stands there. Each row has as many values as the header, in columns
    that are not asked for, too.
    """
    table = None if header.contains(path, b'"') else _table(path, columns, texts)
    hexadecimal = header.contains(path, b"x", b"X")
    if table is None or not all(name in texts or _plain(table[name], hexadecimal) for name in columns):
        return None
    return _rows(table)


def stored(path: Path, columns: Sequence[str], texts: Collection[str], into: Path) -> Columns | None:
    """Return the same as `read`, written to a file from where each column is read when it is asked for."""
    if header.contains(path, b'"'):
        return None
    options = _options(columns, texts, MISSING)
    try:
        with pc.open_csv(path, pc.ReadOptions(block_size=BLOCK), convert_options=options) as parts:
            parquet.write_arrow(into, (pa.Table.from_batches([part]) for part in parts), **parquet.PLAIN)
    except (pa.ArrowInvalid, KeyError):
        return None
    hexadecimal, numbers = header.contains(path, b"x", b"X"), [name for name in columns if name not in texts]
    plain = (_plain(pq.read_table(into, columns=[name])[name], hexadecimal) for name in numbers)
    return Columns(into) if all(plain) else None


def as_text(path: Path, columns: Sequence[str]) -> Iterator[pa.Table]:
    """Yield the CSV at `path`, all of whose columns are `columns`, each value as the text that stands there.

    Raises LeftToPandas at the first row that pandas must read.
    """
    if header.contains(path, b'"'):
        raise LeftToPandas
    options = _options(columns, columns, [])
    try:
        with pc.open_csv(path, pc.ReadOptions(block_size=BLOCK), convert_options=options) as parts:
            yield from (pa.Table.from_batches([part]) for part in parts)
    except (pa.ArrowInvalid, KeyError):
        raise LeftToPandas from None


def _table(path: Path, columns: Sequence[str], texts: Sequence[str]) -> pa.Table | None:
    """Return what Arrow makes of `columns`, where it can."""
    options = _options(columns, texts, MISSING)
    try:
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
    except (pa.ArrowInvalid, KeyError):
        return None


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


def _rows(table: pa.Table) -> pd.DataFrame:
    rows: pd.DataFrame = table.to_pandas(split_blocks=True, self_destruct=True)
    pa.default_memory_pool().release_unused()
    return rows


def _plain(column: pa.ChunkedArray, hexadecimal: bool) -> bool:
    """Return whether pandas reads the same numbers. hexadecimal: some value of the table may be written so."""
    if pa.types.is_int64(column.type):
        return not hexadecimal
    if not pa.types.is_float64(column.type):
        return False
    ends = compute.min_max(column).as_py()
    return ends["min"] is not None and max(-ends["min"], ends["max"]) < EXACT
