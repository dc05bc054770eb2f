"""Groups whose rows are all of one class: what they say is one end of an interval, and no estimate.

The likelihood of such a group rises without end, and Firth's estimate is where its penalty stops it: near even odds.
Where the outcome is rare, a small group without a case would seem to have 26 times the odds. The other end of Firth's
interval holds what it says (docs/coverage.md).
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from passage.association.rows import Rows

ENDS = {(1, 0): "high", (1, 1): "low", (0, 0): "low", (0, 1): "high"}  # by side and class: what is left


def groups(rows: Rows, together: Sequence[Sequence[int]]) -> dict[str, dict[str, Any]]:
    """Return for each column of two values the group of one class that it tells apart, where there is one.

    together: positions of the columns of each feature.
    rows: how many the group has; positive: how many of them are of class 1, none or all; value: of the column in the
    group; ends: which ends of its interval say something: low, high, or none where both sides are of one class.
    """
    found = {}
    range_of = {name: (column.min(), column.max()) for name, column in zip(rows.numbers, rows.each(), strict=True)}
    low, high = np.array([range_of.get(name, (0, 1)) for name in rows.columns]).reshape(-1, 2).T
    two, above, base = _counts(rows, together, low, high)
    for feature, places in enumerate(together):
        for place in places:
            sides = [(1, above[place], high[place]), (0, base[feature], low[place])]
            pure = [(side, counts, value) for side, counts, value in sides if two[place] and (counts > 0).sum() == 1]
            if pure:
                ends = set.intersection(*({ENDS[side, int(counts.argmax())]} for side, counts, _ in pure))
                _, counts, value = pure[0]
                found[str(rows.columns[place])] = {
                    "rows": int(counts.sum()),
                    "positive": int(counts[1]),
                    "value": float(value),
                    "ends": sorted(ends),
                }
    return found


def _counts(
    rows: Rows, together: Sequence[Sequence[int]], low: np.ndarray, high: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return which columns have two values, (n_columns,), and how many rows of class 0 and of class 1 are on each side.

    The sides are each column's greatest value, (n_columns, 2), and the least ones of all columns of a feature,
    (n_features, 2).
    """
    two, above, base = np.ones(len(low), dtype=bool), np.zeros((len(low), 2), int), np.zeros((len(together), 2), int)
    held = [place for place, name in enumerate(rows.columns) if name not in rows.cells]
    features = {feature: [*map(held.index, own)] for feature, own in enumerate(together) if {*own} <= {*held}}
    for values, target in rows.part([rows.columns[place] for place in held]) if held else ():
        at_low, at_high = values == low[held], values == high[held]
        classes = np.column_stack([target == 0, target == 1])
        two[held] &= (at_low | at_high).all(axis=0)
        above[held] += at_high.T.astype(int) @ classes
        for feature, own in features.items():
            base[feature] += at_low[:, own].all(axis=1).astype(int) @ classes
    for feature, places in enumerate(together):
        if feature not in features:  # a category, of which a row has one level or none
            for place in places:
                above[place] = rows.cells[rows.columns[place]]
            base[feature] = np.bincount(rows.target, minlength=2) - above[list(places)].sum(axis=0)
    return two, above, base


def without_estimate(numbers: Mapping[str, float], group: Mapping[str, Any] | None) -> dict[str, float]:
    """Return `numbers` of a column less those that say nothing where it has such a `group`."""
    dropped = () if group is None else {"coefficient", "low", "high"} - set(group["ends"])
    return {name: number for name, number in numbers.items() if name not in dropped}
