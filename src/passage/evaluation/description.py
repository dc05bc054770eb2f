"""Who is in the data, by what became of them: what medical journals print as their Table 1."""

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

import numpy as np
import pandas as pd

from passage.association import gaps
from passage.base import parquet
from passage.base.parquet import Table
from passage.base.rounding import PREDICTED, significant
from passage.model.design import MISSING, Feature
from passage.model.sides import Sides

LEVELS = 50  # of a category that are described


def describe(sides: Sides, association: Mapping[str, Any], features: Sequence[Feature]) -> list[dict[str, Any]]:
    """Return how many rows there are, then what is known of each feature; pairs are of class 0 and of class 1.

    association: as association.json has it. rows: of both sides. fitted: of the training rows without a gap, which the
    odds are of. missing: gaps. quartiles: of a number, [first, median, third];
    empty where there is no value. levels: of a category or boolean, the reference first, of many the most frequent.
    A list, which DVC leaves out of its tables.
    """
    every, target = [rows for rows in sides.both if len(rows)], sides.target
    fitted = gaps.without(sides.training, association, [one.name for one in features])
    rows, fit = (np.sum([_pair(table[target]) for table in tables], axis=0).tolist() for tables in (every, [fitted]))
    return [{"rows": rows, "fitted": fit}, *(_described(one, every, fitted, target) for one in features)]


def _described(feature: Feature, every: Sequence[Table], fitted: Table, target: str) -> dict[str, Any]:
    if feature.kind == "number":
        missing, classes = _by_class(feature.name, every, target)
        quartiles = [np.quantile(one, [0.25, 0.5, 0.75], overwrite_input=True) if len(one) else [] for one in classes]
        written = [[significant(quartile, PREDICTED) for quartile in one] for one in quartiles]
        return {"feature": feature.name, "missing": missing, "quartiles": written}
    gaps = np.sum([_pair(rows[target][rows[feature.name].isna()]) for rows in every], axis=0)
    known: dict[str, Any] = {"feature": feature.name, "missing": gaps.tolist()}
    of_rows, of_fit = _counts(feature, every, target), _counts(feature, [fitted], target)
    names = [*(feature.categories or ("false", "true"))]
    if len(names) > LEVELS:
        frequent = sorted(of_rows, key=lambda name: -sum(of_rows[name]))
        names = names[:1] + [name for name in frequent if name in names[1:]][: LEVELS - 1]
    levels = ({"level": name, "rows": of_rows.get(name, [0, 0]), "fitted": of_fit.get(name, [0, 0])} for name in names)
    return known | {"levels": [*levels]}


def _by_class(name: str, every: Sequence[Table], target: str) -> tuple[list[int], list[np.ndarray]]:
    """Return how many gaps a number has in each class, and its values in each, in any order, of one array in memory."""
    values, missing = np.empty(sum(map(len, every))), [0, 0]
    low, high = 0, len(values)  # class 0 fills it from below, class 1 from above
    for part in chain.from_iterable(parquet.blocks(rows, [name, target]) for rows in every):
        column, label = part[name].to_numpy(float, na_value=np.nan), part[target].to_numpy(bool)
        gap = np.isnan(column)
        missing = [count + int((gap & (label == one)).sum()) for one, count in enumerate(missing)]
        zeros, ones = column[~label & ~gap], column[label & ~gap]
        values[low : (low := low + len(zeros))] = zeros
        values[(high := high - len(ones)) : high + len(ones)] = ones
    return missing, [values[:low], values[high:]]


def _counts(feature: Feature, every: Sequence[Table], target: str) -> dict[str, list[int]]:
    """Return how many rows of each class have each level."""
    counts: dict[str, list[int]] = {}
    for part in chain.from_iterable(parquet.blocks(rows, [feature.name, target]) for rows in every):
        values = _written(part[feature.name], feature)
        of_one = values[part[target] == 1].value_counts()
        for level, count in values.value_counts().items():
            ones, pair = int(of_one.get(level, 0)), counts.setdefault(str(level), [0, 0])
            counts[str(level)] = [pair[0] + int(count) - ones, pair[1] + ones]
    return counts


def _written(column: pd.Series, feature: Feature) -> pd.Series:
    """Return the values of a category or boolean as text; gaps stay gaps unless they are a category of their own."""
    if feature.kind == "boolean":
        return column.map({True: "true", False: "false"})
    return column.fillna(MISSING) if feature.missing == "category" else column


def _pair(target: pd.Series) -> list[int]:
    return [int((target == label).sum()) for label in (0, 1)]
