"""Tables as they come, row by row: table, or refused with one line that says where they are wrong."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from passage.base import blocks, parquet
from passage.base.errors import Mistake
from passage.base.parquet import Columns
from passage.tables import header, joined, parts, plain_csv
from passage.tables.convert import is_numbers_or_text
from passage.tables.plain_csv import LeftToPandas

BEYOND = "whole numbers of one file are beyond what fractions of another hold"


def table(path: Path, texts: Iterable[str] = (), columns: Iterable[str] | None = None) -> pd.DataFrame:
    """Return the table at `path`, one row for each record; what is a number in each row of a column is a number.

    texts: columns of which a CSV's values stay the text that stands there, so that 01 is not 1. columns: those that
    are needed, all where nothing is said; of them, those that the table lacks are absent.
    Raises Mistake for what `header.columns` refuses, rows of different widths and a header without rows.
    """
    there = header.columns(path)
    asked = set(there if columns is None else columns)
    wanted = [name for name in there if name in asked]
    table = _parquet(path, wanted) if parts.is_parquet(path) else _csv(path, there, wanted, list(texts))
    if table.empty:
        raise Mistake(f"{path}: the table has a header and no rows")
    return table


class OneByOne:
    """Some columns of a Parquet file, each of which is read, as `table` reads all, when it is asked for."""

    def __init__(self, path: Path, names: Collection[str]) -> None:
        self.path, self.names = path, names

    def __len__(self) -> int:
        return header.rows(self.path)

    def __contains__(self, name: str) -> bool:
        return name in self.names

    def __getitem__(self, name: str) -> pd.Series:
        return _parquet(self.path, [name])[name]


def stored(path: Path, texts: Iterable[str], columns: Iterable[str], into: Path) -> pd.DataFrame | Columns | OneByOne:
    """Return what `table` does; of a table that is large, to be read column by column, of a CSV from a file `into`.

    A CSV of which something else than numbers and `texts` is asked for is read as a whole.
    """
    wanted = set(columns)
    names = [name for name in header.columns(path) if name in wanted]
    if blocks.is_large(header.rows(path), len(names)):
        if parts.is_parquet(path):
            return OneByOne(path, names)
        texts = {*texts} & wanted
        for reader in (plain_csv.stored, _in_pieces):
            with suppress(LeftToPandas):
                return reader(path, names, texts, into)
    return table(path, texts, wanted)


def _in_pieces(path: Path, columns: Sequence[str], texts: Collection[str], into: Path) -> Columns:
    """Return what pandas reads, some rows after the other, written `into` a file.

    Raises LeftToPandas where it must see all rows at once: a column that is none of `texts` is more than numbers.
    """
    numbers, there = set(columns).difference(texts), header.columns(path)
    rows, whole = 0, {*numbers}  # columns that are whole numbers
    schema = pa.schema([(name, pa.large_string() if name in texts else pa.float64()) for name in columns])

    def pieces() -> Iterator[pa.Table]:
        nonlocal rows
        options = _options(path, there, columns, texts) | {"chunksize": parquet.together(len(there))}
        with _refusing(path), pd.read_csv(joined.source(path), **options) as found:
            for piece in found:
                part, rows = _named(piece, there, columns), rows + len(piece)
                for name in numbers:
                    exact = part[name].dtype == "int64" and part[name].abs().max() < plain_csv.EXACT
                    if not exact and part[name].dtype != "float64":
                        raise LeftToPandas
                    whole.difference_update([] if exact else [name])
                yield pa.Table.from_pandas(part, schema, preserve_index=False).replace_schema_metadata(None)

    parquet.write_arrow(into, pieces(), **parquet.PLAIN)
    header.refuse_torn(path, rows)
    return Columns(into, dict.fromkeys(whole, lambda column: column.astype("int64")))


def _csv(path: Path, there: list[str], columns: list[str], texts: list[str]) -> pd.DataFrame:
    with suppress(LeftToPandas):
        return plain_csv.read(path, columns, texts)
    with _refusing(path):
        found = pd.read_csv(joined.source(path), **_options(path, there, columns, texts))
    header.refuse_torn(path, len(found))
    return _named(found, there, columns)


def _options(path: Path, there: list[str], columns: Sequence[str], texts: Iterable[str]) -> dict[str, Any]:
    # Where nothing is quoted, a row that is too long is refused only if all columns are read.
    used = [there.index(name) for name in columns] if header.contains(path, b'"') else None
    return {"low_memory": False, "dtype": dict.fromkeys(texts, str), "usecols": used}


def _named(found: pd.DataFrame, there: list[str], columns: Sequence[str]) -> pd.DataFrame:
    """Return `columns` of what pandas has read, not by the names that it makes up."""
    found.columns = pd.Index(there if len(found.columns) == len(there) else columns)
    return found[list(columns)]


@contextmanager
def _refusing(path: Path) -> Iterator[None]:
    """Raise Mistake for what pandas cannot read."""
    try:
        yield
    except (pd.errors.ParserError, UnicodeDecodeError) as error:
        header.walk(path)  # raises Mistake with the line, which pandas counts its own way
        raise Mistake(f"{path}: this is not CSV: {str(error).strip().splitlines()[-1]}") from None


def as_it_came(path: Path, rows: int) -> Iterator[pd.DataFrame]:
    """Yield the table at `path`, so many rows after the other, with each value of a CSV as the text that stands there.

    Of a Parquet file, numbers, booleans and texts are what they are, and other values their text.
    """
    came = _groups(path) if parts.is_parquet(path) else _texts(path, rows)
    for part in parquet.even(came, rows):
        table = part.to_pandas(types_mapper=_with_gaps)
        others = [name for name in table if not is_numbers_or_text(table[name])]
        yield table.assign(**{name: table[name].map(str, na_action="ignore").astype(str) for name in others})


def _groups(path: Path) -> Iterator[pa.Table]:
    """Yield the row groups of a Parquet table."""
    schema = header.schema(path)
    for one in parts.files(path):
        with header.damaged(one), pq.ParquetFile(one) as file:
            for group in range(file.num_row_groups):
                part = _valid(file.read_row_group(group))
                with header.damaged(one, BEYOND):
                    part = part.cast(schema)
                yield part


def _texts(path: Path, rows: int) -> Iterator[pa.Table]:
    """Yield some rows of a CSV after the other, each value as the text that stands there."""
    names, read = header.columns(path), 0
    schema = pa.schema([(name, pa.large_string()) for name in names])
    with suppress(LeftToPandas):
        for part in plain_csv.as_text(path, names):
            yield part
            read += len(part)
        return
    with pd.read_csv(joined.source(path), dtype=str, keep_default_na=False, chunksize=rows) as pieces:
        for part in pieces:
            part.columns = pd.Index(names)  # not those that pandas makes up
            others = part[part.index >= read]
            yield pa.Table.from_pandas(others, schema, preserve_index=False).replace_schema_metadata(None)


def _with_gaps(kind: pa.DataType) -> pd.ArrowDtype | pd.BooleanDtype | None:
    """Return as what pandas shall hold whole numbers and booleans, which gaps would make something else."""
    if pa.types.is_boolean(kind):
        return pd.BooleanDtype()
    return pd.ArrowDtype(kind) if pa.types.is_integer(kind) else None


def _parquet(path: Path, columns: list[str]) -> pd.DataFrame:
    """Return these columns of the table."""
    found = []
    for file in parts.files(path):
        with header.damaged(file):
            found.append(_valid(pq.read_table(file, columns=columns)))
    with header.damaged(path, BEYOND):
        whole = pa.concat_tables(found, promote_options="permissive")
    with header.damaged(path):
        table: pd.DataFrame = whole.to_pandas()
    return table


def _valid(content: pa.Table) -> pa.Table:
    """Return what was read of a file without what pandas noted there of an index, if Arrow finds nothing wrong."""
    content.validate(full=True)  # texts that are no UTF-8 would end in tracebacks wherever they are used
    return content.replace_schema_metadata(None)
