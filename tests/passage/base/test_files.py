"""Files: written whole or not at all, the same bytes each time."""

import json
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pandas as pd
import pytest
from conftest import ROOT
from hypothesis import given
from hypothesis import strategies as st

from passage import params
from passage.base import files
from passage.base.rounding import significant
from passage.params import leftovers


def test_what_stood_before_stands_when_writing_fails(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "x.json"
    files.write_json(path, {"good": 1})
    with pytest.raises(ValueError, match="Out of range float values"):
        files.write_json(path, {"bad": float("nan")})
    with pytest.raises(TypeError):
        files.write_text(path, 3)  # type: ignore[arg-type]
    assert files.read_json(path) == {"good": 1}
    assert [left.name for left in path.parent.iterdir()] == ["x.json"]


def test_what_was_written_before_writing_failed_is_gone(tmp_path: Path) -> None:
    def write_half() -> None:
        with files.replacing(path) as partial:
            partial.write_text("hal")
            raise OSError("the disk is full")

    path = tmp_path / "x.json"
    files.write_text(path, "whole")
    with pytest.raises(OSError, match="full"):
        write_half()
    assert [left.name for left in tmp_path.iterdir()] == ["x.json"]
    assert path.read_text() == "whole"


def test_what_a_killed_stage_was_writing_counts_neither_for_check_nor_for_git_and_dvc(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    settings = params.parse((ROOT / "params.yaml").read_text(encoding="utf-8"))
    with files.replacing(Path("models/of_nobody/model.json")) as partial:
        partial.touch()
        assert leftovers.strays(settings) == []
        for ignoring in (".gitignore", ".dvcignore"):
            assert any(map(partial.match, (ROOT / ignoring).read_text(encoding="utf-8").split()))
    assert leftovers.strays(settings) == [Path("models/of_nobody/model.json")]


def test_a_link_in_the_place_of_a_partial_file_is_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "mine.txt"
    outside.write_text("mine", encoding="utf-8")
    (tmp_path / "x.json.partial").symlink_to(outside)
    files.write_text(tmp_path / "x.json", "{}")
    assert (outside.read_text(encoding="utf-8"), files.read_json(tmp_path / "x.json")) == ("mine", {})


def test_both_hashes_of_each_file_are_those_of_its_bytes(tmp_path: Path) -> None:
    paths = [tmp_path / "empty", tmp_path / "long"]
    for path, content in zip(paths, (b"", b"12345678"), strict=True):
        path.write_bytes(content)
    expected = {path: (files.file_hash("md5", path), files.file_hash("sha256", path)) for path in paths}
    assert files.hashes([*paths, paths[0]]) == expected
    assert expected[paths[1]][0] == "25d55ad283aa400af464c76d713c07ad"


def test_all_who_ask_at_once_get_the_one_random_word_of_a_file(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        words = set(threads.map(files.token, [tmp_path / "folder/.word"] * 50))
    assert len(words) == 1
    assert len(words.pop()) == 16
    assert [left.name for left in (tmp_path / "folder").iterdir()] == [".word"]
    assert files.token(tmp_path / "other") != files.token(tmp_path / "folder/.word")


def test_infinity_is_a_word_in_json(tmp_path: Path) -> None:
    files.write_json(tmp_path / "x.json", {"C": float("inf"), "list": [-float("inf"), 1.5]})
    assert json.loads((tmp_path / "x.json").read_text()) == {"C": "inf", "list": ["-inf", 1.5]}


def test_csv_quotes_only_where_it_must(tmp_path: Path) -> None:
    files.write_csv(tmp_path / "plain.csv", pd.DataFrame({"a": ["x"], "b": [0.1], "c": [True]}))
    assert (tmp_path / "plain.csv").read_text() == "a,b,c\nx,0.1,true\n"
    table = pd.DataFrame({"a,b": ['say "hi"', "two\nlines"], "c": ["plain", ""]})
    files.write_csv(tmp_path / "quoted.csv", table)
    assert pd.read_csv(tmp_path / "quoted.csv", keep_default_na=False).equals(table)


@given(st.floats(-1e307, 1e307), st.integers(1, 15))
def test_rounding_keeps_the_leading_digits_and_is_done_once(value: float, digits: int) -> None:
    rounded = significant(value, digits)
    assert rounded == pytest.approx(value, rel=0.5 * 10 ** (1 - digits) + 1e-15, abs=1e-320)
    assert significant(rounded, digits) == rounded
    assert str(rounded) != "-0.0"


@pytest.mark.parametrize("rows", [0, 1, 2, 5])
@pytest.mark.parametrize("word", ["plain", "a, b"])
def test_both_halves_of_a_csv_are_written_once_in_their_order(tmp_path: Path, rows: int, word: str) -> None:
    table = pd.DataFrame({"a": [word] * rows, "b": [row / 3 for row in range(rows)]}, columns=["a", "b"])
    files.write_csv(tmp_path / "x.csv", table)
    quote = '"' if rows and "," in word else ""
    header = f"{quote}a{quote},{quote}b{quote}"
    found = (tmp_path / "x.csv").read_text().splitlines()
    assert found[0] == header
    assert [line.rpartition(",")[0] for line in found[1:]] == [f"{quote}{word}{quote}"] * rows
    assert [float(line.rpartition(",")[2]) for line in found[1:]] == [row / 3 for row in range(rows)]


plain = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(st.characters(codec="ascii"))


@given(st.dictionaries(st.text("abc", min_size=1), plain | st.lists(plain)))
def test_what_dvc_writes_is_read_as_it_was(content: dict[str, object]) -> None:
    from dvc.utils.serialize import dumps_yaml

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "dvc.lock")
        path.write_text(dumps_yaml(content), encoding="utf-8")
        assert files.read_yaml(path) == content
