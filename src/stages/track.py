"""Hand every result to MLflow: one finished run for each fingerprint."""

import os

from passage import params
from passage.base import environment, files, paths
from passage.base.progress import clock
from passage.params import Params, leftovers
from passage.tracking import git, staleness
from passage.tracking.handover import hand_over
from passage.tracking.result import Result, collect, hashed


def circumstances() -> dict[str, str]:
    """Return the tags that say in which experiment and with which packages a result was tracked."""
    differing = environment.differing()
    warning = environment.warning(differing) if differing else ""
    tags = {"dvc.experiment": os.environ.get("DVC_EXP_NAME", ""), "warning.environment": warning}
    return {tag: said for tag, said in tags.items() if said}


def results(settings: Params) -> list[Result]:
    """Return the result of each lane of params.yaml, with what says from which state of the repository it came.

    Raises Stale where that is not the state that the stages before have built from.
    """
    there = hashed(settings.models, settings)
    staleness.refuse(settings, there)
    tables = [lane.data for lane in settings.models.values()] + [batch.data for batch in settings.score.values()]
    origin = git.origin(tables)
    tags = circumstances() | (origin.tags if origin else {})
    return [collect(name, settings, there, tags, origin.patch if origin else b"") for name in settings.models]


def main() -> None:
    """Track each lane of params.yaml, write mlruns/receipt.json and print which run is whose."""
    settings = params.load()
    leftovers.refuse_strays(settings)  # `check` has not run where only a file was added
    with clock("hashing what was built"):
        built = results(settings)
    for result, run, is_new in hand_over(built, settings):
        print(
            f"{result.name}: {'tracked as run' if is_new else 'this result is run'} {run}{'' if is_new else ' already'}"
        )
    files.write_json(paths.RECEIPT, {result.name: result.fingerprint for result in built})
