"""The checks of a table's columns one by one, each of which refuses what it finds."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from passage.model.design import Feature
from passage.params.columns import ColumnSettings
from passage.params.labels import Label
from passage.params.split import Split
from passage.tables import convert, read, split_column
from passage.tables.violations import Violations


def features(table: pd.DataFrame, wanted: Mapping[str, Feature | ColumnSettings], path: Path) -> pd.DataFrame:
    faults = Violations(table, path)
    every = {name: convert.feature(table[name], how.kind, how.missing, faults) for name, how in wanted.items()}
    found = pd.DataFrame(every)
    faults.refuse()
    return found


def labels(table: pd.DataFrame, name: str, positive: Label, path: Path) -> pd.Series:
    faults = Violations(table, path)
    found = convert.labels(table, name, positive, faults, ColumnSettings())
    faults.refuse()
    return found


def came(path: Path, rows: int = 1000) -> pd.DataFrame:
    return pd.concat(read.as_it_came(path, rows), ignore_index=True)


def mark(path: Path, split: Split, texts: list[str]) -> pd.Series:
    table = read.table(path, texts)
    faults = Violations(table, path)
    found = split_column.read(table, split, faults)
    faults.refuse()
    return found
