"""Where MLflow has the model that a person names."""

import mlflow
from mlflow.entities import ViewType
from mlflow.exceptions import MlflowException

from passage.base.errors import Mistake
from passage.base.wording import listed
from passage.tracking.location import RUN_ID
from passage.tracking.store import readable


def address(which: str, experiment: str, lanes: list[str]) -> str:
    """Return MLflow's address of a model: of a run by its id, of a lane's newest run, or of the registry as NAME@ALIAS.

    Raises Mistake where there is none.
    """
    with readable(experiment) as experiment_id:
        client = mlflow.MlflowClient()
        if "@" in which:
            name, alias = which.rsplit("@", 1)
            try:
                return f"models:/{name}/{client.get_model_version_by_alias(name, alias).version}"
            except MlflowException as error:
                raise Mistake(f"MLflow's registry has no {name}@{alias}: {error.message}") from None
        if which in lanes:
            wanted = f"attributes.status = 'FINISHED' and tags.model = '{which}'"
            runs = client.search_runs([experiment_id], wanted, ViewType.ACTIVE_ONLY, 1, ["attributes.start_time DESC"])
            if not runs:
                raise Mistake(f"{which} has no finished run in {experiment}; `dvc repro` tracks what is built")
            which = runs[0].info.run_id
        elif not RUN_ID.fullmatch(which):
            raise Mistake(
                f"MODEL is {which}, but it must be {listed(lanes)}, the id of a run (32 letters and digits), or "
                "NAME@ALIAS of MLflow's registry"
            )
        models = client.search_logged_models([experiment_id], f"source_run_id = '{which}'")
        if not models:
            raise Mistake(f"{experiment} has no run {which} with a model")
        return f"models:/{models[0].model_id}"
