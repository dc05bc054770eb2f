"""Features that are texts are told before the table is read."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from conftest import ROOT

from passage import params
from passage.params.columns import ColumnSettings
from passage.tables import first_rows

TEXT = (ROOT / "params.yaml").read_text(encoding="utf-8").partition("  # Hours studied and")[0]
SETTINGS = params.parse(TEXT + "score: {}\nmlflow: {experiment: e}\n")


@pytest.mark.parametrize(
    ("values", "told"),
    [
        (["0", "1", "3+"] * 3, "3+"),
        (["1.5", "b", "c", "d"], "b"),
        (["A1", "B2", "C3"], "A1"),
        (["1", "2", "<5"] * 3, "<5"),
        (["1", "2", ">50"] * 3, ">50"),
        (["20-30", "30-40", "40+"] * 3, "20-30"),
        (["2024-01-31", "2024-02-01", "2024-02-02"], "2024-01-31"),
        (["9:30", "10:15", "11:00"], "9:30"),
        (["1.5", "b", "2", "b"] + ["3"] * 400, ""),  # slips of the pen, which are told with their lines
        (["1", "", "NA", "?", "-", "nan"] * 3, ""),
        (["1,5", "1.234,5", "1e-5", "-3", "$-5", "1 000"] * 3, ""),  # numbers written otherwise are, too
    ],
)
@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_a_feature_of_texts_is_told_with_what_makes_it_a_category(
    in_folder: Callable[[str, str], Path], values: list[str], told: str, ending: str
) -> None:
    path = in_folder("data/raw/exam_hours.csv", "").with_suffix(f".{ending}")
    table = pd.DataFrame({"hours_studied": values, "passed_exam": 1})
    getattr(table, f"to_{ending}")(path, index=False)
    lane = SETTINGS.models["model"].model_copy(update={"data": str(path)})
    lines = list(first_rows.texts(SETTINGS.model_copy(update={"models": {"model": lane}})))
    says = f'hours_studied is "{told}" and the like, but a feature is a number unless models.model.columns says'
    assert [says in line for line in lines] == [True] * bool(told)


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_texts_of_rows_without_the_target_are_told_unless_these_are_left_out(
    in_folder: Callable[[str, str], Path], ending: str
) -> None:
    path = in_folder("data/raw/exam_hours.csv", "").with_suffix(f".{ending}")
    rows = {"hours_studied": ["1", "2", "3", "Source:", "a", "b"], "passed_exam": [0, 1, 0, None, None, None]}
    getattr(pd.DataFrame(rows), f"to_{ending}")(path, index=False)
    lane = SETTINGS.models["model"].model_copy(update={"data": str(path)})
    for columns, told in ({}, 1), ({"passed_exam": ColumnSettings(missing="drop")}, 0):
        models = {"model": lane.model_copy(update={"columns": columns})}
        assert len(list(first_rows.texts(SETTINGS.model_copy(update={"models": models})))) == told


def test_days_of_a_parquet_file_are_told(in_folder: Callable[[str, str], Path]) -> None:
    path = in_folder("data/raw/exam_hours.csv", "").with_suffix(".parquet")
    days = pd.date_range("2024-01-31", periods=3)
    pd.DataFrame({"hours_studied": days, "passed_exam": 1}).to_parquet(path)
    lane = SETTINGS.models["model"].model_copy(update={"data": str(path)})
    (line,) = first_rows.texts(SETTINGS.model_copy(update={"models": {"model": lane}}))
    assert 'hours_studied is "2024-01-31 00:00:00" and the like, but' in line
