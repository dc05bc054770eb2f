"""Damaged files in DVC's cache: found, named, and built again with the commands that the message gives."""

import re
from pathlib import Path

import pytest
from conftest import Project

from passage.base.errors import Mistake
from passage.base.files import file_hash
from tools import audit


def damage(path: Path, how: str) -> None:
    content = path.read_bytes()
    path.chmod(0o644)
    path.write_bytes(content[:-20] if how == "cut" else content.replace(b"1", b"7", 1))
    path.chmod(0o444)  # DVC trusts what nobody may write to


def cached(project: Project, md5: str) -> Path:
    return project.folder / ".dvc/cache/files/md5" / md5[:2] / md5[2:]


def test_what_neither_the_cache_nor_git_keeps_may_be_of_another_build(built: Project) -> None:
    """As after an experiment and `git checkout . && dvc checkout`."""
    for path in ("mlruns/receipt.json", "data/checked"):
        assert path in built.text("dvc.lock")
        (built.folder / path).write_text("of another build", encoding="utf-8")
    assert built.stage("audit").stdout == "every file in DVC's cache, and every output, is what its checksum says\n"


def test_damaged_files_are_named_and_built_again_with_the_commands_that_the_message_gives(built: Project) -> None:
    before = built.text("dvc.lock")
    model, table = built.folder / "models/model/model.json", built.folder / "data/split/model_2/train.parquet"
    pictures = re.search(r"path: plots/model/pictures\n +hash: md5\n +md5: (\w+\.dir)", before)
    assert pictures
    damage(cached(built, file_hash("md5", model)), "a flipped digit")
    damage(cached(built, file_hash("md5", table)), "cut")
    damage(cached(built, pictures[1]), "cut")
    model.unlink()
    built.dvc("checkout", "models/model/model.json")  # which DVC believes to be the right one
    assert file_hash("md5", model) not in before

    done = built.stage("audit", check=False)
    assert done.returncode == 1
    for output in ("models/model/model.json", "data/split/model_2/train.parquet", "plots/model/pictures"):
        assert re.search(rf"^damaged in DVC's cache: .*/\w+(\.dir)? \({output}\)$", done.stdout, re.MULTILINE)
    assert "not what dvc.lock says was built: models/model/model.json" in done.stdout
    refused = built.stage("track", check=False)
    assert (refused.returncode, "models/model/model.json: this is not what dvc.lock" in refused.stderr) == (2, True)

    assert "`make audit REPAIR=yes` moves them to .dvc/tmp/damaged; `make repro`" in done.stdout
    built.stage("audit", "--repair")
    assert (built.folder / ".dvc/tmp/damaged/models/model/model.json").exists(), "nothing is lost"
    built.dvc("repro")
    assert built.text("dvc.lock") == before
    assert built.stage("audit").stdout.startswith("every file in DVC's cache, and every output, is what")
    assert file_hash("md5", model) in before


def test_changed_outputs_and_a_damaged_picture_are_named_though_dvc_knows_its_folder_alone(built: Project) -> None:
    picture = "plots/model/pictures/roc.svg"
    damage(cached(built, file_hash("md5", built.folder / picture)), "cut")
    built.replace("metrics/model.json", "1", "2")
    built.replace(picture, "<svg", "<svg ")
    done = built.stage("audit", check=False)
    assert done.returncode == 1
    damaged, *altered = done.stdout.splitlines()[:3]
    assert damaged.endswith(f" ({picture})")
    assert altered == [f"not what dvc.lock says was built: {path}" for path in ("metrics/model.json", picture)]
    assert "is what its checksum says" not in done.stdout


def test_a_damaged_table_that_dvc_keeps_comes_back_with_the_command_that_the_message_gives(project: Project) -> None:
    table = project.folder / "data/raw/guessed_hours.csv"
    project.run("git", "rm", "--cached", "--quiet", "data/raw/guessed_hours.csv")
    project.dvc("config", "cache.type", "copy")
    project.dvc("add", "data/raw/guessed_hours.csv")
    damage(cached(project, file_hash("md5", table)), "cut")
    done = project.stage("audit", "--repair")
    assert re.search(r"^damaged in DVC's cache: .*/\w+ \(data/raw/guessed_hours.csv\)$", done.stdout, re.MULTILINE)
    assert "`dvc add data/raw/guessed_hours.csv`" in done.stdout
    project.dvc("add", "data/raw/guessed_hours.csv")
    assert project.stage("audit").stdout.startswith("every file in DVC's cache, and every output, is what")


def test_what_a_lock_names_and_no_stage_writes_is_not_moved(project: Project, tmp_path: Path) -> None:
    mine = tmp_path.with_name(f"{tmp_path.name}.txt")
    mine.write_text("mine", encoding="utf-8")
    outs = "".join(f"    - path: {path}\n      md5: '0'\n" for path in (mine, f"../{mine.name}", "src/stages/split.py"))
    with (project.folder / "dvc.lock").open("a", encoding="utf-8") as lock:
        lock.write(f"  split@gone:\n    cmd: x\n    outs:\n{outs}")
    said = project.stage("audit", "--repair").stdout.splitlines()
    assert said[0] == f"dvc.lock: 'split@gone' does not write '{mine}', which it names; it is left alone"
    assert len(said) == 4
    assert mine.exists()
    assert (project.folder / "src/stages/split.py").exists()


def test_a_damaged_entry_of_the_run_cache_is_passed_over(built: Project) -> None:
    before = built.text("dvc.lock")
    for entry in (built.folder / ".dvc/cache/runs").rglob("*"):
        if entry.is_file():
            entry.chmod(0o644)
            entry.write_bytes(entry.read_bytes()[:-30])
    (built.folder / "models/model/scaler.json").unlink()
    built.dvc("repro", "normalize@model")
    assert built.text("dvc.lock") == before


def test_a_damaged_file_of_a_folder_that_dvc_keeps_is_named_by_the_folder(project: Project) -> None:
    (project.folder / "data/raw/months").mkdir()
    for name in "12":
        (project.folder / f"data/raw/months/{name}.csv").write_text(f"a\n{name}\n", encoding="utf-8")
    project.dvc("config", "cache.type", "copy")
    project.dvc("add", "data/raw/months")
    damage(cached(project, file_hash("md5", project.folder / "data/raw/months/1.csv")), "a flipped digit")
    done = project.stage("audit", "--repair")
    assert re.search(r"^damaged in DVC's cache: .*/\w+ \(data/raw/months\)$", done.stdout, re.MULTILINE)
    assert done.stdout.count("`dvc add data/raw/months`") == 1


def test_an_option_that_there_is_not_is_refused() -> None:
    with pytest.raises(Mistake, match=r"^--fix is not known; --repair puts what is damaged aside$"):
        audit.main("--fix")
