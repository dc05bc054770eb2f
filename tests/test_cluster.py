"""Blocks on a Dask scheduler and workers of our own on 127.0.0.1 (make test-cluster)."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from conftest import ROOT, Project
from processes import free_port, running, wait_for

from passage.base import blocks, cluster, parquet
from passage.base.errors import Mistake

pytestmark = pytest.mark.cluster

DASK = [sys.executable, "-m", "dask"]
BLOCKS = 200
ROWS = pd.DataFrame({"a": np.random.RandomState(0).normal(size=BLOCKS * 50)})
SECONDS = 60  # in which whatever is wrong is said, on a busy machine, too: to start a worker again takes ten there


class Cluster:
    """A scheduler and its workers, as processes of their own in a folder that has nothing of ours."""

    def __init__(self, folder: Path, open_ones: ExitStack) -> None:
        self.folder, self.open_ones, self.workers = folder, open_ones, list[subprocess.Popen[bytes]]()
        self.address = f"tcp://127.0.0.1:{free_port()}"
        [self.scheduler] = self._started("Scheduler at", "scheduler", "--host", self.address, "--no-dashboard")

    def _started(self, ready: str, *command: str, count: int = 1) -> list[subprocess.Popen[bytes]]:
        """Start so many processes at once, and return them when they are there."""
        logs = [self.folder / f"{command[0]}-{len(self.workers) + one}.log" for one in range(count)]
        kept = {key: value for key, value in os.environ.items() if key not in ("PYTHONPATH", "DASK_SCHEDULER_ADDRESS")}
        started = []
        for log in logs:
            process = self.open_ones.enter_context(running([*DASK, *command], log, cwd=self.folder, env=kept))
            self.open_ones.callback(self.kill, process)  # waits for nothing
            started.append(process)
        for log in logs:
            wait_for(lambda log=log: ready in log.read_text(), log)
        return started

    def add(self, count: int = 1, *options: str) -> None:
        limits = ("--nthreads", "1", "--memory-limit", "1GB", "--no-dashboard")
        self.workers += self._started("Registered to", "worker", self.address, *limits, *options, count=count)

    def wait_for_a_task(self) -> None:
        from distributed import Client

        with Client(self.address, set_as_default=False) as client:
            asked = partial(client.run_on_scheduler, lambda dask_scheduler: len(dask_scheduler.tasks))
            wait_for(asked, self.folder / "scheduler-0.log")

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        """Kill a scheduler, or a worker and what would start it again, at once."""
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@pytest.fixture
def dask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cluster]:
    (tmp_path / "elsewhere").mkdir()
    with ExitStack() as open_ones:
        started = Cluster(tmp_path / "elsewhere", open_ones)
        monkeypatch.setenv("DASK_SCHEDULER_ADDRESS", started.address)
        yield started


@pytest.fixture
def stored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> parquet.Columns:
    monkeypatch.setattr(parquet, "READ_TOGETHER", 50)
    monkeypatch.setattr(parquet, "WRITTEN_TOGETHER", 70)
    monkeypatch.chdir(tmp_path)
    parquet.write(Path("x.parquet"), ROWS)
    return parquet.Columns(Path("x.parquet"))


@contextmanager
def refused(address: str, said: str) -> Iterator[None]:
    """Hold that it is refused in one line, within seconds."""
    begun = time.monotonic()
    with pytest.raises(Mistake, match=f"^DASK_SCHEDULER_ADDRESS is {address}, but {said}; without that variable, "):
        yield
    assert time.monotonic() - begun < SECONDS


def mapped(function: Callable[[pd.DataFrame], Any], stored: parquet.Columns) -> Iterator[Any]:
    return blocks.mapped(function, stored, ["a"])


@pytest.mark.parametrize("killed", [1, 3])
def test_workers_are_killed_and_one_is_added_and_all_blocks_come_once_and_in_order(
    dask: Cluster, stored: parquet.Columns, killed: int
) -> None:
    dask.add(3)
    found = mapped(lambda block: (float(block["a"].sum()), os.getpid()), stored)
    results = [next(found) for _ in range(BLOCKS // 4)]
    for worker in dask.workers[:killed]:
        dask.kill(worker)
    dask.add()
    sums, workers = zip(*results, *found, strict=True)
    assert sums == tuple(float(block["a"].sum()) for block in stored.parts(["a"]))
    assert len(set(workers)) > 1
    assert os.getpid() not in workers


@pytest.mark.parametrize(
    ("preloaded", "said"),
    [
        ("import scipy; scipy.__version__ = '0.1'", "a worker on .* has other packages .scipy 0.1 for .*venv"),
        ("import sys; sys.modules['scipy'] = None", "a worker has no scipy: start it with this project's .venv"),
        (
            "import platform; platform.python_version_tuple = lambda: ('3', '10', '1')",
            "tcp://.* has Python 3.10.1, and here is .*",
        ),
    ],
)
def test_a_worker_with_other_packages_is_refused(
    dask: Cluster, stored: parquet.Columns, preloaded: str, said: str
) -> None:
    (dask.folder / "other.py").write_text(preloaded, encoding="utf-8")
    dask.add(1, "--preload", "other.py")
    with refused(dask.address, said):
        list(mapped(len, stored))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda path: parquet.write(path, ROWS + 1), "/.*/x.parquet is another file there for a worker on .*"),
        (Path.unlink, "/.*/x.parquet cannot be read there .No such file or directory. for a worker on .*"),
    ],
)
def test_a_worker_that_sees_another_table_is_refused(
    dask: Cluster, stored: parquet.Columns, change: Callable[[Path], None], said: str
) -> None:
    dask.add()
    found = mapped(len, stored)
    next(found)
    change(stored.path)
    with refused(dask.address, said):
        list(found)


ALONE = """
import sys
from pathlib import Path
from passage.base import blocks, parquet
from passage.base.errors import Mistake

parquet.READ_TOGETHER = 50
found = blocks.mapped(len, parquet.Columns(Path("x.parquet")), ["a"])
try:
    print(next(found), flush=True)
    sys.stdin.readline()
    list(found)
except Mistake as mistake:
    print(mistake)
"""


def told(between: Callable[[], None] = lambda: None) -> str:
    """Return what a process of its own prints, and no line of Dask's, when `between` happens after its first block."""
    variables, pipe = os.environ | {"PYTHONPATH": str(ROOT / "src")}, subprocess.PIPE
    alone = [sys.executable, "-c", ALONE]
    with subprocess.Popen(alone, env=variables, text=True, stdin=pipe, stdout=pipe, stderr=pipe) as process:
        assert process.stdout
        first = process.stdout.readline()
        between()
        rest, errors = process.communicate("\n", timeout=2 * SECONDS)
    assert errors == ""
    return first + rest


@pytest.mark.parametrize("waits", [0, 2])
def test_a_scheduler_that_dies_is_told(dask: Cluster, stored: parquet.Columns, waits: int) -> None:
    def dies() -> None:
        dask.kill(dask.scheduler)
        time.sleep(waits)

    dask.add()
    first, line, nothing = told(dies).split("\n")
    assert (first, nothing) == ("50", "")
    assert line.startswith(f"DASK_SCHEDULER_ADDRESS is {dask.address}, but the scheduler no longer answers; without ")


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("127.0.0.1", "missing port number in address '127.0.0.1'"),
        ("tls://127.0.0.1:1", "distributed.comm.tls of Dask's configuration names no certificate"),
        ("tcp://127.0.0.1:1", "Timed out trying to connect to tcp://127.0.0.1:1 after 10 s"),
    ],
)
def test_an_address_where_nobody_is_is_refused(
    stored: parquet.Columns, address: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DASK_SCHEDULER_ADDRESS", address)
    line, nothing = told().split("\n")
    assert nothing == ""
    assert line.startswith(f"DASK_SCHEDULER_ADDRESS is {address}, but no scheduler answers there: {said}; without ")


def test_rows_that_kill_whoever_works_on_them_are_told(
    dask: Cluster, stored: parquet.Columns, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "WORKERS", SECONDS)  # on a busy machine, none is back sooner
    dask.add(3)
    with refused(dask.address, "4 workers ended at the same rows: have they memory enough.*"):
        list(mapped(lambda block: os.kill(os.getpid(), signal.SIGKILL), stored))


def test_a_cluster_without_workers_is_told(
    dask: Cluster, stored: parquet.Columns, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "WORKERS", 1)
    with refused(dask.address, "no worker came within 1 seconds"):
        list(mapped(len, stored))


def test_a_fault_of_the_program_stays_one(dask: Cluster, stored: parquet.Columns) -> None:
    dask.add()
    with pytest.raises(ZeroDivisionError):
        list(mapped(lambda block: 1 // 0, stored))
    stored.path.unlink()
    with pytest.raises(FileNotFoundError):
        list(mapped(len, stored))


LARGE = """
models:
  large:
    data: data/raw/large.csv
    target: y
    positive: 1
    features: [a, b, c, d]
    columns: {}
    split: {method: random, test_size: 0.25, stratify: true, seed: 27}
    normalize: {method: standard, fit_on: train}
    train: {C: 1.0, l1_ratio: 0.0, solver: newton-cholesky, tol: 1.0e-8, max_iter: 1000, seed: 0, class_weight: null}
    threshold: 0.5
    evaluate: {confidence: 0.95, folds: 5, repeats: 1, seed: 1}
score: {}
mlflow: {experiment: exam-passage}
"""


def make_large(project: Project) -> None:
    """Give a project one table, of so many blocks that a fit on a cluster takes some seconds."""
    chance = np.random.RandomState(1)
    rows = pd.DataFrame(chance.normal(size=(80_000, 4)), columns=["a", "b", "c", "d"]).round(3)
    rows["y"] = (chance.uniform(size=len(rows)) < 1 / (1 + np.exp(rows["b"] - rows["a"]))).astype(int)
    rows.to_csv(project.folder / "data/raw/large.csv", index=False)
    (project.folder / "params.yaml").write_text(LARGE, encoding="utf-8")
    project.replace("src/passage/base/blocks.py", "LARGE = 50_000_000", "LARGE = 100_000")
    project.replace("src/passage/base/parquet.py", "READ_TOGETHER = 2**20", "READ_TOGETHER = 2**11")
    project.replace("src/passage/model/newton.py", "BEGUN = 50_000", "BEGUN = 100")


def test_a_build_fails_without_its_cluster_and_with_one_comes_to_the_same_lock_whoever_works(
    project: Project, dask: Cluster
) -> None:
    make_large(project)
    project.dvc("repro", "train@large")
    alone, model = project.text("dvc.lock"), project.text("models/large/model.json")
    again = ("repro", "--force", "--single-item", "train@large")
    nobody = f"tcp://127.0.0.1:{free_port()}"
    done = project.dvc(*again, check=False, DASK_SCHEDULER_ADDRESS=nobody)
    assert done.returncode
    assert f"\nDASK_SCHEDULER_ADDRESS is {nobody}, but no scheduler answers there: " in f"\n{done.stderr}"
    assert "Traceback" not in done.stderr
    dask.add(3)
    with ThreadPoolExecutor() as thread:
        built = thread.submit(project.dvc, *again, DASK_SCHEDULER_ADDRESS=dask.address)
        dask.wait_for_a_task()
        dask.kill(dask.workers[0])
        assert not built.done()
        dask.add()
        built.result()
    assert (project.text("dvc.lock"), project.text("models/large/model.json")) == (alone, model)
