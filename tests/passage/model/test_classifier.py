"""Numbers one can read, and the scikit-learn objects they stand for."""

from dataclasses import asdict, replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler
from students import FEATURES, ROWS, fitted, lane, scaled

from passage.model.classifier import Classifier, Model
from passage.model.pipeline import pipeline, regression, unfitted
from passage.model.preparation import fit
from passage.model.scaler import Scaler
from passage.params.train import Train
from stages import train

_, CLASSIFIER = fitted()


@pytest.mark.parametrize(
    ("method", "by_hand"), [("standard", StandardScaler()), ("minmax", MinMaxScaler()), ("none", None)]
)
def test_the_fit_is_scikit_learns_by_hand(method: str, by_hand: object) -> None:
    scaler, classifier = fitted(method=method)
    steps = [step for step in (by_hand, LogisticRegression(solver="newton-cholesky", tol=1e-8)) if step is not None]
    reference = make_pipeline(*steps).fit(ROWS[FEATURES].to_numpy(), ROWS["passed"])
    assert list(classifier.coefficients.values()) == pytest.approx(reference[-1].coef_[0], abs=1e-8)
    assert classifier.intercept == pytest.approx(reference[-1].intercept_[0], abs=1e-8)
    probability = classifier.predict(scaler.transform(ROWS))["probability"]
    assert probability.to_numpy() == pytest.approx(reference.predict_proba(ROWS[FEATURES].to_numpy())[:, 1], abs=1e-8)


def test_balanced_classes_weigh_as_in_scikit_learn() -> None:
    rows = ROWS.head(6)  # two of them passed
    scaler, normalized = scaled(rows)
    settings = lane(class_weight="balanced")
    found = train.fit(normalized[FEATURES].to_numpy(), rows["passed"], rows, scaler, settings)
    reference = LogisticRegression(class_weight="balanced", tol=1e-10).fit(normalized[FEATURES], rows["passed"])
    assert list(found.coefficients.values()) == pytest.approx(reference.coef_[0], abs=1e-6)
    assert found.intercept == pytest.approx(reference.intercept_[0], abs=1e-6)


@pytest.mark.parametrize("solver", ["sag", "saga"])
def test_the_seed_is_that_of_a_solver_that_draws_rows(solver: str) -> None:
    seeds = [lane(solver=solver, tol=0.1, seed=seed) for seed in (1, 2)]  # each stops where its draws have led it
    first, second = (fitted(settings)[1].coefficients for settings in seeds)
    assert first != second
    reference = LogisticRegression(solver=solver, tol=0.1, max_iter=1000, random_state=2)
    expected = reference.fit(scaled()[1][FEATURES].to_numpy(), ROWS["passed"]).coef_[0]
    assert list(second.values()) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("method", ["standard", "minmax", "none"])
def test_original_units_give_the_same_log_odds_without_the_scaler(method: str) -> None:
    scaler, classifier = fitted(method=method)
    slopes = classifier.original_units["coefficients"]
    by_hand = classifier.original_units["intercept"] + sum(slopes[name] * ROWS[name] for name in FEATURES)
    assert classifier.predict(scaler.transform(ROWS))["log_odds"].to_numpy() == pytest.approx(by_hand, abs=1e-7)


@pytest.mark.parametrize("method", ["standard", "minmax", "none"])
@pytest.mark.parametrize("threshold", [0.5, 0.2, 0.9])
def test_mlflows_pipeline_takes_hours_and_decides_at_the_threshold(method: str, threshold: float) -> None:
    scaler, classifier = fitted(lane(threshold), method)
    predicted = classifier.predict(scaler.transform(ROWS))
    served = pipeline(Model(fit(ROWS, lane()), scaler, classifier))
    assert served.predict(ROWS[FEATURES]).tolist() == predicted["predicted"].tolist()
    assert served.predict_proba(ROWS[FEATURES])[:, 1] == pytest.approx(predicted["probability"].to_numpy(), abs=1e-8)


@given(st.lists(st.tuples(*[st.floats(-1e6, 1e6)] * 2), min_size=1, max_size=9), st.floats(-50, 50))
def test_a_probability_is_the_logistic_function_of_the_log_odds(
    rows: list[tuple[float, float]], intercept: float
) -> None:
    predicted = replace(CLASSIFIER, intercept=intercept).predict(pd.DataFrame(rows, columns=FEATURES))
    expected = 1 / (1 + np.exp(-np.clip(predicted["log_odds"], -700, 700)))
    assert predicted["probability"].to_numpy() == pytest.approx(expected.to_numpy(), rel=1e-6, abs=1e-12)


def test_a_row_is_predicted_positive_from_the_threshold_on() -> None:
    rows = scaled()[1]
    probability = CLASSIFIER.predict(rows)["probability"]
    for threshold in [0.0, *probability, 1.0]:
        predicted = replace(CLASSIFIER, threshold=threshold).predict(rows)["predicted"]
        assert predicted.tolist() == (probability >= threshold).astype(int).tolist()


def test_the_accuracy_is_that_of_all_parts() -> None:
    scaler, classifier = fitted()
    table = scaler.transform(ROWS).assign(passed=ROWS["passed"])
    found = classifier.accuracy([table.head(3), table.iloc[3:]])
    assert 0 < found < 1
    assert found == accuracy_score(ROWS["passed"], classifier.predict(table)["predicted"])


def test_a_gap_is_not_outside_the_training_range() -> None:
    numbers, words = {"least": 0, "greatest": 19}, {"values": ["basic", "plus"]}
    content = fitted()[1].content() | {"training_range": {"hours": numbers, "plan": words}}
    rows = pd.DataFrame({"hours": [np.nan, 0, 20], "plan": pd.Series([None, "gold", "plus"], dtype="str")})
    outside = Classifier(**content).outside(rows)
    assert outside["hours"].tolist() == [False, False, True]
    assert outside["plan"].tolist() == [False, True, False]


def test_what_is_written_reads_back_as_the_same_classifier() -> None:
    scaler, classifier = fitted(method="minmax")
    assert Classifier(**classifier.content()) == classifier
    assert Scaler.read(asdict(scaler)) == scaler


def test_the_training_range_is_the_tables_own_to_the_last_digit() -> None:
    rows = ROWS.assign(hours=ROWS["hours"] + 0.12345678901234)
    scaler, normalized = scaled(rows)
    classifier = train.fit(normalized[FEATURES].to_numpy(), rows["passed"], rows, scaler, lane())
    assert classifier.training_range["hours"] == {"least": 0.12345678901234, "greatest": 19.12345678901234}
    assert classifier.training_range["courses"] == {"least": 0, "greatest": 4}


def test_no_penalty_is_written_as_a_word_and_read_as_infinity() -> None:
    _, classifier = fitted(lane(C=float("inf")))
    unpenalised = LogisticRegression(C=np.inf, tol=1e-10).fit(
        StandardScaler().fit_transform(ROWS[FEATURES]), ROWS["passed"]
    )
    assert list(classifier.coefficients.values()) == pytest.approx(unpenalised.coef_[0], rel=1e-6)
    written = classifier.content() | {"settings": {**classifier.settings, "C": "inf"}}
    assert regression(Classifier(**written)).get_params()["C"] == np.inf


def test_params_name_every_setting_that_the_regression_gets() -> None:
    assert set(fitted()[1].settings) == set(Train.model_fields) - {"tune"}


def test_what_is_fitted_has_the_scaler_and_the_regression_of_the_settings() -> None:
    settings = lane(C=3.0, solver="lbfgs")
    for method, kind in (("standard", StandardScaler), ("minmax", MinMaxScaler), ("none", str)):
        normalize = settings.normalize.model_copy(update={"method": method})
        made = unfitted(settings.model_copy(update={"normalize": normalize}), ROWS[FEATURES].to_numpy(float))
        assert isinstance(made["scaler"], kind)
        assert (made["regression"].C, made["regression"].solver) == (3.0, "lbfgs")
