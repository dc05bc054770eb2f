"""The scaling, and whose statistics it uses."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from conftest import ROOT
from ruamel.yaml import YAML

from passage import files
from stages import normalize

ROWS = pd.DataFrame({"hours": [2.0, 4.0, 6.0], "same": [5.0, 5.0, 5.0]})


def test_standard_takes_the_mean_and_the_population_standard_deviation() -> None:
    scaler = normalize.fit(ROWS, "standard")
    assert scaler.center == {"hours": 4.0, "same": 5.0}
    assert scaler.scale == {"hours": pytest.approx(np.sqrt(8 / 3), abs=1e-9), "same": 1.0}


def test_minmax_brings_the_fitted_rows_between_0_and_1() -> None:
    scaler = normalize.fit(ROWS, "minmax")
    assert scaler.transform(ROWS)["hours"].tolist() == [0.0, 0.5, 1.0]
    assert scaler.transform(pd.DataFrame({"hours": [10], "same": [5]}))["hours"].tolist() == [2.0]
    assert scaler.transform(ROWS)["same"].tolist() == [0.0, 0.0, 0.0]


def test_none_leaves_the_features_as_they_are() -> None:
    assert normalize.fit(ROWS, "none").transform(ROWS).equals(ROWS)


def test_written_statistics_have_ten_digits() -> None:
    rows = pd.DataFrame({"hours": [1.0, 2.0, 2.0]})
    assert normalize.fit(rows, "standard").center == {"hours": 1.666666667}


def test_large_values_with_a_small_spread_keep_the_digits_of_the_spread() -> None:
    rows = pd.DataFrame({"time": 1.7e9 + np.arange(20.0) / 3})
    scaler = normalize.fit(rows, "standard")
    by_hand = (rows["time"] - rows["time"].mean()) / rows["time"].std(ddof=0)
    assert scaler.transform(rows)["time"].to_numpy() == pytest.approx(by_hand, abs=1e-7)


@pytest.mark.parametrize(
    ("settings", "train", "test", "filled"),
    [
        ({"missing": "median"}, [1, 2, 6], [9, 9, 9, 9], 2),
        ({"missing": "most_frequent"}, [1, 1, 6], [6, 6, 6, 6], 1),
        ({"kind": "category", "missing": "most_frequent"}, ["a", "a", "b"], ["b", "b", "b", "b"], "a"),
    ],
)
@pytest.mark.parametrize("fit_on", ["train", "all"])
def test_what_fills_a_gap_is_learned_from_training_rows_alone(
    in_folder: Callable[[str, str], Path],
    settings: dict[str, str],
    train: list[float | str],
    test: list[float | str],
    filled: float | str,
    fit_on: str,
) -> None:
    of_lesson = YAML(typ="safe").load((ROOT / "params.yaml").read_text(encoding="utf-8"))
    model = of_lesson["models"]["model_2"] | {"features": ["math_courses"], "columns": {"math_courses": settings}}
    model["normalize"]["fit_on"] = fit_on
    model.pop("words")
    with in_folder("params.yaml", "").open("w", encoding="utf-8") as written:
        YAML(typ="safe").dump({**of_lesson, "models": {"model": model}, "score": {}}, written)
    for side, values in (("train", train), ("test", test)):
        rows = pd.DataFrame({"math_courses": [*values, None]}).assign(passed_exam=1)
        files.write_parquet(Path(f"data/split/model/{side}.parquet"), rows)
    normalize.main("model")
    assert files.read_json(Path("models/model/scaler.json"))["preparation"]["math_courses"]["fill"] == filled
