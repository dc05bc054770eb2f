"""Tables that nobody here prepared, from their packages to the page, and the same fit from somebody else."""

import json
import shlex
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import mlflow
import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from conftest import Project, copy_project
from filelock import FileLock
from palmerpenguins import load_penguins
from ruamel.yaml import YAML
from sklearn import datasets

pytestmark = pytest.mark.long


class Table(NamedTuple):
    """A table as its package gives it, which column to predict, and how it is written."""

    rows: Callable[[], pd.DataFrame]
    target: str
    style: dict[str, Any] = {}  # noqa: RUF012 (nothing changes it)
    separated: bool = False  # without a penalty, its training rows have no finite optimum


ABROAD = {"sep": ";", "decimal": ",", "encoding": "utf-8-sig", "lineterminator": "\r\n"}


def cells() -> pd.DataFrame:
    found = datasets.load_breast_cancer(as_frame=True)
    return pd.DataFrame(found.data.assign(diagnosis=found.target_names[found.target]))


def species() -> pd.DataFrame:
    penguins = load_penguins()
    return penguins[penguins["species"] != "Gentoo"]  # "take the rows of the others out of the table"


def fair() -> pd.DataFrame:
    rows = pd.DataFrame(sm.datasets.fair.load_pandas().data)
    return rows.assign(affairs=np.where(rows["affairs"] > 0, "yes", "no"))  # "or put labels together"


TABLES = {
    "means": Table(lambda: cells().filter(regex="mean|diagnosis"), "diagnosis", ABROAD),
    "sex": Table(lambda: load_penguins().dropna(subset="sex"), "sex"),
    "species": Table(species, "species", ABROAD, separated=True),
    "fair": Table(fair, "affairs"),
    "anes96": Table(lambda: sm.datasets.anes96.load_pandas().data, "vote"),
    "spector": Table(lambda: sm.datasets.spector.load_pandas().data, "GRADE"),
    "wine": Table(lambda: datasets.load_wine(as_frame=True).frame.query("target > 0"), "target", separated=True),
}


@pytest.fixture(scope="session")
def built_tables(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Project:
    """A project into which all tables were adopted and in which all that is left to do was done, to the letter."""
    shared = tmp_path_factory.getbasetemp() if worker_id == "master" else tmp_path_factory.getbasetemp().parent
    folder = shared / "tables/project"
    with FileLock(shared / "tables.lock"):
        if not (shared / "tables/built").exists():
            folder.mkdir(parents=True)
            project = copy_project(folder)
            for name, table in TABLES.items():
                source = folder.parent / f"{name}.csv"
                table.rows().to_csv(source, index=False, **table.style)
                left = project.stage("adopt", str(source), table.target).stdout.partition("left to do:\n")[2]
                add, repro = left.splitlines()
                assert repro == "  make repro"
                project.run(*shlex.split(add))
            project.run("git", "diff", "--exit-code")
            project.dvc("repro")
            (shared / "tables/built").touch()
    return Project(folder)


@pytest.fixture
def tables(built_tables: Project, tmp_path: Path) -> Project:
    """The same, in a folder of its own."""
    shutil.copytree(built_tables.folder, tmp_path / "project", symlinks=True)
    return Project(tmp_path / "project")


@pytest.mark.parametrize("name", TABLES)
def test_a_table_goes_from_its_package_to_the_page_without_a_hand_on_it(built_tables: Project, name: str) -> None:
    metrics = json.loads(built_tables.text(f"metrics/{name}.json"))
    assert metrics["rows"]["train"] + metrics["rows"]["test"] == len(TABLES[name].rows())
    assert metrics["test"]["accuracy"] >= metrics["test"]["baseline_accuracy"]
    assert metrics["cross_validation"]["accuracy"] > metrics["test"]["baseline_accuracy"]
    page = built_tables.text("report/index.html")
    section = page.partition(f' id="model-{name}">')[2].partition("</section>")[0]
    assert all(feature in section for feature in TABLES[name].rows().columns if feature != "rownames")
    assert section.count("<svg") >= 5
    assert {"nan", "None", "inf"}.isdisjoint(section.replace("<", " ").replace(">", " ").split())


def test_each_table_has_one_finished_run(built_tables: Project) -> None:
    mlflow.set_tracking_uri(f"sqlite:///{built_tables.folder}/mlflow.db")
    runs = mlflow.search_runs(experiment_names=["exam-passage"], output_format="list")
    mlflow.MlflowClient()._tracking_client.store.engine.dispose()
    finished = [run.data.tags["model"] for run in runs if run.info.status == "FINISHED"]
    assert sorted(finished) == sorted([*TABLES, "model", "model_2"])


def unpenalised(project: Project, name: str) -> dict[str, Any]:
    """Take the penalty off a model and ask for the optimum to its last digits; return the settings."""
    yaml = YAML(typ="safe")
    settings: dict[str, Any] = yaml.load(project.text("params.yaml"))
    settings["models"][name]["train"] |= {"C": float("inf"), "tol": 1e-12}
    with (project.folder / "params.yaml").open("w", encoding="utf-8") as written:
        yaml.dump(settings, written)
    found: dict[str, Any] = settings["models"][name]
    return found


def coded(rows: pd.DataFrame, settings: dict[str, Any]) -> pd.DataFrame:
    """Return the features as statistics has them: a constant, and 0 and 1 for all but the most frequent category."""
    found: dict[str, pd.Series] = {}
    for feature in settings["features"]:
        values = rows[feature]
        if settings["columns"].get(feature, {}).get("kind") == "category":
            usual = values.value_counts().sort_index(kind="stable").idxmax()
            found |= {f"{feature}={one}": 1.0 * (values == one) for one in sorted(set(values) - {usual})}
        else:
            found[feature] = values.astype(float)
    return pd.DataFrame({"const": 1.0} | found)


@pytest.mark.parametrize("name", [name for name, table in TABLES.items() if not table.separated])
def test_without_a_penalty_each_coefficient_in_the_tables_units_is_that_of_statsmodels(
    tables: Project, name: str
) -> None:
    settings = unpenalised(tables, name)
    tables.dvc("repro", f"train@{name}")
    ours = json.loads(tables.text(f"models/{name}/model.json"))["original_units"]
    rows = pd.read_parquet(tables.folder / f"data/split/{name}/train.parquet")
    target = rows[settings["target"]]
    # The split stores a target of words as 0 and 1.
    truth = target if set(target) == {0, 1} else target == settings["positive"]
    features = coded(rows, settings)
    fit = sm.Logit(truth.astype(float), features).fit(method="newton", tol=1e-9, maxiter=100, disp=0)
    theirs = fit.params.to_dict()
    assert ours["intercept"] == pytest.approx(theirs.pop("const"), rel=1e-6)
    assert ours["coefficients"] == pytest.approx(theirs, rel=1e-6)


@pytest.mark.parametrize("name", [name for name, table in TABLES.items() if table.separated])
def test_rows_that_a_cut_tells_apart_are_refused_without_a_penalty_in_a_line(tables: Project, name: str) -> None:
    before = tables.text(f"models/{name}/model.json")
    unpenalised(tables, name)
    done = tables.dvc("repro", f"train@{name}", check=False)
    assert done.returncode
    assert "without a penalty, rows that can be told apart without an error have no finite optimum" in done.stderr
    assert "Traceback" not in done.stderr
    tables.dvc("checkout", f"train@{name}")
    assert tables.text(f"models/{name}/model.json") == before


def test_all_thirty_features_of_a_table_that_they_tell_apart_are_refused_without_a_penalty(project: Project) -> None:
    source = project.folder.parent / "cells.csv"
    cells().to_csv(source, index=False)
    project.stage("adopt", str(source), "diagnosis")
    assert len(unpenalised(project, "cells")["features"]) == 30
    done = project.dvc("repro", "train@cells", check=False)
    assert done.returncode
    assert "without a penalty, rows that can be told apart without an error have no finite optimum" in done.stderr


ASKED: dict[str, tuple[Callable[[], pd.DataFrame], str, str]] = {
    "penguins of three kinds": (
        load_penguins,
        "species",
        'species has 3 labels, "Adelie" (152 rows), "Gentoo" (124 rows), "Chinstrap" (68 rows); a target must have '
        "two: POSITIVE=Chinstrap, say, sets one against the rest",
    ),
    "affairs a year": (
        lambda: sm.datasets.fair.load_pandas().data,
        "affairs",
        'affairs has 77 labels, "0.0" (4,313 rows)',
    ),
}


@pytest.mark.parametrize("kind", ASKED)
def test_a_table_without_a_yes_or_no_to_predict_is_refused_with_what_to_do(project: Project, kind: str) -> None:
    rows, target, line = ASKED[kind]
    source = project.folder.parent / "table.csv"
    rows().to_csv(source, index=False, na_rep="NA")
    done = project.stage("adopt", str(source), target, check=False)
    assert done.returncode == 2
    assert f"{source}: {line}" in done.stderr
    assert project.run("git", "status", "--porcelain").stdout == ""
