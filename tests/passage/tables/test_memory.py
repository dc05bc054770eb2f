"""What a table takes, by its size alone."""

from pathlib import Path

import numpy as np
import pandas as pd
import psutil
import pytest

from passage.base import blocks
from passage.model import folds
from passage.tables import header, memory


def test_rows_are_counted_in_parquet_and_by_a_sample_of_a_csv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = pd.DataFrame({"a": np.random.default_rng(0).normal(size=5000), "b": range(5000)})
    rows.to_parquet(tmp_path / "t.parquet")
    rows.to_csv(tmp_path / "t.csv", index=False)
    assert header.rows(tmp_path / "t.parquet") == 5000
    content = (tmp_path / "t.csv").read_bytes()
    for ends in (b"\n", b"\r\n", b"\r"):
        (tmp_path / "t.csv").write_bytes(content.replace(b"\n", ends))
        assert header.rows(tmp_path / "t.csv") == 5000
    monkeypatch.setattr(header, "SAMPLE", 20_000)
    assert header.rows(tmp_path / "t.csv") == pytest.approx(5000, rel=0.05)
    (tmp_path / "t.csv").write_text("a,b\n")
    assert header.rows(tmp_path / "t.csv") == 0


def test_the_need_grows_with_rows_and_columns(tmp_path: Path) -> None:
    pd.DataFrame({"a": range(1000)}).to_parquet(tmp_path / "t.parquet")
    rows, _, one = memory.needed(tmp_path / "t.parquet", ["a"], [])
    _, _, eleven = memory.needed(tmp_path / "t.parquet", list("abcdefghijk"), [])
    assert rows == 1000
    assert eleven - memory.START == pytest.approx(11 * (one - memory.START), rel=0.15)
    assert eleven - memory.START > 11 * 8 * 1000


def test_a_million_columns_are_too_many_for_what_holds_each_pair_of_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "t.csv").write_text("a\n1\n")
    monkeypatch.setattr(memory, "free", lambda: 10**12)
    few, many = (memory.lacking(str(tmp_path / "t.csv"), range(count), [], "x") for count in (10_000, 1_000_000))  # type: ignore[arg-type]
    assert list(few) == []
    assert "rows of 1,000,000 numbers each need about 32" in next(many)


def test_quotes_take_the_text_of_all_columns_and_a_place_for_each_value(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text('a,"b"\n' + "1,xyz\n" * 1000)
    _, _, plain = memory.needed(path, ["a"], [])
    path.write_text('a,"b"\n' + "1,xyz\n" * 999 + '1,"z"\n')
    _, _, quoted = memory.needed(path, ["a"], [])
    assert quoted - plain == path.stat().st_size + 2 * 1000 * 8


def test_a_table_that_is_large_takes_some_bytes_a_row_and_what_is_still_held(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "t.csv"
    path.write_text('a,"b"\n' + '1,"x"\n' * 1000)
    monkeypatch.setattr(memory, "START", 0)
    monkeypatch.setattr(memory, "BY_BLOCKS", 0)
    monkeypatch.setattr(memory, "A_ROW", 20)
    monkeypatch.setattr(memory, "DRAWN", 10)
    monkeypatch.setattr(blocks, "LARGE", 1500)
    by_blocks, half = (memory.needed(path, ["a", "b"], [], share)[2] for share in (0.8, 0.5))
    squares = memory.SQUARES * 8 * 2**2
    assert by_blocks == memory.A_ROW * 1000 + squares  # and no text
    assert half == memory.TIMES * 8 * 1500 + squares == memory.needed(path, ["a", "b"], [], 0.7)[2]
    monkeypatch.setattr(memory, "DRAWN", 900)
    assert memory.needed(path, ["a", "b"], [])[2] == memory.TIMES * 8 * 900 * 2 + squares


def test_what_is_drawn_is_what_a_cross_validation_draws() -> None:
    assert memory.DRAWN == folds.ENOUGH


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_a_category_takes_a_column_for_each_value_but_the_reference(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"t.{suffix}"
    rows = pd.DataFrame({"town": [f"town {number % 40}" for number in range(1000)], "age": 3, "y": 1})
    rows.to_csv(path, index=False) if suffix == "csv" else rows.to_parquet(path)
    columns = ["town", "age", "y"]
    (_, plain, _), (_, numbers, _) = (memory.needed(path, columns, which) for which in ([], ["town"]))
    assert (plain, numbers) == (3, 39 + 2)


def test_a_category_of_a_large_table_is_one_column_of_the_rows_that_are_drawn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pd.DataFrame({"town": [f"town {number % 40}" for number in range(1000)], "y": 1}).to_parquet(tmp_path / "t.parquet")
    for name in ("START", "BY_BLOCKS", "A_ROW"):
        monkeypatch.setattr(memory, name, 0)
    monkeypatch.setattr(blocks, "LARGE", 10)
    _, numbers, need = memory.needed(tmp_path / "t.parquet", ["town", "y"], ["town"])
    assert need == memory.TIMES * 8 * 1000 * 2 + memory.SQUARES * 8 * numbers**2


def test_only_the_first_rows_say_which_values_there_are(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("a,b\n1,x\n2\n3,y,more\n4,z\n")
    assert header.first_values(path, ["b"], 3) == {"b": ["x", "y"]}
    path.write_text("a,b\n")
    assert header.first_values(path, ["b"], 3) == {"b": []}
    pd.DataFrame({"b": []}).to_parquet(tmp_path / "t.parquet")
    assert header.first_values(tmp_path / "t.parquet", ["b"], 3) == {"b": []}


def test_free_is_what_the_machine_has_or_what_a_container_may_still_take(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit, taken = tmp_path / "max", tmp_path / "current"
    monkeypatch.setattr(memory, "LIMIT", limit)
    monkeypatch.setattr(memory, "TAKEN", taken)
    taken.write_text("400000\n")
    assert memory.free() == pytest.approx(psutil.virtual_memory().available, rel=0.2)
    limit.write_text("max\n")
    assert memory.free() == pytest.approx(psutil.virtual_memory().available, rel=0.2)
    limit.write_text("1000000\n")
    assert memory.free() == 600_000


def test_a_table_that_takes_long_to_read_and_write_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    pd.DataFrame({"a": range(1000)}).to_parquet(tmp_path / "t.parquet")
    for price, told in (
        (0.06, ""),
        (0.12, ": to read and write 1,000 rows of 1 numbers will take about 2 min or more"),
    ):
        monkeypatch.setattr(memory, "SECONDS", price)
        assert list(memory.lacking(str(tmp_path / "t.parquet"), ["a"], [], "models.model.data")) == []
        printed = capsys.readouterr().out
        assert told in printed
        assert bool(printed) == bool(told)


def test_a_large_tables_category_is_read_and_written_as_one_number_a_row(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    pd.DataFrame({"a": [f"l{number}" for number in range(1000)]}).to_parquet(tmp_path / "t.parquet")
    monkeypatch.setattr(memory, "SECONDS", 0.001)
    assert list(memory.lacking(str(tmp_path / "t.parquet"), ["a"], ["a"], "x")) == []
    assert "1,000 rows of 999 numbers will take about 17 min" in capsys.readouterr().out
    monkeypatch.setattr(blocks, "LARGE", 10_000)
    assert list(memory.lacking(str(tmp_path / "t.parquet"), ["a"], ["a"], "x")) == []
    assert capsys.readouterr().out == ""
