"""Bring the features of one model to a common scale."""

import numpy as np
import pandas as pd
from sklearn.preprocessing import MinMaxScaler, StandardScaler

from passage import files, params
from passage.classifier import Scaler
from passage.digits import centered, fitted
from passage.paths import Lane


def fit(rows: pd.DataFrame, method: str) -> Scaler:
    """Return the scaler that the features in `rows` (n_rows, n_features), in the table's own units, ask for."""
    match method:
        case "standard":
            standard = StandardScaler().fit(rows)
            center, scale = standard.mean_, standard.scale_
        case "minmax":
            minmax = MinMaxScaler().fit(rows)
            center, scale = minmax.data_min_, 1 / minmax.scale_
        case "none":
            center, scale = np.zeros(rows.shape[1]), np.ones(rows.shape[1])
    scales = fitted(rows.columns, scale)
    centers = {name: centered(value, scales[name]) for name, value in zip(rows.columns, center, strict=True)}
    return Scaler(method, centers, scales)


def main(name: str) -> None:
    """Write models/NAME/scaler.json and data/normalized/NAME/train.parquet and test.parquet."""
    lane, settings = Lane(name), params.load().model(name)
    train, test = pd.read_parquet(lane.split_train), pd.read_parquet(lane.split_test)
    fit_on = pd.concat([train, test]) if settings.normalize.fit_on == "all" else train
    scaler = fit(fit_on[settings.features], settings.normalize.method)
    files.write_json(lane.scaler, scaler.content())
    for rows, path in ((train, lane.normalized_train), (test, lane.normalized_test)):
        normalized = scaler.transform(rows)
        files.write_parquet(path, normalized.assign(**{settings.target: rows[settings.target]}))
    if settings.saw_test_rows():
        print(
            f"warning: models.{name}.normalize.fit_on is all: the scaling of {name} has seen its {len(test)} test rows"
        )
