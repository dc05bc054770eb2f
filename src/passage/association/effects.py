"""What the training rows say of chances, beside odds: points of probability, even chances, the band of a curve."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy.special import expit

from passage.association import even_chance, points
from passage.association.fit import Fit
from passage.association.rows import Rows
from passage.base.parquet import Table
from passage.base.rounding import PREDICTED, centered, rounded
from passage.model.design import Column
from passage.model.preparation import Preparation

STEPS = 50  # along a feature
MOST = 200  # columns of which a covariance is written: 40,000 numbers
LISTED = 20  # features up to which each number has a list of the others


def content(
    fit: Fit, design: Rows, rows: Table, columns: Sequence[Column], prepared: Preparation, level: float
) -> dict[str, Any]:
    """Return fit, points, even_chance, typical and curve as association.json holds them.

    fit: of the `columns`, those of the `design` table that have coefficients. rows: the same, features as they come.
    typical: of many features, in place of a list of the others beside each number, which would be their square. curve:
    only where there is one column, a number: the ends of the band of the chance along its range.
    """
    names = [column.name for column in columns]
    known = design.part(names)
    found: dict[str, Any] = {
        "points": dict(zip(names, points.effects(fit, known, levels(columns), level), strict=True))
    }
    numbers = [column.name for column in columns if column.kind == "number"]
    usual = typical(rows, prepared)
    if len(names) <= MOST:
        others = [name for name in design.columns if name not in names]
        first = next(iter(design.part(others)))[0][0].tolist() if others else []
        found["fit"] = {"columns": names, **fit.content(), "constant": dict(zip(others, first, strict=True))}
    found["even_chance"] = {name: of_number(rows[name], fit, names, usual, level) for name in numbers}
    if len(usual.features) > LISTED:
        found["typical"] = usual.features
    if names == numbers and len(names) == 1:
        only = known.column(names[0])
        along = np.linspace(only.min(), only.max(), STEPS + 1)
        ends = fit.interval(fit.directions(along[:, np.newaxis]), level)
        reach = along[-1] - along[0]
        found["curve"] = {"value": [centered(value, reach, PREDICTED) for value in along]} | {
            name: rounded(expit(end)).tolist() for name, end in zip(("low", "high"), ends, strict=True)
        }
    return found


def levels(columns: Sequence[Column]) -> list[list[int]]:
    """Return the places of the columns of 0 and 1, those of one feature together."""
    together: dict[str, list[int]] = {}
    for place, column in enumerate(columns):
        if column.kind != "number":
            together.setdefault(column.feature, []).append(place)
    return list(together.values())


class Typical(NamedTuple):
    """The median of each number and the most frequent value of any other feature, of some first.

    design: by column of the design table. features: each feature with its value, and what is typical of it (median,
    most frequent).
    """

    design: pd.Series
    features: list[dict[str, Any]]


def typical(rows: Table, prepared: Preparation, known: Mapping[str, Any] | None = None) -> Typical:
    """Return what is typical of `rows`, features as they come. known: the value of some features, which is not read."""

    def value(name: str, numeric: bool) -> Any:
        if known and name in known:
            return known[name]
        return float(rows[name].median()) if numeric else rows[name].mode().iloc[0]

    features: list[dict[str, Any]] = [
        {"feature": one.name, "value": value(one.name, number := one.kind == "number")}
        | {"is": "median" if number else "most frequent"}
        for one in prepared.features
    ]
    design = prepared.design(pd.DataFrame({one["feature"]: [one["value"]] for one in features})).iloc[0].astype(float)
    return Typical(design, [one if one["is"] == "median" else one | {"value": _text(one["value"])} for one in features])


def told(association: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values that association.json gives as typical: of all features, or of those beside some number."""
    lists = [association.get("typical", []), *(one.get("others", []) for one in association["even_chance"].values())]
    return {one["feature"]: one["value"] for some in lists for one in some if one["value"] not in ("true", "false")}


def of_number(
    column: pd.Series, fit: Fit, names: Sequence[str], usual: Typical, level: float, chance: float = 0.5
) -> dict[str, Any]:
    """Return where a number has this `chance` (even_chance.crossing), others at their `usual` values.

    column: of the number, (n_rows,), the rows that the fit of the columns `names` is of.
    least and greatest: of the number. in_data: whether the estimate is between them. others: each with its value, and
    what is typical of it, where there are few. by: profile or wald.
    """
    name, least, greatest = str(column.name), float(column.min()), float(column.max())
    row, spread = usual.design[list(names)].to_numpy(), float(column.std(ddof=0))
    found = even_chance.crossing(fit, row, list(names).index(name), spread, level, chance)
    few = len(usual.features) <= LISTED
    return found | {
        "in_data": least <= found.get("estimate", np.inf) <= greatest,
        "least": least,
        "greatest": greatest,
        **({"others": [one for one in usual.features if one["feature"] != name]} if few else {}),
        "by": "profile" if fit.likelihood else "wald",
    }


def _text(value: Any) -> str:
    return value if isinstance(value, str) else str(bool(value)).lower()
