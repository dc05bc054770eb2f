"""Cross-validation, against scikit-learn's own."""

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest
import students
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.model_selection import RepeatedStratifiedKFold, StratifiedKFold, cross_val_predict, cross_val_score
from tqdm import tqdm

from passage.evaluation.cross_validation import cross_validation, held_out, left_out
from passage.model import tuning
from passage.model.design import Column
from passage.model.folds import Sample
from passage.params.model import ModelSettings

MANY = pd.concat([students.ROWS, students.ROWS.assign(hours=students.ROWS["hours"] * 0.9 + 1)], ignore_index=True)
ROWS, PASSED = MANY[students.FEATURES].to_numpy(float), MANY["passed"].to_numpy()
TUNE = {"C": [0.1, 10.0], "folds": 3}


def validated(settings: ModelSettings, table: pd.DataFrame = MANY) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the cross-validation of settings in which nothing is auto."""
    return cross_validation(table, settings, settings)


def test_the_numbers_are_those_of_scikit_learn_with_the_scaler_in_each_fold() -> None:
    found, cautions = validated(students.lane())
    division = RepeatedStratifiedKFold(n_splits=4, n_repeats=3, random_state=1)
    estimator, rows, passed = students.by_scikit_learn(), ROWS, PASSED
    accuracy = cross_val_score(estimator, rows, passed, cv=division).reshape(3, 4).mean(axis=1)  # folds of equal size
    loss = -cross_val_score(estimator, rows, passed, cv=division, scoring="neg_log_loss").reshape(3, 4).mean(axis=1)
    hours_alone = -cross_val_score(estimator, rows[:, :1], passed, cv=division, scoring="neg_log_loss").reshape(3, 4)
    rises = hours_alone.mean(axis=1) - loss
    assert cautions == {}
    assert [found[f"accuracy{end}"] for end in ("", "_least", "_greatest")] == pytest.approx(
        [accuracy.mean(), accuracy.min(), accuracy.max()], abs=1e-6
    )
    assert [found["log_loss"], found["log_loss_least"]] == pytest.approx([loss.mean(), loss.min()], abs=1e-6)
    assert found["without"]["courses"]["difference"] == pytest.approx(rises.mean(), abs=1e-6)
    assert found["without"]["courses"]["difference_greatest"] == pytest.approx(rises.max(), abs=1e-6)


def test_without_its_only_feature_a_model_knows_the_share_of_each_class() -> None:
    alone = students.lane().model_copy(update={"features": ["hours"]})
    found, _ = validated(alone)
    shares = [0.5] * 16  # the classes are equally frequent, also in each fold
    assert found["without"]["hours"]["log_loss"] == pytest.approx(log_loss(MANY["passed"], shares), abs=1e-6)


def test_the_threshold_of_the_settings_decides() -> None:
    assert validated(students.lane(threshold=1.0))[0]["accuracy"] == 0.5


def test_a_probability_that_is_the_threshold_is_predicted_positive_as_the_model_does() -> None:
    same = pd.DataFrame({"hours": 3, "courses": 1, "passed": [1, 1, 1, 0] * 4})  # of 12 that train, 9 passed
    assert [validated(students.lane(threshold=at), same)[0]["accuracy"] for at in (0.75, 0.76)] == [0.75, 0.25]


def test_few_rows_of_a_class_give_fewer_folds_and_a_sentence_or_no_cross_validation() -> None:
    three = MANY[(MANY["passed"] == 0) | (np.arange(16) < 5)]
    found, cautions = validated(students.lane(), three)
    rarer = int(three["passed"].sum())
    assert (found["folds"], rarer) == (2, 2)
    assert cautions == {"fewer_folds": "the rarer class has 2 rows: 2 folds of the cross-validation instead of 4"}
    one = MANY[(MANY["passed"] == 0) | (np.arange(16) < 2)]
    assert validated(students.lane(), one) == (
        {},
        {"no_cross_validation": "one class has a single row, so there is no cross-validation"},
    )


def test_what_is_auto_is_chosen_anew_from_each_folds_training_rows_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    chosen_from = []
    choose = tuning.choose

    def recording(sample: Sample, settings: ModelSettings) -> tuning.Choices:
        chosen_from.append((sample.rows.tolist(), sample.target.tolist()))
        return choose(sample, settings)

    monkeypatch.setattr(tuning, "choose", recording)
    auto = students.lane(C="auto", tune=TUNE)
    cross_validation(MANY, auto, auto.holding(10.0, 0.5))
    folds = RepeatedStratifiedKFold(n_splits=4, n_repeats=3, random_state=1).split(ROWS, PASSED)
    assert chosen_from == [(ROWS[train].tolist(), PASSED[train].tolist()) for train, _ in folds]


def test_each_fold_is_predicted_with_its_own_choice(monkeypatch: pytest.MonkeyPatch) -> None:
    auto = students.lane(C="auto", threshold="auto", tune=TUNE)
    given = tuning.Choices(10.0, 1.0, [], [], "f1", 3)
    monkeypatch.setattr(tuning, "choose", lambda *_: given)
    found, _ = cross_validation(MANY, auto, auto.holding(0.1, 0.5))
    as_given, held = (validated(auto.holding(*numbers))[0] for numbers in ((10.0, 1.0), (0.1, 0.5)))
    names = ("accuracy", "log_loss", "log_loss_least", "log_loss_greatest")
    assert [found[name] for name in names] == [as_given[name] for name in names]
    assert found["without"] == held["without"], "with and without a feature hold what the model has"


@pytest.mark.parametrize(("C", "threshold"), [(1.0, 0.5), ("auto", 0.5), (1.0, "auto"), ("auto", "auto")])
def test_progress_counts_every_fit(
    C: float | str,
    threshold: float | str,
    monkeypatch: pytest.MonkeyPatch,
    fits_made: list[LogisticRegression],
) -> None:
    totals, steps = set(), []

    def recording(progress: Any, fits: int) -> None:
        totals.add(progress.total)
        steps.append(fits)

    monkeypatch.setattr(tqdm, "update", recording)
    settings = students.lane(C=C, threshold=threshold, tune=TUNE)
    cross_validation(MANY, settings, settings.holding(1.0, 0.5))
    assert totals == {len(fits_made)}
    assert sum(steps) == len(fits_made)


def test_where_a_fold_leaves_too_few_rows_to_choose_from_there_is_a_sentence_and_no_cross_validation() -> None:
    table = MANY.sort_values("passed", kind="stable").iloc[:11]  # three of them passed
    auto = students.lane(threshold="auto", tune=TUNE)
    assert cross_validation(table, auto, auto.holding(1.0, 0.5))[0]["folds"] == 3
    two_folds = auto.model_copy(update={"evaluate": auto.evaluate.model_copy(update={"folds": 2})})
    why = (
        "C or threshold is auto and a choice takes two rows of each class, but the rarer one has 3, of which 2 folds "
        "leave one to choose from, so there is no cross-validation"
    )
    assert cross_validation(table, two_folds, two_folds.holding(1.0, 0.5)) == ({}, {"no_cross_validation": why})
    assert validated(two_folds.holding(1.0, 0.5), table)[0]["folds"] == 2


def test_a_solver_that_stops_short_also_in_a_choice_is_told() -> None:
    auto = students.lane(C="auto", tune=TUNE, solver="lbfgs", max_iter=1, tol=1e-12)
    _, cautions = cross_validation(MANY, auto, auto.holding(1.0, 0.5))
    assert list(cautions) == ["not_converged"]
    told = re.match(r"the solver warned (\d+) times in (\d+) fits of the cross-val", cautions["not_converged"])
    assert told
    held = 12 * 4  # fits that choose nothing
    assert int(told[2]) == held + 12 * 2 * 3
    assert int(told[1]) > held


def test_held_out_probabilities_are_those_of_scikit_learn_and_none_where_there_are_no_two_folds() -> None:
    estimator, rows, passed = students.by_scikit_learn(), ROWS, PASSED
    division = StratifiedKFold(4, shuffle=True, random_state=1)
    expected = cross_val_predict(estimator, rows, passed, cv=division, method="predict_proba")[:, 1]
    actual, probability = held_out(MANY, students.lane())
    assert probability == pytest.approx(expected, abs=1e-7)
    assert actual.tolist() == passed.tolist()
    assert [len(found) for found in held_out(MANY.iloc[:3], students.lane())] == [0, 0]


def test_each_of_a_few_features_is_left_out_and_of_many_those_that_tell_most() -> None:
    few = [Column("a=x", "a", "category"), Column("a=y", "a", "category"), Column("b", "b", "number")]
    assert left_out(few, {"a=x": 0.0, "a=y": -2.0, "b": 1.0}) == ["a", "b"]
    many = [*few, *(Column(f"n{number}", f"n{number}", "number") for number in range(40))]
    strength = {"a=x": 0.0, "a=y": -99.0, "b": 0.0} | {f"n{number}": float(-number) for number in range(40)}
    assert left_out(many, strength) == ["a", *(f"n{number}" for number in range(39, 28, -1))]


def test_what_is_drawn_is_told_and_what_is_not_left_out_is_absent() -> None:
    settings = students.lane()
    whole, _ = cross_validation(MANY, settings, settings)
    some, _ = cross_validation(MANY, settings, settings, ["courses"], 2 * len(MANY))
    assert "drawn" not in whole
    assert some == whole | {"drawn": len(MANY), "without": {"courses": whole["without"]["courses"]}}


BY_GROUP, BY_TIME = students.lane(split=students.BY_GROUP), students.lane(split=students.BY_TIME)


def test_too_few_groups_are_told_in_the_words_of_the_split() -> None:
    one = MANY.assign(person="a")
    why = "the rows of one class have too few values of person, so there is no cross-validation"
    assert validated(BY_GROUP, one) == ({}, {"no_cross_validation": why})
    assert [len(found) for found in held_out(one, BY_GROUP)] == [0, 0]
    auto = students.lane(split=students.BY_GROUP, C="auto", tune=TUNE)
    two = MANY.assign(person=[f"p{row % 2}" for row in range(16)])
    why = (
        "C or threshold is auto, but of what some fold leaves to choose from, the rows of one class have too few "
        "values of person, so there is no cross-validation"
    )
    assert cross_validation(two, auto, auto.holding(1.0, 0.5)) == ({}, {"no_cross_validation": why})


@pytest.mark.parametrize(
    ("days", "stretches"),
    [
        (range(16), [(4, 7), (7, 10), (10, 13), (13, 16)]),
        ([0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 2, 3, 3, 3, 4, 4], [(4, 9), (9, 11), (11, 14), (14, 16)]),
    ],
)
def test_by_time_the_past_alone_predicts_and_the_folds_take_the_place_of_repeats(
    days: Sequence[int], stretches: list[tuple[int, int]]
) -> None:
    table = MANY.assign(day=sorted(days)).iloc[::-1]  # the order of the rows does not matter
    found, cautions = validated(BY_TIME, table)
    right, losses = [], []
    for start, end in stretches:
        fit = students.by_scikit_learn().fit(ROWS[:start], PASSED[:start])
        right.append((fit.predict(ROWS[start:end]) == PASSED[start:end]).mean())
        losses.append(log_loss(PASSED[start:end], fit.predict_proba(ROWS[start:end]), labels=[0, 1]))
    sizes = [end - start for start, end in stretches]
    assert cautions == {}
    assert (found["folds"], found["repeats"], found["rows"]) == (4, 1, 12)
    assert [found[f"accuracy{end}"] for end in ("", "_least", "_greatest")] == pytest.approx(
        [np.average(right, weights=sizes), min(right), max(right)], abs=1e-6
    )
    assert [found["log_loss"], found["log_loss_greatest"]] == pytest.approx(
        [np.average(losses, weights=sizes), max(losses)], abs=1e-6
    )
    actual, probability = held_out(table, BY_TIME)
    assert len(actual) == len(probability) == 12
    assert actual.tolist() == PASSED[4:][::-1].tolist()


def test_what_is_auto_is_chosen_from_the_past_of_each_fold_that_has_enough_of_it() -> None:
    longer = pd.concat([MANY, MANY], ignore_index=True).assign(day=range(32))
    auto = students.lane(split=students.BY_TIME, C="auto", tune=TUNE)
    found, cautions = cross_validation(longer, auto, auto.holding(1.0, 0.5))
    assert (found["folds"], found["rows"]) == (3, 19)
    assert cautions["fewer_folds"] == (
        "day has few values, or one class comes late or seldom among the rows: 3 folds of the cross-validation instead "
        "of 4"
    )
    why = (
        "day has too few values, or one class comes too late or seldom among the rows, so there is no cross-validation"
    )
    few = auto, auto.holding(1.0, 0.5)
    assert cross_validation(MANY.assign(day=[0] * 12 + [1, 2, 3, 4]), *few) == ({}, {"no_cross_validation": why})


def test_where_a_fold_lacks_all_categories_but_one_a_choice_is_still_made() -> None:
    rare = pd.DataFrame({"plan": ["basic"] * 19 + ["plus"], "passed": [0, 1] * 10})
    settings = students.lane(C="auto", threshold="auto", tune=TUNE)
    described = {"features": ["plan"], "columns": {"plan": {"kind": "category"}}}
    settings = ModelSettings.model_validate(settings.model_dump() | described)
    found, _ = cross_validation(rare, settings, settings.holding(1.0, 0.5))
    assert found["log_loss"] == pytest.approx(np.log(2), abs=0.05)


def test_fits_that_take_longer_than_a_minute_are_foretold(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    validated(students.lane())
    assert "will take" not in capsys.readouterr().out
    monkeypatch.setattr("passage.model.solver.SECONDS", (1.0, 1.0))
    validated(students.lane())
    assert re.search(r"cross-validation: \d+ fits of \d+ rows of 2 columns will take", capsys.readouterr().out)
