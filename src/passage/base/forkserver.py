"""Keeps the packages that stages import loaded for as long as one DVC runs, so that each is imported once.

Importing scikit-learn, pandas and MLflow is most of what a small stage costs. The first stage that a DVC runs leaves a
process behind, which imports them while that stage works; later stages are forked from it, each with its own arguments,
variables, folder and terminal. It imports nothing of what stages do: their code is what lies there when they start. It
ends with its DVC. Linux alone has what this takes; elsewhere, and where anything is in the way, a stage runs by itself.
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

PACKAGES = (  # in the order in which stages need them
    "pyarrow.parquet",
    "pyarrow.csv",
    "pandas",
    "pydantic",
    "ruamel.yaml",
    "tqdm",
    "sklearn.model_selection",
    "sklearn.linear_model",
    "sklearn.preprocessing",
    "sklearn.calibration",
    "matplotlib.figure",
    "matplotlib.backends.backend_svg",
    "jinja2",
    "mlflow.sklearn",
    "mlflow.store.tracking.sqlalchemy_store",
    "skops.io",
)
LOOK_EVERY = 0.2  # seconds, while packages are imported
STARTED = b"\0"  # what a stage's process hears once it has a stand-in, before that one's exit code


def connect(dvc: int) -> socket.socket | None:
    """Return a connection to the process that the DVC of this number has for its stages in this folder, if any."""
    if not hasattr(os, "pidfd_open"):
        return None
    connection = socket.socket(socket.AF_UNIX)
    try:
        connection.connect(_address(dvc))
        if _owner(connection) == os.geteuid():  # or its name is taken by somebody else
            return connection
    except OSError:
        pass
    connection.close()
    return None


def run(connection: socket.socket, arguments: list[str]) -> int | None:
    """Have a stage run at the other end, and return its exit code; nothing where none was started."""
    request = json.dumps([arguments, dict(os.environ), str(Path.cwd())]).encode()
    try:
        socket.send_fds(connection, [struct.pack("!Q", len(request))], [0, 1, 2])
        connection.sendall(request)
        if connection.recv(1) != STARTED:
            return None
    except OSError:
        return None
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
        listener.bind(_address(dvc))
        listener.listen()
    except OSError:
        return
    if os.fork():
        listener.close()
        os.close(watched)
        return
    os.setsid()  # Ctrl-C is for the stages' own processes
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):  # who reads what DVC prints must not wait for this process
        os.dup2(nothing, descriptor)
    os.close(nothing)
    _Server(listener, watched, stage).serve()


def _address(dvc: int) -> str:
    """Return a name of Linux' abstract namespace, which leaves no file behind."""
    folder = Path().stat()
    return f"\0exam-passage {os.geteuid()} {dvc} {folder.st_dev} {folder.st_ino}"


def _owner(connection: socket.socket) -> int:
    size = struct.calcsize("3i")
    _, user, _ = struct.unpack("3i", connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size))
    return int(user)


class _Server:
    """What is left behind: `events` says of each open descriptor what to do once something happens there."""

    def __init__(self, listener: socket.socket, dvc: int, stage: Callable[[list[str]], int]) -> None:
        self.listener, self.stage = listener, stage
        self.poll, self.events = select.poll(), dict[int, Callable[[], None]]()
        self.dvc = select.poll()
        self.dvc.register(dvc, select.POLLIN)
        self._watch(dvc, self._end_with_dvc)
        self._watch(listener.fileno(), self._accept)

    def serve(self) -> None:
        """Import the packages, and fork a stage whenever one is asked for; never return."""
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
                for descriptor, _ in self.poll.poll(0 if left else None):
                    if happened := self.events.get(descriptor):
                        happened()
        finally:
            os._exit(1)

    def _end_with_dvc(self) -> None:
        if self.dvc.poll(0):
            os._exit(0)  # the stages watch this process, and end with it

    def _watch(self, descriptor: int, happened: Callable[[], None]) -> None:
        self.events[descriptor] = happened
        self.poll.register(descriptor, select.POLLIN)

    def _accept(self) -> None:
        accepted, _ = self.listener.accept()
        with accepted:
            try:
                size, terminal, _, _ = socket.recv_fds(accepted, 8, 3)
                request = json.loads(accepted.recv(struct.unpack("!Q", size)[0], socket.MSG_WAITALL))
            except (OSError, ValueError, struct.error):  # who asked has gone
                return
            if _owner(accepted) != os.geteuid():
                return
            connection = accepted.detach()
        gc.freeze()  # or a collection in the stage would copy what the two share
        stage = os.fork()
        if not stage:
            os.close(connection)
            self._become(terminal, *request)
        for descriptor in terminal:
            os.close(descriptor)
        _send(connection, STARTED)
        ended = os.pidfd_open(stage)
        self._watch(ended, lambda: self._tell(connection, stage, ended))
        self._watch(connection, lambda: os.kill(stage, signal.SIGKILL))  # who asked has gone

    def _become(self, terminal: list[int], arguments: list[str], variables: dict[str, str], folder: str) -> None:
        self.listener.detach()
        for descriptor in self.events:
            os.close(descriptor)
        for descriptor, its_own in enumerate(terminal):
            os.dup2(its_own, descriptor)
            os.close(its_own)
        os.environ.clear()
        os.environ.update(variables)
        os.chdir(folder)
        code = 1
        try:
            code = self.stage(arguments)
        except BaseException:
            traceback.print_exc()
        finally:  # to take down what was imported would take longer than most stages
            atexit._run_exitfuncs()
            sys.stdout.flush()
            os._exit(code)

    def _tell(self, connection: int, stage: int, ended: int) -> None:
        code = os.waitstatus_to_exitcode(os.waitpid(stage, 0)[1])
        _send(connection, bytes([code if code >= 0 else 128 - code]))
        for descriptor in (connection, ended):
            self.poll.unregister(descriptor)
            del self.events[descriptor]
            os.close(descriptor)


def _send(connection: int, byte: bytes) -> None:
    with suppress(OSError):  # who asked may have gone
        os.write(connection, byte)
