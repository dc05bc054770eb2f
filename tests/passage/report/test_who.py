"""Table 1: counts and shares by outcome, medians, gaps and what became of them."""

from typing import Any

import students

from passage.evaluation.vocabulary import vocabulary
from passage.model.design import MISSING, Feature
from passage.report.who import MOST, who

WORDS = vocabulary(students.lane(), (0, 1), model="m")
DESCRIBED: list[dict[str, Any]] = [
    {"rows": [4, 1200], "fitted": [3, 1000]},
    {"feature": "hours", "missing": [1, 0], "quartiles": [[1.0, 2.25, 1234.5], []]},
    {
        "feature": "school",
        "missing": [0, 12],
        "levels": [
            {"level": "A", "rows": [4, 1188], "fitted": [1, 1]},
            {"level": MISSING, "rows": [0, 12], "fitted": [0, 0]},
        ],
    },
    {"feature": "member", "missing": [0, 3], "levels": [{"level": "true", "rows": [4, 1197], "fitted": [1, 1]}]},
]
FEATURES = [
    Feature("hours", missing="median", fill=2.2512),
    Feature("school", "category", "category", MISSING, categories=("A", MISSING)),
    Feature("member", "boolean", "most_frequent", 1.0),
]


def test_counts_have_shares_numbers_quartiles_and_gaps_what_became_of_them() -> None:
    found = who({"described": DESCRIBED}, FEATURES, WORDS)
    assert found.heads == ["", "passed = 0 (4)", "passed = 1 (1,200)"]
    assert [[cell.strip() for cell in row] for row in found.rows] == [
        ["hours, median (quartiles)", "2 (1 to 1,234)", "none"],
        ["missing, for predictions 2.25", "1 (25 %)", "0 (0 %)"],
        ["school", "", ""],
        ["A", "4 (100 %)", "1,188 (99 %)"],
        [f"{MISSING}, a category for predictions alone", "0 (0 %)", "12 (1 %)"],
        ["member", "", ""],
        ["true", "4 (100 %)", "1,197 (over 99 %)"],
        ["missing, for predictions true", "0 (0 %)", "3 (under 1 %)"],
    ]
    assert not found.caption


def test_a_gap_that_is_filled_with_a_category_says_which() -> None:
    filled = Feature("school", "category", "most_frequent", "A", categories=("A", MISSING))
    rows = who({"described": [DESCRIBED[0], DESCRIBED[2]]}, [filled], WORDS).rows
    assert [cell.strip() for cell in rows[-1]] == ["missing, for predictions A", "0 (0 %)", "12 (1 %)"]


def test_a_category_without_gaps_may_have_a_level_of_that_name() -> None:
    described = [DESCRIBED[0], DESCRIBED[2] | {"missing": [0, 0]}]
    assert who({"described": described}, FEATURES, WORDS).rows[-1][0].strip() == MISSING


def test_of_many_rows_those_shown_are_counted() -> None:
    many = [DESCRIBED[0], *({"feature": "hours", "missing": [0, 0], "quartiles": [[], []]} for _ in range(40))]
    found = who({"described": many}, FEATURES, WORDS)
    assert len(found.rows) == MOST
    assert found.caption == "30 of 40 rows; all are in metrics/m.json."
