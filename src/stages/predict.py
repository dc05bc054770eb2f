"""Predict one model's test rows and show the predictions beside the truth."""

import pandas as pd

from passage import params
from passage.association import intervals
from passage.base import files, parquet
from passage.base.paths import ModelPaths
from passage.base.progress import clock
from passage.model import preparation
from passage.model.classifier import Classifier
from passage.model.predictions import first_rows
from passage.params import labels


def predict(classifier: Classifier, original: pd.DataFrame, normalized: pd.DataFrame, target: str) -> pd.DataFrame:
    """Return the test rows in their own units, what became of each student (actual) and what the classifier says."""
    features = list(classifier.training_range)  # the columns of the table; classifier.features may be made of them
    actual = original[features].assign(actual=original[target])
    says = classifier.predict(normalized)
    return actual.join(says.assign(predicted=labels.decode(says["predicted"], classifier.classes)))


def main(name: str) -> None:
    """Write predictions/NAME/test.csv and print its first rows."""
    lane, target = ModelPaths(name), params.load().model(name).target
    classifier = Classifier(**files.read_json(lane.model))
    original = parquet.read(lane.split_test, [*classifier.training_range, target])
    rows = predict(classifier, original, parquet.read(lane.normalized_test, classifier.features), target)
    prepared, known = preparation.read(files.read_json(lane.scaler)), files.read_json(lane.association)
    ends = intervals.of_lane(original, prepared, known, lane, target, classifier.classes[1])
    rows = intervals.beside(rows, ends)
    with clock(f"writing {lane.predictions}"):
        files.write_csv(lane.predictions, rows)
    if rows.empty:
        print(f"{name}: no test rows (models.{name}.split), so nothing to compare with the truth")
        return
    right = (rows["predicted"] == rows["actual"]).sum()
    print(f"{name}: how well did it do? {right} of {len(rows)} test rows are predicted right")
    for line in first_rows(rows, lane.predictions):
        print(line)
