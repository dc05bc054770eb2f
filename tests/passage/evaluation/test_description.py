"""Who is in the data, counted by hand."""

from typing import Any

import numpy as np
import pandas as pd

from passage.evaluation.description import LEVELS, describe
from passage.model.design import MISSING, Feature
from passage.model.sides import Sides

TRAIN = pd.DataFrame(
    {
        "hours": [1.0, 2.0, np.nan, 4.0, 5.0, 6.0],
        "school": ["A", "B", "A", None, "B", "B"],
        "member": pd.array([True, False, True, True, None, False], dtype="boolean"),
        "passed": [0, 0, 0, 1, 1, 1],
    }
)
FEATURES = [
    Feature("hours", missing="median", fill=4.0),
    Feature("school", "category", "category", MISSING, categories=("A", "B", MISSING)),
    Feature("member", "boolean", "most_frequent", 1.0),
]


def test_all_rows_are_described_and_those_without_a_gap_counted_for_the_odds() -> None:
    test = TRAIN.iloc[[0, 5]].reset_index(drop=True)
    first, hours, school, member = describe(Sides(TRAIN, test, "passed"), {"gaps": {}}, FEATURES)
    assert first == {"rows": [4, 4], "fitted": [2, 1]}
    assert hours == {"feature": "hours", "missing": [1, 0], "quartiles": [[1.0, 1.0, 1.5], [4.75, 5.5, 6.0]]}
    assert school["missing"] == [0, 1]
    assert school["levels"] == [
        {"level": "A", "rows": [3, 0], "fitted": [1, 0]},
        {"level": "B", "rows": [1, 3], "fitted": [1, 1]},
        {"level": MISSING, "rows": [0, 1], "fitted": [0, 0]},
    ]
    assert [one["rows"] for one in member["levels"]] == [[1, 2], [3, 1]]


def test_without_test_rows_or_values_of_a_class_it_holds_too() -> None:
    rows = TRAIN.assign(hours=[np.nan] * 3 + [4.0, 5.0, 6.0])
    found = describe(Sides(rows, rows.iloc[:0], "passed"), {"gaps": {}}, FEATURES[:1])
    assert found[1]["quartiles"] == [[], [4.5, 5.0, 5.5]]


def test_of_many_levels_the_reference_and_the_most_frequent_are_described() -> None:
    names = [f"level {place:03}" for place in range(200)]
    rows = pd.DataFrame({"school": [*names, *names[150:]], "passed": [0, 1] * 125})
    feature = Feature("school", "category", categories=tuple(names))
    levels: Any = describe(Sides(rows, rows.iloc[:0], "passed"), {"gaps": {}}, [feature])[1]["levels"]
    assert len(levels) == LEVELS
    assert levels[0]["level"] == names[0]
    assert all(sum(one["rows"]) == 2 for one in levels[1:])
