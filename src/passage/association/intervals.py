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
from passage.base import parquet
from passage.base.parquet import Table
from passage.base.paths import ModelPaths
from passage.base.rounding import rounded
from passage.model.preparation import Preparation
from passage.params import labels
from passage.params.labels import Label

MOST = 100  # rows to predict of which each is searched for
LOW, HIGH = "probability_low", "probability_high"

Rows = tuple[Table, np.ndarray]


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


def how(association: Mapping[str, Any], rows: int) -> str:
    """Return by what the intervals of so many `rows` are found: profile, wald, or none where there are none."""
    if not (written := association.get("fit")):
        return "none"
    return "profile" if rows <= MOST and firth.is_small(association["rows"], len(written["columns"])) else "wald"


def of_rows(
    rows: pd.DataFrame,
    prepared: Preparation,
    association: Mapping[str, Any],
    training: Callable[[], Rows] | None = None,
    of: int | None = None,
) -> pd.DataFrame:
    """Return LOW and HIGH of each of `rows`, features as they come, as `how` says of so many, where they are a part.

    training: asked for where the profile is; without it, the covariance serves all rows. No interval has a row with a
    gap, with a category that no training row has, or with another value of a column that has one in all of those; and
    no row where columns depend on each other.
    """
    ends, by = np.full((2, len(rows)), np.nan), how(association, of or len(rows))
    if by != "none" and len(rows):
        written, design = association["fit"], prepared.design(rows)
        known = gaps.complete(rows, [one.name for one in prepared.features])
        known &= ~prepared.unseen(rows).any(axis="columns").to_numpy(dtype=bool)
        fit = refit(association, training(), prepared) if training and by == "profile" else Fit.read(written)
        ends = of_design(
            {str(name): column.to_numpy(dtype=float) for name, column in design.items()}, known, association, fit
        )
    return pd.DataFrame(dict(zip((LOW, HIGH), ends, strict=True)), index=rows.index)


def of_design(
    design: Mapping[str, np.ndarray], known: np.ndarray, association: Mapping[str, Any], fit: Fit
) -> np.ndarray:
    """Return both ends of the interval of each probability, (2, n_rows), NaN where there is none.

    design: the columns of the design table, (n_rows,) each. known: of which rows each value is, (n_rows,).
    """
    written, ends = association["fit"], np.full((2, len(known)), np.nan)
    for name, value in written["constant"].items():
        known = known & (design[name] == value)
    rows = np.column_stack([design[name][known] for name in written["columns"]])
    place: Any = slice(None)
    if fit.likelihood:  # which is searched for each row: once for all that are alike
        rows, alike = np.unique(rows, axis=0, return_inverse=True)
        place = alike.ravel()
    found = fit.interval(fit.directions(rows), association["confidence"])
    ends[:, known] = rounded(expit(np.array(found)).ravel()).reshape(2, -1)[:, place]
    return ends


def of_lane(
    rows: pd.DataFrame,
    prepared: Preparation,
    association: Mapping[str, Any],
    lane: ModelPaths,
    target: str,
    positive: Label,
    of: int | None = None,
) -> pd.DataFrame:
    """Return of_rows by the training rows of `lane`, whose association.json is given."""

    def training() -> Rows:
        learned = labels.encode(parquet.read(lane.split_train), target, positive)
        return learned, learned[target].to_numpy()

    return of_rows(rows, prepared, association, training, of)


def beside(table: pd.DataFrame, ends: pd.DataFrame) -> pd.DataFrame:
    """Return `table`, predictions, with LOW and HIGH of each after its probability."""
    names = [*table.columns]
    after = names.index("probability") + 1
    return table.join(ends)[[*names[:after], *ends.columns, *names[after:]]]
