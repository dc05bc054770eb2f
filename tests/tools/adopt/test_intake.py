"""Tables of others: the same values reach the pipeline, however they were written."""

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pandas as pd
import pytest
import reading
from hypothesis import given
from hypothesis import strategies as st
from sklearn import datasets

from passage.base import files
from passage.base.errors import Mistake
from passage.params.columns import ColumnSettings
from passage.tables import memory, read
from passage.tables.names import ROWS
from tools.adopt import intake

Write = Callable[[str, str], Path]

LOADERS = {
    "breast_cancer": lambda table: table["target"],
    "iris": lambda table: (table["target"] == 1).astype(int),
    "wine": lambda table: (table["target"] == 2).astype(int),
    "diabetes": lambda table: (table["target"] > 140).astype(int),
    "digits": lambda table: (table["target"] >= 5).astype(int),
}
VARIANTS: dict[str, dict[str, object]] = {
    "semicolons and decimal commas in Windows-1252": {"sep": ";", "decimal": ",", "encoding": "cp1252"},
    "tabs and a byte order mark": {"sep": "\t", "encoding": "utf-8-sig"},
    "quotes everywhere": {"quoting": csv.QUOTE_ALL},
    "quotes and decimal commas between commas": {"decimal": ",", "quoting": csv.QUOTE_ALL},
    "bars in UTF-16": {"sep": "|", "encoding": "utf-16"},
    "Windows line ends": {"lineterminator": "\r\n"},
    "semicolons, decimal commas and quotes in Latin-1": {
        "sep": ";",
        "decimal": ",",
        "quoting": csv.QUOTE_NONNUMERIC,
        "encoding": "latin-1",
    },
}


def real_table(name: str) -> pd.DataFrame:
    table: pd.DataFrame = getattr(datasets, f"load_{name}")(as_frame=True).frame
    table["target"] = LOADERS[name](table)
    return table.rename(columns={table.columns[0]: "größe, in µm"}).assign(note='ein "Wort", schön\nnoch eines; so|so')


def landed(taken: intake.Intake, folder: Path) -> pd.DataFrame:
    """Return what the pipeline reads of a table that was taken in."""
    path = folder / "landed.csv"
    if taken.content is not None:
        files.write_bytes(path, taken.content)
    else:
        assert taken.table is not None
        files.write_csv(path, taken.table.to_pandas())
    return read.table(path)


@pytest.mark.parametrize("name", LOADERS)
@pytest.mark.parametrize("variant", VARIANTS)
def test_real_tables_reach_the_pipeline_with_equal_values(name: str, variant: str, tmp_path: Path) -> None:
    table, plain, path = real_table(name), tmp_path / "plain.csv", tmp_path / "t.csv"
    table.to_csv(plain, index=False)
    table.to_csv(path, index=False, **VARIANTS[variant])  # type: ignore[call-overload]
    rows = landed(intake.take(path, "target"), tmp_path)
    pd.testing.assert_frame_equal(rows, read.table(plain), check_exact=True)
    features = {str(column): ColumnSettings() for column in table if column not in ("target", "note")}
    pd.testing.assert_frame_equal(reading.features(rows, features, path), reading.features(table, features, path))


cells = st.text(st.characters(codec="utf-8", exclude_characters="\x00\ufeff"), max_size=8)


@given(st.data(), st.sampled_from(",;\t|"), st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]))
def test_no_text_is_changed_by_its_separator_and_its_quotes(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject, separator: str, quoting: Literal[0, 1]
) -> None:
    width = data.draw(st.integers(2, 4))
    never = "?-.*" if quoting == csv.QUOTE_ALL else "?-.*\r"  # which csv writes bare, and which then ends the line
    texts = cells.filter(
        lambda text: not text.isspace() and not any(letter.isdigit() or letter in never for letter in text)
    )
    rows = data.draw(st.lists(st.lists(texts, min_size=width, max_size=width), min_size=1, max_size=5))
    header = ["y", *(f"c{number}" for number in range(1, width))]
    path = tmp_path_factory.mktemp("t") / "t.csv"
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=separator, quoting=quoting, lineterminator="\n").writerows([header, *rows])
    path.write_text(text.getvalue(), encoding="utf-8", newline="")
    taken = intake.take(path, "y")
    folder = path.parent
    if taken.content is None:
        assert taken.table is not None
        assert [list(row.values()) for row in taken.table.to_pylist()] == rows
        files.write_csv(folder / "l.csv", taken.table.to_pandas())
    else:
        files.write_bytes(folder / "l.csv", taken.content)
    pd.testing.assert_frame_equal(
        reading.came(folder / "l.csv"), pd.DataFrame(rows, columns=header, dtype="str"), check_dtype=False
    )


def test_blanks_after_commas_go_and_are_told(in_folder: Write) -> None:
    taken = intake.take(in_folder("t.csv", 'a, b, y\n1, x, 0\n2, "u, v", 1\n'), "y")
    assert taken.table is not None
    assert taken.table.to_pydict() == {"a": ["1", "2"], "b": ["x", "u, v"], "y": ["0", "1"]}
    assert taken.changes == ["blanks after the separator went"]


@pytest.mark.parametrize(
    ("text", "changes"),
    [
        (
            "sep=;\r\na;y\r\nx;0\r\nz;1\r\n",
            ["the first line, sep=;, went", "the separator, a semicolon, became a comma"],
        ),
        ("sep=,\na,y\nx,0\nz,1\n", ["the first line, sep=,, went"]),
        ('"sep=\t"\na\ty\nx\t0\nz\t1\n', ["the first line, sep=\t, went", "the separator, a tab, became a comma"]),
    ],
)
def test_the_line_that_excel_goes_by_goes(in_folder: Write, tmp_path: Path, text: str, changes: list[str]) -> None:
    taken = intake.take(in_folder("t.csv", text), "y")
    assert taken.changes == changes
    assert landed(taken, tmp_path).to_dict("list") == {"a": ["x", "z"], "y": [0, 1]}
    assert taken.content is None or taken.content.startswith(b"a,y\n")


def test_below_the_line_that_excel_goes_by_lines_keep_their_numbers(in_folder: Write) -> None:
    with pytest.raises(Mistake, match=r"^t\.csv, line 4: 1 values, but the header names 2 columns$"):
        intake.take(in_folder("t.csv", "sep=;\na;y\nx;0\n1\n"), "y")


def test_a_guessed_encoding_is_told_with_a_word_that_it_makes(in_folder: Write) -> None:
    path = in_folder("t.csv", "")
    path.write_bytes("a,y\nplain,0\nдом мой,1\n".encode("cp1251"))
    assert intake.take(path, "y").doubts == ['Windows-1252 is a guess: is "äîì" right? If not, save the table as UTF-8']


@pytest.mark.parametrize(("name", "times"), [("t.csv", 3), ("abroad.csv", 5), ("t.pq", 3.5)])
def test_a_table_that_will_not_fit_in_memory_is_refused_before_it_is_read(
    in_folder: Write, monkeypatch: pytest.MonkeyPatch, name: str, times: float
) -> None:
    path = in_folder(name, "")
    if name == "t.pq":
        pd.DataFrame({"a": range(100_000), "y": 0}).to_parquet(path)
        size = 8 * 200_000
    else:
        path.write_text({"t.csv": "a,y\n", "abroad.csv": "a;y\n"}[name] + "1,1\n" * 1000)
        size = path.stat().st_size
    need = memory.START + int(times * size)
    monkeypatch.setattr(memory, "free", lambda: need)
    intake.take(path, "y") if name != "abroad.csv" else None
    monkeypatch.setattr(memory, "free", lambda: need - 1)
    monkeypatch.setattr(Path, "read_bytes", None)
    with pytest.raises(
        Mistake, match=rf"^{path}: to adopt its 0\.0 GB takes about 0\.3 GB of memory, and 0\.3 GB are free"
    ):
        intake.take(path, "y")


def test_lines_of_blanks_alone_and_other_line_ends_are_no_rows(in_folder: Write) -> None:
    for text in ("a,y\n1,0\n   \n2,1\n", "\n\na,y\n1,0\n\n2,1", "a,y\r\n1,0\r\n2,1\r\n"):
        path = in_folder("t.csv", "")
        path.write_bytes(text.encode())
        taken = intake.take(path, "y")
        assert (taken.rows, taken.content) == ([2], text.encode())
        assert len(read.table(path)) == 2


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"", "t.csv: the file is empty; its first line must name the columns"),
        (b" \n\n", "t.csv: the file is empty; its first line must name the columns"),
        (b"\xff\xfe\n\0", "t.csv: the file is empty; its first line must name the columns"),
        (b"a,y\n", "t.csv: the table has a header and no rows"),
        (b"a,a,y\n1,2,3\n", 't.csv: the column "a" is there twice (columns 1 and 2), with other values in one row: gi'),
        (b"a, a,y\n1, 1,3\n", 't.csv: the column "a" is there twice (columns 1 and 2), with the same values: keep one'),
        (b"a;b;a;a;y\n1;2;1;3;0\n", 't.csv: the column "a" is there 3 times (columns 1, 3 and 4), with other values'),
        (b"a,y\n1,2,0\n1,3,1\n", "t.csv: the header names 2 columns, and each row has 3 values: give each a name"),
        (b"a,b,y\n1,0\n2,1\n", "t.csv: the header names 3 columns, and each row has 2 values: take the name away that"),
        (b"a,y\n" + b"1,0\n" * ROWS + b'1\n"1"x,0\n', "t.csv, line 202: 1 values, but the header names 2 columns\nt.c"),
        (b"red;yes\nblue;yes\nred;no\n", 't.csv: its first line looks like a row ("red" stands above the same): put'),
        (b",,y\n1,2,3\n", "t.csv: columns 1 and 2 have no name; give each one a name of its own"),
        (b"a,y\n1\n2,1\n3,0,9\n", "t.csv, line 2: 1 values, but the header names 2 columns\nt.csv, line 4: 3 values"),
        (b'a,y\n"1"x,0\n', "t.csv, line 2: this is not CSV: ',' expected after '\"'"),
        (b'a,y\n1,0\n"2,1\n3,0\n', "t.csv, line 4: this is not CSV: unexpected end of data, in a record that b"),
        (b"\xd0\xcf\x11\xe0rest", "t.csv: this is an old workbook; save the sheet as CSV"),
        (b"\x1f\x8brest", "t.csv: this is packed (gzip); unpack it first"),
        (b"SQLite format 3\x00", "t.csv: this is a database; export its table as CSV"),
        (b'[{"a": 1}]', "t.csv: this looks like JSON, XML or a web page; save the table as CSV or Parquet"),
        (b"<html>", "t.csv: this looks like JSON, XML or a web page; save the table as CSV or Parquet"),
    ],
)
def test_what_is_no_table_is_refused_with_its_line_and_the_reason(in_folder: Write, content: bytes, line: str) -> None:
    path = in_folder("t.csv", "")
    path.write_bytes(content)
    with pytest.raises(Mistake) as caught:
        intake.take(path, "y")
    assert str(caught.value).startswith(line)


def test_a_file_that_is_not_there_or_may_not_be_read_is_told_as_that(
    in_folder: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(Mistake, match=r"^gone\.csv: there is no such file$"):
        intake.take(Path("gone.csv"), "y")

    def refused(*_: object) -> None:
        raise PermissionError

    in_folder("t.csv", "a,y\n1,0\n")
    monkeypatch.setattr(Path, "open", refused)
    with pytest.raises(Mistake, match=r"^t\.csv: this file may not be read$"):
        intake.take(Path("t.csv"), "y")


def test_of_many_rows_that_cannot_be_read_ten_are_named_and_the_others_counted(in_folder: Write) -> None:
    with pytest.raises(Mistake) as caught:
        intake.take(in_folder("t.csv", "a,b,y\n" + "1\n" * 30), "y")
    assert len(caught.value.lines) == 11
    assert caught.value.lines[-1] == "t.csv: 20 more lines like these"


def test_a_false_parquet_is_refused(in_folder: Write) -> None:
    with pytest.raises(Mistake, match=r"^t\.parquet: this is not a Parquet file$"):
        intake.take(in_folder("t.parquet", "a,y\n1,0\n"), "y")


def test_each_file_of_a_folder_is_read_as_it_is_written_and_all_say_what_a_number_means(in_folder: Write) -> None:
    in_folder("t/1.csv", "a;y\n1.234;0\n")
    in_folder("t/2.csv", "a,y\n2,1\n3,1\n")
    (in_folder("t/3.txt", "")).write_bytes("a\ty\n0,5\t0\n".encode("utf-16"))
    taken = intake.take(Path("t"), "y")
    assert taken.table is not None
    assert taken.table.to_pydict() == {"a": ["1234", "2", "3", "0.5"], "y": ["0", "1", "1", "0"]}
    assert (taken.suffix, taken.rows, [path.name for path in taken.files]) == (
        ".csv",
        [1, 2, 1],
        ["1.csv", "2.csv", "3.txt"],
    )
    assert taken.changes == [
        "the separator, a semicolon, became a comma",
        "UTF-16 became UTF-8",
        "the separator, a tab, became a comma",
        'numbers with a decimal comma are written plainly in a ("1.234" became 1234)',
    ]


def test_a_folder_that_the_pipeline_reads_as_it_is_stays_what_it_is(in_folder: Write) -> None:
    for name in "12":
        in_folder(f"t/{name}.csv", "a,y\n1,0\n")
    in_folder("t/_SUCCESS", "")
    taken = intake.take(Path("t"), "y")
    assert (taken.content, taken.table, taken.changes, taken.rows) == (None, None, [], [1, 1])


@pytest.mark.parametrize(
    ("second", "line"),
    [
        ("a,y\n1,0\n1\n", "t/2.csv, line 3: 1 values, but the header names 2 columns"),
        ("b,y\n1,0\n", 't/2.csv: column 1 is "b", but it must be "a", as in t/1.csv'),
        ('a,y\n5,0\n"1,234",0\n', 't/2.csv, row 2: a is "1,234", which may be 1.234 or 1234, and nothing else in'),
        ("PAR1", "t/2.csv: this is not what t/1.csv is; the files of a folder must be of one kind"),
        ('{"a": 1}', "t/2.csv: this looks like JSON, XML or a web page; save the table as CSV or Parquet"),
        ("", "t/2.csv: the file is empty; its first line must name the columns"),
    ],
)
def test_what_is_wrong_with_a_file_of_a_folder_is_told_with_its_name(in_folder: Write, second: str, line: str) -> None:
    in_folder("t/1.csv", "a,y\n1,0\n")
    in_folder("t/2.csv", second)
    with pytest.raises(Mistake) as caught:
        intake.take(Path("t"), "y")
    assert str(caught.value).startswith(line)
