"""After each sequence of commands that the pages print, the project's own checks find nothing wrong."""

from collections.abc import Iterator

import pytest
from conftest import ROOT, Project
from test_docs import FENCED, section, text
from test_pipeline import runs

SOUND = "every file in DVC's cache, and every output, is what its checksum says\n"
GO_BACK = "git checkout . && dvc checkout"
# What sets up, serves, or builds runs again: other tests run these.
ELSEWHERE = ("git clone", "source ", "make ui", "make verify", "make adopt")


def blocks(page: str, *headings: str) -> Iterator[list[str]]:
    """Yield the commands of each console block below these headings, as far as they change or show the state."""
    for heading in headings:
        for language, block in FENCED.findall(section(page, heading)):
            lines = block.replace("\\\n", " ").splitlines() if language == "console" else []
            shown = [line.removeprefix("$ ") for line in lines if line.startswith("$ ")]  # with what they print
            commands = shown or lines
            yield [command for command in commands if not command.startswith(ELSEWHERE)]


def run(project: Project, command: str) -> None:
    command = command.replace("make experiments", "python3 src experiments")
    detached = "dvc queue start" in command  # its workers would hold the output that is waited for
    project.run("sh", "-c", command + (" >/dev/null 2>&1 </dev/null" if detached else ""))
    if detached:
        project.ended_queue()


def is_well(project: Project, after: str) -> None:
    assert project.stage("audit", check=False).stdout == SOUND, after
    changed = {line[3:] for line in project.run("git", "status", "--porcelain").stdout.splitlines()}
    assert changed <= {"params.yaml", "dvc.lock"} | {path for path in changed if path.startswith("metrics/")}, after
    project.dvc("status")


@pytest.mark.long
def test_after_every_documented_sequence_the_projects_checks_find_nothing_wrong(built: Project) -> None:
    built.dvc("repro")
    built.commit("as built", "--allow-empty")
    sequences = [
        *blocks("README.md", "The first experiment"),
        *blocks("docs/experiments.md", "Compare, go back, keep", "A queue", "Let it choose"),
        *blocks("docs/lesson.md", "The lesson's own numbers"),
    ]
    assert GO_BACK in text("README.md")
    assert len(sequences) >= 5
    for commands in sequences:
        for command in commands:
            run(built, command)
            is_well(built, command)
        run(built, GO_BACK)
        is_well(built, GO_BACK)
        assert built.run("git", "status", "--porcelain").stdout == ""
        built.dvc("repro")
        is_well(built, "dvc repro")
        assert "up to date" in built.dvc("status").stdout

    page = (ROOT / "docs/experiments.md").read_text(encoding="utf-8")
    assert "`dvc exp apply NAME`" in page
    assert "`git commit -am MESSAGE`" in page
    run(built, "dvc exp apply lesson")
    is_well(built, "dvc exp apply")
    run(built, "git -c user.name=test -c user.email=test@localhost commit -qam kept")
    is_well(built, "git commit")
    built.dvc("repro")
    assert built.run("git", "status", "--porcelain").stdout == ""
    built.stage("history")
    is_well(built, "make history")
    found = [run.info.run_id for run in runs(built)]
    assert len(found) > 8
    for run_id in found[:: len(found) // 3]:  # `verify all` is another test's
        assert "DIFFERS" not in built.stage("verify", run_id).stdout
