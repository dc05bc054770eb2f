"""Numbers as others write them: what they become, what stays, and what nobody can know."""

import math

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas._libs.parsers import STR_NA_VALUES

from passage.base.errors import Mistake
from tools.adopt import numbers

PLACE = "t.csv, row {}".format


def plain(abroad: bool = False, **columns: list[str]) -> dict[str, list[str]]:
    return numbers.plain(pa.table(columns), PLACE, abroad)[0].to_pydict()  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("values", "written"),
    [
        (["1,5", "2"], ["1.5", "2"]),
        (["-0,25", "+,5"], ["-0.25", "+.5"]),
        (["1.234,50", "7"], ["1234.50", "7"]),
        (["1.234.567", "1"], ["1234567", "1"]),
        (["1,234.50", "0.5"], ["1234.50", "0.5"]),
        (["1,234,567", "1"], ["1234567", "1"]),
        (["1 234,5", "1\u00a0000,0", "1\u202f000"], ["1234.5", "1000.0", "1000"]),
        (["1'234.5", "1’234.5"], ["1234.5", "1234.5"]),
        (["1,5e3", "2,0E-2"], ["1.5e3", "2.0E-2"]),
        *(([mark, "5"], ["", "5"]) for mark in ("?", "-", "--", ".", "*")),
        ([" ?", "5", "- "], ["", "5", ""]),
        (["-", "-1,5", "NA"], ["", "-1.5", "NA"]),
        (["0,123"], ["0.123"]),
    ],
)
def test_numbers_are_written_plainly_with_all_their_digits(values: list[str], written: list[str]) -> None:
    assert plain(a=values) == {"a": written}


@pytest.mark.parametrize(
    "values",
    [
        ["1.5", "2"],
        ["1", "2"],
        ["01.02.2024", "1,5"],
        ["1,2,3", "4"],
        ["10.0.0.1", "1.1.1.1"],
        ["a, b", "1,5"],
        ["1,5", "1.5"],
        ["?", "why"],
        ["-", "--"],
        [" 1.5", "2 "],
        ["12 %", "1,5 %"],
        ["0171 123 456", "0172 654 321"],
    ],
)
def test_what_is_no_column_of_foreign_numbers_stays_to_the_letter(values: list[str]) -> None:
    assert plain(a=values) == {"a": values}


def test_blanks_alone_are_a_missing_value_and_that_is_told() -> None:
    given = {"a": ["1", " "], "b": ["x", "\u00a0\t"], "c": [" x", ""]}
    table, changes, _ = numbers.plain(pa.table(given), PLACE, abroad=False)
    assert table.to_pydict() == {"a": ["1", ""], "b": ["x", ""], "c": [" x", ""]}
    assert changes == ["values of nothing but blanks became missing ones in a, b"]
    table, changes, _ = numbers.plain(pa.table({"a": ["1,5", "  "]}), PLACE, abroad=True)
    assert table.to_pydict() == {"a": ["1.5", ""]}
    assert [change.partition(" in ")[0] for change in changes] == [
        "values of nothing but blanks became missing ones",
        "numbers with a decimal comma are written plainly",
    ]


def test_columns_of_digits_that_begin_with_a_zero_are_named() -> None:
    table = pa.table(
        {"zip": ["99999", "01067"], "a": ["0", "0.5"], "b": ["10", "-01"], "c": ["01a", ""], "d": ["x", "00"]}
    )
    assert numbers.padded(table) == ["zip", "d"]


def test_what_can_be_read_in_two_ways_is_decided_by_the_rest_of_the_table() -> None:
    assert plain(a=["1,234"], b=["0,5"]) == {"a": ["1.234"], "b": ["0.5"]}
    assert plain(a=["1,234"], b=["0.5"]) == {"a": ["1234"], "b": ["0.5"]}
    assert plain(a=["1.234"], b=["0,5"]) == {"a": ["1234"], "b": ["0.5"]}
    assert plain(a=["1.234", "1.5"], b=["0,5", "1"]) == {"a": ["1.234", "1.5"], "b": ["0.5", "1"]}


def test_where_nothing_decides_a_comma_is_refused_and_a_point_stays_and_is_told() -> None:
    with pytest.raises(Mistake) as caught:
        plain(a=["NA", "1,234"], b=["x", "y"])
    assert str(caught.value).startswith('t.csv, row 2: a is "1,234", which may be 1.234 or 1234, and nothing else in')
    with pytest.raises(Mistake, match=r"may be 1\.234 or 1234"):
        plain(a=["1,234"], b=["0,5"], c=["0.5"])
    table, _, doubts = numbers.plain(pa.table({"a": ["1.234"]}), PLACE, abroad=True)
    assert table.to_pydict() == {"a": ["1.234"]}
    assert doubts == ['a: "1.234" stays 1.234, with a decimal point; is it 1234?']
    english, _, doubts = numbers.plain(pa.table({"a": ["1.234"], "b": ["1,234.5"]}), PLACE, abroad=False)
    assert english.to_pydict() == {"a": ["1.234"], "b": ["1234.5"]}
    assert doubts == []


def test_what_was_changed_is_told_with_an_example_of_each_column() -> None:
    given = {"a": ["1,5", "-"], "b": ["x", "-"], "c": ["1.234,5", ""]}
    _, changes, _ = numbers.plain(pa.table(given), PLACE, abroad=True)
    assert changes == [
        '"-" became a missing value in a',
        'numbers with a decimal comma are written plainly in a ("1,5" became 1.5), c ("1.234,5" became 1234.5)',
    ]


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1))
def test_a_decimal_comma_never_changes_a_number(numbers: list[float]) -> None:
    """But for those that are whole to the thousand both ways: they are told or refused, above."""
    texts = [repr(number).replace(".", ",") for number in [0.5, *numbers]]
    assert list(map(float, plain(a=texts)["a"])) == [0.5, *numbers]


@given(st.lists(st.floats(-1e9, 1e9), min_size=1))
def test_thousands_never_change_a_number(numbers: list[float]) -> None:
    english = [f"{number:,.2f}" for number in numbers]
    german = [text.translate(str.maketrans(",.", ".,")) for text in english]
    wanted = [round(number, 2) for number in numbers]
    for texts in (english, german):
        assert all(map(math.isclose, map(float, plain(a=texts)["a"]), wanted))


@pytest.mark.parametrize("word", sorted(STR_NA_VALUES))
def test_what_pandas_takes_for_missing_may_stand_among_foreign_numbers_and_stays(word: str) -> None:
    assert plain(a=["1,5", word]) == {"a": ["1.5", word]}
