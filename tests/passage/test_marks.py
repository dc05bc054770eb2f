"""What a split goes by, as it stands in a table."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from passage import marks, tables
from passage.errors import Mistake

Write = Callable[[str, str], Path]


def of_csv(write: Write, *cells: str) -> pd.Series:
    path = write("ids.csv", "hours,id\n" + "".join(f"1,{cell}\n" for cell in cells))
    return marks.identifiers(tables.read(path, text=["id"]), "id", path)


def of_parquet(folder: Path, values: pa.Array) -> list[str]:
    path = folder / "ids.parquet"
    pq.write_table(pa.table({"id": values}), path)
    return marks.identifiers(tables.read(path, text=["id"]), "id", path).tolist()


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
        of_csv(in_folder, "a", cell, "b", cell)
    (line,) = caught.value.lines
    assert line.startswith("ids.csv, line 3: id is ")
    assert line.endswith(", but split.column must say in each row whose it is (1 more like it)")


def test_a_missing_identifier_of_a_parquet_table_is_one_line(tmp_path: Path) -> None:
    for values in (pa.array([7, None]), pa.array(["a", None])):
        with pytest.raises(Mistake, match=r"ids\.parquet, row 2: id is missing, but split\.column must say"):
            of_parquet(tmp_path, values)
