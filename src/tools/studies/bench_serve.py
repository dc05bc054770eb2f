"""Time a served model beside `mlflow models serve` of its plain scikit-learn Pipeline: make bench-serve.

Both servers run at once and are asked in turns, so that a machine that slows down slows both. The plain one answers
with the label alone; this project's checks the rows and answers with seven columns.
"""

import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import OK, HTTPConnection
from pathlib import Path

import numpy as np

from passage import params
from passage.params.model import ModelSettings
from passage.tables import read
from tools.studies.bench import ratio
from tools.studies.markdown import head, line
from tools.ui import HOST, answered

OURS, PLAIN = "model", "plain"
START, ONE, LAST, MANY, EIGHT = "start", "one row", "one row, 99 %", "1,000 rows", "8 connections, a row each"
AIMS = {ONE: 1.0, MANY: 1.3}  # the greatest ratios that are aimed at
TURNS = {ONE: 400, MANY: 40, EIGHT: 25}
CONNECTIONS, ROWS, WAIT = 8, 1000, 180  # WAIT: s, for a start

Times = dict[str, list[float]]  # s, of each kind
Post = Callable[[bytes], bytes]


@contextmanager
def server(command: list[str], port: str) -> Iterator[float]:
    """Yield how long (s) it took the server to answer; it ends with the block."""
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        while answered(port, "/ping") != OK:
            if process.poll() is not None or time.perf_counter() - started > WAIT:
                raise RuntimeError(f"{' '.join(command)} does not answer")
            time.sleep(0.05)
        yield time.perf_counter() - started
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait()


def connected(port: str) -> Post:
    """Return what sends a body and returns the answer, through one connection that stays."""
    connection = HTTPConnection(HOST, int(port), timeout=60)

    def post(body: bytes) -> bytes:
        connection.request("POST", "/invocations", body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        content = answer.read()
        if answer.status != OK:
            raise RuntimeError(f"a server answers {answer.status}: {content.decode(errors='replace')[:500]}")
        return content

    return post


def in_turns(calls: Mapping[str, Callable[[], object]], turns: int) -> Times:
    """Return how long (s) each of `calls` took, in turns, the first of which does not count."""
    times: Times = {kind: [] for kind in calls}
    for _ in range(turns + 1):
        for kind, call in calls.items():
            started = time.perf_counter()
            call()
            times[kind].append(time.perf_counter() - started)
    return {kind: taken[1:] for kind, taken in times.items()}


def measure(ports: dict[str, str], one: bytes, many: bytes) -> dict[str, Times]:
    """Return the times of each kind of request."""
    posts = {kind: [connected(port) for _ in range(CONNECTIONS)] for kind, port in ports.items()}
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        calls = {
            ONE: {kind: lambda to=to: to[0](one) for kind, to in posts.items()},
            MANY: {kind: lambda to=to: to[0](many) for kind, to in posts.items()},
            EIGHT: {kind: lambda to=to: list(pool.map(lambda post: post(one), to)) for kind, to in posts.items()},
        }
        return {action: in_turns(of, TURNS[action]) for action, of in calls.items()}


def table(times: dict[str, Times]) -> str:
    """Return the medians (ms), and their ratios (medians of those within a turn) with what is aimed at."""
    lines = [head("median", OURS, PLAIN, "ratio", "aim: at most")]
    for action, by_kind in times.items():
        shown = [f"{1000 * statistics.median(by_kind[kind]):,.1f} ms" for kind in (OURS, PLAIN)]
        times_as_long = ratio(by_kind[OURS], by_kind[PLAIN])
        lines.append(line(action, *shown, f"{times_as_long:.2f}", AIMS.get(action, "")))
        if action == ONE:
            late = {kind: float(np.quantile(by_kind[kind], 0.99)) for kind in (OURS, PLAIN)}
            shown = [f"{1000 * late[kind]:,.1f} ms" for kind in (OURS, PLAIN)]
            lines.append(line(LAST, *shown, f"{late[OURS] / late[PLAIN]:.2f}", ""))
    return "\n".join(lines)


def bodies(lane: ModelSettings) -> tuple[bytes, bytes]:
    """Return a request for one row of the lane's table, and one for ROWS of them, drawn with replacement."""
    rows = read.table(Path(lane.data), columns=lane.features)[list(lane.features)]
    drawn = rows.sample(ROWS, replace=True, random_state=0)
    one, many = (part.to_json(orient="split", index=False) for part in (drawn.head(1), drawn))
    return f'{{"dataframe_split": {one}}}'.encode(), f'{{"dataframe_split": {many}}}'.encode()


def free_port() -> str:
    """Return a port that no program listens on."""
    with socket.socket() as one:
        one.bind((HOST, 0))
        return str(one.getsockname()[1])


def main() -> None:
    """Print the table for a model. MODEL: its name, the first of params.yaml where nothing is said; ROUNDS: starts."""
    settings = params.load()
    name = os.environ.get("MODEL") or next(iter(settings.models))
    lane = settings.model(name)
    import mlflow

    from passage.tracking import location, models
    from passage.tracking.runs import TRUSTED

    os.environ["MLFLOW_TRACKING_URI"] = location.here().uri
    address = models.address(name, settings.mlflow.experiment, list(settings.models))
    with tempfile.TemporaryDirectory(prefix="exam-passage-bench-serve-") as folder:
        mlflow.sklearn.save_model(
            mlflow.sklearn.load_model(address), folder + "/plain", serialization_format="skops",
            skops_trusted_types=TRUSTED, pip_requirements=[],
        )  # fmt: skip
        ports = {kind: free_port() for kind in (OURS, PLAIN)}
        serve = ["mlflow", "models", "serve", "--env-manager", "local", "--host", HOST, "--workers", "1"]
        commands = {
            OURS: [sys.executable, "src", "serve", name, ports[OURS]],
            PLAIN: [*serve, "--model-uri", folder + "/plain", "--port", ports[PLAIN]],
        }
        times: dict[str, Times] = {START: {OURS: [], PLAIN: []}}
        for _ in range(int(os.environ.get("ROUNDS") or 3) - 1):
            for kind, command in commands.items():
                with server(command, ports[kind]) as took:
                    times[START][kind].append(took)
        with server(commands[OURS], ports[OURS]) as ours, server(commands[PLAIN], ports[PLAIN]) as plain:
            times[START][OURS].append(ours)
            times[START][PLAIN].append(plain)
            times |= measure(ports, *bodies(lane))
    print(table(times))
