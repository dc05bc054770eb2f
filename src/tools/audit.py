"""Read every file in DVC's cache again, and every output, and name the damaged ones: make audit.

DVC takes a file in its cache for sound where nobody may write to it: a damaged one comes back as a result, in silence.
"""

import json
import shutil
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from passage.base import lock, paths
from passage.base.errors import Mistake
from passage.base.files import file_hash
from passage.base.lock import Stages
from passage.base.progress import bar
from tools.dvc import dvc

REPAIR = "--repair"
DAMAGED = 1  # exit code
ASIDE = Path(".dvc/tmp/damaged")


def cache_folder() -> Path:
    """Return where DVC's cache is, by DVC's own settings."""
    return Path(dvc("cache", "dir").strip()) / "files" / "md5"


def recorded(stages: Stages, cache: Path) -> dict[str, list[str]]:
    """Return the outputs in dvc.lock by the MD5 that DVC recorded of them; a folder's ends with .dir.

    With the files in each folder, as far as the cache still says which these are. Those that nothing keeps are not
    among them: they are of the last build, whatever dvc.lock is of.
    """
    outputs: dict[str, list[str]] = defaultdict(list)
    for output in lock.outputs(stages):
        if output.path not in paths.UNKEPT:
            outputs[output.md5].append(output.path.as_posix())
        for md5, name in held(output.md5, cache):
            if lock.written(inside := f"{output.path.as_posix()}/{name}"):
                outputs[md5].append(inside)
    return outputs


def held(md5: str, cache: Path) -> Iterator[tuple[str, str]]:
    """Yield the MD5 and the name of each file in a folder, as far as the cache still says; of a file nothing."""
    if md5.endswith(".dir"):
        with suppress(OSError, ValueError, KeyError, TypeError):  # the list is damaged or gone
            for one in json.loads((cache / md5[:2] / md5[2:]).read_bytes()):
                yield one["md5"], one["relpath"]


def main(*options: str) -> int:
    """Name what is damaged, and put it aside with --repair. Return 1 where something is damaged and still in place."""
    if options not in ((), (REPAIR,)):
        raise Mistake(f"{' '.join(options)} is not known; {REPAIR} puts what is damaged aside")
    cache = cache_folder()
    stages = lock.read()
    for line in lock.foreign(stages):
        print(line)
    outputs, tables = recorded(stages, cache), list(lock.tables())
    kept = {md5: str(table.path) for table in tables for md5, _ in [(table.md5, ""), *held(table.md5, cache)]}
    named = {path.parent.name + path.name: path for path in sorted(cache.rglob("*")) if path.is_file()}
    reading = bar("reading DVC's cache", "file", named.items())
    objects = {md5: path for md5, path in reading if file_hash("md5", path) != md5.removesuffix(".dir")}
    present = [(md5, Path(path)) for md5, of in outputs.items() for path in of if Path(path).is_file()]
    altered = [path for md5, path in present if file_hash("md5", path) != md5]
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
        aside = ASIDE / (path.name if path.is_absolute() else path)
        aside.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(path, aside)
    for table in dict.fromkeys(kept[md5] for md5 in objects if md5 in kept):
        print(
            f"{table}: `dvc pull {table}.dvc` where there is a remote; `dvc add {table}` where the file itself is right"
        )
    print(f"moved to {ASIDE}; `make repro` builds again what is missing (`dvc pull` first, where there is a remote)")
    return 0
