"""Put right what a kill or a full disk can leave of DVC's own files; `make repro` does so first.

DVC writes dvc.lock and its list of locks in place: a process that dies there leaves half a file, which no DVC command
reads any more.
"""

import io
import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from subprocess import CalledProcessError
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from passage import files, git, leftovers, params, paths
from passage.errors import Mistake

RWLOCK = Path(".dvc/tmp/rwlock")
BROKEN = Path(".dvc/tmp/dvc.lock.broken")


def is_whole(lock: str) -> bool:
    """Return whether DVC reads this text as a dvc.lock."""
    from dvc.schema import COMPILED_LOCKFILE_SCHEMA
    from voluptuous import Invalid

    try:
        COMPILED_LOCKFILE_SCHEMA(YAML(typ="safe").load(lock))
    except (YAMLError, Invalid):
        return False
    return True


def committed_lock() -> str | None:
    """Return dvc.lock as it was committed; None where it never was."""
    try:
        return git.run("show", f"HEAD:{paths.PIPELINE_LOCK}").decode()
    except (OSError, CalledProcessError):
        return None


def mend_lock() -> str:
    """Put back the committed dvc.lock where the one at hand is broken; return what was done, in words."""
    if not paths.PIPELINE_LOCK.exists() or is_whole(lock := paths.PIPELINE_LOCK.read_text(errors="replace")):
        return ""
    files.write_text(BROKEN, lock)
    committed = committed_lock()
    if committed is None:
        paths.PIPELINE_LOCK.unlink()
    else:
        files.write_text(paths.PIPELINE_LOCK, committed)
    done = "it starts anew" if committed is None else "the committed one is back"
    return (
        f"{paths.PIPELINE_LOCK} was half-written (was DVC killed, or the disk full?): {done}, and what was built since "
        f"comes from DVC's cache. The broken one: {BROKEN}"
    )


def in_committed_order(
    lock: Mapping[str, Any], committed: Mapping[str, Any], unlisted: Iterable[str]
) -> dict[str, Any]:
    """Return the stages of `lock` in the order of the `committed` one, whose entries stand in for those that it lacks.

    unlisted: stages of lanes that params.yaml has no more. DVC adds what it does not find at the end.
    """
    known = {stage: lock.get(stage, entry) for stage, entry in committed.items() if stage not in unlisted}
    return known | {stage: entry for stage, entry in lock.items() if stage not in known}


def mend_order() -> str:
    """Put back what a cut that DVC does not notice has taken from dvc.lock, stage by stage; return what was done."""
    text = committed_lock()
    if text is None or not paths.PIPELINE_LOCK.exists():
        return ""
    yaml = YAML()  # round trip, as DVC itself writes the file
    lock, committed = yaml.load(paths.PIPELINE_LOCK.read_text(encoding="utf-8")) or {}, yaml.load(text)["stages"]
    try:
        unlisted = leftovers.unlisted(committed, params.load())
    except Mistake:  # which `check` tells
        return ""
    found = lock.get("stages") or {}
    whole = in_committed_order(found, committed, unlisted)
    if list(whole) == list(found):
        return ""
    lost = len(whole) - len(found)
    written = io.StringIO()
    yaml.dump({"schema": "2.0", "stages": whole}, written)
    files.write_text(paths.PIPELINE_LOCK, written.getvalue())
    what = f"had lost {lost} stages (was DVC killed?)" if lost else "had its stages in another order"
    return f"{paths.PIPELINE_LOCK} {what}: they are back where the committed one has them"


def mend_locks() -> str:
    """Remove DVC's list of who reads and writes which file where it is broken; return what was done, in words."""
    try:
        json.loads(RWLOCK.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return ""
    except ValueError:
        RWLOCK.unlink()
        return f"{RWLOCK} was half-written and is removed; DVC makes it anew"
    return ""


def main() -> None:
    """Mend, and say what was mended."""
    for done in filter(None, [mend_lock(), mend_order(), mend_locks()]):
        print(done, file=sys.stderr)
