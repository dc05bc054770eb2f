"""What the training rows say of chances, beside odds: points of probability, even chances, the band of a curve."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import expit

from passage.association import even_chance, points
from passage.association.fit import Fit
from passage.base.rounding import rounded
from passage.model.design import Column
from passage.model.preparation import Preparation

STEPS = 50  # along a feature
MOST = 200  # columns of which a covariance is written: 40,000 numbers


def content(
    fit: Fit, design: pd.DataFrame, rows: pd.DataFrame, columns: Sequence[Column], prepared: Preparation, level: float
) -> dict[str, Any]:
    """Return fit, points, even_chance and curve as association.json holds them.

    fit: of the `columns`, those of the `design` table that have coefficients. rows: the same, features as they come.
    curve: only where there is one column, a number: the ends of the band of the chance along its range.
    """
    names = [column.name for column in columns]
    values = design[names].to_numpy(dtype=float)
    found: dict[str, Any] = {
        "points": dict(zip(names, points.effects(fit, values, levels(columns), level), strict=True))
    }
    numbers = [column.name for column in columns if column.kind == "number"]
    if len(names) <= MOST:
        fixed = design[[name for name in design if name not in names]]
        found["fit"] = {"columns": names, **fit.content(), "constant": dict(fixed.iloc[0].astype(float))}
    found["even_chance"] = {name: of_number(name, fit, names, rows, prepared, level) for name in numbers}
    if names == numbers and len(names) == 1:
        along = np.linspace(values.min(), values.max(), STEPS + 1)
        ends = fit.interval(fit.directions(along[:, np.newaxis]), level)
        found["curve"] = {"value": rounded(along).tolist()} | {
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


def of_number(
    name: str,
    fit: Fit,
    names: Sequence[str],
    rows: pd.DataFrame,
    prepared: Preparation,
    level: float,
    chance: float = 0.5,
) -> dict[str, Any]:
    """Return where the number `name` has this `chance` (even_chance.crossing), others at their typical values.

    least and greatest: of the number among the `rows`. in_data: whether the estimate is between them. others: each
    with its value, and what is typical of it. by: profile or wald.
    """
    least, greatest = float(rows[name].min()), float(rows[name].max())
    usual = prepared.design(typical(rows, prepared))[list(names)].to_numpy(dtype=float)[0]
    found = even_chance.crossing(fit, usual, list(names).index(name), float(rows[name].std(ddof=0)), level, chance)
    return found | {
        "in_data": least <= found.get("estimate", np.inf) <= greatest,
        "least": least,
        "greatest": greatest,
        "others": others(name, rows, prepared),
        "by": "profile" if fit.likelihood else "wald",
    }


def typical(rows: pd.DataFrame, prepared: Preparation) -> pd.DataFrame:
    """Return one row with the median of each number and the most frequent value of any other feature, of some first."""
    usual = {
        one.name: rows[one.name].median() if one.kind == "number" else rows[one.name].mode().iloc[0]
        for one in prepared.features
    }
    return pd.DataFrame({name: [value] for name, value in usual.items()})


def others(name: str, rows: pd.DataFrame, prepared: Preparation) -> list[dict[str, Any]]:
    """Return feature, value and what it is (median, most frequent) of all features but the one called `name`."""
    row = typical(rows, prepared).iloc[0]
    kinds: Mapping[str, str] = {one.name: one.kind for one in prepared.features if one.name != name}
    return [
        {"feature": feature, "value": float(row[feature]), "is": "median"}
        if kind == "number"
        else {"feature": feature, "value": _text(row[feature]), "is": "most frequent"}
        for feature, kind in kinds.items()
    ]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else str(bool(value)).lower()
