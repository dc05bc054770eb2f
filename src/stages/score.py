"""Predict new rows, and point at those unlike any that trained the model."""

from pathlib import Path

import pandas as pd

from passage import cautions, files, headers, labels, params, paths, preparation, rules, tables
from passage.classifier import Classifier, Scaler
from passage.errors import Mistake
from passage.faults import Faults
from passage.params import ADDED_COLUMNS
from passage.preparation import Preparation
from passage.progress import clock


def score(rows: pd.DataFrame, prepared: Preparation, scaler: Scaler, classifier: Classifier) -> pd.DataFrame:
    """Return what the classifier says of each row of features (as they come), and whether to believe it.

    outside_training_range: whether a feature is below the least or above the greatest value that trained the model, or
    a category that no training row has. unseen_category: whether it is the latter; only where there are categories.
    """
    predictions = classifier.predict(scaler.transform(prepared.design(rows)))
    marked = predictions.assign(outside_training_range=classifier.outside(rows).any(axis="columns"))
    unseen = prepared.unseen(rows)
    return marked.assign(unseen_category=unseen.any(axis="columns")) if len(unseen.columns) else marked


def main(batch: str) -> None:
    """Write predictions/score/BATCH.csv: each row as it came, and what the model says of it; count in metrics/score."""
    asked_for = params.load()
    settings = asked_for.batch(batch)
    lane, model, path = paths.Lane(settings.model), asked_for.model(settings.model), Path(settings.data)
    written, classifier = files.read_json(lane.scaler), Classifier(**files.read_json(lane.model))
    prepared = preparation.read(written)
    asked = {one.name: one for one in prepared.features}
    headers.require(path, dict.fromkeys(asked, f"models.{settings.model}.features"))
    texts = [*(name for name, one in asked.items() if one.kind != "number"), *model.text_columns()]
    with clock(f"reading {path}"):
        table = tables.read(path, texts, [*asked, *model.only_checked()])
    if taken := [name for name in headers.columns(path) if name in ADDED_COLUMNS]:
        raise Mistake(f'{path}: the column "{taken[0]}" has the name of a column of predictions; give it another')
    faults, key = Faults(table, path), f"models.{settings.model}.columns"
    every = tables.features(table, asked, faults)
    rules.hold(table.drop(columns=model.target, errors="ignore"), every, model, key, faults)
    for name, unseen in prepared.refused(every).items():
        advice = f"to count it as the reference, set {key}.{name}.unseen to reference"
        faults.add(str(name), unseen.to_numpy(), f"no training row has that; {advice}")
    faults.refuse()
    rows, dropped = tables.whole(every, [name for name, one in asked.items() if one.missing == "drop"])
    scored = score(rows, prepared, Scaler.read(written), classifier)
    named = scored.assign(predicted=labels.named(scored["predicted"], classifier.classes))
    with clock(f"writing {paths.scored(batch)}"):
        came = tables.as_it_came(path)
        if len(came) != len(table):  # each prediction would stand in another's row
            raise RuntimeError(f"{path} has {len(table)} rows for one reader and {len(came)} for the other")
        files.write_csv(paths.scored(batch), came.join(named, how="inner"))
    found = cautions.of_dropped(dropped, "rows") | cautions.of_range(rows, classifier, "rows")
    counts = {name: int(scored[name].sum()) for name in scored if name not in ("log_odds", "probability")}
    files.write_json(paths.scored_metrics(batch), {"rows": len(scored), **counts, "cautions": cautions.content(found)})
    positive = labels.written(classifier.classes[1])
    print(f"{batch}: {counts['predicted']} of {len(scored)} rows are predicted {positive} by {settings.model}")
    for caution in found.values():
        print(f"warning: {batch}: {caution}")
