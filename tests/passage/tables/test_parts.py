"""A folder of files is one table: what is read of it is what is read of one file that holds all its rows."""

from collections.abc import Callable
from contextlib import chdir
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import reading
from hypothesis import given, settings
from hypothesis import strategies as st

from passage.base import blocks, parquet
from passage.base.errors import Mistake
from passage.tables import header, joined, memory, parts, plain_csv, read
from passage.tables.violations import Violations

Write = Callable[[str, str], Path]

FOLDER = Path("data/raw/visits")
NUMBERS = ("1", "-3", "2.5", "1e3", "", "NA", "9007199254740993", "0x1F")
WORDS = ("01", "1", "true", "blue", "", "NA", "ä", '"a, b"', '"two\nlines"', '""')
ENDS = ("", "\n", "\r\n", "\n\n")
ROWS = st.lists(st.tuples(st.sampled_from(NUMBERS), st.sampled_from(WORDS), st.sampled_from("0123")), max_size=8)
HEADS = ("n,t,k\n", "\n \nn,t,k\r\n", '\ufeffn,"t",k\n')


@pytest.fixture(autouse=True)
def _in_data_raw(in_folder: Write) -> None:
    FOLDER.mkdir(parents=True)


@st.composite
def divided(draw: st.DrawFn) -> tuple[list[str], str]:
    """Return the text of some files, and of one that holds all their rows."""
    texts, whole = [], []
    for place, rows in enumerate(draw(st.lists(ROWS, min_size=1, max_size=4))):
        lines = [",".join(row) for row in ([("7", "x", "1")] if not place else []) + rows]
        texts.append(draw(st.sampled_from(HEADS)) + "\n".join(lines) + draw(st.sampled_from(ENDS)))
        whole += lines
    return texts, "n,t,k\n" + "\n".join(whole) + "\n"


def all_that_is_read(path: Path, texts: list[str], into: Path) -> dict[str, Any]:
    """Return what every reader of rows makes of a table."""
    stored = read.stored(path, texts, ["n", "t", "k"], into)
    return {
        "table": read.table(path, texts),
        "one column": read.table(path, texts, ["k"]),
        "stored": pd.DataFrame({name: stored[name] for name in ("n", "t", "k")}),
        "in pieces": not isinstance(stored, pd.DataFrame),
        "as it came": reading.came(path, 3),
        "first": {name: [*map(str, of)] for name, of in header.first_values(path, ["k", "t"], 4).items()},
        "columns": header.columns(path),
    }


def assert_same(folder: Path, whole: Path, texts: list[str]) -> None:
    found, expected = (all_that_is_read(path, texts, Path(f"{path.stem}.stored")) for path in (folder, whole))
    for what, one in expected.items():
        if isinstance(one, pd.DataFrame):
            pd.testing.assert_frame_equal(found[what], one, obj=what)
        else:
            assert found[what] == one, what


@settings(max_examples=60)
@given(divided(), st.sampled_from([-1, blocks.LARGE]), st.sampled_from([["t"], []]))
def test_csv_files_are_read_as_one(drawn: tuple[list[str], str], large: int, texts: list[str]) -> None:
    files, whole = drawn
    with TemporaryDirectory() as place, chdir(place), patch.object(blocks, "LARGE", large):
        FOLDER.mkdir(parents=True)
        for number, text in enumerate(files):
            (FOLDER / f"{number}.csv").write_text(text, encoding="utf-8", newline="")
        Path("whole.csv").write_text(whole, encoding="utf-8", newline="")
        with patch.object(parquet, "READ_TOGETHER", 9), patch.object(plain_csv, "BLOCK", 32):
            assert_same(FOLDER, Path("whole.csv"), texts)


@settings(max_examples=60)
@given(st.lists(st.integers(0, 7), min_size=1, max_size=4), st.sampled_from([-1, blocks.LARGE]), st.data())
def test_parquet_files_are_read_as_one(counts: list[int], large: int, data: st.DataObject) -> None:
    kinds = [pa.int32(), pa.int64(), pa.float64(), pa.null()]
    tables = []
    for number, rows in enumerate([1, *counts]):
        kind = data.draw(st.sampled_from(kinds if number else kinds[:1]))
        values = [None if pa.types.is_null(kind) or value == 3 else value for value in range(rows)]
        columns = {"n": pa.array(values, kind), "t": pa.array([f"{number}"] * rows), "k": pa.array(range(rows))}
        tables.append(pa.table(columns))
    with TemporaryDirectory() as place, chdir(place), patch.object(blocks, "LARGE", large):
        FOLDER.mkdir(parents=True)
        for number, table in enumerate(tables):
            pq.write_table(table, FOLDER / f"{number}.parquet", row_group_size=2)
        pq.write_table(pa.concat_tables(tables, promote_options="permissive"), "whole.parquet")
        assert_same(FOLDER, Path("whole.parquet"), ["t"])
        assert header.rows(FOLDER) == header.rows(Path("whole.parquet")) == 1 + sum(counts)


def test_what_spark_and_dvc_leave_in_a_folder_is_no_part_of_the_table(in_folder: Write) -> None:
    for name in ("b.csv", "a.csv"):
        in_folder(f"{FOLDER}/{name}", f"a\n{ord(name[0])}\n")
    for name in ("_SUCCESS", ".a.csv.crc", "_metadata", ".gitignore", "a.csv.dvc"):
        in_folder(f"{FOLDER}/{name}", "no table")
    assert [path.name for path in parts.files(FOLDER)] == ["a.csv", "b.csv"]
    assert read.table(FOLDER)["a"].tolist() == [97, 98]
    assert parts.size(FOLDER) == 10


def test_a_folder_may_be_called_like_a_file_as_spark_does(in_folder: Write) -> None:
    path = in_folder("data/raw/visits.parquet/part-0.csv", "a\n1\n").parent
    assert read.table(path)["a"].tolist() == [1]


def test_a_link_in_a_folder_is_read_as_a_linked_table_is(in_folder: Write, tmp_path: Path) -> None:
    (FOLDER / "a.csv").symlink_to(in_folder("elsewhere.csv", "a\n1\n").absolute())
    assert read.table(FOLDER)["a"].tolist() == [1]


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({}, ": there is no file in this folder; a table has at least one"),
        ({"_SUCCESS": ""}, ": there is no file in this folder; a table has at least one"),
        ({"y=2/b.csv": ""}, "/y=2: this is a folder; one that is a table must hold files alone"),
        ({"b.txt": ""}, "/b.txt: the files of a folder that is a table must end in .csv or .parquet"),
        (
            {"a.csv": "a\n1\n", "b.parquet": ""},
            f"/b.parquet: this is not what {FOLDER}/a.csv is; the files of a folder must be of one kind",
        ),
        ({"a.csv": "a\n1\n", "b.csv": ""}, "/b.csv: the file is empty; its first line must name the columns"),
        (
            {"a.csv": "a,b\n1,2\n", "b.csv": "b,a\n1,2\n"},
            f'/b.csv: column 1 is "b", but it must be "a", as in {FOLDER}/a.csv',
        ),
        (
            {"a.csv": "a,b\n1,2\n", "b.csv": "a,b,c\n1,2,3\n"},
            f'/b.csv: column 3 is "c", but it must be none, as in {FOLDER}/a.csv',
        ),
        (
            {"a.csv": "a,b\n1,2\n", "b.csv": "a\n1\n"},
            f'/b.csv: column 2 is none, but it must be "b", as in {FOLDER}/a.csv',
        ),
        (
            {"a.csv": "a,b\n1,2\n", "b.csv": "3,4\n5,6\n"},
            f'/b.csv: column 1 is "3", but it must be "a", as in {FOLDER}/a.csv',
        ),
        ({"a.csv": "a,b\n1,2\n", "b.csv": "a,b\n1,2,3\n"}, "/b.csv, line 2: 3 values, but the header names 2 columns"),
    ],
)
def test_a_folder_that_is_no_table_is_refused_in_one_line(in_folder: Write, files: dict[str, str], said: str) -> None:
    for name, text in files.items():
        in_folder(f"{FOLDER}/{name}", text)
    with pytest.raises(Mistake) as caught:
        header.require(FOLDER, {"a": "models.m.features"})
    assert len(caught.value.lines) == 1
    assert caught.value.lines[0].startswith(f"{FOLDER}{said}")


@pytest.mark.parametrize(
    ("second", "kind"), [(pa.array(["x"]), "string"), (pa.array([[1]]), "list<"), (pa.array([True]), "bool")]
)
def test_parquet_files_of_other_types_are_refused_with_the_column(second: pa.Array, kind: str) -> None:
    for name, values in (("1", pa.array([1])), ("2", second)):
        pq.write_table(pa.table({"a": values}), FOLDER / f"{name}.parquet")
    said = f"this cannot be one table with the files before it: Field a has incompatible types: int64 vs {kind}"
    with pytest.raises(Mistake, match=rf"^{FOLDER}/2\.parquet: {said}"):
        header.require(FOLDER, {"a": "models.m.features"})


@pytest.mark.parametrize("large", [-1, blocks.LARGE])
@pytest.mark.parametrize(
    ("late", "said"),
    [
        ("3,x\n4\n", "line 3: 1 values, but the header names 2 columns"),
        ("3,x\n4,5,6\n", "line 3: 3 values, but the header names 2 columns"),
        ('3,"x\n', "line 2: this is not CSV: unexpected end of data"),
        ('3,"x"y\n', "line 2: this is not CSV: ',' expected after '\"'"),
        ("3,\udcff\n", "line 2: this is not UTF-8; save the table as UTF-8"),
    ],
)
def test_what_is_wrong_with_a_line_is_told_with_its_file(
    in_folder: Write, monkeypatch: pytest.MonkeyPatch, large: int, late: str, said: str
) -> None:
    monkeypatch.setattr(blocks, "LARGE", large)
    in_folder(f"{FOLDER}/1.csv", "a,b\n1,x\n")
    (FOLDER / "2.csv").write_bytes(f"a,b\n{late}".encode(errors="surrogateescape"))
    in_folder(f"{FOLDER}/3.csv", 'a,b\n9,"x"\n')
    with pytest.raises(Mistake) as caught:
        read.stored(FOLDER, ["b"], ["a", "b"], Path("stored.parquet"))
    assert caught.value.lines == [f"{FOLDER}/2.csv, {said}"]


def refused(rows: list[int]) -> list[str]:
    table = read.table(FOLDER)
    found, wrong = Violations(table, FOLDER), np.zeros(len(table), dtype=bool)
    wrong[rows] = True
    found.add("a", wrong, "it is bad")
    with pytest.raises(Mistake) as caught:
        found.refuse()
    return caught.value.lines


def test_a_value_is_told_with_its_file_and_its_line_in_it(in_folder: Write) -> None:
    in_folder(f"{FOLDER}/1.csv", "a,b\n1,1\n2,2\n")
    in_folder(f"{FOLDER}/2.csv", "a,b\n")
    in_folder(f"{FOLDER}/3.csv", 'a,b\n"3",3\n\n4,4')
    assert refused([1, 2, 3]) == [
        f'{FOLDER}/1.csv, line 3: a is "2", but it is bad',
        f'{FOLDER}/3.csv, line 2: a is "3", but it is bad',
        f'{FOLDER}/3.csv, line 4: a is "4", but it is bad',
    ]


def test_a_value_is_told_with_its_file_and_its_row_in_it() -> None:
    for name, values in (("1", [1, 2]), ("2", []), ("3", [3, 4])):
        pq.write_table(pa.table({"a": pa.array(values, pa.int64())}), FOLDER / f"{name}.parquet")
    assert refused([1, 2]) == [
        f'{FOLDER}/1.parquet, row 2: a is "2", but it is bad',
        f'{FOLDER}/3.parquet, row 1: a is "3", but it is bad',
    ]


def test_a_damaged_file_of_a_folder_is_named() -> None:
    for name in "12":
        pq.write_table(pa.table({"a": range(1000)}), FOLDER / f"{name}.parquet")
    content = bytearray((FOLDER / "2.parquet").read_bytes())
    content[8:400] = b"x" * 392
    (FOLDER / "2.parquet").write_bytes(content)
    with pytest.raises(Mistake, match=rf"^{FOLDER}/2\.parquet: the file is damaged: "):
        read.table(FOLDER)


@pytest.mark.parametrize("late", [2**53 + 1, -(2**53) - 1])
def test_whole_numbers_that_no_fraction_of_another_file_is_as_exact_as_are_refused(late: int) -> None:
    for name, values in (("1", [0.5]), ("2", [late])):
        pq.write_table(pa.table({"a": values}), FOLDER / f"{name}.parquet")
    for reader in (read.table, reading.came):
        with pytest.raises(Mistake, match="whole numbers of one file are beyond what fractions of another hold: "):
            reader(FOLDER)


def test_a_folder_without_quotes_is_not_walked(in_folder: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in "12":
        in_folder(f"{FOLDER}/{name}.csv", "a,b\n1,2\n0x1,2\n")
    monkeypatch.setattr(header, "walk", lambda path, most=None: ["a", "b"] if most else pytest.fail("it is walked"))
    assert len(read.table(FOLDER)) == 4


def test_the_memory_of_a_folder_is_that_of_one_file(in_folder: Write) -> None:
    lines = "".join(f'{row},"x"\n' for row in range(1000))
    whole = in_folder("whole.csv", "a,b\n" + lines * 3)
    for name in "123":
        in_folder(f"{FOLDER}/{name}.csv", "a,b\n" + lines)
    (rows, made_of, need), of_whole = memory.needed(FOLDER, ["a"], ["b"]), memory.needed(whole, ["a"], ["b"])
    assert (rows, made_of) == of_whole[:2] == (3000, 1)
    assert need == pytest.approx(of_whole[2], rel=1e-6)


def test_a_folder_of_which_no_more_is_asked_is_closed(in_folder: Write) -> None:
    for name in "12":
        in_folder(f"{FOLDER}/{name}.csv", "a\n" + "1\n" * 10)
    source = joined.source(FOLDER)
    assert not isinstance(source, Path)
    assert source.read(3) == b"a\n1"
    source.close()
    assert joined.source(FOLDER / "1.csv") == FOLDER / "1.csv"
