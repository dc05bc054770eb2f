"""Faults of a table: all at once, ten rows of each with their places, and how many more there are."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from passage.base.errors import Mistake
from passage.tables import header
from passage.tables.violations import Violations

Write = Callable[[str, str], Path]


def told(path: Path, table: pd.DataFrame, *faults: tuple[str, list[int], str]) -> list[str]:
    gathered = Violations(table, path)
    for column, rows, rule in faults:
        wrong = np.zeros(len(table), dtype=bool)
        wrong[rows] = True
        gathered.add(column, wrong, rule)
    with pytest.raises(Mistake) as caught:
        gathered.refuse()
    return caught.value.lines


def test_all_faults_are_told_at_once_in_the_order_in_which_they_were_found(in_folder: Write) -> None:
    path = in_folder("t.csv", 'a,b\n1,x\n"2\n",y\n\n3,z\n')
    assert told(path, pd.read_csv(path), ("b", [2, 0], "b is bad"), ("a", [1], "a is bad")) == [
        't.csv, line 2: b is "x", but b is bad',
        't.csv, line 6: b is "z", but b is bad',
        't.csv, line 4: a is "2\\n", but a is bad',
    ]


def test_ten_rows_are_told_and_the_others_counted(in_folder: Write) -> None:
    path = in_folder("t.csv", "a\n" + "x\n" * 1200)
    lines = told(path, pd.read_csv(path), ("a", list(range(1200)), "it is bad"))
    assert lines[0] == 't.csv, line 2: a is "x", but it is bad'
    assert lines[9:] == ['t.csv, line 11: a is "x", but it is bad', "t.csv: a: 1,190 more like it"]
    assert len(told(path, pd.read_csv(path), ("a", list(range(10)), "it is bad"))) == 10


def test_a_csv_is_read_once_and_only_as_far_as_the_last_row_that_is_told(
    in_folder: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = in_folder("t.csv", "a,b\n" + "1,2\n" * 500)
    read = []
    walked = header.records

    def counting(path: Path) -> object:
        for line, record in walked(path):
            read.append(line)
            yield line, record

    monkeypatch.setattr(header, "records", counting)
    told(path, pd.read_csv(path), ("a", list(range(0, 500, 7)), "bad"), ("b", [99, 3], "bad"))
    assert read == list(range(1, 102))


def test_a_value_is_told_as_it_stands_in_a_csv_and_as_it_is_in_parquet(in_folder: Write) -> None:
    path = in_folder("t.csv", "a\n1e400\n01\n")
    assert told(path, pd.read_csv(path), ("a", [0, 1], "bad")) == [
        't.csv, line 2: a is "1e400", but bad',
        't.csv, line 3: a is "01", but bad',
    ]
    table = pd.DataFrame({"a": [1.5, None]})
    table.to_parquet("t.parquet")
    assert told(Path("t.parquet"), table, ("a", [0, 1], "bad")) == [
        't.parquet, row 1: a is "1.5", but bad',
        "t.parquet, row 2: a is missing, but bad",
    ]


def test_a_table_without_faults_is_not_refused(in_folder: Write) -> None:
    faults = Violations(pd.DataFrame({"a": [1]}), Path("gone.csv"))
    faults.add("a", np.array([False]), "bad")
    faults.refuse()
