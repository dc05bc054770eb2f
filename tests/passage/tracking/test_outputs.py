"""The outputs of a lane, and those that are not what DVC built."""

import re

import pytest
import yaml
from conftest import Project

from passage.base import paths
from passage.base.errors import Mistake
from passage.base.files import hashes
from passage.tracking import outputs


def test_all_that_dvc_lock_lists_for_a_lane_is_an_output_of_it(built: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(built.folder)
    (built.folder / "models/model/scaler.json.partial").touch()
    stages = yaml.safe_load(built.text("dvc.lock"))["stages"]
    ours = [entry["outs"] for name, entry in stages.items() if re.search("@model$|@guessed_hours$|report", name)]
    listed = {out["path"] for outs in ours for out in outs}
    found = [path.as_posix() for path in outputs.of_lane("model", ["guessed_hours"])]
    assert {path if "pictures" not in path else "plots/model/pictures" for path in found} == listed
    assert "plots/model/pictures/roc.svg" in found
    assert len(found) == len(set(found))


def test_a_file_that_is_not_what_dvc_built_is_refused(built: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(built.folder)
    found = outputs.of_lane("model", ["guessed_hours"])
    outputs.refuse_altered(hashes(found))
    built.replace("plots/model/pictures/roc.svg", "<svg", "<svg ")
    with pytest.raises(Mistake, match=r"^plots/model/pictures: this is not what dvc.lock says was built [^\n]*$"):
        outputs.refuse_altered(hashes(found))
    built.replace("plots/model/pictures/roc.svg", "<svg ", "<svg")
    built.replace("models/model/model.json", "1", "2")
    with pytest.raises(Mistake, match=r"^models/model/model.json: this is not what dvc.lock says was built .*[^\n]$"):
        outputs.refuse_altered(hashes(found))
    done = built.stage("track", check=False)
    assert (done.returncode, str(paths.ModelPaths("model").model) in done.stderr) == (2, True)
