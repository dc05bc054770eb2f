"""What a lane leaves behind once params.yaml no longer lists it."""

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from conftest import ROOT

from passage import params
from passage.base import files
from passage.params import leftovers

Write = Callable[[str, str], Path]
SETTINGS = params.parse((ROOT / "params.yaml").read_text(encoding="utf-8"))
LOCK = """\
schema: '2.0'
stages:
  check:
    cmd: python3 src check
  train@model:
    cmd: python3 src train model
    outs:
    - path: models/model/model.json
      md5: 0123
  train@old:
    cmd: python3 src train old
    outs:
    - path: models/old/model.json
      md5: 12e4
  evaluate@old:
    cmd: python3 src evaluate old
    outs:
    - path: plots/old/pictures
      md5: 0a.dir
  score@guessed_hours:
    cmd: python3 src score guessed_hours
    outs:
    - path: predictions/score/guessed_hours.csv
      md5: '67'
  score@old_batch:
    cmd: python3 src score old_batch
    outs:
    - path: predictions/score/old_batch.csv
      md5: '45'
    - path: metrics/score/old_batch.json
      md5: '46'
"""


def test_an_unlisted_lane_and_batch_go_with_their_recorded_outputs_and_nothing_else_does(in_folder: Write) -> None:
    in_folder("dvc.lock", LOCK)
    for path in (
        "models/old/model.json",
        "models/old/notes.txt",
        "plots/old/pictures/roc.svg",
        "models/model/model.json",
        "predictions/score/old_batch.csv",
        "predictions/score/guessed_hours.csv",
        "metrics/score/old_batch.json",
    ):
        in_folder(path, "x")
    assert [line.partition(" ")[0] for line in leftovers.remove(SETTINGS)] == [
        "train@old",
        "evaluate@old",
        "score@old_batch",
    ]
    assert not Path("models/old/model.json").exists()
    assert not Path("plots/old").exists()
    assert not Path("predictions/score/old_batch.csv").exists()
    assert Path("predictions/score/guessed_hours.csv").exists()
    assert not Path("metrics/score").exists(), "a folder that is empty then goes, too"
    assert Path("models/old/notes.txt").exists()
    assert Path("models/model/model.json").exists()
    kept = yaml.safe_load(Path("dvc.lock").read_text())["stages"]
    assert kept == {name: entry for name, entry in yaml.safe_load(LOCK)["stages"].items() if "old" not in name}


@pytest.mark.parametrize("stage", ["split@gone", "score@gone", "evil@gone", "split@../x", "split@"])
def test_what_a_lock_names_and_no_stage_writes_is_left_alone_and_told(
    in_folder: Write, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch, stage: str
) -> None:
    outside = tmp_path_factory.mktemp("outside")
    in_folder("root/models/model/model.json", "x")
    Path("root/models/gone").symlink_to(outside)
    Path("root/link").symlink_to(outside)
    monkeypatch.chdir("root")
    named = [
        *("../notes.txt", ".git/hooks/x", "data/raw/exam_hours.csv", "src/stages/split.py", "models/model/model.json"),
        *(
            "models/gone/model.json",
            "link/model.json",
            str(outside / "mine.txt"),
            str(outside),
            "data/split/gone/../x.csv",
        ),
    ]
    for path in named:
        if not Path(path).exists():
            in_folder(path, "x")
    entry = {"cmd": "x", "outs": [{"path": path, "md5": "0"} for path in named]}
    files.write_text(Path("dvc.lock"), yaml.safe_dump({"schema": "2.0", "stages": {stage: entry}}))
    lines = leftovers.remove(SETTINGS)
    assert all(Path(path).exists() for path in named)
    assert len([line for line in lines if line.endswith("it is left alone")]) == len(named)
    assert yaml.safe_load(Path("dvc.lock").read_text())["stages"] == {}


def test_a_lock_without_leftovers_is_not_touched(in_folder: Write) -> None:
    text = LOCK[: LOCK.index("  train@old")]
    in_folder("dvc.lock", text)
    assert leftovers.remove(SETTINGS) == []
    assert Path("dvc.lock").read_text() == text


def test_files_that_no_lane_makes_are_strays_but_not_what_dvc_ignores(in_folder: Write) -> None:
    for path in (
        "models/model/model.json",
        "models/model/choices.json",
        "models/x/model.json",
        "metrics/model.json",
        "metrics/.DS_Store",
    ):
        in_folder(path, "x")
    in_folder("predictions/model/test.csv.partial", "x")
    assert leftovers.strays(SETTINGS) == [Path("models/x/model.json")]
