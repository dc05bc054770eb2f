"""What evaluate puts together."""

import numpy as np
import pandas as pd
import pytest
import students
from scipy.optimize import minimize
from scipy.special import log_expit

from passage.association.associate import associate
from passage.evaluation.odds import odds
from passage.model.classifier import Classifier, Model
from passage.model.preparation import fit
from passage.model.sides import Sides
from stages.evaluate import evaluate

TEST = pd.DataFrame({"hours": [4, 6, 30], "courses": [0, 1, 2], "passed": [0, 0, 1]})
KNOWN = associate(students.ROWS[students.FEATURES], students.ROWS["passed"].to_numpy(), 0.95).content()
SIDES = Sides(students.ROWS, TEST, "passed")
PREPARED, SCALER = fit(students.ROWS, students.lane()), students.scaled()[0]
FOUND = {"association": KNOWN, "choices": {}, "dropped": {}}


def predicted(rows: pd.DataFrame) -> tuple[Classifier, pd.DataFrame]:
    scaler, classifier = students.fitted()
    return classifier, classifier.predict(scaler.transform(rows)).assign(actual=rows["passed"])


def test_both_sides_the_odds_and_what_to_beware_of_are_told() -> None:
    classifier, predictions = predicted(TEST)
    found = evaluate(SIDES, predictions, 0.75, Model(PREPARED, SCALER, classifier), FOUND, students.lane())
    assert found["rows"] == {"train": 8, "test": 3}
    assert found["train"]["accuracy"] == 0.75
    assert found["test"]["baseline_accuracy"] == pytest.approx(2 / 3)
    assert found["cross_validation"]["folds"] == 4
    assert list(found["odds"]) == students.FEATURES
    assert [one["kind"] for one in found["cautions"]] == ["few_events", "outside_training_range"]
    assert (found["coefficients"], found["intercept"]) == (classifier.coefficients, classifier.intercept)
    assert found["significance"] == KNOWN["significance"]


def test_always_guessing_is_to_guess_what_most_training_rows_are() -> None:
    classifier, predictions = predicted(TEST)
    passed_more_often = students.ROWS.drop(index=[2, 3])
    sides = Sides(passed_more_often, TEST, "passed")
    found = evaluate(sides, predictions, 0.75, Model(PREPARED, SCALER, classifier), FOUND, students.lane())
    assert found["test"]["baseline_accuracy"] == pytest.approx(1 / 3)


def test_what_is_undefined_is_absent() -> None:
    classifier, nobody = students.fitted()[1], TEST.iloc[:0]
    sides = Sides(students.ROWS, nobody, "passed")
    found = evaluate(sides, nobody, 0.75, Model(PREPARED, SCALER, classifier), FOUND, students.lane())
    assert "test" not in found
    assert found["rows"]["test"] == 0
    assert [one["kind"] for one in found["cautions"]] == ["few_events"]


def test_what_was_chosen_and_what_to_beware_of_in_the_choice_are_told() -> None:
    auto = students.lane(C="auto", tune={"C": [0.1, 1.0], "folds": 2})
    classifier, predictions = predicted(TEST)
    choices = {"C": 1.0, "threshold": 0.5, "cautions": {"choice_fewer_folds": "too few"}}
    found = evaluate(SIDES, predictions, 0.75, Model(PREPARED, SCALER, classifier), FOUND | {"choices": choices}, auto)
    assert found["chosen"] == {"C": 1.0}
    assert {"kind": "choice_fewer_folds", "sentence": "too few"} in found["cautions"]


def test_the_odds_of_an_unpenalised_fit_are_where_the_likelihood_of_the_raw_rows_is_greatest() -> None:
    settings = students.lane(C=float("inf"))
    _, classifier = students.fitted(settings)
    rows, passed = students.ROWS[students.FEATURES].to_numpy(float), students.ROWS["passed"].to_numpy()

    def loss(theta: np.ndarray) -> float:
        return float(-log_expit((2 * passed - 1) * (theta[0] + rows @ theta[1:])).sum())

    best = minimize(loss, np.zeros(3), method="BFGS", options={"gtol": 1e-9})
    found = odds(classifier.original_units["coefficients"], KNOWN, {})
    assert [found[name]["per_unit"]["odds_ratio"] for name in students.FEATURES] == pytest.approx(
        np.exp(best.x[1:]), abs=1e-6
    )
    assert classifier.original_units["intercept"] == pytest.approx(best.x[0], abs=1e-6)
