"""How rows are divided for every cross-validation: which rows a fold holds out, and which train for it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd
from sklearn.model_selection import RepeatedStratifiedKFold

from passage.params import Lane


@dataclass(frozen=True)
class Sample:
    """Rows to divide. rows: (n_rows, n_features), in their own units. target: (n_rows,), 0 or 1."""

    rows: np.ndarray
    target: np.ndarray

    @classmethod
    def of(cls, table: pd.DataFrame, settings: Lane) -> Self:
        """Return the features and the target of `table`, which may hold more columns."""
        return cls(table[settings.features].to_numpy(dtype=float), table[settings.target].to_numpy())

    def part(self, positions: np.ndarray) -> Self:
        """Return the rows at `positions`."""
        return type(self)(self.rows[positions], self.target[positions])

    def without(self, feature: int) -> Self:
        """Return all rows without the feature at this position."""
        return type(self)(np.delete(self.rows, feature, axis=1), self.target)


@dataclass(frozen=True)
class Division:
    """Rows in folds, once or several times. fold_of: (repeats, n_rows), which fold holds a row out, -1 for none."""

    fold_of: np.ndarray

    @property
    def folds(self) -> int:
        """How many folds there are in each repeat: none where there cannot be two."""
        return int(self.fold_of.max()) + 1

    def __iter__(self) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Yield the positions of the rows that train and of those that are held out, fold by fold, repeat by repeat."""
        for fold_of in self.fold_of:
            for fold in range(self.folds):
                yield np.flatnonzero(fold_of != fold), np.flatnonzero(fold_of == fold)


def fold_count(target: np.ndarray, wanted: int) -> int:
    """Return how many folds have a row of each class, at most `wanted`; below 2 there are none."""
    return min(wanted, int(np.bincount(target, minlength=2).min()))


def divide(sample: Sample, wanted: int, seed: int, repeats: int = 1) -> Division:
    """Return `sample` in at most `wanted` folds, each with the same share of each class, anew in each repeat."""
    return Division(_stratified(sample.target, fold_count(sample.target, wanted), seed, repeats))


def _stratified(strata: np.ndarray, folds: int, seed: int, repeats: int) -> np.ndarray:
    """Return the fold of each entry of `strata` (n,), (repeats, n)."""
    fold_of = np.full((repeats, len(strata)), -1, dtype=np.int8)  # there are 100 folds at most
    if folds >= 2:
        division = RepeatedStratifiedKFold(n_splits=folds, n_repeats=repeats, random_state=seed)
        for position, (_, held_out) in enumerate(division.split(strata, strata)):
            fold_of[position // folds, held_out] = position % folds
    return fold_of
