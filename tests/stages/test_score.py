"""New rows: what is predicted, and which of it not to believe."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from conftest import ROOT

from passage.base import files
from passage.base.errors import Mistake
from passage.tables import read
from stages import associate, normalize, score, split, train

Write = Callable[[str, str], Path]


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
    path, rows = in_folder(str(trained), "plan\nbasic\nplus\n"), read.as_it_came
    monkeypatch.setattr(read, "as_it_came", lambda path: rows(path).iloc[1:])
    with pytest.raises(RuntimeError, match=f"^{path} has 2 rows for one reader and 1 for the other$"):
        score.main("guessed_hours")
    assert not Path("predictions/score").exists()


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
