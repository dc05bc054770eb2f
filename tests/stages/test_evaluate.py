"""How good a model is, against scikit-learn and by hand."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit
from sklearn import metrics

from stages.evaluate import evaluate, log_loss

ROWS = pd.DataFrame({"actual": [0, 0, 1, 1, 1], "predicted": [0, 1, 1, 1, 0], "log_odds": [-2.0, 0.5, 1.0, 3.0, -0.2]})


def test_the_numbers_are_scikit_learns() -> None:
    found = evaluate(ROWS)
    assert found["accuracy"] == metrics.accuracy_score(ROWS["actual"], ROWS["predicted"])
    assert found["log_loss"] == pytest.approx(metrics.log_loss(ROWS["actual"], expit(ROWS["log_odds"])), rel=1e-9)
    counts = ("true_negatives", "false_positives", "false_negatives", "true_positives")
    assert [found[name] for name in counts] == [1, 1, 1, 2]


def test_one_class_alone_among_the_test_rows_is_counted_right() -> None:
    found = evaluate(ROWS[ROWS["actual"] == 1])
    assert [found["true_negatives"], found["false_positives"]] == [0, 0]
    assert found["accuracy"] == pytest.approx(2 / 3)


def test_a_sure_and_wrong_prediction_costs_its_log_odds() -> None:
    assert log_loss(pd.Series([0]), pd.Series([505.0])) == pytest.approx(505.0)
    assert np.isfinite(log_loss(pd.Series([1]), pd.Series([-1e6])))


def test_four_of_five_is_anywhere_from_28_to_99_percent() -> None:
    four_of_five = ROWS.assign(predicted=[0, 0, 1, 1, 0])
    found = evaluate(four_of_five)
    assert [found["accuracy"], found["accuracy_low"], found["accuracy_high"]] == pytest.approx(
        [0.8, 0.2835821, 0.9949492], abs=1e-7
    )
