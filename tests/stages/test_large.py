"""What every stage makes of a table beyond memory, held against what it makes of the same table in memory."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from conftest import ROOT
from ruamel.yaml import YAML

from passage.association import firth
from passage.base import blocks, files, parquet
from passage.base.errors import Mistake
from passage.base.paths import ModelPaths
from passage.model.coded import Coded
from stages import associate, evaluate, normalize, predict, split, train

ROWS = 4000
LANE = ModelPaths("large")
BUILT = (split, normalize, train, associate, predict, evaluate)


@pytest.fixture
def settings(in_folder: Callable[[str, str], Path], monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Return the settings of a model of 4,000 rows, whose odds are too many to be searched for."""
    chance = np.random.RandomState(1)
    rows = pd.DataFrame(chance.normal(size=(ROWS, 3)), columns=["a", "b", "c"]).round(3)
    rows["level"] = chance.choice(["x", "y", "z"], ROWS)
    log_odds = rows["a"] - rows["b"] / 2 + (rows["level"] == "y")
    rows["outcome"] = np.where(chance.uniform(size=ROWS) < 1 / (1 + np.exp(-log_odds)), "yes", "no")
    rows.loc[chance.uniform(size=ROWS) < 0.1, "c"] = np.nan
    in_folder("data/raw/large.csv", rows.to_csv(index=False))
    monkeypatch.setattr(firth, "LIMIT", 1.0)
    of_lesson = YAML(typ="safe").load((ROOT / "params.yaml").read_text(encoding="utf-8"))
    lane: dict[str, Any] = of_lesson["models"]["model"] | {
        "data": "data/raw/large.csv",
        "target": "outcome",
        "positive": "yes",
        "features": ["a", "b", "level"],
        "columns": {"level": {"kind": "category"}, "c": {"missing": "median"}},
    }
    lane.pop("words")
    lane["evaluate"]["repeats"] = 1
    lane["train"]["tol"] = 1e-12
    return lane


def build(lane: dict[str, Any]) -> dict[str, Any]:
    """Return what the stages write of the model, by file: numbers of JSON, and the bytes of tables."""
    text = io.StringIO()
    YAML(typ="safe").dump({"models": {"large": lane}, "score": {}, "mlflow": {"experiment": "x"}}, text)
    Path("params.yaml").write_text(text.getvalue(), encoding="utf-8")
    for stage in BUILT:
        stage.main("large")
    known = {path.name: files.read_json(path) for path in LANE.result if path.suffix == ".json"}
    tables = {
        path.name: in_columns(path, known["scaler.json"]) for path in (LANE.normalized_train, LANE.normalized_test)
    }
    written = (LANE.split_train, LANE.split_test, LANE.sides, LANE.held_out)
    tables["predicted"] = pd.read_csv(LANE.predictions)
    return known | {str(path): path.read_bytes() for path in written} | tables


def in_columns(path: Path, scaler: Any) -> pd.DataFrame:
    """Return normalized rows with a column for each level, also where the category is held as codes."""
    rows = pd.read_parquet(path)
    if "level" in rows:
        for code, column in enumerate([one for one in scaler["center"] if one.startswith("level=")], start=1):
            rows[column] = ((rows["level"] == code) - scaler["center"][column]) / scaler["scale"][column]
    return rows[[*scaler["center"], "outcome"]]


def by_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "LARGE", 10)
    monkeypatch.setattr(parquet, "READ_TOGETHER", 1500)
    monkeypatch.setattr(parquet, "WRITTEN_TOGETHER", ROWS)  # as in memory


def assert_alike(one: Any, other: Any, at: str) -> None:
    """Hold nested numbers against each other, to seven digits."""
    if isinstance(one, dict):
        assert list(one) == list(other)
        for key in one:
            if key != "iterations":
                assert_alike(one[key], other[key], f"{at} {key}")
    elif isinstance(one, list):
        assert len(one) == len(other)
        for pair in zip(one, other, strict=True):
            assert_alike(*pair, at)
    elif isinstance(one, float) and not isinstance(one, bool):
        assert one == pytest.approx(other, rel=1e-7, abs=1e-9), at
    else:
        assert one == other, at


@pytest.mark.parametrize(
    ("changes", "coded"),
    [
        ({}, 30),  # in 5 folds: with all features, without each but the category, and thrice of rows held out
        ({"features": ["a", "b"]}, 0),
        ({"features": ["a", "c", "level"]}, 30),
        ({"normalize": {"method": "minmax", "fit_on": "all"}, "threshold": "auto"}, 101),  # 6 for each choice
    ],
)
def test_a_table_beyond_memory_comes_to_what_it_would_in_memory(
    settings: dict[str, Any], changes: dict[str, Any], coded: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    fits, fit = [], Coded.fit

    def recording(*of: Any) -> Any:
        fits.append(of)
        return fit(*of)

    monkeypatch.setattr(Coded, "fit", recording)
    monkeypatch.setenv("DASK_SCHEDULER_ADDRESS", "tcp://127.0.0.1:1")  # of which a table in memory asks nothing
    whole = build(settings | changes)
    assert not fits
    monkeypatch.delenv("DASK_SCHEDULER_ADDRESS")
    by_blocks(monkeypatch)
    parts = build(settings | changes)
    assert len(fits) == coded
    assert list(whole) == list(parts)
    for name in whole:
        if isinstance(whole[name], dict):
            assert_alike(whole[name], parts[name], name)
        elif isinstance(whole[name], pd.DataFrame):
            pd.testing.assert_frame_equal(whole[name], parts[name], rtol=1e-7)
        else:
            assert whole[name] == parts[name], name
    assert not list(Path().rglob("*.partial"))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"solver": "lbfgs"}, r"models\.large\.train\.solver is lbfgs, .* must be newton-cholesky or auto"),
        ({"solver": "saga", "l1_ratio": 1.0}, r"models\.large\.train\.l1_ratio is 1, .* must be 0"),
    ],
)
def test_what_no_fit_by_blocks_can_do_is_refused_in_one_line(
    settings: dict[str, Any], changes: dict[str, Any], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_blocks(monkeypatch)
    with pytest.raises(Mistake, match=f"^params.yaml: {said}$"):
        build(settings | {"train": settings["train"] | changes})
