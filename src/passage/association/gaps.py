"""Rows with gaps: odds, intervals and tests leave them out, and what that may change.

A value that fills a gap serves predictions alone: it takes a feature's association away and gives it to those that go
with it. The odds of the complete rows hold where gaps come by chance, and where they depend on a feature or on the
outcome; they do not where they depend on both together (Bartlett, Harel and Carpenter 2015, Asymptotically unbiased
estimation of exposure odds ratios in complete records logistic regression, American Journal of Epidemiology
182:730-736). Then a feature that more rows have goes otherwise with the outcome among the complete ones.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from scipy.special import chdtrc

from passage.association import firth
from passage.association.rows import Rows
from passage.association.significance import holm
from passage.base import parquet
from passage.base.parquet import Table

SURE = 0.05  # p-value, by Holm's step over all columns, below which the difference is told

Slope = tuple[float, float]  # a coefficient and its variance


def complete(rows: Table, features: Iterable[str]) -> np.ndarray:
    """Return which of `rows` have a value of each of `features`, (n_rows,), of which each is read once."""
    return np.asarray(np.logical_and.reduce([rows[name].notna().to_numpy() for name in dict.fromkeys(features)]))


def without(rows: Table, association: Mapping[str, Any], features: Iterable[str]) -> Table:
    """Return those of the training `rows` that `association` (association.json) is of: the complete ones."""
    return parquet.where(rows, complete(rows, features)) if "gaps" in association else rows


def content(rows: Table, design: Rows, feature_of: Mapping[str, str]) -> dict[str, Any]:
    """Return what is written of the gaps in `rows`, with features as they come; nothing where there are none.

    rows: how many have gaps. missing: how many gaps each feature has. otherwise: columns of the `design` table that go
    otherwise with its target among the complete rows than among all that have them. feature_of: by those columns.
    """
    features = list(dict.fromkeys(feature_of.values()))
    whole = complete(rows, features)
    if whole.all():
        return {}
    missing, p_values = dict[str, int](), dict[str, float]()
    for feature in features:
        known = rows[feature].notna().to_numpy()
        if gaps := int((~known).sum()):
            missing[feature] = gaps
        if whole[known].all():  # nothing differs
            continue
        columns = [column for column, of in feature_of.items() if of == feature]
        for column, *slopes in zip(columns, *(_slopes(design, columns, some) for some in (known, whole)), strict=True):
            if (p_value := _differs(*slopes)) is not None:
                p_values[column] = p_value
    adjusted = dict(zip(p_values, holm(list(p_values.values())), strict=True))
    return {
        "rows": int((~whole).sum()),
        "missing": missing,
        "otherwise": [column for column, p_value in adjusted.items() if p_value < SURE],
    }


def counts(association: Mapping[str, Any]) -> dict[str, int]:
    """Return how many training rows are complete, and how many gaps of the others are filled; nothing without gaps."""
    if not (gaps := association.get("gaps")):
        return {}
    return {"complete": association["rows"], "filled_gaps": sum(gaps["missing"].values())}


def _slopes(design: Rows, columns: Sequence[str], some: np.ndarray) -> Iterator[Slope | None]:
    """Yield Firth's coefficient of each of `columns` alone among `some` rows, None where they say nothing.

    some: (n_rows,). Of a column of 0 and 1 it takes no fit but a count, of a thousand levels as codes one for all.
    """
    target = design.target[some]
    classes, of_levels = np.bincount(target, minlength=2), design.where(some).cells if design.levels else {}
    for name in columns:
        if name in of_levels:
            cells = np.array([classes - of_levels[name], of_levels[name]])
        elif np.isin(column := design.column(name)[some], (0, 1)).all():
            cells = np.bincount((2 * column + target).astype(int), minlength=4).reshape(2, 2)
        else:
            yield firth.slope(column, target) if classes.all() and column.min() < column.max() else None
            continue
        yield firth.contrast(cells) if cells.any(axis=0).all() and cells.any(axis=1).all() else None


def _differs(of_all: Slope | None, of_whole: Slope | None) -> float | None:
    """Return how often chance makes the association of a column alone among the complete rows so different.

    What a part of the rows says differs from what all say by the difference of both variances (Hausman 1978,
    Specification tests in econometrics, Econometrica 46:1251-1271). None where either says nothing.
    """
    if of_all is None or of_whole is None:
        return None
    variance = of_whole[1] - of_all[1]
    return float(chdtrc(1, (of_whole[0] - of_all[0]) ** 2 / variance)) if variance > 0 else None
