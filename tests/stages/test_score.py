"""New rows: what is predicted, and which of it not to believe."""

import re
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from conftest import ROOT

from passage.base import blocks, files, parquet
from passage.base.errors import Mistake
from passage.tables import plain_csv, read
from stages import associate, normalize, score, split, train

Write = Callable[[str, str], Path]

METRICS = Path("metrics/score/guessed_hours.json")


@pytest.fixture
def trained(in_folder: Write) -> Path:
    """Train `model` on the category `plan`, of which unseen ones count as the reference; return where new rows are."""
    text = (ROOT / "params.yaml").read_text(encoding="utf-8").replace("hours_studied", "plan")
    in_folder("params.yaml", text.replace("{}", "{plan: {kind: category, unseen: reference}}", 1))
    in_folder("data/raw/exam_hours.csv", "plan,passed_exam\n" + "basic,0\nplus,1\nbasic,1\nplus,1\nbasic,0\n" * 4)
    for stage in (split, normalize, train, associate):
        stage.main("model")
    return Path("data/raw/guessed_hours.csv")


def test_each_prediction_stands_in_its_own_row_whatever_blanks_are_between(trained: Path, in_folder: Write) -> None:
    in_folder(str(trained), "plan\nbasic\n \nplus\nplus\n\n \n")
    score.main("guessed_hours")
    scored = pd.read_csv("predictions/score/guessed_hours.csv")
    assert scored[["plan", "predicted"]].to_numpy().tolist() == [["basic", 0], ["plus", 1], ["plus", 1]]
    told = files.read_json(Path("metrics/score/guessed_hours.json"))
    assert (told["rows"], told["probability_interval"]) == (3, "profile")
    assert list(scored)[2:4] == ["probability", "probability_low"]
    assert scored["probability_high"].nunique() == 2


def with_rules(text: str) -> None:
    """Say of columns that are no features of `model` what they must hold."""
    params = Path("params.yaml")
    before = params.read_text(encoding="utf-8")
    assert "unseen: reference}}" in before
    params.write_text(before.replace("unseen: reference}}", f"unseen: reference}}, {text}}}", 1), encoding="utf-8")


def test_new_rows_may_lack_a_column_that_is_only_checked_and_are_held_to_its_rules_where_they_have_it(
    trained: Path, in_folder: Write
) -> None:
    with_rules("age: {minimum: 18}")
    in_folder(str(trained), "plan\nbasic\n")
    score.main("guessed_hours")
    assert len(pd.read_csv("predictions/score/guessed_hours.csv")) == 1
    in_folder(str(trained), "plan,age\nbasic,17\n")
    with pytest.raises(Mistake, match=r'line 2: age is "?17"?, but it must be at least 18'):
        score.main("guessed_hours")


def test_new_rows_may_bring_the_target_whatever_rule_the_training_rows_are_held_to(
    trained: Path, in_folder: Write
) -> None:
    with_rules("passed_exam: {nullable: false}")
    in_folder(str(trained), "plan,passed_exam\nbasic,\nplus,1\n")
    score.main("guessed_hours")
    assert len(pd.read_csv("predictions/score/guessed_hours.csv")) == 2


def test_nothing_is_written_where_two_readers_found_other_rows(
    trained: Path, in_folder: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, came = in_folder(str(trained), "plan\nbasic\nplus\n"), read.as_it_came
    monkeypatch.setattr(read, "as_it_came", lambda path, rows: (part.iloc[1:] for part in came(path, rows)))
    with pytest.raises(RuntimeError, match=f"^{path} has 2 rows for one reader and 1 for the other$"):
        score.main("guessed_hours")
    assert not list(Path("predictions/score").iterdir())


def test_what_each_new_row_holds_is_printed_beside_its_chance(
    trained: Path, in_folder: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    in_folder(str(trained), "student,plan\n" + "".join(f"s{number:02},basic\n" for number in range(21)))
    capsys.readouterr()
    score.main("guessed_hours")
    said, head, first, *others = capsys.readouterr().out.splitlines()
    assert said == "guessed_hours: 0 of 21 rows are predicted 1 by model"
    chance = pd.read_csv("predictions/score/guessed_hours.csv")["probability"][0]
    assert dict(zip(head.split(), first.split(), strict=True))["student"] == "s00"
    assert float(dict(zip(head.split(), first.split(), strict=True))["probability"]) == pytest.approx(chance, abs=1e-5)
    assert others[-1] == "... 1 more in predictions/score/guessed_hours.csv"
    assert len(others) == 20


def test_a_batch_of_which_no_row_is_left_says_so_without_a_table(
    in_folder: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (ROOT / "params.yaml").read_text(encoding="utf-8")
    in_folder("params.yaml", text.replace("{}", "{hours_studied: {missing: drop}}", 1))
    in_folder("data/raw/exam_hours.csv", (ROOT / "data/raw/exam_hours.csv").read_text(encoding="utf-8"))
    for stage in (split, normalize, train, associate):
        stage.main("model")
    in_folder("data/raw/guessed_hours.csv", "hours_studied,name\n,Ann\n,Ben\n")
    capsys.readouterr()
    score.main("guessed_hours")
    said, *others = capsys.readouterr().out.splitlines()
    assert said == "guessed_hours: 0 of 0 rows are predicted 1 by model"
    assert [line.split(":")[0] for line in others if line[0] != " "] == ["warning"]


def scored(source: Path) -> list[bytes]:
    """Return what `score` writes of the batch whose table is at `source`."""
    params = Path("params.yaml")
    text = params.read_text(encoding="utf-8")
    params.write_text(re.sub(r"data/raw/guessed_hours\.\w+", source.as_posix(), text), encoding="utf-8")
    score.main("guessed_hours")
    return [path.read_bytes() for path in (Path("predictions/score/guessed_hours.csv"), METRICS)]


def in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "LARGE", 1)
    monkeypatch.setattr(parquet, "READ_TOGETHER", 9)  # two rows of three columns and one feature
    monkeypatch.setattr(plain_csv, "BLOCK", 24)


@pytest.mark.parametrize(
    "text",
    [
        "basic,1,x\nplus,02,\nnew,3.50,NA\nplus,4, y\nbasic,5,z\n",
        'basic,1,x\nplus,02,\nnew,3.50,"a, b"\nplus,4,c\nbasic,5,d\n',
        "basic,1,x\nplus,02,\nbasic,3.50,y\n   \nplus,4,c\nnew,5,d\n",
        "basic,1,x\nplus,2,y\n" * 60,
    ],
    ids=["plain", "quoted", "blanks", "too many for a search each"],
)
def test_a_batch_in_pieces_comes_to_the_bytes_of_the_whole_one(
    trained: Path, in_folder: Write, text: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    in_folder(str(trained), f"plan,id,note\n{text}")
    capsys.readouterr()
    whole, said = scored(trained), capsys.readouterr().out
    in_pieces(monkeypatch)
    assert scored(trained) == whole
    assert capsys.readouterr().out == said
    assert [path.name for path in Path("predictions/score").iterdir()] == ["guessed_hours.csv"]


def test_a_parquet_batch_in_pieces_comes_to_the_bytes_of_the_whole_one_whichever_of_them_has_gaps(
    trained: Path, in_folder: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = in_folder("data/raw/new.parquet", "")
    rows = pd.DataFrame({"plan": ["basic", "plus", "new", "plus", "basic"], "id": pd.array([10**10, 2, 3, None, 5])})
    rows["flag"], rows["day"] = (
        [True, True, False, None, True],
        pd.to_datetime(["2026-01-01T00"] * 4 + ["2026-01-01T12"]),
    )
    rows.to_parquet(source, row_group_size=3)
    whole = scored(source)
    in_pieces(monkeypatch)
    assert scored(source) == whole
    came = pd.read_csv("predictions/score/guessed_hours.csv", dtype=str)
    assert came["id"].tolist()[:3] == ["10000000000", "2", "3"]
    assert came["flag"].tolist()[:3] == ["true", "true", "false"]
    assert came["day"].tolist()[-2:] == ["2026-01-01 00:00:00", "2026-01-01 12:00:00"]


def test_rows_of_a_batch_in_pieces_are_refused_and_left_out_as_those_of_a_whole_one(
    trained: Path, in_folder: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_rules("age: {minimum: 18}, id: {unique: true}")
    wrong = in_folder(str(trained), "plan,age,id\nbasic,18,1\nplus,17,2\nplus,18,3\nbasic,x,4\nbasic,20,1\n")
    with pytest.raises(Mistake) as whole:
        scored(wrong)
    in_pieces(monkeypatch)
    with pytest.raises(Mistake) as pieces:
        scored(wrong)
    assert pieces.value.lines == whole.value.lines
    assert [line.split(":")[0].split()[-1] for line in whole.value.lines] == ["5", "3", "2", "6"]
    assert not list(Path("predictions").rglob("*.*"))
