"""Say how good one model is: on its test rows, on its training rows, and by cross-validation over both."""

from typing import Any

import pandas as pd
from sklearn.metrics import accuracy_score

from passage import files, params
from passage.classifier import Classifier
from passage.digits import FITTED, significant
from passage.goodness import measures
from passage.paths import Lane
from passage.validation import cross_validation


def main(name: str) -> None:
    """Write metrics/NAME.json, and plots/NAME/confusion.csv for `dvc plots`; print what matters most."""
    lane, settings = Lane(name), params.load().model(name)
    classifier = Classifier(**files.read_json(lane.model))
    normalized, predictions = pd.read_parquet(lane.normalized_train), pd.read_csv(lane.predictions)
    train, test = pd.read_parquet(lane.split_train), pd.read_parquet(lane.split_test)
    passed = train[settings.target]
    usual = int(passed.mode()[0])
    validated, cautions = cross_validation(pd.concat([train, test], ignore_index=True), settings)
    # What is undefined is absent: there is no accuracy on no rows.
    metrics: dict[str, Any] = {
        "rows": {"train": len(train), "test": len(test)},
        **({} if test.empty else {"test": measures(predictions, usual, settings.evaluate.confidence)}),
        "train": {"accuracy": significant(accuracy_score(passed, classifier.predict(normalized)["predicted"]), FITTED)},
        **({"cross_validation": validated} if validated else {}),
        "coefficients": classifier.coefficients,
        "intercept": classifier.intercept,
    }
    files.write_json(lane.metrics, metrics)
    files.write_csv(lane.confusion, predictions[["actual", "predicted"]])
    for line in (*in_words(metrics, settings.evaluate.confidence), *(f"warning: {caution}" for caution in cautions)):
        print(f"{name}: {line}")


def in_words(metrics: dict[str, Any], confidence: float) -> list[str]:
    """Return the accuracies in one line, and one for what each feature is worth."""
    test, validated, rows = metrics.get("test"), metrics.get("cross_validation"), sum(metrics["rows"].values())
    parts = ["no test rows"]
    if test:
        interval = f"({confidence * 100:g} %: {test['accuracy_low']:.2f} to {test['accuracy_high']:.2f})"
        parts = [f"test accuracy {test['accuracy']} {interval}", f"baseline {test['baseline_accuracy']}"]
    parts.append(f"training accuracy {metrics['train']['accuracy']}")
    if not validated:
        return [", ".join(parts)]
    spread = f"({validated['accuracy_least']:.3g} to {validated['accuracy_greatest']:.3g} over the repeats)"
    return [
        ", ".join(parts),
        f"cross-validated accuracy {validated['accuracy']:.3g} {spread} on all {rows} rows",
        *(
            f"without {feature} the cross-validated log loss changes by {one['difference']:+.3g} "
            f"({one['difference_least']:+.3g} to {one['difference_greatest']:+.3g} over the repeats)"
            for feature, one in validated["without"].items()
        ),
    ]
