"""Serve MLflow's pages on this machine alone, and say where the results are when they answer: make ui."""

import os
import socket
import sys
import time
from collections.abc import Callable
from http.client import OK, HTTPConnection, HTTPException
from typing import NoReturn

from passage import params
from passage.base.errors import Mistake, Unreachable
from passage.base.progress import clock
from passage.tracking import location

HOST = "127.0.0.1"


def main(port: str) -> None:
    """Go on as `mlflow ui`; a process beside it waits for its first answer, says the address and ends."""
    store = location.here()
    if store.uri.startswith("http"):
        os.environ["MLFLOW_HTTP_REQUEST_MAX_RETRIES"] = "0"  # one that does not answer is named all the same
        print(f"MLFLOW_TRACKING_URI is a server already: open {page(store.shown)} in a browser")
        return
    refuse_taken(port, "ui")
    # In the environment: everybody on the machine can read a command line, and a store's address may hold a password.
    os.environ["MLFLOW_BACKEND_STORE_URI"] = store.uri
    os.environ.setdefault("MLFLOW_SERVER_ENABLE_JOB_EXECUTION", "false")  # eight processes of 2 GB, for nobody
    words = "The results in MLflow (Ctrl-C ends it): "
    serving = ["ui", "--host", HOST, "--port", port, "--workers", "1"]
    become(serving, port, "/health", lambda: words + page(f"http://{HOST}:{port}"))


def become(serving: list[str], port: str, path: str, words: Callable[[], str]) -> NoReturn:
    """Go on as MLflow's command `serving`; a process beside it says `words` once `path` is answered, and ends."""
    sys.stdout.flush()
    server = os.getpid()
    if not os.fork():
        status = 0
        with clock("MLflow starts"):
            while os.getppid() == server and not (status := answered(port, path)):
                time.sleep(0.2)
        if status == OK:
            print(words(), flush=True)
        os._exit(0)
    os.execvp("mlflow", ["mlflow", *serving])  # noqa: S606


def refuse_taken(port: str, target: str) -> None:
    """Raise Mistake where `port` is none, or another program's. target: of make, which the advice names."""
    if not port.isdecimal() or not 0 < int(port) < 65536:
        raise Mistake(f"PORT is {port!r}, but it must be a number from 1 to 65535")
    with socket.socket() as one:
        if not one.connect_ex((HOST, int(port))):
            raise Mistake(
                f"another program answers on port {port} already; take another one: "
                f"`make {target} PORT={int(port) + 1}`"
            )


def answered(port: str, path: str) -> int:
    """Return the status that a server answers with at `path`; 0 where none answers."""
    try:
        asked = HTTPConnection(HOST, int(port), timeout=5)
        asked.request("GET", path)
        return asked.getresponse().status
    except (HTTPException, OSError):
        return 0


def page(base: str) -> str:
    """Return the address of the runs with their results; of all experiments where the store has none of that name."""
    from passage.tracking.store import page  # which imports mlflow, while the server does

    try:
        return f"{base.rstrip('/')}/{page(params.load().mlflow.experiment)}"
    except (Mistake, Unreachable):
        return base
