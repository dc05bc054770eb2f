"""Clones in which studies build the project, with a table of their own in it."""

from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from passage.base import paths
from passage.tracking import git


def clone(folder: Path, commit: str) -> None:
    """Clone the repository at hand into `folder`, as it is at `commit`."""
    git.run("clone", "--quiet", "--no-checkout", ".", str(folder), folder=Path())
    git.run("checkout", "--quiet", "--detach", commit, folder=folder)


def put(folder: Path, name: str, **changes: Any) -> None:
    """Put a model of the table data/raw/NAME.csv in the place of the lesson's two, with the first one's settings.

    changes: of the settings; of one that is a mapping, the keys in it.
    """
    yaml = YAML()
    settings = yaml.load(folder / paths.PARAMS)
    lane = settings["models"]["model"]
    lane.pop("words", None)
    for key, value in changes.items():
        lane[key] = dict(lane.get(key, {})) | value if isinstance(value, dict) else value
    lane["data"] = (paths.RAW / f"{name}.csv").as_posix()
    settings.update(models={name: lane}, score={})
    yaml.dump(settings, folder / paths.PARAMS)


def commit(folder: Path, message: str) -> None:
    """Commit all that is in `folder`, and be it nothing new."""
    author = ("-c", "user.name=study", "-c", "user.email=study@localhost")
    git.run("add", "--all", folder=folder)
    git.run(*author, "commit", "--quiet", "--allow-empty", "--message", message, folder=folder)
