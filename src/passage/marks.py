"""What a split goes by: the column that says train or test, or whose row it is."""

from pathlib import Path

import pandas as pd

from passage import tables
from passage.params import Split


def read(table: pd.DataFrame, split: Split, path: Path) -> pd.Series:
    """Return the column of `table`, read from `path`, that `split` goes by; Mistake names its first wrong value."""
    name = split.used()["column"]
    return tables.sides(table, name, path) if split.method == "column" else identifiers(table, name, path)


def identifiers(table: pd.DataFrame, name: str, path: Path) -> pd.Series:
    """Return the column `name` as text that is the same for what is the same; Mistake names the first missing value.

    The whole numbers 7 and 7.0 and the texts "7", "7.0" and " 7 " are one identifier. All else counts: 007 is not 7 and
    a is not A. So a CSV must be read with this column as text, or 007 would be 7 until some row has letters.
    """
    column = table[name]
    text = column.astype("str").str.strip().str.replace(r"^(-?\d+)\.0+$", r"\1", regex=True)
    missing = (column.isna() | (text == "")).to_numpy(dtype=bool)
    tables.refuse(table, name, missing, path, "split.column must say in each row whose it is")
    return text
