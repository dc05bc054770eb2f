"""The commands of a page, run one after the other, and whether each prints what the page shows."""

import os
import re
import subprocess
import sys
from pathlib import Path

from conftest import Project

RUN = re.compile(r"\b[0-9a-f]{32}\b")


def is_whole(command: str) -> bool:
    return command.count("'") % 2 == 0 and not command.endswith("\\\n")


def steps(text: str) -> list[tuple[str, str]]:
    """Return the commands of the console blocks in order, each with what the page shows that it prints.

    A command begins with `$ `; one with quotes that stay open, or a backslash at its end, goes on in the next lines.
    """
    found: list[tuple[str, str]] = []
    for block in re.findall(r"^```console\n(.*?)^```$", text, flags=re.DOTALL | re.MULTILINE):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            lines = part.splitlines(keepends=True)
            ends = next(n for n in range(1, len(lines) + 1) if is_whole("".join(lines[:n])))
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


def walk(project: Project, commands: list[tuple[str, str]]) -> None:
    """Run commands in order, as in an activated environment; each must print what the page shows."""
    runs: dict[str, str] = {}
    path = f"{project.folder}/.venv/bin:{os.environ['PATH']}"
    for command, shown in commands:
        for on_the_page, here in runs.items():
            command = command.replace(on_the_page, here)
        done = project.run("bash", "-c", f"{command} 2>&1", PATH=path, COLUMNS="120")
        found = pattern(shown, runs).fullmatch(done.stdout)
        assert found, f"$ {command}\nprints\n{done.stdout}\nbut the page shows\n{shown}"
        runs |= {name.removeprefix("r"): run for name, run in found.groupdict().items()}
