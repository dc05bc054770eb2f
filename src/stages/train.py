"""Choose what is auto, and fit one logistic regression on its normalized training rows."""

import numpy as np
import pandas as pd

from passage import params
from passage.base import files, parquet, terminal
from passage.base.errors import Mistake
from passage.base.parquet import Columns, Table
from passage.base.paths import ModelPaths
from passage.base.rounding import FITTED, fitted, significant
from passage.model import tuning
from passage.model.classifier import Classifier, original_units, seen
from passage.model.pipeline import estimator_settings
from passage.model.scaler import Scaler
from passage.model.solver import optimum
from passage.params import labels
from passage.params.model import ModelSettings


def fit(rows: np.ndarray, target: pd.Series, original: Table, scaler: Scaler, settings: ModelSettings) -> Classifier:
    """Return the classifier fitted on `rows` (n_rows, n_columns), normalized by `scaler`: no unit.

    target: (n_rows,), 0 or 1. original: the columns of the same rows, features in the table's own units, labels.
    settings: C and the threshold are numbers.
    Raises ValueError where the solver has not reached an optimum, or there is none.
    """
    features, used = list(scaler.center), settings.train.model_dump(exclude={"tune"})
    regression = optimum(rows, target, estimator_settings(used))
    coefficients = fitted(features, regression.coef_[0])
    intercept = significant(regression.intercept_[0], FITTED)
    return Classifier(
        features=features,
        coefficients=coefficients,
        intercept=intercept,
        original_units=original_units(coefficients, intercept, scaler),
        classes=labels.classes(original[settings.target], settings.positive),
        threshold=float(settings.threshold),
        settings=used,
        iterations=int(regression.n_iter_[0]),
        rows=len(rows),
        training_range={name: seen(original[name], settings.column(name)) for name in settings.features},
    )


def main(name: str) -> None:
    """Write models/NAME/model.json and choices.json; print what was chosen and the coefficients."""
    lane, settings = ModelPaths(name), params.load().model(name)
    scaler = Scaler.read(files.read_json(lane.scaler))
    settings = settings.solving(len(scaler.center))
    chosen = None
    if settings.chooses():
        training = labels.encode(parquet.read(lane.split_train), settings.target, settings.positive)
        if chosen := tuning.for_model(name, training, settings):
            settings = settings.holding(chosen.C, chosen.threshold)
    rows, normalized = parquet.array(lane.normalized_train, [*scaler.center]), Columns(lane.normalized_train)
    try:
        classifier = fit(rows, normalized[settings.target], Columns(lane.split_train), scaler, settings)
    except ValueError as error:
        tried = f"C {settings.train.C}, tol {settings.train.tol}, max_iter {settings.train.max_iter}"
        raise Mistake(
            f"params.yaml: models.{name}.train finds no optimum with {tried}: {error}; "
            "what helps is a smaller C (a stronger penalty), more iterations, a coarser tol, or fewer features"
        ) from None
    files.write_json(lane.choices, chosen.content() if chosen else {})
    files.write_json(lane.model, classifier.content())
    print(f"{name}: log-odds of {settings.target} per unit, normalized and in the table's own units")
    print("\n".join(classifier.in_words()))
    for line in chosen.in_words() if chosen else ():  # whose warnings come last
        print(terminal.wrapped(f"{name}: {line}") if len(line) > terminal.width() else f"{name}: {line}")
