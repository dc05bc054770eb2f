"""Predict new rows, and point at those unlike any that trained the model."""

from pathlib import Path
from typing import Any

import pandas as pd

from passage import params
from passage.association import intervals
from passage.base import files, paths, terminal
from passage.base.errors import Mistake
from passage.base.progress import clock
from passage.evaluation import cautions
from passage.model.classifier import Model
from passage.model.predictions import first_rows
from passage.params import labels
from passage.params.types import ADDED_COLUMNS
from passage.tables import convert, header, read, rules
from passage.tables.violations import Violations


def score(rows: pd.DataFrame, model: Model) -> pd.DataFrame:
    """Return what the model says of each row of features (as they come), and whether to believe it.

    outside_training_range: whether a feature is below the least or above the greatest value that trained the model, or
    a category that no training row has. unseen_category: whether it is the latter; only where there are categories.
    """
    outside = model.classifier.outside(rows).any(axis="columns")
    marked = model.predict(rows).assign(outside_training_range=outside)
    unseen = model.preparation.unseen(rows)
    return marked.assign(unseen_category=unseen.any(axis="columns")) if len(unseen.columns) else marked


def main(batch: str) -> None:
    """Write predictions/score/BATCH.csv: each row as it came, and what the model says of it; count in metrics/score."""
    settings = (asked_for := params.load()).batch(batch)
    lane, path, model = asked_for.model(settings.model), Path(settings.data), Model.load(settings.model)
    classifier, prepared, of = model.classifier, model.preparation, paths.ModelPaths(settings.model)
    asked = {one.name: one for one in prepared.features}
    header.require(path, dict.fromkeys(asked, f"models.{settings.model}.features"))
    texts = [*(name for name, one in asked.items() if one.kind != "number"), *lane.text_columns()]
    with clock(f"reading {path}"):
        table = read.table(path, texts, [*asked, *lane.only_checked()])
    if taken := [name for name in header.columns(path) if name in ADDED_COLUMNS]:
        raise Mistake(f'{path}: the column "{taken[0]}" has the name of a column of predictions; give it another')
    violations, key = Violations(table, path), f"models.{settings.model}.columns"
    every = convert.features(table, asked, violations)
    rules.check(table.drop(columns=lane.target, errors="ignore"), every, lane, key, violations)
    for name, unseen in prepared.refused(every).items():
        advice = f"to count it as the reference, set {key}.{name}.unseen to reference"
        violations.add(str(name), unseen.to_numpy(), f"no training row has that; {advice}")
    violations.refuse()
    rows, dropped = convert.drop_missing(every, [name for name, one in asked.items() if one.missing == "drop"])
    scored = score(rows, model)
    named = scored.assign(predicted=labels.decode(scored["predicted"], both := classifier.classes))
    named = intervals.beside(named, rows, prepared, of, lane.target, both[1])
    with clock(f"writing {paths.scored(batch)}"):
        came = read.as_it_came(path)
        if len(came) != len(table):  # each prediction would stand in another's row
            raise RuntimeError(f"{path} has {len(table)} rows for one reader and {len(came)} for the other")
        predictions = came.join(named, how="inner")
        files.write_csv(paths.scored(batch), predictions)
    found = cautions.of_dropped(dropped, "rows") | cautions.of_range(rows, classifier, "rows")
    counts: Any = {name: int(scored[name].sum()) for name in scored.columns[2:]}  # after log_odds and probability
    by = intervals.how(files.read_json(of.association), len(rows))
    counts = {"rows": len(scored), **counts, "probability_interval": by, "cautions": cautions.content(found)}
    files.write_json(paths.scored_metrics(batch), counts)
    says = f"{counts['predicted']} of {len(scored)} rows are predicted {labels.written(both[1])} by {settings.model}"
    warnings = [terminal.wrapped(f"warning: {batch}: {caution}") for caution in found.values()]
    print(f"{batch}: {says}", *first_rows(predictions, paths.scored(batch)), *warnings, sep="\n")
