"""Divide one model's table into rows that train and rows that test."""

from pathlib import Path

import numpy as np
import pandas as pd

from passage import params
from passage.base import files, parquet, paths, wording
from passage.base.errors import Mistake
from passage.base.progress import clock
from passage.params import labels
from passage.params.split import Split
from passage.tables import convert, header, held, read, rules, split_column
from passage.tables.split import refuse_few, refuse_one_class, side, test_mask
from passage.tables.violations import Violations


def split(table: pd.DataFrame, target: str, settings: Split) -> np.ndarray:
    """Return which rows of `table`, which has the target and what the split goes by, test: (n_rows,).

    Raises ValueError where the rows are too few to be divided as asked, or one class alone would train.
    """
    tests = test_mask(table, target, settings)
    refuse_one_class(table[target], ~tests)
    return tests


def main(name: str) -> None:
    """Write train.parquet, test.parquet, sides.parquet and dropped.json into data/split/NAME/.

    The tables hold the features, the target and what ties rows together, if anything does. sides.parquet has each row
    of the raw table in turn: 0 trains, 1 tests, 2 was dropped.
    """
    lane, settings = paths.ModelPaths(name), params.load().model(name)
    path, target, asked = Path(settings.data), settings.target, settings.column(settings.target)
    by, mark = settings.split.named_column, [settings.split.mark] if settings.split.mark else []
    header.require(path, needed := settings.needed_columns(name))
    with held.folder(lane.split_train.with_name(".columns")) as folder:
        with clock(f"reading {path}"):
            raw = read.stored(path, [*settings.text_columns(), *mark], needed, folder / "raw.parquet")
        violations = Violations(raw, path, convert.without_label(raw, target, asked))
        table = held.Held(None if isinstance(raw, pd.DataFrame) else folder, len(needed))
        for feature, how in ((feature, settings.column(feature)) for feature in settings.features):
            table[feature] = convert.feature(raw[feature], how.kind, how.missing, violations)
        rules.check(raw, table, settings, f"models.{name}.columns", violations)
        table[target] = convert.labels(raw, target, settings.positive, violations, asked)
        if by:
            table[by] = split_column.read(raw, settings.split, violations)
        violations.refuse()
        kept, dropped = convert.without_gaps(table, settings.dropping(), len(raw))
        known, going_by = convert.as_labels(table[target][kept], settings.positive), {by: table[by][kept]} if by else {}
        sides = np.full(len(raw), 2, dtype="int8")
        try:
            refuse_few(known, settings.split)
            sides[kept] = split(pd.DataFrame({target: known} | going_by, copy=False), target, settings.split)
        except ValueError as error:
            raise Mistake(f"{path}: split by models.{name}.split: {error}") from None
        if asked.others == labels.REST:
            dropped["rest"] = convert.rest(raw[target][kept], settings.positive)
        names = [*settings.features, target, *mark]
        train, test = (side(table.parts(names), sides, one, target, settings.positive) for one in (0, 1))
        del raw, violations, known, going_by  # which may be as large as both sides
        with clock(f"writing {lane.split_train.parent}"):
            by_row = pd.DataFrame({"side": sides})
            parquet.write_all({lane.split_train: train, lane.split_test: test, lane.sides: by_row})
    files.write_json(lane.dropped, dropped)
    gone = f", {(out := dropped['rows'])} {wording.verb('is', out)} dropped" if "rows" in dropped else ""
    others = f"; {wording.rest(dropped['rest'], 'rows')}" if "rest" in dropped else ""
    print(f"{name}: {(sides == 0).sum()} rows train, {(sides == 1).sum()} test{gone}{others}")
