"""The odds of one model's features, as the stage writes them."""

import errno
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from conftest import ROOT

from passage.association import firth
from passage.base import files, parquet
from passage.base.paths import ModelPaths
from passage.model.design import Column, Feature
from passage.model.preparation import Preparation
from stages import associate, normalize, split


def test_a_disk_that_is_full_before_the_design_table_is_there_is_what_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*arguments: object) -> None:
        raise OSError(errno.ENOSPC, "no room")

    prepared = Preparation((Feature("a", "category", categories=("x", "y")),), [Column("a=y", "a", "category", "y")])
    parquet.write(tmp_path / "rows.parquet", pd.DataFrame({"a": ["x", "y", "x"]}))
    monkeypatch.setattr("passage.base.blocks.LARGE", 1)
    monkeypatch.setattr(parquet, "write", full)
    rows = parquet.Columns(tmp_path / "rows.parquet")
    with pytest.raises(OSError, match="no room"), associate.designed(rows, prepared, tmp_path / "association.json"):
        pytest.fail("there is no design table")


@pytest.mark.parametrize("confidence", [0.95, 0.8])
def test_the_intervals_hold_as_often_as_evaluate_asks(
    in_folder: Callable[[str, str], Path], capsys: pytest.CaptureFixture[str], confidence: float
) -> None:
    text = (ROOT / "params.yaml").read_text(encoding="utf-8")
    in_folder("params.yaml", text.replace("confidence: 0.95", f"confidence: {confidence}"))
    shutil.copytree(ROOT / "data/raw", "data/raw")
    split.main("model")
    normalize.main("model")
    associate.main("model")
    written: dict[str, Any] = files.read_json(ModelPaths("model").association)
    rows = parquet.read(ModelPaths("model").split_train)
    expected = firth.fit(rows[["hours_studied"]].to_numpy(float), rows["passed_exam"].to_numpy(), confidence)
    found = [written["features"]["hours_studied"][end] for end in ("low", "high")]
    assert found == pytest.approx(np.concatenate([expected.low, expected.high]), rel=1e-7)
    assert f"{confidence * 100:g} %" in capsys.readouterr().out
