"""What a split goes by: the column that says train or test, whose row it is, or of what time."""

import numpy as np
import pandas as pd
from pandas.api.types import is_datetime64_any_dtype

from passage.base.parquet import ByName
from passage.params.split import Split
from passage.params.types import ISO_TIME, TIMES
from passage.tables import convert
from passage.tables.violations import NUMBER, Violations


def read(table: ByName, split: Split, violations: Violations) -> pd.Series:
    """Return the column of `table` that `split` goes by; a value that it cannot go by is a violation."""
    column = table[split.used()["column"]]
    match split.method:
        case "column":
            return sides(column, violations)
        case "time":
            return numbers(column, violations) if isinstance(split.test_from, float) else times(column, violations)
        case _:
            return identifiers(column, violations)


def sides(column: pd.Series, violations: Violations) -> pd.Series:
    """Return a column of the words train and test as it is; another word is a violation."""
    known = column.astype("str").isin(["train", "test"]).to_numpy(dtype=bool)
    violations.add(str(column.name), ~known, "a split column must say train or test")
    return column


def identifiers(column: pd.Series, violations: Violations) -> pd.Series:
    """Return the column as text that is the same for what is the same; a missing value is a violation.

    The whole numbers 7 and 7.0 and the texts "7", "7.0" and " 7 " are one identifier. All else counts: 007 is not 7 and
    a is not A. So a CSV must be read with this column as text, or 007 would be 7 until some row has letters.
    """
    text = column.astype("str").str.strip().str.replace(r"^(-?\d+)\.0+$", r"\1", regex=True)
    missing = (column.isna() | (text == "")).to_numpy(dtype=bool)
    violations.add(str(column.name), missing, "split.column must say in each row whose it is")
    return text


def numbers(column: pd.Series, violations: Violations) -> pd.Series:
    """Return the column as finite numbers; a value that is none is a violation."""
    found, wrong = convert.of_kind(column, "number")
    violations.add(str(column.name), wrong, f"it {NUMBER}, as split.test_from is")
    return found.astype("float64")


def times(column: pd.Series, violations: Violations) -> pd.Series:
    """Return the column as times, in UTC where they have a time zone.

    A value that is no time in ISO 8601 is a violation, and where some have a time zone and some have none, all that
    differ from the first are: which of those came first, nobody can say.
    """
    if is_datetime64_any_dtype(column):
        found, zoned = pd.to_datetime(column, utc=True), np.full(len(column), column.dt.tz is not None)
    else:
        text = column.astype("str").str.strip()
        parts = text.str.fullmatch(ISO_TIME).fillna(value=False).astype(bool)
        found = pd.to_datetime(text.where(parts), format="ISO8601", utc=True, errors="coerce")
        zoned = text.str.contains(r":.*(?:Z|[+-][\d:]+)$").fillna(value=False).to_numpy(dtype=bool)
    known = found.notna().to_numpy()
    violations.add(str(column.name), ~known, f"with split.test_from a time, it must be {TIMES}")
    first = bool(zoned[known.argmax()])
    said = "a time zone" if first else "no time zone"
    violations.add(str(column.name), known & (zoned != first), f"the first time has {said}: all must have one, or none")
    return found if first else found.dt.tz_localize(None)
