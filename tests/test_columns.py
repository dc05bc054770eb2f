"""Categories, booleans, gaps and names that nothing makes easy, from the table to the page and MLflow."""

import html
import re
from pathlib import Path
from typing import Any

import mlflow
import numpy as np
import pandas as pd
import pytest
from conftest import Project, copy_project
from filelock import FileLock
from ruamel.yaml import YAML
from scipy.special import expit

from passage.base import files

AGE, PLAN, MEMBER, REGION = "age (Jahre).ä/x", 'plan "A" $', "member?", "r" * 200
TARGET = "churned / gone"
PLANS = ["basic", "plus", 'pro "ü" / (x), y', "k" * 200]


def customers() -> pd.DataFrame:
    random, count = np.random.default_rng(0), 160
    table = pd.DataFrame(
        {
            "id": range(count),
            AGE: random.normal(40, 12, count).round(1),
            PLAN: random.choice(PLANS, count, p=[0.4, 0.3, 0.2, 0.1]),
            MEMBER: random.choice(["true", "false"], count),
            REGION: random.choice(["N", "S", "W"], count),
        }
    )
    log_odds = (table[AGE] - 40) / 10 + 1.2 * (table[PLAN] == "plus") - (table[MEMBER] == "true")
    table[TARGET] = np.where(random.random(count) < expit(log_odds), "yes", "no")
    table.loc[random.choice(count, 30, replace=False), AGE] = np.nan
    table.loc[[3, 50], REGION] = np.nan
    return table


def prepare(project: Project) -> None:
    """Make a model of the customers the project's only one, with a batch that has what no training row has."""
    table = customers()
    table.to_csv(project.folder / "data/raw/churn.csv", index=False, encoding="utf-8-sig", lineterminator="\r\n")
    new = table.drop(columns=TARGET).head(8)
    new.loc[1, PLAN], new.loc[2, AGE] = "gold", 999
    new.to_csv(project.folder / "data/raw/new.csv", index=False)
    yaml = YAML(typ="safe")
    settings: dict[str, Any] = yaml.load(project.text("params.yaml"))
    model = settings["models"]["model"] | {
        "data": "data/raw/churn.csv",
        "target": TARGET,
        "positive": "yes",
        "features": [AGE, PLAN, MEMBER, REGION],
        "columns": {
            "id": {"unique": True},
            AGE: {"missing": "median", "indicator": True},
            PLAN: {"kind": "category", "reference": "basic", "unseen": "reference"},
            MEMBER: {"kind": "boolean"},
            REGION: {"kind": "category", "missing": "drop"},
        },
        "words": {"rows": "customers"},
    }
    model["evaluate"]["repeats"] = 1
    settings |= {"models": {"churn": model}, "score": {"new": {"model": "churn", "data": "data/raw/new.csv"}}}
    with (project.folder / "params.yaml").open("w", encoding="utf-8") as written:
        yaml.dump(settings, written)
    project.commit("customers")


@pytest.fixture(scope="session")
def churn(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Project:
    shared = tmp_path_factory.getbasetemp() if worker_id == "master" else tmp_path_factory.getbasetemp().parent
    folder = shared / "churn"
    with FileLock(shared / "churn.lock"):
        if not folder.exists():
            folder.mkdir()
            project = copy_project(folder)
            prepare(project)
            project.dvc("repro")
    return Project(folder)


def test_mlflows_model_says_the_pipelines_own_labels_and_probabilities_of_rows_as_they_come(churn: Project) -> None:
    mlflow.set_tracking_uri(f"sqlite:///{churn.folder}/mlflow.db")
    (run,) = mlflow.search_runs(experiment_names=["exam-passage"], output_format="list")
    (logged,) = mlflow.search_logged_models(experiment_ids=[run.info.experiment_id], output_format="list")
    mlflow.MlflowClient()._tracking_client.store.engine.dispose()
    folder = Path(logged.artifact_location.removeprefix("file://"))
    assert not list(folder.rglob("*.pkl"))
    served = mlflow.sklearn.load_model(str(folder))
    rows = pd.read_csv(churn.folder / "predictions/churn/test.csv", dtype={MEMBER: bool})
    assert rows[AGE].isna().any()
    raw = rows[[AGE, PLAN, MEMBER, REGION]]
    assert served.predict(raw).tolist() == rows["predicted"].tolist()
    assert set(rows["predicted"]) == {"yes", "no"}
    assert served.predict_proba(raw)[:, 1] == pytest.approx(rows["probability"].to_numpy(), abs=1e-7)
    assert run.data.tags["reference.plan _A_ _"] == "basic"
    assert "coef_plan _A_ __plus" in run.data.metrics
    assert run.data.params["columns.plan _A_ _.kind"] == "category"
    assert run.data.params[f"columns.{'r' * 180}.missing"] == "drop"


def test_what_no_training_row_has_is_marked_and_what_lacks_a_value_is_dropped_and_counted(churn: Project) -> None:
    scored = pd.read_csv(churn.folder / "predictions/score/new.csv")
    assert scored["id"].tolist() == [0, 1, 2, 4, 5, 6, 7]
    assert scored["unseen_category"].tolist() == [False, True] + [False] * 5
    assert scored["outside_training_range"].tolist() == [False, True, True] + [False] * 4
    kinds = [one["kind"] for one in files.read_json(churn.folder / "metrics/score/new.json")["cautions"]]
    assert kinds == ["dropped_rows", "outside_training_range"]


def test_the_page_speaks_of_categories_against_their_reference(churn: Project) -> None:
    page = html.unescape(churn.text("report/index.html"))
    assert f"<small>from {AGE}, {PLAN}, {MEMBER} and {REGION}</small>" in page
    levels = page.partition('id="effects-churn"')[2].partition("</table>")[0]
    assert re.search(r"<th scope=\"row\">\W*basic <small>reference</small></th>", levels)
    assert re.search(r"<th scope=\"row\">\W*plus <small>", levels)
    assert f"not to be believed: no training row has {PLAN} gold" in page
    assert f"not to be believed: {AGE} is outside the training range" in page
    assert f"2 of 160 customers are left out, since a value is missing ({REGION} in 2)" in page


def test_an_unseen_category_stops_the_scoring_unless_it_counts_as_the_reference(churn: Project, tmp_path: Path) -> None:
    import shutil

    project = Project(Path(shutil.copytree(churn.folder, tmp_path / "copy", symlinks=True)))
    project.replace("models/churn/scaler.json", '"unseen": "reference"', '"unseen": "error"')
    done = project.stage("score", "new", check=False)
    assert done.returncode == 2
    assert 'data/raw/new.csv, line 3: plan "A" $ is "gold", but no training row has that' in done.stderr
