"""Whether dvc.lock is of the settings, tables and code at hand: what is recorded must be what was used."""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from passage import params
from passage.base import environment, files, lock, paths
from passage.base.errors import Mistake
from passage.base.files import Hashes
from passage.base.lock import Stages
from passage.params import Params

ANEW = "`dvc repro` builds it anew and tracks it"
LANE_STAGES = ("split", "normalize", "train", "associate", "predict", "evaluate")


class Stale(Mistake):
    """A dvc.lock that is not of the parameters, code and tables beside it."""

    remedy = "Nothing was tracked."


def stages_of(models: Iterable[str], settings: Params) -> list[str]:
    """Return the stages that make the results of `models`, the page's last."""
    models = list(models)
    lanes = [f"{stage}@{name}" for name in models for stage in LANE_STAGES]
    batches = [f"score@{batch}" for batch, of in settings.score.items() if of.model in models]
    return [*lanes, *batches, "report"]


def refuse(settings: Params, known: Mapping[Path, Hashes]) -> None:
    """Raise Stale where a stage before `track` would run again, or ran with other packages than those at hand.

    known: hashes of files, which are not read again.
    """
    stages = lock.read()

    @cache
    def md5_of(path: str) -> str | None:
        place = Path(path)
        if place in known:
            return known[place].md5
        if place.is_dir():
            return files.folder_hash(
                {str(one.relative_to(place)): md5_of(str(one)) or "" for one in paths.within(place)}
            )
        return files.file_hash("md5", place) if place.is_file() else None

    asked = params.read_yaml(paths.PARAMS.read_text(encoding="utf-8"))
    if changed := stale(stages, asked, ["check", *stages_of(settings.models, settings)], md5_of):
        raise Stale(f"{changed}; {ANEW}")
    ground = hashlib.md5(environment.ground().encode(), usedforsecurity=False).hexdigest()
    if ground not in (out["md5"] for out in stages["check"]["outs"]):
        raise Stale(
            "the packages of this Python are not those that the stages ran with; `dvc repro -sf check && dvc repro` "
            "builds with these"
        )


def stale(
    recorded: Stages, settings: Mapping[str, Any], stages: Iterable[str], md5_of: Callable[[str], str | None]
) -> str:
    """Return the first thing that changed since `stages` were built, in words; empty where nothing did.

    recorded: the stages in dvc.lock. settings: params.yaml as it is. md5_of: the MD5 of a file or folder that no stage
    builds as such, None where there is none.
    """
    built = {out["path"]: out["md5"] for entry in recorded.values() for out in entry.get("outs", [])}
    for stage in stages:
        if stage not in recorded:
            return f"{paths.PIPELINE_LOCK} does not know {stage}"
        for dependency in recorded[stage].get("deps", []):
            path = dependency["path"]
            # The tables that are used are deps of split and score, each by itself.
            if path == str(paths.RAW) or (stage == "check" and not path.startswith(tuple(map(str, paths.GROUND)))):
                continue
            if dependency["md5"] != (built[path] if path in built else md5_of(path)):
                return f"{path} is not the one that {stage} was built from"
        for key, value in recorded[stage].get("params", {}).get(str(paths.PARAMS), {}).items():
            if value != _value(settings, key):
                return f"{key} in {paths.PARAMS} is not the one that {stage} was built from"
    return ""


def _value(settings: Mapping[str, Any], key: str) -> Any:
    found: Any = settings
    for part in key.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found
