"""What MLflow shows of an experiment first."""

import json
import zlib
from base64 import b64decode

from passage.tracking import results_view
from passage.tracking.result import metrics_of
from passage.tracking.results_view import DESCRIPTION, TAG, TAGS, lacking, page


def test_the_view_is_written_as_mlflows_pages_write_one_and_names_metrics_that_runs_have() -> None:
    tag = json.loads(TAGS[TAG])
    assert tag.keys() == {"name", "createdAt", "updatedAt", "state"}
    kind, _, packed = tag["state"].partition(";")
    assert kind == "deflate"
    state = json.loads(zlib.decompress(b64decode(packed)))
    assert state == results_view.VIEW
    metrics = {
        "test": {"accuracy": 1.0},
        "cross_validation": {"log_loss": 0.3, "accuracy": 0.8},
        "coefficients": {},
        "intercept": 0.0,
    }
    shown = [column.split("`")[1] for column in state["selectedColumns"] if column.startswith("metrics.")]
    assert shown
    assert set(shown) <= metrics_of(metrics).keys()
    assert all(len(value) < 5000 for value in TAGS.values()), "what MLflow takes of an experiment's tag"


def test_an_experiment_gets_what_it_lacks_once_and_keeps_a_description_of_somebodys_own() -> None:
    assert lacking({}) == TAGS
    assert lacking(TAGS) == {}
    assert lacking({TAG: "an earlier one", DESCRIPTION: "Ours."}) == {TAG: TAGS[TAG]}
    assert lacking({TAG: TAGS[TAG], DESCRIPTION: ""}) == {}


def test_the_address_opens_the_runs_with_their_results_where_there_is_the_view() -> None:
    runs = "#/experiments/7/runs?workflowType=machine_learning"
    assert page("7", TAGS) == f"{runs}&viewStateShareKey=results"
    assert page("7", {}) == runs
