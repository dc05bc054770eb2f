"""Predictions of rows by fits that have not seen them, kept so that two models can be compared row by row.

The rows are divided once, in the table's order: two models of one table, with one seed and one number of folds, have
the same division, whichever rows train and test them. comparison.compare says which is better.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.special import expit

from passage.base.parquet import Table
from passage.base.rounding import rounded
from passage.evaluation.comparison import HeldOut
from passage.evaluation.cross_validation import divided, predicted
from passage.model import folds, solver
from passage.model.folds import Division, Sample
from passage.params.model import ModelSettings


def divide(
    tables: Sequence[Table], sides: pd.Series, settings: ModelSettings, large: bool = False
) -> tuple[np.ndarray, Sample, Division]:
    """Return the rows that may be held out (the first of the table is 1), what they hold and their folds.

    Of very many, of those that a cross-validation would draw. No folds where there cannot be two.
    tables: training and test rows, the target 0 or 1. sides: (n_table_rows,), 0 where a row trains, 1 where it tests.
    large: as of Sample.
    """
    places = [sides.to_numpy() == side for side in range(len(tables))]
    labels = np.full(len(sides), -1, dtype="int8")
    for place, table in zip(places, tables, strict=True):
        labels[place] = table[settings.target]
    taken = labels >= 0
    if (drawn := folds.drawn(labels[taken])) is not None:
        taken[taken] = drawn
    parts = [table[taken[place]] for place, table in zip(places, tables, strict=True)]
    rows = np.concatenate([np.flatnonzero(taken & place) for place in places])
    order = np.argsort(rows)
    sample = Sample.of(pd.concat(parts, ignore_index=True).iloc[order], settings, large=large)
    division, inner = divided(sample, settings, 1)
    if division.folds < 2 or min(inner, default=2) < 2:
        division = Division(np.full((1, len(rows)), -1))
    return rows[order] + 1, sample, division


def of_lane(tables: Sequence[Table], sides: pd.Series, settings: ModelSettings, large: bool = False) -> pd.DataFrame:
    """Return row, fold, actual, log_odds and predicted of each row that is held out, as `divide` has them."""
    rows, sample, division = divide(tables, sides, settings, large)
    log_odds, classes = np.zeros(len(rows)), np.zeros(len(rows), dtype=int)
    known = division.fold_of[0] >= 0
    with solver.solver_warnings():  # cross_validation, of the like fits, tells
        for train, out in division:
            log_odds[out], held, _ = predicted(sample, train, out, settings)
            classes[out] = rounded(expit(log_odds[out])) >= held.threshold
    columns = (rows, division.fold_of[0], sample.target, log_odds, classes)
    return pd.DataFrame({name: values[known] for name, values in zip(HeldOut._fields, columns, strict=True)})
