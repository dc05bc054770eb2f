"""Test rows that are among the training rows, too: as many as chance makes equal, or more."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from pandas.api.types import is_float_dtype, is_numeric_dtype
from scipy.special import pdtrc

from passage.base import parquet
from passage.base.parquet import Table

MORE = 2.0  # times what chance would have; with fewer, the columns alone may make rows equal
SELDOM = 0.01  # how often chance would have so many, at most: one where half a one is expected is none to warn of


def hashes(table: Table, columns: Sequence[str]) -> np.ndarray:
    """Return a number of 64 bits for each row, (n_rows,), which is the same for rows with the same values."""
    return np.concatenate([*map(_hashed, parquet.blocks(table, columns))])


def _hashed(rows: pd.DataFrame) -> np.ndarray:
    positive = {str(name): column + 0.0 for name, column in rows.items() if is_float_dtype(column)}  # 0 is -0
    return pd.util.hash_pandas_object(rows.assign(**positive), index=False).to_numpy()


def on_both_sides(train: Table, test: Table, columns: Sequence[str]) -> int:
    """Return how many rows of `test` have the same values in `columns` as one of `train`."""
    known, of_test = hashes(train, columns), hashes(test, columns)
    known.sort()
    of_test.sort()  # what is looked for in order is found ten times as fast
    places = np.minimum(np.searchsorted(known, of_test), len(known) - 1)
    return int((known[places] == of_test).sum())


def more_than_by_chance(equal: int, expected: float) -> bool:
    """Return whether so many rows are `equal` as chance, which makes as many as are `expected` on average, seldom has.

    Their number is nearly Poisson's.
    """
    return equal > MORE * expected and float(pdtrc(equal - 1, expected)) < SELDOM


def by_chance(train: Table, test: Table, features: Sequence[str], target: str) -> float:
    """Return how many rows of `test` would be in `train` if columns were independent among the rows of a class.

    Columns that go together make rows equal more often, so that this is the least that chance gives.
    """
    expected, trained, tested = 0.0, train[target].to_numpy(), test[target].to_numpy()
    for label in np.unique(tested):
        known, rows = trained == label, tested == label
        likely = np.ones(int(rows.sum()))
        for name in features:
            likely *= _shares(train[name][known], test[name][rows])
        expected += float((1 - (1 - likely) ** int(known.sum())).sum())
    return expected


def _shares(known: pd.Series, rows: pd.Series) -> np.ndarray:
    """Return which share of `known` each value of `rows` (n_rows,) is."""
    if not is_numeric_dtype(known):
        return rows.map(known.value_counts(normalize=True, dropna=False)).fillna(0.0).to_numpy(dtype=float)
    every, values = np.sort(known.to_numpy(dtype=float)), rows.to_numpy(dtype=float)
    return (np.searchsorted(every, values, "right") - np.searchsorted(every, values)) / max(len(every), 1)
