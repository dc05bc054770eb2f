"""Divide one model's table into rows that train and rows that test."""

from pathlib import Path

import pandas as pd
from sklearn.model_selection import train_test_split

from passage import files, headers, marks, params, sides, tables
from passage.errors import Mistake
from passage.params import Split
from passage.paths import Lane


def split(table: pd.DataFrame, target: str, settings: Split) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the training and the test rows of `table`, each in the table's order.

    Raises ValueError where the rows are too few to be divided as asked, or one class alone would train.
    """
    if settings.method == "random":
        train, test = train_test_split(
            table,
            test_size=settings.test_size,
            stratify=table[target] if settings.stratify else None,
            random_state=settings.seed,
        )
        train, test = train.sort_index(), test.sort_index()
    else:
        tests = sides.testing(table, target, settings)
        train, test = table[~tests], table[tests]
    if train[target].nunique() < 2:
        if train.empty:
            raise ValueError("there are no training rows")
        only = f"{target} is {train[target].iloc[0]} in each of the {len(train)} training rows"
        raise ValueError(f"{only}; both 0 and 1 must be among them")
    return train, test


def main(name: str) -> None:
    """Write data/split/NAME/train.parquet and test.parquet: features, target, and what ties rows together, if any."""
    lane, settings = Lane(name), params.load().model(name)
    path = Path(settings.data)
    by, mark = settings.split.named_column, [settings.split.mark] if settings.split.mark else []
    raw = tables.read(path, text=mark)
    headers.require(path, settings.columns(name))
    table = tables.numbers(raw, settings.features, path)
    table[settings.target] = tables.labels(raw, settings.target, path)
    if by:
        table[by] = marks.read(raw, settings.split, path)
    try:
        train, test = split(table, settings.target, settings.split)
    except ValueError as error:
        raise Mistake(f"{path}: split by models.{name}.split: {error}") from None
    kept = [*settings.features, settings.target, *mark]
    files.write_parquet(lane.split_train, train[kept])
    files.write_parquet(lane.split_test, test[kept])
    print(f"{name}: {len(train)} rows train, {len(test)} test")
