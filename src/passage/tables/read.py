"""Tables as they come, row by row: table, or refused with one line that says where they are wrong."""

from collections.abc import Iterable
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq

from passage.base import blocks
from passage.base.errors import Mistake
from passage.base.parquet import Columns
from passage.tables import header, memory, plain_csv
from passage.tables.convert import is_numbers_or_text


def table(path: Path, texts: Iterable[str] = (), columns: Iterable[str] | None = None) -> pd.DataFrame:
    """Return the table at `path`, one row for each record; what is a number in each row of a column is a number.

    texts: columns of which a CSV's values stay the text that stands there, so that 01 is not 1. columns: those that
    are needed, all where nothing is said; of them, those that the table lacks are absent.
    Raises Mistake for what `header.columns` refuses, rows of different widths and a header without rows.
    """
    there = header.columns(path)
    asked = None if columns is None else set(columns)
    wanted = there if asked is None else [name for name in there if name in asked]
    table = _parquet(path, wanted) if path.suffix == ".parquet" else _csv(path, there, wanted, list(texts))
    if table.empty:
        raise Mistake(f"{path}: the table has a header and no rows")
    return table


class OneByOne:
    """A Parquet file of which each column is read, as `table` reads all, when it is asked for."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __len__(self) -> int:
        return header.rows(self.path, 0)

    def __contains__(self, name: str) -> bool:
        return name in header.columns(self.path)

    def __getitem__(self, name: str) -> pd.Series:
        return _parquet(self.path, [name])[name]


def stored(path: Path, texts: Iterable[str], columns: Iterable[str], into: Path) -> pd.DataFrame | Columns | OneByOne:
    """Return what `table` does; of a table that is large, to be read column by column, of a CSV from a file `into`.

    A CSV that Arrow does not read is read as a whole.
    """
    wanted, there = set(columns), header.columns(path)
    if blocks.is_large(header.rows(path, memory.SAMPLE), len(wanted)):
        if path.suffix == ".parquet":
            return OneByOne(path)
        found = plain_csv.stored(path, names := [name for name in there if name in wanted], {*texts} & {*names}, into)
        if found is not None:
            return found
    return table(path, texts, wanted)


def _csv(path: Path, there: list[str], columns: list[str], texts: list[str]) -> pd.DataFrame:
    alone = len(there) == 1  # a line of blanks is no row for pandas, which says so wherever the table is read
    table = None if alone else plain_csv.read(path, columns, [name for name in texts if name in columns])
    if table is not None:
        return table
    try:
        # Where nothing is quoted, a row that is too long is refused only if all columns are read.
        used = [there.index(name) for name in columns] if header.contains(path, b'"') else None
        found = pd.read_csv(path, low_memory=False, dtype=dict.fromkeys(texts, str), usecols=used)
    except (pd.errors.ParserError, UnicodeDecodeError) as error:
        header.walk(path)  # raises Mistake with the line, which pandas counts its own way
        raise Mistake(f"{path}: this is not CSV: {str(error).strip().splitlines()[-1]}") from None
    header.refuse_torn(path, len(found))
    found.columns = pd.Index(columns if used else there)  # not the names that pandas makes up
    return found[columns]


def as_it_came(path: Path) -> pd.DataFrame:
    """Return the table at `path` with each value of a CSV as the text that stands there."""
    if path.suffix == ".parquet":
        table = _parquet(path, header.columns(path))
        return table.astype({name: str for name in table if not is_numbers_or_text(table[name])})
    names = header.columns(path)
    plain = plain_csv.as_text(path, names) if len(names) > 1 else None  # as in _csv
    if plain is not None:
        return plain
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    table.columns = pd.Index(names)  # not those that pandas makes up
    return table


def _parquet(path: Path, columns: list[str]) -> pd.DataFrame:
    """Return these columns of the file; what pandas noted there of an index does not count."""
    with header.damaged(path):
        content = pq.read_table(path, columns=columns).replace_schema_metadata(None)
        content.validate(full=True)  # texts that are no UTF-8 would end in tracebacks wherever they are used
        table: pd.DataFrame = content.to_pandas()
    return table
