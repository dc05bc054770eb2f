"""Rows of one side of a split, read when they are asked for, with the target as models know it."""

from pathlib import Path

from passage.base.parquet import Columns
from passage.params.labels import Label


def split_rows(path: Path, target: str, positive: Label) -> Columns:
    """Return the table at `path`, which `split` wrote, with 1 where `target` has the positive label and 0 elsewhere."""
    return Columns(path, {target: lambda column: (column == positive).astype("int64")})
