"""The runs in an open store: which one holds a result, what is left of killed ones, what they keep."""

import json
import shlex
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from time import time
from urllib.parse import unquote, urlsplit

import mlflow
from mlflow.entities import Run, ViewType
from mlflow.exceptions import MlflowException
from sqlalchemy.exc import SQLAlchemyError

from passage.base.errors import Unreachable
from passage.tracking.location import SQLITE
from passage.tracking.store import reason

WRITER = "tracked.by"  # the tag by which a clone knows what it began
OUTPUTS = "rebuild/outputs.json"  # artifacts of a run: the hash of each file that was built,
CHANGES = "rebuild/changes.patch"  # and what differed from the commit
ABANDONED = 3600.0  # seconds after which a run that another clone began is taken for dead; tracking takes some five
LISTED = {"git.commit": "git.commits", "dvc.experiment": "dvc.experiments"}  # the first one, and all of them
MOST_LISTED, LONGEST = 100, 8000  # entries and characters of a list in a tag; of a longer one MLflow keeps the start
TRUSTED = ["numpy.dtype"]  # of what a run's model may hold what skops does not know: what fills gaps, categories


@dataclass(frozen=True)
class Kept:
    """What the store holds of a run.

    folder: its artifacts, copied. problem: why they could not be copied. metrics: the last value of each, and whatever
    its chart shows beside it. datasets: all that it says of each, by
    context. model: the folder that its model was copied into, None where there is no model. logged: the parameters and
    metrics that MLflow shows at the model itself, its name, and registered versions that are of another model.
    """

    id: str
    title: str
    tags: dict[str, str]
    params: dict[str, str]
    folder: Path
    problem: str = ""
    metrics: Mapping[str, str] = field(default_factory=dict)
    datasets: Mapping[str, str] = field(default_factory=dict)
    model: Path | None = None
    logged: Mapping[str, str] = field(default_factory=dict)


def clear_away(writer: str) -> None:
    """Delete what killed processes have left RUNNING in any experiment, whatever result it was to become."""
    client = mlflow.MlflowClient()
    experiments = [experiment.experiment_id for experiment in client.search_experiments()]
    for run in _active(experiments, "attributes.status = 'RUNNING'"):
        if WRITER in run.data.tags and not _is_worked_on(run, writer):
            _delete(run)


def find(experiment_id: str, fingerprint: str, writer: str) -> str | None:
    """Return the id of the finished run with this fingerprint, if there is one, and clear away all others.

    Others are what a killed process has left, what has lost its artifacts, and what another clone finished at the same
    moment. What another clone has begun a short while ago is left to it; writer: this one's name. Runs that the user
    deleted do not count. Raises Unreachable where the artifacts of all runs are away.
    """
    runs = _active([experiment_id], f"tags.fingerprint = '{fingerprint}'")
    finished = sorted((run for run in runs if run.info.status == "FINISHED"), key=_finished_first)
    for run in mlflow.search_runs(  # of whatever result: a new run would make the folder, and empty
        [experiment_id], "attributes.status = 'FINISHED'", ViewType.ACTIVE_ONLY, max_results=1, output_format="list"
    ):
        _refuse_absence(run)
    kept = next((run.info.run_id for run in finished if _has_artifacts(run)), None)
    for run in runs:
        if run.info.run_id != kept and not _is_worked_on(run, writer):
            _delete(run)
    return kept


def _active(experiments: list[str], which: str) -> list[Run]:
    return list(mlflow.search_runs(experiments, which, ViewType.ACTIVE_ONLY, output_format="list"))


def _refuse_absence(run: Run) -> None:
    """Raise Unreachable where the folder of all runs' artifacts is not there: its disk may come back."""
    where = urlsplit(run.info.artifact_uri)
    if where.scheme == "file" and not (folder := Path(unquote(where.path)).parents[1]).is_dir():
        raise Unreachable(
            f"the artifacts of MLflow's runs are in {folder}, which is not there; is its disk there? If they are gone "
            f"for good, `mkdir -p {shlex.quote(str(folder))}`, and the runs are written again"
        )


def _has_artifacts(run: Run) -> bool:
    listed = mlflow.MlflowClient().list_artifacts(run.info.run_id, str(Path(OUTPUTS).parent))
    return OUTPUTS in [artifact.path for artifact in listed]


def _finished_first(run: Run) -> tuple[int, str]:
    return (run.info.end_time or 0, run.info.run_id)


def _is_worked_on(run: Run, writer: str) -> bool:
    """Whether another clone may still be filling this run; this one is not, since who looks holds the lock."""
    young = run.info.start_time > (time() - ABANDONED) * 1000
    return run.info.status == "RUNNING" and young and run.data.tags.get(WRITER, writer) != writer


def _delete(run: Run) -> None:
    """Delete a run with the model that it logged, which would stay in MLflow's list of models.

    Not where somebody has registered that model: MLflow would let it go, and the version would have no run.
    """
    client = mlflow.MlflowClient()
    if client.search_model_versions(f"run_id = '{run.info.run_id}'", max_results=1):
        return
    for model in client.search_logged_models([run.info.experiment_id], f"source_run_id = '{run.info.run_id}'"):
        client.delete_logged_model(model.model_id)
    client.delete_run(run.info.run_id)


def add_circumstances(run_id: str, tags: Mapping[str, str]) -> None:
    """Add the commit and the DVC experiment in which a result came up again to the lists in its run's tags."""
    client = mlflow.MlflowClient()
    present = client.get_run(run_id).data.tags
    for tag, listed in LISTED.items():
        first = [present[tag]] if tag in present else []
        known = json.loads(present.get(listed, json.dumps(first)))
        if tag in tags and tags[tag] not in known:
            known.append(tags[tag])
            while len(known) > MOST_LISTED or len(json.dumps(known)) > LONGEST:
                del known[1]  # the first one stays
            client.set_tag(run_id, listed, json.dumps(known))


def finished(experiment_id: str) -> list[str]:
    """Return the id of every finished run that is a result, the oldest first."""
    found = sorted(_active([experiment_id], "attributes.status = 'FINISHED'"), key=_finished_first)
    return [run.info.run_id for run in found if "fingerprint" in run.data.tags]


def fetch(run_id: str, folder: Path, store: str | None = None) -> Kept:
    """Return what a store, or else the open one, holds of a run, with its artifacts copied into `folder`."""
    client = mlflow.MlflowClient(store)
    run = client.get_run(run_id)
    folder.mkdir(parents=True)
    problem, model, logged = "", None, dict[str, str]()
    try:
        client.download_artifacts(run_id, "", str(folder))
        model, logged = _fetch_model(run, folder.with_name(f"{folder.name}-model"), client)
    except (MlflowException, OSError) as error:  # of this run alone, perhaps
        problem = reason(error)
    inputs = run.inputs.dataset_inputs if run.inputs else []
    datasets = together(
        (one.tags[0].value if one.tags else "", " ".join(map(str, dict(one.dataset).values()))) for one in inputs
    )
    title, data = run.info.run_name, run.data
    metrics = {name: _steps(client, run_id, name, value) for name, value in data.metrics.items()}
    return Kept(run_id, title, data.tags, data.params, folder, problem, metrics, datasets, model, logged)


def _steps(client: mlflow.MlflowClient, run_id: str, name: str, last: float) -> str:
    """Return a metric's last value, which tables show, and all others with their steps, which its chart shows."""
    drawn = {(one.step, one.value) for one in client.get_metric_history(run_id, name)} - {(0, last)}
    return "; ".join([repr(last), *(f"at step {step}: {value!r}" for step, value in sorted(drawn))])


def _fetch_model(run: Run, folder: Path, client: mlflow.MlflowClient) -> tuple[Path | None, dict[str, str]]:
    models = client.search_logged_models([run.info.experiment_id], f"source_run_id = '{run.info.run_id}'")
    if not models:
        return None, {}
    first, known = models[0], f"runs:/{run.info.run_id}/{models[0].name}"
    told = [(f"parameter {name}", value) for name, value in (first.params or {}).items()]
    told += [(f"metric {one.key}", repr(one.value)) for one in first.metrics or []]
    told += [("name", str(model.name)) for model in models]  # a second one may be what MLflow loads
    for version in client.search_model_versions(f"run_id = '{run.info.run_id}'"):
        if version.source not in (f"models:/{first.model_id}", first.artifact_location, known):
            told.append((f"version {version.version} as {version.name}", str(version.source)))
    fetched = mlflow.artifacts.download_artifacts(artifact_uri=first.artifact_location, dst_path=str(folder))
    return Path(fetched), together(told)


def together(told: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return all that is told by each name: of what is told twice, a falsified one may be the one that counts."""
    found: dict[str, list[str]] = defaultdict(list)
    for name, value in told:
        found[name].append(value)
    return {name: " and ".join(values) for name, values in found.items()}


def written_again(root: Path, folder: Path) -> dict[str, Kept]:
    """Return, by model, the runs that were written into the store of the repository at `root`, copied to `folder`.

    Raises Unreachable where another version of MLflow has made that store.
    """
    uri = f"{SQLITE}{root / 'mlflow.db'}"
    client = mlflow.MlflowClient(uri)
    try:
        experiments = [experiment.experiment_id for experiment in client.search_experiments()]
        ids = [run.info.run_id for run in client.search_runs(experiments, "attributes.status = 'FINISHED'")]
        return {run.tags["model"]: run for run in (fetch(run_id, folder / run_id, uri) for run_id in ids)}
    except (MlflowException, SQLAlchemyError) as error:
        raise Unreachable(reason(error)) from error
    finally:
        client._tracking_client.store.engine.dispose()
