"""What a store that does not take runs raises, in one line."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version

from mlflow.exceptions import MlflowException
from sqlalchemy.exc import SQLAlchemyError

from passage.errors import Unreachable
from passage.tracking.location import Store


@contextmanager
def plain_words(at: Store) -> Iterator[None]:
    """Turn what a store that is away, locked, read-only, full or of another version raises into one line."""
    try:
        yield
    except (MlflowException, SQLAlchemyError, sqlite3.Error, OSError, ModuleNotFoundError) as error:
        if isinstance(error, MlflowException) and error.error_code == "INVALID_PARAMETER_VALUE":
            raise  # ours to mend, not the user's
        raise Unreachable(f"MLflow's store {at.shown}: {reason(error)}") from error


def reason(error: BaseException) -> str:
    """Return in one line why a store did not take a run, without the statement or the request that failed."""
    said = next((line for line in str(error).splitlines() if line.startswith("(") and "Error)" in line), str(error))
    said = said.partition("\n")[0].rpartition("Error) ")[2]
    if "out-of-date database schema" in said:
        found = said.partition("(")[2].partition(")")[0]
        return (
            f"another version of MLflow made it ({found}); this one is {version('mlflow')}. If it is older: back it "
            "up, then `mlflow db upgrade URI`; if it is newer: take another store (MLFLOW_TRACKING_URI)"
        )
    if "Max retries exceeded" in said or "timed out" in said:
        return "no answer; is the server running?"
    return said
