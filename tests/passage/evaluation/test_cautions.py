"""Where not to believe a model: each reason has a sentence, and only where it holds."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
import students
from statsmodels.stats.outliers_influence import variance_inflation_factor

from passage.association.associate import associate
from passage.evaluation import cautions, duplicates
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
        (
            {"separation": "quasi", "pure": [("plan=gold", 1.0, 2)]},
            "pure_value",
            "plan=gold is 1 in 2 of 8 training students, which all have one label (quasi separation by that alone)",
        ),
        ({"constant": ["hours"]}, "constant_feature", "hours has one value in all 8 training students"),
        (
            {"dependent": ["a", "b", "c"], "redundant": ["c"]},
            "dependent_features",
            "of a, b and c, one follows from the others: what each is worth alone cannot be known, so they have no "
            "odds; without c the others have",
        ),
        (
            {"dependent": ["a", "b", "c", "d"], "redundant": ["b", "d"]},
            "dependent_features",
            "of a, b, c and d, 2 follow from the others: what each is worth alone",
        ),
        (
            {"nearly_copies": [("a", "b", -0.9951), ("c", "d", 0.999)]},
            "nearly_copies",
            "nearly copies of each other are a and b (correlation -0.995) and c and d (correlation 0.999)",
        ),
        (
            {"variance_inflation": {"a": 41.2, "c": 12.0}, "nearly_copies": [("c", "d", 0.999)]},
            "variance_inflation",
            "the other features nearly tell a (41.2 times): the variance of their coefficients is so many times",
        ),
        ({"converged": False}, "intervals_not_found", "did not end"),
    ],
)
def test_what_the_association_tells(changed: dict[str, Any], kind: str, sentence: str) -> None:
    found = cautions.of_association(SOUND | changed, "students")
    assert kind in found
    assert set(found) <= {kind, "nearly_copies"}
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
    for doubt in ("by chance in one table of twenty", "or on what is missing alone, which does not"):
        assert (doubt in found.get("gaps_with_outcome", "")) == bool(gaps["otherwise"])
    assert found["filled_gaps"] == (
        f"what was missing (age in {missing} of {every} training students) counts in predictions alone, "
        "filled or as a category of its own: odds, "
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
    for some in (test, test[:0]):
        assert cautions.of_split(students.ROWS, some, students.lane(), (0, 1)) == {}
    assert cautions.of_range([test], students.fitted()[1], "students") == {}


def test_one_class_among_the_test_rows_is_told() -> None:
    test = pd.DataFrame({"hours": [4, 6], "courses": [0, 1], "passed": [1, 1]})
    found = cautions.of_split(students.ROWS, test, students.lane(), (0, 1))
    assert list(found) == ["one_class_in_test"]
    assert found["one_class_in_test"].startswith("passed is 1 for each of the 2 test rows")


def test_rows_on_both_sides_are_counted_once_each_however_often_they_train() -> None:
    once = pd.DataFrame({"hours": range(40), "courses": [0, 1, 2, 3] * 10, "passed": [0, 1, 1, 0, 0] * 8})
    train = pd.concat([once, once])
    test = pd.concat([once.iloc[[0, 0, *range(1, 10)]], pd.DataFrame({"hours": [0], "courses": [0], "passed": [1]})])
    found = cautions.of_split(train, test, students.lane(), (0, 1))
    assert list(found) == ["duplicates_across_split"]
    assert found["duplicates_across_split"].startswith("11 of 12 test rows equal a training one")
    assert "and about 4 would if features were independent" in found["duplicates_across_split"]


def test_a_few_rows_that_chance_makes_equal_are_no_duplicates() -> None:
    told, settings = 0, students.lane()
    for seed in range(100):
        random = np.random.default_rng(seed)
        drawn = {"hours": random.normal(10, 5, 200).round(1), "courses": random.uniform(30, 90, 200).round()}
        table = pd.DataFrame(drawn | {"passed": random.integers(0, 2, 200)})
        told += "duplicates_across_split" in cautions.of_split(table[:150], table[150:], settings, (0, 1))
    assert told <= 3
    assert duplicates.more_than_by_chance(1, 0.001)
    assert duplicates.more_than_by_chance(20, 5.0)
    assert not duplicates.more_than_by_chance(1, 0.4)
    assert not duplicates.more_than_by_chance(0, 0.0)


def test_rows_that_coarse_columns_make_equal_are_no_duplicates() -> None:
    random = np.random.default_rng(0)
    table = pd.DataFrame(random.integers(0, 3, size=(1000, 4)), columns=list("abcd")).assign(passed=0)
    table["passed"] = random.integers(0, 2, 1000)
    settings = students.lane().model_copy(update={"features": list("abcd")})
    train, test = table[:750], table[750:]
    assert duplicates.on_both_sides(train, test, [*"abcd", "passed"]) > 230
    assert "duplicates_across_split" not in cautions.of_split(train, test, settings, (0, 1))
    fine = table.assign(a=random.normal(size=1000))
    assert "duplicates_across_split" not in cautions.of_split(fine[:750], fine[750:], settings, (0, 1))
    again = pd.concat([fine[750:], fine[:20]])
    told = cautions.of_split(fine[:750], again, settings, (0, 1))["duplicates_across_split"]
    assert told.startswith("20 of 270 test rows equal a training one in every feature and the target, and fewer")


TESTED = {
    "accuracy": 0.8,
    "baseline_accuracy": 0.6,
    "log_loss": 0.4,
    "baseline_log_loss": 0.6,
    "true_negatives": 2,
    "false_positives": 0,
    "false_negatives": 1,
    "true_positives": 2,
}


def test_a_model_that_is_no_better_than_guessing_is_told_with_both_numbers() -> None:
    no, yes = "failed", "passed"
    assert cautions.of_test(TESTED, "students", (no, yes)) == {}
    assert cautions.of_test({}, "students", (no, yes)) == {}
    start = "on the test students no better than guessing are "
    classes = "the predicted classes (4 of 5 are right, and 4 by always predicting one class)"
    losses = "the probabilities (the log loss is 0.7, and 0.6 by always giving the share among the training ones)"
    for worse, told in (
        ({"baseline_accuracy": 0.8}, classes),
        ({"log_loss": 0.7}, losses),
        ({"baseline_accuracy": 0.8, "log_loss": 0.7}, f"{classes} and {losses}"),
    ):
        found = cautions.of_test(TESTED | worse, "students", (no, yes))
        assert found == {"no_better_than_guessing": start + told}


@pytest.mark.parametrize(("count", "label"), [("negatives", "failed"), ("positives", "passed")])
def test_one_class_predicted_alone_is_told(count: str, label: str) -> None:
    counts = dict.fromkeys(["true_negatives", "false_positives", "false_negatives", "true_positives"], 0)
    counts |= (
        {"true_negatives": 3, "false_negatives": 2}
        if count == "negatives"
        else {"true_positives": 3, "false_positives": 2}
    )
    found = cautions.of_test(TESTED | counts, "students", ("failed", "passed"))
    assert found == {"one_class_predicted": f"{label} is predicted for each of the 5 test students"}


def test_weighted_probabilities_are_told() -> None:
    assert cautions.of_weights(students.lane(), "students") == {}
    told = cautions.of_weights(students.lane(class_weight="balanced"), "students")["weighted_probabilities"]
    assert told.endswith("are not of students as frequent as these but of as many of each class")


def test_few_rows_of_the_rarer_class_for_each_column_are_told() -> None:
    target = pd.Series([0] * 19 + [1] * 80)
    assert cautions.of_few(target, 1, "students") == {}
    told = cautions.of_few(target, 2, "students")["few_events"]
    assert told.startswith("the rarer class has 19 of 99 training students for 2 columns, fewer than 10 for each: ")
    assert "one column, fewer than 10" in cautions.of_few(target[12:], 1, "students")["few_events"]


@pytest.mark.parametrize(("losses", "end"), [([0.3, 0.4, 0.5], "least (0.1)"), ([0.5, 0.4, 0.3], "greatest (10)")])
def test_a_best_c_at_the_end_of_the_grid_is_told(losses: list[float], end: str) -> None:
    tried = [
        {"C": C, "log_loss": loss, "standard_error": 0.1} for C, loss in zip((0.1, 1.0, 10.0), losses, strict=True)
    ]
    assert f"the {end} has the least log loss" in cautions.of_choice({"tried_C": tried})["C_at_the_end"]
    tried[1]["log_loss"] = 0.1
    assert cautions.of_choice({"tried_C": tried}) == cautions.of_choice({}) == {}


def test_features_that_others_nearly_tell_are_found_and_dummies_of_one_category_are_not() -> None:
    random = np.random.default_rng(1)
    a, b = random.normal(size=(2, 80))
    rows = pd.DataFrame({"a": a, "b": b, "sum": a + b + random.normal(size=80) / 5})
    target = (random.random(80) < 0.5).astype(int)
    found = associate(rows, target, 0.95)
    assert list(found.variance_inflation) == ["a", "b", "sum"]
    theirs = [variance_inflation_factor(np.column_stack([np.ones(80), rows]), place) for place in (1, 2, 3)]
    assert list(found.variance_inflation.values()) == pytest.approx(theirs, rel=5e-3)
    assert "variance_inflation" not in associate(rows[["a", "b"]], target, 0.95).content()


def test_values_outside_the_training_range_are_named_a_few_of_many() -> None:
    far = pd.DataFrame({"hours": [5, 5, *range(20, 30)], "courses": [1, 9, 9] + [1] * 9})  # one row in both
    found = cautions.of_range([far], students.fitted()[1], "rows")
    assert found == {
        "outside_training_range": "11 of 12 rows lie outside the training range (hours is 0 to 19 there, but 20, 21, "
        "22, 23, 24 and 5 more here and courses is 0 to 4 there, but 9 here): do not believe their predictions"
    }


def test_a_number_outside_has_as_many_digits_as_tell_it_from_the_range() -> None:
    classifier = replace(students.fitted()[1], training_range={"day": {"least": 20240101.5, "greatest": 20240109}})
    told = cautions.of_range([pd.DataFrame({"day": [20240108.5, 20240111.25]})], classifier, "rows")
    assert "(day is 20240101.5 to 20240109 there, but 20240111.25 here)" in told["outside_training_range"]
    one = replace(classifier, training_range={"day": {"least": 1e9, "greatest": 1e9}})
    told = cautions.of_range([pd.DataFrame({"day": [1e9 + 1]})], one, "rows")
    assert "(day is 1000000000 to 1000000000 there, but 1000000001 here)" in told["outside_training_range"]


@pytest.mark.parametrize(("value", "told"), [(np.nan, "missing"), ("a", "a"), (1, "true"), (False, "false")])
def test_a_category_outside_is_shown_as_the_table_has_it(value: object, told: str) -> None:
    assert cautions._shown(value, {"values": ["b"]}) == told


def test_a_number_that_is_hardly_outside_is_no_reason_for_caution_whatever_its_unit() -> None:
    classifier = students.fitted()[1]
    near, far = (pd.DataFrame({"hours": [19 + 19 * share], "courses": [1]}) for share in (0.009, 0.011))
    assert classifier.outside(near)["hours"].all()  # scored rows say so
    assert cautions.of_range([near], classifier, "rows") == {}
    assert "but 19.209 here" in cautions.of_range([far], classifier, "rows")["outside_training_range"]


def test_a_time_outside_the_training_range_is_told_with_the_digits_of_its_spread() -> None:
    limits = {"hours": {"least": 1_700_000_000, "greatest": 1_700_000_019}}
    classifier = replace(students.fitted()[1], training_range=limits)
    far = pd.DataFrame({"hours": [1_700_000_021]})
    told = cautions.of_range([far], classifier, "rows")["outside_training_range"]
    assert "(hours is 1700000000 to 1700000019 there, but 1700000021 here)" in told


def test_rows_of_one_person_are_not_independent_and_a_mark_is_no_feature() -> None:
    settings = students.lane(split=students.BY_GROUP, words={"rows": "students"})
    train, test = students.ROWS.assign(person=list("aabbccdd")), students.ROWS.assign(person=list("efghijkl"))
    assert cautions.of_split(train, test, settings, "students") == {
        "duplicates_across_split": "8 of 8 test students equal a training one in every feature and the target, and "
        "about 3 would if features were independent of each other within each class: if they are the same ones, "
        "the test flatters",
        "dependent_rows": "the 16 students have 12 values of person, and those of one value are hardly independent of "
        "each other: the intervals of the accuracy and of the odds are too narrow",
    }
    by_time = settings.model_copy(update={"split": Split(method="time", column="person", test_from=1)})
    assert "dependent_rows" not in cautions.of_split(train, test, by_time, (0, 1)), "rows of one day are no person's"
    alone = train.assign(person=list("abcdmnop"))
    assert list(cautions.of_split(alone, test, settings, (0, 1))) == ["duplicates_across_split"]


def test_rows_that_are_left_out_are_told_with_what_they_lack() -> None:
    assert cautions.of_dropped({}, "students") == {}
    told = cautions.of_dropped({"rows": 2, "of": 9, "missing": {"hours": 2}}, "students")["dropped_rows"]
    assert told.startswith("2 of 9 students are left out, since a value is missing (hours in 2)")
    told = cautions.of_dropped({"rows": 1, "of": 9, "missing": {"hours": 1}}, "students")["dropped_rows"]
    assert told.startswith("1 of 9 students is left out")
