"""A scaler and a classifier as numbers one can read, and the scikit-learn objects they stand for."""

from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import FixedThresholdClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler

from passage.digits import FITTED, PREDICTED, fitted, significant
from passage.labels import Label
from passage.preparation import Preparation

PLAIN_THRESHOLD = 0.5  # where LogisticRegression.predict decides by itself


@dataclass(frozen=True)
class Scaler:
    """What is taken from each feature and what it is divided by: (value - center) / scale, in the table's own units."""

    method: str
    center: dict[str, float]
    scale: dict[str, float]

    @classmethod
    def read(cls, written: dict[str, Any]) -> Self:
        """Return the scaler in the content of a scaler.json."""
        return cls(written["method"], written["center"], written["scale"])

    def transform(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Return `rows` (n_rows, n_features), in the table's own units, normalized (no unit)."""
        features = list(self.center)
        if rows.empty:  # which scikit-learn refuses
            return rows[features].astype(float)
        normalized = self.transformer().transform(rows[features].astype(float))
        return pd.DataFrame(normalized, columns=features, index=rows.index)

    def content(self) -> dict[str, Any]:
        """Return what is written to scaler.json."""
        return asdict(self)

    def transformer(self) -> StandardScaler | MinMaxScaler:
        """Return scikit-learn's fitted scaler with these numbers."""
        center, scale = (np.array(list(numbers.values())) for numbers in (self.center, self.scale))
        if self.method == "minmax":
            transformer = MinMaxScaler()
            transformer.data_min_, transformer.data_max_, transformer.data_range_ = center, center + scale, scale
            transformer.scale_, transformer.min_ = 1 / scale, -center / scale
        else:
            transformer = StandardScaler()
            transformer.mean_, transformer.scale_, transformer.var_ = center, scale, scale**2
        transformer.feature_names_in_ = np.array(list(self.center), dtype=object)
        transformer.n_features_in_ = len(self.center)
        return transformer


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

    def predict(self, normalized: pd.DataFrame) -> pd.DataFrame:
        """Return log_odds, probability and predicted (1: positive, or 0) for each row of normalized features."""
        log_odds = probability = np.empty(0)  # scikit-learn refuses to predict no rows
        if not normalized.empty:
            regression, rows = self.regression(), normalized[self.features].to_numpy()
            log_odds, probability = regression.decision_function(rows), regression.predict_proba(rows)[:, 1]
        predictions = pd.DataFrame({"log_odds": log_odds, "probability": probability}, index=normalized.index)
        predictions = predictions.map(significant, digits=PREDICTED)
        return predictions.assign(predicted=(predictions["probability"] >= self.threshold).astype("int64"))

    def outside(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Return for each value in `rows`, as it comes, whether it is out of the training range; a gap is not."""
        limits = self.training_range.items()
        return pd.DataFrame({name: _outside(rows[name], one) for name, one in limits}, index=rows.index)

    def regression(self) -> LogisticRegression:
        """Return scikit-learn's fitted LogisticRegression with these numbers."""
        regression = LogisticRegression(**estimator_settings(self.settings))
        regression.coef_ = np.array([[self.coefficients[name] for name in self.features]])
        regression.intercept_ = np.array([self.intercept])
        regression.classes_ = np.array(self.classes)
        regression.n_iter_ = np.array([self.iterations], dtype=np.int32)
        regression.n_features_in_ = len(self.features)
        return regression

    def content(self) -> dict[str, Any]:
        """Return what is written to model.json."""
        return asdict(self)


def seen(column: pd.Series, kind: str) -> dict[str, Any]:
    """Return the least and the greatest number of a feature, or all its values where it is of another kind."""
    match kind:
        case "number":
            return {"least": column.min().item(), "greatest": column.max().item()}
        case "boolean":
            return {"values": sorted(map(bool, column.dropna().unique()))}
        case _:
            return {"values": sorted(column.dropna().unique())}


def _outside(column: pd.Series, limits: dict[str, Any]) -> pd.Series:
    if "values" in limits:
        return ~column.isin(limits["values"]) & column.notna()
    return ~column.between(limits["least"], limits["greatest"]) & column.notna()


def estimator_settings(settings: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments of LogisticRegression for the settings under `train` (model.json writes infinity "inf")."""
    return {
        "C": float(settings["C"]),
        "l1_ratio": settings["l1_ratio"],
        "solver": settings["solver"],
        "tol": settings["tol"],
        "max_iter": settings["max_iter"],
        "random_state": settings["seed"],
        "class_weight": settings["class_weight"],
    }


def original_units(coefficients: dict[str, float], intercept: float, scaler: Scaler) -> dict[str, Any]:
    """Return coefficients and intercept of the same regression on features that are not normalized."""
    slopes = {name: value / scaler.scale[name] for name, value in coefficients.items()}
    shift = sum(slope * scaler.center[name] for name, slope in slopes.items())
    return {
        "coefficients": fitted(slopes, slopes.values()),
        "intercept": significant(intercept - shift, FITTED),
    }


def pipeline(preparation: Preparation, scaler: Scaler, classifier: Classifier) -> Pipeline:
    """Return the scikit-learn Pipeline of all three: rows as they come in, labels at the threshold out."""
    regression = classifier.regression()
    final = regression
    if classifier.threshold != PLAIN_THRESHOLD:
        positive = classifier.classes[1]
        final = FixedThresholdClassifier(regression, threshold=classifier.threshold, pos_label=positive)
        final.estimator_ = regression
    scaling = scaler.transformer()
    if preparation.plain:
        return Pipeline([("scaler", scaling), ("regression", final)])
    del scaling.feature_names_in_  # a table of numbers comes from the preparation
    return Pipeline([("preparation", preparation.transformer()), ("scaler", scaling), ("regression", final)])
