"""Groups whose rows are all of one class: what they say is one end of an interval, and no estimate.

The likelihood of such a group rises without end, and Firth's estimate is where its penalty stops it: near even odds.
Where the outcome is rare, a small group without a case would seem to have 26 times the odds. The other end of Firth's
interval holds what it says (docs/coverage.md).
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from passage.association.margins import two_values

ENDS = {(1, 0): "high", (1, 1): "low", (0, 0): "low", (0, 1): "high"}  # by side and class: what is left


def groups(rows: pd.DataFrame, target: np.ndarray, together: Sequence[Sequence[int]]) -> dict[str, dict[str, Any]]:
    """Return for each column of two values the group of one class that it tells apart, where there is one.

    rows: a design table. target: (n_rows,), 0 and 1. together: positions of the columns of each feature.
    rows: how many the group has; positive: how many of them are of class 1, none or all; value: of the column in the
    group; ends: which ends of its interval say something: low, high, or none where both sides are of one class.
    """
    found = {}
    for places in together:
        columns = {str(rows.columns[place]): rows.iloc[:, place].to_numpy(dtype=float) for place in places}
        base = np.logical_and.reduce([column == column.min() for column in columns.values()])
        for name, column in columns.items():
            if not two_values(column):
                continue
            sides = [(1, column == column.max()), (0, base)]
            pure = [(side, at) for side, at in sides if at.any() and len(np.unique(target[at])) == 1]
            if pure:
                ends = set.intersection(*({ENDS[side, int(target[at][0])]} for side, at in pure))
                at = pure[0][1]
                found[name] = {
                    "rows": int(at.sum()),
                    "positive": int(target[at].sum()),
                    "value": float(column[at][0]),
                    "ends": sorted(ends),
                }
    return found


def without_estimate(numbers: Mapping[str, float], group: Mapping[str, Any] | None) -> dict[str, float]:
    """Return `numbers` of a column less those that say nothing where it has such a `group`."""
    dropped = () if group is None else {"coefficient", "low", "high"} - set(group["ends"])
    return {name: number for name, number in numbers.items() if name not in dropped}
