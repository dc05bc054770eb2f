"""Choose what is auto, and fit one logistic regression on its normalized training rows."""

import numpy as np
import pandas as pd

from passage import params
from passage.base import blocks, files, parquet, terminal
from passage.base.errors import Mistake
from passage.base.parquet import Columns, Table
from passage.base.paths import ModelPaths
from passage.model import classifier, levels, newton, preparation, tuning
from passage.model.classifier import Classifier
from passage.model.pipeline import estimator_settings
from passage.model.scaler import Scaler
from passage.model.sides import read_side
from passage.model.solver import optimum
from passage.params.model import ModelSettings


def fit(rows: np.ndarray, target: pd.Series, original: Table, scaler: Scaler, settings: ModelSettings) -> Classifier:
    """Return the classifier fitted on `rows` (n_rows, n_columns), normalized by `scaler`: no unit.

    target: (n_rows,), 0 or 1. original: the columns of the same rows, features in the table's own units, labels.
    settings: C and the threshold are numbers.
    Raises ValueError where the solver has not reached an optimum, or there is none.
    """
    regression = optimum(rows, target, estimator_settings(settings.train.model_dump()))
    return classifier.of_fit(regression, len(rows), original, scaler, settings)


def main(name: str) -> None:
    """Write models/NAME/model.json and choices.json; print what was chosen and the coefficients."""
    lane, settings = ModelPaths(name), params.load().model(name)
    scaler, normalized = Scaler.read(written := files.read_json(lane.scaler)), Columns(lane.normalized_train)
    large = blocks.is_large(len(normalized), len(scaler.center))
    settings = settings.solving(len(scaler.center), len(normalized))
    if large and (wrong := settings.train.refused_by_blocks(f"models.{name}.train")):
        raise Mistake(f"params.yaml: {wrong}")
    original, chosen = Columns(lane.split_train), None
    if settings.chooses():
        training = read_side(lane.split_train, settings.target, settings.positive)
        if chosen := tuning.for_model(name, training, settings, large=large):
            settings = settings.holding(chosen.C, chosen.threshold)
    try:
        if large:
            arguments = estimator_settings(settings.train.model_dump())
            coded = levels.of(preparation.read(written).columns, len(normalized), scaler)
            regression = newton.optimum(normalized, [*scaler.center], settings.target, arguments, coded)
            made = classifier.of_fit(regression, len(normalized), original, scaler, settings)
        else:
            rows = parquet.array(lane.normalized_train, [*scaler.center])
            made = fit(rows, normalized[settings.target], original, scaler, settings)
    except ValueError as error:
        tried = f"C {settings.train.C}, tol {settings.train.tol}, max_iter {settings.train.max_iter}"
        raise Mistake(
            f"params.yaml: models.{name}.train finds no optimum with {tried}: {error}; "
            "what helps is a smaller C (a stronger penalty), more iterations, a coarser tol, or fewer features"
        ) from None
    files.write_json(lane.choices, chosen.content() if chosen else {})
    files.write_json(lane.model, made.content())
    print(f"{name}: log-odds of {settings.target} per unit, normalized and in the table's own units")
    print("\n".join(made.in_words()))
    for line in chosen.in_words() if chosen else ():  # whose warnings come last
        print(terminal.wrapped(f"{name}: {line}") if len(line) > terminal.width() else f"{name}: {line}")
