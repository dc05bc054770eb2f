"""Predict one model's test rows and show the predictions beside the truth."""

from collections.abc import Iterator, Sequence

import pandas as pd

from passage import params
from passage.association import probability_interval
from passage.base import files, parquet, terminal
from passage.base.parquet import Columns
from passage.base.paths import ModelPaths
from passage.base.progress import clock
from passage.model.classifier import Classifier, Model
from passage.model.levels import Levels
from passage.params import labels


def predict(
    classifier: Classifier, original: pd.DataFrame, normalized: pd.DataFrame, target: str, coded: Sequence[Levels] = ()
) -> pd.DataFrame:
    """Return the test rows in their own units, what became of each student (actual) and what the classifier says.

    coded: the categories that `normalized` has as codes.
    """
    features = list(classifier.training_range)  # the columns of the table; classifier.features may be made of them
    actual = original[features].assign(actual=original[target])
    says = classifier.predict(normalized, coded)
    return actual.join(says.assign(predicted=labels.decode(says["predicted"], classifier.classes)))


def main(name: str) -> None:
    """Write predictions/NAME/test.csv and print its first rows."""
    lane, target = ModelPaths(name), params.load().model(name).target
    model, known = Model.load(lane.fitted), files.read_json(lane.association)
    classifier, prepared = model.classifier, model.preparation
    original, normalized = Columns(lane.split_test), Columns(lane.normalized_test)
    count, first, right = len(original), list[pd.DataFrame](), list[int]()

    def parts() -> Iterator[pd.DataFrame]:
        first.clear()
        right.clear()
        columns = [*classifier.training_range, target]
        for own, scaled in parquet.side_by_side((original, columns), (normalized, model.held)):
            rows = predict(classifier, own, scaled, target, model.coded)
            ends = probability_interval.of_lane(own, prepared, known, lane, target, classifier.classes[1], count)
            rows = probability_interval.beside(rows, ends)
            first.extend([rows.head(terminal.ROWS)] * (not first))
            right.append(int((rows["predicted"] == rows["actual"]).sum()))
            yield rows

    with clock(f"writing {lane.predictions}"):
        files.write_csv_parts(lane.predictions, parts)
    if not count:
        print(f"{name}: no test rows (models.{name}.split), so nothing to compare with the truth")
        return
    print(f"{name}: how well did it do? {sum(right)} of {count} test rows are predicted right")
    for line in terminal.first_rows(first[0], count, lane.predictions):
        print(line)
