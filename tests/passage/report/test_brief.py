"""One model's answer in three sentences."""

from typing import Any

import pytest
import students

from passage.evaluation.vocabulary import vocabulary
from passage.report.brief import brief, headline, sure

WORDS = vocabulary(students.lane(), (0, 1))
RATIOS = {"odds_ratio": 1.2, "firth": 1.349, "low": 1.08, "high": 1.9}
METRICS: dict[str, Any] = {
    **students.measured(baseline=0.8),
    "train": {"accuracy": 0.9},
    "cross_validation": {"folds": 5, "repeats": 10, "accuracy": 0.85},
    "odds": {
        "courses": {"per_unit": RATIOS, "per_standard_deviation": RATIOS, "standard_deviation": 1.4},
        "hours": {
            "per_unit": RATIOS | {"firth": 1.5},
            "per_standard_deviation": RATIOS | {"odds_ratio": 3.0},
            "standard_deviation": 5.4,
        },
    },
}


def test_it_says_how_many_are_right_how_sure_that_is_and_what_the_strongest_feature_is_worth() -> None:
    right, certain, worth = brief(METRICS, 0.95, WORDS)
    assert right == "4 of 5 test rows predicted right, as many as by always predicting one class."
    assert certain == (
        "Of all rows like these it would be 28 % to over 99 %, an interval; cross-validated over all 20, 85 %."
    )
    assert worth.startswith("Other features being equal, rows with hours higher by 1 had 1.5 times the odds")


@pytest.mark.parametrize(("always", "than"), [(0.6, "more than"), (0.8, "as many as"), (1.0, "fewer than")])
def test_what_always_predicting_one_class_comes_to_stands_beside(always: float, than: str) -> None:
    metrics = METRICS | {"test": METRICS["test"] | {"baseline_accuracy": always}}
    assert headline(metrics, WORDS).endswith(f", {than} by always predicting one class.")


@pytest.mark.parametrize(
    ("verdict", "told"),
    [
        ("better", ": better than always guessing one class."),
        ("cannot_be_told", ": whether that beats always guessing one class cannot be told."),
        ("no_better", ": no better than always guessing one class."),
        ("worse", ": worse than always guessing one class."),
    ],
)
def test_the_verdict_is_the_headline(verdict: str, told: str) -> None:
    metrics = METRICS | {"test": METRICS["test"] | {"against_guessing": {"verdict": verdict}}}
    assert headline(metrics, WORDS) == f"4 of 5 test rows predicted right{told}"


def test_what_is_undefined_is_not_told() -> None:
    metrics = {"rows": {"train": 15, "test": 0}, "train": {"accuracy": 0.9}}
    assert headline(metrics, WORDS) == "No rows test; 90 % of the 15 training ones predicted right."
    assert sure(metrics, WORDS) == "There is no cross-validation."


@pytest.mark.parametrize(
    ("how", "told"),
    [
        ({"drawn": 12}, "; cross-validated over 12 drawn by chance, 85 %."),
        ({"rows": 16}, "; cross-validated over 16 later ones, each from earlier ones, 85 %."),
    ],
)
def test_it_says_of_which_rows_the_cross_validation_is(how: dict[str, int], told: str) -> None:
    validated = METRICS["cross_validation"] | how
    assert sure(METRICS | {"cross_validation": validated}, WORDS).endswith(told)
