"""What is asked of values, and what is not."""

import numpy as np
import pandas as pd
import pytest

from tools.adopt import doubts
from tools.adopt.leakage import gives_away


@pytest.mark.parametrize(
    ("labels", "asked"),
    [
        (
            ["yes", " yes", "\tyes", "no"],
            '"\\tyes", " yes" and "yes" differ in blanks only: are they one and the same?',
        ),
        (
            ["No", "no", "yes", "yes "],
            '"No" and "no" differ in blanks or capitals only (as do those of one other ',
        ),
        (
            ["Bonn", "K\u00f6ln", "Ko\u0308ln"],
            '"Ko\u0308ln" and "K\u00f6ln" differ in blanks, capitals or what nobody sees only: ',
        ),
        (["no", "yes", "y\u200bes"], '"yes" and "y\u200bes" differ in blanks, capitals or what nobody sees only: '),
        (["yes", "no", "yes, but"], ""),
    ],
)
def test_labels_that_differ_in_blanks_or_capitals_alone_are_asked_about(labels: list[str], asked: str) -> None:
    found = doubts.alike(sorted(labels))
    assert found.startswith(asked)
    assert bool(found) == bool(asked)


@pytest.mark.parametrize(
    ("labels", "asked"),
    [
        (["a", "b", "?"], '"?" (3 rows)'),
        (["a", "b", " ?"], '" ?" (3 rows)'),
        (["a", "unknown"], '"unknown" (2 rows)'),
        (["a", "Not available", "-"], '"-" (3 rows) and "Not available" (2 rows)'),
        (["+", "-"], ""),
        (["none", "other", "no"], ""),
    ],
)
def test_a_mark_that_may_stand_for_a_gap_is_asked_about(labels: list[str], asked: str) -> None:
    found = doubts.gap(pd.Series(range(1, len(labels) + 1), index=labels))
    assert found == (f"does {asked} stand for a value that is missing? Then leave it empty" if asked else "")


@pytest.mark.parametrize(
    ("numbers", "asked"),
    [
        ([-1, 0, 3, 7, -1], "does -1 (2 rows, all others from 0 to 7) stand for a value that is missing? Then leave"),
        ([1, 2, 3, 999.0], "does 999 (one row, all others from 1 to 3) stand for a value that is missing?"),
        ([-1, 0, 1], ""),
        ([-3, -1, 0, 1, 2], ""),
        ([*range(100)], ""),
        ([1, 500, 700, 999], ""),
        ([-999, -1, 0, 999], ""),
    ],
)
def test_a_number_that_may_stand_for_none_is_asked_about(numbers: list[float], asked: str) -> None:
    found = doubts.none(pd.Series(numbers))
    assert found.startswith(asked)
    assert bool(found) == bool(asked)


def test_a_category_of_numbers_but_for_a_few_is_asked_about() -> None:
    assert doubts.numbers_but_for(["0", "1", "2", "3+"]) == 'are these numbers, but for "3+"?'
    assert doubts.numbers_but_for(["0", "1", "low", "high"]) == ""
    assert doubts.numbers_but_for(["007", "010"]) == ""


def test_a_column_that_is_known_for_one_label_alone_is_asked_about_though_it_tells_few_rows_apart() -> None:
    truth = np.arange(400) % 2 == 0

    def asked(known: np.ndarray) -> str:
        values = pd.Series(np.arange(400) % 7 + 0.5).where(known)
        return gives_away(values, values.dropna(), truth, 7, number=True)[1]

    half = truth & (np.arange(400) % 3 > 0)
    assert asked(half) == "of the 133 rows where it is known, all have one label: was that known before the outcome?"
    assert asked(~half).startswith("of the 133 rows where it is missing, all have one label")
    mixed = half.copy()
    mixed[1:4:2] = True
    assert asked(mixed).startswith("of the 135 rows where it is known, 99% have one label")
    assert asked(truth & (np.arange(400) < 8)) == ""
    assert asked(np.arange(400) % 3 > 0) == ""
