"""What a model says of new rows as they come, or what is wrong with them."""

from pathlib import Path
from typing import Any

import pandas as pd

from passage.model.classifier import Model
from passage.params.model import ModelSettings
from passage.tables import convert, rules
from passage.tables.violations import Violations


def checked(
    table: pd.DataFrame, model: Model, settings: ModelSettings, source: Path, key: str
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Return the features of those rows of `table` that are predicted, and what convert.drop_missing says of others.

    table: as it was read from `source`. key: of params.yaml, which names `settings`.
    Raises Mistake for each value that is not of its kind, breaks a rule or is a category that is to be refused.
    """
    asked = {one.name: one for one in model.preparation.features}
    violations, columns = Violations(table, source), f"{key}.columns"
    rows = convert.features(table, asked, violations)
    others = table.drop(columns=settings.target) if settings.target in table else table
    rules.check(others, rows, settings, columns, violations)
    for name, unseen in model.preparation.refused(rows).items():
        advice = f"to count it as the reference, set {columns}.{name}.unseen to reference"
        violations.add(str(name), unseen.to_numpy(), f"no training row has that; {advice}")
    violations.refuse()
    return convert.drop_missing(rows, [name for name, one in asked.items() if one.missing == "drop"])


def answer(rows: pd.DataFrame, model: Model) -> pd.DataFrame:
    """Return what the model says of each row of features (as they come), and whether to believe it.

    outside_training_range: whether a feature is below the least or above the greatest value that trained the model, or
    a category that no training row has. unseen_category: whether it is the latter; only where there are categories.
    """
    outside = model.classifier.outside(rows).any(axis="columns")
    marked = model.predict(rows).assign(outside_training_range=outside)
    unseen = model.preparation.unseen(rows)
    return marked.assign(unseen_category=unseen.any(axis="columns")) if len(unseen.columns) else marked
