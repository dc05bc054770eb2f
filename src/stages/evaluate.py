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
    settings: LaneSettings,
) -> dict[str, Any]:
    """Return what stands in metrics/NAME.json. What is undefined is absent: there is no accuracy on no rows.

    sides: training and test rows, in their own units. predictions: of both sides, beside what became of them.
    """
    train, test = sides["training"], sides["test"]
    usual = int(train[settings.target].mode()[0])
    validated, doubts = cross_validation(pd.concat([train, test], ignore_index=True), settings)
    learned = accuracy_score(predictions["training"]["actual"], predictions["training"]["predicted"])
    rows = settings.words.rows
    found = cautions.of_association(association, rows) | cautions.of_split(train, test, settings, rows)
    found |= cautions.of_range(test, classifier, f"test {rows}")
    return {
        "rows": {"train": len(train), "test": len(test)},
        **({} if test.empty else {"test": measures(predictions["test"], usual, settings.evaluate.confidence)}),
        "train": {"accuracy": significant(learned, FITTED)},
        **({"cross_validation": validated} if validated else {}),
        "odds": odds(classifier.original_units["coefficients"], association),
        "coefficients": classifier.coefficients,
        "intercept": classifier.intercept,
        "cautions": cautions.content(found | doubts),
    }


def main(name: str) -> None:
    """Write metrics/NAME.json, plots/NAME/ (rows of data and pictures), and print it all in words."""
    lane, settings = Lane(name), params.load().model(name)
    scaler, classifier = Scaler(**files.read_json(lane.scaler)), Classifier(**files.read_json(lane.model))
    sides = {"training": pd.read_parquet(lane.split_train), "test": pd.read_parquet(lane.split_test)}
    learned = classifier.predict(pd.read_parquet(lane.normalized_train))
    learned = learned.assign(actual=sides["training"][settings.target])
    predictions = {"training": learned, "test": pd.read_csv(lane.predictions)}
    metrics = evaluate(sides, predictions, classifier, files.read_json(lane.association), settings)
    files.write_json(lane.metrics, metrics)
    tables = gallery.tables(sides, predictions["test"], (scaler, classifier), metrics["odds"], settings)
    for plot, rows in tables.items():
        files.write_csv(lane.plot(plot), rows)
    for picture, svg in gallery.draw(tables, sides, (scaler, classifier), metrics, settings).items():
        files.write_text(lane.pictures / f"{picture}.svg", svg)
    words, confidence = vocabulary(settings), settings.evaluate.confidence
    print(f"{name}: {sentences.answer(metrics, classifier.content(), confidence, words, [])}")
    for caution in metrics["cautions"]:
        print(f"warning: {name}: {caution['sentence']}")
