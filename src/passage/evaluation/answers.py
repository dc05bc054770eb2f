"""What a model says of new rows as they come, or what is wrong with them."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from passage.base.parquet import Counted
from passage.model.classifier import Model
from passage.params.model import ModelSettings
from passage.tables import convert, rules
from passage.tables.held import Held
from passage.tables.violations import Violations


def checked(
    table: Counted, rows: Held, model: Model, settings: ModelSettings, source: Path, key: str
) -> tuple[np.ndarray, dict[str, Any]]:
    """Return which rows of `table` are predicted, (n_rows,), and what is said of others, as convert.without_gaps does.

    table: without the target, as it was read from `source`. rows: gets the features of all its rows. key: of
    params.yaml, which names `settings`.
    Raises Mistake for each value that is not of its kind, breaks a rule or is a category that is to be refused.
    """
    features, columns = model.preparation.features, f"{key}.columns"
    violations = Violations(table, source)
    for one in features:
        rows[one.name] = convert.feature(table[one.name], one.kind, one.missing, violations)
    rules.check(table, rows, settings, columns, violations)
    if categories := [one.name for one in features if one.kind == "category"]:
        unseen = pd.concat(map(model.preparation.refused, rows.parts(categories)), ignore_index=True)
        for name in unseen:
            advice = f"to count it as the reference, set {columns}.{name}.unseen to reference"
            violations.add(str(name), unseen[name].to_numpy(), f"no training row has that; {advice}")
    violations.refuse()
    return convert.without_gaps(rows, [one.name for one in features if one.missing == "drop"], len(table))


def answer(rows: pd.DataFrame, model: Model) -> pd.DataFrame:
    """Return what the model says of each row of features (as they come), and whether to believe it.

    outside_training_range: whether a feature is below the least or above the greatest value that trained the model, or
    a category that no training row has. unseen_category: whether it is the latter; only where there are categories.
    """
    outside = model.classifier.outside(rows).any(axis="columns")
    marked = model.predict(rows).assign(outside_training_range=outside)
    unseen = model.preparation.unseen(rows)
    return marked.assign(unseen_category=unseen.any(axis="columns")) if len(unseen.columns) else marked
