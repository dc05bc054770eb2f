"""Where MLflow has a model, by each of the ways to name one."""

from contextlib import nullcontext
from types import SimpleNamespace

import mlflow
import pytest
from mlflow.exceptions import MlflowException

from passage.base.errors import Mistake
from passage.tracking import models

RUN = "a" * 32


class Client:
    """MLflow's, of a store with one run of the model `known`, and with ex@m, version 3 of which is the best."""

    def get_model_version_by_alias(self, name: str, alias: str) -> SimpleNamespace:
        if (name, alias) != ("ex@m", "best"):
            raise MlflowException("no such alias")
        return SimpleNamespace(version=3)

    def search_runs(self, _: list[str], wanted: str, *others: object) -> list[SimpleNamespace]:
        return [SimpleNamespace(info=SimpleNamespace(run_id=RUN))] if "tags.model = 'known'" in wanted else []

    def search_logged_models(self, _: list[str], wanted: str) -> list[SimpleNamespace]:
        return [SimpleNamespace(model_id="m-1")] if RUN in wanted else []


@pytest.fixture(autouse=True)
def client(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models, "readable", lambda _: nullcontext("0"))
    monkeypatch.setattr(mlflow, "MlflowClient", Client)


@pytest.mark.parametrize(
    ("which", "found"), [(RUN, "models:/m-1"), ("known", "models:/m-1"), ("ex@m@best", "models:/ex@m/3")]
)
def test_a_run_a_lane_and_an_alias_lead_to_the_model(which: str, found: str) -> None:
    assert models.address(which, "e", ["known", "new"]) == found


@pytest.mark.parametrize(
    ("which", "told"),
    [
        ("exam@worst", "^MLflow's registry has no exam@worst: no such alias$"),
        ("new", r"^new has no finished run in e; `dvc repro` tracks what is built$"),
        (
            "old",
            r"^MODEL is old, but it must be known and new, the id of a run \(32 letters and digits\), or NAME@ALIAS",
        ),
        ("b" * 32, f"^e has no run {'b' * 32} with a model$"),
    ],
)
def test_what_leads_to_no_model_is_told_with_the_ways_to_name_one(which: str, told: str) -> None:
    with pytest.raises(Mistake, match=told):
        models.address(which, "e", ["known", "new"])
