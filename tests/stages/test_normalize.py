"""Whose statistics the scaling and the filling of gaps use, and that each side keeps its own rows."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from conftest import ROOT
from ruamel.yaml import YAML

from passage.base import files, parquet
from stages import normalize


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
        rows = pd.DataFrame({"math_courses": [*values, None]}).assign(passed_exam=int(side == "test"))
        parquet.write(Path(f"data/split/model/{side}.parquet"), rows)
    normalize.main("model")
    assert files.read_json(Path("models/model/scaler.json"))["preparation"]["math_courses"]["fill"] == filled
    for side, values, passed in (("train", train, 0), ("test", test, 1)):
        normalized = pd.read_parquet(f"data/normalized/model/{side}.parquet")
        assert normalized["passed_exam"].tolist() == [passed] * (len(values) + 1)
