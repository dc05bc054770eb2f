"""What a rebuild cannot have, said before anything is built."""

from pathlib import Path
from typing import Any

import pytest
from conftest import Project

from passage.base import files
from passage.base.errors import Mistake
from tools.rebuild import clone as module
from tools.rebuild.clone import USERS, Source, build, own_variables, prepare, require_table

HOURS = "data/raw/exam_hours.csv"


def source(project: Project, **changed: object) -> Source:
    values: dict[str, object] = {
        "commit": project.run("git", "rev-parse", "HEAD").stdout.strip(),
        "changes": b"",
        "params": (project.folder / "params.yaml").read_bytes(),
        "left_out": (),
    }
    return Source(**(values | changed))  # type: ignore[arg-type]


def refusal(project: Project, what: Source, clone: Path) -> str:
    with pytest.raises(Mistake) as refused:
        build(clone, prepare(what, clone, project.folder, own_environment=False))
    return str(refused.value)


@pytest.fixture
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("x") / "clone"


def test_a_commit_that_is_not_there(project: Project, clone: Path) -> None:
    said = refusal(project, source(project, commit="0" * 40), clone)
    assert said == f"its commit {'0' * 40} is not in this repository; has it been fetched?"


def test_a_build_sees_no_cluster_store_or_repository_of_the_users_and_may_keep_its_bytecode(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    users = ("DASK_SCHEDULER_ADDRESS", "MLFLOW_TRACKING_URI", "DVC_ROOT", "GIT_DIR")
    names = (*users, "PYTHONDONTWRITEBYTECODE", "PYTHONPATH", "TERM")
    for name in names:
        monkeypatch.setenv(name, "1")
    seen = own_variables(tmp_path)
    assert {name for name in seen if name.startswith(USERS)} == {"DVC_SITE_CACHE_DIR"}
    assert not {*names[:-1]} & seen.keys()
    assert Path(seen["DVC_SITE_CACHE_DIR"]).is_relative_to(tmp_path)
    assert seen["TERM"] == "1"


def test_a_table_that_changed_or_is_gone(project: Project) -> None:
    with pytest.raises(Mistake, match=rf"^its table {HOURS} had the MD5 0; the one that is there has \w{{32}}$"):
        require_table(project.folder, HOURS, "0")
    with pytest.raises(Mistake, match=r"^its table data/raw/gone\.csv is neither in Git nor in DVC's cache$"):
        require_table(project.folder, "data/raw/gone.csv", "0")


def test_tables_that_dvc_keeps_are_brought_also_those_of_other_models_and_without_an_activated_environment(
    project: Project, clone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    (project.folder / "data/raw/large.csv").write_text("a\n1\n", encoding="utf-8")
    months = project.folder / "data/raw/months"
    months.mkdir()
    for name in ("1.csv", "2.csv", "_SUCCESS", ".1.csv.crc"):
        (months / name).write_text(f"a\n{name}\n", encoding="utf-8")
    project.dvc("add", "data/raw/large.csv", "data/raw/months")
    project.commit()
    prepare(source(project), clone, project.folder, own_environment=False)
    assert (clone / "data/raw/large.csv").read_text(encoding="utf-8") == "a\n1\n"
    assert files.file_hash("md5", months) in project.text("data/raw/months.dvc"), "DVC leaves out what is hidden, too"
    require_table(clone, "data/raw/months", files.file_hash("md5", months))
    (clone / "data/raw/months/2.csv").unlink()
    with pytest.raises(Mistake, match=r"^its table data/raw/months had the MD5 \w{32}\.dir; the one that is there has"):
        require_table(clone, "data/raw/months", files.file_hash("md5", months))


def test_a_clone_has_a_cache_of_its_own_whatever_is_configured(project: Project, clone: Path) -> None:
    project.dvc("cache", "dir", str(clone.parent / "shared"))
    project.commit()
    prepare(source(project), clone, project.folder, own_environment=False)
    assert Project(clone).dvc("cache", "dir").stdout == f"{clone / '.dvc/cache'}\n"


def test_a_repository_that_the_environment_names_is_left_alone(
    project: Project, clone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hook of Git's, say, sets GIT_DIR for all that it calls."""
    first = source(project)
    project.replace("README.md", "exam", "Exam")
    project.commit()
    patch = b"--- /dev/null\n+++ b/data/more.txt\n@@ -0,0 +1 @@\n+more\n"
    head = (project.folder / ".git/HEAD").read_text(encoding="utf-8")
    for name, path in (("GIT_DIR", ".git"), ("GIT_WORK_TREE", "."), ("GIT_INDEX_FILE", ".git/index")):
        monkeypatch.setenv(name, str(project.folder / path))
    what = source(project, commit=first.commit, changes=patch)
    prepare(what, clone, project.folder, own_environment=False)
    assert (project.folder / ".git/HEAD").read_text(encoding="utf-8") == head
    assert project.run("git", "status", "--porcelain").stdout == ""
    assert (clone / "data/more.txt").read_text(encoding="utf-8") == "more\n"


def test_another_lock_file_is_named_with_the_packages_that_differ(project: Project, clone: Path) -> None:
    project.replace("requirements.lock", "pandas==", "pandas==0.")
    project.commit()
    said = refusal(project, source(project), clone)
    assert said.startswith("its requirements.lock has other packages than this Python: pandas ")
    assert said.endswith("add ENV=own (or --env)")


def test_a_build_that_fails_says_why(project: Project, clone: Path) -> None:
    params = project.text("params.yaml").replace("C: 1.0", "C: -1", 1).encode()
    said = refusal(project, source(project, params=params), clone)
    assert said.startswith("`dvc repro` failed:")
    assert "models.model.train.C is -1" in said


def test_a_rebuild_tracks_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "dvc.yaml").write_text("stages: {split: {}, report: {}, track: {}}\n", encoding="utf-8")
    commands: list[list[str]] = []
    monkeypatch.setattr("tools.rebuild.clone._run", lambda command, *_: commands.append(command))
    build(tmp_path, {})
    assert [command[-2:] for command in commands] == [["split", "report"]]


def test_a_table_that_was_too_large_for_the_patch_is_taken_from_the_working_tree(project: Project, clone: Path) -> None:
    table = "data/raw/of 2024/large.csv"
    (project.folder / table).parent.mkdir()
    (project.folder / table).write_text("a\n", encoding="utf-8")
    prepare(source(project, left_out=(table,)), clone, project.folder, own_environment=False)
    assert (clone / table).read_text(encoding="utf-8") == "a\n"


@pytest.mark.parametrize("path", ["../../x.csv", "/etc/hostname", ".git/hooks/post-checkout", "data/raw/away/x.csv"])
def test_what_was_left_out_is_brought_from_within_the_project_to_within_the_clone(
    project: Project, clone: Path, path: str
) -> None:
    (project.folder / "data/raw/away").symlink_to(clone.parent)
    (clone.parent / "x.csv").touch()
    said = refusal(project, source(project, left_out=(path,)), clone)
    assert said == f"its tag git.left_out names {path!r}, which is no file of this project"


@pytest.mark.parametrize("path", [".git/hooks/x", "../x", "/var/x", "data/raw/away/x"])
def test_a_patch_writes_nothing_but_the_clones_files(project: Project, clone: Path, path: str) -> None:
    (project.folder / "data/raw/away").symlink_to(clone.parent)
    project.commit()
    patch = f"--- /dev/null\n+++ b/{path}\n@@ -0,0 +1 @@\n+more\n".encode()
    said = refusal(project, source(project, changes=patch), clone)
    assert said.startswith("`git apply` failed:\n  error: ")
    assert [one.name for one in clone.parent.iterdir()] == ["clone"]


def test_a_link_where_dvc_writes_is_refused(project: Project, clone: Path) -> None:
    (project.folder / ".dvc/config.local").symlink_to(clone.parent / "config")
    project.run("git", "add", "--force", ".dvc/config.local")
    project.commit()
    said = refusal(project, source(project), clone)
    assert said == "its .dvc/config.local is a link: DVC would write where it leads"


def test_a_run_may_be_rebuilt_in_an_environment_of_its_own(
    project: Project, clone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed, run = [], module._run

    def recorded(command: list[str], *others: Any) -> str:
        typed.append(command)
        return "" if command == ["make", "setup"] else run(command, *others)

    monkeypatch.setattr(module, "_run", recorded)
    variables = prepare(source(project), clone, project.folder, True)
    assert ["make", "setup"] in typed
    assert variables["PATH"].startswith(f"{clone}/.venv/bin:")
