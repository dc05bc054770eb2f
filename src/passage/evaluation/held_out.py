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
from passage.model.folds import Sample
from passage.params.model import ModelSettings


def of_lane(tables: Sequence[Table], sides: pd.Series, settings: ModelSettings) -> pd.DataFrame:
    """Return row (the first of the table is 1), fold, actual, log_odds and predicted of each row that is held out.

    Of very many, of those that a cross-validation would draw. Nothing where there cannot be two folds.
    tables: training and test rows, the target 0 or 1. sides: (n_table_rows,), 0 where a row trains, 1 where it tests.
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
    sample = Sample.of(pd.concat(parts, ignore_index=True).iloc[order], settings)
    division, inner = divided(sample, settings, 1)
    log_odds, classes = np.zeros(len(rows)), np.zeros(len(rows), dtype=int)
    sound = division.folds >= 2 and all(count >= 2 for count in inner)
    known = (division.fold_of[0] >= 0) & sound
    with solver.solver_warnings():  # cross_validation, of the like fits, tells
        for train, out in division if sound else ():
            log_odds[out], held, _ = predicted(sample, train, out, settings)
            classes[out] = rounded(expit(log_odds[out])) >= held.threshold
    columns = (rows[order] + 1, division.fold_of[0], sample.target, log_odds, classes)
    return pd.DataFrame({name: values[known] for name, values in zip(HeldOut._fields, columns, strict=True)})
