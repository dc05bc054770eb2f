"""The line of names: what tells it from a row, and a name that is there twice."""

import pytest

from passage.tables.names import looks_like_a_row, twice

ROW, NAMES = True, False


@pytest.mark.parametrize(
    ("names", "rows", "found"),
    [
        ("7 172 20.7 48 1", ["7 108 23.0 52 0", "1 158 24.0 32 1"], ROW),
        ("39 Private 77516 <=50K", ["50 Private 83311 <=50K"], ROW),
        ("Braund 22 7,25 yes", ["Cumings 38 71,28 no"], ROW),
        ("p x s", ["e x s", "p f y"], ROW),
        ("7 yes", ["8 no", "9 yes"], ROW),
        ("1.5 ? 2", ["2.5 ? 9"], ROW),
        ("Braund 22 office", ["Cumings 38 home", "Allen 35 office"], ROW),
        ("age plan y", ["7 a 0", "8 b 1"], NAMES),
        ("age 172", ["7 108", "8 12"], NAMES),
        ("0 1 2 3", ["7 2.5 3 0", "9 8 1 1"], NAMES),
        ("city 2010 2015 2020", ["Ulm 1 2 3", "Rom 4 5 6"], NAMES),
        ("plan y", ["a no", "b yes"], NAMES),
        ("plan y", ["plan y", "a no", "b yes"], NAMES),
        ("plan y", ["plan no", "b yes"], NAMES),
        ("plan", [], NAMES),
        (f"{'9' * 5000} 3", ["1 2"], ROW),
    ],
)
def test_a_row_is_told_from_names_by_what_stands_below_it(names: str, rows: list[str], found: bool) -> None:
    assert bool(looks_like_a_row(names.split(), [row.split() for row in rows], [])) == found


def test_a_name_that_somebody_knows_and_no_row_has_makes_the_line_one_of_names() -> None:
    rows = [["Ulm", "1", "7", "yes"], ["Rom", "2", "8", "no"]]
    assert looks_like_a_row(["city", "2011", "2019", "rich"], rows, [])
    assert not looks_like_a_row(["city", "2011", "2019", "rich"], rows, ["rich"])
    assert looks_like_a_row(["Ulm", "2011", "2019", "yes"], rows, ["yes"])


def test_of_a_name_twice_all_rows_are_compared_where_there_are_rows() -> None:
    (line,) = twice(["a", "b", "a"], None)
    assert line == 'the column "a" is there twice (columns 1 and 3): give each a name of its own, as a_2'
    assert "with the same values" in twice(["a", "b", "a"], [["1", "2", "1"], ["3", "3", "3"]])[0]
    assert "with other values in 1,000 rows" in twice(["a", "a"], [["1", "2"]] * 1000 + [["1", "1"]])[0]
    assert twice(["a", "b"], [["1", "1"]]) == []
