"""dvc.lock, which may be somebody else's: it comes with merges, experiments and earlier commits.

Of the paths that it and other machine-written files name, only those are deleted, written or read that this project's
own stages write, below its root and through no link. `written_by` decides that for all.
"""

import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from yaml import YAMLError

from passage.base import conflict, files, paths
from passage.base.errors import Mistake

Stages = Mapping[str, Mapping[str, Any]]

ONE_OUTPUT = {"check": paths.CHECKED, "report": paths.PAGE, "track": paths.RECEIPT}


class Output(NamedTuple):
    """An output as dvc.lock names it. md5: that of a folder ends with .dir."""

    stage: str
    path: Path
    md5: str


class Table(NamedTuple):
    """A table that DVC keeps, by its record (TABLE.dvc)."""

    record: Path
    path: Path
    md5: str


def read() -> Stages:
    """Return the stages of dvc.lock, none where there is no such file. Raises Mistake where it is half-written."""
    if not paths.PIPELINE_LOCK.exists():
        return {}
    try:
        return dict((files.read_yaml(paths.PIPELINE_LOCK) or {}).get("stages", {}))
    except (YAMLError, AttributeError, TypeError):
        conflict.refuse(paths.PIPELINE_LOCK, paths.PIPELINE_LOCK.read_text(encoding="utf-8", errors="replace"))
        raise Mistake(
            f"{paths.PIPELINE_LOCK}: it is half-written or damaged; `python3 src mend` puts it right"
        ) from None


def outputs(stages: Stages) -> Iterator[Output]:
    """Yield the outputs that the stages which name them do write; all others are nobody's to touch."""
    for stage, entry in stages.items():
        for out in entry.get("outs", []):
            if path := written_by(stage, out["path"]):
                yield Output(stage, path, str(out["md5"]))


def foreign(stages: Stages) -> list[str]:
    """Return a line for each output that dvc.lock names and no stage of this project writes."""
    return [
        f"{paths.PIPELINE_LOCK}: {stage!r} does not write {out['path']!r}, which it names; it is left alone"
        for stage, entry in stages.items()
        for out in entry.get("outs", [])
        if not written_by(stage, out["path"])
    ]


def written_by(stage: str, text: object, root: Path = Path()) -> Path | None:
    """Return the path `text` where the stage (split@NAME, say) writes it below `root` through no link; None elsewhere.

    A file may itself be a link, into DVC's cache. The stage's name need not be in params.yaml any more.
    """
    path = below(text, root)
    if path is None:
        return None
    kind, _, name = stage.partition("@")
    if not name:
        return path if ONE_OUTPUT.get(kind) == path else None
    if not paths.is_name(name):
        return None
    ours = path in paths.batch_result(name) if kind == "score" else paths.ModelPaths(name).writes(path)
    return path if ours else None


def written(text: object, root: Path = Path()) -> Path | None:
    """Return the path `text` where any stage of this project writes it below `root` through no link; None elsewhere."""
    names = {name for part in Path(text).parts for name in (part, Path(part).stem)} if isinstance(text, str) else set()
    stages = [*ONE_OUTPUT, *(f"{kind}@{name}" for kind in ("evaluate", "score") for name in sorted(names))]
    return next(filter(None, (written_by(stage, text, root) for stage in stages)), None)


def tables(root: Path = Path()) -> Iterator[Table]:
    """Yield the tables below data/raw that DVC keeps. Raises Mistake for a record of anything but a file beside it."""
    for record in sorted((root / paths.RAW).rglob("*.dvc")):
        try:
            content = files.read_yaml(record)
            named = [(str(out["path"]), str(out["md5"])) for out in content["outs"]]
        except (YAMLError, KeyError, TypeError):
            name = shlex.quote(str(record))
            steps = f"choose one: `git checkout --ours {name}` (or --theirs), `dvc checkout {name}`, `git add {name}`"
            conflict.refuse(record, record.read_text(encoding="utf-8", errors="replace"), steps)
            raise Mistake(f"{record}: it does not say which table DVC keeps") from None
        for name, md5 in named:
            if "wdir" in content or "/" in name or below(name) is None:
                raise Mistake(f"{record}: it names {name!r}, but it may only name a table beside it")
            yield Table(record, record.with_name(name), md5)


def below(text: object, root: Path = Path()) -> Path | None:
    """Return the path `text` where it is plain, below `root`, through no link and nothing of Git's or DVC's own."""
    if not isinstance(text, str) or "\0" in text:
        return None
    path = Path(text)
    if path.is_absolute() or path.as_posix() != text or not path.parts or {"..", ".git", ".dvc"} & {*path.parts}:
        return None
    linked = any((root / parent).is_symlink() for parent in path.parents if parent.parts)
    return None if linked else path
