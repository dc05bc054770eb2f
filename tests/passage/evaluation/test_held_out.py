"""Rows predicted by fits that have not seen them: the same division for each model of a table."""

import numpy as np
import pandas as pd
import pytest
import students
from scipy.special import logit
from sklearn.model_selection import StratifiedKFold, cross_val_predict

from passage.evaluation import comparison, held_out
from passage.model import folds

TABLE = pd.concat([students.ROWS] * 5, ignore_index=True)


def kept(sides: list[int], **changes: object) -> pd.DataFrame:
    side = pd.Series(sides)
    settings = students.lane(**changes)  # type: ignore[arg-type]
    return held_out.of_lane([TABLE[side == one] for one in (0, 1)], side, settings)


def test_each_row_is_predicted_as_scikit_learn_does_it() -> None:
    found = kept([0, 1] * 20)
    division = StratifiedKFold(4, shuffle=True, random_state=np.random.RandomState(1))
    rows, target = TABLE[students.FEATURES].to_numpy(float), TABLE["passed"].to_numpy()
    splits = [*division.split(rows, target)]
    theirs = cross_val_predict(students.by_scikit_learn(), rows, target, cv=iter(splits), method="decision_function")
    assert found["row"].tolist() == list(range(1, 41))
    assert found["log_odds"].to_numpy() == pytest.approx(theirs, rel=1e-6)
    assert found["predicted"].tolist() == (theirs >= 0).astype(int).tolist()
    assert found["actual"].tolist() == target.tolist()
    assert [found.loc[out, "fold"].unique().tolist() for _, out in splits] == [[0], [1], [2], [3]]


def test_two_models_with_other_test_rows_and_penalties_are_compared_on_the_same_rows() -> None:
    files = [kept([0, 1] * 20), kept([1, 0, 0, 0] * 10, C=0.01)]
    one, other = (comparison.HeldOut(*(table[name].to_numpy() for name in table)) for table in files)
    assert comparison.compare(one, other, 0.95)["rows"] == 40
    assert files[0]["log_odds"].tolist() != files[1]["log_odds"].tolist()


def test_dropped_rows_are_not_predicted_and_rows_keep_their_numbers() -> None:
    found = kept([2, 0, 1, 2, 0, 0, 1, 1] * 5)
    assert [row % 8 for row in found["row"].head(6)] == [2, 3, 5, 6, 7, 0]
    assert len(found) == 30
    assert found["actual"].tolist() == TABLE["passed"][found["row"] - 1].tolist()


def test_a_threshold_that_is_auto_is_chosen_without_the_row() -> None:
    found = kept([0, 1] * 20, threshold="auto")
    by_half = (found["log_odds"] >= logit(0.5)).astype(int)
    assert (found["predicted"] != by_half).any()
    assert all(len(found.loc[found["predicted"] == one]) for one in (0, 1))


def test_of_very_many_rows_the_same_are_drawn_whichever_train(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folds, "ENOUGH", 20)
    monkeypatch.setattr(folds, "RARE", 5)
    one, other = kept([0, 1] * 20), kept([1, 1, 0, 0] * 10)
    assert len(one) == 20
    assert one["row"].tolist() == other["row"].tolist()


def test_rows_too_few_to_divide_leave_a_table_without_rows() -> None:
    side = pd.Series([0] * 5)
    found = held_out.of_lane([TABLE.head(5).assign(passed=[0, 0, 0, 0, 1]), TABLE.head(0)], side, students.lane())
    assert found.empty
    assert list(found) == list(comparison.HeldOut._fields)
