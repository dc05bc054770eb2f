"""What pyarrow reads is what pandas would read, and what it leaves to pandas."""

from contextlib import nullcontext, suppress
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pandas._libs.parsers import STR_NA_VALUES

from passage.tables import names, plain_csv

WORDS = ["NA", "", "null", "-nan", "yes", "a b", "true", "0x1F", '"7"', "2026-01-02", "12:30", "1_000", "1e400", "inf"]
NUMBERS = st.one_of(st.integers(-(10**18), 10**18).map(str), st.floats(allow_nan=False).map(repr))
SPELLED = st.sampled_from([" 5", "5 ", "007", "+5", "1.", ".5", "1e5", "-0", "-0.0", "1E-3"])
CELLS = NUMBERS | SPELLED | st.sampled_from(WORDS)


def both(path: Path, content: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    path.write_text(content, encoding="utf-8", newline="")
    return plain_csv.read(path, ["n", "t"], ["t"]), pd.read_csv(path, low_memory=False, dtype={"t": str})


@given(st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=6), st.sampled_from(["\n", "\r\n", "\r"]), st.booleans())
@example([("1", "a"), ("", "NA")], "\n", False)
@example([("0x1F", "a"), ("1", "b")], "\r", False)
@example([("0x1F", "a"), ("1", "b")], "\n", False)
@example([("1", "a"), ("2", "b"), ("2.5", "c")], "\n", True)
@example([("", "a"), ("", "b"), ("2", "c")], "\n", True)
def test_what_it_reads_is_what_pandas_reads(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]], end: str, large: bool
) -> None:
    path = tmp_path_factory.getbasetemp() / "table.csv"
    with pytest.MonkeyPatch.context() as patch, suppress(plain_csv.LeftToPandas):
        patch.setattr(plain_csv, "LARGE", 1 if large else plain_csv.LARGE)
        quick, slow = both(path, end.join(["n,t", *map(",".join, rows), ""]))
        pd.testing.assert_series_equal(quick["t"], slow["t"])
        assert (quick["n"].to_numpy(dtype=float).view("int64") == slow["n"].to_numpy(dtype=float).view("int64")).all()


def test_numbers_and_texts_with_gaps_are_not_left_to_pandas(tmp_path: Path) -> None:
    quick, slow = both(tmp_path / "table.csv", '"n",t,more\n1,007,x\n,NA,y\n2.5,a b,z\n')
    pd.testing.assert_frame_equal(quick, slow[["n", "t"]])
    whole, _ = both(tmp_path / "table.csv", "n,t\n1,a\n2,b\n")
    assert whole["n"].dtype == np.int64


@pytest.mark.parametrize("rows", [1, 2, 3, 100])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_the_halves_of_a_large_file_are_one_table(
    tmp_path: Path, rows: int, end: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "table.csv"
    content = end.join(["n,t", *(f"{row}.5,0{row}" for row in range(rows))])
    whole, _ = both(path, content)
    monkeypatch.setattr(plain_csv, "LARGE", 1)
    halves, slow = both(path, content)
    pd.testing.assert_frame_equal(halves, slow)
    pd.testing.assert_frame_equal(halves, whole)


@pytest.mark.parametrize(
    "row",
    [
        '"1",a',
        "0x10,a",
        "18446744073709551616,a",
        "2.5,a\n9007199254740993,a",
        "true,a",
        "2026-01-02,a",
        "many,a",
        "1e400,a",
        "1",
        "1,a,b",
        " ",
    ],
)
def test_what_may_be_read_otherwise_is_left_to_pandas(tmp_path: Path, row: str) -> None:
    path = tmp_path / "table.csv"
    path.write_text(f"n,t\n1,a\n{row}\n", encoding="utf-8")
    with pytest.raises(plain_csv.LeftToPandas):
        plain_csv.read(path, ["n", "t"], ["t"])


@given(st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=6), st.sampled_from(["\n", "\r\n"]))
@example([(" ", " ")], "\n")
def test_each_value_stays_the_text_that_stands_there(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]], end: str
) -> None:
    path = tmp_path_factory.getbasetemp() / "text.csv"
    path.write_text(end.join(["n,t", *map(",".join, rows), ""]), encoding="utf-8", newline="")
    quoted = any('"' in cell for row in rows for cell in row)
    with pytest.raises(plain_csv.LeftToPandas) if quoted else nullcontext():
        (text,) = plain_csv.as_text(path, ["n", "t"])
        pd.testing.assert_frame_equal(text.to_pandas(), pd.read_csv(path, dtype=str, keep_default_na=False))


@pytest.mark.parametrize("content", ["n,t\n1,2\n \n", "n,t\n1\n", "n,t\n1,\udcff\n"])
def test_what_may_be_another_text_for_pandas_is_left_to_it(tmp_path: Path, content: str) -> None:
    path = tmp_path / "table.csv"
    path.write_text(content, encoding="utf-8", errors="surrogateescape")
    with pytest.raises(plain_csv.LeftToPandas):
        list(plain_csv.as_text(path, content.partition("\n")[0].split(",")))


def test_what_is_missing_is_what_pandas_takes_for_missing() -> None:
    assert set(names.MISSING) == STR_NA_VALUES
