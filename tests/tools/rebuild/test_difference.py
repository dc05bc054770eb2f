"""Where two files part, in words."""

from pathlib import Path

import pandas as pd
import pytest

from passage.base import parquet
from tools.rebuild.difference import first_difference
from tools.rebuild.records import BESIDE, _difference, _model


@pytest.mark.parametrize(
    ("run", "rebuilt", "words"),
    [
        (b'{\n "C": 1.0\n}', b'{\n "C": 1.1\n}', 'line 2: the run has `"C": 1.0`, the rebuild `"C": 1.1`'),
        (b"a\nb\n", b"a\n", "line 2: the rebuild ends there"),
        (b"a\n", b"a\nb\n", "line 2: the run ends there"),
        (b"a\nb\n", b"a\r\nb\r\n", "the line ends"),
        (b"x" * 500 + b"1" + b"y" * 500, b"x" * 500 + b"2" + b"y" * 500, "line 1: the run has `" + "x" * 40 + "1"),
        (b"\xff\x00\x01", b"\xff\x00\x02", "byte 2"),
        (b"\xff\x00", b"\xff\x00\x02", "byte 2"),
    ],
)
def test_text_parts_at_a_line_and_other_bytes_at_a_byte(tmp_path: Path, run: bytes, rebuilt: bytes, words: str) -> None:
    (tmp_path / "run").write_bytes(run)
    (tmp_path / "rebuilt").write_bytes(rebuilt)
    assert first_difference(tmp_path / "run", tmp_path / "rebuilt").startswith(words)


@pytest.mark.parametrize(
    ("line", "free"),
    [
        ("python: 3.11.7", True),
        ("- python=3.11.7", True),
        ("- pip<=24.0", True),
        ("  - pip:", True),
        ("- setuptools==78.1.0", True),
        ("- wheel", True),
        ("pandas==3.0.1", False),
        ("python-dateutil==2.9.0", False),
        ("- pip install something", False),
    ],
)
def test_of_a_models_packages_those_alone_are_free_that_the_machine_brings(line: str, free: bool) -> None:
    assert bool(BESIDE.fullmatch(line)) == free


def test_tables_part_at_a_cell(tmp_path: Path) -> None:
    table = pd.DataFrame({"hours": [1.0, 2.0, None], "passed": [0, 1, 1]})
    run, rebuilt = tmp_path / "run.parquet", tmp_path / "rebuilt.parquet"
    parquet.write(run, table)
    parquet.write(rebuilt, table.replace({"hours": {2.0: 2.5}}))
    assert first_difference(run, rebuilt) == "row 2, hours: the run has 2.0, the rebuild 2.5"
    parquet.write(rebuilt, table.head(2))
    assert first_difference(run, rebuilt) == (
        "the run has 3 rows of hours, passed, the rebuild 2 rows of hours, passed"
    )
    table.to_parquet(rebuilt)
    assert first_difference(run, rebuilt) == "the same numbers, written in another way"


def test_a_model_that_is_damaged_is_no_reason_to_leave_the_others(tmp_path: Path) -> None:
    assert list(_model(tmp_path)) == [("file", "it cannot be read: FileNotFoundError")]


def test_what_one_of_the_two_has_alone_is_called_that() -> None:
    assert _difference(None, "1") == "only the rebuild has it"
    assert _difference("1", None) == "only the run has it"
    assert _difference("1", "2") == "the run has `1`, the rebuild `2`"
