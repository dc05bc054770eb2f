"""Hand every result to MLflow: one finished run for each fingerprint."""

import html
import os

import pandas as pd
from sklearn.pipeline import Pipeline

from passage import environment, files, git, leftovers, params, paths, tracking
from passage.classifier import Classifier, Scaler, pipeline
from passage.params import Params
from passage.result import Result, collect
from passage.sections import section
from passage.tracking import Rows

DESCRIPTION = "mlflow.note.content"  # the tag whose Markdown MLflow shows above a run


def circumstances() -> dict[str, str]:
    """Return the tags that say from which commit, in which experiment and with which packages a result was tracked."""
    experiment = os.environ.get("DVC_EXP_NAME")
    differing = environment.differing()
    return (
        git.tags()
        | ({"dvc.experiment": experiment} if experiment else {})
        | ({"warning.environment": environment.warning(differing)} if differing else {})
    )


def sides(name: str, settings: Params) -> list[Rows]:
    """Return the training rows of a lane and, where there are any, its test rows, in the table's own units."""
    lane, lane_files = settings.models[name], paths.Lane(name)
    tables = {"training": lane_files.split_train, "testing": lane_files.split_test}
    rows = [Rows(context, pd.read_parquet(path), lane.target, lane.data) for context, path in tables.items()]
    return [side for side in rows if not side.table.empty]


def model(name: str) -> Pipeline:
    """Return a lane's scaler and regression as one scikit-learn Pipeline."""
    lane = paths.Lane(name)
    return pipeline(Scaler(**files.read_json(lane.scaler)), Classifier(**files.read_json(lane.model)))


def track(results: list[Result], settings: Params) -> None:
    """Write a run for each of `results` that the store does not have yet, and say which."""
    with tracking.store(settings.mlflow.experiment) as experiment_id:
        for result in results:
            if run := tracking.find(experiment_id, result.fingerprint):
                print(f"{result.name}: this result is run {run} already")
                continue
            experiment = result.tags.get("dvc.experiment")
            title = f"{result.name} {experiment}" if experiment else result.name
            run = tracking.log(experiment_id, result, title, sides(result.name, settings), model(result.name))
            print(f"{result.name}: tracked as run {run}")


def main() -> None:
    """Track each lane of params.yaml, write mlruns/receipt.json and print the short answer."""
    settings = params.load()
    leftovers.refuse_strays(settings)  # `check` has not run where only a file was added
    tags = circumstances()
    sections = [section(name, settings) for name in settings.models]
    results = [collect(one.name, settings, tags | {DESCRIPTION: html.escape(one.answer)}) for one in sections]
    track(results, settings)
    files.write_json(paths.RECEIPT, {result.name: result.fingerprint for result in results})
    for one in sections:
        print(f"{one.name}: {one.short_answer}")
    print(f"The whole answer, with pictures and what not to believe: {paths.PAGE}")
