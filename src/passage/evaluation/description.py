"""Who is in the data, by what became of them: what medical journals print as their Table 1."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from passage.association.gaps import complete
from passage.base.rounding import PREDICTED, significant
from passage.model.design import MISSING, Feature

LEVELS = 50  # of a category that are described


def describe(sides: Mapping[str, pd.DataFrame], target: str, features: Sequence[Feature]) -> list[dict[str, Any]]:
    """Return how many rows there are, then what is known of each feature; pairs are of class 0 and of class 1.

    sides: training and test rows, features as they come, the target 0 or 1. rows: of both sides. fitted: of the
    training rows without a gap, which the odds are of. missing: gaps. quartiles: of a number, [first, median, third];
    empty where there is no value. levels: of a category or boolean, the reference first, of many the most frequent.
    A list, which DVC leaves out of its tables.
    """
    every = pd.concat([rows for rows in sides.values() if len(rows)], ignore_index=True)
    train = sides["training"]
    fitted = train[complete(train, [one.name for one in features])]
    return [
        {"rows": _pair(every[target]), "fitted": _pair(fitted[target])},
        *(_described(one, every, fitted, target) for one in features),
    ]


def _described(feature: Feature, every: pd.DataFrame, fitted: pd.DataFrame, target: str) -> dict[str, Any]:
    column = every[feature.name]
    known = {"feature": feature.name, "missing": _pair(every.loc[column.isna(), target])}
    if feature.kind == "number":
        parts = [column[every[target] == label].dropna().astype(float) for label in (0, 1)]
        quartiles = [part.quantile([0.25, 0.5, 0.75]).tolist() if len(part) else [] for part in parts]
        return known | {"quartiles": [[significant(one, PREDICTED) for one in part] for part in quartiles]}
    of_every, of_fitted = _written(column, feature), _written(fitted[feature.name], feature)
    names = [*(feature.categories or ("false", "true"))]
    if len(names) > LEVELS:
        names = names[:1] + [name for name in of_every.value_counts().index if name in names[1:]][: LEVELS - 1]
    counts = (pd.crosstab(values, rows[target]) for values, rows in ((of_every, every), (of_fitted, fitted)))
    of_rows, of_fit = (table.reindex(index=names, columns=[0, 1], fill_value=0) for table in counts)
    levels = zip(names, of_rows.to_numpy().tolist(), of_fit.to_numpy().tolist(), strict=True)
    return known | {"levels": [{"level": name, "rows": rows, "fitted": fit} for name, rows, fit in levels]}


def _written(column: pd.Series, feature: Feature) -> pd.Series:
    """Return the values of a category or boolean as text; gaps stay gaps unless they are a category of their own."""
    if feature.kind == "boolean":
        return column.map({True: "true", False: "false"})
    return column.fillna(MISSING) if feature.missing == "category" else column


def _pair(target: pd.Series) -> list[int]:
    return [int((target == label).sum()) for label in (0, 1)]
