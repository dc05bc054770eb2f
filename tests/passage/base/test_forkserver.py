"""Stages of one DVC are forked from a process that has imported their packages, and are as if each had run alone."""

import json
import os
import shlex
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import chdir, suppress
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, entry_point

from passage.base import forkserver, parent

pytestmark = pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="Linux alone has what this takes")

# In the place of DVC: says its number, runs each line that it reads as a stage, and says with which code it ended.
DVC = """
import os, subprocess, sys
print(os.getpid(), flush=True)
for line in sys.stdin:
    print(subprocess.run(line, shell=True).returncode, flush=True)
"""
# What `python3 src` does inside DVC, for a stage that runs the code that it is given. It imports one package alone.
# Where it is told to be PREPARED, it runs that first: in the first stage, this holds for what it leaves behind, too.
STAGE = f"""
import os, sys
sys.path.insert(0, {str(ROOT / "src")!r})
from passage.base import forkserver, parent
forkserver.PACKAGES = ("colorsys",)
exec(os.environ.get("PREPARED", ""))

def stage(arguments):
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
        (folder / "dvc").write_text(DVC)
        command = [*under, sys.executable, "dvc"]
        self.process = subprocess.Popen(command, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self.process.stdin
        assert self.process.stdout
        self.asked, self.said = self.process.stdin, self.process.stdout
        self.number = int(self.said.readline())

    def begin(self, code: str, **variables: str) -> None:
        words = " ".join(f"{key}={shlex.quote(value)}" for key, value in variables.items())
        self.asked.write(f"{words} {sys.executable} stage.py {shlex.quote(code)}\n")
        self.asked.flush()

    def run(self, code: str, **variables: str) -> list[str]:
        """Return the lines that a stage of this code prints, and the exit code as the last one."""
        self.begin(code, **variables)
        lines = [self.said.readline().strip()]
        while not lines[-1].isdigit():
            lines.append(self.said.readline().strip())
        return lines

    def end(self) -> None:
        self.process.kill()
        self.process.communicate()

    def shared(self) -> int:
        """Return the number of the process that a stage was forked from; it must have been."""
        server, imported, *_ = told(self.run(TELL, WHO="is asked"))
        assert imported
        return int(server)


@pytest.fixture(autouse=True)
def place(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder that the sockets' folder is made in; its name is short, as sockets' must be."""
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    with tempfile.TemporaryDirectory() as folder:
        monkeypatch.setenv("TMPDIR", folder)
        yield Path(folder)


def sockets(place: Path) -> list[Path]:
    return list(place.glob("exam-passage-*/*"))


@pytest.fixture
def dvc(tmp_path: Path) -> Iterator[Dvc]:
    started = Dvc(tmp_path)
    yield started
    started.end()


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
    assert os.getsid(server) == server, "Ctrl-C is for stages"
    look = "import os; print(os.environ.get('ONLY', 'unset'))"
    assert dvc.run(look, ONLY="fourth") == ["fourth", "0"]
    assert dvc.run(look) == ["unset", "0"]


def test_packages_are_imported_one_after_the_other_while_nobody_asks(dvc: Dvc, tmp_path: Path) -> None:
    (tmp_path / "last.py").write_text("open('imported', 'w')")
    dvc.run("pass", PREPARED="forkserver.PACKAGES = ('colorsys', 'last')")
    deadline = time.monotonic() + 10
    while not (tmp_path / "imported").exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert (tmp_path / "imported").exists()


def test_what_is_left_behind_is_the_dvcs_and_not_that_of_the_shell_between(monkeypatch: pytest.MonkeyPatch) -> None:
    main = entry_point()
    asked: list[int] = []
    monkeypatch.setattr(parent, "dvc", lambda: 4242)
    monkeypatch.setattr(parent, "end_with_dvc", lambda: None)
    monkeypatch.setattr(forkserver, "connect", asked.append)
    monkeypatch.setattr(forkserver, "leave_behind", lambda dvc, stage: asked.append(dvc))
    monkeypatch.setattr(main, "run", lambda arguments: 7)
    assert main.in_dvc(["report"]) == 7
    assert asked == [4242, 4242]


def test_a_stages_exit_code_is_handed_on_and_so_are_a_fault_and_a_kill(dvc: Dvc) -> None:
    assert dvc.run("pass") == ["0"]
    assert dvc.run("code = 2") == ["2"]
    assert dvc.run("1 / 0") == ["1"]
    assert dvc.run("import os; os.kill(os.getpid(), 9)") == ["137"]
    assert dvc.run("code = 3") == ["3"]


@pytest.mark.parametrize("victim", ["dvc", "what asked"])
def test_nothing_works_on_once_dvc_or_the_process_that_asked_is_killed(dvc: Dvc, tmp_path: Path, victim: str) -> None:
    stage, server, asking = working(dvc, tmp_path)
    os.kill({"dvc": dvc.process.pid, "what asked": asking}[victim], signal.SIGKILL)
    assert gone(stage)
    assert gone(asking)
    assert victim == "what asked" or gone(server)


def test_a_stage_works_on_when_what_it_was_forked_from_is_killed_and_the_next_one_leaves_another_behind(
    dvc: Dvc, tmp_path: Path
) -> None:
    _, server, _ = working(dvc, tmp_path)
    os.kill(server, signal.SIGKILL)
    assert gone(server)
    (tmp_path / "enough").touch()
    assert dvc.said.readline() == "0\n"
    assert dvc.run("pass") == ["0"]
    assert dvc.shared() != server


def working(dvc: Dvc, folder: Path) -> tuple[int, int, int]:
    """Begin a stage that works until `enough` is there, at most 30 s; return its number, its server's and who asked."""
    dvc.run("pass")
    code = "import os, time; open('pid', 'w').write(f'{os.getpid()} {os.getppid()}'); "
    dvc.begin(code + "[time.sleep(0.01) for _ in range(3000) if not os.path.exists('enough')]")
    while not (folder / "pid").exists() or len((folder / "pid").read_text().split()) < 2:
        time.sleep(0.01)
    stage, server = map(int, (folder / "pid").read_text().split())
    (asking,) = {int(entry.name) for entry in Path("/proc").iterdir() if asks(entry, folder)} - {stage, server}
    return stage, server, asking


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
    begun = time.monotonic()
    while (left := [one for one in Path("/proc").iterdir() if asks(one, tmp_path)]) and time.monotonic() < begun + 3:
        time.sleep(0.01)
    for entry in left:
        os.kill(int(entry.name), signal.SIGKILL)
    started.end()
    assert not left


def asks(entry: Path, folder: Path) -> bool:
    try:
        command = (entry / "cmdline").read_bytes().split(b"\0")
        return (entry / "cwd").readlink() == folder and command[1:2] == [b"stage.py"]
    except OSError:
        return False


def test_without_a_server_or_with_that_of_another_folder_or_user_a_stage_runs_by_itself(
    dvc: Dvc, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert forkserver.connect(dvc.process.pid) is None
    dvc.run("pass")
    connection = forkserver.connect(dvc.process.pid)
    assert connection
    with connection:
        assert forkserver._owner(connection) == os.geteuid()
    (tmp_path / "copy").mkdir()
    with chdir(tmp_path / "copy"):
        assert forkserver.connect(dvc.process.pid) is None
    monkeypatch.setattr(forkserver, "_owner", lambda connection: os.geteuid() + 1)
    assert forkserver.connect(dvc.process.pid) is None


def test_a_crash_shows_where_it_was_also_in_a_forked_stage(dvc: Dvc, tmp_path: Path) -> None:
    dvc.run("pass")
    dvc.shared()
    assert dvc.run("1 / 0", PREPARED="os.dup2(os.open('said', os.O_CREAT | os.O_WRONLY), 2)") == ["1"]
    assert "ZeroDivisionError" in (tmp_path / "said").read_text()


def test_a_stage_is_not_forked_for_another_user(dvc: Dvc) -> None:
    dvc.run("pass", PREPARED="forkserver._owner = lambda connection: os.geteuid() + 1")
    _, imported, *_ = told(dvc.run(TELL, WHO="asks"))
    assert not imported


SHORT = "forkserver.LIMIT = 1"
# What a client may say that is no request, or a part of one.
NONSENSE = {
    "nothing": [],
    "a size of 2**63": [struct.pack("!Q", 2**63)],
    "the most that a size can be": [struct.pack("!Q", 2**64 - 1)],
    "half a size": [b"\0\0\0"],
    "half a request": [struct.pack("!Q", 100), b'[["pa'],
    "no JSON": [struct.pack("!Q", 4), b"\xff{[,"],
    "JSON of another kind": [struct.pack("!Q", 4), b"null"],
    "nested JSON": [struct.pack("!Q", 10**6), b"[" * 10**6],
}


@pytest.mark.parametrize("said", NONSENSE)
@pytest.mark.parametrize("terminal", ["with a terminal", "without one"])
def test_a_client_that_is_silent_or_talks_nonsense_holds_up_and_ends_nobody_else(
    dvc: Dvc, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str, terminal: str
) -> None:
    monkeypatch.chdir(tmp_path)
    dvc.run("pass", PREPARED=SHORT)
    server = dvc.shared()
    connection = forkserver.connect(dvc.number)
    assert connection
    with connection:
        first, *more = NONSENSE[said] or [b""]
        if terminal == "with a terminal" and first:
            socket.send_fds(connection, [first], [0, 1, 2])
        else:
            connection.sendall(first)
        with suppress(OSError):  # refused by now
            for part in more:
                connection.sendall(part)
        assert dvc.shared() == server
        begun = time.monotonic()
        with suppress(ConnectionResetError):
            assert connection.recv(1) in (b"", b"\1")  # what was forked for it has ended, within LIMIT
        assert time.monotonic() - begun < 5
    assert dvc.shared() == server


def test_the_limit_is_for_the_other_side_and_a_stage_may_take_longer(dvc: Dvc) -> None:
    dvc.run("pass", PREPARED=SHORT)
    dvc.shared()
    assert dvc.run("import sys, time; time.sleep(1.5); print('colorsys' in sys.modules)") == ["True", "0"]


@pytest.mark.parametrize("side", ["who asks", "who is asked"])
def test_a_stage_whose_request_is_too_large_runs_by_itself(dvc: Dvc, side: str) -> None:
    small = "forkserver.LARGEST = 100"
    dvc.run("pass", PREPARED=small if side == "who is asked" else "")
    _, imported, *_ = told(dvc.run(TELL, WHO="asks", PREPARED=small if side == "who asks" else ""))
    assert not imported


@pytest.mark.parametrize("where", ["_owner", "_request"])
def test_a_server_or_its_process_that_dies_before_a_stage_has_started_costs_the_shared_imports_alone(
    dvc: Dvc, where: str
) -> None:
    dvc.run("pass", PREPARED=f"forkserver.{where} = lambda connection: os.kill(os.getpid(), 9)")
    _, imported, *_ = told(dvc.run(TELL, WHO="second"))
    assert not imported
    assert dvc.run("code = 3") == ["3"]


def test_a_stage_whose_server_is_stopped_runs_within_the_limit_and_only_once(dvc: Dvc, tmp_path: Path) -> None:
    dvc.run("pass")
    server = dvc.shared()
    os.kill(server, signal.SIGSTOP)
    begun = time.monotonic()
    try:
        assert dvc.run("open('ran', 'a').write('once ')", PREPARED=SHORT) == ["0"]
    finally:
        os.kill(server, signal.SIGCONT)
    assert 1 <= time.monotonic() - begun < 5
    assert dvc.shared() == server
    assert (tmp_path / "ran").read_text() == "once "


def test_a_stage_that_does_not_hear_go_does_not_run(dvc: Dvc, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(forkserver, "GO", b"")
    dvc.run("pass", PREPARED=SHORT)
    connection = forkserver.connect(dvc.number)
    assert connection
    assert forkserver.run(connection, ["open('ran', 'a').write('once ')"]) in (1, 137)
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    "squatter", ["a file", "a folder", "a socket that nobody listens to", "a listener that is silent"]
)
def test_who_sits_on_the_address_holds_no_stage_up(
    dvc: Dvc, tmp_path: Path, place: Path, monkeypatch: pytest.MonkeyPatch, squatter: str
) -> None:
    monkeypatch.chdir(tmp_path)
    forkserver._folder().mkdir(0o700)
    address = forkserver._address(dvc.number)
    with socket.socket(socket.AF_UNIX) as listener:
        match squatter:
            case "a file":
                address.touch()
            case "a folder":
                address.mkdir()
            case _:
                listener.bind(str(address))
        if squatter == "a listener that is silent":
            listener.listen()
        begun = time.monotonic()
        assert dvc.run("pass", PREPARED=SHORT) == ["0"]
        assert dvc.run("pass", PREPARED=SHORT) == ["0"]
        assert time.monotonic() - begun < 10
        if squatter in ("a file", "a socket that nobody listens to"):
            dvc.shared()


@pytest.mark.parametrize(
    "folder", ["for others, too", "a link", "another user's", "a file", "in no folder", "too long"]
)
def test_a_folder_that_is_not_this_users_alone_or_cannot_be_is_not_used(dvc: Dvc, place: Path, folder: str) -> None:
    ours, prepared, variables = place / f"exam-passage-{os.geteuid()}", "", {}
    match folder:
        case "for others, too":
            ours.mkdir()
            ours.chmod(0o750)
        case "a link":
            (place / "private").mkdir(0o700)
            ours.symlink_to(place / "private")
        case "another user's":
            prepared = "os.geteuid = lambda: 4242"
        case "a file":
            ours.touch()
        case "in no folder":
            variables = {"TMPDIR": str(place / "none")}
        case _:
            (place / ("long" * 40)).mkdir()
            variables = {"TMPDIR": str(place / ("long" * 40))}
    for who in ("first", "second"):
        _, imported, *_ = told(dvc.run(TELL, WHO=who, PREPARED=prepared, **variables))
        assert not imported
    assert not [path for path in place.rglob("*") if path.is_socket()]


def test_no_socket_is_left_behind_but_by_a_server_that_is_killed_and_that_one_goes_with_the_next(
    tmp_path: Path, place: Path
) -> None:
    first, second = Dvc(tmp_path), Dvc(tmp_path)
    for started in (first, second):
        started.run("pass")
    assert len(sockets(place)) == 2
    server = second.shared()
    second.end()
    assert gone(server)
    assert len(sockets(place)) == 1
    os.kill(first.shared(), signal.SIGKILL)
    first.end()
    assert len(sockets(place)) == 1
    third = Dvc(tmp_path)
    third.run("pass")
    assert [left.name.partition("-")[0] for left in sockets(place)] == [str(third.number)]
    server = third.shared()
    third.end()
    assert gone(server)
    assert list(place.iterdir()) == []


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
