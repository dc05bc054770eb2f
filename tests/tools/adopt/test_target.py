"""The target: which label is the positive one, and which targets are refused."""

import re
from datetime import date

import pandas as pd
import pytest

from passage.base.errors import Mistake
from tools.adopt.target import is_fraction, outcome, position


def column(*values: object) -> pd.Series:
    return pd.Series([*values], name="y")


@pytest.mark.parametrize(
    ("values", "positive", "why"),
    [
        ((1, 0, 1, 1, 0), 1, "1 stands for yes"),
        ((1.0, 0.0, 1.0, 1.0, 0.0), 1, "1 stands for yes"),
        ((1, -1, 1, 1, -1), 1, "1 stands for yes"),
        (("yes", "no", "yes", "yes", "no"), "yes", "it says so"),
        (("Ja", "Nein", "Ja", "Ja", "Nein"), "Ja", "Ja stands for yes"),
        ((True, False, True, True, False), True, "true stands for yes"),
        (("case", "negative", "case", "case", "negative"), "case", "negative stands for no"),
        (("M", "B", "B", "B", "M"), "M", "the rarer label"),
        ((1, 2, 1, 2, 1), 2, "the rarer label"),
        ((3, 4, 4, 3, 3, 4), 4, "the later of two labels with as many rows each"),
    ],
)
def test_the_positive_label_is_chosen_by_plain_rules(values: tuple[object, ...], positive: object, why: str) -> None:
    found = outcome(column(*values), "", "t.csv")
    assert (found.positive, found.why) == (positive, why)
    assert type(found.positive) is type(positive)


def test_a_label_that_the_user_names_is_the_positive_one() -> None:
    found = outcome(column(1, 0, 1, 1, 0), "0", "t.csv")
    assert (found.positive, found.negative, found.said) == (0, 1, "as you said; 2 rows have 0, 3 have 1")
    with pytest.raises(Mistake, match=r'^t\.csv: y is never "2"; the positive label must be 0 or 1$'):
        outcome(column(1, 0, 1, 1, 0), "2", "t.csv")


def test_true_is_named_as_params_yaml_writes_it_or_as_python_does() -> None:
    booleans = column(True, False, True, True, False)
    assert [outcome(booleans, name, "t.csv").positive for name in ("false", "False", "true")] == [False, False, True]
    assert outcome(booleans, "", "t.csv").said == "true stands for yes; 3 rows have true, 2 have false"
    with pytest.raises(Mistake, match="the positive label must be false or true"):
        outcome(booleans, "yes", "t.csv")


def test_two_labels_that_differ_in_blanks_alone_are_in_doubt() -> None:
    (blanks,) = outcome(column("yes", "yes ", "yes", "yes ", "yes"), "", "t.csv").doubts
    assert blanks == '"yes" and "yes " differ in blanks only: are they one and the same?'
    assert outcome(column("yes", "no", "yes", "no", "yes"), "", "t.csv").doubts == []


def test_rows_without_a_label_are_left_out_by_a_rule_and_asked_about() -> None:
    found = outcome(column(1.0, None, 0.0, 1.0, None, 0.0, 1.0), "", "t.csv")
    assert (found.positive, found.counts, found.rules) == (1, {1: 3, 0: 2}, {"missing": "drop"})
    assert found.doubts == ["2 rows without it are left out (missing: drop): are they like the others?"]
    (one,) = outcome(column(1.0, None, 0.0, 1.0, 0.0, 1.0), "", "t.csv").doubts
    assert one == "one row without it is left out (missing: drop): is it like the others?"


def test_a_label_that_one_row_has_is_told_with_its_row_and_is_not_advised() -> None:
    with pytest.raises(Mistake) as caught:
        outcome(column(1, 0, None, 1, 0, 2), "", "t.csv")
    assert str(caught.value) == (
        "t.csv: y has 3 labels, 1 (2 rows), 0 (2 rows), 2 (row 6 alone); a target must have two: take out what is no "
        "row of the table (a total, names once more), or POSITIVE=0, say, sets one against the rest"
    )


def test_of_a_target_with_one_label_it_is_said_how_many_rows_have_none() -> None:
    with pytest.raises(Mistake, match=r"a target must have two; 2 rows have none \(empty, NA, None and the like\)$"):
        outcome(column("mild", None, "mild", None), "", "t.csv")


def test_of_several_labels_the_one_that_is_named_stands_against_the_rest() -> None:
    found = outcome(column("a", "b", "c", "a", "b", "b", "c"), "c", "t.csv")
    assert (found.positive, found.negative, found.counts) == ("c", "rest", {"rest": 5, "c": 2})
    assert found.rules == {"others": "rest"}
    assert found.doubts == ['"b" and "a" count as one (others: rest): is that the question?']
    assert found.said == "as you said; 2 rows have c, 5 have rest"
    with pytest.raises(Mistake, match=r'has 3 labels, .*, and is never "d"; name one of them$'):
        outcome(column("a", "b", "c", "a", "b"), "d", "t.csv")


@pytest.mark.parametrize("labels", ["sick notsick", "smoker non-smoker", "Paid UNPAID", "rain no_rain"])
def test_a_label_that_is_not_and_the_other_one_is_the_negative_one(labels: str) -> None:
    yes, no = labels.split()
    for values in ((yes, yes, yes, no, no), (yes, yes, no, no, no)):
        found = outcome(column(*values), "", "t.csv")
        assert (found.positive, found.why) == (yes, f"the other one says not {yes}")


def test_fractions_are_told_from_whole_numbers_and_gaps() -> None:
    assert is_fraction(column(1.5, 2.5, None))
    assert not any(map(is_fraction, [column(1.0, None), column(1, 2), column("1.5", "2"), column(True, False)]))


@pytest.mark.parametrize(
    ("values", "line"),
    [
        ((None, {"a": 1}), "t.csv: y holds lists, mappings or bytes; a label must be a text, a number or a boolean"),
        (
            ("yes", "no", "yes "),
            't.csv: y has 3 labels, "yes" (row 1 alone), "no" (row 2 alone), "yes " (row 3 alone); a target',
        ),
        ((1, 1, 1), "t.csv: y has one label, 1 (3 rows); a target must have two"),
        (
            ("a", "b", "c", "a"),
            't.csv: y has 3 labels, "a" (2 rows), "b" (row 2 alone), "c" (row 3 alone); a target must',
        ),
        ((None, None), "t.csv: y is missing in each row (empty, NA, None and the like); a target must have two"),
        ((0, 0, 0, 0, 1), "t.csv: y is 0 in 4 rows and 1 in 1; to train and to test, it takes two rows of each label"),
        (tuple(date(2024, 1, day) for day in (1, 2, 3)), 't.csv: y has 3 labels, "2024-01-01" (row 1 alone), '),
        (tuple(range(100)), "t.csv: y has 100 labels, 0 (row 1 alone), "),
    ],
)
def test_a_target_without_two_known_labels_is_refused(values: tuple[object, ...], line: str) -> None:
    with pytest.raises(Mistake) as caught:
        outcome(column(*values), "", "t.csv")
    assert str(caught.value).startswith(line)
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("chürnd", 'there is no column "chürnd"; did you mean "chürned"? The table has age, chürned'),
        ("y", 'there is no column "y"; the table has age, chürned'),
    ],
)
def test_a_target_that_is_not_there_is_told_with_a_name_that_is_like_it(target: str, said: str) -> None:
    assert position(["age", "chürned"], "chürned", "t.csv") == 1
    with pytest.raises(Mistake, match=f"^{re.escape(f't.csv: {said}')}$"):
        position(["age", "chürned"], target, "t.csv")
