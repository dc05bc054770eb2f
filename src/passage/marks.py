"""What a split goes by: the column that says train or test, whose row it is, or of what time."""

from pathlib import Path

import numpy as np
import pandas as pd
from pandas.api.types import is_bool_dtype, is_datetime64_any_dtype

from passage import tables
from passage.params import ISO_TIME, TIMES, Split


def read(table: pd.DataFrame, split: Split, path: Path) -> pd.Series:
    """Return the column of `table`, read from `path`, that `split` goes by; Mistake names its first wrong value."""
    name = split.used()["column"]
    match split.method:
        case "column":
            return tables.sides(table, name, path)
        case "time":
            return numbers(table, name, path) if isinstance(split.test_from, float) else times(table, name, path)
        case _:
            return identifiers(table, name, path)


def identifiers(table: pd.DataFrame, name: str, path: Path) -> pd.Series:
    """Return the column `name` as text that is the same for what is the same; Mistake names the first missing value.

    The whole numbers 7 and 7.0 and the texts "7", "7.0" and " 7 " are one identifier. All else counts: 007 is not 7 and
    a is not A. So a CSV must be read with this column as text, or 007 would be 7 until some row has letters.
    """
    column = table[name]
    text = column.astype("str").str.strip().str.replace(r"^(-?\d+)\.0+$", r"\1", regex=True)
    missing = (column.isna() | (text == "")).to_numpy(dtype=bool)
    _refuse(table, name, missing, path, "split.column must say in each row whose it is")
    return text


def numbers(table: pd.DataFrame, name: str, path: Path) -> pd.Series:
    """Return the column `name` as finite numbers; Mistake names the first value that is none."""
    column = table[name]
    if is_datetime64_any_dtype(column) or is_bool_dtype(column):
        column = column.astype("str")
    found = pd.to_numeric(column, errors="coerce").astype("float64")
    wrong = ~np.isfinite(found.to_numpy())
    _refuse(table, name, wrong, path, "it must be a number, as split.test_from is")
    return found


def times(table: pd.DataFrame, name: str, path: Path) -> pd.Series:
    """Return the column `name` as times, in UTC where they have a time zone.

    Raises Mistake for the first value that is no time in ISO 8601, and where some have a time zone and some have none:
    which of those came first, nobody can say.
    """
    column = table[name]
    if is_datetime64_any_dtype(column):
        found, zoned = pd.to_datetime(column, utc=True), np.full(len(column), column.dt.tz is not None)
    else:
        text = column.astype("str").str.strip()
        parts = text.str.fullmatch(ISO_TIME).fillna(value=False).astype(bool)
        found = pd.to_datetime(text.where(parts), format="ISO8601", utc=True, errors="coerce")
        zoned = text.str.contains(r":.*(?:Z|[+-][\d:]+)$").fillna(value=False).to_numpy(dtype=bool)
    _refuse(table, name, found.isna().to_numpy(), path, f"with split.test_from a time, it must be {TIMES}")
    first = "a time zone" if zoned[0] else "no time zone"
    _refuse(table, name, zoned != zoned[0], path, f"the first row has {first}: all must have one, or none")
    return found if zoned[0] else found.dt.tz_localize(None)


def _refuse(table: pd.DataFrame, name: str, wrong: np.ndarray, path: Path, rule: str) -> None:
    """Raise Mistake for the first row of column `name` where `wrong` (n_rows,) holds: where, what, but `rule`."""
    tables.refuse(table, pd.DataFrame({name: wrong}), {name: rule}, path)
