"""What `check` says of params.yaml that is allowed, and still worth a word."""

import os
import shutil
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import ROOT

from passage import params
from passage.base import blocks
from passage.base.errors import Mistake
from passage.tables import by_size, header, memory
from passage.tables.by_size import not_the_same_everywhere
from stages.check import main, special_files, too_large

TEXT = (ROOT / "params.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("solver", "warned"), [("lbfgs", True), ("newton-cg", True), ("liblinear", True), ("sag", False), ("saga", False)]
)
def test_a_solver_whose_digits_differ_between_processors_is_told_with_its_key(solver: str, warned: bool) -> None:
    assert list(not_the_same_everywhere(params.parse(TEXT))) == []
    lines = list(not_the_same_everywhere(params.parse(TEXT.replace("newton-cholesky", solver, 1))))
    assert [line.startswith(f"warning: models.model.train.solver is {solver}: ") for line in lines] == [True] * warned


def test_auto_is_told_only_where_it_is_such_a_solver() -> None:
    auto = TEXT.replace("newton-cholesky", "auto", 1)
    assert list(not_the_same_everywhere(params.parse(auto))) == []
    wide = auto.replace("    - hours_studied\n", "".join(f"    - x{number}\n" for number in range(201)), 1)
    (line,) = not_the_same_everywhere(params.parse(wide.replace("        hours_studied:\n", "        x1:\n", 1)))
    assert line.startswith("warning: models.model.train.solver is auto, so lbfgs: on another processor")


def test_auto_goes_by_the_columns_of_numbers_that_categories_become(
    in_folder: Callable[[str, str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("passage.params.model.NEWTON", 3)
    text = TEXT.replace("newton-cholesky", "auto", 1).replace("{}", "{hours_studied: {kind: category}}", 1)
    for values, solvers in (("abcd", []), ("abcde", ["auto, so lbfgs"])):
        in_folder("data/raw/exam_hours.csv", "hours_studied,passed_exam\n" + "".join(f"{one},1\n" for one in values))
        warned = [line.split(" is ")[1].split(":")[0] for line in not_the_same_everywhere(params.parse(text))]
        assert warned == solvers


def test_a_table_that_will_not_fit_is_refused_with_what_it_needs_and_what_helps(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(ROOT)
    assert list(too_large(params.parse(TEXT))) == []
    monkeypatch.setattr(memory, "free", lambda: 200_000_000)
    first, second, *to_score = too_large(params.parse(TEXT))
    assert first.startswith(
        "data/raw/exam_hours.csv: about 20 rows of 2 numbers each need about 0.3 GB of memory, and 0.2 GB "
        "are free (models.model.data); what helps: fewer features,"
    )
    assert "exam_hours_courses.csv" in second
    assert ["(score.guessed_hours.data)" in line for line in to_score] == [True]


@pytest.mark.parametrize("what", ["a pipe", "a device", "a socket", "a link to nothing"])
def test_what_is_no_file_below_data_raw_is_told_and_files_folders_and_links_to_them_are_fine(
    in_folder: Callable[[str, str], Path], what: str
) -> None:
    in_folder("data/raw/folder/fine.csv", "a\n1\n")
    Path("data/raw/link.csv").symlink_to("folder/fine.csv")
    Path("data/raw/more").symlink_to("folder")
    assert list(special_files()) == []
    path = Path("data/raw/t.csv")
    match what:
        case "a pipe":
            os.mkfifo(path)
        case "a socket":
            with socket.socket(socket.AF_UNIX) as listener:
                listener.bind(str(path))
        case _:
            path.symlink_to("/dev/zero" if what == "a device" else "nowhere.csv")
    told = what if what == "a link to nothing" else "not a file"
    assert [*special_files()] == [f"{path}: this is {told}, and DVC reads all that is below data/raw; remove it"]


def test_what_dvc_would_read_for_ever_is_told_with_all_else_that_is_wrong(
    in_folder: Callable[[str, str], Path],
) -> None:
    in_folder("params.yaml", TEXT)
    in_folder("data/raw/exam_hours.csv", "hours_studied\n1\n")
    Path("data/raw/zero.csv").symlink_to("/dev/zero")
    with pytest.raises(Mistake) as caught:
        main()
    assert caught.value.lines[0].startswith("data/raw/zero.csv: this is not a file, and DVC reads all that is below")
    assert any('the column "passed_exam"' in line for line in caught.value.lines[1:])


@pytest.mark.parametrize(
    ("rows", "method", "fits"),
    [
        (10, "random", True),
        (10, "time", True),
        (6.5, "none", True),
        (6.5, "random", False),  # fewer than five train, in memory
        (40, "random", False),
    ],
)
def test_ten_million_rows_that_are_fitted_by_blocks_fit_in_a_gigabyte_and_a_half(
    rows: float, method: str, fits: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(header, "rows", lambda path: int(rows * 1_000_000))
    monkeypatch.setattr(memory, "numbers", lambda path, columns, categories: 10)
    monkeypatch.setattr(memory, "free", lambda: 1_500_000_000)
    text = TEXT.replace("method: random", f"method: {method}\n      column: day\n      test_from: 1", 1)
    lines = [line for line in too_large(params.parse(text)) if "(models.model.data)" in line]
    assert (lines == []) == fits


def rows_of(count: int) -> str:
    return "hours_studied,passed_exam\n" + "".join(f"{row}.5,{row % 2}\n" for row in range(count))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("newton-cholesky", "lbfgs", r"solver is lbfgs, .*: it must be newton-cholesky or auto"),
        *(
            ("0.0\n      solver: newton-cholesky", f"1\n      solver: {solver}", "l1_ratio is 1, .* must be 0")
            for solver in ("saga", "auto")
        ),
    ],
)
def test_a_fit_that_blocks_of_rows_do_not_allow_is_refused_before_anything_is_built(
    in_folder: Callable[[str, str], Path], monkeypatch: pytest.MonkeyPatch, old: str, new: str, said: str
) -> None:
    monkeypatch.setattr(blocks, "LARGE", 30)
    in_folder("params.yaml", TEXT.replace(old, new, 1))
    shutil.copytree(ROOT / "data/raw", "data/raw")
    in_folder("data/raw/exam_hours.csv", rows_of(60))
    with pytest.raises(Mistake, match=rf"^params\.yaml: models\.model\.train\.{said}$"):
        main()
    assert not Path("data/checked").exists()


@pytest.mark.parametrize(
    ("rows", "old", "new"),
    [
        (45, "", ""),  # 33 are to train, if there are so many
        (60, "method: random", "method: group\n      column: day"),
        (60, "columns: {}", "columns: {hours_studied: {missing: drop}}"),
        (60, "newton-cholesky", "auto"),
    ],
)
def test_what_only_the_rows_can_tell_of_a_fit_by_blocks_is_left_to_train(
    in_folder: Callable[[str, str], Path], monkeypatch: pytest.MonkeyPatch, rows: int, old: str, new: str
) -> None:
    monkeypatch.setattr(blocks, "LARGE", 30)
    in_folder("data/raw/exam_hours.csv", rows_of(rows))
    text = TEXT.replace(old, new, 1).replace("newton-cholesky", "lbfgs", 1)
    assert [line for line in by_size.refused(params.parse(text)) if ".model." in line] == []
