"""What the page begins with, and where it cannot be told."""

from dataclasses import replace
from typing import Any

import students

from passage.evaluation.vocabulary import Vocabulary
from passage.report import lead

WORDS = replace(students.in_words({"hours": {"unit": "hours"}}), model="m")
EVEN: dict[str, Any] = {
    "firth": 9.7225,
    "model": 9.862,
    "shape": "bounded",
    "low": 5.91,
    "high": 13.46,
    "rises": True,
    "in_data": True,
    "least": 0,
    "greatest": 19,
    "others": [],
    "by": "profile",
}


ODDS = {name: {"per_standard_deviation": {"odds_ratio": ratio}} for name, ratio in (("hours", 2.0), ("courses", 9.0))}


def even(feature: str = "hours", words: Vocabulary = WORDS, **changed: Any) -> str:
    known = {key: value for key, value in (EVEN | changed).items() if value is not None}
    return lead.even_chance({"odds": ODDS, "even_chance": {feature: known}}, 0.95, words)


def test_from_which_value_on_the_outcome_is_likely_is_told_with_its_interval_and_the_models_own() -> None:
    assert (
        even() == "From 9.72 hours on, passing is more likely than not (Firth, 95 %: 5.91 to 13.5; m itself says 9.86)."
    )
    assert even(rises=False).startswith("Up to 9.72 hours, passing is more likely than not")
    assert (
        even("courses", model=None)
        == "From courses 9.72 on, passing is more likely than not (Firth, 95 %: 5.91 to 13.5)."
    )


def test_other_features_are_said_to_be_held() -> None:
    others = [
        {"feature": "courses", "value": 1.0, "is": "median"},
        {"feature": "school", "value": "A", "is": "most frequent"},
    ]
    assert even(others=others).startswith(
        "With courses 1 (median), school A (most frequent), from 9.72 hours on, passing"
    )
    many = even(others=[*others, {"feature": "paid", "value": "true", "is": "most frequent"}])
    assert many.startswith("With the 3 other features as is typical (most frequent or median), from 9.72 hours on")


def test_that_no_row_reaches_the_value_is_said() -> None:
    said = "(Firth, 95 %: 5.91 to 13.5, beyond the 0 to 19 of the rows; m itself says 9.86)."
    assert even(in_data=False).endswith(said)


def test_years_are_told_to_the_year() -> None:
    year = {"firth": 2016.62, "model": 2016.51, "low": 2014.2, "high": 2019.4, "least": 2010, "greatest": 2023}
    others = [
        {"feature": "courses", "value": 2016.5, "is": "median"},
        {"feature": "school", "value": 2017.0, "is": "median"},
    ]
    known = {"hours": EVEN | year | {"others": others}, "courses": EVEN | year}
    told = lead.even_chance({"odds": ODDS, "even_chance": {"hours": known["hours"]}}, 0.95, WORDS)
    assert "from 2,016.6 hours on, passing is" in told
    assert told.endswith("(Firth, 95 %: 2,014.2 to 2,019.4; m itself says 2,016.5).")
    assert [lead.at(one, known) for one in others] == ["courses 2,016.5 (median)", "school 2,017 (median)"]


def test_a_weighted_model_is_said_to_be_one() -> None:
    weighted = replace(WORDS, probability="weighted probability")
    assert even(words=weighted).endswith("m itself, weighted, says 9.86).")


def test_nothing_is_said_where_nothing_is_known() -> None:
    told = "At which hours passing is as likely as not, these students do not tell."
    assert even(shape="whole_line", low=None, high=None) == told
    assert even(shape="outside") == told, "all values but a stretch of them: the odds may be the same at each"
    assert even(shape="outside", firth=None) == told
    assert lead.even_chance({"odds": {}}, 0.95, WORDS) == ""


def test_of_several_numbers_one_with_an_interval_is_told() -> None:
    known = {"courses": EVEN | {"shape": "outside"}, "hours": EVEN}
    assert lead.even_chance({"odds": ODDS, "even_chance": known}, 0.95, WORDS).startswith("From 9.72 hours on")
    known = dict.fromkeys(ODDS, EVEN)
    told = lead.even_chance({"odds": ODDS, "even_chance": known}, 0.95, WORDS)
    assert told.startswith("From courses 9.72 on"), "of two, the one that changes the odds more"
