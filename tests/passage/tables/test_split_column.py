"""What a split goes by, as it stands in a table."""

import datetime
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import reading

from passage.base.errors import Mistake
from passage.params.split import Split

Write = Callable[[str, str], Path]


def of_csv(write: Write, *cells: str) -> pd.Series:
    path = write("ids.csv", "hours,id\n" + "".join(f"1,{cell}\n" for cell in cells))
    return reading.mark(path, Split(method="hash", column="id", test_size=0.5, seed=1), ["id"])


def of_parquet(folder: Path, values: pa.Array) -> list[str]:
    path = folder / "ids.parquet"
    pq.write_table(pa.table({"id": values}), path)
    return reading.mark(path, Split(method="hash", column="id", test_size=0.5, seed=1), ["id"]).tolist()


def test_an_integer_a_float_of_it_and_its_text_are_one_identifier(in_folder: Write, tmp_path: Path) -> None:
    assert of_csv(in_folder, "7", "7.0", " 7 ", '"7"', "-7.00").tolist() == ["7", "7", "7", "7", "-7"]
    assert of_parquet(tmp_path, pa.array([7, 8])) == ["7", "8"]
    assert of_parquet(tmp_path, pa.array([7.0, 8.5])) == ["7", "8.5"]
    assert of_parquet(tmp_path, pa.array(["7", "7.0", "x7.0"])) == ["7", "7", "x7.0"]
    assert of_parquet(tmp_path, pa.array(["7", "8"]).dictionary_encode()) == ["7", "8"]


def test_an_identifier_does_not_change_when_a_row_with_letters_comes_to_the_table(in_folder: Write) -> None:
    before, after = of_csv(in_folder, "007", "12345678901234567890"), of_csv(in_folder, "007", "1e3", "A1")
    assert before.tolist() == ["007", "12345678901234567890"]
    assert after.tolist() == ["007", "1e3", "A1"]


@pytest.mark.parametrize("cell", ["", '"  "', "NA"])
def test_a_missing_identifier_is_one_line(cell: str, in_folder: Write) -> None:
    with pytest.raises(Mistake) as caught:
        of_csv(in_folder, "a", cell, "b")
    (line,) = caught.value.lines
    assert line.startswith("ids.csv, line 3: id is ")
    assert line.endswith(", but split.column must say in each row whose it is")


def test_a_missing_identifier_of_a_parquet_table_is_one_line(tmp_path: Path) -> None:
    for values in (pa.array([7, None]), pa.array(["a", None])):
        with pytest.raises(Mistake, match=r"ids\.parquet, row 2: id is missing, but split\.column must say"):
            of_parquet(tmp_path, values)


def timed(write: Write, *cells: str, test_from: float | str = "2026-03-01") -> pd.Series:
    path = write("rows.csv", "hours,day\n" + "".join(f"1,{cell}\n" for cell in cells))
    return reading.mark(path, Split(method="time", column="day", test_from=test_from), ["day"])


def test_dates_and_times_are_read_as_iso_8601_says(in_folder: Write) -> None:
    assert timed(in_folder, "2026-03", "2026-03-01", " 2026-03-01 09:30 ", "2026-03-01T09:30:00.5").tolist() == [
        pd.Timestamp("2026-03-01"),
        pd.Timestamp("2026-03-01"),
        pd.Timestamp("2026-03-01 09:30"),
        pd.Timestamp("2026-03-01 09:30:00.5"),
    ]


def test_times_with_zones_are_compared_as_the_moments_that_they_are(in_folder: Write) -> None:
    found = timed(in_folder, "2026-03-01T09:30Z", "2026-03-01T10:00+01:00", "2026-03-01T04:30-0500")
    assert (found == found[0]).tolist() == [True, False, True]
    assert found[1] < found[0]


def test_the_first_time_that_can_be_read_says_whether_all_have_a_zone(in_folder: Write) -> None:
    with pytest.raises(Mistake) as caught:
        timed(in_folder, "25:00Z", "2026-03-01", "2026-03-02")
    (line,) = caught.value.lines
    assert line.startswith('rows.csv, line 2: day is "25:00Z", but with split.test_from a time, it must be')


def test_numbers_are_read_as_numbers_where_test_from_is_one(in_folder: Write) -> None:
    assert timed(in_folder, "2026", "1e3", " 2.5", test_from=3).tolist() == [2026.0, 1000.0, 2.5]


TIME = (
    "with split.test_from a time, it must be a date or time as 2026-03-01, 2026-03-01T09:30 or, with its time zone, "
    "2026-03-01T09:30+01:00"
)


@pytest.mark.parametrize(
    ("cells", "test_from", "line"),
    [
        (["2026-03-01", "03/04/2026"], "2026-03-01", f'rows.csv, line 3: day is "03/04/2026", but {TIME}'),
        (["2026-03-01", "2026-02-30"], "2026-03-01", f'rows.csv, line 3: day is "2026-02-30", but {TIME}'),
        (["1.3.2026"], "2026-03-01", f'rows.csv, line 2: day is "1.3.2026", but {TIME}'),
        (["2026-3-1"], "2026-03-01", f'rows.csv, line 2: day is "2026-3-1", but {TIME}'),
        (["2026"], "2026-03-01", f'rows.csv, line 2: day is "2026", but {TIME}'),
        (["20260301"], "2026-03-01", f'rows.csv, line 2: day is "20260301", but {TIME}'),
        (["2026-03-01", ""], "2026-03-01", f"rows.csv, line 3: day is missing, but {TIME}"),
        (
            ["2026-03-01", "2026-03-01T09:30Z"],
            "2026-03-01",
            'rows.csv, line 3: day is "2026-03-01T09:30Z", but the first time has no time zone: all must have one, or '
            "none",
        ),
        (["1", "2026-03-01"], 3, 'rows.csv, line 3: day is "2026-03-01", but it must be a number, as split.test_from'),
        (["1", "inf"], 3, 'rows.csv, line 3: day is "inf", but it must be a number'),
        (["1", ""], 3, "rows.csv, line 3: day is missing, but it must be a number"),
    ],
)
def test_a_cell_that_is_no_time_is_refused_not_guessed(
    cells: list[str], test_from: float | str, line: str, in_folder: Write
) -> None:
    with pytest.raises(Mistake) as caught:
        timed(in_folder, *cells, test_from=test_from)
    assert len(caught.value.lines) == 1
    assert caught.value.lines[0].startswith(line)


def test_times_of_a_parquet_table_are_taken_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "rows.parquet"
    day = datetime.date(2026, 3, 1)
    morning = datetime.datetime(2026, 3, 1, 9, 30)

    def read(values: pa.Array, test_from: float | str = "2026-03-01") -> pd.Series:
        pq.write_table(pa.table({"day": values}), path)
        return reading.mark(path, Split(method="time", column="day", test_from=test_from), [])

    assert read(pa.array([day])).tolist() == [pd.Timestamp(day)]
    assert read(pa.array([morning], pa.timestamp("ms"))).tolist() == [pd.Timestamp(morning)]
    zoned = read(pa.array([morning], pa.timestamp("us", "Europe/Berlin")))
    assert str(zoned.dt.tz) == "UTC"
    assert read(pa.array([7]), 3).tolist() == [7.0]
    for values, test_from in (
        (pa.array([day, None]), "2026-03-01"),
        (pa.array([morning, None], pa.timestamp("ms")), "2026-03-01"),
        (pa.array([7, 8]), "2026-03-01"),
        (pa.array([morning], pa.timestamp("ms")), 3),
        (pa.array([True, False]), 3),
        (pa.array([1.0, np.inf]), 3),
    ):
        with pytest.raises(Mistake, match=r"rows\.parquet, row [12]: day is "):
            read(values, test_from)
