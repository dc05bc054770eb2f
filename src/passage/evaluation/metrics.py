"""How good predictions are, measured against what became of the students."""

import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import binomtest
from sklearn import metrics

from passage.base.rounding import FITTED, significant
from passage.params.labels import Label, written

TOGETHER = 2**20  # rows


def log_loss(actual: pd.Series | np.ndarray, log_odds: pd.Series | np.ndarray) -> float:
    """Return the mean of -log(probability of what happened), in nats.

    From log-odds, since a probability that rounds to 1 has lost how wrong it was: -log p = log(1 + exp(-log-odds)).
    """
    return _mean(lambda was, odds: np.logaddexp(0, np.where(was == 1, -odds, odds)), actual, log_odds)


def _mean(of_each: Callable[[np.ndarray, np.ndarray], np.ndarray], *columns: pd.Series | np.ndarray) -> float:
    """Return the mean of what `of_each` makes of some rows of two columns after the other."""
    one, other = map(np.asarray, columns)
    sums = (of_each(one[s : s + TOGETHER], other[s : s + TOGETHER]).sum() for s in range(0, len(one), TOGETHER))
    return float(sum(sums) / len(one))


def roc_auc(actual: np.ndarray, log_odds: np.ndarray) -> float:
    """Return how often a row of class 1 has greater log-odds than one of class 0; as great counts half.

    As scikit-learn's roc_auc_score has it, with an eighth of its memory.
    """
    yes, no = log_odds[actual == 1], np.sort(log_odds[actual == 0])
    yes.sort()
    below = int(np.searchsorted(no, yes).sum()) + int(np.searchsorted(no, yes, "right").sum())
    return below / (2 * len(yes) * len(no))


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
    both, share = actual.nunique() == 2, float(actual.mean())
    precision, recall, f1, _ = metrics.precision_recall_fscore_support(
        were, said, average="binary", zero_division=np.nan, sample_weight=counts
    )
    numbers = {
        "accuracy": metrics.accuracy_score(were, said, sample_weight=counts),
        "accuracy_low": low,
        "accuracy_high": high,
        "baseline_accuracy": max(share, 1 - share) if prevalence == 0.5 else share if prevalence > 0.5 else 1 - share,
        "balanced_accuracy": metrics.balanced_accuracy_score(were, said, sample_weight=counts) if both else math.nan,
        "precision": precision,
        "recall": recall,
        "f1": f1,
        "log_loss": log_loss(actual, predictions["log_odds"]),
        "baseline_log_loss": log_loss(actual, np.full(len(actual), math.log(prevalence / (1 - prevalence)))),
        "brier": _mean(lambda was, probability: (probability - was) ** 2, actual, predictions["probability"]),
        "roc_auc": roc_auc(actual.to_numpy(), predictions["log_odds"].to_numpy()) if both else math.nan,
    }
    names = ("true_negatives", "false_positives", "false_negatives", "true_positives")
    defined = {name: significant(value, FITTED) for name, value in numbers.items() if not math.isnan(value)}
    return defined | dict(zip(names, counts.tolist(), strict=True))


def summary(metrics: Mapping[str, Any]) -> list[str]:
    """Return accuracy and log loss of the test rows and of the cross-validation, a line each."""
    lines = []
    for part in ("test", "cross_validation"):
        told = [f"{key} {metrics[part][key]:.3g}" for key in ("accuracy", "log_loss") if part in metrics]
        lines.append(f"{part}: {', '.join(told) or 'none'}")
    return lines + [f"warning: {caution['sentence']}" for caution in metrics["cautions"]]


def read_predictions(path: Path, both: Sequence[Label]) -> pd.DataFrame:
    """Return actual and predicted (0 or 1), log_odds and probability of each row in a CSV of predictions."""
    import pyarrow as pa
    import pyarrow.csv as pc

    kinds = {"actual": pa.string(), "predicted": pa.string(), "log_odds": pa.float64(), "probability": pa.float64()}
    found: dict[str, list[np.ndarray]] = {name: [np.empty(0)] for name in ("log_odds", "probability")}
    found |= {name: [np.empty(0, dtype="int8")] for name in ("actual", "predicted")}
    for part in pc.open_csv(
        path,
        parse_options=pc.ParseOptions(newlines_in_values=True),
        convert_options=pc.ConvertOptions(column_types=kinds, include_columns=list(kinds)),
    ):
        for name in kinds:
            column = part[name]
            is_one = pa.types.is_string(column.type)
            values = pa.compute.equal(column, written(both[1])).cast("int8") if is_one else column
            found[name].append(values.to_numpy(zero_copy_only=False))
    return pd.DataFrame({name: np.concatenate(found.pop(name)) for name in kinds}, copy=False)


def accuracy_interval(correct: int, rows: int, level: float) -> tuple[float, float]:
    """Return between which accuracies `correct` of `rows` independent test rows is no surprise at `level`.

    The exact interval of Clopper and Pearson (1934), The use of confidence or fiducial limits illustrated in the case
    of the binomial, Biometrika 26:404-413: it holds the truth at least as often as `level` says.
    """
    interval = binomtest(correct, rows).proportion_ci(level, method="exact")
    return float(interval.low), float(interval.high)
