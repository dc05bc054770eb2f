"""Where every file of the project lies, seen from its root (the working folder of each stage)."""

import os
from dataclasses import dataclass
from pathlib import Path

PARAMS = Path("params.yaml")
PARAMS_SCHEMA = Path("params.schema.json")
PIPELINE = Path("dvc.yaml")
PIPELINE_LOCK = Path("dvc.lock")
REQUIREMENTS = Path("requirements.lock")
RAW = Path("data/raw")
CHECKED = Path("data/checked")
RECEIPT = Path("mlruns/receipt.json")

# What `track` depends on as whole folders: nothing may lie in them that no lane of params.yaml has made.
LANE_FOLDERS = (Path("models"), Path("predictions"), Path("metrics"))


@dataclass(frozen=True)
class Lane:
    """The files of one model, from its split to its metrics."""

    name: str

    @property
    def split_train(self) -> Path:
        return Path("data/split", self.name, "train.parquet")

    @property
    def split_test(self) -> Path:
        return Path("data/split", self.name, "test.parquet")

    @property
    def normalized_train(self) -> Path:
        return Path("data/normalized", self.name, "train.parquet")

    @property
    def normalized_test(self) -> Path:
        return Path("data/normalized", self.name, "test.parquet")

    @property
    def scaler(self) -> Path:
        return Path("models", self.name, "scaler.json")

    @property
    def model(self) -> Path:
        return Path("models", self.name, "model.json")

    @property
    def predictions(self) -> Path:
        return Path("predictions", self.name, "test.csv")

    @property
    def confusion(self) -> Path:
        return Path("plots", self.name, "confusion.csv")

    @property
    def metrics(self) -> Path:
        return Path("metrics", f"{self.name}.json")


def scored(batch: str) -> Path:
    """Return where the predictions for one batch of new rows lie."""
    return Path("predictions/score", f"{batch}.csv")


def main_repository() -> Path:
    """Return the root of the repository the user works in.

    In the temporary copies of `dvc exp run --temp` and `--queue` the working folder is the copy; DVC_ROOT still names
    the repository that the copy was made from and that outlives it.
    """
    return Path(os.environ.get("DVC_ROOT", ".")).resolve()
