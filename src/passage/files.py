"""Every file that a stage writes, written whole or not at all.

A file is written beside its target and then put in its place, so a killed process leaves what stood before; the name
NAME.partial is ignored by DVC and Git.
"""

import hashlib
import json
import math
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # stages without tables do not wait for pandas
    import pandas as pd


@contextmanager
def _replacing(path: Path) -> Iterator[Path]:
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.partial")
    try:
        yield partial
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write `text` as UTF-8 with Unix line ends."""
    with _replacing(path) as partial:
        partial.write_text(text, encoding="utf-8", newline="\n")


def write_bytes(path: Path, content: bytes) -> None:
    """Write `content` as it is."""
    with _replacing(path) as partial:
        partial.write_bytes(content)


def write_json(path: Path, content: Any) -> None:
    """Write `content` as indented JSON in its own order; infinity, which JSON lacks, becomes the word "inf".

    Raises ValueError for NaN: what is undefined is left out, not written.
    """
    text = json.dumps(_spelled(content), indent=2, ensure_ascii=False, allow_nan=False)
    write_text(path, text + "\n")


def _spelled(content: Any) -> Any:
    match content:
        case dict():
            return {key: _spelled(value) for key, value in content.items()}
        case list() | tuple():
            return [_spelled(value) for value in content]
        case float() if math.isinf(content):
            return "inf" if content > 0 else "-inf"
        case _:
            return content


def read_json(path: Path) -> Any:
    """Return the content of a JSON file."""
    return json.loads(path.read_text(encoding="utf-8"))


def file_hash(algorithm: str, path: Path) -> str:
    """Return the hash of a file's bytes, in hexadecimal."""
    with path.open("rb") as content:
        return hashlib.file_digest(content, algorithm).hexdigest()


def file_hashes(algorithm: str, every: Iterable[Path]) -> dict[Path, str]:
    """Return the hash of each file's bytes, in hexadecimal; several are read at once."""
    paths = list(dict.fromkeys(every))
    with ThreadPoolExecutor() as threads:
        return dict(zip(paths, threads.map(partial(file_hash, algorithm), paths), strict=True))


def write_parquet(path: Path, table: "pd.DataFrame") -> None:
    """Write `table` without its index, and without the pandas version that pandas adds to the file."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = pa.Table.from_pandas(table, preserve_index=False).replace_schema_metadata(None)
    with _replacing(path) as partial:
        pq.write_table(columns, partial)


def read_parquet(path: Path, columns: Sequence[str] | None = None) -> "pd.DataFrame":
    """Return all columns, or these, of a table that `write_parquet` wrote; other memory is given back."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows: pd.DataFrame = pq.read_table(path, columns=columns).to_pandas(split_blocks=True, self_destruct=True)
    pa.default_memory_pool().release_unused()
    return rows


def first_rows(path: Path, most: int) -> "tuple[pd.DataFrame, int]":
    """Return the first rows, at most so many, of a table that `write_parquet` wrote, and how many there are in all."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        batches = [next(file.iter_batches(most))] if file.metadata.num_rows else []
        return pa.Table.from_batches(batches, file.schema_arrow).to_pandas(), file.metadata.num_rows


class Columns:
    """The columns of a table that `write_parquet` wrote, each read when it is asked for."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __getitem__(self, name: str) -> "pd.Series":
        return read_parquet(self.path, [name])[name]


def write_csv(path: Path, table: "pd.DataFrame") -> None:
    """Write `table` without its index; numbers in the shortest form that reads back as the same number.

    Text is quoted where some of it has to be. With pyarrow, since pandas takes ten times as long.
    """
    import pyarrow as pa
    import pyarrow.csv as pc

    columns = pa.Table.from_pandas(table, preserve_index=False)
    with _replacing(path) as partial:
        try:
            pc.write_csv(columns, partial, pc.WriteOptions(quoting_style="none", quoting_header="none"))
        except pa.ArrowInvalid:  # a name or a value holds a comma, a quote or a line end
            pc.write_csv(columns, partial)
