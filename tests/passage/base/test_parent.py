"""A stage ends with the DVC that runs it, whichever way DVC has started it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from conftest import ROOT, Project

from passage.base import parent as of_stages

# A "DVC" that starts a "stage" as DVC does; the stage writes its number and would work on for a minute.
STAGE = (
    "import os, sys, time; sys.path.insert(0, sys.argv[2]); from passage.base import parent; parent.end_with_dvc(); "
)
STAGE += "open(sys.argv[1], 'w').write(str(os.getpid())); time.sleep(60)"
DVC = "import subprocess, sys; shell = sys.argv[1] != 'exec'; "
DVC += "subprocess.run(sys.argv[2] if shell else sys.argv[2:], shell=shell)"


def alive(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def ended(process: int, seconds: float = 5) -> bool:
    deadline = time.monotonic() + seconds
    while alive(process) and time.monotonic() < deadline:
        time.sleep(0.01)
    return not alive(process)


def parent(process: int) -> int:
    return int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1])


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc to look at processes")
@pytest.mark.parametrize("polling", [False, True])
@pytest.mark.parametrize("shell", ["a shell that waits", "a shell that puts the stage in its own place", "none"])
@pytest.mark.parametrize("victim", ["dvc", "shell"])
def test_a_stage_ends_when_dvc_or_its_shell_is_killed(tmp_path: Path, shell: str, victim: str, polling: bool) -> None:
    stage = ("del os.pidfd_open; " if polling else "") + STAGE
    stage = f"import os; {stage}"
    words = [sys.executable, "-c", stage, str(tmp_path / "pid"), str(ROOT / "src")]
    line = " ".join(f"'{word}'" if "'" not in word else f'"{word}"' for word in words)
    if shell == "none":
        started = ["exec", *words]
    else:
        started = ["shell", f"{line}; true" if shell == "a shell that waits" else f"exec {line}"]
    dvc = subprocess.Popen([sys.executable, "-c", DVC, *started])
    while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text():
        time.sleep(0.01)
    process = int((tmp_path / "pid").read_text())
    between = parent(process)
    if victim == "shell" and between == dvc.pid:
        victim = "dvc"
    os.kill(dvc.pid if victim == "dvc" else between, signal.SIGKILL)
    dvc.wait()
    try:
        assert ended(process), "the stage works on without DVC"
    finally:
        if alive(process):
            os.kill(process, signal.SIGKILL)


@pytest.mark.parametrize(
    ("process", "command", "takes"),
    [
        (1, "/usr/bin/python3\0/usr/bin/dvc\0repro\0", False),
        (1, "python3\0-m\0dvc\0repro\0", False),
        (1, "/sbin/init\0", True),
        (1, "/usr/bin/dumb-init\0", True),
        (77, "/usr/bin/python3\0/usr/bin/dvc\0repro\0", False),
    ],
)
def test_process_1_is_a_dvc_where_a_container_has_started_it_and_else_what_takes_orphans_in(
    monkeypatch: pytest.MonkeyPatch, process: int, command: str, takes: bool
) -> None:
    monkeypatch.setattr(of_stages, "_read", lambda process, what: command)
    monkeypatch.setattr(os, "getsid", lambda process: 0)  # of whom the container does not see
    assert of_stages._takes_orphans_in(process) == takes


# As process 1 of a container, with process numbers of its own.
CONTAINED = ("unshare", "--user", "--map-root-user", "--pid", "--fork", "--mount-proc")


def test_stages_work_under_a_dvc_that_is_process_1(project: Project) -> None:  # as in `docker run IMAGE dvc repro`
    try:
        project.run(*CONTAINED, "true")
    except (AssertionError, OSError):
        pytest.skip("this system has no containers without privileges")
    done = project.run(*CONTAINED, "dvc", "repro", "--single-item", "check")
    assert "nothing wrong" in done.stdout


LATE = "import os, sys, time; sys.path.insert(0, sys.argv[2]); from passage.base import parent; dvc = os.getppid(); "
LATE += "open(sys.argv[1], 'w').write(str(os.getpid())); "
LATE += "[time.sleep(0.01) for _ in range(1000) if os.getppid() == dvc]; "
LATE += "parent.end_with_dvc(); time.sleep(1); open(sys.argv[1] + ' worked on', 'w')"


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc to look at processes")
def test_a_stage_whose_dvc_has_ended_before_it_watches_it_does_not_work_on(tmp_path: Path) -> None:
    words = [sys.executable, "-c", LATE, str(tmp_path / "pid"), str(ROOT / "src")]
    dvc = subprocess.Popen([sys.executable, "-c", DVC, "exec", *words])
    while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text():
        time.sleep(0.01)
    dvc.kill()
    dvc.wait()
    assert ended(int((tmp_path / "pid").read_text()))
    assert [left.name for left in tmp_path.iterdir()] == ["pid"]


def test_a_stage_whose_dvcs_number_is_anothers_by_now_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    class Ended(Exception):
        pass

    def end(code: int) -> None:
        raise Ended(code)

    seen = iter([[os.getppid()], [os.getpid()]])
    monkeypatch.setattr(of_stages, "ancestors", lambda: next(seen))
    monkeypatch.setattr(of_stages, "_takes_orphans_in", lambda process: False)
    monkeypatch.setattr(os, "_exit", end)
    with pytest.raises(Ended, match="137"):
        of_stages.end_with_dvc()
