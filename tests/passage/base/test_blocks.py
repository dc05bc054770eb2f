"""Tables beyond memory, block by block."""

import subprocess
import sys
from pathlib import Path

import cloudpickle
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from passage.base import blocks, cluster, parquet
from passage.base.errors import Mistake

TABLE = pd.DataFrame({"a": np.arange(7), "b": np.arange(7) * 0.5, "c": list("xyxyxyz")})


def test_a_table_is_large_by_its_rows_and_columns_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "LARGE", 20)
    assert not blocks.is_large(10, 2)
    assert blocks.is_large(7, 3)


def test_blocks_come_in_the_order_of_the_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parquet.write(tmp_path / "x.parquet", TABLE)
    monkeypatch.setattr(parquet, "READ_TOGETHER", 6)
    stored = parquet.Columns(tmp_path / "x.parquet", {"c": lambda column: column == "x"})
    assert list(blocks.mapped(lambda block: block["a"].tolist(), stored, ["b", "a"])) == [[0, 1, 2], [3, 4, 5], [6]]
    assert list(blocks.mapped(len, TABLE, ["b"])) == [7]


def test_without_dask_a_clusters_address_is_refused_in_one_line_and_asks_nothing_of_a_table_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parquet.write(tmp_path / "x.parquet", TABLE)
    monkeypatch.setenv("DASK_SCHEDULER_ADDRESS", "tcp://127.0.0.1:1")
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(Mistake, match=r"^DASK_SCHEDULER_ADDRESS is .*, but .* `make setup-cluster` adds"):
        list(blocks.mapped(len, parquet.Columns(tmp_path / "x.parquet"), ["a"]))
    assert list(blocks.mapped(len, TABLE, ["a"])) == [7]


def test_a_task_is_done_by_who_has_never_heard_of_us(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parquet.write(tmp_path / "x.parquet", TABLE)
    monkeypatch.setattr(parquet, "READ_TOGETHER", 2)
    stored = parquet.Columns(tmp_path / "x.parquet", {"a": lambda column: column * 10})
    [task] = cluster._calls(lambda block: block["a"].tolist(), stored, ["a"])
    alone = [sys.executable, "-c", "import cloudpickle, sys; print(cloudpickle.load(sys.stdin.buffer))"]
    done = subprocess.run(alone, input=cloudpickle.dumps(task), cwd=tmp_path, capture_output=True, check=True)
    assert done.stdout.decode() == "('', [[0, 10], [20, 30], [40, 50], [60]])\n"


def test_a_worker_with_other_packages_or_another_file_says_so_and_finds_nothing(tmp_path: Path) -> None:
    parquet.write(tmp_path / "x.parquet", TABLE)
    [task] = cluster._calls(len, parquet.Columns(tmp_path / "x.parquet"), ["a"])
    found, (*asked, footer, versions) = task.__reduce__()
    assert found(*asked, footer, versions) == ("", [7])
    lacking, nothing = found(*asked, footer, versions | {"numpy": "0.1"})
    assert f"has other packages (numpy {np.__version__} for 0.1): start it with this project's .venv" in lacking
    assert nothing == []
    lacking, nothing = found(*asked, "another", versions)
    assert f"{tmp_path / 'x.parquet'} is another file there for a worker on" in lacking
    assert nothing == []
    (tmp_path / "x.parquet").unlink()
    assert "cannot be read there (No such file or directory)" in found(*asked, footer, versions)[0]


@pytest.mark.parametrize("groups", [1, 3, 7])
def test_blocks_of_some_rows_are_those_of_all(tmp_path: Path, groups: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "WRITTEN_TOGETHER", groups)
    parquet.write(tmp_path / "x.parquet", TABLE)
    for start in range(7):
        for stop in range(start + 1, 9):
            [some] = parquet.Columns(tmp_path / "x.parquet").parts(["a", "c"], 7, start, stop)
            pd.testing.assert_frame_equal(some, TABLE[["a", "c"]].iloc[start:stop].reset_index(drop=True))
    monkeypatch.setattr(parquet, "READ_TOGETHER", 2)
    stored = parquet.Columns(tmp_path / "x.parquet", taken=np.array([True, False, True, False, True, True, False]))
    assert [part["a"].tolist() for part in stored.parts(["a"], start=4)] == [[4, 5], []]


@pytest.mark.parametrize("together", [2, 100])
def test_a_stored_table_is_asked_like_one_in_memory(
    tmp_path: Path, together: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    parquet.write(tmp_path / "x.parquet", TABLE)
    monkeypatch.setattr(parquet, "READ_TOGETHER", together)
    stored = parquet.Columns(tmp_path / "x.parquet")
    assert len(stored) == 7
    for name in TABLE:
        pd.testing.assert_series_equal(stored[str(name)], TABLE[name])
    taken = np.array([True, False, False, True, True, False, True])
    pd.testing.assert_frame_equal(stored[taken], TABLE[taken].reset_index(drop=True))
    ones = parquet.Columns(tmp_path / "x.parquet", {"c": lambda column: (column == "x").astype("int64")})
    assert ones["c"].tolist() == [1, 0, 1, 0, 1, 0, 0]
    assert ones[taken]["c"].tolist() == [1, 0, 1, 0]


def test_an_empty_table_has_its_columns(tmp_path: Path) -> None:
    for name, rows in (("x", TABLE.head(0)), ("parts", [TABLE.head(0)] * 2)):
        parquet.write(tmp_path / f"{name}.parquet", rows)
    assert (tmp_path / "parts.parquet").read_bytes() == (tmp_path / "x.parquet").read_bytes()
    stored = parquet.Columns(tmp_path / "x.parquet")
    assert [list(part) for part in stored.parts(["b", "a"])] == [["b", "a"]]
    assert stored["a"].empty
    assert list(stored[np.array([], dtype=bool)]) == ["a", "b", "c"]


def test_rows_in_uneven_parts_are_written_in_row_groups_of_one_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet, "WRITTEN_TOGETHER", 3)
    parquet.write(tmp_path / "one.parquet", TABLE)
    parquet.write(tmp_path / "other.parquet", (TABLE.iloc[part] for part in (slice(0, 1), slice(1, 6), slice(6, 7))))
    assert (tmp_path / "one.parquet").read_bytes() == (tmp_path / "other.parquet").read_bytes()
    with pq.ParquetFile(tmp_path / "one.parquet") as file:
        assert [file.metadata.row_group(group).num_rows for group in range(3)] == [3, 3, 1]
    monkeypatch.setattr(parquet, "VALUES_TOGETHER", 6)  # of three columns
    parquet.write(tmp_path / "wide.parquet", TABLE)
    with pq.ParquetFile(tmp_path / "wide.parquet") as file:
        assert [file.metadata.row_group(group).num_rows for group in range(4)] == [2, 2, 2, 1]


def test_tables_of_the_same_rows_are_read_side_by_side_whatever_their_row_groups_and_whichever_would_be_read_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tables = []
    for together, rows in ((2, TABLE), (3, TABLE), (9, TABLE[["a", "b"]])):
        monkeypatch.setattr(parquet, "WRITTEN_TOGETHER", together)
        parquet.write(tmp_path / f"{together}.parquet", rows)
        tables.append((parquet.Columns(tmp_path / f"{together}.parquet"), ["a", "c"] if together == 2 else ["a"]))
    monkeypatch.setattr(parquet, "READ_TOGETHER", 16)
    found = list(parquet.side_by_side(*tables))
    assert [len(part) for part, *_ in found] == [4, 3]
    assert all(part["a"].equals(also["a"]) for part, *others in found for also in others)
