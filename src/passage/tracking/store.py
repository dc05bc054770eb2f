"""Opens the store, for one process at a time."""

import errno
import logging
import os
import re
import shlex
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version

import mlflow
from filelock import FileLock, Timeout
from mlflow.entities import Experiment
from mlflow.exceptions import MlflowException
from sqlalchemy.exc import SQLAlchemyError

from passage.base import paths, terminal
from passage.base.errors import Unreachable
from passage.tracking import results_view
from passage.tracking.location import Store, here, probe, without_secrets

logging.getLogger("mlflow").setLevel(logging.WARNING)  # not that it creates its tables
logging.getLogger("mlflow.store.db").setLevel(logging.CRITICAL)  # what fails there is told once, in one line

FULL = (errno.ENOSPC, errno.EDQUOT)
KIND = {"mlflow.experimentKind": "custom_model_development"}  # the pages of MLflow for models, not for chats


@contextmanager
def writable(experiment: str) -> Iterator[tuple[str, str]]:
    """Open the store, make `experiment` where it is not there yet, and yield its id and this clone's name as a writer.

    One process of this machine at a time, because two that open a fresh SQLite store at once break it for good, and
    because looking for a run and making it must be one step. The lock goes with the process that holds it, even with
    a killed one. Raises Unreachable where the store does not take runs.
    """
    at = here()
    with plain_words(at), _alone(at):
        os.environ.pop("MLFLOW_RUN_ID", None)  # a run would be resumed that is not ours
        _open(at)
        yield _experiment_id(experiment, at), at.writer


@contextmanager
def readable(experiment: str) -> Iterator[str]:
    """Open the store for reading alone and yield the id of `experiment`. Raises Unreachable where there is none.

    One that was deleted counts as none: its runs are no results.
    """
    at = here()
    with plain_words(at):
        if at.database and not at.database.exists():
            raise Unreachable(f"there is no MLflow store {at.shown} yet; `dvc repro` makes it")
        mlflow.set_tracking_uri(at.uri)
        found = mlflow.MlflowClient().get_experiment_by_name(experiment)
        if found is None:
            raise Unreachable(f"MLflow's store {at.shown} has no experiment {experiment}")
        _refuse_deleted(found, at)
        yield found.experiment_id


def page(experiment: str) -> str:
    """Return the address of the runs of `experiment` below MLflow's own. Raises Unreachable where there is none."""
    with readable(experiment) as experiment_id:
        return results_view.page(experiment_id, mlflow.MlflowClient().get_experiment(experiment_id).tags)


@contextmanager
def _alone(at: Store) -> Iterator[None]:
    if at.database is None:
        at.lock.parent.mkdir(exist_ok=True)
    elif not at.database.parent.is_dir():
        probe(at.database)
    lock = FileLock(at.lock)
    try:
        lock.acquire(timeout=5)
    except Timeout:
        print(terminal.line(f"waiting for another process that writes to {at.shown}"), file=sys.stderr)
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


def _open(at: Store) -> None:
    """Make the store at hand MLflow's, and make it where it is a database that is not there yet.

    It is made beside its place, so that a killed process leaves none that is half-made and never opens again.
    """
    if at.database:
        probe(at.database)
        if not at.database.exists() or not at.database.stat().st_size:
            fresh = at.database.with_name(f"{at.database.name}.new")
            fresh.unlink(missing_ok=True)
            client = mlflow.MlflowClient(f"sqlite:///{fresh}")
            client.search_experiments(max_results=1)
            client._tracking_client.store.engine.dispose()
            fresh.replace(at.database)
    mlflow.set_tracking_uri(at.uri)


def _experiment_id(name: str, at: Store) -> str:
    client = mlflow.MlflowClient()
    found = client.get_experiment_by_name(name)
    if found is None:
        try:
            return str(client.create_experiment(name, artifact_location=at.artifacts, tags=KIND | results_view.TAGS))
        except MlflowException as error:
            if error.error_code != "RESOURCE_ALREADY_EXISTS":
                raise
        return _experiment_id(name, at)  # another clone was faster
    _refuse_deleted(found, at)
    for tag, value in results_view.lacking(found.tags).items():  # of a store from before
        client.set_experiment_tag(found.experiment_id, tag, value)
    return str(found.experiment_id)


def _refuse_deleted(found: Experiment, at: Store) -> None:
    if found.lifecycle_stage == "deleted":
        raise Unreachable(
            f"the experiment {found.name} was deleted in MLflow; bring it back with `MLFLOW_TRACKING_URI="
            f"{shlex.quote(at.shown)} mlflow experiments restore --experiment-id {found.experiment_id}`, or choose "
            f"another one (mlflow.experiment in {paths.PARAMS})"
        )


@contextmanager
def plain_words(at: Store) -> Iterator[None]:
    """Turn what a store that is away, locked, read-only, full or of another version raises into one line."""
    try:
        yield
    except (MlflowException, SQLAlchemyError, sqlite3.Error, OSError, ModuleNotFoundError) as error:
        if isinstance(error, MlflowException) and error.error_code == "INVALID_PARAMETER_VALUE":
            raise  # ours to mend, not the user's
        if full := no_room(error):
            raise Unreachable(full) from error
        raise Unreachable(f"MLflow's store {at.shown}: {reason(error)}") from error


def no_room(error: BaseException) -> str:
    """Return in one line that the folder for temporary files is full, where that is behind `error`; empty elsewhere.

    MLflow blames the format of the model that it could not write there.
    """
    temporary, cause = tempfile.gettempdir(), error.__context__
    behind = error if isinstance(error, OSError) else cause
    if not isinstance(behind, OSError) or behind.errno not in FULL:
        return ""
    if behind is error and not str(error.filename or "").startswith(temporary):
        return ""
    return f"{temporary}: {behind.strerror}. Make room for temporary files, or name another folder: TMPDIR=FOLDER"


def reason(error: BaseException) -> str:
    """Return in one line why a store did not take a run, without the statement or the request that failed."""
    said = next((line for line in str(error).splitlines() if line.startswith("(") and "Error)" in line), str(error))
    said = said.partition("\n")[0].rpartition("Error) ")[2]
    said = re.sub(r"\b[a-z+]+://[^\s'\"]+", lambda uri: without_secrets(uri[0]), said)
    if "out-of-date database schema" in said:
        found = said.partition("(")[2].partition(")")[0]
        return (
            f"another version of MLflow made it ({found}); this one is {version('mlflow')}. If it is older: back it "
            "up, then `mlflow db upgrade URI`; if it is newer: take another store (MLFLOW_TRACKING_URI)"
        )
    if "Max retries exceeded" in said or "timed out" in said:
        return "no answer; is the server running?"
    return said
