"""Columns as params.yaml describes them: numbers, categories, booleans, labels, or a violation."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from pandas.api.types import is_bool_dtype, is_integer_dtype, is_numeric_dtype

from passage.base.parquet import ByName
from passage.params.columns import ColumnSettings
from passage.params.labels import REST, Label, written
from passage.tables.violations import NUMBER, Violations

RULES = {
    "number": f"a feature {NUMBER}",
    "category": "a category must be a text",
    "boolean": "a boolean must be true or false, or 1 or 0",
}


def feature(column: pd.Series, kind: str, missing: str, violations: Violations) -> pd.Series:
    """Return a column as its `kind` has it, what is missing as missing where it may be.

    Numbers are finite, and integers without gaps stay integers; categories are text, booleans 1 and 0.
    Whatever is something else is a violation.
    """
    converted, wrong = of_kind(column, kind)
    if missing != "error":
        wrong = wrong & column.notna().to_numpy()
    violations.add(str(column.name), wrong, RULES[kind])
    return converted


def of_kind(column: pd.Series, kind: str) -> tuple[pd.Series, np.ndarray]:
    """Return `column` as finite numbers, text, or 1 and 0, as `kind` says, and where it is not that (n_rows,)."""
    found = _CONVERSIONS[kind](column)
    return found, ~np.isfinite(found.to_numpy(dtype=float)) if kind == "number" else found.isna().to_numpy()


def without_label(table: ByName, name: str, how: ColumnSettings) -> np.ndarray | None:
    """Return which rows are left out as they lack the target `name`, (n_rows,); None where `how` has them be errors."""
    return table[name].isna().to_numpy(dtype=bool) if how.missing == "drop" else None


def without_gaps(table: ByName, names: Sequence[str], rows: int) -> tuple[np.ndarray, dict[str, Any]]:
    """Return which of so many `rows` of `table` lack none of `names`, (n_rows,), and what is said of the others.

    That is nothing, or how many rows they are, of how many, and gaps by column.
    """
    kept, missing = np.ones(rows, dtype=bool), {}
    for name in names:
        gaps = table[name].isna().to_numpy()
        if gaps.any():
            missing[name] = int(gaps.sum())
        kept &= ~gaps
    return kept, {"rows": int(rows - kept.sum()), "of": rows, "missing": missing} if missing else {}


def _as_numbers(column: pd.Series) -> pd.Series:
    """Return numbers and the text of numbers as numbers, NaN for all else: True and dates are words here."""
    if column.dtype in ("int64", "float64"):
        return column
    words = is_bool_dtype(column) or not is_numbers_or_text(column)
    numbers = pd.to_numeric(column.astype(str) if words else column, errors="coerce")
    if is_integer_dtype(numbers):  # of those with gaps, to_numpy makes floats
        return pd.Series(numbers.to_numpy(), numbers.index, name=numbers.name)
    return numbers.astype("float64")


def is_numbers_or_text(column: pd.Series) -> bool:
    """Return whether pandas has the column as numbers or as text, and not as dates, booleans or objects."""
    return is_numeric_dtype(column) or isinstance(column.dtype, pd.StringDtype)


def labels(table: ByName, name: str, positive: Label, violations: Violations, how: ColumnSettings) -> pd.Series:
    """Return the target column `name` as labels like `positive`: text, whole numbers, or true and false.

    It is a violation where `positive` is none of them or the only one, and so is a value that is neither it nor
    the most frequent other one, unless `how` says that all others are the rest. What is missing is one unless its rows
    are to be dropped; it stays missing.
    """
    match positive:
        case bool():
            column = _by_value(table[name], _as_boolean).astype("object")
        case int():
            column = _as_numbers(table[name])
        case _:
            column = texts(table[name])
    if how.others == REST and (column == positive).any():
        column = column.mask(column.notna() & (column != positive), REST)
    try:
        both = _both_labels(column, name, positive)
    except ValueError as error:
        violations.add_line(name, str(error))
        return column
    wrong = ~column.isin(both).to_numpy()
    if how.missing == "drop":
        wrong &= table[name].notna().to_numpy()
    violations.add(name, wrong, f"the target must be {' or '.join(map(written, both))}")
    return column if wrong.any() else as_labels(column, positive)


def rest(column: pd.Series, positive: Label) -> list[dict[str, Any]]:
    """Return each label of a target that is of the rest, and how many rows have it, most first."""
    counts = texts(column).value_counts().drop(positive)
    return [{"label": str(label), "rows": int(count)} for label, count in counts.items()]


def as_labels(column: pd.Series, positive: Label) -> pd.Series:
    """Return labels of the type of `positive`; those of a column with gaps as they are."""
    if column.isna().any() or isinstance(positive, str):
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
