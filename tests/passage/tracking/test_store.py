"""Stores that do not take runs: one line each, and soon."""

import errno
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import mlflow
import pytest
from filelock import FileLock, Timeout
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException
from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore
from sklearn.linear_model import LogisticRegression

from passage.base.errors import Unreachable
from passage.tracking import location, store
from passage.tracking.location import locate

Write = Callable[[str, str], Path]


pytestmark = pytest.mark.usefixtures("own_store")


@pytest.fixture
def database(in_folder: Write, empty_store: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store that is there and has the experiment `exam`, in a folder of its own."""
    in_folder("disk/x", "")
    shutil.copy(empty_store, "disk/store.db")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "sqlite:///disk/store.db")
    with store.writable("exam"):
        MlflowClient()._tracking_client.store.engine.dispose()
    return Path("disk/store.db")


def refusal(monkeypatch: pytest.MonkeyPatch, uri: str) -> str:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
    with pytest.raises(Unreachable) as refused, store.writable("exam"):
        pass
    lines = str(refused.value).splitlines()
    assert len(lines) == 1
    return lines[0]


def test_a_folder_that_is_away_is_named_and_not_made(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.rmtree("disk")
    assert "there is no folder" in refusal(monkeypatch, f"sqlite:///{database}")
    assert not Path("disk").exists()


def test_a_locked_store(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("passage.tracking.location.PATIENCE", 0.1)
    with closing(sqlite3.connect(database, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        assert refusal(monkeypatch, f"sqlite:///{database}").endswith("store.db: database is locked")


def test_a_file_that_is_no_store(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("disk/notes.db").write_text("notes\n" * 1000, encoding="utf-8")
    assert refusal(monkeypatch, "sqlite:///disk/notes.db").endswith("notes.db: file is not a database")
    assert "unable to open database file" in refusal(monkeypatch, f"sqlite:///{Path('disk').resolve()}")


@pytest.mark.parametrize("before", [None, b""])
def test_a_store_is_made_whole_or_not_at_all_also_in_the_place_of_the_empty_file_that_a_full_disk_leaves(
    in_folder: Write, monkeypatch: pytest.MonkeyPatch, before: bytes | None
) -> None:
    in_folder("x", "")
    if before is not None:
        Path("mlflow.db").write_bytes(before)
    monkeypatch.setattr(SqlAlchemyStore, "search_experiments", interrupted)
    with pytest.raises(KeyboardInterrupt):
        store.writable("exam").__enter__()
    assert (Path("mlflow.db").read_bytes() if Path("mlflow.db").exists() else None) == before


def interrupted(*_: object, **__: object) -> None:
    """Stand for the first question to a store whose tables are just made."""
    raise KeyboardInterrupt


def test_a_store_of_another_version_of_mlflow(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copy(database, "disk/newer.db")
    with closing(sqlite3.connect("disk/newer.db")) as newer, newer:
        newer.execute("UPDATE alembic_version SET version_num = 'ffff'")
    line = refusal(monkeypatch, "sqlite:///disk/newer.db")
    assert "another version of MLflow made it (found version ffff, but expected" in line
    assert "`mlflow db upgrade URI`" in line


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting takes root")
def test_a_read_only_and_a_full_disk(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    disk = database.parent.resolve()
    mounted = subprocess.run(["mount", "--bind", disk, disk], capture_output=True, check=False)
    if mounted.returncode:
        pytest.skip("this machine does not let root mount")
    try:
        subprocess.run(["mount", "-o", "remount,ro,bind", disk], check=True)
        assert "ead-only file system" in refusal(monkeypatch, f"sqlite:///{database}")
    finally:
        subprocess.run(["umount", disk], check=True)
    Path("small").mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", "small"], check=True)
    try:
        assert "full" in refusal(monkeypatch, "sqlite:///small/store.db")
        assert not Path("small/store.db").exists()
    finally:
        subprocess.run(["umount", "--lazy", "small"], check=True)  # MLflow holds its files open


def test_a_server_that_is_away_is_told_without_its_password(in_folder: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    in_folder("x", "")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "1")
    line = refusal(monkeypatch, "http://ada:secret@127.0.0.1:9")
    assert line == "MLflow's store http://127.0.0.1:9: no answer; is the server running?"


def test_a_secret_in_what_a_server_says_is_not_shown() -> None:
    said = "API request to https://ada:secret@x.example/api?token=secret failed with code 403"
    assert store.reason(MlflowException(said)) == "API request to https://x.example/api failed with code 403"


def test_of_a_long_report_the_line_with_the_databases_own_words_is_told() -> None:
    said = "(while the store was opened)\n(sqlite3.OperationalError) database is locked\n[SQL: ROLLBACK]"
    assert store.reason(MlflowException(said)) == "database is locked"


def test_a_full_folder_for_temporary_files_is_told_as_what_it_is(
    database: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """MLflow says that skops cannot serialize the model."""

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr("skops.io.dump", full)
    with pytest.raises(Unreachable) as refused, store.writable("exam"):
        mlflow.sklearn.save_model(LogisticRegression(), tmp_path / "model", serialization_format="skops")
    told = f"{tmp_path}: No space left on device. Make room for temporary files, or name another folder: TMPDIR=FOLDER"
    assert str(refused.value) == told
    with pytest.raises(Unreachable, match=r"store\.db: .*No space left"), store.writable("exam"):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "/elsewhere/mlruns/x")


def test_what_is_wrong_with_the_program_itself_is_not_taken_for_the_store(tmp_path: Path) -> None:
    at = locate(None, tmp_path)
    with pytest.raises(ZeroDivisionError), store.plain_words(at):
        _ = 1 / 0
    with pytest.raises(Unreachable, match=r"mlflow\.db: .*No space left"), store.plain_words(at):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    with pytest.raises(MlflowException, match="not a valid name"), store.plain_words(at):
        raise MlflowException.invalid_parameter_value("not a valid name")


def test_who_waits_for_another_process_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    waited: list[object] = []

    def acquire(lock: FileLock, timeout: float | None = None) -> None:
        waited.append(timeout)
        if timeout is not None:
            raise Timeout(lock.lock_file)

    monkeypatch.setattr(FileLock, "acquire", acquire)
    uri = f"sqlite:///{tmp_path}/mlflow.db"
    with store._alone(locate(uri, tmp_path)):
        pass
    assert waited == [5, None]
    assert capsys.readouterr().err == f"waiting for another process that writes to {uri}\n"


def test_an_experiment_that_another_clone_makes_at_the_same_moment_is_the_same_one(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with store.writable("exam") as (made, _):
        find, first = MlflowClient.get_experiment_by_name, [None]
        monkeypatch.setattr(
            MlflowClient, "get_experiment_by_name", lambda *asked: first.pop() if first else find(*asked)
        )
        assert store._experiment_id("exam", location.here()) == made
