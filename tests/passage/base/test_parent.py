"""A stage ends with the DVC that runs it, whichever way DVC has started it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from conftest import ROOT

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
