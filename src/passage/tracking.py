"""Hands results to MLflow; the one module that imports it.

The store is $MLFLOW_TRACKING_URI, or mlflow.db in the root of the main repository, with artifacts in mlruns/ beside it.
"""

import logging
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from filelock import FileLock

from passage import paths
from passage.result import Result

os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")  # read when mlflow is imported

import mlflow
import pandas as pd
from mlflow.data.pandas_dataset import from_pandas
from mlflow.entities import ViewType
from mlflow.models import infer_signature
from sklearn.pipeline import Pipeline

logging.getLogger("mlflow").setLevel(logging.WARNING)  # not that it creates its tables

# What it takes to load and serve the model that a run holds.
SERVING = ("mlflow", "numpy", "pandas", "scikit-learn", "scipy", "skops")

KIND = {"mlflow.experimentKind": "custom_model_development"}  # the pages of MLflow for models, not for chats


@dataclass(frozen=True)
class Rows:
    """The rows of one side of a split, and where their table lies."""

    context: str
    table: pd.DataFrame
    target: str
    source: str


@contextmanager
def store(experiment: str) -> Iterator[str]:
    """Open the store, make `experiment` where it is not there yet, and yield its id.

    One process at a time, because two that open a fresh SQLite store at once break it for good, and because looking
    for a run and making it must be one step. The lock goes with the process that holds it, even with a killed one.
    """
    root = paths.main_repository()
    (root / "mlruns").mkdir(exist_ok=True)
    with FileLock(root / "mlruns" / ".lock"):
        uri = os.environ.get("MLFLOW_TRACKING_URI") or f"sqlite:///{root / 'mlflow.db'}"
        mlflow.set_tracking_uri(uri)
        client = mlflow.MlflowClient()
        found = client.get_experiment_by_name(experiment)
        if found is not None:
            yield found.experiment_id
        else:
            # A server keeps artifacts where it was told to; any other store, without being told, beside a working
            # folder that may be gone tomorrow.
            location = None if uri.startswith("http") else (root / "mlruns").as_uri()
            yield client.create_experiment(experiment, artifact_location=location, tags=KIND)


def find(experiment_id: str, fingerprint: str) -> str | None:
    """Return the id of the finished run with this fingerprint; what a killed process began and left is deleted."""
    client = mlflow.MlflowClient()
    runs = client.search_runs([experiment_id], f"tags.fingerprint = '{fingerprint}'", ViewType.ACTIVE_ONLY)
    for run in runs:
        if run.info.status != "FINISHED":
            client.delete_run(run.info.run_id)
    return next((run.info.run_id for run in runs if run.info.status == "FINISHED"), None)


def log(experiment_id: str, result: Result, title: str, rows: list[Rows], model: Pipeline) -> str:
    """Write `result` as one finished run and return its id."""
    with mlflow.start_run(experiment_id=experiment_id, run_name=title, tags=result.tags) as run:
        mlflow.log_params(result.params)
        for side in rows:
            mlflow.log_input(_dataset(side), context=side.context)
        for path in result.artifacts:
            mlflow.log_artifact(str(path), artifact_path=path.parent.as_posix() if path.parent.name else None)
        logged = _log_model(model, rows[0])
        mlflow.log_metrics(result.metrics, model_id=logged.model_id)
    return str(run.info.run_id)


def _dataset(side: Rows) -> Any:
    name = Path(side.source).name
    with warnings.catch_warnings():
        # MLflow finds its own local source twice and warns that it does not know which of the two to take.
        warnings.filterwarnings("ignore", "The specified dataset source can be interpreted in multiple ways")
        return from_pandas(side.table.astype(float), source=side.source, targets=side.target, name=name)


def _log_model(model: Pipeline, training: Rows) -> Any:
    features = training.table.drop(columns=training.target).astype(float)
    return mlflow.sklearn.log_model(
        model,
        name="model",
        signature=infer_signature(features.head(5), model.predict(features.head(5))),
        pip_requirements=[f"{package}=={version(package)}" for package in SERVING],
        serialization_format="skops",
    )
