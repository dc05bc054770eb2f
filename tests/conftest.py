"""What the tests share: the project's own files in a folder of their own, and DVC run in it."""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import chdir
from pathlib import Path
from types import ModuleType

import pytest
from filelock import FileLock
from hypothesis import settings
from sklearn.linear_model import LogisticRegression
from xdist.remote import Producer
from xdist.scheduler import LoadGroupScheduling

ROOT = Path(__file__).parents[1]

# How long an example takes depends on the machine; which examples are tried must not.
settings.register_profile("same-everywhere", deadline=None, derandomize=True)
settings.load_profile("same-everywhere")


TOGETHER = ("tests/test_page.py", "tests/tools/test_verify.py")


class OneWorker(LoadGroupScheduling):  # type: ignore[misc]
    """Keep tests on one worker that share what is dear: a browser, as their `xdist_group` says, and a rebuilt run.

    Without this, pytest-xdist 3.8 groups nothing under pytest 9.2 (pytest-dev/pytest-xdist#1386).
    """

    def _split_scope(self, nodeid: str) -> str:
        path = nodeid.partition("::")[0]
        return path if path in TOGETHER else str(super()._split_scope(nodeid))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let one worker build the project while the other runs what does not wait for that, as most tests do.

    Files whose tests take minutes come first: at the end, the other worker would wait for them.
    """
    first = ("test_verify.py", "test_states.py")
    items.sort(key=lambda item: (item.path.name not in first, "built_once" in getattr(item, "fixturenames", ())))


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> OneWorker:
    return OneWorker(config, log)


class Project:
    """A copy of the project, as a user has it after `git clone`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def run(self, *command: str, check: bool = True, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run a command in the project, this Python's commands first on the path, no store or cluster of the user's."""
        dropped = ("DASK_", "MLFLOW_", "DVC_", "GIT_", "MAKE", "MFLAGS")  # the last two: `make test` started this
        environment = {key: value for key, value in os.environ.items() if not key.startswith(dropped)}
        environment |= {
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "DVC_SITE_CACHE_DIR": str(self.folder / ".dvc/tmp/site_cache"),
            "PYTHONWARNINGS": "error::FutureWarning",
        } | variables
        done = subprocess.run(command, cwd=self.folder, env=environment, capture_output=True, text=True)
        if check and done.returncode:
            raise AssertionError(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}")
        return done

    def dvc(self, *arguments: str, check: bool = True, **variables: str) -> subprocess.CompletedProcess[str]:
        return self.run("dvc", *arguments, check=check, **variables)

    def ended_queue(self) -> str:
        """Return the status of DVC's queue once nothing in it runs or waits, and stop its workers."""
        deadline = time.monotonic() + 480
        while (done := self.dvc("queue", "status", check=False)).returncode or re.search("Running|Queued", done.stdout):
            assert time.monotonic() < deadline, f"{done.stdout}\n{done.stderr}"  # it fails where DVC is writing a state
            time.sleep(2)
        self.dvc("queue", "stop")
        return done.stdout

    def stage(self, *arguments: str, check: bool = True, **variables: str) -> subprocess.CompletedProcess[str]:
        return self.run("python3", "src", *arguments, check=check, **variables)

    def commit(self, message: str = "as it is", *options: str) -> None:
        self.run("git", "add", "--all")
        author = ("-c", "user.name=test", "-c", "user.email=test@localhost")
        self.run("git", *author, "commit", "--quiet", "-m", message, *options)

    def text(self, path: str) -> str:
        return (self.folder / path).read_text(encoding="utf-8")

    def replace(self, path: str, old: str, new: str) -> None:
        """Replace the first `old` in a file, which must have it."""
        text = self.text(path)
        assert old in text
        (self.folder / path).write_text(text.replace(old, new, 1), encoding="utf-8")


def entry_point() -> ModuleType:
    """Return src/__main__.py as a module."""
    spec = importlib.util.spec_from_file_location("main", ROOT / "src/__main__.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def copy_project(folder: Path) -> Project:
    """Copy what Git tracks, or would track, as it is in the working tree, and commit it there."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    project = Project(folder)
    project.run("git", "init", "--quiet", "--initial-branch", "main")
    project.commit()
    return project


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A fresh clone: nothing built, no cache, no store."""
    return copy_project(tmp_path)


@pytest.fixture(scope="session")
def built_once(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """The folder of a project that `dvc repro` built once for all tests; beside it, in built.txt, what was printed.

    What it built is committed: whether dvc.lock is of the sources at hand is the question of one test alone.
    """
    shared = tmp_path_factory.getbasetemp()
    if worker_id != "master":
        shared = shared.parent
    folder = shared / "built"
    with FileLock(shared / "built.lock"):
        if not (shared / "built.txt").exists():
            folder.mkdir()
            project = copy_project(folder)
            done = project.dvc("repro")
            if project.run("git", "status", "--porcelain").stdout:
                project.commit("as it is built", "--amend")
            (shared / "built.txt").write_text(done.stdout + done.stderr, encoding="utf-8")
    return folder


@pytest.fixture
def built(built_once: Path, tmp_path: Path) -> Project:
    """A project that is built, with its cache and a store of its own (the runs' artifacts are the first one's)."""
    folder = tmp_path / "project"
    shutil.copytree(built_once, folder, symlinks=True)
    return Project(folder)


@pytest.fixture
def own_store(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No store but the working folder's; the connections that MLflow keeps are closed in the end."""
    from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)  # set_tracking_uri leaves it behind
    yield
    for engine in SqlAlchemyStore._engine_map.values():
        engine.dispose()


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database that MLflow has made and nobody has used, to be copied: making one takes MLflow two seconds."""
    from mlflow import MlflowClient

    made = tmp_path_factory.mktemp("store") / "mlflow.db"
    with chdir(made.parent):  # where MLflow makes a folder for artifacts
        client = MlflowClient(f"sqlite:///{made}")
        client.search_experiments(max_results=1)
        client._tracking_client.store.engine.dispose()
    return made


@pytest.fixture
def ready_store(own_store: None, empty_store: Path, tmp_path: Path) -> None:
    """The same, with an empty store that is there already."""
    shutil.copy(empty_store, tmp_path / "mlflow.db")


@pytest.fixture
def fits_made(monkeypatch: pytest.MonkeyPatch) -> list[LogisticRegression]:
    """Every regression that is fitted during the test, one entry for each fit."""
    made, fit = [], LogisticRegression.fit

    def recording(regression: LogisticRegression, *arguments: object) -> LogisticRegression:
        made.append(regression)
        return fit(regression, *arguments)

    monkeypatch.setattr(LogisticRegression, "fit", recording)
    return made


@pytest.fixture(scope="session")
def worker_id(request: pytest.FixtureRequest) -> str:
    """Which of pytest-xdist's workers this is, `master` without it."""
    return str(getattr(request.config, "workerinput", {"workerid": "master"})["workerid"])


@pytest.fixture
def in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], Path]:
    """Make the working folder an empty one, and return a function that writes a text file in it."""
    monkeypatch.chdir(tmp_path)

    def write(path: str, text: str) -> Path:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_text(text, encoding="utf-8")
        return Path(path)

    return write


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, bytes], Path]:
    """Make the working folder a project with nothing but its params.yaml, and return a function that writes a file."""
    monkeypatch.chdir(tmp_path)
    shutil.copy(ROOT / "params.yaml", tmp_path)
    subprocess.run(["git", "init", "--quiet"], check=True)

    def write_one(path: str, content: bytes) -> Path:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_bytes(content)
        return Path(path)

    return write_one
