"""Whether a commit's dvc.lock belongs to the commit: to its parameters, its code and its tables."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from passage import paths

Lock = Mapping[str, Mapping[str, Any]]


def stale(lock: Lock, settings: Mapping[str, Any], stages: Iterable[str], md5_of: Callable[[str], str | None]) -> str:
    """Return the first thing that changed since `stages` were built, in words; empty where nothing did.

    lock: `stages` of dvc.lock. settings: params.yaml as it is. md5_of: the MD5 of a file that no stage builds, None
    where there is none.
    """
    built = {out["path"]: out["md5"] for entry in lock.values() for out in entry.get("outs", [])}
    for stage in stages:
        if stage not in lock:
            return f"{paths.PIPELINE_LOCK} does not know {stage}"
        for dependency in lock[stage].get("deps", []):
            path = dependency["path"]
            if dependency["md5"] != (built[path] if path in built else md5_of(path)):
                return f"{path} is not the one that {stage} was built from"
        for key, value in lock[stage].get("params", {}).get(str(paths.PARAMS), {}).items():
            if value != _value(settings, key):
                return f"{key} in {paths.PARAMS} is not the one that {stage} was built from"
    return ""


def _value(settings: Mapping[str, Any], key: str) -> Any:
    found: Any = settings
    for part in key.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found
