"""Every file that the stages wrote for one model, by its bytes: what a rebuild is held against."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from passage.base import lock, paths
from passage.base.errors import Mistake
from passage.base.files import Hashes, folder_hash


def of_lane(name: str, batches: Iterable[str], root: Path = Path()) -> list[Path]:
    """Return what was built in `root` for lane `name`, for the batches of new rows that it scores, and the page."""
    lane = paths.ModelPaths(name)
    built = [path.relative_to(root) for folder in lane.folders for path in paths.within(root / folder)]
    scored = [path for batch in batches for path in paths.batch_result(batch)]
    return [*built, lane.metrics, *scored, paths.PAGE]


def refuse_altered(outputs: Mapping[Path, Hashes]) -> None:
    """Raise Mistake for files that are not what dvc.lock says was built, or of which it does not know.

    They were changed by hand, or are a damaged copy from DVC's cache, which DVC itself does not read again.
    """
    recorded = {output.path.as_posix(): output.md5 for output in lock.outputs(lock.read())}
    there = {path: hashes.md5 for path, hashes in outputs.items()}
    there |= {
        folder: folder_hash({path.name: md5 for path, md5 in there.items() if path.parent == folder})
        for folder in {path.parent for path in there}
    }
    altered = [path for path, md5 in sorted(there.items()) if recorded.get(path.as_posix()) not in (None, md5)]
    if altered:
        raise Mistake(
            f"{path}: this is not what {paths.PIPELINE_LOCK} says was built (changed by hand, or a damaged file in "
            "DVC's cache: `make audit` says which)"
            for path in altered
        )
    if own := [path for path in outputs if not any(str(place) in recorded for place in (path, *path.parents))]:
        raise Mistake(f"{path}: no stage in {paths.PIPELINE_LOCK} made this; move it or remove it" for path in own)
