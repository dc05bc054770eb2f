#!/bin/sh
# Serve the runs on this machine alone: sh src/tools/ui.sh PORT
set -eu
store=${MLFLOW_TRACKING_URI:-sqlite:///mlflow.db}
case $store in
http://* | https://*)
    # not on a command line, which everybody on the machine can read
    shown=$(PYTHONPATH="${0%/*}/.." python3 -c \
        'import os; from passage.tracking.location import without_secrets as shown; print(shown(os.environ["MLFLOW_TRACKING_URI"]))')
    echo "MLFLOW_TRACKING_URI is a server already: open $shown in a browser"
    exit 0
    ;;
esac
echo "MLflow shows the runs on http://127.0.0.1:$1 (Ctrl-C ends it)"
# In the environment: everybody on the machine can read a command line, and a store's address may hold a password.
export MLFLOW_BACKEND_STORE_URI="$store"
exec mlflow ui --host 127.0.0.1 --port "$1" --workers 1
