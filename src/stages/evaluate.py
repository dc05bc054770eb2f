"""Say how good one model is, on its test rows and on its training rows."""

from typing import Any

import numpy as np
import pandas as pd
from sklearn.metrics import accuracy_score, confusion_matrix

from passage import files, params
from passage.classifier import Classifier
from passage.digits import FITTED, significant
from passage.paths import Lane


def evaluate(predictions: pd.DataFrame) -> dict[str, float]:
    """Return accuracy, log loss (nats) and the confusion counts of `predictions` (n_rows > 0) beside `actual`."""
    actual, predicted = predictions["actual"], predictions["predicted"]
    counts = confusion_matrix(actual, predicted, labels=[0, 1]).ravel().tolist()
    names = ("true_negatives", "false_positives", "false_negatives", "true_positives")
    return {
        "accuracy": significant(accuracy_score(actual, predicted), FITTED),
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
    tested = f"test accuracy {test['test']['accuracy']}" if test else "no test rows"
    print(f"{name}: {tested}, training accuracy {metrics['train']['accuracy']}")
