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
from passage.model.sides import Sides
from passage.params.model import ModelSettings


def evaluate(
    sides: Sides, predictions: pd.DataFrame, learned: float, model: Model, found: Any, settings: ModelSettings
) -> dict[str, Any]:
    """Return what stands in metrics/NAME.json. What is undefined is absent: there is no accuracy on no rows.

    predictions: of the test rows, beside what became of them. learned: the share of training rows predicted right.
    found: what files hold, by their names.
    """
    association, choices, classifier = found["association"], found["choices"], model.classifier
    train, test, prevalence = sides.training, sides.test, float(sides.training[settings.target].mean())
    validated, doubts = of_model(sides, model, settings)
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
        **chances.of_model(association, model, sides),
        "significance": association["significance"],
        "coefficients": classifier.coefficients,
        "intercept": classifier.intercept,
        "described": description.describe(sides, association, model.preparation.features),
        "cautions": cautions.content(beware | choices.get("cautions", {}) | doubts),
    }
    return {key: value for key, value in metrics.items() if value != {}}


def main(name: str) -> None:
    """Write metrics/NAME.json, plots/NAME/ and held_out.csv; print how good the model is, and each caution."""
    model = Model.load((lane := ModelPaths(name)).fitted)
    settings = params.load().model(name).solving(len(model.classifier.features), model.classifier.rows)
    parts = Columns(lane.normalized_train).parts([*model.held, settings.target])
    learned = model.classifier.accuracy(parts, model.coded)
    predictions = read_predictions(lane.predictions, model.classifier.classes)
    sides = Sides.read(lane, settings)
    found = {kind: files.read_json(getattr(lane, kind)) for kind in ("association", "choices", "dropped")}
    files.write_json(lane.metrics, metrics := evaluate(sides, predictions, learned, model, found, settings))
    files.write_csv(lane.held_out, held_out.of_lane(sides.both, Columns(lane.sides)["side"], settings, model.large))
    plots, pictures = gallery.show(sides, predictions, model, metrics, found, settings, name)
    for kind, table in plots.items():
        files.write_csv(lane.plots / f"{kind}.csv", table)
    for kind, svg in pictures.items():
        files.write_text(lane.pictures / f"{kind}.svg", svg)
    print("\n".join(terminal.wrapped(f"{name}: {line}") for line in summary(metrics)))
