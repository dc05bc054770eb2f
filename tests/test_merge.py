"""Two branches that have both changed C are told as that, and merged by the commands of docs/team.md."""

import re
import shlex
from pathlib import Path

import pytest
from conftest import ROOT, Project
from dvc.utils.hydra import apply_overrides

from passage import params
from passage.base.conflict import STEPS

TEAM = (ROOT / "docs/team.md").read_text(encoding="utf-8")
EXPERIMENTS = (ROOT / "docs/experiments.md").read_text(encoding="utf-8")


def built_with(project: Project, C: str) -> str:
    project.replace("params.yaml", "C: 1.0", f"C: {C}")
    project.dvc("repro")
    project.commit(f"C {C}")
    return project.text("metrics/model.json")


@pytest.mark.long
def test_two_branches_with_another_c_are_merged_as_the_docs_say(built: Project) -> None:
    merge, *steps = re.findall(r"^```console\n(git merge .*?)^```", TEAM, re.DOTALL | re.MULTILINE)[0].splitlines()
    built.run("git", "checkout", "-q", "-b", "softer")
    built_with(built, "0.5")
    built.run("git", "checkout", "-q", "main")
    ours = built_with(built, "2.0")
    merged = built.run(*shlex.split(merge), check=False)
    assert "Merge conflict in dvc.lock" in merged.stdout
    assert built.stage("mend", check=False).stderr == (
        f"dvc.lock, line {line_of(built, 'dvc.lock')}: both sides of a merge stand here; {STEPS}\n"
    )
    refused = built.stage("check", check=False)
    assert (refused.returncode, refused.stderr) == (
        2,
        f"params.yaml, line {line_of(built, 'params.yaml')}: both sides of a merge stand here; {STEPS}\n",
    )
    for position, step in enumerate(steps):
        built.run("bash", "-c", f"git config user.name test; git config user.email test@localhost; {step}")
        if position == 0:
            told = built.stage("check", check=False).stderr
            assert told.startswith(f"dvc.lock, line {line_of(built, 'dvc.lock')}: both sides of a merge")
            theirs = built.text("dvc.lock")
            built.run("git", "checkout", "--ours", "dvc.lock")
            told = built.stage("check", check=False).stderr
            assert told.startswith("metrics/model.json, line ")
            (built.folder / "dvc.lock").write_text(theirs, encoding="utf-8")
    assert built.run("git", "status", "--porcelain").stdout == ""
    assert len(built.run("git", "log", "-1", "--format=%P").stdout.split()) == 2
    assert built.text("metrics/model.json") == ours
    assert "C: 2.0" in built.text("params.yaml")
    assert "up to date" in built.dvc("status").stdout


def line_of(project: Project, path: str) -> int:
    return project.text(path).splitlines().index("<<<<<<< HEAD") + 1


def test_dvc_takes_what_the_docs_say_of_a_name_with_blanks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (command,) = re.findall(r"^dvc exp run -S ('\+models\.NAME\.columns=.*)$", EXPERIMENTS, re.MULTILINE)
    there = "columns:\n      Saving account: {kind: category}"
    text = (ROOT / "params.yaml").read_text(encoding="utf-8").replace("columns: {}", there, 1)
    Path("params.yaml").write_text(text, encoding="utf-8")
    apply_overrides("params.yaml", [shlex.split(command)[0].replace("NAME", "model")])
    columns = params.load().models["model"].columns
    assert columns["Saving account"].reference == "large"
    assert columns["Saving account"].kind == "category"
    assert columns["Term (months)"].minimum == 0
