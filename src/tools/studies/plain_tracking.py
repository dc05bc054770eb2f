"""What a competent person writes without the pipeline: fit both models of params.yaml and log them to MLflow.

python src/tools/studies/plain_tracking.py, in a folder that has params.yaml and its tables
"""

import os
from importlib.metadata import version
from pathlib import Path

os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"  # before the import

import mlflow
import pandas as pd
import yaml
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

settings = yaml.safe_load(Path("params.yaml").read_text(encoding="utf-8"))
mlflow.set_tracking_uri("sqlite:///mlflow.db")
mlflow.set_experiment("plain")

for name, model in settings["models"].items():
    features, target, how, fitting = (model[key] for key in ("features", "target", "split", "train"))
    rows = pd.read_csv(model["data"])
    if how["method"] == "column":
        train, test = (rows[rows[how["column"]] == side] for side in ("train", "test"))
    else:
        train, test = train_test_split(
            rows, test_size=how["test_size"], stratify=rows[target], random_state=how["seed"]
        )
    regression = LogisticRegression(random_state=fitting.pop("seed"), **fitting)
    pipeline = make_pipeline(StandardScaler(), regression).fit(train[features], train[target])
    with mlflow.start_run(run_name=name):
        mlflow.log_params({"features": features} | how | fitting)
        mlflow.log_metrics(
            {f"coef/{feature}": value for feature, value in zip(features, regression.coef_[0], strict=True)}
        )
        mlflow.log_metric("intercept", regression.intercept_[0])
        mlflow.log_metric("test_accuracy", pipeline.score(test[features], test[target]))
        mlflow.sklearn.log_model(
            pipeline,
            name="model",
            serialization_format="skops",
            pip_requirements=[
                f"{package}=={version(package)}" for package in ("mlflow", "pandas", "scikit-learn", "skops")
            ],
        )
