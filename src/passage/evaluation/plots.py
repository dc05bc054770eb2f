"""The rows of data behind each plot, for `dvc plots` and for the pictures.

Where rows are many, a plot holds some of them: no viewer shows a million, and no reader sees them.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from passage.base.rounding import PREDICTED, centered, significant
from passage.model import design, tuning
from passage.model.classifier import Classifier
from passage.model.scaler import Scaler

POINTS = 200  # of a curve
STEPS = 50  # along a feature
FEATURES = 12  # that are drawn one by one
ROWS_A_BIN = 5  # at least, where probabilities are binned
BINS = 10


def sample(rows: pd.DataFrame, most: int) -> pd.DataFrame:
    """Return `rows`, or `most` of them drawn by chance, always the same ones."""
    return rows if len(rows) <= most else rows.sample(most, random_state=0).sort_index()


def roc(predictions: pd.DataFrame) -> pd.DataFrame:
    """Return false_positive_rate and true_positive_rate, at most POINTS rows; none where one class is alone."""
    if predictions["actual"].nunique() < 2:
        return pd.DataFrame({"false_positive_rate": [], "true_positive_rate": []}, dtype=float)
    false, true = roc_corners(predictions["actual"].to_numpy(), predictions["log_odds"].to_numpy())
    kept = np.unique(np.linspace(0, len(false) - 1, POINTS).round().astype(int))
    return _rounded({"false_positive_rate": false[kept] / false[-1], "true_positive_rate": true[kept] / true[-1]})


def roc_corners(actual: np.ndarray, log_odds: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return how many rows of class 0, and of class 1, have log-odds of at least so much, where the ROC curve turns.

    The points of scikit-learn's roc_curve, as counts, with a fifth of its memory.
    """
    order = np.argsort(log_odds, kind="stable")[::-1]
    ones, falling = np.cumsum(actual[order], dtype=np.int32), log_odds[order]
    del order
    ends = np.append(np.flatnonzero(falling[1:] != falling[:-1]), len(falling) - 1).astype(np.int32)
    del falling
    true = ones[ends]
    false = ends + 1 - true
    turns = np.ones(len(ends), dtype=bool)
    if len(ends) > 2:
        turns[1:-1] = (np.diff(false, 2) != 0) | (np.diff(true, 2) != 0)
    return np.append(0, false[turns]), np.append(0, true[turns])


def calibration(actual: np.ndarray, probability: np.ndarray) -> pd.DataFrame:
    """Return probability and share (of class 1) of bins of rows with like probabilities, and how many rows each has.

    actual, probability: (n_rows,), each row's probability from a model that has not seen it. At most BINS bins, of at
    least ROWS_A_BIN rows where these are not ties.
    """
    if not len(actual):
        return pd.DataFrame({"probability": [], "share": [], "rows": []}, dtype=float)
    bins = int(np.clip(len(actual) // ROWS_A_BIN, 1, BINS))
    edges = np.percentile(probability, np.linspace(0, 100, bins + 1))  # as scikit-learn's calibration_curve has them
    place = np.searchsorted(edges[1:-1], probability)
    rows = pd.DataFrame({"probability": probability, "share": actual, "rows": 1}).groupby(place)
    means = rows[["probability", "share"]].mean()
    return _rounded({name: means[name].to_numpy() for name in ("probability", "share")}).assign(
        rows=rows["rows"].sum().to_numpy()
    )


def curves(classifier: Classifier, scaler: Scaler, means: pd.Series, columns: Sequence[design.Column]) -> pd.DataFrame:
    """Return feature, value and probability along each number's training range, all else at its training mean.

    means: of each of the `columns` of a design table. Of more than FEATURES numbers, those with the greatest
    coefficients.
    """
    numbers = [column.name for column in columns if column.kind == "number"]
    greatest = sorted(numbers, key=lambda name: -abs(classifier.coefficients[name]))[:FEATURES]
    none = pd.DataFrame({"value": [], "probability": [], "feature": []})
    along = [_along(name, means, classifier, scaler) for name in numbers if name in greatest]
    return pd.concat(along or [none], ignore_index=True)


def _along(feature: str, means: pd.Series, classifier: Classifier, scaler: Scaler) -> pd.DataFrame:
    limits = classifier.training_range[feature]
    values = np.linspace(limits["least"], limits["greatest"], STEPS + 1)
    rows = pd.DataFrame([means] * len(values)).reset_index(drop=True).assign(**{feature: values})
    probability = classifier.predict(scaler.transform(rows))["probability"]
    reach = limits["greatest"] - limits["least"]
    exact = [centered(value, reach, PREDICTED) for value in values]
    return pd.DataFrame({"value": exact, "probability": probability.to_numpy(), "feature": feature})


def coefficients(odds: Mapping[str, Any]) -> pd.DataFrame:
    """Return feature, and the odds ratios of metrics/NAME.json for one standard deviation more, or 1 instead of 0."""
    steps = {
        feature: "per_unit" if "against" in ratios else "per_standard_deviation" for feature, ratios in odds.items()
    }
    return pd.DataFrame([{"feature": feature, **odds[feature][step]} for feature, step in steps.items()])


def strongest(odds_ratios: pd.DataFrame) -> pd.DataFrame:
    """Return those FEATURES rows of `coefficients` whose odds ratio is furthest from 1."""
    furthest = np.log(odds_ratios["odds_ratio"]).abs().nlargest(FEATURES)
    return odds_ratios[odds_ratios.index.isin(furthest.index)]


def thresholds(actual: np.ndarray, probability: np.ndarray) -> pd.DataFrame:
    """Return threshold, accuracy, precision and recall.

    Precision is missing where no row reaches the threshold, recall where no row is of class 1.
    actual, probability: (n_rows,), each row's probability from a model that has not seen it.
    """
    if not len(actual):
        return pd.DataFrame({"threshold": [], "accuracy": [], "precision": [], "recall": []}, dtype=float)
    order = np.sort(probability)
    passed = np.sort(probability[actual == 1])
    predicted = len(order) - np.searchsorted(order, tuning.THRESHOLDS)
    right = len(passed) - np.searchsorted(passed, tuning.THRESHOLDS)
    wrong = predicted - right
    negatives = len(order) - len(passed)
    with np.errstate(invalid="ignore"):
        precision, recall = right / predicted, right / len(passed)
    return _rounded(
        {
            "threshold": np.array(tuning.THRESHOLDS),
            "accuracy": (right + negatives - wrong) / len(order),
            "precision": precision,
            "recall": recall,
        }
    )


def written(value: float) -> float:
    """Return `value` with the digits that are the same everywhere."""
    return significant(value, PREDICTED)


def _rounded(columns: Mapping[str, np.ndarray]) -> pd.DataFrame:
    return pd.DataFrame(columns).map(written)
