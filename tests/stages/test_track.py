"""The circumstances that a run's tags tell."""

import pytest
from conftest import Project

from passage.base import files
from passage.base.errors import Mistake
from stages import track


def test_the_experiment_and_foreign_packages_are_tags(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project.folder)
    monkeypatch.delenv("DVC_EXP_NAME", raising=False)
    assert track.circumstances() == {}
    monkeypatch.setenv("DVC_EXP_NAME", "brave-owl")
    project.replace("requirements.lock", "pandas==", "pandas==0.")
    tags = track.circumstances()
    assert tags["dvc.experiment"] == "brave-owl"
    assert "pandas" in tags["warning.environment"]


def test_a_file_that_nothing_makes_is_not_tracked_where_check_has_not_run(
    built: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(built.folder)
    files.write_text(built.folder / "metrics/mine.json", "{}")
    with pytest.raises(Mistake, match=r"^metrics/mine\.json: no model or batch in params\.yaml makes this"):
        track.main()
