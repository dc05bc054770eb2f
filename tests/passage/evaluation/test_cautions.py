"""Where not to believe a model: each reason has a sentence, and only where it holds."""

from typing import Any

import pandas as pd
import pytest
import students

from passage.association.associate import associate
from passage.evaluation import cautions
from passage.params.model import ModelSettings
from passage.params.split import Split

SOUND: dict[str, Any] = associate(students.ROWS[students.FEATURES], students.ROWS["passed"].to_numpy(), 0.95).content()


@pytest.mark.parametrize(
    ("changed", "kind", "sentence"),
    [
        (
            {"separation": "perfect"},
            "perfect_separation",
            "a cut through hours and courses tells the 8 training students apart without an error (perfect "
            "separation): how large the coefficients are is up to the penalty, not to the rows",
        ),
        (
            {"separation": "quasi"},
            "quasi_separation",
            "without an error, but for those that lie on it (quasi separation)",
        ),
        ({"constant": ["hours"]}, "constant_feature", "hours has one value in all 8 training students"),
        (
            {"dependent": ["a", "b", "c"], "redundant": ["c"]},
            "dependent_features",
            "of a, b and c, one follows from the others: what each is worth alone cannot be known, so they have no "
            "odds; without c the others have",
        ),
        (
            {"nearly_copies": [("a", "b", -0.9951), ("c", "d", 0.999)]},
            "nearly_copies",
            "nearly copies of each other are a and b (correlation -0.995) and c and d (correlation 0.999)",
        ),
        ({"converged": False}, "intervals_not_found", "did not end"),
    ],
)
def test_what_the_association_tells(changed: dict[str, Any], kind: str, sentence: str) -> None:
    found = cautions.of_association(SOUND | changed, "students")
    assert list(found) == [kind]
    assert sentence in found[kind]


@pytest.mark.parametrize(
    ("gaps", "kinds"),
    [
        ({"rows": 2, "missing": {"age": 2}, "otherwise": []}, ["filled_gaps"]),
        ({"rows": 9, "missing": {"age": 9}, "otherwise": []}, ["filled_gaps", "few_complete_rows"]),
        ({"rows": 2, "missing": {"age": 2}, "otherwise": ["hours"]}, ["filled_gaps", "gaps_with_outcome"]),
    ],
)
def test_what_gaps_take_away_is_told(gaps: dict[str, Any], kinds: list[str]) -> None:
    found = cautions.of_association(SOUND | {"gaps": gaps}, "students")
    assert list(found) == kinds
    every, missing = 8 + gaps["rows"], gaps["missing"]["age"]
    assert found["filled_gaps"] == (
        f"what was missing (age in {missing} of {every} training students) is filled for predictions alone: odds, "
        f"intervals and tests are of the 8 of {every} training students without a gap"
    )


def test_complete_rows_that_tell_nothing_are_named() -> None:
    nothing = {
        "features": {"hours": {"standard_deviation": 0.0}},
        "gaps": {"rows": 8, "missing": {"a": 8}, "otherwise": []},
    }
    assert "no_odds" in cautions.of_association(SOUND | nothing | {"rows": 0}, "students")


def test_sound_rows_need_no_caution() -> None:
    assert cautions.of_association(SOUND, "students") == {}
    test = pd.DataFrame({"hours": [4, 6], "courses": [0, 1], "passed": [0, 1]})
    assert cautions.of_split(students.ROWS, test, students.lane(), (0, 1)) == {}
    assert cautions.of_range(test, students.fitted()[1], "students") == {}


def test_one_class_among_the_test_rows_is_told() -> None:
    test = pd.DataFrame({"hours": [4, 6], "courses": [0, 1], "passed": [1, 1]})
    found = cautions.of_split(students.ROWS, test, students.lane(), (0, 1))
    assert list(found) == ["one_class_in_test"]
    assert found["one_class_in_test"].startswith("passed is 1 for each of the 2 test rows")


def test_rows_on_both_sides_are_counted_once_each_however_often_they_train() -> None:
    train = pd.concat([students.ROWS, students.ROWS])
    test = pd.concat([students.ROWS.iloc[[0, 0, 1]], pd.DataFrame({"hours": [0], "courses": [0], "passed": [1]})])
    found = cautions.of_split(train, test, students.lane(), (0, 1))
    assert list(found) == ["duplicates_across_split"]
    assert found["duplicates_across_split"].startswith("3 of 4 test rows equal a training one")


def test_no_test_rows_are_no_reason_for_caution() -> None:
    assert cautions.of_split(students.ROWS, students.ROWS.iloc[:0], students.lane(), (0, 1)) == {}


def test_values_outside_the_training_range_are_named_a_few_of_many() -> None:
    far = pd.DataFrame({"hours": [5, 5, *range(20, 30)], "courses": [1, 9, 9] + [1] * 9})  # one row in both
    found = cautions.of_range(far, students.fitted()[1], "rows")
    assert found == {
        "outside_training_range": "11 of 12 rows lie outside the training range (hours is 0 to 19 there, but 20, 21, "
        "22, 23, 24 and 5 more here and courses is 0 to 4 there, but 9 here): do not believe their predictions"
    }


def test_rows_of_one_person_are_not_independent_and_a_mark_is_no_feature() -> None:
    split = {"method": "group", "column": "person", "test_size": 0.25, "stratify": True, "seed": 1}
    settings = ModelSettings.model_validate(
        students.lane().model_dump() | {"split": split, "words": {"rows": "students"}}
    )
    train, test = students.ROWS.assign(person=list("aabbccdd")), students.ROWS.iloc[[0, 1]].assign(person=["e", "f"])
    assert cautions.of_split(train, test, settings, (0, 1)) == {
        "duplicates_across_split": "2 of 2 test students equal a training one in every feature and the target: if "
        "they are the same ones, the test flatters",
        "dependent_rows": "the 10 students have 6 values of person, and those of one value are hardly independent of "
        "each other: the intervals of the accuracy and of the odds are too narrow",
    }
    by_time = settings.model_copy(update={"split": Split(method="time", column="person", test_from=1)})
    assert "dependent_rows" not in cautions.of_split(train, test, by_time, (0, 1)), "rows of one day are no person's"
    alone = train.assign(person=list("abcdghij"))
    assert list(cautions.of_split(alone, test, settings, (0, 1))) == ["duplicates_across_split"]
