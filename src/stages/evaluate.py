"""Say how good one model is and how sure that is, what its coefficients mean, and where not to believe it."""

from typing import Any

import pandas as pd
from sklearn.metrics import accuracy_score

from passage import cautions, files, gallery, params, sentences
from passage.classifier import Classifier, Scaler
from passage.digits import FITTED, significant
from passage.goodness import measures
from passage.odds import odds
from passage.params import Lane as LaneSettings
from passage.paths import Lane
from passage.validation import cross_validation
from passage.vocabulary import vocabulary


def evaluate(
    sides: dict[str, pd.DataFrame],
    predictions: dict[str, pd.DataFrame],
    classifier: Classifier,
    association: dict[str, Any],
    choices: dict[str, Any],
    settings: LaneSettings,
) -> dict[str, Any]:
    """Return what stands in metrics/NAME.json. What is undefined is absent: there is no accuracy on no rows.

    sides: training and test rows, in their own units. predictions: of both sides, beside what became of them.
    association, choices: as the files of these names hold them. Where C or the threshold is auto, the cross-validation
    chooses in each of its folds and takes up to 100 times as long.
    """
    train, test, usual = sides["training"], sides["test"], int(sides["training"][settings.target].mode()[0])
    held = settings.holding(float(classifier.settings["C"]), classifier.threshold)
    validated, doubts = cross_validation(pd.concat([train, test], ignore_index=True), settings, held)
    chosen = {key: choices[key] for key in (auto.removeprefix("train.") for auto in settings.autos())}
    learned = accuracy_score(predictions["training"]["actual"], predictions["training"]["predicted"])
    found = cautions.of_model(association, train, test, classifier, settings)
    metrics = {
        "rows": {"train": len(train), "test": len(test)},
        "chosen": chosen,
        "test": {} if test.empty else measures(predictions["test"], usual, settings.evaluate.confidence),
        "train": {"accuracy": significant(learned, FITTED)},
        "cross_validation": validated,
        "odds": odds(classifier.original_units["coefficients"], association),
        "coefficients": classifier.coefficients,
        "intercept": classifier.intercept,
        "cautions": cautions.content(found | choices.get("cautions", {}) | doubts),
    }
    return {key: value for key, value in metrics.items() if value != {}}


def main(name: str) -> None:
    """Write metrics/NAME.json, plots/NAME/ (rows of data and pictures), and print it all in words."""
    lane, settings = Lane(name), params.load().model(name)
    scaler, classifier = Scaler(**files.read_json(lane.scaler)), Classifier(**files.read_json(lane.model))
    sides = {"training": pd.read_parquet(lane.split_train), "test": pd.read_parquet(lane.split_test)}
    learned = classifier.predict(pd.read_parquet(lane.normalized_train))
    learned = learned.assign(actual=sides["training"][settings.target])
    predictions = {"training": learned, "test": pd.read_csv(lane.predictions)}
    association, choices = files.read_json(lane.association), files.read_json(lane.choices)
    metrics = evaluate(sides, predictions, classifier, association, choices, settings)
    files.write_json(lane.metrics, metrics)
    plots = gallery.tables(sides, predictions["test"], (scaler, classifier), metrics["odds"], settings)
    for plot, rows in plots.items():
        files.write_csv(lane.plot(plot), rows)
    for picture, svg in gallery.draw(plots, sides, (scaler, classifier), metrics, choices, settings).items():
        files.write_text(lane.pictures / f"{picture}.svg", svg)
    told = sentences.printed(metrics, settings.evaluate.confidence, vocabulary(settings))
    print("\n".join(f"{name}: {line}" for line in told))
