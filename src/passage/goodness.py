"""How good predictions are, measured against what became of the students."""

import math

import numpy as np
import pandas as pd
from sklearn import metrics

from passage import intervals
from passage.digits import FITTED, significant


def log_loss(actual: pd.Series | np.ndarray, log_odds: pd.Series | np.ndarray) -> float:
    """Return the mean of -log(probability of what happened), in nats.

    From log-odds, since a probability that rounds to 1 has lost how wrong it was: -log p = log(1 + exp(-log-odds)).
    """
    return float(np.logaddexp(0, np.where(actual == 1, -log_odds, log_odds)).mean())


def measures(predictions: pd.DataFrame, usual: int, confidence: float) -> dict[str, float]:
    """Return the measures of `predictions` (n_rows > 0): actual, log_odds, probability, predicted.

    What is undefined is absent from the result.
    usual: the more frequent class of the training rows, which the baseline always predicts. confidence: how often the
    interval of the accuracy is to hold the truth, given rows that are independent of each other.
    """
    actual = predictions["actual"]
    counts = np.bincount(2 * actual + predictions["predicted"], minlength=4)
    were, said = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])  # of so many rows each, which say as much as all rows
    low, high = intervals.accuracy(int(counts[were == said].sum()), len(predictions), confidence)
    both = actual.nunique() == 2
    precision, recall, f1, _ = metrics.precision_recall_fscore_support(
        were, said, average="binary", zero_division=np.nan, sample_weight=counts
    )
    numbers = {
        "accuracy": metrics.accuracy_score(were, said, sample_weight=counts),
        "accuracy_low": low,
        "accuracy_high": high,
        "baseline_accuracy": float((actual == usual).mean()),
        "balanced_accuracy": metrics.balanced_accuracy_score(were, said, sample_weight=counts) if both else math.nan,
        "precision": precision,
        "recall": recall,
        "f1": f1,
        "log_loss": log_loss(actual, predictions["log_odds"]),
        "brier": float(((predictions["probability"] - actual) ** 2).mean()),
        "roc_auc": metrics.roc_auc_score(actual, predictions["log_odds"]) if both else math.nan,
    }
    names = ("true_negatives", "false_positives", "false_negatives", "true_positives")
    defined = {name: significant(value, FITTED) for name, value in numbers.items() if not math.isnan(value)}
    return defined | dict(zip(names, counts.tolist(), strict=True))
