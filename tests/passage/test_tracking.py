"""Runs in a real SQLite store."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import mlflow
import pandas as pd
import pytest
from mlflow import MlflowClient
from students import FEATURES, ROWS, fitted

from passage import tracking
from passage.classifier import pipeline
from passage.result import Result

Write = Callable[[str, str], Path]


@pytest.fixture(autouse=True)
def _own_store(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)  # set_tracking_uri leaves it behind
    yield
    MlflowClient()._tracking_client.store.engine.dispose()


def result(path: Path, fingerprint: str) -> Result:
    return Result(
        name="m",
        params={"train.C": "1.0"},
        metrics={"test_accuracy": 0.8, "coef_hours": 1.5},
        tags={"model": "m", "fingerprint": fingerprint},
        artifacts=[path],
        fingerprint=fingerprint,
    )


def rows(context: str) -> tracking.Rows:
    side = ROWS.head(6) if context == "training" else ROWS.tail(2)
    return tracking.Rows(context, side, "passed", "data/raw/students.csv")


def log(experiment: str, path: Path, fingerprint: str) -> str:
    return tracking.log(
        experiment, result(path, fingerprint), "m brave-owl", [rows("training"), rows("testing")], pipeline(*fitted())
    )


def test_a_run_holds_params_metrics_tags_inputs_artifacts_and_a_model_that_takes_hours(
    in_folder: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DVC_ROOT", str(Path.cwd() / "main"))
    (Path.cwd() / "main").mkdir()
    path = in_folder("models/m/model.json", "{}")
    with tracking.store("exam") as experiment:
        assert tracking.find(experiment, "f1") is None
        run_id = log(experiment, path, "f1")
        assert tracking.find(experiment, "f1") == run_id
    run = mlflow.get_run(run_id)
    assert run.info.status == "FINISHED"
    assert run.info.run_name == "m brave-owl"
    assert run.data.params == {"train.C": "1.0"}
    assert run.data.metrics == {"test_accuracy": 0.8, "coef_hours": 1.5}
    assert run.data.tags["fingerprint"] == "f1"
    assert run.inputs is not None
    assert [[tag.value for tag in used.tags] for used in run.inputs.dataset_inputs] == [["training"], ["testing"]]
    assert (Path.cwd() / "main/mlruns" / run_id / "artifacts/models/m/model.json").read_text() == "{}"
    served = mlflow.pyfunc.load_model(f"runs:/{run_id}/model")
    scaler, classifier = fitted()
    expected = classifier.predict(scaler.transform(ROWS))["predicted"].tolist()
    assert served.predict(ROWS[FEATURES].astype(float)).tolist() == expected
    assert served.predict(pd.DataFrame({"hours": [19.0], "courses": [4.0]})).tolist() == [1]
    assert not list(Path.cwd().rglob("*.pkl"))
    assert list(Path.cwd().rglob("*.skops"))


def test_what_a_killed_process_began_is_replaced(in_folder: Write) -> None:
    path = in_folder("model.json", "{}")
    with tracking.store("exam") as experiment:
        begun = mlflow.MlflowClient().create_run(experiment, tags={"fingerprint": "f1"}).info.run_id
        assert tracking.find(experiment, "f1") is None
        assert mlflow.get_run(begun).info.lifecycle_stage == "deleted"
        run_id = log(experiment, path, "f1")
    with tracking.store("exam") as again:
        assert again == experiment
        assert tracking.find(again, "f1") == run_id


def test_a_run_that_the_user_deleted_counts_as_absent(in_folder: Write) -> None:
    path = in_folder("model.json", "{}")
    with tracking.store("exam") as experiment:
        mlflow.delete_run(log(experiment, path, "f1"))
        assert tracking.find(experiment, "f1") is None


def test_a_tracking_uri_goes_before_the_projects_own_store(in_folder: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    in_folder("x", "")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{Path.cwd()}/other.db")
    with tracking.store("elsewhere"):
        pass
    assert not Path("mlflow.db").exists()
    with closing(sqlite3.connect("other.db")) as store:
        names = store.execute("select name from experiments").fetchall()
    assert ("elsewhere",) in names
