"""Predict new rows, and point at those unlike any that trained the model."""

from pathlib import Path

import pandas as pd

from passage import cautions, files, headers, params, paths, tables
from passage.classifier import Classifier, Scaler
from passage.errors import Mistake
from passage.params import ADDED_COLUMNS


def score(rows: pd.DataFrame, scaler: Scaler, classifier: Classifier) -> pd.DataFrame:
    """Return what the classifier says of each row of features (in the table's own units), and whether to believe it.

    outside_training_range: whether a feature is below the least or above the greatest value that trained the model.
    """
    predictions = classifier.predict(scaler.transform(rows))
    return predictions.assign(outside_training_range=classifier.outside(rows).any(axis="columns"))


def main(batch: str) -> None:
    """Write predictions/score/BATCH.csv: each row as it came, and what the model says of it; count in metrics/score."""
    settings = params.load().batch(batch)
    lane, path = paths.Lane(settings.model), Path(settings.data)
    scaler, classifier = Scaler(**files.read_json(lane.scaler)), Classifier(**files.read_json(lane.model))
    table = tables.read(path)
    headers.require(path, dict.fromkeys(classifier.features, f"models.{settings.model}.features"))
    if taken := [name for name in table.columns if name in ADDED_COLUMNS]:
        raise Mistake(f'{path}: the column "{taken[0]}" has the name of a column of predictions; give it another')
    rows = tables.numbers(table, classifier.features, path)
    scored = score(rows, scaler, classifier)
    files.write_csv(paths.scored(batch), tables.as_it_came(path).join(scored))
    found = cautions.of_range(rows, classifier, "rows")
    counts = {name: int(scored[name].sum()) for name in ("predicted", "outside_training_range")}
    files.write_json(paths.scored_metrics(batch), {"rows": len(scored), **counts, "cautions": cautions.content(found)})
    print(f"{batch}: {counts['predicted']} of {len(scored)} rows are predicted 1 by {settings.model}")
    for caution in found.values():
        print(f"warning: {batch}: {caution}")
