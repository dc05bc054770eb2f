"""A run's model, as mlflow.pyfunc and MLflow's server have it."""

import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from conftest import Project
from mlflow import MlflowClient
from mlflow.models import Model as Logged
from students import FEATURES, ROWS, fitted, lane

from passage.association import associate, probability_interval
from passage.evaluation import answers
from passage.model import preparation
from passage.model.classifier import Classifier, Model
from passage.model.scaler import Scaler
from passage.params import labels
from passage.params.model import ModelSettings
from passage.tracking import flavor
from passage.tracking.served import Refused, Served
from stages import train

PREPARED = preparation.fit(ROWS, lane())
MODEL = Model(PREPARED, *fitted())
STUDENTS = Served(MODEL, "m", lane(), associate.of_training(ROWS, ROWS["passed"].to_numpy(), 0.95, PREPARED).content())

CUSTOMERS = pd.DataFrame(
    {
        "plan": ["01", "02", "01", "03", "02", "01", "03", "02"] * 3,
        "member": [1, 0, 1, 1, 0, 0, 1, 0] * 3,
        "age": [20.0, 31.0, np.nan, 44.0, 52.0, 63.0, 39.0, 28.0] * 3,
        "left": [0, 1, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1, 1, 1, 0, 0, 1, 0, 1, 0, 0, 1, 1, 0],
    }
)


def customers(**columns: Mapping[str, Any]) -> Served:
    """Return a model of customers, with changes to what params.yaml says of their columns."""
    defaults: dict[str, Any] = {
        "plan": {"kind": "category"},
        "member": {"kind": "boolean"},
        "age": {"missing": "median", "minimum": 18},
    }
    merged = {name: how | dict(columns.get(name, {})) for name, how in defaults.items()}
    asked = lane().model_dump() | {"features": list(defaults), "columns": merged, "target": "left"}
    settings = ModelSettings.model_validate(asked)
    rows = CUSTOMERS.astype({"plan": "str"})
    prepared = preparation.fit(rows, settings)
    if merged["age"]["missing"] in ("drop", "error"):
        rows = rows.dropna()
    design = prepared.design(rows)
    scaler = Scaler.fit(design, "standard")
    classifier: Classifier = train.fit(scaler.transform(design).to_numpy(), rows["left"], rows, scaler, settings)
    association = associate.of_training(rows, rows["left"].to_numpy(), 0.95, prepared).content()
    return Served(Model(prepared, scaler, classifier), "customers", settings, association)


WRITTEN: dict[str, Callable[[pd.DataFrame], Any]] = {
    "integers": lambda rows: rows.astype("int64"),
    "floats": lambda rows: rows.astype(float),
    "small floats": lambda rows: rows.astype("float32"),
    "integers that may have gaps": lambda rows: rows.astype("Int64"),
    "numbers as text": lambda rows: rows.astype("str"),
    "objects": lambda rows: rows.astype(object),
    "another order": lambda rows: rows[FEATURES[::-1]],
    "a column that nobody needs": lambda rows: rows.assign(name="Ada", probability=2),
    "an index of its own": lambda rows: rows.set_index(pd.Index(list("hgfedcba"))),
    "columns in a mapping": lambda rows: rows.to_dict("list"),
    "a list of records": lambda rows: rows.to_dict("records"),
}


@pytest.mark.parametrize("kind", WRITTEN)
def test_rows_of_numbers_get_the_same_answers_however_they_are_written(kind: str) -> None:
    expected = STUDENTS.answered(ROWS[FEATURES])
    found = STUDENTS.predict(WRITTEN[kind](ROWS[FEATURES]))
    pd.testing.assert_frame_equal(found, expected)


@pytest.mark.parametrize("alike", [False, True])
def test_numbers_alone_get_to_the_bit_what_rows_of_any_kind_get(alike: bool) -> None:
    rows = ROWS.assign(courses=2) if alike else ROWS  # a column that has one value has no interval beyond it
    prepared = preparation.fit(rows, lane())
    association = associate.of_training(rows, rows["passed"].to_numpy(), 0.95, prepared).content()
    asked = pd.DataFrame({name: [-3, 0, 2, 7, 30] for name in FEATURES})
    found = answers.answer(asked, MODEL)
    found["predicted"] = labels.decode(found["predicted"], MODEL.classifier.classes)
    expected = probability_interval.beside(found, probability_interval.of_rows(asked, prepared, association))
    assert expected["probability_low"].isna().sum() == (4 if alike else 0)
    for part in (slice(None), slice(2, 3), slice(0)):
        one = Served(MODEL, "m", lane(), association).answered(asked[part])
        pd.testing.assert_frame_equal(one, expected[part], check_exact=True, check_dtype=part != slice(0))


OF_KINDS: dict[str, dict[str, Any]] = {
    "as params.yaml has them": {"plan": "02", "member": True, "age": 31},
    "a boolean as a word": {"plan": "02", "member": "true", "age": 31},
    "a boolean as a number": {"plan": "02", "member": 1.0, "age": 31},
    "a number as text": {"plan": "02", "member": 1, "age": "31.0"},
}


@pytest.mark.parametrize("kind", OF_KINDS)
def test_categories_and_booleans_are_known_however_they_are_written(kind: str) -> None:
    model = customers()
    [known] = model.predict([OF_KINDS["as params.yaml has them"]]).to_dict("records")
    assert known["unseen_category"] is False
    assert model.predict([OF_KINDS[kind]]).to_dict("records") == [known]


def test_gaps_do_what_params_yaml_says_of_gaps() -> None:
    rows = pd.DataFrame({"plan": ["01", "01"], "member": [1, 1], "age": [None, 35]})
    filled = customers().predict(rows)
    median = CUSTOMERS["age"].median()
    whole = customers().predict(rows.fillna({"age": median}))
    assert filled["probability"].tolist() == whole["probability"].tolist()
    dropped = customers(age={"missing": "drop"}).predict(rows).to_dict("records")
    assert set(dropped[0].values()) == {None}
    assert None not in dropped[1].values()
    with pytest.raises(Refused, match="request, row 1: age is missing, but a feature must be a number"):
        customers(age={"missing": "error"}).predict(rows)


def test_an_unseen_category_is_marked_or_refused_as_params_yaml_says() -> None:
    row = {"plan": "07", "member": 1, "age": 31}
    with pytest.raises(Refused, match='row 1: plan is "07", but no training row has that'):
        customers().predict([row])
    [marked] = customers(plan={"unseen": "reference"}).predict([row]).to_dict("records")
    assert marked["unseen_category"] is marked["outside_training_range"] is True


def test_all_that_is_wrong_is_told_at_once_in_the_words_of_score_and_of_no_other_row() -> None:
    rows = [
        {"plan": "01", "member": 0, "age": 30, "note": "a secret"},
        {"plan": None, "member": "maybe", "age": 17},
        {"plan": "02", "member": 1, "age": "old"},
    ]
    with pytest.raises(Refused) as refused:
        customers().predict(rows)
    assert refused.value.message.splitlines() == [
        "request, row 2: plan is missing, but a category must be a text",
        'request, row 2: member is "maybe", but a boolean must be true or false, or 1 or 0',
        'request, row 3: age is "old", but a feature must be a number',
        'request, row 2: age is "17", but it must be at least 18 (minimum in models.customers.columns)',
    ]
    error: Any = refused.value
    error.message = f"Failed to predict data {rows}"  # as MLflow's server does
    assert "secret" not in error.serialize_as_json()
    assert "stack_trace" not in error.serialize_as_json()
    assert error.get_http_status_code() == 400


NO_TABLES: dict[str, tuple[Any, str]] = {
    "a column is missing": (
        [{"hours": 1}],
        "there is no courses; the columns must be hours and courses",
    ),
    "numbers without names": (np.ones((2, 2)), "there is no hours and courses; the columns must be"),
    "a column is there twice": (
        pd.DataFrame([[1, 2, 3]], columns=[*FEATURES, "hours"]),
        "hours is there twice",
    ),
    "a word": (np.array("hours"), "this is no table; send rows as"),
}


@pytest.mark.parametrize("kind", NO_TABLES)
def test_what_is_no_table_of_the_features_is_refused_in_words(kind: str) -> None:
    rows, words = NO_TABLES[kind]
    with pytest.raises(Refused, match=words):
        STUDENTS.predict(rows)


def test_no_rows_get_no_answers() -> None:
    assert list(STUDENTS.predict(ROWS[FEATURES].head(0))) == list(STUDENTS.answered(ROWS[FEATURES]))


LOADED = """
import sys
import pandas
from mlflow import pyfunc

answered = pyfunc.load_model(sys.argv[1]).predict(pandas.read_csv(sys.argv[2]))
assert "sklearn" not in sys.modules, "plain numbers need no scikit-learn"
import passage.model
assert sys.argv[1] in passage.model.__file__
answered.to_csv(sys.argv[3], index=False)
"""


def test_a_written_model_needs_nothing_of_the_project_around_it(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    flavor.save_model(str(folder), Logged(), Served(MODEL, "m", lane(C=float("inf")), STUDENTS.association))
    ROWS.to_csv(tmp_path / "rows.csv", index=False)
    arguments = [str(folder), str(tmp_path / "rows.csv"), str(tmp_path / "answers.csv")]
    subprocess.run([sys.executable, "-c", LOADED, *arguments], cwd=tmp_path, check=True)
    pd.testing.assert_frame_equal(pd.read_csv(tmp_path / "answers.csv"), STUDENTS.answered(ROWS[FEATURES]))


def test_the_lessons_table_gets_from_its_run_what_score_wrote(built: Project) -> None:
    uri = f"sqlite:///{built.folder}/mlflow.db"
    [run] = MlflowClient(uri).search_runs(["1"], "tags.model = 'model'")
    [model] = MlflowClient(uri).search_logged_models(["1"], f"source_run_id = '{run.info.run_id}'")
    source, target = built.folder / "data/raw/guessed_hours.csv", built.folder / "answers.csv"
    program = LOADED.replace("sys.argv[1] in", "'passage.zip' in")
    built.run(sys.executable, "-c", program, str(model.artifact_location), str(source), str(target))
    scored = pd.read_csv(built.folder / "predictions/score/guessed_hours.csv")
    found = pd.read_csv(target)
    alike = [name for name in found if name not in ("probability_low", "probability_high")]  # by two methods
    pd.testing.assert_frame_equal(found[alike], scored[alike])
    assert (found["probability_low"] <= found["probability_high"]).all()
