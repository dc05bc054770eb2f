"""A card: how good, how sure, what to beware of, in short."""

import re
from pathlib import Path
from typing import Any

import pytest
import students

from passage.evaluation.vocabulary import vocabulary
from passage.report import cards

WORDS = vocabulary(students.lane(), (0, 1))
ROOT = Path(__file__).parents[3]
TEST: dict[str, Any] = {
    "accuracy": 0.8,
    "accuracy_low": 0.28358,
    "accuracy_high": 0.99495,
    "baseline_accuracy": 0.6,
    "true_negatives": 1,
    "true_positives": 3,
    "against_guessing": {"verdict": "no_better", "right_alone": 1, "wrong_alone": 1},
}
METRICS: dict[str, Any] = {
    "rows": {"train": 15, "test": 5},
    "test": TEST,
    "train": {"accuracy": 0.9, "prevalence": 0.4},
    "cross_validation": {"accuracy": 0.85},
}


def test_each_kind_of_caution_that_the_docs_name_has_a_short_form() -> None:
    table = (ROOT / "docs/numbers.md").read_text(encoding="utf-8").split("## Where not to believe a model")[1]
    heads = re.findall(r"^\| (`.*?) \|", table, flags=re.MULTILINE)
    kinds = {kind for head in heads for kind in re.findall(r"`(\w+)`", head)} - {"environment", cards.OUTSIDE}
    assert kinds == set(cards.SHORT)


def test_a_caution_is_cut_to_what_a_card_holds() -> None:
    many = ", ".join(f"x{place} is 0 to 1 there, but 2 here" for place in range(9))
    beware = {
        "few_events": "the rarer class has 7 of 15 training rows for 2 columns: coefficients are unsure",
        "one_class_predicted": "passed = 1 is predicted for each of the 5 test rows",
        cards.OUTSIDE: f"2 of 5 test rows lie outside the training range ({many}): do not believe their predictions",
        f"{cards.OUTSIDE}.new": "new: 1 of 3 rows lies outside the training range (x is 0 to 1 there, but 7 here): do "
        "not believe its prediction",
    }
    assert cards.cautions(beware, WORDS) == (
        "few rows of the rarer class; 2 of 5 test rows lie outside the training range; "
        "new: 1 of 3 rows lies outside the training range (x is 0 to 1 there, but 7 here)"
    )


def test_probabilities_no_better_than_guessing_are_no_verdict_on_the_classes() -> None:
    beware = {
        "no_better_than_guessing": "on the test rows no better than guessing are the probabilities (the log loss)"
    }
    assert "no better than guessing" in cards.cautions(beware, WORDS)


def test_the_bar_is_the_interval_and_the_marks_on_it() -> None:
    assert cards.bar(TEST) == {
        "accuracy": 80.0,
        "accuracy_low": 28.4,
        "accuracy_high": 99.5,
        "baseline_accuracy": 60.0,
    }


def test_how_many_are_right_is_told_of_test_rows_or_of_training_rows() -> None:
    assert cards.right(METRICS, WORDS) == ("4 of 5", "test rows predicted right")
    untested = METRICS | {"test": {}, "rows": {"train": 1500, "test": 0}}
    assert cards.right(untested, WORDS) == ("90 %", "of the 1,500 training rows predicted right, which flatters")
    assert cards.lines(untested | {"cross_validation": {}}, 0.95, WORDS) == []


@pytest.mark.parametrize(
    ("validated", "said"),
    [
        ({}, "Rows not seen, all 20: 85 % right."),
        ({"drawn": 1200}, "Rows not seen, 1,200 drawn by chance: 85 % right."),
        ({"rows": 16}, "From earlier rows alone, later ones: 85 % right."),
    ],
)
def test_the_cross_validation_is_called_what_it_was(validated: dict[str, int], said: str) -> None:
    lines = cards.lines(METRICS | {"cross_validation": {"accuracy": 0.85} | validated}, 0.95, WORDS)
    assert lines == [
        "Of all rows like these: 28 % to 99 % (95 %, the bar).",
        "No better than always guessing “passed = 0” (60 %, dotted).",
        said,
    ]
