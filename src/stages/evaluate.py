"""Say how good one model is and how sure that is, what its coefficients mean, and where not to believe it."""

from typing import Any

import pandas as pd

from passage import params
from passage.association import gaps
from passage.base import files, terminal
from passage.base.parquet import Columns
from passage.base.paths import ModelPaths
from passage.base.rounding import FITTED, significant
from passage.evaluation import cautions, chances, comparison, description, gallery, held_out
from passage.evaluation.cross_validation import of_model
from passage.evaluation.metrics import measures, read_predictions, summary
from passage.evaluation.odds import odds
from passage.model.classifier import Model
from passage.model.folds import subsample
from passage.model.split_rows import split_rows
from passage.params.model import ModelSettings


def evaluate(
    sides: gallery.Sides,
    drawn: pd.DataFrame,
    predictions: pd.DataFrame,
    learned: float,
    model: Model,
    found: Any,
    settings: ModelSettings,
) -> dict[str, Any]:
    """Return what stands in metrics/NAME.json. What is undefined is absent: there is no accuracy on no rows.

    sides: training and test rows, in their own units; the target is 0 or 1. drawn: of both, those of the
    cross-validation. predictions: of the test rows, beside what became of them. learned: the share of training rows
    predicted right. found: what files hold, by their names.
    """
    association, choices, classifier = found["association"], found["choices"], model.classifier
    features = model.preparation.features
    train, test, prevalence = sides["training"], sides["test"], float(sides["training"][settings.target].mean())
    validated, doubts = of_model(drawn, len(train) + len(test), model, settings)
    fitted = gaps.without(train, association, [one.name for one in features])
    tested = measures(predictions, prevalence, settings.evaluate.confidence)
    beware = cautions.of_model(found, train, test, classifier, settings, tested)
    metrics = {
        "rows": {"train": len(train), "test": len(test)} | gaps.counts(association),
        "chosen": {key: choices[key] for key in (auto.removeprefix("train.") for auto in settings.autos())},
        "test": comparison.beside_guessing(tested, prevalence, settings.evaluate.confidence),
        "rest": found["dropped"].get("rest", {}),
        "train": {"accuracy": significant(learned, FITTED), "prevalence": significant(prevalence, FITTED)},
        "cross_validation": validated,
        "odds": odds(classifier.original_units["coefficients"], association, model.preparation.against),
        **chances.of_model(association, model, train, len(test), settings.target),
        "significance": association["significance"],
        "coefficients": classifier.coefficients,
        "intercept": classifier.intercept,
        "described": description.describe(sides, fitted, settings.target, features),
        "cautions": cautions.content(beware | choices.get("cautions", {}) | doubts),
    }
    return {key: value for key, value in metrics.items() if value != {}}


def main(name: str) -> None:
    """Write metrics/NAME.json, plots/NAME/ and held_out.csv; print how good the model is, and each caution."""
    model = Model.load((lane := ModelPaths(name)).fitted)
    settings = params.load().model(name).solving(len(model.classifier.features), model.classifier.rows)
    columns = [*model.classifier.features, settings.target]
    learned = model.classifier.accuracy(Columns(lane.normalized_train).parts(columns))
    predictions = read_predictions(lane.predictions, model.classifier.classes)
    tables = {"training": lane.split_train, "test": lane.split_test}
    sides = {side: split_rows(path, settings.target, settings.positive) for side, path in tables.items()}
    found = {kind: files.read_json(getattr(lane, kind)) for kind in ("association", "choices", "dropped")}
    drawn = subsample([*sides.values()], settings.target)
    files.write_json(lane.metrics, metrics := evaluate(sides, drawn, predictions, learned, model, found, settings))
    files.write_csv(lane.held_out, held_out.of_lane([*sides.values()], Columns(lane.sides)["side"], settings))
    plots, pictures = gallery.show(sides, drawn, predictions, model, metrics, found, settings, name)
    for kind, table in plots.items():
        files.write_csv(lane.plots / f"{kind}.csv", table)
    for kind, svg in pictures.items():
        files.write_text(lane.pictures / f"{kind}.svg", svg)
    print("\n".join(terminal.wrapped(f"{name}: {line}") for line in summary(metrics)))
