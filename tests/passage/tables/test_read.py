"""Tables as they come: what is refused, with the file, the line, the column and the value."""

import datetime
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import reading

from passage.base import blocks, parquet
from passage.base.errors import Mistake
from passage.model.design import Feature
from passage.params import labels
from passage.params.labels import Label
from passage.tables import convert, header, read

Write = Callable[[str, str], Path]


def numbers(path: Path, *names: str) -> pd.DataFrame:
    return reading.features(read.table(path), {name: Feature(name) for name in names}, path)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", "t.csv: the file is empty; its first line must name the columns"),
        ("\n  \n", "t.csv: the file is empty; its first line must name the columns"),
        (
            "a,b,a\n1,2,3\n4,5,4\n",
            't.csv: the column "a" is there twice (columns 1 and 3), with other values in one row: give each a name of '
            "its own, as a_2",
        ),
        (
            "a,b,a\n1,2,1\n",
            't.csv: the column "a" is there twice (columns 1 and 3), with the same values: keep one of them',
        ),
        (
            "a,b,\n1,2\n",
            "t.csv, line 2: 2 values, but the header names 3 columns; if all are so, the line of names ends with "
            "a separator too many",
        ),
        (
            "a,b\n1,2,3\n",
            "t.csv, line 2: 3 values, but the header names 2 columns; if all are so, the line of names lacks "
            "one, as for row names",
        ),
        ("a,b\n1,2,3,4\n", "t.csv, line 2: 4 values, but the header names 2 columns"),
        ("a,b\n1\n", "t.csv, line 2: 1 values, but the header names 2 columns"),
        ('a,b\n"1"x,2\n', "t.csv, line 2: this is not CSV: ',' expected after '\"'"),
    ],
)
def test_a_header_that_cannot_be_read_is_refused(in_folder: Write, text: str, line: str) -> None:
    with pytest.raises(Mistake) as caught:
        header.columns(in_folder("t.csv", text))
    assert caught.value.lines == [line]


def test_a_missing_file_and_a_file_that_is_not_utf8_or_not_parquet_are_refused(in_folder: Write) -> None:
    with pytest.raises(Mistake, match=r"^gone\.csv: there is no such file$"):
        header.columns(Path("gone.csv"))
    in_folder("latin.csv", "").write_bytes("prüfung\n1\n".encode("latin-1"))
    with pytest.raises(Mistake, match=r"^latin\.csv, line 1: this is not UTF-8; save the table as UTF-8$"):
        header.columns(Path("latin.csv"))
    with pytest.raises(Mistake, match=r"^t\.parquet: this is not a Parquet file"):
        header.columns(in_folder("t.parquet", "a,b\n"))


def test_records_have_the_lines_they_end_on() -> None:
    lines = io.StringIO('a,b\n\n"two\nlines",1\n   \n2,3\n', newline="")
    assert list(header.parse(lines, Path("t.csv"))) == [(1, ["a", "b"]), (4, ["two\nlines", "1"]), (6, ["2", "3"])]
    assert list(header.parse(['"a;b"; c\n'], Path("t.csv"), ";", blanks=True)) == [(1, ["a;b", "c"])]
    with pytest.raises(Mistake, match=r"^t\.csv, line 2: this is not CSV: "):
        list(header.parse(["a,b\n", '"1"x,2\n'], Path("t.csv")))


def test_every_missing_column_is_named_with_the_key_that_wants_it(in_folder: Write) -> None:
    path = in_folder("t.csv", "a;b\n1;2\n")
    with pytest.raises(Mistake) as caught:
        header.require(path, {"a": "models.m.target", "b": "models.m.features"})
    assert caught.value.lines == [
        't.csv: the column "a", which models.m.target names, is missing; the table has a;b',
        't.csv: the column "b", which models.m.features names, is missing; the table has a;b',
    ]


def test_a_header_without_rows_is_refused(in_folder: Write) -> None:
    with pytest.raises(Mistake, match=r"^t\.csv: the table has a header and no rows$"):
        read.table(in_folder("t.csv", "a,b\n"))


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a\n1\ntwelve\n", 't.csv, line 3: a is "twelve", but a feature must be a number'),
        ("a,b\n1,1\n,1\n", "t.csv, line 3: a is missing, but a feature must be a number"),
        ("a\n1\ninf\n", 't.csv, line 3: a is "inf", but a feature must be a number'),
        ("a\nTrue\n", 't.csv, line 2: a is "True", but a feature must be a number'),
        ("a\n1\n\n\nx\n", 't.csv, line 5: a is "x", but a feature must be a number'),
        ("a\n1\n1e400\n", 't.csv, line 3: a is "1e400", but a feature must be a number'),
        ('b,a\n"two\nlines",1\nz,x\n', 't.csv, line 4: a is "x", but a feature must be a number'),
    ],
)
def test_a_feature_that_is_no_number_is_refused_with_its_place(in_folder: Write, text: str, line: str) -> None:
    path = in_folder("t.csv", text)
    with pytest.raises(Mistake) as caught:
        numbers(path, "a")
    assert caught.value.lines == [line]


@pytest.mark.parametrize("kind", ["number", "category", "boolean"])
def test_a_list_of_a_parquet_table_is_of_no_kind(in_folder: Write, kind: str) -> None:
    path = in_folder("t.parquet", "")
    pd.DataFrame({"a": [[1], None]}).to_parquet(path)
    with pytest.raises(Mistake, match=r'^t\.parquet, row 1: a is "\[1\]", but a'):
        reading.features(read.table(path), {"a": Feature("a", kind, "drop")}, path)


def test_a_place_in_a_parquet_table_is_a_row(in_folder: Write) -> None:
    path = in_folder("t.parquet", "")
    pd.DataFrame({"a": ["1", "x"]}).to_parquet(path)
    with pytest.raises(Mistake, match=r'^t\.parquet, row 2: a is "x"'):
        numbers(path, "a")


def test_integers_stay_integers_and_fractions_fractions(in_folder: Write) -> None:
    path = in_folder("t.csv", "a,b\n1,1\n2,2.5\n")
    found = numbers(path, "a", "b")
    assert [str(kind) for kind in found.dtypes] == ["int64", "float64"]


def test_integers_that_may_have_gaps_are_integers_where_they_have_none() -> None:
    kinds = [convert.of_kind(pd.Series(values, dtype="Int64"), "number")[0].dtype for values in ([1, 2], [1, None])]
    assert kinds == ["int64", "float64"]


@pytest.mark.parametrize("value", ["2", "yes", "", "0.5", "True"])
def test_a_target_that_is_neither_0_nor_1_is_refused(in_folder: Write, value: str) -> None:
    path = in_folder("t.csv", f"a,b\n1,0\n1,{value}\n")
    with pytest.raises(Mistake, match=r"^t\.csv, line 3: b is .*, but the target must be 0 or 1$"):
        reading.labels(read.table(path), "b", 1, path)


@pytest.mark.parametrize(
    ("text", "positive", "wanted"),
    [
        ("no yes no", "yes", ["no", "yes", "no"]),
        ("B M B", "B", ["B", "M", "B"]),
        ("true False TRUE", True, [True, False, True]),
        ("1 0 1", True, [True, False, True]),
        ("01 1 01", "01", ["01", "1", "01"]),
        ("2 1 1", 2, [2, 1, 1]),
    ],
)
def test_a_target_has_any_two_labels(in_folder: Write, text: str, positive: Label, wanted: list[Label]) -> None:
    path = in_folder("t.csv", "\n".join(["b", *text.split()]))
    column = reading.labels(read.table(path, ["b"] if isinstance(positive, str) else []), "b", positive, path)
    assert column.tolist() == wanted
    assert labels.classes(column, positive)[1] == positive


@pytest.mark.parametrize(
    ("text", "positive", "line"),
    [
        ("no yes maybe no", "yes", 't.csv, line 4: b is "maybe", but the target must be no or yes'),
        ("no yes", "Yes", "t.csv: b is never Yes, which is to be predicted (positive); it is no, yes"),
        ("yes yes", "yes", "t.csv: b is yes in every row; there must be another label"),
        ("no yes  no", "yes", "t.csv, line 4: b is missing, but the target must be no or yes"),
        ("true 3", True, 't.csv, line 3: b is "3", but the target must be false or true'),
    ],
)
def test_a_target_with_other_labels_is_refused(in_folder: Write, text: str, positive: Label, line: str) -> None:
    path = in_folder("t.csv", "b,a\n" + "\n".join(f"{one},1" for one in text.split(" ")))
    with pytest.raises(Mistake) as caught:
        reading.labels(read.table(path, ["b"]), "b", positive, path)
    assert caught.value.lines == [line]


def test_a_bom_and_windows_line_ends_are_no_part_of_a_name_or_a_value(in_folder: Write) -> None:
    path = in_folder("t.csv", "")
    path.write_bytes(b"\xef\xbb\xbfplan,age\r\n01,1\r\nb,2\r\n")
    wanted = {"plan": Feature("plan", "category"), "age": Feature("age")}
    rows = reading.features(read.table(path, ["plan"]), wanted, path)
    assert rows.to_dict("list") == {"plan": ["01", "b"], "age": [1, 2]}


@pytest.mark.parametrize("value", ["1,234", "1'234", "12.345.678", "1,234.5", "-1 234"])
def test_separators_of_thousands_are_refused_with_what_to_do(in_folder: Write, value: str) -> None:
    path = in_folder("t.csv", f'a\n7\n"{value}"\n')
    with pytest.raises(Mistake) as caught:
        numbers(path, "a")
    rule = "but a feature must be a number; write it without separators of thousands"
    assert caught.value.lines == [f't.csv, line 3: a is "{value}", {rule}']


def test_integers_written_as_text_are_integers(in_folder: Write) -> None:
    assert numbers(in_folder("t.csv", 'a\n"7"\n" 8 "\n'), "a")["a"].tolist() == [7, 8]


def test_what_stands_for_a_missing_value_is_named(in_folder: Write) -> None:
    path = in_folder("t.csv", "country,a\nDE,1\nNA,2\n")
    with pytest.raises(Mistake) as caught:
        reading.features(read.table(path, ["country"]), {"country": Feature("country", "category")}, path)
    assert caught.value.lines == [
        't.csv, line 3: country is missing ("NA" stands for that), but a category must be a text'
    ]


def test_booleans_are_true_and_false_in_any_case_or_1_and_0(in_folder: Write) -> None:
    path = in_folder("t.csv", "m\ntrue\nFALSE\n 1 \n0\n")
    wanted = {"m": Feature("m", "boolean")}
    assert reading.features(read.table(path, ["m"]), wanted, path)["m"].tolist() == [1, 0, 1, 0]
    wrong = in_folder("t.csv", "m\ntrue\nyes\n")
    with pytest.raises(Mistake, match=r't\.csv, line 3: m is "yes", but a boolean must be true or false, or 1 or 0'):
        reading.features(read.table(wrong, ["m"]), wanted, wrong)


def test_a_category_of_parquet_is_the_text_that_a_csv_would_have(in_folder: Write) -> None:
    path = in_folder("t.parquet", "")
    pd.DataFrame({"a": [1.0, None, 2.5], "b": [True, False, True]}).to_parquet(path)
    wanted = {name: Feature(name, "category", "drop") for name in "ab"}
    rows = reading.features(read.table(path), wanted, path)
    assert rows["a"].dropna().tolist() == ["1", "2.5"]
    assert rows["b"].tolist() == ["true", "false", "true"]


def test_a_row_may_lack_a_value_only_where_that_is_said_and_a_wrong_one_never(in_folder: Write) -> None:
    path = in_folder("t.csv", "a,b\n,1\n2,\n3,3\n")
    wanted = {"a": Feature("a", missing="drop"), "b": Feature("b", missing="median")}
    rows = reading.features(read.table(path), wanted, path)
    kept, dropped = convert.without_gaps(rows, ["a"], 3)
    assert kept.tolist() == [False, True, True]
    assert dropped == {"rows": 1, "of": 3, "missing": {"a": 1}}
    wrong = in_folder("t.csv", "a,b\nx,1\n2,\n")
    with pytest.raises(Mistake, match=r't\.csv, line 2: a is "x", but a feature must be a number'):
        reading.features(read.table(wrong), wanted, wrong)


@pytest.mark.parametrize("quote", ["", '"'])
def test_a_row_as_it_came_is_text_to_the_letter(in_folder: Write, quote: str) -> None:
    path = in_folder("t.csv", f"id,a\n{quote}007{quote},1.50\nNA,2\n")
    assert reading.came(path).to_dict("list") == {"id": ["007", "NA"], "a": ["1.50", "2"]}


def test_a_day_as_it_came_is_text_and_a_gap_among_days_a_gap(tmp_path: Path) -> None:
    pd.DataFrame({"day": [datetime.date(2026, 3, 1), None]}).to_parquet(tmp_path / "t.parquet")
    found = reading.came(tmp_path / "t.parquet")["day"]
    assert found[0] == "2026-03-01"
    assert found.isna().tolist() == [False, True]


def test_late_faults_are_placed_by_their_line_in_the_file(in_folder: Write) -> None:
    wide = 'a,b\n"two\nlines",1\n\n1,2,3\n'
    with pytest.raises(Mistake, match=r"^t\.csv, line 5: 3 values, but the header names 2 columns$"):
        read.table(in_folder("t.csv", wide))
    with pytest.raises(
        Mistake, match=r"^t\.csv, line 7: this is not CSV: unexpected end of data, in a record that begins on line 6$"
    ):
        read.table(in_folder("t.csv", 'a,b\n1,"2\n2"\n\n1,2\n"3,4\n5,6\n'))
    late = in_folder("t.csv", "")
    late.write_bytes(b"a,b\n" + b"1,2\n" * 30000 + "é,1\n".encode("latin-1"))
    with pytest.raises(Mistake, match=r"^t\.csv, line 30002: this is not UTF-8; save the table as UTF-8$"):
        read.table(late)
    late.write_bytes(b"\xef\xbb\xbfa,b\n1,2\n\xff,1\n")
    with pytest.raises(Mistake, match=r"^t\.csv, line 3: this is not UTF-8"):
        read.table(late)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a,b\n1,2\n3\n", "t.csv, line 3: 1 values, but the header names 2 columns"),
        ('a,b\n"1",2\n3\n', "t.csv, line 3: 1 values, but the header names 2 columns"),
        ('a,b\n1,2\n3,"a"b\n', "t.csv, line 3: this is not CSV: ',' expected after '\"'"),
        (
            'a,b\n1,"2\n3,4\n5,"a"\n',
            "t.csv, line 4: this is not CSV: ',' expected after '\"', in a record that begins on line 2",
        ),
    ],
)
def test_what_pandas_lets_pass_is_refused(in_folder: Write, text: str, line: str) -> None:
    path = in_folder("t.csv", text)
    with pytest.raises(Mistake) as caught:
        header.refuse_torn(path, len(read.table(path)))
    assert caught.value.lines == [line]


def test_of_a_table_with_quotes_pandas_makes_the_columns_that_are_asked_for(
    in_folder: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_csv, asked = pd.read_csv, []

    def recording(*arguments: Any, **settings: Any) -> pd.DataFrame:
        asked.append(settings["usecols"])
        rows: pd.DataFrame = read_csv(*arguments, **settings)
        return rows

    monkeypatch.setattr(pd, "read_csv", recording)
    path = in_folder("t.csv", 'a,b,"",c\n1,"x",7,01\n2,y,8,02\n')
    rows = read.table(path, ["c"], ["c", "", "gone"])
    assert rows.to_dict("list") == {"": [7, 8], "c": ["01", "02"]}
    assert asked == [[2, 3]]
    read.table(in_folder("t.csv", "a,b\n1,x\n0x2,y\n"), [], ["a"])
    assert asked[1:] == [None]
    with pytest.raises(Mistake, match=r"^t\.csv, line 2: 3 values, but the header names 2 columns; if"):
        read.table(in_folder("t.csv", 'a,b\n"1",2,3\n1\n'), [], ["a"])
    with pytest.raises(Mistake, match=r"^t\.csv, line 3: 3 values, but the header names 2 columns$"):
        read.table(in_folder("t.csv", "a,b\n0x1,2\n1,2,3\n1\n"), [], ["a"])


@pytest.fixture
def in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read tables as if they were beyond memory, two rows of four columns together."""
    monkeypatch.setattr(blocks, "LARGE", 1)
    monkeypatch.setattr(parquet, "READ_TOGETHER", 8)


QUOTED = 'n,t,f,g\n1,"a, b",1,\n2,01,2,3\n3,,2.5,4\n"4",x,3,5\n5,NA,4,6\n'


@pytest.mark.usefixtures("in_pieces")
def test_a_large_csv_that_pandas_must_read_is_read_in_pieces(in_folder: Write) -> None:
    path = in_folder("t.csv", QUOTED)
    found, whole = read.stored(path, ["t"], ["n", "t", "f", "g"], Path("raw.parquet")), read.table(path, ["t"])
    assert isinstance(found, parquet.Columns)
    assert [str(kind) for kind in whole.dtypes] == ["int64", "str", "float64", "float64"]
    for name in whole:
        pd.testing.assert_series_equal(found[str(name)], whole[name])


@pytest.mark.usefixtures("in_pieces")
@pytest.mark.parametrize("late", ["word", "true", "9007199254740993", "0x1F"])
def test_a_column_that_is_more_than_numbers_is_read_as_a_whole(in_folder: Write, late: str) -> None:
    path = in_folder("t.csv", f"{QUOTED}{late},x,1,1\n")
    found = read.stored(path, ["t"], ["n", "t", "f", "g"], Path("raw.parquet"))
    assert isinstance(found, pd.DataFrame)
    pd.testing.assert_frame_equal(found, read.table(path, ["t"]))


@pytest.mark.usefixtures("in_pieces")
@pytest.mark.parametrize(
    ("late", "said"),
    [
        ("1,2\n", "line 7: 2 values, but the header names 4 columns"),
        ("1,2,3,4,5\n", "line 7: 5 values, but the header names 4 columns"),
        ('1,"2,3,4\n', "line 7: this is not CSV: unexpected end of data"),
        ('1,"2"x,3,4\n', "line 7: this is not CSV: ',' expected after '\"'"),
    ],
)
def test_a_large_csv_is_refused_in_the_words_for_a_small_one(in_folder: Write, late: str, said: str) -> None:
    with pytest.raises(Mistake) as caught:
        read.stored(in_folder("t.csv", QUOTED + late), ["t"], ["n", "t"], Path("raw.parquet"))
    assert caught.value.lines == [f"t.csv, {said}"]
    with pytest.raises(Mistake) as whole:
        read.table(Path("t.csv"), ["t"], ["n", "t"])
    assert whole.value.lines == caught.value.lines


def test_a_table_without_quotes_is_not_walked(in_folder: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    walk, walked = header.walk, []

    def recording(path: Path, most: int | None = None) -> list[str]:
        walked.append(most)
        return walk(path, most)

    monkeypatch.setattr(header, "walk", recording)
    path = in_folder("t.csv", "")
    path.write_bytes(b"\xef\xbb\xbfa,b\r\n1,\r\n\r\n  \r\n,2\r\n,\r\n")
    header.refuse_torn(path, len(read.table(path)))
    assert set(walked) == {1}
    header.refuse_torn(in_folder("t.csv", 'a,b\n"1",2\n'), 1)
    assert None in walked


def test_lines_of_blanks_alone_do_not_shift_a_place(in_folder: Write) -> None:
    path = in_folder("t.csv", "a\n2\n   \n4\nx\n")
    with pytest.raises(Mistake, match=r'^t\.csv, line 5: a is "x"'):
        numbers(path, "a")


@pytest.mark.parametrize("end", ["", "\n", "\n\n", "\n \n", "\n\t"])
@pytest.mark.parametrize("texts", [[], ["a"]])
@pytest.mark.parametrize("text", ["a\n1\n \n\n2\n2", 'a\n1\n \n"2"\n2', "a,b\n1,x\n \n2,y\n\n2,y"])
def test_a_line_of_blanks_is_a_row_for_no_reader(in_folder: Write, text: str, texts: list[str], end: str) -> None:
    path = in_folder("t.csv", text + end)
    assert read.table(path, texts)["a"].astype(str).tolist() == ["1", "2", "2"]
    assert [reading.came(path, rows)["a"].tolist() for rows in (1, 2, 3)] == [["1", "2", "2"]] * 3


def test_a_number_of_hundreds_of_digits_is_refused_and_not_printed_whole(in_folder: Write) -> None:
    path = in_folder("t.csv", f"a\n1\n{'9' * 400}\n")
    with pytest.raises(Mistake, match=r'^t\.csv, line 3: a is "9{57}\.\.\.", but a feature must be a number$'):
        numbers(path, "a")


@pytest.mark.parametrize("kind", ["datetime64[s]", "timedelta64[s]", "bool"])
def test_dates_durations_and_booleans_of_parquet_are_no_numbers(in_folder: Write, kind: str) -> None:
    path = in_folder("t.parquet", "")
    pd.DataFrame({"a": np.array([0, 1], dtype=kind)}).to_parquet(path)
    with pytest.raises(Mistake, match=r"^t\.parquet, row \d: a is .*, but a feature must be a number"):
        numbers(path, "a")


def test_what_pandas_noted_of_an_index_neither_hides_a_column_nor_doubles_rows(in_folder: Write) -> None:
    path = in_folder("t.parquet", "")
    pd.DataFrame({"a": [1, 2, 3], "b": [0, 1, 1]}, index=[0, 0, 1]).to_parquet(path)
    assert reading.came(path).index.tolist() == [0, 1, 2]
    pd.DataFrame({"a": [1, 2, 3], "b": [0, 1, 1]}).set_index("b").to_parquet(path)
    assert reading.labels(read.table(path), "b", 1, path).tolist() == [0, 1, 1]


def test_a_damaged_parquet_file_is_refused(in_folder: Write) -> None:
    path = in_folder("t.parquet", "")
    pd.DataFrame({"a": range(1000)}).to_parquet(path)
    content = bytearray(path.read_bytes())
    content[8:400] = b"x" * 392
    path.write_bytes(content)
    with pytest.raises(Mistake, match=r"^t\.parquet: the file is damaged: "):
        read.table(path)


def test_an_unnamed_column_keeps_its_empty_name(in_folder: Write) -> None:
    path = in_folder("t.csv", ",a\n1,2\n")
    assert list(reading.came(path)) == ["", "a"]


def test_a_column_that_csv_cannot_hold_is_scored_as_text(in_folder: Write) -> None:
    path = in_folder("t.parquet", "")
    pd.DataFrame({"a": [1, 2], "list": [[1], [2, 3]], "flag": [True, False]}).to_parquet(path)
    assert reading.came(path).to_dict("list") == {"a": [1, 2], "list": ["[1]", "[2 3]"], "flag": [True, False]}
