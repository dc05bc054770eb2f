"""A table of the user's as it comes, made one that the pipeline reads: comma-separated UTF-8 with decimal points.

Every row and every value stays. What cannot be read is refused with its line; nothing is skipped.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.parquet as pq

from passage.base.errors import Mistake
from passage.base.progress import bar, clock
from passage.tables import header, memory, parts
from tools.adopt import dialect, first_line, numbers

# By which a CSV grows in memory, and one whose numbers are written anew (measured: 2.3, 5.0).
TIMES, TIMES_ABROAD = 3, 5
HEAD = 1000  # bytes by which it is told what kind of a file it is
SHOWN = 10  # lines that are named where more cannot be read
MAGIC = {
    b"PK\x03\x04": "a workbook or another packed file; save the sheet as CSV",
    b"\xd0\xcf\x11\xe0": "an old workbook; save the sheet as CSV",
    b"\x1f\x8b": "packed (gzip); unpack it first",
    b"BZh": "packed (bzip2); unpack it first",
    b"\xfd7zXZ": "packed (xz); unpack it first",
    b"\x28\xb5\x2f\xfd": "packed (zstd); unpack it first",
    b"SQLite format 3": "a database; export its table as CSV",
    b"%PDF": "a PDF; save the table as CSV",
}
PARQUET = b"PAR1"


class Intake(NamedTuple):
    """A table to be written into data/raw.

    suffix: of its files. files: the source's. content: the bytes of a CSV that the pipeline reads, where they may stay
    what they are. table: the CSV's values, all text, where they may not. Neither: files that are copied. changes: what
    differs from the source, in words. doubts: what may be meant otherwise. rows: of each file of a CSV. padded: its
    columns of digits that may begin with a 0. words: in how many rows of a CSV's columns a word is read as a gap.
    """

    suffix: str
    files: Sequence[Path]
    content: bytes | None = None
    table: pa.Table | None = None
    changes: Sequence[str] = ()
    doubts: Sequence[str] = ()
    rows: Sequence[int] = ()
    padded: Sequence[str] = ()
    words: Mapping[str, Mapping[str, int]] = MappingProxyType({})


class _Text(NamedTuple):
    """A CSV file of the source.

    content: what the pipeline reads, unless numbers are to be written anew; None where it does not read it so. table:
    its values, all text. abroad: it has another separator than a comma. changes and doubt: as a table's.
    """

    content: bytes | None
    table: pa.Table
    abroad: bool
    changes: list[str]
    doubt: str


def take(path: Path, target: str) -> Intake:
    """Return the table at `path`, a file or a folder of files, as it is to be written; `target` is one of its columns.

    Raises Mistake with one line for each thing that is wrong with it.
    """
    files = list(parts.listed(path)) if path.is_dir() else [path]
    heads = {file: _head(file) for file in files}
    kinds = [head.startswith(PARQUET) for head in heads.values()]
    if len(set(kinds)) > 1:
        raise Mistake(parts.other_kind(files[kinds.index(not kinds[0])], files[0]))
    _refuse_too_large(path, heads, target)
    if kinds[0]:
        return Intake(".parquet", files)
    texts = [_text(file, target) for file in files]
    names = texts[0].table.column_names
    for file, text in zip(files, texts, strict=True):
        if text.table.column_names != names:
            raise Mistake(parts.other_names(file, text.table.column_names, files[0], names))
    rows = [text.table.num_rows for text in texts]

    def place(row: int) -> str:
        at = next(at for at in range(len(rows)) if row <= sum(rows[: at + 1]))
        return f"{files[at]}, row {row - sum(rows[:at])}"

    values, abroad = pa.concat_tables(text.table for text in texts), any(text.abroad for text in texts)
    table, rewritten, doubts = numbers.plain(values, place, abroad)
    if table.num_rows == 0:
        raise Mistake(f"{path}: the table has a header and no rows")
    changes = [*dict.fromkeys(change for text in texts for change in text.changes), *rewritten]
    doubts = [*dict.fromkeys(text.doubt for text in texts if text.doubt), *doubts]
    content = texts[0].content if not path.is_dir() and not rewritten else None
    stays = content is not None or (path.is_dir() and not changes)
    values, padded, words = None if stays else table, numbers.padded(table), numbers.words(table)
    return Intake(".csv", files, content, values, changes, doubts, rows, padded, words)


def _text(path: Path, target: str) -> _Text:
    with clock(f"reading {path}"):
        text, encoding = dialect.utf8(path.read_bytes(), path)
    text, told = dialect.without_separator_line(text)
    one = told or dialect.separator(text, target)
    names = header.first(dialect.records(text, one, path), path)
    blanks = len(names) > 1 and all(name.startswith(" ") for name in names[1:])
    names, mended = first_line.mended(text, one, names, blanks, path)
    if mended:
        text = dialect.renamed(text, one, names, path)
    stripped = [name.strip() for name in names]
    first_line.refuse(text, one, stripped, blanks, target, path)
    with clock(f"reading {path}"):
        values = _read(text, one, names, blanks, path).rename_columns(stripped)
    changes = [
        *([f"{encoding} became UTF-8"] if encoding != "UTF-8" else []),
        *([f"the first line, sep={told}, went"] if told else []),
        *([f"the separator, a {dialect.SEPARATORS[one]}, became a comma"] if one != "," else []),
        *(["blanks after the separator went"] if blanks else []),
        *(["blanks around names of columns went"] if stripped != names and not blanks else []),
        *mended,
    ]
    doubt = ""
    if encoding == dialect.GUESS:
        doubt = f'{encoding} is a guess: is "{dialect.foreign_word(text)}" right? If not, save the table as UTF-8'
    content = text[len(b"\n") if told else 0 :] if one == "," and stripped == names else None
    return _Text(content, values, one != ",", changes, doubt)


def _head(path: Path) -> bytes:
    """Return the first bytes of a file that is a table by what they say."""
    if not path.is_file():
        raise Mistake(f"{path}: there is no such file")
    try:
        with path.open("rb") as file:
            head = file.read(HEAD)
    except PermissionError:
        raise Mistake(f"{path}: this file may not be read") from None
    for magic, found in MAGIC.items():
        if head.startswith(magic):
            raise Mistake(f"{path}: this is {found}")
    if path.suffix.lower() in (".parquet", ".pq") and head.strip() and not head.startswith(PARQUET):
        raise Mistake(f"{path}: this is not a Parquet file")
    if head.lstrip()[:1] in (b"{", b"[", b"<"):
        raise Mistake(f"{path}: this looks like JSON, XML or a web page; save the table as CSV or Parquet")
    return head


def _refuse_too_large(path: Path, heads: Mapping[Path, bytes], target: str) -> None:
    """Raise Mistake for a table that will not fit in memory, before it is read. heads: the first bytes of its files."""
    size, room = sum(file.stat().st_size for file in heads), memory.free()
    need = memory.START + sum(_taken(file, head, target) for file, head in heads.items())
    if need > room:
        raise Mistake(
            f"{path}: to adopt its {size / 1e9:.1f} GB takes about {need / 1e9:.1f} GB of memory, and "
            f"{room / 1e9:.1f} GB are free; what helps: fewer columns, some of the rows drawn by chance, other "
            "programs closed, or a machine with more memory"
        )


def _taken(path: Path, head: bytes, target: str) -> int:
    """Return how much memory (bytes) a file takes. Of a Parquet file that is damaged, it is told when it is read."""
    if not head.startswith(PARQUET):
        return (TIMES if dialect.separator(head, target) == "," else TIMES_ABROAD) * path.stat().st_size
    with suppress(OSError, ValueError):
        found = pq.read_metadata(path)
        return int(memory.TIMES * 8 * found.num_rows * found.num_columns)
    return 0


def _read(text: bytes, one: str, names: list[str], blanks: bool, path: Path) -> pa.Table:
    """Return the values as they stand there, all text. Raises Mistake for rows that cannot be read.

    pyarrow reads them in a tenth of csv's time, but takes `"1"x` for 1x and a line of blanks for a row: what has quotes
    is walked by csv first, and what pyarrow refuses is read by csv, which says why.
    """
    quoted = b'"' in text
    if quoted:
        _walk(text, one, names, blanks, path)
    if not blanks:
        try:
            table = pc.read_csv(
                pa.BufferReader(text),
                parse_options=pc.ParseOptions(delimiter=one, newlines_in_values=quoted),
                convert_options=pc.ConvertOptions(column_types=dict.fromkeys(names, pa.string())),
            )
        except pa.ArrowInvalid:
            pass
        else:
            if table.column_names == names:
                return table
    rows = _walk(text, one, names, blanks, path, keep=True)[1:]
    columns = [list(column) for column in zip(*rows, strict=True)] or [[] for _ in names]
    return pa.table([pa.array(column, pa.string()) for column in columns], names)


def _walk(text: bytes, one: str, names: list[str], blanks: bool, path: Path, keep: bool = False) -> list[list[str]]:
    """Return the records where they are to be kept, the header first. Raises Mistake for those that cannot be read."""
    kept, wrong = [], []
    try:
        for line, record in bar("reading rows", "row", dialect.records(text, one, path, blanks=blanks)):
            if len(record) != len(names):
                wrong.append(header.other_width(path, line, record, len(names)))
            elif keep:
                kept.append(record)
    except Mistake as no_csv:
        wrong += no_csv.lines
    if wrong:
        more = [f"{path}: {len(wrong) - SHOWN} more lines like these"] if len(wrong) > SHOWN else []
        raise Mistake([*wrong[:SHOWN], *more])
    return kept
