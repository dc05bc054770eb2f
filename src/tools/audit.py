"""Read every file in DVC's cache again, and every output, and name the damaged ones: make audit.

DVC takes a file in its cache for sound where nobody may write to it: a damaged one comes back as a result, in silence.
"""

import json
import shutil
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from passage.base import lock, paths
from passage.base.errors import Mistake
from passage.base.files import file_hash
from passage.base.lock import Stages
from passage.base.progress import bar

REPAIR = "--repair"
DAMAGED = 1  # exit code
ASIDE = Path(".dvc/tmp/damaged")


def cache_folder() -> Path:
    """Return where DVC's cache is, by DVC's own settings."""
    done = subprocess.run([sys.executable, "-m", "dvc", "cache", "dir"], capture_output=True, text=True, check=True)
    return Path(done.stdout.strip()) / "files" / "md5"


def recorded(stages: Stages) -> dict[str, list[str]]:
    """Return the outputs in dvc.lock by the MD5 that DVC recorded of them; a folder's ends with .dir.

    Those that nothing keeps are not among them: they are of the last build, whatever dvc.lock is of.
    """
    outputs: dict[str, list[str]] = defaultdict(list)
    for output in lock.outputs(stages):
        if output.path not in paths.UNKEPT:
            outputs[output.md5].append(output.path.as_posix())
    return outputs


def with_folders(outputs: dict[str, list[str]], cache: Path) -> dict[str, list[str]]:
    """Return `outputs` with the files in each folder, as far as the cache still says which these are."""
    every = defaultdict(list, {md5: list(of) for md5, of in outputs.items()})
    for md5, folders in outputs.items():
        for entry in _listed(cache / md5[:2] / md5[2:]) if md5.endswith(".dir") else []:
            inside = [f"{folder}/{entry['relpath']}" for folder in folders]
            every[entry["md5"]] += filter(lock.written, inside)
    return every


def _listed(folder: Path) -> list[dict[str, str]]:
    """Return the files of a folder in the cache; none where the list is damaged or gone."""
    try:
        return [{"md5": one["md5"], "relpath": one["relpath"]} for one in json.loads(folder.read_bytes())]
    except (OSError, ValueError, KeyError, TypeError):
        return []


def damaged_objects(cache: Path) -> Iterator[tuple[str, Path]]:
    """Yield each file of the cache whose name is not the MD5 of its bytes, after that name."""
    objects = sorted(path for path in cache.rglob("*") if path.is_file())
    for path in bar("reading DVC's cache", "file", objects):
        md5 = path.parent.name + path.name
        if file_hash("md5", path) != md5.removesuffix(".dir"):
            yield md5, path


def altered_outputs(outputs: dict[str, list[str]]) -> Iterator[Path]:
    """Yield each output in the working tree whose bytes are not those that DVC recorded."""
    for md5, present in outputs.items():
        for path in map(Path, present):
            if path.is_file() and file_hash("md5", path) != md5:
                yield path


def put_aside(path: Path) -> None:
    """Move a file to .dvc/tmp/damaged, an output under its own path."""
    aside = ASIDE / path.name if path.is_absolute() else ASIDE / path
    aside.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(path, aside)


def main(*options: str) -> int:
    """Name what is damaged, and put it aside with --repair. Return 1 where something is damaged and still in place."""
    if options not in ((), (REPAIR,)):
        raise Mistake(f"{' '.join(options)} is not known; {REPAIR} puts what is damaged aside")
    cache = cache_folder()
    stages = lock.read()
    for line in lock.foreign(stages):
        print(line)
    outputs, kept = with_folders(recorded(stages), cache), {table.md5: str(table.path) for table in lock.tables()}
    objects = dict(damaged_objects(cache))
    altered = list(altered_outputs(outputs))
    for md5, path in objects.items():
        whose = outputs.get(md5, [kept[md5]] if md5 in kept else ["an output of an earlier build"])
        print(f"damaged in DVC's cache: {path} ({', '.join(whose)})")
    for path in altered:
        print(f"not what {paths.PIPELINE_LOCK} says was built: {path}")
    if not objects and not altered:
        print("every file in DVC's cache, and every output, is what its checksum says")
        return 0
    if not options:
        print(f"`make audit REPAIR=yes` moves them to {ASIDE}; `make repro` then builds again what is missing")
        return DAMAGED
    for path in (*objects.values(), *altered):
        put_aside(path)
    for table in (kept[md5] for md5 in objects if md5 in kept):
        print(
            f"{table}: `dvc pull {table}.dvc` where there is a remote; `dvc add {table}` where the file itself is right"
        )
    print(f"moved to {ASIDE}; `make repro` builds again what is missing (`dvc pull` first, where there is a remote)")
    return 0
