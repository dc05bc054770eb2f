"""Whether a likelihood is so like a parabola that the ends of intervals need no search (estimates.without_search).

What counts is the rarest of what an estimate rests on: the rarer class, and the least cell of a column by class: rows
with its usual value, or without it, that are of one class; or, of those of a class, as many as its far values leave.
"""

from collections.abc import Iterable

import numpy as np

from passage.association.rows import Rows

EVENTS_PER_PARAMETER = 50  # rows of the rarer class
CELL = 100  # rows in a column's least cell
FEWER = 20  # times as many rows of each class as in a rare cell, so that what all others say is near a parabola
KURTOSIS = 20  # of a column's values of one class, up to which each of its rows counts as one


def suit(rows: Rows) -> bool:
    """Return whether there are enough of `rows` of each class, in all and in each cell."""
    ones = int(rows.target.sum())
    enough = min(ones, len(rows) - ones) >= EVENTS_PER_PARAMETER * (len(rows.columns) + 1)
    return enough and bool((of_rows(rows) >= CELL).all())


def of_rows(rows: Rows) -> np.ndarray:
    """Return `least_cells` of all columns of `rows`, (n_columns,)."""
    classes, of_numbers = np.bincount(rows.target, minlength=2), least_cells(rows.each(), rows.target)
    found = dict(zip(rows.numbers, of_numbers.tolist(), strict=True))
    found |= {name: min(*counts, *(classes - counts)) for name, counts in rows.cells.items()}
    return np.array([found[name] for name in rows.columns], dtype=int)


def least_cells(columns: Iterable[np.ndarray], target: np.ndarray) -> np.ndarray:
    """Return the rows in the least cell of each column by class, (n_columns,).

    A column's usual value is the lesser one of two, or one that half of the rows have; a column that has none has the
    classes for cells, of which fewer rows count where a few have most of the weight. columns: (n_rows,) each. target:
    (n_rows,), 0 and 1.
    """
    return np.array([_least_cell(column, np.asarray(target)) for column in columns], dtype=int)


def two_values(column: np.ndarray) -> bool:
    """Return whether a column has no more than two values."""
    return bool(((column == column.min()) | (column == column.max())).all())


def apart(columns: Iterable[np.ndarray], target: np.ndarray, times: int = FEWER) -> np.ndarray | None:
    """Return which rows have another than the usual value in one of `columns`, (n_rows,), where these are few.

    They are few where the rest has CELL of each class, and so many `times` as they have of their rarer one. None else,
    and where a column has no usual value.
    """
    taken = np.zeros(len(target), dtype=bool)
    for column in columns:
        usual = column == np.median(column)
        if 2 * usual.sum() < len(column):
            return None
        taken |= ~usual
    least, rare = (min(int((side & (target == label)).sum()) for label in (0, 1)) for side in (~taken, taken))
    return taken if least >= max(CELL, times * rare) else None


def _least_cell(column: np.ndarray, target: np.ndarray) -> int:
    usual = column == (column.min() if (two := two_values(column)) else np.median(column))
    classes = [target == label for label in (0, 1)]
    if not two and 2 * usual.sum() < len(column):
        return min(_counted(column[one] - column.mean()) for one in classes)
    return min(int((side & one).sum()) for side in (usual, ~usual) for one in classes)


def _counted(away: np.ndarray) -> int:
    """Return how many rows count, by how far `away` from the column's mean they are, (n_rows,).

    Where fewer than five rows had all the weight, ends without a search were off by up to four standard errors.
    """
    if not away.any():
        return len(away)
    weight = (away / np.abs(away).max()) ** 2
    return min(len(away), int(KURTOSIS * weight.sum() ** 2 / (weight @ weight)))
