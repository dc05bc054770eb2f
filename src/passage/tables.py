"""Tables as they come: read, and refused with one line that says where they are wrong."""

import json
from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
from pandas.api.types import is_bool_dtype, is_integer_dtype, is_numeric_dtype, is_object_dtype

from passage import headers
from passage.errors import Mistake


def read(path: Path, text: Collection[str] = ()) -> pd.DataFrame:
    """Return the table at `path`, one row for each record; what is a number in each row of a column is a number.

    text: columns of which a CSV is to give the text as it stands there, 007 and not 7.
    Raises Mistake for what `headers.columns` refuses, rows of different widths and a header without rows.
    """
    headers.columns(path)
    if path.suffix == ".parquet":
        table = _parquet(path)
    else:
        try:
            table = pd.read_csv(path, low_memory=False, dtype=dict.fromkeys(text, str))
        except (pd.errors.ParserError, UnicodeDecodeError) as error:
            headers.walk(path)  # raises Mistake with the line, which pandas counts its own way
            raise Mistake(f"{path}: this is not CSV: {str(error).strip().splitlines()[-1]}") from None
    if table.empty:
        raise Mistake(f"{path}: the table has a header and no rows")
    return table


def as_it_came(path: Path) -> pd.DataFrame:
    """Return the table at `path` with each value of a CSV as the text that stands there."""
    if path.suffix == ".parquet":
        table = _parquet(path)
        return table.astype({name: str for name in table if not _numbers_or_text(table[name])})
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    table.columns = pd.Index(headers.columns(path))  # not the names that pandas makes up
    return table


def _parquet(path: Path) -> pd.DataFrame:
    """Return every column that is in the file; what pandas noted there of an index does not count."""
    try:
        table: pd.DataFrame = pq.read_table(path).replace_schema_metadata(None).to_pandas()
    except (OSError, ValueError) as error:
        raise Mistake(f"{path}: the file is damaged: {str(error).splitlines()[0]}") from None
    return table


def numbers(table: pd.DataFrame, names: Sequence[str], path: Path) -> pd.DataFrame:
    """Return the columns `names` as finite numbers; integers stay integers.

    Raises Mistake that names the first value of each column that is missing, text or infinite.
    """
    converted = {name: _as_numbers(table[name]) for name in names}
    wrong = [
        _finding(
            table, name, ~np.isfinite(column.to_numpy(dtype=float, na_value=np.nan)), path, "a feature must be a number"
        )
        for name, column in converted.items()
    ]
    _refuse(wrong)
    return pd.DataFrame(converted)


def _as_numbers(column: pd.Series) -> pd.Series:
    """Return numbers and the text of numbers as numbers, NaN for all else: True and dates are words here."""
    words = is_bool_dtype(column) or not _numbers_or_text(column)
    numbers = pd.to_numeric(column.astype(str) if words else column, errors="coerce")
    if is_object_dtype(numbers):  # integers that no machine word holds
        numbers = numbers.astype(str)
    return numbers if is_integer_dtype(numbers) else numbers.astype("float64")


def _numbers_or_text(column: pd.Series) -> bool:
    return is_numeric_dtype(column) or isinstance(column.dtype, pd.StringDtype)


def labels(table: pd.DataFrame, name: str, path: Path) -> pd.Series:
    """Return the target column `name` as integers 0 and 1; Mistake names the first value that is neither."""
    column = _as_numbers(table[name])
    _refuse([_finding(table, name, ~column.isin([0, 1]).to_numpy(), path, "the target must be 0 or 1")])
    return column.astype("int64")


def sides(table: pd.DataFrame, name: str, path: Path) -> pd.Series:
    """Return the column `name` of words train and test; Mistake names the first other one."""
    column = table[name]
    wrong = ~column.isin(["train", "test"]).to_numpy()
    _refuse([_finding(table, name, wrong, path, "a split column must say train or test")])
    return column


def refuse(table: pd.DataFrame, name: str, wrong: np.ndarray, path: Path, rule: str) -> None:
    """Raise Mistake for the first row of column `name` where `wrong` (n_rows,) holds: where, what, but `rule`."""
    _refuse([_finding(table, name, wrong, path, rule)])


def _refuse(findings: list[str]) -> None:
    if any(findings):
        raise Mistake(filter(None, findings))


def _finding(table: pd.DataFrame, name: str, wrong: np.ndarray, path: Path, rule: str) -> str:
    """Return one line for the first row of column `name` where `wrong` holds, or an empty one."""
    if not wrong.any():
        return ""
    row = int(wrong.argmax())
    value = table[name].iloc[row]
    text = str(value)
    found = (
        "missing" if pd.isna(value) else json.dumps(text if len(text) <= 60 else f"{text[:57]}...", ensure_ascii=False)
    )
    others = int(wrong.sum()) - 1
    more = f" ({others} more like it)" if others else ""
    return f"{path}, {_place(path, row)}: {name} is {found}, but {rule}{more}"


def _place(path: Path, row: int) -> str:
    """Return where row `row` (from 0) stands in the file at `path`."""
    if path.suffix == ".parquet":
        return f"row {row + 1}"
    for position, (line, _) in enumerate(headers.records(path)):
        if position == row + 1:
            return f"line {line}"
    return f"row {row + 1}"
