"""What GitHub runs: nothing of a fork's, no code of others, and commands that work here, too."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import ROOT, Project
from walking import made_ready

WORKFLOWS: dict[str, dict[Any, Any]] = {
    path.stem: yaml.safe_load(path.read_text(encoding="utf-8"))
    for path in sorted((ROOT / ".github/workflows").glob("*.yml"))
}
GH = '#!/bin/sh\nprintf "%s\\n" "$*" >asked\ncp comparison.md said.md\n'


def steps(name: str) -> list[dict[str, str]]:
    [job] = WORKFLOWS[name]["jobs"].values()
    return list(job["steps"])


def test_actions_are_githubs_own_and_pinned_and_nothing_that_a_stranger_writes_is_a_part_of_a_command() -> None:
    assert list(WORKFLOWS) == ["compare", "test"]
    for name in WORKFLOWS:
        for step in steps(name):
            assert "run" in step or re.fullmatch(r"actions/checkout@[0-9a-f]{40}", step["uses"])
            assert "${{" not in step.get("run", "")


def test_on_a_push_all_tests_run_which_can_write_nothing() -> None:
    assert WORKFLOWS["test"][True] == "push"  # YAML 1.1 reads `on` as that
    assert WORKFLOWS["test"]["permissions"] == {"contents": "read"}
    commands = [step["run"] for step in steps("test") if "run" in step]
    assert commands == ["make test", "make test-long", "make test-cluster", "make lint"]


def test_a_pull_request_of_a_fork_gets_no_comment_and_no_token_that_may_write_one() -> None:
    workflow = WORKFLOWS["compare"]
    assert workflow[True] == "pull_request"  # not pull_request_target, where a stranger's code has the token
    assert workflow["jobs"]["compare"]["if"] == "github.event.pull_request.head.repo.full_name == github.repository"
    assert workflow["permissions"] == {"contents": "read", "pull-requests": "write"}


@pytest.mark.long
def test_a_pull_request_is_told_what_its_other_c_comes_to(built: Project, tmp_path: Path) -> None:
    made_ready(built)
    base = built.run("git", "rev-parse", "HEAD").stdout.strip()
    built.run("git", "checkout", "--quiet", "-b", "softer")
    built.replace("params.yaml", "C: 1.0", "C: 0.1")
    built.run("git", "-c", "user.name=test", "-c", "user.email=test@localhost", "commit", "--quiet", "-am", "softer")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/gh").write_text(GH, encoding="utf-8")
    (tmp_path / "bin/gh").chmod(0o755)
    variables = {
        "BASE": base,
        "HEAD": built.run("git", "rev-parse", "HEAD").stdout.strip(),
        "NUMBER": "7",
        "GITHUB_REPOSITORY": "owner/name",
        "PATH": f"{tmp_path}/bin:{built.folder}/.venv/bin:/usr/bin:/bin",
    }
    for step in steps("compare"):
        if "run" in step:
            built.run("bash", "-e", "-c", step["run"], check=True, **variables)
    verdicts, _, block = built.text("said.md").partition("\n\n")
    assert verdicts == "- `model`: **cannot be told**\n- `model_2`: **as before**"
    assert block.startswith(f"```text\nA: {base}\nB: the workspace\n")
    assert "  models.model.train.C: 1.0, now 0.1\n" in block
    assert built.text("asked").startswith("pr comment 7 --repo owner/name --edit-last ")
