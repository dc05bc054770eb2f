"""What a run records beside its files, held against what the rebuild gives: numbers, tags, data sets, the model."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import skops.io
import yaml
from skops.io.exceptions import UntrustedTypesFoundException

from passage.base.files import file_hash
from passage.tracking.results_view import DESCRIPTION
from passage.tracking.runs import CHANGES, OUTPUTS, TRUSTED, Kept, together
from tools.rebuild.difference import excerpts

# Tags that are made of the result. All others say when and by whom it was tracked, or are a person's own.
RESULT, RESULTS = ("model", "fingerprint", "data.md5"), ("warning.", "reference.")
CIRCUMSTANCE = "warning.environment"
REGISTERED = "registered_model_meta"  # MLflow writes there, in the store itself, by which name a model was loaded
BESIDE = re.compile(r"\W*(python|pip|setuptools|wheel)[:=<>~!\d., ]*")  # of the machine, not of the result


def differences(run: Kept, again: Kept) -> dict[str, str]:
    """Return by name what the run records and the rebuild does not give, or the other way about, in words.

    again: the run that the rebuild writes. A run's name, its own tags and notes below its description are free.
    """
    mine, theirs = together(_records(run)), together(_records(again))
    description = theirs["description"].replace(again.id, run.id)
    if mine["description"].startswith(description):
        mine["description"] = description
    theirs["description"] = description
    if (run.folder / OUTPUTS).is_file():
        mine["tag git.dirty"] = run.tags.get("git.dirty", "")
        theirs["tag git.dirty"] = json.dumps((run.folder / CHANGES).is_file() or "git.left_out" in run.tags)
    names = [name for name in {**theirs, **mine} if mine.get(name) != theirs.get(name)]
    return {name: _difference(mine.get(name), theirs.get(name)) for name in names}


def _difference(mine: str | None, theirs: str | None) -> str:
    if mine is None or theirs is None:
        return "only the rebuild has it" if mine is None else "only the run has it"
    return excerpts(mine, theirs)


def _records(run: Kept) -> Iterator[tuple[str, str]]:
    yield from ((f"metric {name}", value) for name, value in run.metrics.items())
    yield from ((f"parameter {name}", value) for name, value in run.params.items())
    for name, value in run.tags.items():
        if name in RESULT or (name.startswith(RESULTS) and name != CIRCUMSTANCE):
            yield f"tag {name}", value
    yield from ((f"data set {context}", digest) for context, digest in run.datasets.items())
    yield "description", run.tags.get(DESCRIPTION, "")
    yield from ((f"model's {name}", value) for name, value in run.logged.items())
    if run.model:
        yield from ((f"model {name}", value) for name, value in _model(run.model))


def _model(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield what a logged model is made of, by its dotted name. Nothing of it is run: skops reads data alone."""
    try:
        about = yaml.load((folder / "MLmodel").read_bytes(), yaml.CSafeLoader)
        about["flavors"]["python_function"].pop("python_version")
        yield from _parts("MLmodel", {key: about[key] for key in ("flavors", "signature")})
        yield from _parts("skops", skops.io.load(folder / "model.skops", trusted=TRUSTED))
        for numbers in sorted((folder / "numbers").glob("*")):  # runs of earlier versions have none
            yield from _parts(numbers.name, yaml.load(numbers.read_bytes(), yaml.CSafeLoader))
        for archive in folder.glob("*.zip"):  # as a whole: Python and zipfile do not read every archive alike
            yield archive.name, file_hash("sha256", archive)
        for name in ("requirements.txt", "conda.yaml", "python_env.yaml"):  # a server may install what they name
            lines = (folder / name).read_text(encoding="utf-8").splitlines()
            yield from _parts(name, [line for line in lines if not BESIDE.fullmatch(line)])
        files = (str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file())
        yield "files", " ".join(sorted(file for file in files if file != REGISTERED))
    except UntrustedTypesFoundException as error:
        yield "skops", f"it holds types that are not trusted: {error}"
    except Exception as error:  # of a damaged one, whatever skops and YAML raise
        yield "file", f"it cannot be read: {type(error).__name__}"


def _parts(name: str, part: Any) -> Iterator[tuple[str, str]]:
    if isinstance(part, dict) and part:
        for key, value in part.items():
            yield from _parts(f"{name}.{key}", value)
    elif isinstance(part, list | tuple) and part:
        for number, value in enumerate(part):
            yield from _parts(f"{name}.{number}", value)
    elif isinstance(part, np.ndarray):
        yield name, f"{part.dtype} {part.tolist()!r}"
    elif hasattr(part, "get_params"):
        yield name, type(part).__name__
        yield from _parts(name, vars(part))
    else:
        yield name, repr(part)
