"""Tables between stages: the same bytes each time, read as they were written."""

from pathlib import Path

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


@pytest.mark.parametrize("rows", [0, 3, parquet.WRITTEN_TOGETHER + 3])
def test_a_table_in_parts_has_the_bytes_of_the_whole_one(tmp_path: Path, rows: int) -> None:
    table = pd.DataFrame({"a": range(rows), "b": np.arange(rows) * 0.5})
    one, other = tmp_path / "one.parquet", tmp_path / "other.parquet"
    parquet.write(one, table)
    parquet.write(other, (table[part : part + 99_999] for part in range(0, max(rows, 1), 99_999)))
    assert pq.read_metadata(other).num_row_groups == (2 if rows > parquet.WRITTEN_TOGETHER else 1)
    assert one.read_bytes() == other.read_bytes()


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
    assert [len(part) for part in parquet.parts(tmp_path / "x.parquet", ["b", "c"])] == [3, 3, 1]


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
