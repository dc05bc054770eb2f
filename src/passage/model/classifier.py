"""A fitted model as numbers one can read.

What they say of rows is a product and a sum, for which no stage waits for scikit-learn; passage.model.pipeline has the
objects that they stand for.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
import pandas as pd
from scipy.special import expit

from passage.base import blocks, files
from passage.base.parquet import Table
from passage.base.rounding import FITTED, fitted, rounded, significant
from passage.model import levels, preparation
from passage.model.levels import Levels
from passage.model.preparation import Preparation
from passage.model.scaler import Scaler
from passage.params import labels
from passage.params.columns import ColumnSettings
from passage.params.labels import Label
from passage.params.model import ModelSettings

PLAIN_THRESHOLD = 0.5  # where LogisticRegression.predict decides by itself


@dataclass(frozen=True)
class Classifier:
    """A fitted logistic regression; log-odds of the positive class = intercept + sum of coefficient * feature.

    classes: the two labels of the target, the positive one last.
    coefficients and intercept belong to normalized features (no unit), original_units to the table's own: log-odds per
    hour. training_range: least and greatest value of each feature among the training rows, in the table's own units,
    or all values where it is no number.
    """

    features: list[str]
    coefficients: dict[str, float]
    intercept: float
    original_units: dict[str, Any]
    classes: list[Label]
    threshold: float
    settings: dict[str, Any]
    iterations: int
    rows: int
    training_range: dict[str, dict[str, Any]]

    def predict(self, normalized: pd.DataFrame, coded: Sequence[Levels] = ()) -> pd.DataFrame:
        """Return log_odds, probability and predicted (1: positive, or 0) for each row of normalized features.

        coded: the categories that `normalized` has as codes.
        """
        if not coded:
            return pd.DataFrame(self.said(normalized[self.features].to_numpy()), index=normalized.index)
        log_odds = levels.log_odds(normalized, self.coefficients, self.intercept, coded)
        return pd.DataFrame(self._says(log_odds), index=normalized.index)

    def said(self, normalized: np.ndarray) -> dict[str, np.ndarray]:
        """Return the same, (n_rows,) each, for (n_rows, n_features)."""
        coefficients = np.array([self.coefficients[name] for name in self.features])
        return self._says(normalized @ coefficients + self.intercept)

    def _says(self, log_odds: np.ndarray) -> dict[str, np.ndarray]:
        predictions = {"log_odds": rounded(log_odds), "probability": rounded(expit(log_odds))}
        return {**predictions, "predicted": (predictions["probability"] >= self.threshold).astype("int64")}

    def accuracy(self, parts: Iterable[pd.DataFrame], coded: Sequence[Levels] = ()) -> float:
        """Return the share of rows that are predicted right, of which each part holds some.

        parts: (n_rows, n_features + 1), normalized features and in the last column the target, 0 or 1. coded: the
        categories that they have as codes.
        """
        right = [(int((self.predict(part, coded)["predicted"] == part.iloc[:, -1]).sum()), len(part)) for part in parts]
        correct, rows = np.sum(right, axis=0)
        return float(correct / rows)

    def outside(self, rows: pd.DataFrame, beyond: float = 0.0) -> pd.DataFrame:
        """Return for each value in `rows`, as it comes, whether it is out of the training range.

        beyond: of a number, by more than this share of its range. A gap is where it is a category and no training row
        has it.
        """
        limits = self.training_range.items()
        return pd.DataFrame({name: _outside(rows[name], one, beyond) for name, one in limits}, index=rows.index)

    def content(self) -> dict[str, Any]:
        """Return what is written to model.json."""
        return asdict(self)

    def in_words(self) -> list[str]:
        """Return each coefficient and the intercept, a line each: normalized, and in the table's own units."""
        slopes, intercept = self.original_units["coefficients"], self.original_units["intercept"]
        every = {name: (value, slopes[name]) for name, value in self.coefficients.items()}
        every["intercept"] = (self.intercept, intercept)
        return [f"  {name:20} {normalized:12.7g} {original:12.7g}" for name, (normalized, original) in every.items()]


@dataclass(frozen=True)
class Model:
    """What makes predictions of rows as they come: they are prepared, scaled and classified."""

    preparation: Preparation
    scaler: Scaler
    classifier: Classifier

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Return the model whose scaler.json and model.json lie in `folder`, as in models/NAME."""
        written, classifier = (files.read_json(folder / name) for name in ("scaler.json", "model.json"))
        return cls(preparation.read(written), Scaler.read(written), Classifier(**classifier))

    def contents(self) -> dict[str, dict[str, Any]]:
        """Return what is written to each of its two files."""
        return {"scaler.json": self.preparation.content(self.scaler), "model.json": self.classifier.content()}

    @property
    def large(self) -> bool:
        """Whether a large table has trained it."""
        return blocks.is_large(self.classifier.rows, len(self.preparation.columns))

    @property
    def coded(self) -> list[Levels]:
        """The categories that its normalized tables have as codes: those of a model that large ones have trained."""
        return levels.of(self.preparation.columns, self.classifier.rows, self.scaler)

    @property
    def held(self) -> list[str]:
        """The columns that its normalized tables have."""
        return levels.held(self.classifier.features, self.coded)

    def predict(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Return log_odds, probability and predicted (1: positive, or 0) of each row, features as they come."""
        normalized = levels.normalized(rows, self.preparation, self.scaler, coded := self.coded)
        return self.classifier.predict(normalized, coded)


def of_fit(regression: Any, rows: int, original: Table, scaler: Scaler, settings: ModelSettings) -> Classifier:
    """Return the classifier that a fitted LogisticRegression stands for.

    rows: how many it was fitted on, normalized by `scaler`. original: their columns, features in the table's own units,
    labels. settings: C and the threshold are numbers.
    """
    features = list(scaler.center)
    coefficients = fitted(features, regression.coef_[0])
    intercept = significant(regression.intercept_[0], FITTED)
    slopes = {name: value / scaler.scale[name] for name, value in coefficients.items()}
    shift = sum(slope * scaler.center[name] for name, slope in slopes.items())
    plain = {"coefficients": fitted(slopes, slopes.values()), "intercept": significant(intercept - shift, FITTED)}
    return Classifier(
        features=features,
        coefficients=coefficients,
        intercept=intercept,
        original_units=plain,
        classes=labels.classes(original[settings.target], settings.positive),
        threshold=float(settings.threshold),
        settings=settings.train.model_dump(exclude={"tune"}),
        iterations=int(regression.n_iter_[0]),
        rows=rows,
        training_range={name: seen(original[name], settings.column(name)) for name in settings.features},
    )


def seen(column: pd.Series, how: ColumnSettings) -> dict[str, Any]:
    """Return the least and the greatest number of a feature, or all its values where it is of another kind.

    Where a gap is a category, also whether there are gaps.
    """
    match how.kind:
        case "number":
            return {"least": column.min().item(), "greatest": column.max().item()}
        case "boolean":
            return {"values": sorted(map(bool, column.dropna().unique()))}
        case _:
            gaps = {"gaps": bool(column.isna().any())} if how.missing == "category" else {}
            return {"values": sorted(column.dropna().unique())} | gaps


def _outside(column: pd.Series, limits: dict[str, Any], beyond: float = 0.0) -> pd.Series:
    if "values" in limits:
        return ~column.isin(limits["values"]) & (column.notna() | (not limits.get("gaps", True)))
    least, greatest = limits["least"], limits["greatest"]
    room = beyond * greatest - beyond * least  # the range itself may be no number
    return ~column.between(least - room, greatest + room) & column.notna()
