"""How rows are divided for a cross-validation."""

import numpy as np
import pandas as pd
import pytest
import students
from hypothesis import given
from hypothesis import strategies as st
from sklearn.model_selection import RepeatedStratifiedKFold

from passage import folds
from passage.folds import Sample
from passage.params import Lane

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


def by_group(column: str = "person", method: str = "group") -> Lane:
    """Return the students' settings, split by groups."""
    split = {"method": method, "column": column, "test_size": 0.25, "stratify": True, "seed": 1}
    return Lane.model_validate(students.lane().model_dump() | {"split": split})


@given(
    st.lists(st.tuples(st.integers(0, 7), st.integers(0, 1)), min_size=2, max_size=60),
    st.integers(2, 6),
    st.integers(0, 2**32 - 1),
)
def test_no_group_trains_and_is_held_out_in_any_fold_and_both_classes_train(
    rows: list[tuple[int, int]], wanted: int, seed: int
) -> None:
    marks, target = np.array(rows).T
    division = folds.divide(Sample(np.zeros((len(rows), 1)), target, marks), wanted, seed, 3)
    assert division.folds == 0 or 2 <= division.folds <= wanted
    pairs = list(division)
    assert len(pairs) == 3 * division.folds
    for train, out in pairs:
        assert set(marks[train]).isdisjoint(marks[out])
        assert set(target[train]) == {0, 1}
    for repeat in range(3 if pairs else 0):
        held_out = np.concatenate([out for _, out in pairs[repeat * division.folds : (repeat + 1) * division.folds]])
        assert sorted(held_out) == list(range(len(rows)))


def test_groups_are_divided_anew_in_each_repeat_also_where_they_differ_in_size() -> None:
    chance = np.random.RandomState(0)
    marks = np.repeat(np.arange(40), chance.randint(5, 60, 40))
    target = (chance.uniform(size=40) < 0.4).astype(int)[marks]
    division = folds.divide(Sample(np.zeros((len(marks), 1)), target, marks), 5, 1, 2)
    first, second = (np.array([one[marks == mark][0] for mark in range(40)]) for one in division.fold_of)
    together = [(of[:, None] == of[None, :]) for of in (first, second)]
    again = (together[0] & together[1]).sum() - 40
    assert again / (together[0].sum() - 40) < 0.4, "pairs of groups that meet again"


def test_there_are_at_most_as_many_folds_as_groups_with_rows_of_a_class() -> None:
    marks, target = np.array([1, 1, 2, 2, 3, 3, 4, 5]), np.array([1, 0, 1, 0, 1, 0, 0, 0])
    assert folds.divide(Sample(np.zeros((8, 1)), target, marks), 5, 1).folds == 3
    assert folds.divide(Sample(np.zeros((8, 1)), target, np.minimum(marks, 2)), 5, 1).folds == 2
    assert folds.divide(Sample(np.zeros((8, 1)), target, np.ones(8)), 5, 1).folds == 0


@pytest.mark.parametrize("method", ["group", "hash"])
def test_a_sample_takes_its_marks_from_the_column_of_the_split(method: str) -> None:
    table = students.ROWS.assign(person=["b", "a", "b", "a", "c", "c", "a", "b"])
    found = Sample.of(table, by_group(method=method))
    assert found.rows.shape == (8, 2), "no feature"
    assert found.marks is not None
    assert found.marks.tolist() == [1, 0, 1, 0, 2, 2, 0, 1]
    part = found.part(np.array([0, 4])).without(0)
    assert (part.rows.tolist(), part.target.tolist()) == ([[0.0], [1.0]], [0, 1])
    assert part.marks is not None
    assert part.marks.tolist() == [1, 2]
    assert Sample.of(pd.DataFrame(students.ROWS), students.lane()).marks is None


def test_why_there_are_few_folds_or_none_is_said_in_the_words_of_the_split() -> None:
    split = by_group().split
    assert folds.scarcity(3, split) == "the rows of one class have 3 values of person alone"
    assert folds.too_few(split, "training row") == "the training rows of one class have too few values of person"
    assert folds.scarcity(3, students.lane().split) == "the rarer class has 3 rows"
    assert folds.too_few(students.lane().split) == "one class has a single row"
