"""Blocks of a table, worked on by a Dask cluster that somebody else has started (`distributed`, the extra `cluster`).

A task is a path, from which row to which, and a function together with its code: workers need the packages and the
folder, and none of our code, so that they cannot have another one. What tasks find comes back in the order of the rows,
whoever worked on them and how often, so that what is added up is the same to the bit as in one process.
"""

import hashlib
import logging
import platform
import socket
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import cloudpickle
import numpy as np
import pandas as pd
import pyarrow as pa
import scipy

import passage
from passage.base import parquet
from passage.base.errors import Mistake
from passage.base.parquet import Columns

TOGETHER = 8  # blocks of a task
AHEAD = 2  # tasks for each thread of the workers whose results are not yet asked for
ANSWER, WORKERS = 10, 30  # seconds for the scheduler to answer, and for a worker to be there

cloudpickle.register_pickle_by_value(passage)


def mapped(
    function: Callable[[pd.DataFrame], Any], table: Columns, columns: Sequence[str], address: str
) -> Iterator[Any]:
    """Yield what `function` makes of each block of these `columns`, in the order of the rows.

    table: all rows of a file. address: the scheduler's.
    Raises Mistake where the cluster cannot do it: it is not there, goes, or has other packages or another file.
    """
    calls = list(_calls(function, Columns(table.path.absolute(), table.convert), [*columns]))
    with _client(address) as client:
        ahead, waiting = max(AHEAD * sum(client.nthreads().values()), 1), deque[Any]()
        for call in calls:
            waiting.append(client.submit(cloudpickle.loads, cloudpickle.dumps(call), pure=False))
            if len(waiting) > ahead:
                yield from _awaited(waiting.popleft(), client)
        while waiting:
            yield from _awaited(waiting.popleft(), client)


@contextmanager
def _client(address: str) -> Iterator[Any]:
    """Yield a client of the cluster; whatever the cluster itself fails at is a Mistake of one line."""
    try:
        from distributed import Client, KilledWorker, Security
        from distributed.comm import resolve_address
    except ModuleNotFoundError:
        raise _mistake(address, "this Python has no distributed: `make setup-cluster` adds it") from None
    for logged in ("distributed", "distributed.client"):
        logging.getLogger(logged).setLevel(logging.CRITICAL)  # what they would say is said below
    try:
        resolve_address(address)  # before there is a client, which would end with a traceback of its own
        if address.startswith("tls:") and not Security().get_connection_args("client")["ssl_context"]:
            raise ValueError("distributed.comm.tls of Dask's configuration names no certificate")
        client = Client(address, timeout=ANSWER, set_as_default=False)
    except (OSError, ValueError, ImportError) as error:
        raise _mistake(address, f"no scheduler answers there: {error}") from None
    here = platform.python_version_tuple()[:2]
    with client:
        try:
            for worker, found in client.run(platform.python_version_tuple, on_error="ignore").items():
                if found[:2] != here:
                    raise _mistake(address, f"{worker} has Python {'.'.join(found)}, and here is {'.'.join(here)}")
            yield client
        except KilledWorker as error:
            count = error.allowed_failures + 1
            raise _mistake(address, f"{count} workers ended at the same rows: have they memory enough?") from None
        except ModuleNotFoundError as error:
            raise _mistake(address, f"a worker has no {error.name}: start it with this project's .venv") from None
        except (CancelledError, OSError):
            raise _mistake(address, "the scheduler no longer answers") from None


def _mistake(address: str, what: str) -> Mistake:
    return Mistake(f"DASK_SCHEDULER_ADDRESS is {address}, but {what}; without that variable, no cluster is needed")


def _awaited(future: Any, client: Any) -> list[Any]:
    """Return what a task found, however long it takes while there are workers."""
    while True:
        try:
            lacking, found = future.result(timeout=WORKERS)
        except TimeoutError:
            if not client.nthreads():
                raise _mistake(client.scheduler.address, f"no worker came within {WORKERS} seconds") from None
            continue
        if lacking:
            raise _mistake(client.scheduler.address, lacking)
        return list(found)


class _Call:
    """A call that is made where it is unpickled, by a worker that has never heard of us."""

    def __init__(self, function: Callable[..., Any], *arguments: Any) -> None:
        self.function, self.arguments = function, arguments

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return self.function, self.arguments


def _calls(function: Callable[[pd.DataFrame], Any], table: Columns, columns: list[str]) -> Iterator[_Call]:
    rows, known = parquet.together(len(columns)) * TOGETHER, (_footer(table.path), _versions())
    for start in range(0, max(len(table), 1), rows):
        yield _Call(_found, function, table, columns, start, start + rows, *known)


def _found(
    function: Callable[[pd.DataFrame], Any],
    table: Columns,
    columns: list[str],
    start: int,
    stop: int,
    footer: str,
    versions: dict[str, str],
) -> tuple[str, list[Any]]:
    """Return, on a worker, what it lacks, or else what `function` makes of the blocks from row `start` to `stop`."""
    worker, here = f"a worker on {socket.gethostname()}", _versions()
    if other := [f"{name} {here[name]} for {wanted}" for name, wanted in versions.items() if here[name] != wanted]:
        return f"{worker} has other packages ({', '.join(other)}): start it with this project's .venv", []
    try:
        if _footer(table.path) == footer:
            return "", [function(block) for block in table.parts(columns, start=start, stop=stop)]
        wrong = "is another file there"
    except OSError as error:
        wrong = f"cannot be read there ({error.strerror})"
    return f"{table.path} {wrong} for {worker}: the project's folder must be shared, at the same place", []


def _versions() -> dict[str, str]:
    """Return the version of each package that works on a block."""
    return {package.__name__: package.__version__ for package in (np, pd, pa, scipy)}


def _footer(path: Path) -> str:
    """Return a hash of the end of a Parquet file: where each piece of a column lies, its size and range."""
    with path.open("rb") as file:
        file.seek(-8, 2)
        length = int.from_bytes(file.read(4), "little")
        file.seek(-8 - length, 2)
        return hashlib.sha256(file.read(length)).hexdigest()
