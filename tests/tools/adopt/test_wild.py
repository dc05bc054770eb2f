"""Tables as people have them: what they mean is kept, put right and said, asked for, or refused in one line."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from passage import params
from passage.base import files
from passage.base.errors import Mistake
from passage.tables import first_rows, header
from stages import associate, evaluate, normalize, predict, split, train
from tools import adopt
from tools.adopt import intake

Write = Callable[[str, bytes], Path]
TRUTH = np.random.default_rng(7).integers(0, 2, 300)


def csv(**columns: object) -> bytes:
    return pd.DataFrame(columns).to_csv(index=False).encode()


def test_the_gaps_of_a_category_turn_no_direction_round(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    random, plan = np.random.default_rng(1), np.repeat(["low", "middle", None], [330, 300, 500])
    late = random.random(len(plan)) < np.where(plan == "middle", 0.4, np.where(plan == "low", 0.48, 0.1))
    adopt.main(str(write("t.csv", csv(plan=plan, repaid=np.where(late, "yes", "no")))), "repaid")
    assert "#   plan: category: 2 values, low 330, middle 300; 500 missing, which is a category of its own" in (
        capsys.readouterr().out
    )
    for stage in (split, normalize, train):
        stage.main("t")
    coefficients = files.read_json(Path("models/t/model.json"))["coefficients"]
    assert set(coefficients) == {"plan=middle", "plan=missing"}
    assert coefficients["plan=middle"] < 0


@pytest.mark.parametrize(
    ("text", "change", "names"),
    [
        ("age,dose,y,\n31,2,0\n32,4,1\n", "the separator at the end of the header went", ["age", "dose", "y"]),
        (
            "\n\nage,dose,y\n1,31,2,0\n2,32,4,1\n",
            "the first column, which had no name, is named index",
            ["index", "age", "dose", "y"],
        ),
        (
            '"index","dose","y"\n"Ann",31,2,0\n"Bob",32,4,1\n',
            "the first column, which had no name, is named row index",
            ["row index", "index", "dose", "y"],
        ),
        (
            "age,dose,y\r\n31,2,0,\r\n31,4,1,\r\n",
            "the last column, which is empty and has no name, got an empty one",
            ["age", "dose", "y", ""],
        ),
    ],
)
def test_a_line_of_names_that_is_one_longer_or_shorter_than_every_row_is_put_right_and_that_is_said(
    write: Write, text: str, change: str, names: list[str]
) -> None:
    taken = intake.take(write("t.csv", text.encode()), "y")
    assert change in taken.changes
    assert taken.rows == [2]
    if taken.content is not None:
        write("data/raw/t.csv", taken.content)
        assert header.columns(Path("data/raw/t.csv")) == names
    else:
        assert taken.table is not None
        assert taken.table.column_names == names


def test_lines_keep_their_numbers_below_names_that_were_mended(write: Write) -> None:
    rows = "".join(f"{n},{n % 7},{n % 2}\n" for n in range(20))
    with pytest.raises(Mistake) as caught:
        intake.take(write("t.csv", f'"a\n(b)",c,y,\n{rows}"x"z,1,1\n'.encode()), "y")
    assert str(caught.value) == "t.csv, line 23: this is not CSV: ',' expected after '\"'"


def test_a_column_that_was_left_out_is_a_feature_once_the_mark_before_it_is_gone(
    write: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    children = [str(n % 60) if n % 61 else "many" for n in range(300)]
    adopt.main(str(write("t.csv", csv(income=[n * 7 % 97 for n in range(300)], children=children, y=TRUTH))), "y")
    line = '# - children  # left out: mostly numbers, but also texts like "many"; make these numbers or gaps\n'
    assert line in capsys.readouterr().out
    text = Path("params.yaml").read_text(encoding="utf-8")
    write("params.yaml", text.replace(line, "- children\n").encode())
    assert list(first_rows.texts(params.load())) == []
    for stage in (split, normalize, train):
        stage.main("t")
    assert "children=many" in files.read_json(Path("models/t/model.json"))["coefficients"]


def test_what_a_target_lacks_and_has_too_much_of_becomes_a_rule_and_split_says_of_how_many_rows(
    write: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    grade = [("2", "1", "3", "")[n % 4] for n in range(80)]
    adopt.main(str(write("t.csv", csv(a=[n * 7 % 11 for n in range(80)], grade=grade))), "grade", "", "3")
    said = capsys.readouterr().out
    assert "please look: grade: 20 rows without it are left out (missing: drop): are they like the others?\n" in said
    assert 'please look: grade: "2" and "1" count as one (others: rest): is that the question?\n' in said
    settings = params.load().models["t"]
    assert settings.used()["columns"] == {"grade": {"missing": "drop", "others": "rest"}}
    split.main("t")
    assert capsys.readouterr().out == (
        "t: 45 rows train, 15 test, 20 are dropped; the rest is 2 (20 rows) and 1 (20 rows)\n"
    )
    assert files.read_json(Path("data/split/t/dropped.json")) == {
        "rows": 20,
        "of": 80,
        "missing": {"grade": 20},
        "rest": [{"label": "2", "rows": 20}, {"label": "1", "rows": 20}],
    }
    for stage in (normalize, train, associate, predict, evaluate):
        stage.main("t")
    assert files.read_json(Path("metrics/t.json"))["rest"] == [{"label": "2", "rows": 20}, {"label": "1", "rows": 20}]
    assert files.read_json(Path("models/t/model.json"))["classes"] == ["rest", "3"]
    assert set(pd.read_csv("predictions/t/test.csv", dtype=str)["actual"]) == {"rest", "3"}


def test_words_that_are_read_as_gaps_of_a_category_are_told_and_those_of_numbers_are_not(
    write: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    pet, age = [("cat", "dog", "None")[n % 3] for n in range(90)], [n * 7 % 11 if n % 5 else "NA" for n in range(90)]
    adopt.main(str(write("t.csv", csv(pet=pet, age=age, y=["", "N/A"] + ["yes", "no"] * 44))), "y")
    line = "such a word is read as a missing value; where it is a category, write it another way\n"
    assert f'please look: y ("N/A", one row) and pet ("None", 30 rows): {line}' in capsys.readouterr().out


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_a_target_of_numbers_keeps_its_labels_where_rows_lack_it(write: Write, ending: str) -> None:
    write(f"t.{ending}", b"")
    table = pd.DataFrame({"a": [n * 7 % 11 for n in range(60)], "y": [(0, 1, None)[n % 3] for n in range(60)]})
    getattr(table, f"to_{ending}")(f"t.{ending}", index=False)
    adopt.main(f"t.{ending}", "y")
    for stage in (split, normalize, train):
        stage.main("t")
    assert files.read_json(Path("models/t/model.json"))["classes"] == [0, 1]
