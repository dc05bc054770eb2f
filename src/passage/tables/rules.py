"""What params.yaml says that the values of a table's columns must be, held against its rows."""

from collections.abc import Iterator

import pandas as pd
from pandas.api.types import is_object_dtype

from passage.base.parquet import ByName
from passage.params.columns import ColumnSettings
from passage.params.labels import written
from passage.params.model import ModelSettings
from passage.tables import convert
from passage.tables.violations import NUMBER, Violations

SHOWN = 8  # allowed values that are named
KINDS = {"number": f"it {NUMBER}", "category": "it must be a text", "boolean": convert.RULES["boolean"]}


def check(table: ByName, features: ByName, settings: ModelSettings, key: str, violations: Violations) -> None:
    """Add to `violations` where `table` breaks a rule of `settings.columns`, which `key` names.

    table: as it was read, where columns that are no features are held to their rules, too. features: of their kinds.
    What is missing breaks no rule but `nullable`, and what is already told of a value is told once: a word is no number
    that is too small.
    """
    checked = (name for name in settings.features if name in features)
    held, values = {name: one for name in checked if (one := settings.column(name)).checks}, {}
    for name, one in settings.only_checked().items():
        if name in table:
            held[name], values[name] = one, _of_kind(table[name], one.said_kind, key, violations)
    for name, one in held.items():
        told = violations.told(name)
        for rule, wrong in broken(values[name] if name in values else features[name], one):
            violations.add(name, wrong.to_numpy() & ~told, f"{_in_words(rule, one)} ({rule} in {key})")


def _of_kind(column: pd.Series, kind: str | None, key: str, violations: Violations) -> pd.Series:
    """Return a column that is no feature as its kind has it, or as it stands where none is said."""
    if kind is None:
        return column.astype("str") if is_object_dtype(column) else column  # lists are not to be compared
    values, wrong = convert.of_kind(column, kind)
    violations.add(str(column.name), wrong & column.notna().to_numpy(), f"{KINDS[kind]} (kind in {key})")
    return values


def broken(column: pd.Series, rules: ColumnSettings) -> Iterator[tuple[str, pd.Series]]:
    """Yield each rule that there is for `column`, by its key, and in which rows it is broken, (n_rows,)."""
    known = column.notna()
    if rules.minimum is not None:
        yield "minimum", column < rules.minimum
    if rules.maximum is not None:
        yield "maximum", column > rules.maximum
    if rules.allowed is not None:
        allowed = rules.allowed if rules.kind == "number" else [*map(written, rules.allowed)]
        yield "allowed", known & ~column.isin(allowed)
    if rules.unique:
        yield "unique", known & column.duplicated(keep=False)
    if rules.nullable is False:
        yield "nullable", ~known


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
