"""How rows are divided for a cross-validation."""

import numpy as np
from sklearn.model_selection import RepeatedStratifiedKFold

from passage import folds
from passage.folds import Sample

TARGET = np.array([0, 1, 1, 0, 0, 1, 0, 0, 1, 0, 0])


def sample(target: np.ndarray = TARGET) -> Sample:
    return Sample(np.arange(len(target), dtype=float)[:, None], target)


def test_there_are_at_most_as_many_folds_as_the_rarer_class_has_rows() -> None:
    target = np.array([0, 0, 0, 1, 1])
    assert [folds.fold_count(target, wanted) for wanted in (2, 3, 5)] == [2, 2, 2]
    assert folds.fold_count(np.array([0, 0, 0]), 5) == 0


def test_rows_that_nothing_ties_together_are_divided_as_scikit_learn_does() -> None:
    theirs = RepeatedStratifiedKFold(n_splits=3, n_repeats=2, random_state=7).split(TARGET, TARGET)
    ours = folds.divide(sample(), 3, 7, 2)
    assert ours.folds == 3
    assert [(train.tolist(), out.tolist()) for train, out in ours] == [
        (train.tolist(), out.tolist()) for train, out in theirs
    ]


def test_where_there_are_no_two_folds_nothing_is_held_out() -> None:
    one = folds.divide(sample(np.array([0, 0, 0, 1])), 5, 1)
    assert one.folds == 0
    assert list(one) == []
