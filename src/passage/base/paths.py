"""Where every file of the project lies, seen from its root (the working folder of each stage)."""

import os
import re
from pathlib import Path

PARAMS = Path("params.yaml")
PARAMS_SCHEMA = Path("params.schema.json")
PIPELINE = Path("dvc.yaml")
PIPELINE_LOCK = Path("dvc.lock")
REQUIREMENTS = Path("requirements.lock")
# What every stage stands on: `check` alone has them among its deps, all others depend on what it writes of them.
GROUND = (REQUIREMENTS, Path("src/__main__.py"), Path("src/passage/base"), Path("src/passage/params"))
RAW = Path("data/raw")
CHECKED = Path("data/checked")
PAGE = Path("report/index.html")
RECEIPT = Path("mlruns/receipt.json")
# Outputs that neither DVC's cache nor Git keeps: going back to an earlier state leaves them as they are, until the next
# `dvc repro` writes them anew.
UNKEPT = (CHECKED, RECEIPT)

METRICS = Path("metrics")

# What `report` and `track` depend on as whole folders: nothing may lie in them that no lane of params.yaml has made.
LANE_FOLDERS = (Path("models"), Path("predictions"), METRICS)

LONGEST_NAME = 100  # letters: a file's name has 255 bytes in all, of which ends and MLflow's names take some
KIND = "[A-Za-z_]+"  # of a plot or picture


def is_name(name: str) -> bool:
    """Return whether a model or a batch may be called so: its name becomes a part of paths."""
    letters = re.fullmatch("[A-Za-z0-9_-]*[A-Za-z0-9][A-Za-z0-9_-]*", name)
    return letters is not None and name != "score" and len(name) <= LONGEST_NAME


def is_raw_table(name: str) -> bool:
    """Return whether a raw table may be called so: a file, or a folder of files, whose name needs no end."""
    path = Path(name)
    below = path != RAW and path.is_relative_to(RAW) and ".." not in path.parts
    return below and path.suffix in (".csv", ".parquet", "")


class ModelPaths:
    """The files of one model, from its split to its metrics.

    folders: what holds files of this lane alone. fitted: the one of them that holds the model. result: what makes a
    result, all that the lane writes into LANE_FOLDERS.
    """

    def __init__(self, name: str) -> None:
        self.folders = split, normalized, models, predictions, plots = tuple(
            Path(folder, name) for folder in ("data/split", "data/normalized", "models", "predictions", "plots")
        )
        self.split_train, self.split_test = split / "train.parquet", split / "test.parquet"
        self.dropped, self.sides = split / "dropped.json", split / "sides.parquet"
        self.normalized_train, self.normalized_test = normalized / "train.parquet", normalized / "test.parquet"
        self.fitted = models
        self.scaler, self.model = models / "scaler.json", models / "model.json"
        self.choices, self.association = models / "choices.json", models / "association.json"
        self.predictions, self.held_out = predictions / "test.csv", predictions / "held_out.csv"
        self.plots, self.pictures = plots, plots / "pictures"
        self.metrics = METRICS / f"{name}.json"
        built = (self.scaler, self.choices, self.model, self.association, self.metrics)
        self.result = (*built, self.predictions, self.held_out)

    def writes(self, path: Path) -> bool:
        """Return whether the stages of this lane write `path`."""
        if (path.parent, path.suffix) in ((self.plots, ".csv"), (self.pictures, ".svg")):
            return re.fullmatch(KIND, path.stem) is not None
        rows = (self.split_train, self.split_test, self.sides, self.normalized_train, self.normalized_test)
        return path in (*self.result, *rows, self.dropped, self.pictures)


def scored(batch: str) -> Path:
    """Return where the predictions for one batch of new rows lie."""
    return Path("predictions/score", f"{batch}.csv")


def scored_metrics(batch: str) -> Path:
    """Return where it stands how many rows of the batch are like none that trained the model."""
    return Path("metrics/score", f"{batch}.json")


def batch_result(batch: str) -> tuple[Path, ...]:
    """Return what `score` writes into LANE_FOLDERS for one batch."""
    return (scored(batch), scored_metrics(batch))


def within(folder: Path) -> list[Path]:
    """Return the files in `folder` that DVC sees there, as .dvcignore says."""
    return [path for path in sorted(folder.rglob("*")) if path.is_file() and not _ignored(path.relative_to(folder))]


def _ignored(path: Path) -> bool:
    return path.suffix == ".partial" or any(part.startswith(".") or part == "__pycache__" for part in path.parts)


def main_repository() -> Path:
    """Return the root of the repository the user works in.

    In the temporary copies of `dvc exp run --temp` and `--queue` the working folder is the copy; DVC_ROOT still names
    the repository that the copy was made from and that outlives it.
    """
    return Path(os.environ.get("DVC_ROOT", ".")).resolve()
