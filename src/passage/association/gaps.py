"""Rows with gaps: odds, intervals and tests leave them out, and what that may change.

A value that fills a gap serves predictions alone: it takes a feature's association away and gives it to those that go
with it. The odds of the complete rows hold where gaps come by chance, and where they depend on a feature or on the
outcome; they do not where they depend on both together (Bartlett, Harel and Carpenter 2015, Asymptotically unbiased
estimation of exposure odds ratios in complete records logistic regression, American Journal of Epidemiology
182:730-736). Then a feature that more rows have goes otherwise with the outcome among the complete ones.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from scipy.special import chdtrc

from passage.association import firth
from passage.association.rows import Rows
from passage.association.significance import holm
from passage.base import parquet
from passage.base.parquet import Table

SURE = 0.05  # p-value, by Holm's step over all columns, below which the difference is told


def complete(rows: Table, features: Iterable[str]) -> np.ndarray:
    """Return which of `rows` have a value of each of `features`, (n_rows,)."""
    return np.asarray(np.logical_and.reduce([rows[name].notna().to_numpy() for name in features]))


def without(rows: Table, association: Mapping[str, Any], features: Iterable[str]) -> Table:
    """Return those of the training `rows` that `association` (association.json) is of: the complete ones."""
    return parquet.where(rows, complete(rows, features)) if "gaps" in association else rows


def content(rows: Table, design: Rows, feature_of: Mapping[str, str]) -> dict[str, Any]:
    """Return what is written of the gaps in `rows`, with features as they come; nothing where there are none.

    rows: how many have gaps. missing: how many gaps each feature has. otherwise: columns of the `design` table that go
    otherwise with its target among the complete rows than among all that have them. feature_of: by those columns.
    """
    features = list(dict.fromkeys(feature_of.values()))
    whole, p_values = complete(rows, features), {}
    if whole.all():
        return {}
    missing = {name: int(rows[name].isna().sum()) for name in features}
    for column, feature in feature_of.items():
        known = rows[feature].notna().to_numpy()
        p_values[column] = _differs(design.column(column)[known], design.target[known], whole[known])
    tested = {column: p_value for column, p_value in p_values.items() if p_value is not None}
    adjusted = dict(zip(tested, holm(list(tested.values())), strict=True))
    return {
        "rows": int((~whole).sum()),
        "missing": {name: count for name, count in missing.items() if count},
        "otherwise": [column for column, p_value in adjusted.items() if p_value < SURE],
    }


def counts(association: Mapping[str, Any]) -> dict[str, int]:
    """Return how many training rows are complete, and how many gaps of the others are filled; nothing without gaps."""
    if not (gaps := association.get("gaps")):
        return {}
    return {"complete": association["rows"], "filled_gaps": sum(gaps["missing"].values())}


def _differs(column: np.ndarray, target: np.ndarray, whole: np.ndarray) -> float | None:
    """Return how often chance makes the association of `column` alone among the `whole` rows so different.

    What a part of the rows says differs from what all say by the difference of both variances (Hausman 1978,
    Specification tests in econometrics, Econometrica 46:1251-1271). None where either says nothing.
    """
    parts = [(column, target), (column[whole], target[whole])]
    if whole.all() or any(len(np.unique(one)) < 2 for part in parts for one in part):
        return None
    of_all, of_whole = (firth.slope(*part) for part in parts)
    variance = of_whole[1] - of_all[1]
    return float(chdtrc(1, (of_whole[0] - of_all[0]) ** 2 / variance)) if variance > 0 else None
