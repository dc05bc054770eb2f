"""What brings the features of a model to a common scale, learned from rows."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import pandas as pd

from passage.base.rounding import centered, fitted

VAST = 1e150  # its square is still a number


@dataclass(frozen=True)
class Scaler:
    """What is taken from each feature and what it is divided by: (value - center) / scale, in the table's own units."""

    method: str
    center: dict[str, float]
    scale: dict[str, float]

    @classmethod
    def fit(cls, rows: pd.DataFrame | Iterable[pd.DataFrame], method: str) -> Self:
        """Return the scaler that `rows` (n_rows, n_columns), in own units, ask for, or some of them after the other.

        Raises ValueError for vast numbers.
        """
        from sklearn.preprocessing import MinMaxScaler, StandardScaler  # score does not wait for it

        learned: Any = StandardScaler() if method == "standard" else MinMaxScaler()
        first: Any = None
        for part in [rows] if isinstance(rows, pd.DataFrame) else rows:
            if len(vast := part.columns[(part.max() > VAST) | (part.min() < -VAST)]):
                raise ValueError(f"{vast[0]} has numbers beyond {VAST:g}, which cannot be scaled")
            names, values = part.columns, part.to_numpy(dtype=float)
            if first is None:  # less a row, sums keep the digits of a spread that is small beside the values
                first = values[0] if method == "standard" else np.zeros(len(names))
            learned.partial_fit(values - first)
        match method:
            case "standard":
                center, scale = first + learned.mean_, learned.scale_
            case "minmax":
                center, scale = learned.data_min_, 1 / learned.scale_
            case _:
                center, scale = np.zeros(len(names)), np.ones(len(names))
        scales = fitted(names, scale)
        centers = {name: centered(value, scales[name]) for name, value in zip(names, center, strict=True)}
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
