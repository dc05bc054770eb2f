"""Say how good one model is, on its test rows and on its training rows."""

from typing import Any

import numpy as np
import pandas as pd
from sklearn.metrics import accuracy_score, confusion_matrix

from passage import files, intervals, params
from passage.classifier import Classifier
from passage.digits import FITTED, significant
from passage.paths import Lane


def evaluate(predictions: pd.DataFrame) -> dict[str, float]:
    """Return accuracy with its 95 % interval, log loss (nats) and confusion counts of `predictions` (n_rows > 0)."""
    actual, predicted = predictions["actual"], predictions["predicted"]
    counts = confusion_matrix(actual, predicted, labels=[0, 1]).ravel().tolist()
    names = ("true_negatives", "false_positives", "false_negatives", "true_positives")
    low, high = intervals.accuracy(int((actual == predicted).sum()), len(predictions))
    return {
        "accuracy": significant(accuracy_score(actual, predicted), FITTED),
        "accuracy_low": significant(low, FITTED),
        "accuracy_high": significant(high, FITTED),
        "log_loss": significant(log_loss(actual, predictions["log_odds"]), FITTED),
        **dict(zip(names, counts, strict=True)),
    }


def log_loss(actual: pd.Series, log_odds: pd.Series) -> float:
    """Return the mean of -log(probability of what happened), in nats.

    From log-odds, since a probability that rounds to 1 has lost how wrong it was: -log p = log(1 + exp(-log-odds)).
    """
    return float(np.logaddexp(0, np.where(actual == 1, -log_odds, log_odds)).mean())


def main(name: str) -> None:
    """Write metrics/NAME.json, and plots/NAME/confusion.csv for `dvc plots`; print the accuracies."""
    lane, target = Lane(name), params.load().model(name).target
    classifier = Classifier(**files.read_json(lane.model))
    training = pd.read_parquet(lane.normalized_train)
    predictions = pd.read_csv(lane.predictions)
    train_accuracy = accuracy_score(training[target], classifier.predict(training)["predicted"])
    # What is undefined is absent: there is no accuracy on no rows.
    test = {} if predictions.empty else {"test": evaluate(predictions)}
    metrics: dict[str, Any] = {
        "rows": {"train": len(training), "test": len(predictions)},
        **test,
        "train": {"accuracy": significant(train_accuracy, FITTED)},
        "coefficients": classifier.coefficients,
        "intercept": classifier.intercept,
    }
    files.write_json(lane.metrics, metrics)
    files.write_csv(lane.confusion, predictions[["actual", "predicted"]])
    print(f"{name}: {_in_words(test.get('test'))}, training accuracy {metrics['train']['accuracy']}")


def _in_words(test: dict[str, float] | None) -> str:
    if test is None:
        return "no test rows"
    return f"test accuracy {test['accuracy']} (95 %: {test['accuracy_low']:.2f} to {test['accuracy_high']:.2f})"
