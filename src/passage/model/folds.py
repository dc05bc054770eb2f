"""How rows are divided for every cross-validation: which rows a fold holds out, and which train for it."""

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import pandas as pd
from sklearn.model_selection import RepeatedStratifiedKFold

from passage.base.parquet import Table
from passage.model.preparation import encode
from passage.params.model import ModelSettings
from passage.params.split import Split

ENOUGH = 20_000  # rows: with them, an accuracy is known to half a percent, and the test rows know it better
RARE = 500  # rows of the rarer class


@dataclass(frozen=True)
class Sample:
    """Rows to divide. rows: (n_rows, n_features), as preparation.encode has them. target: (n_rows,), 0 or 1.

    marks: (n_rows,), numbers that are the same for rows that belong together; None where each row stands alone.
    past_only: marks are in order of time, and a row may be predicted from earlier ones alone.
    large: whether they are of a large table (base.blocks), so that fits of them have categories as codes, too.
    """

    rows: np.ndarray
    target: np.ndarray
    marks: np.ndarray | None = None
    past_only: bool = False
    large: bool = False

    @classmethod
    def of(cls, table: pd.DataFrame, settings: ModelSettings, *, large: bool = False) -> Self:
        """Return the features, the target and the marks of `table`, which may hold more columns."""
        mark = settings.split.mark
        marks = pd.factorize(table[mark], sort=True)[0] if mark else None
        rows, target = encode(table, settings), table[settings.target].to_numpy()
        return cls(rows, target, marks, settings.split.past_only, large)

    def made_of(self, settings: ModelSettings) -> tuple[int, list[int]]:
        """Return of about how many columns of numbers a fit is, and how many levels each category has that is codes."""
        each, categories = zip(settings.features, self.rows.T, strict=True), settings.categories()
        levels = [max(len(np.unique(codes)) - 1, 1) for name, codes in each if name in categories]
        numbers = len(settings.features) - len(levels)
        return (numbers, levels) if self.large else (numbers + sum(levels), [])

    def part(self, positions: np.ndarray) -> Self:
        """Return the rows at `positions`."""
        marks = None if self.marks is None else self.marks[positions]
        return replace(self, rows=self.rows[positions], target=self.target[positions], marks=marks)

    def without(self, feature: int) -> Self:
        """Return all rows without the feature at this position."""
        return replace(self, rows=np.delete(self.rows, feature, axis=1))


@dataclass(frozen=True)
class Division:
    """Rows in folds, once or several times.

    fold_of: (repeats, n_rows), which fold holds a row out, -1 for none. past_only: folds are in order of time, and of
    the other rows those of earlier folds train, and those of none.
    """

    fold_of: np.ndarray
    past_only: bool = False

    @property
    def folds(self) -> int:
        """How many folds there are in each repeat: none where there cannot be two."""
        return int(self.fold_of.max()) + 1

    def from_fold(self, first: int) -> "Division":
        """Return the same folds without those before `first`, whose rows are then never held out."""
        return replace(self, fold_of=np.where(self.fold_of < first, -1, self.fold_of - first))

    def __iter__(self) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Yield the positions of the rows that train and of those that are held out, fold by fold, repeat by repeat."""
        for fold_of in self.fold_of:
            for fold in range(self.folds):
                train = fold_of < fold if self.past_only else fold_of != fold
                yield np.flatnonzero(train), np.flatnonzero(fold_of == fold)


def subsample(tables: Sequence[Table], target: str) -> pd.DataFrame:
    """Return all rows of `tables`, or as many drawn by chance as a cross-validation needs, always the same ones.

    Those are ENOUGH rows, and more where the rarer class would have fewer than RARE, with the share of each class as it
    is. target: the column with 0 and 1.
    """
    labels = np.concatenate([table[target].to_numpy(dtype="int8") for table in tables])
    taken = drawn(labels)
    parts = np.split(np.ones(len(labels), dtype=bool) if taken is None else taken, np.cumsum([*map(len, tables)])[:-1])
    together = [table[part] for table, part in zip(tables, parts, strict=True)]
    return pd.concat(together, ignore_index=True)


def drawn(labels: np.ndarray) -> np.ndarray | None:
    """Return which rows `subsample` draws, (n_rows,), None where it is all. labels: (n_rows,), 0 and 1."""
    rarer = max(int(np.bincount(labels, minlength=2).min()), 1)
    wanted = max(ENOUGH, -(-len(labels) * RARE // rarer))
    if wanted >= len(labels):
        return None
    chance, taken = np.random.RandomState(0), np.zeros(len(labels), dtype=bool)
    for label in (0, 1):
        rows = int((labels == label).sum())
        places = chance.choice(rows, round(rows * wanted / len(labels)), replace=False)
        taken[np.flatnonzero(labels == label)[places]] = True
    return taken


def divide(sample: Sample, wanted: int, seed: int, repeats: int = 1) -> Division:
    """Return `sample` in at most `wanted` folds, each with the same share of each class, anew in each repeat.

    Rows that belong together are held out together; the share is then that of the groups with rows of a class. Rows of
    which the past alone may tell are divided once, by time; the earliest are never held out.
    """
    if sample.marks is not None and sample.past_only:
        return Division(_stretches(sample.target, sample.marks, wanted)[None, :], past_only=True)
    if sample.marks is None:
        rarer = int(np.bincount(sample.target, minlength=2).min())
        return Division(_stratified(sample.target, min(wanted, rarer), seed, repeats))
    return Division(_in_groups(sample.target, sample.marks, wanted, seed, repeats))


def _in_groups(target: np.ndarray, marks: np.ndarray, wanted: int, seed: int, repeats: int) -> np.ndarray:
    """Return the fold of each row, (repeats, n_rows), by dividing the groups that `marks` (n_rows,) tell apart.

    As many folds as there are groups with rows of the class that fewer groups have, each with some of those.
    scikit-learn's StratifiedGroupKFold goes through the groups by their size, so that its repeats are nearly the same
    division where sizes differ (adjusted Rand index 0.85 for 40 groups of 5 to 60 rows, 0 here): their spread would say
    nothing. It also takes 90 s for a million groups, each time.
    """
    distinct, group = np.unique(marks, return_inverse=True)
    has = np.zeros((2, len(distinct)), dtype=bool)
    has[target, group] = True
    scarce = has[has.sum(axis=1).argmin()]
    folds = min(wanted, int(scarce.sum()))
    fold_of = _stratified(scarce, folds, seed, repeats)[:, group]
    sound = folds >= 2 and all(_both_train(target, one, folds) for one in fold_of)
    return fold_of if sound else np.full_like(fold_of, -1)


def _stretches(target: np.ndarray, times: np.ndarray, wanted: int) -> np.ndarray:
    """Return the fold of each row, (n_rows,): stretches of time with about as many rows each.

    Rows of one time are in one stretch, which scikit-learn's TimeSeriesSplit, by rows, does not look after. A stretch
    is held out where both classes have been seen before it.
    """
    before = np.searchsorted(np.sort(times), times)  # rows
    _, stretch = np.unique(before * (wanted + 1) // len(times), return_inverse=True)
    seen = max(stretch[target == label].min(initial=stretch.max()) for label in (0, 1))
    fold_of = np.maximum(stretch - seen - 1, -1)
    return fold_of if fold_of.max() > 0 else np.full_like(fold_of, -1)


def _both_train(target: np.ndarray, fold_of: np.ndarray, folds: int) -> bool:
    """Return whether rows of both classes train in each fold."""
    held_out = np.bincount(2 * fold_of.astype(int) + target, minlength=2 * folds).reshape(folds, 2)
    return bool((held_out < held_out.sum(axis=0)).all())


def _stratified(strata: np.ndarray, folds: int, seed: int, repeats: int) -> np.ndarray:
    """Return the fold of each entry of `strata` (n,), (repeats, n)."""
    fold_of = np.full((repeats, len(strata)), -1, dtype=np.int8)  # there are 100 folds at most
    if folds >= 2:
        division = RepeatedStratifiedKFold(n_splits=folds, n_repeats=repeats, random_state=seed)
        with warnings.catch_warnings():
            # of groups, the other stratum may be smaller: some folds then have none of it
            warnings.filterwarnings("ignore", "The least populated class in y has only", UserWarning)
            for position, (_, held_out) in enumerate(division.split(strata, strata)):
                fold_of[position // folds, held_out] = position % folds
    return fold_of


def scarcity(folds: int, split: Split, rows: str = "rows") -> str:
    """Return why there are so few folds, at least two, of `rows` that were split in this way."""
    if split.past_only:
        return f"{split.mark} has few values, or one class comes late or seldom among the {rows}"
    if split.mark:
        return f"the {rows} of one class have {folds} values of {split.mark} alone"
    return f"the rarer class has {folds} {rows}"


def too_few(split: Split, row: str = "row") -> str:
    """Return why there are no two folds of rows that were split in this way."""
    if split.past_only:
        return f"{split.mark} has too few values, or one class comes too late or seldom among the {row}s"
    if split.mark:
        return f"the {row}s of one class have too few values of {split.mark}"
    return f"one class has a single {row}"
