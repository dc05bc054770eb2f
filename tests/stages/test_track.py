"""The circumstances that a run's tags tell."""

from pathlib import Path

import pytest
from conftest import Project

from stages import track


def test_the_commit_the_experiment_and_foreign_packages_are_tags(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project.folder)
    monkeypatch.delenv("DVC_EXP_NAME", raising=False)
    commit = project.run("git", "rev-parse", "HEAD").stdout.strip()
    assert track.circumstances() == {"git.commit": commit, "git.dirty": "false"}
    monkeypatch.setenv("DVC_EXP_NAME", "brave-owl")
    project.replace("requirements.lock", "pandas==", "pandas==0.")
    tags = track.circumstances()
    assert tags["dvc.experiment"] == "brave-owl"
    assert tags["git.dirty"] == "true"
    assert "pandas" in tags["warning.environment"]


def test_what_the_pipeline_builds_itself_does_not_make_the_tree_dirty(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project.folder)
    (project.folder / "dvc.lock").write_text("stages: {}\n", encoding="utf-8")
    (project.folder / "metrics/model.json").write_text("{}\n", encoding="utf-8")
    assert track.circumstances()["git.dirty"] == "false"
    (project.folder / "data/raw/new.csv").write_text("a\n", encoding="utf-8")
    assert track.circumstances()["git.dirty"] == "true"


def test_outside_git_there_is_no_commit_to_tell(
    tmp_path: Path, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project.folder)
    (project.folder / ".git").rename(tmp_path / "elsewhere")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    monkeypatch.delenv("DVC_EXP_NAME", raising=False)
    assert track.circumstances() == {}
