"""What the numbers come to, in words, and what they do not."""

from dataclasses import replace
from typing import Any

import students

from passage.report import verdicts

WORDS = replace(students.in_words({"hours": {"unit": "hours"}}), model="m")


def guessing(verdict: str, prevalence: float = 0.4, **found: Any) -> str:
    counts = {"right_alone": 30, "wrong_alone": 5, "needed": 6, "p_value_better": 0.00001}
    test = {"baseline_accuracy": 0.6, "against_guessing": {"verdict": verdict} | counts | found}
    return verdicts.against_guessing({"train": {"prevalence": prevalence}, "test": test}, WORDS)


def test_against_guessing_there_are_four_verdicts() -> None:
    always = "always guessing “failed” (60 %, dotted)"
    assert guessing("better") == f"Better than {always}: right alone in 30 of 35 that differ."
    assert guessing("worse") == f"Worse than {always}: wrong alone in 5 of 35 that differ."
    assert guessing("no_better") == f"No better than {always}."
    assert guessing("no_better", one_class=0) == f"It predicts “failed” for each one: no better than {always}."
    told = guessing("cannot_be_told", p_value_better=0.081)
    assert told == f"Whether that beats {always} cannot be told: they differ in 35; p = 0.081."
    few = guessing("cannot_be_told", right_alone=2, wrong_alone=1)
    assert few.endswith("cannot be told: they differ in 3, and it takes 6.")


def test_what_is_guessed_is_the_training_rows_more_frequent_class() -> None:
    assert guessing("no_better", 0.6) == "No better than always guessing “passed” (60 %, dotted)."
    told = "No better than always guessing the better of two classes as frequent (60 %, dotted)."
    assert guessing("no_better", 0.5) == told


def test_the_models_of_a_group_are_told_apart_by_their_verdicts() -> None:
    assert verdicts.of_guessing({}) == ""
    found = {"a": "cannot_be_told", "b": "no_better", "c": "better", "d": "cannot_be_told", "e": "worse"}
    assert verdicts.of_guessing(found) == (
        "On the test rows, c is better than always guessing; whether a and d are better than always guessing cannot be "
        "told; b is no better than always guessing; e is worse than always guessing."
    )


def pair(one: str, other: str, verdict: str, right: int, wrong: int) -> str:
    found = {"verdict": verdict, "rows": 1000, "right_alone": right, "wrong_alone": wrong, "needed": 6}
    return verdicts.of_pair(one, other, found | {"p_value_better": 0.9, "p_value_worse": 0.0005})


def test_of_two_models_that_cannot_be_compared_it_is_said_why() -> None:
    which = "Which of a and b predicts better cannot be told"
    assert verdicts.of_pair("a", "b", {"reason": "they know other rows"}) == f"{which}: they know other rows."
    few, told = pair("a", "b", "cannot_be_told", 3, 1), pair("a", "b", "cannot_be_told", 9, 1)
    assert few == f"{which}: of 1,000 held-out rows they differ in 4, and it takes 6."
    assert told == f"{which}: of 1,000 held-out rows they differ in 10 (p = 0.0005)."


def test_of_two_models_the_better_one_is_named() -> None:
    said = "b predicts better than a: of 1,000 held-out rows they differ in 23, and it is right in 20 of those"
    assert pair("a", "b", "worse", 3, 20) == pair("b", "a", "better", 20, 3) == f"{said} (p = 0.0005)."
