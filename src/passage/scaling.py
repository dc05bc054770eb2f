"""What brings the features of a model to a common scale, learned from rows."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from sklearn.preprocessing import MinMaxScaler, StandardScaler

from passage import parquet
from passage.classifier import Scaler
from passage.digits import centered, fitted

VAST = 1e150  # its square is still a number


def fit(rows: pd.DataFrame, method: str) -> Scaler:
    """Return the scaler that `rows` (n_rows, n_columns), in own units, ask for. Raises ValueError for vast numbers."""
    if len(vast := rows.columns[(rows.max() > VAST) | (rows.min() < -VAST)]):
        raise ValueError(f"{vast[0]} has numbers beyond {VAST:g}, which cannot be scaled")
    parts = (rows[part].to_numpy() for part in parquet.slices(len(rows)))  # scikit-learn makes three copies of each
    match method:
        case "standard":
            standard = StandardScaler()
            for part in parts:
                standard.partial_fit(part)
            center, scale = standard.mean_, standard.scale_
        case "minmax":
            minmax = MinMaxScaler()
            for part in parts:
                minmax.partial_fit(part)
            center, scale = minmax.data_min_, 1 / minmax.scale_
        case "none":
            center, scale = np.zeros(rows.shape[1]), np.ones(rows.shape[1])
    scales = fitted(rows.columns, scale)
    centers = {name: centered(value, scales[name]) for name, value in zip(rows.columns, center, strict=True)}
    return Scaler(method, centers, scales)


def scaled(scaler: Scaler, rows: pd.DataFrame, target: pd.Series) -> Iterator[pd.DataFrame]:
    """Yield `rows` (n_rows, n_columns), in own units, normalized beside the target, in the slices that are written."""
    for part in parquet.slices(len(rows)):
        yield scaler.transform(rows[part]).assign(**{str(target.name): target[part]})
