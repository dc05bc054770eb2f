"""A table's columns by name, read without its rows."""

import csv
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from passage.base import terminal
from passage.base.errors import Mistake
from passage.tables import names, parts

if TYPE_CHECKING:  # a CSV does not wait for it
    import pyarrow as pa

CHUNK = 1 << 22  # bytes
SAMPLE = 1_000_000  # bytes of a CSV by which its rows are counted
CELLS = 200_000  # values that are looked at to tell whether the first line is a row

csv.field_size_limit(2**31 - 1)  # a cell may hold a text of any length, as for pandas


def columns(path: Path) -> list[str]:
    """Return the names of a table's columns, from its first line (CSV) or its schema (Parquet).

    Raises Mistake for a table that cannot be read at all: no such file, empty, a column named twice, rows of another
    width than the header, files of a folder with other columns or types than those before them.
    """
    first, *others = parts.files(path)
    found = _columns(first)
    for other in others:
        if (theirs := _columns(other)) != found:
            raise Mistake(parts.other_names(other, theirs, first, found))
    if others and parts.is_parquet(path):
        schema(path)
    return found


def _columns(path: Path) -> list[str]:
    if not path.is_file():
        raise Mistake(f"{path}: {'this is not a file' if path.exists() else 'there is no such file'}")
    is_csv = path.suffix != ".parquet"
    found = walk(path, most=1) if is_csv else list(_schema(path).names)
    if wrong := names.twice(found, (row for _, row in islice(records(path), 1, None)) if is_csv else None):
        raise Mistake(f"{path}: {line}" for line in wrong)
    return found


def schema(path: Path) -> "pa.Schema":
    """Return the types of a Parquet table's columns; of a folder those that hold the values of all its files.

    Raises Mistake where there is no such type, as of texts and numbers.
    """
    import pyarrow as pa

    first, *others = parts.files(path)
    found = _schema(first)
    for other in others:
        try:
            found = pa.unify_schemas([found, _schema(other)], promote_options="permissive")
        except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
            why = str(error).splitlines()[0].removeprefix("Unable to merge: ")
            raise Mistake(f"{other}: this cannot be one table with the files before it: {why}") from None
    return found.remove_metadata()


def _schema(path: Path) -> "pa.Schema":
    import pyarrow.parquet as pq

    try:
        return pq.read_schema(path)
    except (OSError, ValueError) as error:
        raise Mistake(f"{path}: this is not a Parquet file: {str(error).splitlines()[0]}") from None


@contextmanager
def damaged(path: Path, why: str = "the file is damaged") -> Iterator[None]:
    """Raise Mistake for what pyarrow and Python cannot make of the content of a Parquet file."""
    try:
        yield
    except (OSError, ValueError, OverflowError) as error:
        raise Mistake(f"{path}: {why}: {str(error).splitlines()[0]}") from None


def rows(path: Path) -> int:
    """Return how many rows a table has: of a CSV about, by the lines among its first bytes."""
    return sum(map(_rows, parts.files(path)))


def _rows(path: Path) -> int:
    if path.suffix == ".parquet":
        import pyarrow.parquet as pq

        return int(pq.read_metadata(path).num_rows)
    with path.open("rb") as content:
        part = content.read(SAMPLE)
    lines = max(part.count(b"\n"), part.count(b"\r"))  # of which some end with both
    return max(round(path.stat().st_size / len(part) * lines) - 1, 0) if part else 0


def contains(path: Path, *characters: bytes) -> bool:
    """Return whether one of `characters` is below the header of a CSV, whose names may be in quotes."""
    return any(_contains(file, characters) for file in parts.files(path))


def _contains(path: Path, characters: Collection[bytes]) -> bool:
    with path.open("rb") as content:
        below = re.split(rb"[\r\n]", content.read(CHUNK), maxsplit=1)[-1]
        blocks = chain([below], iter(partial(content.read, CHUNK), b""))
        return any(character in block for block in blocks for character in characters)


def first_values(path: Path, wanted: Collection[str], most: int) -> dict[str, list[Any]]:
    """Return the values that `wanted` columns have in the first rows of a table, at most so many rows."""
    found: dict[str, list[Any]] = {name: [] for name in wanted}
    for file in parts.files(path) if wanted else ():
        if lacking := most - max(map(len, found.values())):
            for name, values in _first_values(file, wanted, lacking).items():
                found[name] += values
    return found


def _first_values(path: Path, wanted: Collection[str], most: int) -> dict[str, list[Any]]:
    if path.suffix == ".parquet":
        import pyarrow.parquet as pq

        with pq.ParquetFile(path) as file:
            first = next(file.iter_batches(most, columns=list(wanted)), None)
            with damaged(path):
                return {name: first[name].to_pylist() if first else [] for name in wanted}
    header, *first_rows = (record for _, record in islice(records(path), most + 1))
    places = {name: header.index(name) for name in wanted}
    return {name: [row[place] for row in first_rows if place < len(row)] for name, place in places.items()}


def _of_no_values(path: Path, wanted: Collection[str]) -> dict[str, str]:
    """Return the type of each column of `wanted` in a Parquet table whose values are lists, structures or bytes."""
    from pyarrow import types

    kinds = {field.name: field.type for field in schema(path) if field.name in wanted}
    values = {name: kind.value_type if types.is_dictionary(kind) else kind for name, kind in kinds.items()}
    return {name: str(kinds[name]) for name, kind in values.items() if types.is_nested(kind) or "binary" in str(kind)}


def records(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield each record of the CSV at `path` as `parse` does. Raises Mistake for what is not UTF-8, too."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            yield from parse(lines, path)
    except UnicodeDecodeError:
        # Each byte that is no UTF-8 becomes one of these letters.
        known, *_ = re.split("[\udc80-\udcff]", path.read_bytes().decode(errors="surrogateescape"), maxsplit=1)
        line = known.count("\n") + 1
        raise Mistake(f"{path}, line {line}: this is not UTF-8; save the table as UTF-8") from None


def parse(
    lines: Iterable[str], path: Path, separator: str = ",", *, blanks: bool = False
) -> Iterator[tuple[int, list[str]]]:
    """Yield each record that is not blank, with the number of its last line in the file (the header is on line 1).

    blanks: whether blanks after a separator are no part of a value. Raises Mistake, which names `path`, for no CSV.
    """
    reader, start = csv.reader(lines, delimiter=separator, skipinitialspace=blanks, strict=True), 1
    try:
        for record in reader:
            if record and not (len(record) == 1 and record[0].isspace()):  # blank for pandas, too
                yield reader.line_num, record
            start = reader.line_num + 1
    except csv.Error as error:
        # A quote that is not closed is found where the next one stands, or at the end of the file.
        begun = f", in a record that begins on line {start}" if start < reader.line_num else ""
        raise Mistake(f"{path}, line {reader.line_num}: this is not CSV: {error}{begun}") from None


def first(rows: Iterator[tuple[int, list[str]]], path: Path) -> list[str]:
    """Return the next record of a CSV, its header. Raises Mistake where there is none."""
    for _, header in rows:
        return header
    raise Mistake(f"{path}: the file is empty; its first line must name the columns")


def walk(path: Path, most: int | None = None) -> list[str]:
    """Return the header of the CSV at `path`.

    Raises Mistake for the first of all its records, or of so many, that is no CSV or not as wide as the header.
    """
    headers = []
    for file in parts.files(path):
        rows = records(file)
        headers.append(header := first(rows, file))
        for position, (line, record) in enumerate(islice(rows, most)):
            if len(record) != len(header):
                why = names.misfit(header, len(record)) if position == 0 else ""
                raise Mistake(other_width(file, line, record, len(header)) + why)
    return headers[0]


def other_width(path: Path, line: int, record: Sequence[str], width: int) -> str:
    """Return what is wrong with a record that is not as wide as the header."""
    return f"{path}, line {line}: {len(record)} values, but the header names {width} columns"


def refuse_torn(path: Path, rows: int) -> None:
    """Raise Mistake for what pandas lets pass in a CSV that it read as `rows` rows: short rows, and text after a quote.

    Where nothing is quoted, the commas tell: 0.3 s for three million rows, a tenth of what walking takes.
    """
    commas, quoted, files = 0, False, parts.files(path)
    for file in files:
        with file.open("rb") as content:
            while chunk := content.read(CHUNK):
                commas += chunk.count(b",")
                quoted = quoted or b'"' in chunk
    if quoted or commas != (len(columns(path)) - 1) * (rows + len(files)):
        walk(path)


def require(path: Path, wanted: Mapping[str, str]) -> None:
    """Raise Mistake where the table at `path` lacks a column of `wanted` (column: the key of params.yaml naming it).

    Also where its first line is a row.
    """
    first_file, is_csv = parts.files(path)[0], not parts.is_parquet(path)
    if is_csv and first_file.is_file():
        every = (row for _, row in records(first_file))
        top = next(every, [])
        below = list(islice(every, min(names.ROWS, CELLS // max(len(top), 1) + 1)))
        if why := names.looks_like_a_row(top, below, wanted):
            raise Mistake(f"{first_file}: {names.row_instead(why)}")
    found = dict.fromkeys(columns(path))
    missing = [(column, key) for column, key in wanted.items() if column not in found]
    if missing:
        there = terminal.line(", ".join(found))
        raise Mistake(
            f'{path}: the column "{column}", which {key} names, is missing; the table has {there}'
            for column, key in missing
        )
    if not is_csv and (wrong := _of_no_values(path, wanted)):
        raise Mistake(
            f'{path}: the column "{column}", which {wanted[column]} names, holds {kind}; it must hold numbers, texts, '
            "times, or true and false"
            for column, kind in wrong.items()
        )
