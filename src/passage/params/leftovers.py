"""What lanes leave behind once params.yaml no longer lists them.

DVC keeps their entries in dvc.lock and their files in the folders that `track` depends on: without care, a rebuild
would differ from a clean clone's.
"""

import io
import shutil
from pathlib import Path

from ruamel.yaml import YAML

from passage.base import conflict, files, lock, paths
from passage.base.errors import Mistake
from passage.params import Params


def remove(settings: Params) -> list[str]:
    """Take lanes and batches that `settings` does not list out of dvc.lock, with the outputs that they have written.

    Returns what was done, in lines. The outputs come back, from DVC's cache, with the entry in params.yaml.
    """
    stages, listed = lock.read(), {"score": settings.score}
    named = {stage: stage.partition("@") for stage in stages if "@" in stage}
    gone = [stage for stage, (kind, _, name) in named.items() if name not in listed.get(kind, settings.models)]
    if not gone:
        return []
    entries = {stage: stages[stage] for stage in gone}
    said = lock.foreign(entries)
    for output in lock.outputs(entries):
        _unlink(output.path)
    yaml, text = YAML(), io.StringIO()  # round trip, as DVC itself writes the file
    kept = yaml.load(paths.PIPELINE_LOCK.read_text(encoding="utf-8"))
    for stage in gone:
        del kept["stages"][stage]
    yaml.dump(kept, text)
    files.write_text(paths.PIPELINE_LOCK, text.getvalue())
    done = f"is no longer in {paths.PARAMS}: its outputs and its entry in {paths.PIPELINE_LOCK} are gone"
    return [*said, *(f"{stage} {done}" for stage in gone)]


def refuse_strays(settings: Params) -> None:
    """Raise Mistake for files in the lanes' folders that would make a rebuild differ from a clean clone's.

    Also for metrics with both sides of a merge.
    """
    metrics = [paths.ModelPaths(name).metrics for name in settings.models]
    for path in [*metrics, *map(paths.scored_metrics, settings.score)]:
        if path.is_file():
            conflict.refuse(path, path.read_text(encoding="utf-8", errors="replace"))
    if found := strays(settings):
        raise Mistake(f"{path}: no model or batch in {paths.PARAMS} makes this; move it or remove it" for path in found)


def strays(settings: Params) -> list[Path]:
    """Return the files in the lanes' folders that no lane in `settings` makes."""
    made = {path for name in settings.models for path in paths.ModelPaths(name).result}
    made.update(path for batch in settings.score for path in paths.batch_result(batch))
    return [path for folder in paths.LANE_FOLDERS for path in paths.within(folder) if path not in made]


def _unlink(output: Path) -> None:
    if output.is_dir() and not output.is_symlink():
        shutil.rmtree(output)
    output.unlink(missing_ok=True)
    if output.parent.is_dir() and not any(output.parent.iterdir()):
        output.parent.rmdir()
