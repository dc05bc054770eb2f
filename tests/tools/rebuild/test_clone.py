"""What a rebuild cannot have, said before anything is built."""

from pathlib import Path

import pytest
from conftest import Project

from passage.base.errors import Mistake
from tools.rebuild.clone import Source, build, plain_environment, prepare, require_table

HOURS = "data/raw/exam_hours.csv"


def source(project: Project, **changed: object) -> Source:
    values: dict[str, object] = {
        "commit": project.run("git", "rev-parse", "HEAD").stdout.strip(),
        "changes": b"",
        "params": (project.folder / "params.yaml").read_bytes(),
        "left_out": (),
    }
    return Source(**(values | changed))  # type: ignore[arg-type]


def rebuild(project: Project, what: Source, clone: Path, table: tuple[str, str] | None = None) -> None:
    variables = prepare(what, clone, project.folder, own_environment=False)
    if table:
        require_table(clone, *table)
    build(clone, variables)


def refusal(project: Project, what: Source, folder: Path, table: tuple[str, str] | None = None) -> str:
    with pytest.raises(Mistake) as refused:
        rebuild(project, what, folder / "clone", table)
    return str(refused.value)


def test_a_commit_that_is_not_there(project: Project, tmp_path_factory: pytest.TempPathFactory) -> None:
    said = refusal(project, source(project, commit="0" * 40), tmp_path_factory.mktemp("x"))
    assert said == f"its commit {'0' * 40} is not in this repository; has it been fetched?"


def test_a_rebuild_asks_nothing_of_a_cluster(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DASK_SCHEDULER_ADDRESS", "tcp://127.0.0.1:1")
    assert "DASK_SCHEDULER_ADDRESS" not in plain_environment()


def test_a_table_that_changed_or_is_gone(project: Project, tmp_path_factory: pytest.TempPathFactory) -> None:
    said = refusal(project, source(project), tmp_path_factory.mktemp("x"), (HOURS, "0"))
    assert said.startswith(f"its table {HOURS} had the MD5 0; the one that is there has ")
    said = refusal(project, source(project), tmp_path_factory.mktemp("x"), ("data/raw/gone.csv", "0"))
    assert said == "its table data/raw/gone.csv is neither in Git nor in DVC's cache"


def test_tables_that_dvc_keeps_are_brought_also_those_of_other_models_and_without_an_activated_environment(
    project: Project, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    (project.folder / "data/raw/large.csv").write_text("a\n1\n", encoding="utf-8")
    project.dvc("add", "data/raw/large.csv")
    project.commit()
    folder = tmp_path_factory.mktemp("x")
    prepare(source(project), folder / "clone", project.folder, own_environment=False)
    assert (folder / "clone/data/raw/large.csv").read_text(encoding="utf-8") == "a\n1\n"


def test_a_clone_has_a_cache_of_its_own_whatever_is_configured(
    project: Project, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("x")
    project.dvc("cache", "dir", str(folder / "shared"))
    project.commit()
    prepare(source(project), folder / "clone", project.folder, own_environment=False)
    assert Project(folder / "clone").dvc("cache", "dir").stdout == f"{folder / 'clone/.dvc/cache'}\n"


def test_a_repository_that_the_environment_names_is_left_alone(
    project: Project, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hook of Git's, say, sets GIT_DIR for all that it calls."""
    first = source(project)
    project.replace("README.md", "exam", "Exam")
    project.commit()
    patch = b"--- /dev/null\n+++ b/data/more.txt\n@@ -0,0 +1 @@\n+more\n"
    folder = tmp_path_factory.mktemp("x")
    head = (project.folder / ".git/HEAD").read_text(encoding="utf-8")
    for name, path in (("GIT_DIR", ".git"), ("GIT_WORK_TREE", "."), ("GIT_INDEX_FILE", ".git/index")):
        monkeypatch.setenv(name, str(project.folder / path))
    what = source(project, commit=first.commit, changes=patch)
    prepare(what, folder / "clone", project.folder, own_environment=False)
    assert (project.folder / ".git/HEAD").read_text(encoding="utf-8") == head
    assert project.run("git", "status", "--porcelain").stdout == ""
    assert (folder / "clone/data/more.txt").read_text(encoding="utf-8") == "more\n"


def test_changes_that_do_not_apply_are_told_in_gits_words(
    project: Project, tmp_path_factory: pytest.TempPathFactory
) -> None:
    said = refusal(project, source(project, changes=b"half a pat"), tmp_path_factory.mktemp("x"))
    assert said.startswith("`git apply` failed:\n  error: ")


def test_another_lock_file_is_named_with_the_packages_that_differ(
    project: Project, tmp_path_factory: pytest.TempPathFactory
) -> None:
    project.replace("requirements.lock", "pandas==", "pandas==0.")
    project.commit()
    said = refusal(project, source(project), tmp_path_factory.mktemp("x"))
    assert said.startswith("its requirements.lock has other packages than this Python: pandas ")
    assert said.endswith("add ENV=own (or --env)")


def test_a_build_that_fails_says_why(project: Project, tmp_path_factory: pytest.TempPathFactory) -> None:
    params = project.text("params.yaml").replace("C: 1.0", "C: -1", 1).encode()
    said = refusal(project, source(project, params=params), tmp_path_factory.mktemp("x"))
    assert said.startswith("`dvc repro` failed:")
    assert "models.model.train.C is -1" in said


def test_a_rebuild_tracks_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "dvc.yaml").write_text("stages: {split: {}, report: {}, track: {}}\n", encoding="utf-8")
    commands: list[list[str]] = []
    monkeypatch.setattr("tools.rebuild.clone._run", lambda command, *_: commands.append(command))
    build(tmp_path, {})
    assert [command[-2:] for command in commands] == [["split", "report"]]


def test_a_table_that_was_too_large_for_the_patch_is_taken_from_the_working_tree(
    project: Project, tmp_path_factory: pytest.TempPathFactory
) -> None:
    table = "data/raw/of 2024/large.csv"
    (project.folder / table).parent.mkdir()
    (project.folder / table).write_text("a\n", encoding="utf-8")
    what, clone = source(project, left_out=(table,)), tmp_path_factory.mktemp("x") / "clone"
    prepare(what, clone, project.folder, own_environment=False)
    assert (clone / table).read_text(encoding="utf-8") == "a\n"


@pytest.mark.parametrize("path", ["../../x.csv", "/etc/hostname", ".git/hooks/post-checkout", "data/raw/away/x.csv"])
def test_what_was_left_out_is_brought_from_within_the_project_to_within_the_clone(
    project: Project, tmp_path_factory: pytest.TempPathFactory, path: str
) -> None:
    outside = tmp_path_factory.mktemp("outside")
    (project.folder / "data/raw/away").symlink_to(outside)
    (outside / "x.csv").touch()
    said = refusal(project, source(project, left_out=(path,)), tmp_path_factory.mktemp("x"))
    assert said == f"its tag git.left_out names {path!r}, which is no file of this project"


@pytest.mark.parametrize("path", [".git/hooks/x", "../x", "/var/x", "data/raw/away/x"])
def test_a_patch_writes_nothing_but_the_clones_files(
    project: Project, tmp_path_factory: pytest.TempPathFactory, path: str
) -> None:
    folder = tmp_path_factory.mktemp("x")
    (project.folder / "data/raw/away").symlink_to(folder)
    project.commit()
    patch = f"--- /dev/null\n+++ b/{path}\n@@ -0,0 +1 @@\n+more\n".encode()
    said = refusal(project, source(project, changes=patch), folder)
    assert said.startswith("`git apply` failed:\n  error: ")
    assert [one.name for one in folder.iterdir()] == ["clone"]


def test_a_link_where_dvc_writes_is_refused(project: Project, tmp_path_factory: pytest.TempPathFactory) -> None:
    (project.folder / ".dvc/config.local").symlink_to(tmp_path_factory.mktemp("outside") / "config")
    project.run("git", "add", "--force", ".dvc/config.local")
    project.commit()
    said = refusal(project, source(project), tmp_path_factory.mktemp("x"))
    assert said == "its .dvc/config.local is a link: DVC would write where it leads"
