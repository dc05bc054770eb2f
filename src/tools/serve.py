"""Serve a model on this machine alone, by MLflow's own server, and say its address when it answers: make serve."""

import os

from passage import params
from passage.tracking import location
from tools import ui


def main(which: str, port: str) -> None:
    """Go on as `mlflow models serve`; `which` is a run's id, a lane, or NAME@ALIAS of MLflow's registry."""
    ui.refuse_taken(port, "serve")
    from passage.tracking import models  # which imports mlflow

    settings = params.load()
    model = models.address(which, settings.mlflow.experiment, list(settings.models))
    address = f"http://{ui.HOST}:{port}/invocations"
    # In the environment: everybody on the machine can read a command line, and a store's address may hold a password.
    os.environ["MLFLOW_TRACKING_URI"] = location.here().uri
    serve = ["models", "serve", "--model-uri", model, "--env-manager", "local", "--host", ui.HOST, "--port", port]
    ui.become([*serve, "--workers", "1"], port, "/ping", lambda: f"{model} answers (Ctrl-C ends it): {address}")
