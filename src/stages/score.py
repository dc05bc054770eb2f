"""Predict new rows, and point at those unlike any that trained the model."""

from pathlib import Path

import pandas as pd

from passage import files, headers, params, paths, tables
from passage.classifier import Classifier, Scaler
from passage.errors import Mistake
from passage.params import ADDED_COLUMNS


def score(rows: pd.DataFrame, scaler: Scaler, classifier: Classifier) -> pd.DataFrame:
    """Return what the classifier says of each row of features (in the table's own units), and whether to believe it.

    outside_training_range: whether a feature is below the least or above the greatest value that trained the model.
    """
    predictions = classifier.predict(scaler.transform(rows))
    return predictions.assign(outside_training_range=outside(rows, classifier).any(axis="columns"))


def outside(rows: pd.DataFrame, classifier: Classifier) -> pd.DataFrame:
    """Return for each value in `rows` whether it lies outside its feature's training range."""
    return pd.DataFrame(
        {
            name: ~rows[name].between(limits["least"], limits["greatest"])
            for name, limits in classifier.training_range.items()
        }
    )


def main(batch: str) -> None:
    """Write predictions/score/BATCH.csv: each row as it came, and what the model says of it."""
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
    print(f"{batch}: {scored['predicted'].sum()} of {len(scored)} rows are predicted 1 by {settings.model}")
    far = outside(rows, classifier)
    for name, limits in classifier.training_range.items():
        if far[name].any():
            values = ", ".join(str(value) for value in rows.loc[far[name], name].head(5))
            print(
                f"warning: {batch}: {far[name].sum()} of {len(rows)} rows lie outside the training range of {name} "
                f"({limits['least']} to {limits['greatest']}), do not believe their predictions: {values}"
            )
