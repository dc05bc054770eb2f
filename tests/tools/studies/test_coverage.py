"""The simulation finds intervals that hold the truth as often as they say, and finds out those that do not."""

import numpy as np
import pandas as pd
import pytest
from students import lane

from passage.evaluation.metrics import measures
from passage.model.scaler import Scaler
from passage.params.split import Split
from stages import train
from stages.split import split
from tools.studies import coverage, simulation
from tools.studies.coverage import Setting

FEW = 200
LEAST = 0.92  # a nominal 95 %, less twice the standard error of so few data sets


@pytest.fixture(scope="module")
def slopes() -> pd.DataFrame:
    return coverage.associations(Setting((1.7,), 20), np.random.SeedSequence(1), FEW)


@pytest.fixture(scope="module")
def models() -> pd.DataFrame:
    return coverage.models(Setting((1.0, 1.3), 60), np.random.SeedSequence(1), FEW)


def narrower(intervals: pd.DataFrame) -> pd.DataFrame:
    """Return the intervals at half their width."""
    quarter = (intervals["high"] - intervals["low"]) / 4
    return intervals.assign(low=intervals["low"] + quarter, high=intervals["high"] - quarter)


def test_firths_interval_holds_the_slope(slopes: pd.DataFrame) -> None:
    assert simulation.held(slopes).mean() > LEAST
    assert slopes["converged"].all()


def test_another_level_is_measured_by_intervals_of_that_level(slopes: pd.DataFrame) -> None:
    lower = coverage.associations(Setting((1.7,), 20, 0.8), np.random.SeedSequence(1), FEW)
    assert (lower["low"] > slopes["low"]).all()
    assert (lower["high"] < slopes["high"]).all()
    assert 0.71 < simulation.held(lower).mean() < LEAST  # 80 %, less three times the standard error


def test_the_exact_interval_holds_the_accuracy(models: pd.DataFrame) -> None:
    accuracies = coverage.accuracies(0.8, 20, np.random.SeedSequence(1), FEW)
    for intervals in (accuracies, models):
        assert simulation.held(intervals).mean() > LEAST


def table(setting: Setting, seed: int) -> tuple[pd.DataFrame, np.ndarray, Split]:
    """Return the students that `seed` draws, their true slopes, and how they are divided."""
    random = np.random.default_rng(np.random.SeedSequence(seed))
    rows, target, slopes = coverage.draw(setting, random)
    by_chance = {"method": "random", "test_size": 0.25, "stratify": True, "seed": int(random.integers(2**32))}
    names = list(coverage.FEATURES)[: len(slopes)]
    return pd.DataFrame(rows, columns=names).assign(passed=target), slopes, Split.model_validate(by_chance)


@pytest.mark.parametrize("seed", range(5))
def test_a_models_accuracy_and_interval_are_those_of_the_pipelines_stages(seed: int) -> None:
    setting = Setting((1.0, 1.3), 20, 0.8)
    students, (per_hour, per_course), by_chance = table(setting, seed)
    tests = split(students, "passed", by_chance)
    rows, test = students[~tests], students[tests]
    scaler = Scaler.fit(rows[["hours", "courses"]], "standard")
    classifier = train.fit(scaler.transform(rows).to_numpy(), rows["passed"], rows, scaler, lane())

    says = classifier.predict(scaler.transform(test)).assign(actual=test["passed"])
    numbers = measures(says, prevalence=0.6, confidence=0.8)
    everyone = pd.MultiIndex.from_product([range(20), range(4)], names=["hours", "courses"]).to_frame(index=False)
    log_odds = (everyone["hours"] - 9.5) * per_hour + (everyone["courses"] - 1.5) * per_course
    right = np.where(classifier.predict(scaler.transform(everyone))["predicted"], log_odds, -log_odds)
    truth = np.mean(1 / (1 + np.exp(-right)))

    found = coverage.models(setting, np.random.SeedSequence(seed), 1).iloc[0]
    assert found.tolist() == pytest.approx([truth, numbers["accuracy_low"], numbers["accuracy_high"]])


def test_students_that_the_pipeline_refuses_to_divide_are_counted_and_leave_the_share() -> None:
    setting = Setting((1.7,), 3)
    students, _, by_chance = table(setting, 1)
    with pytest.raises(ValueError, match=r"class|both 0 and 1"):
        split(students, "passed", by_chance)
    found = coverage.models(setting, np.random.SeedSequence(1), 5)
    assert found.isna().all(axis=None)
    shown = pd.concat([found, pd.DataFrame({"truth": [0.7, 0.7], "low": [0.6, 0.8], "high": 0.9})])
    assert simulation.held(shown).mean() == 0.5
    assert coverage.model_line(setting, shown).startswith("| 1.7 of hours | 3 | 1 | 5 | 0.700 | 50.00%")


def test_intervals_of_half_the_width_are_found_out(slopes: pd.DataFrame, models: pd.DataFrame) -> None:
    accuracies = coverage.accuracies(0.8, 20, np.random.SeedSequence(1), FEW)
    for intervals in (slopes, accuracies, models):
        assert simulation.held(narrower(intervals)).mean() < LEAST


def test_one_class_alone_shows_no_interval_and_leaves_the_share() -> None:
    intervals = pd.DataFrame({"truth": 1.0, "low": [0.0, 2.0, np.nan], "high": [3.0, 3.0, np.nan]})
    assert simulation.rate(simulation.held(intervals), 2) == "50.00% ± 35.36%"
    none = coverage.associations(Setting((3.0,), 1), np.random.SeedSequence(1), 5)
    assert none["one_class"].sum() == 5
    assert none[["low", "high"]].isna().all(axis=None)


def test_a_seed_gives_the_same_students_again() -> None:
    first, again = (coverage.associations(Setting((1.0, 1.3), 15), np.random.SeedSequence(3), 3) for _ in range(2))
    pd.testing.assert_frame_equal(first, again)
    assert first["feature"].tolist() == ["hours", "courses"] * 3
