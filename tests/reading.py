"""The checks of a table's columns one by one, each of which refuses what it finds."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from passage import marks, tables
from passage.faults import Faults
from passage.labels import Label
from passage.params import Split
from passage.tables import Described


def features(table: pd.DataFrame, wanted: Mapping[str, Described], path: Path) -> pd.DataFrame:
    faults = Faults(table, path)
    found = tables.features(table, wanted, faults)
    faults.refuse()
    return found


def labels(table: pd.DataFrame, name: str, positive: Label, path: Path) -> pd.Series:
    faults = Faults(table, path)
    found = tables.labels(table, name, positive, faults)
    faults.refuse()
    return found


def mark(path: Path, split: Split, texts: list[str]) -> pd.Series:
    table = tables.read(path, texts)
    faults = Faults(table, path)
    found = marks.read(table, split, faults)
    faults.refuse()
    return found
