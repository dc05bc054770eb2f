"""Divide one model's table into rows that train and rows that test."""

from pathlib import Path

import pandas as pd

from passage import params
from passage.base import files, parquet, paths, wording
from passage.base.errors import Mistake
from passage.base.progress import clock
from passage.params import labels
from passage.params.split import Split
from passage.tables import convert, header, read, rules, split_column
from passage.tables.split import refuse_few, sides, test_mask
from passage.tables.violations import Violations


def split(table: pd.DataFrame, target: str, settings: Split) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the training and the test rows of `table`, each in the table's order.

    Raises ValueError where the rows are too few to be divided as asked, or one class alone would train.
    """
    tests = test_mask(table, target, settings)
    train, test = table[~tests], table[tests]
    if train[target].nunique() < 2:
        if train.empty:
            raise ValueError("there are no training rows")
        only = f"{target} is {labels.written(train[target].head(1).item())} in each of the {len(train)} training rows"
        raise ValueError(f"{only}; both labels must be among them")
    return train, test


def main(name: str) -> None:
    """Write train.parquet, test.parquet, sides.parquet and dropped.json into data/split/NAME/.

    The tables hold the features, the target and what ties rows together, if anything does. sides.parquet has each row
    of the raw table in turn: 0 trains, 1 tests, 2 was dropped.
    """
    lane, settings = paths.ModelPaths(name), params.load().model(name)
    path = Path(settings.data)
    by, mark = settings.split.named_column, [settings.split.mark] if settings.split.mark else []
    header.require(path, needed := settings.needed_columns(name))
    with clock(f"reading {path}"):
        raw = read.table(path, [*settings.text_columns(), *mark], needed)
    violations = Violations(raw, path)
    table = convert.features(raw, {feature: settings.column(feature) for feature in settings.features}, violations)
    rules.check(raw, table, settings, f"models.{name}.columns", violations)
    asked = settings.column(settings.target)
    table[settings.target] = convert.labels(raw, settings.target, settings.positive, violations, asked)
    if by:
        table[by] = split_column.read(raw, settings.split, violations)
    violations.refuse()
    table, dropped = convert.drop_missing(table, settings.dropping())
    table[settings.target] = convert.as_labels(table[settings.target], settings.positive)
    try:
        refuse_few(table[settings.target], settings.split)
        train, test = split(table, settings.target, settings.split)
    except ValueError as error:
        raise Mistake(f"{path}: split by models.{name}.split: {error}") from None
    if asked.others == labels.REST:
        dropped["rest"] = convert.rest(raw[settings.target].loc[table.index], settings.positive)
    kept = [*settings.features, settings.target, *mark]
    by_row = sides(raw.index, train.index, test.index)
    del raw, table, violations  # which are as large as both sides
    with clock(f"writing {lane.split_train.parent}"):
        parquet.write_all({lane.split_train: train[kept], lane.split_test: test[kept], lane.sides: by_row})
    files.write_json(lane.dropped, dropped)
    gone = f", {dropped['rows']} are dropped" if "rows" in dropped else ""
    others = f"; {wording.rest(dropped['rest'], 'rows')}" if "rest" in dropped else ""
    print(f"{name}: {len(train)} rows train, {len(test)} test{gone}{others}")
