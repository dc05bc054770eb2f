"""A table is adopted whole, or nothing is written."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from conftest import ROOT, Project
from sklearn import datasets

from passage import params
from passage.base import files
from passage.base.errors import Mistake
from passage.tables import read
from passage.tracking import git
from stages import normalize, split
from tools import adopt

Write = Callable[[str, bytes], Path]

PLAIN = "age,plan,churned\n" + "".join(f"{20 + n},{'ab'[n % 3 > 0]},{'yes' if n % 4 else 'no'}\n" for n in range(40))
NUMBERS = "age,hours,churned\n" + "".join(f"{20 + n * 7 % 40},{n % 5}.5,{n % 2}\n" for n in range(40))


def present() -> dict[str, bytes]:
    """Return every file of the project with its bytes, Git's and DVC's own apart."""
    found = (path for path in Path().rglob("*") if path.is_file() and path.parts[0] != ".git")
    return {str(path): path.read_bytes() for path in found if ".dvc" not in path.parts[:1] or "tmp" in path.parts}


def test_a_plain_table_is_taken_as_it_is_and_what_was_done_is_shown(
    write: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    source = write("from/Churn 2024.csv", PLAIN.encode())
    adopt.main(str(source), "churned")
    assert Path("data/raw/Churn_2024.csv").read_bytes() == source.read_bytes()
    settings = params.load().models["Churn_2024"]
    assert (settings.data, settings.target, settings.features) == ("data/raw/Churn_2024.csv", "churned", ["plan"])
    said = capsys.readouterr().out
    assert "data/raw/Churn_2024.csv: 40 rows, for Git to keep\n  taken as it is, byte for byte\n" in said
    assert "#   age: left out: an identifier: it counts the rows, from 20 to 59\n" in said
    assert '    positive: "yes"  # it says so; 30 rows have yes, 10 have no\n' in said
    assert said.endswith("left to do:\n  git add data/raw/Churn_2024.csv params.yaml\n  make repro\n")


def test_a_foreign_table_becomes_one_that_the_pipeline_reads_and_each_change_is_said(
    write: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = "".join(f"{n * 7 % 40},5;{'schön' if n % 3 else 'übel'};{'ja' if n % 4 else 'nein'}\n" for n in range(40))
    adopt.main(str(write("t.csv", ("größe;plan;y\n" + rows).encode("cp1252"))), "y", "mine", "nein")
    adopted = read.table(Path("data/raw/mine.csv"))
    assert adopted["größe"].tolist() == [n * 7 % 40 + 0.5 for n in range(40)]
    assert params.load().models["mine"].positive == "nein"
    assert (
        "  Windows-1252 became UTF-8\n"
        "  the separator, a semicolon, became a comma\n"
        '  numbers with a decimal comma are written plainly in größe ("0,5" became 0.5)\n'
        '  please look: Windows-1252 is a guess: is "größe" right? If not, save the table as UTF-8\n'
    ) in capsys.readouterr().out


def test_a_parquet_table_is_taken_byte_for_byte_under_another_ending_too(write: Write) -> None:
    table = datasets.load_breast_cancer(as_frame=True).frame
    table.to_parquet("cells.pq")
    adopt.main("cells.pq", "target")
    assert Path("data/raw/cells.parquet").read_bytes() == Path("cells.pq").read_bytes()
    assert params.load().models["cells"].features == list(table.columns[:-1])


def test_a_table_that_lies_in_data_raw_stays_there_and_can_serve_twice(write: Write) -> None:
    source = write("data/raw/t.csv", NUMBERS.encode())
    adopt.main(str(source), "churned")
    adopt.main(str(source), "churned", "again", "0")
    assert [path.name for path in Path("data/raw").iterdir()] == ["t.csv"]
    assert [params.load().models[name].data for name in ("t", "again")] == ["data/raw/t.csv"] * 2


def test_an_interrupted_adoption_is_finished_by_the_same_command(write: Write) -> None:
    source = write("t.csv", NUMBERS.encode())
    write("data/raw/t.csv", NUMBERS.encode())  # what a kill leaves: the table without its entry
    adopt.main(str(source), "churned")
    assert "t" in params.load().models


def test_a_failure_at_the_very_end_takes_everything_back(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    source, monkeypatched = write("t.csv", NUMBERS.encode()), files.write_bytes
    write("data/raw/.gitignore", b"/other.csv\n")
    subprocess.run([sys.executable, "-m", "dvc", "init", "--quiet"], check=True)
    monkeypatch.setattr(adopt, "LARGE", 10)

    def full(path: Path, content: bytes) -> None:
        if path.name == "params.yaml":
            assert Path("data/raw/t.csv.dvc").exists()
            raise KeyboardInterrupt
        monkeypatched(path, content)

    monkeypatch.setattr(files, "write_bytes", full)
    before = present()
    with pytest.raises(KeyboardInterrupt):
        adopt.main(str(source), "churned")
    after = present()
    assert {path: content for path, content in after.items() if "tmp" not in path} == {
        path: content for path, content in before.items() if "tmp" not in path
    }


def test_a_large_table_is_kept_by_dvc_and_what_is_told_to_be_typed_can_be_typed_without_an_activated_environment(
    write: Write, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    subprocess.run([sys.executable, "-m", "dvc", "init", "--quiet"], check=True)
    monkeypatch.setattr(adopt, "LARGE", 10)
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    adopt.main(str(write("data/raw/my table; $x.csv", NUMBERS.encode())), "churned", "t")
    assert Path("data/raw/.gitignore").read_text() == "/my table; $x.csv\n"
    said = capsys.readouterr().out
    assert said.startswith("data/raw/my table; $x.csv: 40 rows, kept by DVC, as it is large\n")
    subprocess.run(["sh", "-c", said.partition("left to do:\n")[2].splitlines()[0]], check=True)
    added = {"data/raw/.gitignore", "data/raw/my table; $x.csv.dvc", "params.yaml"}
    assert added <= set(git.run("ls-files").decode().split("\n"))


def test_a_large_table_that_git_has_stays_with_git(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adopt, "LARGE", 10)
    table = write("data/raw/t.csv", NUMBERS.encode())
    subprocess.run(["git", "add", str(table)], check=True)
    adopt.main(str(table), "churned")
    assert [path.name for path in Path("data/raw").iterdir()] == ["t.csv"]


def test_a_table_that_dvc_keeps_already_stays_with_dvc(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    write("data/raw/t.csv", NUMBERS.encode())
    write("data/raw/t.csv.dvc", b"outs: []\n")
    adopt.main("data/raw/t.csv", "churned")
    assert Path("data/raw/t.csv.dvc").read_bytes() == b"outs: []\n"
    assert "  git add data/raw/t.csv.dvc data/raw/.gitignore params.yaml\n" in capsys.readouterr().out


def test_a_failure_at_the_very_end_takes_a_folder_back_too(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    written = files.write_bytes

    def full(path: Path, content: bytes) -> None:
        if path.name == "params.yaml":
            assert Path("data/raw/t/1.csv").exists()
            raise KeyboardInterrupt
        written(path, content)

    write("t/1.csv", NUMBERS.encode())
    monkeypatch.setattr(files, "write_bytes", full)
    before = present()
    with pytest.raises(KeyboardInterrupt):
        adopt.main("t", "churned")
    assert present() == before


def parquet(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink)
    return bytes(sink.getvalue())


BAD = {
    "ragged": (b"a,churned\n1,0\n1,0,5\n", "t.csv, line 3: 3 values, but the header names 2 columns"),
    "the target alone": (b"churned\n" + b"0\n1\n" * 9, "t.csv: no column is left to predict churned from"),
    "lists for a target": (
        parquet(pa.table({"a": range(6), "churned": [[1], [0]] * 3})),
        "t.csv: churned holds lists, mappings or bytes; a label must be a text, a number or a boolean",
    ),
    "torn Parquet": (parquet(pa.table({"a": [1]}))[:-9], "t.csv: this is not a Parquet file"),
    "Parquet without rows": (
        parquet(pa.table({"a": pa.array([], pa.int64())})),
        "t.csv: the table has a header and no rows",
    ),
}


@pytest.mark.parametrize("kind", BAD)
def test_what_cannot_be_adopted_is_told_in_lines_and_nothing_is_written(write: Write, kind: str) -> None:
    content, line = BAD[kind]
    source = write("t.csv", content)
    before = present()
    with pytest.raises(Mistake) as caught:
        adopt.main(str(source), "churned")
    assert str(caught.value).startswith(line)
    assert present() == before


def test_a_table_of_which_the_pipeline_would_lose_rows_is_refused(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, source = read.table, write("t.csv", NUMBERS.encode())
    monkeypatch.setattr(read, "table", lambda *arguments: whole(*arguments)[1:])
    before = present()
    with pytest.raises(Mistake, match=r"^t\.csv: it has 40 rows, of which the pipeline would read 39$"):
        adopt.main(str(source), "churned")
    assert present() == before


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("t.csv", "churned", "score"), 'params.yaml: models.score is "score"; a name must consist of letters'),
        (("t.csv", "churned", "../../t"), 'params.yaml: models.../../t is "../../t"; a name must consist of letters'),
        (("t.csv", "churned", "model_2"), "params.yaml: models.model_2 is there already; give another name: NAME=..."),
        (("t.csv", "churned", "taken"), "data/raw/taken.csv is there already, and is another table; give another name"),
        (("t.csv", "churned", "pulled"), "data/raw/pulled.csv.dvc is there already, its table is not; bring it with"),
        (
            ("data/raw/T.CSV", "churned"),
            "data/raw/T.CSV: its name must end in .csv, as this is what it is; rename it, or",
        ),
        (("data/raw/p.csv", "churned"), "data/raw/p.csv: its name must end in .parquet, as this is what it is; rename"),
        (("data/raw/taken.csv", "churned"), "data/raw/taken.csv: it cannot stay as it is; move it out of data/raw"),
    ],
)
def test_nothing_is_overwritten_and_no_name_is_taken_amiss(write: Write, arguments: tuple[str, ...], line: str) -> None:
    write("t.csv", NUMBERS.encode())
    write("data/raw/taken.csv", NUMBERS.replace(",", ";").encode())
    write("data/raw/pulled.csv.dvc", b"")
    write("data/raw/T.CSV", NUMBERS.encode())
    write("data/raw/p.csv", parquet(pa.table({"churned": [0, 1]})))
    before = present()
    with pytest.raises(Mistake) as caught:
        adopt.main(*arguments)
    assert str(caught.value).startswith(line)
    assert present() == before


def test_blanks_around_the_targets_name_are_none_of_it_in_a_csv_on_either_side(
    write: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    table = NUMBERS.replace("churned", " churned", 1)
    adopt.main(str(write("t.csv", table.encode())), "churned ")
    assert "target: churned\n" in capsys.readouterr().out


def split_as_adopted(capsys: pytest.CaptureFixture[str], name: str = "t") -> pd.DataFrame:
    """Return what the pipeline's own first stages make of the adopted table's training rows."""
    for stage in (split, normalize):
        stage.main(name)
    capsys.readouterr()
    return pd.read_parquet(f"data/split/{name}/train.parquet")


def test_blanks_and_codes_with_a_zero_are_read_by_the_pipeline_as_they_were_adopted(
    write: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [f"{' ' if n % 8 == 3 else n % 5 + 0.5},{n // 2 % 4 + 7:03},{n % 2}" for n in range(40)]
    adopt.main(str(write("t.csv", "\n".join(["charges,zone,churned", *rows, ""]).encode())), "churned")
    said = capsys.readouterr().out
    assert "  values of nothing but blanks became missing ones in charges\n" in said
    assert "    #   charges: number: from 0.5 to 4.5; 5 missing\n" in said
    assert "    #   zone: category: 4 values, 007 10, 008 10," in said
    train = split_as_adopted(capsys)
    assert set(train["zone"]) == {"007", "008", "009", "010"}
    assert train["charges"].isna().any()


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_labels_that_are_fractions_are_written_as_the_texts_that_the_pipeline_reads(
    write: Write, capsys: pytest.CaptureFixture[str], ending: str
) -> None:
    table = pd.DataFrame({"a": [n % 7 for n in range(40)], "dose": [2.5 if n % 3 else 1.0 for n in range(40)]})
    getattr(table, f"to_{ending}")(f"t.{ending}", index=False)
    adopt.main(f"t.{ending}", "dose")
    written = {"csv": "1.0", "parquet": "1"}[ending]
    assert params.load().models["t"].positive == written
    assert (split_as_adopted(capsys)["dose"] == written).mean() == pytest.approx(1 / 3, abs=0.04)


def test_rows_of_one_patient_are_not_torn_apart(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [f"p{n // 4},{n % 7},{n * 7 % 3 > 0}" for n in range(120)]
    adopt.main(str(write("t.csv", "\n".join(["patient_id,a,churned", *rows, ""]).encode())), "churned")
    assert "method: group  # several rows share one, and new rows will be of others; if not: random\n" in (
        capsys.readouterr().out
    )
    assert params.load().models["t"].split.column == "patient_id"
    assert split_as_adopted(capsys)["patient_id"].value_counts().eq(4).all()


def test_make_hands_over_what_was_typed_to_the_letter(tmp_path: Path) -> None:
    shutil.copy(ROOT / "Makefile", tmp_path)
    for name in ("requirements.lock", "src/tools/setup.sh", "src/tools/sitecustomize.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    python = tmp_path / ".venv/bin/python3"
    python.parent.mkdir(parents=True)
    python.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
    python.chmod(0o755)

    def made(*arguments: str, **variables: str) -> list[str]:
        given = [f"{name}={one}" for name, one in variables.items()]
        done = Project(tmp_path).run("env", *given, "make", "adopt", *arguments)  # not in `make test`'s own variables
        return done.stdout.splitlines()[2:]

    typed = ["my $(shell touch run).csv", "revenue ($)", "n$$", 'it\'s "$HOME" `touch run` # %']
    names = ("TABLE", "TARGET", "NAME", "POSITIVE")
    assert made(*(f"{name}={one}" for name, one in zip(names, typed, strict=True))) == typed
    assert made(**dict(zip(names, typed, strict=True))) == [typed[0], typed[1], "", typed[3]]
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("separator", [",", ";"])
def test_a_folder_is_adopted_as_a_folder_file_by_file(
    write: Write, capsys: pytest.CaptureFixture[str], separator: str
) -> None:
    head, *rows = PLAIN.splitlines()
    for name, part in (("1.csv", rows[:7]), ("2.csv", []), ("3.csv", rows[7:])):
        write(f"from/months/{name}", "\n".join([head, *part, ""]).replace(",", separator).encode())
    write("from/months/_SUCCESS", b"")
    adopt.main("from/months", "churned")
    assert [path.name for path in sorted(Path("data/raw/months").iterdir())] == ["1.csv", "2.csv", "3.csv"]
    whole = read.table(write("whole.csv", PLAIN.encode()))
    pd.testing.assert_frame_equal(read.table(Path("data/raw/months")), whole)
    assert len(read.table(Path("data/raw/months/1.csv"))) == 7
    assert params.load().models["months"].data == "data/raw/months"
    said = capsys.readouterr().out
    assert said.startswith("data/raw/months: 40 rows, for Git to keep\n")
    assert ("taken as it is, byte for byte" in said) == (separator == ",")
    assert said.endswith("  git add data/raw/months params.yaml\n  make repro\n")


def test_a_folder_of_parquet_is_taken_byte_for_byte_and_dvc_keeps_a_large_one(
    write: Write, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adopt, "LARGE", 1)
    kept: list[tuple[str, ...]] = []
    monkeypatch.setattr(adopt, "dvc", lambda *arguments: kept.append(arguments))
    for name in ("1.parquet", "2.pq"):
        write(f"t/{name}", parquet(pa.table({"a": [1, 2, 3, 1] * 9, "churned": [0, 1, 0, 1, 1, 0] * 6})))
    adopt.main("t", "churned")
    assert [path.name for path in sorted(Path("data/raw/t").iterdir())] == ["1.parquet", "2.pq.parquet"]
    assert Path("data/raw/t/1.parquet").read_bytes() == Path("t/1.parquet").read_bytes()
    assert kept == [("add", "data/raw/t", "--quiet")]
    assert "data/raw/t: 72 rows, kept by DVC, as it is large" in capsys.readouterr().out


def test_a_folder_below_data_raw_stays_where_it_is_and_one_that_is_another_is_not_overwritten(write: Write) -> None:
    write("data/raw/mine/1.csv", PLAIN.encode())
    write("data/raw/mine/_SUCCESS", b"")
    adopt.main("data/raw/mine", "churned", "other_name")
    assert params.load().models["other_name"].data == "data/raw/mine"
    write("mine/1.csv", PLAIN.replace("yes", "oui").encode())
    before = present()
    with pytest.raises(Mistake, match=r"^data/raw/mine is there already, and is another table; give another name"):
        adopt.main("mine", "churned")
    assert present() == before


def test_parquet_files_of_a_folder_that_cannot_be_one_table_are_refused_with_the_name_of_the_source(
    write: Write,
) -> None:
    write("t/1.parquet", parquet(pa.table({"a": [1, 2], "churned": [0, 1]})))
    write("t/2.parquet", parquet(pa.table({"a": ["x", "y"], "churned": [0, 1]})))
    before = present()
    with pytest.raises(Mistake, match=r"^t/2\.parquet: this cannot be one table with the files before it: Field a"):
        adopt.main("t", "churned")
    assert present() == before
