"""Say how good one model is and how sure that is, what its coefficients mean, and where not to believe it."""

from typing import Any

import pandas as pd

from passage import cautions, files, gallery, labels, params, parquet, sentences
from passage.classifier import Classifier, Scaler
from passage.digits import FITTED, significant
from passage.folds import some
from passage.gallery import Model, Tables
from passage.goodness import measures
from passage.odds import odds
from passage.params import Lane as Settings
from passage.paths import Lane
from passage.preparation import read
from passage.validation import cross_validation, left_out
from passage.vocabulary import vocabulary


def evaluate(
    sides: Tables, predictions: pd.DataFrame, learned: float, model: Model, found: dict[str, Any], settings: Settings
) -> dict[str, Any]:
    """Return what stands in metrics/NAME.json. What is undefined is absent: there is no accuracy on no rows.

    sides: training and test rows, in their own units. predictions: of the test rows, beside what became of them. The
    target is 0 or 1 in both. learned: the share of training rows that the model predicts right. found: association,
    choices and dropped, as the files of these names hold them. Where C or the threshold is auto, the cross-validation
    chooses in each of its folds and takes up to 100 times as long.
    """
    association, choices, (prepared, _, classifier) = found["association"], found["choices"], model
    train, test, usual = sides["training"], sides["test"], int(sides["training"][settings.target].mode()[0])
    held = settings.holding(float(classifier.settings["C"]), classifier.threshold)
    every, compared = some([train, test], settings.target), left_out(prepared.columns, classifier.coefficients)
    validated, doubts = cross_validation(every, settings, held, compared, len(train) + len(test))
    beware = cautions.of_model(association, train, test, classifier, settings, found["dropped"])
    metrics = {
        "rows": {"train": len(train), "test": len(test)},
        "chosen": {key: choices[key] for key in (auto.removeprefix("train.") for auto in settings.autos())},
        "test": {} if test.empty else measures(predictions, usual, settings.evaluate.confidence),
        "train": {"accuracy": significant(learned, FITTED)},
        "cross_validation": validated,
        "odds": odds(classifier.original_units["coefficients"], association, prepared.against),
        "coefficients": classifier.coefficients,
        "intercept": classifier.intercept,
        "cautions": cautions.content(beware | choices.get("cautions", {}) | doubts),
    }
    return {key: value for key, value in metrics.items() if value != {}}


def main(name: str) -> None:
    """Write metrics/NAME.json, plots/NAME/ (rows of data and pictures), and print it all in words."""
    lane, settings = Lane(name), params.load().model(name)
    written, classifier = files.read_json(lane.scaler), Classifier(**files.read_json(lane.model))
    settings = settings.solving(len(classifier.features))
    model = (read(written), Scaler.read(written), classifier)
    learned = classifier.accuracy(parquet.parts(lane.normalized_train, [*classifier.features, settings.target]))
    predictions = labels.predictions(lane.predictions, classifier.classes)
    tables = {"training": parquet.read(lane.split_train), "test": parquet.read(lane.split_test)}
    sides = {side: labels.counted(rows, settings.target, settings.positive) for side, rows in tables.items()}
    found = {name: files.read_json(getattr(lane, name)) for name in ("association", "choices", "dropped")}
    metrics = evaluate(sides, predictions, learned, model, found, settings)
    files.write_json(lane.metrics, metrics)
    plots = gallery.tables(sides, predictions, model, metrics["odds"], settings)
    for plot, rows in plots.items():
        files.write_csv(lane.plot(plot), rows)
    for picture, svg in gallery.draw(plots, sides, model, metrics, found, settings).items():
        files.write_text(lane.pictures / f"{picture}.svg", svg)
    words = vocabulary(settings, classifier.classes, model[0].columns)
    print("\n".join(f"{name}: {line}" for line in sentences.printed(metrics, settings.evaluate.confidence, words)))
