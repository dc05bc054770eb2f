"""Cross-validation, against scikit-learn's own."""

import numpy as np
import pandas as pd
import pytest
import students
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.model_selection import RepeatedStratifiedKFold, StratifiedKFold, cross_val_predict, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from passage.validation import cross_validation, held_out

MANY = pd.concat([students.ROWS, students.ROWS.assign(hours=students.ROWS["hours"] * 0.9 + 1)], ignore_index=True)


def test_the_numbers_are_those_of_scikit_learn_with_the_scaler_in_each_fold() -> None:
    found, cautions = cross_validation(MANY, students.lane())
    division = RepeatedStratifiedKFold(n_splits=4, n_repeats=3, random_state=1)
    estimator = make_pipeline(StandardScaler(), LogisticRegression(solver="newton-cholesky", tol=1e-8))
    rows, passed = MANY[students.FEATURES].to_numpy(float), MANY["passed"].to_numpy()
    accuracy = cross_val_score(estimator, rows, passed, cv=division).reshape(3, 4).mean(axis=1)  # folds of equal size
    loss = -cross_val_score(estimator, rows, passed, cv=division, scoring="neg_log_loss").reshape(3, 4).mean(axis=1)
    hours_alone = -cross_val_score(estimator, rows[:, :1], passed, cv=division, scoring="neg_log_loss").reshape(3, 4)
    rises = hours_alone.mean(axis=1) - loss
    assert cautions == {}
    assert [found[f"accuracy{end}"] for end in ("", "_least", "_greatest")] == pytest.approx(
        [accuracy.mean(), accuracy.min(), accuracy.max()], abs=1e-6
    )
    assert [found["log_loss"], found["log_loss_least"]] == pytest.approx([loss.mean(), loss.min()], abs=1e-6)
    assert found["without"]["courses"]["difference"] == pytest.approx(rises.mean(), abs=1e-6)
    assert found["without"]["courses"]["difference_greatest"] == pytest.approx(rises.max(), abs=1e-6)


def test_without_its_only_feature_a_model_knows_the_share_of_each_class() -> None:
    alone = students.lane().model_copy(update={"features": ["hours"]})
    found, _ = cross_validation(MANY, alone)
    shares = [0.5] * 16  # the classes are equally frequent, also in each fold
    assert found["without"]["hours"]["log_loss"] == pytest.approx(log_loss(MANY["passed"], shares), abs=1e-6)


def test_the_threshold_of_the_settings_decides() -> None:
    assert cross_validation(MANY, students.lane(threshold=1.0))[0]["accuracy"] == 0.5


def test_few_rows_of_a_class_give_fewer_folds_and_a_sentence_or_no_cross_validation() -> None:
    three = MANY[(MANY["passed"] == 0) | (np.arange(16) < 5)]
    found, cautions = cross_validation(three, students.lane())
    rarer = int(three["passed"].sum())
    assert (found["folds"], rarer) == (2, 2)
    assert cautions == {"fewer_folds": "the rarer class has 2 rows: 2 folds of the cross-validation instead of 4"}
    one = MANY[(MANY["passed"] == 0) | (np.arange(16) < 2)]
    assert cross_validation(one, students.lane()) == (
        {},
        {"no_cross_validation": "one class has a single row, so there is no cross-validation"},
    )


def test_a_solver_that_stops_short_is_told() -> None:
    _, cautions = cross_validation(MANY, students.lane(solver="lbfgs", max_iter=1, tol=1e-12))
    assert list(cautions) == ["not_converged"]
    assert "the solver warned" in cautions["not_converged"]


def test_held_out_probabilities_are_those_of_scikit_learn_and_none_where_there_are_no_two_folds() -> None:
    estimator = make_pipeline(StandardScaler(), LogisticRegression(solver="newton-cholesky", tol=1e-8))
    rows, passed = MANY[students.FEATURES].to_numpy(float), MANY["passed"].to_numpy()
    division = StratifiedKFold(4, shuffle=True, random_state=1)
    expected = cross_val_predict(estimator, rows, passed, cv=division, method="predict_proba")[:, 1]
    assert held_out(rows, passed, students.lane()) == pytest.approx(expected, abs=1e-7)
    assert len(held_out(rows[:3], np.array([0, 0, 1]), students.lane())) == 0
