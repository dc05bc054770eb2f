"""Predictions beside the truth."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from conftest import ROOT
from scipy.special import expit
from students import ROWS, fitted, scaled

from passage.base import files, terminal
from stages import associate, normalize, predict, split, train


def test_each_row_keeps_its_own_units_beside_what_is_predicted() -> None:
    _, classifier = fitted()
    table = predict.predict(classifier, ROWS, scaled()[1], "passed")
    assert list(table) == ["hours", "courses", "actual", "log_odds", "probability", "predicted"]
    assert table["hours"].tolist() == ROWS["hours"].tolist()
    assert table["actual"].tolist() == ROWS["passed"].tolist()
    slopes, intercept = (classifier.original_units[part] for part in ("coefficients", "intercept"))
    log_odds = intercept + slopes["hours"] * ROWS["hours"] + slopes["courses"] * ROWS["courses"]
    assert table["log_odds"].to_numpy() == pytest.approx(log_odds, abs=1e-7)
    assert table["probability"].to_numpy() == pytest.approx(expit(log_odds), abs=1e-7)
    assert table["predicted"].tolist() == (log_odds > 0).astype(int).tolist()


def test_where_a_label_has_a_comma_no_row_is_counted_twice(
    in_folder: Callable[[str, str], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    params = (ROOT / "params.yaml").read_text(encoding="utf-8")
    in_folder("params.yaml", params.replace("positive: 1", "positive: 'yes, passed'", 1))
    rows = (ROOT / "data/raw/exam_hours.csv").read_text(encoding="utf-8")
    in_folder("data/raw/exam_hours.csv", rows.replace(",1\n", ',"yes, passed"\n'))
    for stage in (split, normalize, train, associate, predict):
        stage.main("model")
    assert "model: how well did it do? 4 of 5 test rows are predicted right\n" in capsys.readouterr().out


def test_no_test_rows_give_a_table_with_columns_and_no_rows() -> None:
    _, classifier = fitted()
    _, normalized = scaled()
    table = predict.predict(classifier, ROWS.iloc[:0], normalized.iloc[:0], "passed")
    assert table.empty
    assert "log_odds" in table


@pytest.mark.parametrize(("shown", "more"), [(3, ["... 2 more in predictions/model/test.csv"]), (5, [])])
def test_what_is_written_is_shown_as_far_as_it_fits_on_a_screen(
    in_folder: Callable[[str, str], Path],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    shown: int,
    more: list[str],
) -> None:
    monkeypatch.setattr(terminal, "ROWS", shown)
    in_folder("params.yaml", (ROOT / "params.yaml").read_text(encoding="utf-8"))
    shutil.copytree(ROOT / "data/raw", "data/raw")
    for stage in (split, normalize, train, associate):
        stage.main("model")
    capsys.readouterr()
    predict.main("model")
    first, _, *rest = capsys.readouterr().out.splitlines()
    written = pd.read_csv("predictions/model/test.csv")
    right = (written["actual"] == written["predicted"]).sum()
    assert first == f"model: how well did it do? {right} of 5 test rows are predicted right"
    assert [line.split()[0] for line in rest[:shown]] == written["hours_studied"].astype(str).head(shown).tolist()
    assert rest[shown:] == more
    assert (written["probability_low"] < written["probability_high"]).all()
    threshold = files.read_json(Path("models/model/model.json"))["threshold"]
    assert written["predicted"].tolist() == (written["probability"] >= threshold).astype(int).tolist()
