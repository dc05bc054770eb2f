"""What brings the features of a model to a common scale, learned from rows."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np
import pandas as pd

from passage.base import parquet
from passage.base.rounding import centered, fitted

VAST = 1e150  # its square is still a number


@dataclass(frozen=True)
class Scaler:
    """What is taken from each feature and what it is divided by: (value - center) / scale, in the table's own units."""

    method: str
    center: dict[str, float]
    scale: dict[str, float]

    @classmethod
    def fit(cls, rows: pd.DataFrame, method: str) -> Self:
        """Return the scaler that `rows` (n_rows, n_columns), in own units, ask for.

        Raises ValueError for vast numbers.
        """
        if len(vast := rows.columns[(rows.max() > VAST) | (rows.min() < -VAST)]):
            raise ValueError(f"{vast[0]} has numbers beyond {VAST:g}, which cannot be scaled")
        parts = (rows[part].to_numpy() for part in parquet.slices(len(rows)))  # scikit-learn makes three copies of each
        from sklearn.preprocessing import MinMaxScaler, StandardScaler  # score does not wait for it

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
        return cls(method, centers, scales)

    @classmethod
    def read(cls, written: dict[str, Any]) -> Self:
        """Return the scaler in the content of a scaler.json."""
        return cls(written["method"], written["center"], written["scale"])

    def transform(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Return `rows` (n_rows, n_features), in the table's own units, normalized (no unit)."""
        features = list(self.center)
        values = self.scaled(rows[features].to_numpy(dtype=float, copy=True))
        return pd.DataFrame(values, columns=features, index=rows.index, copy=False)

    def scaled(self, values: np.ndarray) -> np.ndarray:
        """Return `values` (n_rows, n_features), which are overwritten, normalized (no unit)."""
        center, scale = (np.array(list(numbers.values())) for numbers in (self.center, self.scale))
        if self.method == "minmax":  # as MinMaxScaler does it, to the last bit
            values *= 1 / scale
            values += -center / scale
        else:
            values -= center
            values /= scale
        return values

    def content(self) -> dict[str, Any]:
        """Return what is written to scaler.json."""
        return asdict(self)


def normalized(scaler: Scaler, rows: pd.DataFrame, target: pd.Series) -> Iterator[pd.DataFrame]:
    """Yield `rows` (n_rows, n_columns), in own units, normalized beside the target, in the slices that are written."""
    for part in parquet.slices(len(rows)):
        yield scaler.transform(rows[part]).assign(**{str(target.name): target[part]})
