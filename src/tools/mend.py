"""Put right what a kill or a full disk can leave of DVC's own files; `make repro` does so first.

DVC writes dvc.lock and its list of locks in place: a process that dies there leaves half a file, which no DVC command
reads any more.
"""

import json
import sys
from pathlib import Path
from subprocess import CalledProcessError

import yaml

from passage.base import conflict, files, paths
from passage.tracking import git

RWLOCK = Path(".dvc/tmp/rwlock")
BROKEN = Path(".dvc/tmp/dvc.lock.broken")


def is_whole(lock: str) -> bool:
    """Return whether DVC reads this text as a dvc.lock."""
    from dvc.schema import COMPILED_LOCKFILE_SCHEMA
    from voluptuous import Invalid

    try:
        COMPILED_LOCKFILE_SCHEMA(yaml.load(lock, yaml.CSafeLoader))
    except (yaml.YAMLError, Invalid):
        return False
    return True


def mend_lock() -> str:
    """Put back the committed dvc.lock where the one at hand is broken; return what was done, in words.

    Raises Mistake where it has both sides of a merge.
    """
    if not paths.PIPELINE_LOCK.exists() or is_whole(lock := paths.PIPELINE_LOCK.read_text(errors="replace")):
        return ""
    conflict.refuse(paths.PIPELINE_LOCK, lock)
    files.write_text(BROKEN, lock)
    try:
        committed = git.run("show", f"HEAD:{paths.PIPELINE_LOCK}")
    except (OSError, CalledProcessError):  # it never was committed
        paths.PIPELINE_LOCK.unlink()
        done = "it starts anew"
    else:
        files.write_bytes(paths.PIPELINE_LOCK, committed)
        done = "the committed one is back"
    return (
        f"{paths.PIPELINE_LOCK} was half-written or damaged (was DVC killed, or the disk full?): {done}, and what was "
        f"built since comes from DVC's cache. The broken one: {BROKEN}"
    )


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
    for done in filter(None, [mend_lock(), mend_locks()]):
        print(done, file=sys.stderr)
