"""The circumstances that a run's tags tell."""

import pytest
from conftest import Project

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
