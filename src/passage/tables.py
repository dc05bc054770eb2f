"""Tables as they come: read, and refused with one line that says where they are wrong."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
from pandas.api.types import is_bool_dtype, is_integer_dtype, is_numeric_dtype, is_object_dtype

from passage import headers, plain_csv
from passage.errors import Mistake
from passage.faults import NUMBER, Faults
from passage.labels import Label, written


def read(path: Path, texts: Iterable[str] = (), columns: Iterable[str] | None = None) -> pd.DataFrame:
    """Return the table at `path`, one row for each record; what is a number in each row of a column is a number.

    texts: columns of which a CSV's values stay the text that stands there, so that 01 is not 1. columns: those that
    are needed, all where nothing is said; of them, those that the table lacks are absent.
    Raises Mistake for what `headers.columns` refuses, rows of different widths and a header without rows.
    """
    there = headers.columns(path)
    wanted = there if columns is None else [name for name in there if name in set(columns)]
    table = _parquet(path, wanted) if path.suffix == ".parquet" else _csv(path, there, wanted, list(texts))
    if table.empty:
        raise Mistake(f"{path}: the table has a header and no rows")
    return table


def _csv(path: Path, there: list[str], columns: list[str], texts: list[str]) -> pd.DataFrame:
    alone = len(there) == 1  # a line of blanks is no row for pandas, which says so wherever the table is read
    table = None if alone else plain_csv.read(path, columns, [name for name in texts if name in columns])
    if table is not None:
        return table
    try:
        # Where nothing is quoted, a row that is too long is refused only if all columns are read.
        used = [there.index(name) for name in columns] if headers.hold(path, plain_csv.QUOTE) else None
        found = pd.read_csv(path, low_memory=False, dtype=dict.fromkeys(texts, str), usecols=used)
    except (pd.errors.ParserError, UnicodeDecodeError) as error:
        headers.walk(path)  # raises Mistake with the line, which pandas counts its own way
        raise Mistake(f"{path}: this is not CSV: {str(error).strip().splitlines()[-1]}") from None
    headers.refuse_torn(path, len(found))
    found.columns = pd.Index(columns if used else there)  # not the names that pandas makes up
    return found[columns]


def as_it_came(path: Path) -> pd.DataFrame:
    """Return the table at `path` with each value of a CSV as the text that stands there."""
    if path.suffix == ".parquet":
        table = _parquet(path, headers.columns(path))
        return table.astype({name: str for name in table if not _numbers_or_text(table[name])})
    names = headers.columns(path)
    plain = plain_csv.as_text(path, names) if len(names) > 1 else None  # as in _csv
    if plain is not None:
        return plain
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    table.columns = pd.Index(names)  # not those that pandas makes up
    return table


def _parquet(path: Path, columns: list[str]) -> pd.DataFrame:
    """Return these columns of the file; what pandas noted there of an index does not count."""
    try:
        table: pd.DataFrame = pq.read_table(path, columns=columns).replace_schema_metadata(None).to_pandas()
    except (OSError, ValueError) as error:
        raise Mistake(f"{path}: the file is damaged: {str(error).splitlines()[0]}") from None
    return table


class Described(Protocol):
    """What a feature is, and what becomes of a value that is missing, as params.yaml says it."""

    @property
    def kind(self) -> str: ...  # noqa: D102
    @property
    def missing(self) -> str: ...  # noqa: D102


RULES = {
    "number": f"a feature {NUMBER}",
    "category": "a category must be a text",
    "boolean": "a boolean must be true or false, or 1 or 0",
}


def features(table: pd.DataFrame, wanted: Mapping[str, Described], faults: Faults) -> pd.DataFrame:
    """Return the columns that `wanted` names as it describes them, what is missing as missing where it may be.

    Numbers are finite, and integers without gaps stay integers; categories are text, booleans 1 and 0.
    Whatever is something else is a fault.
    """
    converted = {}
    for name, how in wanted.items():
        converted[name], wrong = of_kind(table[name], how.kind)
        if how.missing != "error":
            wrong = wrong & table[name].notna().to_numpy()
        faults.add(name, wrong, RULES[how.kind])
    return pd.DataFrame(converted, copy=False)


def of_kind(column: pd.Series, kind: str) -> tuple[pd.Series, np.ndarray]:
    """Return `column` as finite numbers, text, or 1 and 0, as `kind` says, and where it is not that (n_rows,)."""
    found = _CONVERSIONS[kind](column)
    return found, ~np.isfinite(found.to_numpy(dtype=float)) if kind == "number" else found.isna().to_numpy()


def whole(table: pd.DataFrame, names: Sequence[str]) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Return the rows that lack none of `names`, and what is dropped: nothing, or how many rows, and gaps by column."""
    gaps = table[list(names)].isna()
    gone = gaps.any(axis="columns")
    if not gone.any():
        return table, {}
    missing = {name: int(count) for name, count in gaps.sum().items() if count}
    return table[~gone], {"rows": int(gone.sum()), "of": len(table), "missing": missing}


def _as_numbers(column: pd.Series) -> pd.Series:
    """Return numbers and the text of numbers as numbers, NaN for all else: True and dates are words here."""
    if column.dtype in ("int64", "float64"):
        return column
    words = is_bool_dtype(column) or not _numbers_or_text(column)
    numbers = pd.to_numeric(column.astype(str) if words else column, errors="coerce")
    if is_object_dtype(numbers):  # integers that no machine word holds
        numbers = numbers.astype(str)
    return numbers if is_integer_dtype(numbers) else numbers.astype("float64")


def _numbers_or_text(column: pd.Series) -> bool:
    return is_numeric_dtype(column) or isinstance(column.dtype, pd.StringDtype)


def labels(table: pd.DataFrame, name: str, positive: Label, faults: Faults) -> pd.Series:
    """Return the target column `name` as labels like `positive`: text, whole numbers, or true and false.

    It is a fault where `positive` is none of them or the only one, and so is a value that is neither it nor the most
    frequent other one.
    """
    match positive:
        case bool():
            column = _by_value(table[name], _as_boolean).astype("object")
        case int():
            column = _as_numbers(table[name])
        case _:
            column = texts(table[name])
    try:
        both = _both_labels(column, name, positive)
    except ValueError as error:
        faults.add_line(str(error))
        return column
    wrong = ~column.isin(both).to_numpy()
    faults.add(name, wrong, f"the target must be {' or '.join(map(written, both))}")
    if wrong.any() or isinstance(positive, str):
        return column
    return column.astype(bool if isinstance(positive, bool) else "int64")


def _both_labels(column: pd.Series, name: str, positive: Label) -> list[Label]:
    """Return the two labels of `column`, the positive one last; beside 1 and true, they are 0 and false if possible."""
    counts = column.value_counts(sort=False)
    others = counts.drop(positive, errors="ignore").sort_index()
    usual = {"0": 1, "1": 0}.get(written(positive)) if isinstance(positive, int) else None
    usual = not positive if isinstance(positive, bool) else usual
    if usual is not None and (usual in others.index or len(others) == len(counts) or others.empty):
        return [usual, positive]
    if len(others) == len(counts):
        there = ", ".join(written(label) for label in others.index[:5]) or "no label"
        raise ValueError(f"{name} is never {written(positive)}, which is to be predicted (positive); it is {there}")
    if others.empty:
        raise ValueError(f"{name} is {written(positive)} in every row; there must be another label")
    negative = others.index[int(others.argmax())]
    return [int(negative) if isinstance(positive, int) and negative % 1 == 0 else negative, positive]


def texts(column: pd.Series) -> pd.Series:
    """Return each value as the text that a CSV would have, and what is missing as missing: 1 and 1.0 are both 1."""
    return column if isinstance(column.dtype, pd.StringDtype) else _by_value(column, _as_text)


def _by_value(column: pd.Series, convert: Callable[[Any], Any]) -> pd.Series:
    """Return `column` with each value converted, each different one once; what is missing stays missing."""
    try:
        codes, values = pd.factorize(column)
    except TypeError:  # lists and the like, which a Parquet file may hold
        codes, values = np.full(len(column), -1), pd.Index([])
    converted = pd.Series([*(convert(value) for value in values), np.nan], dtype=object).infer_objects()
    return pd.Series(converted.array.take(codes), index=column.index, name=column.name)


def _as_text(value: Any) -> str:
    if isinstance(value, bool | np.bool_):
        return str(value).lower()
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _as_booleans(column: pd.Series) -> pd.Series:
    """Return 1 for true and 0 for false, NaN for what is neither."""
    ones = _by_value(column, _as_boolean).astype(float)
    return ones if ones.isna().any() else ones.astype("int64")


def _as_boolean(value: Any) -> float | bool:
    return {"true": True, "1": True, "false": False, "0": False}.get(_as_text(value).strip().lower(), np.nan)


_CONVERSIONS: dict[str, Callable[[pd.Series], pd.Series]] = {
    "number": _as_numbers,
    "category": texts,
    "boolean": _as_booleans,
}
