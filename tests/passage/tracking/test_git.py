"""What differs from the commit: everything that matters, and nothing that Git ignores."""

import errno
import os
from pathlib import Path

import pytest
from conftest import Project, copy_project

from passage.base.errors import Mistake
from passage.tracking import git


@pytest.fixture
def inside(project: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.chdir(project.folder)
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    return project


def origin(*tables: str) -> git.Origin:
    found = git.origin(tables)
    assert found
    return found


def test_a_clean_tree_is_its_commit_and_what_the_pipeline_builds_changes_nothing(inside: Project) -> None:
    commit = inside.run("git", "rev-parse", "HEAD").stdout.strip()
    assert origin() == git.Origin(commit, dirty=False, patch=b"", left_out=[])
    (inside.folder / "dvc.lock").write_text("stages: {}\n", encoding="utf-8")
    (inside.folder / "metrics/model.json").write_text("{}\n", encoding="utf-8")
    (inside.folder / "notes.txt").write_text("nobody's business", encoding="utf-8")
    assert origin() == git.Origin(commit, dirty=False, patch=b"", left_out=[])
    assert origin().tags == {"git.commit": commit, "git.dirty": "false"}


def test_the_patch_makes_a_clean_clone_what_the_tree_was(
    inside: Project, tmp_path_factory: pytest.TempPathFactory
) -> None:
    contents = {
        "params.yaml": inside.text("params.yaml").replace("C: 1.0", "C: 0.3", 1).encode(),  # staged, and then more
        "src/passage/own.py": b"OWN = '\xc3\xbc'\n",  # untracked
        "src/stages/check.py": None,  # deleted
        "data/raw/mine.csv": b"\xff\x00\r\na,b",  # untracked, no text
        "elsewhere/my table.csv": b"x\n1\n",  # untracked, but a table of params.yaml
        "README.md": b"short\n",  # changed, staged
    }
    inside.replace("params.yaml", "C: 1.0", "C: 0.2")
    inside.run("git", "add", "params.yaml")
    for path, content in contents.items():
        if content is None:
            (inside.folder / path).unlink()
        else:
            (inside.folder / path).parent.mkdir(exist_ok=True)
            (inside.folder / path).write_bytes(content)
    inside.run("git", "add", "README.md")
    for ignored in ("data/checked", ".dvc/config.local", "mlflow.db", ".venv"):
        (inside.folder / ignored).write_text("secret", encoding="utf-8")
    (inside.folder / "notes.txt").write_text("secret", encoding="utf-8")
    before = inside.run("git", "status", "--porcelain").stdout
    objects = sorted((inside.folder / ".git/objects").rglob("*"))
    found = origin("elsewhere/my table.csv", "data/raw/exam_hours.csv")
    assert inside.run("git", "status", "--porcelain").stdout == before
    assert sorted((inside.folder / ".git/objects").rglob("*")) == objects, "a patch leaves nothing in the repository"
    assert found.dirty
    assert b"secret" not in found.patch

    clone = tmp_path_factory.mktemp("clone") / "clone"
    inside.run("git", "clone", "--quiet", ".", str(clone))
    (clone / ".git/changes.patch").write_bytes(found.patch)
    git.run("apply", ".git/changes.patch", folder=clone)
    for path, content in contents.items():
        assert (clone / path).read_bytes() == content if content is not None else not (clone / path).exists()
    assert not (clone / "notes.txt").exists()


def test_a_users_way_to_look_at_patches_does_not_change_them(inside: Project) -> None:
    inside.replace("params.yaml", "C: 1.0", "C: 0.2")
    patch = origin().patch
    for setting in ("diff.noprefix=true", "diff.mnemonicPrefix=true", "color.ui=always", "diff.external=true"):
        inside.run("git", "config", *setting.split("="))
    assert origin().patch == patch != b""


def test_a_large_untracked_table_is_left_out_and_named(inside: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(git, "LARGEST", 10)
    (inside.folder / "data/raw/large.csv").write_text("x" * 11, encoding="utf-8")
    assert origin().tags["git.left_out"] == '["data/raw/large.csv"]'
    assert (origin().dirty, origin().patch) == (True, b"")


def test_outside_git_there_is_nothing_to_tell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "no git"
    folder.mkdir()
    copy_project(folder)
    (folder / ".git").rename(tmp_path / "elsewhere")
    monkeypatch.chdir(folder)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    assert git.origin() is None


def test_an_untracked_input_is_seen_also_by_who_does_not_want_to_see_untracked_files(inside: Project) -> None:
    inside.run("git", "config", "status.showUntrackedFiles", "no")
    (inside.folder / "src/passage/own.py").write_text("OWN = 1\n", encoding="utf-8")
    assert origin().dirty
    assert b"OWN = 1" in origin().patch


def test_in_another_folder_a_hooks_variables_do_not_name_the_repository(
    inside: Project, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path_factory.mktemp("other")
    git.run("init", "--quiet", folder=other)
    monkeypatch.setenv("GIT_DIR", str(inside.folder / ".git"))
    assert git.text("rev-parse", "--git-dir", folder=other) == ".git"
    assert git.text("rev-parse", "--git-dir") == str(inside.folder / ".git")


def test_a_git_that_fails_is_told(inside: Project, capsys: pytest.CaptureFixture[str]) -> None:
    (inside.folder / ".git/index").write_bytes(b"no index")
    assert git.origin() is None
    assert capsys.readouterr().err.startswith("warning: Git cannot say which commit this is: fatal: ")


def test_a_full_folder_for_temporary_files_is_no_commit_that_is_not_known(
    inside: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run would be tracked without what it was built from."""

    def full(**_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    inside.replace("params.yaml", "C: 1.0", "C: 0.3")
    monkeypatch.setattr("tempfile.TemporaryDirectory", full)
    with pytest.raises(Mistake, match=r" or Git's folder is full: make room, or set TMPDIR=FOLDER$"):
        git.origin()
