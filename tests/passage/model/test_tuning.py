"""How C and the threshold are chosen, against scikit-learn step by step."""

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
import students
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score, f1_score, log_loss
from sklearn.model_selection import StratifiedKFold
from sklearn.preprocessing import StandardScaler

from passage.base.errors import Mistake
from passage.model import folds, pipeline, tuning
from passage.model.folds import Sample
from passage.model.tuning import Choices, TriedC, TriedThreshold

GRID = [0.1, 1.0, 10.0]
MANY = pd.concat([students.ROWS, students.ROWS.assign(hours=students.ROWS["hours"] * 0.9 + 1)], ignore_index=True)
ROWS, PASSED = MANY[students.FEATURES].to_numpy(float), MANY["passed"].to_numpy()
SAMPLE = Sample(ROWS, PASSED)
FOLDS = list(StratifiedKFold(4, shuffle=True, random_state=7).split(ROWS, PASSED))
TUNE = {"C": GRID, "folds": 4, "seed": 7}


def test_each_c_is_tried_with_the_scaler_fitted_in_each_fold_alone() -> None:
    tried = tuning.try_C(SAMPLE, students.lane(C="auto", tune=TUNE), FOLDS)

    by_hand = []
    for fit in map(students.by_scikit_learn, GRID):
        proba = [(PASSED[out], fit.fit(ROWS[train], PASSED[train]).predict_proba(ROWS[out])) for train, out in FOLDS]
        by_hand.append(np.array([log_loss(*one) for one in proba]))
    assert [one.C for one in tried] == GRID
    assert [one.log_loss for one in tried] == pytest.approx([loss.mean() for loss in by_hand], rel=1e-7)
    errors = [math.sqrt(((loss - loss.mean()) ** 2).sum() / 3 / 4) for loss in by_hand]
    assert [one.standard_error for one in tried] == pytest.approx(errors, rel=1e-6)


def test_no_fold_sees_the_scaling_of_another(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    class Recording(StandardScaler):  # type: ignore[misc]
        def fit(self, rows: np.ndarray, target: object = None) -> "Recording":
            seen.append(rows.tolist())
            return super().fit(rows)  # type: ignore[no-any-return]

    monkeypatch.setitem(pipeline.SCALERS, "standard", Recording)
    tuning.choose(SAMPLE, students.lane(C="auto", threshold="auto", tune=TUNE))
    trained = [ROWS[train].tolist() for train, _ in FOLDS]
    unused = [ROWS.tolist()]  # TunedThresholdClassifierCV fits all rows, too, and nothing here looks at that
    assert sorted(seen) == sorted(trained * (len(GRID) + 1) + unused)


@pytest.mark.parametrize(
    ("losses", "errors", "C"),
    [
        ([0.5, 0.4, 0.3, 0.35], [0.01, 0.01, 0.1, 0.01], 0.2),  # 0.4 is within 0.3 + 0.1, to the last digit
        ([0.5, 0.4, 0.3, 0.35], [0.9, 0.9, 0.05, 0.9], 0.3),  # the error of the best counts, no other's
        ([0.3, 0.3, 0.3, 0.3], [0.0, 0.0, 0.0, 0.0], 0.1),
        ([0.5, 0.45, 0.41, 0.4], [0.1, 0.1, 0.1, 0.0], 0.4),
    ],
)
def test_the_strongest_penalty_within_one_standard_error_of_the_best_is_chosen(
    losses: list[float], errors: list[float], C: float
) -> None:
    tried = [TriedC(*one) for one in zip([0.1, 0.2, 0.3, 0.4], losses, errors, strict=True)]
    assert tuning.strongest_within_one_standard_error(tried) == C
    assert tuning.strongest_within_one_standard_error(tried[::-1]) == C


@pytest.mark.parametrize(
    ("criterion", "measure"), [("balanced_accuracy", balanced_accuracy_score), ("f1", f1_score), ("accuracy", None)]
)
def test_each_threshold_gets_its_mean_score_over_the_folds(criterion: str, measure: object) -> None:
    settings = students.lane(C=3.0, threshold="auto", tune=TUNE | {"criterion": criterion})
    tried = tuning.try_thresholds(SAMPLE, settings, FOLDS)
    assert [one.threshold for one in tried] == [round(0.02 * step, 2) for step in range(1, 50)]
    for one in tried[5::12]:
        scores = []
        for train, out in FOLDS:
            fit = students.by_scikit_learn(3.0).fit(ROWS[train], PASSED[train])
            predicted = fit.predict_proba(ROWS[out])[:, 1] >= one.threshold
            scores.append(measure(PASSED[out], predicted) if callable(measure) else (predicted == PASSED[out]).mean())
        assert one.score == pytest.approx(np.mean(scores), rel=1e-7)


def test_a_probability_decides_by_its_written_digits_as_in_predictions(monkeypatch: pytest.MonkeyPatch) -> None:
    half = np.array([0.5 + 1e-12, 0.5 - 1e-12])
    monkeypatch.setattr(LogisticRegression, "predict_proba", lambda _, rows: np.tile(half, (len(rows), 1)))
    settings = students.lane(threshold="auto", tune=TUNE | {"criterion": "f1"})
    score = {one.threshold: one.score for one in tuning.try_thresholds(SAMPLE, settings, FOLDS)}
    assert score[0.5] == pytest.approx(2 / 3)
    assert score[0.52] == 0


@pytest.mark.parametrize(
    ("scores", "threshold"),
    [
        ({0.1: 0.9, 0.3: 0.9, 0.9: 0.8}, 0.3),
        ({0.1: 0.9, 0.4: 0.8, 0.94: 0.9}, 0.1),
        ({0.42: 0.9, 0.58: 0.9}, 0.42),  # 0.5 - 0.42 and 0.58 - 0.5 differ in their last bits
        ({0.46: 0.9, 0.54: 0.9}, 0.46),
    ],
)
def test_of_equally_good_thresholds_the_one_nearest_to_a_half_is_chosen_or_the_lower(
    scores: dict[float, float], threshold: float
) -> None:
    assert tuning.nearest_of_the_best([TriedThreshold(*one) for one in scores.items()]) == threshold


def test_the_threshold_is_chosen_for_the_chosen_c() -> None:
    tune = TUNE | {"C": [0.01, 0.1]}
    both = tuning.choose(SAMPLE, students.lane(C="auto", threshold="auto", tune=tune))
    for_that, for_another = (
        tuning.choose(SAMPLE, students.lane(C=C, threshold="auto", tune=tune)) for C in (both.C, 1.0)
    )
    assert (for_that.threshold, for_that.tried_thresholds) == (both.threshold, both.tried_thresholds)
    assert for_another.tried_thresholds != both.tried_thresholds
    alone = tuning.choose(SAMPLE, students.lane(C="auto", threshold=0.3, tune=tune))
    assert (alone.C, alone.threshold, alone.tried_thresholds) == (both.C, 0.3, [])
    assert for_that.tried_C == []


def test_another_seed_divides_the_rows_in_another_way() -> None:
    first, second = (tuning.choose(SAMPLE, students.lane(C="auto", tune=TUNE | {"seed": seed})) for seed in (1, 2))
    assert first.tried_C != second.tried_C


@pytest.mark.parametrize(("C", "threshold"), [("auto", 0.5), (1.0, "auto"), ("auto", "auto")])
def test_the_fits_of_a_choice_are_counted_as_they_are_made(
    C: float | str, threshold: float | str, fits_made: list[LogisticRegression]
) -> None:
    settings = students.lane(C=C, threshold=threshold, tune=TUNE)
    tuning.choose(SAMPLE, settings)
    assert len(fits_made) == tuning.fits(settings, 4)
    assert tuning.fits(students.lane(), 4) == 0


def test_of_very_many_rows_some_are_drawn_to_choose_from(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folds, "ENOUGH", 12)
    monkeypatch.setattr(folds, "RARE", 1)
    auto = students.lane(C="auto", tune=TUNE)
    drawn = folds.subsample([MANY], "passed")
    assert len(drawn) == 12
    found = tuning.for_model("model", MANY, auto)
    assert found is not None
    assert found.tried_C == tuning.choose(Sample.of(drawn, auto), auto).tried_C


def test_a_choice_that_takes_longer_than_a_minute_is_foretold(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("passage.model.solver.SECONDS", (10.0, 1.0))
    settings = students.lane(C="auto", tune=TUNE)
    tuning.for_model("model", MANY, settings)
    fits = len(settings.train.tune.C) * settings.train.tune.folds
    told = capsys.readouterr().out
    assert (
        f"the choice (auto): {fits} fits of 12 rows of 2 columns will take about {round(fits * 12 * 12 / 60)}" in told
    )
    assert "fewer values in train.tune.C make it less" in told


def test_fewer_rows_than_folds_give_fewer_folds_and_a_sentence() -> None:
    few = MANY[(MANY["passed"] == 0) | (np.arange(16) < 8)].drop(index=[1, 4])
    found = tuning.for_model("model", few, students.lane(C="auto", tune=TUNE))
    assert found is not None
    assert found.folds == int(few["passed"].sum()) == 2
    sentence = "the rarer class has 2 training rows: 2 folds of the choice (auto) instead of 4"
    assert found.cautions == {"choice_fewer_folds": sentence}
    assert found.in_words()[-1] == f"warning: {sentence}"


def test_a_class_with_one_row_is_a_mistake_that_names_each_key_that_is_auto() -> None:
    one = MANY[(MANY["passed"] == 0) | (np.arange(16) < 2)]
    with pytest.raises(Mistake) as caught:
        tuning.for_model("m", one, students.lane(C="auto", threshold="auto"))
    why = "is auto, but one class has a single training row, and a choice by cross-validation takes two of each"
    assert caught.value.lines == [
        f"params.yaml: models.m.{key} {why}; give a number" for key in ("train.C", "threshold")
    ]


def test_solvers_that_stop_short_are_counted_in_a_sentence_and_stop_nothing() -> None:
    settings = students.lane(C="auto", tune=TUNE, solver="lbfgs", max_iter=1, tol=1e-12)
    found = tuning.for_model("model", MANY, settings)
    assert found is not None
    assert list(found.cautions) == ["choice_not_converged"]
    assert found.cautions["choice_not_converged"].startswith(
        "the solver warned 12 times in 12 fits of the choice (auto) from the training rows: lbfgs failed to converge"
    )


def test_nothing_is_chosen_where_nothing_is_auto() -> None:
    assert tuning.for_model("model", MANY, students.lane()) is None


def test_what_is_chosen_is_told_beside_what_was_tried() -> None:
    penalties = [TriedC(0.1, 0.5, 0.01), TriedC(3.0, 0.4, 0.02)]
    thresholds = [TriedThreshold(0.4, 0.8), TriedThreshold(0.6, 0.9)]
    assert Choices(3.0, 0.6, penalties, thresholds, "f1", 5).in_words()[1:] == [
        "           C   log loss standard error",
        "         0.1     0.5000         0.0100",
        "*          3     0.4000         0.0200",
        "the threshold 0.6 is chosen: f1 0.9 in 5 folds of the training rows; of the best, it is nearest to 0.5",
    ]
    assert Choices(1.0, 0.5, [], [], "f1", 5).in_words() == []


@pytest.mark.parametrize("split", [students.BY_GROUP, students.BY_TIME])
def test_too_few_groups_or_times_to_choose_from_are_told(split: dict[str, Any]) -> None:
    auto = students.lane(split=split, C="auto", tune=TUNE)
    with pytest.raises(Mistake) as caught:
        tuning.for_model("m", MANY.assign(person=PASSED, day=[1, 2] * 8), auto)
    assert caught.value.lines == [
        f"params.yaml: models.m.train.C is auto, but {folds.too_few(auto.split, 'training row')}, and a choice by "
        "cross-validation takes two of each; give a number"
    ]


def test_a_choice_by_time_looks_at_no_later_row_and_scores_folds_with_both_classes_alone() -> None:
    auto = students.lane("auto", students.BY_TIME, C="auto", tune=TUNE)
    table = MANY.sort_values("hours", kind="stable").assign(day=range(16))[::-1]
    table.loc[table["day"] >= 13, "passed"] = 1  # the last stretch has one class
    sample = Sample.of(table, auto)
    division = tuning.folds(sample, auto)
    assert sample.marks is not None
    for train, out in division:
        assert sample.marks[train].max() < sample.marks[out].min()
        assert set(sample.target[out]) == set(sample.target[train]) == {0, 1}
    found = tuning.choose(sample, auto)
    assert 2 <= found.folds == len(division) < 4
