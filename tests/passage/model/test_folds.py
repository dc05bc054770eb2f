"""How rows are divided for a cross-validation."""

import numpy as np
import pandas as pd
import pytest
import students
from hypothesis import given
from hypothesis import strategies as st
from sklearn.model_selection import RepeatedStratifiedKFold, TimeSeriesSplit

from passage.model import folds
from passage.model.folds import Sample
from passage.params.columns import ColumnSettings
from passage.params.split import Split

TARGET = np.array([0, 1, 1, 0, 0, 1, 0, 0, 1, 0, 0])


def sample(target: np.ndarray = TARGET) -> Sample:
    return Sample(np.arange(len(target), dtype=float)[:, None], target)


def test_there_are_at_most_as_many_folds_as_the_rarer_class_has_rows_and_none_where_these_are_not_two() -> None:
    target = np.array([0, 0, 0, 1, 1])
    assert [folds.divide(sample(target), wanted, 1).folds for wanted in (2, 3, 5)] == [2, 2, 2]
    for few in (target[:4], target[:3]):
        assert folds.divide(sample(few), 5, 1).folds == 0
        assert list(folds.divide(sample(few), 5, 1)) == []


def test_rows_that_nothing_ties_together_are_divided_as_scikit_learn_does() -> None:
    theirs = RepeatedStratifiedKFold(n_splits=3, n_repeats=2, random_state=7).split(TARGET, TARGET)
    ours = folds.divide(sample(), 3, 7, 2)
    assert ours.folds == 3
    assert [(train.tolist(), out.tolist()) for train, out in ours] == [
        (train.tolist(), out.tolist()) for train, out in theirs
    ]


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


@given(
    st.lists(st.tuples(st.integers(0, 12), st.integers(0, 1)), min_size=2, max_size=60),
    st.integers(2, 6),
)
def test_no_row_trains_for_an_earlier_one_or_one_of_its_own_time_and_both_classes_train(
    rows: list[tuple[int, int]], wanted: int
) -> None:
    times, target = np.array(rows).T
    division = folds.divide(Sample(np.zeros((len(rows), 1)), target, times, past_only=True), wanted, 1, 3)
    assert division.folds == 0 or 2 <= division.folds <= wanted
    pairs = list(division)
    assert len(pairs) == division.folds, "there is no dividing anew"
    for train, out in pairs:
        assert times[train].max() < times[out].min()
        assert set(target[train]) == {0, 1}
        assert sorted(train) == list(np.flatnonzero(times < times[out].min())), "all that came before trains"
    held_out = [row for _, out in pairs for row in out]
    assert len(held_out) == len(set(held_out))


def test_of_times_that_differ_the_stretches_are_those_of_scikit_learn_in_any_order_of_the_rows() -> None:
    order = np.random.RandomState(0).permutation(24)
    target = np.tile([0, 1], 12)[order]
    ours = list(folds.divide(Sample(np.zeros((24, 1)), target, order, past_only=True), 5, 1))
    for (train, out), theirs in zip(ours, TimeSeriesSplit(5).split(order), strict=True):
        assert sorted(order[train]) == theirs[0].tolist()
        assert sorted(order[out]) == theirs[1].tolist()


def test_stretches_before_which_one_class_was_not_seen_are_not_held_out() -> None:
    times, target = np.arange(24), np.array([0] * 9 + [1, 0, 1] * 5)
    division = folds.divide(Sample(np.zeros((24, 1)), target, times, past_only=True), 5, 1)
    assert [out[0] for _, out in division] == [12, 16, 20]
    late = np.array([0] * 20 + [1] * 4)
    assert folds.divide(Sample(np.zeros((24, 1)), late, times, past_only=True), 5, 1).folds == 0


@pytest.mark.parametrize(("large", "made_of"), [(False, (3, [])), (True, (1, [2]))])
def test_the_columns_of_a_fit_are_those_that_levels_become_unless_they_are_codes(
    large: bool, made_of: tuple[int, list[int]]
) -> None:
    table = students.ROWS.assign(courses=["a", "b", "c", "a", "b", "c", "a", "b"])
    settings = students.lane().model_copy(update={"columns": {"courses": ColumnSettings(kind="category")}})
    assert Sample.of(table, settings, large=large).made_of(settings) == made_of


@pytest.mark.parametrize("method", ["group", "hash"])
def test_a_sample_takes_its_marks_from_the_column_of_the_split(method: str) -> None:
    table = students.ROWS.assign(person=["b", "a", "b", "a", "c", "c", "a", "b"])
    found = Sample.of(table, students.lane(split=students.BY_GROUP | {"method": method}))
    assert found.rows.shape == (8, 2), "no feature"
    assert found.marks is not None
    assert found.marks.tolist() == [1, 0, 1, 0, 2, 2, 0, 1]
    part = found.part(np.array([0, 4])).without(0)
    assert (part.rows.tolist(), part.target.tolist()) == ([[0.0], [1.0]], [0, 1])
    assert part.marks is not None
    assert part.marks.tolist() == [1, 2]
    assert Sample.of(students.ROWS, students.lane()).marks is None


def test_why_there_are_few_folds_or_none_is_said_in_the_words_of_the_split() -> None:
    split = Split(**students.BY_GROUP)
    assert folds.scarcity(3, split) == "the rows of one class have 3 values of person alone"
    assert folds.too_few(split, "training row") == "the training rows of one class have too few values of person"
    time = Split(**students.BY_TIME)
    assert folds.scarcity(3, time) == "day has few values, or one class comes late or seldom among the rows"
    assert folds.too_few(time) == "day has too few values, or one class comes too late or seldom among the rows"
    assert folds.scarcity(3, students.lane().split) == "the rarer class has 3 rows"
    assert folds.too_few(students.lane().split) == "one class has a single row"


def test_of_few_rows_all_are_taken_and_of_many_the_same_some_with_the_same_shares(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    one, other = (pd.DataFrame({"x": range(start, start + 300), "y": [1, 0, 0] * 100}) for start in (0, 300))
    assert folds.subsample([one, other], "y")["x"].tolist() == list(range(600))
    monkeypatch.setattr(folds, "ENOUGH", 150)
    monkeypatch.setattr(folds, "RARE", 50)
    drawn = folds.subsample([one, other], "y")
    assert (len(drawn), drawn["y"].sum()) == (150, 50)
    assert drawn["x"].is_monotonic_increasing
    assert drawn["x"].is_unique
    assert 50 < (drawn["x"] < 300).sum() < 100
    assert drawn.equals(folds.subsample([one, other], "y"))


def test_where_one_class_is_rare_so_many_are_drawn_that_it_has_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folds, "ENOUGH", 100)
    monkeypatch.setattr(folds, "RARE", 20)
    rows = pd.DataFrame({"x": range(1000), "y": [1] * 40 + [0] * 960})
    assert (len(folds.subsample([rows], "y")), folds.subsample([rows], "y")["y"].sum()) == (500, 20)
    rarer = rows.assign(y=[1] * 20 + [0] * 980)
    assert folds.subsample([rarer], "y").equals(rarer)
