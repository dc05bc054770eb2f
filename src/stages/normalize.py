"""Make numbers of the features of one model, and bring them to a common scale."""

import numpy as np
import pandas as pd
from sklearn.preprocessing import MinMaxScaler, StandardScaler

from passage import design, files, labels, params
from passage.classifier import Scaler
from passage.digits import centered, fitted
from passage.errors import Mistake
from passage.paths import Lane
from passage.preparation import Preparation, learn
from passage.progress import clock
from passage.sentences import listed

VAST = 1e150  # its square is still a number


def fit(rows: pd.DataFrame, method: str) -> Scaler:
    """Return the scaler that `rows` (n_rows, n_columns), in own units, ask for. Raises ValueError for vast numbers."""
    if len(vast := rows.columns[(rows.max() > VAST) | (rows.min() < -VAST)]):
        raise ValueError(f"{vast[0]} has numbers beyond {VAST:g}, which cannot be scaled")
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


def refuse_unseen(prepared: Preparation, test: pd.DataFrame, key: str, data: str) -> None:
    """Raise Mistake for categories of test rows that no training row has, where that is an error. key: of columns."""
    unseen = prepared.refused(test)
    if wrong := [
        f"{data}: {name} is {listed(sorted(test.loc[unseen[name], name].unique()))} in test rows and in no training "
        f"one; to count it as the reference, set {key}.{name}.unseen to reference"
        for name in map(str, unseen)
        if unseen[name].any()
    ]:
        raise Mistake(wrong)


def main(name: str) -> None:
    """Write models/NAME/scaler.json and data/normalized/NAME/train.parquet and test.parquet."""
    lane, settings = Lane(name), params.load().model(name)
    known = [*settings.features, settings.target]
    train, test = files.read_parquet(lane.split_train, known), files.read_parquet(lane.split_test, known)
    try:
        prepared = learn(train, settings)
        refuse_unseen(prepared, test, f"models.{name}.columns", settings.data)
        designs = [prepared.design(rows) for rows in (train, test)]
        seen = pd.concat(designs) if settings.normalize.fit_on == "all" else designs[0]
        scaler = fit(seen, settings.normalize.method)
    except ValueError as error:
        raise Mistake(f"{settings.data}: {error} (models.{name}.columns)") from None
    files.write_json(lane.scaler, design.content(prepared.features) | scaler.content())
    for rows, numbers, path in zip((train, test), designs, (lane.normalized_train, lane.normalized_test), strict=True):
        target = labels.counted(rows, settings.target, settings.positive)[settings.target]
        with clock(f"writing {path}"):
            files.write_parquet(path, scaler.transform(numbers).assign(**{settings.target: target}))
    if settings.saw_test_rows():
        print(
            f"warning: models.{name}.normalize.fit_on is all: the scaling of {name} has seen its {len(test)} test rows"
        )
