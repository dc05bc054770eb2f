"""What params.yaml says that a table's columns must check, held against its rows by pandera."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd
from pandas.api.types import is_object_dtype

from passage.params.columns import ColumnSettings
from passage.params.labels import written
from passage.params.model import ModelSettings
from passage.tables import convert
from passage.tables.violations import NUMBER, Violations

SHOWN = 8  # allowed values that are named
KINDS = {"number": f"it {NUMBER}", "category": "it must be a text", "boolean": convert.RULES["boolean"]}


def check(
    table: pd.DataFrame, features: pd.DataFrame, settings: ModelSettings, key: str, violations: Violations
) -> None:
    """Add to `violations` where `table` breaks a rule of `settings.columns`, which `key` names.

    table: as it was read, where columns that are no features are held to their rules, too. features: of their kinds.
    What is missing breaks no rule but `nullable`, and what is already told of a value is told once: a word is no number
    that is too small.
    """
    held = {name: settings.column(name) for name in map(str, features) if settings.column(name).checks}
    values = {name: features[name] for name in held}
    for name, one in settings.only_checked().items():
        if name in table:
            held[name], values[name] = one, _of_kind(table[name], one.said_kind, key, violations)
    if not held:
        return
    told = {name: violations.told(name) for name in held}
    for name, rule, wrong in broken(pd.DataFrame(values, copy=False), held):
        violations.add(name, wrong & ~told[name], f"{_in_words(rule, held[name])} ({rule} in {key})")


def _of_kind(column: pd.Series, kind: str | None, key: str, violations: Violations) -> pd.Series:
    """Return a column that is no feature as its kind has it, or as it stands where none is said."""
    if kind is None:
        return column.astype("str") if is_object_dtype(column) else column  # lists are not to be compared
    values, wrong = convert.of_kind(column, kind)
    violations.add(str(column.name), wrong & column.notna().to_numpy(), f"{KINDS[kind]} (kind in {key})")
    return values


def broken(values: pd.DataFrame, rules: Mapping[str, ColumnSettings]) -> Iterator[tuple[str, str, np.ndarray]]:
    """Yield each rule that `values` break: the column, the rule's key and in which rows, (n_rows,).

    values: rows counted from 0. rules: by column.
    """
    import pandera.pandas as pa  # tables without rules do not wait for it
    from pandera.config import ValidationDepth, config_context

    schema = pa.DataFrameSchema({name: pa.Column(checks=_checks(one), nullable=True) for name, one in rules.items()})
    try:
        # Whatever PANDERA_VALIDATION_ENABLED and PANDERA_VALIDATION_DEPTH are on this machine.
        with config_context(validation_enabled=True, validation_depth=ValidationDepth.SCHEMA_AND_DATA):
            schema.validate(values, lazy=True, inplace=True)
    except pa.errors.SchemaErrors as errors:
        for error in errors.schema_errors:
            kept = error.check_output.astype(bool)  # for each row that was looked at
            wrong = np.zeros(len(values), dtype=bool)
            wrong[kept.index[~kept.to_numpy()]] = True
            yield str(error.schema.name), str(error.check.name), wrong


def _checks(rules: ColumnSettings) -> list[Any]:
    """Return pandera's checks, named as the keys that ask for them.

    Of what fails, each keeps one case: all of them in one table, as pandera makes it, take 100 s for 30 million.
    """
    from pandera.pandas import Check

    checks = {
        "minimum": (lambda column: column >= rules.minimum, rules.minimum is not None),
        "maximum": (lambda column: column <= rules.maximum, rules.maximum is not None),
        "allowed": (lambda column: column.isin(_allowed(rules)), rules.allowed is not None),
        "unique": (lambda column: ~column.duplicated(keep=False), rules.unique),
    }
    asked = [Check(holds, name=name, n_failure_cases=1) for name, (holds, is_asked) in checks.items() if is_asked]
    if rules.nullable is False:
        asked.append(Check(lambda column: column.notna(), name="nullable", n_failure_cases=1, ignore_na=False))
    return asked


def _allowed(rules: ColumnSettings) -> list[Any]:
    return [value if rules.kind == "number" else written(value) for value in rules.allowed or ()]


def _in_words(rule: str, rules: ColumnSettings) -> str:
    match rule:
        case "minimum":
            return f"it must be at least {rules.minimum:.15g}"
        case "maximum":
            return f"it must be at most {rules.maximum:.15g}"
        case "allowed":
            named = ", ".join(written(value) for value in (rules.allowed or ())[:SHOWN])
            more = len(rules.allowed or ()) - SHOWN
            return f"it must be one of {named}" + (f" and {more} more" if more > 0 else "")
        case "unique":
            return "it must be there only once"
        case _:
            return "it must be there in each row"
