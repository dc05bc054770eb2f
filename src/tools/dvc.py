"""Run one of DVC's commands and return what it prints."""

import os
import subprocess
import sys
import time
from pathlib import Path

from passage.base.errors import Mistake
from passage.tracking import git

# DVC writes a queued task's state in place: who asks in that moment reads an empty file.
HALF_WRITTEN = ("Expecting value", "JSON file structure is corrupted")
TRIES = 5
PAUSE = 1.0  # seconds
WORKERS = "2"


def dvc(*arguments: str) -> str:
    """Return what a DVC command prints. Raises Mistake, with its error, where it fails."""
    for left in reversed(range(TRIES)):
        done = _run(arguments)
        if not done.returncode:
            return done.stdout
        if not left or not any(half in done.stderr for half in HALF_WRITTEN):
            break
        time.sleep(PAUSE)
    said = (done.stderr.strip() or done.stdout.strip() or "it does not say why").splitlines()
    errors = [line for line in said if line.startswith("ERROR:")]  # the last line may be a greeting
    raise Mistake(f"`dvc {' '.join(arguments[:2])}` failed: {(errors or said)[-1]}")


def experiments() -> list[tuple[str, str]]:
    """Return the commit and the name of each experiment. What else lies below refs/exps is DVC's own."""
    listed = git.text("for-each-ref", "--format=%(objectname) %(refname:lstrip=4)", "refs/exps/??/*/*")
    return [(commit, name) for commit, _, name in (line.partition(" ") for line in listed.splitlines())]


def start_workers() -> None:
    """Start workers for DVC's queue; those that are there already are no fault."""
    _run(("queue", "start", "--jobs", WORKERS), subprocess.DEVNULL)  # they would hold a pipe that is waited for


def _run(arguments: tuple[str, ...], pipe: int = subprocess.PIPE) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])  # where workers look for dvc
    return subprocess.run(
        [sys.executable, "-m", "dvc", *arguments],
        env=os.environ | {"PATH": path, "COLUMNS": "200"},  # or names are cut
        stdin=subprocess.DEVNULL,
        stdout=pipe,
        stderr=pipe,
        text=True,
    )
