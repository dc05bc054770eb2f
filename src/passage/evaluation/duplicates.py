"""Test rows that are among the training rows, too: as many as chance makes equal, or more."""

import numpy as np
import pandas as pd

MORE = 2.0  # times what chance would have; with fewer, the columns alone may make rows equal


def on_both_sides(train: pd.DataFrame, test: pd.DataFrame) -> int:
    """Return how many rows of `test` are in `train`, too: of few, since of most one value alone is in none of those."""
    for name in train:
        test = test[test[name].isin(train[name])]
        train = train[train[name].isin(test[name])]
    return len(test.merge(train.drop_duplicates(), how="inner"))


def by_chance(train: pd.DataFrame, test: pd.DataFrame, target: str) -> float:
    """Return how many rows of `test` would be in `train` if columns were independent among the rows of a class.

    Columns that go together make rows equal more often, so that this is the least that chance gives.
    """
    expected = 0.0
    for label, rows in test.groupby(target):
        known = train[train[target] == label].drop(columns=target)
        likely = np.ones(len(rows))
        for name in known:
            shares = known[name].value_counts(normalize=True, dropna=False)
            likely *= rows[name].map(shares).fillna(0.0).to_numpy(dtype=float)
        expected += float((1 - (1 - likely) ** len(known)).sum())
    return expected
