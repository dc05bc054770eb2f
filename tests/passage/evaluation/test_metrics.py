"""How good predictions are, against scikit-learn and by hand."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit
from sklearn import metrics

from passage.evaluation.metrics import log_loss, measures

ROWS = pd.DataFrame({"actual": [0, 0, 1, 1, 1], "predicted": [0, 1, 1, 1, 0], "log_odds": [-2.0, 0.5, 1.0, 3.0, -0.2]})
ROWS["probability"] = expit(ROWS["log_odds"])


def test_the_numbers_are_scikit_learns() -> None:
    found = measures(ROWS, 0.6, 0.95)
    actual, predicted, probability = ROWS["actual"], ROWS["predicted"], ROWS["probability"]
    expected = {
        "accuracy": metrics.accuracy_score(actual, predicted),
        "balanced_accuracy": metrics.balanced_accuracy_score(actual, predicted),
        "precision": metrics.precision_score(actual, predicted),
        "recall": metrics.recall_score(actual, predicted),
        "f1": metrics.f1_score(actual, predicted),
        "log_loss": metrics.log_loss(actual, probability),
        "brier": metrics.brier_score_loss(actual, probability),
        "roc_auc": metrics.roc_auc_score(actual, probability),
        "baseline_accuracy": 0.6,
        "baseline_log_loss": metrics.log_loss(actual, np.full(5, 0.6)),
    }
    assert {name: found[name] for name in expected} == pytest.approx(expected, rel=1e-9)
    counts = ("true_negatives", "false_positives", "false_negatives", "true_positives")
    assert [found[name] for name in counts] == [1, 1, 1, 2]


@pytest.mark.parametrize("together", [1, 2, 5])
def test_the_log_loss_of_rows_that_are_looked_at_some_after_the_other_is_that_of_all(
    monkeypatch: pytest.MonkeyPatch, together: int
) -> None:
    monkeypatch.setattr("passage.evaluation.metrics.TOGETHER", together)
    found = log_loss(ROWS["actual"], ROWS["log_odds"])
    assert found == pytest.approx(metrics.log_loss(ROWS["actual"], ROWS["probability"]), rel=1e-12)


def test_what_is_undefined_is_absent() -> None:
    passed = measures(ROWS[ROWS["actual"] == 1], 0.4, 0.95)
    assert not {"roc_auc", "balanced_accuracy"} & set(passed)
    assert [passed["true_negatives"], passed["false_positives"], passed["baseline_accuracy"]] == [0, 0, 0]
    assert passed["accuracy"] == pytest.approx(2 / 3)
    none_predicted = measures(ROWS.assign(predicted=0), 0.6, 0.95)
    assert "precision" not in none_predicted
    assert (none_predicted["recall"], none_predicted["f1"]) == (0, 0)
    failed = measures(ROWS[ROWS["actual"] == 0].assign(predicted=0), 0.6, 0.95)
    assert not {"precision", "recall", "f1"} & set(failed)


def test_of_two_classes_as_frequent_the_baseline_has_the_better_one() -> None:
    assert (
        measures(ROWS, 0.5, 0.95)["baseline_accuracy"]
        == measures(ROWS.assign(actual=1 - ROWS["actual"]), 0.5, 0.95)["baseline_accuracy"]
    )
    assert measures(ROWS, 0.5, 0.95)["baseline_accuracy"] == 0.6
    assert measures(ROWS, 0.4, 0.95)["baseline_accuracy"] == 0.4
    assert measures(ROWS.iloc[:0], 0.5, 0.95) == {}


def test_a_sure_and_wrong_prediction_costs_its_log_odds() -> None:
    assert log_loss(pd.Series([0]), pd.Series([505.0])) == pytest.approx(505.0)
    assert np.isfinite(log_loss(pd.Series([1]), pd.Series([-1e6])))


def test_four_of_five_is_anywhere_from_28_to_99_percent_and_less_sure_is_narrower() -> None:
    four_of_five = ROWS.assign(predicted=[0, 0, 1, 1, 0])
    found = measures(four_of_five, 0.6, 0.95)
    assert [found["accuracy"], found["accuracy_low"], found["accuracy_high"]] == pytest.approx(
        [0.8, 0.2835821, 0.9949492], abs=1e-7
    )
    assert measures(four_of_five, 0.6, 0.5)["accuracy_low"] > found["accuracy_low"]
