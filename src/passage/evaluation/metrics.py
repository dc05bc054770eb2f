"""How good predictions are, measured against what became of the students."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import binomtest
from sklearn import metrics

from passage.base.rounding import FITTED, significant
from passage.params.labels import Label, written


def log_loss(actual: pd.Series | np.ndarray, log_odds: pd.Series | np.ndarray) -> float:
    """Return the mean of -log(probability of what happened), in nats.

    From log-odds, since a probability that rounds to 1 has lost how wrong it was: -log p = log(1 + exp(-log-odds)).
    """
    return float(np.logaddexp(0, np.where(actual == 1, -log_odds, log_odds)).mean())


def measures(predictions: pd.DataFrame, prevalence: float, confidence: float) -> dict[str, float]:
    """Return the measures of `predictions`: actual, log_odds, probability, predicted.

    What is undefined is absent from the result: of no rows, everything.
    prevalence: the share of class 1 among the training rows. The baseline of the accuracy always predicts their more
    frequent class, of two as frequent the better one; that of the log loss gives each row this share.
    confidence: how often the interval of the accuracy is to hold the truth, given rows that are independent of each
    other.
    """
    if predictions.empty:
        return {}
    actual = predictions["actual"]
    counts = np.bincount(2 * actual + predictions["predicted"], minlength=4)
    were, said = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])  # of so many rows each, which say as much as all rows
    low, high = accuracy_interval(int(counts[were == said].sum()), len(predictions), confidence)
    both = actual.nunique() == 2
    precision, recall, f1, _ = metrics.precision_recall_fscore_support(
        were, said, average="binary", zero_division=np.nan, sample_weight=counts
    )
    numbers = {
        "accuracy": metrics.accuracy_score(were, said, sample_weight=counts),
        "accuracy_low": low,
        "accuracy_high": high,
        "baseline_accuracy": baseline_accuracy(float(actual.mean()), prevalence),
        "balanced_accuracy": metrics.balanced_accuracy_score(were, said, sample_weight=counts) if both else math.nan,
        "precision": precision,
        "recall": recall,
        "f1": f1,
        "log_loss": log_loss(actual, predictions["log_odds"]),
        "baseline_log_loss": log_loss(actual, np.full(len(actual), math.log(prevalence / (1 - prevalence)))),
        "brier": float(((predictions["probability"] - actual) ** 2).mean()),
        "roc_auc": metrics.roc_auc_score(actual, predictions["log_odds"]) if both else math.nan,
    }
    names = ("true_negatives", "false_positives", "false_negatives", "true_positives")
    defined = {name: significant(value, FITTED) for name, value in numbers.items() if not math.isnan(value)}
    return defined | dict(zip(names, counts.tolist(), strict=True))


def baseline_accuracy(share: float, prevalence: float) -> float:
    """Return how often the training rows' more frequent class is right; of two as frequent, the better one.

    share, prevalence: of class 1 among the rows that are predicted and among those that train.
    """
    return max(share, 1 - share) if prevalence == 0.5 else share if prevalence > 0.5 else 1 - share


def summary(metrics: Mapping[str, Any]) -> list[str]:
    """Return accuracy and log loss of the test rows and of the cross-validation, a line each."""
    lines = []
    for part in ("test", "cross_validation"):
        told = [f"{key} {metrics[part][key]:.3g}" for key in ("accuracy", "log_loss") if part in metrics]
        lines.append(f"{part}: {', '.join(told) or 'none'}")
    return lines + [f"warning: {caution['sentence']}" for caution in metrics["cautions"]]


def read_predictions(path: Path, both: Sequence[Label]) -> "pd.DataFrame":
    """Return actual and predicted (0 or 1), log_odds and probability of each row in a CSV of predictions."""
    import pyarrow as pa
    import pyarrow.csv as pc

    kinds = {"actual": pa.string(), "predicted": pa.string(), "log_odds": pa.float64(), "probability": pa.float64()}
    rows: pd.DataFrame = pc.read_csv(
        path,
        parse_options=pc.ParseOptions(newlines_in_values=True),
        convert_options=pc.ConvertOptions(column_types=kinds, include_columns=list(kinds)),
    ).to_pandas()
    return rows.assign(**{name: (rows[name] == written(both[1])).astype("int64") for name in ("actual", "predicted")})


def accuracy_interval(correct: int, rows: int, level: float) -> tuple[float, float]:
    """Return between which accuracies `correct` of `rows` independent test rows is no surprise at `level`.

    The exact interval of Clopper and Pearson (1934), The use of confidence or fiducial limits illustrated in the case
    of the binomial, Biometrika 26:404-413: it holds the truth at least as often as `level` says.
    """
    interval = binomtest(correct, rows).proportion_ci(level, method="exact")
    return float(interval.low), float(interval.high)
