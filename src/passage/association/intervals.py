"""The interval of one row's probability: of all rows like it, whichever share is positive.

By the profile of Firth's likelihood where few rows have trained and few are predicted, else from the covariance of the
same fit (docs/coverage.md). It is of the fit without the model's penalty, so that a model's own probability may lie
outside. Pointwise: each holds the truth as often as it says, not all of them together.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import expit

from passage.association import firth, gaps
from passage.association.fit import Fit
from passage.base.rounding import rounded
from passage.model.preparation import Preparation

DISTINCT = 100  # rows of which each is searched for
LOW, HIGH = "probability_low", "probability_high"

Rows = tuple[pd.DataFrame, np.ndarray]


def refit(association: Mapping[str, Any], training: Rows, prepared: Preparation) -> Fit:
    """Return the fit in association.json, with its likelihood where rows and columns are few (firth.is_small).

    training: the rows that the fit is of, features as they come, and their target, (n_rows,), 0 or 1.
    """
    written, (rows, target) = association["fit"], training
    if not firth.is_small(association["rows"], len(written["columns"])):
        return Fit.read(written)
    whole = gaps.complete(rows, [one.name for one in prepared.features])
    design = prepared.design(rows[whole])[written["columns"]].to_numpy(dtype=float)
    return firth.again(design, target[whole], Fit.read(written))


def of_rows(
    rows: pd.DataFrame, prepared: Preparation, association: Mapping[str, Any], training: Callable[[], Rows]
) -> tuple[pd.DataFrame, str]:
    """Return LOW and HIGH of each of `rows`, features as they come, and how they were found: profile, wald or none.

    training: asked for where the profile is. No interval has a row with a gap, with a category that no training row
    has, or with another value of a column that has one in all of those; and no row where columns depend on each other.
    """
    ends = np.full((2, len(rows)), np.nan)
    written = association.get("fit")
    if written and len(rows):
        design = prepared.design(rows)
        known = gaps.complete(rows, [one.name for one in prepared.features])
        known &= ~prepared.unseen(rows).any(axis="columns").to_numpy(dtype=bool)
        for name, value in written["constant"].items():
            known &= design[name].to_numpy(dtype=float) == value
        values, place = np.unique(design[written["columns"]].to_numpy(float)[known], axis=0, return_inverse=True)
        fit = Fit.read(written)
        if len(values) <= DISTINCT and firth.is_small(association["rows"], len(written["columns"])):
            fit = refit(association, training(), prepared)
        ends[:, known] = expit(fit.interval(fit.directions(values), association["confidence"]))[:, place.ravel()]
    by = "none" if np.isnan(ends).all() else "profile" if fit.likelihood else "wald"
    low, high = (np.where(np.isnan(end), np.nan, rounded(np.nan_to_num(end))) for end in ends)
    return pd.DataFrame({LOW: low, HIGH: high}, index=rows.index), by
