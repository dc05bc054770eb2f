"""Which plots and pictures a model has."""

from typing import Any

import numpy as np
import pandas as pd

from passage.base import parquet
from passage.base.parquet import Table
from passage.base.progress import clock
from passage.evaluation import pictures, plots
from passage.evaluation.cross_validation import held_out
from passage.evaluation.vocabulary import vocabulary
from passage.model import levels
from passage.model.classifier import Model
from passage.model.folds import subsample
from passage.model.preparation import Preparation
from passage.model.sides import Sides
from passage.params import labels
from passage.params.model import ModelSettings

Tables = dict[str, pd.DataFrame]

SIDES = ("training", "test")
CONFUSION_ROWS = 10_000  # that a table of predicted and actual classes holds


def show(
    sides: Sides, predictions: pd.DataFrame, model: Model, metrics: Any, files: Any, settings: ModelSettings, name: str
) -> tuple[Tables, dict[str, str]]:
    """Return the rows of data behind each plot, and the pictures as SVG, by their names.

    predictions: those of the test rows. metrics: as metrics/NAME.json. files: association and choices, as the files of
    these names. name: the model's.
    """
    scaler, classifier = model.scaler, model.classifier
    learning = subsample([sides.training], settings.target)
    held = settings.holding(float(classifier.settings["C"]), classifier.threshold)
    curves = plots.curves(classifier, scaler, _means(sides.training, model), model.preparation.columns)
    # The band is of Firth's fit, so that the curve of a model with a strong penalty may leave it.
    band = files["association"].get("curve", {})
    confusion = plots.sample(predictions[["actual", "predicted"]], CONFUSION_ROWS)
    says = {name: labels.decode(column, classifier.classes) for name, column in confusion.items()}
    found = {
        "confusion": pd.DataFrame(says),
        "roc": plots.roc(predictions),
        "curve": curves.assign(**{end: band.get(end, np.nan) for end in ("low", "high")}),
        "coefficients": plots.coefficients(metrics["odds"]),
        "calibration": plots.calibration(*held_out(sides.drawn, held, large=model.large)),
        "thresholds": plots.thresholds(*held_out(learning, held, large=model.large)),
    }
    return found, draw(found, sides, model, metrics, files["choices"], settings, name)


@clock("drawing pictures")
def draw(
    found: Tables, sides: Sides, model: Model, metrics: Any, choices: Any, settings: ModelSettings, name: str
) -> dict[str, str]:
    """Return the pictures of the plots' rows that were `found`: those of which there is something to show."""
    prepared, scaler, classifier = model.preparation, model.scaler, model.classifier
    words, test = vocabulary(settings, classifier.classes, prepared.columns, name), metrics.get("test")
    numbers = [column.name for column in prepared.columns if column.kind == "number"]
    drawn, confidence = {}, settings.evaluate.confidence
    if classifier.features == numbers and len(numbers) < 3:
        rows = pd.concat([_drawn(sides, side, prepared) for side in SIDES], ignore_index=True)
        if len(numbers) == 1:
            band = f"{confidence * 100:g} % band ({words.firth})" if found["curve"]["low"].notna().any() else ""
            drawn["curve"] = pictures.svg(pictures.curve(found["curve"], rows, classifier, words, band))
        else:
            drawn["regions"] = pictures.svg(pictures.regions(rows, classifier, scaler, words), 3.3)
    else:  # of those with a picture of their rows, the page's table of effects says the same
        height = 1.3 + 0.27 * min(len(found["coefficients"]), plots.FEATURES)
        drawn["coefficients"] = pictures.svg(pictures.coefficients(found["coefficients"], confidence, words), height)
    if tried := choices.get("tried_C"):
        drawn["C"] = pictures.svg(pictures.tried_C(tried, choices["C"]))
    if test:
        counts = [test[name] for name in ("true_negatives", "false_positives", "false_negatives", "true_positives")]
        drawn["confusion"] = pictures.svg(pictures.confusion(counts, words))
        if "roc_auc" in test:
            pairs = sum(counts[:2]) * sum(counts[2:])
            drawn["roc"] = pictures.svg(pictures.roc(found["roc"], test["roc_auc"], pairs, words))
    if len(found["calibration"]):
        drawn["calibration"] = pictures.svg(pictures.calibration(found["calibration"], words))
    if len(found["thresholds"]):
        drawn["thresholds"] = pictures.svg(pictures.thresholds(found["thresholds"], classifier.threshold))
    return drawn


def _means(rows: Table, model: Model) -> pd.Series:
    """Return the mean of each column of the design table."""
    names = [one.name for one in model.preparation.features]
    sums = (levels.totals(part, model.preparation, model.coded) for part in parquet.blocks(rows, names))
    return sum(sums, pd.Series(0.0, index=model.classifier.features)) / len(rows)


def _drawn(sides: Sides, side: str, prepared: Preparation) -> pd.DataFrame:
    """Return the rows of one side as pictures show them: the design table, what became of them, and the side."""

    def shown(part: pd.DataFrame) -> pd.DataFrame:
        on = pd.Categorical.from_codes(np.full(len(part), SIDES.index(side)), pd.Index(SIDES))  # a byte a row
        rows = prepared.design(part).assign(actual=part[sides.target].astype("int8"))
        rows[pictures.SIDE] = on
        return rows

    names = [*(one.name for one in prepared.features), sides.target]
    return pd.concat(map(shown, parquet.blocks(getattr(sides, side), names)), ignore_index=True)
