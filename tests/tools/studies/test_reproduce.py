"""The matrix: what is equal, what is not, and what could not be tried."""

import json
import os
import shutil
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from conftest import ROOT, Project

from passage.base.errors import Mistake
from tools.studies import reproduce, variations
from tools.studies.reproduce import Build, Impossible
from tools.studies.variations import ALL, Variation

LOCK = (ROOT / "dvc.lock").read_bytes()
REFERENCE = Build("lesson", "as it is", LOCK)


def test_a_lock_with_another_output_differs_and_names_it() -> None:
    changed = LOCK.replace(b"md5: ", b"md5: 0", 60)
    assert not reproduce.is_equal(Build("lesson", "x", changed), REFERENCE)
    names = reproduce.differing(changed, LOCK)
    assert "data/split/model/train.parquet" in names
    assert "report/index.html" not in names
    assert f"DIFFERS: {names[0]}" in reproduce.line(Build("lesson", "x", changed), REFERENCE)
    assert "DIFFERS: the rest of it" in reproduce.line(Build("lesson", "x", LOCK + b"\n"), REFERENCE)


def test_an_equal_lock_is_equal_and_a_failed_build_is_not() -> None:
    assert reproduce.is_equal(Build("lesson", "x", LOCK), REFERENCE)
    failed = Build("lesson", "x", problem="the build failed: ERROR")
    assert not reproduce.is_equal(failed, REFERENCE)
    assert not reproduce.is_equal(failed, failed)
    assert reproduce.line(failed, REFERENCE).endswith("the build failed: ERROR")
    assert "not tried: no faketime" in reproduce.line(Build("lesson", "x", b"", "no faketime", True), REFERENCE)


@pytest.fixture
def inside(project: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.chdir(project.folder)
    return project


@pytest.fixture
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("x")


def test_a_variation_without_effect_is_told_and_not_built(inside: Project, scratch: Path) -> None:
    idle = Variation("idle", "hash('exam') == hash('exam')", variables={"PYTHONHASHSEED": "4"})
    made = reproduce.build("lesson", idle, "HEAD", scratch)
    assert (made.untried, made.problem) == (True, "no effect on this machine: True")


def test_a_kernel_that_is_neither_the_expected_one_nor_the_references_is_not_the_one_that_was_asked_for() -> None:
    asked = Variation("OpenBLAS Haswell", "None", expected="{'Haswell'}")
    assert not reproduce.has_effect(asked, "{'SkylakeX'}", "{'Zen'}")
    assert not reproduce.has_effect(asked, "{'SkylakeX'}", "{'SkylakeX'}")
    assert reproduce.has_effect(asked, "{'SkylakeX'}", "{'Haswell'}")
    assert reproduce.has_effect(asked, "{'Haswell'}", "{'Haswell'}"), "the machine has it anyway"
    other = Variation("another hash seed", "None")
    assert (reproduce.has_effect(other, "1", "2"), reproduce.has_effect(other, "1", "1")) == (True, False)
    assert reproduce.has_effect(reproduce.AS_IT_IS, "None", "None")


def test_what_varies_has_a_cache_of_its_own_whatever_is_configured(inside: Project, scratch: Path) -> None:
    """Or a variation would take its outputs from the build as it is."""
    inside.dvc("cache", "dir", str(scratch / "shared"))
    inside.commit()
    with reproduce.varied("lesson", reproduce.AS_IT_IS, "HEAD", scratch) as (folder, _):
        assert Project(folder).dvc("cache", "dir").stdout == f"{folder}/.dvc/cache\n"


UP_TO_THE_MACHINE = {  # older processors, or no right to mount
    "OpenBLAS Nehalem",
    "OpenBLAS Prescott",
    "numpy without newer features",
    "folders listed the other way round",
    "another user",
}


@pytest.mark.parametrize(
    "name",
    [
        "1 thread",
        "a decimal comma",
        "another hash seed",
        "umask 077",
        "another folder",
        "a terminal",
        "another time zone",
        *sorted(UP_TO_THE_MACHINE),
    ],
)
def test_what_varies_varies(inside: Project, scratch: Path, name: str) -> None:
    [variation] = [one for one in ALL if one.name == name]
    if lacking := variations.missing(variation):
        pytest.skip(lacking)
    try:
        with reproduce.varied("lesson", variation, "HEAD", scratch) as (folder, environment):
            assert reproduce.probe(variation, "2 + 2", folder, environment) == "4"
    except Impossible as impossible:
        if name not in UP_TO_THE_MACHINE:
            raise
        pytest.skip(str(impossible))
    shutil.rmtree(scratch)


def test_what_was_mounted_is_unmounted_also_where_the_probe_fails(
    inside: Project, scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tools = scratch / "tools"
    tools.mkdir()
    for name in ("disorderfs", "umount"):  # the first of which leaves the folder empty
        (tools / name).write_text(f"#!/bin/sh\necho {name} >>{tools}/called\n", encoding="utf-8")
        (tools / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}:{os.environ['PATH']}")
    [listing] = [one for one in ALL if one.listing]
    assert reproduce.build("lesson", listing, "HEAD", scratch).untried
    assert (tools / "called").read_text(encoding="utf-8").split() == ["disorderfs", "umount"]


def test_a_build_that_fails_is_no_equal_one(inside: Project, scratch: Path) -> None:
    inside.replace("params.yaml", "C: 1.0", "C: -1")
    inside.commit()
    made = reproduce.build("lesson", reproduce.AS_IT_IS, "HEAD", scratch)
    assert (made.untried, made.lock) == (False, b"")
    assert made.problem.startswith("the build failed: ")


def test_the_breast_cancer_table_takes_the_place_of_the_lessons(inside: Project) -> None:
    reproduce.breast_cancer(inside.folder)
    assert "models: breast_cancer; to score: nothing" in inside.stage("check").stdout
    assert len(inside.text("data/raw/breast_cancer.csv").splitlines()) == 570
    assert "params.yaml" not in inside.run("git", "status", "--porcelain").stdout


def test_a_table_takes_the_place_of_the_lessons_that_is_read_by_blocks(inside: Project) -> None:
    reproduce.by_blocks(inside.folder)
    for stage in ("check", "split", "normalize", "train", "associate"):
        inside.stage(stage, *["by_blocks"] * (stage != "check"))
    rows = pq.read_metadata(inside.folder / "data/normalized/by_blocks/train.parquet")
    assert (rows.num_rows, rows.num_row_groups) == (4500, 3)
    model, association = (json.loads(inside.text(f"models/by_blocks/{name}.json")) for name in ("model", "association"))
    assert model["iterations"] < 4  # from the optimum of the first rows
    assert association["method"] == "firth-wald"


def test_names_restrict_the_matrix_and_unknown_ones_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert len({one.name for one in ALL}) == len(ALL)
    unlike = [replace(one, name="", probe="", expected="") for one in ALL]
    assert Variation("", "") not in unlike, "one that differs in nothing"
    monkeypatch.setenv("TABLES", "lesson")
    monkeypatch.setenv("VARIATIONS", "1 thread, elsewhere")
    tables, some = reproduce.wanted()
    assert (tables, [one.name for one in some]) == (["lesson"], ["as it is", "1 thread", "elsewhere"])
    monkeypatch.setenv("VARIATIONS", "3 threads")
    with pytest.raises(Mistake, match="not known: 3 threads; there are lesson, breast-cancer, by-blocks, 1 thread"):
        reproduce.wanted()


@pytest.mark.parametrize(
    ("named", "lock", "problem", "code"),
    [
        ("1 thread", LOCK, "", 0),
        ("1 thread", LOCK + b"\n", "", 1),
        ("1 thread", b"", "no such thing", 1),
        ("", b"", "no such thing", 0),  # of all there are, no machine can have each
    ],
)
def test_what_is_named_must_be_tried_and_equal(
    monkeypatch: pytest.MonkeyPatch, named: str, lock: bytes, problem: str, code: int
) -> None:
    def build(table: str, variation: Variation, commit: str, scratch: Path) -> Build:
        if variation == reproduce.AS_IT_IS:
            return Build(table, variation.name, LOCK)
        return Build(table, variation.name, lock, problem, untried=bool(problem))

    monkeypatch.setattr(reproduce, "build", build)
    monkeypatch.setenv("VARIATIONS", named)
    monkeypatch.chdir(ROOT)
    assert reproduce.main() == code


def test_a_machine_says_what_it_lacks(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    lacking = {one.name: variations.missing(one) for one in ALL}
    assert lacking["another time"] == "no faketime"
    assert lacking["Python 3.12"] == "no python3.12"
    assert lacking["1 thread"] == ""
