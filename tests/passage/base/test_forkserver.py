"""Stages of one DVC are forked from a process that has imported their packages, and are as if each had run alone."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT

from passage.base import forkserver

pytestmark = pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="Linux alone has what this takes")

# A "DVC", which says its number, runs each line that it reads as a stage, and says with which code it ended.
DVC = """
import os, subprocess, sys
print(os.getpid(), flush=True)
for line in sys.stdin:
    print(subprocess.run(line, shell=True).returncode, flush=True)
"""
# What `python3 src` does inside DVC, for a stage that runs the code that it is given. It imports one package alone.
STAGE = f"""
import os, sys
sys.path.insert(0, {str(ROOT / "src")!r})
from passage.base import forkserver, parent
forkserver.PACKAGES = ("colorsys",)

def stage(arguments):
    parent.end_with_dvc()
    scope = {{"code": 0}}
    exec(arguments[0], scope)
    return scope["code"]

dvc = parent.dvc()
connection = forkserver.connect(dvc)
if connection is None:
    forkserver.leave_behind(dvc, stage)
parent.end_with_dvc()
code = forkserver.run(connection, sys.argv[1:]) if connection else None
sys.exit(stage(sys.argv[1:]) if code is None else code)
"""
TELL = (
    "import json, os, sys; print(json.dumps([os.getppid(), 'colorsys' in sys.modules, os.environ['WHO'], os.getcwd()]))"
)
# What takes in the processes whose parent has ended, as systemd does for those of a user.
REAPER = """
import ctypes, subprocess, sys
ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER of linux/prctl.h
subprocess.run(sys.argv[1:], start_new_session=True)
sys.stdin.read()
"""


class Dvc:
    """A process in the place of DVC, with one stage after another."""

    def __init__(self, folder: Path, under: Sequence[str] = ()) -> None:
        (folder / "stage.py").write_text(STAGE)
        command = [*under, sys.executable, "-c", DVC]
        self.process = subprocess.Popen(command, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self.process.stdin
        assert self.process.stdout
        self.asked, self.said = self.process.stdin, self.process.stdout
        self.number = int(self.said.readline())

    def begin(self, code: str, **variables: str) -> None:
        words = " ".join(f"{key}={value}" for key, value in variables.items())
        self.asked.write(f'{words} {sys.executable} stage.py "{code}"\n')
        self.asked.flush()

    def run(self, code: str, **variables: str) -> list[str]:
        """Return the lines that a stage of this code prints, and the exit code as the last one."""
        self.begin(code, **variables)
        lines = [self.said.readline().strip()]
        while not lines[-1].isdigit():
            lines.append(self.said.readline().strip())
        return lines


@pytest.fixture
def dvc(tmp_path: Path) -> Iterator[Dvc]:
    started = Dvc(tmp_path)
    yield started
    started.process.kill()
    started.process.communicate()


def told(lines: list[str]) -> Any:
    assert lines[-1] == "0"
    return json.loads(lines[0])


def gone(process: int, seconds: float = 5) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except OSError:
            return True
        time.sleep(0.01)
    return False


def test_later_stages_find_the_packages_imported_and_have_variables_folder_and_output_of_their_own(
    dvc: Dvc, tmp_path: Path
) -> None:
    alone = told(dvc.run(TELL, WHO="first"))
    assert alone[1:] == [False, "first", str(tmp_path)]
    server, *second = told(dvc.run(TELL, WHO="second"))
    assert second == [True, "second", str(tmp_path)]
    assert told(dvc.run(TELL, WHO="third")) == [server, True, "third", str(tmp_path)]
    assert server not in (alone[0], dvc.process.pid)


def test_a_stages_exit_code_is_handed_on_and_so_are_a_fault_and_a_kill(dvc: Dvc) -> None:
    assert dvc.run("pass") == ["0"]
    assert dvc.run("code = 2") == ["2"]
    assert dvc.run("1 / 0") == ["1"]
    assert dvc.run("import os; os.kill(os.getpid(), 9)") == ["137"]
    assert dvc.run("code = 3") == ["3"]


@pytest.mark.parametrize("victim", ["dvc", "server", "what asked"])
def test_nothing_works_on_once_dvc_the_server_or_the_process_that_asked_is_killed(
    dvc: Dvc, tmp_path: Path, victim: str
) -> None:
    dvc.run("pass")
    code = "import os, time; open('pid', 'w').write(f'{os.getpid()} {os.getppid()}'); time.sleep(60)"
    dvc.begin(code)
    while not (tmp_path / "pid").exists() or len((tmp_path / "pid").read_text().split()) < 2:
        time.sleep(0.01)
    stage, server = map(int, (tmp_path / "pid").read_text().split())
    (asking,) = (
        int(entry.name)
        for entry in Path("/proc").iterdir()
        if entry.name.isdigit() and int(entry.name) not in (stage, server) and asks(entry, tmp_path)
    )
    os.kill({"dvc": dvc.process.pid, "server": server, "what asked": asking}[victim], signal.SIGKILL)
    assert gone(stage)
    assert gone(asking)
    assert victim == "what asked" or gone(server)


@pytest.mark.parametrize("reaper", ["the system's", "one of another session"])
def test_a_stage_that_begins_when_its_dvc_has_ended_already_leaves_nothing_behind(tmp_path: Path, reaper: str) -> None:
    started = Dvc(tmp_path, [sys.executable, "-c", REAPER] if reaper == "one of another session" else [])
    started.asked.write(f'touch begun; sleep 0.3; {sys.executable} stage.py "pass"; touch ended\n')
    started.asked.flush()
    while not (tmp_path / "begun").exists():
        time.sleep(0.01)
    os.kill(started.number, signal.SIGKILL)
    while not (tmp_path / "ended").exists():
        time.sleep(0.01)
    deadline = time.monotonic() + 3
    while (left := [entry for entry in Path("/proc").iterdir() if asks(entry, tmp_path)]) and (
        time.monotonic() < deadline
    ):
        time.sleep(0.01)
    for entry in left:
        os.kill(int(entry.name), signal.SIGKILL)
    started.process.kill()
    started.process.communicate()
    assert not left


def asks(entry: Path, folder: Path) -> bool:
    try:
        command = (entry / "cmdline").read_bytes().split(b"\0")
        return (entry / "cwd").readlink() == folder and command[1:2] == [b"stage.py"]
    except OSError:
        return False


def test_without_a_server_or_with_somebody_elses_a_stage_runs_by_itself(
    dvc: Dvc, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert forkserver.connect(dvc.process.pid) is None
    dvc.run("pass")
    connection = forkserver.connect(dvc.process.pid)
    assert connection
    connection.close()
    monkeypatch.setattr(forkserver, "_owner", lambda connection: os.geteuid() + 1)
    assert forkserver.connect(dvc.process.pid) is None


def test_a_server_of_another_folder_is_another_one(dvc: Dvc, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dvc.run("pass")
    (tmp_path / "copy").mkdir()
    monkeypatch.chdir(tmp_path / "copy")
    assert forkserver.connect(dvc.process.pid) is None


IMPORTS = """
import importlib, json, sys
sys.path.insert(0, "src")
from passage.base import forkserver
for name in NAMES: importlib.import_module(name)
print(json.dumps([name for name in sys.modules if not name.startswith(("passage", "stages", "_"))]))
"""


def test_all_packages_that_stages_import_are_imported_beforehand() -> None:
    def modules(names: str) -> set[str]:
        code = IMPORTS.replace("NAMES", names)
        done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
        return set(json.loads(done.stdout))

    stages = [f"stages.{path.stem}" for path in (ROOT / "src/stages").glob("*.py")]
    left = {name.partition(".")[0] for name in modules(repr(stages)) - modules("forkserver.PACKAGES")}
    assert left == {"filelock"}  # which takes a millisecond
