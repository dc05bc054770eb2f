"""What MLflow shows of an experiment first: what it is about, and its runs with their results.

Without a view of its own, MLflow opens an experiment on traces of chats, and its table of runs has no result. A view is
a tag: MLflow's own pages write such tags where a person shares one. Nothing here imports mlflow.
"""

import json
import zlib
from base64 import b64encode
from collections.abc import Mapping

KEY = "results"  # of the view
TAG = f"mlflow.sharedViewState.{KEY}"
DESCRIPTION = "mlflow.note.content"  # the tag whose Markdown MLflow shows of a run or an experiment
SINCE = 1_795_000_000_000  # milliseconds; any moment will do, but the same one in each clone

ABOUT = """Each run is one result: its settings, data, model, metrics and, among its artifacts, report/index.html.

- `cv/log_loss`, `cv/accuracy`: each row is predicted by a fit that has not seen it. Of the same rows, less is better.
- `test_accuracy`: the share of the test rows predicted right; `test/baseline_accuracy`: by always predicting one class.
- `odds/...`: what one unit more multiplies the odds by; `coef_...`, `intercept`: the model's own log-odds.

Tick some runs and choose Compare. `make verify RUN=ID` builds a run again and compares every byte.
"""

VIEW = {  # few columns: each more is beyond the edge of a small screen
    "selectedColumns": [
        "metrics.`cv/log_loss`",
        "metrics.`cv/accuracy`",
        "metrics.`test_accuracy`",
        "params.`train.C`",
    ],
    "orderByKey": "attributes.`Created`",
    "orderByAsc": False,
}

# As MLflow's pages write a view, but not made smaller: each zlib would do so in another way.
STATE = "deflate;" + b64encode(zlib.compress(json.dumps(VIEW).encode(), 0)).decode()
TAGS = {
    TAG: json.dumps({"name": KEY, "createdAt": SINCE, "updatedAt": SINCE, "state": STATE}),
    DESCRIPTION: ABOUT,
}


def lacking(tags: Mapping[str, str]) -> dict[str, str]:
    """Return those of TAGS that an experiment's `tags` lack; a description of somebody's own stays."""
    return {
        name: value for name, value in TAGS.items() if tags.get(name) != value and (name == TAG or name not in tags)
    }


def page(experiment_id: str, tags: Mapping[str, str]) -> str:
    """Return the address of an experiment's runs below MLflow's own, with their results where it has the view."""
    view = f"&viewStateShareKey={KEY}" if TAG in tags else ""
    return f"#/experiments/{experiment_id}/runs?workflowType=machine_learning{view}"
