"""Writes results as runs: one finished run for each fingerprint."""

import html
import json
import re
import tempfile
import warnings
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import mlflow
import pandas as pd
from mlflow.data.dataset_source_registry import resolve_dataset_source
from mlflow.data.pandas_dataset import PandasDataset
from mlflow.exceptions import MlflowException
from mlflow.models import ModelSignature
from mlflow.types import ColSpec, DataType, Schema

from passage.base import files, parquet, paths
from passage.base.progress import clock
from passage.model.classifier import Model
from passage.params import Params
from passage.tracking import flavor
from passage.tracking.result import Result
from passage.tracking.results_view import DESCRIPTION
from passage.tracking.runs import CHANGES, LISTED, OUTPUTS, WRITER, add_circumstances, clear_away, find
from passage.tracking.served import Served
from passage.tracking.store import writable

# What means something within a line of Markdown; a _ between letters does not.
SPECIAL = re.compile(r"[\\`*~\[\]|$]|(?<!\w)_|_(?!\w)|^[#>+=-]|^\d+(?=[.)])")
JOINER = "\N{WORD JOINER}"

KINDS = {"float64": DataType.double, "int64": DataType.long, "bool": DataType.boolean}  # of answers

LOOKED_AT = 10_000  # rows that MLflow is shown

AT_ONCE = 5  # times that the same rows are named, where others name them, too


class Side(PandasDataset):
    """One side of a split, of which MLflow looks at the first rows: to look at each value of millions takes it minutes.

    total: how many rows there are. digest: eight characters for the content of all of them. MLflow's own is blind to
    booleans, to texts with a gap and to what comes after the first 10,000 rows.
    """

    def __init__(self, context: str, table: pd.DataFrame, total: int, target: str, source: str, digest: str) -> None:
        self.context, self.total = context, total
        # An integer column has no place for what is missing.
        floats = table.astype(dict.fromkeys(table.select_dtypes("number"), float))
        with warnings.catch_warnings():
            # MLflow finds its own local source twice and warns that it does not know which of the two to take.
            warnings.filterwarnings("ignore", "The specified dataset source can be interpreted in multiple ways")
            super().__init__(floats, resolve_dataset_source(source), target, Path(source).name, digest)

    @property
    def profile(self) -> dict[str, int]:
        """How many rows and values there are in all."""
        return {"num_rows": self.total, "num_elements": self.total * self.df.shape[1]}


def hand_over(results: Iterable[Result], settings: Params) -> Iterator[tuple[Result, str, bool]]:
    """Write a run for each of `results` that the store does not have yet; yield its id, and whether it is new."""
    with writable(settings.mlflow.experiment) as (experiment_id, writer):
        clear_away(writer)
        for result in results:
            new, run = None, find(experiment_id, result.fingerprint, writer)
            if not run:
                with clock(f"writing the run of {result.name}"):
                    new = log(experiment_id, writer, result, sides(result, settings), model(result.name, settings))
                run = find(experiment_id, result.fingerprint, writer) or new  # another clone may have been faster
            if run != new:
                add_circumstances(run, result.tags)
            yield result, run, run == new


def model(name: str, settings: Params) -> Served:
    """Return the model of a lane, from its files."""
    of = paths.ModelPaths(name)
    return Served(Model.load(of.fitted), name, settings.models[name], files.read_json(of.association))


def description(result: Result, run_id: str) -> str:
    """Return a run's description, as Markdown: the verdict, three bullets, the command that builds it again."""
    verdict, *told = result.brief
    told.append(f"Beware: {'; '.join(result.beware)}." if result.beware else "There is no caution.")
    lines = [f"### {as_markdown(verdict)}", "", *(f"- {as_markdown(bullet)}" for bullet in told)]
    return "\n".join([*lines, "", f"Rebuild it and compare every byte: `make verify RUN={run_id}`"])


def as_markdown(text: str) -> str:
    """Return Markdown that shows `text` as it is, in one paragraph: no HTML, link, picture or emphasis is made of it.

    Names of columns stand in it. An address would become a link by itself, but for an invisible joiner in it.
    """
    escaped = re.sub(SPECIAL, lambda found: f"&#{ord(found[0])};", html.escape(" ".join(text.split())))
    return re.sub(r"(?<=:)(?=//)|(?<=www)(?=\.)|(?=@)", JOINER, escaped, flags=re.IGNORECASE)


def sides(result: Result, settings: Params) -> list[Side]:
    """Return the training rows of a lane and, where there are any, its test rows, in the table's own units."""
    lane, of = settings.models[result.name], paths.ModelPaths(result.name)
    rows = []
    for context, path in {"training": of.split_train, "testing": of.split_test}.items():
        table, total = parquet.head(path, LOOKED_AT)
        digest = result.outputs[path.as_posix()][:8]
        rows.append(Side(context, table[[*lane.features, lane.target]], total, lane.target, lane.data, digest))
    return [side for side in rows if side.total]


def log(experiment_id: str, writer: str, result: Result, rows: list[Side], answering: Served) -> str:
    """Write `result` as one finished run, with the sides of its split and its model, and return its id."""
    lists = {LISTED[tag]: json.dumps([result.tags[tag]]) for tag in LISTED if tag in result.tags}
    tags = result.tags | lists | {WRITER: writer}
    title = " ".join(filter(None, (result.name, tags.get("dvc.experiment"))))
    with mlflow.start_run(experiment_id=experiment_id, run_name=title, tags=tags) as run:
        run_id = str(run.info.run_id)
        mlflow.set_tag(DESCRIPTION, description(result, run_id))
        mlflow.log_params(result.params)
        for side in rows:
            _log_rows(side)
        _log_artifacts(result)
        logged = _log_model(answering, rows[0].df)
        mlflow.log_metrics(result.metrics, model_id=logged.model_id)
    return run_id


def _log_artifacts(result: Result) -> None:
    with tempfile.TemporaryDirectory(prefix="exam-passage-run-") as folder:
        for path in result.artifacts:
            link = Path(folder, path)
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(path.resolve())
        files.write_json(Path(folder, OUTPUTS), result.outputs)
        if result.patch:
            files.write_bytes(Path(folder, CHANGES), result.patch)
        mlflow.log_artifacts(folder)


def _log_rows(side: Side) -> None:
    """Name the rows of a side as an input of the run.

    Of clones that name the same ones at the same moment, a server refuses all but the first (MLflow looks whether it
    knows them, and then adds them); the others then find what that one has added.
    """
    for attempt in range(AT_ONCE):
        try:
            mlflow.log_input(side, context=side.context)
        except MlflowException as error:
            if "duplicate" not in str(error).lower() or attempt == AT_ONCE - 1:
                raise
        else:
            return


def _log_model(model: Served, training: pd.DataFrame) -> Any:
    answered = model.answered(training[model.features].head(5))
    kinds = (ColSpec(KINDS.get(str(answered[name].dtype), DataType.string), str(name)) for name in answered)
    # What comes in has none: with one, MLflow refuses integers where there were floats, or CSV, before the model does.
    signature = ModelSignature(outputs=Schema([*kinds]))
    return mlflow.models.Model.log(
        artifact_path=None, name=model.name, flavor=flavor, answering=model, signature=signature
    )
