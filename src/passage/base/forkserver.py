"""Keeps the packages that stages import loaded for as long as one DVC runs, so that each is imported once.

Importing scikit-learn, pandas and MLflow is most of what a small stage costs. The first stage that a DVC runs leaves a
process behind, which imports them while that stage works; later stages are forked from it, all in one folder, each with
its own arguments, variables and terminal. It imports nothing of what stages do: their code is what lies there when they
start. It ends with its DVC. Linux alone has what this takes; elsewhere, and where anything is in the way, a stage runs
by itself.

Who else uses the machine has no part in it: the socket lies in a folder that is its owner's alone, each side asks the
kernel who the other one is before it sends or reads a byte, and no wait for the other side is without a limit. What is
left behind reads nothing, so that nothing it is sent can stop it: each connection gets a process of its own.
"""

import atexit
import gc
import importlib
import json
import os
import select
import signal
import socket
import struct
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from passage.base import parent

PACKAGES = (  # in the order in which stages need them, large ones in parts: who asks waits for the end of one import
    "pyarrow.parquet",
    "pyarrow.csv",
    "pandas",
    "pydantic",
    "ruamel.yaml",
    "tqdm",
    "scipy.optimize",
    "scipy.stats",
    "sklearn.model_selection",
    "sklearn.linear_model",
    "sklearn.preprocessing",
    "sklearn.calibration",
    "matplotlib.figure",
    "matplotlib.backends.backend_svg",
    "jinja2",
    "fastapi",
    "mlflow.pyfunc",
    "mlflow.sklearn",
    "sqlalchemy.orm",
    "alembic.migration",
    "mlflow.store.tracking.sqlalchemy_store",
    "sklearn.ensemble",
    "skops.io",
)
LOOK_EVERY = 0.2  # seconds, while packages are imported
LIMIT = 10  # seconds that each wait for the other side takes at most; an import of the server's may be in between
LARGEST = 2**22  # bytes of a request; Linux itself starts no program with more arguments and variables than 6 MB
# What the two say: a process for the stage is there, and, once that is heard, that it shall run. So a stage whose
# process came too late for the one that asked runs once. The exit code is the last byte.
STARTED, GO = b"\0", b"\1"


def connect(dvc: int) -> socket.socket | None:
    """Return a connection to the process that the DVC of this number has for its stages in this folder, if any."""
    if not hasattr(os, "pidfd_open"):
        return None
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(LIMIT)
    with suppress(OSError):
        connection.connect(str(_address(dvc)))
        if _owner(connection) == os.geteuid():
            return connection
    connection.close()
    return None


def run(connection: socket.socket, arguments: list[str]) -> int | None:
    """Have a stage run at the other end, and return its exit code; nothing where none was started."""
    request = json.dumps([arguments, dict(os.environ)]).encode()
    if len(request) > LARGEST:
        return None
    with connection:
        try:
            socket.send_fds(connection, [struct.pack("!Q", len(request))], [0, 1, 2])
            connection.sendall(request)
            if connection.recv(1) != STARTED:
                return None
            connection.sendall(GO)
        except OSError:
            return None
        connection.settimeout(None)
        with suppress(OSError):
            if code := connection.recv(1):
                return code[0]
        return parent.KILLED


def leave_behind(dvc: int, stage: Callable[[list[str]], int]) -> None:
    """Leave a process behind for later stages of the DVC of this number. Call it while there is one thread alone.

    stage: what runs in a process that is forked from it, with its arguments; it returns the exit code.
    """
    if not hasattr(os, "pidfd_open"):
        return
    listener = socket.socket(socket.AF_UNIX)
    try:
        watched = os.pidfd_open(dvc)
        parent.dvc()  # is there still, or its number may be another's by now
        _folder().mkdir(0o700, exist_ok=True)
        address = _address(dvc)
        _clear(address)
        listener.bind(str(address))
        listener.listen()
        listener.setblocking(False)
        forked = os.fork()
    except OSError:
        return
    if forked:
        listener.close()
        os.close(watched)
        return
    os.setsid()  # Ctrl-C is for the stages' own processes
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):  # who reads what DVC prints must not wait for this process
        os.dup2(nothing, descriptor)
    os.close(nothing)
    _Server(listener, address, watched, stage).serve()


def _folder() -> Path:
    """Return where sockets lie; not below the project, whose copies would take them along."""
    place = os.environ.get("XDG_RUNTIME_DIR") or os.environ.get("TMPDIR") or "/tmp"  # noqa: S108 (_address looks)
    return Path(place, f"exam-passage-{os.geteuid()}")


def _address(dvc: int) -> Path:
    """Return where the socket lies. OSError where the folder is not there, or not this user's alone."""
    found, numbers, root = _folder().lstat(), Path("/proc/self/ns/pid").stat(), Path().stat()
    if found.st_uid != os.geteuid() or found.st_mode & 0o077:  # which a link's mode always has
        raise PermissionError(f"{_folder()} is not this user's alone")
    return _folder() / f"{dvc}-{numbers.st_ino}-{root.st_dev}-{root.st_ino}"  # a container has numbers of its own


def _clear(address: Path) -> None:
    """Take away what lies at the address, and what was left beside it by processes that were killed."""
    for left in address.parent.iterdir():
        if left == address or not _listens(left):
            with suppress(OSError):
                left.unlink()


def _listens(address: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        probe.setblocking(False)
        try:
            probe.connect(str(address))
        except ConnectionRefusedError:
            return False
        except OSError:  # it is busy
            pass
    return True


def _owner(connection: socket.socket) -> int:
    size = struct.calcsize("3i")
    _, user, _ = struct.unpack("3i", connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size))
    return int(user)


class _Server:
    """What is left behind."""

    def __init__(self, listener: socket.socket, address: Path, dvc: int, stage: Callable[[list[str]], int]) -> None:
        self.listener, self.address, self.dvc, self.stage = listener, address, dvc, stage

    def serve(self) -> None:
        """Import the packages, and fork a process for whoever asks; never return."""
        left = list(PACKAGES)
        signal.signal(signal.SIGALRM, lambda *_: self._end_with_dvc())
        signal.setitimer(signal.ITIMER_REAL, LOOK_EVERY, LOOK_EVERY)  # an import may take seconds; stages inherit none
        try:
            while True:
                if left:
                    with suppress(ImportError):  # the stage that needs it will say so
                        importlib.import_module(left.pop(0))
                else:
                    signal.setitimer(signal.ITIMER_REAL, 0)
                select.select([self.dvc, self.listener.fileno()], [], [], 0 if left else None)
                self._end_with_dvc()
                with suppress(OSError):  # nobody asks, or there may be no process more: who asked runs by itself
                    self._accept()
        finally:
            self._end()

    def _end_with_dvc(self) -> None:
        if select.select([self.dvc], [], [], 0)[0]:
            self._end()

    def _end(self) -> None:
        with suppress(OSError):  # another DVC's lies there, too
            self.address.unlink()
            self.address.parent.rmdir()
        os._exit(0)

    def _accept(self) -> None:
        with suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        connection, _ = self.listener.accept()
        with connection:
            if _owner(connection) != os.geteuid():
                return
            gc.freeze()  # or a collection in the stage would copy what the two share
            if not os.fork():
                self._become(connection)

    def _become(self, connection: socket.socket) -> None:
        code = 1
        try:
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            signal.setitimer(signal.ITIMER_REAL, LIMIT)  # the end of this process, where the other side is silent
            self.listener.close()
            os.close(self.dvc)
            terminal, arguments, variables = _request(connection)
            connection.sendall(STARTED)
            if connection.recv(1) != GO:
                return
            signal.setitimer(signal.ITIMER_REAL, 0)
            parent.end_with(connection.fileno())
            for descriptor, its_own in enumerate(terminal):
                os.dup2(its_own, descriptor)
                os.close(its_own)
            os.environ.clear()
            os.environ.update(variables)
            try:
                code = self.stage(arguments)
            finally:
                atexit._run_exitfuncs()
                sys.stdout.flush()
        except BaseException:
            traceback.print_exc()
        finally:  # to take down what was imported would take longer than most stages
            with suppress(OSError):  # who asked may have gone
                connection.sendall(bytes([code]))
            os._exit(code)


def _request(connection: socket.socket) -> tuple[list[int], list[str], dict[str, str]]:
    """Return what is asked for: standard input, output and error, arguments and variables.

    Raises ValueError or struct.error for what is no request.
    """
    size, terminal, _, _ = socket.recv_fds(connection, 8, 3)
    (length,) = struct.unpack("!Q", size)
    if length > LARGEST:
        raise ValueError(f"no request has {length} bytes")
    arguments, variables = json.loads(connection.recv(length, socket.MSG_WAITALL))
    return terminal, arguments, variables
