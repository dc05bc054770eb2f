"""The sides of a split, whose rows are read when they are asked for, with the target as models know it."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd

from passage.base.parquet import Columns, Table
from passage.base.paths import ModelPaths
from passage.params.labels import Label
from passage.params.model import ModelSettings


def read_side(path: Path, target: str, positive: Label) -> Columns:
    """Return the table at `path`, which `split` wrote, with 1 where `target` has the positive label and 0 elsewhere."""
    return Columns(path, {target: lambda column: (column == positive).astype("int64")})


def read_both(lane: ModelPaths, settings: ModelSettings) -> tuple[Columns, Columns]:
    """Return the training and the test rows that `split` wrote."""
    train, test = (read_side(path, settings.target, settings.positive) for path in (lane.split_train, lane.split_test))
    return train, test


@dataclass(frozen=True)
class Sides:
    """The training and the test rows of a model, features in their own units, the `target` 0 or 1."""

    training: Table
    test: Table
    target: str

    @classmethod
    def read(cls, lane: ModelPaths, settings: ModelSettings) -> "Sides":
        """Return those that `split` wrote."""
        return cls(*read_both(lane, settings), target=settings.target)

    @property
    def both(self) -> list[Table]:
        """Both, the training rows first."""
        return [self.training, self.test]

    @cached_property
    def drawn(self) -> pd.DataFrame:
        """The rows of both sides, or as many of them as a cross-validation needs (folds.subsample)."""
        # and scikit-learn: `predict`, which reads a side, does not wait for it
        from passage.model.folds import subsample

        return subsample(self.both, self.target)
