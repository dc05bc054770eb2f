"""The rows of data behind the plots."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import students
from sklearn import metrics
from sklearn.calibration import calibration_curve

from passage.evaluation import plots
from passage.model.preparation import fit

RANDOM = np.random.default_rng(3)
ACTUAL = RANDOM.integers(0, 2, 400)
PROBABILITY = np.round(np.clip(0.3 * ACTUAL + 0.7 * RANDOM.random(400), 0.01, 0.99), 3)


def predictions(actual: np.ndarray, probability: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "actual": actual,
            "log_odds": np.log(probability / (1 - probability)),
            "predicted": (probability >= 0.5).astype(int),
        }
    )


COLUMNS = fit(students.ROWS, students.lane()).columns


@pytest.mark.parametrize("threshold", [0.02, 0.5, 0.98])
def test_what_a_threshold_comes_to_is_what_scikit_learn_says(threshold: float) -> None:
    table = plots.thresholds(ACTUAL, PROBABILITY)
    found = table[table["threshold"] == threshold].iloc[0]
    predicted = threshold <= PROBABILITY
    assert found["accuracy"] == pytest.approx(metrics.accuracy_score(ACTUAL, predicted), abs=1e-7)
    assert found["recall"] == pytest.approx(metrics.recall_score(ACTUAL, predicted), abs=1e-7)
    assert found["precision"] == pytest.approx(
        metrics.precision_score(ACTUAL, predicted, zero_division=np.nan), abs=1e-7, nan_ok=True
    )


def test_precision_is_missing_where_no_row_reaches_the_threshold() -> None:
    found = plots.thresholds(np.array([0, 1]), np.array([0.1, 0.6]))
    assert found.loc[found["threshold"] > 0.6, "precision"].isna().all()
    assert found.loc[found["threshold"] == 0.6, "precision"].tolist() == [1.0]


def test_recall_is_missing_where_no_row_is_of_class_1() -> None:
    found = plots.thresholds(np.array([0, 0]), np.array([0.1, 0.6]))
    assert found["recall"].isna().all()
    assert found["accuracy"].iloc[-1] == 1


@pytest.mark.parametrize("label", [0, 1])
def test_rows_of_one_class_have_a_share_of_it(label: int) -> None:
    assert plots.calibration(np.full(10, label), PROBABILITY[:10])["share"].tolist() == [label, label]


def test_a_thinned_roc_curve_keeps_its_ends_and_its_area() -> None:
    found = plots.roc(predictions(ACTUAL, PROBABILITY))
    assert len(found) <= plots.POINTS
    assert found.iloc[0].tolist() == [0, 0]
    assert found.iloc[-1].tolist() == [1, 1]
    assert metrics.auc(*found.to_numpy().T) == pytest.approx(metrics.roc_auc_score(ACTUAL, PROBABILITY), abs=0.01)


@pytest.mark.parametrize("digits", [0, 1, 8])
def test_a_roc_curve_turns_where_scikit_learns_does(digits: int) -> None:
    chance = np.random.RandomState(digits)
    actual, log_odds = chance.randint(0, 2, 300), chance.normal(size=300).round(digits)
    false, true = plots.roc_corners(actual.astype("int8"), log_odds)
    theirs = metrics.roc_curve(actual, log_odds)
    assert (false / false[-1]).tolist() == theirs[0].tolist()
    assert (true / true[-1]).tolist() == theirs[1].tolist()


def test_with_one_class_there_is_no_roc_curve() -> None:
    assert plots.roc(predictions(np.ones(3, int), np.array([0.1, 0.5, 0.9]))).empty


def test_bins_of_the_calibration_have_five_rows_at_least_and_are_ten_at_most() -> None:
    assert len(plots.calibration(ACTUAL, PROBABILITY)) == 10
    few = plots.calibration(ACTUAL[:20], PROBABILITY[:20])
    assert len(few) == 4
    assert few["share"].mean() == pytest.approx(ACTUAL[:20].mean())
    assert few["rows"].tolist() == [5, 5, 5, 5]
    many = plots.calibration(ACTUAL, PROBABILITY)
    share, probability = calibration_curve(ACTUAL, PROBABILITY, n_bins=10, strategy="quantile")
    assert many["share"].tolist() == pytest.approx(share)
    assert many["probability"].tolist() == pytest.approx(probability)
    assert many["rows"].sum() == len(ACTUAL)
    assert plots.calibration(np.empty(0), np.empty(0)).empty
    assert plots.thresholds(np.empty(0), np.empty(0)).empty


def test_a_curve_runs_along_each_feature_with_the_others_at_their_mean() -> None:
    scaler, classifier = students.fitted()
    found = plots.curves(classifier, scaler, students.ROWS[students.FEATURES].mean(), COLUMNS)
    hours = found[found["feature"] == "hours"]
    assert (hours["value"].min(), hours["value"].max()) == (0, 19)
    slope, mean = classifier.original_units["coefficients"], students.ROWS[students.FEATURES].mean()
    at_19 = classifier.original_units["intercept"] + slope["hours"] * 19 + slope["courses"] * mean["courses"]
    assert hours["probability"].iloc[-1] == pytest.approx(1 / (1 + np.exp(-at_19)), abs=1e-7)
    assert hours["probability"].is_monotonic_increasing


def test_a_curve_along_years_and_times_has_as_many_places_as_any() -> None:
    rows = students.ROWS.assign(hours=students.ROWS["hours"] + 10**9)
    scaler, _ = students.scaled(rows)
    classifier = replace(students.fitted()[1], training_range={"hours": {"least": 10**9, "greatest": 10**9 + 19}})
    found = plots.curves(classifier, scaler, rows[students.FEATURES].mean(), COLUMNS[:1])
    assert found["value"].nunique() == len(found) == plots.STEPS + 1


def test_a_sample_is_the_same_each_time_and_in_the_tables_order() -> None:
    rows = pd.DataFrame({"a": range(100)})
    one, other = plots.sample(rows, 10), plots.sample(rows, 10)
    assert one.equals(other)
    assert len(one) == 10
    assert one["a"].is_monotonic_increasing
    assert plots.sample(rows, 100) is rows


def test_the_strongest_are_those_furthest_from_one_either_way() -> None:
    ratios = [2.0] + [1.01] * 12 + [0.1]
    found = plots.strongest(pd.DataFrame({"feature": range(14), "odds_ratio": ratios}))
    assert len(found) == plots.FEATURES
    assert {0, 13} <= set(found["feature"])
