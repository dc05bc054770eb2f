"""A result: what one lane was built from and what came of it, as the facts that a run holds."""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from passage.base import paths
from passage.base.errors import Mistake
from passage.base.files import Hashes, hashes
from passage.evaluation.odds import estimate
from passage.model import design
from passage.params import Batch, Params, flat_params
from passage.report.sections import section
from passage.tracking import outputs
from passage.tracking.staleness import ANEW, Stale
from passage.tracking.used import refuse_other_page, refuse_others

LARGEST = 20_000_000  # bytes of a file that a run keeps; of a larger one it keeps the hash alone
CELLS = ("true_negatives", "false_positives", "false_negatives", "true_positives")  # which the page has in a picture


@dataclass(frozen=True)
class Result:
    """One model with everything that was built for it.

    brief: the answer in three sentences. beware: one for each caution. outputs: the SHA-256 of each file, by its path.
    artifacts: the files that a run keeps. patch: what differed from the commit, empty where nothing did.
    """

    name: str
    brief: list[str]
    beware: list[str]
    params: dict[str, str]
    metrics: dict[str, float]
    tags: dict[str, str]
    outputs: dict[str, str]
    artifacts: list[Path]
    fingerprint: str
    patch: bytes = b""


def hashed(names: Iterable[str], settings: Params) -> dict[Path, Hashes]:
    """Return the hashes of the tables of these lanes, and of all that was built for them.

    Raises Mistake where a file is not what DVC has built, and Stale where the page is of another table.
    """
    names = list(names)
    raw = dict.fromkeys(path for name in names for path in tables(name, settings))
    built = dict.fromkeys(path for name in names for path in outputs.of_lane(name, _batches(name, settings)))
    if missing := [path for path in (*raw, *built) if not path.exists()]:
        raise Mistake(f"{missing[0]}: there is no such file; `dvc repro` builds what is missing")
    there = hashes([*raw, *built])
    outputs.refuse_altered({path: there[path] for path in built})
    page = paths.PAGE.read_text(encoding="utf-8")
    if others := [path for path in raw if there[path].sha256 not in page]:
        raise Stale(f"{path} is not the one that {paths.PAGE} was built from; {ANEW}" for path in others)
    return there


def _batches(name: str, settings: Params) -> dict[str, Batch]:
    return {key: batch for key, batch in settings.score.items() if batch.model == name}


def tables(name: str, settings: Params) -> list[Path]:
    """Return the raw table of a lane, and those of the batches that it scores."""
    return [Path(settings.models[name].data), *(Path(batch.data) for batch in _batches(name, settings).values())]


def collect(
    name: str, settings: Params, there: Mapping[Path, Hashes], circumstances: Mapping[str, str], patch: bytes = b""
) -> Result:
    """Return the result of lane `name` from the files that its stages wrote, with `circumstances` among its tags.

    there: the hashes of its tables and files, as `hashed` gives them. Raises Stale where the files were made with
    other settings.
    """
    lane, told = settings.models[name], section(name, settings)
    refuse_other_page(paths.PAGE.read_text(encoding="utf-8"), settings)
    refuse_others(told)
    batches = _batches(name, settings)
    built = outputs.of_lane(name, batches)
    decisive = [*paths.ModelPaths(name).result, *(path for batch in batches for path in paths.batch_result(batch))]
    raw = tables(name, settings)
    used = {"model": name, **lane.used(), "score": {key: batch.model_dump() for key, batch in batches.items()}}
    mark = fingerprint(used, {path: there[path].sha256 for path in (*raw, *decisive)})
    return Result(
        name=name,
        brief=told.brief,
        beware=list(told.beware.values()),
        params=params_of(lane.used()) | counts_of(told.metrics),
        metrics=metrics_of(told.metrics),
        tags={
            **circumstances,
            "model": name,
            "fingerprint": mark,
            "data.md5": there[raw[0]].md5,
            **references(told.scaler),
            **{f"warning.{kind}": sentence for kind, sentence in told.beware.items()},
        },
        outputs={path.as_posix(): there[path].sha256 for path in built},
        artifacts=[paths.PARAMS, *(path for path in built if path.stat().st_size <= LARGEST)],
        fingerprint=mark,
        patch=patch,
    )


def references(scaler: Mapping[str, Any]) -> dict[str, str]:
    """Return which category the others of each feature are read against. scaler: the content of scaler.json."""
    found = {one.name: one.categories[0] for one in design.read(scaler)[0] if one.categories}
    return {f"reference.{allowed}": found[name] for name, allowed in allowed_names(found).items()}


def fingerprint(settings: Mapping[str, Any], contents: Mapping[Path, str]) -> str:
    """Return the SHA-256 of the settings and of each file's name and bytes: the same result, the same fingerprint.

    contents: the SHA-256 of each file, by its path.
    """
    parts = {"settings": settings, "files": {path.as_posix(): content for path, content in contents.items()}}
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def params_of(settings: Mapping[str, Any]) -> dict[str, str]:
    """Return each setting by its dotted name, of a column by the name that MLflow allows."""
    columns = settings.get("columns", {})
    names = allowed_names(columns)
    return dict(flat_params({**settings, "columns": {names[column]: one for column, one in columns.items()}}))


def metrics_of(metrics: Mapping[str, Any]) -> dict[str, float]:
    """Return of metrics/NAME.json what runs are compared by, in groups: MLflow folds what stands before a slash.

    MLflow's pages open with the first one: the cross-validated log loss, which differs where a few test rows are
    predicted alike. What is said of single columns beside coefficients and odds is on the page that the run keeps.
    """
    validated, test, train = (metrics.get(of, {}) for of in ("cross_validation", "test", "train"))
    names = allowed_names(metrics["coefficients"])
    odds = {column: estimate(ratios["per_unit"]) for column, ratios in metrics.get("odds", {}).items()}
    return {
        **{f"cv/{name}": validated[name] for name in ("log_loss", "accuracy") if name in validated},
        **({"test_accuracy": test["accuracy"]} if test else {}),  # by which name people know it
        **{
            f"test/{name}": value
            for name, value in test.items()
            if name not in CELLS and isinstance(value, int | float)
        },
        **({"train/accuracy": train["accuracy"]} if train else {}),
        **{f"tuned/{name}": value for name, value in metrics.get("chosen", {}).items()},
        **{f"odds/{names[column]}": ratio for column, ratio in odds.items() if ratio is not None},
        **{f"coef_{names[column]}": value for column, value in metrics["coefficients"].items()},
        "intercept": metrics["intercept"],
    }


def counts_of(metrics: Mapping[str, Any]) -> dict[str, str]:
    """Return how many rows, folds and repeats metrics/NAME.json has: what a run was made with, not what came of it."""
    validated = {key: value for key, value in metrics.get("cross_validation", {}).items() if isinstance(value, int)}
    return dict(flat_params({"rows": metrics["rows"], "cross_validation": validated}))


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
