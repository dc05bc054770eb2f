"""Hands results to MLflow and reads them back; the one package that imports it.

The store is $MLFLOW_TRACKING_URI, or mlflow.db in the root of the main repository, with artifacts in mlruns/ beside it.
"""

import os

# Read when mlflow is imported. It would try a server that does not answer for four minutes.
os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
os.environ.setdefault("MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT", "true")
os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "3")
os.environ.setdefault("MLFLOW_HTTP_REQUEST_TIMEOUT", "30")
