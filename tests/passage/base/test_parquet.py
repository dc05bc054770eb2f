"""Tables between stages: the same bytes each time, read as they were written."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier, get_ident
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from passage.base import parquet


def test_parquet_holds_the_table_and_no_version_of_pandas(tmp_path: Path) -> None:
    table = pd.DataFrame({"a": [1, 2], "b": [0.5, 1.5]}, index=[7, 3])
    parquet.write(tmp_path / "x.parquet", table)
    assert pd.read_parquet(tmp_path / "x.parquet").equals(table.reset_index(drop=True))
    assert pq.read_schema(tmp_path / "x.parquet").metadata is None


@pytest.mark.parametrize(("rows", "kept"), [(9, ["a", "b", "c"]), (10, ["a", "c"]), (25, ["a", "c"])])
def test_of_many_rows_floats_are_written_as_they_are(
    tmp_path: Path, rows: int, kept: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet, "WRITTEN_TOGETHER", 10)
    table = pd.DataFrame({"a": range(rows), "b": np.arange(rows) * 0.5, "c": "x"})
    parquet.write(tmp_path / "x.parquet", table)
    written = pq.read_metadata(tmp_path / "x.parquet")
    chunks = [written.row_group(group).column(place) for group in range(written.num_row_groups) for place in range(3)]
    assert {chunk.path_in_schema for chunk in chunks if chunk.has_dictionary_page} == set(kept)
    assert parquet.read(tmp_path / "x.parquet").equals(table)


@pytest.mark.parametrize("together", [1, 2, 16])
def test_rows_are_read_part_by_part_into_one_array(
    tmp_path: Path, together: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = pd.DataFrame({"a": range(7), "b": [0.5 * row for row in range(7)], "c": "x"})
    parquet.write(tmp_path / "x.parquet", table)
    monkeypatch.setattr(parquet, "READ_TOGETHER", 6)
    monkeypatch.setattr(parquet, "COLUMNS_TOGETHER", together)
    rows = parquet.array(tmp_path / "x.parquet", ["b", "a"])
    assert rows.flags.c_contiguous
    assert (rows == table[["b", "a"]].to_numpy()).all()
    assert [len(part) for part in parquet.Columns(tmp_path / "x.parquet").parts(["b", "c"])] == [3, 3, 1]


def test_parquet_is_read_whole_by_column_and_by_its_first_rows(tmp_path: Path) -> None:
    table, path = pd.DataFrame({"a": [1, 2, 3], "b": ["x", None, "z"]}), tmp_path / "x.parquet"
    parquet.write(path, table)
    assert parquet.read(path).equals(table)
    assert parquet.read(path, ["b"]).equals(table[["b"]])
    assert parquet.Columns(path)["a"].equals(table["a"])
    first, total = parquet.head(path, 2)
    assert first.equals(table.head(2))
    assert total == 3
    parquet.write(path, table.head(0))
    first, total = parquet.head(path, 2)
    assert (list(first), len(first), total) == (["a", "b"], 0, 0)


def test_a_table_is_read_some_columns_after_the_other_so_that_no_more_are_there_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, parts = list[int](), parquet.Columns.parts

    def counted(table: parquet.Columns, columns: list[str], *rows: int) -> Any:
        asked.append(len(columns))
        return parts(table, columns, *rows)

    monkeypatch.setattr(parquet.Columns, "parts", counted)
    monkeypatch.setattr(parquet, "READ_TOGETHER", 10)
    monkeypatch.setattr(parquet, "VALUES_TOGETHER", 90)  # of 25 rows three columns, in row groups of 12
    table = pd.DataFrame(np.arange(175).reshape(25, 7) / 3, columns=list("abcdefg")).assign(c="x")
    parquet.write(tmp_path / "x.parquet", table)
    assert parquet.read(tmp_path / "x.parquet", list("gfedcba")).equals(table[list("gfedcba")])
    assert asked == [3, 3, 1]


@pytest.mark.parametrize("together", [2, 9, 1000])
def test_a_file_of_many_columns_is_opened_once_and_a_small_one_is_read_once(
    tmp_path: Path, together: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = pd.DataFrame({f"x{column}": [column + 0.5, column, None] for column in range(30)})
    parquet.write(tmp_path / "x.parquet", table)
    monkeypatch.setattr(parquet, "READ_TOGETHER", together)
    opened, file = list[Path](), pq.ParquetFile

    def counted(path: Path) -> pq.ParquetFile:
        opened.append(path)
        return file(path)

    monkeypatch.setattr(pq, "ParquetFile", counted)
    columns = parquet.Columns(tmp_path / "x.parquet", {"x3": lambda column: -column})
    assert len(columns) == 3
    assert all(columns[name].equals(table[name]) for name in map(str, table) if name != "x3")
    assert columns["x3"].equals(-table["x3"])
    assert ("x29" in columns, "x30" in columns) == (True, False)
    some = columns[np.array([True, False, True])]
    assert some.equals(table.assign(x3=-table["x3"]).iloc[[0, 2]].reset_index(drop=True))
    taken = parquet.where(columns, np.array([False, True, True]))
    assert taken["x3"].tolist()[:1] == [-3.0]
    assert len(opened) == 2, "and once for the rows that were taken"


@pytest.mark.parametrize("together", [2, 1000])
def test_rows_may_be_taken_of_rows_that_were_taken(
    tmp_path: Path, together: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As rows of no group of one class are of those without a gap."""
    monkeypatch.setattr(parquet, "READ_TOGETHER", together)
    table = pd.DataFrame({"x": range(7), "y": range(10, 17)})
    parquet.write(tmp_path / "x.parquet", table)
    odd, later = np.arange(7) % 2 == 1, np.array([False, True, True])
    some = parquet.Columns(tmp_path / "x.parquet", {"y": lambda column: -column}, odd)
    assert [*parquet.where(some, later)["y"]] == [-13, -15]
    assert pd.concat(some.parts(["y"], start=2))["y"].tolist() == [-13, -15]
    assert some[later].to_numpy().tolist() == [[3, -13], [5, -15]]


@pytest.mark.parametrize(("start", "stop"), [(0, 7), (1, 3), (2, 5), (4, 5), (3, 6), (5, 99)])
def test_rows_from_one_to_another_are_read_whichever_row_groups_they_lie_in(
    tmp_path: Path, start: int, stop: int
) -> None:
    table = pd.DataFrame({"x": range(7)})
    table.to_parquet(tmp_path / "x.parquet", row_group_size=3)
    found = parquet.Columns(tmp_path / "x.parquet").parts(["x"], start=start, stop=stop)
    assert pd.concat(found)["x"].tolist() == [*range(7)][start:stop]


def test_each_thread_reads_from_a_file_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As both sides of a split do; two that read from one waited for each other, for ever, in one build of many."""
    parquet.write(tmp_path / "x.parquet", pd.DataFrame({"x": range(40), "y": range(40)}))
    monkeypatch.setattr(parquet, "READ_TOGETHER", 8)
    read_by, file = dict[int, set[int]](), pq.ParquetFile.read_row_group

    def noted(self: pq.ParquetFile, *asked: object, **how: object) -> object:
        read_by.setdefault(id(self), set()).add(get_ident())
        return file(self, *asked, **how)

    monkeypatch.setattr(pq.ParquetFile, "read_row_group", noted)
    columns, both = parquet.Columns(tmp_path / "x.parquet"), Barrier(2, timeout=60)

    def total(_: int) -> int:
        return sum(int(part["x"].sum()) for part in columns.parts(["x", "y"]) if both.wait() >= 0)

    with ThreadPoolExecutor(2) as threads:
        assert [*threads.map(total, range(2))] == [780, 780]
    assert [len(threads) for threads in read_by.values()] == [1, 1]


def test_a_wide_table_that_is_read_whole_lies_together_in_memory(tmp_path: Path) -> None:
    table = pd.DataFrame(np.arange(600.0).reshape(4, 150), columns=[f"x{column}" for column in range(150)])
    parquet.write(tmp_path / "x.parquet", table)
    [part] = parquet.Columns(tmp_path / "x.parquet").parts([*map(str, table)])
    assert part.assign(y=1.0).shape == (4, 151), "in 150 pieces, pandas would warn that this is slow"
