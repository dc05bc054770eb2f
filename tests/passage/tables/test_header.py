"""Tables that only somebody's mistake or malice can make: told in one line, soon, or read like any other."""

import datetime
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import reading

from passage.base.errors import Mistake
from passage.tables import header, names, read

Write = Callable[[str, str], Path]
WIDE = 100_000


def test_a_hundred_thousand_columns_keep_nobody_waiting(in_folder: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at, look = [], names.looks_like_a_row

    def looking(top: Sequence[str], rows: Sequence[Sequence[str]], known: Sequence[str]) -> str:
        looked_at.append(sum(map(len, rows)))
        return look(top, rows, known)

    monkeypatch.setattr(names, "looks_like_a_row", looking)
    path = in_folder("t.csv", ",".join(f"c{i}" for i in range(WIDE)) + 20 * ("\n" + ",".join("1" * WIDE)) + "\n")
    begun = time.process_time()
    header.require(path, {f"c{i}": "features" for i in range(0, WIDE, 2)})
    with pytest.raises(Mistake) as caught:
        header.require(path, {"d0": "target", "d1": "features"})
    assert time.process_time() - begun < 10  # of which a comparison of each name with each other one takes all
    assert max(looked_at) <= header.CELLS + WIDE
    first, second = caught.value.lines
    assert first.startswith('t.csv: the column "d0", which target names, is missing; the table has c0, c1, c2')
    assert first.endswith("c99998, c99999")
    assert len(first + second) < 5_000


BYTES = [b"a", b"\xff"]
OF_NO_VALUES = {
    "list": pa.array([[1], [2]]),
    "map": pa.array([[("a", 1)], []], pa.map_(pa.string(), pa.int64())),
    "struct": pa.array([{"a": 1}, {"a": 2}]),
    "fixed_size_binary": pa.array([b"ab", b"cd"], pa.binary(2)),
    "dictionary": pa.array(BYTES).dictionary_encode(),
    **{kind: pa.array(BYTES, getattr(pa, kind)()) for kind in ("binary", "large_binary", "binary_view")},
}


@pytest.mark.parametrize("kind", OF_NO_VALUES)
def test_a_parquet_column_that_holds_no_single_values_is_refused_where_it_is_named(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "t.parquet"
    pq.write_table(pa.table({"a": [1, 2], "b": OF_NO_VALUES[kind]}), path)
    header.require(path, {"a": "features"})
    with pytest.raises(Mistake, match=f'the column "b", which target names, holds {kind}.*; it must hold numbers'):
        header.require(path, {"a": "features", "b": "target"})


@pytest.mark.parametrize(
    "values",
    [
        [1, 2],
        [0.5, None],
        ["a", "b"],
        [True, False],
        [datetime.date(2026, 3, 1), None],
        [datetime.datetime(2026, 3, 1, tzinfo=datetime.UTC)] * 2,
        pa.array(["a", "b"]).dictionary_encode(),
        pa.array(["a", "b"], pa.large_string()),
        [None, None],
    ],
    ids=str,
)
def test_a_parquet_column_of_numbers_texts_times_and_booleans_is_taken(tmp_path: Path, values: object) -> None:
    path = tmp_path / "t.parquet"
    pq.write_table(pa.table({"a": values}), path)
    header.require(path, {"a": "features"})
    assert len(read.table(path)) == 2


@pytest.mark.parametrize("look", [lambda path: header.first_values(path, ["a"], 10), read.table])
def test_a_date_that_no_calendar_has_is_damage(tmp_path: Path, look: Callable[[Path], object]) -> None:
    path = tmp_path / "t.parquet"
    pq.write_table(pa.table({"a": pa.array([30_000_000, 1], pa.date32())}), path)
    with pytest.raises(Mistake, match=r"t\.parquet: the file is damaged: "):
        look(path)


@pytest.mark.parametrize("reader", [read.table, reading.came])
def test_texts_of_parquet_that_are_no_utf8_are_damage(tmp_path: Path, reader: Callable[[Path], object]) -> None:
    path = tmp_path / "t.parquet"
    pq.write_table(pa.table({"a": pa.Array.from_buffers(pa.string(), 2, pa.array([b"\xff"] * 2).buffers())}), path)
    with pytest.raises(Mistake, match=r"t\.parquet: the file is damaged: .*UTF8"):
        reader(path)


def test_a_table_that_is_no_file_is_not_said_to_be_missing(tmp_path: Path) -> None:
    (tmp_path / "t.csv").symlink_to("/dev/null")
    with pytest.raises(Mistake, match="this is not a file"):
        header.columns(tmp_path / "t.csv")
    with pytest.raises(Mistake, match="there is no such file"):
        header.columns(tmp_path / "u.csv")


def test_a_line_end_within_a_name_stays_what_it_is(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(b'"a\r\nb",y\r\n1,0\r\n')
    assert header.columns(tmp_path / "t.csv") == list(read.table(tmp_path / "t.csv")) == ["a\r\nb", "y"]
