"""A result: what one lane was built from and what came of it, as the facts that a run holds."""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from passage import files, paths
from passage.params import Params


@dataclass(frozen=True)
class Result:
    """One model with everything that was built for it."""

    name: str
    params: dict[str, str]
    metrics: dict[str, float]
    tags: dict[str, str]
    artifacts: list[Path]
    fingerprint: str


def collect(name: str, settings: Params, circumstances: Mapping[str, str]) -> Result:
    """Return the result of lane `name` from the files that its stages wrote, with `circumstances` among its tags."""
    lane, files_of = settings.models[name], paths.Lane(name)
    batches = {key: batch for key, batch in settings.score.items() if batch.model == name}
    outputs = [files_of.scaler, files_of.model, files_of.metrics, files_of.predictions, *map(paths.scored, batches)]
    tables = [Path(lane.data), *(Path(batch.data) for batch in batches.values())]
    used = {"model": name, **lane.used(), "score": {key: batch.model_dump() for key, batch in batches.items()}}
    mark = fingerprint(used, [*tables, *outputs])
    return Result(
        name=name,
        params=dict(flat_params(lane.used())),
        metrics=flat_metrics(files.read_json(files_of.metrics)),
        tags={**circumstances, "model": name, "fingerprint": mark, "data.md5": _hash("md5", tables[0])}
        | ({"warning.saw_test_rows": "the scaling was fitted on the test rows, too"} if lane.saw_test_rows() else {}),
        artifacts=[paths.PARAMS, *outputs],
        fingerprint=mark,
    )


def fingerprint(settings: Mapping[str, Any], contents: Iterable[Path]) -> str:
    """Return the SHA-256 of the settings and of each file's name and bytes: the same result, the same fingerprint."""
    parts = {"settings": settings, "files": {path.as_posix(): _hash("sha256", path) for path in contents}}
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _hash(algorithm: str, path: Path) -> str:
    with path.open("rb") as content:
        return hashlib.file_digest(content, algorithm).hexdigest()


def flat_params(settings: Mapping[str, Any], prefix: str = "") -> Iterable[tuple[str, str]]:
    """Yield each setting as in params.yaml, by its dotted name; lists and empty values as JSON writes them."""
    for key, value in settings.items():
        if isinstance(value, dict):
            yield from flat_params(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def flat_metrics(metrics: Mapping[str, Any]) -> dict[str, float]:
    """Return metrics/NAME.json with names joined by `_`; a feature's coefficient is coef_FEATURE.

    How good the model is comes first: MLflow's pages open with the first metric.
    """
    names = allowed_names(metrics["coefficients"])
    order = sorted(metrics.keys() - {"coefficients"}, key=lambda key: (key != "test", key))
    flat = dict(_joined({key: metrics[key] for key in order}, names))
    return flat | {f"coef_{names[feature]}": value for feature, value in metrics["coefficients"].items()}


def _joined(metrics: Mapping[str, Any], names: Mapping[str, str], prefix: str = "") -> Iterable[tuple[str, float]]:
    for key, value in metrics.items():
        if key == "without":
            value = {names[feature]: numbers for feature, numbers in value.items()}
        if isinstance(value, dict):
            yield from _joined(value, names, f"{prefix}{key}_")
        else:
            yield f"{prefix}{key}", value


def allowed_names(names: Iterable[str]) -> dict[str, str]:
    """Return for each name one that MLflow allows: `_` for other characters, a number where two would be the same."""
    allowed: dict[str, str] = {}
    for name in names:
        base = candidate = re.sub(r"[^A-Za-z0-9_\-. ]", "_", name)[:180]
        number = 2
        while candidate in allowed.values():
            candidate, number = f"{base}_{number}", number + 1
        allowed[name] = candidate
    return allowed
