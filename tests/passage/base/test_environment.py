"""What every stage stands on, and whether this Python has the lock's packages."""

import re
import shutil
import subprocess
import sysconfig
from importlib.metadata import version
from pathlib import Path

import pytest
from conftest import ROOT

from passage.base import environment, paths

LOCK = "numpy==2.4.6 \\\n    --hash=sha256:00\nwaitress==3.0.2 ; sys_platform == 'win32' \\\n    --hash=sha256:00\n"


def test_another_version_and_a_missing_package_are_named() -> None:
    assert environment.differences(LOCK, {"numpy": "2.4.6"}) == []
    assert environment.differences(LOCK, {"numpy": "2.0.0"}) == ["numpy 2.0.0 (lock: 2.4.6)"]
    assert environment.differences(LOCK, {}) == ["numpy is missing"]
    assert environment.differences(LOCK, {"numpy": "2.4.6", "waitress": "1"}) == ["waitress 1 (lock: 3.0.2)"]


def test_installed_packages_are_found_by_their_normalized_names() -> None:
    versions = environment.installed(sysconfig.get_path("purelib"))
    assert versions["scikit-learn"] == version("scikit-learn")
    assert versions["ruamel-yaml"] == version("ruamel.yaml")


def test_a_package_that_a_variable_puts_before_the_locks_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(ROOT)
    (tmp_path / "numpy-1.0.dist-info").mkdir()
    before = environment.ground()
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}:/nowhere:")
    (numpy,) = set(environment.differing()) - set(before.splitlines())
    assert numpy.startswith("numpy 1.0 (lock: ")
    assert environment.ground() == f"{before}{numpy}\n"
    assert environment.warning([numpy]).endswith("unset PYTHONPATH, or see `make setup`")


@pytest.mark.parametrize("value", [None, ""])
def test_without_that_variable_a_folder_of_the_project_is_no_package(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, value: str | None
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "requirements.lock").write_bytes((ROOT / "requirements.lock").read_bytes())
    before = environment.differing()
    (tmp_path / "numpy-1.0.dist-info").mkdir()
    monkeypatch.delenv("PYTHONPATH", raising=False)
    if value is not None:
        monkeypatch.setenv("PYTHONPATH", value)
    assert environment.differing() == before


def test_every_package_of_the_lock_is_looked_at() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    everywhere = re.findall(r"^([a-z0-9-]+)==[^ ;]+ \\$", lock, re.MULTILINE)
    assert len(everywhere) > 100
    assert environment.differences(lock, {}) == [f"{name} is missing" for name in everywhere]


def test_the_warning_is_one_line_that_names_the_remedy() -> None:
    line = environment.warning(["a is missing", "b 1 (lock: 2)", "c is missing", "d is missing"])
    assert "a is missing, b 1 (lock: 2), c is missing and 1 more; see `make setup`" in line
    assert "\n" not in line


def test_a_change_of_what_every_stage_stands_on_is_seen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    listed = ["git", "ls-files", *map(str, paths.GROUND)]
    files = subprocess.run(listed, cwd=ROOT, check=True, capture_output=True, text=True).stdout.splitlines()
    assert len(files) > 10
    for file in files:
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / file, tmp_path / file)
    monkeypatch.chdir(tmp_path)
    before = environment.ground()
    for path in map(Path, files):
        content = path.read_bytes()
        path.write_bytes(content + b"\n")
        assert environment.ground() != before, path
        path.write_bytes(content)
    assert environment.ground() == before


def test_in_which_order_a_folder_gives_its_files_does_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    before, rglob = environment.ground(), Path.rglob
    monkeypatch.setattr(Path, "rglob", lambda *asked: reversed([*rglob(*asked)]))
    assert environment.ground() == before


def test_packages_that_are_not_the_locks_are_a_part_of_what_every_stage_stands_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(ROOT)
    before = environment.ground()
    monkeypatch.setattr(environment, "installed", lambda _: {"pandas": "0.1"})
    assert "\npandas 0.1 (lock: " in environment.ground().removeprefix(before)
