"""Runs in a real SQLite store."""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from functools import partial, partialmethod
from pathlib import Path
from typing import Any

import mlflow
import pandas as pd
import pytest
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException
from mlflow.store.artifact.local_artifact_repo import LocalArtifactRepository
from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore
from students import FEATURES, ROWS, fitted, lane

from passage.base import files, parquet, paths
from passage.base.errors import Unreachable
from passage.model.classifier import Model
from passage.model.preparation import fit
from passage.params import MLflow, Params
from passage.tracking import handover, results_view, runs, store
from passage.tracking.result import Result
from passage.tracking.served import Served

Write = Callable[[str, str], Path]


pytestmark = pytest.mark.usefixtures("ready_store")
MODEL = Path("model.json")


@pytest.fixture
def experiment(in_folder: Write) -> Iterator[str]:
    """The experiment `exam` of an open store, in a folder that has a result of one file."""
    in_folder(str(MODEL), "{}")
    with store.writable("exam") as (opened, _):
        yield opened


def result(fingerprint: str, path: Path = MODEL) -> Result:
    return Result(
        name="m",
        brief=["It <passes>.", "Surely.", "By hours."],
        beware=["the moon is full"],
        params={"train.C": "1.0"},
        metrics={"test_accuracy": 0.8, "coef_hours": 1.5},
        tags={"model": "m", "fingerprint": fingerprint, "git.commit": "c1", "dvc.experiment": "brave-owl"},
        outputs={path.as_posix(): "0"},
        artifacts=[path],
        fingerprint=fingerprint,
        patch=b"a patch",
    )


def log(experiment: str, fingerprint: str, path: Path = MODEL) -> str:
    sides = [
        handover.Side(context, rows, len(rows), "passed", "data/raw/students.csv", context[:8])
        for context, rows in (("training", ROWS.head(6)), ("testing", ROWS.tail(2)))
    ]
    model = Served(Model(fit(ROWS, lane()), *fitted()), "m", lane(), {})
    return handover.log(experiment, "me", result(fingerprint, path), sides, model)


def test_of_many_rows_a_run_names_the_first_ones_their_number_and_a_digest_of_all(
    in_folder: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handover, "LOOKED_AT", 4)
    of = paths.ModelPaths("m")
    for path, table in ((of.split_train, ROWS.head(6)), (of.split_test, ROWS.tail(2))):
        parquet.write(path, table)
    whole = replace(
        result("f1", in_folder("a.json", "{}")),
        outputs={of.split_train.as_posix(): "0123456789abcdef", of.split_test.as_posix(): "fedcba9876543210"},
    )
    settings = Params(models={"m": lane()}, score={}, mlflow=MLflow(experiment="exam"))
    training, testing = handover.sides(whole, settings)
    assert (len(training.df), training.digest, training.profile) == (4, "01234567", {"num_rows": 6, "num_elements": 18})
    assert (len(testing.df), testing.digest, testing.profile) == (2, "fedcba98", {"num_rows": 2, "num_elements": 6})
    parquet.write(of.split_test, ROWS.head(0))
    assert [side.context for side in handover.sides(whole, settings)] == ["training"]


def test_a_run_holds_params_metrics_tags_inputs_artifacts_and_a_model_that_takes_hours(
    in_folder: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DVC_ROOT", str(Path.cwd() / "main"))
    (Path.cwd() / "main").mkdir()
    path = in_folder("models/m/model.json", "{}")
    with store.writable("exam") as (experiment, _):
        assert runs.find(experiment, "f1", "me") is None
        run_id = log(experiment, "f1", path)
        assert runs.find(experiment, "f1", "me") == run_id
    run = mlflow.get_run(run_id)
    assert run.info.status == "FINISHED"
    assert run.info.run_name == "m brave-owl"
    assert run.data.params == {"train.C": "1.0"}
    assert run.data.metrics == {"test_accuracy": 0.8, "coef_hours": 1.5}
    assert run.data.tags["fingerprint"] == "f1"
    bullets = "- Surely.\n- By hours.\n- Beware: the moon is full.\n\n"
    assert run.data.tags[results_view.DESCRIPTION].startswith(f"### It &lt;passes&gt;.\n\n{bullets}")
    assert run.inputs is not None
    assert [[tag.value for tag in used.tags] for used in run.inputs.dataset_inputs] == [["training"], ["testing"]]
    assert [json.loads(str(used.dataset.profile)) for used in run.inputs.dataset_inputs] == [
        {"num_rows": 6, "num_elements": 18},
        {"num_rows": 2, "num_elements": 6},
    ]
    assert (Path.cwd() / "main/mlruns" / run_id / "artifacts/models/m/model.json").read_text() == "{}"
    scaler, classifier = fitted()
    expected = classifier.predict(scaler.transform(ROWS))
    kept = mlflow.sklearn.load_model(f"runs:/{run_id}/m")
    assert kept.predict(ROWS[FEATURES]).tolist() == expected["predicted"].tolist()
    assert kept.named_steps["regression"].coef_.tolist() == [list(classifier.coefficients.values())]
    served = mlflow.pyfunc.load_model(f"runs:/{run_id}/m")
    pd.testing.assert_frame_equal(served.predict(ROWS)[list(expected)], expected)
    assert not list(Path.cwd().rglob("*.pkl"))
    assert list(Path.cwd().rglob("*.skops"))


def test_a_run_that_the_users_environment_names_is_not_written_into(
    in_folder: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_folder(str(MODEL), "{}")
    with store.writable("exam") as (experiment, _):
        theirs = str(MlflowClient().create_run(experiment).info.run_id)
    monkeypatch.setenv("MLFLOW_RUN_ID", theirs)
    with store.writable("exam") as (experiment, _):
        assert log(experiment, "f1") != theirs
    assert mlflow.get_run(theirs).data.params == {}


def test_the_metrics_are_those_of_the_runs_own_model_whichever_one_is_active(experiment: str) -> None:
    theirs = MlflowClient().create_logged_model(experiment).model_id
    with mlflow.set_active_model(model_id=theirs):  # as $MLFLOW_ACTIVE_MODEL_ID does
        log(experiment, "f1")
    metrics = {model.model_id == theirs: model.metrics for model in MlflowClient().search_logged_models([experiment])}
    assert metrics[True] is None
    assert {metric.key: metric.value for metric in metrics[False] or []} == result("f1").metrics


def begun(experiment: str, writer: str, start_time: int | None = None) -> str:
    """Return the id of a run that somebody began to fill, with the model that it logged already."""
    run = MlflowClient().create_run(experiment, start_time, tags={"fingerprint": "f1", runs.WRITER: writer})
    MlflowClient().create_logged_model(experiment, source_run_id=run.info.run_id)
    return str(run.info.run_id)


def stage_of(run_id: str) -> str:
    return str(mlflow.get_run(run_id).info.lifecycle_stage)


def test_what_a_killed_process_of_this_clone_began_is_replaced_with_the_model_that_it_logged(experiment: str) -> None:
    killed = begun(experiment, "me")
    assert runs.find(experiment, "f1", "me") is None
    assert stage_of(killed) == "deleted"
    assert list(MlflowClient().search_logged_models([experiment])) == []
    run_id = log(experiment, "f1")
    assert runs.find(experiment, "f1", "me") == run_id


def test_what_killed_processes_began_goes_whatever_was_to_become_of_it_and_in_whichever_experiment(
    experiment: str,
) -> None:
    elsewhere = begun(MlflowClient().create_experiment("before"), "me")
    mine, fresh, old = begun(experiment, "me"), begun(experiment, "you"), begun(experiment, "you", start_time=1)
    somebodys = MlflowClient().create_run(experiment, 1).info.run_id  # of no pipeline
    runs.clear_away("me")
    found = [stage_of(run_id) for run_id in (elsewhere, mine, old, fresh, somebodys)]
    assert found == ["deleted", "deleted", "deleted", "active", "active"]


def test_what_another_clone_fills_is_left_to_it_until_it_must_be_dead(experiment: str) -> None:
    fresh, old, failed = begun(experiment, "you"), begun(experiment, "you", start_time=1), begun(experiment, "you")
    MlflowClient().set_terminated(failed, "FAILED")
    assert runs.find(experiment, "f1", "me") is None
    assert [stage_of(run_id) for run_id in (fresh, old, failed)] == ["active", "deleted", "deleted"]


def test_of_two_clones_that_finish_at_once_the_first_one_wins_whoever_looks(experiment: str) -> None:
    later, first = log(experiment, "f1"), log(experiment, "f1")
    for run_id, end_time in ((first, 1_000), (later, 2_000)):  # the one that began first ended last
        MlflowClient().set_terminated(run_id, end_time=end_time)
    for writer in ("me", "you"):
        assert runs.find(experiment, "f1", writer) == first
    assert stage_of(later) == "deleted"


def test_a_run_that_the_user_deleted_or_whose_artifacts_are_gone_counts_as_absent(experiment: str) -> None:
    mlflow.delete_run(log(experiment, "f1"))
    assert runs.find(experiment, "f1", "me") is None
    bare = log(experiment, "f1")
    shutil.rmtree(Path("mlruns", bare))
    assert runs.find(experiment, "f1", "me") is None
    assert stage_of(bare) == "deleted"


def test_a_run_that_lost_some_artifacts_is_written_again_but_not_while_the_folder_of_all_is_away(
    experiment: str,
) -> None:
    run_id = log(experiment, "f1")
    Path("mlruns").rename("unmounted")
    for fingerprint in ("f1", "another"):
        with pytest.raises(Unreachable, match=r"are in .*/mlruns, which is not there; is its disk there\?"):
            runs.find(experiment, fingerprint, "me")
    assert stage_of(run_id) == "active"
    Path("unmounted").rename("mlruns")
    assert runs.find(experiment, "f1", "me") == run_id
    Path("mlruns", run_id, "artifacts", runs.OUTPUTS).unlink()
    assert runs.find(experiment, "f1", "me") is None


def test_where_another_clone_was_faster_its_run_has_this_ones_commit_in_its_list(
    in_folder: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_folder(str(MODEL), "{}")
    with store.writable("exam") as (experiment, _):
        winner = log(experiment, "f1")
    found = iter([None, winner])
    monkeypatch.setattr(handover, "find", lambda *_: next(found))
    for name in ("sides", "model"):
        monkeypatch.setattr(handover, name, lambda *_: None)
    monkeypatch.setattr(handover, "log", lambda *_: "mine")
    settings = Params(models={"m": lane()}, score={}, mlflow=MLflow(experiment="exam"))
    second = replace(result("f1"), tags={"git.commit": "c2"})
    ((_, run_id, new),) = handover.hand_over([second], settings)
    assert (run_id, new) == (winner, False)
    assert mlflow.get_run(run_id).data.tags["git.commits"] == '["c1", "c2"]'


def test_a_list_that_grows_keeps_its_first_and_its_last_entries_and_fits_a_tag(experiment: str) -> None:
    run_id = log(experiment, "f1")
    for number in range(30):
        runs.add_circumstances(run_id, {"git.commit": f"{number}" * 400})
    listed = json.loads(mlflow.get_run(run_id).data.tags["git.commits"])
    assert (listed[0], listed[-1]) == ("c1", "29" * 400)
    assert 8 < len(listed) < 25


def test_a_result_that_comes_up_again_adds_its_commit_and_experiment_and_keeps_the_first(experiment: str) -> None:
    run_id = log(experiment, "f1")
    runs.add_circumstances(run_id, {"git.commit": "c2", "dvc.experiment": "brave-owl"})
    runs.add_circumstances(run_id, {"git.commit": "c1", "dvc.experiment": "shy-cat"})
    tags = mlflow.get_run(run_id).data.tags
    assert (tags["git.commit"], tags["git.commits"]) == ("c1", '["c1", "c2"]')
    assert tags["dvc.experiments"] == '["brave-owl", "shy-cat"]'


def test_a_deleted_experiment_comes_back_with_the_command_that_the_message_names(
    in_folder: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_folder("x", "")
    Path("my exam").mkdir()
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{Path.cwd()}/my exam/store.db")
    with store.writable("exam") as (experiment, _):
        MlflowClient().delete_experiment(experiment)
    with pytest.raises(Unreachable, match="the experiment exam was deleted in MLflow; bring it back with") as refused:
        store.writable("exam").__enter__()
    command = str(refused.value).split("`")[1]
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    subprocess.run(command, shell=True, check=True, capture_output=True, env=os.environ | {"PATH": path})  # noqa: S602
    with store.writable("exam") as (again, _):
        assert again == experiment


def test_an_experiment_shows_its_results_also_one_of_before(in_folder: Write) -> None:
    in_folder("x", "")
    with store.writable("exam") as (fresh, _):
        client = MlflowClient()
        assert results_view.lacking(client.get_experiment(fresh).tags) == {}
        old = client.create_experiment("old", tags={results_view.DESCRIPTION: "Ours."})
    assert store.page("old") == f"#/experiments/{old}/runs?workflowType=machine_learning"
    with store.writable("old") as (again, _):
        assert again == old
        assert client.get_experiment(old).tags[results_view.DESCRIPTION] == "Ours."
    assert store.page("old").endswith(f"/{old}/runs?workflowType=machine_learning&viewStateShareKey=results")


def test_a_deleted_experiment_is_not_read(experiment: str) -> None:
    MlflowClient().delete_experiment(experiment)
    with pytest.raises(Unreachable, match="the experiment exam was deleted in MLflow; bring it back with"):
        store.readable("exam").__enter__()


def test_a_run_is_read_back_with_what_it_takes_to_build_it_again(experiment: str) -> None:
    run_id = log(experiment, "f1")
    begun(experiment, "you")
    somebodys = MlflowClient().create_run(experiment).info.run_id  # of no pipeline
    MlflowClient().set_terminated(somebodys)
    with store.readable("exam") as again:
        assert runs.finished(again) == [run_id]
        kept = runs.fetch(run_id, Path("kept"))
    assert (kept.title, kept.params, kept.tags["model"]) == ("m brave-owl", {"train.C": "1.0"}, "m")
    assert files.read_json(kept.folder / runs.OUTPUTS) == {"model.json": "0"}
    assert (kept.folder / runs.CHANGES).read_bytes() == b"a patch"
    assert f"make verify RUN={run_id}" in kept.tags[results_view.DESCRIPTION]


def test_a_run_whose_artifacts_are_gone_or_cannot_be_copied_is_read_back_without_them(
    experiment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refusing(*_: object) -> None:
        raise MlflowException("no such bucket")

    run_id = log(experiment, "f1")
    shutil.rmtree(Path("mlruns", run_id))
    kept = runs.fetch(run_id, Path("kept"))
    assert (kept.title, list(kept.folder.iterdir())) == ("m brave-owl", [])
    monkeypatch.setattr(MlflowClient, "download_artifacts", refusing)
    assert runs.fetch(run_id, Path("again")).problem == "no such bucket"


def test_reading_makes_no_store_and_no_experiment(in_folder: Write) -> None:
    in_folder("x", "")
    Path("mlflow.db").unlink()
    with pytest.raises(Unreachable, match=r"there is no MLflow store .*mlflow\.db yet"):
        store.readable("exam").__enter__()
    assert not Path("mlflow.db").exists()
    with store.writable("exam"):
        pass
    with pytest.raises(Unreachable, match="has no experiment other"):
        store.readable("other").__enter__()


def test_a_tracking_uri_goes_before_the_projects_own_store(in_folder: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    in_folder("x", "")
    Path("mlflow.db").rename("other.db")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{Path.cwd()}/other.db")
    with store.writable("elsewhere"):
        pass
    assert not Path("mlflow.db").exists()
    with closing(sqlite3.connect("other.db")) as opened:
        names = opened.execute("select name from experiments").fetchall()
    assert ("elsewhere",) in names


def test_rows_that_another_clone_names_at_the_same_moment_are_named_again(
    experiment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    original, refusals = mlflow.log_input, ["duplicate key value", "Duplicate"]

    def refusing(*arguments: object, **options: object) -> None:
        if refusals:
            raise MlflowException(f"BAD_REQUEST: (psycopg.errors.UniqueViolation) {refusals.pop()}")
        original(*arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(mlflow, "log_input", refusing)
    run = mlflow.get_run(log(experiment, "f1"))
    assert run.inputs is not None
    assert len(run.inputs.dataset_inputs) == 2
    for told in (["duplicate"] * handover.AT_ONCE, ["no room"]):
        refusals[:] = told
        with pytest.raises(MlflowException, match=told[0]):
            log(experiment, "f2")
        assert (refusals, runs.find(experiment, "f2", "me")) == ([], None)


# What changes a store while a run is written.
CHANGING = {
    SqlAlchemyStore: (
        "create_run",
        "set_tag",
        "log_batch",
        "log_inputs",
        "log_outputs",
        "create_logged_model",
        "finalize_logged_model",
        "set_logged_model_tags",
        "update_run_info",
    ),
    LocalArtifactRepository: ("log_artifact", "log_artifacts"),
}


def die_after(number: int) -> None:
    """Have this process killed once it has changed the store so many times."""
    left = [number]

    def counting(change: Callable[..., Any], *given: Any, **named: Any) -> Any:
        answer = change(*given, **named)
        left[0] -= 1
        if not left[0]:
            os.kill(os.getpid(), signal.SIGKILL)
        return answer

    for whole, names in CHANGING.items():
        for name in names:
            setattr(whole, name, partialmethod(partial(counting, getattr(whole, name))))


def track(fingerprint: str) -> str:
    with store.writable("exam") as (experiment, _):
        runs.clear_away("me")
        return runs.find(experiment, fingerprint, "me") or log(experiment, fingerprint)


def in_a_process_that_dies_after(number: int, fingerprint: str) -> int:
    """Track in a process of its own and return its exit code, below 0 where it was killed."""
    for engine in SqlAlchemyStore._engine_map.values():
        engine.dispose()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of a fork beside threads, which the tests' runner has
        process = os.fork()
    if not process:
        try:
            die_after(number)
            track(fingerprint)
            os._exit(0)
        finally:
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


def test_killed_after_any_change_of_the_store_tracking_leaves_nothing_once_anything_is_tracked(
    in_folder: Write,
) -> None:
    in_folder(str(MODEL), "{}")
    track("first")
    number = 0
    while (code := in_a_process_that_dies_after(number := number + 1, f"f{number}")) == -signal.SIGKILL:
        again = f"f{number}" if number % 2 else "first"  # the same result, or another one, which is there already
        track(again)
        every = mlflow.search_runs(experiment_names=["exam"], output_format="list")
        assert {run.info.status for run in every} == {"FINISHED"}
        found = [run.info.run_id for run in every if run.data.tags["fingerprint"] == again]
        assert len(found) == 1
        for run in every:
            folder = Path(str(run.info.artifact_uri).removeprefix("file://"))
            assert all((folder / path).is_file() for path in (MODEL, runs.OUTPUTS, runs.CHANGES))
            assert run.data.metrics == {"test_accuracy": 0.8, "coef_hours": 1.5}
        models = MlflowClient().search_logged_models([every[0].info.experiment_id])
        assert sorted(str(model.source_run_id) for model in models) == sorted(run.info.run_id for run in every)
    assert code == 0
    assert number > 10
