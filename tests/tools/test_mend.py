"""What a kill leaves of DVC's own files is put right, and what is whole is not touched."""

import random
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import ROOT, Project
from dvc.schema import COMPILED_LOCKFILE_SCHEMA
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from voluptuous import Invalid

from tools import mend

LOCK = (ROOT / "dvc.lock").read_text(encoding="utf-8")
Write = Callable[[str, str], Path]


def read_by_dvc(text: str) -> bool:
    try:
        COMPILED_LOCKFILE_SCHEMA(YAML(typ="safe", pure=True).load(text))
    except (Invalid, YAMLError):
        return False
    return True


def test_of_a_lock_cut_anywhere_what_dvc_does_not_read_is_broken() -> None:
    cuts = sorted(random.Random(7).sample(range(len(LOCK)), 60))
    verdicts = [mend.is_whole(LOCK[:cut]) for cut in cuts]
    assert verdicts == [read_by_dvc(LOCK[:cut]) for cut in cuts]
    assert {True, False} == set(verdicts)
    assert mend.is_whole(LOCK)
    assert not mend.is_whole("")


def test_the_committed_lock_comes_back_and_the_broken_one_is_kept(project: Project) -> None:
    broken = LOCK[: LOCK.index("hash: md5") + 4]
    (project.folder / "dvc.lock").write_text(broken, encoding="utf-8")
    assert project.dvc("repro", "--dry", check=False).returncode == 255
    said = project.stage("mend").stderr
    assert said.startswith(
        "dvc.lock was half-written or damaged (was DVC killed, or the disk full?): the committed one is back"
    )
    assert project.text("dvc.lock") == LOCK
    assert project.text(".dvc/tmp/dvc.lock.broken") == broken
    assert project.stage("mend").stderr == ""


def test_what_was_never_committed_starts_anew(
    in_folder: Write, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    in_folder("dvc.lock", "stages:\n  a")
    assert "it starts anew" in mend.mend_lock()
    assert not Path("dvc.lock").exists()
    assert mend.mend_lock() == ""


@pytest.mark.parametrize("rest", ["", '{"read": {"a'])
def test_a_half_written_list_of_locks_stops_dvc_and_is_removed(project: Project, rest: str) -> None:
    rwlock = project.folder / mend.RWLOCK
    rwlock.parent.mkdir(parents=True, exist_ok=True)
    rwlock.write_text(rest, encoding="utf-8")
    assert project.dvc("repro", "check", check=False).returncode == 255
    assert "rwlock was half-written and is removed" in project.stage("mend").stderr
    project.dvc("repro", "check")
    whole = rwlock.read_text(encoding="utf-8")
    assert project.stage("mend").stderr == ""
    assert rwlock.read_text(encoding="utf-8") == whole


def test_make_repro_mends_first() -> None:
    recipe = subprocess.run(
        ["make", "--no-print-directory", "-n", "repro"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    assert "\npython3 src mend && python3 src check >/dev/null && dvc repro && " in f"\n{recipe}"
