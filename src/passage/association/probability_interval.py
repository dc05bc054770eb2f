"""The interval of one row's probability: of all rows like it, whichever share is positive.

By the profile of Firth's likelihood where few rows have trained and few are predicted, else from the covariance of the
same fit (docs/coverage.md). It is of the fit without the model's penalty, so that a model's own probability may lie
outside. Pointwise: each holds the truth as often as it says, not all of them together.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import expit

from passage.association import firth, gaps
from passage.association.fit import Fit
from passage.base.parquet import Table
from passage.base.paths import ModelPaths
from passage.base.rounding import rounded
from passage.model.preparation import Preparation
from passage.model.sides import read_side
from passage.params.labels import Label

MOST = 100  # rows to predict of which each is searched for
LOW, HIGH = "probability_low", "probability_high"


def refit(association: Mapping[str, Any], training: Table, target: str, prepared: Preparation) -> Fit:
    """Return the fit in association.json, with its likelihood where rows and columns are few (firth.is_small).

    training: the rows that the fit is of, features as they come, the `target` 0 or 1.
    """
    written = association["fit"]
    if not firth.is_small(association["rows"], len(written["columns"])):
        return Fit.read(written)
    rows = training[gaps.complete(training, [one.name for one in prepared.features])]
    design = prepared.design(rows)[written["columns"]].to_numpy(dtype=float)
    return firth.again(design, rows[target].to_numpy(), Fit.read(written))


def how(association: Mapping[str, Any], rows: int) -> str:
    """Return by what the intervals of so many `rows` are found: profile, wald, or none where there are none."""
    if not (written := association.get("fit")):
        return "none"
    return "profile" if rows <= MOST and firth.is_small(association["rows"], len(written["columns"])) else "wald"


def of_rows(
    rows: pd.DataFrame,
    prepared: Preparation,
    association: Mapping[str, Any],
    training: Table | None = None,
    target: str = "",
    of: int | None = None,
) -> pd.DataFrame:
    """Return LOW and HIGH of each of `rows`, features as they come, as `how` says of so many, where they are a part.

    training: as of `refit`, read where the profile is asked for; without it, the covariance serves all rows. No
    interval has a row with a gap, with a category that no training row has, or with another value of a column that has
    one in all of those; and no row where columns depend on each other.
    """
    ends, by = np.full((2, len(rows)), np.nan), how(association, of or len(rows))
    if by != "none" and len(rows):
        known = gaps.complete(rows, [one.name for one in prepared.features])
        known &= ~prepared.unseen(rows).any(axis="columns").to_numpy(dtype=bool)
        fit = Fit.read(association["fit"])
        if training is not None and by == "profile":
            fit = refit(association, training, target, prepared)
        columns = {str(name): column.to_numpy(dtype=float) for name, column in prepared.design(rows).items()}
        ends = of_design(columns, known, association, fit)
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
    of: int,
) -> pd.DataFrame:
    """Return of_rows by the training rows of `lane`, whose association.json is given."""
    return of_rows(rows, prepared, association, read_side(lane.split_train, target, positive), target, of)


def beside(table: pd.DataFrame, ends: pd.DataFrame) -> pd.DataFrame:
    """Return `table`, predictions, with LOW and HIGH of each after its probability."""
    names = [*table.columns]
    after = names.index("probability") + 1
    return table.join(ends)[[*names[:after], *ends.columns, *names[after:]]]
