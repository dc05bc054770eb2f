"""Which plots and pictures a model has."""

from typing import Any

import pandas as pd

from passage import pictures, plots
from passage.classifier import Classifier, Scaler
from passage.params import Lane
from passage.validation import held_out
from passage.vocabulary import vocabulary


def tables(
    sides: dict[str, pd.DataFrame],
    predictions: pd.DataFrame,
    model: tuple[Scaler, Classifier],
    odds: Any,
    settings: Lane,
) -> dict[str, pd.DataFrame]:
    """Return the rows of data behind each plot, by its name.

    sides: training and test rows, in their own units. predictions: those of the test rows. odds: as metrics/NAME.json.
    """
    every, train = pd.concat(sides.values(), ignore_index=True), sides["training"]
    scaler, classifier = model
    held = settings.holding(float(classifier.settings["C"]), classifier.threshold)
    found = {
        "confusion": plots.confusion(predictions),
        "roc": plots.roc(predictions),
        "curve": plots.curves(classifier, scaler, train),
        "coefficients": plots.coefficients(odds),
    }
    for name, make, rows in (("calibration", plots.calibration, every), ("thresholds", plots.thresholds, train)):
        found[name] = make(*held_out(rows, held))
    return found


def draw(
    found: dict[str, pd.DataFrame],
    sides: dict[str, pd.DataFrame],
    model: tuple[Scaler, Classifier],
    metrics: Any,
    choices: Any,
    settings: Lane,
) -> dict[str, str]:
    """Return the pictures as SVG, by their names: those of which there is something to show.

    found: from `tables`. metrics, choices: as in the files of these names.
    """
    scaler, classifier = model
    words, test = vocabulary(settings), metrics.get("test")
    known = [*settings.features, settings.target]
    rows = pd.concat([table[known].assign(side=side) for side, table in sides.items()], ignore_index=True)
    rows = rows.rename(columns={settings.target: "actual"})
    drawn = {}
    if len(classifier.features) == 1:
        drawn["curve"] = pictures.svg(pictures.curve(found["curve"], rows, classifier, words))
    if len(classifier.features) == 2:
        drawn["regions"] = pictures.svg(pictures.regions(rows, classifier, scaler, words), 4.4)
    shown = plots.strongest(found["coefficients"])
    height = 1.6 + 0.35 * len(shown)
    drawn["coefficients"] = pictures.svg(pictures.coefficients(shown, settings.evaluate.confidence), height)
    if tried := choices.get("tried_C"):
        drawn["C"] = pictures.svg(pictures.tried_C(tried, choices["C"]))
    if test:
        counts = [test[name] for name in ("true_negatives", "false_positives", "false_negatives", "true_positives")]
        drawn["confusion"] = pictures.svg(pictures.confusion(counts, words))
        if "roc_auc" in test:
            drawn["roc"] = pictures.svg(pictures.roc(found["roc"], test["roc_auc"], words))
    if len(found["calibration"]):
        drawn["calibration"] = pictures.svg(pictures.calibration(found["calibration"], words))
    if len(found["thresholds"]):
        drawn["thresholds"] = pictures.svg(pictures.thresholds(found["thresholds"], classifier.threshold))
    return drawn
