"""Columns of a table while its rows are checked and divided: in memory, or each in a file where they are too many."""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
from pandas.api.types import is_object_dtype

from passage.base import parquet
from passage.base.parquet import Columns


@contextmanager
def folder(path: Path) -> Iterator[Path]:
    """Give a place for a folder, and remove it with all that was written there."""
    if path.is_symlink():  # which rmtree leaves alone, and may lead to somewhere else
        path.unlink()
    shutil.rmtree(path, ignore_errors=True)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


class Held:
    """Columns by their names, (n_rows,) each, in files of `folder`, of which there will be `count`; None: in memory."""

    def __init__(self, folder: Path | None, count: int = 0) -> None:
        self.folder, self.count = folder, count
        self.columns: dict[str, pd.Series | Columns] = {}

    def __setitem__(self, name: str, column: pd.Series) -> None:
        if self.folder is None or is_object_dtype(column):  # objects are not in a file what they are in memory
            self.columns[name] = column
            return
        path = self.folder / f"{len(self.columns)}.parquet"
        parquet.write(path, column.to_frame(name), beside=self.count, **parquet.PLAIN)
        self.columns[name] = Columns(path)

    def __getitem__(self, name: str) -> pd.Series:
        column = self.columns[name]
        return column[name] if isinstance(column, Columns) else column

    def __contains__(self, name: str) -> bool:
        return name in self.columns

    def parts(self, names: Sequence[str], rows: int | None = None) -> Iterator[pd.DataFrame]:
        """Yield these columns, so many rows after the other; where nothing is said, of those in memory all."""
        if self.folder is None:
            every = pd.DataFrame({name: self.columns[name] for name in names}, copy=False)
            starts = range(0, len(every), rows) if rows else [0]
            yield from (every[start : start + (rows or len(every))].reset_index(drop=True) for start in starts)
            return
        stored = {name: column for name in names if isinstance(column := self.columns[name], Columns)}
        start = 0
        for found in parquet.side_by_side(*((column, [name]) for name, column in stored.items()), rows=rows):
            place = slice(start, start := start + len(found[0]))
            columns = {name: part[name] for name, part in zip(stored, found, strict=True)}
            columns |= {name: self[name].iloc[place].reset_index(drop=True) for name in names if name not in stored}
            yield pd.DataFrame({name: columns[name] for name in names}, copy=False)
