"""docs/your-own-data.md: each of its commands, run one after the other, prints what the page shows."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT, Project

WALK = (ROOT / "docs/your-own-data.md").read_text(encoding="utf-8")
RUN = re.compile(r"\b[0-9a-f]{32}\b")


def steps(text: str) -> list[tuple[str, str]]:
    """Return the commands of the console blocks in order, each with what the page shows that it prints.

    A command begins with `$ `; one with quotes that stay open goes on in the next lines.
    """
    found: list[tuple[str, str]] = []
    for block in re.findall(r"^```console\n(.*?)^```$", text, flags=re.DOTALL | re.MULTILINE):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            lines = part.splitlines(keepends=True)
            ends = next(n for n in range(1, len(lines) + 1) if "".join(lines[:n]).count("'") % 2 == 0)
            found.append(("".join(lines[:ends]).rstrip("\n"), "".join(lines[ends:])))
    return found


def pattern(shown: str, runs: dict[str, str]) -> re.Pattern[str]:
    """Return what a printed text must match: `...` alone stands for any lines, and the id of a run for any id.

    runs: ids that are known, by those on the page.
    """
    lines = []
    for line in shown.splitlines():
        if line == "...":
            lines.append(r"(?:.*\n)*?")
        else:
            parts = zip(RUN.split(line), [*RUN.findall(line), ""], strict=True)
            ids = (
                f"{re.escape(text)}{runs.get(run) or f'(?P<r{run}>[0-9a-f]{{32}})' if run else ''}"
                for text, run in parts
            )
            lines.append("".join(ids) + r"\n")
    return re.compile("".join(lines))


def made_ready(project: Project) -> None:
    """Give the project a .venv that make takes for its own: this one's parts, and stamps for this folder."""
    venv = project.folder / ".venv"
    venv.mkdir()
    for part in Path(sys.prefix).iterdir():
        if not part.name.startswith("ready"):
            (venv / part.name).symlink_to(part)
    named = subprocess.run(["cksum"], input=f"{project.folder}\n", capture_output=True, text=True, check=True).stdout
    stamps = venv / f"ready-{named.split()[0]}"
    stamps.mkdir()
    (stamps / "run").touch()


@pytest.mark.long
def test_each_command_of_the_walk_prints_what_the_page_shows(project: Project) -> None:
    made_ready(project)
    for key in ("name", "email"):
        project.run("git", "config", f"user.{key}", "test")
    runs: dict[str, str] = {}
    path = f"{project.folder}/.venv/bin:{os.environ['PATH']}"
    for command, shown in steps(WALK):
        for on_the_page, here in runs.items():
            command = command.replace(on_the_page, here)
        done = project.run("bash", "-c", f"{command} 2>&1", PATH=path, COLUMNS="120")
        found = pattern(shown, runs).fullmatch(done.stdout)
        assert found, f"$ {command}\nprints\n{done.stdout}\nbut the page shows\n{shown}"
        runs |= {name.removeprefix("r"): run for name, run in found.groupdict().items()}
    assert len(runs) >= 3


def test_the_page_has_commands_and_says_what_they_print() -> None:
    assert len(steps(WALK)) > 8
    assert sum(bool(shown) for _, shown in steps(WALK)) > 5


def test_what_is_printed_must_be_what_is_shown_but_for_left_out_lines_and_ids_of_runs() -> None:
    run, other = "0" * 31 + "a", "0" * 31 + "b"
    shown = pattern(f"one\n...\nas run {run}.\n", {})
    assert shown.fullmatch(f"one\ntwo\nthree\nas run {other}.\n")
    assert shown.fullmatch(f"one\nas run {other}.\n")
    for wrong in (
        f"one\nas run {other}!\n",
        "one\nas run b.\n",
        f"two\nas run {other}.\n",
        f"one\nas run {other}.\nmore\n",
    ):
        assert not shown.fullmatch(wrong)
    assert not pattern(f"as run {run}.\n", {run: run}).fullmatch(f"as run {other}.\n")
    assert steps("```console\n$ python3 -c '\nprint(1)'\n1\n$ ls\n```\n") == [
        ("python3 -c '\nprint(1)'", "1\n"),
        ("ls", ""),
    ]
